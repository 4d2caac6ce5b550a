/* derive.c - thresholds, similarity, means of blocks; see derive.h. */
#include "connectivity/derive.h"

#include "connectivity/columns.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void
psy_conn_threshold_above(const float *from, size_t edges, float limit, bool absolute, float *to)
{
	for (size_t k = 0; k < edges; k++)
	{
		float size = absolute ? fabsf(from[k]) : from[k];

		to[k] = size > limit || isnan(size) ? from[k] : 0;
	}
}

typedef struct ranked_edge
{
	float size;
	uint32_t k;
} ranked_edge;

/* Largest first; at ties the earlier edge. */
static int
by_size(const void *left, const void *right)
{
	const ranked_edge *a = left, *b = right;

	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return (a->k > b->k) - (a->k < b->k);
}

/* The edges that can be kept, in order of size; their number. */
static size_t
rank_edges(const float *from, size_t edges, bool absolute, ranked_edge *ranked)
{
	size_t count = 0;

	for (size_t k = 0; k < edges; k++)
		if (from[k] != 0 && !isnan(from[k]))
			ranked[count++] = (ranked_edge){absolute ? fabsf(from[k]) : from[k], (uint32_t) k};
	qsort(ranked, count, sizeof *ranked, by_size);
	return count;
}

psy_status
psy_conn_threshold_density(const psy_context *ctx, const float *from, size_t edges, double density,
						   bool absolute, float *to, psy_error *err)
{
	void *memory;
	ranked_edge *ranked;
	size_t count, keep;
	psy_status status;

	if (!(density >= 0 && density <= 1))
		return psy_fail(err, PSY_DOMAIN, "density is %g; a share of the edges, 0 to 1, expected", density);
	status = psy_alloc(ctx, edges, sizeof *ranked, &memory, err);
	if (status != PSY_OK)
		return status;
	ranked = memory;
	count = rank_edges(from, edges, absolute, ranked);
	keep = (size_t) floor(density * (double) edges + 0.5);
	if (to != from)
		memcpy(to, from, edges * sizeof *to);
	for (size_t k = keep; k < count; k++)
		to[ranked[k].k] = 0;
	psy_release(ctx, memory);
	return PSY_OK;
}

double
psy_conn_similarity(const float *a, const float *b, size_t edges, double *workspace)
{
	size_t count = 0;
	double *x = workspace, *y = workspace + edges;

	for (size_t k = 0; k < edges; k++)
		if (!isnan(a[k]) && !isnan(b[k]))
		{
			x[count] = a[k];
			y[count++] = b[k];
		}
	if (count < 3 || !psy_standardise(x, count) || !psy_standardise(y, count))
		return NAN;
	return fmin(fmax(psy_column_dot(x, y, count), -1), 1);
}

void
psy_conn_block_sums(const float *value, size_t regions, const int *block, size_t blocks, double *sum,
					size_t *count)
{
	memset(sum, 0, blocks * blocks * sizeof *sum);
	memset(count, 0, blocks * blocks * sizeof *count);
	for (size_t i = 0; i < regions; i++)
		for (size_t j = i + 1; j < regions; j++, value++)
		{
			size_t low, high, at;

			if (block[i] < 0 || block[j] < 0 || isnan(*value))
				continue;
			low = (size_t) (block[i] < block[j] ? block[i] : block[j]);
			high = (size_t) (block[i] < block[j] ? block[j] : block[i]);
			at = low * blocks + high;
			sum[at] += *value;
			count[at]++;
		}
}
