/*
 * influence.h - what each study does to a random-effects mean: leave-one-out diagnostics of metafor's
 * influence.rma.uni, intercept only.
 *
 * Everything but tau2 without a study is closed-form, and that is found by the estimator itself: no refit.
 */
#ifndef PSY_INFLUENCE_H
#define PSY_INFLUENCE_H

#include "meta/pooling.h"

#include <stdbool.h>

/* As metafor names them; weight in per cent, NaN is "not available". */
typedef struct psy_influence
{
	double rstudent, dffits, cook_d, cov_r, tau2_del, qe_del, hat, weight, dfbs;
	double estimate_del, se_del; /* the mean without the study */
	double rstandard;            /* internally standardised residual */
	/* Baujat et al. 2002: the squared Pearson residual, and how far the mean moves, in variances of the mean without the study. */
	double baujat_x, baujat_y;
	bool influential; /* |dffits| > 3/sqrt(k - 1), chi-square(cook_d) > 1/2, hat > 3/k or |dfbs| > 1 */
} psy_influence;

/*
 * effect[k] sorted by psy_meta_sort; out[k] in that order.  Fewer than 2 studies leave NaN.  PSY_DOMAIN: vi
 * not positive; PSY_NOMEM, PSY_INTERRUPTED.
 */
psy_status psy_influence_of(const psy_context *ctx, const psy_effect *effect, size_t k,
							psy_meta_method method, psy_meta_test test, psy_influence *out, psy_error *err);

#endif
