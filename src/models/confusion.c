/* confusion.c - see confusion.h. */
#include "models/confusion.h"

#include "models/metric_sum.h"

#include <stdbool.h>

psy_confusion
psy_confusion_make(const int64_t *count, size_t k, int64_t *margin)
{
	psy_confusion c = {.count = count, .k = k, .truth = margin, .predicted = margin + k};

	for (size_t j = 0; j < 2 * k; j++)
		margin[j] = 0;
	for (size_t i = 0; i < k; i++)
	{
		for (size_t j = 0; j < k; j++)
		{
			margin[i] += count[i * k + j];
			margin[k + j] += count[i * k + j];
		}
		c.hits += count[i * k + i];
		c.n += margin[i];
	}
	return c;
}

psy_binary
psy_confusion_of(const psy_confusion *c, size_t positive)
{
	psy_binary b = {.tp = c->count[positive * c->k + positive]};

	b.fp = c->predicted[positive] - b.tp;
	b.fn = c->truth[positive] - b.tp;
	b.tn = c->n - b.tp - b.fp - b.fn;
	return b;
}

psy_proportion
psy_wilson(int64_t successes, int64_t n, double z)
{
	double size = (double) n, p = (double) successes / size, z2 = z * z / size;
	double centre = (p + z2 / 2) / (1 + z2), half = z / (1 + z2) * sqrt(p * (1 - p) / size + z2 / size / 4);

	if (n == 0)
		return (psy_proportion){NAN, NAN, NAN};
	/* The ends are exact where rounding would miss them. */
	return (psy_proportion){p, successes == 0 ? 0 : centre - half, successes == n ? 1 : centre + half};
}

double
psy_balanced_accuracy(const psy_confusion *c)
{
	psy_sum sum = {0};
	double classes = 0;

	for (size_t k = 0; k < c->k; k++)
	{
		int64_t n = c->truth[k];

		if (n == 0)
			continue;
		psy_sum_add(&sum, (double) c->count[k * c->k + k] / (double) n);
		classes++;
	}
	return psy_sum_of(&sum) / classes;
}

double
psy_f1_of(psy_binary b)
{
	return 2.0 * (double) b.tp / (2.0 * (double) b.tp + (double) b.fp + (double) b.fn);
}

double
psy_f1(const psy_confusion *c, psy_average average)
{
	psy_sum sum = {0};
	double weights = 0;

	if (average == PSY_AVERAGE_MICRO)
		return (double) c->hits / (double) c->n;
	for (size_t k = 0; k < c->k; k++)
	{
		psy_binary b = psy_confusion_of(c, k);
		double weight = average == PSY_AVERAGE_MACRO ? 1 : (double) (b.tp + b.fn);

		if (b.tp + b.fp + b.fn == 0)
			continue;
		psy_sum_add(&sum, weight * psy_f1_of(b));
		weights += weight;
	}
	return psy_sum_of(&sum) / weights;
}

double
psy_mcc(const psy_confusion *c)
{
	double n = (double) c->n, product = 0, truth = 0, predicted = 0;

	for (size_t k = 0; k < c->k; k++)
	{
		double t = (double) c->truth[k], p = (double) c->predicted[k];

		product += t * p;
		truth += t * t;
		predicted += p * p;
	}
	if (!(n * n > truth) || !(n * n > predicted))
		return NAN;
	/* One root: of equal margins it is exact, so that perfect agreement is 1. */
	return ((double) c->hits * n - product) / sqrt((n * n - truth) * (n * n - predicted));
}

/* All cases have one label on a side. */
static bool
is_single(const int64_t *count, size_t k, int64_t n)
{
	for (size_t i = 0; i < k; i++)
		if (count[i] == n)
			return true;
	return false;
}

psy_kappa_result
psy_kappa(const psy_confusion *c)
{
	double n = (double) c->n, agreed = (double) c->hits / n, chance = 0, kappa, sum = 0;

	for (size_t k = 0; k < c->k; k++)
		chance += (double) c->truth[k] / n * ((double) c->predicted[k] / n);
	if (!(chance < 1))
		return (psy_kappa_result){NAN, NAN};
	/* Agreement is then that of chance whatever the other side says: nothing varies, and nothing was learnt. */
	if (is_single(c->truth, c->k, c->n) || is_single(c->predicted, c->k, c->n))
		return (psy_kappa_result){0, NAN};
	kappa = (agreed - chance) / (1 - chance);
	for (size_t i = 0; i < c->k; i++)
		for (size_t j = 0; j < c->k; j++)
		{
			double p = (double) c->count[i * c->k + j] / n;
			/* Of cell (i, j): the margins that its labels have on the other side. */
			double margins = (double) (c->predicted[i] + c->truth[j]) / n;
			double d = i == j ? 1 - margins * (1 - kappa) : margins * (1 - kappa);

			sum += p * d * d;
		}
	sum -= (kappa - chance * (1 - kappa)) * (kappa - chance * (1 - kappa));
	return (psy_kappa_result){kappa, sqrt(fmax(0, sum) / n) / (1 - chance)};
}
