/*
 * grid_parcels.c - see grid_parcels.h.  An image on the grid that is asked for is drawn as it streams by; on
 * another grid its voxels are kept (as regions or probabilities, not as images) and looked up by nearest
 * neighbour.
 */
#include "grid_parcels.h"

#include "buffer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BACKGROUND UINT32_MAX
#define MAX_VOLUMES 10000
#define CORE_SHARE 0.25f /* FSL's maxprob-thr25 */

/* Half-way cases must not hang on the rounding of affines that come from single precision: they go up. */
#define HALF (0.5 + 1e-5)

bool
nearest_voxel(const lattice *from, const double between[12], const int64_t at[3], uint64_t *voxel)
{
	double p[3] = {(double) at[0], (double) at[1], (double) at[2]}, place[3];
	int64_t near[3];

	lattice_apply(between, p, place);
	for (int i = 0; i < 3; i++)
	{
		double rounded = floor(place[i] + HALF);

		if (!(rounded >= 0 && rounded < (double) from->dims[i]))
			return false;
		near[i] = (int64_t) rounded;
	}
	*voxel = (uint64_t) (near[0] + from->dims[0] * (near[1] + from->dims[1] * near[2]));
	return true;
}

static void
parcels_start(parcels *p, const lattice *g, size_t regions)
{
	*p = (parcels){.grid = *g, .regions = regions};
	p->voxels = grow(NULL, regions, sizeof *p->voxels);
	p->total = grow(NULL, regions, sizeof *p->total);
	p->place = grow(NULL, regions, sizeof *p->place);
	memset(p->voxels, 0, regions * sizeof *p->voxels);
	memset(p->total, 0, regions * sizeof *p->total);
	memset(p->place, 0, regions * sizeof *p->place);
}

void
parcels_free(parcels *p)
{
	if (p->core != NULL)
		parcels_free(p->core);
	free(p->core);
	free(p->part);
	free(p->weight);
	free(p->voxels);
	free(p->total);
	free(p->place);
	*p = (parcels){0};
}

static bool
continues(const parcels *p, uint32_t voxel, uint32_t region)
{
	const parcel *last = p->parts > 0 ? &p->part[p->parts - 1] : NULL;

	return last != NULL && last->region == region && last->start + last->count == voxel &&
		   voxel % SLAB_VOXELS != 0;
}

static void
add_weight(parcels *p, float weight)
{
	if (p->weights == p->weight_room)
	{
		p->weight_room = p->weight_room ? 2 * p->weight_room : SLAB_VOXELS;
		p->weight = grow(p->weight, p->weight_room, sizeof *p->weight);
	}
	p->weight[p->weights++] = weight;
}

/* A voxel to the end of the parts; weight NULL: it counts 1. */
static void
add_voxel(parcels *p, uint32_t voxel, uint32_t region, const float *weight)
{
	double share = weight ? (double) *weight : 1;

	if (!continues(p, voxel, region))
	{
		if (p->parts == p->room)
		{
			p->room = p->room ? 2 * p->room : 1024;
			p->part = grow(p->part, p->room, sizeof *p->part);
		}
		p->part[p->parts++] = (parcel){.start = voxel, .region = region, .weight = (uint32_t) p->weights};
	}
	p->part[p->parts - 1].count++;
	if (weight != NULL)
		add_weight(p, *weight);
	p->voxels[region]++;
	p->total[region] += share;
	p->place[region][0] += share * (double) (voxel % p->grid.dims[0]);
	p->place[region][1] += share * (double) (voxel / p->grid.dims[0] % p->grid.dims[1]);
	p->place[region][2] += share * (double) (voxel / p->grid.dims[0] / p->grid.dims[1]);
}

bool
parcels_centre(const parcels *p, size_t region, double mm[3])
{
	double mean[3];

	if (!(p->total[region] > 0))
		return false;
	for (int i = 0; i < 3; i++)
		mean[i] = p->place[region][i] / p->total[region];
	lattice_apply(p->grid.affine, mean, mm);
	return true;
}

static int
by_start(const void *a, const void *b)
{
	const parcel *x = a, *y = b;

	return x->start != y->start ? (x->start > y->start) - (x->start < y->start)
								: (x->region > y->region) - (x->region < y->region);
}

/* What was drawn region by region, into voxel order. */
static void
sort_parts(parcels *p)
{
	qsort(p->part, p->parts, sizeof *p->part, by_start);
}

/* ---- what a voxel's value says its region is ------------------------------------------------- */

typedef struct labels
{
	struct
	{
		int64_t label;
		uint32_t region;
	} * sorted; /* by label */
	size_t count;
	int64_t last_label; /* neighbours mostly share a label, so the last answer is tried first; 0: none yet */
	uint32_t last_region;
	uint32_t drawn; /* of a mask: voxels met so far */
	bool mask;
} labels;

static int
by_label(const void *a, const void *b)
{
	int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

static void
index_labels(labels *index, const int64_t *label, size_t regions)
{
	*index = (labels){.sorted = grow(NULL, regions, sizeof *index->sorted)};
	for (size_t i = 0; i < regions; i++)
		if (label[i] != NO_LABEL)
		{
			index->sorted[index->count].label = label[i];
			index->sorted[index->count++].region = (uint32_t) i;
		}
	qsort(index->sorted, index->count, sizeof *index->sorted, by_label);
}

static psy_status
search_label(labels *index, double value, uint32_t *region, psy_error *err)
{
	int64_t label = value > 0 && value <= INT32_MAX ? (int64_t) value : 0;
	void *found;

	if (label == 0 || (double) label != value)
		return psy_fail(err, PSY_DOMAIN, "the label image holds %g; expected whole numbers from 0", value);
	found = bsearch(&label, index->sorted, index->count, sizeof *index->sorted, by_label);
	if (found == NULL)
	{
		psy_fail(err, PSY_DOMAIN, "the label image holds %" PRId64 ", which has no name", label);
		return psy_hint(err, "every label but 0 needs a line in the file of names");
	}
	index->last_label = label;
	index->last_region = *region =
		index->sorted[((char *) found - (char *) index->sorted) / sizeof *index->sorted].region;
	return PSY_OK;
}

/* The region of a voxel by its value, BACKGROUND for none. */
static inline psy_status
region_of(labels *index, double value, uint32_t *region, psy_error *err)
{
	*region = BACKGROUND;
	if (value == 0 || (index->mask && isnan(value)))
		return PSY_OK;
	if (index->mask)
		*region = 0;
	else if (value == (double) index->last_label)
		*region = index->last_region;
	else
		return search_label(index, value, region, err);
	return PSY_OK;
}

/* ---- label images and masks ------------------------------------------------------------------ */

/* The whole image as regions, for looking up. */
static psy_status
read_regions(nifti *image, labels *index, uint32_t *region, psy_error *err)
{
	double *value = grow(NULL, SLAB_VOXELS, sizeof *value);
	psy_status status = PSY_OK;

	for (uint64_t at = 0; at < image->voxels && status == PSY_OK; at += SLAB_VOXELS)
	{
		size_t n = image->voxels - at < SLAB_VOXELS ? (size_t) (image->voxels - at) : SLAB_VOXELS;

		status = nifti_read(image, value, n, err);
		for (size_t i = 0; i < n && status == PSY_OK; i++)
			status = region_of(index, value[i], &region[at + i], err);
	}
	free(value);
	return status;
}

static void
draw(parcels *p, labels *index, uint64_t voxel, uint32_t region)
{
	if (region != BACKGROUND)
		add_voxel(p, (uint32_t) voxel, index->mask ? index->drawn++ : region, NULL);
}

/* Voxel by voxel of the grid that is drawn on, from the regions of the image's own. */
static void
draw_nearest(parcels *p, labels *index, const lattice *from, const uint32_t *region)
{
	double between[12];
	uint64_t voxel = 0, near;

	if (lattice_same(&p->grid, from))
	{
		for (; voxel < lattice_voxels(from); voxel++)
			draw(p, index, voxel, region[voxel]);
		return;
	}
	lattice_between(&p->grid, from, between);
	for (int64_t k = 0; k < p->grid.dims[2]; k++)
		for (int64_t j = 0; j < p->grid.dims[1]; j++)
			for (int64_t i = 0; i < p->grid.dims[0]; i++, voxel++)
				if (nearest_voxel(from, between, (int64_t[3]){i, j, k}, &near))
					draw(p, index, voxel, region[near]);
}

/* A mask's regions are its voxels: how many, is known once all were looked at. */
static uint64_t
count_drawn(const lattice *g, const lattice *from, const uint32_t *region)
{
	double between[12];
	uint64_t near, count = 0;

	lattice_between(g, from, between);
	for (int64_t k = 0; k < g->dims[2]; k++)
		for (int64_t j = 0; j < g->dims[1]; j++)
			for (int64_t i = 0; i < g->dims[0]; i++)
				count +=
					nearest_voxel(from, between, (int64_t[3]){i, j, k}, &near) && region[near] != BACKGROUND;
	return count;
}

static psy_status
parcels_of_values(parcels *p, nifti *image, labels *index, size_t regions, const lattice *onto,
				  psy_error *err)
{
	const lattice *g = onto && !lattice_same(onto, &image->grid) ? onto : &image->grid;
	uint32_t *region;
	psy_status status;

	*p = (parcels){0};
	if (lattice_voxels(g) > NIFTI_MAX_VOXELS / 4 || image->voxels > NIFTI_MAX_VOXELS / 4)
		return psy_fail(err, PSY_LIMIT, "a parcellation of more than %" PRIu64 " voxels",
						NIFTI_MAX_VOXELS / 4);
	if (image->volumes > 1)
		return psy_fail(err, PSY_SHAPE, "the image has %" PRIu64 " volumes; expected one 3-D image",
						image->volumes);
	region = grow(NULL, image->voxels, sizeof *region);
	status = read_regions(image, index, region, err);
	if (status == PSY_OK)
	{
		parcels_start(p, g, index->mask ? count_drawn(g, &image->grid, region) : regions);
		draw_nearest(p, index, &image->grid, region);
	}
	free(region);
	return status;
}

psy_status
parcels_of_labels(parcels *p, nifti *image, const int64_t *label, size_t regions, const lattice *onto,
				  psy_error *err)
{
	labels index;
	psy_status status;

	index_labels(&index, label, regions);
	status = parcels_of_values(p, image, &index, regions, onto, err);
	free(index.sorted);
	return status;
}

psy_status
parcels_of_mask(parcels *p, nifti *image, const lattice *onto, psy_error *err)
{
	labels index = {.mask = true};

	return parcels_of_values(p, image, &index, 0, onto, err);
}

/* ---- probability maps ------------------------------------------------------------------------ */

/* The most probable region of each voxel so far. */
typedef struct best
{
	float *share;
	uint32_t *region;
	float most; /* of all voxels */
} best;

static psy_status
read_map(nifti *image, float *share, psy_error *err)
{
	double *value = grow(NULL, SLAB_VOXELS, sizeof *value);
	psy_status status = PSY_OK;

	for (uint64_t at = 0; at < image->voxels && status == PSY_OK; at += SLAB_VOXELS)
	{
		size_t n = image->voxels - at < SLAB_VOXELS ? (size_t) (image->voxels - at) : SLAB_VOXELS;

		status = nifti_read(image, value, n, err);
		for (size_t i = 0; i < n && status == PSY_OK; i++)
			if (value[i] < 0 || value[i] > 100)
				status = psy_fail(err, PSY_DOMAIN, "a probability map holds %g; expected 0 to 1, or percent",
								  value[i]);
			else
				share[at + i] = isnan(value[i]) ? 0 : (float) value[i];
	}
	free(value);
	return status;
}

static void
draw_map(parcels *p, uint32_t region, const nifti *image, const float *share, best *top)
{
	double between[12];
	uint64_t voxel = 0, near;

	lattice_between(&p->grid, &image->grid, between);
	for (int64_t k = 0; k < p->grid.dims[2]; k++)
		for (int64_t j = 0; j < p->grid.dims[1]; j++)
			for (int64_t i = 0; i < p->grid.dims[0]; i++, voxel++)
			{
				if (!nearest_voxel(&image->grid, between, (int64_t[3]){i, j, k}, &near) || !(share[near] > 0))
					continue;
				add_voxel(p, (uint32_t) voxel, region, &share[near]);
				if (share[near] > top->share[voxel])
				{
					top->share[voxel] = share[near];
					top->region[voxel] = region;
				}
				top->most = share[near] > top->most ? share[near] : top->most;
			}
}

/* Percent become shares of 1; each voxel goes to the region that it most likely is. */
static void
finish_maps(parcels *p, const best *top)
{
	float scale = top->most > 1 ? 100 : 1;

	for (size_t i = 0; i < p->weights; i++)
		p->weight[i] /= scale;
	for (size_t r = 0; r < p->regions; r++)
	{
		p->total[r] /= scale;
		for (int i = 0; i < 3; i++)
			p->place[r][i] /= scale;
	}
	sort_parts(p);
	p->core = grow(NULL, 1, sizeof *p->core);
	parcels_start(p->core, &p->grid, p->regions);
	for (uint64_t v = 0; v < lattice_voxels(&p->grid); v++)
		if (top->share[v] / scale >= CORE_SHARE)
			add_voxel(p->core, (uint32_t) v, top->region[v], NULL);
}

/* Which region each volume is; NULL unless labels and volumes fit one to one. */
static uint32_t *
regions_of_volumes(uint64_t volumes, const int64_t *label, size_t regions)
{
	uint32_t *region = grow(NULL, volumes, sizeof *region);
	bool fits = volumes == regions;

	memset(region, 0xff, volumes * sizeof *region);
	for (size_t r = 0; r < regions && fits; r++)
	{
		fits = label[r] >= 1 && label[r] <= (int64_t) volumes && region[label[r] - 1] == BACKGROUND;
		if (fits)
			region[label[r] - 1] = (uint32_t) r;
	}
	if (fits)
		return region;
	free(region);
	return NULL;
}

static psy_status
draw_maps(parcels *p, nifti *image, const uint32_t *region, best *top, psy_error *err)
{
	float *share = grow(NULL, image->voxels, sizeof *share);
	psy_status status = PSY_OK;

	for (uint64_t v = 0; v < image->volumes && status == PSY_OK; v++)
	{
		status = read_map(image, share, err);
		if (status == PSY_OK)
			draw_map(p, region[v], image, share, top);
		if (status == PSY_OK && p->weights > UINT32_MAX / 2)
			status =
				psy_fail(err, PSY_LIMIT, "probability maps with more than %u voxels above 0", UINT32_MAX / 2);
	}
	free(share);
	return status;
}

psy_status
parcels_of_maps(parcels *p, nifti *image, const int64_t *label, size_t regions, const lattice *onto,
				psy_error *err)
{
	const lattice *g = onto && !lattice_same(onto, &image->grid) ? onto : &image->grid;
	uint32_t *region;
	best top = {0};
	psy_status status;

	*p = (parcels){0};
	if (lattice_voxels(g) > NIFTI_MAX_VOXELS / 4 || image->voxels > NIFTI_MAX_VOXELS / 4 ||
		image->volumes > MAX_VOLUMES)
		return psy_fail(err, PSY_LIMIT, "probability maps of more than %" PRIu64 " voxels or %d regions",
						NIFTI_MAX_VOXELS / 4, MAX_VOLUMES);
	region = regions_of_volumes(image->volumes, label, regions);
	if (region == NULL)
		return psy_fail(err, PSY_SHAPE,
						"the image has %" PRIu64
						" probability maps for %zu names; expected one for each, numbered from 1",
						image->volumes, regions);
	top.share = grow(NULL, lattice_voxels(g), sizeof *top.share);
	top.region = grow(NULL, lattice_voxels(g), sizeof *top.region);
	memset(top.share, 0, lattice_voxels(g) * sizeof *top.share);
	parcels_start(p, g, regions);
	status = draw_maps(p, image, region, &top, err);
	if (status == PSY_OK)
		finish_maps(p, &top);
	else
		parcels_free(p);
	free(region);
	free(top.share);
	free(top.region);
	return status;
}

/* ---- spheres --------------------------------------------------------------------------------- */

/* How far, in voxels along each index, a sphere reaches: the norm of the inverse's row times the radius. */
static bool
reach(const double inverse[12], const sphere *s, int64_t low[3], int64_t high[3])
{
	double centre[3], box = 1;

	lattice_apply(inverse, s->centre, centre);
	for (int i = 0; i < 3; i++)
	{
		const double *row = inverse + 4 * i;
		double far = s->radius * sqrt(row[0] * row[0] + row[1] * row[1] + row[2] * row[2]);

		box *= 2 * far + 3;
		if (!(fabs(centre[i]) < 1e12 && box < 1e8))
			return false;
		low[i] = (int64_t) floor(centre[i] - far) - 1;
		high[i] = (int64_t) ceil(centre[i] + far) + 1;
	}
	return true;
}

static bool
within(const lattice *g, const sphere *s, const int64_t at[3])
{
	double p[3] = {(double) at[0], (double) at[1], (double) at[2]}, mm[3], square = 0;

	lattice_apply(g->affine, p, mm);
	for (int i = 0; i < 3; i++)
		square += (mm[i] - s->centre[i]) * (mm[i] - s->centre[i]);
	return square <=
		   s->radius * s->radius *
			   (1 + 1e-6); /* the affine is single precision: a voxel on the surface belongs to it */
}

/* A sphere's voxels count whether they lie on the grid or beyond it: coverage says how much of the sphere the
 * image holds. */
static psy_status
draw_sphere(parcels *p, uint32_t region, const double inverse[12], const sphere *s, psy_error *err)
{
	const int64_t *dims = p->grid.dims;
	int64_t low[3], high[3];
	uint64_t beyond = 0;

	if (!reach(inverse, s, low, high))
		return psy_fail(
			err, PSY_LIMIT,
			"a sphere of %g mm takes more than 100 million voxels of the grid, or is far away from it",
			s->radius);
	for (int64_t k = low[2]; k <= high[2]; k++)
		for (int64_t j = low[1]; j <= high[1]; j++)
			for (int64_t i = low[0]; i <= high[0]; i++)
			{
				if (!within(&p->grid, s, (int64_t[3]){i, j, k}))
					continue;
				if (i < 0 || j < 0 || k < 0 || i >= dims[0] || j >= dims[1] || k >= dims[2])
					beyond++;
				else
					add_voxel(p, (uint32_t) (i + dims[0] * (j + dims[1] * k)), region, NULL);
			}
	p->voxels[region] += beyond;
	p->total[region] += (double) beyond;
	return PSY_OK;
}

psy_status
parcels_of_spheres(parcels *p, const sphere *spheres, size_t regions, const lattice *onto, psy_error *err)
{
	double inverse[12];
	psy_status status = PSY_OK;

	*p = (parcels){0};
	if (lattice_voxels(onto) > NIFTI_MAX_VOXELS)
		return psy_fail(err, PSY_LIMIT, "a grid of more than %" PRIu64 " voxels", NIFTI_MAX_VOXELS);
	parcels_start(p, onto, regions);
	lattice_invert(onto->affine, inverse);
	for (size_t r = 0; r < regions && status == PSY_OK; r++)
		status = draw_sphere(p, (uint32_t) r, inverse, &spheres[r], err);
	if (status == PSY_OK)
		sort_parts(p);
	else
		parcels_free(p);
	return status;
}
