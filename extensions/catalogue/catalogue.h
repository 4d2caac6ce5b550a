/* catalogue.h - what the files of this extension share: its settings, arrays of whole numbers, the state of
 * baskets. */
#ifndef CATALOGUE_H
#define CATALOGUE_H

#include "common.h"

#include "catalogue/itemset.h"

/* Settings: bytes (in kB) and item sets that one mining may take. */
extern int catalogue_itemset_memory;
extern int catalogue_itemset_limit;

/* The elements of an integer[] argument of one dimension without NULLs; *count is 0 for the empty array.
 * Borrowed. */
extern const int32 *catalogue_int4_array(FunctionCallInfo fcinfo, int argument, const char *name, int *count);

/*
 * Baskets as they came: records of {weight, count, items ...} one behind the other in data[used], each padded
 * to 8 bytes.  The order plays no part: psy_itemset_mine gives the same bits for any.
 */
typedef struct itemset_state
{
	psyrad_header header;
	int32 max_size; /* of the everyday aggregate; 0 until its first row, and always in states that are handed
					   on */
	int32 reserved; /* 0 */
	double min_support;
	uint64 baskets, items, used; /* used bytes of data; the rest of the value is room */
	char data[FLEXIBLE_ARRAY_MEMBER];
} itemset_state;

typedef struct itemset_basket
{
	double weight;
	int32 count;
	int32 item[FLEXIBLE_ARRAY_MEMBER]; /* ascending, each once */
} itemset_basket;

#define ITEMSET_BASKET_BYTES(count) MAXALIGN(offsetof(itemset_basket, item) + sizeof(int32) * (Size) (count))

extern const psyrad_state_type itemset_state_type;

#endif
