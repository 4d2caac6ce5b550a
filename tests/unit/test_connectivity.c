/*
 * test_connectivity.c - connectome values and Pearson correlation: against long double two-pass sums, and by
 * their laws. Real series against numpy: tests/golden/run_connectome.
 */
#include "unit.h"

#include "connectivity/connectome.h"
#include "connectivity/pearson.h"
#include "core/triangle.h"

#define MOST_T 300
#define MOST_N 45

static double series[MOST_T * MOST_N];
static float edges[MOST_N * MOST_N];
static double workspace[MOST_T * (MOST_N + 16)];

static double
uniform(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (double) (*seed >> 11) / 9007199254740992.0;
}

/* Columns share a slow signal, and have offsets and scales of their own. */
static void
make_series(size_t timepoints, size_t regions, double offset)
{
	uint64_t seed = 11;

	for (size_t t = 0; t < timepoints; t++)
		for (size_t r = 0; r < regions; r++)
			series[t * regions + r] =
				offset * (1 + r % 3) + (r % 5) * sin(t / 7.0 + r / 20.0) + uniform(&seed) * (1 + r % 4);
}

static psy_status
correlate(size_t timepoints, size_t regions, psy_error *err)
{
	return psy_pearson(&unit_context, series, timepoints, regions, workspace, edges, err);
}

static long double
direct_r(size_t timepoints, size_t regions, size_t a, size_t b)
{
	long double mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;

	for (size_t t = 0; t < timepoints; t++)
	{
		mean_a += series[t * regions + a];
		mean_b += series[t * regions + b];
	}
	mean_a /= timepoints;
	mean_b /= timepoints;
	for (size_t t = 0; t < timepoints; t++)
	{
		long double x = series[t * regions + a] - mean_a, y = series[t * regions + b] - mean_b;

		aa += x * x;
		bb += y * y;
		ab += x * y;
	}
	return ab / sqrtl(aa * bb);
}

/* ---- pearson --------------------------------------------------------------------------------- */

static void
pearson_is_the_double_result_rounded_once(void **state)
{
	const size_t shape[][2] = {{3, 2}, {240, 45}, {61, 8}, {300, 9}, {17, 16}, {100, 31}};
	const double offset[] = {0, 100, 1e6};

	for (int s = 0; s < 6; s++)
		for (int o = 0; o < 3; o++)
		{
			size_t timepoints = shape[s][0], regions = shape[s][1], k = 0;

			make_series(timepoints, regions, offset[o]);
			assert_int_equal(correlate(timepoints, regions, NULL), PSY_OK);
			for (size_t i = 0; i < regions; i++)
				for (size_t j = i + 1; j < regions; j++, k++)
				{
					long double r = direct_r(timepoints, regions, i, j);

					/* Half a float4 unit, and what double arithmetic may move it. */
					assert_true(fabsl(edges[k] - r) <= ldexpl(1, -24) * fabsl(r) + 1e-13L);
				}
		}
}

static void
pearson_does_not_depend_on_where_a_region_stands(void **state)
{
	static double original[MOST_T * MOST_N];
	static float first[MOST_N * MOST_N];
	size_t timepoints = 120, regions = 37;

	make_series(timepoints, regions, 10);
	memcpy(original, series, sizeof series);
	correlate(timepoints, regions, NULL);
	memcpy(first, edges, sizeof edges);
	for (size_t t = 0; t < timepoints; t++)
		for (size_t r = 0; r < regions; r++)
			series[t * regions + r] = original[t * regions + (r * 5 + 3) % regions];
	correlate(timepoints, regions, NULL);
	for (size_t i = 0; i < regions; i++)
		for (size_t j = i + 1; j < regions; j++)
			assert_memory_equal(&edges[psy_edge_index(regions, i, j)],
								&first[psy_edge_index(regions, (i * 5 + 3) % regions, (j * 5 + 3) % regions)],
								sizeof(float));
}

/* Kernels differ by CPU, and the sanitized build has the plain ones alone: all must give these bits. */
static void
pearson_and_fisher_z_have_the_same_bits_on_every_cpu(void **state)
{
	uint64_t seed = 3;
	size_t timepoints = 100, regions = 30, count = psy_edge_count(regions);
	psy_conn_kind kind;

	for (size_t k = 0; k < timepoints * regions; k++)
		series[k] = uniform(&seed) + (k % regions < 9 ? (double) (k / regions % 10) : 0);
	correlate(timepoints, regions, NULL);
	assert_int_equal(unit_hash(edges, count * sizeof(float)), 0x2cfce0fcec4f4c7a);
	assert_int_equal(psy_conn_fisher_z(edges, count, PSY_CONN_R, edges, &kind, NULL), PSY_OK);
	assert_int_equal(unit_hash(edges, count * sizeof(float)), 0x2b36ea07733321af);
}

static void
pearson_is_indifferent_to_scale(void **state)
{
	static float first[MOST_N * MOST_N];
	size_t timepoints = 50, regions = 12, count = psy_edge_count(regions);

	make_series(timepoints, regions, 3);
	correlate(timepoints, regions, NULL);
	memcpy(first, edges, sizeof edges);
	for (size_t t = 0; t < timepoints; t++)
		for (size_t r = 0; r < regions; r++)
			series[t * regions + r] *= ldexp(1, r % 2 ? 900 : -900);
	assert_int_equal(correlate(timepoints, regions, NULL), PSY_OK);
	assert_memory_equal(edges, first, count * sizeof(float));
}

static void
a_constant_or_missing_region_costs_its_own_edges_only(void **state)
{
	static float first[MOST_N * MOST_N];
	size_t timepoints = 40, regions = 19;

	make_series(timepoints, regions, 5);
	correlate(timepoints, regions, NULL);
	memcpy(first, edges, sizeof edges);
	for (size_t t = 0; t < timepoints; t++)
		series[t * regions + 4] = 0.1;
	series[7 * regions + 17] = NAN;
	correlate(timepoints, regions, NULL);
	for (size_t i = 0; i < regions; i++)
		for (size_t j = i + 1; j < regions; j++)
		{
			size_t k = psy_edge_index(regions, i, j);
			uint32_t bits;

			memcpy(&bits, &edges[k], sizeof bits);
			if (i == 4 || j == 4 || i == 17 || j == 17)
				assert_int_equal(bits, 0x7fc00000);
			else
				assert_memory_equal(&edges[k], &first[k], sizeof(float));
		}
}

/* Rounding of a mean must not pass for spread: whatever the value and the length. */
static void
no_constant_correlates(void **state)
{
	uint64_t seed = 5;

	for (size_t timepoints = 3; timepoints < 60; timepoints++)
		for (int trial = 0; trial < 20; trial++)
		{
			double constant = (uniform(&seed) - 0.5) * pow(10, trial - 10);

			make_series(timepoints, 3, 1);
			for (size_t t = 0; t < timepoints; t++)
				series[t * 3 + 1] = constant;
			correlate(timepoints, 3, NULL);
			assert_true(isnan(edges[0]) && isnan(edges[2]) && !isnan(edges[1]));
		}
}

static void
equal_and_opposite_regions_correlate_perfectly(void **state)
{
	size_t timepoints = 33, regions = 3;

	make_series(timepoints, regions, 2);
	for (size_t t = 0; t < timepoints; t++)
	{
		series[t * regions + 1] = 3 * series[t * regions] + 1;
		series[t * regions + 2] = -series[t * regions];
	}
	correlate(timepoints, regions, NULL);
	assert_true(edges[0] == 1 && edges[1] == -1 && edges[2] == -1);
}

static bool
stop(void *arg)
{
	return true;
}

static void
pearson_refuses_what_it_cannot_mean(void **state)
{
	psy_context impatient = unit_context;
	psy_error err;

	make_series(5, 4, 0);
	series[2 * 4 + 3] = INFINITY;
	assert_int_equal(correlate(5, 4, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "series[3][4]"));
	assert_int_equal(correlate(2, 4, &err), PSY_SHAPE);
	assert_int_equal(correlate(5, 1, &err), PSY_SHAPE);
	assert_int_equal(correlate(5, 20001, &err), PSY_SHAPE);
	make_series(5, 4, 0);
	impatient.interrupted = stop;
	assert_int_equal(psy_pearson(&impatient, series, 5, 4, workspace, edges, &err), PSY_INTERRUPTED);
}

/* ---- values ---------------------------------------------------------------------------------- */

static float
from_bits(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

static uint32_t
bits_of(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static void
canonical_values_have_one_form_each(void **state)
{
	const uint32_t in[] = {0x80000000, 0, 0xffc00000, 0x7f800001, 0x7fc00000, 0x3f800000, 0xbf800000, 1};
	const uint32_t out[] = {0, 0, 0x7fc00000, 0x7fc00000, 0x7fc00000, 0x3f800000, 0xbf800000, 1};
	float value[8];
	size_t bad;

	for (int k = 0; k < 8; k++)
		value[k] = from_bits(in[k]);
	assert_true(psy_conn_canonical(value, 8, PSY_CONN_R, value, &bad));
	assert_memory_equal(value, out, sizeof out);
}

/* Every kind, every position, against the definition. */
static void
values_out_of_range_are_found_where_they_are(void **state)
{
	const float odd[] = {INFINITY, -INFINITY, 1.0000001f, -1.0000001f, 3e38f, -2};
	float value[100], to[100];

	for (int kind = PSY_CONN_R; kind <= PSY_CONN_WEIGHT; kind++)
		for (int o = 0; o < 6; o++)
			for (size_t at = 0; at < 100; at += 3)
			{
				bool limited = kind == PSY_CONN_R || kind == PSY_CONN_PARTIAL;
				bool allowed = isfinite(odd[o]) && (!limited || fabsf(odd[o]) <= 1);
				size_t bad = 1000;

				for (size_t k = 0; k < 100; k++)
					value[k] = k % 7 == 0 ? NAN : (float) sin((double) k);
				value[at] = odd[o];
				if (at < 99)
					value[99] = odd[o];
				assert_int_equal(psy_conn_canonical(value, 100, (psy_conn_kind) kind, to, &bad), allowed);
				if (!allowed)
					assert_int_equal(bad, at);
			}
}

static void
kinds_have_names(void **state)
{
	psy_conn_kind kind;
	psy_error err;

	for (int k = -1; k < 300; k++)
	{
		assert_int_equal(psy_conn_kind_valid(k), k >= 1 && k <= 5);
		if (!psy_conn_kind_valid(k))
			continue;
		assert_int_equal(psy_conn_kind_parse(psy_conn_kind_name((psy_conn_kind) k), &kind, &err), PSY_OK);
		assert_int_equal(kind, k);
	}
	assert_int_equal(psy_conn_kind_parse("Z", &kind, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "partial_z"));
}

static void
fisher_z_is_the_inverse_hyperbolic_tangent(void **state)
{
	float r[2001], z[2001], back[2001];
	psy_conn_kind kind;

	for (int k = 0; k <= 2000; k++)
		r[k] = (float) ((k - 1000) / 1000.0);
	assert_int_equal(psy_conn_fisher_z(r, 2001, PSY_CONN_R, z, &kind, NULL), PSY_OK);
	assert_int_equal(kind, PSY_CONN_Z);
	/* The one canonical NaN on both sides, and no negative zero. */
	assert_int_equal(bits_of(z[0]), 0x7fc00000);
	assert_int_equal(bits_of(z[2000]), 0x7fc00000);
	assert_int_equal(bits_of(z[1000]), 0);
	for (int k = 1; k < 2000; k++)
		assert_true(fabsl(z[k] - atanhl(r[k])) <= ldexpl(1, -24) * fabsl(atanhl(r[k])) * 1.0000001L);
	assert_int_equal(psy_conn_fisher_z_inv(z, 2001, PSY_CONN_Z, back, &kind, NULL), PSY_OK);
	assert_int_equal(kind, PSY_CONN_R);
	for (int k = 1; k < 2000; k++)
		assert_true(fabsf(back[k] - r[k]) <= 1.2e-7f);
}

static void
fisher_z_is_taken_once(void **state)
{
	const struct
	{
		psy_conn_kind from;
		bool forth, back;
		psy_conn_kind to, to_inverse;
	} rule[] = {{PSY_CONN_R, true, false, PSY_CONN_Z, 0},
				{PSY_CONN_Z, false, true, 0, PSY_CONN_R},
				{PSY_CONN_PARTIAL, true, false, PSY_CONN_PARTIAL_Z, 0},
				{PSY_CONN_PARTIAL_Z, false, true, 0, PSY_CONN_PARTIAL},
				{PSY_CONN_WEIGHT, false, false, 0, 0}};

	for (int k = 0; k < 5; k++)
	{
		float v = 0.5f;
		psy_conn_kind kind;
		psy_error err;

		assert_int_equal(psy_conn_fisher_z(&v, 1, rule[k].from, &v, &kind, &err),
						 rule[k].forth ? PSY_OK : PSY_DOMAIN);
		if (rule[k].forth)
			assert_int_equal(kind, rule[k].to);
		v = 0.5f;
		assert_int_equal(psy_conn_fisher_z_inv(&v, 1, rule[k].from, &v, &kind, &err),
						 rule[k].back ? PSY_OK : PSY_DOMAIN);
		if (rule[k].back)
			assert_int_equal(kind, rule[k].to_inverse);
	}
}

static void
differences_are_post_minus_pre_of_z_or_weight(void **state)
{
	float post[] = {0.75f, NAN, 1, 0}, pre[] = {0.25f, 1, NAN, 0}, to[4];
	psy_error err;

	assert_int_equal(psy_conn_difference(post, pre, 4, PSY_CONN_Z, to, &err), PSY_OK);
	assert_true(to[0] == 0.5f && isnan(to[1]) && isnan(to[2]) && to[3] == 0 && !signbit(to[3]));
	assert_int_equal(psy_conn_difference(post, pre, 4, PSY_CONN_R, to, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.hint, "conn_fisher_z"));
	assert_int_equal(psy_conn_difference(post, pre, 4, PSY_CONN_PARTIAL, to, &err), PSY_DOMAIN);
	post[3] = 3e38f;
	pre[3] = -3e38f;
	assert_int_equal(psy_conn_difference(post, pre, 4, PSY_CONN_WEIGHT, to, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "edge 4"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pearson_is_the_double_result_rounded_once),
		cmocka_unit_test(pearson_does_not_depend_on_where_a_region_stands),
		cmocka_unit_test(pearson_and_fisher_z_have_the_same_bits_on_every_cpu),
		cmocka_unit_test(pearson_is_indifferent_to_scale),
		cmocka_unit_test(a_constant_or_missing_region_costs_its_own_edges_only),
		cmocka_unit_test(no_constant_correlates),
		cmocka_unit_test(equal_and_opposite_regions_correlate_perfectly),
		cmocka_unit_test(pearson_refuses_what_it_cannot_mean),
		cmocka_unit_test(canonical_values_have_one_form_each),
		cmocka_unit_test(values_out_of_range_are_found_where_they_are),
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(fisher_z_is_the_inverse_hyperbolic_tangent),
		cmocka_unit_test(fisher_z_is_taken_once),
		cmocka_unit_test(differences_are_post_minus_pre_of_z_or_weight),
	};

	return cmocka_run_group_tests_name("connectivity", tests, NULL, NULL);
}
