/*
 * fuzz_csv.c - the text and CSV readers, and what is made of their cells, on bytes of anybody's making.
 *
 * The first byte picks the encoding.  Every record's cells are read as header, number, quantity and identifier; line numbers
 * must grow, and a cell must be valid UTF-8 without NUL, since binary COPY sends it as it is.
 * Seeds: tests/fuzz/seeds/csv/*
 * Sources: ingest/reader_csv.c ingest/reader_text.c ingest/source.c ingest/buffer.c ingest/header.c ingest/number.c ingest/quantity.c
 * Libraries: -lcsv -lcrypto
 */
#include "cells.h"
#include "header.h"
#include "number.h"
#include "quantity.h"
#include "reader_csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_cell(const char *cell)
{
	quantity q[QUANTITY_MAX];
	psy_error err;
	int64_t whole;
	double real;
	char *folded = fold_header(cell);

	check_utf8(cell);
	(void) header_is_identifier(folded);
	(void) cell_is_identifier(cell);
	free(folded);
	if (parse_whole(cell, -32768, 32767, &whole, &err) == PSY_OK &&
		(whole < -32768 || whole > 32767 || parse_real(cell, &real, &err) != PSY_OK || real != (double) whole))
		abort();
	(void) check_decimal(cell, &err);
	if (quantity_parse(cell, q) < 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	source s;
	csv_reader csv;
	psy_error err;
	bool more = true;
	long line = 0;
	buffer raw = {0};
	psy_status status;

	if (size == 0)
		return 0;
	source_memory(&s, data + 1, size - 1);
	status = csv_open(&csv, &s, (text_encoding) (data[0] % 4), 0, &err);
	while (status == PSY_OK && (status = csv_next(&csv, &more, &err)) == PSY_OK && more)
	{
		if (csv.line <= line)
			abort();
		line = csv.line;
		buffer_clear(&raw);
		for (size_t c = 0; c < csv.cells; c++)
		{
			check_cell(csv_cell(&csv, c));
			csv_quote(&raw, csv_cell(&csv, c));
		}
	}
	if (status != PSY_OK && (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message))
		abort();
	buffer_free(&raw);
	csv_done(&csv);
	source_close(&s);
	return 0;
}
