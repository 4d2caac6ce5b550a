/*
 * regression_fit.c - weighted least squares at one tau2, and tau2 by every method; see regression_fit.h.
 *
 * P = W - W X (X'WX)^-1 X'W is never formed: with Q an orthonormal basis of W^1/2 X, P = W^1/2 (I - QQ')
 * W^1/2. Where one study carries a coefficient nearly alone, 1 - h and its residual would be differences of
 * equal numbers; they are then taken from the fit without that study.  The searches are those of tau2.c:
 * roots inside brackets that provably hold them, likelihoods sampled on a grid of ln(min v + tau2) first.
 */
#include "meta/regression_fit.h"

#include "stats/distribution.h"
#include "stats/linalg.h"

#include <math.h>
#include <string.h>

#define GRID_STEP 0.0625
#define ITERATIONS 200
#define NEARLY_ALONE 1e-3 /* 1 - h below which it is computed without the study */

size_t
psy_fit_room(size_t k, size_t p)
{
	return 3 * k + k * p + p * p + p + (k * p + p * p + 4 * p + k);
}

void
psy_fit_lay_out(psy_fit *fit, const psy_context *ctx, const psy_design *d, double *block)
{
	size_t k = d->k, p = d->p;

	*fit = (psy_fit){.ctx = ctx, .d = d, .x = d->x, .y = d->y};
	fit->w = block;
	fit->e = fit->w + k;
	fit->free = fit->e + k;
	fit->q = fit->free + k;
	fit->r = fit->q + k * p;
	fit->b = fit->r + p * p;
	fit->spare = fit->b + p;
}

/* q and r of the columns weighted by sqrt(w), row `without` being left out (d->k leaves out none). */
static bool
weighted_basis(const psy_fit *f, size_t without, double *q, double *r)
{
	size_t k = f->d->k, p = f->d->p;

	for (size_t j = 0; j < p; j++)
		for (size_t i = 0; i < k; i++)
			q[j * k + i] = i == without ? 0 : sqrt(f->w[i]) * f->x[j * k + i];
	return psy_orthonormalize(q, k, p, r);
}

/* e loses what lies in the space of q, whose coordinates are added to z[p]. */
static void
project(const double *q, size_t k, size_t p, double *e, double *z)
{
	for (size_t j = 0; j < p; j++)
	{
		double along = psy_inner(q + j * k, e, k);

		z[j] += along;
		for (size_t i = 0; i < k; i++)
			e[i] -= along * q[j * k + i];
	}
}

/* 1 - h and e of study i from the fit without it: h/(1 - h) = w x'(X'WX)^-1 x of the others. */
static void
alone(psy_fit *f, size_t i)
{
	size_t k = f->d->k, p = f->d->p;
	double *q = f->spare, *r = q + k * p, *z = r + p * p, *e = z + 3 * p, sum = 0, rest;

	f->free[i] = 0;
	if (!weighted_basis(f, i, q, r))
	{
		f->e[i] = 0;
		return;
	}
	memset(z, 0, p * sizeof *z);
	for (size_t j = 0; j < k; j++)
		e[j] = j == i ? 0 : sqrt(f->w[j]) * f->y[j];
	project(q, k, p, e, z);
	project(q, k, p, e, z);
	psy_solve_upper(r, p, z, z);
	rest = f->y[i];
	for (size_t j = 0; j < p; j++)
		rest -= z[j] * f->x[j * k + i];
	/* t = r'^-1 x, row by row. */
	for (size_t j = 0; j < p; j++)
	{
		double t = sqrt(f->w[i]) * f->x[j * k + i];

		for (size_t l = 0; l < j; l++)
			t -= r[l * p + j] * z[p + l];
		z[p + j] = t / r[j * p + j];
		sum += z[p + j] * z[p + j];
	}
	f->free[i] = 1 / (1 + sum);
	f->e[i] = isfinite(rest) ? sqrt(f->w[i]) * rest * f->free[i] : 0;
}

void
psy_fit_at(psy_fit *f, double tau2)
{
	size_t k = f->d->k, p = f->d->p;

	for (size_t i = 0; i < k; i++)
	{
		f->w[i] = isinf(tau2) ? 1 : 1 / (f->d->v[i] + tau2);
		f->e[i] = sqrt(f->w[i]) * f->y[i];
	}
	weighted_basis(f, k, f->q, f->r);
	memset(f->b, 0, p * sizeof *f->b);
	project(f->q, k, p, f->e, f->b);
	project(f->q, k, p, f->e, f->b);
	psy_solve_upper(f->r, p, f->b, f->b);
	f->rss = 0;
	for (size_t i = 0; i < k; i++)
	{
		double h = 0;

		for (size_t j = 0; j < p; j++)
			h += f->q[j * k + i] * f->q[j * k + i];
		f->free[i] = 1 - h;
		if (f->free[i] < NEARLY_ALONE)
			alone(f, i);
		f->rss += f->e[i] * f->e[i];
	}
}

double
psy_fit_trace(const psy_fit *f)
{
	return psy_inner(f->w, f->free, f->d->k);
}

double
psy_fit_loglik(const psy_fit *f, double tau2, bool restricted)
{
	double sum = f->rss;

	for (size_t i = 0; i < f->d->k; i++)
		sum += log(f->d->v[i] + tau2);
	for (size_t j = 0; j < f->d->p && restricted; j++)
		sum += 2 * log(f->r[j * (f->d->p + 1)]);
	return -0.5 * sum;
}

/*
 * ---- likelihood ------------------------------------------------------------------------------------------
 */

typedef struct score
{
	double value, slope;
} score;

static double
sum_we2(const psy_fit *f)
{
	double sum = 0;

	for (size_t i = 0; i < f->d->k; i++)
		sum += f->w[i] * f->e[i] * f->e[i];
	return sum;
}

/* y'PPPy = u'Pu with u = w residual. */
static double
cubic_form(psy_fit *f)
{
	size_t k = f->d->k, p = f->d->p;
	double *u = f->spare, *z = u + k;

	memset(z, 0, p * sizeof *z);
	for (size_t i = 0; i < k; i++)
		u[i] = f->w[i] * f->e[i];
	project(f->q, k, p, u, z);
	return psy_inner(u, u, k);
}

/* tr PP: only Newton's steps depend on it. */
static double
trace_of_square(const psy_fit *f)
{
	size_t k = f->d->k, p = f->d->p;
	double sum = 0;

	for (size_t i = 0; i < k; i++)
		sum += f->w[i] * f->w[i] * (2 * f->free[i] - 1);
	for (size_t a = 0; a < p; a++)
		for (size_t b = 0; b < p; b++)
		{
			double both = 0;

			for (size_t i = 0; i < k; i++)
				both += f->w[i] * f->q[a * k + i] * f->q[b * k + i];
			sum += both * both;
		}
	return sum;
}

/* Twice the derivative of the log likelihood by tau2; its own derivative when asked for. */
static score
score_at(psy_fit *f, double tau2, bool restricted, bool with_slope)
{
	size_t k = f->d->k;
	score out = {0, 0};
	double sum_w = 0;

	psy_fit_at(f, tau2);
	for (size_t i = 0; i < k; i++)
		sum_w += f->w[i];
	out.value = sum_we2(f) - (restricted ? psy_fit_trace(f) : sum_w);
	if (with_slope)
		out.slope = (restricted ? trace_of_square(f) : psy_inner(f->w, f->w, k)) - 2 * cubic_form(f);
	return out;
}

/* The root of the score in [low, high], score(low) > 0 >= score(high). */
static double
refine(psy_fit *f, double low, double high, bool restricted)
{
	double least = f->d->v[0], tau2 = low + (high - low) / 2;

	for (int i = 0; i < ITERATIONS; i++)
	{
		score at = score_at(f, tau2, restricted, true);
		double next = tau2 - at.value / at.slope;

		*(at.value > 0 ? &low : &high) = tau2;
		if (!(next > low && next < high))
			next = low + (high - low) / 2;
		if (at.value == 0 || fabs(next - tau2) <= 1e-16 * (least + tau2))
			break;
		tau2 = next;
	}
	return tau2;
}

/* As in tau2.c: beyond it the score is negative, sum w^2 r^2 <= SS / z^2 and tr P >= (k - p) / (z + width).
 */
static double
score_bound(psy_fit *f, bool restricted)
{
	size_t k = f->d->k;
	double n = (double) (restricted ? k - f->d->p : k), width = f->d->v[k - 1] - f->d->v[0], root;

	psy_fit_at(f, INFINITY);
	root = sqrt(f->rss) * sqrt(f->rss + 4 * n * width);
	return fmax(0, (f->rss + root) / (2 * n) * (1 + 1e-12) - f->d->v[0]);
}

static void
consider(psy_fit *f, double candidate, bool restricted, double *best, double *best_loglik)
{
	double loglik;

	psy_fit_at(f, candidate);
	loglik = psy_fit_loglik(f, candidate, restricted);
	if (isnan(*best_loglik) || loglik > *best_loglik)
	{
		*best = candidate;
		*best_loglik = loglik;
	}
}

static double
likelihood_maximum(psy_fit *f, bool restricted)
{
	double least = f->d->v[0], cells = ceil(log1p(score_bound(f, restricted) / least) / GRID_STEP) + 1;
	double best = 0, best_loglik = NAN, low = 0, at_low;

	if (!isfinite(cells))
		return NAN;
	at_low = score_at(f, 0, restricted, false).value;
	if (at_low <= 0)
		consider(f, 0, restricted, &best, &best_loglik);
	for (double cell = 1; cell <= cells; cell++)
	{
		double high = least * expm1(cell * GRID_STEP);
		double at_high = score_at(f, high, restricted, false).value;

		if (psy_poll(f->ctx, NULL) != PSY_OK)
			return NAN;
		if (at_low > 0 && at_high <= 0)
			consider(f, refine(f, low, high, restricted), restricted, &best, &best_loglik);
		low = high;
		at_low = at_high;
	}
	return best;
}

/*
 * ---- moments ---------------------------------------------------------------------------------------------
 */

/* Where Q(tau2), a decreasing function, equals target; Newton's steps on 1/Q inside a bracket. */
static double
where_q(psy_fit *f, double target)
{
	double least = f->d->v[0], tau2 = 0, low = 0, high;

	psy_fit_at(f, INFINITY);
	high = f->rss / target * (1 + 1e-12) - least;
	for (int i = 0; i < ITERATIONS; i++)
	{
		double next;

		psy_fit_at(f, tau2);
		next = tau2 + (f->rss / target - 1) * f->rss / sum_we2(f);
		if (tau2 == 0 && f->rss <= target)
			return 0;
		if (psy_poll(f->ctx, NULL) != PSY_OK)
			return NAN;
		*(f->rss > target ? &low : &high) = tau2;
		if (!(next > low && next < high))
			next = low + (high - low) / 2;
		if (fabs(next - tau2) <= 1e-16 * (least + tau2))
			break;
		tau2 = next;
	}
	return tau2;
}

static double
he_estimate(psy_fit *f)
{
	double n = (double) (f->d->k - f->d->p);

	psy_fit_at(f, INFINITY);
	return f->rss / n - psy_inner(f->d->v, f->free, f->d->k) / n;
}

/* SJ's first value is the variance of the effects around their mean, whatever the moderators; 0 where they are equal. */
static double
sj_first(const psy_fit *f)
{
	size_t k = f->d->k;
	double mean = 0, sum = 0;

	for (size_t i = 0; i < k; i++)
		mean += f->y[i] / (double) k;
	for (size_t i = 0; i < k; i++)
		sum += (f->y[i] - mean) * (f->y[i] - mean);
	return sum / (double) k;
}

static double
sj_estimate(psy_fit *f)
{
	double initial = sj_first(f);

	if (!(initial > 0))
		return 0;
	psy_fit_at(f, initial);
	return initial * f->rss / (double) (f->d->k - f->d->p);
}

double
psy_fit_tau2(psy_fit *f, psy_meta_method method)
{
	double k = (double) f->d->k, free = k - (double) f->d->p, sum_w = 0;

	psy_fit_at(f, 0);
	for (size_t i = 0; i < f->d->k; i++)
		sum_w += f->w[i];
	switch (method)
	{
		case PSY_META_EE: return 0;
		case PSY_META_DL: return fmax(0, (f->rss - free) / psy_fit_trace(f));
		case PSY_META_HE: return fmax(0, he_estimate(f));
		case PSY_META_HS: return fmax(0, (f->rss - k) / sum_w);
		case PSY_META_HSK: return fmax(0, (k / free * f->rss - k) / sum_w);
		case PSY_META_SJ: return sj_estimate(f);
		case PSY_META_ML: return likelihood_maximum(f, false);
		case PSY_META_REML: return likelihood_maximum(f, true);
		case PSY_META_EB:
		case PSY_META_PM: return where_q(f, free);
		case PSY_META_PMM: return where_q(f, psy_chisq_quantile(0.5, free, PSY_UPPER));
	}
	return NAN;
}

/*
 * ---- standard errors and intervals ---------------------------------------------------------------------------
 */

#define DIRECT 200 /* rows up to which the squares of (I - QQ') are formed one by one */

/* The element i, j of I - QQ', i != j. */
static double
off_diagonal(const psy_fit *f, size_t i, size_t j)
{
	double sum = 0;

	for (size_t g = 0; g < f->d->p; g++)
		sum -= f->q[g * f->d->k + i] * f->q[g * f->d->k + j];
	return sum;
}

/* sum over i, j of P_ij^2 x_i y_j of the fit just made, from a = w x and b = w y.  Small sets have few degrees of freedom
 * and large leverages: there squares are summed; else (I - QQ')_ij^2 is multiplied out, linear in k. */
static double
squares(const psy_fit *f, const double *a, const double *b)
{
	size_t k = f->d->k, p = f->d->p;
	double sum = 0;

	if (k <= DIRECT)
	{
		for (size_t i = 0; i < k; i++)
		{
			sum += a[i] * b[i] * f->free[i] * f->free[i];
			for (size_t j = 0; j < i; j++)
			{
				double element = off_diagonal(f, i, j);

				sum += (a[i] * b[j] + a[j] * b[i]) * element * element;
			}
		}
		return sum;
	}
	for (size_t i = 0; i < k; i++)
		sum += a[i] * b[i] * (2 * f->free[i] - 1);
	for (size_t g = 0; g < p; g++)
		for (size_t h = 0; h < p; h++)
		{
			double left = 0, right = 0;

			for (size_t i = 0; i < k; i++)
			{
				double both = f->q[g * k + i] * f->q[h * k + i];

				left += a[i] * both;
				right += b[i] * both;
			}
			sum += left * right;
		}
	return sum;
}

/* The variance of y'Py for the fit just made, y having variances v + tau2. */
static double
form_variance(psy_fit *f, double tau2)
{
	size_t k = f->d->k;
	double *wv = f->spare;

	for (size_t i = 0; i < k; i++)
		wv[i] = f->w[i] * f->d->v[i];
	return 2 * squares(f, wv, wv) + 4 * tau2 * squares(f, wv, f->w) + 2 * tau2 * tau2 * squares(f, f->w, f->w);
}

static double
sum_of(const double *x, size_t k)
{
	double sum = 0;

	for (size_t i = 0; i < k; i++)
		sum += x[i];
	return sum;
}

double
psy_fit_tau2_se(psy_fit *f, psy_meta_method method, double tau2)
{
	size_t k = f->d->k;
	double n = (double) k, free = n - (double) f->d->p, first;

	switch (method)
	{
		case PSY_META_EE: return NAN;
		case PSY_META_DL: psy_fit_at(f, 0); return sqrt(form_variance(f, tau2)) / psy_fit_trace(f);
		case PSY_META_HE: psy_fit_at(f, INFINITY); return sqrt(form_variance(f, tau2)) / free;
		case PSY_META_HS:
		case PSY_META_HSK:
			psy_fit_at(f, 0);
			return (method == PSY_META_HSK ? n / free : 1) * sqrt(form_variance(f, tau2)) / sum_of(f->w, k);
		case PSY_META_SJ:
			first = sj_first(f);
			if (!(first > 0))
				return 0;
			psy_fit_at(f, first);
			return first * sqrt(form_variance(f, tau2)) / free;
		case PSY_META_ML: psy_fit_at(f, tau2); return sqrt(2 / psy_inner(f->w, f->w, k));
		case PSY_META_REML: psy_fit_at(f, tau2); return sqrt(2 / squares(f, f->w, f->w));
		case PSY_META_EB:
		case PSY_META_PM:
		case PSY_META_PMM: psy_fit_at(f, tau2); return sqrt(2 * n * n / free) / sum_of(f->w, k);
	}
	return NAN;
}

void
psy_fit_qprofile(psy_fit *f, double level, double *lower, double *upper, bool *empty)
{
	double free = (double) (f->d->k - f->d->p), least = psy_chisq_quantile((1 - level) / 2, free, PSY_LOWER);

	*lower = where_q(f, psy_chisq_quantile((1 - level) / 2, free, PSY_UPPER));
	*upper = where_q(f, least);
	psy_fit_at(f, 0);
	*empty = f->rss < least;
}

static double
loglik_at(psy_fit *f, double tau2, bool restricted)
{
	psy_fit_at(f, tau2);
	return psy_fit_loglik(f, tau2, restricted);
}

/* Where the log likelihood crosses height between inside (above it) and outside (below it). */
static double
crossing(psy_fit *f, double inside, double outside, double height, bool restricted)
{
	for (int i = 0; i < ITERATIONS && fabs(outside - inside) > 1e-15 * (f->d->v[0] + inside); i++)
	{
		double middle = inside + (outside - inside) / 2;

		if (psy_poll(f->ctx, NULL) != PSY_OK)
			return NAN;
		*(loglik_at(f, middle, restricted) >= height ? &inside : &outside) = middle;
	}
	return inside + (outside - inside) / 2;
}

void
psy_fit_profile(psy_fit *f, double level, double tau2, bool restricted, double *lower, double *upper)
{
	double outside = tau2, height = loglik_at(f, tau2, restricted) - psy_chisq_quantile(1 - level, 1, PSY_UPPER) / 2;

	*lower = loglik_at(f, 0, restricted) >= height ? 0 : crossing(f, tau2, 0, height, restricted);
	/* For large tau2 the likelihood falls like a power of it, so that doubling ends. */
	for (int i = 0; i < 2000 && psy_poll(f->ctx, NULL) == PSY_OK && loglik_at(f, outside, restricted) >= height; i++)
		outside = 2 * (f->d->v[0] + outside);
	*upper = crossing(f, tau2, outside, height, restricted);
}
