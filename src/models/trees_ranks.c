/* trees_ranks.c - see trees_ranks.h. */
#include "models/trees_ranks.h"

#include "core/lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(PSY_HAS_CLONES)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

#define COUNTERS 1024
#define COUNTED 8 /* thresholds that are compared at once; as many infinities stand behind each feature's */

static bool
is_split(const psy_tree_node *node)
{
	return (node->what & PSY_SPLIT_LEAF) == 0;
}

/* Also of nodes that no walk meets: forged bytes may have some. */
static uint64_t
count_splits(const psy_trees_parts *p)
{
	uint64_t splits = 0;

	for (uint32_t k = 0; k < p->head->nodes; k++)
		splits += is_split(p->node + k);
	return splits;
}

/* The most splits that one of COUNTERS features has. */
static uint32_t
most_splits_of(const psy_trees_parts *p, uint32_t first)
{
	uint32_t count[COUNTERS] = {0}, most = 0;

	for (uint32_t k = 0; k < p->head->nodes; k++)
	{
		uint32_t at = (p->node[k].what & PSY_SPLIT_FEATURE) - first;

		if (is_split(p->node + k) && at < COUNTERS)
			count[at]++;
	}
	for (uint32_t k = 0; k < COUNTERS; k++)
		most = count[k] > most ? count[k] : most;
	return most;
}

bool
psy_ranks_fit(const psy_trees_parts *p)
{
	if (p->inputs > PSY_MOST_RANKED_FEATURES)
		return false;
	if (count_splits(p) <= PSY_MOST_RANK)
		return true;
	for (uint32_t first = 0; first < p->inputs; first += COUNTERS)
		if (most_splits_of(p, first) > PSY_MOST_RANK)
			return false;
	return true;
}

static uint64_t
take(uint64_t *end, uint64_t bytes)
{
	uint64_t begin = *end;

	*end += (bytes + 7) / 8 * 8;
	return begin;
}

/* Intervals are as many as thresholds, at least one a feature. */
uint64_t
psy_ranks_lay_out(const psy_trees_parts *p, uint64_t begin, psy_ranks *ranks)
{
	uint64_t end = begin, inputs = p->inputs, splits = count_splits(p);

	ranks->low = take(&end, inputs * sizeof(double));
	ranks->scale = take(&end, inputs * sizeof(double));
	ranks->top = take(&end, inputs * sizeof(double));
	ranks->first = take(&end, inputs * sizeof(uint32_t));
	ranks->from = take(&end, inputs * sizeof(uint32_t));
	ranks->threshold = take(&end, (splits + COUNTED * inputs) * sizeof(float));
	ranks->start = take(&end, (splits + inputs) * sizeof(uint16_t));
	return end;
}

/* ---- making ---------------------------------------------------------------------------------- */

static int
ascending(const void *left, const void *right)
{
	float a = *(const float *) left, b = *(const float *) right;

	return (a > b) - (a < b);
}

/* Sorts threshold[count] and leaves one of each. */
static uint32_t
sort_distinct(float *threshold, uint32_t count)
{
	uint32_t kept = 0;

	qsort(threshold, count, sizeof *threshold, ascending);
	for (uint32_t k = 0; k < count; k++)
		if (kept == 0 || threshold[k] != threshold[kept - 1])
			threshold[kept++] = threshold[k];
	return kept;
}

/* Keeps the order of x, infinities included. */
static inline double
interval_of(double x, double low, double scale, double top)
{
	double at = (x - low) * scale;

	at = at > 0 ? at : 0;
	return at < top ? at : top;
}

/* One feature's count thresholds and its table of as many intervals. */
static void
tabulate(const float *threshold, uint32_t count, double *low, double *scale, double *top, uint16_t *start)
{
	uint32_t begin = 0, end = count, at = 0;

	while (begin < end && isinf(threshold[begin]))
		begin++;
	while (end > begin && isinf(threshold[end - 1]))
		end--;
	*low = begin < end ? (double) threshold[begin] : 0;
	*scale = begin + 1 < end ? count / ((double) threshold[end - 1] - *low) : 0;
	*top = count > 0 ? count - 1 : 0;
	for (uint32_t k = 0; k <= *top; k++)
	{
		while (at < count && (uint32_t) interval_of((double) threshold[at], *low, *scale, *top) < k)
			at++;
		start[k] = (uint16_t) at;
	}
}

/* Gathers thresholds feature by feature: first[] is where they stand, count[] how many there are. */
static uint32_t
gather(const psy_trees_parts *p, uint32_t *first, uint32_t *count, float *threshold)
{
	uint32_t places = 0;

	memset(count, 0, p->inputs * sizeof *count);
	for (uint32_t k = 0; k < p->head->nodes; k++)
		if (is_split(p->node + k))
			count[p->node[k].what & PSY_SPLIT_FEATURE]++;
	for (uint32_t f = 0; f < p->inputs; f++)
	{
		first[f] = places;
		places += count[f] + COUNTED;
		count[f] = 0;
	}
	for (uint32_t k = 0; k < p->head->nodes; k++)
		if (is_split(p->node + k))
		{
			uint32_t f = p->node[k].what & PSY_SPLIT_FEATURE;

			threshold[first[f] + count[f]++] = (float) psy_float_below(p->node[k].as.threshold);
		}
	return places;
}

void
psy_ranks_make(const psy_trees_parts *p, const psy_ranks *ranks, char *bytes)
{
	double *low = (double *) (bytes + ranks->low), *scale = (double *) (bytes + ranks->scale);
	double *top = (double *) (bytes + ranks->top);
	uint32_t *first = (uint32_t *) (bytes + ranks->first), *from = (uint32_t *) (bytes + ranks->from);
	float *threshold = (float *) (bytes + ranks->threshold);
	uint32_t places = gather(p, first, from, threshold), intervals = 0;

	for (uint32_t f = 0; f < p->inputs; f++)
	{
		uint32_t count = sort_distinct(threshold + first[f], from[f]);
		uint32_t end = f + 1 < p->inputs ? first[f + 1] : places;

		for (uint32_t k = first[f] + count; k < end; k++)
			threshold[k] = INFINITY;
		tabulate(threshold + first[f], count, low + f, scale + f, top + f,
				 (uint16_t *) (bytes + ranks->start) + intervals);
		from[f] = intervals;
		intervals += count > 0 ? count : 1;
	}
}

uint32_t
psy_ranks_of_split(const psy_ranks *ranks, const char *bytes, const psy_tree_node *node)
{
	uint32_t f = node->what & PSY_SPLIT_FEATURE;
	const float *threshold =
		(const float *) (bytes + ranks->threshold) + ((const uint32_t *) (bytes + ranks->first))[f];
	float wanted = (float) psy_float_below(node->as.threshold);
	uint32_t low = 0, high = (uint32_t) ((const double *) (bytes + ranks->top))[f];

	while (low < high)
	{
		uint32_t middle = (low + high) / 2;

		if (threshold[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- finding --------------------------------------------------------------------------------- */

PSY_CLONES static bool
find_intervals(const double *restrict in, size_t n, const double *restrict low, const double *restrict scale,
			   const double *restrict top, int32_t *restrict interval)
{
	uint32_t bad = 0;

	for (size_t k = 0; k < n; k++)
	{
		float x = (float) in[k];

		interval[k] = (int32_t) interval_of((double) x, low[k], scale[k], top[k]);
		bad |= !(fabsf(x) <= 0x1.fffffep127f);
	}
	return bad == 0;
}

/* Thresholds of at[] below x, of which none stands behind one that is not. */
static inline uint32_t
count_below(const float *at, float x)
{
	uint32_t sum = 0, here;

	do
	{
#if defined(__SSE2__)
		/* What every x86-64 processor has; compilers don't find it. */
		__m128 wanted = _mm_set1_ps(x);
		int low = _mm_movemask_ps(_mm_cmplt_ps(_mm_loadu_ps(at), wanted));
		int high = _mm_movemask_ps(_mm_cmplt_ps(_mm_loadu_ps(at + COUNTED / 2), wanted));

		here = (uint32_t) __builtin_ctz(~(uint32_t) (high << COUNTED / 2 | low));
#else
		here = 0;
		for (int k = 0; k < COUNTED; k++)
			here += at[k] < x;
#endif
		sum += here;
		at += COUNTED;
	} while (here == COUNTED);
	return sum;
}

static void
count_all(const double *in, size_t n, const float *threshold, const uint32_t *first, const int32_t *begin,
		  uint32_t *key)
{
	for (size_t k = 0; k < n; k++)
		key[k] =
			((uint32_t) begin[k] + count_below(threshold + first[k] + (uint32_t) begin[k], (float) in[k]))
			<< 16;
}

#if defined(PSY_HAS_CLONES)

/* The same, with COUNTED comparisons in one: few have to go on. */
static __attribute__((target("avx2"))) void
count_all_wide(const double *in, size_t n, const float *threshold, const uint32_t *first,
			   const int32_t *begin, uint32_t *key)
{
	for (size_t k = 0; k < n; k++)
	{
		const float *at = threshold + first[k] + (uint32_t) begin[k];
		float x = (float) in[k];
		__m256 above = _mm256_cmp_ps(_mm256_loadu_ps(at), _mm256_set1_ps(x), _CMP_LT_OQ);
		uint32_t count = (uint32_t) __builtin_ctz(~(uint32_t) _mm256_movemask_ps(above));

		if (__builtin_expect(count == COUNTED, 0))
			count += count_below(at + COUNTED, x);
		key[k] = ((uint32_t) begin[k] + count) << 16;
	}
}

#endif

/* The tables of many features are larger than the nearest memory: thresholds are asked for before any is
 * read. */
bool
psy_ranks_find(const psy_ranks *ranks, const char *bytes, const double *in, size_t inputs, uint32_t *key,
			   int32_t *scratch)
{
	const uint32_t *first = (const uint32_t *) (bytes + ranks->first),
				   *from = (const uint32_t *) (bytes + ranks->from);
	const float *threshold = (const float *) (bytes + ranks->threshold);
	const uint16_t *start = (const uint16_t *) (bytes + ranks->start);

	if (!find_intervals(in, inputs, (const double *) (bytes + ranks->low),
						(const double *) (bytes + ranks->scale), (const double *) (bytes + ranks->top),
						scratch))
		return false;
	for (size_t k = 0; k < inputs; k++)
	{
		scratch[k] = start[from[k] + (uint32_t) scratch[k]];
		__builtin_prefetch(threshold + first[k] + (uint32_t) scratch[k]);
	}
#if defined(PSY_HAS_CLONES)
	if (__builtin_cpu_supports("avx2"))
	{
		count_all_wide(in, inputs, threshold, first, scratch, key);
		return true;
	}
#endif
	count_all(in, inputs, threshold, first, scratch, key);
	return true;
}
