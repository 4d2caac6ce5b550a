/*
 * fuzz_eav.c - exports with a line a cell, put together into records: no value is lost or moved (each stands in the cell of its record and
 * field, or among the values that are joined there), and lines never name what the file has not.
 * Seeds: tests/fuzz/seeds/eav/*
 * Sources: ingest/reader_eav.c ingest/header.c ingest/reader_csv.c ingest/reader_text.c ingest/source.c ingest/buffer.c
 * Libraries: -lcsv -lcrypto
 */
#include "cells.h"
#include "reader_csv.h"
#include "reader_eav.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t values, bytes; /* that were not empty, and not of the columns that every record has */

static psy_status
read_lines(csv_reader *csv, eav_reader *e, bool *recognised, psy_error *err)
{
	const char *cell[64];
	eav_columns at;
	bool more;
	psy_status status = csv_next(csv, &more, err);
	size_t width = csv->cells;

	*recognised = false;
	for (size_t c = 0; c < width && c < 64; c++)
		cell[c] = status == PSY_OK && more ? csv_cell(csv, c) : "";
	if (status != PSY_OK || !more || width > 64 || !eav_recognised(cell, width, &at))
		return status;
	*recognised = true;
	eav_begin(e, &at);
	while ((status = csv_next(csv, &more, err)) == PSY_OK && more && csv->cells == width)
	{
		const char *name, *value;

		for (size_t c = 0; c < width; c++)
			cell[c] = csv_cell(csv, c);
		name = cell[at.field];
		value = cell[at.value];
		status = eav_add(e, &at, cell, csv->line, err);
		if (status != PSY_OK)
			return status;
		if (*value && strcmp(name, "record_id") != 0 && (at.event < 0 || strcmp(name, "redcap_event_name") != 0))
		{
			values++;
			bytes += strlen(value);
		}
	}
	return status;
}

/* Every value is there once: joined ones have a ';' between them. */
static void
check_records(eav_reader *e, long last)
{
	size_t found = 0, fixed = e->fixed;
	long line, joined = 0;

	for (size_t r = 0; eav_next(e, &line); r++)
	{
		if (line < 1 || line > last)
			abort();
		for (size_t c = 0; c < eav_cells(e); c++)
		{
			const char *cell = eav_cell(e, c);

			check_utf8(cell);
			if (r == 0 || c < fixed)
				continue;
			found += strlen(cell);
			if (*cell && (eav_lines(e)[c] < line || eav_lines(e)[c] > last))
				abort();
			joined += *cell != '\0';
		}
	}
	if (found - bytes != values - (size_t) joined)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	source s;
	csv_reader csv;
	eav_reader e = {0};
	psy_error err = {0};
	bool recognised = false;
	psy_status status;

	values = bytes = 0;
	source_memory(&s, data, size);
	status = csv_open(&csv, &s, ENCODING_AUTO, 0, &err);
	if (status == PSY_OK)
		status = read_lines(&csv, &e, &recognised, &err);
	if (status == PSY_OK && recognised)
		check_records(&e, csv.line);
	if (status != PSY_OK && (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message))
		abort();
	eav_done(&e);
	csv_done(&csv);
	source_close(&s);
	return 0;
}
