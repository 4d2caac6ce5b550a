/*
 * mass_kernels.c - the loops over elements; see mass_kernels.h.
 *
 * Rows are taken in blocks that stay in the first-level cache: a block of x becomes doubles once, then each
 * stream is updated by a short loop that the compiler vectorises.
 */
#include "stats/mass_kernels.h"

#include "core/lanes.h"
#include "stats/moments.h"

#include <math.h>
#include <string.h>

#define BLOCK 512

/* ---- looking through ------------------------------------------------------------------------- */

PSY_CLONES static psy_mass_seen
scan_float(const float *x, size_t elements)
{
	uint32_t missing = 0, refused = 0;

	for (size_t k = 0; k < elements; k++)
	{
		uint32_t bits;

		memcpy(&bits, x + k, sizeof bits);
		bits &= 0x7fffffffu;
		missing |= bits > 0x7f800000u;
		refused |= bits == 0x7f800000u;
	}
	return (psy_mass_seen){missing != 0, refused != 0};
}

PSY_CLONES static psy_mass_seen
scan_double(const double *x, size_t elements)
{
	uint64_t missing = 0, refused = 0;

	for (size_t k = 0; k < elements; k++)
	{
		missing |= x[k] != x[k];
		refused |= fabs(x[k]) > PSY_MASS_MAX_VALUE;
	}
	return (psy_mass_seen){missing != 0, refused != 0};
}

PSY_CLONES static bool
all_finite(const double *x, size_t count)
{
	double zero[PSY_LANES] = {0};
	size_t k = 0;

	/* x - x is 0 for finite x and NaN otherwise. */
	for (; k + PSY_LANES <= count; k += PSY_LANES)
		for (size_t l = 0; l < PSY_LANES; l++)
			zero[l] += x[k + l] - x[k + l];
	for (; k < count; k++)
		zero[0] += x[k] - x[k];
	return psy_lanes_sum(zero) == 0;
}

psy_mass_seen
psy_mass_scan_float(const float *x, size_t elements)
{
	return scan_float(x, elements);
}

psy_mass_seen
psy_mass_scan_double(const double *x, size_t elements)
{
	return scan_double(x, elements);
}

bool
psy_mass_all_finite(const double *x, size_t count)
{
	return all_finite(x, count);
}

/* ---- a block of a row ------------------------------------------------------------------------ */

PSY_CLONES static void
load_float(const float *x, const float *minus, size_t count, double *block)
{
	if (minus == NULL)
		for (size_t k = 0; k < count; k++)
			block[k] = x[k];
	else
		for (size_t k = 0; k < count; k++)
			block[k] = (double) x[k] - (double) minus[k];
}

PSY_CLONES static void
load_double(const double *x, const double *minus, size_t count, double *block)
{
	if (minus == NULL)
		memcpy(block, x, sizeof(double) * count);
	else
		for (size_t k = 0; k < count; k++)
			block[k] = x[k] - minus[k];
}

static void
load_block(const psy_mass_values *x, bool difference, size_t first, size_t count, double *block)
{
	if (x->f != NULL)
		load_float(x->f + first, difference ? x->pre_f + first : NULL, count, block);
	else
		load_double(x->d + first, difference ? x->pre_d + first : NULL, count, block);
}

static void
load_baseline(const psy_mass_values *x, size_t first, size_t count, double *block)
{
	if (x->pre_f != NULL)
		load_float(x->pre_f + first, NULL, count, block);
	else
		load_double(x->pre_d + first, NULL, count, block);
}

/* Whether x is post minus pre: a baseline that has no streams of its own is subtracted. */
static bool
takes_difference(const psy_mass_streams *of, const psy_mass_values *x)
{
	return of->cross == NULL && (x->pre_f != NULL || x->pre_d != NULL);
}

/* Shared rows have no NaN, per-element ones may: comparisons leave a NaN out. */
PSY_CLONES static void
update_range(const double *x, size_t count, double *smallest, double *largest)
{
	for (size_t k = 0; k < count; k++)
	{
		smallest[k] = x[k] < smallest[k] ? x[k] : smallest[k];
		largest[k] = x[k] > largest[k] ? x[k] : largest[k];
	}
}

/* ---- the per-element layout ------------------------------------------------------------------ */

typedef struct each_block
{
	double x[BLOCK];         /* NaN where missing */
	double present[BLOCK];   /* 1 or 0 */
	double n[BLOCK];         /* count with this row */
	double scale[BLOCK];     /* 1 / (n (n - 1)), 0 for a first or missing value */
	double deviation[BLOCK]; /* (x - origin) n - sum */
	double pre[BLOCK];       /* the baseline; becomes its deviation */
} each_block;

PSY_CLONES static void
update_each(each_block *b, size_t size, double *origin, double *count, double *sum, double *squares)
{
	for (size_t k = 0; k < size; k++)
	{
		double present = b->x[k] == b->x[k] ? 1 : 0;
		double first = count[k] == 0 && b->x[k] == b->x[k] ? b->x[k] : origin[k];
		double x = b->x[k] == b->x[k] ? b->x[k] - first : 0;
		double n = count[k] + present;
		double total = sum[k] + x;
		double pairs = n * (n - 1);
		double scale = pairs > 0 ? present / pairs : 0;
		double deviation = x * n - total;

		origin[k] = first;
		b->present[k] = present;
		b->n[k] = count[k] = n;
		sum[k] = total;
		b->scale[k] = scale;
		b->deviation[k] = deviation;
		squares[k] += deviation * deviation * scale;
	}
}

PSY_CLONES static void
update_design_sum(const each_block *b, size_t size, double w, double *sum)
{
	for (size_t k = 0; k < size; k++)
		sum[k] += b->present[k] * w;
}

PSY_CLONES static void
update_product_each(const each_block *b, const double *deviation, size_t size, double w, const double *sum,
					double *product)
{
	for (size_t k = 0; k < size; k++)
		product[k] += deviation[k] * ((w * b->n[k] - sum[k]) * b->scale[k]);
}

PSY_CLONES static void
update_design_product(const each_block *b, size_t size, double w, const double *sum, double v,
					  const double *other, double *product)
{
	for (size_t k = 0; k < size; k++)
		product[k] += (w * b->n[k] - sum[k]) * (v * b->n[k] - other[k]) * b->scale[k];
}

/* The baseline of elements whose x has just been taken in; NaN in pre only where x is. */
PSY_CLONES static void
update_baseline(each_block *b, size_t size, double *origin, double *sum, double *squares, double *cross)
{
	for (size_t k = 0; k < size; k++)
	{
		double first = b->n[k] == 1 && b->present[k] > 0 ? b->pre[k] : origin[k];
		double x = b->present[k] > 0 ? b->pre[k] - first : 0;
		double total = sum[k] + x;
		double deviation = x * b->n[k] - total;

		origin[k] = first;
		sum[k] = total;
		squares[k] += deviation * deviation * b->scale[k];
		cross[k] += b->deviation[k] * deviation * b->scale[k];
		b->pre[k] = deviation;
	}
}

/* A value without its baseline, or the reverse, is missing. */
PSY_CLONES static void
require_both(each_block *b, size_t size)
{
	for (size_t k = 0; k < size; k++)
		b->x[k] = b->pre[k] == b->pre[k] ? b->x[k] : b->pre[k];
}

static void
update_design(const each_block *b, const psy_mass_streams *of, size_t first, size_t size, size_t elements,
			  size_t q, const double *design, const double *origin)
{
	double *sum = of->design_sum + first;
	double *product = of->design_product + first;

	for (size_t i = 0; i < q; i++)
	{
		double w = design[i] - origin[i];

		update_design_sum(b, size, w, sum + i * elements);
		update_product_each(b, b->deviation, size, w, sum + i * elements, of->product + i * elements + first);
		if (of->cross != NULL)
			update_product_each(b, b->pre, size, w, sum + i * elements,
								of->pre_product + i * elements + first);
		for (size_t j = 0; j <= i; j++, product += elements)
			update_design_product(b, size, w, sum + i * elements, design[j] - origin[j], sum + j * elements,
								  product);
	}
}

/* A block whose x, and pre where there is a baseline, are loaded. */
static void
add_each_block(each_block *b, const psy_mass_streams *of, size_t first, size_t size, size_t stride, size_t q,
			   const double *design, const double *comoments)
{
	if (of->cross != NULL)
		require_both(b, size);
	if (of->smallest != NULL)
		update_range(b->x, size, of->smallest + first, of->largest + first);
	update_each(b, size, of->origin + first, of->count + first, of->sum + first, of->squares + first);
	if (of->cross != NULL)
		update_baseline(b, size, of->pre_origin + first, of->pre_sum + first, of->pre_squares + first,
						of->cross + first);
	update_design(b, of, first, size, stride, q, design, comoments + psy_comoments_core(q));
}

void
psy_mass_add_each(const psy_mass_streams *of, size_t elements, size_t q, const psy_mass_values *x,
				  const double *design, const double *comoments)
{
	each_block block;

	for (size_t first = 0; first < elements; first += BLOCK)
	{
		size_t size = elements - first < BLOCK ? elements - first : BLOCK;

		load_block(x, takes_difference(of, x), first, size, block.x);
		if (of->cross != NULL)
			load_baseline(x, first, size, block.pre);
		add_each_block(&block, of, first, size, elements, q, design, comoments);
	}
}

static double
picked(const float *f, const double *d, size_t k)
{
	return f != NULL ? (double) f[k] : d[k];
}

void
psy_mass_add_picked(const psy_mass_streams *of, const uint64_t *index, size_t used, size_t stride, size_t q,
					const psy_mass_values *x, const double *design, const double *comoments)
{
	bool difference = takes_difference(of, x);
	each_block block;

	for (size_t first = 0; first < used; first += BLOCK)
	{
		size_t size = used - first < BLOCK ? used - first : BLOCK;

		for (size_t k = 0; k < size; k++)
		{
			size_t at = index[first + k];

			block.x[k] = picked(x->f, x->d, at);
			if (difference || of->cross != NULL)
				block.pre[k] = picked(x->pre_f, x->pre_d, at);
			if (difference)
				block.x[k] -= block.pre[k];
		}
		add_each_block(&block, of, first, size, stride, q, design, comoments);
	}
}

/* ---- merging --------------------------------------------------------------------------------- */

/* Per block: how two sides of each element are weighed. */
typedef struct merge_block
{
	double from_n[BLOCK];
	double weight[BLOCK];       /* n1 n2 / (n1 + n2) */
	double inverse[BLOCK];      /* 1 / n1, or 0 */
	double from_inverse[BLOCK]; /* 1 / n2, or 0 */
	double difference[BLOCK];   /* of the means of x */
	double pre[BLOCK];          /* of those of the baseline */
} merge_block;

PSY_CLONES static void
weigh(const double *count, const double *from_count, double n, double from_n, size_t size, merge_block *b)
{
	for (size_t k = 0; k < size; k++)
	{
		double n1 = count != NULL ? count[k] : n;
		double n2 = from_count != NULL ? from_count[k] : from_n;

		b->from_n[k] = n2;
		b->weight[k] = n1 + n2 > 0 ? n1 * n2 / (n1 + n2) : 0;
		b->inverse[k] = n1 > 0 ? 1 / n1 : 0;
		b->from_inverse[k] = n2 > 0 ? 1 / n2 : 0;
	}
}

/* into keeps its origins but where it has no value yet. */
PSY_CLONES static void
merge_x(const merge_block *b, size_t size, double *origin, double *sum, double *squares,
		const double *from_origin, const double *from_sum, const double *from_squares, double *differences)
{
	for (size_t k = 0; k < size; k++)
	{
		double kept = b->inverse[k] > 0 ? origin[k] : from_origin[k];
		double shift = b->from_n[k] > 0 ? from_origin[k] - kept : 0;
		double difference = sum[k] * b->inverse[k] - (shift + from_sum[k] * b->from_inverse[k]);

		origin[k] = kept;
		differences[k] = difference;
		squares[k] += from_squares[k] + b->weight[k] * difference * difference;
		sum[k] += from_sum[k] + b->from_n[k] * shift;
	}
}

/* A design sum of either side: per element, or one for all. */
static inline double
sum_at(const double *stream, size_t k, double shared)
{
	return stream != NULL ? stream[k] : shared;
}

/* One side's sums of a design variable. */
typedef struct design_side
{
	const double *stream; /* NULL: shared */
	double shared;
} design_side;

PSY_CLONES static void
merge_product(const merge_block *b, const double *difference, size_t size, design_side into, design_side from,
			  double shift, double *product, const double *from_product)
{
	for (size_t k = 0; k < size; k++)
		product[k] +=
			from_product[k] + b->weight[k] * difference[k] *
								  (sum_at(into.stream, k, into.shared) * b->inverse[k] -
								   sum_at(from.stream, k, from.shared) * b->from_inverse[k] - shift);
}

PSY_CLONES static void
merge_cross(const merge_block *b, size_t size, double *cross, const double *from_cross)
{
	for (size_t k = 0; k < size; k++)
		cross[k] += from_cross[k] + b->weight[k] * b->difference[k] * b->pre[k];
}

PSY_CLONES static void
merge_range(double *smallest, double *largest, const double *from_smallest, const double *from_largest,
			size_t size)
{
	for (size_t k = 0; k < size; k++)
	{
		smallest[k] = from_smallest[k] < smallest[k] ? from_smallest[k] : smallest[k];
		largest[k] = from_largest[k] > largest[k] ? from_largest[k] : largest[k];
	}
}

/* What both groups' merging needs to know. */
typedef struct merge_sides
{
	const psy_mass_streams *into;
	const psy_mass_streams *from;
	size_t elements;
	size_t q;
	const double *comoments;
	const double *from_comoments;
	double shift[PSY_MASS_MAX_DESIGN]; /* of the design origins */
} merge_sides;

static design_side
side_of(const psy_mass_streams *of, const double *comoments, size_t j, size_t at)
{
	return (design_side){of->count != NULL ? of->design_sum + at : NULL, comoments[1 + j]};
}

/* The baseline's streams; those of x are merged already. */
static void
merge_baseline(const merge_sides *m, size_t first, size_t size, merge_block *b)
{
	const psy_mass_streams *into = m->into, *from = m->from;

	merge_x(b, size, into->pre_origin + first, into->pre_sum + first, into->pre_squares + first,
			from->pre_origin + first, from->pre_sum + first, from->pre_squares + first, b->pre);
	merge_cross(b, size, into->cross + first, from->cross + first);
	for (size_t j = 0; j < m->q; j++)
	{
		size_t at = j * m->elements + first;

		merge_product(b, b->pre, size, side_of(into, m->comoments, j, at),
					  side_of(from, m->from_comoments, j, at), m->shift[j], into->pre_product + at,
					  from->pre_product + at);
	}
}

static void
merge_blocks(const merge_sides *m)
{
	merge_block block;

	for (size_t first = 0; first < m->elements; first += BLOCK)
	{
		const psy_mass_streams *into = m->into, *from = m->from;
		size_t size = m->elements - first < BLOCK ? m->elements - first : BLOCK;

		weigh(into->count != NULL ? into->count + first : NULL,
			  from->count != NULL ? from->count + first : NULL, m->comoments[0], m->from_comoments[0], size,
			  &block);
		merge_x(&block, size, into->origin + first, into->sum + first, into->squares + first,
				from->origin + first, from->sum + first, from->squares + first, block.difference);
		if (into->cross != NULL)
			merge_baseline(m, first, size, &block);
		for (size_t j = 0; j < m->q; j++)
		{
			size_t at = j * m->elements + first;

			merge_product(&block, block.difference, size, side_of(into, m->comoments, j, at),
						  side_of(from, m->from_comoments, j, at), m->shift[j], into->product + at,
						  from->product + at);
		}
		if (into->smallest != NULL)
			merge_range(into->smallest + first, into->largest + first, from->smallest + first,
						from->largest + first, size);
	}
}

/* Count and design moments of one element of a per-element state; a shared from has one set for all. */
static void
merge_core(const merge_sides *m, size_t k)
{
	double mine[1 + PSY_MASS_MAX_DESIGN + PSY_MASS_MAX_DESIGN * (PSY_MASS_MAX_DESIGN + 1) / 2];
	double theirs[1 + PSY_MASS_MAX_DESIGN + PSY_MASS_MAX_DESIGN * (PSY_MASS_MAX_DESIGN + 1) / 2] = {0};
	size_t core = psy_comoments_core(m->q);

	for (size_t s = 0; s < core; s++)
	{
		mine[s] = m->into->count[s * m->elements + k];
		theirs[s] = m->from->count != NULL ? m->from->count[s * m->elements + k] : m->from_comoments[s];
	}
	psy_comoments_merge_core(mine, theirs, m->q, m->shift);
	for (size_t s = 0; s < core; s++)
		m->into->count[s * m->elements + k] = mine[s];
}

void
psy_mass_spread_core(const psy_mass_streams *of, size_t elements, size_t q, const double *comoments)
{
	for (size_t s = 0; s < psy_comoments_core(q); s++)
		for (size_t k = 0; k < elements; k++)
			of->count[s * elements + k] = comoments[s];
}

/* A group without rows takes the other's over, origins and all. */
static void
take_over(const merge_sides *m)
{
	const psy_mass_streams *into = m->into, *from = m->from;

	size_t streams = 3 + m->q + (into->smallest != NULL ? 2 : 0) + (into->cross != NULL ? 4 + m->q : 0);

	memcpy(into->origin, from->origin, sizeof(double) * m->elements * streams);
	if (from->count != NULL)
		memcpy(into->count, from->count, sizeof(double) * m->elements * psy_comoments_core(m->q));
	else if (into->count != NULL)
		psy_mass_spread_core(into, m->elements, m->q, m->from_comoments);
}

void
psy_mass_merge_streams(const psy_mass_streams *into, const psy_mass_streams *from, size_t elements, size_t q,
					   const double *comoments, const double *from_comoments)
{
	merge_sides m = {into, from, elements, q, comoments, from_comoments, {0}};

	if (comoments[0] == 0)
	{
		take_over(&m);
		return;
	}
	for (size_t j = 0; j < q; j++)
		m.shift[j] = from_comoments[psy_comoments_core(q) + j] - comoments[psy_comoments_core(q) + j];
	merge_blocks(&m);
	for (size_t k = 0; into->count != NULL && k < elements; k++)
		merge_core(&m, k);
}
