/*
 * filter.h - Butterworth filters run forwards and backwards, and cubic splines over missing volumes.
 *
 * The same recipes as scipy's butter (output "ba"), filtfilt (odd padding of three times the filter's length)
 * and CubicSpline (not-a-knot): direct polynomials, since that is what the field's published results have.
 */
#ifndef PSY_FILTER_H
#define PSY_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#define PSY_FILTER_ORDER 5
#define PSY_FILTER_MOST (2 * PSY_FILTER_ORDER + 1)

typedef struct psy_filter
{
	size_t length; /* coefficients: order + 1, of a band 2 order + 1 */
	double b[PSY_FILTER_MOST];
	double a[PSY_FILTER_MOST]; /* a[0] = 1 */
	double start[PSY_FILTER_MOST]; /* the state in which a constant 1 has always been its input */
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
