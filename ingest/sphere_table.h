/*
 * sphere_table.h - spheres around coordinates from a table: columns x, y, z (mm), radius (mm) and label.
 */
#ifndef SPHERE_TABLE_H
#define SPHERE_TABLE_H

#include "regions.h"

/* r->label is NO_LABEL throughout; *spheres [r->count] is the caller's to free.  Whatever is wrong with a
 * line is an error that names it: half a set of seeds would shift nobody's, but mislead. */
psy_status sphere_table_read(regions *r, sphere **spheres, const char *path, psy_error *err);

#endif
