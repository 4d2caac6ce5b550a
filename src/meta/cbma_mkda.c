/*
 * cbma_mkda.c - MKDA: see cbma_engine.h.
 *
 * An experiment's voxels are bits, 4 x 4 x 4 cells a word (a brick): a sphere is some forty words, known
 * beforehand for each place of its centre in a brick, and the union of spheres costs nothing.  Experiments
 * are counted in bit planes (plane b holds bit b of every cell's count), 64 cells an addition, only in the
 * bricks that they touch.  A weight is a whole number too, added bit by bit.
 */
#include "meta/cbma_engine.h"

#include "core/lanes.h"

#include <math.h>
#include <string.h>

#define WIDEST 64      /* voxels to either side */
#define SIDE 4         /* cells of a brick along each axis */
#define PLACES 64      /* of a sphere's centre in a brick */
#define UNITS 20       /* bits of the sum of weights */
#define LEAST 1e-290   /* smaller probabilities count as none: doubles that small are slow */
#define FIRST_PLANES 5 /* of counts: added to without a branch */

typedef uint64_t word;

/* The part of a sphere in one brick, seen from the brick of its centre. */
typedef struct sphere_part
{
	ptrdiff_t brick;
	word cells;
} sphere_part;

struct cbma_mkda
{
	cbma_space *space;
	const psy_experiments *data;
	size_t size[3], bricks;
	sphere_part *part;
	size_t first[PLACES + 1]; /* the parts of a sphere whose centre is at a place */
	uint32_t *weight;         /* of an experiment, in units; NULL: 1 */
	size_t total;             /* of all weights */
	double unit;              /* what one is of the statistic */
	int planes;
	word *plane;      /* planes a brick */
	word *covered;    /* of one experiment; 0 between calls */
	int32_t *touched; /* bricks that it reaches */
	size_t touched_count;
	word *mask;      /* of a brick */
	uint32_t *home;  /* of a voxel of the mask: PLACES times its brick, and its place there */
	int32_t *inside; /* bricks with voxels of the mask */
	size_t inside_count;
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

/* The sphere around a place of a brick, into parts; box: bricks to either side. */
static void
cut_sphere(cbma_mkda *mkda, int place, const int reach[3], double radius, const int box[3], word *cells)
{
	const int at[3] = {place % SIDE, place / SIDE % SIDE, place / SIDE / SIDE};
	const size_t wide = (size_t) (2 * box[0] + 1), deep = (size_t) (2 * box[1] + 1),
				 high = (size_t) (2 * box[2] + 1);

	memset(cells, 0, wide * deep * high * sizeof(word));
	for (int k = -reach[2]; k <= reach[2]; k++)
		for (int j = -reach[1]; j <= reach[1]; j++)
			for (int i = -reach[0]; i <= reach[0]; i++)
			{
				/* from the first cell of the box, so that no division meets a negative number */
				size_t x = (size_t) (box[0] * SIDE + at[0] + i), y = (size_t) (box[1] * SIDE + at[1] + j);
				size_t z = (size_t) (box[2] * SIDE + at[2] + k);

				if (within(mkda->space->mask, i, j, k, radius))
					cells[x / SIDE + wide * (y / SIDE + deep * (z / SIDE))] |=
						(word) 1 << (x % SIDE + SIDE * (y % SIDE + SIDE * (z % SIDE)));
			}
	mkda->first[place + 1] = mkda->first[place];
	for (size_t b = 0; b < wide * deep * high; b++)
		if (cells[b] != 0)
		{
			ptrdiff_t x = (ptrdiff_t) (b % wide) - box[0], y = (ptrdiff_t) (b / wide % deep) - box[1];
			ptrdiff_t z = (ptrdiff_t) (b / wide / deep) - box[2];

			mkda->part[mkda->first[place + 1]++] =
				(sphere_part){x + (ptrdiff_t) mkda->size[0] * (y + (ptrdiff_t) mkda->size[1] * z), cells[b]};
		}
}

static psy_status
make_spheres(const psy_context *ctx, cbma_mkda *mkda, double radius, psy_error *err)
{
	int reach[3], box[3];
	size_t bricks = 1;
	word *cells;
	psy_status status = cbma_mkda_reach(mkda->space->mask, radius, reach, err);

	for (int a = 0; a < 3 && status == PSY_OK; a++)
	{
		box[a] = (reach[a] + SIDE - 1) / SIDE;
		bricks *= (size_t) (2 * box[a] + 1);
	}
	if (status == PSY_OK)
		status = psy_alloc(ctx, PLACES * bricks, sizeof(sphere_part), (void **) &mkda->part, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, bricks, sizeof(word), (void **) &cells, err);
	if (status != PSY_OK)
		return status;
	for (int place = 0; place < PLACES && status == PSY_OK; place++)
	{
		cut_sphere(mkda, place, reach, radius, box, cells);
		status = psy_poll(ctx, err);
	}
	psy_release(ctx, cells);
	return status;
}

/* The brick of a cell, and its place there. */
static size_t
brick_of(const cbma_mkda *mkda, int32_t cell, unsigned *place)
{
	size_t at[3];

	cbma_subscripts(mkda->space, cell, at);
	*place = (unsigned) (at[0] % SIDE + SIDE * (at[1] % SIDE + SIDE * (at[2] % SIDE)));
	return at[0] / SIDE + mkda->size[0] * (at[1] / SIDE + mkda->size[1] * (at[2] / SIDE));
}

static int32_t
cell_of(const cbma_mkda *mkda, size_t brick, unsigned place)
{
	const cbma_space *space = mkda->space;
	size_t x = brick % mkda->size[0] * SIDE + place % SIDE;
	size_t y = brick / mkda->size[0] % mkda->size[1] * SIDE + place / SIDE % SIDE;
	size_t z = brick / mkda->size[0] / mkda->size[1] * SIDE + place / SIDE / SIDE;

	return (int32_t) (x + space->size[0] * (y + space->size[1] * z));
}

static void
mark_mask(cbma_mkda *mkda)
{
	memset(mkda->mask, 0, mkda->bricks * sizeof(word));
	for (size_t v = 0; v < mkda->space->mask->voxels; v++)
	{
		unsigned place;
		size_t brick = brick_of(mkda, mkda->space->cell[v], &place);

		mkda->mask[brick] |= (word) 1 << place;
		mkda->home[v] = (uint32_t) (PLACES * brick + place);
	}
	for (size_t b = 0; b < mkda->bricks; b++)
		if (mkda->mask[b] != 0)
			mkda->inside[mkda->inside_count++] = (int32_t) b;
}

/* Weights by sample size; without these each experiment is a unit. */
static psy_status
weigh(const psy_context *ctx, cbma_mkda *mkda, psy_cbma_weights weights, psy_error *err)
{
	const psy_experiments *data = mkda->data;
	double sum = 0;
	psy_status status;

	mkda->unit = 1;
	mkda->total = data->count;
	if (weights == PSY_CBMA_EQUAL)
		return PSY_OK;
	for (size_t e = 0; e < data->count; e++)
	{
		if (!(data->n[e] > 0 && data->n[e] <= 1e9))
			return psy_fail(err, PSY_DOMAIN, "experiment %zu has %g participants; more than 0 expected",
							e + 1, data->n[e]);
		sum += sqrt(data->n[e]);
	}
	status = psy_alloc(ctx, data->count, sizeof(uint32_t), (void **) &mkda->weight, err);
	if (status != PSY_OK)
		return status;
	mkda->unit = (double) data->count / ((size_t) 1 << UNITS);
	mkda->total = 0;
	for (size_t e = 0; e < data->count; e++)
	{
		double weight = rint(sqrt(data->n[e]) / sum * ((size_t) 1 << UNITS));

		mkda->weight[e] = weight >= 1 ? (uint32_t) weight : 1;
		mkda->total += mkda->weight[e];
	}
	return PSY_OK;
}

static size_t
weight_of(const cbma_mkda *mkda, size_t experiment)
{
	return mkda->weight == NULL ? 1 : mkda->weight[experiment];
}

psy_status
cbma_mkda_make(const psy_context *ctx, cbma_space *space, const psy_experiments *data, double radius,
			   psy_cbma_weights weights, cbma_mkda **out, psy_error *err)
{
	psy_status status = psy_alloc(ctx, 1, sizeof(cbma_mkda), (void **) out, err);
	cbma_mkda *mkda = *out;

	if (status != PSY_OK)
		return status;
	memset(mkda, 0, sizeof *mkda);
	mkda->space = space;
	mkda->data = data;
	mkda->bricks = 1;
	for (int a = 0; a < 3; a++)
	{
		mkda->size[a] = space->size[a] / SIDE + 1;
		mkda->bricks *= mkda->size[a];
	}
	status = weigh(ctx, mkda, weights, err);
	if (status != PSY_OK)
		return status;
	mkda->planes = FIRST_PLANES;
	while (mkda->total >> mkda->planes != 0)
		mkda->planes++;
	if (weights != PSY_CBMA_EQUAL)
		mkda->planes += FIRST_PLANES; /* an addition from any bit on passes through so many */
	status = make_spheres(ctx, mkda, radius, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, mkda->bricks, sizeof(word), (void **) &mkda->covered, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, mkda->bricks, sizeof(word), (void **) &mkda->mask, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, mkda->bricks + 1, sizeof(int32_t), (void **) &mkda->touched,
						   err); /* one more is written than counted */
	if (status == PSY_OK)
		status = psy_alloc(ctx, mkda->bricks, sizeof(int32_t), (void **) &mkda->inside, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, space->mask->voxels, sizeof(uint32_t), (void **) &mkda->home, err);
	if (status == PSY_OK)
		status =
			psy_alloc(ctx, mkda->bricks * (size_t) mkda->planes, sizeof(word), (void **) &mkda->plane, err);
	if (status != PSY_OK)
		return status;
	memset(mkda->covered, 0, mkda->bricks * sizeof(word));
	mark_mask(mkda);
	return PSY_OK;
}

void
cbma_mkda_free(const psy_context *ctx, cbma_mkda *mkda)
{
	if (mkda == NULL)
		return;
	psy_release(ctx, mkda->weight);
	psy_release(ctx, mkda->part);
	psy_release(ctx, mkda->covered);
	psy_release(ctx, mkda->mask);
	psy_release(ctx, mkda->touched);
	psy_release(ctx, mkda->inside);
	psy_release(ctx, mkda->home);
	psy_release(ctx, mkda->plane);
	psy_release(ctx, mkda);
}

/* ---- an experiment --------------------------------------------------------------------------- */

static inline void
cover(cbma_mkda *mkda, size_t brick, unsigned place)
{
	for (size_t p = mkda->first[place]; p < mkda->first[place + 1]; p++)
	{
		size_t at = brick + (size_t) mkda->part[p].brick;

		mkda->touched[mkda->touched_count] = (int32_t) at;
		mkda->touched_count += mkda->covered[at] == 0;
		mkda->covered[at] |= mkda->part[p].cells;
	}
}

/* Adds bits to the counts from a plane on; most additions carry through the first planes: no branch there. */
static inline void
add_bits(word *plane, word carry)
{
	for (int b = 0; b < FIRST_PLANES; b++, plane++)
	{
		word both = *plane & carry;

		*plane ^= carry;
		carry = both;
	}
	for (; carry != 0; plane++)
	{
		word both = *plane & carry;

		*plane ^= carry;
		carry = both;
	}
}

/* Adds an experiment to the counts where it reaches, and clears that.  A weight's bits end FIRST_PLANES
 * before the planes do. */
static void
add_covered(cbma_mkda *mkda, size_t weight)
{
	for (size_t t = 0; t < mkda->touched_count; t++)
	{
		word *plane = mkda->plane + (size_t) mkda->touched[t] * (size_t) mkda->planes;
		word covered = mkda->covered[mkda->touched[t]];

		mkda->covered[mkda->touched[t]] = 0;
		for (size_t left = weight; left != 0; left &= left - 1)
			add_bits(plane + __builtin_ctzll(left), covered);
	}
	mkda->touched_count = 0;
}

static void
clear_counts(cbma_mkda *mkda)
{
	memset(mkda->plane, 0, mkda->bricks * (size_t) mkda->planes * sizeof(word));
}

static unsigned
count_at(const cbma_mkda *mkda, size_t brick, unsigned place)
{
	unsigned count = 0;

	for (int b = 0; b < mkda->planes; b++)
		count |= (unsigned) (mkda->plane[brick * (size_t) mkda->planes + (size_t) b] >> place & 1) << b;
	return count;
}

/* ---- the observed map ------------------------------------------------------------------------ */

static size_t
voxels_covered(const cbma_mkda *mkda)
{
	size_t count = 0;

	for (size_t t = 0; t < mkda->touched_count; t++)
		count +=
			(size_t) __builtin_popcountll(mkda->covered[mkda->touched[t]] & mkda->mask[mkda->touched[t]]);
	return count;
}

/* The probabilities of 0, 1, ... units so far, given the share of the mask that an experiment reaches. */
PSY_CLONES static void
add_bernoulli(double *restrict probability, size_t so_far, size_t weight, double share)
{
	memset(probability + so_far + 1, 0, weight * sizeof *probability);
	for (size_t k = so_far + weight + 1; k-- > weight;)
	{
		double sum = probability[k] * (1 - share) + probability[k - weight] * share;

		probability[k] = sum < LEAST ? 0 : sum;
	}
	for (size_t k = 0; k < weight && k <= so_far; k++)
		probability[k] *= 1 - share;
}

psy_status
cbma_mkda_observe(const psy_context *ctx, cbma_mkda *mkda, const cbma_foci *foci, double *statistic,
				  cbma_null *null, psy_error *err)
{
	const psy_experiments *data = mkda->data;
	size_t voxels = mkda->space->mask->voxels, so_far = 0;
	double *probability;
	psy_status status = psy_alloc(ctx, mkda->total + 1, sizeof(double), (void **) &probability, err);

	if (status != PSY_OK)
		return status;
	probability[0] = 1;
	clear_counts(mkda);
	for (size_t e = 0; e < data->count; e++)
	{
		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
			if (foci->cell[f] >= 0)
			{
				unsigned place;
				size_t brick = brick_of(mkda, foci->cell[f], &place);

				cover(mkda, brick, place);
			}
		add_bernoulli(probability, so_far, weight_of(mkda, e),
					  (double) voxels_covered(mkda) / (double) voxels);
		so_far += weight_of(mkda, e);
		add_covered(mkda, weight_of(mkda, e));
	}
	for (size_t v = 0; v < voxels; v++)
	{
		unsigned place;
		size_t brick = brick_of(mkda, mkda->space->cell[v], &place);

		statistic[v] = count_at(mkda, brick, place) * mkda->unit;
	}
	*null = (cbma_null){probability, mkda->total + 1, mkda->unit};
	cbma_null_accumulate(null);
	return PSY_OK;
}

/* ---- random arrangements --------------------------------------------------------------------- */

/* Which voxels of a brick have a count above bound. */
static inline word
above(const cbma_mkda *mkda, size_t brick, unsigned bound)
{
	const word *plane = mkda->plane + brick * (size_t) mkda->planes;
	word more = 0, equal = mkda->mask[brick];

	for (int b = mkda->planes; b-- > 0;)
	{
		if (bound >> b & 1)
			equal &= plane[b];
		else
		{
			more |= equal & plane[b];
			equal &= ~plane[b];
		}
	}
	return more;
}

/* The largest count of a brick. */
static inline unsigned
largest_of(const cbma_mkda *mkda, size_t brick)
{
	const word *plane = mkda->plane + brick * (size_t) mkda->planes;
	word left = mkda->mask[brick];
	unsigned largest = 0;

	for (int b = mkda->planes; b-- > 0;)
		if ((left & plane[b]) != 0)
		{
			left &= plane[b];
			largest |= 1u << b;
		}
	return largest;
}

double
cbma_mkda_draw(cbma_mkda *mkda, uint64_t seed, uint64_t iteration, double threshold, cbma_peaks *peaks)
{
	const psy_experiments *data = mkda->data;
	unsigned bound = (unsigned) rint(threshold / mkda->unit), most = 0;

	clear_counts(mkda);
	for (size_t e = 0; e < data->count; e++)
	{
		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
		{
			uint32_t home = mkda->home[cbma_random_voxel(seed, iteration, f, mkda->space->mask->voxels)];

			cover(mkda, home / PLACES, home % PLACES);
		}
		add_covered(mkda, weight_of(mkda, e));
	}
	peaks->count = 0;
	for (size_t i = 0; i < mkda->inside_count; i++)
	{
		size_t brick = (size_t) mkda->inside[i];

		if (above(mkda, brick, most) != 0)
			most = largest_of(mkda, brick);
		for (word left = above(mkda, brick, bound); left != 0; left &= left - 1)
		{
			unsigned place = (unsigned) __builtin_ctzll(left);

			peaks->excess[peaks->count] = (count_at(mkda, brick, place) - bound) * mkda->unit;
			peaks->cell[peaks->count++] = cell_of(mkda, brick, place);
		}
	}
	return most * mkda->unit;
}
