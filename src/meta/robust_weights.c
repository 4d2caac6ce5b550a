/*
 * robust_weights.c - moment estimators of tau2 and omega2; see robust_weights.h.
 *
 * Names of the sums follow Hedges, Tipton & Johnson 2010, appendix B, and robumeta.
 */
#include "meta/robust_weights.h"

#include "stats/linalg.h"

#include <math.h>
#include <string.h>

/* p * p sums over studies; s = X'1 and t = X'W1 of a study. */
typedef struct sums
{
	double *xwx, *r, *ss, *tt, *ts, *nts, *xwwx, *kxx, *kss, *product, *other; /* p * p each */
	double *s, *t, *b;                                                         /* p each */
	double *w, *e;                                                             /* k each */
	double qe, qa, sum_w, sum_v, squares;
} sums;

size_t
psy_robust_weights_room(size_t k, size_t p)
{
	return 11 * p * p + 3 * p + 2 * k;
}

static void
lay_out(sums *u, double *at, size_t k, size_t p)
{
	double **square[] = {&u->xwx, &u->r, &u->ss, &u->tt, &u->ts, &u->nts, &u->xwwx, &u->kxx, &u->kss, &u->product, &u->other};

	memset(at, 0, psy_robust_weights_room(k, p) * sizeof *at);
	for (size_t i = 0; i < sizeof square / sizeof *square; i++, at += p * p)
		*square[i] = at;
	u->s = at;
	u->t = u->s + p;
	u->b = u->t + p;
	u->w = u->b + p;
	u->e = u->w + k;
	u->qe = u->qa = u->sum_w = u->sum_v = u->squares = 0;
}

static void
add_outer(double *to, const double *a, const double *b, double factor, size_t p)
{
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++)
			to[i * p + j] += factor * a[i] * b[j];
}

/* First weights: HIER 1 / v, CORR 1 / (n mean v). */
static void
weigh(const psy_clusters *c, bool hierarchical, sums *u)
{
	for (size_t j = 0; j < c->count; j++)
	{
		size_t first = c->start[j], end = c->start[j + 1];
		double total = 0;

		for (size_t i = first; i < end; i++)
			total += c->d->v[i];
		for (size_t i = first; i < end; i++)
			u->w[i] = hierarchical ? 1 / c->d->v[i] : 1 / total;
	}
}

static void
add_study(const psy_clusters *c, size_t j, sums *u)
{
	const psy_design *d = c->d;
	size_t first = c->start[j], end = c->start[j + 1], p = d->p, k = d->k;
	double n = (double) (end - first), x[PSY_REGRESSION_MOST + 1];

	memset(u->s, 0, 2 * p * sizeof *u->s);
	for (size_t i = first; i < end; i++)
	{
		for (size_t a = 0; a < p; a++)
		{
			x[a] = d->x[a * k + i];
			u->s[a] += x[a];
			u->t[a] += u->w[i] * x[a];
			u->b[a] += u->w[i] * x[a] * d->y[i];
		}
		add_outer(u->xwx, x, x, u->w[i], p);
		add_outer(u->xwwx, x, x, u->w[i] * u->w[i], p);
		add_outer(u->kxx, x, x, u->w[i] / n, p);
		u->sum_w += u->w[i];
		u->sum_v += d->v[i];
	}
	add_outer(u->ss, u->s, u->s, 1, p);
	add_outer(u->tt, u->t, u->t, 1, p);
	add_outer(u->ts, u->t, u->s, 1, p);
	add_outer(u->nts, u->t, u->s, n, p);
	/* CORR's weights are equal within a study. */
	add_outer(u->kss, u->s, u->s, u->w[first] / n, p);
	u->squares += n * n;
}

/* Residual sums of squares of the first fit: weighted, and of each study's total. */
static void
residuals(const psy_clusters *c, sums *u)
{
	const psy_design *d = c->d;

	for (size_t j = 0; j < c->count; j++)
	{
		double total = 0;

		for (size_t i = c->start[j]; i < c->start[j + 1]; i++)
		{
			double e = d->y[i];

			for (size_t a = 0; a < d->p; a++)
				e -= d->x[a * d->k + i] * u->b[a];
			u->qe += u->w[i] * e * e;
			total += e;
		}
		u->qa += total * total;
	}
}

/* tr(R a R b). */
static double
double_trace(const sums *u, const double *a, const double *b, size_t p)
{
	psy_multiply(u->r, a, p, p, p, u->product);
	psy_multiply(u->r, b, p, p, p, u->other);
	return psy_trace_product(u->product, u->other, p);
}

static void
hierarchical_moments(const psy_clusters *c, const sums *u, double *tau2, double *omega2)
{
	size_t p = c->d->p;
	double k = (double) c->d->k;
	double a1 = u->squares - 2 * psy_trace_product(u->r, u->nts, p) + double_trace(u, u->ss, u->tt, p);
	double b1 = k - 2 * psy_trace_product(u->r, u->ts, p) + double_trace(u, u->ss, u->xwwx, p);
	double c1 = u->sum_v - psy_trace_product(u->r, u->ss, p);
	double a2 = u->sum_w - psy_trace_product(u->r, u->tt, p), b2 = u->sum_w - psy_trace_product(u->r, u->xwwx, p), c2 = k - (double) p;

	*omega2 = ((u->qa - c1) * a2 - (u->qe - c2) * a1) / (b1 * a2 - b2 * a1);
	/* One effect in every study: the equations are one, and only the sum is known. */
	*omega2 = *omega2 > 0 && isfinite(*omega2) ? *omega2 : 0;
	*tau2 = fmax(0, (u->qe - c2) / a2 - *omega2 * (b2 / a2));
}

static void
correlated_moments(const psy_clusters *c, const sums *u, double rho, double *tau2)
{
	size_t p = c->d->p;
	double within = psy_trace_product(u->r, u->kxx, p), between = psy_trace_product(u->r, u->kss, p) - within;

	*tau2 = fmax(0, (u->qe - (double) c->count + within + rho * between) / (u->sum_w - psy_trace_product(u->r, u->tt, p)));
}

psy_status
psy_robust_weights(psy_clusters *c, bool hierarchical, double rho, double *work, double *tau2, double *omega2, psy_error *err)
{
	const psy_design *d = c->d;
	sums u;

	lay_out(&u, work, d->k, d->p);
	weigh(c, hierarchical, &u);
	for (size_t j = 0; j < c->count; j++)
		add_study(c, j, &u);
	if (!psy_cholesky(u.xwx, d->p))
		return psy_fail(err, PSY_SINGULAR, "the moderators are redundant under the weights of the model");
	psy_cholesky_inverse(u.xwx, d->p, u.r);
	psy_solve_lower(u.xwx, d->p, u.b, 1);
	psy_solve_lower_transposed(u.xwx, d->p, u.b, 1);
	residuals(c, &u);
	*omega2 = 0;
	if (hierarchical)
		hierarchical_moments(c, &u, tau2, omega2);
	else
		correlated_moments(c, &u, rho, tau2);
	for (size_t j = 0; j < c->count; j++)
	{
		size_t first = c->start[j], end = c->start[j + 1];
		double total = 0;

		for (size_t i = first; i < end; i++)
			total += d->v[i];
		for (size_t i = first; i < end; i++)
			d->v[i] = hierarchical ? d->v[i] + *tau2 + *omega2 : total + (double) (end - first) * *tau2;
	}
	return PSY_OK;
}
