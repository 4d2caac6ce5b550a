/*
 * cbma_space.h - the grid of a coordinate-based meta-analysis with a margin on every side as wide as the
 * widest kernel: a kernel around any voxel of the grid then needs no clipping, and a neighbour of any voxel
 * exists.  A cell is a voxel of this wider grid; i runs fastest.
 */
#ifndef PSY_CBMA_SPACE_H
#define PSY_CBMA_SPACE_H

#include "meta/cbma.h"

typedef struct cbma_space
{
	const psy_voxel_mask *mask;
	int margin[3];
	size_t size[3]; /* cells along i, j, k; size[0] is a multiple of 8 */
	size_t cells;
	int32_t *cell; /* of each voxel of the mask */
	int32_t *slot; /* cells: work space of cbma_components, all 0 between calls */
} cbma_space;

psy_status cbma_space_make(const psy_context *ctx, const psy_voxel_mask *mask, const int margin[3],
						   cbma_space *space, psy_error *err);
void cbma_space_free(const psy_context *ctx, cbma_space *space);

/* The cell nearest to a place in mm (ties to the even index), or -1 outside the grid. */
int32_t cbma_nearest(const cbma_space *space, const double xyz[3]);

/* A cell's place along each axis. */
static inline void
cbma_subscripts(const cbma_space *space, int32_t cell, size_t at[3])
{
	at[0] = (size_t) cell % space->size[0];
	at[1] = (size_t) cell / space->size[0] % space->size[1];
	at[2] = (size_t) cell / space->size[0] / space->size[1];
}

/* Index in the mask of a cell, or -1. */
int32_t cbma_voxel_of(const cbma_space *space, int32_t cell);

/* Cells of voxels above a threshold with what exceeds it. */
typedef struct cbma_peaks
{
	int32_t *cell;
	double *excess;
	int32_t
		*parent; /* after cbma_components: each cell's component as the place of its first cell in the list */
	size_t *size; /* of a component, at that place */
	double *mass;
	size_t count;
} cbma_peaks;

psy_status cbma_peaks_make(const psy_context *ctx, size_t most, cbma_peaks *peaks, psy_error *err);
void cbma_peaks_free(const psy_context *ctx, cbma_peaks *peaks);

/* Joins cells that share a face; *size and *mass are the largest of all components (0 for none). */
void cbma_components(cbma_space *space, cbma_peaks *peaks, size_t *size, double *mass);

#endif
