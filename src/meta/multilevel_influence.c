/*
 * multilevel_influence.c - see multilevel_influence.h.
 *
 * At given variances leaving rows out is closed-form.  With M the covariance of a cluster j, A = X'M^-1X and
 * e the residuals of all, S = M_j - X_j A^-1 X_j' is their covariance: b - b_del = A^-1 X_j' S^-1 e_j, and
 * the deleted residuals M_j S^-1 e_j have the covariance M_j S^-1 M_j.  A single row i of a larger cluster
 * needs P = M^-1 - M^-1 X A^-1 X'M^-1 instead: b - b_del = A^-1 X'M^-1_i (Py)_i / P_ii.  Variances found anew
 * without the unit only move where that is evaluated; metafor standardises at them too.
 */
#include "meta/multilevel_influence.h"

#include "meta/multilevel_model.h"
#include "meta/regression.h"
#include "stats/distribution.h"
#include "stats/linalg.h"

#include <math.h>
#include <string.h>

#define CARRIED_ALONE                                                                                        \
	1e-10 /* share of a residual's variance below which the rest does not know a coefficient */

typedef struct work
{
	psy_meta_rows rows;
	const size_t *place;
	const psy_multilevel_influence_options *o;
	psy_design d;
	psy_clusters c;
	psy_cluster_fit fit; /* of all rows, at the variances at hand */
	double *b, *metric;  /* of all rows at their own variances: coefficients; Cholesky's factor of A^-1 */
	double *change, *a_del, *b_del, *vcov;      /* of the unit left out: b - b_del, its A^-1 */
	double *block, *bx, *cross, *gram, *vector; /* of one cluster */
	double *rest;                               /* rows without the unit */
} work;

/*
 * ---- one unit at given variances -------------------------------------------------------------------------
 */

/* Cholesky's factor in place; false where a pivot of what should be between 0 and 1 is nothing but rounding.
 */
static bool
factor_shares(double *g, size_t n)
{
	if (!psy_cholesky(g, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!(g[i * (n + 1)] * g[i * (n + 1)] > CARRIED_ALONE))
			return false;
	return true;
}

/* Cluster j, with b = L^-1 X_j: change += A^-1 b'g, a_del = A^-1 + A^-1 b' G^-1 b A^-1, G = I - b A^-1 b'. */
static bool
without_cluster(work *w, size_t j, const double *s, double *chisq)
{
	size_t first = w->c.start[j], n = w->c.start[j + 1] - first, p = w->d.p, k = w->d.k;

	psy_cluster_block(&w->c, j, s, w->block);
	if (!psy_cholesky(w->block, n))
		return false;
	memcpy(w->vector, w->fit.e + first, n * sizeof(double));
	psy_solve_lower(w->block, n, w->vector, 1);
	for (size_t m = 0; m < p; m++)
	{
		for (size_t i = 0; i < n; i++)
			w->bx[i * p + m] = w->d.x[m * k + first + i];
		psy_solve_lower(w->block, n, w->bx + m, p);
	}
	psy_multiply(w->bx, w->fit.a_inverse, n, p, p, w->cross);
	for (size_t i = 0; i < n; i++)
		for (size_t l = 0; l < n; l++)
			w->gram[i * n + l] = (i == l) - psy_inner(w->cross + i * p, w->bx + l * p, p);
	if (!factor_shares(w->gram, n))
		return false;
	/* Rows of K^-1 cross and K^-1 e: their products are what is sought. */
	psy_solve_lower(w->gram, n, w->vector, 1);
	for (size_t m = 0; m < p; m++)
		psy_solve_lower(w->gram, n, w->cross + m, p);
	*chisq = psy_inner(w->vector, w->vector, n);
	for (size_t i = 0; i < n; i++)
		for (size_t m = 0; m < p; m++)
		{
			w->change[m] += w->cross[i * p + m] * w->vector[i];
			for (size_t l = 0; l < p; l++)
				w->a_del[m * p + l] += w->cross[i * p + m] * w->cross[i * p + l];
		}
	return true;
}

/* Row i of cluster j. */
static bool
without_row(work *w, size_t j, size_t i, const double *s, double *rstudent)
{
	size_t first = w->c.start[j], n = w->c.start[j + 1] - first, p = w->d.p, k = w->d.k;
	const double *a = w->fit.mx + i * p;
	double *g = w->cross, m, own, share, residual = w->fit.e[i], variance;

	psy_cluster_block(&w->c, j, s, w->block);
	variance = w->block[(i - first) * (n + 1)];
	if (!psy_cholesky(w->block, n))
		return false;
	memset(w->vector, 0, n * sizeof(double));
	w->vector[i - first] = 1;
	psy_solve_lower(w->block, n, w->vector, 1);
	m = psy_inner(w->vector, w->vector, n);
	for (size_t l = 0; l < p; l++)
		g[l] = psy_inner(w->fit.a_inverse + l * p, a, p);
	own = m - psy_inner(a, g, p);
	share = own / m;
	if (!(share > CARRIED_ALONE))
		return false;
	for (size_t l = 0; l < p; l++)
	{
		w->change[l] += g[l] * w->fit.u[i] / own;
		for (size_t o = 0; o < p; o++)
			w->a_del[l * p + o] += g[l] * g[o] / own;
	}
	for (size_t l = 0; l < p; l++)
	{
		double x = w->d.x[l * k + i];

		residual += x * g[l] * w->fit.u[i] / own;
		for (size_t o = 0; o < p; o++)
			variance += x * w->a_del[l * p + o] * w->d.x[o * k + i];
	}
	*rstudent = residual / sqrt(variance);
	return true;
}

/*
 * ---- variances without a unit ----------------------------------------------------------------------------
 */

/* The scaled variances of a fit; one that is not known is taken as 0 there. */
static void
variances(const work *w, const psy_multilevel *r, double *s)
{
	for (int i = 0; i < 2; i++)
		s[i] = isnan(r->sigma2[i]) ? 0 : ldexp(r->sigma2[i], -2 * w->d.y_exponent);
}

/* Rows first .. first + n - 1 (in the order of keys) are left out; false where the rest has fewer
 * coefficients. */
static psy_status
refit(work *w, size_t first, size_t n, double *s, bool *known, psy_error *err)
{
	size_t k = w->rows.k, stride = w->rows.stride, at = 0;
	psy_multilevel_options model = w->o->model;
	psy_multilevel r;
	psy_status status;

	for (size_t i = 0; i < k; i++)
		if (i < first || i >= first + n)
			memcpy(w->rest + stride * at++, w->rows.row + w->place[i] * stride, stride * sizeof(double));
	model.intervals = false;
	status =
		psy_multilevel_fit(w->c.ctx, (psy_meta_rows){w->rest, at, w->rows.columns, stride}, &model, &r, err);
	if (status != PSY_OK)
		return status;
	*known = r.p == w->d.p && at > r.p;
	if (*known)
		variances(w, &r, s);
	psy_multilevel_release(w->c.ctx, &r);
	return PSY_OK;
}

/*
 * ---- diagnosis -------------------------------------------------------------------------------------------
 */

/* dfbs, coefficients without the unit and their se in the user's units, and Cook's distance. */
static void
describe(work *w, psy_multilevel_influence *d, double *dfbs, double *beta, double *se)
{
	size_t p = w->d.p, full = w->d.full;
	double *t = w->vector, *z = w->cross;

	for (size_t l = 0; l < p; l++)
	{
		w->b_del[l] = w->fit.b[l] - w->change[l];
		w->change[l] = w->b[l] - w->b_del[l];
	}
	for (size_t c = 0; c < p; c++)
	{
		double variance = 0;

		psy_design_contrast(&w->d, c, t);
		for (size_t l = 0; l < p; l++)
			variance += t[l] * psy_inner(w->fit.a_inverse + l * p, t, p);
		dfbs[w->d.kept[c]] = psy_inner(t, w->change, p) / sqrt(variance);
	}
	memcpy(z, w->change, p * sizeof *z);
	psy_solve_lower(w->metric, p, z, 1);
	d->cook_d = psy_inner(z, z, p);
	psy_design_restore(&w->d, w->b_del, w->a_del, beta, w->vcov);
	for (size_t l = 0; l < full; l++)
		se[l] = sqrt(w->vcov[l * (full + 1)]);
}

static psy_status
diagnose(work *w, size_t j, size_t first, size_t n, const double *at, psy_multilevel_influence *d,
		 double *dfbs, double *beta, double *se, psy_error *err)
{
	size_t p = w->d.p;
	double s[2] = {at[0], at[1]};
	bool known = true;
	psy_status status = PSY_OK;

	if (w->rows.k < n + p + 1)
		return PSY_OK;
	if (w->o->reestimate)
	{
		status = refit(w, first, n, s, &known, err);
		if (status == PSY_OK && known)
			status = psy_clusters_at(&w->c, s, true, false, &w->fit, err);
	}
	if (status != PSY_OK || !known)
		return status;
	memset(w->change, 0, p * sizeof(double));
	memcpy(w->a_del, w->fit.a_inverse, p * p * sizeof(double));
	known = w->o->by_effect ? without_row(w, j, first, s, &d->rstudent) : without_cluster(w, j, s, &d->chisq);
	if (!known)
		return PSY_OK;
	if (!w->o->by_effect)
		d->chisq_p = psy_chisq_p(d->chisq, (double) n, PSY_UPPER);
	for (int i = 0; i < 2; i++)
		d->sigma2_del[i] = ldexp(s[i], 2 * w->d.y_exponent);
	describe(w, d, dfbs, beta, se);
	return PSY_OK;
}

/* x'A^-1 (M^-1 X)' of a row: its share of its own fitted value. */
static double
leverage(const work *w, size_t i)
{
	size_t p = w->d.p;
	double sum = 0;

	for (size_t l = 0; l < p; l++)
		sum += w->d.x[l * w->d.k + i] * psy_inner(w->fit.a_inverse + l * p, w->fit.mx + i * p, p);
	return sum;
}

/* Units in the order of keys, with their leverage in the model of all. */
static size_t
list_units(const work *w, psy_multilevel_influence *out)
{
	size_t count = 0;

	for (size_t j = 0; j < w->c.count; j++)
		for (size_t i = w->c.start[j]; i < w->c.start[j + 1]; i++)
		{
			if (w->o->by_effect || i == w->c.start[j])
				out[count++] = (psy_multilevel_influence){w->place[i], 0, NAN, NAN, NAN, NAN, 0, {NAN, NAN}};
			out[count - 1].k++;
			out[count - 1].hat += leverage(w, i);
		}
	return count;
}

static psy_status
diagnose_all(work *w, psy_multilevel_influence *out, size_t *count, double *dfbs, double *beta, double *se,
			 psy_error *err)
{
	size_t p = w->d.p, full = w->d.full, unit = 0;
	double s[2];
	psy_multilevel r;
	psy_multilevel_options model = w->o->model;
	psy_status status;

	model.intervals = false;
	status = psy_multilevel_fit(w->c.ctx, w->rows, &model, &r, err);
	if (status != PSY_OK)
		return status;
	variances(w, &r, s);
	if (isnan(r.loglik))
		status = psy_fail(err, PSY_SINGULAR, "%s", r.note);
	psy_multilevel_release(w->c.ctx, &r);
	if (status == PSY_OK)
		status = psy_clusters_at(&w->c, s, true, false, &w->fit, err);
	if (status != PSY_OK)
		return status;
	memcpy(w->b, w->fit.b, p * sizeof(double));
	memcpy(w->metric, w->fit.a_inverse, p * p * sizeof(double));
	if (!psy_cholesky(w->metric, p))
		return psy_fail(err, PSY_SINGULAR, "the moderators are redundant under the weights of the model");
	*count = list_units(w, out);
	for (size_t j = 0; j < w->c.count; j++)
		for (size_t i = w->c.start[j]; i < w->c.start[j + 1] && status == PSY_OK; i++)
		{
			if (!w->o->by_effect && i > w->c.start[j])
				continue;
			status = diagnose(w, j, i, out[unit].k, s, &out[unit], dfbs + unit * full, beta + unit * full,
							  se + unit * full, err);
			unit++;
			if (status == PSY_OK)
				status = psy_poll(w->c.ctx, err);
		}
	return status;
}

/*
 * ---- entry -----------------------------------------------------------------------------------------------
 */

/* What is laid out once the clusters' sizes are known; scratch of psy_clusters first. */
static psy_status
lay_out(work *w, void **block, psy_error *err)
{
	size_t n = w->c.largest, p = w->d.p, full = w->d.full, most = n > p ? n : p;
	double *at;
	psy_status status = psy_alloc(w->c.ctx,
								  psy_clusters_scratch(&w->c) + 3 * p + 2 * p * p + full * full + 2 * n * n +
									  2 * most * p + most + w->rows.k * w->rows.stride,
								  sizeof(double), block, err);

	if (status != PSY_OK)
		return status;
	at = w->c.scratch = *block;
	w->b = at += psy_clusters_scratch(&w->c);
	w->change = at += p;
	w->b_del = at += p;
	w->metric = at += p;
	w->a_del = at += p * p;
	w->vcov = at += p * p;
	w->block = at += full * full;
	w->gram = at += n * n;
	w->bx = at += n * n;
	w->cross = at += most * p;
	w->vector = at += most * p;
	w->rest = at + most;
	return PSY_OK;
}

psy_status
psy_multilevel_influence_of(const psy_context *ctx, psy_meta_rows rows,
							const psy_multilevel_influence_options *options, psy_multilevel_influence *out,
							size_t *count, double *dfbs, double *beta_del, double *se_del, psy_error *err)
{
	size_t k = rows.k, full = rows.columns + (options->model.intercept ? 1 : 0), *place;
	psy_status status = psy_multilevel_check(&options->model, err);
	work w = {.rows = rows, .o = options};
	void *first = NULL, *second = NULL;
	double *room;

	*count = 0;
	for (size_t i = 0; i < k * full; i++)
		dfbs[i] = beta_del[i] = se_del[i] = NAN;
	if (status == PSY_OK)
		status = psy_meta_check_rows(rows, err);
	if (status != PSY_OK || k == 0)
		return status;
	status = psy_alloc(ctx, 2 * k + psy_design_room(k, rows.columns) + psy_clusters_room(k, rows.columns),
					   sizeof(double), &first, err);
	if (status != PSY_OK)
		return status;
	w.place = place = first;
	room = (double *) first + 2 * k;
	psy_rows_order(rows, 2, place);
	psy_design_make(rows, place, options->model.intercept, room, &w.d);
	psy_clusters_make(ctx, rows, 2, place, &w.d, options->model.rho, room + psy_design_room(k, rows.columns),
					  &w.c, &w.fit);
	if (w.d.p > 0 && k > w.d.p)
	{
		status = lay_out(&w, &second, err);
		if (status == PSY_OK)
			status = diagnose_all(&w, out, count, dfbs, beta_del, se_del, err);
	}
	psy_release(ctx, second);
	psy_release(ctx, first);
	/* What admits no fit has no diagnostics, and is no error. */
	if (status == PSY_SINGULAR)
	{
		*count = 0;
		return PSY_OK;
	}
	return status;
}
