/*
 * robust_wald.h - tests of several coefficients at once with a cluster-robust variance: Hotelling's T2 with the
 * degrees of freedom of Zhang (Pustejovsky & Tipton 2018, section 3.2; clubSandwich's HTZ).
 *
 * With D the robust variance of the contrasts in units of its mean, eta = q (q + 1) / sum of the variances of D's
 * elements under the working model, and (eta - q + 1) / (eta q) times the Wald statistic is F(q, eta - q + 1).
 */
#ifndef PSY_ROBUST_WALD_H
#define PSY_ROBUST_WALD_H

#include "meta/multilevel_model.h"

#define PSY_WALD_MOST 64 /* contrasts in one test */

/* Sums over clusters; see robust_wald.c. */
typedef struct psy_hotelling
{
	const psy_design *d;
	const double *r;               /* (X'M^-1X)^-1 */
	size_t q;                      /* contrasts */
	double *contrast;              /* q * p: of the design's coefficients, times r */
	double *omega;                 /* q * q: mean of the robust variance */
	double *cross;                 /* q * q * p * p: sum of h_s h_t' */
	double *g, *h, *rh, *mg, *spare; /* q * n, q * p, q * p, q * n, p * p + p */
	double variance;               /* sum of the variances of D's elements */
} psy_hotelling;

size_t psy_hotelling_room(size_t n, size_t p, size_t q);
void psy_hotelling_lay_out(psy_hotelling *w, const psy_design *d, const double *r, size_t n, size_t q, double *at);

/* Adds a cluster of n rows: au (n * p) is A M^-1 X, block its M.  First round: omega; second: variance, once
 * psy_hotelling_whiten has put the contrasts into units of omega (false where it is singular). */
void psy_hotelling_add(psy_hotelling *w, const double *au, const double *block, size_t first, size_t n, bool second);
bool psy_hotelling_whiten(psy_hotelling *w);

/* eta from the finished sums. */
double psy_hotelling_eta(const psy_hotelling *w);

/* The Wald statistic b'C'(C V C')^-1 C b of contrasts c (q * full) in the user's units, NaN where C V C' is singular;
 * what is NaN in beta must have contrasts 0.  work: q * q + q * full + q. */
double psy_contrast_wald(const double *c, const double *beta, const double *vcov, size_t q, size_t full, double *work);

#endif
