/* test_meta_effects.c - effect sizes beyond md and smd: exact values, identities between measures, hard
 * cases. */
#include "unit.h"

#include "meta/effect_convert.h"
#include "meta/effect_correlation.h"
#include "meta/effect_groups.h"
#include "meta/effect_table.h"

static void
unbiased_correlation_is_exact(void **state)
{
	FILE *file = unit_golden_open("meta_ucor.csv");
	double v[4];
	int rows = 0;

	for (; unit_golden_row(file, NULL, 0, v, 4) == 4; rows++)
	{
		psy_effect e;

		assert_int_equal(psy_effect_correlation(v[0], v[1], PSY_CORRELATION_UCOR_UB, &e, NULL), PSY_OK);
		assert_close(e.yi, v[2], 1e-14);
		/* The variance is a difference of numbers near 1, as its formula is. */
		assert_true(isnan(e.vi) ? v[3] < 1e-14 : fabs(e.vi - v[3]) <= 1e-14 + 1e-14 * fabs(v[3]));
	}
	fclose(file);
	assert_int_equal(rows, 132);
}

static const psy_table example = {4, 119, 11, 128};
static const psy_add plain = {.to = PSY_ADD_NONE};

static psy_effect
of(psy_table t, psy_table_measure measure, psy_add rule)
{
	psy_effect e;

	assert_int_equal(psy_effect_table(&t, measure, &rule, &e, NULL), PSY_OK);
	return e;
}

/* Exchanging the groups, or event and no event, changes the sign of what is symmetric in them. */
static void
tables_are_symmetric(void **state)
{
	psy_table groups = {example.c, example.d, example.a, example.b},
			  outcome = {example.b, example.a, example.d, example.c};

	for (int m = PSY_TABLE_OR; m <= PSY_TABLE_AS; m++)
	{
		psy_effect e = of(example, (psy_table_measure) m, plain),
				   g = of(groups, (psy_table_measure) m, plain);

		assert_close(g.yi, -e.yi, 1e-14);
		assert_close(g.vi, e.vi, 1e-14);
		if (m == PSY_TABLE_RR)
			continue;
		g = of(outcome, (psy_table_measure) m, plain);
		assert_close(g.yi, -e.yi, 1e-13);
		assert_close(g.vi, e.vi, 1e-14);
	}
}

static void
the_constant_goes_where_it_is_sent(void **state)
{
	psy_table zero = {0, 10, 3, 9};
	psy_effect added = of((psy_table){0.5, 10.5, 3.5, 9.5}, PSY_TABLE_OR, plain);

	assert_true(of(zero, PSY_TABLE_OR, (psy_add){.add = 0.5}).yi == added.yi);
	assert_true(of(zero, PSY_TABLE_OR, (psy_add){0.5, PSY_ADD_IF0ALL, false, false}).yi == added.yi);
	assert_true(isnan(of(zero, PSY_TABLE_OR, plain).yi) && isnan(of(zero, PSY_TABLE_OR, plain).vi));
	assert_true(of(example, PSY_TABLE_OR, (psy_add){.add = 0.5}).yi == of(example, PSY_TABLE_OR, plain).yi);
	assert_true(of(example, PSY_TABLE_OR, (psy_add){0.5, PSY_ADD_IF0ALL, true, false}).vi ==
				of(example, PSY_TABLE_OR, (psy_add){0.5, PSY_ADD_ALL, false, false}).vi);
	for (int m = PSY_TABLE_OR; m <= PSY_TABLE_AS; m++)
	{
		assert_true(isnan(
			of((psy_table){0, 10, 0, 9}, (psy_table_measure) m, (psy_add){0.5, PSY_ADD_ONLY0, false, true})
				.yi));
		assert_true(isfinite(of((psy_table){0, 10, 0, 9}, (psy_table_measure) m, (psy_add){.add = 0.5}).yi));
		assert_true(isnan(of((psy_table){0, 0, 3, 9}, (psy_table_measure) m, (psy_add){.add = 0.5}).yi));
	}
}

static void
proportions_return(void **state)
{
	const double n[] = {1, 2, 17, 1000, 1e6};
	psy_effect e;

	for (int i = 0; i < 5; i++)
		for (double x = 0; x <= n[i]; x += ceil(n[i] / 7))
		{
			assert_int_equal(psy_effect_proportion(x, n[i], PSY_PROPORTION_PFT, &plain, &e, NULL), PSY_OK);
			assert_true(fabs(psy_back_pft(e.yi, n[i]) - x / n[i]) <= 1e-12);
			assert_int_equal(psy_effect_proportion(x, n[i], PSY_PROPORTION_PAS, &plain, &e, NULL), PSY_OK);
			assert_true(fabs(psy_back_pas(e.yi) - x / n[i]) <= 1e-15);
		}
	assert_true(psy_back_pft(-1, 10) == 0 && psy_back_pft(4, 10) == 1 && isnan(psy_back_pft(NAN, 10)) &&
				isnan(psy_back_pft(1, 0)));
}

static void
ratios_of_spread_are_differences(void **state)
{
	psy_group a = {12.5, 4, 17}, b = {15, 6.5, 23};
	psy_effect rom, vr, cvr, swapped;

	for (int correct = 0; correct < 2; correct++)
	{
		assert_int_equal(psy_effect_rom(&a, &b, correct, &rom, NULL), PSY_OK);
		assert_int_equal(psy_effect_vr(&a, &b, &vr, NULL), PSY_OK);
		assert_int_equal(psy_effect_cvr(&a, &b, correct, &cvr, NULL), PSY_OK);
		assert_close(cvr.yi, vr.yi - rom.yi, 1e-15);
		assert_close(cvr.vi, vr.vi + rom.vi, 1e-15);
		assert_int_equal(psy_effect_cvr(&b, &a, correct, &swapped, NULL), PSY_OK);
		assert_close(swapped.yi, -cvr.yi, 1e-14);
	}
}

/* A change that is a shift and scale of units is standardised to the same number. */
static void
changes_keep_their_unit(void **state)
{
	psy_change c = {12.3, 24.1, 4.1, 5.2, 12, 0.45}, scaled = {123, 241, 41, 52, 12, 0.45};
	psy_effect e, s;

	for (int m = PSY_CHANGE_MC; m <= PSY_CHANGE_SMCRP; m++)
	{
		double factor = m == PSY_CHANGE_MC ? 10 : 1;

		assert_int_equal(psy_effect_change(&c, (psy_change_measure) m, false, &e, NULL), PSY_OK);
		assert_int_equal(psy_effect_change(&scaled, (psy_change_measure) m, false, &s, NULL), PSY_OK);
		assert_close(s.yi, factor * e.yi, 1e-14);
		assert_close(s.vi, factor * factor * e.vi, 1e-14);
	}
	/* sds equal and r = 1/2: the change has the same sd, so SMCC is SMCR but for the share 2 (1 - r) = 1. */
	c.sd_post = c.sd_pre;
	c.r = 0.5;
	assert_int_equal(psy_effect_change(&c, PSY_CHANGE_SMCC, true, &e, NULL), PSY_OK);
	assert_int_equal(psy_effect_change(&c, PSY_CHANGE_SMCR, true, &s, NULL), PSY_OK);
	assert_close(e.yi, s.yi, 1e-15);
	assert_close(e.vi, s.vi, 1e-15);
	c.r = 1;
	assert_int_equal(psy_effect_change(&c, PSY_CHANGE_SMCR, false, &e, NULL), PSY_OK);
	assert_true(isfinite(e.yi) && isnan(e.vi));
}

static void
arms_pool_as_people(void **state)
{
	psy_group a = {10, 2, 20}, b = {14, 3, 30}, c = {9, 1, 5}, ab, bc, left, right;

	psy_combine_arms(&a, &b, &ab, NULL);
	psy_combine_arms(&ab, &c, &left, NULL);
	psy_combine_arms(&b, &c, &bc, NULL);
	psy_combine_arms(&a, &bc, &right, NULL);
	assert_close(left.mean, right.mean, 1e-15);
	assert_close(left.sd, right.sd, 1e-15);
	assert_close(left.n, 55, 0);
}

static void
printed_tests_agree(void **state)
{
	psy_effect t, d, f, p;
	double two_sided = 0.0421;

	assert_int_equal(psy_effect_from_t(-2.1, 20, 22, PSY_SMD_LS, NAN, &t, NULL), PSY_OK);
	assert_int_equal(psy_effect_from_d(-2.1 * sqrt(1 / 20.0 + 1 / 22.0), 20, 22, PSY_SMD_LS, NAN, &d, NULL),
					 PSY_OK);
	assert_int_equal(psy_effect_from_f(2.1 * 2.1, -1, 20, 22, PSY_SMD_LS, NAN, &f, NULL), PSY_OK);
	assert_close(d.yi, t.yi, 1e-15);
	assert_close(f.yi, t.yi, 1e-15);
	assert_int_equal(psy_effect_from_p(-two_sided, 20, 22, PSY_SMD_LS, NAN, &p, NULL), PSY_OK);
	assert_true(p.yi < 0 && fabs(p.yi / t.yi - 1) < 0.01);
	assert_int_equal(psy_effect_from_ci(NAN, 1, 3, 0.95, INFINITY, PSY_SCALE_IDENTITY, &t, NULL), PSY_OK);
	assert_close(t.vi, 1 / (1.959963984540054 * 1.959963984540054), 1e-14);
}

static void
what_cannot_be_true_is_named(void **state)
{
	psy_error err;
	psy_effect e;
	double mean, sd, cell[4];
	const psy_add rule = {.add = 0.5};

	assert_int_equal(psy_effect_table(&(psy_table){1, -1, 2, 2}, PSY_TABLE_OR, &rule, &e, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "b is -1"));
	assert_int_equal(psy_effect_proportion(3, 2, PSY_PROPORTION_PR, &rule, &e, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "above n"));
	assert_int_equal(psy_effect_correlation(1.5, 10, PSY_CORRELATION_ZCOR, &e, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "r is 1.5"));
	assert_int_equal(psy_effect_from_f(-1, 1, 5, 5, PSY_SMD_LS, NAN, &e, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "f is -1"));
	assert_int_equal(psy_mean_sd_from_quantiles(&(psy_quantiles){NAN, 3, 2, 4, NAN, 20}, &mean, &sd, &err),
					 PSY_DOMAIN);
	assert_non_null(strstr(err.message, "median is 2"));
	assert_int_equal(psy_table_from_or(INFINITY, 1, 1, 1, cell, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "odds_ratio is infinite"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unbiased_correlation_is_exact),
		cmocka_unit_test(tables_are_symmetric),
		cmocka_unit_test(the_constant_goes_where_it_is_sent),
		cmocka_unit_test(proportions_return),
		cmocka_unit_test(ratios_of_spread_are_differences),
		cmocka_unit_test(changes_keep_their_unit),
		cmocka_unit_test(arms_pool_as_people),
		cmocka_unit_test(printed_tests_agree),
		cmocka_unit_test(what_cannot_be_true_is_named),
	};

	return cmocka_run_group_tests_name("meta_effects", tests, NULL, NULL);
}
