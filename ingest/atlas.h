/*
 * atlas.h - a label image beside the regions it names, and sums over a map by region.
 */
#ifndef ATLAS_H
#define ATLAS_H

#include "buffer.h"
#include "reader_nifti.h"
#include "regions.h"

/* What a pass over the voxels collects of a region. */
typedef struct region_sum
{
	double sum;      /* of finite values */
	uint64_t finite; /* voxels with a finite value */
	uint64_t voxels;
	double place[3]; /* sum of voxel indices */
} region_sum;

/* One pass over the label image, with the map beside it when there is one (same grid; NULL: the map is not
 * read). sums [r->count].  A label without a region is an error, as is one that is no whole number. */
psy_status atlas_sum(nifti *labels, nifti *map, const regions *r, region_sum *sums, psy_error *err);

/* The label image of an atlas as the warehouse keeps it. */
psy_status atlas_image(session *db, const char *atlas, buffer *image, psy_error *err);

#endif
