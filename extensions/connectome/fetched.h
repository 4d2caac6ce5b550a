/*
 * fetched.h - connectomes fetched for an aggregate that keeps them until they have been added, once for all
 * aggregates of a query.
 *
 * SELECT mass_summary(c), mass_ttest(c, g), mass_corr(c, y) calls three transition functions with the same
 * stored value in turn, and fetching it from its pages costs more than adding it.  A fetched value is counted
 * by its users and its memory serves again after the last; the aggregates' memory context remembers the last
 * ones.  A value out of line never changes under the snapshot of a query, so that its address is its name.
 */
#ifndef PSYRAD_FETCHED_H
#define PSYRAD_FETCHED_H

#include "connectome.h"

typedef struct fetched
{
	int uses;
	bool scanned; /* looked through by a user, who found what follows */
	bool missing; /* a NaN */
	connectome *value;
	Size room; /* bytes that value has */
	struct memory *owner;
	struct fetched *next; /* of the released */
} fetched;

/* The value of an out-of-line datum, with one use more; the context is the aggregate's (AggCheckCallContext),
 * in which it lives. */
extern fetched *fetched_get(MemoryContext aggregate, Datum datum);

extern void fetched_release(fetched *row);

#endif
