/*
 * clean.h - cleaning regional series as nilearn.signal.clean, and low-frequency amplitudes as DPABI.
 *
 * Order (Lindquist et al. 2019): fill censored volumes by a spline, detrend, filter, censor, remove confounds
 * (treated the same way up to here, so that what was filtered out does not come back), standardise.  With
 * cosine drifts among the confounds instead of a filter, or with neither: censor, detrend, remove, standardise.
 * Equal to nilearn 0.14.1 but for two of its slips.  It fills a censored volume only where the volume as far from the
 * other end is kept (it indexes by the complement of an index); here every one is filled.  And whether percent of the
 * mean gets the mean back hangs on all regions together (their mean fell to a tenth); here on detrending or a high-pass.
 * Series and confounds are [timepoint][column], in double.
 */
#ifndef PSY_CLEAN_H
#define PSY_CLEAN_H

#include "core/context.h"

#define PSY_CLEAN_MOST_CONFOUNDS 1024

typedef enum psy_standardize
{
	PSY_STANDARDIZE_NONE,
	PSY_STANDARDIZE_ZSCORE,        /* by the standard deviation with divisor n */
	PSY_STANDARDIZE_ZSCORE_SAMPLE, /* n - 1 */
	PSY_STANDARDIZE_PSC            /* percent of the mean before cleaning */
} psy_standardize;

typedef struct psy_clean_options
{
	double tr;        /* seconds between volumes */
	double low_pass;  /* Hz; 0 for none */
	double high_pass; /* Hz; 0 for none */
	bool cosine;      /* high_pass by cosine drifts */
	bool detrend;
	bool extrapolate; /* fill censored volumes beyond the first and last kept one, rather than leave them out */
	psy_standardize standardize;
} psy_clean_options;

typedef struct psy_clean_input
{
	const double *series;
	const double *confounds; /* NULL when columns is 0 */
	const bool *scrub;       /* true: censored; NULL for none */
	size_t timepoints;
	size_t regions;
	size_t columns;
} psy_clean_input;

/*
 * clean: room for timepoints x regions; *kept: the volumes that remain.  A region with a NaN is NaN
 * throughout.  PSY_DOMAIN: frequencies outside (0, Nyquist) or crossed, infinite values, a confound that is
 * NaN; PSY_SHAPE: fewer volumes than the filter or the spline needs.
 */
psy_status psy_clean(const psy_context *ctx, const psy_clean_input *in, const psy_clean_options *options,
					 double *clean, size_t *kept, psy_error *err);

/*
 * Amplitude of low-frequency fluctuations of each region, and its share of that of all frequencies above 0
 * (Zang et al. 2007, Zou et al. 2008, as DPABI computes them): the linearly detrended series padded with zeros
 * to a power of 2, P; amplitudes 2 |FFT| / timepoints; mean (alff), and sum by the sum over bins 1 to P/2
 * (falff), over bins ceil(low P tr) to floor(high P tr).  NaN for a region with a NaN, falff also where
 * nothing fluctuates.  Either output may be NULL.
 */
psy_status psy_alff(const psy_context *ctx, const double *series, size_t timepoints, size_t regions, double tr,
					double low, double high, double *alff, double *falff, psy_error *err);

#endif
