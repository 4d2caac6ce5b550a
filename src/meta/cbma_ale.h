/* cbma_ale.h - what the two halves of ALE share: kernels, and what random arrangements need. */
#ifndef PSY_CBMA_ALE_H
#define PSY_CBMA_ALE_H

#include "meta/cbma_engine.h"

#define CBMA_TILE 4   /* cells of a tile along each axis */
#define CBMA_CELLS 64 /* of a tile */

/* A Gaussian along one axis. */
typedef struct cbma_line
{
	int reach;
	double *value; /* 2 reach + 1 */
	float *single; /* the same behind CBMA_TILE zeros, and zeros behind it: see make_kernel */
	float *wide;  /* of the first axis, for each place of its first value in a vector: vectors that hold it */
	size_t width; /* floats of one of these */
} cbma_line;

typedef struct cbma_kernel
{
	double fwhm;
	size_t group; /* kernels of like width */
	cbma_line axis[3];
} cbma_kernel;

/* The vectors of a row with voxels of the mask; end is 0 where there is none. */
typedef struct cbma_span
{
	uint16_t first, end;
} cbma_span;

struct cbma_ale
{
	cbma_space *space;
	const psy_experiments *data;
	cbma_kernel *kernels;
	size_t kernel_count;
	uint32_t *kernel_of; /* of an experiment */
	int reach[3];        /* of the widest kernel */
	double peak;         /* the largest probability in the middle of any kernel */

	/* of random foci, experiment by experiment */
	uint32_t *experiment_of;
	uint16_t *from[3]; /* first cell of the focus's kernel along each axis */
	uint16_t *hit;     /* not 0 where the kernel reaches the tile in hand; filled up with 0 to whole words */
	uint32_t *order;   /* foci by group of kernels and slice */
	uint32_t *place;   /* scratch of the sort: where each bucket goes on */
	size_t buckets;
	size_t groups;     /* of kernels */
	float *group_line; /* of a group: the largest of the kernels' lines along the third axis, 2 reach + 1 */

	uint16_t
		*at; /* of a voxel of the mask: its cell's place along each axis, and a fourth that is not used */
	cbma_span *span;                /* of a row */
	size_t first_slice, last_slice; /* with voxels of the mask */
	/* Cells, which may be written beyond the end of their row by a line's width and read, in the last tiles,
	 * beyond the last slice.  Sums of the kernels' first two lines; and of kernels, no less than what the
	 * union can be made of, in the rows' spans. */
	float *slices, *sum;
	float *sum_room, *slices_room; /* these begin in them where a vector may */
	size_t beyond;

	/* tiles of the space, the first axis fastest */
	size_t size[3], tiles;
	uint64_t *mask_cells; /* of a tile: which of its cells are voxels of the mask */
	int32_t *inside;      /* tiles with any, ascending */
	size_t inside_count;
	int32_t *open;    /* tiles with cells to be computed exactly */
	uint64_t *wanted; /* these cells */
	size_t opened;
};

/* The space's tiles, and room for random foci: once the kernels are known. */
psy_status cbma_ale_make_draws(const psy_context *ctx, cbma_ale *ale, psy_error *err);
void cbma_ale_free_draws(const psy_context *ctx, cbma_ale *ale);

#endif
