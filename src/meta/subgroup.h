/*
 * subgroup.h - random-effects means of subgroups and the test of their difference.
 *
 * Separate tau2: every group is a meta-analysis of its own.  Common tau2: the mixed-effects model with one
 * mean a group; tau2 maximises (or solves) the sum over groups, which is metafor's rma(mods = ~ group).
 */
#ifndef PSY_SUBGROUP_H
#define PSY_SUBGROUP_H

#include "meta/pooling.h"

#include <stdbool.h>

/* Q-between: sum of (estimate - their weighted mean)^2 / se^2; NaN with fewer than 2 groups or an se of 0. */
typedef struct psy_subgroups
{
	double q_between, q_df, q_p, q_within, tau2; /* tau2: the common one, NaN when separate */
} psy_subgroups;

/*
 * effect[] holds the groups one after another, size[g] >= 1 studies each.  fit[groups] receives each group's
 * result.  common allows methods EE, DL, PM, ML and REML, test z and level; its fits have no prediction
 * interval, heterogeneity but Q, or likelihood of their own (NaN).  PSY_UNSUPPORTED otherwise, and the errors
 * of psy_meta_fit.
 */
psy_status psy_subgroup_fit(const psy_context *ctx, const psy_effect *effect, const size_t *size,
							size_t groups, const psy_meta_options *options, bool common, psy_meta_result *fit,
							psy_subgroups *result, psy_error *err);

#endif
