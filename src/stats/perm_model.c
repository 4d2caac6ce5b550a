/*
 * perm_model.c - see perm_model.h.
 *
 * With D = Q R, D (D'D)^-1 c = Q z, R'z = c.  What of Q is orthogonal to a direction in it comes from a
 * Householder reflection of Q's columns: first to leave the effect out, then the constant, if the design
 * contains one in any form (a column of 1, or the columns of all groups).
 */
#include "stats/perm_model.h"

#include "stats/linalg.h"
#include "stats/mass_spread.h"

#include <math.h>
#include <string.h>

#define PART 1e-9 /* share of a length that is more than rounding */

typedef struct design_fit
{
	size_t rows, columns;
	size_t *order; /* columns of the design at each place: a constant one first */
	double *q;     /* columns x rows: the orthonormal basis */
	double *r;     /* columns x columns, upper triangle, row-major */
	double *z;     /* columns */
	double *along; /* rows: scratch */
} design_fit;

static bool
is_constant(const double *design, size_t rows, size_t columns, size_t c)
{
	for (size_t s = 1; s < rows; s++)
		if (design[s * columns + c] != design[c])
			return false;
	return design[c] != 0;
}

static void
order_columns(design_fit *f, const double *design)
{
	size_t first = 0;

	for (size_t c = 0; c < f->columns; c++)
		f->order[c] = c;
	while (first < f->columns && !is_constant(design, f->rows, f->columns, first))
		first++;
	for (size_t c = first; c > 0 && first < f->columns; c--)
		f->order[c] = f->order[c - 1];
	if (first < f->columns)
		f->order[0] = first;
}

/* Takes from x its part along basis column j, which is added to r. */
static void
take_out(design_fit *f, size_t j, size_t k)
{
	const double *q = f->q + j * f->rows;
	double *x = f->q + k * f->rows, part = psy_inner(q, x, f->rows);

	f->r[j * f->columns + k] += part;
	for (size_t s = 0; s < f->rows; s++)
		x[s] -= part * q[s];
}

/* Column k of the basis from the design's in its place; false when those before it leave nothing of it. */
static bool
orthogonal_column(design_fit *f, size_t k, bool constant)
{
	double *x = f->q + k * f->rows, before, left, norm;

	/* A mean far from zero is no part of what a column is for: taken out, twice, before its length counts. */
	for (int again = 0; again < 2 && constant && k > 0; again++)
		take_out(f, 0, k);
	before = psy_inner(x, x, f->rows);
	for (int again = 0; again < 2; again++)
		for (size_t j = 0; j < k; j++)
			take_out(f, j, k);
	left = psy_inner(x, x, f->rows);
	if (!(left > PSY_RANK_TOLERANCE * before))
		return false;
	norm = sqrt(left);
	f->r[k * f->columns + k] = norm;
	for (size_t s = 0; s < f->rows; s++)
		x[s] /= norm;
	return true;
}

/* Fills q, r and z; the 1-based number of the first deficient column, or 0. */
static size_t
fit_design(design_fit *f, const double *design, const double *contrast)
{
	bool constant;

	order_columns(f, design);
	constant = is_constant(design, f->rows, f->columns, f->order[0]);
	for (size_t k = 0; k < f->columns; k++)
	{
		double spread = 0;

		for (size_t s = 0; s < f->rows; s++)
		{
			f->q[k * f->rows + s] = design[s * f->columns + f->order[k]];
			spread += fabs(design[s * f->columns + f->order[k]] - design[f->order[k]]);
		}
		if ((constant && k > 0 && spread == 0) || !orthogonal_column(f, k, constant))
			return f->order[k] + 1;
	}
	for (size_t i = 0; i < f->columns; i++)
	{
		double sum = contrast[f->order[i]];

		for (size_t j = 0; j < i; j++)
			sum -= f->r[j * f->columns + i] * f->z[j];
		f->z[i] = sum / f->r[i * f->columns + i];
	}
	return 0;
}

/* sum[rows] = the columns times z. */
static void
combine(const double *column, size_t count, size_t rows, const double *z, double *sum)
{
	memset(sum, 0, rows * sizeof *sum);
	for (size_t j = 0; j < count; j++)
		for (size_t s = 0; s < rows; s++)
			sum[s] += column[j * rows + s] * z[j];
}

/* count orthonormal columns become the count - 1 that are orthogonal to their combination z, which is
 * destroyed. */
static void
leave_out(double *column, size_t count, size_t rows, double *z, double *along)
{
	double norm = sqrt(psy_inner(z, z, count)), square;

	z[0] += z[0] < 0 ? -norm : norm;
	square = psy_inner(z, z, count);
	combine(column, count, rows, z, along);
	for (size_t i = 1; i < count; i++)
		for (size_t s = 0; s < rows; s++)
			column[(i - 1) * rows + s] = column[i * rows + s] - 2 * z[i] / square * along[s];
}

static double
sum_of(const double *x, size_t rows)
{
	double sum = 0;

	for (size_t s = 0; s < rows; s++)
		sum += x[s];
	return sum;
}

/* Splits the basis into the effect and the nuisance variables. */
static void
split(design_fit *f, psy_perm_model *model)
{
	double root = sqrt((double) f->rows), inside = 0;

	model->weight = sqrt(psy_inner(f->z, f->z, f->columns));
	combine(f->q, f->columns, f->rows, f->z, model->effect);
	for (size_t s = 0; s < f->rows; s++)
		model->effect[s] /= model->weight;
	for (size_t j = 0; j < f->columns; j++)
	{
		double part = sum_of(f->q + j * f->rows, f->rows) / root;

		inside += part * part;
	}
	model->centred = inside > 1 - PART;
	model->tests_mean = model->centred && fabs(sum_of(model->effect, f->rows)) > PART * root;
	model->basis = f->q;
	leave_out(f->q, f->columns, f->rows, f->z, f->along);
	model->nuisance = f->columns - 1;
	if (!model->centred || model->tests_mean)
		return;
	for (size_t j = 0; j < model->nuisance; j++)
		f->z[j] = sum_of(f->q + j * f->rows, f->rows);
	leave_out(f->q, model->nuisance, f->rows, f->z, f->along);
	model->nuisance--;
}

static bool
has_weight(const double *contrast, size_t columns)
{
	for (size_t c = 0; c < columns; c++)
		if (contrast[c] != 0)
			return true;
	return false;
}

psy_status
psy_perm_model_begin(const psy_context *ctx, size_t rows, const double *design, size_t columns,
					 const double *contrast, psy_perm_model *model, psy_error *err)
{
	size_t room = columns * rows + columns * columns + 2 * columns + 2 * rows;
	design_fit f = {.rows = rows, .columns = columns};
	psy_status status;

	*model = (psy_perm_model){.rows = rows, .df = (double) rows - (double) columns};
	if (!has_weight(contrast, columns))
		return psy_fail(err, PSY_DOMAIN, "all weights of the contrast are 0; at least one other expected");
	if (model->df < 1)
		return PSY_OK;
	status = psy_alloc(ctx, room, sizeof(double), &model->memory, err);
	if (status != PSY_OK)
		return status;
	memset(model->memory, 0, room * sizeof(double));
	f.q = model->memory;
	f.r = f.q + columns * rows;
	f.z = f.r + columns * columns;
	f.order = (size_t *) (f.z + columns);
	f.along = (double *) (f.order + columns);
	model->deficient = fit_design(&f, design, contrast);
	if (model->deficient != 0)
		return PSY_OK;
	model->effect = f.along + rows;
	split(&f, model);
	if (model->tests_mean)
		model->effect = NULL;
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
