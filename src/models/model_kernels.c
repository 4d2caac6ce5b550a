/* model_kernels.c - see model_kernels.h. */
#include "models/model_kernels.h"

#include "core/elementary.h"
#include "core/lanes.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(PSY_HAS_CLONES)
#include <immintrin.h>
#endif

PSY_CLONES static double
dot(const double *restrict a, const double *restrict b, size_t n)
{
	double lane[PSY_LANES] = {0};
	double sum;
	size_t k = 0;

	for (; k + PSY_LANES <= n; k += PSY_LANES)
		for (int j = 0; j < PSY_LANES; j++)
			lane[j] += a[k + j] * b[k + j];
	sum = psy_lanes_sum(lane);
	for (; k < n; k++)
		sum += a[k] * b[k];
	return sum;
}

double
psy_dot(const double *a, const double *b, size_t n)
{
	return dot(a, b, n);
}

PSY_CLONES static void
standardize(const double *restrict x, const double *restrict mean, const double *restrict scale, size_t n,
			double *restrict out)
{
	for (size_t k = 0; k < n; k++)
		out[k] = (x[k] - mean[k]) / scale[k];
}

void
psy_standardize(const double *x, const double *mean, const double *scale, size_t n, double *out)
{
	standardize(x, mean, scale, n, out);
}

PSY_CLONES static void
block_distances(const double *restrict x, const double *restrict block, size_t n, double *restrict distance)
{
	double sum[PSY_SV_BLOCK] = {0};

	for (size_t k = 0; k < n; k++)
		for (int j = 0; j < PSY_SV_BLOCK; j++)
		{
			double d = x[k] - block[k * PSY_SV_BLOCK + j];

			sum[j] += d * d;
		}
	memcpy(distance, sum, sizeof sum);
}

void
psy_block_distances(const double *x, const double *block, size_t n, double distance[PSY_SV_BLOCK])
{
	block_distances(x, block, n, distance);
}

PSY_CLONES static void
block_distances_single(const double *restrict x, const float *restrict block, size_t n,
					   double *restrict distance)
{
	double sum[PSY_SV_BLOCK] = {0};

	for (size_t k = 0; k < n; k++)
		for (int j = 0; j < PSY_SV_BLOCK; j++)
		{
			double d = x[k] - (double) block[k * PSY_SV_BLOCK + j];

			sum[j] += d * d;
		}
	memcpy(distance, sum, sizeof sum);
}

#if defined(PSY_HAS_CLONES)

typedef enum summand
{
	SQUARES, /* of differences */
	PRODUCTS,
	EXACT_PRODUCTS /* of two single numbers: 48 bits, so that fused or not the sum is rounded once, to the same bits */
} summand;

/*
 * The same by name, and the dot products below: gcc 12 loads sixteen numbers at once and takes them apart again, a third of the time.
 * of is a constant wherever this is called.
 */
static inline __attribute__((always_inline, target("avx512f"))) void
block_sums_wide(const double *x, const float *block, size_t n, summand of, double *out)
{
	__m512d sum[PSY_SV_BLOCK / PSY_LANES];

	for (int j = 0; j < PSY_SV_BLOCK / PSY_LANES; j++)
		sum[j] = _mm512_setzero_pd();
	for (size_t k = 0; k < n; k++, block += PSY_SV_BLOCK)
	{
		__m512d at = _mm512_set1_pd(x[k]);

#pragma GCC unroll 4
		for (int j = 0; j < PSY_SV_BLOCK / PSY_LANES; j++)
		{
			__m512d b = _mm512_cvtps_pd(_mm256_loadu_ps(block + j * PSY_LANES)), d = _mm512_sub_pd(at, b);

			sum[j] = of == EXACT_PRODUCTS ? _mm512_fmadd_pd(at, b, sum[j])
										  : _mm512_add_pd(sum[j], of == SQUARES ? _mm512_mul_pd(d, d) : _mm512_mul_pd(at, b));
		}
	}
	for (int j = 0; j < PSY_SV_BLOCK / PSY_LANES; j++)
		_mm512_storeu_pd(out + j * PSY_LANES, sum[j]);
}

static __attribute__((target("avx512f"))) void
block_distances_wide(const double *x, const float *block, size_t n, double *distance)
{
	block_sums_wide(x, block, n, SQUARES, distance);
}

static __attribute__((target("avx512f"))) void
block_dots_wide(const double *x, const float *block, size_t n, double *dot_of)
{
	block_sums_wide(x, block, n, PRODUCTS, dot_of);
}

static __attribute__((target("avx512f"))) void
block_exact_dots_wide(const double *x, const float *block, size_t n, double *dot_of)
{
	block_sums_wide(x, block, n, EXACT_PRODUCTS, dot_of);
}

/* Two blocks are limited by their conversion to double, the third one by what the cache gives: together neither waits, a quarter of the time. */
static __attribute__((target("avx512f"))) void
three_exact_dots_wide(const double *x, const float *single, const double *third, size_t n, double *dot_of)
{
	enum
	{
		VECTORS = PSY_SV_BLOCK / PSY_LANES
	};
	__m512d sum[3 * VECTORS];

	for (int j = 0; j < 3 * VECTORS; j++)
		sum[j] = _mm512_setzero_pd();
	for (size_t k = 0; k < n; k++)
	{
		__m512d at = _mm512_set1_pd(x[k]);
		const float *first = single + k * PSY_SV_BLOCK, *second = first + n * PSY_SV_BLOCK;

#pragma GCC unroll 4
		for (int j = 0; j < VECTORS; j++)
		{
			sum[j] = _mm512_fmadd_pd(at, _mm512_cvtps_pd(_mm256_loadu_ps(first + j * PSY_LANES)), sum[j]);
			sum[VECTORS + j] = _mm512_fmadd_pd(at, _mm512_cvtps_pd(_mm256_loadu_ps(second + j * PSY_LANES)), sum[VECTORS + j]);
			sum[2 * VECTORS + j] = _mm512_fmadd_pd(at, _mm512_loadu_pd(third + k * PSY_SV_BLOCK + j * PSY_LANES), sum[2 * VECTORS + j]);
		}
	}
	for (int j = 0; j < 3 * VECTORS; j++)
		_mm512_storeu_pd(dot_of + j * PSY_LANES, sum[j]);
}

#endif

void
psy_block_distances_single(const double *x, const float *block, size_t n, double distance[PSY_SV_BLOCK])
{
#if defined(PSY_HAS_CLONES)
	if (__builtin_cpu_supports("avx512f"))
	{
		block_distances_wide(x, block, n, distance);
		return;
	}
#endif
	block_distances_single(x, block, n, distance);
}

PSY_CLONES static void
block_exp(double *value, double factor)
{
	for (int k = 0; k < PSY_SV_BLOCK; k++)
		value[k] = psy_exp_times(factor * value[k], 1);
}

void
psy_block_exp(double value[PSY_SV_BLOCK], double factor)
{
	block_exp(value, factor);
}

PSY_CLONES static void
block_dots(const double *restrict x, const double *restrict block, size_t n, double *restrict dot_of)
{
	double sum[PSY_SV_BLOCK] = {0};

	for (size_t k = 0; k < n; k++)
		for (int j = 0; j < PSY_SV_BLOCK; j++)
			sum[j] += x[k] * block[k * PSY_SV_BLOCK + j];
	memcpy(dot_of, sum, sizeof sum);
}

void
psy_block_dots(const double *x, const double *block, size_t n, double dot_of[PSY_SV_BLOCK])
{
	block_dots(x, block, n, dot_of);
}

PSY_CLONES static void
block_dots_single(const double *restrict x, const float *restrict block, size_t n, double *restrict dot_of)
{
	double sum[PSY_SV_BLOCK] = {0};

	for (size_t k = 0; k < n; k++)
		for (int j = 0; j < PSY_SV_BLOCK; j++)
			sum[j] += x[k] * (double) block[k * PSY_SV_BLOCK + j];
	memcpy(dot_of, sum, sizeof sum);
}

void
psy_block_dots_single(const double *x, const float *block, size_t n, double dot_of[PSY_SV_BLOCK])
{
#if defined(PSY_HAS_CLONES)
	if (__builtin_cpu_supports("avx512f"))
	{
		block_dots_wide(x, block, n, dot_of);
		return;
	}
#endif
	block_dots_single(x, block, n, dot_of);
}

void
psy_block_exact_dots(const double *x, const float *block, size_t n, double dot_of[PSY_SV_BLOCK])
{
#if defined(PSY_HAS_CLONES)
	if (__builtin_cpu_supports("avx512f"))
	{
		block_exact_dots_wide(x, block, n, dot_of);
		return;
	}
#endif
	block_dots_single(x, block, n, dot_of);
}

PSY_CLONES static void
block_norms(const double *restrict block, size_t n, double *restrict norm)
{
	double sum[PSY_SV_BLOCK] = {0};

	for (size_t k = 0; k < n; k++)
		for (int j = 0; j < PSY_SV_BLOCK; j++)
			sum[j] += block[k * PSY_SV_BLOCK + j] * block[k * PSY_SV_BLOCK + j];
	memcpy(norm, sum, sizeof sum);
}

void
psy_block_norms(const double *block, size_t n, double norm[PSY_SV_BLOCK])
{
	block_norms(block, n, norm);
}

PSY_CLONES static void
block_manhattan(const double *restrict x, const double *restrict block, size_t n, double *restrict distance)
{
	double sum[PSY_SV_BLOCK] = {0};

	for (size_t k = 0; k < n; k++)
		for (int j = 0; j < PSY_SV_BLOCK; j++)
			sum[j] += fabs(x[k] - block[k * PSY_SV_BLOCK + j]);
	memcpy(distance, sum, sizeof sum);
}

void
psy_block_minkowski(const double *x, const double *block, size_t n, double p, double distance[PSY_SV_BLOCK])
{
	double sum[PSY_SV_BLOCK] = {0};

	if (p == 1)
	{
		block_manhattan(x, block, n, distance);
		return;
	}
	for (size_t k = 0; k < n; k++)
		for (int j = 0; j < PSY_SV_BLOCK; j++)
		{
			double d = fabs(x[k] - block[k * PSY_SV_BLOCK + j]);

			sum[j] = p == 0 ? (d > sum[j] ? d : sum[j]) : sum[j] + pow(d, p);
		}
	memcpy(distance, sum, sizeof sum);
}

void
psy_three_exact_dots(const double *x, const float *single, const double *third, size_t n, double dot_of[3 * PSY_SV_BLOCK])
{
#if defined(PSY_HAS_CLONES)
	if (__builtin_cpu_supports("avx512f"))
	{
		three_exact_dots_wide(x, single, third, n, dot_of);
		return;
	}
#endif
	block_dots_single(x, single, n, dot_of);
	block_dots_single(x, single + n * PSY_SV_BLOCK, n, dot_of + PSY_SV_BLOCK);
	block_dots(x, third, n, dot_of + 2 * PSY_SV_BLOCK);
}

PSY_CLONES static bool
single_values(const double *x, size_t n)
{
	uint64_t other = 0;

	for (size_t k = 0; k < n; k++)
		other |= !(fabs(x[k]) <= FLT_MAX) | ((double) (float) x[k] != x[k]);
	return other == 0;
}

bool
psy_single(const double *x, size_t n)
{
	return single_values(x, n);
}

/* A double is not finite when its exponent bits are all ones. */
PSY_CLONES static bool
finite_bits(const double *x, size_t n)
{
	const uint64_t exponent = (uint64_t) 0x7FF << 52;
	uint64_t bad = 0;

	for (size_t k = 0; k < n; k++)
	{
		uint64_t bits;

		memcpy(&bits, x + k, sizeof bits);
		bad |= (bits & exponent) == exponent;
	}
	return bad == 0;
}

bool
psy_finite(const double *x, size_t n)
{
	return finite_bits(x, n);
}

double
psy_expit(double x)
{
	double e;

	if (x >= 0)
		return 1.0 / (1.0 + exp(-x));
	e = exp(x);
	return e / (1.0 + e);
}

void
psy_softmax(const double *raw, size_t n, double *proba)
{
	double most = raw[0];
	double sum = 0;

	for (size_t k = 1; k < n; k++)
		if (raw[k] > most)
			most = raw[k];
	for (size_t k = 0; k < n; k++)
	{
		proba[k] = exp(raw[k] - most);
		sum += proba[k];
	}
	for (size_t k = 0; k < n; k++)
		proba[k] /= sum;
}
