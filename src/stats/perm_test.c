/* perm_test.c - see perm_test.h. */
#include "stats/perm_test.h"

#include "core/lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TILE PSY_PERM_TILE

typedef struct largest
{
	psy_perm_result *result; /* p_unc holds counts until the end */
	double *high, *low;      /* PSY_PERM_BATCH x TILE: extremes of a batch, lane by lane */
	double *most[PSY_TAILS]; /* count of arrangements: the largest statistic of each */
	size_t done;
} largest;

/* What a tile's 16 elements are compared with, and their counts. */
typedef struct lanes16
{
	double at[TILE];     /* observed */
	double absent[TILE]; /* infinite where an element is not tested: never the largest or smallest */
	double two[TILE], greater[TILE], less[TILE];
} lanes16;

PSY_CLONES static void
count_tile(const double *restrict r, size_t arrangements, lanes16 *restrict lanes, double *restrict high,
		   double *restrict low)
{
	double two[TILE], greater[TILE], less[TILE], bound[TILE], above[TILE], below[TILE], absent[TILE];

	for (size_t k = 0; k < TILE; k++)
	{
		two[k] = greater[k] = less[k] = 0;
		absent[k] = lanes->absent[k];
		bound[k] = fabs(lanes->at[k]) - PSY_PERM_TIE;
		above[k] = lanes->at[k] - PSY_PERM_TIE;
		below[k] = lanes->at[k] + PSY_PERM_TIE;
	}
	for (size_t n = 0; n < arrangements; n++)
	{
		const double *own = r + n * TILE;
		double *most = high + n * TILE, *least = low + n * TILE;

		for (size_t k = 0; k < TILE; k++)
		{
			double up = own[k] - absent[k], down = own[k] + absent[k];

			two[k] += fabs(own[k]) >= bound[k] ? 1.0 : 0.0;
			greater[k] += own[k] >= above[k] ? 1.0 : 0.0;
			less[k] += own[k] <= below[k] ? 1.0 : 0.0;
			most[k] = up > most[k] ? up : most[k];
			least[k] = down < least[k] ? down : least[k];
		}
	}
	memcpy(lanes->two, two, sizeof two);
	memcpy(lanes->greater, greater, sizeof greater);
	memcpy(lanes->less, less, sizeof less);
}

static psy_status
begin_batch(void *arg, size_t arrangements)
{
	largest *l = arg;

	for (size_t k = 0; k < arrangements * TILE; k++)
	{
		l->high[k] = -INFINITY;
		l->low[k] = INFINITY;
	}
	return PSY_OK;
}

static void
take(void *arg, const psy_perm_tile *tile)
{
	largest *l = arg;
	psy_perm_result *out = l->result;
	lanes16 lanes;

	for (size_t k = 0; k < TILE; k++)
	{
		bool tested = k < tile->size && tile->state[k] == PSY_PERM_TESTED;

		lanes.at[k] = tested ? out->observed.r[tile->first + k] : 0;
		lanes.absent[k] = tested ? 0 : INFINITY;
	}
	count_tile(tile->r, tile->arrangements, &lanes, l->high, l->low);
	for (size_t k = 0; k < tile->size; k++)
	{
		out->p_unc[PSY_TAIL_TWO][tile->first + k] += lanes.two[k];
		out->p_unc[PSY_TAIL_GREATER][tile->first + k] += lanes.greater[k];
		out->p_unc[PSY_TAIL_LESS][tile->first + k] += lanes.less[k];
	}
}

static void
end_batch(void *arg, size_t arrangements)
{
	largest *l = arg;

	for (size_t n = 0; n < arrangements; n++, l->done++)
	{
		double high = -INFINITY, low = INFINITY;

		for (size_t k = 0; k < TILE; k++)
		{
			high = l->high[n * TILE + k] > high ? l->high[n * TILE + k] : high;
			low = l->low[n * TILE + k] < low ? l->low[n * TILE + k] : low;
		}
		l->most[PSY_TAIL_GREATER][l->done] = high;
		l->most[PSY_TAIL_LESS][l->done] = -low;
		l->most[PSY_TAIL_TWO][l->done] = high > -low ? high : -low;
	}
}

/* ---- p --------------------------------------------------------------------------------------- */

static int
ascending(const void *left, const void *right)
{
	double a = *(const double *) left, b = *(const double *) right;

	return a < b ? -1 : a > b;
}

/* How many of count ascending values are at least bound. */
static size_t
count_from(const double *value, size_t count, double bound)
{
	size_t low = 0, high = count;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (value[middle] >= bound)
			high = middle;
		else
			low = middle + 1;
	}
	return count - low;
}

static double
toward(int tail, double r)
{
	return tail == PSY_TAIL_TWO ? fabs(r) : tail == PSY_TAIL_GREATER ? r : -r;
}

static void
finish(const psy_arrange *arrange, size_t elements, largest *l)
{
	psy_perm_result *out = l->result;
	double own = arrange->exhaustive ? 0 : 1;

	out->exhaustive = arrange->exhaustive;
	out->arrangements = (double) arrange->count + own;
	for (int tail = 0; tail < PSY_TAILS; tail++)
	{
		qsort(l->most[tail], arrange->count, sizeof(double), ascending);
		for (size_t k = 0; k < elements; k++)
		{
			double bound = toward(tail, out->observed.r[k]) - PSY_PERM_TIE;
			bool tested = out->observed.state[k] == PSY_PERM_TESTED;
			double beyond = (double) count_from(l->most[tail], arrange->count, bound);

			out->p_unc[tail][k] = tested ? (out->p_unc[tail][k] + own) / out->arrangements : NAN;
			out->p_fwe[tail][k] = tested ? (beyond + own) / out->arrangements : NAN;
		}
	}
}

psy_status
psy_perm_test(const psy_context *ctx, const psy_perm_rows *rows, const psy_perm_model *model,
			  psy_arrange *arrange, psy_perm_result *result, psy_error *err)
{
	largest l = {.result = result};
	psy_perm_sink sink = {0, begin_batch, take, end_batch, &l};
	void *memory;
	psy_status status = psy_perm_observe(ctx, rows, model, &result->observed, err);

	if (status != PSY_OK)
		return status;
	status = psy_alloc(ctx, 2 * PSY_PERM_BATCH * TILE + PSY_TAILS * (size_t) arrange->count, sizeof(double),
					   &memory, err);
	if (status != PSY_OK)
		return status;
	l.high = memory;
	l.low = l.high + PSY_PERM_BATCH * TILE;
	for (int tail = 0; tail < PSY_TAILS; tail++)
	{
		l.most[tail] = l.low + PSY_PERM_BATCH * TILE + (size_t) tail * arrange->count;
		memset(result->p_unc[tail], 0, rows->elements * sizeof(double));
	}
	status = psy_perm_each(ctx, rows, model, arrange, &result->observed, &sink, err);
	if (status == PSY_OK)
		finish(arrange, rows->elements, &l);
	psy_release(ctx, memory);
	return status;
}
