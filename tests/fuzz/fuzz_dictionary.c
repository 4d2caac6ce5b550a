/*
 * fuzz_dictionary.c - data dictionaries (REDCap's CSV, BIDS's JSON) of anybody's making: names and answers are valid UTF-8, codes and
 * answers stand side by side, and each code and each answer finds a code again.
 * Seeds: tests/fuzz/seeds/dictionary/*
 * Sources: ingest/dictionary.c ingest/document.c ingest/header.c ingest/reader_csv.c ingest/reader_text.c ingest/source.c ingest/buffer.c
 * Libraries: -lcsv -lcrypto
 */
#include "cells.h"
#include "dictionary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_field(const dictionary *d, const dictionary_field *f)
{
	const dictionary_field *found = dictionary_find(d, f->name);

	check_utf8(f->name);
	check_utf8(f->label);
	if (found == NULL || strcmp(found->name, f->name) != 0 || f->code.count != f->answer.count)
		abort();
	(void) dictionary_find(d, f->label);
	for (size_t k = 0; k < f->code.count; k++)
	{
		check_utf8(f->code.item[k]);
		check_utf8(f->answer.item[k]);
		if (strcmp(dictionary_code(f, f->code.item[k]), f->code.item[k]) != 0 || dictionary_code(f, f->answer.item[k]) == NULL)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	buffer text = {0};
	dictionary d;
	psy_error err = {0};
	psy_status status;

	/* As document.c hands it over: without NUL. */
	for (size_t k = 0; k < size; k++)
		buffer_byte(&text, data[k] ? (char) data[k] : ' ');
	status = dictionary_parse(&d, &text, &err);
	if (status != PSY_OK && (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message))
		abort();
	for (size_t k = 0; status == PSY_OK && k < d.fields; k++)
		check_field(&d, &d.field[k]);
	dictionary_free(&d);
	buffer_free(&text);
	return 0;
}
