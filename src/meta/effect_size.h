/*
 * effect_size.h - effect sizes of two groups and their sampling variances, as escalc of the R package metafor
 * has them.
 *
 * An effect is first group minus second.  What cannot be known (a variance from one observation, a
 * standardised difference on zero spread) is NaN, not an error, so that one study never stops a million rows;
 * what cannot be true (negative n or sd, NaN, infinity) is PSY_DOMAIN and names the argument.
 */
#ifndef PSY_EFFECT_SIZE_H
#define PSY_EFFECT_SIZE_H

#include "core/status.h"

/* yi: the observed effect; vi: its sampling variance, in squared units of yi. */
typedef struct psy_effect
{
	double yi, vi;
} psy_effect;

/* Mean, standard deviation and size of a group.  n may be fractional (an effective sample size). */
typedef struct psy_group
{
	double mean, sd, n;
} psy_group;

/*
 * Variances of the standardised mean difference, m = n1 + n2 - 2, J Hedges' factor, d Cohen's d, g = J d:
 *   LS   1/n1 + 1/n2 + g^2 / (2 (n1 + n2))                 Hedges 1982, eq. 8
 *   LS2  J^2 (1/n1 + 1/n2 + d^2 / (2 (n1 + n2)))           Borenstein 2009, eq. 12.17 and 12.22
 *   UB   1/n1 + 1/n2 + (1 - (m - 2)/(m J^2)) g^2           Hedges 1983, eq. 9: unbiased
 *   AV   as LS, with the size-weighted mean g of all studies in place of g
 */
typedef enum psy_smd_vtype
{
	PSY_SMD_LS,
	PSY_SMD_LS2,
	PSY_SMD_UB,
	PSY_SMD_AV
} psy_smd_vtype;

/* Any case.  PSY_DOMAIN names the allowed values. */
psy_status psy_smd_vtype_parse(const char *name, psy_smd_vtype *vtype, psy_error *err);

/* Mean difference; vi is NaN where a group has n <= 1 or both sd are 0. */
psy_status psy_effect_md(const psy_group *first, const psy_group *second, psy_effect *effect, psy_error *err);

/*
 * Bias-corrected standardised mean difference (Hedges' g).  Both NaN where the pooled sd is 0 or m <= 1; vi
 * alone where a group has n <= 1.  average: the mean g that PSY_SMD_AV needs (PSY_DOMAIN when NaN); ignored
 * otherwise.
 */
psy_status psy_effect_smd(const psy_group *first, const psy_group *second, psy_smd_vtype vtype,
						  double average, psy_effect *effect, psy_error *err);

#endif
