/*
 * test_meta_regression.c - dense algebra, and the laws of a meta-regression on random sets: its likelihood is
 * never lower than a grid's, and order, units and origins do not matter.  Numbers are compared with metafor
 * by tests/golden/run_meta_regression.
 */
#include "unit.h"

#include "meta/regression.h"
#include "stats/linalg.h"

#define MOST 40

static uint64_t seed_state;

/* Uniform in (0, 1). */
static double
uniform(void)
{
	seed_state = seed_state * 6364136223846793005u + 1442695040888963407u;
	return ((double) (seed_state >> 11) + 0.5) * 0x1p-53;
}

static double
cauchy(void)
{
	return tan(M_PI * (uniform() - 0.5));
}

/*
 * ---- algebra ---------------------------------------------------------------------------------------------
 */

#define N 7

static void
symmetric_matrix(double *a)
{
	double b[N * N];

	for (int i = 0; i < N * N; i++)
		b[i] = uniform() - 0.5;
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			a[i * N + j] = psy_inner(b + i * N, b + j * N, N) + (i == j ? 0.01 : 0);
}

static void
cholesky_inverts(void **state)
{
	double a[N * N], l[N * N], inverse[N * N], product[N * N], indefinite[4] = {1, 2, 2, 1};

	seed_state = 1;
	symmetric_matrix(a);
	memcpy(l, a, sizeof a);
	assert_true(psy_cholesky(l, N));
	psy_cholesky_inverse(l, N, inverse);
	psy_multiply(a, inverse, N, N, N, product);
	for (int i = 0; i < N * N; i++)
		assert_true(fabs(product[i] - (i % (N + 1) == 0)) < 1e-12);
	assert_false(psy_cholesky(indefinite, 2));
}

static void
inverse_root_squares_to_inverse(void **state)
{
	double a[N * N], keep[N * N], value[N], vector[N * N], root[N * N], once[N * N], twice[N * N];

	seed_state = 2;
	symmetric_matrix(a);
	memcpy(keep, a, sizeof a);
	psy_inverse_root(a, N, 1e-12, value, vector, root);
	psy_multiply(root, root, N, N, N, once);
	psy_multiply(once, keep, N, N, N, twice);
	for (int i = 0; i < N * N; i++)
		assert_true(fabs(twice[i] - (i % (N + 1) == 0)) < 1e-11);
}

/* The inverse root of a singular matrix is that of its range. */
static void
inverse_root_leaves_out_the_null_space(void **state)
{
	double a[4] = {2, 2, 2, 2}, value[2], vector[4], root[4];

	psy_inverse_root(a, 2, 1e-12, value, vector, root);
	for (int i = 0; i < 4; i++)
		assert_true(fabs(root[i] - 0.25) < 1e-15);
}

static void
basis_is_orthonormal(void **state)
{
	/* Läuchli's columns: normal equations would see a singular matrix. */
	double e = 1e-9, q[12] = {1, e, 0, 0, 1, 0, e, 0, 1, 0, 0, e}, r[9];

	assert_true(psy_orthonormalize(q, 4, 3, r));
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			assert_true(fabs(psy_inner(q + 4 * i, q + 4 * j, 4) - (i == j)) < 1e-15);
	assert_true(r[4] > 0 && fabs(r[4] / (sqrt(2) * e) - 1) < 1e-6);
}

/*
 * ---- regression ------------------------------------------------------------------------------------------
 */

/* k rows of yi, vi, two moderators; heavy tails, variances over many decades. */
static void
random_rows(double *row, size_t k)
{
	for (size_t i = 0; i < k; i++, row += 4)
	{
		row[1] = exp(4 * (uniform() - 0.5)) * 0.1;
		row[2] = cauchy();
		row[3] = (double) (uniform() > 0.5);
		row[0] = 0.2 + 0.1 * row[2] + sqrt(row[1]) * 0.5 * cauchy();
	}
}

static psy_meta_regression
fit(const double *row, size_t k, psy_meta_method method, psy_meta_test test)
{
	psy_meta_options options = {method, test, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	psy_meta_regression r;
	psy_error err;

	if (psy_meta_regress(&unit_context, (psy_meta_rows){row, k, 2, 4}, true, &options, &r, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return r;
}

/* Restricted log likelihood by normal equations, independent of the library's bases, without its constant. */
static double
dense_loglik(const double *row, size_t k, double tau2, bool restricted)
{
	double a[9] = {0}, b[3] = {0}, yy = 0, logs = 0;

	for (size_t i = 0; i < k; i++)
	{
		const double *at = row + 4 * i;
		double x[3] = {1, at[2], at[3]}, w = 1 / (at[1] + tau2);

		for (int c = 0; c < 3; c++)
		{
			b[c] += w * x[c] * at[0];
			for (int d = 0; d < 3; d++)
				a[3 * c + d] += w * x[c] * x[d];
		}
		yy += w * at[0] * at[0];
		logs += log(w);
	}
	assert_true(psy_cholesky(a, 3));
	psy_solve_lower(a, 3, b, 1);
	return 0.5 * (logs - (yy - psy_inner(b, b, 3)) - (restricted ? psy_cholesky_logdet(a, 3) : 0));
}

static bool
usable(const double *row, size_t k)
{
	double ones = 0;

	for (size_t i = 0; i < k; i++)
		ones += row[4 * i + 3];
	return ones > 0 && ones < (double) k;
}

static void
never_below_a_grid(void **state)
{
	double row[4 * MOST];

	for (int set = 0; set < 400; set++)
	{
		size_t k = 5 + (size_t) set % 12;
		bool restricted = set % 2;
		psy_meta_regression r;
		double best;

		seed_state = 1000 + (uint64_t) set;
		random_rows(row, k);
		if (!usable(row, k))
			continue;
		r = fit(row, k, restricted ? PSY_META_REML : PSY_META_ML, PSY_META_Z);
		assert_true(isfinite(r.tau2) && r.p == 3);
		best = dense_loglik(row, k, r.tau2, restricted);
		for (double t = -12; t < 16; t += 0.01)
			if (dense_loglik(row, k, exp(t), restricted) > best + 1e-9 * (1 + fabs(best)))
				fail_msg("set %d: tau2 %.17g has a lower likelihood than %.17g", set, r.tau2, exp(t));
		assert_true(dense_loglik(row, k, 0, restricted) <= best + 1e-9 * (1 + fabs(best)));
		psy_meta_regression_release(&unit_context, &r);
	}
}

static void
same_bits_in_any_order(void **state)
{
	double row[4 * MOST], turned[4 * MOST];
	psy_meta_regression a, b;

	seed_state = 5;
	random_rows(row, MOST);
	for (size_t i = 0; i < MOST; i++)
		memcpy(turned + 4 * i, row + 4 * ((i * 7 + 3) % MOST), 4 * sizeof *row);
	a = fit(row, MOST, PSY_META_REML, PSY_META_KNHA);
	b = fit(turned, MOST, PSY_META_REML, PSY_META_KNHA);
	assert_memory_equal(a.beta, b.beta, (6 * 3 + 9) * sizeof(double));
	assert_true(a.tau2 == b.tau2 && a.loglik == b.loglik && a.r2 == b.r2);
	psy_meta_regression_release(&unit_context, &a);
	psy_meta_regression_release(&unit_context, &b);
}

/* yi * c, vi * c^2, moderators * d + e: beta and tau2 follow to 1e-12. */
static void
equivariant(void **state)
{
	const double scale[] = {1e-8, 3.7, 1e8};
	double row[4 * MOST], other[4 * MOST];

	seed_state = 11;
	random_rows(row, 20);
	for (int s = 0; s < 3; s++)
		for (psy_meta_method m = PSY_META_EE; m <= PSY_META_PMM; m++)
		{
			double c = scale[s], d = 1 / scale[s], e = 40 * d;
			psy_meta_regression a = fit(row, 20, m, PSY_META_Z), b;

			for (size_t i = 0; i < 20; i++)
			{
				other[4 * i] = c * row[4 * i];
				other[4 * i + 1] = c * c * row[4 * i + 1];
				other[4 * i + 2] = d * row[4 * i + 2] + e;
				other[4 * i + 3] = row[4 * i + 3];
			}
			b = fit(other, 20, m, PSY_META_Z);
			assert_close(b.tau2, c * c * a.tau2, 1e-11);
			assert_close(b.beta[1] * d, c * a.beta[1], 1e-11);
			assert_close(b.beta[2], c * a.beta[2], 1e-11);
			assert_close(b.se[1] * d, c * a.se[1], 1e-12);
			assert_close(b.i2, a.i2, 1e-11);
			psy_meta_regression_release(&unit_context, &a);
			psy_meta_regression_release(&unit_context, &b);
		}
}

/* 20,000 sets of any scale: an answer for each, and the same one in any unit. */
static void
every_set_gets_an_answer(void **state)
{
	double row[4 * MOST], other[4 * MOST], worst = 0;

	for (int set = 0; set < 20000; set++)
	{
		size_t k = 5 + (size_t) set % 16;
		double c;
		psy_meta_regression a, b;

		seed_state = 90000 + (uint64_t) set;
		random_rows(row, k);
		c = exp(2 * log(1e8) * (uniform() - 0.5));
		if (!usable(row, k))
			continue;
		for (size_t i = 0; i < k; i++)
		{
			other[4 * i] = c * row[4 * i];
			other[4 * i + 1] = c * c * row[4 * i + 1];
			other[4 * i + 2] = row[4 * i + 2];
			other[4 * i + 3] = row[4 * i + 3];
		}
		a = fit(row, k, PSY_META_REML, PSY_META_KNHA);
		b = fit(other, k, PSY_META_REML, PSY_META_KNHA);
		assert_true(isfinite(a.beta[1]) && isfinite(a.tau2) && isfinite(a.qm_p));
		worst = fmax(worst, fabs(b.tau2 / c / c - a.tau2) / (a.tau2 + 0.01));
		worst = fmax(worst, fabs(b.beta[1] / c - a.beta[1]) / (fabs(a.beta[1]) + a.se[1]));
		psy_meta_regression_release(&unit_context, &a);
		psy_meta_regression_release(&unit_context, &b);
	}
	if (!(worst <= 1e-12))
		fail_msg("equivariance is off by %g", worst);
}

/*
 * One study so precise that it fixes a coefficient: 1 - h and its residual are computed without it.  Expected
 * values by exact rational arithmetic: tests/oracle/meta_regression.py.
 */
static void
one_study_dominates(void **state)
{
	double row[4 * 8];
	psy_meta_regression r;

	for (int i = 0; i < 8; i++)
	{
		row[4 * i] = 0.125 * ((i * 5) % 8) - 0.25;
		row[4 * i + 1] = i == 3 ? 0x1p-36 : 0.0625 * (1 + (i * 3) % 4);
		row[4 * i + 2] = i;
		row[4 * i + 3] = i % 2;
	}
	r = fit(row, 8, PSY_META_DL, PSY_META_Z);
	assert_close(r.qe, 7.588235293073534, 1e-13);
	assert_close(r.tau2, 0.053527980517763855, 1e-12);
	assert_close(r.beta[1], 0.02450013646526494, 1e-11);
	psy_meta_regression_release(&unit_context, &r);
}

static void
degenerate_sets_say_so(void **state)
{
	double row[4 * 5] = {0.1, 0.1, 1, 0, 0.2, 0.1, 2, 0, 0.3, 0.2, 3, 0, 0.5, 0.3, 4, 0, 0.2, 0.2, 5, 0};
	psy_meta_regression r = fit(row, 3, PSY_META_REML, PSY_META_Z);

	/* The second moderator is constant: the intercept and the first remain. */
	assert_true(r.p == 2 && isnan(r.beta[2]) && !isnan(r.beta[1]));
	assert_non_null(strstr(r.note, "left out: moderator 2"));
	psy_meta_regression_release(&unit_context, &r);
	r = fit(row, 2, PSY_META_REML, PSY_META_Z);
	assert_true(isnan(r.beta[0]) && isnan(r.tau2));
	assert_non_null(strstr(r.note, "too few studies (2) for 3"));
	psy_meta_regression_release(&unit_context, &r);
	r = fit(row, 0, PSY_META_REML, PSY_META_Z);
	assert_true(isnan(r.beta[0]));
	psy_meta_regression_release(&unit_context, &r);
}

static void
refuses_bad_rows(void **state)
{
	double row[4] = {0.1, 0, 1, 0};
	psy_meta_options options = {PSY_META_REML, PSY_META_Z, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	psy_meta_regression r;
	psy_error err;

	assert_int_equal(psy_meta_regress(&unit_context, (psy_meta_rows){row, 1, 2, 4}, true, &options, &r, &err),
					 PSY_DOMAIN);
	assert_non_null(strstr(err.message, "vi is 0"));
	row[1] = 1;
	row[3] = NAN;
	assert_int_equal(psy_meta_regress(&unit_context, (psy_meta_rows){row, 1, 2, 4}, true, &options, &r, &err),
					 PSY_DOMAIN);
	assert_non_null(strstr(err.message, "moderator 2 is NaN"));
}

/*
 * ---- permutations ----------------------------------------------------------------------------------------
 */

/* With four studies and distinct moderators there are 24 arrangements, and the identity is one of them. */
static void
few_arrangements_are_all_tried(void **state)
{
	double row[4 * 4] = {0.1, 0.1, 1, 0, 0.3, 0.1, 2, 0, 0.2, 0.2, 3, 0, 0.9, 0.3, 4, 0}, p[2], sign[1];
	psy_meta_options options = {PSY_META_REML, PSY_META_Z, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
	psy_meta_permutation r;
	psy_error err;

	assert_int_equal(
		psy_meta_permute(&unit_context, (psy_meta_rows){row, 4, 1, 4}, true, &options, 24, 1, p, &r, &err),
		PSY_OK);
	assert_true(r.exact && r.arrangements == 24);
	assert_true(p[1] * 24 == floor(p[1] * 24) && p[1] >= 1.0 / 24);
	assert_int_equal(
		psy_meta_permute(&unit_context, (psy_meta_rows){row, 4, 1, 4}, true, &options, 23, 1, p, &r, &err),
		PSY_OK);
	assert_true(!r.exact && r.arrangements == 24 && p[1] >= 1.0 / 24);
	assert_int_equal(
		psy_meta_permute(&unit_context, (psy_meta_rows){row, 4, 0, 4}, true, &options, 16, 1, sign, &r, &err),
		PSY_OK);
	/* All effects are positive: only the observed signs and their mirror are as large. */
	assert_true(r.exact && r.arrangements == 16 && sign[0] == 2.0 / 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cholesky_inverts),
		cmocka_unit_test(inverse_root_squares_to_inverse),
		cmocka_unit_test(inverse_root_leaves_out_the_null_space),
		cmocka_unit_test(basis_is_orthonormal),
		cmocka_unit_test(never_below_a_grid),
		cmocka_unit_test(same_bits_in_any_order),
		cmocka_unit_test(equivariant),
		cmocka_unit_test(every_set_gets_an_answer),
		cmocka_unit_test(one_study_dominates),
		cmocka_unit_test(degenerate_sets_say_so),
		cmocka_unit_test(refuses_bad_rows),
		cmocka_unit_test(few_arrangements_are_all_tried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
