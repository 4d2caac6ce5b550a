/*
 * pooling.c - the model of one mean effect: studies in one order and scale, tau2 (tau2.c), then tests and
 * intervals.
 *
 * Studies are sorted by vi, then yi, centred at the most precise one and scaled by a power of two, which is
 * exact: the same studies give the same bits in any order, and data of any unit are computed at unit scale.
 */
#include "meta/pooling.h"

#include "meta/tau2.h"
#include "stats/distribution.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * ---- names -----------------------------------------------------------------------------------------------
 */

static const char *const method_names[] = {"EE", "DL",   "HE", "HS", "HSk", "SJ",
										   "ML", "REML", "EB", "PM", "PMM"};
static const char *const test_names[] = {"z", "t", "knha", "adhoc"};
static const char *const pi_names[] = {"metafor", "k-1", "k-2", "z"};
static const char *const tau2_ci_names[] = {"qprofile", "pl"};

static psy_status
parse_name(const char *name, const char *what, const char *const *known, int count, const char *allowed,
		   int *found, psy_error *err)
{
	for (int k = 0; k < count; k++)
		if (strcasecmp(name, known[k]) == 0)
		{
			*found = k;
			return PSY_OK;
		}
	psy_fail(err, PSY_DOMAIN, "unknown %s \"%.40s\"", what, name);
	psy_hint(err, "Allowed are %s.", allowed);
	return PSY_DOMAIN;
}

psy_status
psy_meta_method_parse(const char *name, psy_meta_method *method, psy_error *err)
{
	int found = 0;
	psy_status status;

	if (strcasecmp(name, "GENQ") == 0 || strcasecmp(name, "GENQM") == 0)
	{
		psy_fail(err, PSY_UNSUPPORTED, "method %.5s needs weights of its own", name);
		psy_hint(err, "Use meta_weighted(yi, vi, weight), or one of EE, DL, HE, HS, HSk, SJ, ML, REML, EB, PM and PMM.");
		return PSY_UNSUPPORTED;
	}
	status = parse_name(name, "method", method_names, 11, "EE, DL, HE, HS, HSk, SJ, ML, REML, EB, PM and PMM",
						&found, err);
	*method = (psy_meta_method) found;
	return status;
}

psy_status
psy_meta_test_parse(const char *name, psy_meta_test *test, psy_error *err)
{
	int found = 0;
	psy_status status = parse_name(name, "test", test_names, 4, "z, t, knha and adhoc", &found, err);

	*test = (psy_meta_test) found;
	return status;
}

psy_status
psy_meta_pi_parse(const char *name, psy_meta_pi *pi, psy_error *err)
{
	int found = 0;
	psy_status status = parse_name(name, "pi", pi_names, 4, "metafor, k-1, k-2 and z", &found, err);

	*pi = (psy_meta_pi) found;
	return status;
}

psy_status
psy_meta_tau2_ci_parse(const char *name, psy_meta_tau2_ci *tau2_ci, psy_error *err)
{
	int found = 0;
	psy_status status = parse_name(name, "tau2_ci", tau2_ci_names, 2, "qprofile and pl", &found, err);

	*tau2_ci = (psy_meta_tau2_ci) found;
	return status;
}

const char *
psy_meta_method_name(psy_meta_method method)
{
	return method_names[method];
}

const char *
psy_meta_test_name(psy_meta_test test)
{
	return test_names[test];
}

/*
 * ---- studies ---------------------------------------------------------------------------------------------
 */

/* A value that is not finite, said without the library's "-nan". */
static psy_status
not_finite(double value, const char *name, const char *what, psy_error *err)
{
	return psy_fail(err, PSY_DOMAIN, "%s is %s, but %s must be finite", name,
					isnan(value) ? "NaN" : "infinite", what);
}

psy_status
psy_meta_check_study(double yi, double vi, psy_error *err)
{
	if (!isfinite(yi))
		return not_finite(yi, "yi", "an effect", err);
	if (!isfinite(vi))
		return not_finite(vi, "vi", "a sampling variance", err);
	if (vi < 0)
		return psy_fail(err, PSY_DOMAIN, "vi is %g, but a sampling variance cannot be negative", vi);
	return PSY_OK;
}

static int
compare_studies(const void *left, const void *right)
{
	const psy_effect *a = left, *b = right;

	if (a->vi != b->vi)
		return a->vi < b->vi ? -1 : 1;
	return a->yi < b->yi ? -1 : a->yi > b->yi;
}

/* Up to so many studies are sorted by insertion, which is quicker than a call of qsort. */
#define FEW_STUDIES 40

void
psy_meta_sort(psy_effect *effect, size_t k)
{
	if (k > FEW_STUDIES)
	{
		qsort(effect, k, sizeof *effect, compare_studies);
		return;
	}
	for (size_t i = 1; i < k; i++)
	{
		psy_effect moved = effect[i];
		size_t at = i;

		for (; at > 0 && compare_studies(&moved, &effect[at - 1]) < 0; at--)
			effect[at] = effect[at - 1];
		effect[at] = moved;
	}
}

psy_meta_frame
psy_meta_prepare(psy_effect *study, size_t k)
{
	double centre = study[0].yi, width = sqrt(study[k - 1].vi), scale;
	int exponent;

	for (size_t i = 0; i < k; i++)
	{
		study[i].yi -= centre;
		width = fmax(width, fabs(study[i].yi));
	}
	/* Within +-1000 the scale and its inverse are doubles. */
	exponent = isfinite(width) ? (int) fmin(fmax(ilogb(width), -1000), 1000) : 0;
	scale = ldexp(1, -exponent);
	for (size_t i = 0; i < k; i++)
	{
		study[i].yi *= scale;
		study[i].vi = study[i].vi * scale * scale;
	}
	return (psy_meta_frame){ldexp(centre, -exponent), exponent};
}

/*
 * ---- notes -----------------------------------------------------------------------------------------------
 */

static void add_note(psy_meta_result *result, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
add_note(psy_meta_result *result, const char *format, ...)
{
	size_t length = strlen(result->note);
	va_list args;

	if (length > 0)
		length += (size_t) snprintf(result->note + length, sizeof result->note - length, "; ");
	if (length >= sizeof result->note)
		return;
	va_start(args, format);
	vsnprintf(result->note + length, sizeof result->note - length, format, args);
	va_end(args);
}

/*
 * ---- inference -------------------------------------------------------------------------------------------
 */

/* The two-sided critical value at level; df = Inf is normal. */
static double
critical(const psy_meta_options *o, double df)
{
	psy_meta_cache own = {0}, *cache = o->cache != NULL ? o->cache : &own;

	if (isinf(df) && cache->normal == 0)
		cache->normal = psy_normal_quantile((1 - o->level) / 2, PSY_UPPER);
	if (isinf(df))
		return cache->normal;
	if (cache->t_df != df)
	{
		cache->t_df = df;
		cache->t = psy_t_quantile((1 - o->level) / 2, df, PSY_UPPER);
	}
	return cache->t;
}

/* statistic, p and interval from estimate, se and df; with se 0 a test says nothing and stays NaN. */
static void
infer(psy_meta_result *r, const psy_meta_options *o)
{
	double half = critical(o, r->df) * r->se;

	r->ci_lb = r->estimate - half;
	r->ci_ub = r->estimate + half;
	if (r->se > 0)
	{
		r->statistic = r->estimate / r->se;
		r->p = psy_two_sided_p(r->statistic, r->df, &r->log_p);
	}
}

static void
predict(psy_meta_result *r, const psy_meta_options *o)
{
	double k = (double) r->k, df = INFINITY, half;

	if (o->method == PSY_META_EE)
		return;
	if (r->k < 3)
	{
		add_note(r, "no prediction interval below 3 studies");
		return;
	}
	if (o->pi == PSY_META_PI_K1 || (o->pi == PSY_META_PI_METAFOR && r->test != PSY_META_Z))
		df = k - 1;
	else if (o->pi == PSY_META_PI_K2)
		df = k - 2;
	half = critical(o, df) * sqrt(r->se * r->se + r->tau2);
	r->pi_lb = r->estimate - half;
	r->pi_ub = r->estimate + half;
}

/* se by the test's rule, from the sums at tau2. */
static void
standard_error(psy_meta_result *r, const psy_meta_sums *at, const psy_meta_options *o)
{
	double plain = sqrt(1 / at->w), scale2;

	r->se = plain;
	r->df = r->test == PSY_META_Z ? INFINITY : (double) (r->k - 1);
	if (r->test == PSY_META_Z || r->test == PSY_META_T)
		return;
	scale2 = at->q / (double) (r->k - 1);
	if (r->test == PSY_META_ADHOC)
		scale2 = fmax(1, scale2);
	r->se = plain * sqrt(scale2);
	if (r->se == 0)
		add_note(r, "all effects are equal, so that the Knapp-Hartung standard error is 0 and there is no "
					"test: use test "
					"adhoc");
	else if (critical(o, r->df) * r->se < critical(o, INFINITY) * plain)
		add_note(r, "the Knapp-Hartung interval is narrower than that of test z");
}

static void
heterogeneity(psy_meta_result *r, psy_studies s, const psy_meta_sums *fixed, const psy_meta_options *o)
{
	double typical = (double) (s.k - 1) / fixed->trace;

	r->q = fixed->q;
	r->q_df = (double) (s.k - 1);
	r->q_p = psy_chisq_p(r->q, r->q_df, PSY_UPPER);
	if (o->method == PSY_META_EE)
	{
		r->i2 = r->q > r->q_df ? 100 * (r->q - r->q_df) / r->q : 0;
		r->h2 = r->q / r->q_df;
		return;
	}
	r->i2 = 100 * r->tau2 / (typical + r->tau2);
	r->h2 = r->tau2 / typical + 1;
}

static void
tau2_interval(psy_meta_result *r, psy_studies s, const psy_meta_sums *fixed, const psy_meta_sums *at,
			  const psy_meta_options *o)
{
	bool empty;

	if (o->method == PSY_META_EE)
		return;
	r->se_tau2 = psy_tau2_se(s, o->method, r->tau2, fixed, at);
	if (o->tau2_ci == PSY_META_PL)
	{
		psy_tau2_profile(s, o->level, r->tau2, o->method == PSY_META_REML, &r->tau2_lb, &r->tau2_ub);
		return;
	}
	psy_tau2_qprofile(s, o->level, fixed->q, o->cache, &r->tau2_lb, &r->tau2_ub, &empty);
	if (empty)
		add_note(r, "the Q-profile interval of tau2 is empty: effects vary less than their variances allow");
}

static double
full_loglik(psy_studies s, const psy_meta_result *r, const psy_meta_sums *at, const psy_meta_options *o)
{
	bool restricted = o->method == PSY_META_REML;
	double k = (double) s.k, terms = restricted ? k - 1 : k;

	return psy_meta_loglik(s, r->tau2, at, restricted) - 0.5 * terms * log(2 * M_PI) +
		   (restricted ? 0.5 * log(k) : 0);
}

/* Takes the result to the user's units; terms: how often the log likelihood holds the log of a standard
 * deviation. */
static void
restore(psy_meta_result *r, int exponent, double terms)
{
	double *linear[] = {&r->estimate, &r->se, &r->ci_lb, &r->ci_ub, &r->pi_lb, &r->pi_ub};
	double *squared[] = {&r->tau2, &r->se_tau2, &r->tau2_lb, &r->tau2_ub};

	for (size_t i = 0; i < sizeof linear / sizeof *linear; i++)
		*linear[i] = ldexp(*linear[i], exponent);
	for (size_t i = 0; i < sizeof squared / sizeof *squared; i++)
		*squared[i] = ldexp(*squared[i], 2 * exponent);
	r->loglik -= terms * exponent * M_LN2;
}

/*
 * ---- cases -----------------------------------------------------------------------------------------------
 */

static void
fit_several(psy_studies s, psy_meta_frame f, const psy_meta_options *o, psy_meta_result *r)
{
	psy_meta_sums fixed = psy_meta_sums_at(s, 0), at;

	r->tau2 = psy_tau2_estimate(s, o->method);
	at = r->tau2 > 0 ? psy_meta_sums_at(s, r->tau2) : fixed;
	r->estimate = f.centre + at.mu;
	if (o->method != PSY_META_EE && s.k < 5)
		add_note(r, "fewer than 5 studies: the interval is fragile");
	standard_error(r, &at, o);
	r->loglik = full_loglik(s, r, &at, o);
	heterogeneity(r, s, &fixed, o);
	infer(r, o);
	predict(r, o);
	tau2_interval(r, s, &fixed, &at, o);
	restore(r, f.exponent, (double) (o->method == PSY_META_REML ? s.k - 1 : s.k));
}

/* One study is its own estimate; nothing is known of tau2, and a t with 0 df does not exist. */
static void
fit_one(const psy_effect *study, const psy_meta_options *o, psy_meta_result *r)
{
	add_note(r, "one study: its own estimate, no heterogeneity");
	if (r->test != PSY_META_Z)
		add_note(r, "test z in place of %s", test_names[r->test]);
	r->test = PSY_META_Z;
	r->df = INFINITY;
	r->estimate = study->yi;
	r->se = sqrt(study->vi);
	r->tau2 = 0;
	r->loglik = o->method == PSY_META_REML ? 0 : -0.5 * log(2 * M_PI * study->vi);
	infer(r, o);
	predict(r, o);
}

/* vi = 0 for the first `exact` of the sorted studies: their common value is the effect, if they have one. */
static psy_status
fit_exact(const psy_effect *study, size_t k, size_t exact, const psy_meta_options *o, psy_meta_result *r,
		  psy_error *err)
{
	if (o->method != PSY_META_EE)
	{
		psy_fail(err, PSY_DOMAIN, "vi is 0 for %zu of %zu studies, and method %s needs positive variances",
				 exact, k, method_names[o->method]);
		psy_hint(err, "Give the study its sampling variance, leave it out with FILTER (WHERE vi > 0), or ask "
					  "for method EE.");
		return PSY_DOMAIN;
	}
	if (study[0].yi != study[exact - 1].yi)
	{
		add_note(r, "two studies with vi = 0 have different effects, %g and %g: no common effect exists", study[0].yi,
				 study[exact - 1].yi);
		return PSY_OK;
	}
	r->test = PSY_META_Z;
	r->df = INFINITY;
	r->estimate = study[0].yi;
	r->se = 0;
	r->tau2 = 0;
	infer(r, o);
	add_note(r, "vi is 0: the effect is exactly known, so that there is no test and no heterogeneity");
	return PSY_OK;
}

static const psy_meta_result nothing_known = {.estimate = NAN,
											  .se = NAN,
											  .statistic = NAN,
											  .df = NAN,
											  .p = NAN,
											  .log_p = NAN,
											  .ci_lb = NAN,
											  .ci_ub = NAN,
											  .pi_lb = NAN,
											  .pi_ub = NAN,
											  .tau2 = NAN,
											  .se_tau2 = NAN,
											  .tau2_lb = NAN,
											  .tau2_ub = NAN,
											  .i2 = NAN,
											  .h2 = NAN,
											  .q = NAN,
											  .q_df = NAN,
											  .q_p = NAN,
											  .loglik = NAN};

void
psy_meta_without_answer(psy_meta_result *r, const char *why)
{
	size_t k = r->k;
	psy_meta_test test = r->test;

	*r = nothing_known;
	r->k = k;
	r->test = test;
	psy_append(r->note, sizeof r->note, why, k);
}

static psy_status
fit_sorted(const psy_context *ctx, psy_effect *study, double *weight, size_t k, const psy_meta_options *o,
		   psy_meta_result *r, psy_error *err)
{
	size_t exact = 0;
	psy_status status;

	psy_meta_sort(study, k);
	while (exact < k && study[exact].vi == 0)
		exact++;
	if (exact > 0)
		return fit_exact(study, k, exact, o, r, err);
	if (k == 1)
		fit_one(study, o, r);
	else
	{
		psy_meta_frame f = psy_meta_prepare(study, k);

		fit_several((psy_studies){ctx, study, weight, k}, f, o, r);
	}
	status = psy_poll(ctx, err);
	if (status != PSY_OK)
		return status;
	if (!isfinite(r->estimate) || !isfinite(r->se) || !isfinite(r->tau2))
		psy_meta_without_answer(r, "the effects or variances of the %zu studies are too far apart for double precision");
	return PSY_OK;
}

psy_status
psy_meta_fit(const psy_context *ctx, const psy_effect *effect, size_t k, const psy_meta_options *options,
			 psy_meta_result *result, psy_error *err)
{
	void *block;
	psy_status status = PSY_OK;

	*result = nothing_known;
	result->k = k;
	result->test = options->test;
	if (options->cache != NULL && options->cache->level != options->level)
		*options->cache = (psy_meta_cache){.level = options->level};
	if (!(options->level > 0 && options->level < 1))
		return psy_fail(err, PSY_DOMAIN, "level is %g, but must lie between 0 and 1, such as 0.95",
						options->level);
	if (options->tau2_ci == PSY_META_PL && options->method != PSY_META_ML && options->method != PSY_META_REML)
	{
		psy_fail(err, PSY_DOMAIN, "tau2_ci pl needs a likelihood: method ML or REML, not %s",
				 method_names[options->method]);
		psy_hint(err, "Use tau2_ci => 'qprofile'.");
		return PSY_DOMAIN;
	}
	for (size_t i = 0; i < k && status == PSY_OK; i++)
		status = psy_meta_check_study(effect[i].yi, effect[i].vi, err);
	if (status != PSY_OK || k == 0)
		return status;
	status = psy_alloc(ctx, k, sizeof(psy_effect) + sizeof(double), &block, err);
	if (status != PSY_OK)
		return status;
	memcpy(block, effect, k * sizeof *effect);
	status = fit_sorted(ctx, block, (double *) ((psy_effect *) block + k), k, options, result, err);
	psy_release(ctx, block);
	return status;
}
