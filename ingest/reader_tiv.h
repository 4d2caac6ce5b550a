/*
 * reader_tiv.h - the text that CAT12 writes of total intracranial volumes ("TIV.txt"), and the list that says
 * whose they are.
 *
 * A line an image, in the order in which the XML files of the reports were chosen: the volume in ml, perhaps
 * beside grey matter, white matter, CSF and white matter hyperintensities, of which it is the sum; no header.
 * Names are there only where CAT12 was told to save them (with or without their folder).  NaN is a report
 * without volumes.  Format: cat_stat_TIV.m of CAT12 (12.8.2).
 */
#ifndef READER_TIV_H
#define READER_TIV_H

#include "buffer.h"
#include "core/status.h"

#include <stdbool.h>

#define TIV_LIMIT ((size_t) 16 << 20) /* bytes of a file */

typedef struct tiv_list
{
	text_list name; /* empty in a file without names */
	double *volume; /* mm3; NaN where the file says so */
	long *line;
	size_t count;
} tiv_list;

/* Whether the first line is such a one: one number or five, or, where a line may have names, those behind a
 * name. */
bool tiv_recognised(const char *path, bool named);

/* Errors: PSY_SHAPE when lines differ in form, PSY_FORMAT for what is no number, PSY_DOMAIN for a volume that
 * is not above 0 or not the sum of its parts (they are rounded to 0.01 ml). */
psy_status tiv_parse(tiv_list *t, const char *bytes, size_t size, psy_error *err);
void tiv_free(tiv_list *t);

/* A name a line, without its folder and the ending .xml; blank lines at the end do not count.  PSY_SHAPE for
 * one in between. */
psy_status tiv_names(text_list *names, const char *bytes, size_t size, psy_error *err);

#endif
