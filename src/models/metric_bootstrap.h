/*
 * metric_bootstrap.h - how much a metric of scores and truth would vary over samples: the stratified
 * bootstrap (Efron & Tibshirani 1993), cases drawn with replacement within each class, as pROC does it.
 * Replicate r of a seed is a function of (seed, r) and the sorted scores alone (core/random.h).
 */
#ifndef PSY_METRIC_BOOTSTRAP_H
#define PSY_METRIC_BOOTSTRAP_H

#include "models/metric_curve.h"

typedef enum psy_bootstrap_metric
{
	PSY_BOOTSTRAP_AUC,
	PSY_BOOTSTRAP_AVERAGE_PRECISION,
	PSY_BOOTSTRAP_BRIER,
	PSY_BOOTSTRAP_LOGLOSS
} psy_bootstrap_metric;

/* The metric itself. */
double psy_bootstrap_estimate(const psy_scores *s, psy_bootstrap_metric metric);

/* value[replicates]; times[positives + negatives] is scratch.  Both classes must have a case.
 * PSY_INTERRUPTED. */
psy_status psy_bootstrap(const psy_context *ctx, const psy_scores *s, psy_bootstrap_metric metric,
						 uint64_t seed, size_t replicates, uint32_t *times, double *value, psy_error *err);

/* Quantile of type 7 of sorted values, n > 0. */
double psy_quantile_sorted(const double *value, size_t n, double p);

#endif
