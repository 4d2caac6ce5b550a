/*
 * fuzz_tiv.c - the reader of CAT12's TIV.txt and of the list of its subjects, on bytes of anybody's making: all lines named or none,
 * volumes above 0 or missing, names without a folder.
 * Seeds: tests/fuzz/seeds/tiv/*
 * Sources: ingest/reader_tiv.c ingest/number.c ingest/buffer.c ingest/source.c
 * Libraries: -lcrypto
 */
#include "reader_tiv.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_names(const text_list *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (strpbrk(names->item[i], "/\\\n") != NULL)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tiv_list t;
	text_list names = {0};
	psy_error err = {0};
	const char *text = size > 0 ? (const char *) data : "";
	psy_status status = tiv_parse(&t, text, size, &err);

	if (status != PSY_OK && err.message[0] == '\0')
		abort();
	if (status == PSY_OK && t.name.count != 0 && t.name.count != t.count)
		abort();
	for (size_t i = 0; i < t.count; i++)
		if (!(t.volume[i] > 0 || isnan(t.volume[i])) || (i > 0 && t.line[i] <= t.line[i - 1]))
			abort();
	check_names(&t.name);
	tiv_free(&t);
	if (tiv_names(&names, text, size, &err) == PSY_OK)
		check_names(&names);
	list_free(&names);
	return 0;
}
