/*
 * test_meta_pooling.c - pooled effects against exact fits (tests/oracle/meta.py), against a dense grid on
 * random sets, and the laws that must hold for any data: order, unit, origin, sign.
 */
#include "unit.h"

#include "meta/pooling.h"
#include "stats/distribution.h"

#include <time.h>

#define MOST 16

static psy_meta_result
fit(const psy_effect *study, size_t k, psy_meta_method method, psy_meta_test test, psy_meta_tau2_ci tau2_ci)
{
	psy_meta_options options = {method, test, 0.95, PSY_META_PI_METAFOR, tau2_ci};
	psy_meta_result result;
	psy_error err;

	if (psy_meta_fit(&unit_context, study, k, &options, &result, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return result;
}

/*
 * ---- exact values ----------------------------------------------------------------------------------------
 */

/* |actual - expected| <= tolerance * (|expected| + scale), which must be what the data determine. */
static void
assert_near(const char *label, const char *what, double actual, double expected, double scale)
{
	if (!(fabs(actual - expected) <= 1e-12 * (fabs(expected) + scale)))
		fail_msg("%s: %s is %.17g, expected %.17g", label, what, actual, expected);
}

/* e: tau2, mu, se, se_knha, loglik, pl_lb, pl_ub, maxima. */
static void
check_likelihood_fit(const char *label, const psy_effect *study, size_t k, psy_meta_method method,
					 const double *e, double least)
{
	psy_meta_result z = fit(study, k, method, PSY_META_Z, PSY_META_PL),
					h = fit(study, k, method, PSY_META_KNHA, PSY_META_PL);

	assert_near(label, "tau2", z.tau2, e[0], least);
	assert_near(label, "estimate", z.estimate, e[1], e[2]);
	assert_near(label, "se", z.se, e[2], 0);
	assert_near(label, "Knapp-Hartung se", h.se, e[3], 0);
	assert_near(label, "loglik", z.loglik, e[4], 1);
	assert_near(label, "profile lower", z.tau2_lb, e[5], z.tau2 + least);
	assert_near(label, "profile upper", z.tau2_ub, e[6], 0);
	assert_near(label, "interval", z.ci_ub - z.estimate, 1.9599639845400542355 * e[2], fabs(e[1]));
	assert_near(label, "statistic", z.statistic, e[1] / e[2], 1);
}

static void
fits_are_exact(void **state)
{
	FILE *file = unit_golden_open("meta_fits.csv");
	char label[64];
	double v[1 + 2 * MOST + 22];
	int sets = 0, several = 0;

	while (unit_golden_row(file, label, sizeof label, v, sizeof v / sizeof v[0]) > 0)
	{
		size_t k = (size_t) v[0];
		const psy_effect *study = (const psy_effect *) (v + 1);
		const double *e = v + 1 + 2 * k;
		double least = INFINITY;
		psy_meta_result dl = fit(study, k, PSY_META_DL, PSY_META_Z, PSY_META_QPROFILE);

		for (size_t i = 0; i < k; i++)
			least = fmin(least, study[i].vi);
		check_likelihood_fit(label, study, k, PSY_META_ML, e, least);
		check_likelihood_fit(label, study, k, PSY_META_REML, e + 8, least);
		assert_near(label, "Q-profile lower", dl.tau2_lb, e[16], least);
		assert_near(label, "Q-profile upper", dl.tau2_ub, e[17], least);
		assert_near(label, "Q", dl.q, e[18], 0);
		assert_near(label, "PM", fit(study, k, PSY_META_PM, PSY_META_Z, PSY_META_QPROFILE).tau2, e[19],
					least);
		assert_near(label, "DL", dl.tau2, e[20], 0);
		assert_near(label, "I2", dl.i2, e[21], 0);
		sets++;
		several += e[15] > 1;
	}
	fclose(file);
	assert_int_equal(sets, 15);
	assert_true(several >= 6);
}

/*
 * ---- the global maximum ----------------------------------------------------------------------------------
 */

/* The log likelihood by its textbook formula, in long double. */
static long double
textbook_loglik(const psy_effect *study, size_t k, long double tau2, bool restricted)
{
	long double w = 0, wy = 0, sum = 0;

	for (size_t i = 0; i < k; i++)
	{
		w += 1 / (study[i].vi + tau2);
		wy += study[i].yi / (study[i].vi + tau2);
	}
	for (size_t i = 0; i < k; i++)
	{
		long double r = study[i].yi - wy / w;

		sum += logl(study[i].vi + tau2) + r * r / (study[i].vi + tau2);
	}
	return -0.5L * (restricted ? sum + logl(w) : sum);
}

static double
uniform(unsigned *seed)
{
	return (rand_r(seed) + 0.5) / (RAND_MAX + 1.0);
}

/* Small sets of every kind: tame, with outliers, with variances over seven orders of magnitude. */
static size_t
random_set(unsigned *seed, psy_effect *study)
{
	size_t k = 2 + (size_t) (uniform(seed) * 9);
	double width = uniform(seed) * 7, between = uniform(seed) < 0.3 ? 0 : exp(4 * uniform(seed) - 2);

	for (size_t i = 0; i < k; i++)
	{
		study[i].vi = pow(10, -width * uniform(seed));
		study[i].yi = psy_normal_quantile(uniform(seed), PSY_LOWER) *
					  sqrt(study[i].vi + between * (uniform(seed) < 0.5));
	}
	return k;
}

static void
no_grid_point_beats_the_estimate(void **state)
{
	unsigned seed = 20240611;
	int several = 0;

	for (int set = 0; set < 2000; set++)
	{
		psy_effect study[MOST];
		size_t k = random_set(&seed, study);
		bool restricted = set % 4 != 0;
		double tau2 =
			fit(study, k, restricted ? PSY_META_REML : PSY_META_ML, PSY_META_Z, PSY_META_QPROFILE).tau2;
		long double best = textbook_loglik(study, k, tau2, restricted), before = -INFINITY, now = -INFINITY;
		int peaks = 0;

		for (int i = 0; i <= 3000; i++)
		{
			long double next =
				textbook_loglik(study, k, i == 0 ? 0 : expl((long double) i * 0.01L - 22), restricted);

			peaks += now > before && now > next;
			before = now;
			now = next;
			if (next > best + 1e-12L * (1 + fabsl(best)))
				fail_msg("set %d (k = %zu): log likelihood %.17Lg at tau2 %.17g, but %.17Lg at grid point %d",
						 set, k, best, tau2, next, i);
		}
		several += peaks > 1;
	}
	print_message("           2,000 sets, %d of them with several maxima\n", several);
	assert_true(several >= 10);
}

/*
 * ---- laws ------------------------------------------------------------------------------------------------
 */

static const psy_effect ten[] = {{0.1, 0.04}, {0.5, 0.02},  {-0.2, 0.1},  {0.9, 0.05},  {0.3, 0.03},
								 {1.4, 0.06}, {0.7, 0.015}, {-0.1, 0.08}, {0.45, 0.01}, {0.6, 0.2}};

static void
the_unit_does_not_matter(void **state)
{
	static const double factor[] = {1e-8, 3.7e-5, 1e-3, 0.1, 7, 1234.5, 1e5, 1e8};

	for (int method = PSY_META_EE; method <= PSY_META_PMM; method++)
		for (int test = PSY_META_Z; test <= PSY_META_ADHOC; test++)
			for (size_t f = 0; f < sizeof factor / sizeof factor[0]; f++)
			{
				double c = factor[f];
				psy_effect scaled[10];
				psy_meta_result a, b;

				for (int i = 0; i < 10; i++)
					scaled[i] = (psy_effect){ten[i].yi * c, ten[i].vi * c * c};
				a = fit(ten, 10, (psy_meta_method) method, (psy_meta_test) test, PSY_META_QPROFILE);
				b = fit(scaled, 10, (psy_meta_method) method, (psy_meta_test) test, PSY_META_QPROFILE);
				assert_close(b.estimate, a.estimate * c, 1e-12);
				assert_close(b.se, a.se * c, 1e-12);
				assert_close(b.tau2, a.tau2 * c * c, 1e-12);
				assert_close(b.se_tau2, a.se_tau2 * c * c, 1e-12);
				assert_close(b.tau2_ub, a.tau2_ub * c * c, 1e-12);
				assert_close(b.p, a.p, 1e-12);
				assert_close(b.i2, a.i2, 1e-12);
				assert_close(b.loglik + (method == PSY_META_REML ? 9 : 10) * log(c), a.loglik, 1e-12);
				assert_close(b.pi_lb, a.pi_lb * c, 1e-12);
			}
}

static void
origin_and_sign_do_not_matter(void **state)
{
	for (int method = PSY_META_EE; method <= PSY_META_PMM; method++)
	{
		psy_effect moved[10], mirrored[10];
		psy_meta_result a = fit(ten, 10, (psy_meta_method) method, PSY_META_KNHA, PSY_META_QPROFILE), b;

		for (int i = 0; i < 10; i++)
		{
			moved[i] = (psy_effect){ten[i].yi + 1024, ten[i].vi};
			mirrored[i] = (psy_effect){-ten[i].yi, ten[i].vi};
		}
		b = fit(moved, 10, (psy_meta_method) method, PSY_META_KNHA, PSY_META_QPROFILE);
		assert_true(fabs(b.estimate - 1024 - a.estimate) < 1e-11);
		assert_close(b.se, a.se, 1e-11);
		assert_true(method == PSY_META_EE || fabs(b.tau2 / a.tau2 - 1) < 1e-11);
		b = fit(mirrored, 10, (psy_meta_method) method, PSY_META_KNHA, PSY_META_QPROFILE);
		assert_close(b.estimate, -a.estimate, 1e-14);
		assert_close(b.ci_lb, -a.ci_ub, 1e-14);
		assert_close(b.p, a.p, 1e-13);
	}
}

static void
order_does_not_matter_to_a_bit(void **state)
{
	unsigned seed = 3;

	for (int method = PSY_META_EE; method <= PSY_META_PMM; method++)
	{
		psy_meta_result a = fit(ten, 10, (psy_meta_method) method, PSY_META_Z, PSY_META_QPROFILE);

		for (int run = 0; run < 20; run++)
		{
			psy_effect shuffled[10];
			psy_meta_result b;

			memcpy(shuffled, ten, sizeof ten);
			for (int i = 9; i > 0; i--)
			{
				int j = rand_r(&seed) % (i + 1);
				psy_effect held = shuffled[i];

				shuffled[i] = shuffled[j];
				shuffled[j] = held;
			}
			b = fit(shuffled, 10, (psy_meta_method) method, PSY_META_Z, PSY_META_QPROFILE);
			assert_memory_equal(&a.estimate, &b.estimate, (size_t) ((char *) &a.note - (char *) &a.estimate));
		}
	}
}

/* The hard-case file's sets at scales 1e-8, 1 and 1e8, on which a fixed threshold fails. */
static void
estimates_satisfy_their_equations(void **state)
{
	for (double c = 1e-8; c < 1e9; c *= 1e4)
	{
		psy_effect study[4] = {
			{1 * c, 0.1 * c * c}, {2 * c, 0.2 * c * c}, {5 * c, 0.15 * c * c}, {9 * c, 0.3 * c * c}};
		double tau2 = fit(study, 4, PSY_META_PM, PSY_META_Z, PSY_META_QPROFILE).tau2, w = 0, wy = 0, q = 0;

		for (int i = 0; i < 4; i++)
		{
			w += 1 / (study[i].vi + tau2);
			wy += study[i].yi / (study[i].vi + tau2);
		}
		for (int i = 0; i < 4; i++)
			q += pow(study[i].yi - wy / w, 2) / (study[i].vi + tau2);
		assert_close(q, 3, 1e-13);
		assert_close(fit(study, 4, PSY_META_EB, PSY_META_Z, PSY_META_QPROFILE).tau2, tau2, 0);
	}
}

/*
 * ---- degenerate cases ------------------------------------------------------------------------------------
 */

static void
few_studies(void **state)
{
	psy_effect one = {0.5, 0.04}, twins[2] = {{0.3, 0.04}, {0.3, 0.05}};
	psy_meta_result r = fit(NULL, 0, PSY_META_REML, PSY_META_Z, PSY_META_QPROFILE);

	assert_true(isnan(r.estimate) && isnan(r.q) && r.k == 0);
	r = fit(&one, 1, PSY_META_REML, PSY_META_KNHA, PSY_META_QPROFILE);
	assert_close(r.estimate, 0.5, 0);
	assert_close(r.se, 0.2, 1e-15);
	assert_close(r.p, 0.0124193306515523, 1e-13);
	assert_true(r.tau2 == 0 && isnan(r.q) && isnan(r.i2) && isnan(r.h2) && isnan(r.pi_lb) &&
				isnan(r.se_tau2));
	assert_int_equal(r.test, PSY_META_Z);
	assert_non_null(strstr(r.note, "test z in place of knha"));
	r = fit(twins, 2, PSY_META_REML, PSY_META_KNHA, PSY_META_QPROFILE);
	assert_true(r.estimate == 0.3 && r.se == 0 && r.tau2 == 0 && isnan(r.statistic) && isnan(r.p) &&
				isnan(r.pi_lb));
	assert_true(r.ci_lb == 0.3 && r.ci_ub == 0.3 && r.q == 0 && r.i2 == 0);
	assert_non_null(strstr(r.note, "adhoc"));
	r = fit(twins, 2, PSY_META_REML, PSY_META_ADHOC, PSY_META_QPROFILE);
	assert_close(r.se, 0.149071198499986, 1e-14);
	assert_close(r.p, 0.293588501026758, 1e-13);
	assert_non_null(strstr(r.note, "no prediction interval"));
	r = fit(twins, 2, PSY_META_EE, PSY_META_Z, PSY_META_QPROFILE);
	assert_true(r.h2 == 0 && r.i2 == 0 && isnan(r.tau2_ub) && r.note[0] == '\0');
}

static void
intervals_follow_their_options(void **state)
{
	static const double df[] = {INFINITY, 9, 8, INFINITY};
	psy_meta_options o = {PSY_META_DL, PSY_META_Z, 0.9, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	psy_meta_result r;

	for (int pi = PSY_META_PI_METAFOR; pi <= PSY_META_PI_Z; pi++)
	{
		o.pi = (psy_meta_pi) pi;
		assert_int_equal(psy_meta_fit(&unit_context, ten, 10, &o, &r, NULL), PSY_OK);
		assert_close(r.pi_ub - r.estimate,
					 psy_t_quantile(0.05, df[pi], PSY_UPPER) * sqrt(r.se * r.se + r.tau2), 1e-13);
		assert_close(r.ci_ub - r.estimate, psy_normal_quantile(0.05, PSY_UPPER) * r.se, 1e-13);
	}
	o.pi = PSY_META_PI_METAFOR;
	o.test = PSY_META_T;
	assert_int_equal(psy_meta_fit(&unit_context, ten, 10, &o, &r, NULL), PSY_OK);
	assert_close(r.pi_ub - r.estimate, psy_t_quantile(0.05, 9, PSY_UPPER) * sqrt(r.se * r.se + r.tau2),
				 1e-13);
}

static void
notes_say_what_is_fragile(void **state)
{
	psy_effect calm[4] = {{0.30, 0.04}, {0.32, 0.05}, {0.29, 0.03}, {0.31, 0.04}};
	psy_meta_result r = fit(calm, 4, PSY_META_DL, PSY_META_KNHA, PSY_META_QPROFILE);

	assert_non_null(strstr(r.note, "fewer than 5"));
	assert_non_null(strstr(r.note, "narrower"));
	assert_non_null(strstr(r.note, "Q-profile interval of tau2 is empty"));
	assert_true(r.tau2_lb == 0 && r.tau2_ub == 0);
	assert_string_equal(fit(ten, 10, PSY_META_REML, PSY_META_KNHA, PSY_META_QPROFILE).note, "");
}

static void
tails_keep_their_logarithm(void **state)
{
	psy_effect far[3] = {{100, 1}, {101, 1}, {99, 1}};
	psy_meta_result r = fit(far, 3, PSY_META_EE, PSY_META_Z, PSY_META_QPROFILE);

	assert_true(r.p == 0 && r.log_p < -14000 && isfinite(r.log_p));
}

static void
exactly_known_effects(void **state)
{
	psy_effect known[3] = {{0.2, 0}, {0.5, 0.1}, {0.2, 0}}, torn[2] = {{0.2, 0}, {0.3, 0}};
	psy_meta_options o = {PSY_META_REML, PSY_META_Z, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	psy_meta_result r = fit(known, 3, PSY_META_EE, PSY_META_Z, PSY_META_QPROFILE);
	psy_error err;

	assert_true(r.estimate == 0.2 && r.se == 0 && r.ci_ub == 0.2 && isnan(r.p) && isnan(r.q));
	assert_non_null(strstr(r.note, "exactly known"));
	assert_int_equal(psy_meta_fit(&unit_context, known, 3, &o, &r, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "2 of 3"));
	assert_non_null(strstr(err.hint, "FILTER"));
	o.method = PSY_META_EE;
	/* What admits no answer ends no query. */
	assert_int_equal(psy_meta_fit(&unit_context, torn, 2, &o, &r, &err), PSY_OK);
	assert_true(isnan(r.estimate) && r.k == 2 && strstr(r.note, "no common effect exists") != NULL);
}

static void
wrong_input_is_named(void **state)
{
	static const struct
	{
		psy_effect study;
		const char *message;
	} wrong[] = {{{NAN, 1}, "yi is NaN"},
				 {{INFINITY, 1}, "yi is infinite"},
				 {{0, NAN}, "vi is NaN"},
				 {{0, INFINITY}, "vi is infinite"},
				 {{0, -1}, "vi is -1"}};
	psy_meta_options o = {PSY_META_REML, PSY_META_Z, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	psy_effect apart[2] = {{1e300, 1e-300}, {-1e300, 1e-300}};
	psy_meta_method method;
	psy_meta_result r;
	psy_error err;

	for (size_t i = 0; i < 5; i++)
	{
		assert_int_equal(psy_meta_fit(&unit_context, &wrong[i].study, 1, &o, &r, &err), PSY_DOMAIN);
		assert_non_null(strstr(err.message, wrong[i].message));
	}
	assert_int_equal(psy_meta_fit(&unit_context, apart, 2, &o, &r, &err), PSY_OK);
	assert_true(isnan(r.estimate) && isnan(r.tau2) && isnan(r.ci_ub) && r.k == 2);
	assert_string_equal(r.note, "the effects or variances of the 2 studies are too far apart for double precision");
	o.level = 95;
	assert_int_equal(psy_meta_fit(&unit_context, ten, 10, &o, &r, &err), PSY_DOMAIN);
	o.level = 0.95, o.tau2_ci = PSY_META_PL, o.method = PSY_META_DL;
	assert_int_equal(psy_meta_fit(&unit_context, ten, 10, &o, &r, &err), PSY_DOMAIN);
	assert_int_equal(psy_meta_method_parse("hsk", &method, &err), PSY_OK);
	assert_int_equal(method, PSY_META_HSK);
	assert_int_equal(psy_meta_method_parse("FE2", &method, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.hint, "REML"));
	assert_int_equal(psy_meta_method_parse("GENQ", &method, &err), PSY_UNSUPPORTED);
}

static void *
refuse(void *arg, size_t bytes)
{
	return NULL;
}

static void
refused_memory_is_reported(void **state)
{
	psy_meta_options o = {PSY_META_REML, PSY_META_Z, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	psy_context ctx = unit_context;
	psy_meta_result r;
	psy_error err;

	ctx.alloc = refuse;
	assert_int_equal(psy_meta_fit(&ctx, ten, 10, &o, &r, &err), PSY_NOMEM);
	assert_true(isnan(r.estimate));
}

/* Stops at the poll whose number is counted down in *arg. */
static bool
interrupted_later(void *arg)
{
	return --*(int *) arg < 0;
}

/* How many polls a fit makes: each of them, answered with a stop, must end it as interrupted. */
static int
stops_of(psy_meta_options o)
{
	psy_context ctx = unit_context;
	psy_meta_result r;

	ctx.interrupted = interrupted_later;
	for (int polls = 0; polls < 1000; polls++)
	{
		int left = polls;
		psy_status status;

		ctx.arg = &left;
		status = psy_meta_fit(&ctx, ten, 10, &o, &r, NULL);
		if (status == PSY_OK)
			return polls;
		assert_int_equal(status, PSY_INTERRUPTED);
	}
	fail_msg("the fit never ends");
	return 0;
}

static void
a_stop_is_honoured_wherever_it_comes(void **state)
{
	psy_meta_options o = {PSY_META_REML, PSY_META_KNHA, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};

	assert_true(stops_of(o) > 5);
	o.tau2_ci = PSY_META_PL;
	assert_true(stops_of(o) > 30);
	o.method = PSY_META_ML;
	assert_true(stops_of(o) > 30);
	o.tau2_ci = PSY_META_QPROFILE;
	assert_true(stops_of(o) > 5);
}

/* Linear in k: 100 times the studies take less than 1,000 times as long. */
static double
seconds_for(size_t k)
{
	psy_effect *study = malloc(k * sizeof *study);
	struct timespec a, b;
	unsigned seed = 9;
	double best = INFINITY;

	for (size_t i = 0; i < k; i++)
		study[i] = (psy_effect){psy_normal_quantile(uniform(&seed), PSY_LOWER), 0.01 + uniform(&seed)};
	for (int run = 0; run < 3; run++)
	{
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		fit(study, k, PSY_META_REML, PSY_META_Z, PSY_META_QPROFILE);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		best = fmin(best, (double) (b.tv_sec - a.tv_sec) + (double) (b.tv_nsec - a.tv_nsec) * 1e-9);
	}
	free(study);
	return best;
}

static void
cost_is_linear_in_k(void **state)
{
	double thousand = seconds_for(1000), many = seconds_for(100000);

	print_message("           REML with every output: k = 1,000 in %.2g ms, 100,000 in %.3g ms\n",
				  thousand * 1e3, many * 1e3);
	assert_true(many < 1000 * thousand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_are_exact),
		cmocka_unit_test(no_grid_point_beats_the_estimate),
		cmocka_unit_test(the_unit_does_not_matter),
		cmocka_unit_test(origin_and_sign_do_not_matter),
		cmocka_unit_test(order_does_not_matter_to_a_bit),
		cmocka_unit_test(estimates_satisfy_their_equations),
		cmocka_unit_test(few_studies),
		cmocka_unit_test(intervals_follow_their_options),
		cmocka_unit_test(notes_say_what_is_fragile),
		cmocka_unit_test(tails_keep_their_logarithm),
		cmocka_unit_test(exactly_known_effects),
		cmocka_unit_test(wrong_input_is_named),
		cmocka_unit_test(refused_memory_is_reported),
		cmocka_unit_test(a_stop_is_honoured_wherever_it_comes),
		cmocka_unit_test(cost_is_linear_in_k),
	};

	return cmocka_run_group_tests_name("meta_pooling", tests, NULL, NULL);
}
