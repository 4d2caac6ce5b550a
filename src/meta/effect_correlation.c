/*
 * effect_correlation.c - see effect_correlation.h.
 *
 * The unbiased correlation needs Gauss's 2F1 close to its singularity, where its series crawls.  Euler's
 * integral has none of that trouble: with u = 1 - t, F(a, b; c; 1 - r^2) is an average of (r^2 + (1 - r^2)
 * u)^-a over a beta density of u, and the tanh-sinh rule (Takahasi & Mori 1974) takes both ends in its
 * stride.
 */
#include "meta/effect_correlation.h"

#include "meta/effect_check.h"

#include <math.h>
#include <stdbool.h>

/* The density's weight at a node, and the average's value there: u = 1/(1 + exp(-pi sinh x)). */
static double
node(double x, double a, double b, double c, double r2, double *value)
{
	double up = exp(fabs(x)), down = 1 / up; /* sinh and cosh of |x| are half their difference and sum */
	double e = exp(-M_PI_2 * (up - down)), small = e / (1 + e), large = 1 / (1 + e);
	double u = x < 0 ? small : large, t = x < 0 ? large : small;

	*value = pow(r2 * t + u, -a);
	/* The density's t^(b-1) u^(c-b-1) times du/dx, which is pi cosh(x) u t. */
	return M_PI_2 * (up + down) * pow(t, b) * pow(u, c - b);
}

/* F(a, b; c; 1 - r2), 0 < b < c, 0 < r2 <= 1, as a ratio of two sums: the density needs no constant. */
static double
hypergeometric(double a, double b, double c, double r2)
{
	double sum = 0, weights = 0, value;

	for (int i = -64 * 6; i <= 64 * 6; i++)
	{
		double weight = node(i / 64.0, a, b, c, r2, &value);

		/* The ends die doubly exponentially; 0 there is an underflow, and the value may be infinite. */
		if (weight > 0)
			sum += weight * value;
		weights += weight;
	}
	return sum / weights;
}

static psy_effect
unbiased(double r, double n, bool unbiased_variance)
{
	double r2 = r * r, y, v;

	if (!(n > 4))
		return (psy_effect){NAN, NAN};
	y = r == 0 ? 0 : r * hypergeometric(0.5, 0.5, (n - 2) / 2, r2);
	v = (1 - y * y) * (1 - y * y) / (n - 1);
	if (unbiased_variance)
	{
		/* At r = 0, by Gauss's theorem, F(1, 1; n/2; 1) = (n - 2)/(n - 4). */
		double f = r == 0 ? (n - 2) / (n - 4) : hypergeometric(1, 1, n / 2, r2);

		v = y * y - (1 - (n - 3) / (n - 2) * (1 - r2) * f);
	}
	return (psy_effect){y, v};
}

psy_status
psy_effect_correlation(double r, double n, psy_correlation_measure measure, psy_effect *effect,
					   psy_error *err)
{
	const psy_effect_argument argument[] = {{"r", r, -1, 1}, {"n", n, 0, INFINITY}};
	psy_status status = psy_effect_check(argument, 2, err);

	if (status != PSY_OK)
		return status;
	switch (measure)
	{
		case PSY_CORRELATION_COR: *effect = (psy_effect){r, (1 - r * r) * (1 - r * r) / (n - 1)}; break;
		case PSY_CORRELATION_UCOR: *effect = unbiased(r, n, false); break;
		case PSY_CORRELATION_UCOR_UB: *effect = unbiased(r, n, true); break;
		case PSY_CORRELATION_ZCOR: *effect = (psy_effect){atanh(r), 1 / (n - 3)}; break;
	}
	if (!isfinite(effect->yi))
		*effect = (psy_effect){NAN, NAN};
	effect->vi = n > 3 && fabs(r) < 1 ? psy_effect_variance(effect->vi) : NAN;
	return PSY_OK;
}

psy_status
psy_r_from_sds(double sd_pre, double sd_post, double sd_change, double *r, psy_error *err)
{
	const psy_effect_argument argument[] = {{"sd_pre", sd_pre, 0, INFINITY},
											{"sd_post", sd_post, 0, INFINITY},
											{"sd_change", sd_change, 0, INFINITY}};
	psy_status status = psy_effect_check(argument, 3, err);
	double d = sd_pre - sd_post;

	if (status != PSY_OK)
		return status;
	/* 1 - (sd_change^2 - (sd_pre - sd_post)^2) / (2 sd_pre sd_post), its difference of squares factored. */
	*r = 1 - (sd_change - d) * (sd_change + d) / (2 * sd_pre * sd_post);
	if (!(fabs(*r) <= 1))
		*r = NAN;
	return PSY_OK;
}
