/*
 * multivariate.h - several outcomes of a study in one model: multivariate meta-analysis and meta-regression.
 *
 * y = X b + u + e: u are a study's random effects over its outcomes with covariance G (structure.h), e sampling
 * errors whose covariance V within a study is known, or given as one correlation rho: V_ij = rho sqrt(vi vj).  REML
 * or ML at the global maximum, with metafor's meanings (rma.mv, random = ~ outcome | study).
 */
#ifndef PSY_MULTIVARIATE_H
#define PSY_MULTIVARIATE_H

#include "meta/multilevel.h"
#include "meta/robust.h"
#include "meta/structure.h"

typedef enum psy_multivariate_means
{
	PSY_MEANS_OUTCOME, /* a mean for each outcome, then the moderators: mods = ~ outcome + x - 1 */
	PSY_MEANS_COMMON,  /* one intercept: mods = ~ x */
	PSY_MEANS_NONE     /* the moderators alone: mods = ~ x - 1 */
} psy_multivariate_means;

#define PSY_MULTIVARIATE_MEANS 3

psy_status psy_multivariate_means_parse(const char *name, psy_multivariate_means *means, psy_error *err);
const char *psy_multivariate_means_name(psy_multivariate_means means);

/*
 * Rows with two keys of 16 bytes behind their moderators: the study, and the outcome as a double 0 .. levels - 1 and a
 * 0.  covariance: NULL, or k * levels in the rows' order, a row's sampling covariance with each outcome of its study
 * (its own: vi), NaN where there is none.  time: NULL, or when each outcome was taken (CAR).
 */
typedef struct psy_outcome_rows
{
	psy_meta_rows rows;
	size_t levels;
	const double *covariance, *time;
} psy_outcome_rows;

typedef struct psy_multivariate_options
{
	psy_structure_kind structure;
	psy_meta_method method; /* ML or REML */
	psy_meta_test test;     /* z, or t with k - p df */
	double level;
	double rho; /* of sampling errors, without covariance */
	psy_multivariate_means means;
} psy_multivariate_options;

/*
 * Arrays as in psy_meta_regression: full coefficients.  qm tests all coefficients, for means common those but the
 * intercept.  tau2 and rho as psy_structure_describe gives them; g the whole matrix; NaN where the data cannot tell,
 * with the reason in note.
 */
typedef struct psy_multivariate
{
	size_t k, p, full, studies, variances, correlations, levels;
	double *beta, *se, *statistic, *p_value, *ci_lb, *ci_ub, *vcov;
	double df, qm, qm_df, qm_p, qe, qe_p, loglik, aic, bic, aicc;
	double tau2[PSY_STRUCTURE_LEVELS], rho[PSY_STRUCTURE_LEVELS * (PSY_STRUCTURE_LEVELS - 1) / 2];
	double g[PSY_STRUCTURE_LEVELS * PSY_STRUCTURE_LEVELS];
	char note[512];
} psy_multivariate;

/*
 * PSY_UNSUPPORTED: a method or test that the model does not have; PSY_DOMAIN: rows that psy_meta_regress refuses, rho
 * outside (-1, 1), covariances that are missing, not symmetric or not positive definite; PSY_LIMIT: too many outcomes.
 */
psy_status psy_multivariate_check(const psy_multivariate_options *options, psy_error *err);
psy_status psy_multivariate_fit(const psy_context *ctx, psy_outcome_rows rows, const psy_multivariate_options *options,
								psy_multivariate *result, psy_error *err);
void psy_multivariate_release(const psy_context *ctx, psy_multivariate *result);

/* Cluster-robust variances by study with the same weights; robust's model, method and rho do not count. */
psy_status psy_multivariate_robust(const psy_context *ctx, psy_outcome_rows rows, const psy_multivariate_options *options,
								   const psy_robust_options *robust, psy_robust *result, psy_error *err);

#endif
