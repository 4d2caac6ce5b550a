/*
 * mass_glm.c - contrasts of least squares fits from the mass-univariate state; see mass_final.h.
 *
 * The design W (n x q, columns as given) is never seen, only its means w and centred products P = L L'.  Its
 * columns, seen from the constant direction and its complement, are those of A = [L'; sqrt(n) w'], which has
 * A'A = W'W without squaring what a mean far from zero does to the condition.  With A = Q R and b = [L^-1 s;
 * sqrt(n) mean of x], s being x's products with the design:
 * - a contrast c'beta is g'b, g = Q R'^-1 c, and its variance is g'g times that of the residuals;
 * - the residual sum of squares is that of x, less the squares of L^-1 s, plus the square of what b has
 *   outside Q, which is nothing where the design contains a constant in any form.
 * Constant columns come first, so that an intercept takes the means out of all others exactly.  A variable of
 * P that depends on those before it is left out of L once: a design of group columns without intercept has one.
 *
 * An element's own baseline is one more column, projected in the same way (Frisch & Waugh 1933); F of several
 * contrasts follows from their orthonormal basis and, with a baseline, from a rank-one update of its
 * covariance (Sherman & Morrison 1950).
 */
#include "stats/mass_final.h"

#include "core/lanes.h"
#include "stats/hedges.h"
#include "stats/mass_finish.h"
#include "stats/mass_spread.h"
#include "stats/moments.h"

#include <math.h>
#include <string.h>

#define BLOCK 128      /* divides PSY_MASS_BLOCK */
#define PERFECT 1e-14  /* share of the squares below which the residuals are rounding */
#define Q PSY_MASS_MAX_DESIGN

typedef struct design_factor
{
	size_t deficient; /* 0, or the first column (1-based) that depends on those before it */
	size_t dependent; /* 0, or the first such row of the contrast */
	size_t q;
	size_t rank;             /* rows of L^-1: columns that vary for themselves */
	size_t variable[Q];      /* which */
	double inverse[Q * (Q + 1) / 2];
	bool constant;           /* the design contains a constant */
	double outside[Q + 1];   /* else: the unit vector that b is taken along for the residual */
	size_t rows;
	double g[Q][Q + 1];      /* contrasts; orthonormal for F */
	double length2;          /* of the only g of a t contrast */
} design_factor;

/* What building a factor needs besides; large, and of the caller. */
typedef struct factor_space
{
	double l[Q][Q];     /* rows of L by column of the design, over the variables before it */
	double a[Q][Q + 1]; /* columns of A, then of Q */
	double r[Q][Q];     /* upper triangle */
	size_t order[Q];    /* column of the design at each place of A */
	bool is_constant[Q];
	double mean[Q];
} factor_space;

static double
inner(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* ---- the design ------------------------------------------------------------------------------ */

/* Where one design's moments are: one element's in the per-element layout, the group's (stride 1) else. */
typedef struct design_moments
{
	const double *core;
	size_t stride;
	const double *origin;
} design_moments;

static double
product_of(const design_moments *m, size_t q, size_t i, size_t j)
{
	return m->core[(1 + q + psy_product_index(i, j)) * m->stride];
}

/* Row j of L; true where the variable keeps something of its own, which then is the last element. */
static bool
lower_row(const design_moments *m, size_t j, design_factor *f, factor_space *s)
{
	double own = product_of(m, f->q, j, j), rest = own;
	double *row = s->l[j];

	memset(row, 0, sizeof s->l[j]);
	for (size_t t = 0; t < f->rank; t++)
	{
		const double *before = s->l[f->variable[t]];

		row[t] = (product_of(m, f->q, j, f->variable[t]) - inner(row, before, t)) / before[t];
		rest -= row[t] * row[t];
	}
	if (!(rest > PSY_RANK_TOLERANCE * own))
		return false;
	row[f->rank] = sqrt(rest);
	return true;
}

/* L and which columns vary; false where more than one fails to. */
static bool
factor_products(const design_moments *m, design_factor *f, factor_space *s)
{
	double n = m->core[0];
	size_t dropped = 0, constant = 0;

	for (size_t j = 0; j < f->q; j++)
	{
		s->mean[j] = m->origin[j] + m->core[(1 + j) * m->stride] / n;
		s->is_constant[j] = !(product_of(m, f->q, j, j) > psy_spread_noise(n, s->mean[j]));
		if (!s->is_constant[j] && lower_row(m, j, f, s))
			f->variable[f->rank++] = j;
		else if (s->is_constant[j] ? s->mean[j] == 0 || constant > 0 : dropped > 0)
			f->deficient = j + 1;
		else if (s->is_constant[j])
			constant = j + 1;
		else
			dropped = j + 1;
		if (f->deficient == 0 && constant > 0 && dropped > 0)
			f->deficient = j + 1;
		if (f->deficient > 0)
			return false;
	}
	f->constant = constant > 0;
	return true;
}

static void
invert(design_factor *f, const factor_space *s)
{
	for (size_t j = 0; j < f->rank; j++)
	{
		const double *l = s->l[f->variable[j]];
		double *row = f->inverse + j * (j + 1) / 2;

		for (size_t i = 0; i < j; i++)
		{
			double sum = 0;

			for (size_t k = i; k < j; k++)
				sum += l[k] * f->inverse[k * (k + 1) / 2 + i];
			row[i] = -sum / l[j];
		}
		row[j] = 1 / l[j];
	}
}

/* The columns of A, constant first; of the others, those of full own variance have it on the diagonal. */
static void
arrange(double n, const design_factor *f, factor_space *s)
{
	size_t at = 0;

	for (int constants = 1; constants >= 0; constants--)
		for (size_t j = 0; j < f->q; j++)
		{
			double *column = s->a[at];

			if (s->is_constant[j] != (constants == 1))
				continue;
			memset(column, 0, sizeof(double) * (Q + 1));
			if (!s->is_constant[j])
				memcpy(column, s->l[j], sizeof(double) * f->rank);
			column[f->rank] = sqrt(n) * s->mean[j];
			s->order[at++] = j;
		}
}

/* Orthonormal columns in place, twice (Giraud, Langou & Rozloznik 2005); returns the first that keeps nothing,
 * 1-based, or 0. */
static size_t
orthonormalize(double (*a)[Q + 1], size_t columns, size_t rows, double (*r)[Q])
{
	for (size_t j = 0; j < columns; j++)
	{
		double before = inner(a[j], a[j], rows), after;

		for (size_t i = 0; r != NULL && i < j; i++)
			r[i][j] = 0;
		for (int pass = 0; pass < 2; pass++)
			for (size_t i = 0; i < j; i++)
			{
				double along = inner(a[i], a[j], rows);

				for (size_t k = 0; k < rows; k++)
					a[j][k] -= along * a[i][k];
				if (r != NULL)
					r[i][j] += along;
			}
		after = inner(a[j], a[j], rows);
		if (!(after > PSY_RANK_TOLERANCE * before))
			return j + 1;
		after = sqrt(after);
		if (r != NULL)
			r[j][j] = after;
		for (size_t k = 0; k < rows; k++)
			a[j][k] /= after;
	}
	return 0;
}

/* With an intercept, first, the others are L': orthonormal once their triangle is taken off. */
static void
take_triangle_off(design_factor *f, factor_space *s)
{
	double sign = s->a[0][f->rank] > 0 ? 1 : -1;

	s->r[0][0] = fabs(s->a[0][f->rank]);
	s->a[0][f->rank] = sign;
	for (size_t j = 1; j < f->q; j++)
	{
		s->r[0][j] = sign * s->a[j][f->rank];
		for (size_t i = 1; i <= j; i++)
			s->r[i][j] = s->a[j][i - 1];
		memset(s->a[j], 0, sizeof s->a[j]);
		s->a[j][j - 1] = 1;
	}
}

/* The direction that neither the design nor the variables' own space holds. */
static void
find_outside(design_factor *f, const factor_space *s)
{
	size_t rows = f->rank + 1;
	double length;

	if (f->constant || f->rank < f->q)
	{
		f->constant = true;
		return;
	}
	memset(f->outside, 0, sizeof f->outside);
	f->outside[f->rank] = 1;
	for (int pass = 0; pass < 3; pass++)
	{
		for (size_t i = 0; i < f->q; i++)
		{
			double along = inner(s->a[i], f->outside, rows);

			for (size_t k = 0; k < rows; k++)
				f->outside[k] -= along * s->a[i][k];
		}
		length = sqrt(inner(f->outside, f->outside, rows));
		for (size_t k = 0; k < rows; k++)
			f->outside[k] /= length;
	}
}

/* g = Q R'^-1 c of one row of a contrast. */
static void
project_contrast(const design_factor *f, const factor_space *s, const double *c, double *g)
{
	double z[Q];

	for (size_t i = 0; i < f->q; i++)
	{
		z[i] = c[s->order[i]];
		for (size_t k = 0; k < i; k++)
			z[i] -= s->r[k][i] * z[k];
		z[i] /= s->r[i][i];
	}
	memset(g, 0, sizeof(double) * (Q + 1));
	for (size_t i = 0; i < f->q; i++)
		for (size_t k = 0; k <= f->rank; k++)
			g[k] += s->a[i][k] * z[i];
}

static void
factor_design(const design_moments *m, size_t q, const psy_mass_contrast_of *contrast, design_factor *f)
{
	factor_space s;
	size_t failed;

	f->deficient = f->dependent = f->rank = 0;
	f->q = q;
	f->constant = false;
	f->rows = contrast->rows;
	if (!factor_products(m, f, &s))
		return;
	arrange(m->core[0], f, &s);
	failed = f->constant ? 0 : orthonormalize(s.a, q, f->rank + 1, s.r);
	if (f->constant)
		take_triangle_off(f, &s);
	if (failed > 0)
	{
		f->deficient = s.order[failed - 1] + 1;
		return;
	}
	invert(f, &s);
	find_outside(f, &s);
	for (size_t row = 0; row < f->rows; row++)
		project_contrast(f, &s, contrast->row + row * q, f->g[row]);
	if (contrast->is_f)
		f->dependent = orthonormalize(f->g, f->rows, f->rank + 1, NULL);
	f->length2 = inner(f->g[0], f->g[0], f->rank + 1);
}

/* ---- a block of elements --------------------------------------------------------------------- */

/* One variable (x, or the baseline) after projection. */
typedef struct projected
{
	double left[BLOCK];    /* squares outside L */
	double outside[BLOCK]; /* along the outside vector; 0 where the design has a constant */
	double along[Q][BLOCK]; /* each contrast */
} projected;

typedef struct glm_block
{
	projected x, pre;
	double cross[BLOCK]; /* of both, outside L */
	double u[BLOCK], v[BLOCK];
} glm_block;

PSY_CLONES static void
add_scaled(const double *from, size_t size, double by, double *to)
{
	for (size_t k = 0; k < size; k++)
		to[k] += from[k] * by;
}

PSY_CLONES static void
subtract_products(const double *a, const double *b, size_t size, double *from)
{
	for (size_t k = 0; k < size; k++)
		from[k] -= a[k] * b[k];
}

/* A coordinate of b, in u, goes into every contrast. */
static void
spread_coordinate(const design_factor *f, size_t t, const double *u, size_t size, projected *p)
{
	if (!f->constant)
		add_scaled(u, size, f->outside[t], p->outside);
	for (size_t row = 0; row < f->rows; row++)
		add_scaled(u, size, f->g[row][t], p->along[row]);
}

static void
coordinate(const design_factor *f, size_t t, const double *product, size_t stride, size_t size, double *u)
{
	const double *row = f->inverse + t * (t + 1) / 2;

	memset(u, 0, sizeof(double) * size);
	for (size_t i = 0; i <= t; i++)
		add_scaled(product + f->variable[i] * stride, size, row[i], u);
}

static void
begin(const design_factor *f, const double *squares, size_t size, projected *p)
{
	memcpy(p->left, squares, sizeof(double) * size);
	memset(p->outside, 0, sizeof(double) * size);
	for (size_t row = 0; row < f->rows; row++)
		memset(p->along[row], 0, sizeof(double) * size);
}

static void
mean_coordinate(const double *origin, const double *sum, const double *n, size_t size, double *u)
{
	for (size_t k = 0; k < size; k++)
		u[k] = sqrt(n[k]) * (origin[k] + sum[k] / n[k]);
}

static void
project_block(const design_factor *f, const psy_mass_streams *of, size_t first, size_t size, size_t stride,
			  const double *n, glm_block *b)
{
	bool baseline = of->cross != NULL;

	begin(f, of->squares + first, size, &b->x);
	if (baseline)
	{
		begin(f, of->pre_squares + first, size, &b->pre);
		memcpy(b->cross, of->cross + first, sizeof(double) * size);
	}
	for (size_t t = 0; t <= f->rank; t++)
	{
		if (t < f->rank)
			coordinate(f, t, of->product + first, stride, size, b->u);
		else
			mean_coordinate(of->origin + first, of->sum + first, n, size, b->u);
		spread_coordinate(f, t, b->u, size, &b->x);
		if (t < f->rank)
			subtract_products(b->u, b->u, size, b->x.left);
		if (!baseline)
			continue;
		if (t < f->rank)
			coordinate(f, t, of->pre_product + first, stride, size, b->v);
		else
			mean_coordinate(of->pre_origin + first, of->pre_sum + first, n, size, b->v);
		spread_coordinate(f, t, b->v, size, &b->pre);
		if (t == f->rank)
			continue;
		subtract_products(b->v, b->v, size, b->pre.left);
		subtract_products(b->u, b->v, size, b->cross);
	}
}

/* ---- one element ----------------------------------------------------------------------------- */

typedef struct glm_how
{
	psy_mass_contrast_of contrast;
	psy_mass_effect effect;
	design_factor shared;
} glm_how;

/* What is left of an element's squares, and how its baseline moves the contrasts. */
typedef struct residual
{
	double squares;
	double total;    /* what they are a share of */
	double baseline; /* squares of the baseline that the design leaves; 0 without one */
	double slope;
} residual;

static residual
residual_of(const design_factor *f, const glm_block *b, size_t k, bool baseline, double squares,
			double pre_squares, double raw, double pre_raw)
{
	residual r = {.squares = b->x.left[k], .total = f->constant ? squares : raw};
	double cross;

	if (!f->constant)
		r.squares += b->x.outside[k] * b->x.outside[k];
	if (!baseline)
		return r;
	r.baseline = b->pre.left[k];
	cross = b->cross[k];
	if (!f->constant)
	{
		r.baseline += b->pre.outside[k] * b->pre.outside[k];
		cross += b->x.outside[k] * b->pre.outside[k];
	}
	if (!(r.baseline > PSY_RANK_TOLERANCE * (f->constant ? pre_squares : pre_raw)))
		r.baseline = NAN;
	r.slope = cross / r.baseline;
	r.squares -= r.slope * cross;
	return r;
}

static void
finish_t(const glm_how *how, const design_factor *f, const glm_block *b, size_t at, const residual *r, double df,
		 size_t k, const psy_mass_result *to)
{
	bool baseline = r->baseline > 0;
	double shift = baseline ? b->pre.along[0][at] : 0;
	double estimate = b->x.along[0][at] - (baseline ? r->slope * shift : 0);
	double length2 = f->length2 + (baseline ? shift * shift / r->baseline : 0);
	bool varies = r->squares > PERFECT * r->total;
	double sd = varies ? sqrt(r->squares / df) : 0;
	double se = sd * sqrt(length2), t = varies ? estimate / se : NAN;

	to->estimate[k] = estimate;
	to->se[k] = se;
	to->statistic[k] = t;
	to->effect_size[k] = !varies                            ? NAN
						 : how->effect == PSY_MASS_EFFECT_R ? t / sqrt(t * t + df)
															: estimate / sd;
}

static void
finish_f(const design_factor *f, const glm_block *b, size_t at, const residual *r, double df, size_t k,
		 const psy_mass_result *to)
{
	double explained = 0, along = 0, length2 = 0;
	bool varies = r->squares > PERFECT * r->total;

	for (size_t row = 0; row < f->rows; row++)
	{
		double shift = r->baseline > 0 ? b->pre.along[row][at] : 0;
		double estimate = b->x.along[row][at] - (r->baseline > 0 ? r->slope * shift : 0);

		explained += estimate * estimate;
		along += estimate * shift;
		length2 += shift * shift;
	}
	if (r->baseline > 0)
		explained -= along * along / (r->baseline + length2);
	to->estimate[k] = NAN;
	to->se[k] = varies ? NAN : 0;
	to->statistic[k] = varies ? explained / (double) f->rows / (r->squares / df) : NAN;
	to->effect_size[k] = varies ? explained / (explained + r->squares) : NAN;
}

static void
without_test(size_t k, const psy_mass_result *to)
{
	to->estimate[k] = to->se[k] = to->statistic[k] = to->effect_size[k] = NAN;
}

/* Element first + k of the state, at place at of the block; the column that is deficient, or 0. */
static size_t
finish_element(const glm_how *how, const design_factor *f, const psy_mass_streams *of, const glm_block *b,
			   size_t at, double n, size_t element, size_t k, const psy_mass_result *to)
{
	bool baseline = of->cross != NULL;
	double df = n - (double) f->q - baseline;
	double mean = of->origin[element] + of->sum[element] / n;
	double squares = of->squares[element];
	double pre_mean = baseline ? of->pre_origin[element] + of->pre_sum[element] / n : 0;
	double pre_squares = baseline ? of->pre_squares[element] : 0;
	residual r;

	to->n[k] = psy_reported_count(n);
	to->df[k] = df >= 1 ? df : NAN;
	without_test(k, to);
	if (squares < 0)
		return 0; /* set apart: it answers for itself */
	if (!(df >= 1) || f->deficient > 0)
		return df >= 1 ? f->deficient : 0;
	r = residual_of(f, b, at, baseline, squares, pre_squares, squares + n * mean * mean,
					pre_squares + n * pre_mean * pre_mean);
	if (baseline && (isnan(r.baseline) || !(pre_squares > psy_spread_noise(n, pre_mean) || !f->constant)))
		return f->q + 1;
	if (f->constant && !(squares > psy_spread_noise(n, mean)))
		r.squares = 0;
	if (how->contrast.is_f)
		finish_f(f, b, at, &r, df, k, to);
	else
		finish_t(how, f, b, at, &r, df, k, to);
	return 0;
}

static size_t
finish_each(const psy_mass *state, size_t first, size_t size, const glm_how *how, const psy_mass_result *to)
{
	psy_mass_streams of = psy_mass_group_streams(state, 0);
	size_t q = state->design, column = 0;
	design_moments m = {.stride = state->elements, .origin = psy_mass_group(state, 0) + psy_comoments_core(q)};
	design_factor f;
	glm_block b;

	for (size_t k = 0; k < size; k++)
	{
		double n = of.count[first + k];
		size_t found;

		f.q = q;
		f.deficient = 0;
		m.core = of.count + first + k;
		if (n - (double) q - (of.cross != NULL) >= 1)
		{
			factor_design(&m, q, &how->contrast, &f);
			if (f.deficient == 0)
				project_block(&f, &of, first + k, 1, state->elements, &n, &b);
		}
		found = finish_element(how, &f, &of, &b, 0, n, first + k, k, to);
		column = column == 0 ? found : column;
	}
	return column;
}

static size_t
finish_glm(const psy_mass *state, size_t first, size_t size, const void *argument, const psy_mass_result *to)
{
	const glm_how *how = argument;
	psy_mass_streams of = psy_mass_group_streams(state, 0);
	size_t column = 0;
	double n[BLOCK];
	glm_block b;

	if (of.count != NULL)
		return finish_each(state, first, size, how, to);
	for (size_t begin = 0; begin < size; begin += BLOCK)
	{
		size_t count = size - begin < BLOCK ? size - begin : BLOCK;

		psy_mass_load_counts(state, 0, first + begin, count, n);
		if (how->shared.deficient == 0)
			project_block(&how->shared, &of, first + begin, count, state->elements, n, &b);
		for (size_t k = 0; k < count; k++)
		{
			size_t found = finish_element(how, &how->shared, &of, &b, k, n[k], first + begin + k, begin + k, to);

			column = column == 0 ? found : column;
		}
	}
	return column;
}

static void
correct_effects(const psy_mass_result *out, size_t elements)
{
	double df = NAN, correction = NAN;

	for (size_t k = 0; k < elements; k++)
	{
		if (out->df[k] != df)
			correction = psy_hedges_j(df = out->df[k]);
		out->effect_size[k] *= correction;
	}
}

psy_status
psy_mass_glm(const psy_mass *state, const psy_mass_contrast_of *contrast, psy_mass_effect effect,
			 const psy_mass_result *out, psy_mass_tally *tally, psy_error *err)
{
	const double *comoments = psy_mass_group(state, 0);
	size_t q = state->design;
	design_moments m = {comoments, 1, comoments + psy_comoments_core(q)};
	glm_how how = {.contrast = *contrast, .effect = effect, .shared = {.q = q}};

	/* With fewer rows than columns every element has too few values, which is said instead. */
	if (comoments[0] > (double) q)
		factor_design(&m, q, contrast, &how.shared);
	if (how.shared.deficient > 0)
	{
		psy_fail(err, PSY_SINGULAR, "column %zu of the design depends on those before it: no unique fit",
				 how.shared.deficient);
		return psy_hint(err, "Leave that column out, or one of those it depends on");
	}
	if (how.shared.dependent > 0)
		return psy_fail(err, PSY_SINGULAR, "row %zu of the contrast depends on those before it",
						how.shared.dependent);
	psy_mass_finish(state, finish_glm, &how, contrast->is_f ? contrast->rows : 0, out, tally);
	if (effect == PSY_MASS_EFFECT_G)
		correct_effects(out, state->elements);
	return PSY_OK;
}
