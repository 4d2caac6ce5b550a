/* multilevel.c - from rows with clusters to a three-level model's result; see multilevel.h. */
#include "meta/multilevel.h"

#include "meta/multilevel_search.h"
#include "meta/regression.h"
#include "stats/distribution.h"
#include "stats/linalg.h"

#include <math.h>
#include <string.h>

psy_status
psy_dependence_check(const psy_dependence_options *o, psy_error *err)
{
	if (o->method != PSY_META_REML && o->method != PSY_META_ML)
	{
		psy_fail(err, PSY_UNSUPPORTED, "a %s model has no method %s", o->model, psy_meta_method_name(o->method));
		psy_hint(err, "Use REML or ML.");
		return PSY_UNSUPPORTED;
	}
	if (o->test != PSY_META_Z && o->test != PSY_META_T)
	{
		psy_fail(err, PSY_UNSUPPORTED, "a %s model has no test %s", o->model, psy_meta_test_name(o->test));
		psy_hint(err, "Use z or t, or %s for small-sample tests.", o->robust);
		return PSY_UNSUPPORTED;
	}
	if (!(o->level > 0 && o->level < 1))
		return psy_fail(err, PSY_DOMAIN, "level is %g, but must lie between 0 and 1", o->level);
	if (!(o->rho > -1 && o->rho < 1))
		return psy_fail(err, PSY_DOMAIN, "%s is %g, but a correlation must lie between -1 and 1", o->rho_name, o->rho);
	return PSY_OK;
}

psy_status
psy_multilevel_check(const psy_multilevel_options *o, psy_error *err)
{
	const psy_dependence_options shared = {"multilevel", "meta_robust", "rho", o->method, o->test, o->level, o->rho};

	return psy_dependence_check(&shared, err);
}

static psy_status
result_make(const psy_context *ctx, size_t k, size_t full, bool intercept, psy_multilevel *r, psy_error *err)
{
	void *block;
	size_t room = 6 * full + full * full;
	psy_status status = psy_alloc(ctx, room + 1, sizeof(double), &block, err);
	double *at = block;
	double **part[] = {&r->beta, &r->se, &r->statistic, &r->p_value, &r->ci_lb, &r->ci_ub, &r->vcov};

	if (status != PSY_OK)
		return status;
	*r = (psy_multilevel){.k = k, .full = full, .intercept = intercept};
	for (size_t i = 0; i < room; i++)
		at[i] = NAN;
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		*part[i] = at + i * full;
	r->df = r->qm = r->qm_df = r->qm_p = r->qe = r->qe_p = r->loglik = r->icc = NAN;
	for (int i = 0; i < 2; i++)
		r->sigma2[i] = r->sigma2_lb[i] = r->sigma2_ub[i] = NAN;
	for (int i = 0; i < 3; i++)
		r->i2[i] = NAN;
	return PSY_OK;
}

void
psy_multilevel_release(const psy_context *ctx, psy_multilevel *result)
{
	psy_release(ctx, result->beta);
	result->beta = NULL;
}

/*
 * ---- one fit ---------------------------------------------------------------------------------------------
 */

double
psy_residual_variance(const psy_design *d, double *q, double *r, double *logdet)
{
	double *e = q + d->k * d->p;

	memcpy(q, d->x, d->k * d->p * sizeof *q);
	memcpy(e, d->y, d->k * sizeof *e);
	psy_orthonormalize(q, d->k, d->p, r);
	*logdet = 0;
	for (size_t j = 0; j < d->p; j++)
	{
		double along = psy_inner(q + j * d->k, e, d->k);

		for (size_t i = 0; i < d->k; i++)
			e[i] -= along * q[j * d->k + i];
		*logdet += 2 * log(r[j * (d->p + 1)]);
	}
	return fmax(psy_inner(e, e, d->k) / (double) (d->k - d->p), ldexp(1, -40));
}

/* Which variance cannot be known, and why. */
static void
find_fixed(const psy_clusters *c, psy_multilevel *r, bool fixed[2])
{
	fixed[0] = c->count == 1;
	fixed[1] = c->most == 1 && c->count > 1;
	if (fixed[0])
		psy_append(r->note, sizeof r->note,
				   "%sone cluster: the variance between clusters is not known and taken as 0",
				   r->note[0] ? "; " : "");
	if (fixed[1])
		psy_append(r->note, sizeof r->note,
				   "%sno cluster has two effects: the variance within clusters is not known and taken as 0",
				   r->note[0] ? "; " : "");
	if (c->count > 1 && c->count < 5)
		psy_append(r->note, sizeof r->note, "%sfewer than 5 clusters: the variance between them is fragile",
				   r->note[0] ? "; " : "");
}

static void
infer(psy_multilevel *r, const psy_design *d, const psy_cluster_fit *fit, double *work,
	  const psy_multilevel_options *o)
{
	size_t p = d->p;
	double *b = work, *df = b + p, *wald = df + r->full;

	r->df = o->test == PSY_META_Z ? INFINITY : (double) (r->k - p);
	psy_design_restore(d, fit->b, fit->a_inverse, r->beta, r->vcov);
	for (size_t i = 0; i < r->full; i++)
		df[i] = r->df;
	psy_meta_regression_infer(r->beta, r->vcov, r->full, df, o->level, r->se, r->statistic, r->p_value,
							  r->ci_lb, r->ci_ub);
	memcpy(b, fit->b, p * sizeof *b);
	if (p == 1 && d->constant == 0)
		b[0] += ldexp(d->y_centre, -d->y_exponent);
	r->qm = psy_wald(b, fit->a_inverse, p, d->constant, wald, &r->qm_df);
	if (o->test != PSY_META_Z)
		r->qm /= r->qm_df;
	r->qm_p = o->test == PSY_META_Z ? psy_chisq_p(r->qm, r->qm_df, PSY_UPPER)
									: psy_f_p(r->qm, r->qm_df, r->df, PSY_UPPER);
}

/* QE and the shares of variance, from the fit at s = 0. */
static psy_status
heterogeneity(psy_multilevel *r, const psy_clusters *c, const double *s, psy_cluster_fit *fit, psy_error *err)
{
	double zero[2] = {0, 0}, free = (double) (r->k - r->p), all;
	psy_status status = psy_clusters_at(c, zero, true, true, fit, err);

	if (status != PSY_OK)
		return status;
	r->qe = fit->q;
	r->qe_p = psy_chisq_p(r->qe, free, PSY_UPPER);
	all = s[0] + s[1] + free / fit->trace_p;
	r->i2[0] = 100 * (s[0] + s[1]) / all;
	r->i2[1] = 100 * s[0] / all;
	r->i2[2] = 100 * s[1] / all;
	r->icc = s[0] + s[1] > 0 ? s[0] / (s[0] + s[1]) : NAN;
	return PSY_OK;
}

static psy_status
intervals(psy_multilevel *r, const psy_clusters *c, double unit, const bool *fixed, const double *s,
		  double loglik, psy_cluster_fit *fit, const psy_multilevel_options *o, psy_error *err)
{
	psy_status status = PSY_OK;

	for (int i = 0; i < 2 && status == PSY_OK; i++)
	{
		if (fixed[i])
			continue;
		r->sigma2[i] = ldexp(s[i], 2 * c->d->y_exponent);
		if (!o->intervals)
			continue;
		status = psy_clusters_profile(c, o->method == PSY_META_REML, unit, fixed, s, loglik, o->level, i, fit,
									  &r->sigma2_lb[i], &r->sigma2_ub[i], err);
		r->sigma2_lb[i] = ldexp(r->sigma2_lb[i], 2 * c->d->y_exponent);
		r->sigma2_ub[i] = ldexp(r->sigma2_ub[i], 2 * c->d->y_exponent);
	}
	return status;
}

static psy_status
fit_clusters(psy_multilevel *r, psy_clusters *c, psy_cluster_fit *fit, double *work,
			 const psy_multilevel_options *o, psy_error *err)
{
	const psy_design *d = c->d;
	bool restricted = o->method == PSY_META_REML, fixed[2];
	double s[2] = {0, 0}, logdet, loglik, n = (double) (restricted ? d->k - d->p : d->k);
	double unit = psy_residual_variance(d, work, work + d->k * d->p + d->k, &logdet);
	psy_status status;

	find_fixed(c, r, fixed);
	r->clusters = c->count;
	r->effects = c->effects;
	status = psy_clusters_maximise(c, restricted, unit, fixed, s, fit, &loglik, err);
	if (status != PSY_OK)
		return status;
	infer(r, d, fit, work, o);
	/* Scaled columns change |X'X| and |X'M^-1X| alike. */
	r->loglik =
		loglik - 0.5 * n * log(2 * M_PI) - n * d->y_exponent * M_LN2 + (restricted ? 0.5 * logdet : 0);
	status = heterogeneity(r, c, s, fit, err);
	return status == PSY_OK ? intervals(r, c, unit, fixed, s, loglik, fit, o, err) : status;
}

/* rho must leave every cluster's V positive definite: 1 + (n - 1) rho > 0. */
static psy_status
check_rho(const psy_clusters *c, psy_error *err)
{
	if (1 + (double) (c->largest - 1) * c->rho > 0)
		return PSY_OK;
	return psy_fail(err, PSY_DOMAIN,
					"rho is %g, but %zu effects of one cluster cannot all correlate below %g", c->rho,
					c->largest, -1 / (double) (c->largest - 1));
}

static psy_status
fit_rows(const psy_context *ctx, psy_meta_rows rows, const psy_multilevel_options *o, double *block,
		 psy_multilevel *r, psy_error *err)
{
	size_t k = rows.k, *place = (size_t *) block;
	double *room = block + 2 * k, *cluster_room = room + psy_design_room(k, rows.columns);
	double *work = cluster_room + psy_clusters_room(k, rows.columns);
	psy_clusters c;
	psy_cluster_fit fit;
	psy_design d;
	void *scratch;
	psy_status status;

	psy_rows_order(rows, 2, place);
	psy_design_make(rows, place, o->intercept, room, &d);
	r->p = d.p;
	if (d.p == 0 || k <= d.p)
	{
		psy_append(r->note, sizeof r->note, "too few studies (%zu) for %zu coefficients", k, r->full);
		return PSY_OK;
	}
	psy_design_note(&d, r->note, sizeof r->note);
	psy_clusters_make(ctx, rows, 2, place, &d, o->rho, cluster_room, &c, &fit);
	status = check_rho(&c, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, psy_clusters_scratch(&c), sizeof(double), &scratch, err);
	if (status != PSY_OK)
		return status;
	c.scratch = scratch;
	status = fit_clusters(r, &c, &fit, work, o, err);
	psy_release(ctx, scratch);
	return status;
}

/* Numbers that admit no fit are no error: NaN throughout, and note says why, so that one group never ends a query. */
static psy_status
without_answer(const psy_context *ctx, psy_multilevel *r, const psy_error *why, psy_error *err)
{
	size_t k = r->k, full = r->full;
	bool intercept = r->intercept;
	psy_error message = *why;
	psy_status status;

	psy_multilevel_release(ctx, r);
	status = result_make(ctx, k, full, intercept, r, err);
	if (status == PSY_OK)
		psy_append(r->note, sizeof r->note, "%s", message.message);
	return status;
}

psy_status
psy_multilevel_fit(const psy_context *ctx, psy_meta_rows rows, const psy_multilevel_options *options,
				   psy_multilevel *result, psy_error *err)
{
	size_t k = rows.k, full = rows.columns + 1;
	void *block;
	psy_error own;
	psy_status status = psy_multilevel_check(options, err = err != NULL ? err : &own);

	result->beta = NULL;
	if (status == PSY_OK)
		status = psy_meta_check_rows(rows, err);
	if (status == PSY_OK)
		status =
			result_make(ctx, k, rows.columns + (options->intercept ? 1 : 0), options->intercept, result, err);
	if (status != PSY_OK)
		return status;
	if (k == 0)
	{
		psy_append(result->note, sizeof result->note, "no row has yi, vi, cluster and effect");
		return PSY_OK;
	}
	/* The last part serves psy_residual_variance (k p + k + p p) and infer (2 full + p p + p). */
	status = psy_alloc(ctx,
					   2 * k + psy_design_room(k, rows.columns) + psy_clusters_room(k, rows.columns) +
						   k * full + k + full * full + 4 * full,
					   sizeof(double), &block, err);
	if (status == PSY_OK)
	{
		status = fit_rows(ctx, rows, options, block, result, err);
		psy_release(ctx, block);
	}
	if (status == PSY_SINGULAR)
		status = without_answer(ctx, result, err, err);
	if (status != PSY_OK)
		psy_multilevel_release(ctx, result);
	return status;
}
