/*
 * tau2.h - estimators and intervals of the between-study variance, on studies prepared by pooling.c.
 *
 * The studies are sorted by vi and centred at the yi of the first, the most precise one.  That is what keeps
 * digits when one variance is 1e10 times smaller than the others: its residual is then -mu, and not a
 * difference of nearly equal numbers.
 */
#ifndef PSY_TAU2_H
#define PSY_TAU2_H

#include "meta/pooling.h"

/*
 * k >= 2 studies, all vi > 0, study[0].yi = 0; weight[k] is scratch.  Searches ask ctx whether to stop, and then
 * return NaN.
 */
typedef struct psy_studies
{
	const psy_context *ctx;
	const psy_effect *study;
	double *weight;
	size_t k;
} psy_studies;

/* Sums at one tau2, w = 1/(vi + tau2), r = yi - mu. */
typedef struct psy_meta_sums
{
	double w, w2; /* sum w, sum w^2 */
	double mu;    /* sum w yi / sum w */
	double q;     /* sum w r^2 */
	double w2r, w2r2, w3r2;
	double trace;     /* tr P = sum w - sum w^2 / sum w, without cancellation; P = W - W 1 1' W / 1'W1 */
	double p_squared; /* sum of squares of the elements of P */
} psy_meta_sums;

/* Centre and power of two that took studies to the scale they are computed at. */
typedef struct psy_meta_frame
{
	double centre; /* at that scale */
	int exponent;
} psy_meta_frame;

/* Centres and scales sorted study[k] in place (pooling.c). */
psy_meta_frame psy_meta_prepare(psy_effect *study, size_t k);

psy_meta_sums psy_meta_sums_at(psy_studies s, double tau2);

/* Maxima of a likelihood nearer than this in ln(min vi + tau2) are not told apart; none lies beyond the bound. */
#define PSY_TAU2_GRID_STEP 0.0625
double psy_meta_score_bound(psy_studies s, bool restricted);

/* ln likelihood without constants: restricted or not. */
double psy_meta_loglik(psy_studies s, double tau2, const psy_meta_sums *at, bool restricted);

/*
 * DL: DerSimonian & Laird 1986.  HE: Hedges & Olkin 1985.  HS: Hunter & Schmidt 2004; HSk: its small-sample
 * correction, Brannick et al. 2019.  SJ: Sidik & Jonkman 2005.  PM: Paule & Mandel 1982, which is EB of
 * Morris 1983; PMM: its median version, Viechtbauer 2021.  ML, REML: the global maximum over tau2 >= 0.  All
 * are truncated at 0.
 */
double psy_tau2_estimate(psy_studies s, psy_meta_method method);

/* Standard error of the estimator at its estimate, from the sums at 0 and at tau2; the sources above and
 * Viechtbauer 2005.  NaN for EE. */
double psy_tau2_se(psy_studies s, psy_meta_method method, double tau2, const psy_meta_sums *fixed,
				   const psy_meta_sums *at);

/* The tau2 >= 0 where Q(tau2), a decreasing function, equals target; 0 when Q(0) <= target. */
double psy_tau2_where_q(psy_studies s, double target);

/* Interval by inverting Q, whose value at 0 is q; *empty when even tau2 = 0 is rejected as too large (then both
 * bounds are 0).  cache is of this level, or NULL. */
void psy_tau2_qprofile(psy_studies s, double level, double q, psy_meta_cache *cache, double *lower, double *upper,
					   bool *empty);

/* Interval where twice the log likelihood is within the chi-square(1) quantile of its maximum at tau2. */
void psy_tau2_profile(psy_studies s, double level, double tau2, bool restricted, double *lower,
					  double *upper);

#endif
