/* test_reliability.c - Cronbach's alpha and McDonald's omega against psych and against a factor of the
 * oracle's own (tests/oracle/reliability.R). */
#include "unit.h"

#include "stats/reliability.h"

#define MOST 20
#define LINE 65536

static int64_t sums[MOST + MOST * (MOST + 1) / 2];
static double loading[MOST], item_rest[MOST], dropped[MOST];
static psy_reliability found = {.loading = loading, .item_rest = item_rest, .alpha_dropped = dropped};

static void
fit(size_t k, int64_t n, double level)
{
	psy_error err;

	assert_int_equal(psy_reliability_check(sums, k, n, &err), PSY_OK);
	assert_int_equal(psy_reliability_fit(&unit_context, sums, k, n, level, &found, &err), PSY_OK);
}

/* People parted by semicolons, answers by spaces; returns how many people there were. */
static int64_t
add_people(char *text, size_t k)
{
	int64_t n = 0;

	memset(sums, 0, sizeof sums);
	for (char *rest = text, *person; (person = strsep(&rest, ";\n")) != NULL && *person != '\0'; n++)
	{
		int32_t answer[MOST];

		for (size_t i = 0; i < k; i++)
			answer[i] = (int32_t) strtol(person, &person, 10);
		psy_reliability_add(sums, k, answer);
	}
	return n;
}

static void
close_to(double actual, double expected, double tolerance)
{
	if (!(fabs(actual - expected) <= tolerance))
		fail_msg("%.17g is not within %g of %.17g", actual, tolerance, expected);
}

static void
one_case(char *line)
{
	double number[13];
	size_t k;

	for (int i = 0; i < 13; i++)
		number[i] = strtod(strsep(&line, ","), NULL);
	k = (size_t) number[2];
	assert_int_equal(add_people(line, k), (int64_t) number[1]);
	fit(k, (int64_t) number[1], 0.95);
	close_to(found.alpha, number[3], 1e-13);
	close_to(found.alpha_lb, number[4], 1e-12);
	close_to(found.alpha_ub, number[5], 1e-12);
	close_to(found.alpha_standardized, number[6], 1e-13);
	close_to(item_rest[0], number[11], 1e-13);
	close_to(dropped[0], number[12], 1e-13);
	if (number[0] == 1) /* psych holds its uniqueness at 0.005 */
	{
		assert_true(isnan(found.omega) && isnan(found.omega_general) &&
					strstr(found.note, "Heywood") != NULL);
		return;
	}
	close_to(found.omega, number[7], 1e-12);
	close_to(found.omega_general, number[8], 1e-12);
	close_to(found.omega, number[9], 3e-6);
	close_to(found.omega_general, number[10], 3e-6);
}

static void
test_golden(void **state)
{
	FILE *file = unit_golden_open("reliability.csv");
	static char line[LINE];
	int cases = 0;

	while (fgets(line, sizeof line, file) != NULL)
		if (line[0] >= '0' && line[0] <= '9')
		{
			one_case(line);
			cases++;
		}
	fclose(file);
	assert_int_equal(cases, 6);
}

/* Loadings that the correlations follow exactly are found again: r_ij = l_i l_j. */
static void
test_exact_factor(void **state)
{
	/* Four items that are the product of nothing but one factor of +-1 beside a part of their own, balanced.
	 */
	char people[] = "2 2 2;2 2 0;2 0 2;0 2 2;0 0 0;0 0 2;0 2 0;2 0 0;2 2 2;0 0 0";
	int64_t n = add_people(people, 3);

	fit(3, n, 0.95);
	close_to(loading[0], sqrt(0.2), 1e-12);
	close_to(found.omega, (3 + 6 * 0.2 - 3 * 0.8) / (3 + 6 * 0.2), 1e-12);
	close_to(found.omega, found.omega_general, 1e-12);
}

static void
test_degenerate(void **state)
{
	char same[] = "1 1 1;1 2 2;1 3 1", one[] = "1 2 3", two[] = "1 2;2 2;3 1";

	fit(3, add_people(same, 3), 0.95);
	assert_true(isnan(found.omega) && !isnan(found.alpha) && strstr(found.note, "does not vary") != NULL);
	fit(3, add_people(one, 3), 0.95);
	assert_true(isnan(found.alpha) && strstr(found.note, "at least 2") != NULL);
	fit(2, add_people(two, 2), 0.95);
	assert_true(!isnan(found.alpha) && isnan(found.omega) && strstr(found.note, "3 items") != NULL);
	fit(0, 0, 0.95);
	assert_true(isnan(found.alpha) && isnan(found.mean));
}

static void
test_refused(void **state)
{
	psy_error err;
	char two[] = "1 2;2 2;3 1";
	int64_t n = add_people(two, 2);

	assert_int_equal(psy_reliability_fit(&unit_context, sums, 2, n, 1, &found, &err), PSY_DOMAIN);
	assert_int_equal(psy_reliability_fit(&unit_context, sums, 2, n, NAN, &found, &err), PSY_DOMAIN);
	sums[2] = 0; /* squares below what the sum allows */
	assert_int_equal(psy_reliability_check(sums, 2, n, &err), PSY_FORMAT);
	add_people((char[]){"1 2;2 2;3 1"}, 2);
	sums[3] += 1000; /* a product beyond the squares */
	assert_int_equal(psy_reliability_check(sums, 2, n, &err), PSY_FORMAT);
	sums[0] = INT64_MAX;
	assert_int_equal(psy_reliability_check(sums, 2, n, &err), PSY_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_exact_factor),
									   cmocka_unit_test(test_degenerate), cmocka_unit_test(test_refused)};

	return cmocka_run_group_tests_name("reliability", tests, NULL, NULL);
}
