/*
 * elementary.h - log, exp, atanh and cube roots from + - * / and the bits of doubles alone: the same on every
 * CPU, which libm's are not (they use FMA where there is one), and without branches, so that loops over them
 * vectorise. Within 1 ulp of the exact value (log1p 1.4, atanh 2).
 *
 * All three reduce their argument to sqrt(1/2) .. sqrt(2) or 0 +- ln(2)/2 and sum a Taylor series to below
 * 2^-56.
 */
#ifndef PSY_ELEMENTARY_H
#define PSY_ELEMENTARY_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define PSY_LN2_HIGH 0x1.62e42feep-1 /* ln 2 to 32 bits: products with an exponent are exact */
#define PSY_LN2_LOW 0x1.a39ef35793c76p-33

static inline uint64_t
psy_bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static inline double
psy_double_of(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

/* 1/3 + t/5 + t^2/7 + ... + t^9/21: what is left of atanh(s) = s + s t (...), t = s^2 <= 0.0295. */
static inline double
psy_atanh_series(double t)
{
	double series = 1.0 / 21;

	series = series * t + 1.0 / 19;
	series = series * t + 1.0 / 17;
	series = series * t + 1.0 / 15;
	series = series * t + 1.0 / 13;
	series = series * t + 1.0 / 11;
	series = series * t + 1.0 / 9;
	series = series * t + 1.0 / 7;
	series = series * t + 1.0 / 5;
	return series * t + 1.0 / 3;
}

/*
 * atanh(a), 0 <= a < 1.  (1 + a) / (1 - a) = 2^k m with m within sqrt(1/2) .. sqrt(2); then atanh(a) = k
 * ln(2) / 2 + atanh(s), s = (m - 1) / (m + 1), |s| <= 0.1716.  For k = 0, s is a itself: no digits are lost
 * near 0.
 */
static inline double
psy_atanh_of_magnitude(double a)
{
	uint64_t ratio = psy_bits_of((1 + a) / (1 - a));
	uint64_t power = (ratio - psy_bits_of(M_SQRT1_2)) >> 52;
	double k = psy_double_of(power | psy_bits_of(0x1p52)) - 0x1p52;
	double m = psy_double_of(ratio - (power << 52));
	uint64_t small = -(uint64_t) (power == 0);
	double s = psy_double_of((psy_bits_of(a) & small) | (psy_bits_of((m - 1) / (m + 1)) & ~small));
	double t = s * s;

	return k * (M_LN2 / 2) + (s + s * t * psy_atanh_series(t));
}

/*
 * log(v + low), v > 0 normal and below 2^1023, |low| at most an ulp of v: v = 2^k m, f = m - 1 and low; then
 * log(1 + f) = f - f^2/2 + s (f^2/2 + R), s = f / (2 + f), R = 2 s^2 (1/3 + s^2/5 + ...), which keeps the
 * digits of f.
 */
static inline double
psy_log_of_sum(double v, double low)
{
	uint64_t bits = psy_bits_of(v);
	uint64_t biased = (bits - psy_bits_of(M_SQRT1_2) + ((uint64_t) 1024 << 52)) >> 52; /* k + 1024 */
	double k = psy_double_of(biased | psy_bits_of(0x1p52)) - (0x1p52 + 1024);
	double m = psy_double_of(bits - ((biased - 1024) << 52));
	double f = (m - 1) + low * psy_double_of((2047 - biased) << 52);
	double half = 0.5 * f * f;
	double s = f / (2 + f);
	double t = s * s;
	double r = 2 * t * psy_atanh_series(t);

	return k * PSY_LN2_HIGH - ((half - (s * (half + r) + k * PSY_LN2_LOW)) - f);
}

/* log(1 + x), x > -1 and below 2^1022. */
static inline double
psy_log1p_of(double x)
{
	double v = 1 + x;
	double rest_of_one = 1 - (v - x), rest_of_x = x - (v - 1); /* what the larger of the two left out */

	return psy_log_of_sum(v, x < 1 ? rest_of_x : rest_of_one);
}

/*
 * The cube root of 0 or of a positive normal x: a third of the exponent, two steps of Halley's (from 5 % to
 * 2^-40), and one more from a t of 26 bits, whose square is exact, to within 0.7 ulp.
 */
static inline double
psy_cbrt_of(double x)
{
	uint64_t bits = psy_bits_of(x), high = ((bits >> 32) * 0x55555556u >> 32) + 0x2a9f7893u;
	uint64_t there = -(uint64_t) (x > 0);
	double t = psy_double_of(high << 32), cube, ratio;

	cube = t * t * t;
	t *= (cube + 2 * x) / (2 * cube + x);
	cube = t * t * t;
	t *= (cube + 2 * x) / (2 * cube + x);
	t = psy_double_of((psy_bits_of(t) + 0x4000000u) & 0xfffffffff8000000u);
	ratio = x / (t * t);
	t += t * ((ratio - t) / (2 * t + ratio));
	return psy_double_of(psy_bits_of(t) & there);
}

/* exp(x) factor for x <= 700; 0 where that is below the doubles, without losing digits above. */
static inline double
psy_exp_times(double x, double factor)
{
	static const double round = 0x1.8p52; /* adding it leaves the nearest integer in the low bits */
	double within = x > -1400 ? x : -1400;
	double k = (within * M_LOG2E + round) - round;
	double r = (within - k * PSY_LN2_HIGH) - k * PSY_LN2_LOW;
	double first = k * 0.5 + round, second = (k - (first - round)) + round; /* 2^k in two steps */
	double series = 1.0 / 6227020800;

	series = series * r + 1.0 / 479001600;
	series = series * r + 1.0 / 39916800;
	series = series * r + 1.0 / 3628800;
	series = series * r + 1.0 / 362880;
	series = series * r + 1.0 / 40320;
	series = series * r + 1.0 / 5040;
	series = series * r + 1.0 / 720;
	series = series * r + 1.0 / 120;
	series = series * r + 1.0 / 24;
	series = series * r + 1.0 / 6;
	series = series * r + 0.5;
	series = 1 + (r + r * r * series);
	return series * factor * psy_double_of((psy_bits_of(first) + 1023) << 52) *
		   psy_double_of((psy_bits_of(second) + 1023) << 52);
}

#endif
