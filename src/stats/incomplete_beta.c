/*
 * incomplete_beta.c - the regularised incomplete beta function for t and F, in large and small parameters
 * alike.
 *
 * The prefix x^a y^b / B(a, b) is formed by deviances from the mean (Loader 2000), all of one sign, so that
 * a, b = 1e6 lose no digits.  For this x, 1 - x and a - (a + b) x must each be known to full relative
 * precision: the caller gives the F ratio, from which all three follow without cancellation, because ratio -
 * 1 is exact where it is small.
 */
#include "stats/special.h"

#include <float.h>
#include <math.h>

#define LN_SQRT_2PI 0.91893853320467274178
#define LOOP_LIMIT 1000000

double
psy_beta_fraction(double a, double b, double x, double y, double excess)
{
	/* Forward recurrence of numerators and denominators, divided by the newest denominator at each step. */
	double result = (a + 1) / (a * (excess + 1));
	double previous_top = 0, previous_bottom = result;

	for (int n = 1; n < LOOP_LIMIT; n++)
	{
		double step = a + 2.0 * n - 1, shared = 1 / (step * (step + 2));
		double scaled_x = x * (step + 2) * shared; /* x / (a + 2n - 1) */
		double correction = n * (b - n) * scaled_x;
		double alpha = (a + n - 1) * (a + b + n - 1) * scaled_x * correction;
		double beta = n + correction + (a + n) * step * shared * (excess + 1 + n * (1 + y));
		double inverse = 1 / (beta + alpha * previous_bottom);
		double last = result;

		result = (beta * last + alpha * previous_top) * inverse;
		previous_top = last * inverse;
		previous_bottom = inverse;
		if (fabs(result - last) <= DBL_EPSILON * fabs(result))
			break;
	}
	return result;
}

/*
 * parameter * (d - log(1 + d)), d = deviation relative to the mean, ratio = 1 + d known without cancellation.
 */
static double
deviance(double parameter, double d, double ratio)
{
	return parameter * (fabs(d) <= 0.4 ? -psy_log1pmx(d) : d - log(ratio));
}

psy_tail_value
psy_incomplete_beta_ratio(double a, double b, double ratio)
{
	double c = b / a;
	double x = ratio / (ratio + c), y = c / (ratio + c);
	double relative = (ratio - 1) / (ratio + c);
	double da = c * relative, db = -relative;
	double n = a + b;
	double log_scale = -deviance(a, da, (1 + c) * x) - deviance(b, db, (1 + c) / (ratio + c)) +
					   0.5 * (log(a) + log(b / n)) - LN_SQRT_2PI +
					   (psy_stirling_error(n) - psy_stirling_error(a) - psy_stirling_error(b));

	/* excess = a y - b x = -b (ratio - 1) a / (a ratio + b) = -a da. */
	if (ratio <= 1)
		return (psy_tail_value){PSY_LOWER, log_scale, psy_beta_fraction(a, b, x, y, -a * da)};
	return (psy_tail_value){PSY_UPPER, log_scale, psy_beta_fraction(b, a, y, x, a * da)};
}
