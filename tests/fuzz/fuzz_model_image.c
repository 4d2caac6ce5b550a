/*
 * fuzz_model_image.c - any bytes as a compiled model, as they reach the type's input and receive functions:
 * refused, or safe to use. The seeds are documents; those that compile are turned into images first.
 *
 * Seeds: tests/golden/models/[a-z]*.json tests/fuzz/seeds/model_json/*.json tests/golden/boosted/xgboost_[a-z]*.ubj
 */
#include <stdint.h>

#include "model_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
use_image(const void *bytes, size_t size)
{
	/* The server gives aligned memory of exactly this size. */
	psy_model *image = malloc(size == 0 ? 1 : size);
	psy_error err = {0};

	memcpy(image, bytes, size);
	if (psy_model_check(image, size, &err) == PSY_OK)
		use_model(image);
	else if (err.message[0] == '\0')
		abort();
	free(image);
}

/* Mutations of a valid image, steered by the document's checksum, since mutated documents seldom compile. */
static void
mutate_image(const psy_model *model, uint64_t state)
{
	size_t size = psy_model_bytes(model);
	unsigned char *copy = malloc(size);

	for (int round = 0; round < 200; round++)
	{
		memcpy(copy, model, size);
		for (int k = 0; k <= round % 4; k++)
		{
			static const uint32_t word[] = {0, 1, 7, 8, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FF00000, 1u << 28};
			size_t at;

			state = state * 6364136223846793005u + 1442695040888963407u;
			/* Most often in the header and the tables, where the structure is. */
			at = (size_t) (state >> 33) % ((state & 3) != 0 && size > 256 ? 256 : size);
			if ((state >> 8 & 1) != 0 && at / 4 * 4 + 4 <= size)
				memcpy(copy + at / 4 * 4, &word[state >> 16 & 7], 4);
			else
				copy[at] ^= (unsigned char) (state >> 24 | 1);
		}
		use_image(copy, round % 10 == 9 ? (size_t) (state >> 33) % size : size);
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	psy_model *model;
	uint64_t sum = 1469598103934665603u;

	use_image(data, size);
	if (psy_model_compile(&use_context, (const char *) data, size, "auto", &psy_model_default_limits, &model,
						  NULL) != PSY_OK)
		return 0;
	for (size_t k = 0; k < size; k++)
		sum = (sum ^ data[k]) * 1099511628211u;
	mutate_image(model, sum);
	free(model);
	return 0;
}
