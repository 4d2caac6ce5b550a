/*
 * regression_influence.c - see regression_influence.h.
 *
 * The scaled and centred design is made once.  Leaving a study out copies its columns without that row, so
 * that the units, and which columns are redundant, stay those of the whole; where the rest no longer carries
 * a column, nothing is said of the study, as in metafor.
 */
#include "meta/regression_influence.h"

#include "meta/regression_fit.h"
#include "stats/distribution.h"
#include "stats/linalg.h"

#include <math.h>
#include <string.h>

#define CARRIED_ALONE 1e-10 /* 1 - hat below which the others do not know a coefficient */

/* What a diagnosis works with: the model of all studies, that of the rest, and that of all at the rest's
 * tau2. */
typedef struct work
{
	psy_design all, rest;
	psy_fit fit, without, moved;
	psy_meta_method method;
	psy_meta_test test;
	double tau2, scale2;
	double *inverse, *change, *contrast, *x;
} work;

static size_t
work_room(size_t k, size_t columns)
{
	size_t p = columns + 1;

	return psy_design_room(k, columns) + 3 * psy_fit_room(k, p) + k * p + 2 * k + p * p + 3 * p;
}

static void
lay_out(work *w, const psy_context *ctx, psy_meta_rows rows, const size_t *place, bool intercept,
		double *block)
{
	size_t k = rows.k, p = rows.columns + 1;
	double *at = block + psy_design_room(k, rows.columns);

	psy_design_make(rows, place, intercept, block, &w->all);
	w->rest = w->all;
	w->rest.k = k - 1;
	w->rest.x = at + 3 * psy_fit_room(k, p);
	w->rest.y = w->rest.x + k * p;
	w->rest.v = w->rest.y + k;
	w->inverse = w->rest.v + k;
	w->change = w->inverse + p * p;
	w->contrast = w->change + p;
	w->x = w->contrast + p;
	psy_fit_lay_out(&w->fit, ctx, &w->all, at);
	psy_fit_lay_out(&w->without, ctx, &w->rest, at + psy_fit_room(k, p));
	psy_fit_lay_out(&w->moved, ctx, &w->all, at + 2 * psy_fit_room(k, p));
}

static double
scale_by_test(const psy_fit *f, psy_meta_test test)
{
	double scale2 = f->rss / (double) (f->d->k - f->d->p);

	if (test == PSY_META_Z || test == PSY_META_T)
		return 1;
	return test == PSY_META_ADHOC ? fmax(1, scale2) : scale2;
}

static void
leave_out(work *w, size_t i)
{
	size_t k = w->all.k;
	const double *from[] = {w->all.y, w->all.v};
	double *to[] = {w->rest.y, w->rest.v};

	for (size_t j = 0; j < w->all.p; j++)
	{
		memcpy(w->rest.x + j * (k - 1), w->all.x + j * k, i * sizeof(double));
		memcpy(w->rest.x + j * (k - 1) + i, w->all.x + j * k + i + 1, (k - 1 - i) * sizeof(double));
	}
	for (int c = 0; c < 2; c++)
	{
		memcpy(to[c], from[c], i * sizeof(double));
		memcpy(to[c] + i, from[c] + i + 1, (k - 1 - i) * sizeof(double));
	}
}

/* |r'^-1 x|^2 = x'(X'WX)^-1 x of a fit; z is scratch. */
static double
spread(const psy_fit *f, const double *x, double *z)
{
	size_t p = f->d->p;
	double sum = 0;

	for (size_t j = 0; j < p; j++)
	{
		z[j] = x[j];
		for (size_t l = 0; l < j; l++)
			z[j] -= f->r[l * p + j] * z[l];
		z[j] /= f->r[j * p + j];
		sum += z[j] * z[j];
	}
	return sum;
}

/* DFBETAS of each coefficient in the user's units: change over its se in the model of all at the rest's tau2.
 */
static bool
fill_dfbs(work *w, double scale2, double *dfbs)
{
	size_t p = w->all.p;
	bool large = false;

	psy_invert_upper(w->moved.r, p, w->inverse);
	for (size_t c = 0; c < p; c++)
	{
		double moved, variance = 0;

		psy_design_contrast(&w->all, c, w->contrast);
		moved = psy_inner(w->contrast, w->change, p);
		for (size_t j = 0; j < p; j++)
		{
			double along = 0;

			for (size_t l = 0; l <= j; l++)
				along += w->contrast[l] * w->inverse[l * p + j];
			variance += along * along;
		}
		dfbs[w->all.kept[c]] = moved / sqrt(scale2 * variance);
		large |= fabs(dfbs[w->all.kept[c]]) > 1;
	}
	return large;
}

/* |r change|^2, the squared length in the metric of the model of all. */
static double
squared_length(const psy_fit *f, const double *change)
{
	size_t p = f->d->p;
	double sum = 0;

	for (size_t j = 0; j < p; j++)
	{
		double along = psy_inner(f->r + j * p + j, change + j, p - j);

		sum += along * along;
	}
	return sum;
}

static void
diagnose(work *w, size_t i, psy_regression_influence *d, double *dfbs)
{
	size_t k = w->all.k, p = w->all.p;
	double tau2 = psy_fit_tau2(&w->without, w->method), y = w->all.y[i], v = w->all.v[i], predicted = 0,
		   scale2;
	double ratio = 0, variance, before = 0;
	bool large;

	psy_fit_at(&w->without, 0);
	d->qe_del = w->without.rss;
	psy_fit_at(&w->without, tau2);
	psy_fit_at(&w->moved, tau2);
	scale2 = scale_by_test(&w->without, w->test);
	for (size_t j = 0; j < p; j++)
	{
		w->x[j] = w->all.x[j * k + i];
		w->change[j] = w->fit.b[j] - w->without.b[j];
		predicted += w->x[j] * w->without.b[j];
		before += w->x[j] * w->change[j];
		ratio += 2 * log(fabs(w->fit.r[j * (p + 1)] / w->without.r[j * (p + 1)]));
	}
	variance = scale2 * spread(&w->without, w->x, w->contrast);
	d->tau2_del = ldexp(tau2, 2 * w->all.y_exponent);
	d->rstudent = (y - predicted) / sqrt((v + tau2) * scale2 + variance);
	d->dffits = before / sqrt(scale2 * d->hat * (tau2 + v));
	d->cook_d = squared_length(&w->fit, w->change) / w->scale2;
	d->cov_r = exp(ratio + (double) p * log(scale2 / w->scale2));
	large = fill_dfbs(w, scale2, dfbs);
	d->influential = fabs(d->dffits) > 3 * sqrt((double) p / (double) (k - p)) ||
					 psy_chisq_p(d->cook_d, (double) p, PSY_LOWER) > 0.5 ||
					 d->hat > 3 * (double) p / (double) k || large;
}

static psy_status
diagnose_all(work *w, psy_regression_influence *out, double *dfbs, psy_error *err)
{
	size_t k = w->all.k;
	psy_status status = PSY_OK;
	double sum_w = 0;

	w->tau2 = psy_fit_tau2(&w->fit, w->method);
	if (isnan(w->tau2))
		return psy_poll(w->fit.ctx, err) != PSY_OK
				   ? PSY_INTERRUPTED
				   : psy_fail(err, PSY_SINGULAR, "the rows are too far apart for double precision");
	psy_fit_at(&w->fit, w->tau2);
	w->scale2 = scale_by_test(&w->fit, w->test);
	for (size_t i = 0; i < k; i++)
		sum_w += w->fit.w[i];
	for (size_t i = 0; i < k && status == PSY_OK; i++)
	{
		out[i].hat = 1 - w->fit.free[i];
		out[i].weight = 100 * w->fit.w[i] / sum_w;
		if (k >= w->all.p + 2 && w->fit.free[i] > CARRIED_ALONE)
		{
			leave_out(w, i);
			diagnose(w, i, &out[i], dfbs + i * w->all.full);
		}
		status = psy_poll(w->fit.ctx, err);
	}
	return status;
}

psy_status
psy_regression_influence_of(const psy_context *ctx, psy_meta_rows rows, bool intercept,
							psy_meta_method method, psy_meta_test test, psy_regression_influence *out,
							double *dfbs, psy_error *err)
{
	size_t k = rows.k, full = rows.columns + (intercept ? 1 : 0);
	psy_status status = psy_meta_check_rows(rows, err);
	work w = {.method = method, .test = test};
	size_t *place;
	void *block;

	for (size_t i = 0; i < k * full; i++)
		dfbs[i] = NAN;
	for (size_t i = 0; i < k; i++)
		out[i] = (psy_regression_influence){i, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, false};
	if (status != PSY_OK || k == 0)
		return status;
	status = psy_alloc(ctx, work_room(k, rows.columns) + 2 * k, sizeof(double), &block, err);
	if (status != PSY_OK)
		return status;
	place = (size_t *) ((double *) block + work_room(k, rows.columns));
	psy_rows_order(rows, 0, place);
	lay_out(&w, ctx, rows, place, intercept, block);
	for (size_t i = 0; i < k; i++)
		out[i].row = place[i];
	if (w.all.p > 0 && k > w.all.p)
		status = diagnose_all(&w, out, dfbs, err);
	psy_release(ctx, block);
	/* What admits no fit has no diagnostics: they are NaN, and no error. */
	return status == PSY_SINGULAR ? PSY_OK : status;
}
