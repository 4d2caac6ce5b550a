/*
 * multilevel_influence.h - what each cluster, or each effect, does to a three-level model: metafor's
 * rstudent, cooks.distance, dfbetas and hatvalues of rma.mv, with and without its argument cluster.
 */
#ifndef PSY_MULTILEVEL_INFLUENCE_H
#define PSY_MULTILEVEL_INFLUENCE_H

#include "meta/multilevel.h"

/*
 * One unit left out.  chisq: squared deleted residuals of a cluster over their covariance, chi-square with k
 * df under the model; rstudent of a single effect.  hat: leverage, summed over the unit's rows.  NaN where
 * the rest does not know a coefficient.
 */
typedef struct psy_multilevel_influence
{
	size_t row, k; /* the unit's first row among the caller's, and how many it has */
	double rstudent, chisq, chisq_p, cook_d, hat, sigma2_del[2];
} psy_multilevel_influence;

typedef struct psy_multilevel_influence_options
{
	psy_multilevel_options model;
	bool by_effect;  /* single rows, else clusters */
	bool reestimate; /* variances found anew without the unit; else kept, and all is closed-form */
} psy_multilevel_influence_options;

/*
 * rows as for psy_multilevel_fit.  out holds up to k units, *count of them are filled, in the order of keys.
 * dfbs, beta_del and se_del are [k * full].
 */
psy_status psy_multilevel_influence_of(const psy_context *ctx, psy_meta_rows rows,
									   const psy_multilevel_influence_options *options,
									   psy_multilevel_influence *out, size_t *count, double *dfbs,
									   double *beta_del, double *se_del, psy_error *err);

#endif
