/*
 * multivariate_search.c - derivatives and maximisation; see multivariate_search.h.
 *
 * With M_r = Z G_r Z' and P = M^-1 - M^-1 X A^-1 X'M^-1, derivatives of twice the restricted log likelihood are
 *	score    u'M_r u - tr(P M_r), u = P y
 *	hessian  tr(P M_r P M_q) - 2 u'M_r P M_q u + u'M_rq u - tr(P M_rq)
 * (Harville 1977; ML: M^-1 for P in the traces).  All of it are sums over studies of K = Z'M^-1Z, C = Z'M^-1X and z
 * = Z'u.  A step is Newton's with the eigenvalues' absolute values (so that it climbs at a saddle), cut to a trust
 * radius and halved until the likelihood rises.  Where the gradient vanishes at a saddle the search leaves it along
 * the direction that curves up.  Starts cover sizes and correlations; the highest end counts.
 */
#include "meta/multivariate_search.h"

#include "stats/linalg.h"

#include <math.h>
#include <string.h>

#define STEPS 200
#define ESCAPES 4

/* Room of one evaluation's derivatives: n theta, p coefficients, m outcomes. */
typedef struct room
{
	double *inverse, *kk, *c, *z;  /* of a cluster: n * n, n * n, n * p, n */
	double *hat;                   /* m * m: C A^-1 C' */
	double *first;                 /* n * m * m: dG by each theta */
	double *part;                  /* m * m: its part for the cluster's outcomes */
	double *kg, *eg;               /* n * m * m: K G_r, E G_r */
	double *gz;                    /* n * m: G_r z */
	double *v, *b;                 /* n * p, n * p * p: C'G_r z, C'G_r C */
	double *s;                     /* m * m: zz' - K (+ E) by outcomes */
	double *spare;                 /* m * p + p * p + m * m */
	double *trial, *score, *step;  /* n each */
	double *hessian, *flat, *vector, *value; /* n * n, n * n, n * n, n */
} room;

static size_t
lay_out(const psy_clusters *c, const psy_structure *st, double *at, room *w)
{
	size_t rows = c->largest, p = c->d->p, m = st->m, n = psy_structure_count(st);
	double **part[] = {&w->inverse, &w->kk, &w->c,     &w->z,     &w->hat,  &w->first,   &w->part, &w->kg,     &w->eg,   &w->gz,
					   &w->v,       &w->b,  &w->s,     &w->spare, &w->trial, &w->score, &w->step, &w->hessian, &w->flat, &w->vector,
					   &w->value};
	size_t size[] = {rows * rows, rows * rows, rows * p,  rows,  m * m,     n * m * m, m * m, n * m * m, n * m * m, n * m,
					 n * p,       n * p * p,   m * m,     m * p + p * p + m * m, n, n, n, n * n, n * n, n * n, n};
	size_t total = 0;

	for (size_t i = 0; i < sizeof size / sizeof *size; i++)
	{
		if (at != NULL)
			*part[i] = at + total;
		total += size[i];
	}
	return total;
}

size_t
psy_outcomes_search_room(const psy_clusters *c, const psy_structure *s)
{
	room w;

	return lay_out(c, s, NULL, &w);
}

/*
 * ---- derivatives -----------------------------------------------------------------------------------------
 */

/* What cluster j's h outcomes contribute for theta r. */
static void
add_theta(const psy_outcomes_search *o, room *w, size_t r, const size_t *level, size_t h)
{
	size_t m = o->structure->m, p = o->c->d->p;
	const double *g = w->first + r * m * m;
	double *gz = w->gz + r * m, *gc = w->spare;

	for (size_t a = 0; a < h; a++)
		for (size_t b = 0; b < h; b++)
			w->part[a * h + b] = g[level[a] * m + level[b]];
	psy_multiply(w->kk, w->part, h, h, h, w->kg + r * m * m);
	psy_multiply(w->hat, w->part, h, h, h, w->eg + r * m * m);
	for (size_t a = 0; a < h; a++)
		gz[a] = psy_inner(w->part + a * h, w->z, h);
	psy_multiply(w->part, w->c, h, h, p, gc);
	for (size_t a = 0; a < h; a++)
		for (size_t i = 0; i < p; i++)
		{
			w->v[r * p + i] += w->c[a * p + i] * gz[a];
			for (size_t l = 0; l < p; l++)
				w->b[r * p * p + i * p + l] += w->c[a * p + i] * gc[a * p + l];
		}
}

/* The cluster's part of the score in G's elements. */
static void
add_score(const psy_outcomes_search *o, room *w, const size_t *level, size_t h)
{
	size_t m = o->structure->m;

	for (size_t a = 0; a < h; a++)
		for (size_t b = 0; b < h; b++)
			w->s[level[a] * m + level[b]] +=
				w->z[a] * w->z[b] - w->kk[a * h + b] + (o->restricted ? w->hat[a * h + b] : 0);
}

static void
add_cluster(const psy_outcomes_search *o, room *w, size_t j, double *hessian)
{
	const psy_clusters *c = o->c;
	size_t first = c->start[j], n = c->start[j + 1] - first, m = o->structure->m, p = c->d->p, h;
	size_t count = psy_structure_count(o->structure), level[PSY_STRUCTURE_LEVELS];
	double *ca = w->spare, *block = w->kk; /* the block is gone before K is there */

	psy_cluster_block(c, j, NULL, block);
	psy_cholesky(block, n);
	psy_cholesky_inverse(block, n, w->inverse);
	h = psy_cluster_collapse(c, j, w->inverse, o->fit, w->kk, w->c, w->z);
	for (size_t i = 0; i < n; i++)
		level[c->label[first + i]] = c->level[first + i];
	psy_multiply(w->c, o->fit->a_inverse, h, p, p, ca);
	for (size_t a = 0; a < h; a++)
		for (size_t b = 0; b < h; b++)
			w->hat[a * h + b] = psy_inner(ca + a * p, w->c + b * p, p);
	add_score(o, w, level, h);
	for (size_t r = 0; r < count; r++)
		if (!o->fixed[r])
			add_theta(o, w, r, level, h);
	for (size_t r = 0; r < count; r++)
		for (size_t q = 0; q <= r; q++)
		{
			const double *kr = w->kg + r * m * m, *kq = w->kg + q * m * m, *yr = w->gz + r * m, *yq = w->gz + q * m;
			double cubic = 0;

			if (o->fixed[r] || o->fixed[q])
				continue;
			for (size_t a = 0; a < h; a++)
				cubic += yr[a] * psy_inner(w->kk + a * h, yq, h);
			hessian[r * count + q] += psy_trace_product(kr, kq, h) - 2 * cubic;
			if (o->restricted)
				hessian[r * count + q] -= 2 * psy_trace_product(w->eg + r * m * m, kq, h);
		}
}

/* From the sums over clusters: what the coefficients and G's own curvature add. */
static void
finish(const psy_outcomes_search *o, room *w, const double *theta, double *score, double *hessian)
{
	size_t p = o->c->d->p, m = o->structure->m, n = psy_structure_count(o->structure);
	double *product = w->spare, *second = w->spare + p * p;

	for (size_t r = 0; r < n; r++)
		score[r] = o->fixed[r] ? 0 : psy_trace_product(w->s, w->first + r * m * m, m);
	for (size_t r = 0; r < n && o->restricted; r++)
	{
		psy_multiply(o->fit->a_inverse, w->b + r * p * p, p, p, p, product);
		memcpy(w->b + r * p * p, product, p * p * sizeof *product);
	}
	for (size_t r = 0; r < n; r++)
		for (size_t q = 0; q <= r; q++)
		{
			double *to = &hessian[r * n + q];

			if (o->fixed[r] || o->fixed[q])
				continue;
			for (size_t i = 0; i < p; i++)
				*to += 2 * w->v[r * p + i] * psy_inner(o->fit->a_inverse + i * p, w->v + q * p, p);
			if (o->restricted)
				*to += psy_trace_product(w->b + r * p * p, w->b + q * p * p, p);
			psy_structure_second(o->structure, theta, r, q, second);
			*to += psy_trace_product(w->s, second, m);
			hessian[q * n + r] = *to;
		}
}

/* Likelihood at theta; -Inf where a block is not positive definite. */
static psy_status
evaluate(const psy_outcomes_search *o, const double *theta, double *loglik, psy_error *err)
{
	psy_status status;

	psy_structure_at(o->structure, theta, o->g);
	status = psy_clusters_at(o->c, NULL, o->restricted, false, o->fit, err);
	*loglik = status == PSY_OK ? psy_cluster_loglik(o->fit, o->restricted) : -INFINITY;
	if (isnan(*loglik))
		*loglik = -INFINITY;
	return status == PSY_SINGULAR ? PSY_OK : status;
}

psy_status
psy_outcomes_at(const psy_outcomes_search *o, const double *theta, double *loglik, double *score, double *hessian,
				psy_error *err)
{
	size_t m = o->structure->m, p = o->c->d->p, n = psy_structure_count(o->structure);
	psy_status status = evaluate(o, theta, loglik, err);
	room w;

	if (status != PSY_OK || isinf(*loglik))
		return status;
	lay_out(o->c, o->structure, o->work, &w);
	memset(w.v, 0, n * p * sizeof *w.v);
	memset(w.b, 0, n * p * p * sizeof *w.b);
	memset(w.s, 0, m * m * sizeof *w.s);
	memset(hessian, 0, n * n * sizeof *hessian);
	for (size_t r = 0; r < n; r++)
		psy_structure_first(o->structure, theta, r, w.first + r * m * m);
	for (size_t j = 0; j < o->c->count; j++)
		add_cluster(o, &w, j, hessian);
	finish(o, &w, theta, score, hessian);
	return PSY_OK;
}

/*
 * ---- the search ------------------------------------------------------------------------------------------
 */

/* Eigenvalues of minus the Hessian into w->value, vectors in the columns of w->vector; the largest size. */
static double
curvature(room *w, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n * n; i++)
		w->flat[i] = -w->hessian[i];
	psy_eigen_symmetric(w->flat, n, w->value, w->vector);
	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(w->value[i]));
	return most;
}

/* Newton's step with the eigenvalues' sizes, no longer than `radius`. */
static void
climb(room *w, size_t n, double most, double radius)
{
	double length;

	memset(w->step, 0, n * sizeof *w->step);
	for (size_t i = 0; i < n; i++)
	{
		double along = 0, by;

		for (size_t r = 0; r < n; r++)
			along += w->vector[r * n + i] * w->score[r];
		by = fabs(w->value[i]) > 1e-13 * most ? along / fabs(w->value[i]) : 0;
		for (size_t r = 0; r < n; r++)
			w->step[r] += by * w->vector[r * n + i];
	}
	length = sqrt(psy_inner(w->step, w->step, n));
	for (size_t r = 0; r < n && length > radius; r++)
		w->step[r] *= radius / length;
}

static double
length_of(const double *theta, size_t n)
{
	return sqrt(psy_inner(theta, theta, n));
}

/* Halves the step until the likelihood does not fall; *size: the relative length taken, 0 when none was. */
static psy_status
take_step(const psy_outcomes_search *o, room *w, double *theta, double *loglik, double *size, psy_error *err)
{
	size_t n = psy_structure_count(o->structure);
	double slack = 1e-13 * (1 + fabs(*loglik)), at, long_one = length_of(w->step, n);

	*size = 0;
	for (double factor = 1; factor > 1e-10 && long_one > 0; factor /= 2)
	{
		psy_status status;

		for (size_t r = 0; r < n; r++)
			w->trial[r] = theta[r] + factor * w->step[r];
		status = evaluate(o, w->trial, &at, err);
		if (status != PSY_OK)
			return status;
		if (at >= *loglik - slack)
		{
			memcpy(theta, w->trial, n * sizeof *theta);
			*loglik = at;
			*size = factor * long_one / (length_of(theta, n) + 1e-3);
			return PSY_OK;
		}
	}
	return PSY_OK;
}

/* At a point without slope: true, and a step along the direction that curves up, where there is one. */
static bool
leave_saddle(room *w, size_t n, double most, double radius)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		if (w->value[i] < w->value[best])
			best = i;
	if (!(w->value[best] < -1e-7 * most))
		return false;
	for (size_t r = 0; r < n; r++)
		w->step[r] = radius * w->vector[r * n + best];
	return true;
}

/* Newton from theta until steps are down to rounding: they then no longer shrink. */
static psy_status
refine(const psy_outcomes_search *o, room *w, double unit, double *theta, double *loglik, psy_error *err)
{
	size_t n = psy_structure_count(o->structure);
	double last = INFINITY, size, most;
	int escapes = 0;
	psy_status status = PSY_OK;

	for (int i = 0; i < STEPS && status == PSY_OK; i++)
	{
		status = psy_outcomes_at(o, theta, loglik, w->score, w->hessian, err);
		if (status != PSY_OK || isinf(*loglik))
			return status;
		most = curvature(w, n);
		climb(w, n, most, 0.5 * (length_of(theta, n) + sqrt(unit)));
		status = take_step(o, w, theta, loglik, &size, err);
		if (size > 1e-15 && !(size < 1e-9 && size >= last / 2))
		{
			last = size;
			continue;
		}
		last = INFINITY;
		if (status != PSY_OK || escapes++ == ESCAPES || !leave_saddle(w, n, most, 0.1 * sqrt(unit)))
			break;
		status = take_step(o, w, theta, loglik, &size, err);
		if (size == 0)
			break;
	}
	return status;
}

/* Refines from theta, and keeps the end in best where it is the highest. */
static psy_status
try_start(const psy_outcomes_search *o, room *w, double unit, double *theta, double *best, double *loglik, psy_error *err)
{
	size_t n = psy_structure_count(o->structure);
	double at;
	psy_status status;

	for (size_t r = 0; r < n; r++)
		theta[r] = o->fixed[r] ? 0 : theta[r];
	status = refine(o, w, unit, theta, &at, err);
	if (status == PSY_OK && at > *loglik)
	{
		*loglik = at;
		memcpy(best, theta, n * sizeof *best);
	}
	return status;
}

/* The end of a simpler structure as a start: what is nested cannot end higher. */
static psy_status
from_simpler(const psy_outcomes_search *o, psy_structure_kind kind, const double *variance, double *theta, psy_error *err)
{
	static const bool none[PSY_STRUCTURE_LEVELS + 1] = {false};
	psy_structure simple = {kind, o->structure->m, o->structure->time};
	psy_outcomes_search search = *o;
	double inner[PSY_STRUCTURE_LEVELS + 1], tau2[PSY_STRUCTURE_LEVELS], rho[1] = {0}, loglik;
	psy_status status;

	search.structure = &simple;
	search.fixed = none;
	status = psy_outcomes_maximise(&search, variance, inner, &loglik, err);
	if (status != PSY_OK)
		return status;
	psy_structure_describe(&simple, inner, 0, tau2, rho);
	for (size_t i = 1; i < simple.m && psy_structure_variances(&simple) == 1; i++)
		tau2[i] = tau2[0];
	for (size_t i = 0; i < simple.m; i++)
		tau2[i] = fmax(tau2[i], 1e-6 * variance[i]);
	psy_structure_start(o->structure, tau2, isnan(rho[0]) ? 0 : rho[0], theta);
	return PSY_OK;
}

psy_status
psy_outcomes_maximise(const psy_outcomes_search *o, const double *variance, double *theta, double *loglik, psy_error *err)
{
	static const double start[][2] = {{1, 0.3},    {1, 0.9},    {1, -0.5},     {0.1, 0.3},    {0.1, 0.9},  {0.1, -0.5},
									  {0.004, 0.3}, {0.004, 0.99}, {0.004, -0.99}};
	size_t m = o->structure->m;
	psy_structure_kind kind = o->structure->kind;
	double from[PSY_STRUCTURE_LEVELS * (PSY_STRUCTURE_LEVELS + 1) / 2], scaled[PSY_STRUCTURE_LEVELS], unit = 0;
	psy_status status = PSY_OK;
	room w;

	*loglik = -INFINITY;
	for (size_t i = 0; i < m; i++)
		unit = fmax(unit, variance[i]);
	for (int simpler = 0; simpler < 2 && status == PSY_OK && (kind == PSY_STRUCTURE_HCS || kind == PSY_STRUCTURE_HAR); simpler++)
	{
		psy_structure_kind same = kind == PSY_STRUCTURE_HCS ? PSY_STRUCTURE_CS : PSY_STRUCTURE_AR;

		status = from_simpler(o, simpler == 0 ? same : PSY_STRUCTURE_DIAG, variance, from, err);
		/* The simpler search had the room for itself. */
		lay_out(o->c, o->structure, o->work, &w);
		if (status == PSY_OK)
			status = try_start(o, &w, unit, from, theta, loglik, err);
	}
	lay_out(o->c, o->structure, o->work, &w);
	for (size_t trial = 0; trial < sizeof start / sizeof *start && status == PSY_OK; trial++)
	{
		if (psy_structure_correlations(o->structure) == 0 && trial % 3 > 0)
			continue;
		for (size_t i = 0; i < m; i++)
			scaled[i] = variance[i] * start[trial][0];
		psy_structure_start(o->structure, scaled, start[trial][1], from);
		status = try_start(o, &w, unit * start[trial][0], from, theta, loglik, err);
	}
	return status == PSY_OK ? evaluate(o, theta, loglik, err) : status;
}
