/*
 * test_meta_bias.c - lines through studies, rank correlation, trim and fill, influence, subgroups and pooled
 * tables: identities with the plain fits, on random sets of all scales, and exact small cases.
 */
#include "unit.h"

#include "meta/influence.h"
#include "meta/small_study.h"
#include "meta/subgroup.h"
#include "meta/tables.h"

static const psy_meta_options reml = {PSY_META_REML, PSY_META_Z, 0.95, PSY_META_PI_METAFOR,
									  PSY_META_QPROFILE};

static uint64_t seed = 12345;

/* Uniform in (0, 1). */
static double
uniform(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((double) (seed >> 12) + 0.5) / 4503599627370496.0;
}

/* k studies with heavy tails, at scale; sorted. */
static void
random_set(psy_effect *e, size_t k, double scale)
{
	for (size_t i = 0; i < k; i++)
	{
		double s = 0.05 + uniform();

		e[i].vi = s * s * scale * scale;
		e[i].yi = scale * (tan(1.4 * (uniform() - 0.5)) + s * (uniform() - 0.5));
	}
	psy_meta_sort(e, k);
}

static void
influence_is_leaving_out(void **state)
{
	static const psy_meta_method methods[] = {PSY_META_EE, PSY_META_DL, PSY_META_REML, PSY_META_PM,
											  PSY_META_SJ};
	psy_effect e[20], rest[20];
	psy_influence d[20];

	for (int round = 0; round < 400; round++)
	{
		size_t k = 2 + (size_t) (uniform() * 18);
		double scale = pow(10, 16 * uniform() - 8);
		psy_meta_options o = reml;
		psy_meta_result all;

		o.method = methods[round % 5];
		random_set(e, k, scale);
		assert_int_equal(psy_influence_of(&unit_context, e, k, o.method, o.test, d, NULL), PSY_OK);
		assert_int_equal(psy_meta_fit(&unit_context, e, k, &o, &all, NULL), PSY_OK);
		for (size_t i = 0; i < k; i++)
		{
			psy_meta_result fit;

			memcpy(rest, e, i * sizeof *e);
			memcpy(rest + i, e + i + 1, (k - i - 1) * sizeof *e);
			assert_int_equal(psy_meta_fit(&unit_context, rest, k - 1, &o, &fit, NULL), PSY_OK);
			assert_true(fabs(d[i].estimate_del - fit.estimate) <= 1e-12 * scale);
			assert_close(d[i].se_del, fit.se, 1e-11);
			assert_true(fabs(d[i].tau2_del - fit.tau2) <= 1e-11 * (fit.tau2 + rest[0].vi));
			assert_close(d[i].hat, (1 / (e[i].vi + all.tau2)) * all.se * all.se, 1e-11);
			assert_close(d[i].cov_r, fit.se * fit.se / (all.se * all.se), 1e-11);
		}
	}
}

/* One group with a common tau2 is the plain fit; two equal groups have no difference. */
static void
a_single_group_is_the_whole(void **state)
{
	static const psy_meta_method methods[] = {PSY_META_EE, PSY_META_DL, PSY_META_REML, PSY_META_ML,
											  PSY_META_PM};
	psy_effect e[40];
	psy_meta_result fit, group[2];
	psy_subgroups s;

	for (int round = 0; round < 400; round++)
	{
		size_t k = 2 + (size_t) (uniform() * 18), sizes[2] = {k, k};
		double scale = pow(10, 16 * uniform() - 8);
		psy_meta_options o = reml;

		o.method = methods[round % 5];
		random_set(e, k, scale);
		memcpy(e + k, e, k * sizeof *e);
		assert_int_equal(psy_meta_fit(&unit_context, e, k, &o, &fit, NULL), PSY_OK);
		assert_int_equal(psy_subgroup_fit(&unit_context, e, sizes, 1, &o, true, group, &s, NULL), PSY_OK);
		assert_true(fabs(s.tau2 - fit.tau2) <= 1e-11 * (fit.tau2 + e[0].vi));
		assert_close(group[0].se, fit.se, 1e-11);
		assert_true(fabs(group[0].estimate - fit.estimate) <= 1e-11 * scale && isnan(s.q_between));
		for (int common = 0; common < 2; common++)
		{
			assert_int_equal(psy_subgroup_fit(&unit_context, e, sizes, 2, &o, common, group, &s, NULL),
							 PSY_OK);
			assert_true(s.q_between >= 0 && s.q_between < 1e-20 && s.q_df == 1);
		}
	}
}

/* Units and origin do not matter, nor the order of the points. */
static void
lines_scale_and_shift(void **state)
{
	psy_point p[20], q[20];
	psy_effect e[20];

	for (int round = 0; round < 400; round++)
	{
		size_t k = 3 + (size_t) (uniform() * 17);
		psy_line a, b;

		random_set(e, k, 1);
		for (size_t i = 0; i < k; i++)
		{
			p[i] = (psy_point){sqrt(e[i].vi), e[i].yi, e[i].vi};
			q[k - 1 - i] = (psy_point){1024 * p[i].x, 1024 * (p[i].y + 1), 1048576 * p[i].v};
		}
		assert_int_equal(psy_line_fit(&unit_context, p, k, (psy_line_model) (round % 4), 0.95, &a, NULL),
						 PSY_OK);
		assert_int_equal(psy_line_fit(&unit_context, q, k, (psy_line_model) (round % 4), 0.95, &b, NULL),
						 PSY_OK);
		assert_true(fabs(a.b1 - b.b1) <= 1e-10 * (fabs(a.b1) + a.b1_se));
		assert_true(fabs(1024 * (a.b0 + 1) - b.b0) <= 1024 * 1e-10 * (fabs(a.b0) + 1));
		assert_close(b.b1_se, a.b1_se, 1e-9);
		assert_true(fabs(b.tau2 / 1048576 - a.tau2) <= 1e-9 * (a.tau2 + e[0].vi));
	}
}

/* Points on a line by hand: y = 1 + 2 x with residuals +-1 at equal weights. */
static void
a_line_by_hand(void **state)
{
	psy_point p[] = {{0, 2, 1}, {1, 2, 1}, {2, 4, 1}, {3, 8, 1}};
	psy_line line;

	assert_int_equal(psy_line_fit(&unit_context, p, 4, PSY_LINE_LM, 0.95, &line, NULL), PSY_OK);
	assert_close(line.b1, 2, 1e-15);
	assert_close(line.b0, 1, 1e-14);
	assert_close(line.b1_se, sqrt(4.0 / 2 / 5), 1e-14); /* RSS 4, df 2, Sxx 5 */
	assert_true(line.df == 2 && strstr(line.note, "fewer than 10") != NULL);
	assert_int_equal(psy_line_fit(&unit_context, p, 2, PSY_LINE_LM, 0.95, &line, NULL), PSY_OK);
	assert_true(isnan(line.b1) && line.note != NULL);
	p[0].v = 0;
	assert_int_equal(psy_line_fit(&unit_context, p, 4, PSY_LINE_LM, 0.95, &line, NULL), PSY_DOMAIN);
}

/* Perfect order of k studies has the exact p of 2 / k!. */
static void
rank_correlation_is_exact(void **state)
{
	double factorial = 2;
	psy_effect e[600];

	for (size_t k = 3; k <= 12; k++)
	{
		psy_begg begg;

		factorial *= (double) k;
		for (size_t i = 0; i < k; i++)
			e[i] = (psy_effect){(double) (i * i * i), 1 + (double) i};
		assert_int_equal(psy_begg_test(&unit_context, e, k, &begg, NULL), PSY_OK);
		assert_close(begg.tau, 1, 1e-15);
		assert_close(begg.p, 2 / factorial, 1e-13);
		assert_true(begg.exact);
	}
	for (size_t k = 499; k < 502; k++) /* exact and approximate meet */
	{
		psy_begg begg;
		double z;

		for (size_t i = 0; i < k; i++)
			e[i] = (psy_effect){sin(77.0 * (double) i) + 0.001 * (double) i, 1 + 0.01 * (double) i};
		assert_int_equal(psy_begg_test(&unit_context, e, k, &begg, NULL), PSY_OK);
		z = begg.tau * (double) k * (double) (k - 1) / 2 /
			sqrt((double) k * (double) (k - 1) * (2 * (double) k + 5) / 18);
		assert_true(begg.exact == (k <= 500));
		assert_true(fabs(begg.p - erfc(fabs(z) / M_SQRT2)) < 2e-3);
	}
}

/* A funnel with its left part cut off gets it back; the mirror image gives the mirror image. */
static void
trim_and_fill_mirrors(void **state)
{
	psy_effect e[9], m[9], filled[18];
	psy_trimfill right, left;

	for (int i = 0; i < 9; i++)
	{
		e[i] = (psy_effect){-0.1 * i * i / 8 + (i % 2 ? 0.05 : 0), 0.01 + 0.02 * i};
		m[i] = (psy_effect){-e[i].yi, e[i].vi};
	}
	for (int estimator = 0; estimator < 3; estimator++)
	{
		assert_int_equal(psy_trimfill_fit(&unit_context, e, 9, (psy_trimfill_estimator) estimator,
										  PSY_SIDE_AUTO, &reml, filled, &right, NULL),
						 PSY_OK);
		assert_int_equal(psy_trimfill_fit(&unit_context, m, 9, (psy_trimfill_estimator) estimator,
										  PSY_SIDE_AUTO, &reml, filled, &left, NULL),
						 PSY_OK);
		assert_int_equal(right.side, PSY_SIDE_RIGHT);
		assert_int_equal(left.side, PSY_SIDE_LEFT);
		/* Q0 takes the root of a negative number here: no answer, but a reason. */
		assert_true((right.note != NULL) == (estimator == PSY_TRIMFILL_Q0) &&
					(left.note != NULL) == (right.note != NULL));
		if (right.note != NULL)
			continue;
		assert_int_equal(right.k0, left.k0);
		assert_close(right.fit.estimate, -left.fit.estimate, 1e-14);
		assert_int_equal(right.fit.k, 9 + right.k0);
	}
}

/* Tables that share one odds ratio exactly pool to it, with no heterogeneity by any test. */
static void
tables_of_one_odds_ratio(void **state)
{
	psy_table t[] = {{10, 20, 30, 20}, {5, 10, 60, 40}, {40, 20, 120, 20}};
	psy_tables_options o = {PSY_TABLE_OR, {.add = 0.5, .drop00 = true}, {.to = PSY_ADD_NONE}, true, 0.95};
	psy_tables_result r;

	psy_tables_sort(t, 3);
	assert_int_equal(psy_tables_pool(t, 3, &o, &r, NULL), PSY_OK);
	assert_close(r.estimate, log(1.0 / 3), 1e-15);
	assert_true(r.q < 1e-28 && r.bd < 1e-26 && r.ta < 1e-26 && r.bd_df == 2 && r.k == 3 && r.i2 == 0);
	o.level = 1;
	assert_int_equal(psy_tables_pool(t, 3, &o, &r, NULL), PSY_DOMAIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(influence_is_leaving_out),  cmocka_unit_test(a_single_group_is_the_whole),
		cmocka_unit_test(lines_scale_and_shift),     cmocka_unit_test(a_line_by_hand),
		cmocka_unit_test(rank_correlation_is_exact), cmocka_unit_test(trim_and_fill_mirrors),
		cmocka_unit_test(tables_of_one_odds_ratio),
	};

	return cmocka_run_group_tests_name("meta_bias", tests, NULL, NULL);
}
