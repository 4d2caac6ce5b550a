/*
 * estimators.c - from regional series to connectivity; see estimators.h.
 *
 * Everything but Pearson and Spearman goes through the double correlation matrix of the usable regions, which
 * is then shrunk, inverted or both.
 */
#include "connectivity/estimators.h"

#include "connectivity/columns.h"
#include "connectivity/pearson.h"
#include "core/triangle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const method_names[] = {
	"pearson", "spearman", "partial", "ledoit_wolf", "partial_ledoit_wolf", "oas"};

psy_status
psy_estimator_parse(const char *name, psy_estimator *method, psy_error *err)
{
	for (int k = PSY_EST_PEARSON; k <= PSY_EST_OAS; k++)
		if (strcmp(name, method_names[k]) == 0)
		{
			*method = (psy_estimator) k;
			return PSY_OK;
		}
	psy_fail(err, PSY_DOMAIN, "there is no method \"%.40s\"", name);
	return psy_hint(err, "Methods: pearson, spearman, partial, ledoit_wolf, partial_ledoit_wolf, oas.");
}

psy_conn_kind
psy_estimator_kind(psy_estimator method)
{
	return method == PSY_EST_PARTIAL || method == PSY_EST_PARTIAL_LEDOIT_WOLF ? PSY_CONN_PARTIAL : PSY_CONN_R;
}

static psy_status
pearson(const psy_context *ctx, const double *series, size_t timepoints, size_t regions, float *edges,
		psy_error *err)
{
	void *workspace;
	psy_status status =
		psy_alloc(ctx, psy_pearson_workspace(timepoints, regions), sizeof(double), &workspace, err);

	if (status == PSY_OK)
		status = psy_pearson(ctx, series, timepoints, regions, workspace, edges, err);
	psy_release(ctx, workspace);
	return status;
}

/* ---- Spearman -------------------------------------------------------------------------------- */

typedef struct timed_value
{
	double value;
	size_t t;
} timed_value;

static int
by_value(const void *left, const void *right)
{
	double a = ((const timed_value *) left)->value, b = ((const timed_value *) right)->value;

	return (a > b) - (a < b);
}

/* Mid-ranks of one column, 1-based; a NaN makes the whole column NaN, for then the region is lost. */
static void
rank_column(const double *series, size_t timepoints, size_t regions, size_t r, timed_value *sorted,
			double *ranks)
{
	bool missing = false;

	for (size_t t = 0; t < timepoints; t++)
	{
		sorted[t] = (timed_value){series[t * regions + r], t};
		missing |= isnan(sorted[t].value);
	}
	if (!missing)
		qsort(sorted, timepoints, sizeof *sorted, by_value);
	for (size_t first = 0, end; first < timepoints; first = end)
	{
		for (end = first + 1; end < timepoints && sorted[end].value == sorted[first].value; end++)
			;
		for (size_t k = first; k < end; k++)
			ranks[sorted[k].t * regions + r] = missing ? NAN : (double) (first + end + 1) / 2;
	}
}

static psy_status
spearman(const psy_context *ctx, const double *series, size_t timepoints, size_t regions, float *edges,
		 psy_error *err)
{
	void *ranks = NULL, *sorted = NULL;
	psy_status status = psy_alloc(ctx, timepoints * regions, sizeof(double), &ranks, err);

	if (status == PSY_OK)
		status = psy_alloc(ctx, timepoints, sizeof(timed_value), &sorted, err);
	for (size_t r = 0; status == PSY_OK && r < regions; r++)
	{
		rank_column(series, timepoints, regions, r, sorted, ranks);
		status = psy_poll(ctx, err);
	}
	if (status == PSY_OK)
		status = pearson(ctx, ranks, timepoints, regions, edges, err);
	psy_release(ctx, sorted);
	psy_release(ctx, ranks);
	return status;
}

/* ---- shrinkage ------------------------------------------------------------------------------- */

/* The usable regions of a series, their standardised columns and correlations. */
typedef struct usable
{
	size_t timepoints, regions;
	size_t n;        /* usable regions */
	size_t *region;  /* [n] which */
	double *columns; /* [n][timepoints] */
	double *r;       /* [n][n] */
} usable;

static double
sum_of_squares(const double *x, size_t count)
{
	return psy_column_dot(x, x, count);
}

/*
 * Ledoit & Wolf's shrinkage towards the identity, for columns of variance 1: with S = R and mu = 1,
 * delta = sum(R^2) - n and beta = (sum over t of |x_t|^4 / T - sum(R^2)) / T, both over n.
 */
static double
ledoit_wolf_shrinkage(const usable *u)
{
	double T = (double) u->timepoints, n = (double) u->n;
	double squares = sum_of_squares(u->r, u->n * u->n);
	double fourth = 0, beta, delta = squares - n;

	for (size_t t = 0; t < u->timepoints; t++)
	{
		double norm = 0;

		for (size_t k = 0; k < u->n; k++)
			norm += u->columns[k * u->timepoints + t] * u->columns[k * u->timepoints + t];
		fourth += norm * norm;
	}
	/* The columns have length 1, not variance 1: x^4 lacks the factor T^2. */
	beta = fmin((fourth * T - squares) / T, delta);
	return beta > 0 ? beta / delta : 0;
}

/* Chen et al.'s oracle approximating shrinkage as scikit-learn has it, mu = 1. */
static double
oas_shrinkage(const usable *u)
{
	double n = (double) u->n;
	double alpha = sum_of_squares(u->r, u->n * u->n) / (n * n);
	double denominator = ((double) u->timepoints + 1) * (alpha - 1 / n);

	return denominator > 0 ? fmin((alpha + 1) / denominator, 1) : 1;
}

/* Correlations off the diagonal times 1 - s; with the diagonal of 1 this is (1 - s) R + s I. */
static void
shrink(usable *u, double s)
{
	for (size_t i = 0; i < u->n; i++)
		for (size_t j = 0; j < u->n; j++)
			if (i != j)
				u->r[i * u->n + j] *= 1 - s;
}

/* ---- partial correlation --------------------------------------------------------------------- */

static double
norm_1(const double *matrix, size_t n)
{
	double largest = 0;

	for (size_t i = 0; i < n; i++)
	{
		double sum = 0;

		for (size_t j = 0; j < n; j++)
			sum += fabs(matrix[i * n + j]);
		largest = fmax(largest, sum);
	}
	return largest;
}

static psy_status
ill_conditioned(const usable *u, double condition, psy_error *err)
{
	if (isfinite(condition))
		psy_fail(err, PSY_SINGULAR,
				 "the correlation matrix of %zu regions and %zu timepoints has a condition number of %.2g; "
				 "below %.0e expected for partial correlation",
				 u->n, u->timepoints, condition, PSY_PARTIAL_MOST_CONDITION);
	else
		psy_fail(
			err, PSY_SINGULAR,
			"the correlation matrix of %zu regions and %zu timepoints is singular: no partial correlation",
			u->n, u->timepoints);
	return psy_hint(err,
					"Use the method partial_ledoit_wolf, which shrinks the matrix first, or take out regions "
					"that repeat others.");
}

/* r becomes the partial correlations of u's matrix: -p_ij / sqrt(p_ii p_jj) of its inverse p. */
static psy_status
invert_to_partial(const psy_context *ctx, usable *u, double *inverse, double *scratch, psy_error *err)
{
	double norm = norm_1(u->r, u->n);
	psy_status status = psy_spd_inverse(ctx, u->r, u->n, inverse, scratch, err);

	if (status == PSY_SINGULAR)
		return ill_conditioned(u, INFINITY, err);
	if (status != PSY_OK)
		return status;
	norm *= norm_1(inverse, u->n);
	if (!(norm < PSY_PARTIAL_MOST_CONDITION))
		return ill_conditioned(u, norm, err);
	for (size_t i = 0; i < u->n; i++)
		for (size_t j = 0; j < u->n; j++)
			u->r[i * u->n + j] = -inverse[i * u->n + j] / sqrt(inverse[i * u->n + i] * inverse[j * u->n + j]);
	return PSY_OK;
}

static psy_status
take_partial(const psy_context *ctx, usable *u, psy_error *err)
{
	void *inverse = NULL, *scratch = NULL;
	psy_status status = psy_alloc(ctx, u->n * u->n, sizeof(double), &inverse, err);

	if (status == PSY_OK)
		status = psy_alloc(ctx, u->n * u->n, sizeof(double), &scratch, err);
	if (status == PSY_OK)
		status = invert_to_partial(ctx, u, inverse, scratch, err);
	psy_release(ctx, scratch);
	psy_release(ctx, inverse);
	return status;
}

static psy_status
require_rank(const usable *u, psy_error *err)
{
	if (u->timepoints > u->n)
		return PSY_OK;
	psy_fail(err, PSY_SINGULAR,
			 "partial correlation of %zu regions needs more than %zu timepoints; the series has %zu", u->n,
			 u->n, u->timepoints);
	return psy_hint(err, "Use the method partial_ledoit_wolf, which shrinks the correlation matrix first.");
}

static psy_status
transform(const psy_context *ctx, psy_estimator method, usable *u, psy_error *err)
{
	switch (method)
	{
		case PSY_EST_LEDOIT_WOLF: shrink(u, ledoit_wolf_shrinkage(u)); return PSY_OK;
		case PSY_EST_OAS: shrink(u, oas_shrinkage(u)); return PSY_OK;
		case PSY_EST_PARTIAL_LEDOIT_WOLF: shrink(u, ledoit_wolf_shrinkage(u)); break;
		default: break;
	}
	return take_partial(ctx, u, err);
}

/* ---- putting together ------------------------------------------------------------------------ */

/* One rounding, |r| at most 1, no negative zero. */
static float
stored(double r)
{
	return (float) fmin(fmax(r, -1), 1) + 0.0f;
}

static void
store(const usable *u, float *edges)
{
	for (size_t k = 0; k < psy_edge_count(u->regions); k++)
		edges[k] = NAN;
	for (size_t i = 0; i < u->n; i++)
		for (size_t j = i + 1; j < u->n; j++)
			edges[psy_edge_index(u->regions, u->region[i], u->region[j])] = stored(u->r[i * u->n + j]);
}

static psy_status
estimate_usable(const psy_context *ctx, psy_estimator method, usable *u, float *edges, psy_error *err)
{
	void *r = NULL;
	psy_status status = PSY_OK;

	if (method == PSY_EST_PARTIAL)
		status = require_rank(u, err);
	if (status == PSY_OK && u->n > 0)
		status = psy_alloc(ctx, u->n * u->n, sizeof(double), &r, err);
	u->r = r;
	if (status == PSY_OK)
		status = psy_column_products(ctx, u->columns, u->timepoints, u->n, u->r, err);
	if (status == PSY_OK && u->n > 1)
		status = transform(ctx, method, u, err);
	if (status == PSY_OK)
		store(u, edges);
	psy_release(ctx, r);
	return status;
}

static psy_status
of_all_regions(const psy_context *ctx, psy_estimator method, const double *series, size_t timepoints,
			   size_t regions, float *edges, psy_error *err)
{
	usable u = {.timepoints = timepoints, .regions = regions};
	void *columns = NULL, *region = NULL;
	psy_status status = psy_alloc(ctx, timepoints * regions, sizeof(double), &columns, err);

	if (status == PSY_OK)
		status = psy_alloc(ctx, regions, sizeof(size_t), &region, err);
	if (status == PSY_OK)
	{
		u.columns = columns;
		u.region = region;
		psy_usable_columns(series, timepoints, regions, u.columns, u.region, &u.n);
		status = estimate_usable(ctx, method, &u, edges, err);
	}
	psy_release(ctx, region);
	psy_release(ctx, columns);
	return status;
}

static psy_status
check_series(const double *series, size_t timepoints, size_t regions, size_t least, psy_error *err)
{
	if (regions < PSY_CONN_MIN_REGIONS || regions > PSY_CONN_MAX_REGIONS)
		return psy_fail(err, PSY_SHAPE, "series has %zu regions (columns); %d to %d expected", regions,
						PSY_CONN_MIN_REGIONS, PSY_CONN_MAX_REGIONS);
	if (timepoints < least)
		return psy_fail(err, PSY_SHAPE, "series has %zu timepoints (rows); at least %zu expected", timepoints,
						least);
	return psy_require_no_infinity(series, timepoints, regions, err);
}

psy_status
psy_estimate(const psy_context *ctx, psy_estimator method, const double *series, size_t timepoints,
			 size_t regions, float *edges, psy_error *err)
{
	psy_status status;

	if (method == PSY_EST_PEARSON)
		return pearson(ctx, series, timepoints, regions, edges, err);
	status = check_series(series, timepoints, regions, PSY_PEARSON_MIN_TIMEPOINTS, err);
	if (status != PSY_OK)
		return status;
	if (method == PSY_EST_SPEARMAN)
		return spearman(ctx, series, timepoints, regions, edges, err);
	return of_all_regions(ctx, method, series, timepoints, regions, edges, err);
}

/* ---- lag 1 ----------------------------------------------------------------------------------- */

/* Standardised columns of count rows of a series; a column that cannot be is NaN. */
static void
lag_columns(const double *series, size_t count, size_t regions, double *columns)
{
	for (size_t r = 0; r < regions; r++)
	{
		double *column = columns + r * count;

		for (size_t t = 0; t < count; t++)
			column[t] = series[t * regions + r];
		if (!psy_standardise(column, count))
			column[0] = NAN;
	}
}

static psy_status
lag_products(const psy_context *ctx, const double *now, const double *next, size_t count, size_t regions,
			 float *lagged, psy_error *err)
{
	for (size_t i = 0; i < regions; i++)
	{
		psy_status status = psy_poll(ctx, err);

		if (status != PSY_OK)
			return status;
		for (size_t j = 0; j < regions; j++)
		{
			double r = psy_column_dot(now + i * count, next + j * count, count);

			lagged[i * regions + j] = isnan(r) ? NAN : stored(r);
		}
	}
	return PSY_OK;
}

psy_status
psy_lag1(const psy_context *ctx, const double *series, size_t timepoints, size_t regions, float *lagged,
		 psy_error *err)
{
	void *now = NULL, *next = NULL;
	psy_status status = check_series(series, timepoints, regions, PSY_PEARSON_MIN_TIMEPOINTS + 1, err);

	if (status == PSY_OK)
		status = psy_alloc(ctx, (timepoints - 1) * regions, sizeof(double), &now, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, (timepoints - 1) * regions, sizeof(double), &next, err);
	if (status == PSY_OK)
	{
		lag_columns(series, timepoints - 1, regions, now);
		lag_columns(series + regions, timepoints - 1, regions, next);
		status = lag_products(ctx, now, next, timepoints - 1, regions, lagged, err);
	}
	psy_release(ctx, next);
	psy_release(ctx, now);
	return status;
}
