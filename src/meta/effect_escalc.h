/*
 * effect_escalc.h - the less common measures of metafor's escalc, and the variances that its vtype chooses.
 *
 * As in effect_size.h: NaN is "cannot be known", PSY_DOMAIN names an argument that cannot be true.  average[]
 * is what vtypes AV and AVHO put in place of each study's own value; metafor takes it over all studies,
 * weighted by their sizes.
 */
#ifndef PSY_EFFECT_ESCALC_H
#define PSY_EFFECT_ESCALC_H

#include "meta/effect_groups.h"
#include "meta/effect_table.h"

typedef enum psy_vtype
{
	PSY_VTYPE_LS,
	PSY_VTYPE_LS2,
	PSY_VTYPE_UB,
	PSY_VTYPE_HO, /* one variance for both groups */
	PSY_VTYPE_ST, /* sampling stratified by group */
	PSY_VTYPE_CS, /* cross-sectional sampling: only the total is fixed */
	PSY_VTYPE_AV,
	PSY_VTYPE_AVHO
} psy_vtype;

psy_status psy_vtype_parse(const char *name, psy_vtype *vtype, psy_error *err);

/*
 * Two groups.  Allowed vtypes: MD LS HO; ROM LS HO AV AVHO (average: coefficients of variation of the first
 * and second group; AVHO: one for both); SMD1 LS LS2 UB AV (average[0]: the mean effect); RPB LS ST (the
 * same) CS.
 */
typedef enum psy_groups_measure
{
	PSY_GROUPS_MD,
	PSY_GROUPS_ROM,      /* ln ratio of means, corrected as metafor 5 */
	PSY_GROUPS_ROM_38,   /* without that correction */
	PSY_GROUPS_SMD1,     /* over the second group's sd, Glass 1976; its sd alone counts */
	PSY_GROUPS_SMD1H,    /* the same with unequal variances, Bonett 2009, with n - 1 as metafor 5 */
	PSY_GROUPS_SMD1H_38, /* with n, as metafor 3.8 */
	PSY_GROUPS_SMDH2,    /* as SMDH of effect_groups.h, Bonett 2008: vtype LS2 of metafor */
	PSY_GROUPS_RPB,      /* point-biserial correlation; Tate 1954, Soper 1914 */
	PSY_GROUPS_RBIS,     /* biserial correlation; Jacobs & Viechtbauer 2017 */
	PSY_GROUPS_D2ORL,    /* ln odds ratio from d, logistic: Chinn 2000 */
	PSY_GROUPS_D2ORN     /* the same, normal: Cox & Snell 1989 */
} psy_groups_measure;

psy_status psy_escalc_groups(const psy_group *first, const psy_group *second, psy_groups_measure measure,
							 psy_vtype vtype, const double average[2], psy_effect *effect, psy_error *err);

/*
 * 2x2 tables.  RD LS UB AV (average: both groups' proportions); PHI LS (which is CS) ST.  Matched pairs
 * (MP*): a both with the event, b the first alone, c the second alone, d neither.
 */
typedef enum psy_escalc_table_measure
{
	PSY_ESCALC_RD,
	PSY_ESCALC_PHI, /* Yule 1912 */
	PSY_ESCALC_YUQ, /* Yule's Q and Y, 1900 and 1912 */
	PSY_ESCALC_YUY,
	PSY_ESCALC_PBIT,  /* difference of probits; Sanchez-Meca et al. 2003 */
	PSY_ESCALC_OR2DL, /* d from the ln odds ratio: times sqrt(3)/pi */
	PSY_ESCALC_OR2DN, /* over 1.65 */
	PSY_ESCALC_MPRD,  /* marginal proportions: difference, ln ratio, ln odds ratio; Agresti 2002, Zou 2007 */
	PSY_ESCALC_MPRR,
	PSY_ESCALC_MPOR,
	PSY_ESCALC_MPORC, /* conditional ln odds ratio, Curtin et al. 2002 */
	PSY_ESCALC_MPPETO
} psy_escalc_table_measure;

psy_status psy_escalc_table(const psy_table *table, psy_escalc_table_measure measure, const psy_add *rule,
							psy_vtype vtype, const double average[2], psy_effect *effect, psy_error *err);

/* PR LS UB AV, PLN and PLO LS AV (average: the proportion).  The rest as psy_effect_proportion. */
psy_status psy_escalc_proportion(double x, double n, psy_proportion_measure measure, const psy_add *rule,
								 psy_vtype vtype, double average, psy_effect *effect, psy_error *err);

/* Events over person-time, of two groups or (second NULL) of one; the constant goes to numbers of events. */
typedef enum psy_rate_measure
{
	PSY_RATE_RATIO, /* ln; Rothman et al. 2008 */
	PSY_RATE_DIFFERENCE,
	PSY_RATE_ROOT, /* square roots */
	PSY_RATE_FT    /* Freeman & Tukey 1950; of one group */
} psy_rate_measure;

typedef struct psy_rate
{
	double x, t;
} psy_rate;

psy_status psy_escalc_rate(const psy_rate *first, const psy_rate *second, psy_rate_measure measure,
						   const psy_add *rule, psy_effect *effect, psy_error *err);

/* One group: mean, its ln, ln of the coefficient of variation, ln of the sd, mean over sd. */
typedef enum psy_one_measure
{
	PSY_ONE_MN,
	PSY_ONE_MNLN,
	PSY_ONE_CVLN,
	PSY_ONE_SDLN,
	PSY_ONE_SMN
} psy_one_measure;

psy_status psy_escalc_one(const psy_group *group, psy_one_measure measure, psy_effect *effect,
						  psy_error *err);

/* One group twice: ln ratios of means, of coefficients of variation, of sds (Lajeunesse 2011; Nakagawa et al.
 * 2015), and SMCRP with unequal variances (Bonett 2008). */
typedef enum psy_escalc_change_measure
{
	PSY_ESCALC_ROMC,
	PSY_ESCALC_CVRC,
	PSY_ESCALC_VRC,
	PSY_ESCALC_SMCRPH
} psy_escalc_change_measure;

/* correct: the small-sample correction of the ln ratio of means, as metafor 5. */
psy_status psy_escalc_change(const psy_change *change, psy_escalc_change_measure measure, bool correct,
							 psy_effect *effect, psy_error *err);

/*
 * Correlations from a regression with m predictors: t of the coefficient, R2 of the model (SPCOR alone). PCOR
 * and SPCOR take LS and AV (average: the mean correlation).  Aloe & Becker 2012.
 */
typedef enum psy_partial_measure
{
	PSY_PARTIAL_PCOR,
	PSY_PARTIAL_ZPCOR,
	PSY_PARTIAL_SPCOR
} psy_partial_measure;

psy_status psy_escalc_partial(double t, double m, double n, double r2, psy_partial_measure measure,
							  psy_vtype vtype, double average, psy_effect *effect, psy_error *err);

/* Cronbach's alpha of m items in n subjects: raw, Hakstian & Whalen 1976, Bonett 2002. */
typedef enum psy_alpha_measure
{
	PSY_ALPHA_RAW,
	PSY_ALPHA_HW,
	PSY_ALPHA_BT
} psy_alpha_measure;

psy_status psy_escalc_alpha(double alpha, double m, double n, psy_alpha_measure measure, psy_effect *effect,
							psy_error *err);

/* ln odds ratio to d and back, with its variance: logistic (pi / sqrt 3) or normal (1.65). */
psy_effect psy_effect_or_to_d(psy_effect effect, bool normal);
psy_effect psy_effect_d_to_or(psy_effect effect, bool normal);

/*
 * Number needed to treat from an effect and the share of responders among the controls: 1 / (p1 - p0),
 * negative where the first group does worse.  SMD: p1 = Phi(d + quantile of p0), d positive when the first
 * group does better (Furukawa & Leucht 2011).  PSY_DOMAIN: p0 outside (0, 1).  NaN where the risk leaves [0,
 * 1].
 */
typedef enum psy_nnt_scale
{
	PSY_NNT_SMD,
	PSY_NNT_OR, /* ln */
	PSY_NNT_RR, /* ln */
	PSY_NNT_RD
} psy_nnt_scale;

psy_status psy_nnt_scale_parse(const char *name, psy_nnt_scale *scale, psy_error *err);
psy_status psy_nnt(double yi, double control, psy_nnt_scale scale, double *nnt, psy_error *err);

/*
 * Share of true effects beyond a threshold in a random-effects model, Phi((mean - threshold) / tau), and its
 * standard error by the delta method (Mathur & VanderWeele 2019, eq. 2.3).  tau2 = 0: the share is 0, 1/2 or
 * 1 without a standard error (NaN).
 */
void psy_share_beyond(double mean, double se, double tau2, double se_tau2, double threshold, bool above,
					  double *share, double *se_share);

#endif
