/* keyed.h - psyrad.meta_keyed_state: studies with a key each, for influence and subgroups. */
#ifndef METASTAT_KEYED_H
#define METASTAT_KEYED_H

#include "metastat.h"

/*
 * Entries of keyed_entry, one after another, each padded with zeros to a multiple of 8.  While an aggregate
 * runs there is room behind them; it is zero.  A finished state has none, and is sorted by (key bytes, vi,
 * yi).
 */
typedef struct keyed_state
{
	psyrad_header header;
	int64 k;       /* studies held */
	int64 missing; /* rows skipped because yi or vi was NULL */
	int64 used;    /* bytes of entries */
	double level;  /* of the request; 0 when has_request is 0 */
	uint8 has_request, method, test;
	uint8 reserved[5];
	char entries[FLEXIBLE_ARRAY_MEMBER];
} keyed_state;

typedef struct keyed_entry
{
	psy_effect effect;
	int32 length; /* of the key, in bytes */
	char key[FLEXIBLE_ARRAY_MEMBER];
} keyed_entry;

extern const psyrad_state_type keyed_state_type;

/* The entries as pointers, sorted by (key, vi, yi) or by (vi, yi, key). */
extern const keyed_entry **keyed_entries(const keyed_state *state, bool by_key);

/* Orders as keyed_entries does. */
extern bool keyed_same_key(const keyed_entry *a, const keyed_entry *b);

#endif
