/*
 * mass_corr.c - correlations and partial correlations from the mass-univariate state; see mass_final.h.
 *
 * With the design's centred products factored as L L' (covariates first, y last), u = L^-1 s, s being x's
 * products with the design, splits x's sum of squares: u_j^2 is what variable j explains beyond those before
 * it.  So the covariates leave xx = squares
 * - sum of their u_j^2, the partial correlation is u_y / sqrt(xx), and y leaves xx - u_y^2: no inverse of a
 * near-singular matrix, and r never beyond 1 but for rounding.
 */
#include "stats/mass_final.h"

#include "core/lanes.h"
#include "stats/distribution.h"
#include "stats/mass_finish.h"
#include "stats/mass_spread.h"
#include "stats/moments.h"

#include <math.h>

#define BLOCK PSY_MASS_BLOCK
#define PERFECT 1e-14 /* 1 - r^2 below which a correlation is perfect to rounding */

/* The inverse of the design's Cholesky factor, rows packed as the products are. */
typedef struct factor
{
	double inverse[PSY_MASS_MAX_DESIGN * (PSY_MASS_MAX_DESIGN + 1) / 2];
	size_t deficient; /* 0, or the first variable (1-based) without variance of its own */
} factor;

/* Row j of the Cholesky factor of the packed products, in place; false when variable j has nothing of its
 * own. */
static bool
cholesky_row(double *a, size_t j, double noise)
{
	double *row = a + j * (j + 1) / 2;
	double own = row[j];

	for (size_t i = 0; i < j; i++)
	{
		const double *above = a + i * (i + 1) / 2;

		for (size_t k = 0; k < i; k++)
			row[i] -= row[k] * above[k];
		row[i] /= above[i];
		row[j] -= row[i] * row[i];
	}
	if (!(own > noise) || !(row[j] > PSY_RANK_TOLERANCE * own))
		return false;
	row[j] = sqrt(row[j]);
	return true;
}

/* Row j of the inverse of a lower triangle whose earlier rows are inverted already, in place. */
static void
invert_row(double *a, size_t j)
{
	double *row = a + j * (j + 1) / 2;

	for (size_t i = 0; i < j; i++)
	{
		double sum = 0;

		for (size_t k = i; k < j; k++)
			sum += row[k] * a[k * (k + 1) / 2 + i];
		row[i] = -sum / row[j];
	}
	row[j] = 1 / row[j];
}

/* core, stride apart: one element's in the per-element layout, the group's (stride 1) in the shared one. */
static void
factor_design(const double *core, size_t stride, const double *origin, size_t q, factor *f)
{
	double n = core[0];

	f->deficient = 0;
	for (size_t s = 0; s < q * (q + 1) / 2; s++)
		f->inverse[s] = core[(1 + q + s) * stride];
	for (size_t j = 0; j < q; j++)
		if (!cholesky_row(f->inverse, j,
						  psy_spread_noise(n, origin[j] + (n > 0 ? core[(1 + j) * stride] / n : 0))))
		{
			f->deficient = j + 1;
			return;
		}
	for (size_t j = 0; j < q; j++)
		invert_row(f->inverse, j);
}

/* A block of elements: what is left of squares after the covariates, and u_y. */
typedef struct split_block
{
	double left[BLOCK];
	double u[BLOCK];
} split_block;

PSY_CLONES static void
add_scaled(const double *product, size_t size, double by, double *u)
{
	for (size_t k = 0; k < size; k++)
		u[k] += product[k] * by;
}

PSY_CLONES static void
subtract_square(const double *u, size_t size, double *left)
{
	for (size_t k = 0; k < size; k++)
		left[k] -= u[k] * u[k];
}

static void
split_squares(const psy_mass_streams *of, size_t first, size_t size, size_t stride, size_t q, const factor *f,
			  split_block *b)
{
	for (size_t k = 0; k < size; k++)
		b->left[k] = of->squares[first + k];
	for (size_t j = 0; j < q; j++)
	{
		const double *row = f->inverse + j * (j + 1) / 2;

		for (size_t k = 0; k < size; k++)
			b->u[k] = 0;
		for (size_t i = 0; i <= j; i++)
			add_scaled(of->product + i * stride + first, size, row[i], b->u);
		if (j + 1 < q)
			subtract_square(b->u, size, b->left);
	}
}

/* The result of element from + k, in place k; left and u from split_squares. */
static void
finish_element(const psy_mass_streams *of, size_t from, size_t k, double n, size_t q, double left, double u,
			   const psy_mass_result *out)
{
	double squares = of->squares[from + k];
	double df = n - 1 - (double) q;
	bool varies = squares > psy_spread_noise(n, of->origin[from + k] + of->sum[from + k] / n) &&
				  left > PSY_RANK_TOLERANCE * squares;
	double r = varies ? u / sqrt(left) : NAN;
	double unexplained = varies ? (left - u * u) / left : 0;

	out->df[k] = df;
	out->estimate[k] = out->effect_size[k] = r > 1 ? 1 : r < -1 ? -1 : r;
	out->se[k] = unexplained > PERFECT ? sqrt(unexplained / df) : 0;
	out->statistic[k] = unexplained > PERFECT ? r / out->se[k] : NAN;
}

static void
without_test(size_t k, const psy_mass_result *out)
{
	out->estimate[k] = out->se[k] = out->statistic[k] = out->effect_size[k] = NAN;
}

/* Chooses between too few values, a deficient design and a test. */
static void
corr_element(const psy_mass_streams *of, size_t from, size_t k, double n, size_t q, const factor *f,
			 const split_block *b, size_t at, const psy_mass_result *to)
{
	to->n[k] = psy_reported_count(n);
	to->df[k] = n - 1 - (double) q >= 1 ? n - 1 - (double) q : NAN;
	if (isnan(to->df[k]) || f->deficient > 0)
		without_test(k, to);
	else
		finish_element(of, from, k, n, q, b->left[at], b->u[at], to);
}

static size_t
corr_each(const psy_mass *state, size_t first, size_t size, const psy_mass_result *to)
{
	psy_mass_streams of = psy_mass_group_streams(state, 0);
	size_t m = state->elements, q = state->design, column = 0;
	const double *comoments = psy_mass_group(state, 0);
	split_block block;
	factor f;

	for (size_t k = 0; k < size; k++)
	{
		factor_design(of.count + first + k, m, comoments + psy_comoments_core(q), q, &f);
		if (f.deficient == 0)
			split_squares(&of, first + k, 1, m, q, &f, &block);
		corr_element(&of, first, k, of.count[first + k], q, &f, &block, 0, to);
		if (column == 0 && !isnan(to->df[k]))
			column = f.deficient;
	}
	return column;
}

/* how: the factor that the elements of the shared layout have in common. */
static size_t
finish_corr(const psy_mass *state, size_t first, size_t size, const void *how, const psy_mass_result *to)
{
	psy_mass_streams of = psy_mass_group_streams(state, 0);
	const factor *f = how;
	split_block block;

	if (of.count != NULL)
		return corr_each(state, first, size, to);
	if (f->deficient == 0)
		split_squares(&of, first, size, state->elements, state->design, f, &block);
	for (size_t k = 0; k < size; k++)
		corr_element(&of, first, k, psy_mass_group(state, 0)[0], state->design, f, &block, k, to);
	return isnan(to->df[0]) ? 0 : f->deficient;
}

void
psy_mass_corr(const psy_mass *state, const psy_mass_result *out, psy_mass_tally *tally)
{
	const double *comoments = psy_mass_group(state, 0);
	factor f;

	factor_design(comoments, 1, comoments + psy_comoments_core(state->design), state->design, &f);
	psy_mass_finish(state, finish_corr, &f, 0, out, tally);
}
