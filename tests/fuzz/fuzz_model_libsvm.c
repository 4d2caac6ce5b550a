/*
 * fuzz_model_libsvm.c - any bytes as libsvm's model file: refused with a message, or a model that can be used.
 *
 * Seeds: tests/golden/libsvm/[a-z]*.model
 */
#include <stdint.h>

#include "model_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	free(use_document(data, size, "libsvm"));
	return 0;
}
