/*
 * robust_wald.c - Hotelling's T2 for cluster-robust variances; see robust_wald.h.
 *
 * Contrast s of cluster i is g_si'e with e the residuals; the covariance of two of them under the working model is
 * P_st[i, j] = [i = j] g_si'M_i g_ti - h_si'R h_tj, h = X'g.  By Isserlis' theorem the variance of D_st = sum_i (g_si'e)
 * (g_ti'e) is sum_ij P_ss[i, j] P_tt[i, j] + P_st[i, j] P_ts[i, j]; the double sums are traces of R N_st R N_ts with
 * N_st = sum_i h_si h_ti', so that the cost is linear in clusters.
 */
#include "meta/robust_wald.h"

#include "stats/linalg.h"

#include <math.h>
#include <string.h>

size_t
psy_hotelling_room(size_t n, size_t p, size_t q)
{
	return q * p + q * q + q * q * p * p + 2 * q * n + 2 * q * p + p * p + p;
}

void
psy_hotelling_lay_out(psy_hotelling *w, const psy_design *d, const double *r, size_t n, size_t q, double *at)
{
	size_t p = d->p;

	*w = (psy_hotelling){.d = d, .r = r, .q = q, .contrast = at};
	w->omega = w->contrast + q * p;
	w->cross = w->omega + q * q;
	w->g = w->cross + q * q * p * p;
	w->mg = w->g + q * n;
	w->h = w->mg + q * n;
	w->rh = w->h + q * p;
	w->spare = w->rh + q * p;
	memset(w->omega, 0, (q * q + q * q * p * p) * sizeof *w->omega);
}

/* g, M g, h and R h of every contrast for a cluster. */
static void
project(psy_hotelling *w, const double *au, const double *block, size_t first, size_t n)
{
	size_t p = w->d->p, k = w->d->k;

	for (size_t s = 0; s < w->q; s++)
	{
		double *g = w->g + s * n, *h = w->h + s * p;

		for (size_t i = 0; i < n; i++)
			g[i] = psy_inner(au + i * p, w->contrast + s * p, p);
		for (size_t i = 0; i < n; i++)
			w->mg[s * n + i] = psy_inner(block + i * n, g, n);
		for (size_t a = 0; a < p; a++)
			h[a] = psy_inner(w->d->x + a * k + first, g, n);
		for (size_t a = 0; a < p; a++)
			w->rh[s * p + a] = psy_inner(w->r + a * p, h, p);
	}
}

/* own = g_s'M g_t and cross = h_s'R h_t of the cluster just projected. */
static double
own_of(const psy_hotelling *w, size_t s, size_t t, size_t n, double *cross)
{
	size_t p = w->d->p;

	*cross = psy_inner(w->h + s * p, w->rh + t * p, p);
	return psy_inner(w->g + s * n, w->mg + t * n, n);
}

void
psy_hotelling_add(psy_hotelling *w, const double *au, const double *block, size_t first, size_t n, bool second)
{
	size_t p = w->d->p;

	project(w, au, block, first, n);
	for (size_t s = 0; s < w->q; s++)
		for (size_t t = 0; t < w->q; t++)
		{
			double cross, cross_s, cross_t, own = own_of(w, s, t, n, &cross), own_s, own_t;
			double *nst = w->cross + (s * w->q + t) * p * p;

			if (!second)
			{
				w->omega[s * w->q + t] += own - cross;
				continue;
			}
			own_s = own_of(w, s, s, n, &cross_s);
			own_t = own_of(w, t, t, n, &cross_t);
			w->variance += own_s * own_t - own_s * cross_t - own_t * cross_s + own * own - 2 * own * cross;
			for (size_t a = 0; a < p; a++)
				for (size_t b = 0; b < p; b++)
					nst[a * p + b] += w->h[s * p + a] * w->h[t * p + b];
		}
}

bool
psy_hotelling_whiten(psy_hotelling *w)
{
	for (size_t s = 0; s < w->q; s++)
		for (size_t t = 0; t < s; t++)
			w->omega[s * w->q + t] = (w->omega[s * w->q + t] + w->omega[t * w->q + s]) / 2;
	if (!psy_cholesky(w->omega, w->q))
		return false;
	for (size_t a = 0; a < w->d->p; a++)
		psy_solve_lower(w->omega, w->q, w->contrast + a, w->d->p);
	return true;
}

double
psy_hotelling_eta(const psy_hotelling *w)
{
	size_t p = w->d->p, q = w->q;
	double variance = w->variance;

	for (size_t s = 0; s < q; s++)
		for (size_t t = 0; t < q; t++)
		{
			/* R N_st and R N_ts' = R N_st'': both traces need R N_ts. */
			double *left = w->spare, *row = w->spare + p * p;
			const double *nst = w->cross + (s * q + t) * p * p, *nts = w->cross + (t * q + s) * p * p;

			psy_multiply(w->r, nts, p, p, p, left);
			for (size_t a = 0; a < p; a++)
			{
				for (size_t b = 0; b < p; b++)
				{
					row[b] = 0;
					for (size_t c = 0; c < p; c++)
						row[b] += w->r[a * p + c] * nst[c * p + b];
				}
				for (size_t b = 0; b < p; b++)
					variance += (row[b] + left[a * p + b]) * left[b * p + a];
			}
		}
	return (double) (q * (q + 1)) / variance;
}

double
psy_contrast_wald(const double *c, const double *beta, const double *vcov, size_t q, size_t full, double *work)
{
	double *v = work, *cv = v + q * q, *z = cv + q * full;

	for (size_t s = 0; s < q; s++)
	{
		z[s] = 0;
		for (size_t i = 0; i < full; i++)
		{
			z[s] += c[s * full + i] == 0 ? 0 : c[s * full + i] * beta[i];
			cv[s * full + i] = 0;
			for (size_t j = 0; j < full; j++)
				cv[s * full + i] += c[s * full + j] == 0 ? 0 : c[s * full + j] * vcov[j * full + i];
		}
	}
	for (size_t s = 0; s < q; s++)
		for (size_t t = 0; t < q; t++)
		{
			v[s * q + t] = 0;
			for (size_t i = 0; i < full; i++)
				v[s * q + t] += c[t * full + i] == 0 ? 0 : cv[s * full + i] * c[t * full + i];
		}
	/* In units of each contrast's standard error. */
	for (size_t s = 0; s < q; s++)
	{
		double se = sqrt(v[s * (q + 1)]);

		z[s] /= se;
		for (size_t t = 0; t < q; t++)
		{
			v[s * q + t] /= se;
			v[t * q + s] /= se;
		}
	}
	if (!psy_cholesky(v, q))
		return NAN;
	psy_solve_lower(v, q, z, 1);
	return psy_inner(z, z, q);
}
