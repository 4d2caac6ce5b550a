/* test_random.c - Philox against the known answers of Random123 (kat_vectors, philox4x32-10), and what is
 * built on it. */
#include "unit.h"

#include "core/random.h"

static void
philox_gives_the_known_answers(void **state)
{
	static const uint32_t known[3][10] = {{0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
										  {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
										   0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
										  {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822,
										   0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}};
	uint32_t out[4];

	for (int k = 0; k < 3; k++)
	{
		psy_philox(known[k] + 4, known[k], out);
		assert_memory_equal(out, known[k] + 6, sizeof out);
	}
}

static void
bounded_numbers_are_even(void **state)
{
	int count[7] = {0};

	for (uint64_t k = 0; k < 35000; k++)
	{
		uint64_t pair[2];

		psy_random_pair(1, 2, k, pair);
		for (int j = 0; j < 2; j++)
		{
			assert_true(psy_random_below(pair[j], 7) < 7);
			count[psy_random_below(pair[j], 7)]++;
			assert_true(psy_random_uniform(pair[j]) >= 0 && psy_random_uniform(pair[j]) < 1);
		}
	}
	for (int k = 0; k < 7; k++)
		assert_true(abs(count[k] - 10000) < 400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(philox_gives_the_known_answers),
									   cmocka_unit_test(bounded_numbers_are_even)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
