/* perm_model.c - see perm_model.h. */
#include "stats/perm_model.h"

#include "stats/linalg.h"
#include "stats/mass_spread.h"

#include <math.h>
#include <string.h>

/* What one fit of a design works with; columns that stand for the intercept are left out. */
typedef struct design_fit
{
	size_t rows, kept;
	double *q;        /* kept x rows: the orthonormal basis */
	double *r;        /* kept x kept, upper triangle, row-major */
	double *z;        /* kept: contrast in the basis' coordinates */
	double *contrast; /* kept */
} design_fit;

static bool
is_constant(const double *design, size_t rows, size_t columns, size_t c)
{
	for (size_t s = 1; s < rows; s++)
		if (design[s * columns + c] != design[c])
			return false;
	return true;
}

static double
centre(double *x, size_t rows)
{
	double mean = 0, squares = 0;

	for (size_t s = 0; s < rows; s++)
		mean += x[s] / (double) rows;
	for (size_t s = 0; s < rows; s++)
	{
		x[s] -= mean;
		squares += x[s] * x[s];
	}
	return squares;
}

/* Column k of the basis, from the centred column in its place; false when those before it leave nothing of
 * it. */
static bool
orthogonal_column(design_fit *f, size_t k)
{
	double *x = f->q + k * f->rows, before = centre(x, f->rows), left, norm;

	for (int again = 0; again < 2; again++)
		for (size_t j = 0; j < k; j++)
		{
			const double *q = f->q + j * f->rows;
			double along = psy_inner(q, x, f->rows);

			f->r[j * f->kept + k] += along;
			for (size_t s = 0; s < f->rows; s++)
				x[s] -= along * q[s];
		}
	left = psy_inner(x, x, f->rows);
	if (!(left > PSY_RANK_TOLERANCE * before))
		return false;
	norm = sqrt(left);
	f->r[k * f->kept + k] = norm;
	for (size_t s = 0; s < f->rows; s++)
		x[s] /= norm;
	return true;
}

/* Fills q, r and contrast; the 1-based number of the first deficient column, or 0. */
static size_t
fit_design(design_fit *f, const double *design, size_t columns, const double *contrast)
{
	size_t kept = 0;

	for (size_t c = 0; c < columns; c++)
	{
		if (is_constant(design, f->rows, columns, c))
		{
			if (contrast[c] != 0)
				return c + 1;
			continue;
		}
		for (size_t s = 0; s < f->rows; s++)
			f->q[kept * f->rows + s] = design[s * columns + c];
		f->contrast[kept] = contrast[c];
		if (!orthogonal_column(f, kept))
			return c + 1;
		kept++;
	}
	return 0;
}

/* R' z = c. */
static void
solve_contrast(design_fit *f)
{
	for (size_t i = 0; i < f->kept; i++)
	{
		double sum = f->contrast[i];

		for (size_t j = 0; j < i; j++)
			sum -= f->r[j * f->kept + i] * f->z[j];
		f->z[i] = sum / f->r[i * f->kept + i];
	}
}

/*
 * The effect is Q z / |z|; the nuisance basis is Q times the other columns of the Householder reflection that
 * takes z to the first axis: orthonormal by construction.
 */
static void
split(const design_fit *f, psy_perm_model *model)
{
	size_t k = f->kept;
	double norm = sqrt(psy_inner(f->z, f->z, k)), *v = f->z, square;

	model->weight = norm;
	for (size_t s = 0; s < f->rows; s++)
	{
		double sum = 0;

		for (size_t j = 0; j < k; j++)
			sum += f->q[j * f->rows + s] * (f->z[j] / norm);
		model->effect[s] = sum;
	}
	v[0] += v[0] < 0 ? -norm : norm;
	square = psy_inner(v, v, k);
	for (size_t i = 1; i < k; i++)
		for (size_t s = 0; s < f->rows; s++)
		{
			double along = 0;

			for (size_t j = 0; j < k; j++)
				along += f->q[j * f->rows + s] * v[j];
			model->basis[(i - 1) * f->rows + s] = f->q[i * f->rows + s] - 2 * v[i] / square * along;
		}
}

static bool
has_weight(const double *contrast, size_t columns)
{
	for (size_t c = 0; c < columns; c++)
		if (contrast[c] != 0)
			return true;
	return false;
}

static size_t
varying_columns(const double *design, size_t rows, size_t columns)
{
	size_t kept = 0;

	for (size_t c = 0; c < columns; c++)
		kept += !is_constant(design, rows, columns, c);
	return kept;
}

psy_status
psy_perm_model_begin(const psy_context *ctx, size_t rows, const double *design, size_t columns,
					 const double *contrast, psy_perm_model *model, psy_error *err)
{
	size_t kept = varying_columns(design, rows, columns);
	size_t room = 2 * kept * rows + kept * kept + 2 * kept + rows;
	design_fit f = {.rows = rows, .kept = kept};
	psy_status status;

	*model = (psy_perm_model){.rows = rows, .centred = true, .df = (double) rows - 1 - (double) kept};
	if (!has_weight(contrast, columns))
		return psy_fail(err, PSY_DOMAIN, "all weights of the contrast are 0; at least one other expected");
	for (size_t c = 0; c < columns && model->deficient == 0; c++)
		if (contrast[c] != 0 && is_constant(design, rows, columns, c))
			model->deficient = c + 1;
	if (model->deficient != 0 || model->df < 1)
		return PSY_OK;
	status = psy_alloc(ctx, room, sizeof(double), &model->memory, err);
	if (status != PSY_OK)
		return status;
	memset(model->memory, 0, room * sizeof(double));
	f.q = model->memory;
	f.r = f.q + kept * rows;
	f.z = f.r + kept * kept;
	f.contrast = f.z + kept;
	model->deficient = fit_design(&f, design, columns, contrast);
	if (model->deficient != 0)
		return PSY_OK;
	model->nuisance = kept - 1;
	model->effect = f.contrast + kept;
	model->basis = model->effect + rows;
	solve_contrast(&f);
	split(&f, model);
	return PSY_OK;
}

psy_status
psy_perm_model_mean(const psy_context *ctx, size_t rows, psy_perm_model *model, psy_error *err)
{
	psy_status status;

	*model = (psy_perm_model){.rows = rows, .df = (double) rows - 1, .weight = 1 / sqrt((double) rows)};
	if (rows < 2)
		return PSY_OK;
	status = psy_alloc(ctx, rows, sizeof(double), &model->memory, err);
	if (status != PSY_OK)
		return status;
	model->effect = model->memory;
	for (size_t s = 0; s < rows; s++)
		model->effect[s] = model->weight;
	return PSY_OK;
}

void
psy_perm_model_end(const psy_context *ctx, psy_perm_model *model)
{
	psy_release(ctx, model->memory);
	model->memory = NULL;
}
