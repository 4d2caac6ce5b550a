/* metric_paired.c - see metric_paired.h. */
#include "models/metric_paired.h"

#include "models/metric.h"
#include "models/metric_sum.h"
#include "stats/distribution.h"

#include <math.h>
#include <string.h>

/* ---- sorting: merges from the bottom up, linear scratch, no recursion ------------------------ */

static bool
above(psy_pair x, psy_pair y)
{
	return x.a > y.a || (x.a == y.a && x.b > y.b);
}

static void
merge(const psy_pair *from, size_t left, size_t middle, size_t right, psy_pair *to)
{
	size_t i = left, j = middle;

	for (size_t k = left; k < right; k++)
		to[k] = j >= right || (i < middle && !above(from[i], from[j])) ? from[i++] : from[j++];
}

void
psy_sort_pairs(psy_pair *pair, size_t n, psy_pair *work)
{
	psy_pair *from = pair, *to = work;

	/* -0 and 0 compare equal, but must not tell in what order they came. */
	for (size_t k = 0; k < n; k++)
		pair[k] = (psy_pair){pair[k].a + 0.0, pair[k].b + 0.0};
	for (size_t width = 1; width < n; width *= 2)
	{
		psy_pair *held = from;

		for (size_t left = 0; left < n; left += 2 * width)
		{
			size_t middle = left + width < n ? left + width : n,
				   right = middle + width < n ? middle + width : n;

			merge(from, left, middle, right, to);
		}
		from = to;
		to = held;
	}
	if (from != pair)
		memcpy(pair, from, n * sizeof *pair);
}

/* ---- DeLong ---------------------------------------------------------------------------------- */

/* The first of value[n] that is >= x, or > x. */
static size_t
rank_of(const double *value, size_t n, double x, bool strictly)
{
	size_t low = 0, high = n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (value[middle] < x || (strictly && value[middle] == x))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Twice the placement of x among the others, as a count. */
static double
placement(const double *other, size_t others, double x)
{
	return (double) (rank_of(other, others, x, false) + rank_of(other, others, x, true));
}

static void
spread(const psy_pair *pair, size_t n, double *a, double *b, double *work)
{
	for (size_t k = 0; k < n; k++)
	{
		a[k] = pair[k].a;
		b[k] = pair[k].b;
	}
	psy_sort_doubles(a, n, work);
	psy_sort_doubles(b, n, work);
}

/*
 * Variance of one class's placements in a minus those in b, over its cases; *sum is that of the placements
 * (counted twice) in a less in b.  Whole numbers until they are squared.
 */
static double
variance_of_difference(const psy_pair *own, size_t n, const double *other_a, const double *other_b,
					   size_t others, double *sum_a, double *sum_b)
{
	psy_sum squares = {0};
	double mean;

	*sum_a = *sum_b = 0;
	for (size_t k = 0; k < n; k++)
	{
		*sum_a += placement(other_a, others, own[k].a);
		*sum_b += placement(other_b, others, own[k].b);
	}
	mean = (*sum_a - *sum_b) / (double) n;
	for (size_t k = 0; k < n; k++)
	{
		double d = placement(other_a, others, own[k].a) - placement(other_b, others, own[k].b) - mean;

		psy_sum_add(&squares, d * d);
	}
	return psy_sum_of(&squares) / (double) (n - 1) / (4.0 * (double) others * (double) others);
}

size_t
psy_delong_workspace(size_t positives, size_t negatives)
{
	return 2 * (positives + negatives) + (positives > negatives ? positives : negatives);
}

psy_delong
psy_delong_paired(const psy_pair *positive, size_t positives, const psy_pair *negative, size_t negatives,
				  double *workspace)
{
	double *pa = workspace, *pb = pa + positives, *na = pb + positives, *nb = na + negatives,
		   *work = nb + negatives;
	double m = (double) positives, n = (double) negatives, sum_a, sum_b, unused[2], variance;
	psy_delong out = {.se = NAN, .statistic = NAN, .p = NAN};

	spread(positive, positives, pa, pb, work);
	spread(negative, negatives, na, nb, work);
	variance = variance_of_difference(positive, positives, na, nb, negatives, &sum_a, &sum_b) / m +
			   variance_of_difference(negative, negatives, pa, pb, positives, unused, unused + 1) / n;
	out.auc_a = sum_a / (2 * m * n);
	out.auc_b = sum_b / (2 * m * n);
	out.difference = (sum_a - sum_b) / (2 * m * n);
	if (positives < 2 || negatives < 2)
		return out;
	out.se = sqrt(variance);
	if (out.se > 0)
	{
		out.statistic = out.difference / out.se;
		out.p = psy_two_sided_p(out.statistic, INFINITY, NULL);
	}
	return out;
}

/* ---- regression ------------------------------------------------------------------------------ */

psy_errors
psy_regression_errors(const psy_pair *pair, const uint32_t *times, size_t n)
{
	psy_sum mean = {0}, absolute = {0}, squared = {0}, total = {0};
	double centre;
	size_t first = 0;

	while (times != NULL && first + 1 < n && times[first] == 0)
		first++;
	/* Deviations from the first observation first: a large mean costs no digits, and equal ones have none. */
	for (size_t k = first; k < n; k++)
		psy_sum_add(&mean, (times == NULL ? 1 : (double) times[k]) * (pair[k].b - pair[first].b));
	centre = psy_sum_of(&mean) / (double) n;
	for (size_t k = first; k < n; k++)
	{
		double often = times == NULL ? 1 : (double) times[k];
		double error = pair[k].b - pair[k].a, from_mean = pair[k].b - pair[first].b - centre;

		psy_sum_add(&absolute, often * fabs(error));
		psy_sum_add(&squared, often * (error * error));
		psy_sum_add(&total, often * (from_mean * from_mean));
	}
	return (psy_errors){.r2 = psy_sum_of(&total) > 0 ? 1 - psy_sum_of(&squared) / psy_sum_of(&total) : NAN,
						.mae = psy_sum_of(&absolute) / (double) n,
						.rmse = sqrt(psy_sum_of(&squared) / (double) n)};
}
