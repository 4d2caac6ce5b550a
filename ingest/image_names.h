/*
 * image_names.h - the names of an atlas's regions, as the field's tools write them.
 *
 * Lines "index name [more]" (mricron; FreeSurfer's palettes), TSV with columns index and name (BIDS dseg),
 * FSL's XML, or a name a line.  The order of the file is the order of every vector; labels may have gaps;
 * label 0 is the background and no region.
 */
#ifndef IMAGE_NAMES_H
#define IMAGE_NAMES_H

#include "buffer.h"
#include "regions.h"
#include "source.h"

typedef struct image_names
{
	regions regions; /* label NO_LABEL where the file has names alone */
	bool palette;    /* a FreeSurfer palette names more labels than an image has: only those that it has are
						regions */
	uint8_t sha256[SHA256_BYTES];
} image_names;

/* The parts: one region; lines or XML (not a table); no name and no label twice, at least one. */
psy_status image_names_add(regions *r, int64_t label, const char *name, size_t length, psy_error *err);
psy_status image_names_parse(image_names *names, buffer *text, psy_error *err);
psy_status image_names_check(const image_names *names, psy_error *err);

/* No name and no label twice, at least one.  Free names->regions with regions_free, also after an error. */
psy_status image_names_read(image_names *names, const char *path, psy_error *err);

/* Without labels in the file, a name's place among them is its label. */
void image_names_number(regions *r);

#endif
