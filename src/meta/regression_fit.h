/*
 * regression_fit.h - one evaluation of a meta-regression at a tau2, and the estimators built on it.
 */
#ifndef PSY_REGRESSION_FIT_H
#define PSY_REGRESSION_FIT_H

#include "meta/regression.h"

/*
 * Work of one fit.  x are the columns in use: the design's own, or shuffled ones.  After psy_fit_at: w, e =
 * sqrt(w) residual, free = 1 - leverage, q and r of the weighted columns, b, and sums.
 */
typedef struct psy_fit
{
	const psy_context *ctx;
	const psy_design *d;
	const double *x, *y;
	double *w, *e, *free, *q, *r, *b, *spare;
	double rss; /* Q(tau2) = y'Py */
} psy_fit;

size_t psy_fit_room(size_t k, size_t p);
void psy_fit_lay_out(psy_fit *fit, const psy_context *ctx, const psy_design *d, double *block);

/* weights 1 / (v + tau2), or all 1 when tau2 is infinite. */
void psy_fit_at(psy_fit *fit, double tau2);

/* tr P = sum w (1 - h). */
double psy_fit_trace(const psy_fit *fit);

/* ln likelihood without constants, of the fit just made at tau2. */
double psy_fit_loglik(const psy_fit *fit, double tau2, bool restricted);

/* NaN when interrupted or when the numbers leave double precision. */
double psy_fit_tau2(psy_fit *fit, psy_meta_method method);

/* Standard error of the estimator at its estimate, as psy_tau2_se; NaN for EE. */
double psy_fit_tau2_se(psy_fit *fit, psy_meta_method method, double tau2);

/* Intervals of tau2 at a level: where Q(tau2) is at its chi-square quantiles (*empty when even 0 is too large), and where
 * twice the log likelihood is within the chi-square(1) quantile of its maximum at tau2. */
void psy_fit_qprofile(psy_fit *fit, double level, double *lower, double *upper, bool *empty);
void psy_fit_profile(psy_fit *fit, double level, double tau2, bool restricted, double *lower, double *upper);

#endif
