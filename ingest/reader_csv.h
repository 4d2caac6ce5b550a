/*
 * reader_csv.h - delimited text as records, pulled one at a time; libcsv splits, reader_text decodes.
 *
 * A record knows the physical line where it begins: quoted line ends count.  Stray quotes and a quote that
 * never closes are errors (a lenient reader would swallow the rest of the file into one cell).  Cells are
 * trimmed of blanks around them unless quoted.
 */
#ifndef READER_CSV_H
#define READER_CSV_H

#include "reader_text.h"

#include <csv.h>

#define CSV_MAX_CELLS ((size_t) 1 << 20)

typedef struct csv_reader
{
	text_reader text;
	struct csv_parser parser;
	char delimiter;
	buffer bytes;   /* the record's cells, each followed by a NUL */
	size_t *offset; /* of each cell in bytes */
	size_t cells;
	size_t room;
	long line;     /* where the record begins */
	bool complete; /* the parser has closed a record */
	bool too_many;
	bool finished;
	bool opened;
} csv_reader;

/* delimiter 0: the first line decides between tab, comma and semicolon. */
psy_status csv_open(csv_reader *reader, source *from, text_encoding encoding, char delimiter, psy_error *err);

/* The next record; *more is false at the end.  Empty lines are no records. */
psy_status csv_next(csv_reader *reader, bool *more, psy_error *err);
const char *csv_cell(const csv_reader *reader, size_t column); /* 0-based; valid until the next call */
void csv_done(csv_reader *reader);

/* Appends a cell as CSV, quoted where it must be. */
void csv_quote(buffer *b, const char *cell);

#endif
