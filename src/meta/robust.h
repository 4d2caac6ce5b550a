/*
 * robust.h - cluster-robust variances of a meta-regression or a three-level model: the sandwich of Liang &
 * Zeger with the corrections of Pustejovsky & Tipton 2018, numbers as clubSandwich's.
 *
 * Weights and target are the working model's M^-1 and M (vcovCR's inverse_var).  CR0 has no correction; CR1
 * is CR0 times J / (J - 1), CR1p J / (J - p), CR1S J (N - 1) / ((J - 1)(N - p)) for J clusters and N rows;
 * CR2 is unbiased when the working model is right.  Degrees of freedom are Satterthwaite's, one for each
 * coefficient.
 */
#ifndef PSY_ROBUST_H
#define PSY_ROBUST_H

#include "meta/multilevel.h"
#include "meta/multilevel_model.h"

typedef enum psy_robust_type
{
	PSY_CR0,
	PSY_CR1,
	PSY_CR1P,
	PSY_CR1S,
	PSY_CR2
} psy_robust_type;

psy_status psy_robust_type_parse(const char *name, psy_robust_type *type, psy_error *err);
const char *psy_robust_type_name(psy_robust_type type);

/* Where the weights come from: independent effects with one tau2, clusters and effects within them, or robumeta's
 * correlated and hierarchical effects (robust_weights.h). */
typedef enum psy_robust_model
{
	PSY_ROBUST_INDEPENDENT,
	PSY_ROBUST_MULTILEVEL,
	PSY_ROBUST_CORR,
	PSY_ROBUST_HIER
} psy_robust_model;

psy_status psy_robust_model_parse(const char *name, psy_robust_model *model, psy_error *err);
const char *psy_robust_model_name(psy_robust_model model);

typedef struct psy_robust_options
{
	psy_robust_type type;
	psy_robust_model model;
	psy_meta_method method; /* any for independent effects; ML or REML for multilevel; CORR and HIER have their own */
	double rho;             /* of the multilevel model and of CORR */
	bool satterthwaite;     /* else t with J - p df, as metafor's robust() without clubSandwich */
	double level;
	bool intercept;
	const double *contrasts; /* tests * full, or NULL: each coefficient but the intercept (it, when it is alone) */
	size_t tests;
} psy_robust_options;

/* Arrays as in psy_meta_regression; df is one for each coefficient.  tau2 or sigma2 are the working model's, both
 * for HIER: {tau2, omega2}.  wald_f(wald_df1, wald_df2) tests that all contrasts are 0 (robust_wald.h).
 */
typedef struct psy_robust
{
	size_t k, p, full, clusters;
	bool intercept;
	double *beta, *se, *statistic, *df, *p_value, *ci_lb, *ci_ub, *vcov;
	double tau2, sigma2[2], wald_f, wald_df1, wald_df2, wald_p;
	char note[512];
} psy_robust;

/* rows carry a cluster key behind their moderators, for the multilevel model an effect key behind it. */
psy_status psy_robust_fit(const psy_context *ctx, psy_meta_rows rows, const psy_robust_options *options,
						  psy_robust *result, psy_error *err);
void psy_robust_release(const psy_context *ctx, psy_robust *result);

/* For models that bring their own clusters: an empty result of full coefficients, and the sandwich of clusters at s
 * into it.  c->scratch must be there. */
psy_status psy_robust_make(const psy_context *ctx, size_t k, size_t full, bool intercept, psy_robust *result, psy_error *err);
/* Empties the result and puts why's message into its note; for numbers that admit no fit. */
psy_status psy_robust_without_answer(const psy_context *ctx, psy_robust *result, const psy_error *why, psy_error *err);
psy_status psy_robust_sandwich(const psy_clusters *c, psy_cluster_fit *fit, const double *s, const psy_robust_options *options,
							   psy_robust *result, psy_error *err);

#endif
