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

/*
 * q_between: sum of (estimate - their weighted mean)^2 / se^2; NaN with fewer than 2 groups or an se of 0. It
 * is chi-square with q_df, but q_between / q_df is F(q_df, q_df2) with a common tau2 and another test than z
 * (metafor's QM).  q_within: heterogeneity within the groups, the sum of their Q.
 */
typedef struct psy_subgroups
{
	double q_between, q_df, q_df2, q_p; /* q_df2: NaN for chi-square */
	double q_within, q_within_df, q_within_p;
	double tau2, tau2_lb, tau2_ub; /* the common one and its Q-profile interval; NaN when separate */
	const char *note;              /* why there is no test or interval, or NULL */
} psy_subgroups;

/*
 * effect[] holds the groups one after another, size[g] >= 1 studies each.  fit[groups] receives each group's
 * result.  With common, its fits are those of metafor's rma(mods = ~ 0 + group), any method and test: df is
 * k - groups but for z, the Knapp-Hartung scale that of all groups, and there is no i2, h2 or likelihood of
 * a group's own (NaN).  Errors are those of psy_meta_fit; common needs positive variances.
 */
psy_status psy_subgroup_fit(const psy_context *ctx, const psy_effect *effect, const size_t *size,
							size_t groups, const psy_meta_options *options, bool common, psy_meta_result *fit,
							psy_subgroups *result, psy_error *err);

#endif
