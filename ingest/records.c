/* records.c - the reader that a file's first bytes ask for; see records.h. */
#include "records.h"

#include "gunzip.h"

#include <stdlib.h>
#include <string.h>

/* What people send by mistake, told by name instead of as wrong bytes of a text. */
static psy_status
refuse_known(const uint8_t *bytes, size_t size, psy_error *err)
{
	if (size >= 8 && memcmp(bytes, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0)
	{
		psy_fail(err, PSY_UNSUPPORTED, "an old Excel workbook (.xls), or one with a password");
		return psy_hint(err, "open it and save it as Excel workbook (.xlsx) without a password, or as CSV UTF-8");
	}
	if (size >= 6 && memcmp(bytes, "\x93NUMPY", 6) == 0)
	{
		psy_fail(err, PSY_UNSUPPORTED, "an array of NumPy (.npy); expected a table as text");
		return psy_hint(err, "numpy.savetxt(\"x.csv\", array, delimiter=\",\"), or scipy.io.savemat for a .mat file; then --by-position");
	}
	if (size >= 5 && memcmp(bytes, "%PDF-", 5) == 0)
		return psy_fail(err, PSY_UNSUPPORTED, "a PDF document; expected a table (CSV, TSV, .xlsx or .sav)");
	return PSY_OK;
}

#define MOST_INFLATED ((size_t) 1 << 30)

/* The text within gzip, whole: what a header promises is not believed, the bytes are counted. */
static psy_status
inflate(records *r, source *from, psy_error *err)
{
	gunzip g;
	size_t got = 1;
	psy_status status = gunzip_open(&g, from, err);

	while (status == PSY_OK && got > 0)
	{
		buffer_reserve(&r->inflated, GUNZIP_CHUNK);
		status = gunzip_read(&g, r->inflated.data + r->inflated.size, GUNZIP_CHUNK, &got, err);
		r->inflated.size += status == PSY_OK ? got : 0;
		if (r->inflated.size > MOST_INFLATED)
			status = psy_fail(err, PSY_LIMIT, "more than %zu MB inflated", MOST_INFLATED >> 20);
	}
	gunzip_close(&g);
	source_memory(&r->inside, r->inflated.data, r->inflated.size);
	return status;
}

psy_status
records_open(records *r, source *from, const options *opt, psy_error *err)
{
	uint8_t first[8];
	size_t got;
	psy_status status = source_peek(from, first, sizeof first, &got, err);

	*r = (records){0};
	if (status == PSY_OK)
		status = refuse_known(first, got, err);
	if (status != PSY_OK)
		return status;
	r->kind = sheet_recognised(first, got) ? RECORDS_SHEET : sav_recognised(first, got) ? RECORDS_SAV : RECORDS_TEXT;
	if (opt->sheet != NULL && r->kind != RECORDS_SHEET)
		return psy_fail(err, PSY_DOMAIN, "--sheet: the file is no .xlsx workbook");
	if (opt->labels && r->kind != RECORDS_SAV)
		return psy_fail(err, PSY_DOMAIN, "--labels: the file is no SPSS file");
	if (got >= 2 && first[0] == 0x1f && first[1] == 0x8b)
	{
		status = inflate(r, from, err);
		return status == PSY_OK ? csv_open(&r->csv, &r->inside, opt->encoding, 0, err) : status;
	}
	switch (r->kind)
	{
		case RECORDS_SHEET: return sheet_open(&r->sheet, from, opt->sheet, err);
		case RECORDS_SAV: return sav_open(&r->sav, from, opt->labels, err);
		default: return csv_open(&r->csv, from, opt->encoding, 0, err);
	}
}

static psy_status
next_stored(records *r, bool *more, psy_error *err)
{
	psy_status status;

	switch (r->kind)
	{
		case RECORDS_SHEET:
			status = sheet_next(&r->sheet, more, err);
			r->cells = r->sheet.cells;
			r->line = r->sheet.line;
			return status;
		case RECORDS_SAV:
			status = sav_next(&r->sav, more, err);
			r->cells = r->sav.cells;
			r->line = r->sav.line;
			return status;
		default:
			status = csv_next(&r->csv, more, err);
			r->cells = r->csv.cells;
			r->line = r->csv.line;
			return status;
	}
}

static const char *
stored_cell(const records *r, size_t column)
{
	switch (r->kind)
	{
		case RECORDS_SHEET: return sheet_cell(&r->sheet, column);
		case RECORDS_SAV: return sav_cell(&r->sav, column);
		default: return csv_cell(&r->csv, column);
	}
}

static const char **
stored_cells(const records *r)
{
	const char **cell = grow(NULL, r->cells, sizeof *cell);

	for (size_t c = 0; c < r->cells; c++)
		cell[c] = stored_cell(r, c);
	return cell;
}

/* Reads an export with a line a cell to its end. */
static psy_status
pivot(records *r, const eav_columns *at, psy_error *err)
{
	size_t width = r->cells;
	bool more;
	psy_status status;

	eav_begin(&r->eav, at);
	while ((status = next_stored(r, &more, err)) == PSY_OK && more)
	{
		const char **cell;

		if (r->cells != width)
			return psy_fail(err, PSY_SHAPE, "line %ld has %zu cells; the header has %zu", r->line, r->cells, width);
		cell = stored_cells(r);
		status = eav_add(&r->eav, at, cell, r->line, err);
		free(cell);
		if (status != PSY_OK)
			return status;
	}
	return status;
}

static psy_status
next_pivoted(records *r, bool *more)
{
	*more = eav_next(&r->eav, &r->line);
	r->cells = eav_cells(&r->eav);
	r->cell_line = *more ? eav_lines(&r->eav) : NULL;
	return PSY_OK;
}

psy_status
records_next(records *r, bool *more, psy_error *err)
{
	psy_status status;
	const char **header;
	eav_columns at;

	if (r->pivoted)
		return next_pivoted(r, more);
	status = next_stored(r, more, err);
	if (r->begun || status != PSY_OK || !*more)
		return status;
	r->begun = true;
	header = stored_cells(r);
	r->pivoted = eav_recognised(header, r->cells, &at);
	free(header);
	if (!r->pivoted)
		return PSY_OK;
	status = pivot(r, &at, err);
	return status == PSY_OK ? next_pivoted(r, more) : status;
}

const char *
records_cell(const records *r, size_t column)
{
	return r->pivoted ? eav_cell(&r->eav, column) : stored_cell(r, column);
}

void
records_done(records *r)
{
	switch (r->kind)
	{
		case RECORDS_SHEET: sheet_done(&r->sheet); break;
		case RECORDS_SAV: sav_done(&r->sav); break;
		default: csv_done(&r->csv);
	}
	eav_done(&r->eav);
	buffer_free(&r->inflated);
	*r = (records){0};
}
