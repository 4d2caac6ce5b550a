/* binomial.c - sign test and exact interval of a share; binomial.h says which. */
#include "stats/binomial.h"

#include "stats/distribution.h"

#include <math.h>

/* P(X <= k) of n tosses of a fair coin: the terms summed where the smallest is a normal number, else a tail
 * of F (NIST DLMF 8.17(i)). */
static double
fair_tosses_up_to(int64_t k, int64_t n)
{
	double term, sum;

	if (n > 1000)
		return psy_f_p((double) (n - k) / (double) (k + 1), 2.0 * (double) (k + 1), 2.0 * (double) (n - k),
					   PSY_UPPER);
	term = sum = ldexp(1, -(int) n);
	for (int64_t i = 1; i <= k; i++)
		sum += term = term * (double) (n - i + 1) / (double) i;
	return sum;
}

double
psy_sign_test_p(int64_t a, int64_t b)
{
	double tail = a == b ? 1 : 2 * fair_tosses_up_to(a < b ? a : b, a + b);

	return tail < 1 ? tail : 1;
}

/* The share at which x or more of n have the probability alpha: x F / (n - x + 1 + x F). */
static double
lower_bound(int64_t x, int64_t n, double alpha)
{
	double above = (double) x, below = (double) (n - x) + 1;
	double scaled = above * psy_f_quantile(alpha, 2 * above, 2 * below, PSY_LOWER);

	return x == 0 ? 0 : scaled / (below + scaled);
}

void
psy_share_interval(int64_t x, int64_t n, double level, double *lower, double *upper)
{
	double alpha = (1 - level) / 2;

	*lower = n == 0 ? NAN : lower_bound(x, n, alpha);
	*upper = n == 0 ? NAN : 1 - lower_bound(n - x, n, alpha);
}
