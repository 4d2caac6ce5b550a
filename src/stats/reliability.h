/*
 * reliability.h - how far the items of a scale measure one thing: Cronbach's alpha and McDonald's omega.
 *
 * Answers are integers, so that their sums and sums of products are exact: what comes out depends on neither
 *the order of people nor how they were split into states.
 *
 *	alpha  k / (k - 1) (1 - sum s_ii / sum s_ij) over the items' covariances (Cronbach 1951, eq. 2); interval
 *by Feldt 1965: (1 - alpha) / (1 - true alpha) is F with n - 1 and (n - 1)(k - 1) df. omega  over the items'
 *correlations, with one factor by minimum residuals: the loadings l that minimise sum over i < j of (r_ij -
 *l_i l_j)^2 (Harman and Jones 1966).  omega = (sum r_ij - sum (1 - l_i^2)) / sum r_ij, the share of the sum
 *that is not unique; omega_general = (sum l_i)^2 / sum r_ij, the share of the one factor. Both are
 *psych::omega's with nfactors = 1 (omega.tot, omega_h).
 */
#ifndef PSY_RELIABILITY_H
#define PSY_RELIABILITY_H

#include "core/context.h"

#define PSY_RELIABILITY_MOST 512     /* items */
#define PSY_RELIABILITY_ANSWER 32767 /* largest magnitude of an answer */
#define PSY_RELIABILITY_PEOPLE INT64_C(4294967295)

/* Sums that a state holds: k of answers, then k (k + 1) / 2 of products, row by row of the upper triangle. */
size_t psy_reliability_sums(size_t k);
void psy_reliability_add(int64_t *sum, size_t k, const int32_t *answer);

/* Sums of n people answer to some people: no square below 0, and no product beyond what the squares allow. */
psy_status psy_reliability_check(const int64_t *sum, size_t k, int64_t n, psy_error *err);

/* Arrays of k, the caller's.  NaN where there is none, with the reason in note. */
typedef struct psy_reliability
{
	double alpha, alpha_lb, alpha_ub, alpha_standardized;
	double omega, omega_general;
	double mean, sd; /* of the total */
	double *loading, *item_rest, *alpha_dropped;
	char note[256];
} psy_reliability;

/* PSY_DOMAIN: level outside (0, 1); PSY_NOMEM, PSY_INTERRUPTED. */
psy_status psy_reliability_fit(const psy_context *ctx, const int64_t *sum, size_t k, int64_t n, double level,
							   psy_reliability *r, psy_error *err);

#endif
