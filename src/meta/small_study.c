/* small_study.c - see small_study.h for what is computed and the sources. */
#include "meta/small_study.h"

#include "meta/effect_check.h"
#include "stats/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

psy_status
psy_small_study_check(const psy_effect *effect, size_t k, const char *statistic, psy_error *err)
{
	for (size_t i = 0; i < k; i++)
		if (effect[i].vi == 0)
		{
			psy_fail(err, PSY_DOMAIN, "vi is 0, and %s needs positive variances", statistic);
			psy_hint(err, "Leave the study out with FILTER (WHERE vi > 0).");
			return PSY_DOMAIN;
		}
	return PSY_OK;
}

/* Sum of weights 1/vi, and the common effect. */
static double
common_effect(const psy_effect *effect, size_t k, double *sum_w)
{
	double wy = 0;

	*sum_w = 0;
	for (size_t i = 0; i < k; i++)
	{
		*sum_w += 1 / effect[i].vi;
		wy += effect[i].yi / effect[i].vi;
	}
	return wy / *sum_w;
}

/*
 * ---- rank correlation ------------------------------------------------------------------------------------
 */

#define EXACT_MOST 500

/* P(at most `pairs` of the k(k-1)/2 pairs concord) when all orders are alike; p[pairs + 1] and sum are
 * scratch. */
static double
kendall_tail(size_t k, size_t pairs, double *p, double *sum)
{
	memset(p, 0, (pairs + 1) * sizeof *p);
	p[0] = 1;
	for (size_t m = 2; m <= k; m++)
	{
		double total = 0;

		for (size_t j = 0; j <= pairs; j++)
			sum[j] = total += p[j];
		for (size_t j = 0; j <= pairs; j++)
			p[j] = (j < m ? sum[j] : sum[j] - sum[j - m]) / (double) m;
	}
	sum[0] = 0;
	for (size_t j = 0; j <= pairs; j++)
		sum[0] += p[j];
	return fmin(1, sum[0]);
}

static int
compare_numbers(const void *left, const void *right)
{
	double a = *(const double *) left, b = *(const double *) right;

	return a < b ? -1 : a > b;
}

/* Sums over groups of t equal values of t(t-1), t(t-1)(t-2) and t(t-1)(2t+5); value[k] is sorted. */
typedef struct ties
{
	double pairs, triples, variance;
} ties;

static ties
ties_of(double *value, size_t k)
{
	ties out = {0};

	qsort(value, k, sizeof *value, compare_numbers);
	for (size_t i = 0, run; i < k; i += run)
	{
		double t;

		for (run = 1; i + run < k && value[i + run] == value[i];)
			run++;
		t = (double) run;
		out.pairs += t * (t - 1);
		out.triples += t * (t - 1) * (t - 2);
		out.variance += t * (t - 1) * (2 * t + 5);
	}
	return out;
}

/* Concordant minus discordant pairs. */
static psy_status
kendall_score(const psy_context *ctx, const double *x, const double *y, size_t k, double *score,
			  psy_error *err)
{
	*score = 0;
	for (size_t i = 1; i < k; i++)
	{
		if (psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
		for (size_t j = 0; j < i; j++)
		{
			double sign = (x[i] > x[j] ? 1 : x[i] < x[j] ? -1 : 0);

			*score += y[i] > y[j] ? sign : y[i] < y[j] ? -sign : 0;
		}
	}
	return PSY_OK;
}

/* z of the score by the normal approximation: Kendall 1970, as R's cor.test. */
static double
kendall_z(double score, size_t k, ties x, ties y)
{
	double n = (double) k, v0 = n * (n - 1) * (2 * n + 5);
	double variance = (v0 - x.variance - y.variance) / 18 + x.pairs * y.pairs / (2 * n * (n - 1)) +
					  x.triples * y.triples / (9 * n * (n - 1) * (n - 2));

	return score / sqrt(variance);
}

static psy_status
exact_p(const psy_context *ctx, double score, size_t k, double *p, psy_error *err)
{
	/* Of all k(k-1)/2 pairs those that concord; the tail beyond them equals the one below the discordant. */
	size_t all = k * (k - 1) / 2, pairs = (size_t) (((double) all - fabs(score)) / 2);
	void *block;
	psy_status status = psy_alloc(ctx, 2 * (pairs + 1), sizeof(double), &block, err);

	if (status != PSY_OK)
		return status;
	*p = fmin(1, 2 * kendall_tail(k, pairs, block, (double *) block + pairs + 1));
	psy_release(ctx, block);
	return PSY_OK;
}

/* x: standardised deviations, y: variances; both are sorted away. */
static psy_status
begg(const psy_context *ctx, double *x, double *y, size_t k, psy_begg *result, psy_error *err)
{
	double score, all = (double) k * (double) (k - 1);
	psy_status status = kendall_score(ctx, x, y, k, &score, err);
	ties tx, ty;

	if (status != PSY_OK)
		return status;
	tx = ties_of(x, k);
	ty = ties_of(y, k);
	if (tx.pairs == all || ty.pairs == all)
	{
		result->note = ty.pairs == all ? "the variances are all equal: no test"
									   : "the standardised deviations are all equal: no test";
		return PSY_OK;
	}
	/* score / sqrt((N - ties of x)(N - ties of y)) in pairs, which are halves of these. */
	if (k < 10)
		result->note = "fewer than 10 studies: the test has little power";
	result->tau = 2 * score / (sqrt(all - tx.pairs) * sqrt(all - ty.pairs));
	result->exact = tx.pairs == 0 && ty.pairs == 0 && k <= EXACT_MOST;
	if (result->exact)
		return exact_p(ctx, score, k, &result->p, err);
	result->p = psy_two_sided_p(kendall_z(score, k, tx, ty), INFINITY, NULL);
	return PSY_OK;
}

psy_status
psy_begg_test(const psy_context *ctx, const psy_effect *effect, size_t k, psy_begg *result, psy_error *err)
{
	double sum_w, mean = common_effect(effect, k, &sum_w), *x;
	void *block;
	psy_status status;

	*result = (psy_begg){NAN, NAN, false, NULL};
	if (k < 3)
	{
		result->note = "fewer than 3 studies: no test";
		return PSY_OK;
	}
	status = psy_alloc(ctx, 2 * k, sizeof(double), &block, err);
	if (status != PSY_OK)
		return status;
	x = block;
	for (size_t i = 0; i < k; i++)
	{
		x[i] = (effect[i].yi - mean) / sqrt(effect[i].vi - 1 / sum_w);
		x[k + i] = effect[i].vi;
	}
	status = begg(ctx, x, x + k, k, result, err);
	psy_release(ctx, block);
	return status;
}

/*
 * ---- trim and fill ---------------------------------------------------------------------------------------
 */

static const char *const trimfill_names[] = {"L0", "R0", "Q0"};

psy_status
psy_trimfill_estimator_parse(const char *name, psy_trimfill_estimator *estimator, psy_error *err)
{
	int found = 0;
	psy_status status = psy_effect_choice(name, "estimator", trimfill_names, 3, &found, err);

	*estimator = (psy_trimfill_estimator) found;
	return status;
}

const char *
psy_trimfill_estimator_name(psy_trimfill_estimator estimator)
{
	return trimfill_names[estimator];
}

psy_status
psy_trimfill_side_parse(const char *name, psy_trimfill_side *side, psy_error *err)
{
	static const char *const known[] = {"auto", "left", "right"};
	int found = 0;
	psy_status status = psy_effect_choice(name, "side", known, 3, &found, err);

	*side = (psy_trimfill_side) found;
	return status;
}

static const char too_far_apart[] = "the effects or variances are too far apart for double precision: no trim and fill";

/* result->side by the sign of the effects' regression on their standard errors. */
static psy_status
find_side(const psy_context *ctx, const psy_effect *effect, size_t k, psy_meta_method method,
		  psy_trimfill *result, psy_error *err)
{
	psy_line_model model = method == PSY_META_EE   ? PSY_LINE_EE
						   : method == PSY_META_DL ? PSY_LINE_DL
												   : PSY_LINE_REML;
	psy_line line;
	psy_point *point;
	void *block;
	psy_status status = psy_alloc(ctx, k, sizeof(psy_point), &block, err);

	if (status != PSY_OK)
		return status;
	point = block;
	for (size_t i = 0; i < k; i++)
		point[i] = (psy_point){sqrt(effect[i].vi), effect[i].yi, effect[i].vi};
	status = psy_line_fit(ctx, point, k, model, 0.95, &line, err);
	psy_release(ctx, block);
	result->side = isnan(line.b1) ? PSY_SIDE_AUTO : line.b1 < 0 ? PSY_SIDE_RIGHT : PSY_SIDE_LEFT;
	if (status == PSY_OK && isnan(line.b1))
		result->note = line.note == psy_line_too_far_apart ? too_far_apart
														   : "the standard errors are all equal, so that no side is the empty one: name it";
	return status;
}

static int
compare_effects(const void *left, const void *right)
{
	const psy_effect *a = left, *b = right;

	if (a->yi != b->yi)
		return a->yi < b->yi ? -1 : 1;
	return a->vi < b->vi ? -1 : a->vi > b->vi;
}

typedef struct deviation
{
	double size;
	size_t place;
	bool positive, negative;
} deviation;

static int
compare_deviations(const void *left, const void *right)
{
	const deviation *a = left, *b = right;

	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* k0 and its standard error from ranks of |yi - mean|; equal ones are ranked in order of yi, as metafor does.
 */
static double
missing_studies(const psy_effect *effect, deviation *d, size_t count, double mean,
				psy_trimfill_estimator estimator, double *se)
{
	double k = (double) count, above = 0, lowest = 0, k0, variance;

	for (size_t i = 0; i < count; i++)
	{
		double c = effect[i].yi - mean;

		d[i] = (deviation){fabs(c), i, c > 0, c < 0};
	}
	qsort(d, count, sizeof *d, compare_deviations);
	for (size_t i = 0; i < count; i++)
	{
		above += d[i].positive ? (double) (i + 1) : 0;
		lowest = d[i].negative ? (double) (i + 1) : lowest;
	}
	if (estimator == PSY_TRIMFILL_R0)
	{
		k0 = k - lowest - 1;
		*se = sqrt(2 * fmax(0, k0) + 2);
		return k0;
	}
	if (estimator == PSY_TRIMFILL_L0)
		k0 = (4 * above - k * (k + 1)) / (2 * k - 1);
	else
		k0 = k - 0.5 - sqrt(2 * k * k - 4 * above + 0.25);
	variance = (k * (k + 1) * (2 * k + 1) + 10 * k0 * k0 * k0 + 27 * k0 * k0 + 17 * k0 - 18 * k * k0 * k0 -
				18 * k * k0 + 6 * k * k * k0) /
			   24;
	*se = estimator == PSY_TRIMFILL_L0
			  ? 4 * sqrt(variance) / (2 * k - 1)
			  : 2 * sqrt(variance) / sqrt((k - 0.5) * (k - 0.5) - k0 * (2 * k - k0 - 1));
	return k0;
}

/* Trims until the number stays; work[k] is sorted by yi.  The last centre is left in *centre. */
static psy_status
trim(const psy_context *ctx, const psy_effect *work, deviation *d, size_t k, psy_trimfill_estimator estimator,
	 const psy_meta_options *options, double *centre, psy_trimfill *result, psy_error *err)
{
	size_t before = k;

	result->k0 = 0;
	for (int round = 0; result->k0 != before; round++)
	{
		psy_meta_result fit;
		psy_status status = psy_meta_fit(ctx, work, k - result->k0, options, &fit, err);
		double k0;

		if (status != PSY_OK)
			return status;
		before = result->k0;
		*centre = fit.estimate;
		if (isnan(*centre))
		{
			result->note = too_far_apart;
			return PSY_OK;
		}
		k0 = rint(missing_studies(work, d, k, *centre, estimator, &result->se_k0));
		/* The root of Q0 can leave the reals. */
		if (isnan(k0) || k0 >= (double) k || round == 100)
		{
			result->note = "trim and fill did not converge";
			return PSY_OK;
		}
		result->k0 = k0 > 0 ? (size_t) k0 : 0;
	}
	if (estimator == PSY_TRIMFILL_R0)
		result->p_k0 = ldexp(1, -(int) result->k0 - 1);
	return PSY_OK;
}

/* Mirrors the k0 most extreme of work about centre, and fits all. */
static psy_status
fill(const psy_context *ctx, const psy_effect *work, size_t k, double centre, double sign,
	 const psy_meta_options *options, psy_effect *filled, psy_trimfill *result, psy_error *err)
{
	for (size_t i = 0; i < result->k0; i++)
	{
		const psy_effect *extreme = &work[k - result->k0 + i];

		filled[k + i] = (psy_effect){sign * (2 * centre - extreme->yi), extreme->vi};
	}
	return psy_meta_fit(ctx, filled, k + result->k0, options, &result->fit, err);
}

static psy_status
trim_and_fill(const psy_context *ctx, psy_effect *work, deviation *d, size_t k,
			  psy_trimfill_estimator estimator, const psy_meta_options *options, psy_effect *filled,
			  psy_trimfill *result, psy_error *err)
{
	double sign = result->side == PSY_SIDE_RIGHT ? -1 : 1, centre = NAN;
	psy_status status;

	for (size_t i = 0; i < k; i++)
		work[i] = (psy_effect){sign * filled[i].yi, filled[i].vi};
	qsort(work, k, sizeof *work, compare_effects);
	status = trim(ctx, work, d, k, estimator, options, &centre, result, err);
	if (status != PSY_OK || result->note != NULL)
		return status;
	return fill(ctx, work, k, centre, sign, options, filled, result, err);
}

psy_status
psy_trimfill_fit(const psy_context *ctx, const psy_effect *effect, size_t k, psy_trimfill_estimator estimator,
				 psy_trimfill_side side, const psy_meta_options *options, psy_effect *filled,
				 psy_trimfill *result, psy_error *err)
{
	void *block;
	psy_status status = PSY_OK;

	memset(result, 0, sizeof *result);
	result->se_k0 = result->p_k0 = NAN;
	result->side = side;
	if (k < 3)
	{
		result->note = "fewer than 3 studies: no trim and fill";
		return PSY_OK;
	}
	memcpy(filled, effect, k * sizeof *effect);
	psy_meta_sort(filled, k);
	if (side == PSY_SIDE_AUTO)
		status = find_side(ctx, filled, k, options->method, result, err);
	if (status != PSY_OK || result->note != NULL)
		return status;
	status = psy_alloc(ctx, k, sizeof(psy_effect) + sizeof(deviation), &block, err);
	if (status != PSY_OK)
		return status;
	status = trim_and_fill(ctx, block, (deviation *) ((psy_effect *) block + k), k, estimator, options,
						   filled, result, err);
	psy_release(ctx, block);
	return status;
}

/*
 * ---- fail-safe numbers -----------------------------------------------------------------------------------
 */

static const char *const failsafe_names[] = {"Rosenthal", "Orwin", "Rosenberg"};

psy_status
psy_failsafe_type_parse(const char *name, psy_failsafe_type *type, psy_error *err)
{
	int found = 0;
	psy_status status = psy_effect_choice(name, "type", failsafe_names, 3, &found, err);

	*type = (psy_failsafe_type) found;
	return status;
}

const char *
psy_failsafe_type_name(psy_failsafe_type type)
{
	return failsafe_names[type];
}

/* Up to the next whole number, unless that is what rounding left of one. */
static double
whole(double n)
{
	return fabs(n - rint(n)) >= 1.4901161193847656e-08 && isfinite(n) ? ceil(n) : rint(n);
}

static void
rosenthal(const psy_effect *effect, size_t count, double alpha, psy_failsafe *result)
{
	double k = (double) count, sum = 0, z, critical = psy_normal_quantile(alpha, PSY_UPPER);

	for (size_t i = 0; i < count; i++)
		sum += effect[i].yi / sqrt(effect[i].vi);
	z = fabs(sum) / sqrt(k);
	result->p = psy_normal_p(z, PSY_UPPER);
	result->n = fmax(0, k * (z / critical) * (z / critical) - k);
}

static void
orwin(const psy_effect *effect, size_t k, double target, bool weighted, psy_failsafe *result)
{
	double sum_w, mean = common_effect(effect, k, &sum_w);

	if (!weighted)
	{
		mean = 0;
		for (size_t i = 0; i < k; i++)
			mean += effect[i].yi / (double) k;
	}
	result->mean = mean;
	result->target = isnan(target) ? mean / 2 : copysign(target, mean);
	result->n =
		result->target == 0 ? INFINITY : fmax(0, (double) k * (mean - result->target) / result->target);
}

static void
rosenberg(const psy_effect *effect, size_t k, double alpha, psy_failsafe *result)
{
	double sum_w, z, critical = psy_normal_quantile(alpha / 2, PSY_UPPER);

	result->mean = common_effect(effect, k, &sum_w);
	z = result->mean * sqrt(sum_w);
	result->p = psy_two_sided_p(z, INFINITY, NULL);
	result->n = fmax(0, (double) k * ((z / critical) * (z / critical) - 1));
}

psy_status
psy_failsafe_n(const psy_effect *effect, size_t k, psy_failsafe_type type, double alpha, double target,
			   bool weighted, psy_failsafe *result, psy_error *err)
{
	*result = (psy_failsafe){NAN, NAN, NAN, NAN};
	if (!(alpha > 0 && alpha < 1))
		return psy_fail(err, PSY_DOMAIN, "alpha is %g, but must lie between 0 and 1, such as 0.05", alpha);
	if (isinf(target))
		return psy_fail(err, PSY_DOMAIN, "target is infinite, but must be finite");
	if (k == 0)
		return PSY_OK;
	switch (type)
	{
		case PSY_FAILSAFE_ROSENTHAL: rosenthal(effect, k, alpha, result); break;
		case PSY_FAILSAFE_ORWIN: orwin(effect, k, target, weighted, result); break;
		case PSY_FAILSAFE_ROSENBERG: rosenberg(effect, k, alpha, result); break;
	}
	result->n = whole(result->n);
	return PSY_OK;
}
