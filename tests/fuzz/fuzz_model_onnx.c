/*
 * fuzz_model_onnx.c - any bytes as an ONNX document: refused with a message, or a model that can be used; and the
 * models' images with spoiled bytes: refused, or safe to use.
 *
 * Seeds: tests/golden/onnx/[a-l]*.onnx tests/golden/onnx/mixed_inputs.onnx tests/golden/onnx/ops_*.onnx tests/golden/onnx/[s-x]*.onnx tests/golden/explain/onnx_*_2.onnx tests/golden/explain/onnx_imputed_forest.onnx
 */
#include <stdint.h>

#include "model_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One word of the image becomes another one; which ones, the input's bytes decide. */
static void
use_spoiled(const psy_model *model, const uint8_t *data, size_t size)
{
	size_t bytes = psy_model_bytes(model), at = 0;
	uint32_t *image = malloc(bytes), word = 0;
	psy_error err = {0};

	memcpy(image, model, bytes);
	for (size_t k = 0; k < size; k++)
	{
		at = at * 31 + data[k];
		word = word * 37 + data[k];
	}
	/* Small words meet more checks than large ones. */
	image[at % (bytes / 4)] = word % 3 == 0 ? word : word % 64;
	if (psy_model_check((psy_model *) image, bytes, &err) == PSY_OK)
		use_model((psy_model *) image);
	free(image);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	psy_model *model = use_document(data, size, "onnx");

	if (model != NULL)
		use_spoiled(model, data, size);
	free(model);
	return 0;
}
