/*
 * fuzz_stats.c - the reader of FreeSurfer's .stats files on bytes of anybody's making: names are UTF-8 without blanks, values finite.
 * Seeds: tests/fuzz/seeds/stats/*
 * Sources: ingest/reader_freesurfer.c ingest/header.c ingest/reader_text.c ingest/number.c ingest/source.c ingest/buffer.c
 * Libraries: -lcrypto
 */
#include "reader_freesurfer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	source s;
	stats_file stats = {0};
	psy_error err = {0};
	psy_status status;

	source_memory(&s, data, size);
	status = stats_parse(&stats, &s, size % 2 == 0 ? "thickness" : "volume", &err);
	if (status == PSY_OK && (stats.count == 0 || stats.count > STATS_MAX_ROWS || isinf(stats.tiv)))
		abort();
	for (size_t i = 0; i < stats.count && status == PSY_OK; i++)
		if (!isfinite((float) stats.row[i].value) || stats.row[i].line < 1 || strpbrk(stats.row[i].name, " \t\r\n") != NULL)
			abort();
	if (status != PSY_OK && (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message))
		abort();
	stats_free(&stats);
	source_close(&s);
	return 0;
}
