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

#define BINS 10

/*
 * The expected calibration error over bins of equal width, as psy_calibration_errors has it: both classes'
 * scores are added up in one order, so that cases that count once give the same number to the last bit.
 */
static double
calibration_error(const weighted *w)
{
	size_t i = 0, j = 0;
	psy_sum error = {0};

	for (size_t bin = 0; bin < BINS; bin++)
	{
		double upper = bin + 1 < BINS ? (double) (bin + 1) / BINS : INFINITY, n = 0, hits = 0;
		psy_sum scores = {0};

		for (;;)
		{
			double positive = i < w->s.positives ? w->s.positive[i] : INFINITY,
				   negative = j < w->s.negatives ? w->s.negative[j] : INFINITY;
			bool hit = positive <= negative;
			double score = hit ? positive : negative, times;

			if ((i == w->s.positives && j == w->s.negatives) || score > upper)
				break;
			times = hit ? times_of(w->positive, i++) : times_of(w->negative, j++);
			psy_sum_add(&scores, times * score);
			n += times;
			hits += hit ? times : 0;
		}
		if (n > 0)
			psy_sum_add(&error, n * fabs(hits / n - psy_sum_of(&scores) / n));
	}
	return psy_sum_of(&error) / (double) (w->s.positives + w->s.negatives);
}

static double
evaluate(const weighted *w, psy_bootstrap_metric metric)
{
	switch (metric)
	{
		case PSY_BOOTSTRAP_AUC: return auc(w);
		case PSY_BOOTSTRAP_AVERAGE_PRECISION: return average_precision(w);
		case PSY_BOOTSTRAP_ECE: return calibration_error(w);
		default: return mean_loss(w, metric == PSY_BOOTSTRAP_LOGLOSS);
	}
}

double
psy_bootstrap_estimate(const psy_scores *s, psy_bootstrap_metric metric)
{
	return evaluate(&(weighted){.s = *s}, metric);
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* n draws out of n; the classes of a replicate are streams of their own. */
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

/* ---- labels ---------------------------------------------------------------------------------- */

double
psy_label_estimate(const psy_confusion *c, psy_label_metric metric, size_t positive)
{
	psy_binary b = {.tn = c->n};

	if (metric >= PSY_LABEL_F1 && positive < c->k)
		b = psy_confusion_of(c, positive);
	switch (metric)
	{
		case PSY_LABEL_BALANCED_ACCURACY: return psy_balanced_accuracy(c);
		case PSY_LABEL_ACCURACY: return (double) c->hits / (double) c->n;
		case PSY_LABEL_F1_MACRO: return psy_f1(c, PSY_AVERAGE_MACRO);
		case PSY_LABEL_F1_WEIGHTED: return psy_f1(c, PSY_AVERAGE_WEIGHTED);
		case PSY_LABEL_MCC: return psy_mcc(c);
		case PSY_LABEL_KAPPA: return psy_kappa(c).kappa;
		case PSY_LABEL_F1: return psy_f1_of(b);
		case PSY_LABEL_SENSITIVITY: return (double) b.tp / (double) (b.tp + b.fn);
		case PSY_LABEL_SPECIFICITY: return (double) b.tn / (double) (b.tn + b.fp);
		case PSY_LABEL_PPV: return (double) b.tp / (double) (b.tp + b.fp);
		default: return (double) b.tn / (double) (b.tn + b.fn);
	}
}

size_t
psy_label_bootstrap_workspace(size_t k)
{
	return k * k + 3 * k;
}

/* Draws between looks at whether somebody wants to stop. */
#define DRAWS_AT_A_TIME ((uint64_t) 1 << 22)

/* As many cases as the row has, each a cell with the chance of its count; upto[k] is scratch for the cells'
 * ends. */
static psy_status
draw_row(const psy_context *ctx, const int64_t *row, size_t k, uint64_t seed, uint64_t stream, int64_t *upto,
		 int64_t *drawn_row, psy_error *err)
{
	int64_t n = 0;
	uint64_t pair[2];

	for (size_t j = 0; j < k; j++)
	{
		upto[j] = n += row[j];
		drawn_row[j] = 0;
	}
	for (uint64_t draw = 0; draw < (uint64_t) n; draw++)
	{
		int64_t at;
		size_t low = 0, high = k - 1;
		psy_status status;

		if (draw % DRAWS_AT_A_TIME == DRAWS_AT_A_TIME - 1 && (status = psy_poll(ctx, err)) != PSY_OK)
			return status;
		if (draw % 2 == 0)
			psy_random_pair(seed, stream, draw / 2, pair);
		at = (int64_t) psy_random_below(pair[draw % 2], (uint64_t) n);
		while (low < high)
		{
			size_t middle = (low + high) / 2;

			if (at < upto[middle])
				high = middle;
			else
				low = middle + 1;
		}
		drawn_row[low]++;
	}
	return PSY_OK;
}

psy_status
psy_label_bootstrap(const psy_context *ctx, const psy_confusion *c, psy_label_metric metric, size_t positive,
					uint64_t seed, size_t replicates, int64_t *workspace, double *value, psy_error *err)
{
	size_t k = c->k;
	int64_t *table = workspace, *margin = table + k * k, *upto = margin + 2 * k;

	for (size_t r = 0; r < replicates; r++)
	{
		psy_status status = psy_poll(ctx, err);
		psy_confusion replicate;

		for (size_t i = 0; i < k && status == PSY_OK; i++)
			status = draw_row(ctx, c->count + i * k, k, seed, (uint64_t) r * k + i, upto, table + i * k, err);
		if (status != PSY_OK)
			return status;
		replicate = psy_confusion_make(table, k, margin);
		value[r] = psy_label_estimate(&replicate, metric, positive);
	}
	return PSY_OK;
}

/* ---- predictions beside what was observed ---------------------------------------------------- */

static double
error_of(const psy_errors *errors, psy_error_metric metric)
{
	return metric == PSY_ERROR_R2 ? errors->r2 : metric == PSY_ERROR_MAE ? errors->mae : errors->rmse;
}

double
psy_error_estimate(const psy_pair *pair, size_t n, psy_error_metric metric)
{
	psy_errors errors = psy_regression_errors(pair, NULL, n);

	return error_of(&errors, metric);
}

psy_status
psy_error_bootstrap(const psy_context *ctx, const psy_pair *pair, size_t n, psy_error_metric metric,
					uint64_t seed, size_t replicates, uint32_t *times, double *value, psy_error *err)
{
	for (size_t r = 0; r < replicates; r++)
	{
		psy_status status = psy_poll(ctx, err);
		psy_errors errors;

		if (status != PSY_OK)
			return status;
		draw(seed, r, n, times);
		errors = psy_regression_errors(pair, times, n);
		value[r] = error_of(&errors, metric);
	}
	return PSY_OK;
}
