/*
 * reader_sheet.h - a worksheet of an .xlsx workbook as records of text cells, pulled one at a time.
 *
 * What Excel stores is not what people see: numbers come with the fifteen digits that Excel shows, numbers in a
 * date format as ISO dates (so that a score which Excel turned into a date is refused as one), a formula as its
 * last value, and the cells of a range merged down the rows as its first (across the columns of a record they say that they are merged).  The first record is the header: title rows before
 * it (one text across the sheet) are passed over, and two header rows that a merged cell joins (week over items)
 * become one, "week_item".  line is the row's number in the sheet.
 *
 * An archive is untrusted: entries, bytes inflated, texts and cells are bounded before anything is kept; a
 * document type (entities) is refused.
 */
#ifndef READER_SHEET_H
#define READER_SHEET_H

#include "buffer.h"
#include "source.h"

#include <stdbool.h>

#define SHEET_MAX_FILE ((size_t) 256 << 20)
#define SHEET_MAX_PART ((size_t) 512 << 20) /* inflated bytes of one part of the archive */
#define SHEET_MAX_COLUMNS 16384
#define SHEET_MAX_MERGES ((size_t) 1 << 18)
#define CODEBOOK_MARK "psyrad_codebook" /* a defined name that points at a sheet which is no data */

typedef struct sheet_merge
{
	long first_row, last_row; /* 1-based */
	int first, last;          /* 0-based columns */
	char *text;               /* of the first cell, once it was met */
} sheet_merge;

typedef struct sheet_reader
{
	buffer file;
	void *archive;  /* zip_t */
	void *xml;      /* xmlTextReader of the sheet under way */
	void *part;     /* what it reads from */
	char *path;     /* of the sheet in the archive */
	bool date1904;
	buffer shared;  /* shared strings, each followed by a NUL */
	size_t *shared_at, shared_count;
	bool *date_style;
	size_t styles;
	sheet_merge *merge; /* by first row */
	size_t merges, merge_from;
	bool headed;    /* the header has been given out */
	long line;
	size_t cells;   /* of the record; all records have as many as the header, or more */
	size_t width;   /* of the header */
	buffer bytes;   /* the record's cells, each followed by a NUL */
	size_t *offset, room;
	bool own;       /* the record has a cell of its own, not only merged ones' */
} sheet_reader;

/* Whether the first bytes are those of a ZIP archive. */
bool sheet_recognised(const uint8_t *bytes, size_t size);

/* sheet: its name or 1-based number; NULL when there is only one that holds anything. */
psy_status sheet_open(sheet_reader *s, source *from, const char *sheet, psy_error *err);

/* The next record that is not empty; *more is false at the end.  The first is the header. */
psy_status sheet_next(sheet_reader *s, bool *more, psy_error *err);
const char *sheet_cell(const sheet_reader *s, size_t column); /* 0-based; valid until the next call */
void sheet_done(sheet_reader *s);

#endif
