/*
 * records.h - a table's records, whatever file they are in: delimited text, a worksheet (.xlsx), SPSS (.sav).
 *
 * A text may be gzipped.  REDCap's export with a line a cell is put together into records (reader_eav.h).  The content decides, never the name.  The first record is the header.  A record's line is its line in a text, its row in a sheet,
 * its case in an SPSS file.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include "options.h"
#include "reader_csv.h"
#include "reader_eav.h"
#include "reader_sav.h"
#include "reader_sheet.h"

typedef struct records
{
	enum
	{
		RECORDS_TEXT,
		RECORDS_SHEET,
		RECORDS_SAV
	} kind;
	bool pivoted; /* the records are those of eav, which has read all of the file */
	bool begun;
	eav_reader eav;
	csv_reader csv;
	sheet_reader sheet;
	sav_reader sav;
	size_t cells;
	long line;
	buffer inflated; /* of a gzipped text, the whole */
	source inside;
	const long *cell_line; /* of each cell, where a record is put together from several lines; else NULL */
} records;

psy_status records_open(records *r, source *from, const options *opt, psy_error *err);
psy_status records_next(records *r, bool *more, psy_error *err);
const char *records_cell(const records *r, size_t column); /* 0-based; valid until the next call */
void records_done(records *r);

#endif
