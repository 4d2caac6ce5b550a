/*
 * fuzz_names.c - names of regions of anybody's making: lines, palettes, FSL's XML.
 *
 * Whatever is accepted has at least one region, none without a name, and labels from 1.
 * Seeds: tests/fuzz/seeds/names/*
 * Sources: ingest/image_names.c ingest/number.c ingest/buffer.c
 * Libraries: -I/usr/include/postgresql
 */
#include "image_names.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	image_names names = {0};
	buffer text = {0};
	psy_error err = {0};
	psy_status status;

	buffer_add(&text, data, size);
	for (size_t i = 0; i < text.size; i++) /* read_document refuses NUL */
		if (text.data[i] == '\0')
			text.data[i] = ' ';
	status = image_names_parse(&names, &text, &err);
	if (status != PSY_OK && err.message[0] == '\0')
		abort();
	for (size_t i = 0; i < names.regions.count; i++)
	{
		if (status == PSY_OK && (names.regions.name[i][0] == '\0' || (names.regions.label[i] != NO_LABEL && names.regions.label[i] < 1)))
			abort();
		free(names.regions.name[i]);
	}
	if (status == PSY_OK && names.regions.count == 0)
		abort();
	free(names.regions.name);
	free(names.regions.label);
	buffer_free(&text);
	return 0;
}
