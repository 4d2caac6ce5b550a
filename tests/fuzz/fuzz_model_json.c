/*
 * fuzz_model_json.c - any bytes as a model's document: refused with a message, or a model that can be used.
 *
 * Seeds: tests/golden/models/[a-z]*.json tests/fuzz/seeds/model_json/*.json
 */
#include <stdint.h>

#include "model_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	free(use_document(data, size, "auto"));
	return 0;
}
