/*
 * metric_permute.h - is an area under the ROC curve more than chance?  The permutation test of the labels,
 * that is of Mann & Whitney's U given the ties: every way to call that many of the scores positive is as
 * likely as any other.
 */
#ifndef PSY_METRIC_PERMUTE_H
#define PSY_METRIC_PERMUTE_H

#include "models/metric_curve.h"

typedef struct psy_auc_permutation
{
	double p;         /* |AUC - 1/2| as large or larger */
	double p_greater; /* AUC as large or larger */
	double p_less;
} psy_auc_permutation;

/* Room and steps that the exact test takes; both classes must have a case. */
typedef struct psy_auc_exact_cost
{
	double doubles; /* of scratch */
	double steps;
} psy_auc_exact_cost;

psy_auc_exact_cost psy_auc_permutation_cost(const psy_scores *s);

/*
 * Exactly, over all choose(n, m) labellings: their numbers by 2U, summed up group of ties by group of ties
 * (Streitberg & Roehmel 1986, Stat Softw Newsl 12:10, shift algorithm).  ways[cost.doubles] is scratch.  At
 * most 1000 cases: larger numbers leave the range of double.  PSY_INTERRUPTED.
 */
psy_status psy_auc_permutation_exact(const psy_context *ctx, const psy_scores *s, double *ways,
									 psy_auc_permutation *out, psy_error *err);

/*
 * By drawn labellings: p = (b + 1) / (permutations + 1), the observed one among them (Phipson & Smyth 2010).
 * Labelling r of a seed is a function of (seed, r) and the sorted scores alone.  rank[n] and place[n] are
 * scratch.  PSY_INTERRUPTED.
 */
psy_status psy_auc_permutation_drawn(const psy_context *ctx, const psy_scores *s, uint64_t seed,
									 size_t permutations, uint64_t *rank, uint32_t *place,
									 psy_auc_permutation *out, psy_error *err);

#endif
