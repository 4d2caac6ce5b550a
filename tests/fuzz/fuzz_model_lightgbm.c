/*
 * fuzz_model_lightgbm.c - any bytes as LightGBM's text: refused with a message, or a model that can be used.
 *
 * Seeds: tests/golden/boosted/lightgbm_[a-z]*.txt
 */
#include <stdint.h>

#include "model_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	free(use_document(data, size, "lightgbm"));
	return 0;
}
