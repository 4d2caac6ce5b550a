/*
 * resample.h - trilinear interpolation of a volume at the voxels of another grid, through both affines.
 *
 * As scipy.ndimage.affine_transform has it with order 1: a place between voxel centres is a weighted mean of
 * its eight neighbours; a place outside the outermost centres is outside the image and NaN (scipy's cval),
 * never 0.
 */
#ifndef RESAMPLE_H
#define RESAMPLE_H

#include "reader_nifti.h"

/* raw: a volume of the image as nifti_read_raw gives it.  value[count]: voxels at .. of the grid onto, whose
 * indices `between` carries to the image's. */
void resample_linear(const nifti *image, const void *raw, const double between[12], const lattice *onto,
					 uint64_t at, double *value, size_t count);

#endif
