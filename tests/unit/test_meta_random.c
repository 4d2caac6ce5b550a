/*
 * test_meta_random.c - random small sets of every kind: k 2 to 20, heavy tails, tau2 near 0, scales 1e-8 to 1e8.  None may
 * fail, all must follow the unit, and no point of a dense grid may have a higher likelihood.
 *
 * 100,000 sets in the everyday run (7 s of CPU); PSYRAD_RANDOM_SETS makes it another number.
 */
#include "unit.h"

#include "meta/pooling.h"
#include "stats/distribution.h"

#define MOST 20
#define GRID 240

static double
uniform(unsigned *seed)
{
	return (rand_r(seed) + 0.5) / (RAND_MAX + 1.0);
}

/* Student's t with 2 df: heavy tails in closed form. */
static double
heavy(unsigned *seed)
{
	double u = 2 * uniform(seed) - 1;

	return u * sqrt(2 / (1 - u * u));
}

static size_t
random_set(unsigned *seed, psy_effect *study)
{
	size_t k = 2 + (size_t) (uniform(seed) * 19);
	double width = 4 * uniform(seed), between = uniform(seed) < 0.3 ? 1e-6 : exp(6 * uniform(seed) - 4);
	bool tails = uniform(seed) < 0.5;

	for (size_t i = 0; i < k; i++)
	{
		double z = tails ? heavy(seed) : psy_normal_quantile(uniform(seed), PSY_LOWER);

		study[i].vi = pow(10, -width * uniform(seed));
		study[i].yi = 0.3 + z * sqrt(study[i].vi + between);
	}
	return k;
}

static psy_meta_result
fit(const psy_effect *study, size_t k, psy_meta_method method, psy_meta_test test)
{
	psy_meta_options o = {method, test, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	psy_meta_result r;
	psy_error err;

	if (psy_meta_fit(&unit_context, study, k, &o, &r, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return r;
}

/* The log likelihood by its textbook formula; long double only where the sums are. */
static double
textbook(const psy_effect *study, size_t k, double tau2, bool restricted)
{
	double w[MOST], product = 1, logs = 0;
	long double sum_w = 0, wy = 0, q = 0;

	for (size_t i = 0; i < k; i++)
	{
		w[i] = 1 / (study[i].vi + tau2);
		product *= study[i].vi + tau2;
		if (i % 8 == 7)
		{
			logs += log(product);
			product = 1;
		}
		sum_w += w[i];
		wy += (long double) w[i] * study[i].yi;
	}
	for (size_t i = 0; i < k; i++)
		q += w[i] * (study[i].yi - wy / sum_w) * (study[i].yi - wy / sum_w);
	return -0.5 * (logs + log(product) + (double) q + (restricted ? log((double) sum_w) : 0));
}

static void
no_grid_point_is_better(const psy_effect *study, size_t k, const psy_meta_result *r, bool restricted, int set)
{
	double best = textbook(study, k, r->tau2, restricted);

	for (int g = 0; g <= GRID; g++)
	{
		double tau2 = g == 0 ? 0 : exp(0.1 * g - 14);
		double here = textbook(study, k, tau2, restricted);

		if (here > best + 1e-12 * (1 + fabs(best)))
			fail_msg("set %d (k = %zu): tau2 %.17g has log likelihood %.17g, but %.17g has %.17g", set, k, r->tau2, best, tau2,
					 here);
	}
}

/* yi c, vi c^2: the estimate and its interval times c, tau2 and its interval times c^2, everything else as it was. */
static void
the_unit_does_not_matter(const psy_effect *study, size_t k, const psy_meta_result *a, psy_meta_method method,
						 psy_meta_test test, double c, int set)
{
	psy_effect scaled[MOST];
	psy_meta_result b;
	double least = INFINITY;

	for (size_t i = 0; i < k; i++)
	{
		scaled[i] = (psy_effect){study[i].yi * c, study[i].vi * c * c};
		least = fmin(least, study[i].vi);
	}
	b = fit(scaled, k, method, test);
	if (!(fabs(b.estimate / c - a->estimate) <= 1e-12 * (fabs(a->estimate) + a->se)) ||
		!(fabs(b.se / c - a->se) <= 1e-12 * a->se + 1e-300) ||
		!(fabs(b.tau2 / c / c - a->tau2) <= 1e-12 * (a->tau2 + least)) || !(fabs(b.q - a->q) <= 1e-12 * (a->q + 1)) ||
		!(fabs(b.tau2_ub / c / c - a->tau2_ub) <= 1e-12 * (a->tau2_ub + least)))
		fail_msg("set %d (k = %zu, %s) times %g: estimate %.17g and %.17g, tau2 %.17g and %.17g", set, k,
				 psy_meta_method_name(method), c, a->estimate, b.estimate / c, a->tau2, b.tau2 / c / c);
}

static void
random_sets(void **state)
{
	static const psy_meta_method other[] = {PSY_META_DL, PSY_META_PM, PSY_META_HE, PSY_META_SJ};
	const char *asked = getenv("PSYRAD_RANDOM_SETS");
	int sets = asked != NULL ? atoi(asked) : 100000, at_zero = 0;
	unsigned seed = 20260607;

	for (int set = 0; set < sets; set++)
	{
		psy_effect study[MOST];
		size_t k = random_set(&seed, study);
		psy_meta_method method = set % 4 == 3 ? PSY_META_ML : PSY_META_REML;
		psy_meta_test test = (psy_meta_test) (set % 3 == 0 ? PSY_META_KNHA : PSY_META_Z);
		double c = pow(10, 16 * uniform(&seed) - 8);
		psy_meta_result r = fit(study, k, method, test), m = fit(study, k, other[set % 4], test);

		assert_true(isfinite(r.estimate) && isfinite(r.se) && isfinite(r.tau2_ub) && r.tau2 >= 0 && r.tau2_lb <= r.tau2_ub);
		no_grid_point_is_better(study, k, &r, method == PSY_META_REML, set);
		the_unit_does_not_matter(study, k, &r, method, test, c, set);
		the_unit_does_not_matter(study, k, &m, other[set % 4], test, c, set);
		at_zero += r.tau2 == 0;
	}
	print_message("           %d sets, %d of them with tau2 = 0\n", sets, at_zero);
	assert_true(sets > 0 && at_zero > sets / 20 && at_zero < sets / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_sets)};

	return cmocka_run_group_tests_name("meta_random", tests, NULL, NULL);
}
