/*
 * cpm_folds.c - see cpm_work.h: dealing rows to folds, and what makes the intercept and covariates orthonormal over the
 * training rows of each.
 */
#include "connectivity/cpm_work.h"

#include "core/random_order.h"
#include "stats/distribution.h"
#include "stats/mass_spread.h"

#include <math.h>
#include <string.h>

void
psy_cpm_deal(psy_cpm_work *m)
{
	size_t at = 0;

	psy_random_order(m->plan->seed, 0, 0, (uint32_t) m->rows, m->row);
	for (size_t k = 0; k < m->rows; k++)
		m->result->fold[m->row[k]] = (uint32_t) (k % m->folds);
	for (size_t f = 0; f < m->folds; f++)
	{
		m->start[f] = at;
		for (size_t s = 0; s < m->rows; s++)
			if (m->result->fold[s] == f)
				m->row[at++] = (uint32_t) s;
	}
	m->start[m->folds] = at;
}

/* Sum of a[slot] b[slot] over the training slots of a fold, in order; fold m->folds: over all. */
double
psy_cpm_product(const psy_cpm_work *m, size_t fold, const double *a, const double *b)
{
	double sum = 0;
	size_t from = fold < m->folds ? m->start[fold] : m->rows,
		   to = fold < m->folds ? m->start[fold + 1] : m->rows;

	for (size_t s = 0; s < from; s++)
		sum += a[s] * b[s];
	for (size_t s = to; s < m->rows; s++)
		sum += a[s] * b[s];
	return sum;
}

static double
covariate(const psy_cpm_work *m, size_t j, size_t slot)
{
	return j == 0 ? 1 : m->plan->covariates[m->row[slot] * m->plan->covariate_count + j - 1];
}

/* v less its part along w over the training rows of a fold, which is returned. */
static double
take_along(const psy_cpm_work *m, size_t fold, const double *w, double *v)
{
	double along = psy_cpm_product(m, fold, w, v);

	for (size_t s = 0; s < m->rows; s++)
		v[s] -= along * w[s];
	return along;
}

static void
scale_by(double *v, size_t count, double by)
{
	for (size_t s = 0; s < count; s++)
		v[s] *= by;
}

/* The basis of all rows, from the covariates; the 1-based one that those before it explain, or 0. */
static size_t
make_whole_basis(const psy_cpm_work *m, double *basis)
{
	for (size_t j = 0; j < m->q; j++)
	{
		double *own = basis + j * m->rows, mean = 0, before, left;

		for (size_t s = 0; s < m->rows; s++)
			own[s] = covariate(m, j, s);
		/* A mean far from zero is no part of what a covariate is for: out before its length counts. */
		for (int again = 0; again < 2 && j > 0; again++)
			mean += take_along(m, m->folds, basis, own) / sqrt((double) m->rows);
		before = psy_cpm_product(m, m->folds, own, own);
		for (int again = 0; again < 2; again++)
			for (size_t i = 0; i < j; i++)
				take_along(m, m->folds, basis + i * m->rows, own);
		left = psy_cpm_product(m, m->folds, own, own);
		if (!(left > PSY_RANK_TOLERANCE * before) || !(before > psy_spread_noise((double) m->rows, mean)))
			return j;
		scale_by(own, m->rows, 1 / sqrt(left));
	}
	return 0;
}

/*
 * The basis of a fold from that of all rows, and transform[q][q], which takes products with that one's
 * training rows to products with this one's; the 1-based covariate that the others explain in training, or 0.
 */
static size_t
make_fold_basis(const psy_cpm_work *m, size_t fold)
{
	const double *whole = m->basis + m->folds * m->q * m->rows;
	double *basis = m->basis + fold * m->q * m->rows, *transform = m->transform + fold * m->q * m->q;

	for (size_t j = 0; j < m->q; j++)
	{
		double *own = basis + j * m->rows, *row = transform + j * m->q, left;

		memcpy(own, whole + j * m->rows, m->rows * sizeof *own);
		row[j] = 1;
		for (int again = 0; again < 2; again++)
			for (size_t i = 0; i < j; i++)
			{
				double along = take_along(m, fold, basis + i * m->rows, own);

				for (size_t k = 0; k < m->q; k++)
					row[k] -= along * transform[i * m->q + k];
			}
		left = psy_cpm_product(m, fold, own, own);
		if (!(left > PSY_RANK_TOLERANCE))
			return j;
		scale_by(own, m->rows, 1 / sqrt(left));
		scale_by(row, m->q, 1 / sqrt(left));
	}
	return 0;
}

/* v becomes what the basis of a fold leaves of it; coefficients c may be NULL. */
void
psy_cpm_take_out(const psy_cpm_work *m, size_t fold, double *v, double *c)
{
	const double *basis = m->basis + fold * m->q * m->rows;

	for (size_t j = 0; j < m->q; j++)
	{
		double along = psy_cpm_product(m, fold, basis + j * m->rows, v);

		for (size_t s = 0; s < m->rows; s++)
			v[s] -= along * basis[j * m->rows + s];
		if (c != NULL)
			c[j] = along;
	}
}

/* |r| at the selection threshold, cut to 40 bits: libm's last digit must not decide which edges are selected.
 */
static double
selection_bound(double p, double df)
{
	double t = psy_t_quantile(p / 2, df, PSY_UPPER), r = t / sqrt(df + t * t);

	return floor(r * 0x1p40 + 0.5) * 0x1p-40;
}

void
psy_cpm_bounds(psy_cpm_work *m)
{
	for (size_t f = 0; f < m->folds; f++)
	{
		size_t training = m->rows - (m->start[f + 1] - m->start[f]);
		double df = (double) training - (double) m->q - 1;

		m->result->too_few |= df < 1;
		m->bound[f] = df < 1 ? 1 : selection_bound(m->plan->threshold, df);
	}
}

/* Bases of the folds; behind them, of all rows together, which gives y's residuals. */
void
psy_cpm_bases(psy_cpm_work *m)
{
	double total = 0, left = 0, mean = 0;

	m->result->deficient = make_whole_basis(m, m->basis + m->folds * m->q * m->rows);
	for (size_t f = 0; f < m->folds && m->result->deficient == 0; f++)
	{
		m->result->deficient = make_fold_basis(m, f);
		m->result->deficient_fold = m->result->deficient > 0 ? f + 1 : 0;
	}
	if (m->result->deficient > 0)
		return;
	for (size_t s = 0; s < m->rows; s++)
		mean += m->plan->y[s] / (double) m->rows;
	for (size_t s = 0; s < m->rows; s++)
	{
		m->work[s] = m->plan->y[m->row[s]] - mean;
		total += m->work[s] * m->work[s];
	}
	psy_cpm_take_out(m, m->folds, m->work, NULL);
	psy_cpm_take_out(m, m->folds, m->work, NULL);
	for (size_t s = 0; s < m->rows; s++)
	{
		left += m->work[s] * m->work[s];
		m->residual[m->row[s]] = m->work[s];
	}
	m->result->constant =
		!(total > psy_spread_noise((double) m->rows, mean)) || !(left > PSY_RANK_TOLERANCE * total);
}
