/* alff.c - amplitudes of low-frequency fluctuations; see clean.h. */
#include "connectivity/clean.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* In place, n a power of 2: decimation in time (Cooley & Tukey 1965); root[n / 2]: exp(-2 pi i k / n). */
static void
transform(double complex *x, size_t n, const double complex *root)
{
	for (size_t i = 1, j = 0; i < n; i++)
	{
		size_t bit = n >> 1;

		for (; (j & bit) != 0; bit >>= 1)
			j ^= bit;
		j ^= bit;
		if (i < j)
		{
			double complex kept = x[i];

			x[i] = x[j];
			x[j] = kept;
		}
	}
	for (size_t half = 1; half < n; half *= 2)
		for (size_t start = 0; start < n; start += 2 * half)
			for (size_t k = 0; k < half; k++)
			{
				double complex turned = x[start + half + k] * root[k * (n / (2 * half))];

				x[start + half + k] = x[start + k] - turned;
				x[start + k] += turned;
			}
}

/* One region, detrended and padded; false when it has a NaN. */
static bool
load(const double *series, size_t timepoints, size_t regions, size_t region, double complex *x, size_t padded)
{
	double mean = 0, centre = (double) (timepoints - 1) / 2, along = 0, squares = 0;

	for (size_t t = 0; t < timepoints; t++)
		mean += series[t * regions + region];
	mean /= (double) timepoints;
	for (size_t t = 0; t < timepoints; t++)
	{
		along += (series[t * regions + region] - mean) * ((double) t - centre);
		squares += ((double) t - centre) * ((double) t - centre);
	}
	for (size_t t = 0; t < padded; t++)
		x[t] = t < timepoints
				   ? series[t * regions + region] - mean - along / squares * ((double) t - centre)
				   : 0;
	return !isnan(mean);
}

static void
amplitudes(const double complex *x, size_t padded, size_t first, size_t last, double timepoints, double *alff,
		   double *falff)
{
	double inside = 0, all = 0;

	for (size_t k = 0; k <= padded / 2; k++)
	{
		double amplitude = 2 * cabs(x[k]) / timepoints;

		inside += k >= first && k <= last ? amplitude : 0;
		all += k > 0 ? amplitude : 0;
	}
	if (alff != NULL)
		*alff = inside / (double) (last - first + 1);
	if (falff != NULL)
		*falff = all > 0 ? inside / all : NAN;
}

static psy_status
find_band(size_t timepoints, size_t padded, double tr, double low, double high, size_t *first, size_t *last,
		  psy_error *err)
{
	double nyquist = 0.5 / tr;

	if (timepoints < 4)
		return psy_fail(err, PSY_SHAPE, "series has %zu timepoints; at least 4 expected", timepoints);
	if (!(tr > 0 && isfinite(tr)))
		return psy_fail(err, PSY_DOMAIN, "tr is %g; seconds above 0 expected", tr);
	if (!(low >= 0 && high > low && high <= nyquist))
		return psy_fail(err, PSY_DOMAIN, "the band is %g to %g Hz; within 0 and the Nyquist frequency %g expected",
						low, high, nyquist);
	*first = (size_t) ceil(low * (double) padded * tr);
	*last = high >= nyquist ? padded / 2 : (size_t) (high * (double) padded * tr);
	if (*first > *last)
		return psy_fail(err, PSY_DOMAIN, "no frequency of %zu timepoints lies within %g to %g Hz", timepoints, low,
						high);
	return PSY_OK;
}

psy_status
psy_alff(const psy_context *ctx, const double *series, size_t timepoints, size_t regions, double tr, double low,
		 double high, double *alff, double *falff, psy_error *err)
{
	size_t padded = 4, first = 0, last = 0;
	void *x = NULL, *root = NULL;
	psy_status status;

	while (padded < timepoints)
		padded *= 2;
	status = find_band(timepoints, padded, tr, low, high, &first, &last, err);
	for (size_t i = 0; status == PSY_OK && i < timepoints * regions; i++)
		if (isinf(series[i]))
			status = psy_fail(err, PSY_DOMAIN, "series has %g at timepoint %zu, region %zu", series[i],
							  i / regions + 1, i % regions + 1);
	if (status == PSY_OK)
		status = psy_alloc(ctx, padded, sizeof(double complex), &x, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, padded / 2, sizeof(double complex), &root, err);
	for (size_t k = 0; status == PSY_OK && k < padded / 2; k++)
		((double complex *) root)[k] = cexp(-2 * M_PI * I * (double) k / (double) padded);
	for (size_t k = 0; status == PSY_OK && k < regions; k++)
	{
		if (load(series, timepoints, regions, k, x, padded))
		{
			transform(x, padded, root);
			amplitudes(x, padded, first, last, (double) timepoints, alff == NULL ? NULL : alff + k,
					   falff == NULL ? NULL : falff + k);
		}
		else
		{
			if (alff != NULL)
				alff[k] = NAN;
			if (falff != NULL)
				falff[k] = NAN;
		}
		status = psy_poll(ctx, err);
	}
	psy_release(ctx, root);
	psy_release(ctx, x);
	return status;
}
