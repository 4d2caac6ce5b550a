/*
 * network_model.c - trials as independent rows, least squares, and the heterogeneity variance; see
 * network_model.h.
 *
 * The likelihood's maximum is sought as in tau2.c: its score is sampled on a grid of ln(min v + tau2) up to a
 * proven bound and every sign change is refined, so that the search cannot fail and returns the global
 * maximum.
 */
#include "meta/network_model.h"

#include "core/lanes.h"

#include <math.h>
#include <string.h>

#define GRID_STEP 0.0625
#define SWEEPS 60
#define HALVINGS 120
#define CANCELS 64 /* weight times variances above which their differences lose more than six bits */

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

/* y -= a x over n elements: the inner loop of all that follows, which vectors take without changing a sum's
 * order. */
static inline void
subtract(double *y, double a, const double *x, size_t n)
{
	for (size_t k = 0; k < n; k++)
		y[k] -= a * x[k];
}

/* Cholesky's factor in place, lower triangle; the diagonal as it was is left in whole. */
PSY_CLONES static bool
cholesky(double *a, size_t n, double *whole)
{
	for (size_t j = 0; j < n; j++)
		whole[j] = a[j * n + j];
	for (size_t j = 0; j < n; j++)
	{
		double d = a[j * n + j];

		if (!(d > 1e-14 * whole[j]))
			return false;
		a[j * n + j] = d = sqrt(d);
		for (size_t i = j + 1; i < n; i++)
			whole[i - j - 1 + n] = a[i * n + j] /= d;
		for (size_t i = j + 1; i < n; i++)
			subtract(a + i * n + j + 1, a[i * n + j], whole + n, i - j);
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
		b[i] /= l[i * n + i];
		subtract(b, b[i], l + i * n, i);
	}
}

/* The lower triangle of (L L')^-1 = sum over rows x of L^-1 of x'x; rows of L^-1 take scratch. */
PSY_CLONES static void
invert(const double *l, size_t n, double *scratch, double *inverse)
{
	memset(inverse, 0, n * n * sizeof *inverse);
	memset(scratch, 0, n * n * sizeof *scratch);
	for (size_t i = 0; i < n; i++)
	{
		double *x = scratch + i * n;

		x[i] = 1;
		for (size_t k = 0; k < i; k++)
			subtract(x, l[i * n + k], scratch + k * n, k + 1);
		for (size_t k = 0; k <= i; k++)
			x[k] /= l[i * n + i];
		for (size_t k = 0; k <= i; k++)
			subtract(inverse + k * n, -x[k], x, k + 1);
	}
}

void
psy_net_covariance(const psy_net_model *m, psy_net_gls *at)
{
	size_t p = m->parameters;

	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < i; j++)
			at->inverse[j * p + i] = at->inverse[i * p + j];
}

/* |L^-1 x|^2 of a row, where the sum over the inverse's elements would cancel. */
static double
careful_form(const psy_net_model *m, const psy_net_row *row, const psy_net_gls *at)
{
	size_t p = m->parameters;
	double *x = at->scratch, sum = 0;

	memset(x, 0, p * sizeof *x);
	for (size_t i = 0; i < row->arms; i++)
		if (m->place[row->arm[i]] != SIZE_MAX)
			x[m->place[row->arm[i]]] = row->coef[i];
	for (size_t i = 0; i < p; i++)
	{
		for (size_t k = 0; k < i; k++)
			x[i] -= at->factor[i * p + k] * x[k];
		x[i] /= at->factor[i * p + i];
		sum += x[i] * x[i];
	}
	return sum;
}

/* Fitted value of a row, and x' (X'WX)^-1 x; w is its weight. */
static double
fitted(const psy_net_model *m, const psy_net_row *row, const psy_net_gls *at, double w, double *quadratic)
{
	size_t p = m->parameters;
	double value = 0, form = 0, size = 0;

	for (size_t i = 0; i < row->arms; i++)
	{
		size_t a = m->place[row->arm[i]];
		double own;

		if (a == SIZE_MAX)
			continue;
		value += row->coef[i] * at->beta[a];
		own = row->coef[i] * row->coef[i] * at->inverse[a * p + a];
		form += own;
		size += own;
		for (size_t j = 0; j < i; j++)
		{
			size_t b = m->place[row->arm[j]];

			if (b != SIZE_MAX)
				form += 2 * row->coef[i] * row->coef[j] * at->inverse[a > b ? a * p + b : b * p + a];
		}
	}
	*quadratic = w * size < CANCELS ? form : careful_form(m, row, at);
	return value;
}

bool
psy_net_gls_at(const psy_net_model *m, double tau2, psy_net_gls *out)
{
	normal_equations(m, tau2, out);
	if (!cholesky(out->factor, m->parameters, out->scratch))
		return false;
	solve(out->factor, m->parameters, out->beta);
	invert(out->factor, m->parameters, out->scratch, out->inverse);
	out->tau2 = tau2;
	out->q = out->w2r2 = out->trace = out->sum_w = 0;
	for (size_t i = 0; i < m->rows; i++)
	{
		double w = weight_of(&m->row[i], tau2), quadratic;
		double r = m->row[i].z - fitted(m, &m->row[i], out, w, &quadratic);

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

/*
 * What decides at one tau2: rises is the likelihood's pull upwards, r'W^2 r, falls the pull downwards, tr P
 * (ML: sum w); of PM Q and its expectation.  Each decreases in tau2 (falls of PM is constant), so that
 * between two points no sign of rises - falls can change where rises at the first is below falls at the
 * second, or falls at the first below rises at the second.
 */
typedef struct pull
{
	double tau2, rises, falls;
} pull;

static pull
pull_at(const search *s, double tau2)
{
	if (!psy_net_gls_at(s->m, tau2, s->work))
		return (pull){tau2, NAN, NAN};
	if (s->method == PSY_META_PM)
		return (pull){tau2, s->work->q, (double) (s->m->rows - s->m->parameters)};
	return (pull){tau2, s->work->w2r2, s->method == PSY_META_REML ? s->work->trace : s->work->sum_w};
}

static double
excess(const pull *p)
{
	return p->rises - p->falls;
}

/*
 * The root between low and high, by the Illinois method: a secant whose stale end loses half its value, so
 * that the bracket closes from both sides.
 */
static double
refine(const search *s, const pull *from, const pull *to)
{
	double low = from->tau2, high = to->tau2, at_low = excess(from), at_high = excess(to);
	int side = 0;

	for (int i = 0; i < HALVINGS && at_high < 0; i++)
	{
		double next =
				   i % 8 == 7 ? low + (high - low) / 2 : (low * at_high - high * at_low) / (at_high - at_low),
			   value;
		pull there;

		if (high - low <= 4e-16 * (s->least + high))
			return next;
		if (!(next > low && next < high))
			next = low + (high - low) / 2;
		there = pull_at(s, next);
		value = excess(&there);
		if (value == 0)
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

/*
 * Maxima between low and high: parts where no sign can change are left out, others halved (in ln(least +
 * tau2)) down to the step below which maxima are not told apart.
 */
static bool
scan(const search *s, const pull *low, const pull *high, double *best, double *best_loglik)
{
	double ratio = (s->least + high->tau2) / (s->least + low->tau2);
	pull middle;

	if (isnan(low->rises) || isnan(high->rises) || psy_poll(s->ctx, NULL) != PSY_OK)
		return false;
	if (low->rises < high->falls || high->rises > low->falls)
		return true;
	if (ratio <= exp(GRID_STEP))
	{
		if (excess(low) > 0 && excess(high) <= 0)
			consider(s, refine(s, low, high), best, best_loglik);
		return true;
	}
	middle = pull_at(s, s->least * expm1(log1p(low->tau2 / s->least) + log(ratio) / 2));
	return scan(s, low, &middle, best, best_loglik) && scan(s, &middle, high, best, best_loglik);
}

static double
searched(const search *s)
{
	double best = 0, best_loglik = NAN, bound = bound_of(s);
	pull low, high;

	if (!isfinite(bound))
		return NAN;
	/* A little beyond the bound, where the sign is certain. */
	high = pull_at(s, bound + (s->least + bound) * GRID_STEP);
	low = pull_at(s, 0);
	if (isnan(low.rises) || isnan(high.rises))
		return NAN;
	if (s->method == PSY_META_PM) /* Q decreases: one root */
		return excess(&low) > 0 ? refine(s, &low, &high) : 0;
	if (excess(&low) <= 0)
		consider(s, 0, &best, &best_loglik);
	return scan(s, &low, &high, &best, &best_loglik) ? best : NAN;
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
