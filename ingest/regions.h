/*
 * regions.h - the regions of an atlas as the warehouse knows them, for loaders that put values into their
 * order.
 */
#ifndef REGIONS_H
#define REGIONS_H

#include "session.h"

#include <stdbool.h>

#include <stddef.h>
#include <stdint.h>

typedef struct regions
{
	const char *atlas;
	size_t count;
	char **name;    /* [count], by position */
	int64_t *label; /* [count]; NO_LABEL without an image */
} regions;

#define NO_LABEL INT64_MIN

/* An unknown atlas is an error that names the known ones. */
psy_status regions_read(regions *r, session *db, const char *atlas, psy_error *err);

/* Position (0-based) of a region by name: exactly, else without regard to case and punctuation; -1 when
 * unknown. */
int regions_find(const regions *r, const char *name);
void regions_free(regions *r);

#endif
