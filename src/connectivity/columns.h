/*
 * columns.h - series as standardised columns, and what is computed from them in double.
 *
 * Columns are stored region by region, [region][timepoint], so that every sum over time is one contiguous
 * stream.  Sums run in fixed lanes (core/lanes.h): the same bits on every CPU.
 */
#ifndef PSY_COLUMNS_H
#define PSY_COLUMNS_H

#include "core/context.h"

#include <stdbool.h>

/* Sum of x[k] * y[k]. */
double psy_column_dot(const double *x, const double *y, size_t count);

/*
 * Centres x[count] and scales it to length 1, without over- or underflow.  False where it is constant or not
 * finite throughout; x is then of no use.
 */
bool psy_standardise(double *x, size_t count);

/* PSY_DOMAIN, naming the place, where series[timepoints][regions] has an infinite value. */
psy_status psy_require_no_infinity(const double *series, size_t timepoints, size_t regions, psy_error *err);

/*
 * Standardises the columns of series[timepoints][regions] and packs those that can be: columns[k] is that of
 * region[k], k < *count.  columns: timepoints * regions doubles.
 */
void psy_usable_columns(const double *series, size_t timepoints, size_t regions, double *columns,
						size_t *region, size_t *count);

/* r[n][n] = inner products of n standardised columns, with a diagonal of exactly 1. */
psy_status psy_column_products(const psy_context *ctx, const double *columns, size_t timepoints, size_t n,
							   double *r, psy_error *err);

/*
 * The inverse of a symmetric positive definite matrix[n][n], by Cholesky's decomposition; the matrix is lost
 * (its lower triangle becomes the factor), inverse[n][n] holds both halves, scratch n * n doubles.  Returns
 * PSY_SINGULAR, without a text, where a pivot is not positive.
 */
psy_status psy_spd_inverse(const psy_context *ctx, double *matrix, size_t n, double *inverse, double *scratch,
						   psy_error *err);

#endif
