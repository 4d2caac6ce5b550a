/*
 * literature_source.h - the bytes of a file of literature as text: a text as it is, a gzipped one inflated, a worksheet as CSV.
 *
 * What people send by mistake (a PDF, an image, an old workbook) is refused by name, before its bytes look like a wrong
 * encoding.  Of a workbook each row is the line of its number; a line break within a cell becomes U+2028, so that it stays so.
 */
#ifndef LITERATURE_SOURCE_H
#define LITERATURE_SOURCE_H

#include "buffer.h"
#include "options.h"
#include "source.h"

typedef struct literature_source
{
	source file;
	buffer text;   /* of a file that is no text itself */
	source inside; /* over it */
	source *content;
	text_encoding encoding; /* as the options say, but UTF-8 for a worksheet */
} literature_source;

psy_status literature_source_open(literature_source *s, const char *path, const options *opt, psy_error *err);
void literature_source_close(literature_source *s);

#endif
