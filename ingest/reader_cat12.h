/*
 * reader_cat12.h - the XML files of CAT12: label/catROI_*.xml (values by region over several atlases) and report/cat_*.xml (the total
 * intracranial volume).
 *
 * CAT12 states volumes in ml; here they are mm3, as every volume of the warehouse.  No network, no entities: a document type refuses
 * the file.
 */
#ifndef READER_CAT12_H
#define READER_CAT12_H

#include "buffer.h"
#include "source.h"

#include <stdbool.h>

#define CAT12_LIMIT ((size_t) 32 << 20) /* bytes of a file */
#define CAT12_MAX_REGIONS ((size_t) 20000)

typedef struct cat12
{
	char *atlas;     /* the element read; empty for the report */
	text_list name;  /* of the regions; empty in files that have their numbers alone */
	text_list id;    /* numbers in the label image, as written */
	double *value;   /* NaN where the file says so */
	size_t count;
} cat12;

/* Whether the file is such XML by its first bytes and its name (catROI_*, catROIs_*, cat_*). */
bool cat12_recognised(const char *path);

/*
 * Reads the values of a measure over an atlas: gmv (Vgm), wmv (Vwm), csfv (Vcsf), thickness, or the name of an element of <data>;
 * tiv is the report's vol_TIV.  atlas NULL: the only one that has the measure.  Errors: PSY_DOMAIN when it is not there or several are
 * (the message lists them), PSY_SHAPE when names and values differ in number, PSY_FORMAT, PSY_LIMIT.
 */
psy_status cat12_parse(cat12 *c, const char *bytes, size_t size, const char *atlas, const char *measure, psy_error *err);
void cat12_free(cat12 *c);

#endif
