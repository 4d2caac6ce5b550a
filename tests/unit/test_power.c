/*
 * test_power.c - the noncentral t distribution and power against 34-digit integrals (tests/oracle/power.py,
 * with R's power.t.test beside it), and the ways back from power to n, effect and level.
 */
#include "unit.h"

#include "stats/power.h"

static void
tails_and_power_equal_exact_integrals(void **state)
{
	FILE *file = unit_golden_open("power.csv");
	char name[16];
	double v[8];
	size_t rows = 0;

	while (unit_golden_row(file, name, sizeof name, v, 8) > 0)
	{
		psy_power_design d = {.n2 = NAN, .tests = 1};

		rows++;
		if (strcmp(name, "nct") == 0)
		{
			assert_close(psy_noncentral_t_p(v[0], v[1], v[2], PSY_LOWER), v[3], 1e-11);
			assert_close(psy_noncentral_t_p(v[0], v[1], v[2], PSY_UPPER), v[4], 1e-11);
			continue;
		}
		if (strcmp(name, "ttest") == 0)
		{
			d.test = v[0] == 1 ? PSY_POWER_TWO_SAMPLE : PSY_POWER_ONE_SAMPLE;
			memmove(v, v + 1, 6 * sizeof *v);
			d.n2 = v[2];
			memmove(v + 2, v + 3, 3 * sizeof *v);
		}
		else
			d.test = PSY_POWER_CORRELATION;
		d.alternative = v[0] == 0 ? PSY_POWER_TWO_SIDED : v[0] > 0 ? PSY_POWER_GREATER : PSY_POWER_LESS;
		d.n = v[1];
		d.effect = v[2];
		d.alpha = v[3];
		assert_close(psy_power(&d), v[4], 1e-11);
	}
	fclose(file);
	assert_true(rows > 200);
}

/* ncp = 0 is Student's t; the mirror image is the other tail; the tails add up to 1. */
static void
noncentral_t_keeps_its_identities(void **state)
{
	for (double df = 1; df < 1e7; df *= 7)
		for (double t = -9; t < 10; t += 1.3)
		{
			assert_close(psy_noncentral_t_p(t, df, 0, PSY_UPPER), psy_t_p(t, df, PSY_UPPER), 1e-11);
			for (double ncp = -4; ncp < 12; ncp += 2.7)
			{
				double upper = psy_noncentral_t_p(t, df, ncp, PSY_UPPER),
					   lower = psy_noncentral_t_p(t, df, ncp, PSY_LOWER);

				assert_true(fabs(upper + lower - 1) < 1e-11);
				assert_close(psy_noncentral_t_p(-t, df, -ncp, PSY_LOWER), upper, 1e-13);
			}
		}
	assert_true(isnan(psy_noncentral_t_p(1, 0.5, 0, PSY_UPPER)) &&
				isnan(psy_noncentral_t_p(NAN, 5, 0, PSY_UPPER)) &&
				isnan(psy_noncentral_t_p(1, 5, 2e4, PSY_UPPER)));
	assert_true(psy_noncentral_t_p(INFINITY, 5, 1, PSY_LOWER) == 1 &&
				psy_noncentral_t_p(INFINITY, 5, 1, PSY_UPPER) == 0);
}

/* R's power.t.test(delta = .5, power = .8): 63.77 a group; pwr.r.test(r = .3, power = .8): 84.07. */
static void
sample_sizes_are_the_smallest(void **state)
{
	psy_power_design d = {.test = PSY_POWER_TWO_SAMPLE, .n2 = NAN, .tests = 1, .effect = 0.5, .alpha = 0.05};

	assert_true(psy_power_sample_size(&d, 0.8) == 64);
	for (int test = PSY_POWER_ONE_SAMPLE; test <= PSY_POWER_CORRELATION; test++)
		for (double effect = 0.1; effect < 0.95; effect += 0.2)
			for (double power = 0.3; power < 1; power += 0.23)
			{
				d.test = (psy_power_test) test;
				d.effect = effect;
				d.n = psy_power_sample_size(&d, power);
				assert_true(psy_power(&d) >= power);
				d.n--;
				assert_true(!(psy_power(&d) >= power));
			}
	d.test = PSY_POWER_CORRELATION;
	d.effect = 0.3;
	assert_true(psy_power_sample_size(&d, 0.8) == 85);
	d.covariates = 6;
	assert_true(psy_power_sample_size(&d, 0.8) == 91);
	for (int test = PSY_POWER_ONE_SAMPLE; test <= PSY_POWER_CORRELATION; test++)
	{
		d.test = (psy_power_test) test;
		d.effect = 0;
		assert_true(isnan(psy_power_sample_size(&d, 0.8)));
		d.effect = -0.4;
		d.alternative = PSY_POWER_GREATER;
		assert_true(isnan(psy_power_sample_size(&d, 0.8)));
		d.alternative = PSY_POWER_TWO_SIDED;
		d.effect = 2e-3; /* millions */
		d.n = psy_power_sample_size(&d, 0.8);
		assert_true(d.n > 1.9e6 && psy_power(&d) >= 0.8);
	}
}

static void
detectable_effects_have_the_power(void **state)
{
	for (int test = PSY_POWER_ONE_SAMPLE; test <= PSY_POWER_CORRELATION; test++)
		for (int side = PSY_POWER_TWO_SIDED; side <= PSY_POWER_LESS; side++)
		{
			psy_power_design d = {.test = (psy_power_test) test,
								  .alternative = (psy_power_alternative) side,
								  .n = 33,
								  .n2 = NAN,
								  .tests = 4950,
								  .alpha = 0.05,
								  .correction = PSY_POWER_BONFERRONI};

			d.effect = psy_power_detectable(&d, 0.9);
			assert_true((d.effect < 0) == (side == PSY_POWER_LESS));
			assert_close(psy_power(&d), 0.9, 1e-10);
		}
}

/* The level that FDR gives: with it, false over all discoveries is the rate. */
static void
false_discovery_rate_is_kept(void **state)
{
	psy_power_design d = {.test = PSY_POWER_TWO_SAMPLE,
						  .n = 60,
						  .n2 = NAN,
						  .effect = 0.7,
						  .alpha = 0.05,
						  .tests = 4950,
						  .effects = 100,
						  .correction = PSY_POWER_FDR};
	double power = psy_power(&d), level = psy_power_alpha(&d, power);
	psy_power_design plain = d;

	assert_close(level * 4850 / (level * 4850 + power * 100), 0.05, 1e-9);
	plain.correction = PSY_POWER_NONE;
	plain.alpha = level;
	assert_close(psy_power(&plain), power, 1e-9);
	d.correction = PSY_POWER_BONFERRONI;
	assert_true(psy_power(&d) < power);
	d.correction = PSY_POWER_FDR;
	d.n = psy_power_sample_size(&d, 0.8);
	assert_true(psy_power(&d) >= 0.8);
	d.effects = d.tests;
	assert_close(psy_power(&d), 1, 1e-13); /* nothing is false: all may be called discoveries */
}

static void
wrong_designs_are_named(void **state)
{
	psy_power_design d = {.alpha = 0.05, .tests = 10, .correction = PSY_POWER_FDR};
	psy_power_test test;
	psy_error err;

	assert_int_equal(psy_power_check(&d, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "effects is 0"));
	d.effects = 10;
	assert_int_equal(psy_power_check(&d, &err), PSY_OK);
	d.alpha = NAN;
	assert_int_equal(psy_power_check(&d, &err), PSY_DOMAIN);
	assert_int_equal(psy_power_type_parse("two.sample", &test, &err), PSY_DOMAIN);
	assert_string_equal(err.message, "type is 'two.sample'; one-sample, two-sample or paired expected");
	d = (psy_power_design){
		.test = PSY_POWER_TWO_SAMPLE, .n = 1, .n2 = 1, .alpha = 0.05, .tests = 1, .effect = 1};
	assert_true(isnan(psy_power(&d)) && isnan(psy_power_detectable(&d, 0.8)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tails_and_power_equal_exact_integrals),
		cmocka_unit_test(noncentral_t_keeps_its_identities),
		cmocka_unit_test(sample_sizes_are_the_smallest),
		cmocka_unit_test(detectable_effects_have_the_power),
		cmocka_unit_test(false_discovery_rate_is_kept),
		cmocka_unit_test(wrong_designs_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
