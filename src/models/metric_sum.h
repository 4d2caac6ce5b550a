/* metric_sum.h - compensated sums (Neumaier 1974): the error does not grow with the number of terms. Infinite
 * terms give an infinite sum.  Private to src/models. */
#ifndef PSY_METRIC_SUM_H
#define PSY_METRIC_SUM_H

#include <math.h>

typedef struct psy_sum
{
	double sum;
	double lost;
} psy_sum;

static inline void
psy_sum_add(psy_sum *s, double x)
{
	double next = s->sum + x;

	if (isfinite(next))
		s->lost += fabs(s->sum) >= fabs(x) ? (s->sum - next) + x : (x - next) + s->sum;
	s->sum = next;
}

static inline double
psy_sum_of(const psy_sum *s)
{
	return s->sum + s->lost;
}

#endif
