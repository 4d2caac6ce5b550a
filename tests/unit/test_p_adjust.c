/* test_p_adjust.c - adjusted p-values against R's p.adjust (tests/oracle/p_adjust.R), against definitions,
 * and their laws. */
#include "unit.h"

#include "stats/p_adjust.h"

#include <time.h>

#define MOST 512
#define METHODS 6

static const psy_adjust method_of[METHODS] = {PSY_ADJUST_BONFERRONI, PSY_ADJUST_HOLM, PSY_ADJUST_HOCHBERG,
											  PSY_ADJUST_HOMMEL,     PSY_ADJUST_BH,   PSY_ADJUST_BY};

static void
check_family(double row[][METHODS + 2], size_t count)
{
	double p[MOST], adjusted[MOST];

	for (int m = 0; m < METHODS; m++)
	{
		psy_error err;

		for (size_t i = 0; i < count; i++)
			p[i] = row[i][1];
		assert_int_equal(
			psy_p_adjust(&unit_context, p, count, method_of[m], (size_t) row[0][0], adjusted, &err), PSY_OK);
		for (size_t i = 0; i < count; i++)
			assert_close(adjusted[i], row[i][m + 2], 1e-15);
		/* In place gives the same. */
		assert_int_equal(psy_p_adjust(&unit_context, p, count, method_of[m], (size_t) row[0][0], p, &err),
						 PSY_OK);
		assert_memory_equal(p, adjusted, count * sizeof(double));
	}
}

static void
matches_r(void **state)
{
	static double row[MOST][METHODS + 2];
	FILE *file = unit_golden_open("p_adjust.csv");
	char label[64], last[64] = "";
	size_t count = 0;
	int families = 0;
	double next[METHODS + 2];

	while (unit_golden_row(file, label, sizeof label, next, METHODS + 2) == METHODS + 2)
	{
		if (strcmp(label, last) != 0 && count > 0)
		{
			check_family(row, count);
			families++;
			count = 0;
		}
		strcpy(last, label);
		memcpy(row[count++], next, sizeof next);
	}
	check_family(row, count);
	assert_int_equal(families + 1, 13);
	fclose(file);
}

/* Hommel by its closed-test definition: the largest Simes p over the subsets that hold i. */
static double
hommel_by_closure(const double *p, int count, int i)
{
	double worst = 0;

	for (int set = 0; set < 1 << count; set++)
	{
		double member[16], simes = 1;
		int size = 0;

		if ((set >> i & 1) == 0)
			continue;
		for (int k = 0; k < count; k++)
			if (set >> k & 1)
			{
				int at = size++;

				for (; at > 0 && member[at - 1] > p[k]; at--)
					member[at] = member[at - 1];
				member[at] = p[k];
			}
		for (int k = 0; k < size; k++)
			simes = fmin(simes, size * member[k] / (k + 1));
		worst = fmax(worst, simes);
	}
	return worst;
}

static void
hommel_is_the_closed_simes_test(void **state)
{
	unsigned seed = 7;

	for (int trial = 0; trial < 300; trial++)
	{
		double p[8], adjusted[8];
		int count = 1 + trial % 8;

		for (int i = 0; i < count; i++)
			p[i] = pow(rand_r(&seed) / (double) RAND_MAX, 1 + trial % 4);
		assert_int_equal(psy_p_adjust(&unit_context, p, count, PSY_ADJUST_HOMMEL, 0, adjusted, NULL), PSY_OK);
		for (int i = 0; i < count; i++)
			assert_close(adjusted[i], hommel_by_closure(p, count, i), 1e-14);
	}
}

static void
large_families_keep_the_order_of_the_methods(void **state)
{
	enum
	{
		M = 79800
	};
	double *p = malloc(M * sizeof(double)), *adjusted[METHODS];
	unsigned seed = 11;

	for (int i = 0; i < M; i++)
		p[i] = pow((rand_r(&seed) + 1.0) / (RAND_MAX + 2.0), i % 10 == 0 ? 5 : 1);
	for (int m = 0; m < METHODS; m++)
	{
		clock_t start = clock();

		adjusted[m] = malloc(M * sizeof(double));
		assert_int_equal(psy_p_adjust(&unit_context, p, M, method_of[m], 0, adjusted[m], NULL), PSY_OK);
		assert_true((clock() - start) / (double) CLOCKS_PER_SEC < 5);
	}
	for (int i = 0; i < M; i++)
	{
		/* Bonferroni >= Holm >= Hochberg >= Hommel >= BH >= p, and BY >= BH. */
		for (int m = 1; m < 5; m++)
			assert_true(adjusted[m][i] <= adjusted[m - 1][i] * (1 + 1e-14));
		assert_true(adjusted[4][i] >= p[i] && adjusted[5][i] >= adjusted[4][i]);
	}
	for (int m = 0; m < METHODS; m++)
		free(adjusted[m]);
	free(p);
}

static void
by_has_the_harmonic_number_of_its_family(void **state)
{
	static const size_t families[] = {1, 2, 9999, 10000, 10001, 123456};
	double p = 1e-9, adjusted;

	for (size_t f = 0; f < sizeof families / sizeof families[0]; f++)
	{
		long double sum = 0;

		for (size_t i = families[f]; i >= 1; i--)
			sum += 1.0L / (long double) i;
		assert_int_equal(psy_p_adjust(&unit_context, &p, 1, PSY_ADJUST_BY, families[f], &adjusted, NULL), PSY_OK);
		assert_close(adjusted, (double) (sum * (long double) families[f] * 1e-9L), 1e-15);
	}
	assert_int_equal(psy_p_adjust(&unit_context, &p, 1, PSY_ADJUST_BY, SIZE_MAX, &adjusted, NULL), PSY_OK);
	assert_close(adjusted, 1, 0);
}

static void
wrong_input_is_named(void **state)
{
	double p[3] = {0.1, 1.5, NAN}, adjusted[3];
	psy_adjust method;
	psy_error err;

	assert_int_equal(psy_p_adjust(&unit_context, p, 3, PSY_ADJUST_BH, 0, adjusted, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "p[2] is 1.5"));
	p[1] = 0.2;
	assert_int_equal(psy_p_adjust(&unit_context, p, 3, PSY_ADJUST_BH, 1, adjusted, &err), PSY_DOMAIN);
	assert_int_equal(psy_p_adjust(&unit_context, p, 3, PSY_ADJUST_BH, 2, adjusted, &err), PSY_OK);
	assert_true(isnan(adjusted[2]));
	assert_int_equal(psy_p_adjust(&unit_context, p + 2, 1, PSY_ADJUST_HOMMEL, 0, adjusted, &err), PSY_OK);
	assert_true(isnan(adjusted[0]));
	assert_int_equal(psy_p_adjust(&unit_context, p, 0, PSY_ADJUST_HOLM, 0, adjusted, &err), PSY_OK);
	assert_int_equal(psy_adjust_parse("FDR", &method, &err), PSY_OK);
	assert_int_equal(method, PSY_ADJUST_BH);
	assert_int_equal(psy_adjust_parse("Hommel", &method, &err), PSY_OK);
	assert_int_equal(method, PSY_ADJUST_HOMMEL);
	assert_int_equal(psy_adjust_parse("bhh", &method, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.hint, "bonferroni"));
}

/* Allocations beyond *arg are refused. */
static void *
alloc_some(void *arg, size_t bytes)
{
	return (*(int *) arg)-- > 0 ? malloc(bytes) : NULL;
}

static void
refused_memory_is_reported(void **state)
{
	double p[3] = {0.1, 0.2, 0.3}, adjusted[3];
	psy_context ctx = unit_context;

	ctx.alloc = alloc_some;
	for (int allowed = 0; allowed < 2; allowed++)
	{
		int left = allowed;

		ctx.arg = &left;
		assert_int_equal(psy_p_adjust(&ctx, p, 3, PSY_ADJUST_HOMMEL, 0, adjusted, NULL), PSY_NOMEM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_r),
		cmocka_unit_test(hommel_is_the_closed_simes_test),
		cmocka_unit_test(large_families_keep_the_order_of_the_methods),
		cmocka_unit_test(by_has_the_harmonic_number_of_its_family),
		cmocka_unit_test(wrong_input_is_named),
		cmocka_unit_test(refused_memory_is_reported),
	};

	return cmocka_run_group_tests_name("p_adjust", tests, NULL, NULL);
}
