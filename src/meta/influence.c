/*
 * influence.c - see influence.h.
 *
 * Studies stay sorted and on one scale (a power of two) throughout; leaving one out keeps both, so that only
 * the most precise study's absence asks for a new centre.
 */
#include "meta/influence.h"

#include "meta/tau2.h"
#include "stats/distribution.h"

#include <math.h>
#include <string.h>

/* The mean of a set: at its tau2, se by the test; scale2 is metafor's s2w. */
typedef struct mean_fit
{
	double tau2, mean, w, variance, scale2, q;
} mean_fit;

static double
scale_by_test(const psy_meta_sums *at, size_t k, psy_meta_test test)
{
	double scale2;

	if (k < 2 || test == PSY_META_Z || test == PSY_META_T)
		return 1;
	scale2 = at->q / (double) (k - 1);
	return test == PSY_META_ADHOC ? fmax(1, scale2) : scale2;
}

/* s.study is centred at its first; centre is where that lies. */
static mean_fit
fit(psy_studies s, double centre, psy_meta_method method, psy_meta_test test)
{
	mean_fit f = {.tau2 = s.k > 1 ? psy_tau2_estimate(s, method) : 0};
	psy_meta_sums at = psy_meta_sums_at(s, f.tau2);

	f.mean = centre + at.mu;
	f.w = at.w;
	f.scale2 = scale_by_test(&at, s.k, test);
	f.variance = f.scale2 / at.w;
	f.q = s.k > 1 ? psy_meta_sums_at(s, 0).q : 0;
	return f;
}

/* All but study i of s, centred; returns the centre. */
static double
leave_out(psy_studies s, size_t i, psy_effect *rest)
{
	double centre = i == 0 ? s.study[1].yi : 0;

	memcpy(rest, s.study, i * sizeof *rest);
	memcpy(rest + i, s.study + i + 1, (s.k - i - 1) * sizeof *rest);
	for (size_t j = 0; centre != 0 && j + 1 < s.k; j++)
		rest[j].yi -= centre;
	return centre;
}

static psy_influence
diagnose(psy_studies s, size_t i, const mean_fit *all, const mean_fit *rest)
{
	psy_influence d;
	double yi = s.study[i].yi, vi = s.study[i].vi, k = (double) s.k, moved = all->mean - rest->mean, w = 0;
	double total = rest->tau2 + vi;

	for (size_t j = 0; j < s.k; j++)
		w += 1 / (s.study[j].vi + rest->tau2);
	d.hat = 1 / ((vi + all->tau2) * all->w);
	d.weight = 100 * d.hat;
	d.tau2_del = rest->tau2;
	d.qe_del = rest->q;
	d.estimate_del = rest->mean;
	d.se_del = sqrt(rest->variance);
	d.rstandard = (yi - all->mean) / sqrt((vi + all->tau2) * (1 - d.hat));
	d.baujat_x = (yi - all->mean) * (yi - all->mean) / (vi + all->tau2);
	d.baujat_y = moved * moved / rest->variance;
	d.rstudent = (yi - rest->mean) / sqrt(total * rest->scale2 + rest->variance);
	d.dffits = moved / sqrt(rest->scale2 * d.hat * total);
	d.dfbs = moved / sqrt(rest->scale2 / w);
	d.cook_d = moved * moved / all->variance;
	d.cov_r = rest->variance / all->variance;
	d.influential = fabs(d.dffits) > 3 / sqrt(k - 1) || psy_chisq_p(d.cook_d, 1, PSY_LOWER) > 0.5 ||
					d.hat > 3 / k || fabs(d.dfbs) > 1;
	return d;
}

static psy_status
check(const psy_effect *effect, size_t k, psy_error *err)
{
	for (size_t i = 0; i < k; i++)
		if (psy_meta_check_study(effect[i].yi, effect[i].vi, err) != PSY_OK)
			return PSY_DOMAIN;
	if (k > 0 && effect[0].vi == 0)
	{
		psy_fail(err, PSY_DOMAIN, "vi is 0, and influence needs positive variances");
		psy_hint(err, "Leave the study out with FILTER (WHERE vi > 0).");
		return PSY_DOMAIN;
	}
	return PSY_OK;
}

/* Copies, centres and scales; returns the exponent of the scale. */
static int
prepare(const psy_effect *effect, size_t k, psy_effect *study)
{
	double width = sqrt(effect[k - 1].vi);
	int exponent;

	for (size_t i = 0; i < k; i++)
		width = fmax(width, fabs(effect[i].yi - effect[0].yi));
	exponent = isfinite(width) ? ilogb(width) : 0;
	for (size_t i = 0; i < k; i++)
		study[i] =
			(psy_effect){ldexp(effect[i].yi - effect[0].yi, -exponent), ldexp(effect[i].vi, -2 * exponent)};
	return exponent;
}

psy_status
psy_influence_of(const psy_context *ctx, const psy_effect *effect, size_t k, psy_meta_method method,
				 psy_meta_test test, psy_influence *out, psy_error *err)
{
	psy_status status = check(effect, k, err);
	psy_effect *study, *rest;
	psy_studies s;
	mean_fit all;
	void *block;
	int exponent;

	for (size_t i = 0; i < k; i++)
		out[i] = (psy_influence){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, false};
	if (status != PSY_OK || k < 2)
		return status;
	status = psy_alloc(ctx, k, 2 * sizeof(psy_effect) + sizeof(double), &block, err);
	if (status != PSY_OK)
		return status;
	study = block;
	rest = study + k;
	exponent = prepare(effect, k, study);
	s = (psy_studies){ctx, study, (double *) (rest + k), k};
	all = fit(s, 0, method, test);
	for (size_t i = 0; i < k && status == PSY_OK; i++)
	{
		double centre = leave_out(s, i, rest);
		mean_fit without = fit((psy_studies){ctx, rest, s.weight, k - 1}, centre, method, test);

		out[i] = diagnose(s, i, &all, &without);
		out[i].tau2_del = ldexp(out[i].tau2_del, 2 * exponent);
		out[i].estimate_del = effect[0].yi + ldexp(out[i].estimate_del, exponent);
		out[i].se_del = ldexp(out[i].se_del, exponent);
		status = psy_poll(ctx, err);
	}
	psy_release(ctx, block);
	return status;
}
