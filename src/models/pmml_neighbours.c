/*
 * pmml_neighbours.c - nearest neighbours as PMML defines them (Nearest Neighbor, Comparison Measures).
 *
 * number[]: SETTINGS parameters (below) | inputs * {compare function, weight, scale} | instances * inputs values |
 * instances targets | classes ranks, the lower the better among tied classes.
 * Registers: to[0] the value or class, to[1..classes] the shares of the votes, then one scratch register an instance.
 * Missing inputs are passed over and the distance is scaled up by inputs / inputs present.
 */
#include "models/pmml_neighbours.h"

#include <math.h>

static const double *
comparison(const double *number, uint32_t input)
{
	return number + PSY_KNN_SETTINGS + 3 * (size_t) input;
}

static double
difference(const double *compare, double x, double y)
{
	switch ((int) compare[0])
	{
		case PSY_KNN_ABS_DIFF: return fabs(x - y);
		case PSY_KNN_GAUSS_SIM: return exp(-log(2) * (x - y) * (x - y) / (compare[2] * compare[2]));
		case PSY_KNN_DELTA: return x == y ? 0 : 1;
		default: return x == y ? 1 : 0;
	}
}

static double
distance(const double *number, const double *in, const double *instance)
{
	uint32_t inputs = (uint32_t) number[PSY_KNN_INPUTS], present = 0;
	int measure = (int) number[PSY_KNN_MEASURE];
	double power = measure == PSY_KNN_MINKOWSKI ? number[PSY_KNN_POWER] : measure <= PSY_KNN_SQUARED ? 2 : 1;
	double sum = 0, scale;

	for (uint32_t k = 0; k < inputs; k++)
	{
		const double *compare = comparison(number, k);
		double d;

		if (isnan(in[k]))
			continue;
		present++;
		d = difference(compare, in[k], instance[k]);
		d = (power == 1 ? d : power == 2 ? d * d : pow(d, power)) * compare[1];
		sum = measure == PSY_KNN_CHEBYCHEV ? (d > sum ? d : sum) : sum + d;
	}
	scale = (double) inputs / present;
	sum *= scale;
	if (measure == PSY_KNN_EUCLIDEAN)
		return sqrt(sum);
	return measure == PSY_KNN_MINKOWSKI ? pow(sum, 1 / power) : sum;
}

/* Similarities of truth values: larger is nearer, so that the negative one is what is sorted. */
static double
dissimilarity(const double *number, const double *in, const double *instance)
{
	uint32_t inputs = (uint32_t) number[PSY_KNN_INPUTS];
	const double *c = number + PSY_KNN_C, *d = number + PSY_KNN_D;
	double count[4] = {0, 0, 0, 0}; /* 00, 01, 10, 11 */
	double above = 0, below = 0;

	for (uint32_t k = 0; k < inputs; k++)
	{
		if (isnan(in[k]))
			return NAN;
		count[2 * (in[k] != 0) + (instance[k] != 0)]++;
	}
	for (int k = 0; k < 4; k++)
	{
		above += c[k] * count[k];
		below += d[k] * count[k];
	}
	return -above / below;
}

/* The nearest instance that is not yet taken; the first one among equals. */
static uint32_t
nearest(const double *d, uint32_t instances)
{
	uint32_t found = 0;

	for (uint32_t k = 1; k < instances; k++)
		if (!isnan(d[k]) && (isnan(d[found]) || d[k] < d[found]))
			found = k;
	return found;
}

static void
decide(const double *number, const double *rank, double *to)
{
	uint32_t classes = (uint32_t) number[PSY_KNN_CLASSES], winner = 0;
	double total = 0;

	for (uint32_t c = 0; c < classes; c++)
	{
		total += to[1 + c];
		if (to[1 + c] > to[1 + winner] || (to[1 + c] == to[1 + winner] && rank[c] < rank[winner]))
			winner = c;
	}
	to[0] = winner;
	for (uint32_t c = 0; c < classes; c++)
		to[1 + c] /= total;
}

static double
middle(const double *number, const double *target, double *d, uint32_t instances)
{
	uint32_t neighbours = (uint32_t) number[PSY_KNN_NEIGHBOURS];
	double value[2] = {NAN, NAN};

	/* Rank within those taken, which are marked by infinite distances. */
	for (uint32_t j = 0; j < instances; j++)
	{
		uint32_t less = 0, equal = 0;

		if (!isinf(d[j]))
			continue;
		for (uint32_t k = 0; k < instances; k++)
		{
			less += isinf(d[k]) && target[k] < target[j];
			equal += isinf(d[k]) && target[k] == target[j];
		}
		if (less <= neighbours / 2 && neighbours / 2 < less + equal)
			value[1] = target[j];
		if (less <= (neighbours - 1) / 2 && (neighbours - 1) / 2 < less + equal)
			value[0] = target[j];
	}
	return (value[0] + value[1]) / 2;
}

static void
score(const double *number, const double *target, uint32_t instances, double *to)
{
	uint32_t classes = (uint32_t) number[PSY_KNN_CLASSES], neighbours = (uint32_t) number[PSY_KNN_NEIGHBOURS];
	int method = (int) number[PSY_KNN_METHOD];
	double *d = to + 1 + classes, sum = 0, total = 0;

	for (uint32_t k = 0; k < neighbours; k++)
	{
		uint32_t found = nearest(d, instances);
		double weight = method == PSY_KNN_WEIGHTED ? 1 / (d[found] + number[PSY_KNN_THRESHOLD]) : 1;

		if (classes > 0)
			to[1 + (uint32_t) target[found]] += weight;
		sum += weight * target[found];
		total += weight;
		d[found] = INFINITY;
	}
	if (classes > 0)
		decide(number, target + instances, to);
	else
		to[0] = method == PSY_KNN_MEDIAN ? middle(number, target, d, instances) : sum / total;
}

void
psy_pmml_neighbours(const double *number, const double *in, uint32_t instances, double *to)
{
	uint32_t inputs = (uint32_t) number[PSY_KNN_INPUTS], classes = (uint32_t) number[PSY_KNN_CLASSES];
	const double *instance = comparison(number, inputs), *target = instance + (size_t) inputs * instances;
	double *d = to + 1 + classes;

	to[0] = NAN;
	for (uint32_t c = 0; c < classes; c++)
		to[1 + c] = 0;
	for (uint32_t k = 0; k < instances; k++, instance += inputs)
	{
		d[k] = number[PSY_KNN_MEASURE] == PSY_KNN_SIMILARITY ? dissimilarity(number, in, instance) : distance(number, in, instance);
		/* Nothing is present to compare by, or a similarity is undefined. */
		if (!isfinite(d[k]))
			return;
	}
	score(number, target, instances, to);
}

static bool
whole(double x, double least, double most)
{
	return x >= least && x <= most && x == floor(x);
}

bool
psy_pmml_neighbours_fit(const double *number, size_t count, uint32_t instances, uint32_t *reads, uint32_t *writes)
{
	uint32_t inputs, classes;
	size_t need;
	const double *target;

	if (count < PSY_KNN_SETTINGS || instances == 0 || !whole(number[PSY_KNN_INPUTS], 1, 1e6) ||
		!whole(number[PSY_KNN_CLASSES], 0, PSY_MODEL_MOST_CLASSES) || !whole(number[PSY_KNN_NEIGHBOURS], 1, instances) ||
		!whole(number[PSY_KNN_MEASURE], 0, PSY_KNN_SIMILARITY) || !whole(number[PSY_KNN_METHOD], 0, PSY_KNN_MEDIAN))
		return false;
	inputs = (uint32_t) number[PSY_KNN_INPUTS];
	classes = (uint32_t) number[PSY_KNN_CLASSES];
	need = PSY_KNN_SETTINGS + 3 * (size_t) inputs + (size_t) instances * (inputs + 1) + classes;
	if (need > count || instances > UINT32_MAX - 1 - classes)
		return false;
	for (uint32_t k = 0; k < inputs; k++)
		if (!whole(comparison(number, k)[0], 0, PSY_KNN_EQUAL))
			return false;
	target = comparison(number, inputs) + (size_t) inputs * instances;
	for (uint32_t k = 0; k < instances && classes > 0; k++)
		if (!whole(target[k], 0, classes - 1))
			return false;
	*reads = inputs;
	*writes = 1 + classes + instances;
	return true;
}
