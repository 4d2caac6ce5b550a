/*
 * filter.h - Butterworth filters run forwards and backwards, and cubic splines over missing volumes.
 *
 * The same recipes as scipy's butter (output "sos"), sosfiltfilt (odd padding of three times the filter's
 * length) and CubicSpline (not-a-knot), which nilearn takes since 0.11 where it multiplied the filter out
 * before.  Against the same filter in 80 digits (tests/oracle/clean.py), in the narrowest usual band (0.009 to
 * 0.012 Hz at 2 s, 90 volumes) this filter is off by 2e-12 of the largest value and scipy's by 1e-11.  The 4e-9 that nilearn 0.10 was
 * away came from the mean that it added in between and rounded to.
 */
#ifndef PSY_FILTER_H
#define PSY_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#define PSY_FILTER_ORDER 5
#define PSY_FILTER_MOST (2 * PSY_FILTER_ORDER + 1) /* coefficients of the whole */

typedef struct psy_section
{
	double b[3];
	double a[2];     /* a first one is 1 */
	double start[2]; /* the state in which a constant 1 has always been the filter's input */
} psy_section;

typedef struct psy_filter
{
	size_t sections; /* of two poles, or one */
	size_t padding;
	psy_section section[PSY_FILTER_ORDER];
} psy_filter;

/* high_pass and low_pass as shares of the Nyquist frequency, in (0, 1); 0 leaves one out, not both. */
void psy_filter_design(double high_pass, double low_pass, psy_filter *filter);

/* Volumes that filtfilt adds at either end; a series must have more than these. */
size_t psy_filter_padding(const psy_filter *filter);

/* Filters x[n] in place forwards and backwards; room[n + 2 padding]. */
void psy_filter_both_ways(const psy_filter *filter, double *x, size_t n, double *room);

/*
 * Replaces the x[n] that are not kept by the cubic spline through those that are (not-a-knot; beyond the ends
 * the end pieces go on).  At least 4 must be kept; room[4 n].
 */
void psy_spline_fill(double *x, const bool *kept, size_t n, double *room);

#endif
