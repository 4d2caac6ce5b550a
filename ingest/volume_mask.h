/*
 * volume_mask.h - a mask on the grid of an image: which of its voxels count.
 */
#ifndef VOLUME_MASK_H
#define VOLUME_MASK_H

#include "reader_nifti.h"

/* *inside [voxels of onto], the caller's to free: 1 where the mask is neither 0 nor NaN.  Another grid than
 * onto is an error that names both, unless nearest: then the nearest voxel of the mask counts, and outside of
 * it is 0. */
psy_status volume_mask(uint8_t **inside, const char *path, const lattice *onto, bool nearest, psy_error *err);

#endif
