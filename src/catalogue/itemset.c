/* itemset.c - see itemset.h.  The invariant: a bitmap's word belongs to baskets of one weight. */
#include "catalogue/itemset.h"

#include "core/lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Baskets of one weight: words [first, next class's first) of each bitmap. */
typedef struct weight_class
{
	double weight;
	size_t first, baskets;
} weight_class;

/* An item or, within an extension, the prefix with that item. */
typedef struct node
{
	int32_t item;
	uint64_t *bits;
	int64_t n;
	double weight;
} node;

typedef struct miner
{
	const psy_context *ctx;
	const psy_baskets *baskets;
	const psy_itemset_options *options;
	size_t used; /* bytes */
	weight_class *class;
	size_t classes, words;
	uint64_t *slot; /* of each basket: its bit */
	double least;   /* weight that is frequent */
	psy_itemsets *found;
	size_t set_room, item_room;
	int32_t prefix[PSY_ITEMSET_SIZE_MOST];
} miner;

/* ---- memory within the bound ----------------------------------------------------------------- */

static psy_status
take(miner *m, size_t count, size_t size, void **out, psy_error *err)
{
	size_t bytes = count * size; /* counts are below 2^31 and sizes small */

	*out = NULL;
	if (bytes > m->options->memory || m->used > m->options->memory - bytes)
	{
		psy_fail(err, PSY_LIMIT, "mining would take more than the %zu MB that it may",
				 m->options->memory >> 20);
		return psy_hint(err,
						"Raise min_support, lower max_size, or raise the setting catalogue.itemset_memory.");
	}
	m->used += bytes;
	return psy_alloc(m->ctx, count > 0 ? count : 1, size, out, err);
}

static void
give(miner *m, void *pointer, size_t count, size_t size)
{
	if (pointer != NULL)
		m->used -= count * size;
	psy_release(m->ctx, pointer);
}

/* Room for one more of an array that doubles. */
static psy_status
grow(miner *m, void **array, size_t used, size_t *room, size_t more, size_t size, psy_error *err)
{
	size_t wanted = *room == 0 ? 256 : *room;
	void *larger;
	psy_status status;

	if (used + more <= *room)
		return PSY_OK;
	while (wanted < used + more)
		wanted *= 2;
	status = take(m, wanted, size, &larger, err);
	if (status != PSY_OK)
		return status;
	if (used > 0)
		memcpy(larger, *array, used * size);
	give(m, *array, *room, size);
	*array = larger;
	*room = wanted;
	return PSY_OK;
}

/* ---- baskets to bitmaps ---------------------------------------------------------------------- */

static int
weight_order(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return (x > y) - (x < y);
}

static size_t
class_of(const miner *m, double weight)
{
	size_t low = 0, high = m->classes - 1;

	while (low < high)
	{
		size_t middle = (low + high) / 2;

		if (m->class[middle].weight < weight)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The distinct weights in ascending order, how many baskets each has, and where its words begin. */
static psy_status
find_classes(miner *m, psy_error *err)
{
	const psy_baskets *b = m->baskets;
	void *sorted, *class;
	double *weight, total = 0;
	psy_status status = take(m, b->count, sizeof(double), &sorted, err);

	if (status != PSY_OK)
		return status;
	weight = sorted;
	memcpy(weight, b->weight, b->count * sizeof *weight);
	qsort(weight, b->count, sizeof *weight, weight_order);
	m->classes = 0;
	for (size_t k = 0; k < b->count; k++)
		m->classes += k == 0 || weight[k] != weight[k - 1];
	status = take(m, m->classes, sizeof *m->class, &class, err);
	m->class = class;
	for (size_t k = 0, c = 0; status == PSY_OK && k < b->count; k++)
	{
		if (k == 0 || weight[k] != weight[k - 1])
			m->class[c++] = (weight_class){weight[k], 0, 0};
		m->class[c - 1].baskets++;
	}
	give(m, sorted, b->count, sizeof(double));
	for (size_t c = 0; status == PSY_OK && c < m->classes; c++)
	{
		m->class[c].first = m->words;
		m->words += (m->class[c].baskets + 63) / 64;
		total += m->class[c].weight * (double) m->class[c].baskets;
	}
	m->found->total = total;
	m->least = m->options->min_support * total * (1 - 1e-9);
	return status;
}

static psy_status
place_baskets(miner *m, psy_error *err)
{
	void *slot, *next = NULL;
	size_t *bit;
	psy_status status = take(m, m->baskets->count, sizeof *m->slot, &slot, err);

	m->slot = slot;
	if (status == PSY_OK)
		status = take(m, m->classes, sizeof *bit, &next, err);
	bit = next;
	for (size_t c = 0; status == PSY_OK && c < m->classes; c++)
		bit[c] = m->class[c].first * 64;
	for (size_t k = 0; status == PSY_OK && k < m->baskets->count; k++)
		m->slot[k] = bit[class_of(m, m->baskets->weight[k])]++;
	give(m, next, m->classes, sizeof *bit);
	return status;
}

/* An item and the bit of a basket that holds it. */
typedef struct occurrence
{
	int32_t item;
	uint64_t slot;
} occurrence;

static int
occurrence_order(const void *a, const void *b)
{
	const occurrence *x = a, *y = b;

	return x->item != y->item ? (x->item > y->item) - (x->item < y->item)
							  : (x->slot > y->slot) - (x->slot < y->slot);
}

/* Bits of the same class among the words of a bitmap, times the weights. */
static double
weigh(const miner *m, const uint64_t *bits, int64_t *n)
{
	double weight = 0;

	*n = 0;
	for (size_t c = 0; c < m->classes; c++)
	{
		size_t next = c + 1 < m->classes ? m->class[c + 1].first : m->words;
		int64_t count = 0;

		for (size_t w = m->class[c].first; w < next; w++)
			count += __builtin_popcountll(bits[w]);
		weight += m->class[c].weight * (double) count;
		*n += count;
	}
	return weight;
}

/* The frequent items with their bitmaps, which stand one behind the other in *bits. */
static psy_status
frequent_items(miner *m, const occurrence *at, size_t count, node *item, size_t *items, uint64_t *bits,
			   size_t room)
{
	*items = 0;
	for (size_t k = 0, end; k < count; k = end)
	{
		uint64_t *own = bits + *items * m->words;

		for (end = k; end < count && at[end].item == at[k].item; end++)
			;
		if (*items == room)
			return PSY_LIMIT;
		memset(own, 0, m->words * sizeof *own);
		for (size_t o = k; o < end; o++)
			own[at[o].slot / 64] |= UINT64_C(1) << (at[o].slot % 64);
		item[*items] = (node){.item = at[k].item, .bits = own};
		item[*items].weight = weigh(m, own, &item[*items].n);
		*items += item[*items].weight >= m->least;
	}
	return PSY_OK;
}

/* No more items than this can be frequent: each takes its weight out of the weight of all occurrences. */
static size_t
most_frequent(const miner *m, const occurrence *at, size_t count)
{
	double fewest =
		m->least / m->class[m->classes - 1].weight; /* baskets that a frequent item needs at least */
	size_t most = 0, end;

	for (size_t k = 0; k < count; k = end)
	{
		for (end = k; end < count && at[end].item == at[k].item; end++)
			;
		most += (double) (end - k) >= fewest;
	}
	return most + 1; /* the last one's bitmap is filled before it is known to be infrequent */
}

/* ---- the search ------------------------------------------------------------------------------ */

static int
number_order(const void *a, const void *b)
{
	int32_t x = *(const int32_t *) a, y = *(const int32_t *) b;

	return (x > y) - (x < y);
}

static psy_status
keep_set(miner *m, int size, const node *last, psy_error *err)
{
	psy_itemsets *f = m->found;
	psy_status status;
	void *set = f->set, *item = f->item;

	if (f->count >= m->options->max_sets)
	{
		psy_fail(err, PSY_LIMIT, "more than %zu item sets are frequent", m->options->max_sets);
		return psy_hint(err,
						"Raise min_support, lower max_size, or raise the setting catalogue.itemset_limit.");
	}
	status = grow(m, &set, f->count, &m->set_room, 1, sizeof *f->set, err);
	f->set = set;
	if (status == PSY_OK)
		status = grow(m, &item, f->items, &m->item_room, (size_t) size, sizeof *f->item, err);
	f->item = item;
	if (status != PSY_OK)
		return status;
	f->set[f->count++] = (psy_itemset){f->items, size, last->n, last->weight};
	memcpy(f->item + f->items, m->prefix, (size_t) size * sizeof *f->item);
	qsort(f->item + f->items, (size_t) size, sizeof *f->item, number_order);
	f->items += (size_t) size;
	return PSY_OK;
}

/* to = a and b; whether that is frequent. */
PSY_CLONES static bool
intersect(const miner *m, const node *a, const node *b, uint64_t *to, node *out)
{
	const uint64_t *x = a->bits, *y = b->bits;
	double weight = 0;
	int64_t n = 0;

	for (size_t c = 0; c < m->classes; c++)
	{
		size_t next = c + 1 < m->classes ? m->class[c + 1].first : m->words;
		int64_t count = 0;

		for (size_t w = m->class[c].first; w < next; w++)
		{
			to[w] = x[w] & y[w];
			count += __builtin_popcountll(to[w]);
		}
		weight += m->class[c].weight * (double) count;
		n += count;
	}
	*out = (node){b->item, to, n, weight};
	return weight >= m->least;
}

/* All frequent sets that begin with the prefix of size - 1 items and one of the nodes. */
static psy_status
extend(miner *m, const node *at, size_t count, int size, psy_error *err)
{
	void *node_memory = NULL, *bit_memory = NULL;
	psy_status status = PSY_OK;
	bool deeper = size < m->options->max_size && count > 1;

	if (deeper)
		status = take(m, count - 1, sizeof(node), &node_memory, err);
	if (deeper && status == PSY_OK)
		status = take(m, (count - 1) * m->words, sizeof(uint64_t), &bit_memory, err);
	for (size_t i = 0; i < count && status == PSY_OK; i++)
	{
		node *next = node_memory;
		size_t found = 0;

		m->prefix[size - 1] = at[i].item;
		status = keep_set(m, size, &at[i], err);
		if (status == PSY_OK)
			status = psy_poll(m->ctx, err);
		for (size_t j = i + 1; deeper && j < count && status == PSY_OK; j++)
			found += intersect(m, &at[i], &at[j], (uint64_t *) bit_memory + found * m->words, &next[found]);
		if (found > 0 && status == PSY_OK)
			status = extend(m, next, found, size + 1, err);
	}
	give(m, node_memory, count - 1, sizeof(node));
	give(m, bit_memory, (count - 1) * m->words, sizeof(uint64_t));
	return status;
}

/* Rare items first: their bitmaps thin out the soonest. */
static int
node_order(const void *a, const void *b)
{
	const node *x = a, *y = b;

	return x->weight != y->weight ? (x->weight > y->weight) - (x->weight < y->weight)
								  : (x->item > y->item) - (x->item < y->item);
}

static int
set_order(const void *a, const void *b, void *items)
{
	const psy_itemset *x = a, *y = b;
	const int32_t *p = (const int32_t *) items + x->at, *q = (const int32_t *) items + y->at;

	if (x->size != y->size)
		return (x->size > y->size) - (x->size < y->size);
	for (int k = 0; k < x->size; k++)
		if (p[k] != q[k])
			return (p[k] > q[k]) - (p[k] < q[k]);
	return 0;
}

static psy_status
mine_occurrences(miner *m, occurrence *at, size_t count, psy_error *err)
{
	size_t room, items = 0;
	void *node_memory, *bit_memory = NULL;
	psy_status status;

	qsort(at, count, sizeof *at, occurrence_order);
	room = most_frequent(m, at, count);
	status = take(m, room, sizeof(node), &node_memory, err);
	if (status == PSY_OK)
		status = take(m, room * m->words, sizeof(uint64_t), &bit_memory, err);
	if (status == PSY_OK && frequent_items(m, at, count, node_memory, &items, bit_memory, room) != PSY_OK)
		status = psy_fail(err, PSY_LIMIT, "more frequent items than %zu", room);
	if (status == PSY_OK)
	{
		qsort(node_memory, items, sizeof(node), node_order);
		status = items == 0 ? PSY_OK : extend(m, node_memory, items, 1, err);
	}
	give(m, node_memory, room, sizeof(node));
	give(m, bit_memory, room * m->words, sizeof(uint64_t));
	return status;
}

static psy_status
mine(miner *m, psy_error *err)
{
	const psy_baskets *b = m->baskets;
	size_t count = b->start[b->count];
	void *memory = NULL;
	occurrence *at;
	psy_status status = find_classes(m, err);

	if (status == PSY_OK)
		status = place_baskets(m, err);
	if (status == PSY_OK)
		status = take(m, count, sizeof *at, &memory, err);
	if (status != PSY_OK)
		return status;
	at = memory;
	for (size_t k = 0; k < b->count; k++)
		for (size_t o = b->start[k]; o < b->start[k + 1]; o++)
			at[o] = (occurrence){b->item[o], m->slot[k]};
	status = mine_occurrences(m, at, count, err);
	give(m, memory, count, sizeof *at);
	return status;
}

static psy_status
check_options(const psy_itemset_options *o, psy_error *err)
{
	if (!(o->min_support > 0 && o->min_support <= 1))
		return psy_fail(err, PSY_DOMAIN, "min_support is %g; expected above 0, at most 1", o->min_support);
	if (o->max_size < 1 || o->max_size > PSY_ITEMSET_SIZE_MOST)
		return psy_fail(err, PSY_DOMAIN, "max_size is %d; expected 1 to %d", o->max_size,
						PSY_ITEMSET_SIZE_MOST);
	return PSY_OK;
}

psy_status
psy_itemset_mine(const psy_context *ctx, const psy_baskets *baskets, const psy_itemset_options *options,
				 psy_itemsets *found, psy_error *err)
{
	miner m = {.ctx = ctx, .baskets = baskets, .options = options, .found = found};
	psy_status status = check_options(options, err);

	*found = (psy_itemsets){0};
	if (status != PSY_OK || baskets->count == 0)
		return status;
	status = mine(&m, err);
	psy_release(ctx, m.class);
	psy_release(ctx, m.slot);
	if (status != PSY_OK)
		psy_itemsets_free(ctx, found);
	else if (found->count > 0)
		qsort_r(found->set, found->count, sizeof *found->set, set_order, found->item);
	return status;
}

void
psy_itemsets_free(const psy_context *ctx, psy_itemsets *found)
{
	psy_release(ctx, found->set);
	psy_release(ctx, found->item);
	*found = (psy_itemsets){0};
}
