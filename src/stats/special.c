/*
 * special.c - the small functions that keep digits: log1pmx, Binet's function, scaled erfc, and tails as
 * scale * factor.
 *
 * Everything that is exponentiated here must be small in absolute error, not only in relative error: at p =
 * 1e-300 the exponent is -690, and 1e-15 relative in it is already 7e-13 in p.
 */
#include "stats/special.h"

#include <math.h>

#define LN_SQRT_2PI 0.91893853320467274178

/* exp(log_scale) * factor; split in two below the normal range, so that a large factor is not lost to
 * underflow. */
static double
scaled(double log_scale, double factor)
{
	double half;

	if (log_scale > -650)
		return exp(log_scale) * factor;
	half = exp(log_scale / 2);
	return half * factor * half;
}

double
psy_tail_p(psy_tail_value value, psy_tail wanted)
{
	double p = scaled(value.log_scale, value.factor);

	return value.direct == wanted ? fmin(p, 1) : fmax(1 - p, 0);
}

double
psy_tail_log_p(psy_tail_value value, psy_tail wanted)
{
	if (value.direct == wanted)
		return fmin(value.log_scale + log(value.factor), 0);
	return log1p(-fmin(scaled(value.log_scale, value.factor), 1));
}

double
psy_log1pmx(double d)
{
	/* log(1 + d) = 2 atanh(r), r = d / (2 + d), and 2r - d = -r d: what is left of the series has no
	 * cancellation. */
	double r, r2, sum = 0;

	if (d < -0.4 || d > 0.4)
		return log1p(d) - d;
	r = d / (2 + d);
	r2 = r * r;
	for (int k = 29; k >= 3; k -= 2)
		sum = sum * r2 + 1.0 / k;
	return r * (2 * r2 * sum - d);
}

/* Asymptotic series of Binet's function for n >= 12, DLMF 5.11.1; the first omitted term is below 1e-17. */
static double
stirling_series(double n)
{
	static const double c[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
							   1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
	double r2 = 1 / n / n, sum = 0;

	for (int k = 7; k >= 0; k--)
		sum = sum * r2 + c[k];
	return sum / n;
}

double
psy_stirling_error(double n)
{
	/* J(n) - J(n + 1) = (n + 1/2) ln(1 + 1/n) - 1 carries small n up to where the series holds. */
	double sum = 0;

	for (; n < 12; n++)
		sum += (n + 0.5) * log1p(1 / n) - 1;
	return sum + stirling_series(n);
}

double
psy_erfcx(double y)
{
	/* For y < 5 the rounding of y^2 costs less than 25 ulp; above, Lentz's evaluation of DLMF 7.9.1 from the
	 * bottom. */
	double tail = y;

	if (y < 5)
		return exp(y * y) * erfc(y);
	if (y > 1e8)
		return 1 / (y * sqrt(M_PI));
	for (int k = 40; k >= 1; k--)
		tail = y + k / 2.0 / tail;
	return 1 / (tail * sqrt(M_PI));
}

double
psy_log_inverse_beta(double a, double b)
{
	double n = a + b;

	/* n^n / (a^a b^b) in the two logarithms; what remains of the three gammas are Binet functions. */
	return a * log1p(b / a) + b * log1p(a / b) + 0.5 * (log(a) + log(b / n)) - LN_SQRT_2PI +
		   (psy_stirling_error(n) - psy_stirling_error(a) - psy_stirling_error(b));
}
