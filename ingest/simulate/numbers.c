/*
 * numbers.c - see numbers.h.  The series below are summed to beyond double precision; their accuracy (about 2
 * ulp) matters less than that each step is an exactly rounded + - * / or sqrt.
 */
#include "numbers.h"

#include <math.h>

static uint64_t
splitmix(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t
rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static uint64_t
next_word(sim_rng *rng)
{
	uint64_t *s = rng->word;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

void
sim_rng_start(sim_rng *rng, uint64_t seed, sim_stream purpose, int subject, int session)
{
	uint64_t state = seed;

	state = splitmix(&state) ^ ((uint64_t) purpose << 48) ^ ((uint64_t) subject << 16) ^ (uint64_t) session;
	for (int i = 0; i < 4; i++)
		rng->word[i] = splitmix(&state);
	rng->has_spare = false;
}

double
sim_uniform(sim_rng *rng)
{
	return ((double) (next_word(rng) >> 11) + 0.5) * 0x1p-53;
}

int
sim_below(sim_rng *rng, int bound)
{
	return (int) floor(sim_uniform(rng) * bound);
}

void
sim_shuffle(sim_rng *rng, int *item, int count)
{
	for (int i = count - 1; i > 0; i--)
	{
		int j = sim_below(rng, i + 1);
		int swap = item[i];

		item[i] = item[j];
		item[j] = swap;
	}
}

double
sim_normal(sim_rng *rng)
{
	double x, y, s, scale;

	if (rng->has_spare)
	{
		rng->has_spare = false;
		return rng->spare;
	}
	do
	{
		x = 2.0 * sim_uniform(rng) - 1.0;
		y = 2.0 * sim_uniform(rng) - 1.0;
		s = x * x + y * y;
	} while (s >= 1.0 || s == 0.0);
	scale = sqrt(-2.0 * sim_log(s) / s);
	rng->spare = y * scale;
	rng->has_spare = true;
	return x * scale;
}

/* 2 atanh(t), t = (m - 1) / (m + 1), for the mantissa m in [sqrt(1/2), sqrt(2)); |t| < 0.172. */
double
sim_log(double x)
{
	int exponent;
	double m = frexp(x, &exponent), t, square, sum = 0.0;

	if (m < 0.70710678118654752)
	{
		m *= 2.0;
		exponent--;
	}
	t = (m - 1.0) / (m + 1.0);
	square = t * t;
	for (int k = 23; k >= 1; k -= 2)
		sum = sum * square + 1.0 / k;
	return exponent * 0.69314718055994531 + 2.0 * t * sum;
}

/* exp(x) = 2^k exp(r), |r| <= ln(2)/2, by Horner's scheme over the Taylor series. */
double
sim_exp(double x)
{
	double k = floor(x * 1.4426950408889634 + 0.5), sum = 1.0;
	/* ln 2 in two parts, so that k * high is exact */
	double r = (x - k * 0x1.62e42fee00000p-1) - k * 1.90821492927058770e-10;

	for (int n = 18; n >= 1; n--)
		sum = 1.0 + sum * r / n;
	return ldexp(sum, (int) k);
}

double
sim_atanh(double x)
{
	return 0.5 * sim_log((1.0 + x) / (1.0 - x));
}

double
sim_tanh(double x)
{
	double e = sim_exp(2.0 * x);

	return (e - 1.0) / (e + 1.0);
}

double
sim_clamp(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

int
sim_round(double x)
{
	return (int) (x < 0.0 ? -floor(0.5 - x) : floor(x + 0.5));
}
