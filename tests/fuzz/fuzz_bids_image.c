/*
 * fuzz_bids_image.c - the sizes of an image of anybody's making: what passes has dimensions above 0 and all of its payload.
 * Seeds: tests/fuzz/seeds/nifti/*
 * Sources: ingest/bids_image.c ingest/gunzip.c ingest/source.c ingest/buffer.c
 * Libraries: -lisal -lcrypto
 */
#include "bids_image.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	source s;
	bids_image image;
	psy_error err = {0};
	psy_status status;

	source_memory(&s, data, size);
	status = bids_image_parse(&image, &s, &err);
	if (status == PSY_OK && (image.dims[0] < 1 || image.dims[1] < 1 || image.dims[2] < 1 || image.volumes < 1))
		abort();
	if (status != PSY_OK && (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message))
		abort();
	source_close(&s);
	return 0;
}
