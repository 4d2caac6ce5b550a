/*
 * effect_groups.h - effect sizes of two groups beyond the (standardised) mean difference, and of one group
 * measured twice; as escalc of metafor.
 *
 * An effect is first minus second, of a change `post` minus `pre`.  What cannot be known is NaN.  Where the
 * formulas of metafor 3.8 and 5 differ, the newer is the default and the older one can be named.
 */
#ifndef PSY_EFFECT_GROUPS_H
#define PSY_EFFECT_GROUPS_H

#include "meta/effect_size.h"

#include <stdbool.h>

typedef enum psy_smdh_vtype
{
	PSY_SMDH_LS,   /* Bonett 2009, eq. 5, with n - 1; metafor 5 */
	PSY_SMDH_LS_38 /* the same times J^2; metafor 3.8 */
} psy_smdh_vtype;

psy_status psy_smdh_vtype_parse(const char *name, psy_smdh_vtype *vtype, psy_error *err);

/* Standardised mean difference with unequal variances: divided by sqrt((sd1^2 + sd2^2)/2), times J(n1 + n2 -
 * 2). */
psy_status psy_effect_smdh(const psy_group *first, const psy_group *second, psy_smdh_vtype vtype,
						   psy_effect *effect, psy_error *err);

/*
 * ln ratio of means, Hedges et al. 1999; correct adds half the difference of the squared coefficients of
 * variation over n (Lajeunesse 2015, eq. 8; metafor 5), without it the estimate of metafor 3.8.  NaN unless
 * both means have one sign.
 */
psy_status psy_effect_rom(const psy_group *first, const psy_group *second, bool correct, psy_effect *effect,
						  psy_error *err);

/* ln ratio of sds, Nakagawa et al. 2015, eq. 11 and 12.  The means are not used. */
psy_status psy_effect_vr(const psy_group *first, const psy_group *second, psy_effect *effect, psy_error *err);

/* ln ratio of coefficients of variation, Nakagawa et al. 2015, eq. 13 and 14; correct as for the ratio of
 * means.  NaN unless both means are positive. */
psy_status psy_effect_cvr(const psy_group *first, const psy_group *second, bool correct, psy_effect *effect,
						  psy_error *err);

/* One group twice: means and sds after and before, size and correlation of the two. */
typedef struct psy_change
{
	double post, pre, sd_pre, sd_post, n, r;
} psy_change;

typedef enum psy_change_measure
{
	PSY_CHANGE_MC,       /* mean change */
	PSY_CHANGE_SMCC,     /* over the sd of the change; Gibbons et al. 1993 */
	PSY_CHANGE_SMCR,     /* over sd_pre; Becker 1988 (sd_post is not used) */
	PSY_CHANGE_SMCRH,    /* over sd_pre, variances unequal; Bonett 2008, eq. 13 */
	PSY_CHANGE_SMCRH_38, /* its variance times J^2, as in metafor 3.8 */
	PSY_CHANGE_SMCRP,    /* over the average sd, Cousineau 2020 */
} psy_change_measure;

/* ls2: the variance of Borenstein 2009 in place of the large-sample one, for SMCC and SMCR. */
psy_status psy_effect_change(const psy_change *change, psy_change_measure measure, bool ls2,
							 psy_effect *effect, psy_error *err);

/* Arms of a trial as one group: Cochrane Handbook 6, table 6.5.a.  NaN sd where n <= 1 in all. */
psy_status psy_combine_arms(const psy_group *first, const psy_group *second, psy_group *both, psy_error *err);

/* PSY_DOMAIN naming m1, sd1, n1, m2, sd2 or n2. */
psy_status psy_effect_check_groups(const psy_group *first, const psy_group *second, psy_error *err);

#endif
