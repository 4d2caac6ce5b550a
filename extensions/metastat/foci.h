/* foci.h - the state psyrad.cbma_foci: foci with the names of their experiments, packed one after the other.
 */
#ifndef METASTAT_FOCI_H
#define METASTAT_FOCI_H

#include "metastat.h"

/*
 * While an aggregate runs, the image has room behind its `used` bytes of entries and grows by doubling; the
 * room is zero.  A finished state has none and its entries are sorted, so that the same rows give the same
 * bytes in any order.
 */
typedef struct foci_state
{
	psyrad_header header;
	int64 rows;                        /* entries held */
	int64 missing;                     /* rows skipped because experiment, x, y or z was NULL */
	int64 used;                        /* bytes of entries */
	char entry[FLEXIBLE_ARRAY_MEMBER]; /* foci_entry, each at a multiple of 8 */
} foci_state;

/* A focus; the experiment's name follows without terminator, then zeros up to the next multiple of 8. */
typedef struct foci_entry
{
	double xyz[3]; /* mm, finite, within 1,000 */
	double n;      /* participants of the experiment, > 0; 0 where they are not stated */
	uint16 length; /* 1 to FOCI_LONGEST_NAME */
	uint16 reserved[3];
	char name[FLEXIBLE_ARRAY_MEMBER];
} foci_entry;

#define FOCI_LONGEST_NAME 1000
#define FOCI_FARTHEST 1000.0

static inline Size
foci_entry_size(const foci_entry *e)
{
	return MAXALIGN(offsetof(foci_entry, name) + e->length);
}

extern const psyrad_state_type foci_state_type;

/* Entries in canonical order: by name (bytes), then x, y, z and n. */
extern const foci_entry **foci_sorted(const foci_state *state);

static inline bool
foci_same_experiment(const foci_entry *a, const foci_entry *b)
{
	return a->length == b->length && memcmp(a->name, b->name, a->length) == 0;
}

#endif
