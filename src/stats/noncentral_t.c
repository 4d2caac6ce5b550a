/*
 * noncentral_t.c - tails of the noncentral t distribution; see power.h.
 *
 * T = (Z + ncp) / s, s^2 = chi-square(df) / df, so that P(T > t) = E Phi(ncp - t s), and the other tail E
 * Phi(t s - ncp): positive integrands both, so that small tails keep their digits.  In u = ln s the density
 * of s is 2 a^a / Gamma(a) exp(df u - a e^(2u)),  a = df / 2, and the integrand is smooth with one peak: the
 * trapezoidal rule converges geometrically (Trefethen & Weideman 2014). It is summed outwards from the peak
 * in steps of a third of the peak's width until nothing more comes.
 */
#include "stats/power.h"

#include "stats/special.h"

#include <math.h>

#define LEAST 1e-18 /* share of the peak below which the integrand is at its end */
#define MOST_STEPS 200000

typedef struct integrand
{
	double t, df, ncp;
	double log_peak; /* of the density, at u = 0 */
	double sign;     /* 1: upper tail */
} integrand;

/* ln of the integrand: finite as long as the tail is. */
static double
log_value(const integrand *f, double u)
{
	double density = f->log_peak - f->df / 2 * (expm1(2 * u) - 2 * u);

	return density + psy_normal_log_p(f->sign * (f->ncp - f->t * exp(u)), PSY_LOWER);
}

/* The peak, by golden section between where the density alone and the normal alone would have it. */
static double
find_peak(const integrand *f)
{
	static const double golden = 0.61803398874989484820;
	double low = -5, high = 5, a, b, value_a, value_b;

	while (log_value(f, low - 5) > log_value(f, low) && low > -600)
		low -= 5;
	while (log_value(f, high + 5) > log_value(f, high) && high < 300)
		high += 5;
	low -= 5;
	high += 5;
	a = high - golden * (high - low);
	b = low + golden * (high - low);
	value_a = log_value(f, a);
	value_b = log_value(f, b);
	while (high - low > 1e-4 / sqrt(1 + f->df))
	{
		if (value_a > value_b)
		{
			high = b;
			b = a;
			value_b = value_a;
			a = high - golden * (high - low);
			value_a = log_value(f, a);
		}
		else
		{
			low = a;
			a = b;
			value_a = value_b;
			b = low + golden * (high - low);
			value_b = log_value(f, b);
		}
	}
	return (low + high) / 2;
}

/* One side of the sum, from the first step away from the peak. */
static double
sum_side(const integrand *f, double peak, double step, double log_scale)
{
	double sum = 0;

	for (int k = 1; k < MOST_STEPS; k++)
	{
		double value = exp(log_value(f, peak + k * step) - log_scale);

		sum += value;
		if (!(value > LEAST))
			break;
	}
	return sum;
}

double
psy_noncentral_t_p(double t, double df, double ncp, psy_tail tail)
{
	integrand f = {.t = t, .df = df, .ncp = ncp, .sign = tail == PSY_UPPER ? 1 : -1};
	double peak, s, step, log_scale, sum;

	if (isnan(t) || !(df >= 1 && df <= 1e8) || !(fabs(ncp) <= 1e4))
		return NAN;
	if (isinf(t))
		return (t > 0) == (tail == PSY_LOWER) ? 1 : 0;
	f.log_peak = M_LN2 + 0.5 * log(df / 2) - 0.91893853320467274178 - psy_stirling_error(df / 2);
	peak = find_peak(&f);
	s = exp(peak);
	step = 0.35 / sqrt(20 + 2 * df * s * s + t * t * s * s);
	log_scale = log_value(&f, peak);
	if (!(log_scale > -1e4))
		return 0;
	sum = 1 + sum_side(&f, peak, step, log_scale) + sum_side(&f, peak, -step, log_scale);
	sum = step * sum * exp(log_scale);
	return sum < 1 ? sum : 1;
}
