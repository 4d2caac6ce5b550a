/*
 * line.c - see line.h.
 *
 * The restricted likelihood is searched as in tau2.c: its score is sampled on a grid of ln(min v + tau2), on
 * which no weight varies faster than the step, every fall through 0 is refined, and the highest maximum wins.
 */
#include "meta/line.h"

#include "stats/distribution.h"

#include <math.h>
#include <stdlib.h>

#define GRID_STEP 0.0625
#define ITERATIONS 200

/* Sums at one tau2, w = 1/(v + tau2), dx from the weighted mean of x, r the residual. */
typedef struct sums
{
	double w, x, sxx, y, b1, q, w2r2, trace;
} sums;

static sums
sums_at(const psy_point *p, size_t k, double tau2)
{
	sums s = {0};
	double sxy = 0, w2 = 0, w2dx2 = 0;

	for (size_t i = 0; i < k; i++)
	{
		double w = 1 / (p[i].v + tau2);

		s.w += w;
		s.x += w * p[i].x;
		s.y += w * p[i].y;
	}
	s.x /= s.w;
	s.y /= s.w;
	for (size_t i = 0; i < k; i++)
	{
		double w = 1 / (p[i].v + tau2), dx = p[i].x - s.x;

		s.sxx += w * dx * dx;
		sxy += w * dx * (p[i].y - s.y);
		w2 += w * w;
		w2dx2 += w * dx * w * dx;
	}
	s.b1 = sxy / s.sxx;
	for (size_t i = 0; i < k; i++)
	{
		double w = 1 / (p[i].v + tau2), r = p[i].y - s.y - s.b1 * (p[i].x - s.x);

		s.q += w * r * r;
		s.w2r2 += w * r * w * r;
	}
	/* P = W - W X (X'WX)^-1 X'W, in the orthogonal basis 1, dx. */
	s.trace = s.w - w2 / s.w - w2dx2 / s.sxx;
	return s;
}

/* ---- tau2 ------------------------------------------------------------------------------------ */

static double
score(const psy_point *p, size_t k, double tau2)
{
	sums s = sums_at(p, k, tau2);

	return s.w2r2 - s.trace;
}

static double
loglik(const psy_point *p, size_t k, double tau2)
{
	sums s = sums_at(p, k, tau2);
	double sum = s.q + log(s.w) + log(s.sxx);

	for (size_t i = 0; i < k; i++)
		sum += log(p[i].v + tau2);
	return -sum / 2;
}

/* The root between low, where the score is positive, and high, where it is not. */
static double
bisect(const psy_point *p, size_t k, double low, double high)
{
	for (int i = 0; i < ITERATIONS; i++)
	{
		double middle = low + (high - low) / 2;

		if (middle == low || middle == high || high - low <= 1e-16 * (p[0].v + middle))
			break;
		*(score(p, k, middle) > 0 ? &low : &high) = middle;
	}
	return low + (high - low) / 2;
}

/*
 * Beyond this the score is negative.  With z = min v + tau2, sum w^2 r^2 <= max w * sum w r^2, and no line
 * has a smaller sum w r^2 than the fitted one, not even the constant mean: thus <= SS/z^2.  P has k - 2
 * eigenvalues of at least min w, thus tr P >= (k - 2)/(z + max v - min v).  That leaves a quadratic in z.
 */
static double
score_bound(const psy_point *p, size_t k)
{
	double n = (double) (k - 2), width = p[k - 1].v - p[0].v, ss = 0, mean = 0;

	for (size_t i = 0; i < k; i++)
		mean += p[i].y / (double) k;
	for (size_t i = 0; i < k; i++)
		ss += (p[i].y - mean) * (p[i].y - mean);
	return fmax(0, (ss + sqrt(ss) * sqrt(ss + 4 * n * width)) / (2 * n) * (1 + 1e-12) - p[0].v);
}

static psy_status
reml(const psy_context *ctx, const psy_point *p, size_t k, double *tau2, psy_error *err)
{
	double cells = ceil(log1p(score_bound(p, k) / p[0].v) / GRID_STEP) + 1, low = 0, at_low = score(p, k, 0);
	double best = NAN;

	*tau2 = 0;
	if (!isfinite(cells))
		return psy_fail(err, PSY_SINGULAR, "the variances are too far apart for double precision");
	if (at_low <= 0)
		best = loglik(p, k, 0);
	for (double cell = 1; cell <= cells; cell++)
	{
		double high = p[0].v * expm1(cell * GRID_STEP), at_high = score(p, k, high);

		if (psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
		if (at_low > 0 && at_high <= 0)
		{
			double candidate = bisect(p, k, low, high), l = loglik(p, k, candidate);

			if (isnan(best) || l > best)
			{
				*tau2 = candidate;
				best = l;
			}
		}
		low = high;
		at_low = at_high;
	}
	return PSY_OK;
}

static psy_status
estimate_tau2(const psy_context *ctx, const psy_point *p, size_t k, psy_line_model model, double *tau2,
			  psy_error *err)
{
	sums s;

	*tau2 = 0;
	if (model == PSY_LINE_REML)
		return reml(ctx, p, k, tau2, err);
	if (model == PSY_LINE_DL)
	{
		s = sums_at(p, k, 0);
		*tau2 = fmax(0, (s.q - (double) (k - 2)) / s.trace);
	}
	return PSY_OK;
}

/* ---- fit ------------------------------------------------------------------------------------- */

static int
compare_points(const void *left, const void *right)
{
	const psy_point *a = left, *b = right;

	if (a->v != b->v)
		return a->v < b->v ? -1 : 1;
	if (a->y != b->y)
		return a->y < b->y ? -1 : 1;
	return a->x < b->x ? -1 : a->x > b->x;
}

static bool
predictors_are_equal(const psy_point *p, size_t k)
{
	double low = p[0].x, high = p[0].x;

	for (size_t i = 1; i < k; i++)
	{
		low = fmin(low, p[i].x);
		high = fmax(high, p[i].x);
	}
	return high - low <= 1e-9 * fmax(fabs(low), fabs(high));
}

static void
infer(const sums *s, double origin, psy_line_model model, double level, psy_line *line)
{
	double scale2 = 1, half;

	line->df = INFINITY;
	if (model == PSY_LINE_LM)
	{
		line->df = (double) (line->k - 2);
		scale2 = s->q / line->df;
	}
	line->b1 = s->b1;
	line->b0 = origin + (s->y - s->b1 * s->x);
	line->b1_se = sqrt(scale2 / s->sxx);
	line->b0_se = sqrt(scale2 * (1 / s->w + s->x * s->x / s->sxx));
	half = psy_t_quantile((1 - level) / 2, line->df, PSY_UPPER) * line->b0_se;
	line->b0_lb = line->b0 - half;
	line->b0_ub = line->b0 + half;
	/* What rounding leaves of a perfect fit is no dispersion. */
	if (!(line->b1_se > 0) || (model == PSY_LINE_LM && s->q <= 1e-24 * s->b1 * s->b1 * s->sxx))
	{
		line->note = "the studies lie on a line exactly, so that there is no test";
		return;
	}
	line->statistic = line->b1 / line->b1_se;
	line->p = psy_two_sided_p(line->statistic, line->df, &line->log_p);
	line->b0_p = psy_two_sided_p(line->b0 / line->b0_se, line->df, NULL);
}

static psy_status
check(const psy_point *p, size_t k, double level, psy_error *err)
{
	if (!(level > 0 && level < 1))
		return psy_fail(err, PSY_DOMAIN, "level is %g, but must lie between 0 and 1, such as 0.95", level);
	for (size_t i = 0; i < k; i++)
		if (!isfinite(p[i].x) || !isfinite(p[i].y) || !(p[i].v > 0) || isinf(p[i].v))
			return psy_fail(err, PSY_DOMAIN, "a study's variance must be positive, and all numbers finite");
	return PSY_OK;
}

const char psy_line_too_far_apart[] = "the effects, variances or predictors are too far apart for double precision: no test";

static const psy_line nothing_known = {0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NULL};

psy_status
psy_line_fit(const psy_context *ctx, psy_point *point, size_t k, psy_line_model model, double level,
			 psy_line *line, psy_error *err)
{
	psy_status status = check(point, k, level, err);
	double origin;
	sums s;

	*line = nothing_known;
	line->k = k;
	if (status != PSY_OK)
		return status;
	if (k < 3)
		line->note = "fewer than 3 studies: no test";
	else if (predictors_are_equal(point, k))
		line->note = "the predictor is the same in all studies: no test";
	if (line->note != NULL)
		return PSY_OK;
	qsort(point, k, sizeof *point, compare_points);
	origin = point[0].y;
	for (size_t i = 0; i < k; i++)
		point[i].y -= origin;
	status = estimate_tau2(ctx, point, k, model, &line->tau2, err);
	if (status == PSY_OK)
	{
		s = sums_at(point, k, line->tau2);
		infer(&s, origin, model, level, line);
	}
	if (status == PSY_SINGULAR || (status == PSY_OK && !(isfinite(line->b0) && isfinite(line->b1_se))))
	{
		*line = nothing_known;
		line->k = k;
		line->note = psy_line_too_far_apart;
		return PSY_OK;
	}
	if (status == PSY_OK && line->note == NULL && k < 10)
		line->note = "fewer than 10 studies: the test has little power";
	return status;
}
