/*
 * grid_parcels.h - which voxels of a grid make up which region, and with what weight: a label image,
 * probability maps, spheres or a mask, drawn once and then laid over any number of volumes.
 *
 * Voxels of a region that follow one another are one part; parts lie in voxel order, and none crosses a
 * multiple of SLAB_VOXELS, so that a volume can pass by in slabs of that many voxels.  Regions may overlap
 * (spheres, probabilities).
 */
#ifndef GRID_PARCELS_H
#define GRID_PARCELS_H

#include "reader_nifti.h"

#define NO_LABEL INT64_MIN

#define SLAB_VOXELS ((size_t) 1 << 14)

typedef struct parcel
{
	uint32_t start; /* voxel, first dimension fastest */
	uint32_t count;
	uint32_t region; /* 0-based */
	uint32_t weight; /* of the first voxel in parcels.weight; meaningless without weights */
} parcel;

typedef struct parcels
{
	lattice grid;
	size_t regions;
	parcel *part;
	size_t parts, room;
	float *weight; /* NULL: every voxel counts 1 */
	size_t weights, weight_room;
	uint64_t *voxels;     /* [regions] of each region, with those of a sphere that lie beyond the grid */
	double *total;        /* [regions] sums of weights, beyond the grid too */
	double (*place)[3];   /* [regions] weighted sums of 0-based voxel indices */
	struct parcels *core; /* of probability maps: each voxel at its most probable region, where that has 25 %
							 (NULL otherwise) */
} parcels;

typedef struct sphere
{
	double centre[3], radius; /* mm */
} sphere;

/* Everything below draws on the grid `onto`, by nearest neighbour where it is another one than the image's;
 * onto NULL is the image's own. The image is read to its end but not finished. On error nothing is left to
 * free. */

/* label [regions]: the values of the regions, none twice; background is 0; any other value is an error that
 * names it.  A label NO_LABEL never occurs. */
psy_status parcels_of_labels(parcels *p, nifti *image, const int64_t *label, size_t regions,
							 const lattice *onto, psy_error *err);

/* A volume a region: label[r] is the 1-based volume of region r, each volume one region's.  Probabilities
 * from 0 to 1, or percent when any is above 1. NaN is 0. */
psy_status parcels_of_maps(parcels *p, nifti *image, const int64_t *label, size_t regions,
						   const lattice *onto, psy_error *err);

/* Every voxel that is neither 0 nor NaN is a region of its own, in voxel order. */
psy_status parcels_of_mask(parcels *p, nifti *image, const lattice *onto, psy_error *err);

/* Voxels whose centre is within the radius. */
psy_status parcels_of_spheres(parcels *p, const sphere *spheres, size_t regions, const lattice *onto,
							  psy_error *err);

/* Centre of gravity of a region, mm; false without voxels. */
bool parcels_centre(const parcels *p, size_t region, double mm[3]);
void parcels_free(parcels *p);

/* The index of the voxel of `from` nearest to voxel (i, j, k) of another grid, whose voxels `between` carries
 * there; false outside. */
bool nearest_voxel(const lattice *from, const double between[12], const int64_t at[3], uint64_t *voxel);

#endif
