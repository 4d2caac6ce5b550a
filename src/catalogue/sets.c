/* sets.c - see sets.h. */
#include "catalogue/sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int
item_order(const void *a, const void *b)
{
	int32_t x = *(const int32_t *) a, y = *(const int32_t *) b;

	return (x > y) - (x < y);
}

size_t
psy_set_sort(int32_t *item, size_t count)
{
	size_t kept = 0;

	if (count > 0)
		qsort(item, count, sizeof *item, item_order);
	for (size_t k = 0; k < count; k++)
		if (kept == 0 || item[kept - 1] != item[k])
			item[kept++] = item[k];
	return kept;
}

size_t
psy_set_common(const int32_t *a, size_t a_count, const int32_t *b, size_t b_count)
{
	size_t i = 0, j = 0, common = 0;

	while (i < a_count && j < b_count)
	{
		common += a[i] == b[j];
		if (a[i] <= b[j])
		{
			j += a[i] == b[j];
			i++;
		}
		else
			j++;
	}
	return common;
}

double
psy_jaccard(const int32_t *a, size_t a_count, const int32_t *b, size_t b_count)
{
	size_t common = psy_set_common(a, a_count, b, b_count), all = a_count + b_count - common;

	return all == 0 ? NAN : (double) common / (double) all;
}

/* ---- Fisher's exact test --------------------------------------------------------------------- */

#define FISHER_MOST 10000000
#define SAME_PROBABILITY (1 + 1e-7) /* R: relErr <- 1 + 10^(-7) */
#define TINY 0x1p-900

/* Sums of table probabilities, in units of the given table's times 2^(900 scale): those of the tail, and the
 * others. */
typedef struct fisher_sum
{
	double tail, rest;
	int scale;
} fisher_sum;

/* A term in units of 2^(900 scale) of its own; the sums take the larger unit of the two. */
static void
fisher_add(fisher_sum *sum, double term, int scale, bool counted)
{
	for (; sum->scale < scale; sum->scale++)
	{
		sum->tail *= TINY;
		sum->rest *= TINY;
	}
	for (; scale < sum->scale; scale++)
		term *= TINY;
	if (counted)
		sum->tail += term;
	else
		sum->rest += term;
}

/* Adds the tables on one side of the given one: step +1 towards greater a, -1 towards smaller. */
static void
fisher_side(fisher_sum *sum, const double table[4], int step, bool in_tail, bool two_sided)
{
	double a = table[0], b = table[1], c = table[2], d = table[3], term = 1;
	int scale = 0;

	for (;;)
	{
		term *= step > 0 ? b * c / ((a + 1) * (d + 1)) : a * d / ((b + 1) * (c + 1));
		a += step;
		d += step;
		b -= step;
		c -= step;
		if (term > 1 / TINY) /* the given table is far out */
		{
			term *= TINY;
			scale++;
		}
		if (term == 0 || (scale == 0 && term < TINY))
			return;
		fisher_add(sum, term, scale, two_sided ? scale == 0 && term <= SAME_PROBABILITY : in_tail);
	}
}

psy_status
psy_fisher_exact(int64_t a, int64_t b, int64_t c, int64_t d, psy_tail tail, double *p, psy_error *err)
{
	double table[4] = {(double) a, (double) b, (double) c, (double) d};
	fisher_sum sum = {1, 0, 0};

	if (a < 0 || b < 0 || c < 0 || d < 0)
		return psy_fail(err, PSY_DOMAIN, "a 2 x 2 table with %lld, %lld, %lld, %lld; counts are at least 0",
						(long long) a, (long long) b, (long long) c, (long long) d);
	if (a > FISHER_MOST || b > FISHER_MOST || c > FISHER_MOST || d > FISHER_MOST)
		return psy_fail(err, PSY_LIMIT, "a 2 x 2 table with a count above %d", FISHER_MOST);
	fisher_side(&sum, table, 1, tail == PSY_TAIL_GREATER, tail == PSY_TAIL_TWO_SIDED);
	fisher_side(&sum, table, -1, tail == PSY_TAIL_LESS, tail == PSY_TAIL_TWO_SIDED);
	*p = sum.tail / (sum.tail + sum.rest);
	return PSY_OK;
}

/* ---- clustering ------------------------------------------------------------------------------ */

psy_status
psy_linkage_parse(const char *name, psy_linkage *linkage, psy_error *err)
{
	static const char *const names[] = {"average", "complete", "single"};

	for (int k = 0; k < 3; k++)
		if (strcasecmp(name, names[k]) == 0)
		{
			*linkage = (psy_linkage) k;
			return PSY_OK;
		}
	return psy_fail(err, PSY_DOMAIN, "method is %.40s; expected average, complete or single", name);
}

/* Where the distance of i and j stands, i != j. */
static size_t
pair_at(size_t n, size_t i, size_t j)
{
	size_t low = i < j ? i : j, high = i < j ? j : i;

	return low * n - low * (low + 1) / 2 + high - low - 1;
}

typedef struct clusters
{
	size_t n;
	double *distance; /* between the clusters of live rows */
	int32_t *number;  /* of the cluster in a row; -1: fused away */
	int32_t *size;
	int32_t *nearest; /* of each live row, among the live rows behind it; -1: none */
} clusters;

static void
find_nearest(clusters *c, size_t i)
{
	double least = INFINITY;

	c->nearest[i] = -1;
	for (size_t j = i + 1; j < c->n; j++)
		if (c->number[j] >= 0 && (c->nearest[i] < 0 || c->distance[pair_at(c->n, i, j)] < least))
		{
			least = c->distance[pair_at(c->n, i, j)];
			c->nearest[i] = (int32_t) j;
		}
}

static double
fused_distance(psy_linkage linkage, double a, double b, double a_size, double b_size)
{
	if (linkage == PSY_LINK_AVERAGE)
		return (a * a_size + b * b_size) / (a_size + b_size);
	return linkage == PSY_LINK_COMPLETE ? fmax(a, b) : fmin(a, b);
}

/* The row i of the nearest pair (i, nearest[i]). */
static size_t
nearest_pair(const clusters *c)
{
	size_t best = c->n;
	double least = INFINITY;

	for (size_t i = 0; i < c->n; i++)
		if (c->number[i] >= 0 && c->nearest[i] >= 0)
		{
			double d = c->distance[pair_at(c->n, i, (size_t) c->nearest[i])];

			if (best == c->n || d < least)
			{
				least = d;
				best = i;
			}
		}
	return best;
}

/* Row j joins row i; the distances and nearest neighbours that this touches follow. */
static void
fuse(clusters *c, size_t i, size_t j, psy_linkage linkage)
{
	for (size_t k = 0; k < c->n; k++)
		if (c->number[k] >= 0 && k != i && k != j)
		{
			double *to = &c->distance[pair_at(c->n, i, k)];

			*to = fused_distance(linkage, *to, c->distance[pair_at(c->n, j, k)], c->size[i], c->size[j]);
		}
	c->size[i] += c->size[j];
	c->number[j] = -1;
	find_nearest(c, i);
	for (size_t k = 0; k < j; k++)
		if (c->number[k] >= 0 && k != i)
		{
			size_t near = (size_t) c->nearest[k];

			if (near == i || near == j)
				find_nearest(c, k);
			else if (k < i && c->nearest[k] >= 0 &&
					 c->distance[pair_at(c->n, k, i)] <= c->distance[pair_at(c->n, k, near)])
				find_nearest(c, k);
		}
}

static psy_status
run_clusters(const psy_context *ctx, clusters *c, psy_linkage linkage, psy_fusion *fusion, psy_error *err)
{
	for (size_t k = 0; k < c->n; k++)
	{
		c->number[k] = (int32_t) k;
		c->size[k] = 1;
	}
	for (size_t k = 0; k < c->n; k++)
		find_nearest(c, k);
	for (size_t step = 0; step + 1 < c->n; step++)
	{
		size_t i = nearest_pair(c), j = (size_t) c->nearest[i];
		int32_t a = c->number[i], b = c->number[j];
		double height = c->distance[pair_at(c->n, i, j)];
		psy_status status = psy_poll(ctx, err);

		if (status != PSY_OK)
			return status;
		fuse(c, i, j, linkage);
		fusion[step] = (psy_fusion){a < b ? a : b, a < b ? b : a, c->size[i], height};
		c->number[i] = (int32_t) (c->n + step);
	}
	return PSY_OK;
}

psy_status
psy_cluster(const psy_context *ctx, const double *distance, size_t n, psy_linkage linkage, psy_fusion *fusion,
			psy_error *err)
{
	size_t pairs = n < 2 ? 0 : n * (n - 1) / 2;
	clusters c = {.n = n};
	void *p[4] = {NULL};
	psy_status status;

	for (size_t k = 0; k < pairs; k++)
		if (!(distance[k] >= 0) || isinf(distance[k]))
			return psy_fail(err, PSY_DOMAIN, "distance %zu is %g; distances are finite and at least 0", k + 1,
							distance[k]);
	status = psy_alloc(ctx, pairs + 1, sizeof *c.distance, &p[0], err);
	for (int k = 1; k < 4 && status == PSY_OK; k++)
		status = psy_alloc(ctx, n + 1, sizeof(int32_t), &p[k], err);
	if (status == PSY_OK)
	{
		c.distance = p[0];
		c.number = p[1];
		c.size = p[2];
		c.nearest = p[3];
		if (pairs > 0)
			memcpy(c.distance, distance, pairs * sizeof *distance);
		status = run_clusters(ctx, &c, linkage, fusion, err);
	}
	for (int k = 0; k < 4; k++)
		psy_release(ctx, p[k]);
	return status;
}

psy_status
psy_cluster_cut(const psy_context *ctx, const psy_fusion *fusion, size_t n, size_t groups, int32_t *group,
				psy_error *err)
{
	void *memory = NULL;
	int32_t *top, next = 0;
	psy_status status;

	if (groups < 1 || groups > n)
		return psy_fail(err, PSY_DOMAIN, "%zu groups of %zu objects; expected 1 to %zu", groups, n, n);
	status = psy_alloc(ctx, 2 * n, sizeof *top, &memory, err);
	if (status != PSY_OK)
		return status;
	top = memory; /* of each object or cluster: the group's number, or 0 */
	memset(top, 0, 2 * n * sizeof *top);
	/* From the last fusion downwards: a cluster hands its mark to its parts; a mark is the cluster's number
	 * + 1. */
	for (size_t k = n - 1; k-- > 0;)
	{
		int32_t mark = top[n + k];

		if (k >= n - groups)
			continue; /* undone */
		if (mark == 0)
			mark = (int32_t) (n + k) + 1;
		top[fusion[k].a] = top[fusion[k].b] = mark;
	}
	for (size_t i = 0; i < n; i++)
	{
		int32_t mark = top[i] == 0 ? (int32_t) i + 1 : top[i];
		size_t j = 0;

		while (j < i && (top[j] == 0 ? (int32_t) j + 1 : top[j]) != mark)
			j++;
		group[i] = j < i ? group[j] : ++next;
	}
	psy_release(ctx, memory);
	return PSY_OK;
}
