/* metric.c - see metric.h. */
#include "models/metric.h"

#include <math.h>
#include <string.h>

/* ---- sorting --------------------------------------------------------------------------------- */

/* Bits of a double as an unsigned number in the same order. */
static uint64_t
ordered_bits(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits >> 63 ? ~bits : bits | (uint64_t) 1 << 63;
}

/* One pass by the byte at shift; false when all values share that byte and nothing was moved. */
static bool
radix_pass(const double *from, size_t n, unsigned shift, double *to)
{
	size_t start[257] = {0};

	for (size_t k = 0; k < n; k++)
		start[(ordered_bits(from[k]) >> shift & 0xFF) + 1]++;
	for (size_t byte = 1; byte <= 256; byte++)
		if (start[byte] == n)
			return false;
	for (size_t byte = 1; byte <= 256; byte++)
		start[byte] += start[byte - 1];
	for (size_t k = 0; k < n; k++)
		to[start[ordered_bits(from[k]) >> shift & 0xFF]++] = from[k];
	return true;
}

void
psy_sort_doubles(double *value, size_t n, double *work)
{
	double *from = value, *to = work;

	for (unsigned shift = 0; shift < 64; shift += 8)
		if (radix_pass(from, n, shift, to))
		{
			double *held = from;

			from = to;
			to = held;
		}
	if (from != value && n > 0)
		memcpy(value, from, n * sizeof *value);
}

/* ---- area under the curve -------------------------------------------------------------------- */

double
psy_auc(const double *positive, size_t positives, const double *negative, size_t negatives)
{
	uint64_t twice = 0; /* pairs won, times two; a tie counts one */
	size_t below = 0, upto = 0;

	for (size_t k = 0; k < positives; k++)
	{
		while (below < negatives && negative[below] < positive[k])
			below++;
		while (upto < negatives && negative[upto] <= positive[k])
			upto++;
		twice += (uint64_t) below + upto;
	}
	return (double) twice / (2.0 * (double) positives * (double) negatives);
}

/* Sum of squared deviations of the placements of one class among the other, mean given. */
static double
placement_variance(const double *own, size_t n, const double *other, size_t others, double mean)
{
	double sum = 0;
	size_t below = 0, upto = 0;

	for (size_t k = 0; k < n; k++)
	{
		double d;

		while (below < others && other[below] < own[k])
			below++;
		while (upto < others && other[upto] <= own[k])
			upto++;
		d = ((double) below + (double) upto) / (2.0 * (double) others) - mean;
		sum += d * d;
	}
	return sum / (double) (n - 1);
}

psy_auc_interval
psy_auc_delong(const double *positive, size_t positives, const double *negative, size_t negatives, double z)
{
	psy_auc_interval out = {psy_auc(positive, positives, negative, negatives), NAN, NAN, NAN};
	double variance;

	if (positives < 2 || negatives < 2)
		return out;
	/* Seen from the negatives the placement is 1 - AUC on average; its variance is the same. */
	variance = placement_variance(positive, positives, negative, negatives, out.auc) / (double) positives +
			   placement_variance(negative, negatives, positive, positives, 1 - out.auc) / (double) negatives;
	out.se = sqrt(variance);
	out.ci_lb = fmax(0, out.auc - z * out.se);
	out.ci_ub = fmin(1, out.auc + z * out.se);
	return out;
}
