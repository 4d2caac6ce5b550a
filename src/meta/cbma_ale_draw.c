/*
 * cbma_ale_draw.c - random arrangements of foci for ALE.
 *
 * An arrangement is asked for its maximum and for the few voxels above a threshold.  So its union is first
 * taken over pairs of cells along the third axis, each with a bound of the kernel within it (the product of
 * the lines' largest values), which is no less than the union in either; then exactly, in blocks of 2 x 2 x 2
 * cells, where a bound is above the threshold alone.  Either way takes two passes over an experiment's foci:
 * the first keeps the larger of their kernels in a scratch map, the second moves what it finds there to the
 * union and leaves 0, so that overlapping kernels of one experiment count once.
 *
 * Single precision: each experiment adds at most 1e-7 of relative error.
 */
#include "meta/cbma_ale.h"

#include "core/lanes.h"
#include "core/random.h"

#include <string.h>

#define BLOCK CBMA_BLOCK
#define CELLS CBMA_CELLS
#define SLACK 1.0001f /* bounds and unions are rounded: one part in 10,000 is far more than that */

uint64_t
cbma_random_voxel(uint64_t seed, uint64_t iteration, size_t focus, size_t voxels)
{
	uint64_t pair[2];

	psy_random_pair(seed, iteration, focus / 2, pair);
	return psy_random_below(pair[focus % 2], voxels);
}

/* ---- blocks
 * -------------------------------------------------------------------------------------------------- */

/* Which cells of which blocks are voxels of the mask. */
static void
mark_blocks(cbma_ale *ale)
{
	const cbma_space *space = ale->space;

	memset(ale->mask_cells, 0, ale->blocks);
	for (size_t v = 0; v < space->mask->voxels; v++)
	{
		size_t at[3], block, cell;

		cbma_subscripts(space, space->cell[v], at);
		block = at[0] / BLOCK + ale->size[0] * (at[1] / BLOCK + ale->size[1] * (at[2] / BLOCK));
		cell = at[0] % BLOCK + BLOCK * (at[1] % BLOCK + BLOCK * (at[2] % BLOCK));
		ale->mask_cells[block] |= (uint8_t) (1 << cell);
	}
	for (size_t b = 0; b < ale->blocks; b++)
		if (ale->mask_cells[b] != 0)
			ale->inside[ale->inside_count++] = (int32_t) b;
}

psy_status
cbma_ale_make_blocks(const psy_context *ctx, cbma_ale *ale, psy_error *err)
{
	size_t beyond = 0, values;
	psy_status status;

	for (size_t k = 0; k < ale->kernel_count; k++)
		if (ale->kernels[k].axis[0].width > beyond)
			beyond = ale->kernels[k].axis[0].width;
	ale->blocks = 1;
	for (int a = 0; a < 3; a++)
	{
		ale->size[a] = ale->space->size[a] / BLOCK + 1;
		ale->blocks *= ale->size[a];
	}
	ale->bounds = ale->space->size[0] * ale->space->size[1] * ale->size[2];
	values = ale->bounds + beyond;
	ale->row_words = (ale->size[0] + 63) / 64 + 1; /* a line's bits are read from two words */
	status = psy_alloc(ctx, ale->blocks, sizeof(int32_t), (void **) &ale->inside, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, ale->blocks, 1, (void **) &ale->mask_cells, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, values, sizeof(float), (void **) &ale->bound, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, values, sizeof(float), (void **) &ale->trial, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, ale->blocks / ale->size[0] * ale->row_words, sizeof(uint64_t),
						   (void **) &ale->open, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, ale->blocks, sizeof(int32_t), (void **) &ale->slot, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, ale->blocks, sizeof(int32_t), (void **) &ale->list, err);
	if (status == PSY_OK)
	{
		memset(ale->trial, 0, values * sizeof(float));
		mark_blocks(ale);
	}
	return status;
}

static void
release_room(const psy_context *ctx, cbma_ale *ale)
{
	psy_release(ctx, ale->all);
	psy_release(ctx, ale->scratch);
	psy_release(ctx, ale->touched);
	psy_release(ctx, ale->last);
	ale->all = ale->scratch = NULL;
	ale->touched = NULL;
	ale->last = NULL;
}

void
cbma_ale_free_blocks(const psy_context *ctx, cbma_ale *ale)
{
	psy_release(ctx, ale->inside);
	psy_release(ctx, ale->bound);
	psy_release(ctx, ale->trial);
	psy_release(ctx, ale->open);
	psy_release(ctx, ale->slot);
	psy_release(ctx, ale->list);
	psy_release(ctx, ale->mask_cells);
	release_room(ctx, ale);
}

/* ---- random arrangements: bounds
 * ---------------------------------------------------------------------------- */

/* Where a focus's kernel begins: the block, and on each axis its first cell's place in it. */
typedef struct corner
{
	size_t block[3];
	size_t first[3];
} corner;

static corner
corner_of(const cbma_ale *ale, const cbma_kernel *k, int32_t cell)
{
	size_t at[3];
	corner c;

	cbma_subscripts(ale->space, cell, at);
	for (int a = 0; a < 3; a++)
	{
		at[a] -= (size_t) k->axis[a].reach;
		c.block[a] = at[a] / BLOCK;
		c.first[a] = at[a] % BLOCK;
	}
	return c;
}

/* A box of bounds: its first row, and how far it goes. */
typedef struct box
{
	size_t begin, rows, slices, width, row_step, slice_step;
} box;

static box
box_of(const cbma_ale *ale, const cbma_kernel *k, const corner *c)
{
	size_t row = ale->space->size[0], slice = row * ale->space->size[1];

	return (box){c->block[0] * BLOCK + c->first[0] + row * (c->block[1] * BLOCK + c->first[1]) +
					 slice * c->block[2],
				 2 * (size_t) k->axis[1].reach + 1,
				 (size_t) k->axis[2].blocks,
				 k->axis[0].width,
				 row,
				 slice};
}

PSY_CLONES static void
keep_larger_bounds(const box *b, const float *restrict x, const float *restrict y, const float *restrict z,
				   float *restrict map)
{
	for (size_t k = 0; k < b->slices; k++)
		for (size_t j = 0; j < b->rows; j++)
		{
			float *restrict row = map + b->begin + k * b->slice_step + j * b->row_step;
			float share = z[k] * y[j];

			for (size_t i = 0; i < b->width; i += PSY_LANES)
				for (int lane = 0; lane < PSY_LANES; lane++)
					row[i + lane] = share * x[i + lane] > row[i + lane] ? share * x[i + lane] : row[i + lane];
		}
}

PSY_CLONES static void
move_bounds(const box *b, float *restrict map, float *restrict all)
{
	for (size_t k = 0; k < b->slices; k++)
		for (size_t j = 0; j < b->rows; j++)
		{
			float *restrict from = map + b->begin + k * b->slice_step + j * b->row_step;
			float *restrict to = all + b->begin + k * b->slice_step + j * b->row_step;

			for (size_t i = 0; i < b->width; i += PSY_LANES)
				for (int lane = 0; lane < PSY_LANES; lane++)
				{
					to[i + lane] += from[i + lane] * (1 - to[i + lane]);
					from[i + lane] = 0;
				}
		}
}

static void
place_foci(const cbma_ale *ale, uint64_t seed, uint64_t iteration)
{
	const psy_experiments *data = ale->data;

	for (size_t f = 0; f < data->start[data->count]; f++)
		ale->cell[f] = ale->space->cell[cbma_random_voxel(seed, iteration, f, ale->space->mask->voxels)];
}

static void
bound_all(cbma_ale *ale)
{
	const psy_experiments *data = ale->data;

	memset(ale->bound, 0, ale->bounds * sizeof(float));
	for (size_t e = 0; e < data->count; e++)
	{
		const cbma_kernel *k = &ale->kernels[ale->kernel_of[e]];

		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
		{
			corner c = corner_of(ale, k, ale->cell[f]);
			box b = box_of(ale, k, &c);

			keep_larger_bounds(&b, k->axis[0].bound, k->axis[1].bound,
							   k->axis[2].bound + c.first[2] * k->axis[2].width, ale->trial);
		}
		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
		{
			corner c = corner_of(ale, k, ale->cell[f]);
			box b = box_of(ale, k, &c);

			move_bounds(&b, ale->trial, ale->bound);
		}
	}
}

/* ---- random arrangements: the blocks that matter
 * ------------------------------------------------------------ */

/* Lists the blocks whose bound is above a value. */
static void
open_blocks(cbma_ale *ale, double above)
{
	const float least = (float) above / SLACK;

	memset(ale->open, 0, ale->blocks / ale->size[0] * ale->row_words * sizeof(uint64_t));
	ale->listed = 0;
	for (size_t i = 0; i < ale->inside_count; i++)
	{
		size_t b = (size_t) ale->inside[i], x = b % ale->size[0], y = b / ale->size[0] % ale->size[1];
		size_t z = b / ale->size[0] / ale->size[1], row = ale->space->size[0];
		const float *bound = ale->bound + (z * ale->space->size[1] + BLOCK * y) * row + BLOCK * x;

		if (!(bound[0] > least || bound[1] > least || bound[row] > least || bound[row + 1] > least))
			continue;
		ale->open[b / ale->size[0] * ale->row_words + x / 64] |= (uint64_t) 1 << (x % 64);
		ale->slot[b] = (int32_t) ale->listed;
		ale->list[ale->listed++] = (int32_t) b;
	}
}

static psy_status
make_room(const psy_context *ctx, cbma_ale *ale, psy_error *err)
{
	psy_status status = PSY_OK;

	if (ale->listed == 0)
		return PSY_OK;
	if (ale->listed > ale->room)
	{
		release_room(ctx, ale);
		ale->room = 2 * ale->listed < ale->blocks ? 2 * ale->listed : ale->blocks;
		status = psy_alloc(ctx, ale->room * CELLS, sizeof(float), (void **) &ale->all, err);
		if (status == PSY_OK)
			status = psy_alloc(ctx, ale->room * CELLS, sizeof(float), (void **) &ale->scratch, err);
		/* one more: a slot is written before it is known to be a new one */
		if (status == PSY_OK)
			status = psy_alloc(ctx, ale->room + 1, sizeof(int32_t), (void **) &ale->touched, err);
		if (status == PSY_OK)
			status = psy_alloc(ctx, ale->room, sizeof(uint32_t), (void **) &ale->last, err);
		if (status != PSY_OK)
			return status;
		memset(ale->scratch, 0, ale->room * CELLS * sizeof(float));
	}
	memset(ale->all, 0, ale->listed * CELLS * sizeof(float));
	memset(ale->last, 0, ale->listed * sizeof(uint32_t));
	return PSY_OK;
}

/* A block's cells as one vector: two along x, y and z in turn. */
typedef float cells __attribute__((vector_size(CELLS * sizeof(float))));
typedef int32_t cell_bits __attribute__((vector_size(CELLS * sizeof(float))));
typedef double cell_pairs __attribute__((vector_size(CELLS * sizeof(float))));

/* scratch = the larger of scratch and share times the two floats at x, repeated. */
static inline void
keep_larger_cells(const cells *share, const float *x, float *scratch)
{
	double pair;
	cells value, old;
	cell_bits more;

	memcpy(&pair, x, sizeof pair);
	value = *share * (cells) (cell_pairs){pair, pair, pair, pair};
	memcpy(&old, scratch, sizeof old);
	more = value > old;
	value = (cells) (((cell_bits) value & more) | ((cell_bits) old & ~more));
	memcpy(scratch, &value, sizeof value);
}

/* count bits from `from` on of a row of open blocks. */
static inline uint64_t
bits_of(const uint64_t *row, size_t from, size_t count)
{
	uint64_t bits = row[from / 64] >> (from % 64);

	if (from % 64 != 0)
		bits |= row[from / 64 + 1] << (64 - from % 64);
	return count < 64 ? bits & (((uint64_t) 1 << count) - 1) : bits;
}

/* A focus's kernel to the scratch of the open blocks it reaches; how many slots its experiment has touched
 * then. */
PSY_CLONES static size_t
reach_open(const cbma_ale *ale, const cbma_kernel *k, const corner *c, uint32_t experiment, size_t touched)
{
	const float *origin[3];
	size_t across = (size_t) k->axis[0].blocks;

	for (int a = 0; a < 3; a++)
		origin[a] = k->axis[a].single + BLOCK - c->first[a];
	for (size_t z = 0; z < (size_t) k->axis[2].blocks; z++)
		for (size_t y = 0; y < (size_t) k->axis[1].blocks; y++)
		{
			size_t row = (c->block[2] + z) * ale->size[1] + c->block[1] + y;
			const int32_t *slot = ale->slot + row * ale->size[0] + c->block[0];
			const float *v = origin[1] + BLOCK * y, *w = origin[2] + BLOCK * z;
			cells share = {w[0] * v[0], w[0] * v[0], w[0] * v[1], w[0] * v[1],
						   w[1] * v[0], w[1] * v[0], w[1] * v[1], w[1] * v[1]};

			for (size_t x = 0; x < across; x += 64)
				for (uint64_t left = bits_of(ale->open + row * ale->row_words, c->block[0] + x, across - x);
					 left != 0; left &= left - 1)
				{
					size_t at = x + (size_t) __builtin_ctzll(left);

					keep_larger_cells(&share, origin[0] + BLOCK * at,
									  ale->scratch + (size_t) slot[at] * CELLS);
					ale->touched[touched] = slot[at];
					touched += ale->last[slot[at]] != experiment;
					ale->last[slot[at]] = experiment;
				}
		}
	return touched;
}

PSY_CLONES static void
move_touched(const int32_t *restrict slot, size_t count, float *restrict scratch, float *restrict all)
{
	for (size_t t = 0; t < count; t++)
	{
		float *restrict from = scratch + (size_t) slot[t] * CELLS;
		float *restrict to = all + (size_t) slot[t] * CELLS;

		for (int i = 0; i < CELLS; i++)
		{
			to[i] += from[i] * (1 - to[i]);
			from[i] = 0;
		}
	}
}

static void
compute_open(cbma_ale *ale)
{
	const psy_experiments *data = ale->data;

	for (size_t e = 0; e < data->count; e++)
	{
		const cbma_kernel *k = &ale->kernels[ale->kernel_of[e]];
		size_t touched = 0;

		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
		{
			corner c = corner_of(ale, k, ale->cell[f]);

			touched = reach_open(ale, k, &c, (uint32_t) e + 1, touched);
		}
		move_touched(ale->touched, touched, ale->scratch, ale->all);
	}
}

static int32_t
cell_of_block(const cbma_ale *ale, int32_t block, size_t cell)
{
	const cbma_space *space = ale->space;
	size_t at[3] = {(size_t) block % ale->size[0], (size_t) block / ale->size[0] % ale->size[1],
					(size_t) block / ale->size[0] / ale->size[1]};

	at[0] = at[0] * BLOCK + cell % BLOCK;
	at[1] = at[1] * BLOCK + cell / BLOCK % BLOCK;
	at[2] = at[2] * BLOCK + cell / BLOCK / BLOCK;
	return (int32_t) (at[0] + space->size[0] * (at[1] + space->size[1] * at[2]));
}

/* The largest value in the open blocks' voxels, and those above threshold. */
static double
collect(const cbma_ale *ale, double threshold, cbma_peaks *peaks)
{
	double largest = 0;

	peaks->count = 0;
	for (size_t l = 0; l < ale->listed; l++)
		for (uint64_t left = ale->mask_cells[ale->list[l]]; left != 0; left &= left - 1)
		{
			size_t cell = (size_t) __builtin_ctzll(left);
			double value = ale->all[l * CELLS + cell];

			largest = value > largest ? value : largest;
			if (value > threshold)
			{
				peaks->excess[peaks->count] = value - threshold;
				peaks->cell[peaks->count++] = cell_of_block(ale, ale->list[l], cell);
			}
		}
	return largest;
}

psy_status
cbma_ale_draw(const psy_context *ctx, cbma_ale *ale, uint64_t seed, uint64_t iteration, double threshold,
			  cbma_peaks *peaks, double *largest, psy_error *err)
{
	double above = threshold;
	psy_status status = PSY_OK;

	place_foci(ale, seed, iteration);
	bound_all(ale);
	*largest = -1;
	/* the second time, where nothing is above the threshold: every block that may hold more than was found */
	for (int time = 0; time < 2 && *largest <= threshold && status == PSY_OK; time++)
	{
		open_blocks(ale, above);
		status = make_room(ctx, ale, err);
		if (status != PSY_OK)
			return status;
		compute_open(ale);
		*largest = collect(ale, threshold, peaks);
		above = *largest;
	}
	return status;
}
