/* test_metric.c - sorting, and the area under the ROC curve against scikit-learn and against its definition.
 */
#include "unit.h"

#include "models/metric.h"

static uint64_t seed = 88172645463325252u;

static double
random_unit(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double) (seed >> 11) / 9007199254740992.0;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return x < y ? -1 : x > y;
}

static void
sorting_orders_every_kind_of_double(void **state)
{
	double value[] = {3, -1e-310, INFINITY, 0.0, -0.0, -INFINITY, 1e308, -1e308, 5e-324, 2, 2, -7};
	size_t n = sizeof value / sizeof value[0];
	double work[sizeof value / sizeof value[0]];

	psy_sort_doubles(value, n, work);
	for (size_t k = 1; k < n; k++)
		assert_true(value[k - 1] <= value[k]);
	assert_true(value[0] == -INFINITY && value[n - 1] == INFINITY);
	assert_true(signbit(value[4]) && !signbit(value[5]) && value[4] == 0 && value[5] == 0);
	psy_sort_doubles(value, 0, work);
}

static void
sorting_equals_qsort(void **state)
{
	static double a[5000], b[5000], work[5000];

	for (size_t n = 1; n <= 5000; n += 1 + n / 2)
	{
		for (size_t k = 0; k < n; k++)
			a[k] = b[k] = floor((random_unit() - 0.5) * (k % 3 == 0 ? 1e9 : 20));
		psy_sort_doubles(a, n, work);
		qsort(b, n, sizeof b[0], compare);
		for (size_t k = 0; k < n; k++)
			assert_true(a[k] == b[k]);
	}
}

static double
sorted_auc(double *positive, size_t positives, double *negative, size_t negatives)
{
	double work[512];

	psy_sort_doubles(positive, positives, work);
	psy_sort_doubles(negative, negatives, work);
	return psy_auc(positive, positives, negative, negatives);
}

static void
auc_equals_scikit_learn(void **state)
{
	FILE *table = unit_golden_open("model_auc.csv");
	double value[512], positive[256], negative[256];
	int count, rows = 0;

	while ((count = unit_golden_row(table, NULL, 0, value, 512)) > 0)
	{
		size_t positives = 0, negatives = 0;

		for (int k = 1; k < count; k += 2)
			if (value[k + 1] != 0)
				positive[positives++] = value[k];
			else
				negative[negatives++] = value[k];
		assert_close(sorted_auc(positive, positives, negative, negatives), value[0], 1e-15);
		rows++;
	}
	fclose(table);
	assert_int_equal(rows, 5);
}

static void
auc_of_known_cases(void **state)
{
	double low[] = {1, 2}, high[] = {3, 4}, same[] = {2, 2, 2};

	assert_true(psy_auc(high, 2, low, 2) == 1);
	assert_true(psy_auc(low, 2, high, 2) == 0);
	assert_true(psy_auc(same, 3, same, 3) == 0.5);
	assert_true(psy_auc(low, 2, same, 3) == 0.25);
	assert_true(psy_auc((double[]){-0.0}, 1, (double[]){0.0}, 1) == 0.5);
	assert_true(psy_auc((double[]){INFINITY}, 1, (double[]){1, INFINITY}, 2) == 0.75);
}

static void
auc_turns_over_with_the_classes(void **state)
{
	double a[60], b[40];

	for (int round = 0; round < 50; round++)
	{
		double direct;

		for (int k = 0; k < 60; k++)
			a[k] = floor(random_unit() * 20);
		for (int k = 0; k < 40; k++)
			b[k] = floor(random_unit() * 25);
		direct = sorted_auc(a, 60, b, 40);
		assert_close(psy_auc(b, 40, a, 60), 1 - direct, 1e-15);
		/* Any increasing transformation leaves it alone. */
		for (int k = 0; k < 60; k++)
			a[k] = exp(a[k]) - 3;
		for (int k = 0; k < 40; k++)
			b[k] = exp(b[k]) - 3;
		assert_true(psy_auc(a, 60, b, 40) == direct);
	}
}

/* The variance by its definition: placements from all pairs. */
static double
pairwise_variance(const double *own, size_t n, const double *other, size_t m)
{
	double placement[64], mean = 0, sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		placement[i] = 0;
		for (size_t j = 0; j < m; j++)
			placement[i] += (own[i] > other[j]) + 0.5 * (own[i] == other[j]);
		placement[i] /= (double) m;
		mean += placement[i] / (double) n;
	}
	for (size_t i = 0; i < n; i++)
		sum += (placement[i] - mean) * (placement[i] - mean);
	return sum / (double) (n - 1) / (double) n;
}

static void
delong_follows_its_definition(void **state)
{
	double a[30], b[20];
	psy_auc_interval r;

	for (int k = 0; k < 30; k++)
		a[k] = floor(random_unit() * 15) + 3;
	for (int k = 0; k < 20; k++)
		b[k] = floor(random_unit() * 15);
	r.auc = sorted_auc(a, 30, b, 20);
	r = psy_auc_delong(a, 30, b, 20, 1.96);
	assert_close(r.se, sqrt(pairwise_variance(a, 30, b, 20) + pairwise_variance(b, 20, a, 30)), 1e-13);
	assert_close(r.ci_lb, r.auc - 1.96 * r.se, 1e-15);
	assert_true(r.ci_ub <= 1);
	r = psy_auc_delong(a, 1, b, 20, 1.96);
	assert_true(isnan(r.se) && isnan(r.ci_lb) && !isnan(r.auc));
}

/* Worked in rational numbers from the placements: AUC 28.5/36, variance 11/480. */
static void
delong_of_a_small_table(void **state)
{
	double positive[] = {0.35, 0.6, 0.7, 0.8, 0.8, 0.9}, negative[] = {0.1, 0.2, 0.35, 0.4, 0.5, 0.85};
	psy_auc_interval r = psy_auc_delong(positive, 6, negative, 6, 1.96);

	assert_close(r.auc, 28.5 / 36, 1e-15);
	assert_close(r.se * r.se, 11.0 / 480, 1e-14);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorting_orders_every_kind_of_double),
		cmocka_unit_test(sorting_equals_qsort),
		cmocka_unit_test(auc_equals_scikit_learn),
		cmocka_unit_test(auc_of_known_cases),
		cmocka_unit_test(auc_turns_over_with_the_classes),
		cmocka_unit_test(delong_follows_its_definition),
		cmocka_unit_test(delong_of_a_small_table),
	};

	return cmocka_run_group_tests_name("metric", tests, NULL, NULL);
}
