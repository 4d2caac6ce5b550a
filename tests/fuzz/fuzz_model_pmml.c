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
	psy_error err = {0};
	psy_model *model;
	psy_status status = psy_model_compile(&use_context, (const char *) data, size, "pmml",
										  &psy_model_default_limits, &model, &err);

	if ((status == PSY_OK) != (model != NULL) || (status != PSY_OK && err.message[0] == '\0'))
		abort();
	if (model == NULL)
		return 0;
	use_model(model);
	free(model);
	return 0;
}
