/* test_meta_effect.c - mean differences, standardised or not: Hedges' J against exact values, hand-worked
 * numbers, hard cases. */
#include "unit.h"

#include "meta/effect_size.h"
#include "stats/hedges.h"

static void
hedges_j_is_exact(void **state)
{
	FILE *file = unit_golden_open("meta_hedges_j.csv");
	double v[2];
	int rows = 0;

	for (; unit_golden_row(file, NULL, 0, v, 2) == 2; rows++)
		assert_close(psy_hedges_j(v[0]), v[1], 1e-15);
	fclose(file);
	assert_int_equal(rows, 18);
	assert_true(isnan(psy_hedges_j(1)) && isnan(psy_hedges_j(0)) && isnan(psy_hedges_j(NAN)));
}

static psy_effect
smd(psy_smd_vtype vtype, double average)
{
	psy_group first = {103, 5.5, 50}, second = {100, 4.5, 50};
	psy_effect effect;

	assert_int_equal(psy_effect_smd(&first, &second, vtype, average, &effect, NULL), PSY_OK);
	return effect;
}

/* Borenstein et al. 2009, example of chapter 4: d = 0.5970, Vd = 0.0418, J = 0.9923 (approximate there), g =
 * 0.5924. */
static void
published_example(void **state)
{
	psy_effect g = smd(PSY_SMD_LS2, NAN), md;
	psy_group first = {103, 5.5, 50}, second = {100, 4.5, 50};

	assert_true(fabs(g.yi - 0.5924) < 5e-5 && fabs(g.vi - 0.0411) < 5e-5);
	assert_int_equal(psy_effect_md(&first, &second, &md, NULL), PSY_OK);
	assert_close(md.yi, 3, 0);
	assert_close(md.vi, 1.01, 1e-15);
}

static void
variance_types_follow_their_formulas(void **state)
{
	double j = psy_hedges_j(98), d = 3 / sqrt((49 * 5.5 * 5.5 + 49 * 4.5 * 4.5) / 98), g = j * d;

	for (int vtype = PSY_SMD_LS; vtype <= PSY_SMD_AV; vtype++)
		assert_close(smd((psy_smd_vtype) vtype, 0.25).yi, g, 1e-15);
	assert_true(g < d); /* the correction shrinks */
	assert_close(smd(PSY_SMD_LS, NAN).vi, 0.04 + g * g / 200, 1e-15);
	assert_close(smd(PSY_SMD_LS2, NAN).vi, j * j * (0.04 + d * d / 200), 1e-15);
	assert_close(smd(PSY_SMD_UB, NAN).vi, 0.04 + (1 - 96 / (98 * j * j)) * g * g, 1e-15);
	assert_close(smd(PSY_SMD_AV, 0.25).vi, 0.04 + 0.25 * 0.25 / 200, 1e-15);
}

static void
exchange_of_groups_changes_the_sign_alone(void **state)
{
	psy_group a = {12.5, 4, 17}, b = {15, 6.5, 23};
	psy_effect ab, ba;

	assert_int_equal(psy_effect_smd(&a, &b, PSY_SMD_LS, NAN, &ab, NULL), PSY_OK);
	assert_int_equal(psy_effect_smd(&b, &a, PSY_SMD_LS, NAN, &ba, NULL), PSY_OK);
	assert_true(ab.yi < 0); /* first minus second */
	assert_close(ab.yi, -ba.yi, 1e-15);
	assert_close(ab.vi, ba.vi, 1e-15);
	assert_int_equal(psy_effect_md(&a, &b, &ab, NULL), PSY_OK);
	assert_close(ab.yi, -2.5, 0);
}

static void
what_cannot_be_known_is_nan(void **state)
{
	psy_group one = {3, 1, 1}, some = {2, 1.5, 12}, flat = {2, 0, 12}, other = {3, 0, 9};
	psy_effect e;

	assert_int_equal(psy_effect_smd(&one, &some, PSY_SMD_LS, NAN, &e, NULL), PSY_OK);
	assert_true(isfinite(e.yi) && isnan(e.vi));
	assert_int_equal(psy_effect_smd(&one, &one, PSY_SMD_LS, NAN, &e, NULL), PSY_OK);
	assert_true(isnan(e.yi) && isnan(e.vi));
	assert_int_equal(psy_effect_smd(&flat, &other, PSY_SMD_LS, NAN, &e, NULL), PSY_OK);
	assert_true(isnan(e.yi) && isnan(e.vi));
	assert_int_equal(psy_effect_smd(&flat, &some, PSY_SMD_LS, NAN, &e, NULL), PSY_OK);
	assert_true(e.yi == 0 && e.vi > 0);
	assert_int_equal(psy_effect_md(&one, &some, &e, NULL), PSY_OK);
	assert_true(e.yi == 1 && isnan(e.vi));
	assert_int_equal(psy_effect_md(&flat, &other, &e, NULL), PSY_OK);
	assert_true(e.yi == -1 && isnan(e.vi));
}

static void
what_cannot_be_true_is_named(void **state)
{
	static const struct
	{
		psy_group first, second;
		const char *message;
	} wrong[] = {
		{{NAN, 1, 10}, {0, 1, 10}, "m1 is NaN"},  {{0, -1, 10}, {0, 1, 10}, "sd1 is -1"},
		{{0, 1, -10}, {0, 1, 10}, "n1 is -10"},   {{0, 1, 10}, {INFINITY, 1, 10}, "m2 is infinite"},
		{{0, 1, 10}, {0, NAN, 10}, "sd2 is NaN"}, {{0, 1, 10}, {0, 1, -0.5}, "n2 is -0.5"},
	};
	psy_smd_vtype vtype;
	psy_effect e;
	psy_error err;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
	{
		assert_int_equal(psy_effect_md(&wrong[i].first, &wrong[i].second, &e, &err), PSY_DOMAIN);
		assert_non_null(strstr(err.message, wrong[i].message));
		assert_int_equal(psy_effect_smd(&wrong[i].first, &wrong[i].second, PSY_SMD_LS, NAN, &e, &err),
						 PSY_DOMAIN);
		assert_non_null(strstr(err.message, wrong[i].message));
	}
	assert_int_equal(psy_effect_smd(&(psy_group){1, 1, 9}, &(psy_group){1, 1, 9}, PSY_SMD_AV, NAN, &e, &err),
					 PSY_DOMAIN);
	assert_non_null(strstr(err.message, "average"));
	assert_int_equal(psy_smd_vtype_parse("ls2", &vtype, &err), PSY_OK);
	assert_int_equal(vtype, PSY_SMD_LS2);
	assert_int_equal(psy_smd_vtype_parse("LS3", &vtype, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.hint, "UB"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hedges_j_is_exact),
		cmocka_unit_test(published_example),
		cmocka_unit_test(variance_types_follow_their_formulas),
		cmocka_unit_test(exchange_of_groups_changes_the_sign_alone),
		cmocka_unit_test(what_cannot_be_known_is_nan),
		cmocka_unit_test(what_cannot_be_true_is_named),
	};

	return cmocka_run_group_tests_name("meta_effect", tests, NULL, NULL);
}
