/* test_binomial.c - sign test and interval of a share against R's binom.test (tests/oracle/sign_test.R), and their laws. */
#include "unit.h"

#include "stats/binomial.h"

static void
equals_binom_test(void **state)
{
	FILE *file = unit_golden_open("sign_test.csv");
	char name[16];
	double v[6];
	size_t rows = 0;

	while (unit_golden_row(file, name, sizeof name, v, 6) > 0)
	{
		int64_t up = (int64_t) v[0], down = (int64_t) v[1];
		double lower, upper;

		rows++;
		psy_share_interval(up, up + down, v[2], &lower, &upper);
		assert_close(lower, v[3], 1e-11);
		assert_close(upper, v[4], 1e-11);
		assert_close(psy_sign_test_p(up, down), v[5], 1e-11);
	}
	fclose(file);
	assert_int_equal(rows, 114);
	(void) state;
}

static void
laws(void **state)
{
	for (int64_t n = 0; n <= 60; n++)
		for (int64_t x = 0; x <= n; x++)
		{
			double lower, upper, low, high, p = psy_sign_test_p(x, n - x);

			assert_true(p > 0 && p <= 1);
			assert_true(p == psy_sign_test_p(n - x, x));
			psy_share_interval(x, n, 0.95, &lower, &upper);
			psy_share_interval(n - x, n, 0.95, &low, &high);
			if (n == 0)
				assert_true(isnan(lower) && isnan(upper));
			else
			{
				assert_true(lower <= (double) x / (double) n && upper >= (double) x / (double) n);
				assert_close(1 - high, lower, 1e-12);
				assert_true((x == 0) == (lower == 0) && (x == n) == (upper == 1));
				/* The test at 5 % and the interval at 95 % agree on one half. */
				assert_true((p < 0.05) == (lower > 0.5 || upper < 0.5));
			}
		}
	(void) state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(equals_binom_test), cmocka_unit_test(laws)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
