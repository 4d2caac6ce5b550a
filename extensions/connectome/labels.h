/*
 * labels.h - integer labels of regions (modules, networks, lobes), one a region.
 */
#ifndef PSYRAD_LABELS_H
#define PSYRAD_LABELS_H

#include "postgres.h"

typedef struct region_labels
{
	int count;    /* of different labels */
	int32 *label; /* [count], ascending */
	int *block;   /* [n] 0..count-1, or -1 where the label is NULL */
} region_labels;

/* An integer[] of n labels; raises when there are not n, or when one is NULL and that is not allowed. */
extern region_labels region_labels_from(Datum datum, int n, bool null_allowed, const char *argument);

#endif
