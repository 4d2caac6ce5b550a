/*
 * network_model.c - trials as independent rows, least squares, and the heterogeneity variance; see
 * network_model.h.
 *
 * The likelihood's maximum is sought as in tau2.c: its score is sampled on a grid of ln(min v + tau2) up to a
 * proven bound and every sign change is refined, so that the search cannot fail and returns the global
 * maximum.
 */
#include "meta/network_model.h"

#include <math.h>
#include <string.h>

#define GRID_STEP 0.0625
#define SWEEPS 60
#define HALVINGS 120

/*
 * ---- trials ----------------------------------------------------------------------------------------------
 */

/* Row r of Helmert's orthonormal contrasts of m arms. */
static double
helmert(size_t r, size_t arm)
{
	double n = (double) (r + 1);

	if (arm > r + 1)
		return 0;
	return (arm <= r ? 1 : -n) / sqrt(n * (n + 1));
}

/* One Jacobi rotation of a[n][n] that zeroes (p, q), accumulated in the rows of u. */
static void
rotate(double *a, double *u, size_t n, size_t p, size_t q)
{
	double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
	double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1));
	double c = 1 / sqrt(t * t + 1), s = t * c;

	for (size_t k = 0; k < n; k++)
	{
		double kp = a[k * n + p], kq = a[k * n + q];

		a[k * n + p] = c * kp - s * kq;
		a[k * n + q] = s * kp + c * kq;
	}
	for (size_t k = 0; k < n; k++)
	{
		double pk = a[p * n + k], qk = a[q * n + k], up = u[p * n + k], uq = u[q * n + k];

		a[p * n + k] = c * pk - s * qk;
		a[q * n + k] = s * pk + c * qk;
		u[p * n + k] = c * up - s * uq;
		u[q * n + k] = s * up + c * uq;
	}
}

/* Eigenvalues of a symmetric a[n][n] on its diagonal, eigenvectors as rows of u (cyclic Jacobi). */
static void
eigen(double *a, double *u, size_t n)
{
	memset(u, 0, n * n * sizeof *u);
	for (size_t i = 0; i < n; i++)
		u[i * n + i] = 1;
	for (int sweep = 0; sweep < SWEEPS; sweep++)
	{
		double off = 0;

		for (size_t p = 0; p < n; p++)
			for (size_t q = p + 1; q < n; q++)
				if (fabs(a[p * n + q]) > 1e-17 * sqrt(fabs(a[p * n + p] * a[q * n + q])))
				{
					off = 1;
					rotate(a, u, n, p, q);
				}
		if (off == 0)
			return;
	}
}

/* -H V H': with arms independent, twice the covariance of the orthonormal contrasts. */
static void
contrast_covariance(size_t m, const double *v, double *out)
{
	size_t n = m - 1;

	for (size_t r = 0; r < n; r++)
		for (size_t c = 0; c < n; c++)
		{
			double sum = 0;

			for (size_t i = 0; i <= r + 1; i++)
				for (size_t j = 0; j <= c + 1; j++)
					sum -= helmert(r, i) * v[i * m + j] * helmert(c, j);
			out[r * n + c] = sum;
		}
}

bool
psy_net_trial(const size_t *arm, size_t m, const double *y, const double *v, psy_net_row *row, double *coef)
{
	double a[PSY_NETWORK_MOST_ARMS * PSY_NETWORK_MOST_ARMS], u[PSY_NETWORK_MOST_ARMS * PSY_NETWORK_MOST_ARMS];
	size_t n = m - 1;

	contrast_covariance(m, v, a);
	eigen(a, u, n);
	for (size_t r = 0; r < n; r++)
	{
		row[r] = (psy_net_row){.v = a[r * n + r], .arm = arm, .coef = coef + r * m, .arms = m};
		if (!(row[r].v > 0))
			return false;
		for (size_t i = 0; i < m; i++)
		{
			double sum = 0, level = 0;

			for (size_t k = 0; k < n; k++)
				sum += u[r * n + k] * helmert(k, i);
			for (size_t j = 0; j < m; j++)
				level += y[i * m + j] / (double) m;
			row[r].coef[i] = M_SQRT2 * sum;
			row[r].z += row[r].coef[i] * level;
		}
	}
	return true;
}

/*
 * ---- least squares ---------------------------------------------------------------------------------------
 */

static double
weight_of(const psy_net_row *row, double tau2)
{
	return isinf(tau2) ? 1 : 1 / (row->v + tau2);
}

/* X'WX into factor and X'Wz into beta. */
static void
normal_equations(const psy_net_model *m, double tau2, psy_net_gls *out)
{
	size_t p = m->parameters;

	memset(out->factor, 0, p * p * sizeof(double));
	memset(out->beta, 0, p * sizeof(double));
	for (size_t r = 0; r < m->rows; r++)
	{
		const psy_net_row *row = &m->row[r];
		double w = weight_of(row, tau2);

		for (size_t i = 0; i < row->arms; i++)
		{
			size_t at = m->place[row->arm[i]];

			if (at == SIZE_MAX)
				continue;
			out->beta[at] += w * row->coef[i] * row->z;
			for (size_t j = 0; j < row->arms; j++)
				if (m->place[row->arm[j]] != SIZE_MAX)
					out->factor[at * p + m->place[row->arm[j]]] += w * row->coef[i] * row->coef[j];
		}
	}
}

/* Cholesky's factor in place, lower triangle. */
static bool
cholesky(double *a, size_t n)
{
	for (size_t j = 0; j < n; j++)
	{
		double d = a[j * n + j], whole = d;

		for (size_t k = 0; k < j; k++)
			d -= a[j * n + k] * a[j * n + k];
		if (!(d > 1e-14 * whole))
			return false;
		a[j * n + j] = d = sqrt(d);
		for (size_t i = j + 1; i < n; i++)
		{
			double sum = a[i * n + j];

			for (size_t k = 0; k < j; k++)
				sum -= a[i * n + k] * a[j * n + k];
			a[i * n + j] = sum / d;
		}
	}
	return true;
}

/* Solves L L' x = b in place. */
static void
solve(const double *l, size_t n, double *b)
{
	for (size_t i = 0; i < n; i++)
	{
		for (size_t k = 0; k < i; k++)
			b[i] -= l[i * n + k] * b[k];
		b[i] /= l[i * n + i];
	}
	for (size_t i = n; i-- > 0;)
	{
		for (size_t k = i + 1; k < n; k++)
			b[i] -= l[k * n + i] * b[k];
		b[i] /= l[i * n + i];
	}
}

/* L^-1 by columns: row j of out is column j, 0 before j. */
static void
invert_factor(const double *l, size_t n, double *out)
{
	for (size_t j = 0; j < n; j++)
	{
		double *column = out + j * n;

		memset(column, 0, j * sizeof *column);
		column[j] = 1 / l[j * n + j];
		for (size_t i = j + 1; i < n; i++)
		{
			double sum = 0;

			for (size_t k = j; k < i; k++)
				sum -= l[i * n + k] * column[k];
			column[i] = sum / l[i * n + i];
		}
	}
}

void
psy_net_covariance(const psy_net_model *m, psy_net_gls *at)
{
	size_t p = m->parameters;

	/* Element (i, j) is the product of columns i and j; those before are not needed any more. */
	for (size_t i = 0; i < p; i++)
		for (size_t j = i; j < p; j++)
		{
			double sum = 0;

			for (size_t k = j; k < p; k++)
				sum += at->inverse[i * p + k] * at->inverse[j * p + k];
			at->factor[i * p + j] = at->factor[j * p + i] = sum;
		}
	memcpy(at->inverse, at->factor, p * p * sizeof(double));
}

/* Fitted value of a row, and x' (X'WX)^-1 x = |L^-1 x|^2. */
static double
fitted(const psy_net_model *m, const psy_net_row *row, const psy_net_gls *at, double *quadratic)
{
	size_t p = m->parameters;
	double value = 0;

	*quadratic = 0;
	for (size_t i = 0; i < row->arms; i++)
		if (m->place[row->arm[i]] != SIZE_MAX)
			value += row->coef[i] * at->beta[m->place[row->arm[i]]];
	for (size_t k = 0; k < p; k++)
	{
		double sum = 0;

		for (size_t i = 0; i < row->arms; i++)
			if (m->place[row->arm[i]] != SIZE_MAX)
				sum += row->coef[i] * at->inverse[m->place[row->arm[i]] * p + k];
		*quadratic += sum * sum;
	}
	return value;
}

bool
psy_net_gls_at(const psy_net_model *m, double tau2, psy_net_gls *out)
{
	normal_equations(m, tau2, out);
	if (!cholesky(out->factor, m->parameters))
		return false;
	solve(out->factor, m->parameters, out->beta);
	invert_factor(out->factor, m->parameters, out->inverse);
	out->tau2 = tau2;
	out->q = out->w2r2 = out->trace = out->sum_w = 0;
	for (size_t i = 0; i < m->rows; i++)
	{
		double w = weight_of(&m->row[i], tau2), quadratic;
		double r = m->row[i].z - fitted(m, &m->row[i], out, &quadratic);

		out->q += w * r * r;
		out->w2r2 += w * w * r * r;
		out->trace += w * fmax(0, 1 - w * quadratic);
		out->sum_w += w;
	}
	return true;
}

double
psy_net_loglik(const psy_net_model *m, const psy_net_gls *at, bool restricted)
{
	double sum = at->q, terms = (double) (restricted ? m->rows - m->parameters : m->rows);

	for (size_t i = 0; i < m->rows; i++)
		sum += log(m->row[i].v + at->tau2);
	for (size_t i = 0; i < m->parameters && restricted; i++)
		sum += 2 * log(at->factor[i * m->parameters + i]);
	return -0.5 * (sum + terms * log(2 * M_PI));
}

/*
 * ---- heterogeneity ---------------------------------------------------------------------------------------
 */

typedef struct search
{
	const psy_context *ctx;
	const psy_net_model *m;
	psy_net_gls *work;
	psy_meta_method method;
	double least;
} search;

/* A function of tau2 that is positive below the estimate and negative above it: score or Q minus its
 * expectation. */
static double
excess(const search *s, double tau2)
{
	if (!psy_net_gls_at(s->m, tau2, s->work))
		return NAN;
	if (s->method == PSY_META_PM)
		return s->work->q - (double) (s->m->rows - s->m->parameters);
	return s->work->w2r2 - (s->method == PSY_META_REML ? s->work->trace : s->work->sum_w);
}

/*
 * The root between low and high, by the Illinois method: a secant whose stale end loses half its value, so
 * that the bracket closes from both sides.
 */
static double
refine(const search *s, double low, double high)
{
	double at_low = excess(s, low), at_high = excess(s, high);
	int side = 0;

	for (int i = 0; i < HALVINGS && at_high < 0; i++)
	{
		double next =
				   i % 8 == 7 ? low + (high - low) / 2 : (low * at_high - high * at_low) / (at_high - at_low),
			   value;

		if (!(next > low && next < high))
			next = low + (high - low) / 2;
		value = excess(s, next);
		if (high - low <= 4e-16 * (s->least + high) || value == 0)
			return next;
		if (value > 0)
		{
			low = next;
			at_low = value;
			at_high *= side == 1 ? 0.5 : 1;
			side = 1;
		}
		else
		{
			high = next;
			at_high = value;
			at_low *= side == -1 ? 0.5 : 1;
			side = -1;
		}
	}
	return at_high == 0 ? high : low + (high - low) / 2;
}

/*
 * The excess is negative beyond: r'W^2 r <= SS / z^2 and tr P >= (rows - p) / (z + width), z = min v + tau2;
 * for PM Q <= SS / z.  SS is that of ordinary least squares.
 */
static double
bound_of(const search *s)
{
	double n = (double) (s->m->rows - (s->method == PSY_META_ML ? 0 : s->m->parameters)), widest = 0, ss;

	if (!psy_net_gls_at(s->m, INFINITY, s->work))
		return NAN;
	ss = s->work->q;
	for (size_t i = 0; i < s->m->rows; i++)
		widest = fmax(widest, s->m->row[i].v - s->least);
	if (s->method == PSY_META_PM)
		return fmax(0, ss / n * (1 + 1e-12) - s->least);
	return fmax(0, (ss + sqrt(ss) * sqrt(ss + 4 * n * widest)) / (2 * n) * (1 + 1e-12) - s->least);
}

static void
consider(const search *s, double candidate, double *best, double *best_loglik)
{
	double loglik;

	if (!psy_net_gls_at(s->m, candidate, s->work))
		return;
	loglik = psy_net_loglik(s->m, s->work, s->method == PSY_META_REML);
	if (isnan(*best_loglik) || loglik > *best_loglik)
	{
		*best = candidate;
		*best_loglik = loglik;
	}
}

static double
searched(const search *s)
{
	double bound = bound_of(s), best = 0, best_loglik = NAN, low = 0, at_low = excess(s, 0);
	double cells = ceil(log1p(bound / s->least) / GRID_STEP) + 1;

	if (!isfinite(cells) || isnan(at_low))
		return NAN;
	if (s->method == PSY_META_PM) /* Q decreases: one root */
		return at_low > 0 ? refine(s, 0, bound) : 0;
	if (at_low <= 0)
		consider(s, 0, &best, &best_loglik);
	for (double cell = 1; cell <= cells; cell++)
	{
		double high = s->least * expm1(cell * GRID_STEP), at_high = excess(s, high);

		if (psy_poll(s->ctx, NULL) != PSY_OK)
			return NAN;
		if (at_low > 0 && at_high <= 0)
			consider(s, refine(s, low, high), &best, &best_loglik);
		low = high;
		at_low = at_high;
	}
	return best;
}

double
psy_net_tau2(const psy_context *ctx, const psy_net_model *m, psy_meta_method method, psy_net_gls *work)
{
	search s = {ctx, m, work, method, INFINITY};

	if (method == PSY_META_EE || m->rows == m->parameters)
		return 0;
	if (method == PSY_META_DL)
		return psy_net_gls_at(m, 0, work)
				   ? fmax(0, (work->q - (double) (m->rows - m->parameters)) / work->trace)
				   : NAN;
	for (size_t i = 0; i < m->rows; i++)
		s.least = fmin(s.least, m->row[i].v);
	return searched(&s);
}
