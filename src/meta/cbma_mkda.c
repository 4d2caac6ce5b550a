/*
 * cbma_mkda.c - MKDA: see cbma_engine.h.
 *
 * An experiment's voxels are bits: a sphere is a few rows of ones, and their union costs nothing. Experiments
 * are counted in bit planes (plane b holds bit b of every voxel's count), 64 voxels an addition.
 */
#include "meta/cbma_engine.h"

#include "core/lanes.h"

#include <math.h>
#include <string.h>

#define WIDEST 1024
#define PLANES 32
#define BLOCK 8 /* words that are added together */

typedef uint64_t word;

/* The ones of a sphere in a row of cells: from the centre's cell, and how many. */
typedef struct sphere_row
{
	ptrdiff_t first;
	int length;
} sphere_row;

struct cbma_mkda
{
	cbma_space *space;
	const psy_experiments *data;
	sphere_row *row;
	size_t rows;
	size_t words; /* of a plane: cells / 64, filled up to full blocks */
	int planes;
	word *covered; /* of one experiment; 0 between calls */
	word *plane;   /* planes x words */
	word *inside;  /* the mask */
};

/* How many voxels a sphere may reach along an axis: cells are as thick as their volume over their face. */
psy_status
cbma_mkda_reach(const psy_voxel_mask *mask, double radius, int reach[3], psy_error *err)
{
	const double *m = mask->affine;

	for (int a = 0; a < 3; a++)
	{
		int b = (a + 1) % 3, c = (a + 2) % 3;
		double face[3] = {m[4 + b] * m[8 + c] - m[8 + b] * m[4 + c], m[8 + b] * m[c] - m[b] * m[8 + c],
						  m[b] * m[4 + c] - m[4 + b] * m[c]};
		double volume = fabs(m[a] * face[0] + m[4 + a] * face[1] + m[8 + a] * face[2]);
		double thickness = volume / sqrt(face[0] * face[0] + face[1] * face[1] + face[2] * face[2]);
		double voxels = floor(radius / thickness * (1 + 1e-12));

		if (!(voxels <= WIDEST))
			return psy_fail(err, PSY_LIMIT, "a radius of %g mm reaches over %.0f voxels; at most %d are held",
							radius, voxels, WIDEST);
		reach[a] = (int) voxels;
	}
	return PSY_OK;
}

/* Whether the offset (i, j, k) in voxels lies within radius mm. */
static bool
within(const psy_voxel_mask *mask, int i, int j, int k, double radius)
{
	double square = 0;

	for (int a = 0; a < 3; a++)
	{
		double d = mask->affine[4 * a] * i + mask->affine[4 * a + 1] * j + mask->affine[4 * a + 2] * k;

		square += d * d;
	}
	return sqrt(square) <= radius;
}

/* A sphere meets a row in one run of cells: it is convex. */
static void
find_rows(cbma_mkda *mkda, const int reach[3], double radius)
{
	const cbma_space *space = mkda->space;

	for (int k = -reach[2]; k <= reach[2]; k++)
		for (int j = -reach[1]; j <= reach[1]; j++)
		{
			int first = -reach[0], last = reach[0];

			while (first <= last && !within(space->mask, first, j, k, radius))
				first++;
			while (last >= first && !within(space->mask, last, j, k, radius))
				last--;
			if (first <= last)
				mkda->row[mkda->rows++] = (sphere_row){
					((ptrdiff_t) k * (ptrdiff_t) space->size[1] + j) * (ptrdiff_t) space->size[0] + first,
					last - first + 1};
		}
}

static void
mark_mask(cbma_mkda *mkda)
{
	memset(mkda->inside, 0, mkda->words * sizeof(word));
	for (size_t v = 0; v < mkda->space->mask->voxels; v++)
		mkda->inside[mkda->space->cell[v] / 64] |= (word) 1 << (mkda->space->cell[v] % 64);
}

psy_status
cbma_mkda_make(const psy_context *ctx, cbma_space *space, const psy_experiments *data, double radius,
			   cbma_mkda **out, psy_error *err)
{
	psy_status status = psy_alloc(ctx, 1, sizeof(cbma_mkda), (void **) out, err);
	cbma_mkda *mkda = *out;
	int reach[3];

	if (status != PSY_OK)
		return status;
	memset(mkda, 0, sizeof *mkda);
	mkda->space = space;
	mkda->data = data;
	mkda->words = (space->cells / 64 + BLOCK) / BLOCK * BLOCK;
	while (data->count >> mkda->planes != 0)
		mkda->planes++;
	status = cbma_mkda_reach(space->mask, radius, reach, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, (2 * (size_t) reach[1] + 1) * (2 * (size_t) reach[2] + 1), sizeof(sphere_row),
						   (void **) &mkda->row, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, mkda->words, sizeof(word), (void **) &mkda->covered, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, mkda->words, sizeof(word), (void **) &mkda->inside, err);
	if (status == PSY_OK)
		status =
			psy_alloc(ctx, mkda->words * (size_t) mkda->planes, sizeof(word), (void **) &mkda->plane, err);
	if (status != PSY_OK)
		return status;
	memset(mkda->covered, 0, mkda->words * sizeof(word));
	find_rows(mkda, reach, radius);
	mark_mask(mkda);
	return PSY_OK;
}

void
cbma_mkda_free(const psy_context *ctx, cbma_mkda *mkda)
{
	if (mkda == NULL)
		return;
	psy_release(ctx, mkda->row);
	psy_release(ctx, mkda->covered);
	psy_release(ctx, mkda->inside);
	psy_release(ctx, mkda->plane);
	psy_release(ctx, mkda);
}

/* ---- an experiment
 * ------------------------------------------------------------------------------------------ */

/* Ones from a bit on, length of them: a row seldom crosses a word. */
static void
set_bits(word *bits, size_t from, size_t length)
{
	while (length > 0)
	{
		size_t at = from % 64, here = length < 64 - at ? length : 64 - at;

		bits[from / 64] |= (here == 64 ? ~(word) 0 : (((word) 1 << here) - 1)) << at;
		from += here;
		length -= here;
	}
}

static void
cover(const cbma_mkda *mkda, int32_t cell)
{
	for (size_t r = 0; r < mkda->rows; r++)
		set_bits(mkda->covered, (size_t) (cell + mkda->row[r].first), (size_t) mkda->row[r].length);
}

/* Adds an experiment's bits to the counts and clears them. */
PSY_CLONES static void
add_covered(word *restrict covered, word *restrict plane, size_t words, int planes)
{
	for (size_t w = 0; w < words; w += BLOCK)
	{
		word carry[BLOCK], any = 0;

		for (int i = 0; i < BLOCK; i++)
		{
			carry[i] = covered[w + i];
			any |= carry[i];
		}
		for (int b = 0; b < planes && any != 0; b++)
		{
			word *at = plane + (size_t) b * words + w;

			any = 0;
			for (int i = 0; i < BLOCK; i++)
			{
				word both = at[i] & carry[i];

				at[i] ^= carry[i];
				carry[i] = both;
				any |= both;
			}
		}
		for (int i = 0; i < BLOCK; i++)
			covered[w + i] = 0;
	}
}

static void
clear_counts(cbma_mkda *mkda)
{
	memset(mkda->plane, 0, mkda->words * (size_t) mkda->planes * sizeof(word));
}

static unsigned
count_at(const cbma_mkda *mkda, int32_t cell)
{
	unsigned count = 0;

	for (int b = 0; b < mkda->planes; b++)
		count |= (unsigned) (mkda->plane[(size_t) b * mkda->words + (size_t) cell / 64] >> (cell % 64) & 1)
				 << b;
	return count;
}

/* ---- the observed map
 * --------------------------------------------------------------------------------------- */

static size_t
voxels_covered(const cbma_mkda *mkda)
{
	size_t count = 0;

	for (size_t w = 0; w < mkda->words; w++)
		count += (size_t) __builtin_popcountll(mkda->covered[w] & mkda->inside[w]);
	return count;
}

/* The probabilities of 0, 1, ... experiments, given the share of the mask that each reaches. */
static void
add_bernoulli(double *probability, size_t so_far, double share)
{
	probability[so_far + 1] = 0;
	for (size_t k = so_far + 1; k > 0; k--)
		probability[k] = probability[k] * (1 - share) + probability[k - 1] * share;
	probability[0] *= 1 - share;
}

psy_status
cbma_mkda_observe(const psy_context *ctx, cbma_mkda *mkda, const cbma_foci *foci, double *statistic,
				  cbma_null *null, psy_error *err)
{
	const psy_experiments *data = mkda->data;
	size_t voxels = mkda->space->mask->voxels;
	double *probability;
	psy_status status = psy_alloc(ctx, data->count + 1, sizeof(double), (void **) &probability, err);

	if (status != PSY_OK)
		return status;
	probability[0] = 1;
	clear_counts(mkda);
	for (size_t e = 0; e < data->count; e++)
	{
		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
			if (foci->cell[f] >= 0)
				cover(mkda, foci->cell[f]);
		add_bernoulli(probability, e, (double) voxels_covered(mkda) / (double) voxels);
		add_covered(mkda->covered, mkda->plane, mkda->words, mkda->planes);
	}
	for (size_t v = 0; v < voxels; v++)
		statistic[v] = count_at(mkda, mkda->space->cell[v]);
	*null = (cbma_null){probability, data->count + 1, 1};
	cbma_null_accumulate(null);
	return PSY_OK;
}

/* ---- random arrangements
 * ------------------------------------------------------------------------------------ */

/* Which voxels of a word of the mask have a count above bound. */
static inline word
above(const cbma_mkda *mkda, size_t w, unsigned bound)
{
	word more = 0, equal = mkda->inside[w];

	for (int b = mkda->planes; b-- > 0;)
	{
		word bit = mkda->plane[(size_t) b * mkda->words + w];

		if (bound >> b & 1)
			equal &= bit;
		else
		{
			more |= equal & bit;
			equal &= ~bit;
		}
	}
	return more;
}

double
cbma_mkda_draw(cbma_mkda *mkda, uint64_t seed, uint64_t iteration, double threshold, cbma_peaks *peaks)
{
	const psy_experiments *data = mkda->data;
	const cbma_space *space = mkda->space;
	unsigned bound = (unsigned) threshold, most = 0;

	clear_counts(mkda);
	for (size_t e = 0; e < data->count; e++)
	{
		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
			cover(mkda, space->cell[cbma_random_voxel(seed, iteration, f, space->mask->voxels)]);
		add_covered(mkda->covered, mkda->plane, mkda->words, mkda->planes);
	}
	peaks->count = 0;
	for (size_t w = 0; w < mkda->words; w++)
	{
		if (mkda->inside[w] == 0)
			continue;
		while (most < data->count && above(mkda, w, most) != 0)
			most++;
		for (word left = above(mkda, w, bound); left != 0; left &= left - 1)
		{
			int32_t cell = (int32_t) (w * 64 + (size_t) __builtin_ctzll(left));

			peaks->excess[peaks->count] = count_at(mkda, cell) - threshold;
			peaks->cell[peaks->count++] = cell;
		}
	}
	return most;
}
