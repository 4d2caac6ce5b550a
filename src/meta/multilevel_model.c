/*
 * multilevel_model.c - likelihood of clustered effects and its derivatives; see multilevel_model.h.
 *
 * With G_r = dM/ds_r = Z_r Z_r', u = P y and S_r = Z_r' M^-1 X, all that derivatives need of a cluster is K =
 * Z'M^-1Z, S and Z'u over its effects; the cluster's own intercept is their sum (Harville 1977).
 */
#include "meta/multilevel_model.h"

#include "stats/linalg.h"

#include <math.h>
#include <string.h>

/* Sums over clusters that become derivatives. */
typedef struct sums
{
	double trace[2], square[3], quadratic[2], cubic[3]; /* of M^-1 G, (M^-1 G)^2, u'Gu, u'G M^-1 G u */
	double inverse;                                     /* tr M^-1 */
	double *w[2], *t[3], *v[2], *mm;                    /* p * p: S'S, S'KS, X'M^-2X; p: S'Z'u */
} sums;

size_t
psy_clusters_room(size_t k, size_t columns)
{
	size_t p = columns + 1;

	return 2 * k + 1 + p + p * p + 2 * k + k * p;
}

/* What one cluster of n rows needs. */
static size_t
work_room(size_t n, size_t p)
{
	return 4 * n * n + n * (p + 4) + p;
}

size_t
psy_clusters_scratch(const psy_clusters *c)
{
	size_t n = c->largest, p = c->d->p;

	return work_room(n, p) + 10 * p * p + 2 * p;
}

static bool
same_key(const double *a, const double *b)
{
	return memcmp(a, b, 2 * sizeof *a) == 0;
}

void
psy_clusters_make(const psy_context *ctx, psy_meta_rows rows, size_t keys, const size_t *place,
				  const psy_design *d, double rho, double *block, psy_clusters *c, psy_cluster_fit *fit)
{
	size_t k = rows.k, p = d->p;

	*c = (psy_clusters){.ctx = ctx, .d = d, .rho = rho, .start = (size_t *) block};
	c->label = c->start + k + 1;
	for (size_t i = 0; i < k; i++)
	{
		const double *key = rows.row + place[i] * rows.stride + 2 + rows.columns, *before = key;

		if (i > 0)
			before = rows.row + place[i - 1] * rows.stride + 2 + rows.columns;
		if (i == 0 || !same_key(key, before))
		{
			c->start[c->count++] = i;
			c->label[i] = 0;
			c->effects++;
		}
		else
		{
			bool same = keys > 1 && same_key(key + 2, before + 2);

			c->label[i] = c->label[i - 1] + (same ? 0 : 1);
			c->effects += !same;
		}
		c->most = c->label[i] + 1 > c->most ? c->label[i] + 1 : c->most;
		c->largest =
			i + 1 - c->start[c->count - 1] > c->largest ? i + 1 - c->start[c->count - 1] : c->largest;
	}
	c->start[c->count] = k;
	fit->b = block + 2 * k + 1;
	fit->a_inverse = fit->b + p;
	fit->u = fit->a_inverse + p * p;
	fit->e = fit->u + k;
	fit->mx = fit->e + k;
}

/* Block of a multivariate model: rows of one outcome share its random effect. */
static void
outcomes_block(const psy_clusters *c, size_t first, size_t n, double *block)
{
	const double *v = c->d->v + first;
	const size_t *level = c->level + first;

	for (size_t i = 0; i < n; i++)
		for (size_t l = 0; l < n; l++)
		{
			double error = i == l				   ? v[i]
						   : c->covariance != NULL ? c->covariance[(first + i) * c->levels + level[l]]
												   : c->rho * sqrt(v[i]) * sqrt(v[l]);

			block[i * n + l] = c->g[level[i] * c->levels + level[l]] + error;
		}
}

void
psy_cluster_block(const psy_clusters *c, size_t j, const double *s, double *block)
{
	size_t first = c->start[j], n = c->start[j + 1] - first;
	const double *v = c->d->v + first;
	const size_t *label = c->label + first;

	if (c->g != NULL)
	{
		outcomes_block(c, first, n, block);
		return;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t l = 0; l < n; l++)
		{
			double value = s[0] + (label[i] == label[l] ? s[1] : 0);

			block[i * n + l] = value + (i == l ? v[i] : c->rho != 0 ? c->rho * sqrt(v[i]) * sqrt(v[l]) : 0);
		}
}

/*
 * ---- the likelihood --------------------------------------------------------------------------------------
 */

/* M^-1 X into fit->mx, M^-1 y into fit->u; X'M^-1X and X'M^-1y are added to a and b. */
static psy_status
solve_cluster(const psy_clusters *c, size_t j, const double *s, double *l, psy_cluster_fit *fit, double *a,
			  psy_error *err)
{
	size_t first = c->start[j], n = c->start[j + 1] - first, p = c->d->p, k = c->d->k;

	psy_cluster_block(c, j, s, l);
	if (!psy_cholesky(l, n))
		return psy_fail(err, PSY_SINGULAR,
						"the variances of a cluster of size %zu are too far apart for double precision", n);
	fit->logdet += psy_cholesky_logdet(l, n);
	memcpy(fit->u + first, c->d->y + first, n * sizeof(double));
	psy_solve_lower(l, n, fit->u + first, 1);
	psy_solve_lower_transposed(l, n, fit->u + first, 1);
	for (size_t m = 0; m < p; m++)
	{
		double *column = fit->mx + first * p + m;

		for (size_t i = 0; i < n; i++)
			column[i * p] = c->d->x[m * k + first + i];
		psy_solve_lower(l, n, column, p);
		psy_solve_lower_transposed(l, n, column, p);
		fit->b[m] += psy_inner(c->d->x + m * k + first, fit->u + first, n);
		for (size_t o = 0; o < p; o++)
			for (size_t i = 0; i < n; i++)
				a[o * p + m] += c->d->x[o * k + first + i] * column[i * p];
	}
	return PSY_OK;
}

/* b = A^-1 X'M^-1y, residuals, u = M^-1 e and Q; a is destroyed. */
static psy_status
solve_coefficients(const psy_clusters *c, double *a, psy_cluster_fit *fit, psy_error *err)
{
	size_t p = c->d->p, k = c->d->k;

	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < i; j++)
			a[i * p + j] = (a[i * p + j] + a[j * p + i]) / 2;
	if (!psy_cholesky(a, p))
		return psy_fail(err, PSY_SINGULAR, "the moderators are redundant under the weights of the model");
	fit->logdet_a = psy_cholesky_logdet(a, p);
	psy_cholesky_inverse(a, p, fit->a_inverse);
	psy_solve_lower(a, p, fit->b, 1);
	psy_solve_lower_transposed(a, p, fit->b, 1);
	fit->q = 0;
	for (size_t i = 0; i < k; i++)
	{
		fit->e[i] = c->d->y[i];
		for (size_t m = 0; m < p; m++)
		{
			fit->e[i] -= c->d->x[m * k + i] * fit->b[m];
			fit->u[i] -= fit->mx[i * p + m] * fit->b[m];
		}
		fit->q += fit->e[i] * fit->u[i];
	}
	return PSY_OK;
}

/*
 * ---- derivatives -----------------------------------------------------------------------------------------
 */

/* to[p * p] += sum over i, j of s_i' m_ij s_j for the rows s of S and m[g * g]; m may be NULL: the identity.
 */
static void
add_product(const double *s, const double *m, size_t g, size_t p, double *to)
{
	for (size_t i = 0; i < g; i++)
		for (size_t j = 0; j < g; j++)
		{
			double weight = m != NULL ? m[i * g + j] : i == j;

			for (size_t a = 0; a < p && weight != 0; a++)
				for (size_t b = 0; b < p; b++)
					to[a * p + b] += weight * s[i * p + a] * s[j * p + b];
		}
}

size_t
psy_cluster_collapse(const psy_clusters *c, size_t j, const double *inverse, const psy_cluster_fit *fit,
					 double *kk, double *s, double *zu)
{
	size_t first = c->start[j], n = c->start[j + 1] - first, p = c->d->p, g = c->label[first + n - 1] + 1;

	memset(kk, 0, g * g * sizeof *kk);
	memset(s, 0, g * p * sizeof *s);
	memset(zu, 0, g * sizeof *zu);
	for (size_t i = 0; i < n; i++)
	{
		size_t at = c->label[first + i];

		for (size_t l = 0; l < n; l++)
			kk[at * g + c->label[first + l]] += inverse[i * n + l];
		for (size_t m = 0; m < p; m++)
			s[at * p + m] += fit->mx[(first + i) * p + m];
		zu[at] += fit->u[first + i];
	}
	return g;
}

/* Adds what cluster j contributes; work: work_room(n, p). */
static void
add_cluster(const psy_clusters *c, size_t j, const double *s, double *work, const psy_cluster_fit *fit,
			sums *t)
{
	size_t first = c->start[j], n = c->start[j + 1] - first, p = c->d->p, g;
	double *l = work, *inverse = l + n * n, *kk = inverse + n * n, *sx = kk + n * n, *zu = sx + n * p,
		   *row = zu + n;
	double total = 0, all_u = 0, *all_s = row + n; /* over the effects: the cluster's own */

	psy_cluster_block(c, j, s, l);
	psy_cholesky(l, n);
	psy_cholesky_inverse(l, n, inverse);
	for (size_t i = 0; i < n; i++)
		t->inverse += inverse[i * (n + 1)];
	add_product(fit->mx + first * p, NULL, n, p, t->mm);
	g = psy_cluster_collapse(c, j, inverse, fit, kk, sx, zu);
	memset(all_s, 0, p * sizeof *all_s);
	for (size_t i = 0; i < g; i++)
	{
		row[i] = 0;
		for (size_t h = 0; h < g; h++)
		{
			row[i] += kk[i * g + h];
			t->square[2] += kk[i * g + h] * kk[i * g + h];
			t->cubic[2] += zu[i] * kk[i * g + h] * zu[h];
		}
		total += row[i];
		all_u += zu[i];
		t->trace[1] += kk[i * (g + 1)];
		t->square[1] += row[i] * row[i];
		t->quadratic[1] += zu[i] * zu[i];
		for (size_t m = 0; m < p; m++)
		{
			all_s[m] += sx[i * p + m];
			t->v[1][m] += sx[i * p + m] * zu[i];
		}
	}
	t->trace[0] += total;
	t->square[0] += total * total;
	t->quadratic[0] += all_u * all_u;
	t->cubic[0] += all_u * total * all_u;
	t->cubic[1] += all_u * psy_inner(row, zu, g);
	add_product(all_s, NULL, 1, p, t->w[0]);
	add_product(sx, NULL, g, p, t->w[1]);
	add_product(all_s, &total, 1, p, t->t[0]);
	add_product(sx, kk, g, p, t->t[2]);
	for (size_t m = 0; m < p; m++)
		t->v[0][m] += all_s[m] * all_u;
	for (size_t a = 0; a < p; a++)
		for (size_t i = 0; i < g; i++)
			for (size_t b = 0; b < p; b++)
				t->t[1][a * p + b] += all_s[a] * row[i] * sx[i * p + b];
}

static double
form(const double *x, const double *a, const double *y, size_t p)
{
	double sum = 0;

	for (size_t i = 0; i < p; i++)
		sum += x[i] * psy_inner(a + i * p, y, p);
	return sum;
}

/* Derivatives from the sums; aw: 2 p * p of scratch for A^-1 S'S. */
static void
derive(size_t p, const sums *t, bool restricted, double *aw, psy_cluster_fit *fit)
{
	const int first[3] = {0, 0, 1}, second[3] = {0, 1, 1};
	const double *a = fit->a_inverse;

	for (int r = 0; r < 2; r++)
	{
		psy_multiply(a, t->w[r], p, p, p, aw + (size_t) r * p * p);
		fit->score[r] = t->quadratic[r] - t->trace[r];
		for (size_t i = 0; i < p && restricted; i++)
			fit->score[r] += aw[(size_t) r * p * p + i * (p + 1)];
	}
	for (int m = 0; m < 3; m++)
	{
		int r = first[m], s = second[m];

		fit->fisher[m] = t->square[m];
		if (restricted)
			fit->fisher[m] += psy_trace_product(aw + (size_t) r * p * p, aw + (size_t) s * p * p, p) -
							  2 * psy_trace_product(a, t->t[m], p);
		fit->hessian[m] = fit->fisher[m] - 2 * (t->cubic[m] - form(t->v[r], a, t->v[s], p));
	}
	fit->trace_p = t->inverse - psy_trace_product(a, t->mm, p);
}

psy_status
psy_clusters_at(const psy_clusters *c, const double *s, bool restricted, bool derivatives,
				psy_cluster_fit *fit, psy_error *err)
{
	size_t p = c->d->p, n = c->largest;
	double *work = c->scratch, *a = work + work_room(n, p);
	psy_status status = psy_poll(c->ctx, err);
	sums t = {.w = {a + p * p, a + 2 * p * p},
			  .t = {a + 3 * p * p, a + 4 * p * p, a + 5 * p * p},
			  .mm = a + 6 * p * p,
			  .v = {a + 10 * p * p, a + 10 * p * p + p}};

	memset(a, 0, (10 * p * p + 2 * p) * sizeof *a);
	memset(fit->b, 0, p * sizeof *fit->b);
	fit->logdet = 0;
	for (size_t j = 0; j < c->count && status == PSY_OK; j++)
		status = solve_cluster(c, j, s, work, fit, a, err);
	if (status == PSY_OK)
		status = solve_coefficients(c, a, fit, err);
	if (status != PSY_OK || !derivatives)
		return status;
	for (size_t j = 0; j < c->count; j++)
		add_cluster(c, j, s, work, fit, &t);
	derive(p, &t, restricted, a + 8 * p * p, fit);
	return PSY_OK;
}

double
psy_cluster_loglik(const psy_cluster_fit *fit, bool restricted)
{
	return -0.5 * (fit->logdet + fit->q + (restricted ? fit->logdet_a : 0));
}
