/*
 * metric_paired.h - two numbers a case: two scores of one truth (DeLong's test of paired curves), or a
 * prediction beside what was observed (errors of a regression).  Results do not depend on the order of cases.
 */
#ifndef PSY_METRIC_PAIRED_H
#define PSY_METRIC_PAIRED_H

#include "core/context.h"

typedef struct psy_pair
{
	double a;
	double b;
} psy_pair;

/* Sorts ascending by (a, b); work[n] is scratch.  No NaN. */
void psy_sort_pairs(psy_pair *pair, size_t n, psy_pair *work);

typedef struct psy_delong
{
	double auc_a;
	double auc_b;
	double difference; /* a minus b */
	double se;
	double statistic; /* normal */
	double p;         /* two-sided */
} psy_delong;

/* Doubles of scratch. */
size_t psy_delong_workspace(size_t positives, size_t negatives);

/*
 * DeLong, DeLong & Clarke-Pearson 1988 (Biometrics 44:837) for two scores of the same cases, as pROC's
 * roc.test. positives, negatives > 0.  se, statistic and p are NaN when a class has one case, statistic and p
 * also when the difference does not vary.
 */
psy_delong psy_delong_paired(const psy_pair *positive, size_t positives, const psy_pair *negative,
							 size_t negatives, double *workspace);

typedef struct psy_errors
{
	double r2; /* 1 - sum of squared errors / that of a constant; NaN when the observed are all equal */
	double mae;
	double rmse;
} psy_errors;

/* pair: (predicted, observed), n > 0, sorted; times[n]: how often each counts, n times in all, or NULL for once.
 * scikit-learn's definitions. */
psy_errors psy_regression_errors(const psy_pair *pair, const uint32_t *times, size_t n);

#endif
