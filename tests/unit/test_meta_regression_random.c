/*
 * test_meta_regression_random.c - random small regressions of every kind: k 4 to 20, heavy tails, tau2 near 0, effects and
 * moderators in units from 1e-8 to 1e8, origins far away.  None may fail, all must follow the units, and no point of a dense
 * grid may have a higher likelihood.
 *
 * 3,000 sets in the everyday run; PSYRAD_RANDOM_SETS=100000 makes it that many.
 */
#include "unit.h"

#include "meta/regression.h"
#include "stats/distribution.h"
#include "stats/linalg.h"

#define MOST 20
#define COLUMNS 2
#define STRIDE (2 + COLUMNS)
#define GRID 120

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
random_set(unsigned *seed, double *row)
{
	size_t k = 4 + (size_t) (uniform(seed) * 17);
	double width = 4 * uniform(seed), between = uniform(seed) < 0.3 ? 1e-6 : exp(6 * uniform(seed) - 4);
	bool tails = uniform(seed) < 0.5;

	for (size_t i = 0; i < k; i++, row += STRIDE)
	{
		double z = tails ? heavy(seed) : psy_normal_quantile(uniform(seed), PSY_LOWER);

		row[1] = pow(10, -width * uniform(seed));
		row[2] = psy_normal_quantile(uniform(seed), PSY_LOWER);
		row[3] = floor(3 * uniform(seed));
		row[0] = 0.3 + 0.2 * row[2] + z * sqrt(row[1] + between);
	}
	return k;
}

static psy_meta_regression
fit(const double *row, size_t k, psy_meta_method method, psy_meta_test test, psy_meta_tau2_ci ci)
{
	psy_meta_options o = {method, test, 0.95, PSY_META_PI_METAFOR, ci};
	psy_meta_regression r;
	psy_error err;

	if (psy_meta_regress(&unit_context, (psy_meta_rows){row, k, COLUMNS, STRIDE}, true, &o, &r, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return r;
}

/* The log likelihood by normal equations in long double, without constants. */
static double
textbook(const double *row, size_t k, double tau2, bool restricted)
{
	long double a[3][3] = {{0}}, b[3] = {0}, q = 0, logs = 0, det = 1;

	for (size_t i = 0; i < k; i++)
	{
		const double *at = row + i * STRIDE;
		long double x[3] = {1, at[2], at[3]}, w = 1 / ((long double) at[1] + tau2);

		logs -= logl(w);
		q += w * at[0] * at[0];
		for (int j = 0; j < 3; j++)
		{
			b[j] += w * x[j] * at[0];
			for (int l = 0; l < 3; l++)
				a[j][l] += w * x[j] * x[l];
		}
	}
	for (int j = 0; j < 3; j++)
	{
		det *= a[j][j];
		q -= b[j] * b[j] / a[j][j];
		for (int l = j + 1; l < 3; l++)
		{
			long double factor = a[l][j] / a[j][j];

			b[l] -= factor * b[j];
			for (int m = j; m < 3; m++)
				a[l][m] -= factor * a[j][m];
		}
	}
	return (double) (-0.5L * (logs + q + (restricted ? logl(det) : 0)));
}

static void
no_grid_point_is_better(const double *row, size_t k, const psy_meta_regression *r, bool restricted, int set)
{
	double best = textbook(row, k, r->tau2, restricted);

	for (int g = 0; g <= GRID; g++)
	{
		double tau2 = g == 0 ? 0 : exp(0.2 * g - 14), here = textbook(row, k, tau2, restricted);

		if (here > best + 1e-11 * (1 + fabs(best)))
			fail_msg("set %d (k = %zu): tau2 %.17g has log likelihood %.17g, but %.17g has %.17g", set, k, r->tau2, best, tau2, here);
	}
}

/* yi c, vi c^2, x u: beta of x times c / u, tau2 and its interval times c^2, tests as they were: to the bit for powers of
 * two, to 1e-12 for other units, whose products are rounded themselves.  With one or two residual degrees of freedom that
 * rounding alone can weigh more: there only powers of two are asked. */
static void
units_do_not_matter(const double *row, size_t k, const psy_meta_regression *a, psy_meta_method method, psy_meta_test test,
					psy_meta_tau2_ci ci, double c, const double *u,
					double tolerance, int set)
{
	double scaled[MOST * STRIDE], least = INFINITY, unit[3] = {c, c / u[0], c / u[1]};
	psy_meta_regression b;

	for (size_t i = 0; i < k; i++)
	{
		const double *from = row + i * STRIDE;

		memcpy(scaled + i * STRIDE, (double[STRIDE]){from[0] * c, from[1] * c * c, from[2] * u[0], from[3] * u[1]}, STRIDE * sizeof *scaled);
		least = fmin(least, from[1]);
	}
	b = fit(scaled, k, method, test, ci);
	for (size_t j = 0; j < 3; j++)
	{
		if (isnan(a->beta[j]) && isnan(b.beta[j]))
			continue;
		if (!(fabs(b.beta[j] / unit[j] - a->beta[j]) <= tolerance * (fabs(a->beta[j]) + a->se[j])) ||
			!(fabs(b.se[j] / unit[j] - a->se[j]) <= tolerance * a->se[j]))
			fail_msg("set %d (k = %zu, %s) times %g: beta[%zu] %.17g and %.17g, se %.17g and %.17g", set, k, psy_meta_method_name(method), c, j,
					 a->beta[j], b.beta[j] / unit[j], a->se[j], b.se[j] / unit[j]);
	}
	if (!(fabs(b.tau2 / c / c - a->tau2) <= tolerance * (a->tau2 + least)) || !(fabs(b.qe - a->qe) <= tolerance * (a->qe + 1)) ||
		!(fabs(b.tau2_lb / c / c - a->tau2_lb) <= tolerance * (a->tau2_lb + least)) ||
		!(fabs(b.tau2_ub / c / c - a->tau2_ub) <= tolerance * (a->tau2_ub + least)) ||
		!(fabs(b.se_tau2 / c / c - a->se_tau2) <= tolerance * (a->se_tau2 + least)))
		fail_msg("set %d (k = %zu, %s) times %g: tau2 %.17g and %.17g, [%.17g, %.17g] and [%.17g, %.17g], qe %.17g and %.17g", set, k,
				 psy_meta_method_name(method), c, a->tau2, b.tau2 / c / c, a->tau2_lb, a->tau2_ub, b.tau2_lb / c / c, b.tau2_ub / c / c, a->qe, b.qe);
	psy_meta_regression_release(&unit_context, &b);
}

static void
random_sets(void **state)
{
	static const psy_meta_method other[] = {PSY_META_DL, PSY_META_PM, PSY_META_HE, PSY_META_SJ};
	const char *asked = getenv("PSYRAD_RANDOM_SETS");
	int sets = asked != NULL ? atoi(asked) : 3000, at_zero = 0;
	unsigned seed = 20261124;

	for (int set = 0; set < sets; set++)
	{
		double row[MOST * STRIDE], c, u[2];
		size_t k = random_set(&seed, row);
		psy_meta_method method = set % 4 == 3 ? PSY_META_ML : PSY_META_REML;
		psy_meta_test test = set % 3 == 0 ? PSY_META_KNHA : PSY_META_Z;
		psy_meta_tau2_ci ci = set % 2 ? PSY_META_QPROFILE : PSY_META_PL;
		psy_meta_regression r = fit(row, k, method, test, ci), m = fit(row, k, other[set % 4], test, PSY_META_QPROFILE);

		c = pow(10, 16 * uniform(&seed) - 8);
		u[0] = pow(10, 16 * uniform(&seed) - 8);
		u[1] = pow(10, 16 * uniform(&seed) - 8);
		if (r.p == 3 && k > 3)
		{
			assert_true(isfinite(r.beta[0]) && isfinite(r.se[2]) && isfinite(r.tau2_ub) && isfinite(r.se_tau2) && r.tau2 >= 0 && r.tau2_lb <= r.tau2_ub);
			if (ci == PSY_META_PL)
				assert_true(r.tau2_lb <= r.tau2 && r.tau2 <= r.tau2_ub);
			no_grid_point_is_better(row, k, &r, method == PSY_META_REML, set);
			for (int exact = 0; exact < 2; exact++)
			{
				double unit = exact ? exp2(floor(log2(c))) : c, units[2] = {exact ? exp2(floor(log2(u[0]))) : u[0], exact ? exp2(floor(log2(u[1]))) : u[1]};

				if (!exact && k < 6)
					continue;
				units_do_not_matter(row, k, &r, method, test, ci, unit, units, exact ? 0 : 1e-12, set);
				units_do_not_matter(row, k, &m, other[set % 4], test, PSY_META_QPROFILE, unit, units, exact ? 0 : 1e-12, set);
			}
		}
		at_zero += r.tau2 == 0;
		psy_meta_regression_release(&unit_context, &r);
		psy_meta_regression_release(&unit_context, &m);
	}
	print_message("           %d sets, %d of them with tau2 = 0\n", sets, at_zero);
	assert_true(sets > 0 && at_zero > sets / 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_sets)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
