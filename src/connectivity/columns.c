/* columns.c - standardised columns, their products, and the inverse of these; see columns.h. */
#include "connectivity/columns.h"

#include "core/lanes.h"

#include <math.h>

PSY_CLONES static double
dot_kernel(const double *x, const double *y, size_t count)
{
	double lane[PSY_LANES] = {0};
	size_t k = 0;

	for (; k + PSY_LANES <= count; k += PSY_LANES)
		for (int l = 0; l < PSY_LANES; l++)
			lane[l] += x[k + l] * y[k + l];
	for (int l = 0; k < count; k++, l++)
		lane[l] += x[k] * y[k];
	return psy_lanes_sum(lane);
}

double
psy_column_dot(const double *x, const double *y, size_t count)
{
	return dot_kernel(x, y, count);
}

static void
subtract_mean(double *x, size_t count)
{
	double sum = 0;

	for (size_t k = 0; k < count; k++)
		sum += x[k];
	for (size_t k = 0; k < count; k++)
		x[k] -= sum / (double) count;
}

bool
psy_standardise(double *x, size_t count)
{
	double smallest = x[0], largest = x[0], not_finite = 0, scale, length;
	int exponent;

	for (size_t k = 0; k < count; k++)
	{
		smallest = x[k] < smallest ? x[k] : smallest;
		largest = x[k] > largest ? x[k] : largest;
		not_finite += x[k] - x[k];
	}
	if (not_finite != 0 || smallest == largest)
		return false;
	frexp(fmax(fabs(smallest), fabs(largest)), &exponent);
	scale = ldexp(1, exponent < -1000 ? 1000 : -exponent);
	for (size_t k = 0; k < count; k++)
		x[k] *= scale;
	/* Twice: the rounding error of the mean matters where the mean is large beside the spread. */
	subtract_mean(x, count);
	subtract_mean(x, count);
	length = sqrt(psy_column_dot(x, x, count));
	for (size_t k = 0; k < count; k++)
		x[k] /= length;
	return true;
}

psy_status
psy_require_no_infinity(const double *series, size_t timepoints, size_t regions, psy_error *err)
{
	for (size_t k = 0; k < timepoints * regions; k++)
		if (isinf(series[k]))
			return psy_fail(err, PSY_DOMAIN,
							"series[%zu][%zu] is infinite; finite values, or NaN for missing, expected",
							k / regions + 1, k % regions + 1);
	return PSY_OK;
}

void
psy_usable_columns(const double *series, size_t timepoints, size_t regions, double *columns, size_t *region,
				   size_t *count)
{
	*count = 0;
	for (size_t r = 0; r < regions; r++)
	{
		double *column = columns + *count * timepoints;

		for (size_t t = 0; t < timepoints; t++)
			column[t] = series[t * regions + r];
		if (psy_standardise(column, timepoints))
			region[(*count)++] = r;
	}
}

psy_status
psy_column_products(const psy_context *ctx, const double *columns, size_t timepoints, size_t n, double *r,
					psy_error *err)
{
	for (size_t i = 0; i < n; i++)
	{
		psy_status status = psy_poll(ctx, err);

		if (status != PSY_OK)
			return status;
		r[i * n + i] = 1;
		for (size_t j = i + 1; j < n; j++)
			r[i * n + j] = r[j * n + i] =
				psy_column_dot(columns + i * timepoints, columns + j * timepoints, timepoints);
	}
	return PSY_OK;
}

/* matrix's lower triangle becomes L of matrix = L L'. */
static psy_status
cholesky(const psy_context *ctx, double *matrix, size_t n, psy_error *err)
{
	for (size_t i = 0; i < n; i++)
	{
		double *row = matrix + i * n;
		psy_status status = psy_poll(ctx, err);
		double pivot;

		if (status != PSY_OK)
			return status;
		for (size_t j = 0; j < i; j++)
			row[j] = (row[j] - psy_column_dot(row, matrix + j * n, j)) / matrix[j * n + j];
		pivot = row[i] - psy_column_dot(row, row, i);
		if (!(pivot > 0))
			return PSY_SINGULAR;
		row[i] = sqrt(pivot);
	}
	return PSY_OK;
}

/* column[j..n-1] = column j of the inverse of L. */
static void
inverse_column(const double *factor, size_t n, size_t j, double *column)
{
	column[j] = 1 / factor[j * n + j];
	for (size_t i = j + 1; i < n; i++)
		column[i] = -psy_column_dot(factor + i * n + j, column + j, i - j) / factor[i * n + i];
}

psy_status
psy_spd_inverse(const psy_context *ctx, double *matrix, size_t n, double *inverse, double *scratch,
				psy_error *err)
{
	psy_status status = cholesky(ctx, matrix, n, err);

	for (size_t j = 0; status == PSY_OK && j < n; j++)
	{
		inverse_column(matrix, n, j, scratch + j * n);
		status = psy_poll(ctx, err);
	}
	/* matrix^-1 = (L^-1)' L^-1, and row j of scratch is column j of L^-1, which begins at j. */
	for (size_t i = 0; status == PSY_OK && i < n; i++)
	{
		for (size_t j = i; j < n; j++)
			inverse[i * n + j] = inverse[j * n + i] =
				psy_column_dot(scratch + i * n + j, scratch + j * n + j, n - j);
		status = psy_poll(ctx, err);
	}
	return status;
}
