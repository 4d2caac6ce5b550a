/*
 * regression_influence.h - what each study does to a meta-regression: metafor's influence.rma.uni, moderators
 * included.
 *
 * tau2 without a study is found by its estimator; everything else follows from least squares at that tau2.
 */
#ifndef PSY_REGRESSION_INFLUENCE_H
#define PSY_REGRESSION_INFLUENCE_H

#include "meta/regression.h"

/* As metafor names them; weight in per cent of all, NaN is "not available". */
typedef struct psy_regression_influence
{
	size_t row; /* which of the caller's rows */
	double rstudent, dffits, cook_d, cov_r, tau2_del, qe_del, hat, weight;
	bool influential; /* |dffits| > 3 sqrt(p/(k - p)), chi-square(p) of cook_d > 1/2, hat > 3 p/k or a |dfbs|
						 > 1 */
} psy_regression_influence;

/*
 * out[k] in the order of psy_rows_order; dfbs[k * full] one row a study, NaN for coefficients that the model
 * left out. Where a study carries a coefficient alone, or fewer than p + 2 studies exist, all that needs the
 * others is NaN.  Errors as psy_meta_regress.
 */
psy_status psy_regression_influence_of(const psy_context *ctx, psy_meta_rows rows, bool intercept,
									   psy_meta_method method, psy_meta_test test,
									   psy_regression_influence *out, double *dfbs, psy_error *err);

#endif
