/* network.h - the state of meta_network: pairwise comparisons with their names, packed one after the other.
 */
#ifndef METASTAT_NETWORK_H
#define METASTAT_NETWORK_H

#include "metastat.h"

#include "meta/network.h"

/*
 * While an aggregate runs, the image has room behind its `used` bytes of entries and grows by doubling; the
 * room is zero.  A finished state has none and its entries are sorted, so that the same rows give the same
 * bytes in any order.
 */
typedef struct network_state
{
	psyrad_header header;
	int64 rows;    /* entries held */
	int64 missing; /* rows skipped because of a NULL */
	int64 used;    /* bytes of entries */
	uint8 has_request;
	uint8 method; /* psy_meta_method, 0 when has_request is 0 */
	uint8 reserved[6];
	char entry[FLEXIBLE_ARRAY_MEMBER]; /* network_entry, each at a multiple of 8 */
} network_state;

enum
{
	NETWORK_STUDY,
	NETWORK_TREAT1,
	NETWORK_TREAT2,
	NETWORK_NAMES
};

/* A comparison; the names follow without terminators, then zeros up to the next multiple of 8. */
typedef struct network_entry
{
	double yi, vi;
	uint16 length[NETWORK_NAMES]; /* 1 to NETWORK_LONGEST_NAME */
	uint16 reserved;
	char text[FLEXIBLE_ARRAY_MEMBER];
} network_entry;

#define NETWORK_LONGEST_NAME 1000

static inline Size
network_entry_size(const network_entry *e)
{
	return MAXALIGN(offsetof(network_entry, text) + e->length[0] + e->length[1] + e->length[2]);
}

static inline const network_entry *
network_next(const network_entry *e)
{
	return (const network_entry *) ((const char *) e + network_entry_size(e));
}

/* Where name `which` of an entry begins. */
static inline const char *
network_name(const network_entry *e, int which)
{
	const char *at = e->text;

	for (int i = 0; i < which; i++)
		at += e->length[i];
	return at;
}

extern const psyrad_state_type network_state_type;

/* Entries in canonical order. */
extern const network_entry **network_sorted(const network_state *state);

#endif
