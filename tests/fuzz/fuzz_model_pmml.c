/*
 * fuzz_model_pmml.c - any bytes as a PMML document: refused with a message, or a model that can be used.
 *
 * Seeds: tests/fuzz/seeds/model_pmml/*.pmml
 */
#include <stdint.h>

#include "model_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try(const uint8_t *data, size_t size, const char *format)
{
	psy_error err = {0};
	psy_model *model;
	psy_status status = psy_model_compile(&use_context, (const char *) data, size, format,
										  &psy_model_default_limits, &model, &err);

	if ((status == PSY_OK) != (model != NULL) || (status != PSY_OK && err.message[0] == '\0'))
		abort();
	if (model == NULL)
		return;
	use_model(model);
	free(model);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try(data, size, "pmml");
	if (memmem(data, size, "<Segment", 8) != NULL)
		try(data, size, "pmml:2");
	return 0;
}
