/*
 * metric_curve.h - what else scores say of a truth: curves over thresholds, and the quality of probabilities.
 *
 * All take the sorted scores of positive and negative cases (metric.h), so that nothing depends on the order
 * of rows. Functions of probabilities refuse scores outside [0, 1] by psy_check_probabilities.  Sums are
 * compensated.
 */
#ifndef PSY_METRIC_CURVE_H
#define PSY_METRIC_CURVE_H

#include "core/context.h"

/* Scores by truth, each sorted ascending; no NaN. */
typedef struct psy_scores
{
	const double *positive;
	size_t positives;
	const double *negative;
	size_t negatives;
} psy_scores;

/* PSY_DOMAIN names a score that is no probability. */
psy_status psy_check_probabilities(const psy_scores *s, psy_error *err);

/* ---- over thresholds ------------------------------------------------------------------------- */

/* Cases at or above a threshold: begins above all scores, at (inf, 0, 0), and steps down through the distinct
 * ones. */
typedef struct psy_operating_point
{
	double threshold;
	size_t true_positives;
	size_t false_positives;
} psy_operating_point;

/* Steps to the next lower distinct score; false when there is none. */
bool psy_next_point(const psy_scores *s, psy_operating_point *at);

/* Cases with score >= threshold. */
psy_operating_point psy_point_at(const psy_scores *s, double threshold);

/*
 * Average precision: the sum of precision x gain in recall over the distinct scores, without interpolation
 * (scikit-learn's average_precision_score; Davis & Goadrich 2006 on why).  NaN without positive cases.
 */
double psy_average_precision(const psy_scores *s);

/*
 * Net benefit of treating those with score >= threshold (Vickers & Elkin 2006, Med Decis Making 26:565):
 * TP/n - FP/n * t/(1 - t), and that of treating all.  0 < threshold < 1.
 */
double psy_net_benefit(const psy_scores *s, double threshold, double *treat_all);

/* ---- of probabilities ------------------------------------------------------------------------ */

/* Brier 1950 (two classes, one half of his sum), with Murphy's 1973 parts over the distinct scores:
 * brier = reliability - resolution + uncertainty.  NaN without cases. */
typedef struct psy_brier_parts
{
	double brier;
	double reliability;
	double resolution;
	double uncertainty;
} psy_brier_parts;

psy_brier_parts psy_brier(const psy_scores *s);

/* Mean negative log-likelihood; scores are first brought into [clip, 1 - clip] (0 for none: a sure mistake
 * costs infinity).  NaN without cases. */
double psy_logloss(const psy_scores *s, double clip);

/* ---- calibration ----------------------------------------------------------------------------- */

/* Cases with score in (lower, upper]; the first bin has its lower end too. */
typedef struct psy_calibration_bin
{
	double lower;
	double upper;
	size_t n;
	size_t positives;
	double mean_score; /* NaN when empty */
} psy_calibration_bin;

/*
 * Bins of equal width, or (by_quantile) between the quantiles of all scores (type 7; equal quantiles leave
 * empty bins); all is both classes' scores, sorted.
 */
void psy_calibration_bins(const psy_scores *s, const double *all, bool by_quantile, size_t bins,
						  psy_calibration_bin *bin);

/* Expected and maximum calibration error: the gaps |observed - mean score|, weighted by n, and the largest.
 */
void psy_calibration_errors(const psy_calibration_bin *bin, size_t bins, double *expected, double *largest);

/* Logistic recalibration of the truth on the log-odds of the score (Cox 1958; Van Calster et al. 2019, BMC
 * Med 17:230). */
typedef struct psy_recalibration
{
	double intercept; /* with the slope held at 1: calibration in the large */
	double intercept_se;
	double slope;
	double slope_se;
} psy_recalibration;

/*
 * Maximum likelihood by Newton's method.  PSY_SINGULAR: one class only, or scores all equal; PSY_DOMAIN: a
 * score of 0 or 1 has no log-odds; PSY_NOCONVERGE: the classes are separated.  What could be found before is
 * filled, the rest NaN.
 */
psy_status psy_recalibrate(const psy_scores *s, psy_recalibration *out, psy_error *err);

#endif
