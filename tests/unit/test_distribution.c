/*
 * test_distribution.c - normal, t, chi-square and F against exact values (tests/oracle/distribution.py), and
 * their laws.
 *
 * The bar is 1e-12 relative everywhere; each table is held to a tighter one, just above what is reached.
 */
#include "unit.h"

#include "stats/distribution.h"

#include <time.h>

/* The error that a table may show, and the largest of its columns. */
typedef struct worst
{
	double allowed;
	double error[8];
	long compared;
} worst;

static void
compare(worst *w, int column, double actual, double expected, const char *what, double at)
{
	double error = actual == expected ? 0 : fabs(actual - expected) / fabs(expected);

	/*
	 * Below the normal range a double has fewer digits: half an ulp of the denormal is all that can be asked.
	 */
	if (fabs(expected) < 2.3e-308 && fabs(actual - expected) <= 1e-12 * 2.3e-308)
		error = 0;
	w->compared++;
	if (!(error <= w->error[column]))
		w->error[column] = error;
	if (!(error <= w->allowed))
		fail_msg("%s at %.17g (%a) is %.17g, expected %.17g: relative error %.2g", what, at, at, actual,
				 expected, error);
}

static void
report(const char *table, const worst *w)
{
	print_message("           %s: %ld values, largest relative error", table, w->compared);
	for (int c = 0; c < 8; c++)
		print_message(" %.1e", w->error[c]);
	print_message("\n");
}

/* The golden quantile is that of the double nearest to p: how far it lies from x tells how well p determines
 * x. */
static bool
conditioned(double quantile, double x)
{
	return !isnan(quantile) && fabs(quantile - x) <= 1e-13 * fabs(x);
}

static void
normal_matches_exact_values(void **state)
{
	FILE *file = unit_golden_open("distribution_normal.csv");
	worst w = {.allowed = 4e-15};
	double v[9], log_p;

	while (unit_golden_row(file, NULL, 0, v, 9) == 9)
	{
		double z = v[0];

		compare(&w, 0, psy_normal_p(z, PSY_LOWER), v[1], "normal lower", z);
		compare(&w, 1, psy_normal_p(z, PSY_UPPER), v[2], "normal upper", z);
		compare(&w, 2, psy_two_sided_p(z, INFINITY, &log_p), v[3], "normal two-sided", z);
		compare(&w, 3, psy_normal_log_p(z, PSY_LOWER), v[4], "normal log lower", z);
		compare(&w, 4, psy_normal_log_p(z, PSY_UPPER), v[5], "normal log upper", z);
		compare(&w, 5, log_p, v[6], "normal log two-sided", z);
		if (!isnan(v[7]) && fabs(v[7] - z) <= 1e-8 * fabs(z))
			compare(&w, 6, psy_normal_quantile(v[1], PSY_LOWER), v[7], "normal quantile", z);
		if (!isnan(v[8]) && fabs(v[8] - z) <= 1e-8 * fabs(z))
			compare(&w, 7, psy_normal_quantile(v[2], PSY_UPPER), v[8], "normal quantile", z);
	}
	fclose(file);
	report("normal", &w);
	assert_true(w.compared > 2000);
}

static void
t_matches_exact_values(void **state)
{
	FILE *file = unit_golden_open("distribution_t.csv");
	worst w = {.allowed = 5e-13};
	double v[10], log_p;

	while (unit_golden_row(file, NULL, 0, v, 10) == 10)
	{
		double t = v[0], df = v[1];

		compare(&w, 0, psy_t_p(t, df, PSY_LOWER), v[2], "t lower", t);
		compare(&w, 1, psy_t_p(t, df, PSY_UPPER), v[3], "t upper", t);
		compare(&w, 2, psy_two_sided_p(t, df, &log_p), v[4], "t two-sided", t);
		compare(&w, 3, psy_t_log_p(t, df, PSY_LOWER), v[5], "t log lower", t);
		compare(&w, 4, psy_t_log_p(t, df, PSY_UPPER), v[6], "t log upper", t);
		compare(&w, 5, log_p, v[7], "t log two-sided", t);
		if (conditioned(v[8], t))
			compare(&w, 6, psy_t_quantile(v[2], df, PSY_LOWER), v[8], "t quantile", t);
		if (conditioned(v[9], t))
			compare(&w, 7, psy_t_quantile(v[3], df, PSY_UPPER), v[9], "t quantile", t);
	}
	fclose(file);
	report("t", &w);
	assert_true(w.compared > 5000);
}

static void
chisq_matches_exact_values(void **state)
{
	FILE *file = unit_golden_open("distribution_chisq.csv");
	worst w = {.allowed = 6e-13};
	double v[8];

	while (unit_golden_row(file, NULL, 0, v, 8) == 8)
	{
		double x = v[0], df = v[1];

		compare(&w, 0, psy_chisq_p(x, df, PSY_LOWER), v[2], "chi-square lower", x);
		compare(&w, 1, psy_chisq_p(x, df, PSY_UPPER), v[3], "chi-square upper", x);
		compare(&w, 2, psy_chisq_log_p(x, df, PSY_LOWER), v[4], "chi-square log lower", x);
		compare(&w, 3, psy_chisq_log_p(x, df, PSY_UPPER), v[5], "chi-square log upper", x);
		if (conditioned(v[6], x))
			compare(&w, 4, psy_chisq_quantile(v[2], df, PSY_LOWER), v[6], "chi-square quantile", x);
		if (conditioned(v[7], x))
			compare(&w, 5, psy_chisq_quantile(v[3], df, PSY_UPPER), v[7], "chi-square quantile", x);
	}
	fclose(file);
	report("chi-square", &w);
	assert_true(w.compared > 4000);
}

static void
f_matches_exact_values(void **state)
{
	FILE *file = unit_golden_open("distribution_f.csv");
	worst w = {.allowed = 6e-13};
	double v[9];

	while (unit_golden_row(file, NULL, 0, v, 9) == 9)
	{
		double x = v[0], df1 = v[1], df2 = v[2];

		compare(&w, 0, psy_f_p(x, df1, df2, PSY_LOWER), v[3], "F lower", x);
		compare(&w, 1, psy_f_p(x, df1, df2, PSY_UPPER), v[4], "F upper", x);
		compare(&w, 2, psy_f_log_p(x, df1, df2, PSY_LOWER), v[5], "F log lower", x);
		compare(&w, 3, psy_f_log_p(x, df1, df2, PSY_UPPER), v[6], "F log upper", x);
		if (conditioned(v[7], x))
			compare(&w, 4, psy_f_quantile(v[3], df1, df2, PSY_LOWER), v[7], "F quantile", x);
		if (conditioned(v[8], x))
			compare(&w, 5, psy_f_quantile(v[4], df1, df2, PSY_UPPER), v[8], "F quantile", x);
	}
	fclose(file);
	report("F", &w);
	assert_true(w.compared > 5000);
}

/* One of the four distributions by its name in the golden file. */
static double
by_name(const char *name, const double *x, psy_tail tail, bool log_p)
{
	if (strcmp(name, "normal") == 0)
		return log_p ? psy_normal_log_p(x[0], tail) : psy_normal_p(x[0], tail);
	if (strcmp(name, "t") == 0)
		return log_p ? psy_t_log_p(x[0], x[1], tail) : psy_t_p(x[0], x[1], tail);
	if (strcmp(name, "chisq") == 0)
		return log_p ? psy_chisq_log_p(x[0], x[1], tail) : psy_chisq_p(x[0], x[1], tail);
	assert_string_equal(name, "f");
	return log_p ? psy_f_log_p(x[0], x[1], x[2], tail) : psy_f_p(x[0], x[1], x[2], tail);
}

static void
agrees_with_r(void **state)
{
	FILE *file = unit_golden_open("distribution_r.csv");
	worst w = {.allowed = 1e-12};
	char name[16];
	double v[5];

	while (unit_golden_row(file, name, sizeof name, v, 5) == 5)
	{
		int column = (int) v[0];

		compare(&w, column, by_name(name, v + 1, column % 2 == 0 ? PSY_LOWER : PSY_UPPER, column >= 2), v[4],
				name, v[1]);
	}
	fclose(file);
	report("R", &w);
	assert_true(w.compared > 1500);
}

static void
edges_follow_the_limits(void **state)
{
	double log_p;

	assert_true(isnan(psy_normal_p(NAN, PSY_LOWER)) && isnan(psy_t_p(NAN, 5, PSY_UPPER)));
	assert_true(isnan(psy_t_p(1, 0, PSY_LOWER)) && isnan(psy_t_p(1, -3, PSY_LOWER)) &&
				isnan(psy_t_p(1, NAN, PSY_LOWER)));
	assert_true(isnan(psy_chisq_p(1, 0, PSY_LOWER)) && isnan(psy_f_p(1, 0, 4, PSY_LOWER)) &&
				isnan(psy_f_p(1, 4, NAN, PSY_LOWER)));
	assert_true(isnan(psy_two_sided_p(NAN, 4, &log_p)) && isnan(log_p));
	assert_true(isnan(psy_t_quantile(-0.1, 4, PSY_LOWER)) && isnan(psy_t_quantile(1.1, 4, PSY_LOWER)) &&
				isnan(psy_t_quantile(NAN, 4, PSY_LOWER)));
	assert_true(psy_two_sided_p(INFINITY, 4, &log_p) == 0 && log_p == -INFINITY);
	assert_true(psy_two_sided_p(0, 4, &log_p) == 1 && log_p == 0);
	assert_true(psy_normal_p(INFINITY, PSY_UPPER) == 0 && psy_normal_p(-INFINITY, PSY_UPPER) == 1);
	assert_true(psy_chisq_p(0, 3, PSY_UPPER) == 1 && psy_chisq_p(-1, 3, PSY_LOWER) == 0 &&
				psy_chisq_p(INFINITY, 3, PSY_LOWER) == 1);
	assert_true(psy_chisq_log_p(0, 3, PSY_LOWER) == -INFINITY &&
				psy_f_log_p(INFINITY, 3, 3, PSY_UPPER) == -INFINITY);
	assert_true(psy_normal_quantile(0, PSY_LOWER) == -INFINITY &&
				psy_normal_quantile(1, PSY_LOWER) == INFINITY);
	assert_true(psy_normal_quantile(0.5, PSY_UPPER) == 0 && psy_t_quantile(0, 4, PSY_UPPER) == INFINITY);
	assert_true(psy_chisq_quantile(0, 3, PSY_LOWER) == 0 && psy_chisq_quantile(0, 3, PSY_UPPER) == INFINITY);
	assert_true(psy_f_quantile(1, 3, 4, PSY_LOWER) == INFINITY && psy_f_quantile(1, 3, 4, PSY_UPPER) == 0);
	assert_close(psy_f_p(1.7, 4, INFINITY, PSY_UPPER), psy_chisq_p(6.8, 4, PSY_UPPER), 1e-15);
	assert_close(psy_f_p(1.7, INFINITY, 4, PSY_UPPER), psy_chisq_p(4 / 1.7, 4, PSY_LOWER), 1e-15);
	assert_close(psy_t_p(2, 1e30, PSY_UPPER), psy_normal_p(2, PSY_UPPER), 1e-15);
	assert_close(psy_two_sided_p(40, INFINITY, &log_p), 0, 0);
	assert_close(log_p, -803.91529483319391, 1e-14);
}

static void
tails_are_monotone_and_complementary(void **state)
{
	static const double dfs[] = {0.3, 1, 2.5, 10, 99, 198, 1000, 1e5};

	for (size_t d = 0; d < sizeof dfs / sizeof dfs[0]; d++)
	{
		double last_t = 1, last_c = 1, last_f = 1;

		for (int i = 1; i < 4000; i++)
		{
			double x = i * 0.005, t, c, f;

			t = psy_t_p(x, dfs[d], PSY_UPPER);
			c = psy_chisq_p(x * dfs[d], dfs[d], PSY_UPPER);
			f = psy_f_p(x, dfs[d], 7.5, PSY_UPPER);
			/* Neighbouring methods may differ by their error, far below one grid step. */
			if (!(t <= last_t && c <= last_c * (1 + 1e-13) && f <= last_f))
				fail_msg("a tail rises at %.17g, df %g", x, dfs[d]);
			last_t = t, last_c = c, last_f = f;
			assert_true(fabs(t + psy_t_p(x, dfs[d], PSY_LOWER) - 1) < 1e-15);
			assert_true(fabs(f + psy_f_p(x, dfs[d], 7.5, PSY_LOWER) - 1) < 1e-15);
			assert_true(psy_t_p(-x, dfs[d], PSY_LOWER) == t);
		}
	}
}

/* p -> x -> p for one variable; x is held to 1e-15, so that p comes back up to slope times that. */
static void
there_and_back(const char *name, const double df[2], double p, psy_tail tail)
{
	double x, back, slope;

	if (strcmp(name, "normal") == 0)
		x = psy_normal_quantile(p, tail);
	else if (strcmp(name, "t") == 0)
		x = psy_t_quantile(p, df[0], tail);
	else
		x = strcmp(name, "chisq") == 0 ? psy_chisq_quantile(p, df[0], tail)
									   : psy_f_quantile(p, df[0], df[1], tail);
	if (x == 0 || isinf(x))
		return; /* beyond the double range */
	back = by_name(name, (double[]){x, df[0], df[1]}, tail, true);
	slope = (by_name(name, (double[]){x * (1 + 1e-7), df[0], df[1]}, tail, true) - back) / 1e-7;
	if (!(fabs(back - log(p)) <= 1e-12 + 1e-15 * fabs(slope)))
		fail_msg("%s quantile of %.17g, df %g and %g, is %.17g, whose log p is off by %g", name, p, df[0],
				 df[1], x, back - log(p));
}

static void
quantiles_invert_the_tails(void **state)
{
	static const char *const names[] = {"normal", "t", "chisq", "f"};
	unsigned seed = 17;

	for (int i = 0; i < 20000; i++)
	{
		double u[4];
		double df[2];

		for (int j = 0; j < 4; j++)
			u[j] = (rand_r(&seed) + 0.5) / (RAND_MAX + 1.0);
		df[0] = pow(10, 7 * u[0] - 1);
		df[1] = pow(10, 7 * u[1] - 1);
		there_and_back(names[i % 4], df, i % 8 < 4 ? u[2] : pow(10, -300 * u[2]),
					   u[3] < 0.5 ? PSY_LOWER : PSY_UPPER);
	}
}

static void
many_equals_one_by_one_and_is_cheap(void **state)
{
	enum
	{
		M = 79800
	};
	double *statistic = malloc(M * sizeof(double)), *df = malloc(M * sizeof(double));
	double *p = malloc(M * sizeof(double)), *log_p = malloc(M * sizeof(double));
	struct timespec a, b;
	double best = 1e9;

	for (int i = 0; i < M; i++)
	{
		statistic[i] = psy_normal_quantile((i + 0.5) / M, PSY_LOWER) * 1.3;
		df[i] = i % 3 == 0 ? INFINITY : 197 + i % 2;
	}
	for (int run = 0; run < 5; run++)
	{
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		psy_two_sided_p_many(statistic, NULL, 198, M, p, log_p);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		best = fmin(best, (b.tv_sec - a.tv_sec) * 1e3 + (b.tv_nsec - a.tv_nsec) / 1e6);
	}
	print_message("           79,800 two-sided p and log p of t, df 198: %.1f ms\n", best);
	for (int i = 0; i < M; i += 7)
	{
		double lp, one = psy_two_sided_p(statistic[i], 198, &lp);

		assert_true(one == p[i] && lp == log_p[i]);
	}
	psy_two_sided_p_many(statistic, df, 0, M, p, log_p);
	for (int i = 0; i < M; i += 7)
	{
		double lp, one = psy_two_sided_p(statistic[i], df[i], &lp);

		assert_true(one == p[i] && lp == log_p[i]);
	}
	psy_two_sided_p_many(statistic, df, 0, M, p, NULL);
	psy_two_sided_p_many(statistic, df, 0, M, NULL, log_p);
	free(statistic), free(df), free(p), free(log_p);
}

/* Statistics and df beyond the common evaluation stand among ordinary ones and change nothing there. */
static void
many_takes_the_extraordinary_too(void **state)
{
	static const double statistic[] = {2, NAN, INFINITY, 1e200, 0, 2, 2, 40, 1e160, -2, 3, 2};
	static const double df[] = {4, 4, 4, 0.1, 4, -1, NAN, 1e26, 1e26, INFINITY, 1e-300, 4};
	double p[12], log_p[12];

	psy_two_sided_p_many(statistic, df, 0, 12, p, log_p);
	assert_true(p[0] == p[11] && log_p[0] == log_p[11]);
	assert_close(p[0], 0.11611652351681559, 1e-14); /* R: 2 * pt(-2, 4) */
	assert_true(isnan(p[1]) && isnan(p[5]) && isnan(p[6]) && isnan(log_p[1]) && isnan(log_p[5]));
	assert_true(p[2] == 0 && log_p[2] == -INFINITY && p[4] == 1 && log_p[4] == 0);
	assert_close(log_p[3], psy_t_log_p(1e200, 0.1, PSY_UPPER) + M_LN2, 1e-14);
	assert_close(p[3], 2 * psy_t_p(1e200, 0.1, PSY_UPPER), 0);
	assert_close(log_p[7], psy_normal_log_p(40, PSY_UPPER) + M_LN2, 1e-14);
	assert_true(p[8] == 0 && log_p[8] < -1e20);
	assert_close(p[9], 2 * psy_normal_p(-2, PSY_LOWER), 0);
	assert_close(p[10], 1, 1e-12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_matches_exact_values),
		cmocka_unit_test(t_matches_exact_values),
		cmocka_unit_test(chisq_matches_exact_values),
		cmocka_unit_test(f_matches_exact_values),
		cmocka_unit_test(agrees_with_r),
		cmocka_unit_test(edges_follow_the_limits),
		cmocka_unit_test(tails_are_monotone_and_complementary),
		cmocka_unit_test(quantiles_invert_the_tails),
		cmocka_unit_test(many_equals_one_by_one_and_is_cheap),
		cmocka_unit_test(many_takes_the_extraordinary_too),
	};

	return cmocka_run_group_tests_name("distribution", tests, NULL, NULL);
}
