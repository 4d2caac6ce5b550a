/*
 * itemset.h - frequent item sets of weighted baskets: Eclat (Zaki 2000) on bitmaps.
 *
 * A basket is a set of whole numbers with a weight; the support of an item set is the weight of the baskets
 * that hold all of it, over the weight of all baskets.  Baskets of one weight stand together in the bitmaps,
 * each weight beginning a word of its own, so that a support is the sum of (weight x count) over the weights
 * in ascending order: it does not depend on the order of the baskets, to the last bit.
 */
#ifndef PSY_ITEMSET_H
#define PSY_ITEMSET_H

#include "core/context.h"

#define PSY_ITEMSET_SIZE_MOST 32

typedef struct psy_baskets
{
	size_t count;
	const int32_t
		*item; /* of all baskets, one after the other; within each ascending and without repetition */
	const size_t *start;  /* [count + 1] */
	const double *weight; /* [count], above 0 */
} psy_baskets;

typedef struct psy_itemset_options
{
	double min_support; /* 0 < min_support <= 1, of the weight of all baskets; met up to a rounding of 1e-9 of
						   it */
	int max_size;       /* 1 ... PSY_ITEMSET_SIZE_MOST */
	size_t max_sets;    /* more are refused */
	size_t memory;      /* bytes that mining may take at a time, its answer included; more are refused */
} psy_itemset_options;

typedef struct psy_itemset
{
	size_t at;     /* of its items among psy_itemsets.item */
	int size;      /* items, ascending */
	int64_t n;     /* baskets that hold it */
	double weight; /* of these */
} psy_itemset;

typedef struct psy_itemsets
{
	psy_itemset *set; /* by size, then by items */
	size_t count;
	int32_t *item;
	size_t items;
	double total; /* weight of all baskets */
} psy_itemsets;

/* Every set of at most max_size items that is frequent.  *found comes from the context; free it with
 * psy_itemsets_free. */
psy_status psy_itemset_mine(const psy_context *ctx, const psy_baskets *baskets,
							const psy_itemset_options *options, psy_itemsets *found, psy_error *err);
void psy_itemsets_free(const psy_context *ctx, psy_itemsets *found);

#endif
