/* binomial.h - exact inference about how often one of two things happens: the sign test, the interval of a share. */
#ifndef PSY_BINOMIAL_H
#define PSY_BINOMIAL_H

#include <stdint.h>

/*
 * Two-sided p of the sign test: `a` one way and `b` the other, each as likely under the null hypothesis (R's
 * binom.test with p = 1/2; McNemar 1947 for pairs).  1 where a = b, none at all included.  a, b >= 0 and a + b
 * within int64_t.  Exact sums up to 1000 in all, a tail of F beyond (NIST DLMF 8.17(i)).
 */
double psy_sign_test_p(int64_t a, int64_t b);

/*
 * Clopper and Pearson's (1934, Biometrika 26:404) interval of a share of x of n, 0 <= x <= n, at a level in
 * (0, 1): quantiles of F.  0 and 1 where x is 0 and n; NaN where n is 0.
 */
void psy_share_interval(int64_t x, int64_t n, double level, double *lower, double *upper);

#endif
