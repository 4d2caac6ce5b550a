/*
 * line.h - a weighted straight line through studies: the regression behind the tests of small-study effects.
 *
 * Model: y = b0 + b1 x + error, variance v (EE, DL, REML: v + tau2) or v times an unknown factor (LM).  The
 * points are sorted first, so that results do not depend on their order.
 */
#ifndef PSY_LINE_H
#define PSY_LINE_H

#include "core/context.h"

/* x: predictor; y: outcome; v > 0: its variance, the inverse of its weight. */
typedef struct psy_point
{
	double x, y, v;
} psy_point;

typedef enum psy_line_model
{
	PSY_LINE_LM,  /* weighted least squares, t with k - 2 df: R's lm */
	PSY_LINE_EE,  /* variances known, normal */
	PSY_LINE_DL,  /* tau2 by the method of moments, normal */
	PSY_LINE_REML /* tau2 at the global maximum of the restricted likelihood, normal */
} psy_line_model;

/* b0 is the outcome where x is 0, b1 the slope; df is Inf for the normal.  NaN is "not available". */
typedef struct psy_line
{
	size_t k;
	double b0, b0_se, b0_lb, b0_ub, b0_p, b1, b1_se, statistic, df, p, log_p, tau2;
	const char *note; /* why there is none, or that k is small; else NULL */
} psy_line;

/* The note where only a wider number would do. */
extern const char psy_line_too_far_apart[];

/*
 * Fits point[k], which is sorted in place.  Fewer than 3 points, predictors that are all equal (but for 1e-9
 * of the largest), a perfect fit or numbers too far apart for a double leave NaN and a note.  PSY_DOMAIN: level outside (0, 1), numbers not
 * finite, v not positive; PSY_INTERRUPTED.
 */
psy_status psy_line_fit(const psy_context *ctx, psy_point *point, size_t k, psy_line_model model,
						double level, psy_line *line, psy_error *err);

#endif
