/*
 * subgroup.c - see subgroup.h.
 *
 * Scores, likelihoods and Q of the common model are sums over the groups, so that tau2.c's sums serve; the
 * likelihood is searched on the same grid of ln(min vi + tau2), whose maxima are refined by bisection.
 */
#include "meta/subgroup.h"

#include "meta/tau2.h"
#include "stats/distribution.h"

#include <math.h>
#include <string.h>

#define GRID_STEP 0.0625
#define ITERATIONS 200

/* Groups sorted and centred each, centre being where; least: the smallest vi of all. */
typedef struct model
{
	psy_studies *group;
	double *centre;
	size_t groups, k;
	double least, widest;
} model;

/* A sum over the groups of one of tau2.c's sums. */
typedef enum which
{
	SUM_Q,
	SUM_W,
	SUM_TRACE
} which;

static double
total(const model *m, double tau2, which what)
{
	double sum = 0;

	for (size_t g = 0; g < m->groups; g++)
	{
		psy_meta_sums at = psy_meta_sums_at(m->group[g], tau2);

		sum += what == SUM_Q ? at.q : what == SUM_W ? at.w : at.trace;
	}
	return sum;
}

/* What decreases through 0 at the maximum: the score of ML and REML. */
static double
score(const model *m, psy_meta_method method, double tau2)
{
	double sum = 0;

	for (size_t g = 0; g < m->groups; g++)
	{
		psy_meta_sums at = psy_meta_sums_at(m->group[g], tau2);

		sum += at.w2r2 - (method == PSY_META_REML ? at.trace : at.w);
	}
	return sum;
}

static double
loglik(const model *m, psy_meta_method method, double tau2)
{
	double sum = 0;

	for (size_t g = 0; g < m->groups; g++)
	{
		psy_meta_sums at = psy_meta_sums_at(m->group[g], tau2);

		sum += psy_meta_loglik(m->group[g], tau2, &at, method == PSY_META_REML);
	}
	return sum;
}

static double
bisect(const model *m, psy_meta_method method, double low, double high)
{
	for (int i = 0; i < ITERATIONS; i++)
	{
		double middle = low + (high - low) / 2;

		if (middle == low || middle == high || high - low <= 1e-16 * (m->least + middle))
			break;
		*(score(m, method, middle) > 0 ? &low : &high) = middle;
	}
	return low + (high - low) / 2;
}

/* Sum of squares within the groups. */
static double
squares(const model *m)
{
	double ss = 0;

	for (size_t g = 0; g < m->groups; g++)
	{
		double mean = 0;

		for (size_t i = 0; i < m->group[g].k; i++)
			mean += m->group[g].study[i].yi / (double) m->group[g].k;
		for (size_t i = 0; i < m->group[g].k; i++)
			ss += (m->group[g].study[i].yi - mean) * (m->group[g].study[i].yi - mean);
	}
	return ss;
}

/* Beyond this the score is negative, by the bounds of tau2.c on the sum of squares within groups. */
static double
bound(const model *m, psy_meta_method method)
{
	double df = (double) (method == PSY_META_ML ? m->k : m->k - m->groups), ss = squares(m),
		   width = m->widest - m->least;

	return fmax(0, (ss + sqrt(ss) * sqrt(ss + 4 * df * width)) / (2 * df) * (1 + 1e-12) - m->least);
}

/* The tau2 where Q, which decreases and is at most SS / (least + tau2), is target; 0 when it is below it at
 * 0. */
static double
where_q(const model *m, double target)
{
	double low = 0, high = fmax(0, squares(m) / target * (1 + 1e-12) - m->least);

	if (!(total(m, 0, SUM_Q) > target))
		return 0;
	for (int i = 0; i < ITERATIONS; i++)
	{
		double middle = low + (high - low) / 2;

		if (middle == low || middle == high || high - low <= 1e-16 * (m->least + middle))
			break;
		*(total(m, middle, SUM_Q) > target ? &low : &high) = middle;
	}
	return low + (high - low) / 2;
}

/* The root, or of several the one with the highest likelihood (Q has one root). */
static psy_status
search(const psy_context *ctx, const model *m, psy_meta_method method, double *tau2, psy_error *err)
{
	double cells = ceil(log1p(bound(m, method) / m->least) / GRID_STEP) + 1, low = 0;
	double at_low = score(m, method, 0), best = at_low <= 0 ? loglik(m, method, 0) : NAN;

	*tau2 = 0;
	if (!isfinite(cells))
		return psy_fail(err, PSY_SINGULAR, "the effects or variances are too far apart for double precision");
	for (double cell = 1; cell <= cells; cell++)
	{
		double high = m->least * expm1(cell * GRID_STEP), at_high = score(m, method, high);

		if (psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
		if (at_low > 0 && at_high <= 0)
		{
			double candidate = bisect(m, method, low, high), l = loglik(m, method, candidate);

			if (isnan(best) || l > best)
			{
				*tau2 = candidate;
				best = l;
			}
		}
		low = high;
		at_low = at_high;
	}
	return PSY_OK;
}

/* Unweighted least squares: each group's share of the variances is lost to its mean. */
static double
he_estimate(const model *m)
{
	double free = (double) (m->k - m->groups), sum = 0;

	for (size_t g = 0; g < m->groups; g++)
		for (size_t i = 0; i < m->group[g].k; i++)
			sum += m->group[g].study[i].vi * (1 - 1 / (double) m->group[g].k);
	return (squares(m) - sum) / free;
}

/* The initial value is the variance of all effects around their mean, whatever the groups. */
static double
sj_estimate(const model *m)
{
	double origin = m->centre[0], mean = 0, sum = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t g = 0; g < m->groups; g++)
			for (size_t i = 0; i < m->group[g].k; i++)
			{
				double y = m->group[g].study[i].yi + (m->centre[g] - origin);

				if (pass == 0)
					mean += y / (double) m->k;
				else
					sum += (y - mean) * (y - mean) / (double) m->k;
			}
	return sum > 0 ? sum * total(m, sum, SUM_Q) / (double) (m->k - m->groups) : 0;
}

static psy_status
common_tau2(const psy_context *ctx, const model *m, psy_meta_method method, double *tau2, psy_error *err)
{
	double k = (double) m->k, free = k - (double) m->groups;

	*tau2 = 0;
	if (method == PSY_META_EE || m->k == m->groups)
		return PSY_OK;
	switch (method)
	{
		case PSY_META_ML:
		case PSY_META_REML: return search(ctx, m, method, tau2, err);
		case PSY_META_DL: *tau2 = (total(m, 0, SUM_Q) - free) / total(m, 0, SUM_TRACE); break;
		case PSY_META_HE: *tau2 = he_estimate(m); break;
		case PSY_META_HS: *tau2 = (total(m, 0, SUM_Q) - k) / total(m, 0, SUM_W); break;
		case PSY_META_HSK: *tau2 = (k / free * total(m, 0, SUM_Q) - k) / total(m, 0, SUM_W); break;
		case PSY_META_SJ: *tau2 = sj_estimate(m); break;
		case PSY_META_EB:
		case PSY_META_PM: *tau2 = where_q(m, free); break;
		case PSY_META_PMM: *tau2 = where_q(m, psy_chisq_quantile(0.5, free, PSY_UPPER)); break;
		default:
			return psy_fail(err, PSY_UNSUPPORTED, "a common tau2 is not available by method %s",
							psy_meta_method_name(method));
	}
	*tau2 = fmax(0, *tau2);
	return PSY_OK;
}

/* The Q-profile interval (Viechtbauer 2007, with moderators). */
static void
interval(const model *m, double level, psy_subgroups *r)
{
	double free = (double) (m->k - m->groups), tail = (1 - level) / 2, lower;

	if (m->k == m->groups)
		return;
	lower = psy_chisq_quantile(tail, free, PSY_LOWER);
	r->tau2_lb = where_q(m, psy_chisq_quantile(tail, free, PSY_UPPER));
	r->tau2_ub = where_q(m, lower);
	if (total(m, 0, SUM_Q) < lower)
		r->note = "the effects of the groups are more homogeneous than chance: the interval of tau2 is empty";
}

/* ---- results --------------------------------------------------------------------------------- */

static void
between(const psy_meta_result *fit, size_t groups, psy_subgroups *r)
{
	double w = 0, mean = 0;

	r->q_within = r->q_within_df = 0;
	for (size_t g = 0; g < groups; g++)
	{
		double weight = 1 / (fit[g].se * fit[g].se);

		w += weight;
		mean += weight * (fit[g].estimate - fit[0].estimate);
		r->q_within += isnan(fit[g].q) ? 0 : fit[g].q;
		r->q_within_df += (double) fit[g].k - 1;
	}
	r->q_within_p = r->q_within_df > 0 ? psy_chisq_p(r->q_within, r->q_within_df, PSY_UPPER) : NAN;
	mean = fit[0].estimate + mean / w;
	if (groups < 2)
		r->note = "fewer than 2 groups: no test between them";
	else if (!isfinite(w))
		r->note = "a group's standard error is 0 or unknown: no test between groups";
	if (groups < 2 || !isfinite(w))
		return;
	r->q_between = 0;
	for (size_t g = 0; g < groups; g++)
		r->q_between += (fit[g].estimate - mean) / fit[g].se * ((fit[g].estimate - mean) / fit[g].se);
	r->q_df = (double) (groups - 1);
	r->q_p = isnan(r->q_df2) ? psy_chisq_p(r->q_between, r->q_df, PSY_UPPER)
							 : psy_f_p(r->q_between / r->q_df, r->q_df, r->q_df2, PSY_UPPER);
}

/* What the test multiplies every variance with. */
static double
test_scale(const model *m, double tau2, psy_meta_test test)
{
	double scale2 = total(m, tau2, SUM_Q) / (double) (m->k - m->groups);

	if (test == PSY_META_Z || test == PSY_META_T)
		return 1;
	return test == PSY_META_ADHOC ? fmax(1, scale2) : scale2;
}

/* A group's mean at the common tau2, on top of its own equal-effects fit (which has its Q). */
static void
restate(psy_meta_result *fit, psy_studies s, double centre, double tau2, double scale2, double df,
		const psy_meta_options *o)
{
	psy_meta_sums at = psy_meta_sums_at(s, tau2);
	double quantile = df > 0 ? psy_t_quantile((1 - o->level) / 2, df, PSY_UPPER) : NAN;

	fit->estimate = centre + at.mu;
	fit->se = sqrt(scale2 / at.w);
	fit->tau2 = tau2;
	fit->df = df > 0 ? df : NAN;
	fit->test = o->test;
	fit->i2 = fit->h2 = fit->loglik = fit->se_tau2 = fit->tau2_lb = fit->tau2_ub = NAN;
	fit->ci_lb = fit->estimate - quantile * fit->se;
	fit->ci_ub = fit->estimate + quantile * fit->se;
	fit->pi_lb = fit->pi_ub = NAN;
	if (o->method != PSY_META_EE)
	{
		fit->pi_lb = fit->estimate - quantile * sqrt(fit->se * fit->se + tau2);
		fit->pi_ub = fit->estimate + quantile * sqrt(fit->se * fit->se + tau2);
	}
	fit->statistic = fit->estimate / fit->se;
	fit->p = fit->log_p = NAN;
	if (df > 0 && fit->se > 0)
		fit->p = psy_two_sided_p(fit->statistic, df, &fit->log_p);
	fit->note[0] = '\0';
	if (!(df > 0))
		psy_append(fit->note, sizeof fit->note,
				   "as many groups as studies: test %s has no degrees of freedom",
				   psy_meta_test_name(o->test));
}

/* Sorts and centres every group of study[k] in place; weight[k] is their scratch; centre[g] is kept. */
static void
prepare(const psy_context *ctx, psy_effect *study, double *weight, const size_t *size, size_t groups,
		model *m, double *centre)
{
	size_t at = 0;

	m->centre = centre;
	m->groups = groups;
	for (size_t g = 0; g < groups; at += size[g], g++)
	{
		psy_meta_sort(study + at, size[g]);
		m->least = g == 0 ? study[at].vi : fmin(m->least, study[at].vi);
		m->widest = g == 0 ? study[at + size[g] - 1].vi : fmax(m->widest, study[at + size[g] - 1].vi);
		centre[g] = study[at].yi;
		for (size_t i = 0; i < size[g]; i++)
			study[at + i].yi -= centre[g];
		m->group[g] = (psy_studies){ctx, study + at, weight + at, size[g]};
	}
	m->k = at;
}

static psy_status
fit_common(const psy_context *ctx, const psy_effect *effect, const size_t *size, size_t groups,
		   const psy_meta_options *o, psy_meta_result *fit, psy_subgroups *result, psy_error *err)
{
	size_t k = 0;
	char *block;
	void *allocated;
	psy_effect *study;
	double *centre;
	model m = {0};
	double df, scale2;
	psy_status status;

	for (size_t g = 0; g < groups; g++)
		k += size[g];
	df = o->test == PSY_META_Z ? INFINITY : (double) (k - groups);
	status = psy_alloc(ctx, k + groups, sizeof(psy_effect) + 2 * sizeof(double) + sizeof(psy_studies),
					   &allocated, err);
	if (status != PSY_OK)
		return status;
	block = allocated;
	m.group = (psy_studies *) block;
	study = (psy_effect *) (m.group + k + groups);
	centre = (double *) (study + k + groups);
	memcpy(study, effect, k * sizeof *effect);
	prepare(ctx, study, centre + groups, size, groups, &m, centre);
	status = common_tau2(ctx, &m, o->method, &result->tau2, err);
	scale2 = status == PSY_OK ? test_scale(&m, result->tau2, o->test) : NAN;
	for (size_t g = 0; g < groups && status == PSY_OK; g++)
		restate(&fit[g], m.group[g], centre[g], result->tau2, scale2, df, o);
	if (o->test != PSY_META_Z)
		result->q_df2 = df;
	if (status == PSY_OK && o->method != PSY_META_EE)
		interval(&m, o->level, result);
	psy_release(ctx, allocated);
	return status;
}

static const psy_subgroups nothing_known = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NULL};

psy_status
psy_subgroup_fit(const psy_context *ctx, const psy_effect *effect, const size_t *size, size_t groups,
				 const psy_meta_options *options, bool common, psy_meta_result *fit, psy_subgroups *result,
				 psy_error *err)
{
	psy_meta_options each = *options;
	psy_status status = PSY_OK;
	const psy_effect *at = effect;

	*result = nothing_known;
	if (common)
	{
		each.method = PSY_META_EE;
		each.test = PSY_META_Z;
	}
	for (size_t g = 0; g < groups && status == PSY_OK; at += size[g], g++)
	{
		for (size_t i = 0; i < size[g] && common && status == PSY_OK; i++)
			if (at[i].vi == 0)
				status = psy_fail(err, PSY_DOMAIN, "vi is 0, and a common tau2 needs positive variances");
		if (status == PSY_OK)
			status = psy_meta_fit(ctx, at, size[g], &each, &fit[g], err);
	}
	if (status == PSY_OK && common && groups > 0)
		status = fit_common(ctx, effect, size, groups, options, fit, result, err);
	if (status == PSY_SINGULAR)
	{
		*result = nothing_known;
		result->note = "the effects or variances are too far apart for double precision: no common tau2";
		for (size_t g = 0; g < groups; g++)
			psy_meta_without_answer(&fit[g], "the groups have no common tau2");
		return PSY_OK;
	}
	if (status == PSY_OK)
		between(fit, groups, result);
	return status;
}
