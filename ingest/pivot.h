/*
 * pivot.h - narrow rows gathered into one vector per participant, session, run and measure, in whatever order they come.
 *
 * All vectors of a file are held until its end, so that their number is bounded (PIVOT_MAX_VALUES elements together).
 */
#ifndef PIVOT_H
#define PIVOT_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIVOT_MAX_VALUES ((size_t) 96 << 20) /* 480 MB of values and states */

enum element_state
{
	ELEMENT_ABSENT = 0, /* the file says nothing of the region */
	ELEMENT_MISSING,    /* it says that there is no value */
	ELEMENT_PRESENT
};

typedef struct pivot_vector
{
	char *label, *session, *measure; /* measure "": the option says it */
	int run;
	long line; /* where it was first met */
	float *value;
	uint8_t *state; /* of each element */
	float tiv;      /* total intracranial volume; NaN when the file does not say */
} pivot_vector;

typedef struct pivot
{
	size_t regions;
	pivot_vector *vector;
	size_t count, room;
	size_t *slot; /* hash table of vector numbers, 1-based; 0 is free */
	size_t slots;
} pivot;

void pivot_start(pivot *p, size_t elements);

/* The vector of a key, made when it is new (*added). */
psy_status pivot_find(pivot *p, const char *label, const char *visit, int run, const char *measure, long line, size_t *at,
					  bool *added, psy_error *err);
void pivot_free(pivot *p);

#endif
