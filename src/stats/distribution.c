/*
 * distribution.c - tail probabilities of normal, t, chi-square and F; the quantiles are in
 * distribution_quantile.c.
 *
 * Each tail is evaluated directly, and its logarithm comes from the same evaluation (stats/special.h).
 * Sources: NIST DLMF 7, 8.17, 8.2; Loader, Fast and accurate computation of binomial probabilities (2000);
 * Didonato & Morris, ACM TOMS 18 (1992), 360-373; Temme, SIAM J. Math. Anal. 10 (1979), 757-766.
 */
#include "stats/distribution.h"

#include "stats/special.h"

#include <math.h>
#include <stddef.h>

#define LN_SQRT_2PI 0.91893853320467274178

/* ---- normal ---------------------------------------------------------------------------------- */

/*
 * P(X > z), z >= 0.  erfc amplifies the rounding of z/sqrt(2) by z^2, so that the lost low part is put back.
 */
static double
normal_upper(double z)
{
	static const double low_sqrt_half = -4.8336466567264851e-17; /* sqrt(1/2) - (double) sqrt(1/2) */
	double x = z * M_SQRT1_2;
	double low = fma(z, M_SQRT1_2, -x) + z * low_sqrt_half;
	double p = 0.5 * erfc(x);

	/* d ln erfc / dx is -2x - 1/x + ... for large x; below 1 the correction is under an ulp. */
	return x > 1 && x < 30 ? p * (1 - low * (2 * x + 1 / x)) : p;
}

/* log P(X > z), z >= 30: -z^2/2 - ln(z sqrt(2 pi)) + ln(1 - 1/z^2 + 3/z^4 - ...), DLMF 7.12.1. */
static double
normal_log_far(double z)
{
	double term = 1, sum = 0;

	for (int k = 1; k < 8; k++)
	{
		term *= -(2 * k - 1) / z / z;
		sum += term;
	}
	return -0.5 * z * z - log(z) - LN_SQRT_2PI + log1p(sum);
}

static double
normal_log_upper(double z)
{
	return z < 30 ? log(normal_upper(z)) : normal_log_far(z);
}

double
psy_normal_p(double z, psy_tail tail)
{
	double upper = tail == PSY_UPPER ? z : -z;

	return upper >= 0 ? normal_upper(upper) : 1 - normal_upper(-upper);
}

double
psy_normal_log_p(double z, psy_tail tail)
{
	double upper = tail == PSY_UPPER ? z : -z;

	if (isinf(upper))
		return upper > 0 ? -INFINITY : 0;
	return upper >= 0 ? normal_log_upper(upper) : log1p(-normal_upper(-upper));
}

/* ---- t --------------------------------------------------------------------------------------- */

/* What depends on df alone, so that many statistics with one df pay for it once. */
typedef struct t_constant
{
	double df;
	double a;                /* df / 2 */
	double log_inverse_beta; /* ln 1 / B(df/2, 1/2) */
} t_constant;

static t_constant
t_prepare(double df)
{
	return (t_constant){df, df / 2, psy_log_inverse_beta(df / 2, 0.5)};
}

/* Beyond this df the t and the normal distribution agree to 1e-13 while t^4 / (4 df) is small. */
static bool
t_is_normal(double t, double df)
{
	return df > 1e25 && fabs(t) < 1e3;
}

/* sum (a + 1/2)_n / (3/2)_n w^n: the central probability of t as a positive series, DLMF 8.17.8. */
static double
t_central_series(double a, double w)
{
	double term = 1, sum = 1;

	for (int n = 0; term > 1e-17 * sum; n++)
	{
		term *= (a + 0.5 + n) / (1.5 + n) * w;
		sum += term;
	}
	return sum;
}

/*
 * Two-sided: "upper" is P(|T| > |t|), "lower" is P(|T| <= |t|).  With q = t^2/df, y = 1/(1+q), w = q/(1+q):
 * upper = I_y(df/2, 1/2), lower = I_w(1/2, df/2); the series serves the centre (down to p of about 0.008),
 * the continued fraction the tails.
 */
static psy_tail_value
t_two_sided(double t, const t_constant *of)
{
	double size = fabs(t), a = of->a;
	double q = size / of->df * size;
	double y, w, log_1q, log_scale;

	if (q < 1e300)
	{
		y = 1 / (1 + q);
		w = q * y;
		log_1q = log1p(q);
	}
	else
	{
		y = of->df / size / size;
		w = 1;
		log_1q = 2 * log(size) - log(of->df);
	}
	log_scale = of->log_inverse_beta - a * log_1q;
	if (w <= 0.5 && (a + 0.5) * w < 3.5)
		return (psy_tail_value){PSY_LOWER, log_scale, 2 * sqrt(w) * t_central_series(a, w)};
	return (psy_tail_value){PSY_UPPER, log_scale, sqrt(w) * psy_beta_fraction(a, 0.5, y, w, a * w - 0.5 * y)};
}

double
psy_t_p(double t, double df, psy_tail tail)
{
	double upper = tail == PSY_UPPER ? t : -t;
	double half;
	t_constant of;

	if (isnan(t) || !(df > 0))
		return NAN;
	if (isinf(df) || isinf(t) || t_is_normal(t, df))
		return psy_normal_p(t, tail);
	of = t_prepare(df);
	half = 0.5 * psy_tail_p(t_two_sided(t, &of), PSY_UPPER);
	return upper >= 0 ? half : 1 - half;
}

double
psy_t_log_p(double t, double df, psy_tail tail)
{
	double upper = tail == PSY_UPPER ? t : -t;
	psy_tail_value value;
	t_constant of;

	if (isnan(t) || !(df > 0))
		return NAN;
	if (isinf(df) || isinf(t) || t_is_normal(t, df))
		return psy_normal_log_p(t, tail);
	of = t_prepare(df);
	value = t_two_sided(t, &of);
	if (upper < 0)
		return log1p(-0.5 * psy_tail_p(value, PSY_UPPER));
	return psy_tail_log_p(value, PSY_UPPER) - M_LN2;
}

/* ---- chi-square ------------------------------------------------------------------------------ */

/* Outside (0, Inf) the tails are 0 and 1; true when that settled it. */
static bool
settled_outside(double x, psy_tail tail, double *p)
{
	*p = (x <= 0) == (tail == PSY_UPPER) ? 1 : 0;
	return x <= 0 || isinf(x);
}

double
psy_chisq_p(double x, double df, psy_tail tail)
{
	double p;

	if (isnan(x) || !(df > 0) || isinf(df))
		return NAN;
	if (settled_outside(x, tail, &p))
		return p;
	return psy_tail_p(psy_incomplete_gamma(df / 2, x / 2), tail);
}

double
psy_chisq_log_p(double x, double df, psy_tail tail)
{
	double p;

	if (isnan(x) || !(df > 0) || isinf(df))
		return NAN;
	if (settled_outside(x, tail, &p))
		return p == 1 ? 0 : -INFINITY;
	return psy_tail_log_p(psy_incomplete_gamma(df / 2, x / 2), tail);
}

/* ---- F --------------------------------------------------------------------------------------- */

/* With an infinite df the F ratio is a scaled chi-square; with two it is 1 (a step).  x is in (0, Inf). */
static psy_tail_value
f_value(double x, double df1, double df2)
{
	psy_tail_value value;

	if (isinf(df1) && isinf(df2))
		return (psy_tail_value){PSY_LOWER, 0, x >= 1 ? 1 : 0};
	if (isinf(df2))
		return psy_incomplete_gamma(df1 / 2, df1 / 2 * x);
	if (!isinf(df1))
		return psy_incomplete_beta_ratio(df1 / 2, df2 / 2, x);
	value = psy_incomplete_gamma(df2 / 2, df2 / 2 / x);
	value.direct = value.direct == PSY_LOWER ? PSY_UPPER : PSY_LOWER;
	return value;
}

double
psy_f_p(double x, double df1, double df2, psy_tail tail)
{
	double p;

	if (isnan(x) || !(df1 > 0) || !(df2 > 0))
		return NAN;
	if (settled_outside(x, tail, &p))
		return p;
	return psy_tail_p(f_value(x, df1, df2), tail);
}

double
psy_f_log_p(double x, double df1, double df2, psy_tail tail)
{
	double p;

	if (isnan(x) || !(df1 > 0) || !(df2 > 0))
		return NAN;
	if (settled_outside(x, tail, &p))
		return p == 1 ? 0 : -INFINITY;
	return psy_tail_log_p(f_value(x, df1, df2), tail);
}
