/*
 * network.h - frequentist network meta-analysis: contrasts of many treatments from trials of two or more
 * arms.
 *
 * Model: for a trial with arms 1..m the pairwise effects are y_ij = theta_i - theta_j + error, the errors'
 * covariance follows from the pairwise variances alone (Cov(y_1i, y_1j) = (v_1i + v_1j - v_ij) / 2), and
 * heterogeneity adds tau2 to every pairwise variance, tau2 / 2 to the covariance of two contrasts with an arm
 * in common.  Sources: Rücker 2012; Rücker & Schwarzer 2014 (multi-arm), 2015 (P-scores); Krahn, Binder &
 * König 2013 (Q by design); Jackson, White & Riley 2012 (method of moments).
 */
#ifndef PSY_NETWORK_H
#define PSY_NETWORK_H

#include "meta/pooling.h"

#define PSY_NETWORK_MOST_TREATMENTS 1000
#define PSY_NETWORK_MOST_ARMS 32 /* of one trial */

/* One pairwise comparison within a trial: yi is treat1 minus treat2. */
typedef struct psy_network_row
{
	size_t study, treat1, treat2; /* places in the lists of names */
	double yi, vi;
} psy_network_row;

/* Names are sorted and without repetition; rows may come in any order. */
typedef struct psy_network_data
{
	const psy_network_row *row;
	size_t rows;
	const char *const *study;
	size_t studies;
	const char *const *treatment;
	size_t treatments;
} psy_network_data;

typedef struct psy_network_options
{
	psy_meta_method method; /* EE, DL, PM, ML or REML */
	double level;           /* of intervals that the caller forms; checked here */
	bool small_is_good;     /* whether small effects rank first */
} psy_network_options;

/*
 * Direct against indirect evidence on one comparison, by back-calculation (König, Krahn & Binder 2013):
 * direct is the pooling of the trials with both arms at the network's tau2, indirect what the network's
 * estimate holds beside it. NaN where the comparison has no indirect evidence.
 */
typedef struct psy_network_split
{
	size_t treat1, treat2, k; /* k trials with both arms */
	double share;             /* of direct evidence in the network's estimate, 0 to 1 */
	double direct, se_direct, indirect, se_indirect, difference, se_difference, statistic, p;
} psy_network_split;

/* NaN is "not available", and note says why.  p of Q with 0 df is NaN. */
typedef struct psy_network_result
{
	size_t treatments, designs, splits;
	double *estimate, *se;    /* [treatments][treatments], row minus column; the diagonal is 0 */
	double *p_score;          /* [treatments], mean certainty of being better than another */
	psy_network_split *split; /* by treat1, treat2 */
	double tau2, i2;          /* i2 = max(0, (Q - df) / Q), per cent */
	double q, q_df, q_p;      /* at tau2 = 0: within designs and between them add up to it */
	double q_within, q_within_df, q_within_p;
	double q_between, q_between_df, q_between_p;
	/* Between designs once more, with the moment estimate of heterogeneity within designs (Higgins et al.
	 * 2012). */
	double q_interaction, q_interaction_p, tau2_within;
	double loglik; /* of tau2 in an orthonormal basis of contrasts: restricted for REML */
	char note[512];
} psy_network_result;

/*
 * PSY_DOMAIN: yi not finite, vi not positive and finite, a treatment compared with itself, a pair given
 * twice, a trial of m arms without all m (m - 1) / 2 pairs, effects of a multi-arm trial that contradict each
 * other by more than a hundredth of a standard error, variances that imply a negative variance of an arm, a method
 * other than those above.  Networks that are not connected, or whose variances are too far apart for a double, have no
 * answer: NaN, no league, and note says why.  PSY_LIMIT, PSY_NOMEM, PSY_INTERRUPTED.
 * Release the result even after an error.
 */
psy_status psy_network_fit(const psy_context *ctx, const psy_network_data *data,
						   const psy_network_options *options, psy_network_result *result, psy_error *err);

void psy_network_release(const psy_context *ctx, psy_network_result *result);

#endif
