/*
 * mass_spread.h - when a sum of squares is no more than rounding, and what the final functions share; not for
 * use outside src/stats.
 */
#ifndef PSY_MASS_SPREAD_H
#define PSY_MASS_SPREAD_H

#include <float.h>
#include <stdint.h>

/* Counts are reported as SQL's integer. */
static inline int32_t
psy_reported_count(double n)
{
	return n < INT32_MAX ? (int32_t) n : INT32_MAX;
}

/* Share of a variance below which what the variables before leave of it is taken for rounding. */
#define PSY_RANK_TOLERANCE 1e-10

/*
 * Values whose standard deviation is below 10 eps of their mean are essentially constant (R's t.test refuses
 * them by the same factor): what spread they have is the rounding of whatever made them.
 */
static inline double
psy_spread_noise(double n, double mean)
{
	double rounding = 10 * DBL_EPSILON * mean;

	return n * rounding * rounding;
}

#endif
