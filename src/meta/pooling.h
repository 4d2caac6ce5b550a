/*
 * pooling.h - one mean effect of k studies: common-effect and random-effects models with an intercept only.
 *
 * Model: yi ~ N(mu, vi + tau2), vi known.  Every number has metafor's meaning (rma.uni) and is found at the
 * optimum itself, not at a threshold: multiplying yi by c and vi by c^2 multiplies estimate and se by c and
 * tau2 by c^2. The studies are put into one order first (by vi, then yi), so that results do not depend on
 * theirs. Cost is linear in k but for that sort.
 */
#ifndef PSY_POOLING_H
#define PSY_POOLING_H

#include "core/context.h"
#include "meta/effect_size.h"

/* Estimators of tau2; see tau2.h.  EE is the equal-effects model, tau2 = 0. */
typedef enum psy_meta_method
{
	PSY_META_EE,
	PSY_META_DL,
	PSY_META_HE,
	PSY_META_HS,
	PSY_META_HSK,
	PSY_META_SJ,
	PSY_META_ML,
	PSY_META_REML,
	PSY_META_EB,
	PSY_META_PM,
	PSY_META_PMM
} psy_meta_method;

typedef enum psy_meta_test
{
	PSY_META_Z,    /* normal */
	PSY_META_T,    /* t with k - 1 df */
	PSY_META_KNHA, /* Knapp & Hartung 2003: t with k - 1 df, se scaled by the weighted residual variance */
	PSY_META_ADHOC /* the same, never narrower than z's se */
} psy_meta_test;

/* Which quantile the prediction interval takes. */
typedef enum psy_meta_pi
{
	PSY_META_PI_METAFOR, /* z with test z, t(k - 1) otherwise */
	PSY_META_PI_K1,      /* t(k - 1) */
	PSY_META_PI_K2,      /* t(k - 2), Higgins, Thompson & Spiegelhalter 2009 */
	PSY_META_PI_Z
} psy_meta_pi;

typedef enum psy_meta_tau2_ci
{
	PSY_META_QPROFILE, /* Viechtbauer 2007 */
	PSY_META_PL        /* profile likelihood, for ML and REML: Hardy & Thompson 1996 */
} psy_meta_tau2_ci;

/* Names in any case; PSY_DOMAIN lists the allowed values. */
psy_status psy_meta_method_parse(const char *name, psy_meta_method *method, psy_error *err);
psy_status psy_meta_test_parse(const char *name, psy_meta_test *test, psy_error *err);
psy_status psy_meta_pi_parse(const char *name, psy_meta_pi *pi, psy_error *err);
psy_status psy_meta_tau2_ci_parse(const char *name, psy_meta_tau2_ci *tau2_ci, psy_error *err);
const char *psy_meta_method_name(psy_meta_method method);
const char *psy_meta_test_name(psy_meta_test test);

/*
 * Quantiles that fits of one level and size share; the caller's, zero at first.  They cost more than a small fit itself.
 */
typedef struct psy_meta_cache
{
	double level;
	double normal;
	double t_df, t;
	double chisq_df, chisq_lower, chisq_upper; /* of tails (1 - level) / 2 */
} psy_meta_cache;

typedef struct psy_meta_options
{
	psy_meta_method method;
	psy_meta_test test;
	double level; /* of all intervals, in (0, 1) */
	psy_meta_pi pi;
	psy_meta_tau2_ci tau2_ci;
	psy_meta_cache *cache; /* may be NULL */
} psy_meta_options;

/*
 * NaN is "not available", with the reason in note.  i2 is in per cent; for EE it is max(0, (Q - df)/Q),
 * otherwise tau2 / (tau2 + v) with v the typical variance of Higgins & Thompson 2002, eq. 9, and h2 = tau2 /
 * v + 1 (EE: Q / df). loglik is the restricted one for REML (with the term ln(k)/2 of |X'X|), the ordinary
 * one for all other methods. se_tau2 is the asymptotic one of each estimator; NaN for EE.
 */
typedef struct psy_meta_result
{
	size_t k;
	psy_meta_test test; /* the one used: z where k = 1 */
	double estimate, se, statistic, df, p, log_p, ci_lb, ci_ub, pi_lb, pi_ub;
	double tau2, se_tau2, tau2_lb, tau2_ub, i2, h2, q, q_df, q_p, loglik;
	char note[512]; /* sentences joined by "; ", empty when there is nothing to say */
} psy_meta_result;

/* Leaves k and test in result, and NaN beside them; note is `why`, a format that may print k as %zu. */
void psy_meta_without_answer(psy_meta_result *result, const char *why);

/*
 * Fits effect[k] in any order.  k = 0 gives NaN throughout; so do numbers that a double cannot hold apart, and note says
 * it.  PSY_DOMAIN: yi not finite, vi negative or not
 * finite, level outside (0, 1), vi = 0 where the method needs weights (EE allows it: an exactly known
 * effect), tau2_ci pl with a method other than ML and REML; PSY_NOMEM, PSY_INTERRUPTED.
 */
psy_status psy_meta_fit(const psy_context *ctx, const psy_effect *effect, size_t k,
						const psy_meta_options *options, psy_meta_result *result, psy_error *err);

/* Puts effect[k] into the order that the fit uses: by vi, then yi. */
void psy_meta_sort(psy_effect *effect, size_t k);

/*
 * PSY_OK when a study may enter: yi finite, vi finite and not negative; else PSY_DOMAIN naming the argument.
 */
psy_status psy_meta_check_study(double yi, double vi, psy_error *err);

#endif
