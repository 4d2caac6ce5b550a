/* hedges.h - Hedges' exact correction for the bias of a standardised difference. */
#ifndef PSY_HEDGES_H
#define PSY_HEDGES_H

/*
 * J(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m - 1)/2)), m degrees of freedom: Hedges 1981, equation 6e.  Within
 * 1e-15 relative for every m > 1, whole or not; NaN for m <= 1 and for NaN.
 */
double psy_hedges_j(double m);

#endif
