/*
 * cpm.h - connectome-based predictive modelling (Shen et al. 2017), with the whole procedure permuted.
 *
 * Subjects are dealt into folds by seed.  In each fold, with the training subjects alone: edges are selected
 * whose correlation with y (partial, given the covariates) has a two-sided p below the threshold; the
 * strengths of positive and of negative edges are summed; y is regressed on the positive sum, the negative
 * sum, or both (the three networks); and the subjects left out are predicted.  Edges, sums, y and covariates
 * of the subjects left out touch nothing that predicts them: covariates are regressed out by what the
 * training subjects say (Snoek, Miletic & Scholte 2019), and then observed and predicted are both what the
 * covariates leave.
 *
 * p: y (given covariates: its residuals, Freedman & Lane 1983) is rearranged, the folds stay, and everything
 * from selection on is done anew.  An arrangement in which no edge was selected in any fold has no r, and
 * counts as below every r.
 *
 * Products with y are summed once an arrangement, apart for each fold; what a fold's training subjects have
 * is the rest of the total, so that ten folds cost one pass over the rows.
 */
#ifndef PSY_CPM_H
#define PSY_CPM_H

#include "stats/perm_engine.h"

enum
{
	PSY_CPM_POSITIVE,
	PSY_CPM_NEGATIVE,
	PSY_CPM_COMBINED,
	PSY_CPM_NETWORKS
};

typedef struct psy_cpm_plan
{
	const double *y;          /* rows */
	const double *covariates; /* rows x count, row-major; an intercept is understood */
	size_t covariate_count;
	size_t folds;     /* 2 .. rows; rows is leave-one-out */
	double threshold; /* two-sided p of selection, 0 .. 1 exclusive */
	uint64_t most, seed;
} psy_cpm_plan;

typedef struct psy_cpm_network
{
	double r;   /* of predicted and observed; NaN where no edge was selected in any fold, or nothing varies */
	double q2;  /* 1 - squared errors / squared errors of the training mean (or of the covariates' fit) */
	double mae; /* mean absolute error */
	double p;   /* share of arrangements with an r as large; NaN with r */
	double edges; /* selected in a fold, on average */
} psy_cpm_network;

typedef struct psy_cpm_result
{
	psy_cpm_network network[PSY_CPM_NETWORKS];
	double *predicted[PSY_CPM_NETWORKS]; /* the caller's, rows each: in the units of y, the covariates' fit
											included */
	uint32_t *fold;                      /* the caller's, rows: 0 .. folds-1 */
	uint32_t *selected[2]; /* the caller's, elements: folds that selected it, positive and negative */
	size_t missing;        /* elements left out because some row lacks them */
	double arrangements;
	bool exhaustive;
	size_t deficient; /* 1-based covariate that those before it explain among the training subjects of
						 deficient_fold */
	size_t deficient_fold;
	bool too_few;  /* a fold leaves fewer training subjects than the model needs; nothing else is set */
	bool constant; /* y does not vary (given the covariates); nothing else is set */
} psy_cpm_result;

psy_status psy_cpm(const psy_context *ctx, const psy_perm_rows *rows, const psy_cpm_plan *plan,
				   psy_cpm_result *result, psy_error *err);

#endif
