/* metric_bootstrap.c - see metric_bootstrap.h.  A replicate is how many times each case was drawn, so that
 * sorted scores stay sorted and a replicate costs no more than a pass over them. */
#include "models/metric_bootstrap.h"

#include "core/random.h"
#include "models/metric_sum.h"

#include <math.h>
#include <string.h>

double
psy_quantile_sorted(const double *value, size_t n, double p)
{
	double at = p * (double) (n - 1);
	size_t k = (size_t) at;

	if (k + 1 >= n)
		return value[n - 1];
	return value[k] + (at - (double) k) * (value[k + 1] - value[k]);
}

/* Scores with how many times each counts; NULL for once. */
typedef struct weighted
{
	psy_scores s;
	const uint32_t *positive;
	const uint32_t *negative;
} weighted;

static double
times_of(const uint32_t *times, size_t k)
{
	return times == NULL ? 1 : (double) times[k];
}

/* Whole numbers: exact. */
static double
auc(const weighted *w)
{
	double below = 0, upto = 0, twice = 0;
	size_t i = 0, j = 0;

	for (size_t k = 0; k < w->s.positives; k++)
	{
		for (; i < w->s.negatives && w->s.negative[i] < w->s.positive[k]; i++)
			below += times_of(w->negative, i);
		for (; j < w->s.negatives && w->s.negative[j] <= w->s.positive[k]; j++)
			upto += times_of(w->negative, j);
		twice += times_of(w->positive, k) * (below + upto);
	}
	return twice / (2.0 * (double) w->s.positives * (double) w->s.negatives);
}

/* Numbers of drawn cases in [from, to), counted from the highest score. */
static double
drawn(const uint32_t *times, size_t n, size_t from, size_t to)
{
	double sum = 0;

	for (size_t k = from; k < to; k++)
		sum += times_of(times, n - 1 - k);
	return sum;
}

static double
average_precision(const weighted *w)
{
	psy_operating_point at = {INFINITY, 0, 0}, before = at;
	psy_sum sum = {0};
	double tp = 0, fp = 0;

	for (; psy_next_point(&w->s, &at); before = at)
	{
		double hits = drawn(w->positive, w->s.positives, before.true_positives, at.true_positives);

		tp += hits;
		fp += drawn(w->negative, w->s.negatives, before.false_positives, at.false_positives);
		if (hits > 0)
			psy_sum_add(&sum, hits * tp / (tp + fp));
	}
	return psy_sum_of(&sum) / (double) w->s.positives;
}

static double
mean_loss(const weighted *w, bool log_loss)
{
	psy_sum sum = {0};

	for (size_t k = 0; k < w->s.positives; k++)
	{
		double miss = 1 - w->s.positive[k], times = times_of(w->positive, k);

		if (times > 0)
			psy_sum_add(&sum, times * (log_loss ? -log(w->s.positive[k]) : miss * miss));
	}
	for (size_t k = 0; k < w->s.negatives; k++)
	{
		double score = w->s.negative[k], times = times_of(w->negative, k);

		if (times > 0)
			psy_sum_add(&sum, times * (log_loss ? -log1p(-score) : score * score));
	}
	return psy_sum_of(&sum) / (double) (w->s.positives + w->s.negatives);
}

static double
evaluate(const weighted *w, psy_bootstrap_metric metric)
{
	switch (metric)
	{
		case PSY_BOOTSTRAP_AUC: return auc(w);
		case PSY_BOOTSTRAP_AVERAGE_PRECISION: return average_precision(w);
		default: return mean_loss(w, metric == PSY_BOOTSTRAP_LOGLOSS);
	}
}

double
psy_bootstrap_estimate(const psy_scores *s, psy_bootstrap_metric metric)
{
	return evaluate(&(weighted){.s = *s}, metric);
}

/* n draws out of n; the two classes of a replicate are streams of their own. */
static void
draw(uint64_t seed, uint64_t stream, size_t n, uint32_t *times)
{
	uint64_t pair[2];

	memset(times, 0, n * sizeof *times);
	for (size_t k = 0; k < n; k++)
	{
		if (k % 2 == 0)
			psy_random_pair(seed, stream, k / 2, pair);
		times[psy_random_below(pair[k % 2], n)]++;
	}
}

psy_status
psy_bootstrap(const psy_context *ctx, const psy_scores *s, psy_bootstrap_metric metric, uint64_t seed,
			  size_t replicates, uint32_t *times, double *value, psy_error *err)
{
	weighted w = {.s = *s, .positive = times, .negative = times + s->positives};

	for (size_t r = 0; r < replicates; r++)
	{
		psy_status status = psy_poll(ctx, err);

		if (status != PSY_OK)
			return status;
		draw(seed, 2 * r, s->positives, times);
		draw(seed, 2 * r + 1, s->negatives, times + s->positives);
		value[r] = evaluate(&w, metric);
	}
	return PSY_OK;
}
