/*
 * cbma_ale_draw.c - random arrangements of foci for ALE.
 *
 * An arrangement is asked for its maximum and for the few voxels above a threshold, so two steps find them.
 * The first sums the kernels of all foci, whichever experiment they belong to: since the larger of two
 * probabilities is no more than their sum, and - log(1 - m) no more than m times what it is at the largest m,
 *   - log(1 - ALE) <= sum of m * (- log(1 - peak) / peak),
 * and the bound is close, because random foci of one experiment seldom lie within a kernel of each other.  A
 * sum of products of lines is cheap: foci add the first two lines to the slice in which they lie, and the
 * slices are smeared by the third once for a group of kernels of like width, by the largest of their lines.
 * The second step computes the union exactly, experiment by experiment, in the tiles of 4 x 4 x 4 cells that
 * have a voxel whose bound is above the threshold.
 *
 * Single precision: each experiment adds at most 1e-7 of relative error.
 */
#include "meta/cbma_ale.h"

#include "core/lanes.h"
#include "core/random.h"

#include <math.h>
#include <string.h>

#define TILE CBMA_TILE
#define CELLS CBMA_CELLS
#define WORD 4 /* hits read at once */

/* Loaded from where it lies: kernels start at any float, and lines of a grid at any voxel. */
typedef float lanes __attribute__((vector_size(PSY_LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

uint64_t
cbma_random_voxel(uint64_t seed, uint64_t iteration, size_t focus, size_t voxels)
{
	uint64_t pair[2];

	psy_random_pair(seed, iteration, focus / 2, pair);
	return psy_random_below(pair[focus % 2], voxels);
}

/* ---- tiles, and room ------------------------------------------------------------------------- */

/* Which cells of which tiles are voxels of the mask. */
static void
mark_tiles(cbma_ale *ale)
{
	const cbma_space *space = ale->space;

	memset(ale->mask_cells, 0, ale->tiles * sizeof(uint64_t));
	for (size_t v = 0; v < space->mask->voxels; v++)
	{
		size_t at[3], tile, cell;

		cbma_subscripts(space, space->cell[v], at);
		for (int a = 0; a < 3; a++)
			ale->at[4 * v + (size_t) a] = (uint16_t) at[a];
		tile = at[0] / TILE + ale->size[0] * (at[1] / TILE + ale->size[1] * (at[2] / TILE));
		cell = at[0] % TILE + TILE * (at[1] % TILE + TILE * (at[2] % TILE));
		ale->mask_cells[tile] |= (uint64_t) 1 << cell;
	}
	for (size_t t = 0; t < ale->tiles; t++)
		if (ale->mask_cells[t] != 0)
			ale->inside[ale->inside_count++] = (int32_t) t;
}

/* Which vectors of which rows have voxels of the mask. */
static void
mark_spans(cbma_ale *ale)
{
	const cbma_space *space = ale->space;
	size_t voxels = space->mask->voxels;

	memset(ale->span, 0, space->size[1] * space->size[2] * sizeof *ale->span);
	for (size_t v = 0; v < voxels; v++)
	{
		const uint16_t *at = ale->at + 4 * v;
		cbma_span *span = &ale->span[at[1] + space->size[1] * at[2]];
		uint16_t vector = at[0] / PSY_LANES;

		if (span->end == 0)
			span->first = vector;
		span->end = (uint16_t) (vector + 1); /* voxels of a row follow each other */
	}
	ale->first_slice = ale->at[2];
	ale->last_slice = ale->at[4 * (voxels - 1) + 2];
}

static void
describe_foci(cbma_ale *ale)
{
	const psy_experiments *data = ale->data;

	for (size_t e = 0; e < data->count; e++)
		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
			ale->experiment_of[f] = (uint32_t) e;
	ale->peak = 0;
	for (size_t k = 0; k < ale->kernel_count; k++)
	{
		const cbma_line *axis = ale->kernels[k].axis;
		double peak =
			axis[0].value[axis[0].reach] * axis[1].value[axis[1].reach] * axis[2].value[axis[2].reach];

		ale->peak = peak > ale->peak ? peak : ale->peak;
	}
}

static float *
aligned(float *room)
{
	return (float *) (((uintptr_t) room + sizeof(lanes) - 1) / sizeof(lanes) * sizeof(lanes));
}

/* What has one element a voxel, a cell or a tile. */
static psy_status
make_space_room(const psy_context *ctx, cbma_ale *ale, psy_error *err)
{
	size_t values = ale->space->cells + ale->beyond;
	psy_status status =
		psy_alloc(ctx, 4 * ale->space->mask->voxels, sizeof(uint16_t), (void **) &ale->at, err);

	if (status == PSY_OK)
		status = psy_alloc(ctx, values + PSY_LANES, sizeof(float), (void **) &ale->sum_room, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, values + PSY_LANES, sizeof(float), (void **) &ale->slices_room, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, ale->space->size[1] * ale->space->size[2], sizeof *ale->span,
						   (void **) &ale->span, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, ale->tiles, sizeof(uint64_t), (void **) &ale->mask_cells, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, ale->tiles, sizeof(uint64_t), (void **) &ale->wanted, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, ale->tiles, sizeof(int32_t), (void **) &ale->inside, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, ale->tiles, sizeof(int32_t), (void **) &ale->open, err);
	if (status != PSY_OK)
		return status;
	ale->sum = aligned(ale->sum_room);
	ale->slices = aligned(ale->slices_room);
	memset(ale->sum, 0, values * sizeof(float));
	return PSY_OK;
}

/* What has one element a focus or an experiment. */
static psy_status
make_foci_room(const psy_context *ctx, cbma_ale *ale, psy_error *err)
{
	size_t foci = ale->data->start[ale->data->count], words = foci / WORD + 1;
	psy_status status = psy_alloc(ctx, foci, sizeof(uint32_t), (void **) &ale->experiment_of, err);

	for (int a = 0; a < 3 && status == PSY_OK; a++)
		status = psy_alloc(ctx, foci, sizeof(uint16_t), (void **) &ale->from[a], err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, words * WORD, sizeof(uint16_t), (void **) &ale->hit, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, foci, sizeof(uint32_t), (void **) &ale->order, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, ale->buckets + 1, sizeof(uint32_t), (void **) &ale->place, err);
	if (status == PSY_OK)
		memset(ale->hit, 0, words * WORD * sizeof(uint16_t));
	return status;
}

psy_status
cbma_ale_make_draws(const psy_context *ctx, cbma_ale *ale, psy_error *err)
{
	psy_status status;

	for (size_t k = 0; k < ale->kernel_count; k++)
		if (ale->kernels[k].axis[0].width > ale->beyond)
			ale->beyond = ale->kernels[k].axis[0].width;
	ale->beyond += (TILE - 1) * ale->space->size[0] * ale->space->size[1];
	ale->tiles = 1;
	for (int a = 0; a < 3; a++)
	{
		ale->size[a] = (ale->space->size[a] + TILE - 1) / TILE;
		ale->tiles *= ale->size[a];
	}
	ale->buckets = ale->groups * ale->space->size[2];
	status = make_space_room(ctx, ale, err);
	if (status == PSY_OK)
		status = make_foci_room(ctx, ale, err);
	if (status == PSY_OK)
	{
		mark_tiles(ale);
		mark_spans(ale);
		describe_foci(ale);
	}
	return status;
}

void
cbma_ale_free_draws(const psy_context *ctx, cbma_ale *ale)
{
	void *room[] = {ale->experiment_of, ale->from[0],  ale->from[1],     ale->from[2], ale->hit,
					ale->order,         ale->place,    ale->at,          ale->span,    ale->inside,
					ale->open,          ale->sum_room, ale->slices_room, ale->wanted,  ale->mask_cells};

	for (size_t i = 0; i < sizeof room / sizeof *room; i++)
		psy_release(ctx, room[i]);
}

/* ---- the bound ------------------------------------------------------------------------------- */

/* The first two lines of foci's kernels to the slices in which they lie. */
PSY_CLONES static void
add_to_slices(const cbma_ale *ale, const uint32_t *focus, size_t count, float *slices)
{
	size_t row = ale->space->size[0], slice = row * ale->space->size[1];

	for (size_t i = 0; i < count; i++)
	{
		size_t f = focus[i], shift = ale->from[0][f] % PSY_LANES;
		const cbma_line *axis = ale->kernels[ale->kernel_of[ale->experiment_of[f]]].axis;
		float *to = slices + ale->from[0][f] - shift + row * ale->from[1][f] +
					slice * ((size_t) axis[2].reach + ale->from[2][f]);
		const lanes *line = (const lanes *) (axis[0].wide + shift * axis[0].width);

		for (size_t j = 0; j <= 2 * (size_t) axis[1].reach; j++, to += row)
			for (size_t v = 0; v < axis[0].width / PSY_LANES; v++)
				((lanes *) to)[v] += axis[1].single[TILE + j] * line[v];
	}
}

/* So many vectors of a row of the bound: what the slices from first to last bring along the third axis. */
static inline __attribute__((always_inline)) void
gather_vectors(const float *slices, size_t step, const float *line, size_t count, bool add, size_t vectors,
			   lanes *sum)
{
	lanes total[4];

	for (size_t v = 0; v < vectors; v++)
		total[v] = add ? sum[v] : (lanes){0};
	for (size_t d = 0; d < count; d++)
		for (size_t v = 0; v < vectors; v++)
			total[v] += line[d] * ((const lanes *) (slices + d * step))[v];
	for (size_t v = 0; v < vectors; v++)
		sum[v] = total[v];
}

/* The slices of a group of kernels, smeared along the third axis, to (or added to) the bound of the mask's
 * rows. */
PSY_CLONES static void
gather(const cbma_ale *ale, const float *line, const float *slices, bool add, float *sum)
{
	size_t row = ale->space->size[0], slice = row * ale->space->size[1], reach = (size_t) ale->reach[2];

	for (size_t y = 0; y < ale->space->size[1]; y++)
		for (size_t z = ale->first_slice; z <= ale->last_slice; z++)
		{
			const cbma_span *span = &ale->span[y + ale->space->size[1] * z];
			size_t first = z > ale->first_slice + reach ? z - reach : ale->first_slice;
			size_t last = z + reach < ale->last_slice ? z + reach : ale->last_slice;
			const float *from = slices + y * row + first * slice, *values = line + reach + first - z;
			lanes *to = (lanes *) (sum + y * row + z * slice);
			size_t v = span->first;

			for (; v + 4 <= span->end; v += 4)
				gather_vectors(from + PSY_LANES * v, slice, values, last - first + 1, add, 4, to + v);
			for (; v < span->end; v++)
				gather_vectors(from + PSY_LANES * v, slice, values, last - first + 1, add, 1, to + v);
		}
}

static void
place_foci(const cbma_ale *ale, uint64_t seed, uint64_t iteration)
{
	const psy_experiments *data = ale->data;

	for (size_t e = 0; e < data->count; e++)
	{
		const cbma_line *axis = ale->kernels[ale->kernel_of[e]].axis;

		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
		{
			const uint16_t *at =
				ale->at + 4 * cbma_random_voxel(seed, iteration, f, ale->space->mask->voxels);

			for (int a = 0; a < 3; a++)
				ale->from[a][f] = (uint16_t) (at[a] - axis[a].reach);
		}
	}
}

static inline size_t
bucket_of(const cbma_ale *ale, size_t focus)
{
	const cbma_kernel *k = &ale->kernels[ale->kernel_of[ale->experiment_of[focus]]];

	return k->group * ale->space->size[2] + ale->from[2][focus] + (size_t) k->axis[2].reach;
}

/* Fills order with the foci by group and slice; place: where the next bucket begins. */
static void
order_foci(cbma_ale *ale)
{
	size_t foci = ale->data->start[ale->data->count];

	memset(ale->place, 0, (ale->buckets + 1) * sizeof *ale->place);
	for (size_t f = 0; f < foci; f++)
		ale->place[bucket_of(ale, f) + 1]++;
	for (size_t b = 0; b < ale->buckets; b++)
		ale->place[b + 1] += ale->place[b];
	for (size_t f = 0; f < foci; f++)
		ale->order[ale->place[bucket_of(ale, f)]++] = (uint32_t) f;
}

static void
bound_all(cbma_ale *ale)
{
	size_t slice = ale->space->size[0] * ale->space->size[1], done = 0;

	order_foci(ale);
	for (size_t g = 0; g < ale->groups; g++)
	{
		size_t end = ale->place[(g + 1) * ale->space->size[2] - 1];

		memset(ale->slices + ale->first_slice * slice, 0,
			   (ale->last_slice - ale->first_slice + 1) * slice * sizeof(float));
		add_to_slices(ale, ale->order + done, end - done, ale->slices);
		gather(ale, ale->group_line + g * (2 * (size_t) ale->reach[2] + 1), ale->slices, g > 0, ale->sum);
		done = end;
	}
}

/* The smallest sum that may come with an ALE value above a given one; sums and unions are rounded. */
static float
least_sum(const cbma_ale *ale, double above)
{
	double terms = (double) ale->data->start[ale->data->count] + (double) ale->data->count;
	double slack = terms < 1e6 ? 1e-5 + 2e-7 * terms : 1;

	if (slack >= 1 || above >= 1 || ale->peak >= 1)
		return 0;
	return (float) (-log1p(-above) * ale->peak / -log1p(-ale->peak) * (1 - slack));
}

/* ---- the tiles that matter ------------------------------------------------------------------- */

static inline const float *
sum_of_tile(const cbma_ale *ale, int32_t tile)
{
	size_t x = (size_t) tile % ale->size[0], y = (size_t) tile / ale->size[0] % ale->size[1];
	size_t z = (size_t) tile / ale->size[0] / ale->size[1];

	return ale->sum + TILE * (x + ale->space->size[0] * (y + ale->space->size[1] * z));
}

/* Which cells of a tile have a sum above least. */
static inline uint64_t
cells_above(const cbma_ale *ale, const float *sum, float least)
{
	size_t row = ale->space->size[0], slice = row * ale->space->size[1];
	uint64_t cells = 0;

	for (int c = CELLS - 1; c >= 0; c--)
		cells =
			cells << 1 |
			(sum[c % TILE + row * (size_t) (c / TILE % TILE) + slice * (size_t) (c / TILE / TILE)] > least);
	return cells;
}

PSY_CLONES static bool
any_above(const float *sum, size_t row, size_t slice, float least)
{
	int32_t any = 0;

	for (size_t z = 0; z < TILE; z++)
		for (size_t y = 0; y < TILE; y++)
			for (size_t x = 0; x < TILE; x++)
				any |= sum[x + row * y + slice * z] > least;
	return any != 0;
}

static void
open_tiles(cbma_ale *ale, float least)
{
	size_t row = ale->space->size[0], slice = row * ale->space->size[1];

	ale->opened = 0;
	for (size_t i = 0; i < ale->inside_count; i++)
	{
		int32_t tile = ale->inside[i];
		const float *sum = sum_of_tile(ale, tile);
		uint64_t wanted;

		if (!any_above(sum, row, slice, least))
			continue;
		wanted = cells_above(ale, sum, least) & ale->mask_cells[tile];
		ale->wanted[ale->opened] = wanted;
		ale->open[ale->opened] = tile;
		ale->opened += wanted != 0;
	}
}

static float
largest_sum(const cbma_ale *ale)
{
	float largest = 0;

	for (size_t v = 0; v < ale->space->mask->voxels; v++)
	{
		float sum = ale->sum[ale->space->cell[v]];

		largest = sum > largest ? sum : largest;
	}
	return largest;
}

/* Marks the foci whose kernels, were they as wide as the widest, reach a tile. */
PSY_CLONES static void
find_hits(const uint16_t *restrict x, const uint16_t *restrict y, const uint16_t *restrict z, size_t foci,
		  const uint16_t last[3], const uint16_t length[3], uint16_t *restrict hit)
{
	uint16_t last_x = last[0], last_y = last[1], last_z = last[2];
	uint16_t long_x = length[0], long_y = length[1], long_z = length[2];

	for (size_t f = 0; f < foci; f++)
		hit[f] = ((uint16_t) (last_x - x[f]) <= long_x) & ((uint16_t) (last_y - y[f]) <= long_y) &
				 ((uint16_t) (last_z - z[f]) <= long_z);
}

typedef int32_t lane_bits __attribute__((vector_size(PSY_LANES * sizeof(float))));

/* Of a tile, two rows a vector: the larger of an experiment's kernels, and the union of experiments. */
typedef struct tile_values
{
	lanes larger[CELLS / PSY_LANES], all[CELLS / PSY_LANES];
} tile_values;

/* larger = the larger of it and the kernel whose lines, at the tile's first cell, are x, y and z. */
static inline __attribute__((always_inline)) void
keep_larger_cells(tile_values *t, const float *x, const float *y, const float *z)
{
	const lane_bits twice = {0, 1, 2, 3, 0, 1, 2, 3}, near = {0, 0, 0, 0, 1, 1, 1, 1},
					far = {2, 2, 2, 2, 3, 3, 3, 3};
	lanes line, across, along[2];

	memcpy(&line, x, sizeof line);
	across = __builtin_shuffle(line, twice);
	memcpy(&line, y, sizeof line);
	along[0] = __builtin_shuffle(line, near);
	along[1] = __builtin_shuffle(line, far);
	for (int i = 0; i < CELLS / PSY_LANES; i++)
	{
		lanes value = z[i / 2] * along[i % 2] * across, old = t->larger[i];
		lane_bits more = value > old;

		t->larger[i] = (lanes) (((lane_bits) value & more) | ((lane_bits) old & ~more));
	}
}

static inline __attribute__((always_inline)) void
end_experiment(tile_values *t)
{
	for (int i = 0; i < CELLS / PSY_LANES; i++)
	{
		t->all[i] += t->larger[i] * (1 - t->all[i]);
		t->larger[i] = (lanes){0};
	}
}

/* The union in a tile whose last cells are `last`, of the foci that hit it. */
PSY_CLONES static void
unite(const cbma_ale *ale, const uint16_t last[3], float all[CELLS])
{
	tile_values t = {0};
	size_t foci = ale->data->start[ale->data->count];
	uint32_t experiment = UINT32_MAX;

	for (size_t w = 0; w < foci; w += WORD)
	{
		uint64_t word;

		memcpy(&word, ale->hit + w, sizeof word);
		for (; word != 0; word &= word - 1)
		{
			size_t f = w + (size_t) __builtin_ctzll(word) / 16;
			uint32_t e = ale->experiment_of[f];
			const cbma_line *axis = ale->kernels[ale->kernel_of[e]].axis;

			if (e != experiment)
				end_experiment(&t);
			experiment = e;
			/* a line's first value stands behind TILE zeros, and last is TILE - 1 beyond the first cell */
			keep_larger_cells(&t, axis[0].single + 1 + (uint16_t) (last[0] - ale->from[0][f]),
							  axis[1].single + 1 + (uint16_t) (last[1] - ale->from[1][f]),
							  axis[2].single + 1 + (uint16_t) (last[2] - ale->from[2][f]));
		}
	}
	end_experiment(&t);
	memcpy(all, t.all, sizeof t.all);
}

static void
collect(const cbma_ale *ale, size_t opened, const float all[CELLS], double threshold, cbma_peaks *peaks,
		double *largest)
{
	const cbma_space *space = ale->space;
	size_t base = (size_t) (sum_of_tile(ale, ale->open[opened]) - ale->sum);

	for (uint64_t left = ale->wanted[opened]; left != 0; left &= left - 1)
	{
		size_t c = (size_t) __builtin_ctzll(left);
		double value = all[c];

		*largest = value > *largest ? value : *largest;
		if (value > threshold)
		{
			peaks->excess[peaks->count] = value - threshold;
			peaks->cell[peaks->count++] =
				(int32_t) (base + c % TILE +
						   space->size[0] * (c / TILE % TILE + space->size[1] * (c / TILE / TILE)));
		}
	}
}

/* The largest union where sums are above least, and the voxels above threshold there. */
static double
compute_above(cbma_ale *ale, float least, double threshold, cbma_peaks *peaks)
{
	size_t foci = ale->data->start[ale->data->count];
	double largest = 0;
	uint16_t length[3];

	for (int a = 0; a < 3; a++)
		length[a] = (uint16_t) (2 * ale->reach[a] + TILE - 1);
	open_tiles(ale, least);
	peaks->count = 0;
	for (size_t i = 0; i < ale->opened; i++)
	{
		size_t tile = (size_t) ale->open[i];
		uint16_t last[3] = {(uint16_t) (tile % ale->size[0] * TILE + TILE - 1),
							(uint16_t) (tile / ale->size[0] % ale->size[1] * TILE + TILE - 1),
							(uint16_t) (tile / ale->size[0] / ale->size[1] * TILE + TILE - 1)};
		float all[CELLS];

		find_hits(ale->from[0], ale->from[1], ale->from[2], foci, last, length, ale->hit);
		unite(ale, last, all);
		collect(ale, i, all, threshold, peaks, &largest);
	}
	return largest;
}

double
cbma_ale_draw(cbma_ale *ale, uint64_t seed, uint64_t iteration, double threshold, cbma_peaks *peaks)
{
	double largest;

	place_foci(ale, seed, iteration);
	bound_all(ale);
	largest = compute_above(ale, least_sum(ale, threshold), threshold, peaks);
	if (largest <= threshold)
	{
		/* nothing is above the threshold: where the bound is highest, then wherever there may be more */
		largest = compute_above(ale, 0.98f * largest_sum(ale), threshold, peaks);
		largest = compute_above(ale, nextafterf(least_sum(ale, largest), 0), threshold, peaks);
	}
	return largest;
}
