/* test_core.c - error model, contexts and the packed triangle. */
#include "unit.h"

#include "core/triangle.h"

static void
errors_carry_code_message_and_hint(void **state)
{
	psy_error err;

	assert_int_equal(psy_fail(&err, PSY_SHAPE, "%d rows, %d expected", 2, 3), PSY_SHAPE);
	assert_string_equal(err.message, "2 rows, 3 expected");
	assert_string_equal(err.hint, "");
	assert_int_equal(psy_hint(&err, "transpose it"), PSY_SHAPE);
	assert_string_equal(err.hint, "transpose it");
	assert_int_equal(psy_fail(NULL, PSY_NOMEM, "ignored"), PSY_NOMEM);
}

static void
allocation_sizes_are_checked_for_overflow(void **state)
{
	psy_error err;
	void *pointer;

	assert_int_equal(psy_alloc(&unit_context, SIZE_MAX / 2, 3, &pointer, &err), PSY_NOMEM);
	assert_null(pointer);
	assert_int_equal(psy_alloc(&unit_context, 0, 8, &pointer, &err), PSY_OK);
	psy_release(&unit_context, pointer);
}

static void
edges_and_pairs_are_inverse(void **state)
{
	for (size_t n = 2; n < 60; n++)
	{
		size_t k = 0;

		for (size_t i = 0; i < n; i++)
			for (size_t j = i + 1; j < n; j++, k++)
			{
				size_t a, b;

				assert_int_equal(psy_edge_index(n, i, j), k);
				assert_int_equal(psy_edge_index(n, j, i), k);
				psy_edge_pair(n, k, &a, &b);
				assert_int_equal(a, i);
				assert_int_equal(b, j);
			}
		assert_int_equal(psy_edge_count(n), k);
		assert_int_equal(psy_edge_regions(k), n);
	}
	assert_int_equal(psy_edge_regions(0), 0);
	assert_int_equal(psy_edge_regions(2), 0);
	assert_int_equal(psy_edge_regions(79800), 400);
	assert_int_equal(psy_edge_regions(79801), 0);
}

static bool
always_interrupted(void *arg)
{
	return true;
}

static void
polling_reports_an_interrupt(void **state)
{
	psy_context ctx = unit_context;

	assert_int_equal(psy_poll(&ctx, NULL), PSY_OK);
	ctx.interrupted = always_interrupted;
	assert_int_equal(psy_poll(&ctx, NULL), PSY_INTERRUPTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_carry_code_message_and_hint),
		cmocka_unit_test(allocation_sizes_are_checked_for_overflow),
		cmocka_unit_test(edges_and_pairs_are_inverse),
		cmocka_unit_test(polling_reports_an_interrupt),
	};

	return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
