/*
 * zip_part.h - a part of a ZIP archive (a workbook, an exported study) as an XML reader, with what it may inflate to bounded.
 */
#ifndef ZIP_PART_H
#define ZIP_PART_H

#include "core/status.h"

#include <libxml/xmlreader.h>
#include <stdbool.h>
#include <stddef.h>
#include <zip.h>

typedef struct zip_part zip_part;

/* *part is NULL, without an error, when the archive has no such part. */
psy_status zip_part_open(zip_t *archive, const char *name, size_t limit, zip_part **part, xmlTextReaderPtr *xml,
						 psy_error *err);

/* The next node; *more is false at the end.  Malformed XML, a document type and too many bytes are errors. */
psy_status zip_part_read(zip_part *part, xmlTextReaderPtr xml, bool *more, psy_error *err);
void zip_part_close(zip_part *part, xmlTextReaderPtr xml);

/* The element's name without its prefix is `name`, and the node is its beginning. */
bool xml_starts(xmlTextReaderPtr xml, const char *name);
bool xml_ends(xmlTextReaderPtr xml, const char *name);

/* A copy of an attribute, whatever its prefix, for the caller to free; NULL when there is none. */
char *xml_attribute(xmlTextReaderPtr xml, const char *name);

#endif
