/*
 * effect_convert.h - effects from what a paper prints instead (t, p, F, interval, standard error, quantiles),
 * and the way back from transformed scales.
 *
 * As in effect_size.h: NaN is "cannot be known"; PSY_DOMAIN names an argument that cannot be true.
 */
#ifndef PSY_EFFECT_CONVERT_H
#define PSY_EFFECT_CONVERT_H

#include "meta/effect_size.h"

/*
 * Standardised mean difference with Hedges' correction from Cohen's d = t sqrt(1/n1 + 1/n2) of two groups.
 * p is two-sided, its sign that of the difference; p = 0 gives NaN.  f is the F of a one-way analysis of two
 * groups, sign +-1 its direction.
 */
psy_status psy_effect_from_d(double d, double n1, double n2, psy_smd_vtype vtype, double average,
							 psy_effect *effect, psy_error *err);
psy_status psy_effect_from_t(double t, double n1, double n2, psy_smd_vtype vtype, double average,
							 psy_effect *effect, psy_error *err);
psy_status psy_effect_from_p(double p, double n1, double n2, psy_smd_vtype vtype, double average,
							 psy_effect *effect, psy_error *err);
psy_status psy_effect_from_f(double f, double sign, double n1, double n2, psy_smd_vtype vtype, double average,
							 psy_effect *effect, psy_error *err);

typedef enum psy_effect_scale
{
	PSY_SCALE_IDENTITY,
	PSY_SCALE_LOG /* the printed numbers are ratios: their ln is the effect */
} psy_effect_scale;

psy_status psy_effect_scale_parse(const char *name, psy_effect_scale *scale, psy_error *err);

/*
 * From an estimate and its interval: vi = ((ub - lb) / (2 q))^2, q the normal (df = Inf) or t quantile.  An
 * estimate of NaN means that none was printed: the middle of the interval.  On scale log all are logged
 * first.
 */
psy_status psy_effect_from_ci(double estimate, double lb, double ub, double level, double df,
							  psy_effect_scale scale, psy_effect *effect, psy_error *err);

/* vi = se^2; on scale log the estimate is logged, se is that of the ln. */
psy_status psy_effect_from_se(double estimate, double se, psy_effect_scale scale, psy_effect *effect,
							  psy_error *err);

/* Wald: vi = (estimate / z)^2, the estimate of scale log logged first.  NaN where z is 0 or differs in sign.
 */
psy_status psy_effect_from_z(double estimate, double z, psy_effect_scale scale, psy_effect *effect,
							 psy_error *err);

/* NaN is "not printed". */
typedef struct psy_quantiles
{
	double min, q1, median, q3, max, n;
} psy_quantiles;

/*
 * Mean and sd from the median with the range, the quartiles, or both.  Mean: Luo et al. 2018, eq. 7, 11, 15;
 * sd: Wan et al. 2014, eq. 7 and 14 from one pair, Shi et al. 2020, eq. 11 from both.  n must exceed 1, and
 * the numbers must ascend: PSY_DOMAIN otherwise.  NaN where the median or both pairs are missing.
 */
psy_status psy_mean_sd_from_quantiles(const psy_quantiles *q, double *mean, double *sd, psy_error *err);

/*
 * Share of responders imputed from a normal endpoint (Furukawa et al. 2005): P(endpoint <= (1 - reduction)
 * baseline) where lower is better.  NaN where sd is 0.
 */
psy_status psy_response_rate(double baseline, double mean, double sd, double reduction, double *rate,
							 psy_error *err);

/* The 2x2 table with these margins (row: n1, column: events) and odds ratio; NaN where none exists. */
psy_status psy_table_from_or(double odds_ratio, double n, double n1, double events, double cell[4],
							 psy_error *err);

/* Inverse of the arcsine square root; below 0 and above pi/2 cut to 0 and 1. */
double psy_back_pas(double yi);

/* Inverse of the double arcsine of n (Miller 1978); of a pooled one, n is the harmonic mean.  NaN for n <= 0.
 */
double psy_back_pft(double yi, double n);

#endif
