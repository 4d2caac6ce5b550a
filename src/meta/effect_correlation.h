/* effect_correlation.h - correlations as effect sizes, and the correlation behind three standard deviations.
 */
#ifndef PSY_EFFECT_CORRELATION_H
#define PSY_EFFECT_CORRELATION_H

#include "meta/effect_size.h"

typedef enum psy_correlation_measure
{
	PSY_CORRELATION_COR,     /* r, variance (1 - r^2)^2/(n - 1) */
	PSY_CORRELATION_UCOR,    /* Olkin & Pratt's unbiased r, eq. 2.3, the same variance at that */
	PSY_CORRELATION_UCOR_UB, /* with their unbiased variance; Hedges 1989 */
	PSY_CORRELATION_ZCOR     /* Fisher's z = atanh(r), variance 1/(n - 3) */
} psy_correlation_measure;

/*
 * |r| <= 1 and n >= 0, else PSY_DOMAIN.  NaN variance for n <= 3 (UCOR: both NaN for n <= 4); z of r = +-1 is
 * infinite, thus NaN.
 */
psy_status psy_effect_correlation(double r, double n, psy_correlation_measure measure, psy_effect *effect,
								  psy_error *err);

/*
 * (sd_pre^2 + sd_post^2 - sd_change^2) / (2 sd_pre sd_post), Cochrane Handbook 6.5.2.8.  NaN where no
 * correlation gives such sds, or one of sd_pre and sd_post is 0.
 */
psy_status psy_r_from_sds(double sd_pre, double sd_post, double sd_change, double *r, psy_error *err);

#endif
