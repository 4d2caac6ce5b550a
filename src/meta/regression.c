/*
 * regression.c - meta-regression from rows to a result: see regression.h.  What is computed at one tau2 is in
 * regression_fit.c; units, origins and redundant columns are the business of regression_design.c.
 */
#include "meta/regression.h"

#include "meta/regression_fit.h"
#include "meta/tau2.h"
#include "stats/distribution.h"
#include "stats/linalg.h"

#include <math.h>
#include <string.h>

/*
 * ---- rows ------------------------------------------------------------------------------------------------
 */

static psy_status
check_row(const double *row, size_t columns, psy_error *err)
{
	psy_status status = psy_meta_check_study(row[0], row[1], err);

	for (size_t j = 0; j < columns && status == PSY_OK; j++)
		if (!isfinite(row[2 + j]))
			return psy_fail(err, PSY_DOMAIN, "moderator %zu is %s, but a moderator must be finite", j + 1,
							isnan(row[2 + j]) ? "NaN" : "infinite");
	if (status == PSY_OK && row[1] == 0)
	{
		psy_fail(err, PSY_DOMAIN, "vi is 0 for a study, and a regression needs positive variances");
		return psy_hint(err,
						"Give the study its sampling variance, or leave it out with FILTER (WHERE vi > 0).");
	}
	return status;
}

psy_status
psy_meta_check_rows(psy_meta_rows rows, psy_error *err)
{
	psy_status status = PSY_OK;

	if (rows.columns > PSY_REGRESSION_MOST)
		return psy_fail(err, PSY_LIMIT, "%zu moderators, but at most %d are allowed", rows.columns,
						PSY_REGRESSION_MOST);
	for (size_t i = 0; i < rows.k && status == PSY_OK; i++)
		status = check_row(rows.row + i * rows.stride, rows.columns, err);
	return status;
}

static psy_status
check_level(double level, psy_error *err)
{
	if (level > 0 && level < 1)
		return PSY_OK;
	psy_fail(err, PSY_DOMAIN, "level is %g, but must lie between 0 and 1", level);
	return psy_hint(err, "The usual level is 0.95.");
}

/*
 * ---- tests -----------------------------------------------------------------------------------------------
 */

double
psy_wald(const double *b, const double *c, size_t p, size_t constant, double *work, double *df)
{
	size_t skip = p > 1 ? constant : p, m = 0;
	double *part = work, *z = work + p * p;

	for (size_t i = 0; i < p; i++)
		m += i != skip;
	*df = (double) m;
	for (size_t i = 0, row = 0; i < p; i++)
	{
		if (i == skip)
			continue;
		z[row] = b[i];
		for (size_t j = 0, column = 0; j < p; j++)
			if (j != skip)
				part[row * m + column++] = c[i * p + j];
		row++;
	}
	if (m == 0 || !psy_cholesky(part, m))
		return NAN;
	psy_solve_lower(part, m, z, 1);
	return psy_inner(z, z, m);
}

void
psy_meta_regression_infer(const double *beta, const double *vcov, size_t full, const double *df, double level,
						  double *se, double *statistic, double *p_value, double *ci_lb, double *ci_ub)
{
	for (size_t i = 0; i < full; i++)
	{
		double half;

		se[i] = sqrt(vcov[i * (full + 1)]);
		half = psy_t_quantile((1 - level) / 2, df[i], PSY_UPPER) * se[i];
		ci_lb[i] = beta[i] - half;
		ci_ub[i] = beta[i] + half;
		statistic[i] = se[i] > 0 ? beta[i] / se[i] : NAN;
		p_value[i] = se[i] > 0 ? psy_two_sided_p(statistic[i], df[i], NULL) : NAN;
	}
}

/*
 * ---- the model -------------------------------------------------------------------------------------------
 */

/* Arrays of the result in one block, all NaN. */
static psy_status
result_make(const psy_context *ctx, size_t k, size_t full, bool intercept, psy_meta_regression *r,
			psy_error *err)
{
	void *block;
	size_t room = full * 6 + full * full;
	psy_status status = psy_alloc(ctx, room + 1, sizeof(double), &block, err);
	double *at = block;
	double **part[] = {&r->beta, &r->se, &r->statistic, &r->p_value, &r->ci_lb, &r->ci_ub};

	if (status != PSY_OK)
		return status;
	*r = (psy_meta_regression){.k = k, .full = full, .intercept = intercept};
	for (size_t i = 0; i < room; i++)
		at[i] = NAN;
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		*part[i] = at + i * full;
	r->vcov = at + 6 * full;
	r->df = r->qm = r->qm_df = r->qm_p = r->qe = r->qe_p = r->tau2 = r->se_tau2 = r->tau2_lb = r->tau2_ub = r->i2 = r->h2 = r->r2 = r->loglik = NAN;
	return PSY_OK;
}

void
psy_meta_regression_release(const psy_context *ctx, psy_meta_regression *result)
{
	psy_release(ctx, result->beta);
	result->beta = NULL;
}

/* (X'WX)^-1 = R^-1 R'^-1, times scale2, into c[p * p]; inverse[p * p] is scratch. */
static void
covariance(const psy_fit *f, double scale2, double *inverse, double *c)
{
	size_t p = f->d->p;

	psy_invert_upper(f->r, p, inverse);
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++)
			c[i * p + j] = scale2 * psy_inner(inverse + i * p, inverse + j * p, p);
}

/* What the test multiplies the covariance with. */
static double
test_scale(psy_meta_regression *r, const psy_fit *f, const psy_meta_options *o)
{
	double free = (double) (f->d->k - f->d->p), scale2 = f->rss / free, total = 0;

	r->df = o->test == PSY_META_Z ? INFINITY : free;
	if (o->test == PSY_META_Z || o->test == PSY_META_T)
		return 1;
	for (size_t i = 0; i < f->d->k; i++)
		total += f->w[i] * f->y[i] * f->y[i];
	if (f->rss <= 1e-28 * total)
		scale2 = 0;
	if (o->test == PSY_META_ADHOC)
		return fmax(1, scale2);
	if (scale2 == 0)
		psy_append(
			r->note, sizeof r->note,
			"%sthe moderators fit exactly, so that the Knapp-Hartung standard errors are 0: use test adhoc",
			r->note[0] ? "; " : "");
	else if (psy_t_quantile((1 - o->level) / 2, free, PSY_UPPER) * sqrt(scale2) <
			 psy_t_quantile((1 - o->level) / 2, INFINITY, PSY_UPPER))
		psy_append(r->note, sizeof r->note, "%sthe Knapp-Hartung intervals are narrower than those of test z",
				   r->note[0] ? "; " : "");
	return scale2;
}

/* Adjusted R2 of the weighted regression; f is the fit at tau2 = 0. */
static double
r2_fixed(const psy_fit *f)
{
	double sum_w = 0, sum_wy = 0, total = 0, k = (double) f->d->k, p = (double) f->d->p;

	for (size_t i = 0; i < f->d->k; i++)
	{
		sum_w += f->w[i];
		sum_wy += f->w[i] * f->y[i];
	}
	for (size_t i = 0; i < f->d->k; i++)
		total += f->w[i] * (f->y[i] - sum_wy / sum_w) * (f->y[i] - sum_wy / sum_w);
	return total > 0 ? fmax(0, 100 * (1 - f->rss / total * (k - 1) / (k - p))) : 0;
}

/* The share of tau2 that the moderators take away; studies[k] and f->spare are scratch. */
static double
r2_random(const psy_fit *f, psy_effect *study, double tau2, psy_meta_method method)
{
	double alone;

	for (size_t i = 0; i < f->d->k; i++)
		study[i] = (psy_effect){f->d->y[i] - f->d->y[0], f->d->v[i]};
	alone = psy_tau2_estimate((psy_studies){f->ctx, study, f->w, f->d->k}, method);
	return alone > 0 ? fmax(0, 100 * (alone - tau2) / alone) : 0;
}

static void
heterogeneity(psy_meta_regression *r, psy_fit *f, double tau2, psy_effect *study, const psy_meta_options *o)
{
	double free = (double) (f->d->k - f->d->p), typical;
	bool explains = f->d->constant < f->d->p && f->d->p > 1;

	psy_fit_at(f, 0);
	r->qe = f->rss;
	r->qe_p = psy_chisq_p(r->qe, free, PSY_UPPER);
	typical = free / psy_fit_trace(f);
	if (o->method == PSY_META_EE)
	{
		r->i2 = r->qe > free ? 100 * (r->qe - free) / r->qe : 0;
		r->h2 = r->qe / free;
		r->r2 = explains ? r2_fixed(f) : NAN;
		return;
	}
	r->i2 = 100 * tau2 / (typical + tau2);
	r->h2 = tau2 / typical + 1;
	r->r2 = explains ? r2_random(f, study, tau2, o->method) : NAN;
}

/* ln |X'X| of the kept columns in the user's units. */
static double
logdet_design(psy_fit *f)
{
	double sum = 0;

	psy_fit_at(f, INFINITY);
	for (size_t j = 0; j < f->d->p; j++)
		sum += 2 * log(f->r[j * (f->d->p + 1)]) + 2 * M_LN2 * f->d->exponent[f->d->kept[j]];
	return sum;
}

static double
full_loglik(psy_fit *f, double tau2, bool restricted)
{
	const psy_design *d = f->d;
	double n = (double) (restricted ? d->k - d->p : d->k), out;

	psy_fit_at(f, tau2);
	out = psy_fit_loglik(f, tau2, restricted) - 0.5 * n * log(2 * M_PI) - n * d->y_exponent * M_LN2;
	if (!restricted)
		return out;
	/* |X'WX| of the scaled columns misses the same power of two as |X'X|. */
	for (size_t j = 0; j < d->p; j++)
		out -= M_LN2 * d->exponent[d->kept[j]];
	return out + 0.5 * logdet_design(f);
}

/* work: 3 p * p + 2 p. */
static void
infer(psy_meta_regression *r, psy_fit *f, double tau2, double *work, double *df, const psy_meta_options *o)
{
	const psy_design *d = f->d;
	size_t p = d->p;
	double *c = work, *inverse = c + p * p, *b = inverse + p * p + p;

	psy_fit_at(f, tau2);
	covariance(f, test_scale(r, f, o), inverse, c);
	psy_design_restore(d, f->b, c, r->beta, r->vcov);
	for (size_t i = 0; i < r->full; i++)
		df[i] = r->df;
	psy_meta_regression_infer(r->beta, r->vcov, r->full, df, o->level, r->se, r->statistic, r->p_value,
							  r->ci_lb, r->ci_ub);
	memcpy(b, f->b, p * sizeof *b);
	if (p == 1 && d->constant == 0)
		b[0] += ldexp(d->y_centre, -d->y_exponent);
	r->qm = psy_wald(b, c, p, d->constant, inverse, &r->qm_df);
	if (o->test != PSY_META_Z)
		r->qm /= r->qm_df;
	r->qm_p = o->test == PSY_META_Z ? psy_chisq_p(r->qm, r->qm_df, PSY_UPPER)
									: psy_f_p(r->qm, r->qm_df, r->df, PSY_UPPER);
}

/* Standard error and interval of tau2, in the user's units. */
static void
tau2_interval(psy_meta_regression *r, psy_fit *f, double tau2, const psy_meta_options *o)
{
	int unit = 2 * f->d->y_exponent;
	bool empty = false;

	if (o->method == PSY_META_EE)
		return;
	r->se_tau2 = ldexp(psy_fit_tau2_se(f, o->method, tau2), unit);
	if (o->tau2_ci == PSY_META_PL)
		psy_fit_profile(f, o->level, tau2, o->method == PSY_META_REML, &r->tau2_lb, &r->tau2_ub);
	else
		psy_fit_qprofile(f, o->level, &r->tau2_lb, &r->tau2_ub, &empty);
	r->tau2_lb = ldexp(r->tau2_lb, unit);
	r->tau2_ub = ldexp(r->tau2_ub, unit);
	if (empty)
		psy_append(r->note, sizeof r->note,
				   "%sthe Q-profile interval of tau2 is empty: effects vary less than their variances allow",
				   r->note[0] ? "; " : "");
}

static psy_status
regress(psy_fit *f, psy_effect *study, double *work, double *df, const psy_meta_options *o,
		psy_meta_regression *r, psy_error *err)
{
	double tau2 = psy_fit_tau2(f, o->method);
	psy_status status = psy_poll(f->ctx, err);

	if (status != PSY_OK)
		return status;
	infer(r, f, tau2, work, df, o);
	r->tau2 = ldexp(tau2, 2 * f->d->y_exponent);
	heterogeneity(r, f, tau2, study, o);
	tau2_interval(r, f, tau2, o);
	status = psy_poll(f->ctx, err);
	if (status != PSY_OK)
		return status;
	r->loglik = full_loglik(f, tau2, o->method == PSY_META_REML);
	if (!isfinite(r->tau2) || !isfinite(r->qe))
		return psy_fail(
			err, PSY_SINGULAR,
			"the effects, variances or moderators of the %zu rows are too far apart for double precision",
			r->k);
	return PSY_OK;
}

static void
too_few(psy_meta_regression *r, size_t p)
{
	psy_append(r->note, sizeof r->note, "too few studies (%zu) for %zu coefficients", r->k, p);
}

static psy_status
regress_rows(const psy_context *ctx, psy_meta_rows rows, bool intercept, const psy_meta_options *o,
			 double *block, psy_meta_regression *r, psy_error *err)
{
	size_t k = rows.k, columns = rows.columns;
	size_t *place = (size_t *) block;
	double *room = block + 2 * k, *df = room + psy_design_room(k, columns), *work = df + columns + 1;
	psy_effect *study = (psy_effect *) (work + 3 * (columns + 1) * (columns + 2));
	psy_design d;
	psy_fit fit;

	psy_rows_order(rows, 0, place);
	psy_design_make(rows, place, intercept, room, &d);
	r->p = d.p;
	if (d.p == 0)
	{
		psy_append(r->note, sizeof r->note, "no column is left to fit");
		return PSY_OK;
	}
	if (k <= d.p)
	{
		too_few(r, r->full);
		return PSY_OK;
	}
	psy_design_note(&d, r->note, sizeof r->note);
	if (k < 10 && d.p > 1)
		psy_append(r->note, sizeof r->note, "%sfewer than 10 studies: a regression says little",
				   r->note[0] ? "; " : "");
	psy_fit_lay_out(&fit, ctx, &d, (double *) (study + k));
	return regress(&fit, study, work, df, o, r, err);
}

static psy_status
check_interval(const psy_meta_options *o, psy_error *err)
{
	if (o->tau2_ci != PSY_META_PL || o->method == PSY_META_ML || o->method == PSY_META_REML)
		return PSY_OK;
	psy_fail(err, PSY_DOMAIN, "tau2_ci pl needs a likelihood: method ML or REML, not %s", psy_meta_method_name(o->method));
	return psy_hint(err, "Use tau2_ci => 'qprofile'.");
}

/* Numbers that admit no fit are no error: NaN throughout, and note says why, so that one group never ends a query. */
static psy_status
without_answer(const psy_context *ctx, psy_meta_regression *r, const psy_error *why, psy_error *err)
{
	size_t k = r->k, full = r->full;
	bool intercept = r->intercept;
	psy_error message = *why;
	psy_status status;

	psy_meta_regression_release(ctx, r);
	status = result_make(ctx, k, full, intercept, r, err);
	if (status == PSY_OK)
		psy_append(r->note, sizeof r->note, "%s", message.message);
	return status;
}

psy_status
psy_meta_regress(const psy_context *ctx, psy_meta_rows rows, bool intercept, const psy_meta_options *options,
				 psy_meta_regression *result, psy_error *err)
{
	size_t k = rows.k, full = rows.columns + 1;
	void *block;
	psy_error own;
	psy_status status = check_level(options->level, err = err != NULL ? err : &own);

	result->beta = NULL;
	if (status == PSY_OK)
		status = check_interval(options, err);
	if (status == PSY_OK)
		status = psy_meta_check_rows(rows, err);
	if (status == PSY_OK)
		status = result_make(ctx, k, rows.columns + (intercept ? 1 : 0), intercept, result, err);
	if (status != PSY_OK)
		return status;
	if (k == 0)
	{
		too_few(result, result->full);
		return PSY_OK;
	}
	status = psy_alloc(
		ctx, 4 * k + psy_design_room(k, rows.columns) + full + 3 * full * (full + 1) + psy_fit_room(k, full),
		sizeof(double), &block, err);
	if (status == PSY_OK)
	{
		status = regress_rows(ctx, rows, intercept, options, block, result, err);
		psy_release(ctx, block);
	}
	if (status == PSY_SINGULAR)
		status = without_answer(ctx, result, err, err);
	if (status != PSY_OK)
		psy_meta_regression_release(ctx, result);
	return status;
}
