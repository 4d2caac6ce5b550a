/* random_order.c - see random_order.h. */
#include "core/random_order.h"

#include "core/random.h"

uint64_t
psy_draw_below(uint64_t seed, uint64_t stream, uint32_t index, uint64_t bound)
{
	const uint32_t key[2] = {(uint32_t) seed, (uint32_t) (seed >> 32)};
	uint64_t limit = UINT64_MAX - UINT64_MAX % bound;

	for (uint32_t again = 0;; again++)
	{
		const uint32_t counter[4] = {(uint32_t) stream, (uint32_t) (stream >> 32), index, again};
		uint32_t out[4];
		uint64_t value;

		psy_philox(key, counter, out);
		value = (uint64_t) out[1] << 32 | out[0];
		if (value < limit)
			return value % bound;
	}
}

void
psy_random_order(uint64_t seed, uint64_t stream, uint32_t index, uint32_t count, uint32_t *order)
{
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	for (uint32_t i = count; i-- > 1;)
	{
		uint32_t j = (uint32_t) psy_draw_below(seed, stream, index + i, (uint64_t) i + 1), kept = order[i];

		order[i] = order[j];
		order[j] = kept;
	}
}
