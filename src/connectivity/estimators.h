/*
 * estimators.h - the ways from regional series to connectivity.
 *
 * A region that is constant or has a NaN has no correlation with anything: its edges are NaN.  Every
 * estimator that looks at all regions at once (partial correlation, shrinkage) is then that of the remaining
 * regions, as if the lost ones had not been measured.
 */
#ifndef PSY_ESTIMATORS_H
#define PSY_ESTIMATORS_H

#include "connectivity/connectome.h"
#include "core/context.h"

typedef enum psy_estimator
{
	PSY_EST_PEARSON,
	PSY_EST_SPEARMAN,    /* Pearson of mid-ranks */
	PSY_EST_PARTIAL,     /* from the inverse of the correlation matrix */
	PSY_EST_LEDOIT_WOLF, /* Ledoit & Wolf 2004 (J Multivar Anal 88:365), as scikit-learn */
	PSY_EST_PARTIAL_LEDOIT_WOLF,
	PSY_EST_OAS /* Chen, Wiesel, Eldar & Hero 2010 (IEEE Trans Signal Process 58:5016), as scikit-learn */
} psy_estimator;

/* 1-norm condition number from which "partial" is refused: rounding would reach the stored digits. */
#define PSY_PARTIAL_MOST_CONDITION 1e8

/* Exact names only: pearson, spearman, partial, ledoit_wolf, partial_ledoit_wolf, oas.  PSY_DOMAIN names
 * them. */
psy_status psy_estimator_parse(const char *name, psy_estimator *method, psy_error *err);

/* PSY_CONN_PARTIAL for the two partial ones, else PSY_CONN_R. */
psy_conn_kind psy_estimator_kind(psy_estimator method);

/*
 * series[timepoints][regions], row-major -> edges[regions(regions-1)/2], packed, canonical; computed in
 * double and rounded once.  Both shrinkage estimators work on standardised series (the shrunk correlation is
 * (1 - s) r, and does not depend on the units of a region).  PSY_DOMAIN, PSY_SHAPE as psy_pearson;
 * PSY_SINGULAR where "partial" has no more timepoints than regions or a worse condition than
 * PSY_PARTIAL_MOST_CONDITION, with the remedy.  Polls ctx.
 */
psy_status psy_estimate(const psy_context *ctx, psy_estimator method, const double *series, size_t timepoints,
						size_t regions, float *edges, psy_error *err);

/*
 * lagged[i * regions + j] = Pearson correlation of region i at t with region j at t + 1, over the timepoints
 * - 1 such pairs, rounded once from double; not symmetric, and the diagonal is the lag-1 autocorrelation. NaN
 * where either part of a series is constant or has a NaN.  At least 4 timepoints, else PSY_SHAPE.
 */
psy_status psy_lag1(const psy_context *ctx, const double *series, size_t timepoints, size_t regions,
					float *lagged, psy_error *err);

#endif
