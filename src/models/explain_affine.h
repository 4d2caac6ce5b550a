/*
 * explain_affine.h - Shapley values of models that are affine from some step on.  Private to src/models.
 *
 * margin = intercept + sum of slope[k] (v[k] - centre[k]) over the vector v at that step: with independent
 * features the value of v[k] is slope[k] (v[k] - centre[k]) (Lundberg & Lee 2017, corollary 1).  The slopes
 * go back from the estimator's coefficients through the affine steps (standardize, affine, select, project).
 */
#ifndef PSY_EXPLAIN_AFFINE_H
#define PSY_EXPLAIN_AFFINE_H

#include "models/model_op.h"

typedef struct psy_affine_plan
{
	size_t width;   /* of the vector */
	double *centre; /* [width]: on average */
	double *slope;  /* [outputs][width] */
	double *base;   /* [outputs]: the margin at the centre */
} psy_affine_plan;

/* Whether the estimator's margin is affine in its inputs. */
bool psy_affine_estimator(const psy_model *model, const psy_op *op);

/*
 * The plan behind the first `steps` steps, one allocation from ctx.  PSY_UNSUPPORTED when nobody wrote the
 * means, or a step from there on is not affine.
 */
psy_status psy_affine_plan_make(const psy_context *ctx, const psy_model *model, size_t steps,
								psy_affine_plan **plan, psy_error *err);

#endif
