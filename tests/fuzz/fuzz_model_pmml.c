/*
 * fuzz_model_pmml.c - any bytes as a PMML document: refused with a message, or a model that can be used.
 *
 * Seeds: tests/fuzz/seeds/model_pmml/*.pmml
 */
#include <stdint.h>

#include "model_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	free(use_document(data, size, "pmml"));
	if (memmem(data, size, "<Segment", 8) != NULL)
		free(use_document(data, size, "pmml:2"));
	return 0;
}
