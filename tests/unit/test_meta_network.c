/*
 * test_meta_network.c - network meta-analysis against least squares written out in long double, against the pooling of
 * one comparison, against a dense grid of its likelihood, and the laws that must hold for any data.
 */
#include "unit.h"

#include "meta/network.h"
#include "stats/distribution.h"

#define MOST_ROWS 256
#define MOST_TREATMENTS 8

static const char *const treatment_name[MOST_TREATMENTS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
static char study_text[MOST_ROWS][8];
static const char *study_name[MOST_ROWS];

typedef struct sample
{
	psy_network_row row[MOST_ROWS];
	size_t rows, studies, treatments;
} sample;

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

/* A trial of m arms with independent arm means: every pairwise effect and variance. */
static void
add_trial(sample *s, const size_t *arm, size_t m, double between, unsigned *seed)
{
	double mean[MOST_TREATMENTS], variance[MOST_TREATMENTS];

	for (size_t i = 0; i < m; i++)
	{
		variance[i] = 0.01 + 0.2 * uniform(seed);
		mean[i] = 0.3 * (double) arm[i] + normal(seed) * sqrt(variance[i] + between / 2);
	}
	for (size_t i = 0; i < m; i++)
		for (size_t j = i + 1; j < m; j++)
			s->row[s->rows++] = (psy_network_row){s->studies, arm[i], arm[j], mean[i] - mean[j], variance[i] + variance[j]};
	s->studies++;
}

/* A chain of two-arm trials that connects everything, then trials of 2 to 4 arms at random. */
static sample
random_network(size_t treatments, size_t trials, double between, unsigned *seed)
{
	sample s = {.treatments = treatments};

	for (size_t t = 0; t + 1 < treatments; t++)
		add_trial(&s, (size_t[]){t, t + 1}, 2, between, seed);
	while (s.studies < trials)
	{
		size_t arm[MOST_TREATMENTS], m = 2 + (size_t) (uniform(seed) * 3), have = 0;

		for (size_t t = 0; t < treatments && have < m; t++)
			if (uniform(seed) * (double) (treatments - t) < (double) (m - have))
				arm[have++] = t;
		if (have >= 2)
			add_trial(&s, arm, have, between, seed);
	}
	return s;
}

static psy_network_data
data_of(const sample *s)
{
	return (psy_network_data){s->row, s->rows, study_name, s->studies, treatment_name, s->treatments};
}

static psy_network_result
fit(const sample *s, psy_meta_method method)
{
	psy_network_data data = data_of(s);
	psy_network_options o = {method, 0.95, true};
	psy_network_result r;
	psy_error err;

	if (psy_network_fit(&unit_context, &data, &o, &r, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return r;
}

static void
drop(psy_network_result *r)
{
	psy_network_release(&unit_context, r);
}

/*
 * ---- least squares written out ---------------------------------------------------------------------------
 */

typedef struct dense
{
	long double beta[MOST_TREATMENTS], cov[MOST_TREATMENTS][MOST_TREATMENTS], q, loglik;
} dense;

/* Gauss-Jordan: a[n][2 MOST] := [I | a^-1]; the log of the determinant. */
static long double
invert(long double a[MOST_TREATMENTS][2 * MOST_TREATMENTS], size_t n)
{
	long double log_det = 0;

	for (size_t c = 0; c < n; c++)
		for (size_t k = 0; k < n; k++)
			a[c][n + k] = c == k;
	for (size_t c = 0; c < n; c++)
	{
		long double pivot = a[c][c]; /* positive definite: no exchange */

		log_det += logl(pivot);
		for (size_t k = 0; k < 2 * n; k++)
			a[c][k] /= pivot;
		for (size_t r = 0; r < n; r++)
			for (size_t k = 2 * n; r != c && k-- > c;)
				a[r][k] -= a[r][c] * a[c][k];
	}
	return log_det;
}

/* Covariance of a trial's contrasts against its first arm, straight from the definition. */
static long double
trial_inverse(const psy_network_row *pair, size_t m, long double tau2, long double w[MOST_TREATMENTS][2 * MOST_TREATMENTS])
{
	long double v[MOST_TREATMENTS][MOST_TREATMENTS] = {{0}};

	for (size_t i = 0; i < m; i++)
		for (size_t j = i + 1; j < m; j++, pair++)
			v[i][j] = v[j][i] = pair->vi + tau2;
	for (size_t i = 1; i < m; i++)
		for (size_t j = 1; j < m; j++)
			w[i - 1][j - 1] = (v[0][i] + v[0][j] - v[i][j]) / 2;
	return invert(w, m - 1);
}

/* Adds a trial's X'WX, X'Wy, y'Wy; X has -1 for the first arm and +1 for the other. */
static void
add_dense(const psy_network_row *pair, size_t m, long double tau2, long double a[MOST_TREATMENTS][MOST_TREATMENTS],
		  long double *b, long double *yy, long double *log_det)
{
	long double w[MOST_TREATMENTS][2 * MOST_TREATMENTS];

	*log_det += trial_inverse(pair, m, tau2, w);
	for (size_t i = 0; i + 1 < m; i++)
		for (size_t j = 0; j + 1 < m; j++)
		{
			long double x = w[i][m - 1 + j];
			size_t first = pair[0].treat1, ti = pair[i].treat2, tj = pair[j].treat2;

			*yy += x * pair[i].yi * pair[j].yi;
			a[first][first] += x, a[ti][tj] += x, a[first][tj] -= x, a[ti][first] -= x;
			b[first] += x * pair[j].yi, b[ti] -= x * pair[j].yi; /* yi is first minus other */
		}
}

static dense
dense_fit(const sample *s, long double tau2, bool restricted)
{
	long double a[MOST_TREATMENTS][MOST_TREATMENTS] = {{0}}, b[MOST_TREATMENTS] = {0}, yy = 0, log_det = 0;
	long double inverse[MOST_TREATMENTS][2 * MOST_TREATMENTS];
	size_t p = s->treatments - 1;
	dense out = {.q = 0};

	for (size_t i = 0; i < s->rows;)
	{
		size_t k = i, m = 2;

		while (k < s->rows && s->row[k].study == s->row[i].study)
			k++;
		while (m * (m - 1) / 2 < k - i)
			m++;
		add_dense(s->row + i, m, tau2, a, b, &yy, &log_det);
		i = k;
	}
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++)
			inverse[i][j] = a[i + 1][j + 1];
	log_det += restricted ? invert(inverse, p) : (invert(inverse, p), 0);
	out.q = yy;
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++)
		{
			out.cov[i + 1][j + 1] = inverse[i][p + j];
			out.beta[i + 1] += inverse[i][p + j] * b[j + 1];
		}
	for (size_t i = 0; i < p; i++)
		out.q -= out.beta[i + 1] * b[i + 1];
	out.loglik = -(out.q + log_det) / 2;
	return out;
}

static void
estimates_are_generalised_least_squares(void **state)
{
	unsigned seed = 11;

	for (int run = 0; run < 200; run++)
	{
		sample s = random_network(3 + (size_t) run % 6, 12, 0.1, &seed);
		psy_network_result r = fit(&s, run % 2 == 0 ? PSY_META_REML : PSY_META_EE);
		dense at = dense_fit(&s, r.tau2, true), fixed = dense_fit(&s, 0, true);
		size_t t = s.treatments;

		for (size_t i = 0; i < t * t; i++)
		{
			long double variance = at.cov[i / t][i / t] + at.cov[i % t][i % t] - 2 * at.cov[i / t][i % t];

			assert_true(fabs(r.estimate[i] - (double) (at.beta[i / t] - at.beta[i % t])) < 1e-12);
			assert_true(fabs(r.se[i] - (double) sqrtl(variance)) < 1e-12);
		}
		assert_close(r.q, (double) fixed.q, 1e-10);
		assert_true(r.q_df == (double) (r.q_within_df + r.q_between_df));
		drop(&r);
	}
}

static void
no_grid_point_beats_the_estimate(void **state)
{
	unsigned seed = 5;

	for (int run = 0; run < 60; run++)
	{
		sample s = random_network(3 + (size_t) run % 5, 4 + (size_t) run % 12, run % 3 == 0 ? 0 : 0.3, &seed);
		bool restricted = run % 2 == 0;
		psy_network_result r = fit(&s, restricted ? PSY_META_REML : PSY_META_ML);
		long double best = dense_fit(&s, r.tau2, restricted).loglik;

		for (int i = 0; i <= 800 && r.q_df > 0; i++)
		{
			long double tau2 = i == 0 ? 0 : expl((long double) i * 0.02L - 12);

			if (dense_fit(&s, tau2, restricted).loglik > best + 1e-12L * (1 + fabsl(best)))
				fail_msg("run %d: tau2 %.17g is not the maximum: %.17Lg is better", run, r.tau2, tau2);
		}
		drop(&r);
	}
}

/* E[Q] = df + tau2 tr P and Q(tau2) = df: the two moment estimators satisfy their equations. */
static void
moment_estimators_satisfy_their_equations(void **state)
{
	unsigned seed = 8;
	int positive = 0;

	for (int run = 0; run < 50; run++)
	{
		sample s = random_network(5, 14, 0.4, &seed);
		psy_network_result pm = fit(&s, PSY_META_PM), dl = fit(&s, PSY_META_DL);
		double step = 1e-6;

		if (pm.tau2 > 0)
			assert_close((double) dense_fit(&s, pm.tau2, true).q, pm.q_df, 1e-10);
		if (dl.tau2 > 0)
		{
			/* tr P is minus twice the slope of the restricted log likelihood without its Q. */
			dense high = dense_fit(&s, step, true), low = dense_fit(&s, -step, true);
			double trace = (double) ((high.loglik + high.q / 2 - low.loglik - low.q / 2) / step) * -1;

			assert_close(dl.tau2, (dl.q - dl.q_df) / trace, 1e-7);
			positive++;
		}
		drop(&pm), drop(&dl);
	}
	assert_true(positive > 20);
}

static void
two_treatments_are_an_ordinary_meta_analysis(void **state)
{
	static const psy_meta_method method[] = {PSY_META_EE, PSY_META_DL, PSY_META_PM, PSY_META_ML, PSY_META_REML};
	unsigned seed = 2;

	for (int run = 0; run < 50; run++)
	{
		sample s = random_network(2, 9, 0.2, &seed);
		psy_effect study[9];
		psy_meta_options o = {method[run % 5], PSY_META_Z, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
		psy_network_result r = fit(&s, o.method);
		psy_meta_result one;

		for (size_t i = 0; i < s.rows; i++)
			study[i] = (psy_effect){s.row[i].yi, s.row[i].vi};
		assert_int_equal(psy_meta_fit(&unit_context, study, s.rows, &o, &one, NULL), PSY_OK);
		assert_true(fabs(r.tau2 - one.tau2) <= 1e-12 * (one.tau2 + 0.01));
		assert_true(fabs(r.estimate[1] - one.estimate) <= 1e-12 * one.se);
		assert_close(r.se[1], one.se, 1e-12);
		assert_close(r.q, one.q, 1e-11);
		assert_true(r.q_between_df == 0 && r.designs == 1 && r.splits == 1 && r.split[0].share == 1);
		assert_close(r.p_score[0], psy_normal_p(one.estimate / one.se, PSY_UPPER), 1e-9);
		drop(&r);
	}
}

static void
order_and_direction_do_not_matter(void **state)
{
	unsigned seed = 4;
	sample s = random_network(6, 15, 0.2, &seed), other = s;
	psy_network_result a = fit(&s, PSY_META_REML), b;

	for (size_t i = s.rows - 1; i > 0; i--)
	{
		size_t j = (size_t) (uniform(&seed) * (double) (i + 1));
		psy_network_row held = other.row[i];

		other.row[i] = other.row[j];
		other.row[j] = held;
	}
	for (size_t i = 0; i < s.rows; i += 2)
		other.row[i] = (psy_network_row){other.row[i].study, other.row[i].treat2, other.row[i].treat1, -other.row[i].yi,
										 other.row[i].vi};
	b = fit(&other, PSY_META_REML);
	assert_memory_equal(a.estimate, b.estimate, 36 * sizeof(double));
	assert_memory_equal(a.se, b.se, 36 * sizeof(double));
	assert_true(a.tau2 == b.tau2 && a.q_within == b.q_within && a.loglik == b.loglik && a.splits == b.splits);
	drop(&a), drop(&b);
}

static void
the_unit_does_not_matter(void **state)
{
	unsigned seed = 21;

	for (double c = 1e-8; c < 2e8; c *= 1e4)
		for (int run = 0; run < 20; run++)
		{
			sample s = random_network(5, 12, 0.3, &seed), scaled = s;
			psy_network_result a = fit(&s, PSY_META_REML), b;

			for (size_t i = 0; i < s.rows; i++)
				scaled.row[i].yi *= c, scaled.row[i].vi *= c * c;
			b = fit(&scaled, PSY_META_REML);
			assert_true(fabs(b.tau2 / (c * c) - a.tau2) <= 1e-12 * (a.tau2 + 0.02));
			for (int i = 0; i < 25; i++)
				assert_true(fabs(b.estimate[i] / c - a.estimate[i]) <= 1e-12 * (fabs(a.estimate[i]) + a.se[i]));
			assert_true(fabs(b.q / a.q - 1) < 1e-11);
			drop(&a), drop(&b);
		}
}

/* The split gives the network's estimate back, and its direct part is what the trials of that pair say. */
static void
evidence_adds_up(void **state)
{
	unsigned seed = 31;
	sample s = random_network(6, 20, 0.1, &seed);
	psy_network_result r = fit(&s, PSY_META_DL);
	double score = 0;

	for (size_t i = 0; i < r.splits; i++)
	{
		const psy_network_split *e = &r.split[i];
		double network = r.estimate[e->treat1 * 6 + e->treat2];

		if (e->share < 1)
			assert_true(fabs(e->share * e->direct + (1 - e->share) * e->indirect - network) < 1e-12);
	}
	for (int t = 0; t < 6; t++)
		score += r.p_score[t];
	assert_close(score, 3, 1e-12); /* half of the treatments */
	assert_close(r.q_within + r.q_between, r.q, 1e-12);
	drop(&r);
}

/*
 * ---- what is refused -------------------------------------------------------------------------------------
 */

static void
expect(const psy_network_row *row, size_t rows, size_t treatments, psy_status expected, const char *words)
{
	psy_network_data data = {row, rows, study_name, 4, treatment_name, treatments};
	psy_network_options o = {PSY_META_REML, 0.95, true};
	psy_network_result r;
	psy_error err = {0};

	assert_int_equal(psy_network_fit(&unit_context, &data, &o, &r, &err), expected);
	if (strstr(err.message, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.message, words);
	drop(&r);
}

static void
what_cannot_be_is_named(void **state)
{
	expect((psy_network_row[]){{0, 0, 1, NAN, 1}}, 1, 2, PSY_DOMAIN, "study \"s000\": yi must be finite");
	expect((psy_network_row[]){{0, 0, 1, 1, INFINITY}}, 1, 2, PSY_DOMAIN, "vi must be finite");
	expect((psy_network_row[]){{0, 0, 1, 1, 0}}, 1, 2, PSY_DOMAIN, "must be positive");
	expect((psy_network_row[]){{0, 1, 1, 1, 1}}, 1, 2, PSY_DOMAIN, "compares \"b\" with itself");
	expect((psy_network_row[]){{0, 0, 1, 1, 1}, {0, 1, 0, -1, 1}}, 2, 2, PSY_DOMAIN, "twice");
	expect((psy_network_row[]){{0, 0, 1, 1, 1}, {0, 1, 2, 1, 1}}, 2, 3, PSY_DOMAIN, "3 arms but 2 of its 3");
	expect((psy_network_row[]){{0, 0, 1, 1, 1}, {0, 1, 2, 1, 1}, {0, 0, 2, 3, 1}}, 3, 3, PSY_DOMAIN,
		   "contradict each other: \"a\" against \"b\" is 1, but 2");
	expect((psy_network_row[]){{3, 0, 1, 1, 1}, {3, 1, 2, 1, 1}, {3, 0, 2, 2, 3}}, 3, 3, PSY_DOMAIN,
		   "study \"s003\": the variances of its comparisons imply a variance of -0.5 for the arm \"b\"");
	expect((psy_network_row[]){{0, 0, 1, 1, 1}}, 1, 1001, PSY_LIMIT, "at most 1000");
}

/* A network in parts is no wrong input: it has no answer, and note says why. */
static void
a_network_in_parts_has_no_answer(void **state)
{
	sample s = {{{0, 0, 1, 1, 1}, {1, 2, 3, 1, 1}}, 2, 2, 4};
	psy_network_result r = fit(&s, PSY_META_REML);

	assert_true(isnan(r.tau2) && isnan(r.q) && isnan(r.loglik) && r.splits == 0 && r.treatments == 4);
	assert_non_null(strstr(r.note, "{a, b} and {c, d}"));
	drop(&r);
}

static void
options_are_checked(void **state)
{
	sample s = {{{0, 0, 1, 1, 1}}, 1, 1, 2};
	psy_network_data data = data_of(&s);
	psy_network_options o = {PSY_META_HE, 0.95, true};
	psy_network_result r;
	psy_error err;

	assert_int_equal(psy_network_fit(&unit_context, &data, &o, &r, &err), PSY_UNSUPPORTED);
	o = (psy_network_options){PSY_META_DL, 95, true};
	assert_int_equal(psy_network_fit(&unit_context, &data, &o, &r, &err), PSY_DOMAIN);
	r = fit(&s, PSY_META_REML);
	assert_true(r.tau2 == 0 && r.q == 0 && isnan(r.q_p) && isnan(r.i2));
	assert_close(r.estimate[1], 1, 1e-15);
	assert_non_null(strstr(r.note, "as many comparisons as parameters"));
	drop(&r);
}

static void *
refuse_later(void *arg, size_t bytes)
{
	return --*(int *) arg < 0 ? NULL : malloc(bytes);
}

static void
refused_memory_is_reported(void **state)
{
	unsigned seed = 1;
	sample s = random_network(4, 8, 0.1, &seed);
	psy_network_data data = data_of(&s);
	psy_network_options o = {PSY_META_REML, 0.95, true};
	int allocations = 0;

	for (;; allocations++)
	{
		int left = allocations;
		psy_context ctx = {refuse_later, unit_release, NULL, &left};
		psy_network_result r;
		psy_status status = psy_network_fit(&ctx, &data, &o, &r, NULL);

		psy_network_release(&ctx, &r);
		if (status == PSY_OK)
			break;
		assert_int_equal(status, PSY_NOMEM);
	}
	assert_true(allocations >= 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(estimates_are_generalised_least_squares),
		cmocka_unit_test(no_grid_point_beats_the_estimate),
		cmocka_unit_test(moment_estimators_satisfy_their_equations),
		cmocka_unit_test(two_treatments_are_an_ordinary_meta_analysis),
		cmocka_unit_test(order_and_direction_do_not_matter),
		cmocka_unit_test(the_unit_does_not_matter),
		cmocka_unit_test(evidence_adds_up),
		cmocka_unit_test(a_network_in_parts_has_no_answer), cmocka_unit_test(what_cannot_be_is_named),
		cmocka_unit_test(options_are_checked),
		cmocka_unit_test(refused_memory_is_reported),
	};

	for (int i = 0; i < MOST_ROWS; i++)
	{
		snprintf(study_text[i], sizeof study_text[i], "s%03d", i);
		study_name[i] = study_text[i];
	}
	return cmocka_run_group_tests_name("meta_network", tests, NULL, NULL);
}
