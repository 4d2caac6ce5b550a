/*
 * fuzz_grid.c - the reader of matrices on bytes of anybody's making: lines never go back, cells are valid UTF-8, and blanks part none of
 * those that it parted by blanks.
 * Seeds: tests/fuzz/seeds/grid/* tests/fuzz/seeds/csv/*
 * Sources: ingest/reader_grid.c ingest/records.c ingest/gunzip.c ingest/reader_eav.c ingest/header.c ingest/reader_csv.c ingest/reader_sheet.c ingest/workbook.c ingest/zip_part.c ingest/reader_sav.c ingest/reader_text.c ingest/source.c ingest/buffer.c ingest/number.c
 * Libraries: -lcsv -lzip -lreadstat -lcrypto -lisal
 */
#include "reader_grid.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_cell(const grid *g, const char *cell)
{
	const unsigned char *p = (const unsigned char *) cell, *end = p + strlen(cell);

	if (g->blanks && (*cell == '\0' || strpbrk(cell, " \t\r\n") != NULL))
		abort();
	while (p < end)
	{
		size_t n = utf8_character(p, end);

		if (n == 0)
			abort();
		p += n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	source s;
	grid g;
	options opt = {0};
	psy_error err = {0};
	bool more = true;
	long line = 0;
	psy_status status;

	source_memory(&s, data, size);
	status = grid_open(&g, &s, &opt, &err);
	while (status == PSY_OK && (status = grid_next(&g, &more, &err)) == PSY_OK && more)
	{
		if (g.line < line)
			abort();
		line = g.line;
		for (size_t c = 0; c < g.cells; c++)
			check_cell(&g, grid_cell(&g, c));
	}
	if (status != PSY_OK && (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message))
		abort();
	grid_done(&g);
	source_close(&s);
	return 0;
}
