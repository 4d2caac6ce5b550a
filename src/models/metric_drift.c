/* metric_drift.c - see metric_drift.h. */
#include "models/metric_drift.h"

#include "models/metric_bootstrap.h"
#include "models/metric_sum.h"

#include <math.h>

/* ---- location -------------------------------------------------------------------------------- */

psy_location
psy_locate(psy_sample x)
{
	psy_sum sum = {0}, squares = {0};
	psy_location at = {NAN, NAN};

	if (x.n == 0)
		return at;
	for (size_t k = 0; k < x.n; k++)
		psy_sum_add(&sum, x.value[k]);
	at.mean = psy_sum_of(&sum) / (double) x.n;
	if (x.n < 2)
		return at;
	/* The mean of equal values need not be one of them. */
	if (x.value[0] == x.value[x.n - 1])
	{
		at = (psy_location){x.value[0], 0};
		return at;
	}
	for (size_t k = 0; k < x.n; k++)
		psy_sum_add(&squares, (x.value[k] - at.mean) * (x.value[k] - at.mean));
	at.sd = sqrt(psy_sum_of(&squares) / (double) (x.n - 1));
	return at;
}

double
psy_standardised_difference(psy_location reference, psy_location current)
{
	double spread = sqrt((reference.sd * reference.sd + current.sd * current.sd) / 2);

	return spread > 0 ? (current.mean - reference.mean) / spread : NAN;
}

/* ---- bins ------------------------------------------------------------------------------------ */

/* How many of the values are at or below x. */
static size_t
up_to(psy_sample s, double x)
{
	size_t low = 0, high = s.n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (s.value[middle] <= x)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Distinct quantiles, ascending. */
static size_t
distinct_edges(psy_sample reference, size_t bins, double *edge)
{
	size_t edges = 0;

	for (size_t k = 1; k < bins; k++)
	{
		double q = psy_quantile_sorted(reference.value, reference.n, (double) k / (double) bins);

		if (edges == 0 || q > edge[edges - 1])
			edge[edges++] = q;
	}
	return edges;
}

static double
share_of(size_t count, size_t n, size_t *emptied)
{
	if (count > 0)
		return (double) count / (double) n;
	++*emptied;
	return 0.5 / (double) n;
}

double
psy_stability_index(psy_sample reference, psy_sample current, size_t bins, double *edge, size_t *used,
					size_t *emptied)
{
	size_t edges = distinct_edges(reference, bins, edge), below_r = 0, below_c = 0;
	psy_sum index = {0};

	*used = edges + 1;
	*emptied = 0;
	for (size_t k = 0; k <= edges; k++)
	{
		size_t upto_r = k < edges ? up_to(reference, edge[k]) : reference.n;
		size_t upto_c = k < edges ? up_to(current, edge[k]) : current.n;

		/* Beyond both sets there is nothing to compare. */
		if (upto_r > below_r || upto_c > below_c)
		{
			double r = share_of(upto_r - below_r, reference.n, emptied);
			double c = share_of(upto_c - below_c, current.n, emptied);

			psy_sum_add(&index, (c - r) * log(c / r));
		}
		below_r = upto_r;
		below_c = upto_c;
	}
	return psy_sum_of(&index);
}

/* ---- Kolmogorov and Smirnov ------------------------------------------------------------------ */

static uint64_t
distance_at(uint64_t i, uint64_t n, uint64_t j, uint64_t m)
{
	uint64_t left = i * m, right = j * n;

	return left > right ? left - right : right - left;
}

uint64_t
psy_smirnov_parts(psy_sample a, psy_sample b)
{
	size_t i = 0, j = 0;
	uint64_t most = 0;

	while (i < a.n && j < b.n)
	{
		double x = a.value[i] <= b.value[j] ? a.value[i] : b.value[j];
		uint64_t d;

		while (i < a.n && a.value[i] == x)
			i++;
		while (j < b.n && b.value[j] == x)
			j++;
		d = distance_at(i, a.n, j, b.n);
		if (d > most)
			most = d;
	}
	return most;
}

/* last[k]: the k-th of the pooled values (from 0) is the last of its ties, where the distributions may be
 * compared. */
static void
mark_last_of_ties(psy_sample a, psy_sample b, bool *last)
{
	size_t i = 0, j = 0;

	while (i < a.n || j < b.n)
	{
		double x = i == a.n                  ? b.value[j]
				   : j == b.n                ? a.value[i]
				   : a.value[i] < b.value[j] ? a.value[i]
											 : b.value[j];

		if (i < a.n && a.value[i] == x)
			i++;
		else
			j++;
		last[i + j - 1] = !((i < a.n && a.value[i] == x) || (j < b.n && b.value[j] == x));
	}
}

double
psy_smirnov_exact(psy_sample a, psy_sample b, uint64_t parts, double *reach, bool *last)
{
	psy_sample shorter = a.n <= b.n ? a : b, longer = a.n <= b.n ? b : a;
	uint64_t n = shorter.n, m = longer.n;

	mark_last_of_ties(shorter, longer, last);
	if (parts == 0)
		return 1;
	/* reach[j]: the share of the orders of i values of one and j of the other in which the distance was met.
	 */
	reach[0] = 0;
	for (uint64_t j = 1; j <= n; j++)
		reach[j] = last[j - 1] && distance_at(j, n, 0, m) >= parts ? 1 : reach[j - 1];
	for (uint64_t i = 1; i <= m; i++)
	{
		if (last[i - 1] && distance_at(0, n, i, m) >= parts)
			reach[0] = 1;
		for (uint64_t j = 1; j <= n; j++)
		{
			double from = (double) i / (double) (i + j);

			reach[j] = last[i + j - 1] && distance_at(j, n, i, m) >= parts
						   ? 1
						   : from * reach[j] + (1 - from) * reach[j - 1];
		}
	}
	return reach[n];
}

double
psy_kolmogorov_upper(double x)
{
	static const double pi = 3.14159265358979323846;
	double sum = 0;

	if (!(x > 0))
		return 1;
	if (x < 1)
	{
		for (int k = 1; k <= 7; k += 2)
			sum += exp(-k * k * pi * pi / (8 * x * x));
		return 1 - sqrt(2 * pi) / x * sum;
	}
	for (int k = 7; k >= 1; k--)
		sum = exp(-2.0 * k * k * x * x) - sum;
	return 2 * sum;
}
