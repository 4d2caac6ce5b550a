/*
 * regression_design.c - rows in one order and scale, redundant columns left out; see regression_design.h.
 */
#include "meta/regression_design.h"

#include "stats/linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REDUNDANT 1e-7 /* of a column's length that must remain beside the columns before it: R's lm */
#define CONSTANT 1e-14 /* of a column's size that its values must differ by */

/*
 * ---- order -----------------------------------------------------------------------------------------------
 */

/* numbers: yi, vi and moderators; keys of 16 bytes follow them. */
static int
compare_rows(const double *a, const double *b, size_t numbers, size_t keys)
{
	int order = memcmp(a + numbers, b + numbers, 2 * keys * sizeof(double));

	if (order != 0)
		return order;
	if (a[1] != b[1])
		return a[1] < b[1] ? -1 : 1;
	for (size_t i = 0; i < numbers; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* Merge sort, since qsort takes no context; equal rows are the same whatever their order. */
static void
merge_sort(psy_meta_rows rows, size_t keys, size_t *place, size_t *spare, size_t k)
{
	size_t half = k / 2, left = 0, right = half;

	if (k < 2)
		return;
	merge_sort(rows, keys, place, spare, half);
	merge_sort(rows, keys, place + half, spare, k - half);
	for (size_t i = 0; i < k; i++)
	{
		bool take_left = left < half && (right == k || compare_rows(rows.row + place[left] * rows.stride,
																	rows.row + place[right] * rows.stride,
																	rows.columns + 2, keys) <= 0);

		spare[i] = place[take_left ? left++ : right++];
	}
	memcpy(place, spare, k * sizeof *place);
}

void
psy_rows_order(psy_meta_rows rows, size_t keys, size_t *place)
{
	for (size_t i = 0; i < rows.k; i++)
		place[i] = i;
	merge_sort(rows, keys, place, place + rows.k, rows.k);
}

/*
 * ---- columns ---------------------------------------------------------------------------------------------
 */

size_t
psy_design_room(size_t k, size_t columns)
{
	size_t full = columns + 1;

	/* x twice (the second is the basis that finds redundant columns), y, v, and what is per column. */
	return 2 * full * k + 2 * k + 6 * full;
}

static void
lay_out(psy_design *d, double *block)
{
	d->x = block;
	d->y = d->x + 2 * d->full * d->k;
	d->v = d->y + d->k;
	d->centre = d->v + d->k;
	d->kept = (size_t *) (d->centre + d->full);
	d->exponent = (int *) (d->centre + 2 * d->full);
	d->scratch = d->centre + 3 * d->full;
}

static int
exponent_of(double size)
{
	return size > 0 && isfinite(size) ? ilogb(size) : 0;
}

/* Column `which` of the full model into to[k], centred and scaled; false where nothing is left of it. */
static bool
fill_column(psy_design *d, psy_meta_rows rows, const size_t *place, size_t which, bool centred, double *to)
{
	size_t at = 2 + which - (d->added ? 1 : 0);
	double size = 0, width = 0;

	d->centre[which] = 0;
	d->exponent[which] = 0;
	if (d->added && which == 0)
	{
		for (size_t i = 0; i < d->k; i++)
			to[i] = 1;
		return true;
	}
	for (size_t i = 0; i < d->k; i++)
		size = fmax(size, fabs(to[i] = rows.row[place[i] * rows.stride + at]));
	if (centred)
		d->centre[which] = to[0];
	for (size_t i = 0; i < d->k; i++)
		width = fmax(width, fabs(to[i] -= d->centre[which]));
	d->exponent[which] = exponent_of(width);
	for (size_t i = 0; i < d->k; i++)
		to[i] = ldexp(to[i], -d->exponent[which]);
	return width > CONSTANT * size;
}

/* Whether moderator `which` is a column of ones, in a model without an intercept of its own. */
static bool
is_ones(psy_meta_rows rows, size_t which)
{
	for (size_t i = 0; i < rows.k; i++)
		if (rows.row[i * rows.stride + 2 + which] != 1)
			return false;
	return true;
}

/*
 * Keeps column[k] when enough of it is left beside the kept ones; basis[p * k] is their orthonormal basis.  A
 * moderator's length is taken beside its own mean when there is an intercept.
 */
static bool
keep_column(psy_design *d, const double *column, double *basis, size_t which)
{
	double *rest = basis + d->p * d->k, before, after;

	memcpy(rest, column, d->k * sizeof *rest);
	before = psy_inner(rest, rest, d->k);
	for (int pass = 0; pass < 2; pass++)
		for (size_t j = 0; j < d->p; j++)
		{
			double along = psy_inner(basis + j * d->k, rest, d->k);

			for (size_t i = 0; i < d->k; i++)
				rest[i] -= along * basis[j * d->k + i];
			if (pass == 0 && j == 0 && d->constant == 0)
				before = psy_inner(rest, rest, d->k);
		}
	after = psy_inner(rest, rest, d->k);
	if (!(after > REDUNDANT * REDUNDANT * before))
		return false;
	for (size_t i = 0; i < d->k; i++)
		rest[i] /= sqrt(after);
	d->kept[d->p] = which;
	return true;
}

static void
fill_studies(psy_design *d, psy_meta_rows rows, const size_t *place)
{
	double size = 0;

	d->y_centre = d->constant < d->p ? rows.row[place[0] * rows.stride] : 0;
	for (size_t i = 0; i < d->k; i++)
	{
		d->y[i] = rows.row[place[i] * rows.stride] - d->y_centre;
		d->v[i] = rows.row[place[i] * rows.stride + 1];
		size = fmax(size, fmax(fabs(d->y[i]), sqrt(d->v[i])));
	}
	d->y_exponent = exponent_of(size);
	for (size_t i = 0; i < d->k; i++)
	{
		d->y[i] = ldexp(d->y[i], -d->y_exponent);
		d->v[i] = ldexp(d->v[i], -2 * d->y_exponent);
	}
}

void
psy_design_make(psy_meta_rows rows, const size_t *place, bool intercept, double *block, psy_design *design)
{
	psy_design *d = design;
	size_t ones = SIZE_MAX;
	double *basis;

	*d = (psy_design){.k = rows.k, .full = rows.columns + (intercept ? 1 : 0), .added = intercept};
	lay_out(d, block);
	basis = d->x + d->full * d->k;
	d->constant = intercept ? 0 : SIZE_MAX;
	for (size_t j = 0; j < rows.columns && !intercept && ones == SIZE_MAX; j++)
		if (is_ones(rows, j))
			ones = j;
	for (size_t j = 0; j < d->full; j++)
	{
		double *column = d->x + d->p * d->k;
		bool some = fill_column(d, rows, place, j, intercept || (ones != SIZE_MAX && j != ones), column);

		if (some && d->p < d->k && keep_column(d, column, basis, j))
		{
			if (j == ones)
				d->constant = d->p;
			d->p++;
		}
	}
	if (d->constant > d->p)
		d->constant = d->p;
	fill_studies(d, rows, place);
}

/*
 * ---- the way back ----------------------------------------------------------------------------------------
 */

/* Whether coefficient kept[i] carries the level of y: the constant, and what it is added to. */
static bool
carries_level(const psy_design *d, size_t i)
{
	return i == d->constant || (d->added && d->kept[i] > 0 && d->kept[i] < d->means);
}

/* Row i of T, where beta = 2^y_exponent T b, and y_centre added where the coefficient carries it. */
void
psy_design_contrast(const psy_design *d, size_t i, double *t)
{
	for (size_t j = 0; j < d->p; j++)
	{
		size_t column = d->kept[j];
		double unit = ldexp(1, -d->exponent[column]);

		t[j] = i == j ? unit : 0;
		if (carries_level(d, i))
			t[j] += j == d->constant ? (i == j ? 0 : unit) : -d->centre[column] * unit;
	}
}

/* c T' of one row t: vector of p. */
static void
covariance_row(const psy_design *d, const double *c, const double *t, double *out)
{
	for (size_t j = 0; j < d->p; j++)
		out[j] = psy_inner(c + j * d->p, t, d->p);
}

void
psy_design_restore(const psy_design *d, const double *b, const double *c, double *beta, double *vcov)
{
	double *t = d->scratch, *other = t + d->p, *product = other + d->p;

	for (size_t i = 0; i < d->full && beta != NULL; i++)
		beta[i] = NAN;
	for (size_t i = 0; i < d->full * d->full && vcov != NULL; i++)
		vcov[i] = NAN;
	for (size_t i = 0; i < d->p; i++)
	{
		psy_design_contrast(d, i, t);
		if (beta != NULL)
			beta[d->kept[i]] =
				ldexp(psy_inner(t, b, d->p), d->y_exponent) + (carries_level(d, i) ? d->y_centre : 0);
		if (vcov == NULL)
			continue;
		covariance_row(d, c, t, product);
		for (size_t j = 0; j <= i; j++)
		{
			psy_design_contrast(d, j, other);
			vcov[d->kept[i] * d->full + d->kept[j]] = vcov[d->kept[j] * d->full + d->kept[i]] =
				ldexp(psy_inner(product, other, d->p), 2 * d->y_exponent);
		}
	}
}

void
psy_design_note(const psy_design *d, char *note, size_t size)
{
	size_t next = 0, shown = 0;

	for (size_t j = 0; j < d->full; j++)
	{
		if (next < d->p && d->kept[next] == j)
		{
			next++;
			continue;
		}
		if (shown++ == 0)
			psy_append(note, size, "%sredundant and left out: moderator %zu", note[0] ? "; " : "",
					   j + (d->added ? 0 : 1));
		else
			psy_append(note, size, ", %zu", j + (d->added ? 0 : 1));
	}
}
