/*
 * special.h - incomplete gamma and beta functions behind the distributions; not for use outside src/stats.
 *
 * A tail probability is kept as exp(log_scale) * factor, so that the same evaluation serves p and log p:
 * where p underflows, log_scale still holds it.  Only the tail that was computed directly is stored; the
 * other one is its complement.  The evaluators choose as direct the tail that is not close to 1, so that the
 * complement keeps its digits.
 */
#ifndef PSY_SPECIAL_H
#define PSY_SPECIAL_H

#include "stats/distribution.h"

#include <stdbool.h>

typedef struct psy_tail_value
{
	psy_tail direct;  /* the tail that exp(log_scale) * factor is */
	double log_scale; /* <= 0 but for rounding */
	double factor;    /* > 0, or 0 when the tail is exactly 0 */
} psy_tail_value;

/* The wanted tail, or its logarithm, from either stored tail. */
double psy_tail_p(psy_tail_value value, psy_tail wanted);
double psy_tail_log_p(psy_tail_value value, psy_tail wanted);

/* log(1 + d) - d without cancellation, d > -1. */
double psy_log1pmx(double d);

/* Binet's function: ln Gamma(n+1) - (n + 1/2) ln n + n - ln(2 pi)/2, n > 0; DLMF 5.11.1. */
double psy_stirling_error(double n);

/* exp(y^2) erfc(y). */
double psy_erfcx(double y);

/* ln(1 / B(a, b)), a, b > 0, without cancellation for large a or b. */
double psy_log_inverse_beta(double a, double b);

/* Gamma(a, x) / Gamma(a) and its complement; a > 0, x > 0 finite.  Lower tail: P(a, x); DLMF 8.2.4. */
psy_tail_value psy_incomplete_gamma(double a, double x);

/*
 * The continued fraction K of I_x(a, b) = x^a y^b / B(a, b) * K (Didonato & Morris 1992, equation 9), y = 1 -
 * x and excess = a - (a + b) x = a y - b x, both given so that no digits are lost near x = 1 or near the
 * mean. Converges for every x < 1, fast where x <= a / (a + b).
 */
double psy_beta_fraction(double a, double b, double x, double y, double excess);

/*
 * The beta prime form: the distribution of X = (U/a) / (V/b), U ~ Gamma(a), V ~ Gamma(b), i.e. F with 2a and
 * 2b degrees of freedom, at ratio > 0 finite.  Lower tail: I_x(a, b) at x = a ratio / (a ratio + b).
 */
psy_tail_value psy_incomplete_beta_ratio(double a, double b, double ratio);

#endif
