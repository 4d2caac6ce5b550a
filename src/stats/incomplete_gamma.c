/*
 * incomplete_gamma.c - P(a, x) and Q(a, x), each to about 1e-13 relative in whichever tail is small.
 *
 * Four methods share the plane: Temme's uniform expansion where a is large and x is near a (its cost does not
 * grow with a); Legendre's continued fraction for the upper tail; the power series for the lower tail; and
 * for small a and x the alternating series, in which 1 - x^a / Gamma(a + 1) is formed by expm1 so that the
 * small upper tail is not a difference.
 */
#include "stats/special.h"

#include <float.h>
#include <math.h>

#include "stats/temme_coefficients.h"

#define LN_SQRT_2PI 0.91893853320467274178
#define TEMME_LEAST_A 100
#define TEMME_WIDTH 0.35 /* |x/a - 1| up to which twenty Taylor terms in eta reach 1e-17 */
#define LOOP_LIMIT 100000

/* log(x^a e^-x / Gamma(a + 1)) = -(a log(a/x) + x - a) - Binet(a) - log(2 pi a)/2; Loader (2000). */
static double
log_prefix(double a, double x)
{
	double d = (x - a) / a;
	double deviance = fabs(d) <= 0.4 ? -a * psy_log1pmx(d) : a * log(a / x) + (x - a);

	return -deviance - psy_stirling_error(a) - LN_SQRT_2PI - 0.5 * log(a);
}

/* DLMF 8.11.4: P = prefix * sum x^n / (a + 1)_n. */
static psy_tail_value
lower_series(double a, double x)
{
	double term = 1, sum = 1;

	for (int n = 1; n < LOOP_LIMIT && term > sum * (DBL_EPSILON / 8); n++)
	{
		term *= x / (a + n);
		sum += term;
	}
	return (psy_tail_value){PSY_LOWER, log_prefix(a, x), sum};
}

/* DLMF 8.9.2 in its even form, Lentz's algorithm: Q = prefix * a * 1/(x+1-a - 1(1-a)/(x+3-a - ...)). */
static psy_tail_value
upper_fraction(double a, double x)
{
	double b = x + 1 - a;
	double c = 1e300, d = 1 / b, h = d;

	for (int n = 1; n < LOOP_LIMIT; n++)
	{
		double numerator = -n * (n - a), delta;

		b += 2;
		d = 1 / (numerator * d + b);
		c = b + numerator / c;
		delta = c * d;
		h *= delta;
		if (fabs(delta - 1) < DBL_EPSILON)
			break;
	}
	return (psy_tail_value){PSY_UPPER, log_prefix(a, x), a * h};
}

/* DLMF 8.7.1: P = x^a / Gamma(a + 1) * (1 + S), S = a sum_{n>=1} (-x)^n / (n! (a + n)); gives Q for a <= 1, x
 * <= 1.1. */
static psy_tail_value
upper_small(double a, double x)
{
	int sign;
	double term = 1, sum = 0;
	double log_power = a * log(x) - lgamma_r(1 + a, &sign);

	for (int n = 1; n < 40; n++)
	{
		term *= -x / n;
		sum += term / (a + n);
	}
	return (psy_tail_value){PSY_UPPER, 0, -(expm1(log_power) + exp(log_power) * a * sum)};
}

/* Sum over k of c_k(eta) / a^k. */
static double
temme_sum(double a, double eta)
{
	double sum = 0;

	for (int k = TEMME_ORDERS - 1; k >= 0; k--)
	{
		double c = 0;

		for (int n = TEMME_TERMS - 1; n >= 0; n--)
			c = c * eta + temme_coefficient[k][n];
		sum = sum / a + c;
	}
	return sum;
}

/* DLMF 8.12.3-4, the small tail of the two: both terms carry exp(-a eta^2 / 2), which becomes the scale. */
static psy_tail_value
temme(double a, double x)
{
	double mu = (x - a) / a;
	double half_eta2 = -psy_log1pmx(mu);
	double eta = copysign(sqrt(2 * half_eta2), mu);
	double correction = temme_sum(a, eta) / sqrt(2 * M_PI * a);
	double half = 0.5 * psy_erfcx(sqrt(a * half_eta2));

	if (mu >= 0)
		return (psy_tail_value){PSY_UPPER, -a * half_eta2, half + correction};
	return (psy_tail_value){PSY_LOWER, -a * half_eta2, half - correction};
}

psy_tail_value
psy_incomplete_gamma(double a, double x)
{
	if (a >= TEMME_LEAST_A && fabs(x - a) <= TEMME_WIDTH * a)
		return temme(a, x);
	if (x < a + 1 && x < 1.1 * a + 0.1)
		return lower_series(a, x);
	if (x < 1.1)
		return upper_small(a, x);
	return upper_fraction(a, x);
}
