/* cbma_ale.h - what the two halves of ALE share: kernels, and the blocks of cells of random arrangements. */
#ifndef PSY_CBMA_ALE_H
#define PSY_CBMA_ALE_H

#include "meta/cbma_engine.h"

#define CBMA_BLOCK 2 /* cells along each axis */
#define CBMA_CELLS 8 /* of a block */

/* A Gaussian along one axis. */
typedef struct cbma_line
{
	int reach;
	double *value; /* 2 reach + 1 */
	float *single; /* the same with CBMA_BLOCK zeros on either side */
	int blocks;    /* how many blocks it may touch */
	size_t width;  /* floats of a row of bound */
	float *bound; /* of the first two axes the values themselves, filled up with 0 to full lanes; of the third
					 CBMA_BLOCK rows, by the place of its first cell in a block: the largest value in each
					 block */
} cbma_line;

typedef struct cbma_kernel
{
	double fwhm;
	cbma_line axis[3];
} cbma_kernel;

struct cbma_ale
{
	cbma_space *space;
	const psy_experiments *data;
	cbma_kernel *kernels;
	size_t kernel_count;
	uint32_t *kernel_of; /* of an experiment */
	int32_t *cell;       /* of the random foci */

	/* blocks of the space, the first axis fastest */
	size_t size[3], blocks;
	uint8_t *mask_cells; /* of a block: which of its cells are voxels of the mask */
	int32_t *inside;     /* blocks with any, ascending */
	size_t inside_count;
	/* The union of bounds over pairs of cells along the third axis, the space's rows otherwise; scratch, 0
	 * between experiments.  Rows may be read and written beyond their end by a line's width. */
	float *bound, *trial;
	size_t bounds;
	uint64_t *open; /* a bit a block: to be computed exactly; rows of whole words */
	size_t row_words;
	int32_t *slot; /* of an open block: its place in the list */
	int32_t *list; /* open blocks, ascending */
	size_t listed;
	float *all, *scratch; /* CBMA_CELLS an open block: the union; 0 between experiments */
	int32_t *touched;     /* the slots that an experiment reaches */
	uint32_t *last;       /* of a slot: the last experiment (from 1) that reached it */
	size_t room;          /* open blocks for which these four have room */
};

/* The blocks of a space: once its kernels are known. */
psy_status cbma_ale_make_blocks(const psy_context *ctx, cbma_ale *ale, psy_error *err);
void cbma_ale_free_blocks(const psy_context *ctx, cbma_ale *ale);

#endif
