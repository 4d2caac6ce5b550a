/*
 * perm_test.h - permutation p of every element, uncorrected and corrected over all of them by the largest
 * statistic.
 *
 * The family-wise corrected p of an element is the share of arrangements in which the largest statistic of
 * any element is as large as the element's own (Westfall & Young 1993; Nichols & Holmes 2002).  Random
 * arrangements: (b + 1) / (P + 1), the observed one among them (Phipson & Smyth 2010).  All arrangements: b /
 * P exactly, as the observed one is among those counted.
 *
 * An element with a missing value in any row is left out of the family (as randomise and PALM test what all
 * subjects have): arrangements of other rows would give it another null, and its t other degrees of freedom.
 */
#ifndef PSY_PERM_TEST_H
#define PSY_PERM_TEST_H

#include "stats/perm_engine.h"

enum
{
	PSY_TAIL_TWO,     /* |t| */
	PSY_TAIL_GREATER, /* t */
	PSY_TAIL_LESS,    /* -t */
	PSY_TAILS
};

typedef struct psy_perm_result
{
	psy_perm_observed observed;
	double *p_unc[PSY_TAILS]; /* elements; NaN where not tested */
	double *p_fwe[PSY_TAILS];
	double arrangements; /* counted in p's denominator: P + 1, or all of them */
	bool exhaustive;
} psy_perm_result;

/* All arrays are the caller's, of the rows' elements. */
psy_status psy_perm_test(const psy_context *ctx, const psy_perm_rows *rows, const psy_perm_model *model,
						 psy_arrange *arrange, psy_perm_result *result, psy_error *err);

#endif
