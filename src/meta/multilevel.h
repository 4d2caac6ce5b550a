/*
 * multilevel.h - three-level meta-analysis: effects within clusters, with or without moderators.
 *
 * y = X b + cluster + effect + e, var(cluster) = sigma2[0], var(effect) = sigma2[1], var(e) = vi; sampling
 * errors of one cluster correlate by rho (0: the three-level model of Konstantopoulos 2011; else the
 * correlated and hierarchical effects model of Pustejovsky & Tipton 2022).  REML or ML at the global maximum,
 * with metafor's meanings (rma.mv, random = ~ 1 | cluster/effect).
 */
#ifndef PSY_MULTILEVEL_H
#define PSY_MULTILEVEL_H

#include "meta/pooling.h"
#include "meta/regression_design.h"

typedef struct psy_multilevel_options
{
	psy_meta_method method; /* ML or REML */
	psy_meta_test test;     /* z, or t with k - p df */
	double level;
	double rho;
	bool intercept;
	bool intervals; /* of sigma2, which cost most of the time */
} psy_multilevel_options;

/*
 * Arrays as in psy_meta_regression.  i2 in per cent: all, cluster, effect; icc = sigma2[0] / their sum.
 * sigma2_lb and _ub: where twice the profile log likelihood is within the chi-square(1) quantile of its
 * maximum.  A sigma2 that the data cannot tell apart is NaN, and note says so.
 */
typedef struct psy_multilevel
{
	size_t k, p, full, clusters, effects;
	bool intercept;
	double *beta, *se, *statistic, *p_value, *ci_lb, *ci_ub, *vcov;
	double df;
	double qm, qm_df, qm_p, qe, qe_p, loglik, icc;
	double sigma2[2], sigma2_lb[2], sigma2_ub[2], i2[3];
	char note[512];
} psy_multilevel;

/*
 * rows carry two keys of 16 bytes behind their moderators, cluster and effect.  PSY_UNSUPPORTED: a method or
 * test that the model does not have; PSY_DOMAIN: rows that psy_meta_regress refuses, rho outside (-1, 1) or
 * too low for a cluster's size.
 */
psy_status psy_multilevel_fit(const psy_context *ctx, psy_meta_rows rows,
							  const psy_multilevel_options *options, psy_multilevel *result, psy_error *err);
void psy_multilevel_release(const psy_context *ctx, psy_multilevel *result);

/* PSY_DOMAIN or PSY_UNSUPPORTED when options cannot be fitted. */
psy_status psy_multilevel_check(const psy_multilevel_options *options, psy_error *err);

/* The options that models of dependent effects share, multivariate ones too; the first three are words of the messages. */
typedef struct psy_dependence_options
{
	const char *model, *robust, *rho_name;
	psy_meta_method method;
	psy_meta_test test;
	double level;
	double rho;
} psy_dependence_options;

psy_status psy_dependence_check(const psy_dependence_options *options, psy_error *err);

/* Ordinary residual variance at the design's scale, the size to search around, and ln |X'X|; q: k * p + k (the
 * residuals come behind the basis), r: p * p of scratch. */
double psy_residual_variance(const psy_design *d, double *q, double *r, double *logdet);

#endif
