/*
 * pearson.h - Pearson correlations of all pairs of columns.
 *
 * Exact: two-pass, centred and scaled in double, so that the float4 result is the double one rounded once.
 * The sums over time run in time order in one accumulator per pair, so the bits are the same on every CPU.
 */
#ifndef PSY_PEARSON_H
#define PSY_PEARSON_H

#include "core/context.h"

#define PSY_PEARSON_MIN_TIMEPOINTS 3 /* two points always correlate with 1 or -1 */

/* Doubles of workspace that psy_pearson needs. */
size_t psy_pearson_workspace(size_t timepoints, size_t regions);

/*
 * series[timepoints][regions], row-major -> edges[regions(regions-1)/2], packed (core/triangle.h), canonical
 * (connectivity/connectome.h).  A region that is constant or has a NaN gives NaN edges and leaves the rest
 * untouched. workspace: psy_pearson_workspace doubles.  Polls ctx.  An infinite value is PSY_DOMAIN, fewer
 * than 3 timepoints or regions outside 2..20000 PSY_SHAPE.
 */
psy_status psy_pearson(const psy_context *ctx, const double *series, size_t timepoints, size_t regions,
					   double *workspace, float *edges, psy_error *err);

/* The same of a series in single precision, with the same bits as if it had been widened before. */
psy_status psy_pearson_floats(const psy_context *ctx, const float *series, size_t timepoints, size_t regions,
							  double *workspace, float *edges, psy_error *err);

#endif
