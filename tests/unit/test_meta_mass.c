/*
 * test_meta_mass.c - pooling element by element gives every element the numbers of psy_meta_fit; combination of z and p
 * against their formulas.
 */
#include "unit.h"

#include "meta/mass_meta.h"
#include "stats/distribution.h"

#include <time.h>

#define MOST_STUDIES 45
#define MOST_ELEMENTS 203

typedef struct answers
{
	int k[MOST_ELEMENTS];
	double column[12][MOST_ELEMENTS];
	char note[1024];
} answers;

static psy_mass_meta_result
pointers(answers *a)
{
	return (psy_mass_meta_result){a->k,			a->column[0], a->column[1], a->column[2], a->column[3],
								  a->column[4], a->column[5], a->column[6], a->column[7], a->column[8],
								  a->column[9], a->column[10], a->column[11]};
}

static double
uniform(unsigned *seed)
{
	return (rand_r(seed) + 0.5) / (RAND_MAX + 1.0);
}

static double
normal(unsigned *seed)
{
	return psy_normal_quantile(uniform(seed), PSY_LOWER);
}

/* Elements of every kind: tame, without heterogeneity, with variances over six orders (several maxima), any scale. */
static void
fill(double *value, size_t studies, size_t elements, double missing, unsigned *seed)
{
	for (size_t e = 0; e < elements; e++)
	{
		double width = e % 3 == 0 ? 6 : 1, between = e % 4 == 0 ? 0 : exp(4 * uniform(seed) - 3);
		double scale = pow(10, 8 * uniform(seed) - 4);

		for (size_t s = 0; s < studies; s++)
		{
			double *yi = &value[2 * s * elements + e], *vi = yi + elements;

			*vi = pow(10, -width * uniform(seed)) * scale * scale;
			*yi = normal(seed) * sqrt(*vi + between * scale * scale * (uniform(seed) < 0.5));
			if (uniform(seed) < missing)
				*yi = *vi = NAN;
		}
	}
}

static void
fit(const double *value, size_t studies, size_t elements, int width, const psy_meta_options *o, answers *a)
{
	psy_mass_meta data = {elements, studies, width, value};
	psy_mass_meta_result out = pointers(a);
	psy_error err;

	if (psy_mass_meta_fit(&unit_context, &data, o, &out, a->note, sizeof a->note, &err) != PSY_OK)
		fail_msg("%s", err.message);
}

static void
assert_near(const char *what, size_t element, double actual, double expected, double scale)
{
	if (isnan(expected) ? isnan(actual) : fabs(actual - expected) <= 1e-12 * (fabs(expected) + scale))
		return;
	fail_msg("%s of element %zu is %.17g, expected %.17g", what, element, actual, expected);
}

static void
compare_element(const answers *a, size_t e, const psy_meta_result *r, double least)
{
	const double df = isinf(r->df) ? NAN : r->df;

	assert_int_equal(a->k[e], (int) r->k);
	assert_near("estimate", e, a->column[0][e], r->estimate, r->se);
	assert_near("se", e, a->column[1][e], r->se, 0);
	assert_near("statistic", e, a->column[2][e], r->statistic, 1);
	assert_near("df", e, a->column[3][e], df, 0);
	assert_near("p", e, a->column[4][e], r->p, 1);
	assert_near("log p", e, a->column[5][e], r->log_p, 1);
	assert_near("lower", e, a->column[6][e], r->ci_lb, r->se);
	assert_near("upper", e, a->column[7][e], r->ci_ub, r->se);
	assert_near("tau2", e, a->column[8][e], r->tau2, least);
	assert_near("I2", e, a->column[9][e], r->i2, 1);
	assert_near("Q", e, a->column[10][e], r->q, 0);
	assert_near("Q p", e, a->column[11][e], r->q_p, 1);
}

static void
check(const double *value, size_t studies, size_t elements, const psy_meta_options *o)
{
	static answers a;

	fit(value, studies, elements, 8, o, &a);
	for (size_t e = 0; e < elements; e++)
	{
		psy_effect study[MOST_STUDIES];
		psy_meta_result r;
		psy_error err;
		size_t k = 0;
		double least = INFINITY;

		for (size_t s = 0; s < studies; s++)
			if (!isnan(value[2 * s * elements + e]))
			{
				study[k++] = (psy_effect){value[2 * s * elements + e], value[(2 * s + 1) * elements + e]};
				least = fmin(least, study[k - 1].vi);
			}
		if (psy_meta_fit(&unit_context, study, k, o, &r, &err) != PSY_OK)
			fail_msg("%s", err.message);
		compare_element(&a, e, &r, least);
	}
}

static void
every_element_has_the_numbers_of_meta(void **state)
{
	static double value[2 * MOST_STUDIES * MOST_ELEMENTS];
	unsigned seed = 77;

	for (int run = 0; run < 6; run++)
		for (int method = PSY_META_EE; method <= PSY_META_PMM; method++)
		{
			static const size_t studies[] = {20, 3, 7, MOST_STUDIES, 1, 12};
			psy_meta_options o = {(psy_meta_method) method, (psy_meta_test) ((run + method) % 4), 0.95, PSY_META_PI_METAFOR,
								  PSY_META_QPROFILE};

			fill(value, studies[run], MOST_ELEMENTS, run % 2 == 0 ? 0.2 : 0, &seed);
			check(value, studies[run], MOST_ELEMENTS, &o);
		}
}

static void
order_of_studies_and_neighbours_do_not_matter(void **state)
{
	static double value[2 * 9 * 40], other[2 * 9 * 40];
	static answers a, b;
	psy_meta_options o = {PSY_META_REML, PSY_META_KNHA, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	unsigned seed = 3;

	fill(value, 9, 40, 0.1, &seed);
	for (int s = 0; s < 9; s++)
		memcpy(other + (size_t) s * 80, value + (size_t) (8 - s) * 80, 80 * sizeof(double));
	fit(value, 9, 40, 8, &o, &a);
	fit(other, 9, 40, 8, &o, &b);
	assert_memory_equal(a.column, b.column, sizeof a.column);
	/* Elements in reverse fall into other blocks. */
	for (int row = 0; row < 18; row++)
		for (int e = 0; e < 40; e++)
			other[row * 40 + e] = value[row * 40 + 39 - e];
	fit(other, 9, 40, 8, &o, &b);
	for (int c = 0; c < 12; c++)
		for (int e = 0; e < 40; e++)
			assert_memory_equal(&a.column[c][e], &b.column[c][39 - e], sizeof(double));
}

static void
floats_are_the_doubles_they_are(void **state)
{
	static double value[2 * 8 * 25];
	static float single[2 * 8 * 25];
	static answers a, b;
	psy_meta_options o = {PSY_META_REML, PSY_META_Z, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	psy_mass_meta data = {25, 8, 4, single};
	psy_mass_meta_result out = pointers(&b);
	unsigned seed = 6;

	fill(value, 8, 25, 0.1, &seed);
	for (size_t i = 0; i < 400; i++)
		value[i] = single[i] = (float) value[i];
	fit(value, 8, 25, 8, &o, &a);
	assert_int_equal(psy_mass_meta_fit(&unit_context, &data, &o, &out, b.note, sizeof b.note, NULL), PSY_OK);
	assert_memory_equal(a.column, b.column, sizeof a.column);
}

static void
notes_count_what_is_fragile(void **state)
{
	double value[] = {0.3, NAN, 1, NAN, 0.04, NAN, 1, NAN, 0.3, 0.5, NAN, NAN, 0.05, 0.1, NAN, NAN};
	static answers a;
	psy_meta_options o = {PSY_META_REML, PSY_META_KNHA, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};

	fit(value, 2, 4, 8, &o, &a);
	assert_string_equal(a.note, "1 elements have no study: no estimate; 2 elements have one study: its own estimate by test z, no "
								"heterogeneity; 1 elements have fewer than 5 studies: their intervals are fragile; 1 elements have "
								"equal effects, a Knapp-Hartung standard error of 0 and no test: use test adhoc");
	assert_true(isnan(a.column[0][3]) && a.column[0][1] == 0.5 && a.column[1][0] == 0 && isnan(a.column[4][0]));
}

static void *
refuse(void *arg, size_t bytes)
{
	return NULL;
}

static bool
stop(void *arg)
{
	return true;
}

static void
failures_are_reported(void **state)
{
	static answers a;
	double apart[] = {1e300, 1, 1e-300, 1, -1e300, 2, 1e-300, 1};
	psy_mass_meta data = {2, 2, 8, apart};
	psy_mass_meta_result out = pointers(&a);
	psy_meta_options o = {PSY_META_REML, PSY_META_Z, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	psy_context ctx = unit_context;
	psy_error err;

	/* One element that no double can hold leaves the others alone. */
	assert_int_equal(psy_mass_meta_fit(&ctx, &data, &o, &out, a.note, sizeof a.note, &err), PSY_OK);
	assert_true(isnan(out.estimate[0]) && isnan(out.tau2[0]) && isnan(out.p[0]) && out.estimate[1] == 1.5);
	assert_non_null(strstr(a.note, "1 elements have values too far apart"));
	ctx.interrupted = stop;
	assert_int_equal(psy_mass_meta_fit(&ctx, &data, &o, &out, a.note, sizeof a.note, &err), PSY_INTERRUPTED);
	ctx.alloc = refuse;
	assert_int_equal(psy_mass_meta_fit(&ctx, &data, &o, &out, a.note, sizeof a.note, &err), PSY_NOMEM);
	o.level = 1;
	assert_int_equal(psy_mass_meta_fit(&ctx, &data, &o, &out, a.note, sizeof a.note, &err), PSY_DOMAIN);
	assert_int_equal(psy_mass_meta_check(INFINITY, 1, 2, &err), PSY_DOMAIN);
	assert_string_equal(err.message, "yi[3] is infinite");
	assert_int_equal(psy_mass_meta_check(1, 0, 6, &err), PSY_DOMAIN);
	assert_string_equal(err.message, "vi[7] is 0, but a sampling variance must be positive");
	assert_int_equal(psy_mass_meta_check(NAN, 0, 6, &err), PSY_OK);
}

/*
 * ---- combination -----------------------------------------------------------------------------------------
 */

static void
combinations_follow_their_formulas(void **state)
{
	static const double z[] = {1.5, -0.3, NAN, 2.2}, w[] = {3, 5, 7, 2}, p[] = {0.01, 0.4, NAN, 1};
	psy_combine_sums stouffer = {0}, fisher = {0}, left = {0}, right = {0};
	double statistic, df, q, log_q;
	psy_error err;

	for (size_t i = 0; i < 4; i++)
	{
		assert_int_equal(psy_combine_add(PSY_COMBINE_STOUFFER, &stouffer, z[i], w[i], i, &err), PSY_OK);
		assert_int_equal(psy_combine_add(PSY_COMBINE_FISHER, &fisher, p[i], 1, i, &err), PSY_OK);
		psy_combine_add(PSY_COMBINE_STOUFFER, i % 2 == 0 ? &left : &right, z[i], w[i], i, NULL);
	}
	psy_combine_finish(PSY_COMBINE_STOUFFER, &stouffer, &statistic, &df, &q, &log_q);
	assert_close(statistic, (4.5 - 1.5 + 4.4) / sqrt(9 + 25 + 4), 1e-15);
	assert_close(q, psy_two_sided_p(statistic, INFINITY, NULL), 0);
	assert_true(isnan(df) && stouffer.k == 3);
	psy_combine_merge(&left, &right);
	psy_combine_finish(PSY_COMBINE_STOUFFER, &left, &df, &q, &q, &log_q);
	assert_close(df, statistic, 1e-15);
	psy_combine_finish(PSY_COMBINE_FISHER, &fisher, &statistic, &df, &q, &log_q);
	assert_close(statistic, -2 * (log(0.01) + log(0.4)), 1e-15);
	assert_true(df == 6);
	assert_close(q, psy_chisq_p(statistic, 6, PSY_UPPER), 0);
	assert_close(exp(log_q), q, 1e-14);
	psy_combine_finish(PSY_COMBINE_FISHER, &(psy_combine_sums){0}, &statistic, &df, &q, &log_q);
	assert_true(isnan(statistic) && isnan(q));
	assert_int_equal(psy_combine_add(PSY_COMBINE_FISHER, &fisher, 0, 1, 4, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "p[5] is 0"));
	assert_int_equal(psy_combine_add(PSY_COMBINE_STOUFFER, &fisher, INFINITY, 1, 4, &err), PSY_DOMAIN);
}

/* 79,800 edges and 20 studies: what the arithmetic alone takes; the bar with reading and writing is make bench's. */
static void
a_connectome_takes_a_moment(void **state)
{
	enum
	{
		ELEMENTS = 79800,
		STUDIES = 20
	};
	double *value = malloc(sizeof *value * 2 * ELEMENTS * STUDIES), *column = malloc(sizeof *column * 12 * ELEMENTS);
	int *k = malloc(sizeof *k * ELEMENTS);
	double *c[12];
	psy_mass_meta data = {ELEMENTS, STUDIES, 8, value};
	psy_meta_options o = {PSY_META_REML, PSY_META_Z, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	unsigned seed = 1;
	struct timespec a, b;
	char note[1024];

	for (size_t s = 0; s < STUDIES; s++)
		for (size_t e = 0; e < ELEMENTS; e++)
		{
			value[2 * s * ELEMENTS + e] = 0.2 + 0.3 * (uniform(&seed) + uniform(&seed) - 1);
			value[(2 * s + 1) * ELEMENTS + e] = 0.01 + 0.05 * uniform(&seed);
		}
	for (int i = 0; i < 12; i++)
		c[i] = column + (size_t) i * ELEMENTS;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	psy_mass_meta_fit(&unit_context, &data, &o,
					  &(psy_mass_meta_result){k, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10], c[11]},
					  note, sizeof note, NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	print_message("           REML of 79,800 elements x 20 studies: %.3f s CPU\n",
				  (double) (b.tv_sec - a.tv_sec) + (double) (b.tv_nsec - a.tv_nsec) * 1e-9);
	for (size_t e = 0; e < ELEMENTS; e++)
		assert_true(isfinite(c[4][e]));
	free(value), free(column), free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_element_has_the_numbers_of_meta),
		cmocka_unit_test(order_of_studies_and_neighbours_do_not_matter),
		cmocka_unit_test(floats_are_the_doubles_they_are),
		cmocka_unit_test(notes_count_what_is_fragile),
		cmocka_unit_test(failures_are_reported),
		cmocka_unit_test(combinations_follow_their_formulas),
		cmocka_unit_test(a_connectome_takes_a_moment),
	};

	return cmocka_run_group_tests_name("meta_mass", tests, NULL, NULL);
}
