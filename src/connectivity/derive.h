/*
 * derive.h - connectomes and figures derived from connectomes: thresholds, similarity, means of blocks.
 */
#ifndef PSY_DERIVE_H
#define PSY_DERIVE_H

#include "core/context.h"

#include <stdbool.h>

/* to[k] = from[k] where it (its magnitude, when absolute) is above the limit, else 0; NaN stays.  from may be
 * to. */
void psy_conn_threshold_above(const float *from, size_t edges, float limit, bool absolute, float *to);

/*
 * Keeps the round(density * edges) largest (by magnitude, when absolute) of the edges and makes the others 0;
 * halves round up; at ties the earlier edge is kept.  Zero and missing edges are never among those kept, so
 * fewer may be. NaN stays.  density outside 0..1: PSY_DOMAIN.  from may be to.  (threshold_proportional of
 * the Brain Connectivity Toolbox.)
 */
psy_status psy_conn_threshold_density(const psy_context *ctx, const float *from, size_t edges, double density,
									  bool absolute, float *to, psy_error *err);

/*
 * Pearson correlation of two connectomes' edges over those present in both; NaN when there are fewer than 3
 * or one side is constant.  workspace: 2 * edges doubles.
 */
double psy_conn_similarity(const float *a, const float *b, size_t edges, double *workspace);

/*
 * Sums and counts by block: block[region] in 0..blocks-1, or negative for a region left out.  sum and count
 * hold blocks * blocks, of which [a * blocks + b], a <= b, is filled.  Missing edges are not counted.
 */
void psy_conn_block_sums(const float *value, size_t regions, const int *block, size_t blocks, double *sum,
						 size_t *count);

#endif
