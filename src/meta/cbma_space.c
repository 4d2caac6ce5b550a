/* cbma_space.c - see cbma_space.h. */
#include "meta/cbma_space.h"

#include <math.h>
#include <string.h>

#define MOST_CELLS 600000000.0 /* 2.4 GB a map of floats: beyond any atlas */

/* ---- the mask -------------------------------------------------------------------------------- */

static double
determinant(const double *a)
{
	return a[0] * (a[5] * a[10] - a[6] * a[9]) - a[1] * (a[4] * a[10] - a[6] * a[8]) +
		   a[2] * (a[4] * a[9] - a[5] * a[8]);
}

psy_status
psy_voxel_mask_check(const psy_voxel_mask *mask, psy_error *err)
{
	double cells = 1;

	for (int a = 0; a < 3; a++)
	{
		if (mask->dim[a] < 1 || mask->dim[a] > 4096)
			return psy_fail(err, PSY_SHAPE, "the mask has %d voxels along axis %d; 1 to 4096 expected",
							mask->dim[a], a + 1);
		cells *= mask->dim[a];
	}
	if (cells > MOST_CELLS)
		return psy_fail(err, PSY_LIMIT, "the mask's grid has %.0f voxels; at most %.0f expected", cells,
						MOST_CELLS);
	for (int a = 0; a < 12; a++)
		if (!isfinite(mask->affine[a]))
			return psy_fail(err, PSY_DOMAIN, "the mask's affine has a value that is not a number");
	if (!(fabs(determinant(mask->affine)) > 1e-9))
		return psy_fail(err, PSY_SINGULAR, "the mask's affine cannot be inverted");
	if (mask->voxels == 0)
		return psy_fail(err, PSY_SHAPE, "the mask has no voxel");
	for (size_t v = 0; v < mask->voxels; v++)
	{
		if (mask->voxel[v] < 0 || mask->voxel[v] >= cells)
			return psy_fail(err, PSY_DOMAIN, "voxel %zu of the mask lies outside its grid of %d x %d x %d",
							v + 1, mask->dim[0], mask->dim[1], mask->dim[2]);
		if (v > 0 && mask->voxel[v] <= mask->voxel[v - 1])
			return psy_fail(err, PSY_DOMAIN, "the mask's voxels are not in ascending order at voxel %zu",
							v + 1);
	}
	return PSY_OK;
}

static void
voxel_subscripts(const psy_voxel_mask *mask, int32_t voxel, int ijk[3])
{
	ijk[0] = voxel % mask->dim[0];
	ijk[1] = voxel / mask->dim[0] % mask->dim[1];
	ijk[2] = voxel / mask->dim[0] / mask->dim[1];
}

void
psy_voxel_position(const psy_voxel_mask *mask, int32_t voxel, double xyz[3])
{
	int ijk[3];

	voxel_subscripts(mask, voxel, ijk);
	for (int a = 0; a < 3; a++)
	{
		const double *row = mask->affine + 4 * a;

		xyz[a] = row[0] * ijk[0] + row[1] * ijk[1] + row[2] * ijk[2] + row[3];
	}
}

/* ---- cells ----------------------------------------------------------------------------------- */

static int32_t
cell_of(const cbma_space *space, const int ijk[3])
{
	size_t cell = (size_t) (ijk[2] + space->margin[2]);

	cell = cell * space->size[1] + (size_t) (ijk[1] + space->margin[1]);
	return (int32_t) (cell * space->size[0] + (size_t) (ijk[0] + space->margin[0]));
}

psy_status
cbma_space_make(const psy_context *ctx, const psy_voxel_mask *mask, const int margin[3], cbma_space *space,
				psy_error *err)
{
	psy_status status = PSY_OK;
	double cells = 1;

	memset(space, 0, sizeof *space);
	space->mask = mask;
	for (int a = 0; a < 3; a++)
	{
		space->margin[a] = margin[a] > 1 ? margin[a] : 1;
		space->size[a] = (size_t) mask->dim[a] + 2 * (size_t) space->margin[a];
		if (a == 0)
			space->size[a] = (space->size[a] + 7) / 8 * 8;
		cells *= (double) space->size[a];
	}
	if (cells > 2 * MOST_CELLS)
		return psy_fail(err, PSY_LIMIT, "kernels this wide need a grid of %.0f cells; at most %.0f are held",
						cells, 2 * MOST_CELLS);
	space->cells = (size_t) cells;
	status = psy_alloc(ctx, mask->voxels, sizeof(int32_t), (void **) &space->cell, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, space->cells, sizeof(int32_t), (void **) &space->slot, err);
	if (status != PSY_OK)
		return status;
	memset(space->slot, 0, space->cells * sizeof(int32_t));
	for (size_t v = 0; v < mask->voxels; v++)
	{
		int ijk[3];

		voxel_subscripts(mask, mask->voxel[v], ijk);
		space->cell[v] = cell_of(space, ijk);
	}
	return PSY_OK;
}

void
cbma_space_free(const psy_context *ctx, cbma_space *space)
{
	psy_release(ctx, space->cell);
	psy_release(ctx, space->slot);
	memset(space, 0, sizeof *space);
}

int32_t
cbma_nearest(const cbma_space *space, const double xyz[3])
{
	const double *m = space->mask->affine;
	double d = determinant(m), from[3];
	int ijk[3];

	for (int a = 0; a < 3; a++)
		from[a] = xyz[a] - m[4 * a + 3];
	for (int a = 0; a < 3; a++) /* Cramer's rule: column a replaced by what is sought */
	{
		double column[12], at;

		memcpy(column, m, sizeof column);
		for (int r = 0; r < 3; r++)
			column[4 * r + a] = from[r];
		at = rint(determinant(column) / d);
		if (!(at >= 0 && at < space->mask->dim[a]))
			return -1;
		ijk[a] = (int) at;
	}
	return cell_of(space, ijk);
}

int32_t
cbma_voxel_of(const cbma_space *space, int32_t cell)
{
	size_t low = 0, high = space->mask->voxels;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (space->cell[middle] < cell)
			low = middle + 1;
		else
			high = middle;
	}
	return low < space->mask->voxels && space->cell[low] == cell ? (int32_t) low : -1;
}

/* ---- components ------------------------------------------------------------------------------ */

psy_status
cbma_peaks_make(const psy_context *ctx, size_t most, cbma_peaks *peaks, psy_error *err)
{
	psy_status status;

	memset(peaks, 0, sizeof *peaks);
	status = psy_alloc(ctx, most, sizeof(int32_t), (void **) &peaks->cell, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, most, sizeof(double), (void **) &peaks->excess, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, most, sizeof(int32_t), (void **) &peaks->parent, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, most, sizeof(size_t), (void **) &peaks->size, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, most, sizeof(double), (void **) &peaks->mass, err);
	return status;
}

void
cbma_peaks_free(const psy_context *ctx, cbma_peaks *peaks)
{
	psy_release(ctx, peaks->cell);
	psy_release(ctx, peaks->excess);
	psy_release(ctx, peaks->parent);
	psy_release(ctx, peaks->size);
	psy_release(ctx, peaks->mass);
	memset(peaks, 0, sizeof *peaks);
}

static int32_t
root_of(int32_t *parent, int32_t at)
{
	while (parent[at] != at)
	{
		parent[at] = parent[parent[at]];
		at = parent[at];
	}
	return at;
}

/* The earlier of the list becomes the root: a component's root is its first cell there. */
static void
join(int32_t *parent, int32_t a, int32_t b)
{
	a = root_of(parent, a);
	b = root_of(parent, b);
	if (a < b)
		parent[b] = a;
	else
		parent[a] = b;
}

void
cbma_components(cbma_space *space, cbma_peaks *peaks, size_t *size, double *mass)
{
	const ptrdiff_t back[3] = {1, (ptrdiff_t) space->size[0], (ptrdiff_t) (space->size[0] * space->size[1])};

	*size = 0;
	*mass = 0;
	for (size_t p = 0; p < peaks->count; p++)
	{
		peaks->parent[p] = (int32_t) p;
		peaks->size[p] = 0;
		peaks->mass[p] = 0;
		space->slot[peaks->cell[p]] = (int32_t) p + 1;
	}
	for (size_t p = 0; p < peaks->count; p++)
		for (int a = 0; a < 3; a++)
		{
			int32_t other = space->slot[peaks->cell[p] - back[a]];

			if (other != 0)
				join(peaks->parent, other - 1, (int32_t) p);
		}
	for (size_t p = 0; p < peaks->count; p++)
	{
		int32_t root = root_of(peaks->parent, (int32_t) p);

		peaks->parent[p] = root;
		peaks->size[root]++;
		peaks->mass[root] += peaks->excess[p];
		*size = peaks->size[root] > *size ? peaks->size[root] : *size;
		*mass = peaks->mass[root] > *mass ? peaks->mass[root] : *mass;
		space->slot[peaks->cell[p]] = 0;
	}
}
