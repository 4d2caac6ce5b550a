/*
 * metric.h - how well scores predict a truth: the state that all score-and-truth metrics share, and the area
 * under the ROC curve.
 *
 * A state is the scores of the positive and of the negative cases.  It merges by concatenation; results
 * depend on the two multisets alone, never on the order of rows.  Scores may be infinite, not NaN.
 */
#ifndef PSY_METRIC_H
#define PSY_METRIC_H

#include "core/context.h"

/*
 * Sorts value[n] ascending (-0 before +0, infinities at the ends); work[n] is scratch.  No NaN.  Radix sort:
 * linear, stable timing, the same result everywhere.
 */
void psy_sort_doubles(double *value, size_t n, double *work);

/*
 * Area under the ROC curve = P(positive > negative) + P(equal) / 2, from sorted scores: counted in whole
 * numbers and divided once, so that it is the correctly rounded quotient up to 2^53 pairs (Mann & Whitney
 * 1947; Bamber 1975, J Math Psychol 12:387). positives, negatives > 0 and below 2^31.
 */
double psy_auc(const double *positive, size_t positives, const double *negative, size_t negatives);

typedef struct psy_auc_interval
{
	double auc;
	double se; /* DeLong's */
	double ci_lb;
	double ci_ub;
} psy_auc_interval;

/*
 * DeLong, DeLong & Clarke-Pearson 1988 (Biometrics 44:837): se from the variances of the placement values,
 * and the interval auc +- z se cut to [0, 1], as pROC's ci.auc gives it.  Scores sorted; z is the normal
 * quantile of the level.  One case in a class has no variance: se and interval are NaN.
 */
psy_auc_interval psy_auc_delong(const double *positive, size_t positives, const double *negative,
								size_t negatives, double z);

#endif
