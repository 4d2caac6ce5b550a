/*
 * region_names.h - finding a region of an atlas by any of the ways that programs spell it, millions of times.
 *
 * A name counts exactly, else without regard to case and punctuation, else with its hemisphere spelt otherwise (ctx-lh-cuneus, lh_cuneus,
 * L_cuneus, Left-cuneus, cuneus_L, cuneus.left) and without the measure that FreeSurfer and ENIGMA hang on it (lh_cuneus_thickness, L_cuneus_thickavg).  A
 * spelling that fits two regions fits none.
 */
#ifndef REGION_NAMES_H
#define REGION_NAMES_H

#include "regions.h"

typedef struct known_spelling
{
	char *text; /* NULL: the slot is free */
	int region;
} known_spelling;

typedef struct region_names
{
	const regions *of;
	char **bare;          /* [count] hemisphere and name as one spelling */
	known_spelling *slot; /* hash table of spellings met */
	size_t slots, used;
	int last; /* the region found last: tables are written in the atlas's order */
	char **seen; /* [count] the spelling that found each region last */
} region_names;

void region_names_start(region_names *n, const regions *of);
int region_names_find(region_names *n, const char *name); /* 0-based; -1 when unknown */
void region_names_free(region_names *n);

/* FNV-1a, for tables in memory. */
uint64_t text_hash(const char *text);

#endif
