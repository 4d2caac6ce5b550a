/*
 * fuzz_sav.c - the reader of SPSS files (ReadStat and what is made of its callbacks) on bytes of anybody's making.
 * A cell must be valid UTF-8 without NUL, since binary COPY sends it as it is.
 * Seeds: tests/fuzz/seeds/sav/*
 * Sources: ingest/reader_sav.c ingest/reader_text.c ingest/source.c ingest/buffer.c
 * Libraries: -lreadstat -lcrypto
 */
#include "cells.h"
#include "reader_sav.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	source s;
	sav_reader sav;
	psy_error err = {0};
	bool more = true;
	long line = 0;
	psy_status status;

	source_memory(&s, data, size);
	status = sav_open(&sav, &s, size % 2 == 0, &err);
	while (status == PSY_OK && (status = sav_next(&sav, &more, &err)) == PSY_OK && more)
	{
		if (sav.line < line)
			abort();
		line = sav.line;
		for (size_t c = 0; c < sav.cells; c++)
			check_utf8(sav_cell(&sav, c));
	}
	if (status != PSY_OK && (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message))
		abort();
	sav_done(&sav);
	source_close(&s);
	return 0;
}
