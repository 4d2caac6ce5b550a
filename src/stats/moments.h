/*
 * moments.h - mergeable first and second moments (Youngs & Cramer 1971; merging: Chan, Golub & LeVeque 1983).
 *
 * Sums are kept beside centred sums of squares and products, so that a large mean costs no digits.  Merging
 * the moments of any split gives those of the whole to rounding: relative 1e-13 of each sum of squares in
 * practice.
 */
#ifndef PSY_MOMENTS_H
#define PSY_MOMENTS_H

#include <stdbool.h>
#include <stddef.h>

#define PSY_COMOMENTS_MAX 64 /* variables that can be merged at a time */

typedef struct psy_moments
{
	double n;      /* observations */
	double origin; /* the first x: equal values have squares of exactly 0, and a large mean costs no digits */
	double sum;    /* of x - origin */
	double squares; /* of x - mean */
} psy_moments;

void psy_moments_add(psy_moments *m, double x);
void psy_moments_merge(psy_moments *into, const psy_moments *from);

/* NaN where n is too small: below 1 for the mean, below 2 for the variance (divisor n - 1). */
double psy_moments_mean(const psy_moments *m);
double psy_moments_variance(const psy_moments *m);

/*
 * Joint moments of q variables, flat: n, sum[q], products[q(q+1)/2], origin[q].  The products are centred;
 * the lower triangle row by row: (i, j), j <= i, at i(i+1)/2 + j.  Sums are of w - origin, origin being the
 * first row: so a constant has products of exactly 0, and a mean far from zero costs no digits.  All zero is
 * the empty set.
 */
static inline size_t
psy_product_index(size_t i, size_t j)
{
	return i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;
}

/* n, sums and products; the whole with its origin. */
static inline size_t
psy_comoments_core(size_t q)
{
	return 1 + q + q * (q + 1) / 2;
}

static inline size_t
psy_comoments_length(size_t q)
{
	return psy_comoments_core(q) + q;
}

/*
 * Whether a core, each value stride behind the one before, could have come from at most so many rows: a whole count, finite
 * sums, squares not negative, nothing before the first row.
 */
bool psy_comoments_valid(const double *m, size_t stride, size_t q, double rows);

void psy_comoments_add(double *m, size_t q, const double *w);

/* An empty into takes from's origin. */
void psy_comoments_merge(double *into, const double *from, size_t q);

/* Merges cores alone: from's origin lies by shift[q] above into's, which stays. */
void psy_comoments_merge_core(double *into, const double *from, size_t q, const double *shift);

#endif
