/* volume.c - see volume.h.  Sums run in voxel order and in double: the same bits wherever it runs. */
#include "volume.h"

#include "buffer.h"
#include "resample.h"

#include <inttypes.h>
#include <math.h>
#include <nifti/nifti1.h>
#include <stdlib.h>
#include <string.h>

#define VOLUME_MAX ((uint64_t) 1 << 30)

psy_status
volumes_start(volumes *v, nifti *image, const lattice *onto, psy_error *err)
{
	*v = (volumes){.image = image, .grid = image->grid};
	if (onto != NULL && !lattice_same(onto, &image->grid))
	{
		v->grid = *onto;
		lattice_between(onto, &image->grid, v->between);
		if (image->voxels * image->width > VOLUME_MAX)
			return psy_fail(err, PSY_LIMIT,
							"a volume of the image takes %" PRIu64
							" MB; to be interpolated it may take %" PRIu64,
							image->voxels * image->width >> 20, VOLUME_MAX >> 20);
		v->whole = grow(NULL, image->voxels, image->width);
	}
	v->voxels = lattice_voxels(&v->grid);
	v->value = grow(NULL, SLAB_VOXELS, sizeof *v->value);
	return PSY_OK;
}

psy_status
volumes_next(volumes *v, slab *s, psy_error *err)
{
	psy_status status = PSY_OK;

	*s = (slab){.volume = v->volume,
				.start = v->at,
				.value = v->value,
				.finite = !nifti_has_nan(v->image) && v->whole == NULL};
	if (v->volume == v->image->volumes)
		return PSY_OK;
	s->count = v->voxels - v->at < SLAB_VOXELS ? (size_t) (v->voxels - v->at) : SLAB_VOXELS;
	if (v->as_stored)
	{
		s->value = NULL;
		s->stored = v->value;
		s->datatype = v->image->datatype;
		status = nifti_read_raw(v->image, v->value, s->count, err);
	}
	else if (v->whole == NULL)
		status = nifti_read(v->image, v->value, s->count, err);
	else if (v->at == 0)
		status = nifti_read_raw(v->image, v->whole, v->image->voxels, err);
	if (status == PSY_OK && v->whole != NULL)
		resample_linear(v->image, v->whole, v->between, &v->grid, v->at, v->value, s->count);
	v->at += s->count;
	if (v->at == v->voxels)
	{
		v->at = 0;
		v->volume++;
	}
	return status;
}

void
volumes_free(volumes *v)
{
	free(v->value);
	free(v->whole);
	*v = (volumes){0};
}

/* Sums of whole numbers below 2^53 are exact in any order and either type: the bits are those of add_plain.  A part is at most a slab long, and
 * 2^14 values of 16 bits stay below 2^31. */
_Static_assert(SLAB_VOXELS <= (size_t) 1 << 15, "sums of a slab of 16-bit integers fit 32 bits");

#define SUM_SMALL(name, type)                                                                                                                              \
	static int32_t sum_##name(const type *voxel, uint32_t count)                                                                                           \
	{                                                                                                                                                      \
		int32_t total = 0;                                                                                                                                 \
                                                                                                                                                           \
		for (uint32_t i = 0; i < count; i++)                                                                                                               \
			total += voxel[i];                                                                                                                             \
		return total;                                                                                                                                      \
	}

SUM_SMALL(int8, int8_t)
SUM_SMALL(uint8, uint8_t)
SUM_SMALL(int16, int16_t)
SUM_SMALL(uint16, uint16_t)

static void
add_stored(const parcel *part, const slab *s, double *sum, double *weight)
{
	size_t at = part->start - s->start;

	switch (s->datatype)
	{
		case DT_INT8: sum[part->region] += sum_int8((const int8_t *) s->stored + at, part->count); break;
		case DT_UINT8: sum[part->region] += sum_uint8((const uint8_t *) s->stored + at, part->count); break;
		case DT_INT16: sum[part->region] += sum_int16((const int16_t *) s->stored + at, part->count); break;
		case DT_UINT16: sum[part->region] += sum_uint16((const uint16_t *) s->stored + at, part->count); break;
	}
	weight[part->region] += part->count;
}

/* Every value counts 1 and is there. */
static void
add_plain(const parcel *part, const double *value, double *sum, double *weight)
{
	double total = 0;

	for (uint32_t i = 0; i < part->count; i++)
		total += value[i];
	sum[part->region] += total;
	weight[part->region] += part->count;
}

static void
add_weighted(const parcel *part, const double *value, const float *w, double *sum, double *weight)
{
	double total = 0, counted = 0;

	for (uint32_t i = 0; i < part->count; i++)
		if (isfinite(value[i]))
		{
			double share = w ? (double) w[i] : 1;

			total += share * value[i];
			counted += share;
		}
	sum[part->region] += total;
	weight[part->region] += counted;
}

void
volume_add_slab(const parcels *p, const slab *s, size_t *part, double *sum, double *weight)
{
	uint64_t end = s->start + s->count;

	for (; *part < p->parts && p->part[*part].start < end; ++*part)
	{
		const parcel *here = &p->part[*part];
		size_t at = here->start - s->start;

		if (s->stored != NULL)
			add_stored(here, s, sum, weight);
		else if (s->finite && p->weight == NULL)
			add_plain(here, s->value + at, sum, weight);
		else
			add_weighted(here, s->value + at, p->weight ? p->weight + here->weight : NULL, sum, weight);
	}
}

/* Sums become means; *coverage is lowered to what this volume had. */
static void
finish_volume(const parcels *p, double *mean, const double *weight, double *coverage)
{
	for (size_t r = 0; r < p->regions; r++)
	{
		mean[r] = weight[r] > 0 ? mean[r] / weight[r] : NAN;
		if (coverage != NULL)
			coverage[r] = p->total[r] > 0 ? fmin(coverage[r], weight[r] / p->total[r]) : 0;
	}
}

/* Integers of 8 or 16 bits without scaling, on the image's own grid: converting them takes longer than summing them. */
static bool
small_integers(const volumes *v)
{
	int type = v->image->datatype;

	return v->whole == NULL && !v->image->scaled && (type == DT_INT8 || type == DT_UINT8 || type == DT_INT16 || type == DT_UINT16);
}

psy_status
volume_region_series(volumes *v, const parcels *p, double *mean, double *coverage, psy_error *err)
{
	double *weight = grow(NULL, p->regions, sizeof *weight);
	size_t part = 0;
	slab s;
	psy_status status;

	for (size_t r = 0; coverage != NULL && r < p->regions; r++)
		coverage[r] = 1;
	memset(mean, 0, v->image->volumes * p->regions * sizeof *mean);
	v->as_stored = p->weight == NULL && small_integers(v);
	while ((status = volumes_next(v, &s, err)) == PSY_OK && s.count > 0)
	{
		double *row = mean + s.volume * p->regions;

		if (s.start == 0)
		{
			memset(weight, 0, p->regions * sizeof *weight);
			part = 0;
		}
		volume_add_slab(p, &s, &part, row, weight);
		if (s.start + s.count == v->voxels)
			finish_volume(p, row, weight, coverage);
	}
	free(weight);
	return status;
}
