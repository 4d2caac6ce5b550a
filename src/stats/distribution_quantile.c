/*
 * distribution_quantile.c - quantiles by solving ln tail(x) = ln p in ln x, bracketed, on the smaller tail.
 *
 * p above 1/2 is turned into the other tail by 1 - p, which is exact there, so that the target is always a
 * tail of at most 1/2 and ln p keeps its digits.  In ln x every one of these tails is smooth and nearly
 * linear or exponential, so that Newton's steps, held inside a bracket, end after a handful of evaluations
 * even at p = 1e-300.
 */
#include "stats/distribution.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#define LN_SQRT_2PI 0.91893853320467274178

/* A positive variable with one or two parameters: ln of its tail, and ln of its density, at x > 0. */
typedef struct variable
{
	double (*log_tail)(const struct variable *, double x);
	double (*log_density)(const struct variable *, double x);
	double df1, df2;
	psy_tail tail;
} variable;

/* Newton in u = ln x from start; the root is where ln tail = target.  Beyond the normal doubles: 0 or Inf. */
static double
solve(const variable *v, double target, double start)
{
	double sign = v->tail == PSY_LOWER ? 1 : -1;
	double low = -708.39, high = 709.78, u = fmin(fmax(start, -700), 700), x = exp(u), stride = 2;

	for (int i = 0; i < 400; i++)
	{
		double value = v->log_tail(v, x);
		double rest = sign * (value - target); /* increases with u */
		double slope = exp(v->log_density(v, x) + u - value);
		double step;

		if (rest == 0)
			return x;
		*(rest > 0 ? &high : &low) = u;
		step = isfinite(slope) && slope > 0 ? -rest / slope : -copysign(stride, rest);
		if (fabs(step) < 1e-9)
			return x + x * step; /* the next step would be of order step^2 */
		if (!(fabs(step) <= stride))
			step = copysign(stride, step);
		stride *= 2;
		u = u + step > low && u + step < high ? u + step : low + (high - low) / 2;
		x = exp(u);
		if (high - low < 1e-15 * fabs(u))
			break;
	}
	return u > 709.7 ? INFINITY : u < -708.3 ? 0 : x;
}

/* Turns p > 1/2 into the other tail.  False where p is invalid or an end of the line; then *p is the answer's
 * share. */
static bool
smaller_tail(double *p, psy_tail *tail)
{
	if (isnan(*p) || *p < 0 || *p > 1)
	{
		*p = NAN;
		return false;
	}
	if (*p == 0 || *p == 1)
	{
		*p = (*p == 0) == (*tail == PSY_LOWER) ? 0 : INFINITY;
		return false;
	}
	if (*p > 0.5)
	{
		*p = 1 - *p;
		*tail = *tail == PSY_LOWER ? PSY_UPPER : PSY_LOWER;
	}
	return true;
}

/* ---- normal and t: symmetric, so that |x| is the positive variable --------------------------- */

/* Near the median the central probability is solved for (its p is exact there), else the two-sided tail. */
static double
t_log_tail(const variable *v, double t)
{
	double log_p;
	double p = psy_two_sided_p(t, v->df1, &log_p);

	return v->tail == PSY_UPPER ? log_p : log1p(-p);
}

/* ln of the density of |T|. */
static double
t_log_density(const variable *v, double t)
{
	double df = v->df1;
	double ratio; /* Gamma((df+1)/2) / (Gamma(df/2) sqrt(df/2)), in logarithm */
	int sign;

	if (isinf(df) || df > 1e15)
		return M_LN2 - LN_SQRT_2PI - 0.5 * t * t;
	ratio = df > 1e3 ? -1 / (4 * df)
					 : lgamma_r((df + 1) / 2, &sign) - lgamma_r(df / 2, &sign) - 0.5 * log(df / 2);
	return M_LN2 - LN_SQRT_2PI + ratio - (df + 1) / 2 * log1p(t / df * t);
}

/* The central probability itself, for t near 0, where 1 - two_sided would lose digits. */
static double
central_log_tail(const variable *v, double t)
{
	if (isinf(v->df1))
		return log(erf(t * M_SQRT1_2));
	return psy_f_log_p(t * t, 1, v->df1, PSY_LOWER);
}

double
psy_t_quantile(double p, double df, psy_tail tail)
{
	variable v = {t_log_tail, t_log_density, df, 0, PSY_UPPER};
	double sign, size;

	if (!(df > 0))
		return NAN;
	if (p == 0 || p == 1)
		return (p == 0) == (tail == PSY_LOWER) ? -INFINITY : INFINITY;
	if (!smaller_tail(&p, &tail))
		return p;
	sign = tail == PSY_UPPER ? 1 : -1;
	if (p == 0.5)
		return 0;
	if (p > 0.25)
	{
		v.log_tail = central_log_tail;
		v.tail = PSY_LOWER;
		size = solve(&v, log(2 * (0.5 - p)), log(2.5 * (0.5 - p)));
	}
	else
		size = solve(&v, log(p) + M_LN2, 0.5 * log(-2 * log(p)));
	return sign * size;
}

double
psy_normal_quantile(double p, psy_tail tail)
{
	return psy_t_quantile(p, INFINITY, tail);
}

/* ---- chi-square ------------------------------------------------------------------------------ */

static double
chisq_log_tail(const variable *v, double x)
{
	return psy_chisq_log_p(x, v->df1, v->tail);
}

static double
chisq_log_density(const variable *v, double x)
{
	int sign;
	double a = v->df1 / 2;

	return a * log(x / 2) - x / 2 - lgamma_r(a, &sign) - log(x);
}

/*
 * Wilson & Hilferty (1931): (X/df)^(1/3) is nearly normal; for the lower tail of small df, the leading power.
 */
static double
chisq_start(double p, double df, psy_tail tail)
{
	int sign;
	double a = df / 2, spread = 2 / (9 * df);
	double power = M_LN2 + (log(p) + lgamma_r(a + 1, &sign)) / a;
	double root = 1 - spread + psy_normal_quantile(p, tail) * sqrt(spread);

	if (tail == PSY_LOWER && (root < 0.1 || df < 1))
		return power;
	return log(df) + 3 * log(fmax(root, 0.01));
}

double
psy_chisq_quantile(double p, double df, psy_tail tail)
{
	variable v = {chisq_log_tail, chisq_log_density, df, 0, tail};

	if (!(df > 0) || isinf(df))
		return NAN;
	if (!smaller_tail(&p, &v.tail))
		return p;
	return solve(&v, log(p), chisq_start(p, df, v.tail));
}

/* ---- F --------------------------------------------------------------------------------------- */

static double
f_log_tail(const variable *v, double x)
{
	return psy_f_log_p(x, v->df1, v->df2, v->tail);
}

/* Only Newton's slope needs this, so that the digits lost for large df cost at most a step. */
static double
f_log_density(const variable *v, double x)
{
	double a = v->df1 / 2, b = v->df2 / 2;
	int sign;

	return lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) - a * log1p(b / a / x) -
		   b * log1p(a / b * x) - log(x);
}

double
psy_f_quantile(double p, double df1, double df2, psy_tail tail)
{
	variable v = {f_log_tail, f_log_density, df1, df2, tail};

	if (!(df1 > 0) || !(df2 > 0))
		return NAN;
	if (isinf(df1) && isinf(df2))
		return p >= 0 && p <= 1 ? 1 : NAN;
	if (isinf(df2))
		return psy_chisq_quantile(p, df1, tail) / df1;
	if (isinf(df1))
		return df2 / psy_chisq_quantile(p, df2, tail == PSY_LOWER ? PSY_UPPER : PSY_LOWER);
	if (!smaller_tail(&p, &v.tail))
		return p;
	return solve(&v, log(p), 0);
}
