/*
 * volume.h - the volumes of a 3-D or 4-D image one after the other, in slabs of voxels, within bounded
 * memory.
 *
 *   volumes v;
 *   slab s;
 *   volumes_start(&v, &image, NULL, err);                   // or a grid: trilinear interpolation onto it
 *   while ((status = volumes_next(&v, &s, err)) == PSY_OK && s.count > 0)
 *       ... s.value[0 .. s.count - 1] are the voxels s.start .. of volume s.volume, scaled ...
 *   volumes_free(&v);                                       // then nifti_finish: nothing may follow
 *
 * Slabs are SLAB_VOXELS long (the last one of a volume may be shorter) and begin at multiples of it.  Memory
 * is one slab; with interpolation also one volume in the image's own type.
 */
#ifndef VOLUME_H
#define VOLUME_H

#include "grid_parcels.h"

typedef struct slab
{
	uint64_t volume; /* 0-based */
	uint64_t start;  /* its first voxel */
	size_t count;    /* 0: the image is at its end */
	double *value;   /* NaN outside the image; the caller may change them */
	bool finite;     /* by their type, none can be NaN or infinite */
	const void *stored; /* within volume_region_series: the voxels as they are, instead of value; else NULL */
	int datatype;       /* of stored */
} slab;

typedef struct volumes
{
	nifti *image;
	lattice grid;        /* that the slabs are on */
	uint64_t voxels;     /* of a volume on it */
	double between[12];  /* its voxels to the image's */
	double *value;       /* [SLAB_VOXELS] */
	uint8_t *whole;      /* the current volume as it is stored, when it is interpolated; else NULL */
	bool as_stored;      /* the slabs give voxels as they are, in this machine's byte order */
	uint64_t volume, at; /* of the next slab */
} volumes;

/* onto NULL, or the image's own grid: the voxels as they are. */
psy_status volumes_start(volumes *v, nifti *image, const lattice *onto, psy_error *err);
psy_status volumes_next(volumes *v, slab *s, psy_error *err);
void volumes_free(volumes *v);

/* Weighted sums of a slab by region: adds to sum[regions] and weight[regions]; values that are NaN or
 * infinite do not count. *part is the first part not yet done: 0 at the start of a volume. */
void volume_add_slab(const parcels *p, const slab *s, size_t *part, double *sum, double *weight);

/* Region means of every volume: mean [image->volumes][p->regions], NaN for a region without a value; the
 * parcels lie on v->grid. coverage [p->regions], or NULL: the least share of its weight that a region had in
 * any volume. */
psy_status volume_region_series(volumes *v, const parcels *p, double *mean, double *coverage, psy_error *err);

#endif
