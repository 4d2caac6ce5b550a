/* test_metric_drift.c - measures of drift by their definitions, and Smirnov's p against every arrangement
 * there is. */
#include "unit.h"

#include "models/metric_drift.h"

static uint64_t seed = 4711;

static double
random_unit(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double) (seed >> 11) / 9007199254740992.0;
}

static void
location_of_known_samples(void **state)
{
	double x[] = {1, 2, 3, 4, 10}, tenth[] = {0.1, 0.1, 0.1};
	psy_location at = psy_locate((psy_sample){x, 5});

	assert_close(at.mean, 4, 1e-15);
	assert_close(at.sd, sqrt(12.5), 1e-15);
	at = psy_locate((psy_sample){tenth, 3});
	assert_true(at.mean == 0.1 && at.sd == 0);
	at = psy_locate((psy_sample){x, 1});
	assert_true(at.mean == 1 && isnan(at.sd));
	assert_true(isnan(psy_locate((psy_sample){x, 0}).mean));
}

static void
standardised_difference_by_its_definition(void **state)
{
	assert_close(psy_standardised_difference((psy_location){10, 3}, (psy_location){12, 1}), 2 / sqrt(5),
				 1e-15);
	assert_close(psy_standardised_difference((psy_location){12, 1}, (psy_location){10, 3}), -2 / sqrt(5),
				 1e-15);
	assert_true(isnan(psy_standardised_difference((psy_location){1, 0}, (psy_location){2, 0})));
	assert_true(isnan(psy_standardised_difference((psy_location){1, NAN}, (psy_location){2, 1})));
}

/* Quartiles of 1 .. 8 are 2.75, 4.5, 6.25. */
static void
stability_index_by_its_definition(void **state)
{
	double r[] = {1, 2, 3, 4, 5, 6, 7, 8}, c[] = {0, 1, 2, 3, 5, 7, 8, 9}, high[] = {9, 9, 9, 9}, edge[16];
	size_t used, emptied;
	double psi = psy_stability_index((psy_sample){r, 8}, (psy_sample){c, 8}, 4, edge, &used, &emptied);

	/* Shares 2 2 2 2 against 3 1 1 3, of eight. */
	assert_close(psi, (1 * log(1.5) - 1 * log(0.5) - 1 * log(0.5) + 1 * log(1.5)) / 8, 1e-14);
	assert_int_equal(used, 4);
	assert_int_equal(emptied, 0);
	psi = psy_stability_index((psy_sample){r, 8}, (psy_sample){high, 4}, 4, edge, &used, &emptied);
	/* Three bins are empty there: half a case of four. */
	assert_close(psi, 3 * (0.125 - 0.25) * log(0.125 / 0.25) + (1 - 0.25) * log(1 / 0.25), 1e-14);
	assert_int_equal(emptied, 3);
	assert_true(psy_stability_index((psy_sample){r, 8}, (psy_sample){r, 8}, 4, edge, &used, &emptied) == 0);
	/* Equal quantiles make one bin. */
	(void) psy_stability_index((psy_sample){high, 4}, (psy_sample){r, 8}, 4, edge, &used, &emptied);
	assert_true(used < 4);
}

/* Largest |i/n - j/m| over all values, by counting. */
static uint64_t
parts_by_counting(psy_sample a, psy_sample b)
{
	uint64_t most = 0;

	for (size_t k = 0; k < a.n + b.n; k++)
	{
		double x = k < a.n ? a.value[k] : b.value[k - a.n];
		uint64_t i = 0, j = 0;

		for (size_t q = 0; q < a.n; q++)
			i += a.value[q] <= x;
		for (size_t q = 0; q < b.n; q++)
			j += b.value[q] <= x;
		most = i * b.n > j * a.n && i * b.n - j * a.n > most   ? i * b.n - j * a.n
			   : j * a.n > i * b.n && j * a.n - i * b.n > most ? j * a.n - i * b.n
															   : most;
	}
	return most;
}

/* The pooled values go to the two sets in every way. */
static double
p_by_enumeration(const double *pooled, size_t n, size_t m, uint64_t parts)
{
	double all = 0, far = 0, a[16], b[16];

	for (uint32_t in_a = 0; in_a < 1u << (n + m); in_a++)
	{
		size_t i = 0, j = 0;

		if ((size_t) __builtin_popcount(in_a) != n)
			continue;
		for (size_t k = 0; k < n + m; k++)
			if (in_a >> k & 1)
				a[i++] = pooled[k];
			else
				b[j++] = pooled[k];
		all++;
		far += parts_by_counting((psy_sample){a, n}, (psy_sample){b, m}) >= parts;
	}
	return far / all;
}

static void
smirnov_p_is_the_share_of_arrangements(void **state)
{
	double pooled[12], a[12], b[12], reach[16];
	bool last[16];

	for (int round = 0; round < 40; round++)
	{
		size_t n = 1 + (size_t) (random_unit() * 5), m = 1 + (size_t) (random_unit() * 6), i = 0, j = 0;
		uint64_t parts;

		pooled[0] = 0;
		for (size_t k = 1; k < n + m; k++)
			pooled[k] = pooled[k - 1] + (random_unit() < round / 30.0 ? 1 : 0);
		/* Some arrangement of them. */
		for (size_t k = 0; k < n + m; k++)
			if (j == m || (i < n && random_unit() < 0.5))
				a[i++] = pooled[k];
			else
				b[j++] = pooled[k];
		parts = psy_smirnov_parts((psy_sample){a, n}, (psy_sample){b, m});
		assert_int_equal(parts, parts_by_counting((psy_sample){a, n}, (psy_sample){b, m}));
		assert_close(psy_smirnov_exact((psy_sample){a, n}, (psy_sample){b, m}, parts, reach, last),
					 p_by_enumeration(pooled, n, m, parts), 1e-13);
	}
}

/* Values of mpmath: 2 sum (-1)^(k-1) exp(-2 k^2 x^2). */
static void
kolmogorov_limit(void **state)
{
	assert_close(psy_kolmogorov_upper(1), 0.26999967167735452, 1e-14);
	assert_close(psy_kolmogorov_upper(0.5), 0.96394524366487509, 1e-13);
	assert_close(psy_kolmogorov_upper(3), 2 * exp(-18), 1e-14);
	assert_true(psy_kolmogorov_upper(0) == 1);
	assert_true(psy_kolmogorov_upper(100) == 0);
	for (double x = 0.01; x < 5; x += 0.01)
		assert_true(psy_kolmogorov_upper(x + 0.01) <= psy_kolmogorov_upper(x) &&
					psy_kolmogorov_upper(x) <= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(location_of_known_samples),
		cmocka_unit_test(standardised_difference_by_its_definition),
		cmocka_unit_test(stability_index_by_its_definition),
		cmocka_unit_test(smirnov_p_is_the_share_of_arrangements),
		cmocka_unit_test(kolmogorov_limit),
	};

	return cmocka_run_group_tests_name("metric_drift", tests, NULL, NULL);
}
