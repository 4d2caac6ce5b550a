/*
 * fuzz_workbook.c - the reader of .xlsx workbooks on archives of anybody's making (the seeds' parts are stored, so that mutations reach
 * the XML).  Rows must come in order, and a cell must be valid UTF-8 without NUL, since binary COPY sends it as it is.
 * Seeds: tests/fuzz/seeds/workbook/*
 * Sources: ingest/reader_sheet.c ingest/workbook.c ingest/zip_part.c ingest/reader_text.c ingest/source.c ingest/buffer.c
 * Libraries: -lzip -lxml2 -lcrypto
 */
#include "cells.h"
#include "reader_sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	source s;
	sheet_reader sheet;
	psy_error err = {0};
	bool more = true;
	long line = 0;
	psy_status status;

	source_memory(&s, data, size);
	status = sheet_open(&sheet, &s, NULL, &err);
	while (status == PSY_OK && (status = sheet_next(&sheet, &more, &err)) == PSY_OK && more)
	{
		if (sheet.line <= line)
			abort();
		line = sheet.line;
		for (size_t c = 0; c < sheet.cells; c++)
			check_utf8(sheet_cell(&sheet, c));
	}
	if (status != PSY_OK && (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message))
		abort();
	sheet_done(&sheet);
	source_close(&s);
	return 0;
}
