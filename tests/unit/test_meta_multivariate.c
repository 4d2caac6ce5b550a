/*
 * test_meta_multivariate.c - multivariate models: derivatives against differences, the maximum against dense grids, and
 * the laws that must hold for any data: units, order, nothing that fails.
 *
 * 600 random sets in the everyday run; PSYRAD_RANDOM_MODELS=100000 makes it that many.
 */
#include "unit.h"

#include "meta/multivariate.h"
#include "meta/multivariate_search.h"
#include "stats/distribution.h"
#include "stats/linalg.h"

#define MOST 60
#define LEVELS 3
#define STRIDE (2 + 1 + 4) /* yi, vi, one moderator, two keys */

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

typedef struct set
{
	double row[MOST * STRIDE], covariance[MOST * LEVELS];
	size_t k, levels;
	double rho; /* of sampling errors */
} set;

/* Studies 2 to 12 with some of the outcomes each; variances over two decades, some true effects without variance. */
static void
random_set(unsigned *seed, size_t levels, set *s)
{
	size_t studies = 2 + (size_t) (uniform(seed) * 11);
	double between = uniform(seed) < 0.3 ? 0 : exp(4 * uniform(seed) - 3), common = uniform(seed), width = 2 * uniform(seed);

	*s = (set){.levels = levels, .rho = uniform(seed) < 0.5 ? 0 : 0.7 * uniform(seed)};
	for (size_t j = 0; j < studies; j++)
	{
		double shared = normal(seed), error = normal(seed), x = normal(seed), sampling[LEVELS];
		size_t first = s->k, level[LEVELS];

		for (size_t l = 0; l < levels; l++)
		{
			double *row = s->row + s->k * STRIDE;

			if (uniform(seed) < 0.2 && !(j < 2))
				continue;
			row[1] = pow(10, -width * uniform(seed));
			row[0] = 0.3 * (double) l + between * (sqrt(common) * shared + sqrt(1 - common) * normal(seed)) +
					 sqrt(row[1]) * (sqrt(s->rho) * error + sqrt(1 - s->rho) * normal(seed));
			row[2] = x + 0.1 * normal(seed);
			row[3] = (double) j + 1;
			row[5] = (double) l;
			level[s->k - first] = l;
			sampling[s->k - first] = row[1];
			s->k++;
		}
		for (size_t i = first; i < s->k; i++)
			for (size_t l = 0; l < levels; l++)
				s->covariance[i * levels + l] = NAN;
		for (size_t i = first; i < s->k; i++)
			for (size_t l = first; l < s->k; l++)
				s->covariance[i * levels + level[l - first]] =
					i == l ? sampling[i - first] : s->rho * sqrt(sampling[i - first] * sampling[l - first]);
	}
}

static psy_multivariate
fit(const set *s, psy_structure_kind kind, psy_meta_method method, psy_multivariate_means means, bool given, size_t columns)
{
	static const double week[LEVELS] = {1, 2, 4};
	psy_multivariate_options o = {kind, method, PSY_META_Z, 0.95, given ? 0 : s->rho, means};
	double row[MOST * STRIDE];
	psy_multivariate r;
	psy_error err;

	for (size_t i = 0; i < s->k; i++)
	{
		memcpy(row + i * (STRIDE - 1 + columns), s->row + i * STRIDE, (2 + columns) * sizeof *row);
		memcpy(row + i * (STRIDE - 1 + columns) + 2 + columns, s->row + i * STRIDE + 3, 4 * sizeof *row);
	}
	if (psy_multivariate_fit(&unit_context,
							 (psy_outcome_rows){{row, s->k, columns, STRIDE - 1 + columns}, s->levels, given ? s->covariance : NULL, week}, &o,
							 &r, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return r;
}

/*
 * ---- a likelihood of one's own -------------------------------------------------------------------------------
 */

/* The textbook log likelihood with full matrices, at a G of one's own: means of outcomes, no moderators. */
static double
textbook(const set *s, const double *g, bool restricted)
{
	size_t k = s->k, m = s->levels;
	double v[MOST * MOST], a[LEVELS * LEVELS] = {0}, xy[LEVELS] = {0}, solved[MOST * LEVELS], y[MOST], logdet, q = 0;
	bool has[LEVELS] = {false};

	for (size_t i = 0; i < k; i++)
	{
		const double *row = s->row + i * STRIDE;

		for (size_t l = 0; l < k; l++)
		{
			const double *other = s->row + l * STRIDE;
			double sampling = i == l ? row[1] : s->rho * sqrt(row[1] * other[1]);

			v[i * k + l] = row[3] == other[3] ? sampling + g[(size_t) row[5] * m + (size_t) other[5]] : 0;
		}
		y[i] = row[0];
		has[(size_t) row[5]] = true;
	}
	for (size_t a_ = 0; a_ < m; a_++)
		assert_true(has[a_]);
	if (!psy_cholesky(v, k))
		return -INFINITY;
	logdet = psy_cholesky_logdet(v, k);
	psy_solve_lower(v, k, y, 1);
	for (size_t j = 0; j < m; j++)
	{
		for (size_t i = 0; i < k; i++)
			solved[j * k + i] = (size_t) s->row[i * STRIDE + 5] == j;
		psy_solve_lower(v, k, solved + j * k, 1);
	}
	for (size_t j = 0; j < m; j++)
	{
		xy[j] = psy_inner(solved + j * k, y, k);
		for (size_t l = 0; l < m; l++)
			a[j * m + l] = psy_inner(solved + j * k, solved + l * k, k);
	}
	psy_cholesky(a, m);
	psy_solve_lower(a, m, xy, 1);
	q = psy_inner(y, y, k) - psy_inner(xy, xy, m);
	logdet += restricted ? psy_cholesky_logdet(a, m) : 0;
	if (restricted)
		for (size_t j = 0; j < m; j++)
		{
			double n = 0;

			for (size_t i = 0; i < k; i++)
				n += (size_t) s->row[i * STRIDE + 5] == j;
			logdet -= log(n);
		}
	return -0.5 * (logdet + q + (double) (restricted ? k - m : k) * log(2 * M_PI));
}

/* No G on a grid of two variances and a correlation has the higher likelihood. */
static void
no_grid_point_is_better(const set *s, const psy_multivariate *r, psy_structure_kind kind, bool restricted, int number)
{
	double mine = textbook(s, r->g, restricted);

	if (fabs(mine - r->loglik) > 1e-9 * (1 + fabs(mine)))
		fail_msg("set %d %s: log likelihood %.17g, by the textbook %.17g", number, psy_structure_name(kind), r->loglik, mine);
	for (int a = -1; a < 12; a++)
		for (int b = -1; b < 12; b++)
			for (int c = -10; c <= 10; c++)
			{
				double one = a < 0 ? 0 : exp(a - 8), two = b < 0 ? 0 : exp(b - 8), both = c / 10.0 * sqrt(one * two), here;

				if ((kind == PSY_STRUCTURE_CS && a != b) || (kind == PSY_STRUCTURE_DIAG && c != 0) || (one == 0 && two == 0 && c != 0))
					continue;
				here = textbook(s, (double[4]){one, both, both, two}, restricted);
				if (here > mine + 1e-9 * (1 + fabs(mine)))
					fail_msg("set %d %s: log likelihood %.17g at g = {%g, %g, %g}, but %.17g at {%g, %g, %g}", number, psy_structure_name(kind),
							 mine, r->g[0], r->g[1], r->g[3], here, one, both, two);
			}
}

/* yi c, vi c^2: beta c, G c^2, everything else as it was. */
static void
the_unit_does_not_matter(const set *s, const psy_multivariate *a, psy_structure_kind kind, psy_meta_method method, double c, double tolerance,
						 int number)
{
	set scaled = *s;
	psy_multivariate b;
	double size = 0;

	for (size_t i = 0; i < s->k; i++)
	{
		scaled.row[i * STRIDE] *= c;
		scaled.row[i * STRIDE + 1] *= c * c;
		size = fmax(size, s->row[i * STRIDE + 1]);
	}
	b = fit(&scaled, kind, method, PSY_MEANS_OUTCOME, false, 0);
	for (size_t i = 0; i < a->full; i++)
		if (!(fabs(b.beta[i] / c - a->beta[i]) <= tolerance * (fabs(a->beta[i]) + a->se[i])))
			fail_msg("set %d %s times %g: beta %.17g and %.17g", number, psy_structure_name(kind), c, a->beta[i], b.beta[i] / c);
	for (size_t i = 0; i < s->levels * s->levels; i++)
		if (!(isnan(a->g[i]) && isnan(b.g[i])) && !(fabs(b.g[i] / c / c - a->g[i]) <= tolerance * (fabs(a->g[i]) + size)))
			fail_msg("set %d %s times %g: g %.17g and %.17g", number, psy_structure_name(kind), c, a->g[i], b.g[i] / c / c);
	psy_multivariate_release(&unit_context, &b);
}

static void
random_sets(void **state)
{
	static const psy_structure_kind kinds[] = {PSY_STRUCTURE_UN, PSY_STRUCTURE_CS, PSY_STRUCTURE_DIAG, PSY_STRUCTURE_HCS};
	const char *asked = getenv("PSYRAD_RANDOM_MODELS");
	int sets = asked != NULL ? atoi(asked) : 600;
	unsigned seed = 20261123;

	for (int number = 0; number < sets; number++)
	{
		psy_structure_kind kind = kinds[number % 4];
		psy_meta_method method = number % 3 == 2 ? PSY_META_ML : PSY_META_REML;
		psy_multivariate r;
		set s;

		random_set(&seed, 2, &s);
		if (s.k < 5)
			continue;
		r = fit(&s, kind, method, PSY_MEANS_OUTCOME, false, 0);
		assert_true(isfinite(r.beta[0]) && isfinite(r.beta[1]) && isfinite(r.loglik) && r.g[0] >= 0 && r.g[3] >= 0);
		no_grid_point_is_better(&s, &r, kind, method == PSY_META_REML, number);
		the_unit_does_not_matter(&s, &r, kind, method, 0x1p-30, 0, number);
		the_unit_does_not_matter(&s, &r, kind, method, pow(10, 16 * uniform(&seed) - 8), 1e-12, number);
		psy_multivariate_release(&unit_context, &r);
	}
}

/* Every structure, with three outcomes, moderators and given covariances; nested structures cannot do better. */
static void
structures(void **state)
{
	static const psy_structure_kind nested[][2] = {{PSY_STRUCTURE_ID, PSY_STRUCTURE_CS}, {PSY_STRUCTURE_CS, PSY_STRUCTURE_HCS}, {PSY_STRUCTURE_HCS, PSY_STRUCTURE_UN},
												   {PSY_STRUCTURE_ID, PSY_STRUCTURE_DIAG}, {PSY_STRUCTURE_DIAG, PSY_STRUCTURE_UN}, {PSY_STRUCTURE_AR, PSY_STRUCTURE_HAR},
												   {PSY_STRUCTURE_HAR, PSY_STRUCTURE_UN}, {PSY_STRUCTURE_DIAG, PSY_STRUCTURE_HCS}};
	unsigned seed = 7;

	for (int number = 0; number < 150; number++)
	{
		psy_meta_method method = number % 2 ? PSY_META_ML : PSY_META_REML;
		double loglik[PSY_STRUCTURE_KINDS];
		set s;

		random_set(&seed, 3, &s);
		if (s.k < 6)
			continue;
		for (int kind = 0; kind < PSY_STRUCTURE_KINDS; kind++)
		{
			psy_multivariate r = fit(&s, (psy_structure_kind) kind, method, PSY_MEANS_OUTCOME, true, 1);

			loglik[kind] = r.loglik;
			assert_true(isfinite(r.beta[0]));
			psy_multivariate_release(&unit_context, &r);
		}
		for (size_t i = 0; i < sizeof nested / sizeof *nested; i++)
			if (loglik[nested[i][0]] > loglik[nested[i][1]] + 1e-7)
				fail_msg("set %d: %s has log likelihood %.17g, %s only %.17g", number, psy_structure_name(nested[i][0]), loglik[nested[i][0]],
						 psy_structure_name(nested[i][1]), loglik[nested[i][1]]);
	}
}

/*
 * ---- derivatives ---------------------------------------------------------------------------------------------
 */

/* First and second derivatives of G by theta against central differences. */
static void
structure_derivatives(void **state)
{
	static const double time[LEVELS] = {0, 1.5, 4};
	unsigned seed = 3;

	for (int kind = 0; kind < PSY_STRUCTURE_KINDS; kind++)
	{
		psy_structure st = {(psy_structure_kind) kind, LEVELS, time};
		size_t n = psy_structure_count(&st);
		double theta[6], up[9], down[9], exact[9], step = 1e-5;

		for (size_t r = 0; r < n; r++)
			theta[r] = 0.3 + uniform(&seed);
		for (size_t r = 0; r < n; r++)
		{
			double kept = theta[r];

			theta[r] = kept + step;
			psy_structure_at(&st, theta, up);
			theta[r] = kept - step;
			psy_structure_at(&st, theta, down);
			theta[r] = kept;
			psy_structure_first(&st, theta, r, exact);
			for (size_t i = 0; i < 9; i++)
				assert_true(fabs((up[i] - down[i]) / (2 * step) - exact[i]) < 1e-8);
			for (size_t q = 0; q < n; q++)
			{
				theta[r] = kept + step;
				psy_structure_first(&st, theta, q, up);
				theta[r] = kept - step;
				psy_structure_first(&st, theta, q, down);
				theta[r] = kept;
				psy_structure_second(&st, theta, q, r, exact);
				for (size_t i = 0; i < 9; i++)
					assert_true(fabs((up[i] - down[i]) / (2 * step) - exact[i]) < 1e-8);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(structure_derivatives), cmocka_unit_test(random_sets), cmocka_unit_test(structures)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
