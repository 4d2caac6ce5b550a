/* metric_curve.c - see metric_curve.h: thresholds, Brier's score, log loss. */
#include "models/metric_curve.h"

#include "models/metric_sum.h"

#include <math.h>

psy_status
psy_check_probabilities(const psy_scores *s, psy_error *err)
{
	const double *side[2] = {s->positive, s->negative};
	size_t count[2] = {s->positives, s->negatives};

	/* Sorted: the ends tell. */
	for (int k = 0; k < 2; k++)
		if (count[k] > 0 && !(side[k][0] >= 0 && side[k][count[k] - 1] <= 1))
			return psy_fail(err, PSY_DOMAIN, "score %g is no probability",
							side[k][0] >= 0 ? side[k][count[k] - 1] : side[k][0]);
	return PSY_OK;
}

/* ---- over thresholds ------------------------------------------------------------------------- */

bool
psy_next_point(const psy_scores *s, psy_operating_point *at)
{
	size_t tp = at->true_positives, fp = at->false_positives;
	bool positive = tp < s->positives, negative = fp < s->negatives;
	double next;

	if (!positive && !negative)
		return false;
	next = !negative   ? s->positive[s->positives - 1 - tp]
		   : !positive ? s->negative[s->negatives - 1 - fp]
					   : fmax(s->positive[s->positives - 1 - tp], s->negative[s->negatives - 1 - fp]);
	while (tp < s->positives && s->positive[s->positives - 1 - tp] == next)
		tp++;
	while (fp < s->negatives && s->negative[s->negatives - 1 - fp] == next)
		fp++;
	*at = (psy_operating_point){next, tp, fp};
	return true;
}

/* How many of value[n] are >= threshold. */
static size_t
at_least(const double *value, size_t n, double threshold)
{
	size_t low = 0, high = n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (value[middle] < threshold)
			low = middle + 1;
		else
			high = middle;
	}
	return n - low;
}

psy_operating_point
psy_point_at(const psy_scores *s, double threshold)
{
	return (psy_operating_point){threshold, at_least(s->positive, s->positives, threshold),
								 at_least(s->negative, s->negatives, threshold)};
}

double
psy_average_precision(const psy_scores *s)
{
	psy_operating_point at = {INFINITY, 0, 0};
	psy_sum sum = {0};

	if (s->positives == 0)
		return NAN;
	for (size_t before = 0; psy_next_point(s, &at); before = at.true_positives)
		psy_sum_add(&sum, (double) (at.true_positives - before) * (double) at.true_positives /
							  (double) (at.true_positives + at.false_positives));
	return psy_sum_of(&sum) / (double) s->positives;
}

double
psy_net_benefit(const psy_scores *s, double threshold, double *treat_all)
{
	psy_operating_point at = psy_point_at(s, threshold);
	double n = (double) (s->positives + s->negatives), odds = threshold / (1 - threshold);

	*treat_all = ((double) s->positives - (double) s->negatives * odds) / n;
	return ((double) at.true_positives - (double) at.false_positives * odds) / n;
}

/* ---- of probabilities ------------------------------------------------------------------------ */

psy_brier_parts
psy_brier(const psy_scores *s)
{
	double n = (double) (s->positives + s->negatives), share = (double) s->positives / n;
	psy_operating_point at = {INFINITY, 0, 0}, before = at;
	psy_sum brier = {0}, reliability = {0}, resolution = {0};

	for (size_t k = 0; k < s->positives; k++)
		psy_sum_add(&brier, (1 - s->positive[k]) * (1 - s->positive[k]));
	for (size_t k = 0; k < s->negatives; k++)
		psy_sum_add(&brier, s->negative[k] * s->negative[k]);
	for (; psy_next_point(s, &at); before = at)
	{
		double hits = (double) (at.true_positives - before.true_positives);
		double cases = hits + (double) (at.false_positives - before.false_positives), observed = hits / cases;

		psy_sum_add(&reliability, cases * (at.threshold - observed) * (at.threshold - observed));
		psy_sum_add(&resolution, cases * (observed - share) * (observed - share));
	}
	return (psy_brier_parts){psy_sum_of(&brier) / n, psy_sum_of(&reliability) / n,
							 psy_sum_of(&resolution) / n, share * (1 - share)};
}

static double
into(double score, double clip)
{
	return fmin(fmax(score, clip), 1 - clip);
}

double
psy_logloss(const psy_scores *s, double clip)
{
	psy_sum sum = {0};

	for (size_t k = 0; k < s->positives; k++)
		psy_sum_add(&sum, -log(into(s->positive[k], clip)));
	for (size_t k = 0; k < s->negatives; k++)
		psy_sum_add(&sum, -log1p(-into(s->negative[k], clip)));
	return psy_sum_of(&sum) / (double) (s->positives + s->negatives);
}
