/*
 * fuzz_model_xgboost_json.c - any bytes as XGBoost's JSON: refused with a message, or a model that can be used.
 *
 * Seeds: tests/golden/boosted/xgboost_[a-z]*.json
 */
#include <stdint.h>

#include "model_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	free(use_document(data, size, "xgboost-json"));
	return 0;
}
