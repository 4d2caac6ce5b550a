/* arrange.c - see arrange.h. */
#include "stats/arrange.h"

#include "core/random_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

psy_status
psy_exchange_parse(const char *name, psy_exchange *exchange, psy_error *err)
{
	static const char *const names[] = {"all", "within", "whole"};

	for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
		if (strcmp(name, names[k]) == 0)
		{
			*exchange = (psy_exchange) k;
			return PSY_OK;
		}
	return psy_fail(err, PSY_DOMAIN, "exchange is '%s'; all, within or whole expected", name);
}

/* ---- units and classes ----------------------------------------------------------------------- */

typedef struct place
{
	uint32_t class_key; /* what units must share to change places */
	uint32_t block;
	uint32_t row;
} place;

static int
compare_places(const void *left, const void *right)
{
	const place *a = left, *b = right;

	if (a->class_key != b->class_key)
		return a->class_key < b->class_key ? -1 : 1;
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* Blocks become 0, 1, ... in the order of their first row, so that only membership counts. */
static void
number_blocks(const psy_arrange_plan *plan, place *at)
{
	for (size_t r = 0; r < plan->rows; r++)
	{
		at[r] = (place){0, plan->exchange == PSY_EXCHANGE_ALL ? (uint32_t) r : plan->block[r], (uint32_t) r};
	}
	if (plan->exchange == PSY_EXCHANGE_ALL)
		return;
	qsort(at, plan->rows, sizeof *at, compare_places);
	for (size_t r = 0, end; r < plan->rows; r = end)
	{
		for (end = r; end < plan->rows && at[end].block == at[r].block; end++)
			at[end].class_key = at[r].row;
	}
	for (size_t r = 0; r < plan->rows; r++)
		at[r].block = at[r].class_key;
}

/* Blocks that move as one are of one class when they have one size; otherwise a block is a class. */
static void
class_places(const psy_arrange_plan *plan, place *at)
{
	number_blocks(plan, at);
	for (size_t r = 0, end; r < plan->rows; r = end)
	{
		for (end = r + 1; end < plan->rows && at[end].block == at[r].block; end++)
			;
		for (size_t k = r; k < end; k++)
			at[k].class_key = plan->exchange == PSY_EXCHANGE_WHOLE    ? (uint32_t) (end - r)
							  : plan->exchange == PSY_EXCHANGE_WITHIN ? at[r].block
																	  : 0;
	}
	qsort(at, plan->rows, sizeof *at, compare_places);
}

static void
lay_out(psy_arrange *a, const place *at)
{
	size_t rows = a->plan.rows;

	for (size_t r = 0; r < rows; r++)
	{
		bool whole = a->plan.exchange == PSY_EXCHANGE_WHOLE;

		a->row[r] = at[r].row;
		if (r == 0 || !whole || at[r].block != at[r - 1].block)
		{
			if (r == 0 || at[r].class_key != at[r - 1].class_key)
				a->first[a->classes++] = (uint32_t) a->units;
			a->start[a->units++] = (uint32_t) r;
		}
	}
	a->start[a->units] = (uint32_t) rows;
	a->first[a->classes] = (uint32_t) a->units;
}

/* ---- how many are different ------------------------------------------------------------------ */

static int
compare_units(const psy_arrange *a, uint32_t left, uint32_t right)
{
	size_t columns = a->plan.columns;

	for (uint32_t k = 0; k < a->start[left + 1] - a->start[left]; k++)
	{
		const double *x = a->plan.design + a->row[a->start[left] + k] * columns;
		const double *y = a->plan.design + a->row[a->start[right] + k] * columns;

		for (size_t c = 0; c < columns; c++)
			if (x[c] != y[c])
				return x[c] < y[c] ? -1 : 1;
	}
	return 0;
}

/* Heap sort of a class's units by contents, then rank: no allocation, and no argument that qsort could not
 * pass. */
static bool
unit_before(const psy_arrange *a, uint32_t left, uint32_t right)
{
	int order = compare_units(a, left, right);

	return order != 0 ? order < 0 : left < right;
}

static void
sift_down(const psy_arrange *a, uint32_t *unit, size_t root, size_t count)
{
	for (size_t child; (child = 2 * root + 1) < count; root = child)
	{
		uint32_t kept = unit[root];

		if (child + 1 < count && unit_before(a, unit[child], unit[child + 1]))
			child++;
		if (!unit_before(a, unit[root], unit[child]))
			return;
		unit[root] = unit[child];
		unit[child] = kept;
	}
}

static void
sort_units(const psy_arrange *a, uint32_t *unit, size_t count)
{
	for (size_t root = count / 2; root-- > 0;)
		sift_down(a, unit, root, count);
	for (size_t last = count; last-- > 1;)
	{
		uint32_t kept = unit[0];

		unit[0] = unit[last];
		unit[last] = kept;
		sift_down(a, unit, 0, last);
	}
}

/* Kinds of a class, and how many different orders its units have: n! / (n1! n2! ...). */
static double
count_class(psy_arrange *a, uint32_t first, uint32_t end)
{
	double total = 1, alike = 0;

	for (uint32_t u = first; u < end; u++)
		a->order[u] = u;
	sort_units(a, a->order + first, end - first);
	for (uint32_t u = first; u < end; u++)
	{
		bool same = u > first && compare_units(a, a->order[u - 1], a->order[u]) == 0;

		alike = same ? alike + 1 : 1;
		a->kind[a->order[u]] = same ? a->kind[a->order[u - 1]] : a->order[u];
		total *= (double) (u - first + 1) / alike;
	}
	return total;
}

static void
count_arrangements(psy_arrange *a)
{
	a->total = 1;
	if (a->plan.signs)
		a->total = ldexp(1, a->units < 1000 ? (int) a->units : 1000);
	else
		for (size_t c = 0; c < a->classes; c++)
			a->total *= count_class(a, a->first[c], a->first[c + 1]);
	if (a->total < 0x1p50)
		a->total = floor(a->total + 0.5);
	a->exhaustive = a->total <= (double) a->plan.most;
	a->count = a->exhaustive ? (uint64_t) a->total : a->plan.most;
}

psy_status
psy_arrange_begin(const psy_context *ctx, const psy_arrange_plan *plan, psy_arrange *a, psy_error *err)
{
	size_t rows = plan->rows;
	void *scratch;
	psy_status status;

	*a = (psy_arrange){.plan = *plan};
	if (plan->block == NULL)
		a->plan.exchange = PSY_EXCHANGE_ALL;
	status = psy_alloc(ctx, 5 * rows + 2, sizeof(uint32_t), &a->memory, err);
	if (status != PSY_OK)
		return status;
	status = psy_alloc(ctx, rows + 1, sizeof(place), &scratch, err);
	if (status != PSY_OK)
	{
		psy_arrange_end(ctx, a);
		return status;
	}
	a->row = a->memory;
	a->kind = a->row + rows;
	a->order = a->kind + rows;
	a->start = a->order + rows;
	a->first = a->start + rows + 1;
	class_places(&a->plan, scratch);
	lay_out(a, scratch);
	psy_release(ctx, scratch);
	count_arrangements(a);
	return PSY_OK;
}

void
psy_arrange_end(const psy_context *ctx, psy_arrange *a)
{
	psy_release(ctx, a->memory);
	a->memory = NULL;
}

/* ---- one arrangement ------------------------------------------------------------------------- */

/* The next order of a class's kinds, lexicographically; false, and back at the first, after the last. */
static bool
next_order(uint32_t *order, size_t count)
{
	size_t i = count > 0 ? count - 1 : 0, j = i;
	bool more;

	while (i > 0 && order[i - 1] >= order[i])
		i--;
	more = i > 0;
	if (more)
	{
		uint32_t kept = order[i - 1];

		while (order[j] <= kept)
			j--;
		order[i - 1] = order[j];
		order[j] = kept;
	}
	for (size_t left = i, right = count; left + 1 < right; left++)
	{
		uint32_t kept = order[left];

		order[left] = order[--right];
		order[right] = kept;
	}
	return more;
}

/* The first of all arrangements: in every class the kinds in ascending order. */
static void
first_orders(psy_arrange *a)
{
	uint32_t *order = a->order;

	/* Counting sort by kind: a kind is one of the class's units, so that counts fit where orders go. */
	memset(order, 0, a->units * sizeof *order);
	for (size_t u = 0; u < a->units; u++)
		order[a->kind[u]]++;
	for (size_t c = 0; c < a->classes; c++)
	{
		/* From the back: place p >= u always, since the kinds up to u fill at least the places up to it. */
		size_t to = a->first[c + 1];

		for (size_t u = a->first[c + 1]; u-- > a->first[c];)
			for (uint32_t times = order[u]; times > 0; times--)
				order[--to] = (uint32_t) u;
	}
}

static void
go_on(psy_arrange *a)
{
	for (size_t c = 0; c < a->classes; c++)
		if (next_order(a->order + a->first[c], a->first[c + 1] - a->first[c]))
			return;
}

static void
draw_orders(psy_arrange *a, uint64_t n)
{
	for (size_t c = 0; c < a->classes; c++)
	{
		uint32_t first = a->first[c], count = a->first[c + 1] - first;

		psy_random_order(a->plan.seed, n + 1, first, count, a->order + first);
		for (uint32_t u = first; u < first + count; u++)
			a->order[u] += first;
	}
}

static void
flip(psy_arrange *a, uint64_t n, double *sign)
{
	for (size_t u = 0; u < a->units; u++)
	{
		bool minus = a->exhaustive ? n >> u & 1 : psy_draw_below(a->plan.seed, n + 1, (uint32_t) u, 2) == 1;

		for (uint32_t k = a->start[u]; k < a->start[u + 1]; k++)
			sign[a->row[k]] = minus ? -1 : 1;
	}
}

void
psy_arrange_next(psy_arrange *a, uint64_t n, uint32_t *from, double *sign)
{
	for (size_t r = 0; r < a->plan.rows; r++)
	{
		from[r] = (uint32_t) r;
		sign[r] = 1;
	}
	if (a->plan.signs)
	{
		flip(a, n, sign);
		return;
	}
	if (!a->exhaustive)
		draw_orders(a, n);
	else if (n == 0)
		first_orders(a);
	else
		go_on(a);
	for (size_t u = 0; u < a->units; u++)
		for (uint32_t k = 0; k < a->start[u + 1] - a->start[u]; k++)
			from[a->row[a->start[u] + k]] = a->row[a->start[a->order[u]] + k];
}
