/*
 * metric_bootstrap.h - how much a metric would vary over samples: the bootstrap (Efron & Tibshirani 1993), cases drawn
 * with replacement; of a truth that has classes within each class (stratified), as pROC does it.
 * Replicate r of a seed is a function of (seed, r) and the sorted cases alone (core/random.h).  A replicate of which the
 * metric is not defined is NaN.
 */
#ifndef PSY_METRIC_BOOTSTRAP_H
#define PSY_METRIC_BOOTSTRAP_H

#include "models/confusion.h"
#include "models/metric_curve.h"
#include "models/metric_paired.h"

/* ---- scores and truth ------------------------------------------------------------------------ */

typedef enum psy_bootstrap_metric
{
	PSY_BOOTSTRAP_AUC,
	PSY_BOOTSTRAP_AVERAGE_PRECISION,
	PSY_BOOTSTRAP_BRIER,
	PSY_BOOTSTRAP_LOGLOSS,
	PSY_BOOTSTRAP_ECE /* ten bins of equal width */
} psy_bootstrap_metric;

/* The metric itself. */
double psy_bootstrap_estimate(const psy_scores *s, psy_bootstrap_metric metric);

/* value[replicates]; times[positives + negatives] is scratch.  Both classes must have a case.
 * PSY_INTERRUPTED. */
psy_status psy_bootstrap(const psy_context *ctx, const psy_scores *s, psy_bootstrap_metric metric,
						 uint64_t seed, size_t replicates, uint32_t *times, double *value, psy_error *err);

/* ---- labels ---------------------------------------------------------------------------------- */

typedef enum psy_label_metric
{
	PSY_LABEL_BALANCED_ACCURACY,
	PSY_LABEL_ACCURACY,
	PSY_LABEL_F1_MACRO,
	PSY_LABEL_F1_WEIGHTED,
	PSY_LABEL_MCC,
	PSY_LABEL_KAPPA,
	PSY_LABEL_F1, /* from here on, of one class against all others */
	PSY_LABEL_SENSITIVITY,
	PSY_LABEL_SPECIFICITY,
	PSY_LABEL_PPV,
	PSY_LABEL_NPV
} psy_label_metric;

/* The metric itself.  positive: the class of the latter metrics; k when no case has its label. */
double psy_label_estimate(const psy_confusion *c, psy_label_metric metric, size_t positive);

/* Counts of scratch that psy_label_bootstrap needs, for k labels. */
size_t psy_label_bootstrap_workspace(size_t k);

/* value[replicates].  PSY_INTERRUPTED. */
psy_status psy_label_bootstrap(const psy_context *ctx, const psy_confusion *c, psy_label_metric metric, size_t positive,
							   uint64_t seed, size_t replicates, int64_t *workspace, double *value, psy_error *err);

/* ---- predictions beside what was observed ---------------------------------------------------- */

typedef enum psy_error_metric
{
	PSY_ERROR_R2,
	PSY_ERROR_MAE,
	PSY_ERROR_RMSE
} psy_error_metric;

double psy_error_estimate(const psy_pair *pair, size_t n, psy_error_metric metric);

/* pair[n]: (predicted, observed), sorted, n > 0; times[n] is scratch; value[replicates].  PSY_INTERRUPTED. */
psy_status psy_error_bootstrap(const psy_context *ctx, const psy_pair *pair, size_t n, psy_error_metric metric, uint64_t seed,
							   size_t replicates, uint32_t *times, double *value, psy_error *err);

/* ---- intervals ------------------------------------------------------------------------------- */

/* Quantile of type 7 of sorted values, n > 0. */
double psy_quantile_sorted(const double *value, size_t n, double p);

#endif
