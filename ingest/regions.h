/*
 * regions.h - the regions of an atlas as the warehouse knows them, for loaders that put values into their
 * order.
 */
#ifndef REGIONS_H
#define REGIONS_H

#include "grid_parcels.h"
#include "session.h"

#include <stdbool.h>

#include <stddef.h>
#include <stdint.h>

typedef struct regions
{
	const char *atlas;
	size_t count;   /* elements of a vector over the atlas */
	char **name;    /* [count], by position */
	int64_t *label; /* [count]; NO_LABEL without an image */
} regions;

/* The named regions of an atlas; an unknown one is an error that names the remedy, and so is one of voxels. */
psy_status regions_read(regions *r, session *db, const char *atlas, psy_error *err);

psy_status regions_unknown(const char *atlas, psy_error *err);

/* Position (0-based) of a region by name: exactly, else without regard to case and punctuation; -1 when
 * unknown. */
int regions_find(const regions *r, const char *name);
void regions_free(regions *r);

#endif
