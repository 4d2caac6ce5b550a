/*
 * regression.h - meta-regression: yi ~ N(x_i' beta, vi + tau2), vi known.
 *
 * Every number has metafor's meaning (rma.uni with mods) and is found at the optimum itself.  Results do not
 * depend on the order of rows, and are equivariant to units of yi and of moderators, and to their origins.
 */
#ifndef PSY_REGRESSION_H
#define PSY_REGRESSION_H

#include "meta/pooling.h"
#include "meta/regression_design.h"

/*
 * Arrays have one element a coefficient of the full model (the intercept first when it was asked for), NaN
 * where a redundant column was left out; all belong to one block that psy_meta_regression_release frees.
 * qm tests all coefficients but the intercept (it, when there is no other): chi-square(qm_df) for test z,
 * else F(qm_df, k - p).  r2 is the share of tau2 that the moderators explain in per cent (Raudenbush 2009;
 * EE: adjusted R2 of the weighted regression), NaN without an intercept or moderators.  se_tau2 and the interval of the
 * residual tau2 (Q-profile, or profile likelihood where options ask for it) are NaN for EE.
 */
typedef struct psy_meta_regression
{
	size_t k, p, full;
	bool intercept; /* coefficient 0 is an added intercept */
	double *beta, *se, *statistic, *p_value, *ci_lb, *ci_ub;
	double *vcov; /* full * full, row-major */
	double df;    /* Inf for test z */
	double qm, qm_df, qm_p, qe, qe_p, tau2, se_tau2, tau2_lb, tau2_ub, i2, h2, r2, loglik;
	char note[512];
} psy_meta_regression;

/*
 * Fits rows in any order.  Where nothing can be fitted (k <= p) numbers are NaN and note says why.
 * PSY_DOMAIN: a row is not finite, vi is not positive, level outside (0, 1); PSY_LIMIT: too many moderators;
 * PSY_NOMEM, PSY_INTERRUPTED.
 */
psy_status psy_meta_regress(const psy_context *ctx, psy_meta_rows rows, bool intercept,
							const psy_meta_options *options, psy_meta_regression *result, psy_error *err);
void psy_meta_regression_release(const psy_context *ctx, psy_meta_regression *result);

/*
 * Tests by permutation: the moderators' rows are shuffled against the studies (Higgins & Thompson 2004;
 * metafor's permutest), or without moderators the signs of the effects.  All arrangements when there are no
 * more than `most` of them, else `most` random ones drawn by a counter-based generator, and p = (b + 1) /
 * (most + 1). metafor's iter counts the observed arrangement too: its iter is most + 1 here.  p_value[full].
 */
typedef struct psy_meta_permutation
{
	double *p_value;
	double qm_p;
	double arrangements; /* that p counts, the observed one among them */
	bool exact;
	char note[512];
} psy_meta_permutation;

psy_status psy_meta_permute(const psy_context *ctx, psy_meta_rows rows, bool intercept,
							const psy_meta_options *options, size_t most, uint64_t seed, double *p_value,
							psy_meta_permutation *result, psy_error *err);

/* Checks every row of rows; PSY_DOMAIN names what is wrong. */
psy_status psy_meta_check_rows(psy_meta_rows rows, psy_error *err);

/* Where the model with coefficient order btt is tested: qm of b[p] with covariance c[p * p], over all
 * coefficients but `constant`.  work: p * p + p; *df receives the number of coefficients; NaN if not positive
 * definite. */
double psy_wald(const double *b, const double *c, size_t p, size_t constant, double *work, double *df);

/* statistic, p and interval of every coefficient from beta and vcov; df = Inf is normal. */
void psy_meta_regression_infer(const double *beta, const double *vcov, size_t full, const double *df,
							   double level, double *se, double *statistic, double *p_value, double *ci_lb,
							   double *ci_ub);

#endif
