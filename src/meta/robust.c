/*
 * robust.c - cluster-robust variances; see robust.h.
 *
 * With M_j = L L' and R = (X'M^-1X)^-1, CR2's adjustment of cluster j is A = L B^(-1/2) L', B = L'(M_j - X R
 * X')L, which solves A (M_j - X R X') A = M_j; B is singular where a cluster alone carries a coefficient, and
 * its root is then the pseudoinverse's.  The matrix P of Satterthwaite's df is never formed: P_ij = [i = j]
 * g'Mg - h_i'R h_j with h = X'g, so that its sum of squares is a sum over clusters.
 */
#include "meta/robust.h"

#include "meta/multilevel_model.h"
#include "meta/regression.h"
#include "meta/robust_wald.h"
#include "meta/robust_weights.h"
#include "stats/distribution.h"
#include "stats/linalg.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define NULL_SPACE 1e-12 /* of B's largest eigenvalue */

static const char *const type_names[] = {"CR0", "CR1", "CR1p", "CR1S", "CR2"};

psy_status
psy_robust_type_parse(const char *name, psy_robust_type *type, psy_error *err)
{
	for (int i = 0; i < 5; i++)
		if (strcasecmp(name, type_names[i]) == 0)
		{
			*type = (psy_robust_type) i;
			return PSY_OK;
		}
	psy_fail(err, PSY_DOMAIN, "unknown type \"%.40s\" of a robust variance", name);
	return psy_hint(err, "Allowed are CR0, CR1, CR1p, CR1S and CR2.");
}

const char *
psy_robust_type_name(psy_robust_type type)
{
	return type_names[type];
}

static const char *const model_names[] = {"independent", "multilevel", "CORR", "HIER"};

psy_status
psy_robust_model_parse(const char *name, psy_robust_model *model, psy_error *err)
{
	for (int i = 0; i < 4; i++)
		if (strcasecmp(name, model_names[i]) == 0)
		{
			*model = (psy_robust_model) i;
			return PSY_OK;
		}
	psy_fail(err, PSY_DOMAIN, "unknown model \"%.40s\" of a robust variance", name);
	return psy_hint(err, "Allowed are independent, multilevel, CORR and HIER.");
}

const char *
psy_robust_model_name(psy_robust_model model)
{
	return model_names[model];
}

psy_status
psy_robust_make(const psy_context *ctx, size_t k, size_t full, bool intercept, psy_robust *r, psy_error *err)
{
	void *block;
	size_t room = 7 * full + full * full;
	psy_status status = psy_alloc(ctx, room + 1, sizeof(double), &block, err);
	double *at = block;
	double **part[] = {&r->beta, &r->se, &r->statistic, &r->df, &r->p_value, &r->ci_lb, &r->ci_ub, &r->vcov};

	if (status != PSY_OK)
		return status;
	*r = (psy_robust){.k = k, .full = full, .intercept = intercept};
	r->tau2 = r->sigma2[0] = r->sigma2[1] = r->wald_f = r->wald_df1 = r->wald_df2 = r->wald_p = NAN;
	for (size_t i = 0; i < room; i++)
		at[i] = NAN;
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		*part[i] = at + i * full;
	return PSY_OK;
}

void
psy_robust_release(const psy_context *ctx, psy_robust *result)
{
	psy_release(ctx, result->beta);
	result->beta = NULL;
}

/*
 * ---- the sandwich ----------------------------------------------------------------------------------------
 */

/* Work of one sandwich: per cluster n x n and n x p, per coefficient sums of Satterthwaite's P. */
typedef struct sandwich
{
	const psy_clusters *c;
	const psy_cluster_fit *fit;
	const double *s;
	bool cr2;
	double *block, *low, *other, *root, *vector, *value; /* n * n each, value n */
	double *au, *g;                                      /* n * p: A M^-1 X; n */
	double *f, *h, *rh;                                  /* p each */
	double *meat;                                        /* p * p */
	double *contrast;                                    /* p * p: R T' */
	double *sum, *square, *hh;                           /* p, p, p * p * p */
} sandwich;

static size_t
sandwich_room(size_t n, size_t p)
{
	return 5 * n * n + n + n * p + n + 3 * p + p * p + p * p + 2 * p + p * p * p;
}

static void
lay_out(sandwich *w, double *at)
{
	size_t n = w->c->largest, p = w->c->d->p;

	w->block = at;
	w->low = w->block + n * n;
	w->other = w->low + n * n;
	w->root = w->other + n * n;
	w->vector = w->root + n * n;
	w->value = w->vector + n * n;
	w->au = w->value + n;
	w->g = w->au + n * p;
	w->f = w->g + n;
	w->h = w->f + p;
	w->rh = w->h + p;
	w->meat = w->rh + p;
	w->contrast = w->meat + p * p;
	w->sum = w->contrast + p * p;
	w->square = w->sum + p;
	w->hh = w->square + p;
	memset(w->meat, 0, p * p * sizeof *w->meat);
	memset(w->sum, 0, (2 * p + p * p * p) * sizeof *w->sum);
}

/* Lower triangle L with zeros above, from the block. */
static void
factor(const sandwich *w, size_t n)
{
	memcpy(w->low, w->block, n * n * sizeof *w->low);
	psy_cholesky(w->low, n);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			w->low[i * n + j] = 0;
}

/* to = L' a L. */
static void
congruent(const double *l, const double *a, size_t n, double *spare, double *to)
{
	psy_multiply(a, l, n, n, n, spare);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
		{
			double sum = 0;

			for (size_t m = i; m < n; m++)
				sum += l[m * n + i] * spare[m * n + j];
			to[i * n + j] = sum;
		}
}

/* CR2's A of the cluster into w->root. */
static void
adjustment(const sandwich *w, size_t first, size_t n)
{
	const psy_design *d = w->c->d;
	size_t p = d->p, k = d->k;
	double *b = w->vector;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
		{
			double sum = w->block[i * n + j];

			for (size_t a = 0; a < p; a++)
				for (size_t o = 0; o < p; o++)
					sum -= d->x[a * k + first + i] * w->fit->a_inverse[a * p + o] * d->x[o * k + first + j];
			w->other[i * n + j] = sum;
		}
	congruent(w->low, w->other, n, w->root, b);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			b[i * n + j] = b[j * n + i] = (b[i * n + j] + b[j * n + i]) / 2;
	/* The eigenvectors go to other; root holds the inverse root until it is multiplied out. */
	psy_inverse_root(b, n, NULL_SPACE, w->value, w->other, w->root);
	psy_multiply(w->low, w->root, n, n, n, w->other);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			w->root[i * n + j] = psy_inner(w->other + i * n, w->low + j * n, n);
}

/* Cluster j's part of Satterthwaite's P for coefficient i. */
static void
add_df(sandwich *w, size_t first, size_t n, size_t i)
{
	const psy_design *d = w->c->d;
	size_t p = d->p, k = d->k;
	double own = 0, cross;

	for (size_t m = 0; m < n; m++)
		w->g[m] = psy_inner(w->au + m * p, w->contrast + i * p, p);
	for (size_t m = 0; m < n; m++)
		own += w->g[m] * psy_inner(w->block + m * n, w->g, n);
	for (size_t a = 0; a < p; a++)
		w->h[a] = psy_inner(d->x + a * k + first, w->g, n);
	for (size_t a = 0; a < p; a++)
		w->rh[a] = psy_inner(w->fit->a_inverse + a * p, w->h, p);
	cross = psy_inner(w->h, w->rh, p);
	w->sum[i] += own - cross;
	w->square[i] += own * own - 2 * own * cross;
	for (size_t a = 0; a < p; a++)
		for (size_t b = 0; b < p; b++)
			w->hh[i * p * p + a * p + b] += w->h[a] * w->h[b];
}

/* The cluster's block, and A M^-1 X into w->au. */
static void
adjust(sandwich *w, size_t j)
{
	size_t first = w->c->start[j], n = w->c->start[j + 1] - first, p = w->c->d->p;
	const double *mx = w->fit->mx + first * p;

	psy_cluster_block(w->c, j, w->s, w->block);
	memcpy(w->au, mx, n * p * sizeof *w->au);
	if (w->cr2)
	{
		factor(w, n);
		adjustment(w, first, n);
		psy_multiply(w->root, mx, n, n, p, w->au);
	}
}

static void
add_cluster(sandwich *w, size_t j)
{
	size_t first = w->c->start[j], n = w->c->start[j + 1] - first, p = w->c->d->p;

	for (size_t a = 0; a < p; a++)
	{
		w->f[a] = 0;
		for (size_t i = 0; i < n; i++)
			w->f[a] += w->au[i * p + a] * w->fit->e[first + i];
	}
	for (size_t a = 0; a < p; a++)
		for (size_t b = 0; b < p; b++)
			w->meat[a * p + b] += w->f[a] * w->f[b];
	for (size_t i = 0; i < p; i++)
		add_df(w, first, n, i);
}

/* (sum P_jj)^2 / sum P_ij^2. */
static double
satterthwaite(const sandwich *w, size_t i, double *spare)
{
	size_t p = w->c->d->p;
	double squares = w->square[i];

	psy_multiply(w->fit->a_inverse, w->hh + i * p * p, p, p, p, spare);
	for (size_t a = 0; a < p; a++)
		for (size_t b = 0; b < p; b++)
			squares += spare[a * p + b] * spare[b * p + a];
	return w->sum[i] * w->sum[i] / squares;
}

static double
small_sample_factor(const psy_clusters *c, psy_robust_type type)
{
	double j = (double) c->count, n = (double) c->d->k, p = (double) c->d->p;

	switch (type)
	{
		case PSY_CR1: return j / (j - 1);
		case PSY_CR1P: return j / (j - p);
		case PSY_CR1S: return j * (n - 1) / ((j - 1) * (n - p));
		case PSY_CR0:
		case PSY_CR2: break;
	}
	return 1;
}

static void
note_df(psy_robust *r)
{
	for (size_t i = 0; i < r->full; i++)
		if (r->df[i] < 4)
		{
			psy_append(r->note, sizeof r->note,
					   "%sdegrees of freedom below 4: p values and intervals are not to be trusted",
					   r->note[0] ? "; " : "");
			return;
		}
}

/* Fills r from a fitted model; spare: p * p + p. */
static void
finish(sandwich *w, psy_robust *r, const psy_robust_options *o, double *spare)
{
	const psy_design *d = w->c->d;
	size_t p = d->p;
	double factor_of = small_sample_factor(w->c, o->type), *product = w->hh;

	for (size_t i = 0; i < p; i++)
		r->df[d->kept[i]] = o->satterthwaite ? satterthwaite(w, i, spare) : (double) w->c->count - (double) p;
	psy_multiply(w->fit->a_inverse, w->meat, p, p, p, spare);
	psy_multiply(spare, w->fit->a_inverse, p, p, p, product);
	for (size_t i = 0; i < p * p; i++)
		product[i] *= factor_of;
	psy_design_restore(d, w->fit->b, product, r->beta, r->vcov);
	psy_meta_regression_infer(r->beta, r->vcov, r->full, r->df, o->level, r->se, r->statistic, r->p_value,
							  r->ci_lb, r->ci_ub);
	note_df(r);
}

/* Contrasts (in the user's coefficients) that are tested, into to[q * full]; q = 0 where there are none, or one of
 * them asks for a coefficient that was left out. */
static size_t
tested(const psy_design *d, const psy_robust *r, const psy_robust_options *o, double *to)
{
	size_t full = r->full, q = 0, skip = r->intercept && d->p > 1 ? 0 : full;
	bool kept[PSY_REGRESSION_MOST + 1] = {false};

	for (size_t i = 0; i < d->p; i++)
		kept[d->kept[i]] = true;
	if (o->contrasts != NULL)
	{
		memcpy(to, o->contrasts, o->tests * full * sizeof *to);
		for (size_t i = 0; i < o->tests * full; i++)
			if (to[i] != 0 && !kept[i % full])
				return 0;
		return o->tests;
	}
	memset(to, 0, PSY_WALD_MOST * full * sizeof *to);
	for (size_t i = 0; i < full; i++)
		if (kept[i] && i != skip)
		{
			if (q == PSY_WALD_MOST)
				return 0;
			to[q++ * full + i] = 1;
		}
	return q;
}

/* The contrasts in the design's coefficients, times R. */
static void
design_contrasts(sandwich *w, psy_hotelling *h, const double *c, size_t full)
{
	const psy_design *d = w->c->d;
	size_t p = d->p;

	for (size_t s = 0; s < h->q; s++)
	{
		memset(w->h, 0, p * sizeof *w->h);
		for (size_t i = 0; i < p; i++)
		{
			double weight = c[s * full + d->kept[i]];

			psy_design_contrast(d, i, w->f);
			for (size_t a = 0; a < p && weight != 0; a++)
				w->h[a] += weight * w->f[a];
		}
		for (size_t a = 0; a < p; a++)
			h->contrast[s * p + a] = psy_inner(w->fit->a_inverse + a * p, w->h, p);
	}
}

/* Hotelling's T2 with Zhang's df: two rounds over the clusters. */
static psy_status
hotelling(sandwich *w, psy_hotelling *h, psy_robust *r, psy_error *err)
{
	psy_status status = PSY_OK;

	for (int round = 0; round < 2; round++)
	{
		if (round == 1 && !psy_hotelling_whiten(h))
			return PSY_OK;
		for (size_t j = 0; j < w->c->count && status == PSY_OK; j++)
		{
			size_t first = w->c->start[j];

			adjust(w, j);
			psy_hotelling_add(h, w->au, w->block, first, w->c->start[j + 1] - first, round == 1);
			status = psy_poll(w->c->ctx, err);
		}
	}
	r->wald_df1 = (double) h->q;
	r->wald_df2 = psy_hotelling_eta(h) - r->wald_df1 + 1;
	return status;
}

static psy_status
wald(sandwich *w, const psy_robust_options *o, psy_robust *r, psy_error *err)
{
	size_t full = r->full, p = w->c->d->p, most = o->contrasts != NULL ? o->tests : PSY_WALD_MOST, q;
	void *block;
	double *contrasts, *work, statistic, eta;
	psy_hotelling h;
	psy_status status = psy_alloc(w->c->ctx, most * full, sizeof(double), &block, err);

	if (status != PSY_OK)
		return status;
	contrasts = block;
	q = tested(w->c->d, r, o, contrasts);
	if (q > 0)
		status = psy_alloc(w->c->ctx, psy_hotelling_room(w->c->largest, p, q) + q * q + q * full + q, sizeof(double), (void **) &work, err);
	if (q > 0 && status == PSY_OK)
	{
		psy_hotelling_lay_out(&h, w->c->d, w->fit->a_inverse, w->c->largest, q, work + q * q + q * full + q);
		design_contrasts(w, &h, contrasts, full);
		status = hotelling(w, &h, r, err);
		statistic = psy_contrast_wald(contrasts, r->beta, r->vcov, q, full, work);
		eta = r->wald_df2 + r->wald_df1 - 1;
		if (r->wald_df2 > 0 && statistic >= 0)
		{
			r->wald_f = r->wald_df2 / (eta * r->wald_df1) * statistic;
			r->wald_p = psy_f_p(r->wald_f, r->wald_df1, r->wald_df2, PSY_UPPER);
		}
		else
			r->wald_df1 = r->wald_df2 = NAN;
		psy_release(w->c->ctx, work);
	}
	if (status == PSY_OK && isnan(r->wald_f))
		psy_append(r->note, sizeof r->note, "%sthe clusters do not suffice to test %zu contrasts at once", r->note[0] ? "; " : "",
				   q > 0 ? q : o->tests);
	psy_release(w->c->ctx, block);
	return status;
}

static psy_status
sandwich_fit(sandwich *w, const psy_robust_options *o, double *spare, psy_robust *r, psy_error *err)
{
	size_t p = w->c->d->p;
	psy_status status = PSY_OK;

	for (size_t i = 0; i < p; i++)
	{
		psy_design_contrast(w->c->d, i, w->f);
		for (size_t a = 0; a < p; a++)
			w->contrast[i * p + a] = psy_inner(w->fit->a_inverse + a * p, w->f, p);
	}
	for (size_t j = 0; j < w->c->count && status == PSY_OK; j++)
	{
		adjust(w, j);
		add_cluster(w, j);
		status = psy_poll(w->c->ctx, err);
	}
	if (status != PSY_OK)
		return status;
	finish(w, r, o, spare);
	return wald(w, o, r, err);
}

/* Whether there are clusters enough for the type; else note says so. */
static bool
enough(const psy_clusters *c, const psy_robust_options *o, psy_robust *r)
{
	r->clusters = c->count;
	if (c->count >= 2 && (c->count > c->d->p || (o->type != PSY_CR1P && o->satterthwaite)))
		return true;
	psy_append(r->note, sizeof r->note, "%stoo few clusters (%zu) for a robust variance", r->note[0] ? "; " : "", c->count);
	return false;
}

psy_status
psy_robust_sandwich(const psy_clusters *c, psy_cluster_fit *fit, const double *s, const psy_robust_options *o, psy_robust *r,
					psy_error *err)
{
	size_t p = c->d->p;
	sandwich w = {.c = c, .fit = fit, .s = s, .cr2 = o->type == PSY_CR2};
	void *block;
	psy_status status;

	r->p = p;
	if (!enough(c, o, r))
		return PSY_OK;
	status = psy_clusters_at(c, s, true, false, fit, err);
	if (status == PSY_OK)
		status = psy_alloc(c->ctx, sandwich_room(c->largest, p) + p * p + p, sizeof(double), &block, err);
	if (status != PSY_OK)
		return status;
	lay_out(&w, block);
	status = sandwich_fit(&w, o, (double *) block + sandwich_room(c->largest, p), r, err);
	psy_release(c->ctx, block);
	return status;
}

/*
 * ---- the working model -----------------------------------------------------------------------------------
 */

/* tau2, or both sigma2, in the user's units; *note says why there are none. */
static psy_status
working_model(const psy_context *ctx, psy_meta_rows rows, const psy_robust_options *o, psy_robust *r,
			  psy_error *err)
{
	psy_status status;

	if (o->model == PSY_ROBUST_CORR || o->model == PSY_ROBUST_HIER)
		return psy_meta_check_rows(rows, err);
	if (o->model == PSY_ROBUST_MULTILEVEL)
	{
		psy_multilevel_options options = {o->method, PSY_META_Z, o->level, o->rho, o->intercept, false};
		psy_multilevel m;

		status = psy_multilevel_fit(ctx, rows, &options, &m, err);
		if (status != PSY_OK)
			return status;
		memcpy(r->sigma2, m.sigma2, sizeof r->sigma2);
		memcpy(r->note, m.note, sizeof r->note);
		if (isnan(m.loglik))
			status = psy_fail(err, PSY_SINGULAR, "%s", m.note);
		psy_multilevel_release(ctx, &m);
	}
	else
	{
		psy_meta_options options = {o->method, PSY_META_Z, o->level, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
		psy_meta_regression m;

		status = psy_meta_regress(ctx, rows, o->intercept, &options, &m, err);
		if (status != PSY_OK)
			return status;
		r->tau2 = m.tau2;
		memcpy(r->note, m.note, sizeof r->note);
		if (isnan(m.qe))
			status = psy_fail(err, PSY_SINGULAR, "%s", m.note);
		psy_meta_regression_release(ctx, &m);
	}
	return status;
}

/* The fitted variances at the design's scale: s of psy_clusters. */
static void
working_variances(const psy_design *d, const psy_robust_options *o, const psy_robust *r, double s[2])
{
	if (o->model == PSY_ROBUST_INDEPENDENT)
	{
		s[1] = ldexp(r->tau2, -2 * d->y_exponent);
		return;
	}
	for (int i = 0; i < 2; i++)
		s[i] = isnan(r->sigma2[i]) ? 0 : ldexp(r->sigma2[i], -2 * d->y_exponent);
}

/* CORR's and HIER's variances, which go into the design's. */
static psy_status
moments(psy_clusters *c, const psy_robust_options *o, double *work, psy_robust *r, psy_error *err)
{
	bool hierarchical = o->model == PSY_ROBUST_HIER;
	double tau2 = 0, omega2 = 0;
	psy_status status = psy_robust_weights(c, hierarchical, o->rho, work, &tau2, &omega2, err);

	r->tau2 = ldexp(tau2, 2 * c->d->y_exponent);
	if (hierarchical)
	{
		r->sigma2[0] = r->tau2;
		r->sigma2[1] = ldexp(omega2, 2 * c->d->y_exponent);
		r->tau2 = NAN;
	}
	return status;
}

static psy_status
fit_rows(const psy_context *ctx, psy_meta_rows rows, const psy_robust_options *o, double *block,
		 psy_robust *r, psy_error *err)
{
	size_t k = rows.k, *place = (size_t *) block, keys = o->model == PSY_ROBUST_MULTILEVEL ? 2 : 1;
	double *room = block + 2 * k, s[2] = {0, 0};
	psy_clusters c;
	psy_cluster_fit fit;
	psy_design d;
	void *scratch;
	psy_status status;

	psy_rows_order(rows, keys, place);
	psy_design_make(rows, place, o->intercept, room, &d);
	r->p = d.p;
	if (d.p == 0 || k <= d.p)
	{
		if (r->note[0] == '\0')
			psy_append(r->note, sizeof r->note, "too few studies (%zu) for %zu coefficients", k, r->full);
		return PSY_OK;
	}
	psy_clusters_make(ctx, rows, keys, place, &d, o->model == PSY_ROBUST_MULTILEVEL ? o->rho : 0,
					  room + psy_design_room(k, rows.columns), &c, &fit);
	status = psy_alloc(ctx, psy_clusters_scratch(&c) + psy_robust_weights_room(k, d.p), sizeof(double), &scratch, err);
	if (status != PSY_OK)
		return status;
	c.scratch = scratch;
	if (o->model == PSY_ROBUST_CORR || o->model == PSY_ROBUST_HIER)
	{
		psy_design_note(&d, r->note, sizeof r->note);
		status = moments(&c, o, c.scratch + psy_clusters_scratch(&c), r, err);
	}
	else
		working_variances(&d, o, r, s);
	if (status == PSY_OK)
		status = psy_robust_sandwich(&c, &fit, s, o, r, err);
	psy_release(ctx, scratch);
	return status;
}

psy_status
psy_robust_without_answer(const psy_context *ctx, psy_robust *r, const psy_error *why, psy_error *err)
{
	size_t k = r->k, full = r->full;
	bool intercept = r->intercept;
	psy_error message = *why;
	psy_status status;

	psy_robust_release(ctx, r);
	status = psy_robust_make(ctx, k, full, intercept, r, err);
	if (status == PSY_OK)
		psy_append(r->note, sizeof r->note, "%s", message.message);
	return status;
}

psy_status
psy_robust_fit(const psy_context *ctx, psy_meta_rows rows, const psy_robust_options *options,
			   psy_robust *result, psy_error *err)
{
	size_t k = rows.k;
	void *block;
	psy_error own;
	psy_status status = psy_robust_make(ctx, k, rows.columns + (options->intercept ? 1 : 0), options->intercept, result,
										err = err != NULL ? err : &own);

	if (status != PSY_OK)
		return status;
	status = working_model(ctx, rows, options, result, err);
	if (status == PSY_OK && k > 0)
	{
		status = psy_alloc(ctx, 2 * k + psy_design_room(k, rows.columns) + psy_clusters_room(k, rows.columns),
						   sizeof(double), &block, err);
		if (status == PSY_OK)
		{
			status = fit_rows(ctx, rows, options, block, result, err);
			psy_release(ctx, block);
		}
	}
	if (status == PSY_OK && k == 0 && result->note[0] == '\0')
		psy_append(result->note, sizeof result->note, "too few studies (0) for %zu coefficients", result->full);
	if (status == PSY_SINGULAR)
		status = psy_robust_without_answer(ctx, result, err, err);
	if (status != PSY_OK)
		psy_robust_release(ctx, result);
	return status;
}
