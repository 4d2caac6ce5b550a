/*
 * metric_drift.h - how a feature's values differ between the set that a model was trained on (reference) and
 * the set that it scores (current).  All take sorted finite values, so that nothing depends on the order of
 * rows; missing values are left out before and counted by the caller.
 */
#ifndef PSY_METRIC_DRIFT_H
#define PSY_METRIC_DRIFT_H

#include "core/context.h"

/* Sorted ascending, finite. */
typedef struct psy_sample
{
	const double *value;
	size_t n;
} psy_sample;

typedef struct psy_location
{
	double mean; /* NaN without values */
	double sd;   /* n - 1; NaN below two values */
} psy_location;

psy_location psy_locate(psy_sample x);

/* Cohen's standardised mean difference, current minus reference, by the root of the mean of both variances
 * (Austin 2009, Stat Med 28:3083, eq. 1).  NaN where neither varies. */
double psy_standardised_difference(psy_location reference, psy_location current);

/*
 * Population stability index, sum of (c - r) ln(c / r) over bins between the reference's quantiles (type 7):
 * (-inf, q1], (q1, q2], ... (qk, inf).  Equal quantiles make one bin.  A bin that one set leaves empty counts
 * as half a case there (*emptied bins), since its logarithm has no end.  Both sets must have values; 2 <=
 * bins. edge[bins] is scratch; *used is the number of bins.
 */
double psy_stability_index(psy_sample reference, psy_sample current, size_t bins, double *edge, size_t *used,
						   size_t *emptied);

/*
 * Largest distance of the two empirical distributions, as a whole number of parts of 1 / (n m): D = parts /
 * (n m).  Both sets must have values.
 */
uint64_t psy_smirnov_parts(psy_sample a, psy_sample b);

/*
 * P(D >= parts / (n m)) given the ties, when all arrangements of the pooled values are alike (Smirnov 1933;
 * Schroeer & Trenkler 1995 on ties; summed upwards as in R's psmirnov, so that small p are exact).  n m
 * steps; reach[min(n, m) + 1] and last[n + m] are scratch.
 */
double psy_smirnov_exact(psy_sample a, psy_sample b, uint64_t parts, double *reach, bool *last);

/* Kolmogorov's limit 2 sum (-1)^(k-1) exp(-2 k^2 x^2) of P(sqrt(n m / (n + m)) D >= x). */
double psy_kolmogorov_upper(double x);

#endif
