/*
 * test_meta_multilevel.c - three-level models and robust variances against exact values
 * (tests/oracle/meta_multilevel.py), analytic derivatives against differences, the likelihood against a grid,
 * and the laws that must hold for any data.
 */
#include "unit.h"

#include "meta/multilevel_model.h"
#include "meta/robust.h"

#define MOST 40
#define STRIDE 8 /* yi, vi, two moderators at most, two keys */

static uint64_t seed_state;

static double
uniform(void)
{
	seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
	return ((double) (seed_state >> 11) + 0.5) * 0x1p-53;
}

static double
heavy(void)
{
	return tan(1.4 * (2 * uniform() - 1));
}

/* Keys as the SQL side has them: 16 bytes, here a number in the first 8. */
static void
set_keys(double *row, size_t columns, double cluster, double effect)
{
	row[2 + columns] = cluster + 1;
	row[3 + columns] = 0;
	row[4 + columns] = effect + 1;
	row[5 + columns] = 0;
}

static psy_multilevel
fit(const double *row, size_t k, size_t columns, psy_meta_method method, double rho, bool intervals)
{
	psy_multilevel_options o = {method, PSY_META_Z, 0.95, rho, true, intervals};
	psy_multilevel r;
	psy_error err;

	if (psy_multilevel_fit(&unit_context, (psy_meta_rows){row, k, columns, STRIDE}, &o, &r, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return r;
}

static psy_robust
robust(const double *row, size_t k, size_t columns, psy_robust_type type, bool multilevel,
	   psy_meta_method method, double rho)
{
	psy_robust_options o = {type, multilevel ? PSY_ROBUST_MULTILEVEL : PSY_ROBUST_INDEPENDENT, method, rho, true, 0.95, true};
	psy_robust r;
	psy_error err;

	if (psy_robust_fit(&unit_context, (psy_meta_rows){row, k, columns, STRIDE}, &o, &r, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return r;
}

/*
 * ---- exact values ----------------------------------------------------------------------------------------
 */

static void
near(const char *label, const char *what, double actual, double expected, double tolerance, double scale)
{
	if (!(fabs(actual - expected) <= tolerance * (fabs(expected) + scale)))
		fail_msg("%s: %s is %.17g, expected %.17g", label, what, actual, expected);
}

/* Pairs of se and df, one a coefficient. */
static const double *
check_robust(const char *label, const char *what, psy_robust r, const double *e)
{
	for (size_t i = 0; i < r.full; i++)
	{
		near(label, what, r.se[i], e[2 * i], 1e-10, 0);
		near(label, what, r.df[i], e[2 * i + 1], 1e-9, 0);
	}
	e += 2 * r.full;
	psy_robust_release(&unit_context, &r);
	return e;
}

static void
fits_are_exact(void **state)
{
	FILE *file = unit_golden_open("meta_multilevel.csv");
	char label[64];
	double value[400], row[STRIDE * MOST];
	int sets = 0;

	while (unit_golden_row(file, label, sizeof label, value, 400) > 0)
	{
		size_t k = (size_t) value[0], columns = (size_t) value[1];
		double rho = value[2];
		const double *at = value + 3, *e;
		psy_multilevel r;

		for (size_t i = 0; i < k; i++, at += 4 + columns)
		{
			memcpy(row + STRIDE * i, at, (2 + columns) * sizeof *at);
			set_keys(row + STRIDE * i, columns, at[2 + columns], at[3 + columns]);
		}
		e = at;
		r = fit(row, k, columns, PSY_META_REML, rho, false);
		near(label, "sigma2 between", r.sigma2[0], e[0], 1e-11, 0.01);
		near(label, "sigma2 within", r.sigma2[1], e[1], 1e-11, 0.01);
		near(label, "loglik", r.loglik, e[2], 1e-12, 1);
		near(label, "QE", r.qe, e[3], 1e-12, 0);
		for (size_t i = 0; i < r.full; i++)
		{
			near(label, "beta", r.beta[i], e[4 + i], 1e-11, e[4 + r.full + i]);
			near(label, "se", r.se[i], e[4 + r.full + i], 1e-11, 0);
		}
		e += 4 + 2 * r.full;
		psy_multilevel_release(&unit_context, &r);
		e = check_robust(label, "CR2 of the fit", robust(row, k, columns, PSY_CR2, true, PSY_META_REML, rho),
						 e);
		e = check_robust(label, "CR2", robust(row, k, columns, PSY_CR2, false, PSY_META_EE, 0), e);
		check_robust(label, "CR0", robust(row, k, columns, PSY_CR0, false, PSY_META_EE, 0), e);
		sets++;
	}
	fclose(file);
	assert_int_equal(sets, 14);
}

/*
 * ---- random sets -----------------------------------------------------------------------------------------
 */

/* Heavy tails; some clusters of one effect, some effects of two rows. */
static void
random_rows(double *row, size_t k, size_t clusters)
{
	memset(row, 0, k * STRIDE * sizeof *row);
	for (size_t i = 0; i < k; i++, row += STRIDE)
	{
		double cluster = floor(uniform() * (double) clusters);

		row[1] = 0.05 * exp(3 * (uniform() - 0.5));
		row[2] = uniform();
		row[0] = 0.2 + 0.3 * sin(7 * cluster) * uniform() + sqrt(row[1]) * heavy();
		set_keys(row, 1, cluster, floor(uniform() * 12));
	}
}

/* The model at s laid out for direct evaluation. */
typedef struct laid_out
{
	psy_design d;
	psy_clusters c;
	psy_cluster_fit fit;
	size_t place[2 * MOST];
	double block[4000], clusters[4000], scratch[40000];
} laid_out;

static void
lay_out(laid_out *m, const double *row, size_t k, double rho)
{
	psy_meta_rows rows = {row, k, 1, STRIDE};

	psy_rows_order(rows, 2, m->place);
	assert_true(psy_design_room(k, 1) <= 4000 && psy_clusters_room(k, 1) <= 4000);
	psy_design_make(rows, m->place, true, m->block, &m->d);
	psy_clusters_make(&unit_context, rows, 2, m->place, &m->d, rho, m->clusters, &m->c, &m->fit);
	assert_true(psy_clusters_scratch(&m->c) <= 40000);
	m->c.scratch = m->scratch;
}

static double
loglik(laid_out *m, const double *s, bool restricted)
{
	assert_int_equal(psy_clusters_at(&m->c, s, restricted, true, &m->fit, NULL), PSY_OK);
	return psy_cluster_loglik(&m->fit, restricted);
}

static void
derivatives_are_differences(void **state)
{
	static laid_out m;
	double row[STRIDE * MOST];

	for (int set = 0; set < 20; set++)
	{
		bool restricted = set % 2;
		double h = 1e-5, s[2] = {0.07, 0.04}, score[2], hessian[3];

		seed_state = 100 + (uint64_t) set;
		random_rows(row, 24, 6);
		lay_out(&m, row, 24, set % 3 * 0.3);
		loglik(&m, s, restricted);
		memcpy(score, m.fit.score, sizeof score);
		memcpy(hessian, m.fit.hessian, sizeof hessian);
		for (int r = 0; r < 2; r++)
		{
			double up[2] = {s[0], s[1]}, down[2] = {s[0], s[1]}, high, low, change[2];

			up[r] += h;
			down[r] -= h;
			high = loglik(&m, up, restricted);
			memcpy(change, m.fit.score, sizeof change);
			low = loglik(&m, down, restricted);
			near("difference", "score", 2 * (high - low) / (2 * h), score[r], 1e-6, 1);
			for (int o = 0; o < 2; o++)
				near("difference", "hessian", (change[o] - m.fit.score[o]) / (2 * h), hessian[r + o], 1e-5,
					 1);
		}
	}
}

/* ML and REML over 300 sets: at a stationary point, and not below a grid of 41 x 41. */
static void
never_below_a_grid(void **state)
{
	static laid_out m;
	double row[STRIDE * MOST];

	for (int set = 0; set < 300; set++)
	{
		size_t k = 6 + (size_t) set % 15;
		bool restricted = set % 2;
		double rho = set % 3 * 0.3, s[2], best, unit;
		psy_multilevel r;

		seed_state = 7000 + (uint64_t) set;
		random_rows(row, k, 2 + (size_t) set % 6);
		r = fit(row, k, 1, restricted ? PSY_META_REML : PSY_META_ML, rho, false);
		assert_true(isfinite(r.beta[0]) && isfinite(r.se[0]));
		lay_out(&m, row, k, rho);
		unit = ldexp(1, -2 * m.d.y_exponent);
		s[0] = isnan(r.sigma2[0]) ? 0 : r.sigma2[0] * unit;
		s[1] = isnan(r.sigma2[1]) ? 0 : r.sigma2[1] * unit;
		best = loglik(&m, s, restricted);
		for (int i = 0; i < 41; i++)
			for (int j = 0; j < 41; j++)
			{
				double at[2] = {i == 0 || isnan(r.sigma2[0]) ? 0 : exp(0.4 * (i - 34)),
								j == 0 || isnan(r.sigma2[1]) ? 0 : exp(0.4 * (j - 34))};

				if (loglik(&m, at, restricted) > best + 1e-9 * (1 + fabs(best)))
					fail_msg("set %d: (%.17g, %.17g) has a lower likelihood than (%.17g, %.17g)", set, s[0],
							 s[1], at[0], at[1]);
			}
		psy_multilevel_release(&unit_context, &r);
	}
}

static void
same_bits_in_any_order(void **state)
{
	double row[STRIDE * MOST], turned[STRIDE * MOST];
	psy_multilevel a, b;
	psy_robust c, d;

	seed_state = 3;
	random_rows(row, MOST, 7);
	for (size_t i = 0; i < MOST; i++)
		memcpy(turned + STRIDE * i, row + STRIDE * ((i * 7 + 3) % MOST), STRIDE * sizeof *row);
	a = fit(row, MOST, 1, PSY_META_REML, 0.5, true);
	b = fit(turned, MOST, 1, PSY_META_REML, 0.5, true);
	assert_memory_equal(a.beta, b.beta, (6 * 2 + 4) * sizeof(double));
	assert_memory_equal(a.sigma2, b.sigma2, sizeof a.sigma2);
	assert_memory_equal(a.sigma2_ub, b.sigma2_ub, sizeof a.sigma2_ub);
	c = robust(row, MOST, 1, PSY_CR2, true, PSY_META_REML, 0.5);
	d = robust(turned, MOST, 1, PSY_CR2, true, PSY_META_REML, 0.5);
	assert_memory_equal(c.beta, d.beta, (7 * 2 + 4) * sizeof(double));
	psy_multilevel_release(&unit_context, &a);
	psy_multilevel_release(&unit_context, &b);
	psy_robust_release(&unit_context, &c);
	psy_robust_release(&unit_context, &d);
}

static void
equivariant(void **state)
{
	const double scale[] = {1e-8, 3.7, 1e8};
	double row[STRIDE * MOST], other[STRIDE * MOST];

	seed_state = 21;
	random_rows(row, 30, 6);
	for (int s = 0; s < 3; s++)
	{
		double c = scale[s];
		psy_multilevel a = fit(row, 30, 1, PSY_META_REML, 0.3, true), b;
		psy_robust d = robust(row, 30, 1, PSY_CR2, true, PSY_META_REML, 0.3), e;

		memcpy(other, row, sizeof other);
		for (int i = 0; i < 30; i++)
		{
			other[STRIDE * i] = c * row[STRIDE * i];
			other[STRIDE * i + 1] = c * c * row[STRIDE * i + 1];
			other[STRIDE * i + 2] = row[STRIDE * i + 2] / c + 5 / c;
		}
		b = fit(other, 30, 1, PSY_META_REML, 0.3, true);
		e = robust(other, 30, 1, PSY_CR2, true, PSY_META_REML, 0.3);
		for (int i = 0; i < 2; i++)
		{
			near("scaled", "sigma2", b.sigma2[i] / c / c, a.sigma2[i], 1e-10, 1e-3);
			near("scaled", "upper bound", b.sigma2_ub[i] / c / c, a.sigma2_ub[i], 1e-9, 0);
		}
		near("scaled", "slope", b.beta[1] / c / c, a.beta[1], 1e-10, a.se[1]);
		near("scaled", "robust se", e.se[1] / c / c, d.se[1], 1e-10, 0);
		near("scaled", "df", e.df[1], d.df[1], 1e-9, 0);
		psy_multilevel_release(&unit_context, &a);
		psy_multilevel_release(&unit_context, &b);
		psy_robust_release(&unit_context, &d);
		psy_robust_release(&unit_context, &e);
	}
}

static void
refuses_what_it_cannot_fit(void **state)
{
	double row[STRIDE * 4] = {0};
	psy_multilevel_options o = {PSY_META_DL, PSY_META_Z, 0.95, 0, true, true};
	psy_multilevel r;
	psy_error err;

	assert_int_equal(psy_multilevel_fit(&unit_context, (psy_meta_rows){row, 4, 0, STRIDE}, &o, &r, &err),
					 PSY_UNSUPPORTED);
	o.method = PSY_META_REML;
	o.rho = 2;
	assert_int_equal(psy_multilevel_fit(&unit_context, (psy_meta_rows){row, 4, 0, STRIDE}, &o, &r, &err),
					 PSY_DOMAIN);
	o.rho = 0;
	assert_int_equal(psy_multilevel_fit(&unit_context, (psy_meta_rows){row, 4, 0, STRIDE}, &o, &r, &err),
					 PSY_DOMAIN);
	assert_non_null(strstr(err.message, "vi is 0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_are_exact),     cmocka_unit_test(derivatives_are_differences),
		cmocka_unit_test(never_below_a_grid), cmocka_unit_test(same_bits_in_any_order),
		cmocka_unit_test(equivariant),        cmocka_unit_test(refuses_what_it_cannot_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
