/*
 * mass_spread.h - when a sum of squares is no more than rounding; not for use outside src/stats.
 */
#ifndef PSY_MASS_SPREAD_H
#define PSY_MASS_SPREAD_H

#include <float.h>

/* Share of a variance below which what the variables before leave of it is taken for rounding. */
#define PSY_RANK_TOLERANCE 1e-10

/*
 * The sum of squares that n equal values can leave behind: each update's deviation x n - sum is off by at most about
 * n eps |sum|.  Values whose spread is smaller than that (an sd of n eps relative to the mean) are equal to us.
 */
static inline double
psy_spread_noise(double n, double mean)
{
	double rounding = n * DBL_EPSILON * mean;

	return n * rounding * rounding;
}

#endif
