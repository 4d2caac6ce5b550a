/* linalg.c - dense algebra of small systems; see linalg.h. */
#include "stats/linalg.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define SWEEPS 60 /* Jacobi converges quadratically: fewer than 10 are seen */

double
psy_inner(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/*
 * ---- orthogonal bases ------------------------------------------------------------------------------------
 */

/* Takes out of column what lies along basis, twice, since once leaves rounding of the size of what was
 * taken. */
static void
project_out(const double *q, size_t k, size_t j, double *column, double *r, size_t p)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < j; i++)
		{
			double along = psy_inner(q + i * k, column, k);

			r[i * p + j] += along;
			for (size_t row = 0; row < k; row++)
				column[row] -= along * q[i * k + row];
		}
}

bool
psy_orthonormalize(double *q, size_t k, size_t p, double *r)
{
	memset(r, 0, p * p * sizeof *r);
	for (size_t j = 0; j < p; j++)
	{
		double *column = q + j * k, size;

		project_out(q, k, j, column, r, p);
		size = sqrt(psy_inner(column, column, k));
		if (!(size > 0))
			return false;
		r[j * p + j] = size;
		for (size_t row = 0; row < k; row++)
			column[row] /= size;
	}
	return true;
}

void
psy_solve_upper(const double *r, size_t p, const double *b, double *x)
{
	for (size_t i = p; i-- > 0;)
	{
		double sum = b[i];

		for (size_t j = i + 1; j < p; j++)
			sum -= r[i * p + j] * x[j];
		x[i] = sum / r[i * p + i];
	}
}

void
psy_invert_upper(const double *r, size_t p, double *inverse)
{
	memset(inverse, 0, p * p * sizeof *inverse);
	for (size_t j = 0; j < p; j++)
		for (size_t i = j + 1; i-- > 0;)
		{
			double sum = i == j ? 1 : 0;

			for (size_t l = i + 1; l <= j; l++)
				sum -= r[i * p + l] * inverse[l * p + j];
			inverse[i * p + j] = sum / r[i * p + i];
		}
}

/*
 * ---- Cholesky --------------------------------------------------------------------------------------------
 */

bool
psy_cholesky(double *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		double *row = a + i * n;

		for (size_t j = 0; j <= i; j++)
		{
			double sum = row[j] - psy_inner(row, a + j * n, j);

			if (i == j && !(sum > 0))
				return false;
			row[j] = i == j ? sqrt(sum) : sum / a[j * n + j];
		}
	}
	return true;
}

void
psy_solve_lower(const double *l, size_t n, double *b, size_t stride)
{
	for (size_t i = 0; i < n; i++)
	{
		double sum = b[i * stride];

		for (size_t j = 0; j < i; j++)
			sum -= l[i * n + j] * b[j * stride];
		b[i * stride] = sum / l[i * n + i];
	}
}

void
psy_solve_lower_transposed(const double *l, size_t n, double *b, size_t stride)
{
	for (size_t i = n; i-- > 0;)
	{
		double sum = b[i * stride];

		for (size_t j = i + 1; j < n; j++)
			sum -= l[j * n + i] * b[j * stride];
		b[i * stride] = sum / l[i * n + i];
	}
}

void
psy_cholesky_inverse(const double *l, size_t n, double *inverse)
{
	for (size_t column = 0; column < n; column++)
	{
		for (size_t i = 0; i < n; i++)
			inverse[i * n + column] = i == column ? 1 : 0;
		psy_solve_lower(l, n, inverse + column, n);
		psy_solve_lower_transposed(l, n, inverse + column, n);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			inverse[i * n + j] = inverse[j * n + i] = (inverse[i * n + j] + inverse[j * n + i]) / 2;
}

double
psy_cholesky_logdet(const double *l, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += log(l[i * n + i]);
	return 2 * sum;
}

void
psy_multiply(const double *a, const double *b, size_t n, size_t l, size_t m, double *c)
{
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < m; j++)
			c[i * m + j] = 0;
		for (size_t s = 0; s < l; s++)
			for (size_t j = 0; j < m; j++)
				c[i * m + j] += a[i * l + s] * b[s * m + j];
	}
}

double
psy_trace_product(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			sum += a[i * n + j] * b[j * n + i];
	return sum;
}

/*
 * ---- eigenvalues -----------------------------------------------------------------------------------------
 */

/* Rotates rows and columns p, q of a so that a[p][q] becomes 0, and the eigenvectors with them. */
static void
rotate(double *a, size_t n, double *vector, size_t p, size_t q)
{
	double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
	double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1),
		   s = t * c;

	for (size_t i = 0; i < n; i++)
	{
		double x = a[i * n + p], y = a[i * n + q], u = vector[i * n + p], v = vector[i * n + q];

		a[i * n + p] = c * x - s * y;
		a[i * n + q] = s * x + c * y;
		vector[i * n + p] = c * u - s * v;
		vector[i * n + q] = s * u + c * v;
	}
	for (size_t i = 0; i < n; i++)
	{
		double x = a[p * n + i], y = a[q * n + i];

		a[p * n + i] = c * x - s * y;
		a[q * n + i] = s * x + c * y;
	}
	a[p * n + q] = a[q * n + p] = 0;
}

void
psy_eigen_symmetric(double *a, size_t n, double *value, double *vector)
{
	double size = 0;
	bool changed = true;

	for (size_t i = 0; i < n * n; i++)
	{
		vector[i] = i % (n + 1) == 0 ? 1 : 0;
		size = fmax(size, fabs(a[i]));
	}
	for (int sweep = 0; sweep < SWEEPS && changed; sweep++)
	{
		changed = false;
		for (size_t p = 0; p + 1 < n; p++)
			for (size_t q = p + 1; q < n; q++)
				if (fabs(a[p * n + q]) > DBL_EPSILON / 8 * size)
				{
					rotate(a, n, vector, p, q);
					changed = true;
				}
	}
	for (size_t i = 0; i < n; i++)
		value[i] = a[i * n + i];
}

void
psy_inverse_root(double *a, size_t n, double tolerance, double *value, double *vector, double *root)
{
	double largest = 0;

	psy_eigen_symmetric(a, n, value, vector);
	for (size_t i = 0; i < n; i++)
		largest = fmax(largest, value[i]);
	for (size_t i = 0; i < n; i++)
		value[i] = value[i] > tolerance * largest ? 1 / sqrt(value[i]) : 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
		{
			double sum = 0;

			for (size_t l = 0; l < n; l++)
				sum += vector[i * n + l] * value[l] * vector[j * n + l];
			root[i * n + j] = root[j * n + i] = sum;
		}
}
