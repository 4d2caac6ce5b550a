/* effect_aggregate.h - one effect out of several dependent ones, such as the outcomes of one trial. */
#ifndef PSY_EFFECT_AGGREGATE_H
#define PSY_EFFECT_AGGREGATE_H

#include "meta/effect_size.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Sampling errors correlate by rho (metafor's aggregate with struct "CS"; Borenstein et al. 2009, ch. 24).
 * weighted: generalised least squares; else the plain mean with its true variance.  effect[k] in any order
 * gives the same bits only when sorted (psy_meta_sort).  k = 0: NaN.  PSY_DOMAIN: a study that
 * psy_meta_check_study refuses, vi = 0 when weighted, rho outside [-1, 1] or so low or (weighted) so high
 * that no covariance has it.
 */
psy_status psy_effect_aggregate(const psy_effect *effect, size_t k, double rho, bool weighted,
								psy_effect *aggregate, psy_error *err);

#endif
