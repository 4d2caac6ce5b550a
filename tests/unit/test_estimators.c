/*
 * test_estimators.c - the estimators against numpy, scipy and scikit-learn (tests/oracle/estimators.py), and by
 * their laws; thresholds, similarity and blocks by hand.  Real series: tests/golden/run_estimators.
 */
#include "unit.h"

#include "connectivity/derive.h"
#include "connectivity/estimators.h"

#define T 24
#define N 5
#define EDGES 10

static double series[T * N];

static FILE *
open_golden(void)
{
	FILE *file = unit_golden_open("estimators.csv");
	char label[32];

	for (int t = 0; t < T; t++)
		assert_int_equal(unit_golden_row(file, label, sizeof label, series + t * N, N), N);
	return file;
}

static void
load_series(void)
{
	fclose(open_golden());
}

/* The double value, computed in another order, rounded once: the last bit may differ. */
static void
assert_stored(float actual, double expected)
{
	assert_close(actual, expected, 0x1p-23);
}

static void
every_estimator_is_that_of_the_packages(void **state)
{
	FILE *file = open_golden();
	char label[32];
	double expected[N * N];
	int seen = 0;

	while (unit_golden_row(file, label, sizeof label, expected, N * N) == EDGES)
	{
		psy_estimator method;
		float edges[EDGES];
		psy_error err;

		assert_int_equal(psy_estimator_parse(label, &method, &err), PSY_OK);
		assert_int_equal(psy_estimate(&unit_context, method, series, T, N, edges, &err), PSY_OK);
		for (int k = 0; k < EDGES; k++)
			assert_stored(edges[k], expected[k]);
		seen++;
	}
	assert_int_equal(seen, 6);
	fclose(file);
}

static void
lag1_looks_one_volume_ahead(void **state)
{
	FILE *file = open_golden();
	char label[32];
	double expected[N * N];
	float lagged[N * N];
	psy_error err;

	while (unit_golden_row(file, label, sizeof label, expected, N * N) != N * N)
		;
	fclose(file);
	assert_string_equal(label, "lag1");
	assert_int_equal(psy_lag1(&unit_context, series, T, N, lagged, &err), PSY_OK);
	for (int k = 0; k < N * N; k++)
		assert_stored(lagged[k], expected[k]);
	/* Constant but for its last value: no correlation as the earlier one, some as the later one. */
	for (int t = 0; t < T; t++)
		series[t * N + 1] = t == T - 1;
	assert_int_equal(psy_lag1(&unit_context, series, T, N, lagged, &err), PSY_OK);
	assert_true(isnan(lagged[1 * N + 0]) && isnan(lagged[1 * N + 1]) && !isnan(lagged[0 * N + 1]));
	assert_int_equal(psy_lag1(&unit_context, series, 3, N, lagged, &err), PSY_SHAPE);
}

/* A lost region leaves the estimate that would be made without it. */
static void
a_lost_region_is_as_if_not_measured(void **state)
{
	for (int method = PSY_EST_PEARSON; method <= PSY_EST_OAS; method++)
		for (int how = 0; how < 2; how++)
		{
			double without[T * (N - 1)];
			float edges[EDGES], expected[6];
			psy_error err;
			int seen = 0;

			load_series();
			for (int t = 0; t < T; t++)
				for (int r = 0, k = 0; r < N; r++)
					if (r != 2)
						without[t * (N - 1) + k++] = series[t * N + r];
			for (int t = 0; t < T; t++)
				series[t * N + 2] = how == 0 ? 7 : (t == 3 ? NAN : t);
			assert_int_equal(psy_estimate(&unit_context, method, series, T, N, edges, &err), PSY_OK);
			assert_int_equal(psy_estimate(&unit_context, method, without, T, N - 1, expected, &err), PSY_OK);
			for (int i = 0, k = 0; i < N; i++)
				for (int j = i + 1; j < N; j++, k++)
					if (i == 2 || j == 2)
						assert_true(isnan(edges[k]));
					else
						assert_true(edges[k] == expected[seen++]);
			assert_int_equal(seen, 6);
		}
}

static void
no_or_one_usable_region_gives_missing_edges(void **state)
{
	for (int method = PSY_EST_PEARSON; method <= PSY_EST_OAS; method++)
		for (int varying = 0; varying < 2; varying++)
		{
			double few[8] = {1, varying * 2, 1, varying * 5, 1, varying * 3, 1, varying};
			float edge = 0;
			psy_error err;

			assert_int_equal(psy_estimate(&unit_context, method, few, 4, 2, &edge, &err), PSY_OK);
			assert_true(isnan(edge));
		}
}

static void
units_of_a_region_do_not_matter(void **state)
{
	static const double unit[N] = {0x1p-900, 1, 0x1p40, -4, 0x1p900};

	for (int method = PSY_EST_PEARSON; method <= PSY_EST_OAS; method++)
	{
		float before[EDGES], after[EDGES];
		psy_error err;

		load_series();
		assert_int_equal(psy_estimate(&unit_context, method, series, T, N, before, &err), PSY_OK);
		for (int k = 0; k < T * N; k++)
			series[k] *= unit[k % N];
		assert_int_equal(psy_estimate(&unit_context, method, series, T, N, after, &err), PSY_OK);
		for (int i = 0, k = 0; i < N; i++)
			for (int j = i + 1; j < N; j++, k++)
				assert_stored(after[k], i == 3 || j == 3 ? -before[k] : before[k]);
	}
}

static void
partial_refuses_what_rounding_would_decide(void **state)
{
	float edges[EDGES];
	psy_error err;

	load_series();
	assert_int_equal(psy_estimate(&unit_context, PSY_EST_PARTIAL, series, N, N, edges, &err), PSY_SINGULAR);
	assert_non_null(strstr(err.message, "more than 5 timepoints"));
	assert_non_null(strstr(err.hint, "partial_ledoit_wolf"));
	assert_int_equal(psy_estimate(&unit_context, PSY_EST_PARTIAL_LEDOIT_WOLF, series, N, N, edges, &err), PSY_OK);
	for (int t = 0; t < T; t++)
		series[t * N + 4] = series[t * N] + 1e-6 * series[t * N + 4];
	assert_int_equal(psy_estimate(&unit_context, PSY_EST_PARTIAL, series, T, N, edges, &err), PSY_SINGULAR);
	assert_non_null(strstr(err.message, "condition number"));
	assert_non_null(strstr(err.hint, "partial_ledoit_wolf"));
	for (int t = 0; t < T; t++)
		series[t * N + 4] = 2 * series[t * N];
	assert_int_equal(psy_estimate(&unit_context, PSY_EST_PARTIAL, series, T, N, edges, &err), PSY_SINGULAR);
	assert_int_equal(psy_estimate(&unit_context, PSY_EST_PARTIAL_LEDOIT_WOLF, series, T, N, edges, &err), PSY_OK);
}

static void
estimators_refuse_infinity_and_unknown_names(void **state)
{
	psy_estimator method;
	float edges[EDGES];
	psy_error err;

	load_series();
	series[2 * N + 3] = -INFINITY;
	for (int k = PSY_EST_PEARSON; k <= PSY_EST_OAS; k++)
	{
		assert_int_equal(psy_estimate(&unit_context, k, series, T, N, edges, &err), PSY_DOMAIN);
		assert_non_null(strstr(err.message, "series[3][4]"));
		assert_int_equal(psy_estimate(&unit_context, k, series, 2, N, edges, &err), PSY_SHAPE);
	}
	assert_int_equal(psy_estimator_parse("Pearson", &method, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.hint, "oas"));
}

static void
thresholds_keep_what_they_say(void **state)
{
	static const float from[6] = {0.5f, -0.75f, 0.25f, NAN, 0.25f, 0};
	float to[6];
	psy_error err;

	psy_conn_threshold_above(from, 6, 0.25f, false, to);
	assert_true(to[0] == 0.5f && to[1] == 0 && to[2] == 0 && isnan(to[3]) && to[4] == 0 && to[5] == 0);
	psy_conn_threshold_above(from, 6, 0.25f, true, to);
	assert_true(to[0] == 0.5f && to[1] == -0.75f && to[2] == 0);
	assert_int_equal(psy_conn_threshold_density(&unit_context, from, 6, 2 / 6.0, false, to, &err), PSY_OK);
	assert_true(to[0] == 0.5f && to[1] == 0 && to[2] == 0.25f && isnan(to[3]) && to[4] == 0);
	assert_int_equal(psy_conn_threshold_density(&unit_context, from, 6, 0.25, true, to, &err), PSY_OK);
	assert_true(to[0] == 0.5f && to[1] == -0.75f && to[2] == 0); /* 1.5 rounds up */
	assert_int_equal(psy_conn_threshold_density(&unit_context, from, 6, 1, false, to, &err), PSY_OK);
	assert_true(to[1] == -0.75f && to[4] == 0.25f && isnan(to[3]));
	assert_int_equal(psy_conn_threshold_density(&unit_context, from, 6, NAN, false, to, &err), PSY_DOMAIN);
	assert_int_equal(psy_conn_threshold_density(&unit_context, from, 6, 1.01, false, to, &err), PSY_DOMAIN);
}

static void
similarity_is_over_the_edges_of_both(void **state)
{
	static const float a[6] = {1, 2, 3, 9, NAN, 5}, b[6] = {2, 4, 6, NAN, 9, 9};
	double workspace[12];

	assert_close(psy_conn_similarity(a, b, 3, workspace), 1, 1e-15);
	/* Of (1, 2, 3, 5) and (2, 4, 6, 9), whose sums of squares are 8.75 and 26.75 and of products 15.25. */
	assert_close(psy_conn_similarity(a, b, 6, workspace), 15.25 / sqrt(8.75 * 26.75), 1e-15);
	assert_true(isnan(psy_conn_similarity(a, b, 2, workspace)));
	assert_true(isnan(psy_conn_similarity(a, (float[3]){1, 1, 1}, 3, workspace)));
}

static void
blocks_count_what_is_present(void **state)
{
	static const float value[6] = {1, 2, 4, NAN, 16, 32}; /* 01 02 03 12 13 23 */
	double sum[4];
	size_t count[4];

	psy_conn_block_sums(value, 4, (int[]){1, 0, 0, 1}, 2, sum, count);
	assert_true(sum[0] == 0 && count[0] == 0);			 /* 12 is missing */
	assert_true(sum[1] == 1 + 2 + 16 + 32 && count[1] == 4); /* 01 02 13 23 */
	assert_true(sum[3] == 4 && count[3] == 1);
	psy_conn_block_sums(value, 4, (int[]){0, -1, 0, 0}, 1, sum, count);
	assert_true(sum[0] == 2 + 4 + 32 && count[0] == 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_estimator_is_that_of_the_packages),
		cmocka_unit_test(lag1_looks_one_volume_ahead),
		cmocka_unit_test(a_lost_region_is_as_if_not_measured),
		cmocka_unit_test(no_or_one_usable_region_gives_missing_edges),
		cmocka_unit_test(units_of_a_region_do_not_matter),
		cmocka_unit_test(partial_refuses_what_rounding_would_decide),
		cmocka_unit_test(estimators_refuse_infinity_and_unknown_names),
		cmocka_unit_test(thresholds_keep_what_they_say),
		cmocka_unit_test(similarity_is_over_the_edges_of_both),
		cmocka_unit_test(blocks_count_what_is_present),
	};

	return cmocka_run_group_tests_name("estimators", tests, NULL, NULL);
}
