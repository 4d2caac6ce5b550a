/*
 * fuzz_cat12.c - the reader of CAT12's XML on bytes of anybody's making: as many names or numbers as values, values finite or missing.
 * Seeds: tests/fuzz/seeds/cat12/*
 * Sources: ingest/reader_cat12.c ingest/header.c ingest/number.c ingest/buffer.c
 */
#include "reader_cat12.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_one(const uint8_t *data, size_t size, const char *atlas, const char *measure)
{
	cat12 c;
	psy_error err = {0};
	psy_status status = cat12_parse(&c, (const char *) data, size, atlas, measure, &err);

	if (status == PSY_OK && (c.atlas == NULL || (*c.atlas && (c.name.count > 0 ? c.name.count : c.id.count) != c.count)))
		abort();
	for (size_t i = 0; i < c.count && status == PSY_OK; i++)
		if (isinf((float) c.value[i]))
			abort();
	if (status != PSY_OK && (c.value != NULL || err.message[0] == '\0' || strlen(err.message) >= sizeof err.message))
		abort();
	cat12_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_one(data, size, NULL, "gmv");
	read_one(data, size, "aal3", "gmv");
	read_one(data, size, NULL, "thickness");
	read_one(data, size, NULL, "tiv");
	return 0;
}
