/*
 * writer_nifti.h - one volume of numbers as a NIfTI-1 image, gzipped where the path ends so.  The header has
 * no free text.
 */
#ifndef WRITER_NIFTI_H
#define WRITER_NIFTI_H

#include "buffer.h"
#include "grid_lattice.h"

/* The image's header on a grid, then room for its voxels, all 0, first dimension fastest: they are returned,
 * and stay where they are while nothing is added.  PSY_LIMIT for a grid that NIfTI-1 cannot hold. */
psy_status nifti_begin(buffer *image, const lattice *grid, float **voxel, psy_error *err);

/* To a file that is not there yet. */
psy_status nifti_write(const char *path, const buffer *image, psy_error *err);

#endif
