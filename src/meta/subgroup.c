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

/* Groups sorted and centred each; least: the smallest vi of all. */
typedef struct model
{
	psy_studies *group;
	size_t groups, k;
	double least, widest;
} model;

/* What is sought decreases through 0 there: the score of ML and REML, Q - df of PM. */
static double
objective(const model *m, psy_meta_method method, double tau2)
{
	double sum = method == PSY_META_PM ? -(double) (m->k - m->groups) : 0;

	for (size_t g = 0; g < m->groups; g++)
	{
		psy_meta_sums at = psy_meta_sums_at(m->group[g], tau2);

		sum += method == PSY_META_PM ? at.q : at.w2r2 - (method == PSY_META_REML ? at.trace : at.w);
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
		*(objective(m, method, middle) > 0 ? &low : &high) = middle;
	}
	return low + (high - low) / 2;
}

/* Beyond this the objective is negative, by the bounds of tau2.c on the sum of squares within groups. */
static double
bound(const model *m, psy_meta_method method)
{
	double df = (double) (method == PSY_META_ML ? m->k : m->k - m->groups), ss = 0,
		   width = m->widest - m->least;

	for (size_t g = 0; g < m->groups; g++)
	{
		double mean = 0;

		for (size_t i = 0; i < m->group[g].k; i++)
			mean += m->group[g].study[i].yi / (double) m->group[g].k;
		for (size_t i = 0; i < m->group[g].k; i++)
			ss += (m->group[g].study[i].yi - mean) * (m->group[g].study[i].yi - mean);
	}
	return fmax(0, (ss + sqrt(ss) * sqrt(ss + 4 * df * width)) / (2 * df) * (1 + 1e-12) - m->least);
}

/* The root, or of several the one with the highest likelihood (Q has one root). */
static psy_status
search(const psy_context *ctx, const model *m, psy_meta_method method, double *tau2, psy_error *err)
{
	double cells = ceil(log1p(bound(m, method) / m->least) / GRID_STEP) + 1, low = 0;
	double at_low = objective(m, method, 0), best = at_low <= 0 ? loglik(m, method, 0) : NAN;

	*tau2 = 0;
	if (!isfinite(cells))
		return psy_fail(err, PSY_DOMAIN, "the effects or variances are too far apart for double precision");
	for (double cell = 1; cell <= cells; cell++)
	{
		double high = m->least * expm1(cell * GRID_STEP), at_high = objective(m, method, high);

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

static psy_status
common_tau2(const psy_context *ctx, const model *m, psy_meta_method method, double *tau2, psy_error *err)
{
	double q = 0, trace = 0;

	*tau2 = 0;
	if (method == PSY_META_EE || m->k == m->groups)
		return PSY_OK;
	if (method != PSY_META_DL)
		return search(ctx, m, method, tau2, err);
	for (size_t g = 0; g < m->groups; g++)
	{
		psy_meta_sums at = psy_meta_sums_at(m->group[g], 0);

		q += at.q;
		trace += at.trace;
	}
	*tau2 = fmax(0, (q - (double) (m->k - m->groups)) / trace);
	return PSY_OK;
}

/* ---- results ---------------------------------------------------------------------------------------------
 */

static void
between(const psy_meta_result *fit, size_t groups, psy_subgroups *r)
{
	double w = 0, mean = 0;

	r->q_within = 0;
	for (size_t g = 0; g < groups; g++)
	{
		double weight = 1 / (fit[g].se * fit[g].se);

		w += weight;
		mean += weight * (fit[g].estimate - fit[0].estimate);
		r->q_within += isnan(fit[g].q) ? 0 : fit[g].q;
	}
	mean = fit[0].estimate + mean / w;
	r->q_between = r->q_df = r->q_p = NAN;
	if (groups < 2 || !isfinite(w))
		return;
	r->q_between = 0;
	for (size_t g = 0; g < groups; g++)
		r->q_between += (fit[g].estimate - mean) / fit[g].se * ((fit[g].estimate - mean) / fit[g].se);
	r->q_df = (double) (groups - 1);
	r->q_p = psy_chisq_p(r->q_between, r->q_df, PSY_UPPER);
}

/* A group's mean at the common tau2, on top of its own equal-effects fit (which has its Q). */
static void
restate(psy_meta_result *fit, psy_studies s, double centre, double tau2, double level)
{
	psy_meta_sums at = psy_meta_sums_at(s, tau2);
	double half;

	fit->estimate = centre + at.mu;
	fit->se = sqrt(1 / at.w);
	fit->tau2 = tau2;
	fit->i2 = fit->h2 = fit->loglik = NAN;
	half = psy_normal_quantile((1 - level) / 2, PSY_UPPER) * fit->se;
	fit->ci_lb = fit->estimate - half;
	fit->ci_ub = fit->estimate + half;
	fit->statistic = fit->estimate / fit->se;
	fit->p = psy_two_sided_p(fit->statistic, INFINITY, &fit->log_p);
	fit->note[0] = '\0';
}

/* Sorts and centres every group of study[k] in place; weight[k] is their scratch; centre[g] is kept. */
static void
prepare(const psy_context *ctx, psy_effect *study, double *weight, const size_t *size, size_t groups,
		model *m, double *centre)
{
	size_t at = 0;

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
	psy_status status;

	for (size_t g = 0; g < groups; g++)
		k += size[g];
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
	for (size_t g = 0; g < groups && status == PSY_OK; g++)
		restate(&fit[g], m.group[g], centre[g], result->tau2, o->level);
	psy_release(ctx, allocated);
	return status;
}

static psy_status
check_common(const psy_meta_options *o, psy_error *err)
{
	if (o->test != PSY_META_Z)
	{
		psy_fail(err, PSY_UNSUPPORTED, "a common tau2 goes with test z, not %s", psy_meta_test_name(o->test));
		psy_hint(err, "Use a meta-regression on the groups for other tests, or tau2 => 'separate'.");
		return PSY_UNSUPPORTED;
	}
	if (o->method != PSY_META_EE && o->method != PSY_META_DL && o->method != PSY_META_PM &&
		o->method != PSY_META_ML && o->method != PSY_META_REML)
	{
		psy_fail(err, PSY_UNSUPPORTED, "a common tau2 is not available by method %s",
				 psy_meta_method_name(o->method));
		psy_hint(err, "Allowed are EE, DL, PM, ML and REML.");
		return PSY_UNSUPPORTED;
	}
	return PSY_OK;
}

psy_status
psy_subgroup_fit(const psy_context *ctx, const psy_effect *effect, const size_t *size, size_t groups,
				 const psy_meta_options *options, bool common, psy_meta_result *fit, psy_subgroups *result,
				 psy_error *err)
{
	psy_meta_options each = *options;
	psy_status status = common ? check_common(options, err) : PSY_OK;
	const psy_effect *at = effect;

	result->tau2 = NAN;
	if (common)
		each.method = PSY_META_EE;
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
	if (status == PSY_OK)
		between(fit, groups, result);
	return status;
}
