/* metric_calibration.c - see metric_curve.h: calibration bins and logistic recalibration. */
#include "models/metric_curve.h"

#include "models/metric_bootstrap.h"
#include "models/metric_sum.h"

#include <math.h>

/* ---- bins ------------------------------------------------------------------------------------ */

static void
set_edges(const double *all, size_t n, bool by_quantile, size_t bins, psy_calibration_bin *bin)
{
	for (size_t k = 0; k < bins; k++)
	{
		double share = (double) (k + 1) / (double) bins;

		bin[k] = (psy_calibration_bin){.upper = by_quantile ? psy_quantile_sorted(all, n, share) : share};
		bin[k].lower = k > 0 ? bin[k - 1].upper : by_quantile ? all[0] : 0;
	}
}

void
psy_calibration_bins(const psy_scores *s, const double *all, bool by_quantile, size_t bins,
					 psy_calibration_bin *bin)
{
	size_t n = s->positives + s->negatives, at = 0, hits = 0;

	set_edges(all, n, by_quantile, bins, bin);
	for (size_t k = 0; k < bins; k++)
	{
		psy_sum sum = {0};

		for (; at < n && (all[at] <= bin[k].upper || k == bins - 1); at++, bin[k].n++)
			psy_sum_add(&sum, all[at]);
		for (; hits < s->positives && (s->positive[hits] <= bin[k].upper || k == bins - 1); hits++)
			bin[k].positives++;
		bin[k].mean_score = bin[k].n > 0 ? psy_sum_of(&sum) / (double) bin[k].n : NAN;
	}
}

void
psy_calibration_errors(const psy_calibration_bin *bin, size_t bins, double *expected, double *largest)
{
	psy_sum sum = {0};
	double n = 0;

	*largest = 0;
	for (size_t k = 0; k < bins; k++)
	{
		double gap;

		if (bin[k].n == 0)
			continue;
		gap = fabs((double) bin[k].positives / (double) bin[k].n - bin[k].mean_score);
		psy_sum_add(&sum, (double) bin[k].n * gap);
		*largest = fmax(*largest, gap);
		n += (double) bin[k].n;
	}
	*expected = psy_sum_of(&sum) / n;
}

/* ---- recalibration --------------------------------------------------------------------------- */

/* Gradient and information of the log-likelihood at log-odds a + b logit(score). */
typedef struct slopes
{
	psy_sum gradient[2];
	psy_sum information[3]; /* aa, ab, bb */
} slopes;

static void
add_cases(slopes *at, const double *score, size_t n, double truth, double a, double b)
{
	for (size_t k = 0; k < n; k++)
	{
		double x = log(score[k]) - log1p(-score[k]), p = 1 / (1 + exp(-(a + b * x)));

		psy_sum_add(&at->gradient[0], truth - p);
		psy_sum_add(&at->gradient[1], (truth - p) * x);
		psy_sum_add(&at->information[0], p * (1 - p));
		psy_sum_add(&at->information[1], p * (1 - p) * x);
		psy_sum_add(&at->information[2], p * (1 - p) * x * x);
	}
}

static slopes
slopes_at(const psy_scores *s, double a, double b)
{
	slopes at = {{{0}}};

	add_cases(&at, s->positive, s->positives, 1, a, b);
	add_cases(&at, s->negative, s->negatives, 0, a, b);
	return at;
}

#define MOST_STEPS 100

/* The intercept alone, the slope being 1: one unknown, and a concave function. */
static bool
fit_intercept(const psy_scores *s, psy_recalibration *out)
{
	double a = 0;

	for (int step = 0; step < MOST_STEPS; step++)
	{
		slopes at = slopes_at(s, a, 1);
		double information = psy_sum_of(&at.information[0]), by = psy_sum_of(&at.gradient[0]) / information;

		if (!isfinite(by))
			return false;
		/* Far from the answer the curve is flat, and a whole step would leap over it. */
		by = fmin(fmax(by, -2), 2);
		a += by;
		if (fabs(by) <= 1e-14 * (1 + fabs(a)))
		{
			out->intercept = a;
			out->intercept_se = sqrt(1 / information);
			return true;
		}
	}
	return false;
}

static bool
fit_slope(const psy_scores *s, psy_recalibration *out)
{
	double a = 0, b = 1;

	for (int step = 0; step < MOST_STEPS && fabs(a) < 1e6 && fabs(b) < 1e6; step++)
	{
		slopes at = slopes_at(s, a, b);
		double aa = psy_sum_of(&at.information[0]), ab = psy_sum_of(&at.information[1]);
		double bb = psy_sum_of(&at.information[2]), det = aa * bb - ab * ab;
		double by_a = (bb * psy_sum_of(&at.gradient[0]) - ab * psy_sum_of(&at.gradient[1])) / det;
		double by_b = (aa * psy_sum_of(&at.gradient[1]) - ab * psy_sum_of(&at.gradient[0])) / det;
		double shrink = fmin(1, 4 / fmax(fabs(by_a), fabs(by_b)));

		if (!isfinite(by_a) || !isfinite(by_b))
			return false;
		a += shrink * by_a;
		b += shrink * by_b;
		if (fabs(by_a) <= 1e-13 * (1 + fabs(a)) && fabs(by_b) <= 1e-13 * (1 + fabs(b)))
		{
			out->slope = b;
			out->slope_se = sqrt(aa / det);
			return true;
		}
	}
	return false;
}

/* Whether a threshold parts the classes, ties allowed: then the likelihood has no maximum. */
static bool
separated(const psy_scores *s)
{
	return s->positive[0] >= s->negative[s->negatives - 1] || s->negative[0] >= s->positive[s->positives - 1];
}

psy_status
psy_recalibrate(const psy_scores *s, psy_recalibration *out, psy_error *err)
{
	*out = (psy_recalibration){NAN, NAN, NAN, NAN};
	if (s->positives == 0 || s->negatives == 0)
		return psy_fail(err, PSY_SINGULAR, "no %s case", s->positives == 0 ? "positive" : "negative");
	if (s->positive[0] <= 0 || s->negative[0] <= 0 || s->positive[s->positives - 1] >= 1 ||
		s->negative[s->negatives - 1] >= 1)
		return psy_fail(err, PSY_DOMAIN, "a score of 0 or 1 has no log-odds: no recalibration");
	if (!fit_intercept(s, out))
		return psy_fail(err, PSY_NOCONVERGE, "the recalibration did not converge");
	if (separated(s))
		return psy_fail(err, PSY_NOCONVERGE, "the scores separate the classes, or are all equal: no slope");
	if (!fit_slope(s, out))
		return psy_fail(err, PSY_NOCONVERGE, "the recalibration's slope did not converge");
	return PSY_OK;
}
