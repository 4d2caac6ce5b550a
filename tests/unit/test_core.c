/* test_core.c - error model, contexts and the packed triangle. */
#include "unit.h"

#include "core/elementary.h"
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

/* In units of the last place of the double nearest to the exact value, which long double gives well enough. */
static double
ulps(double found, long double exact)
{
	double near = fabs((double) exact);

	return (double) fabsl(found - exact) / (nextafter(near, INFINITY) - near);
}

static void
elementary_functions_are_exact_to_the_last_place(void **state)
{
	double worst[4] = {0};
	unsigned seed = 3;

	for (int i = 0; i < 200000; i++)
	{
		double u = (rand_r(&seed) + 0.5) / (RAND_MAX + 1.0);
		double x = i % 2 ? pow(10, 40 * u - 20) : i % 4 ? 3 * u - 0.999 : -pow(10, -17 * u);
		double v = i % 2 ? pow(10, 600 * u - 300) : 0.5 + 1.5 * u;
		double y = i % 2 ? -705 * u : 0.5 - 1.5 * u;

		worst[0] = fmax(worst[0], ulps(psy_log1p_of(x), log1pl(x)));
		worst[1] = fmax(worst[1], ulps(psy_log_of_sum(v, 0), logl(v)));
		worst[2] = fmax(worst[2], ulps(psy_exp_times(y, 1), expl(y)));
		worst[3] = fmax(worst[3], ulps(psy_cbrt_of(v), cbrtl(v)));
	}
	print_message("           log1p %.2f, log %.2f, exp %.2f, cbrt %.2f ulp at worst\n", worst[0], worst[1], worst[2],
				  worst[3]);
	assert_true(worst[0] < 1.4 && worst[1] < 1 && worst[2] < 1 && worst[3] < 0.7);
	assert_true(psy_cbrt_of(0) == 0 && psy_cbrt_of(1) == 1 && psy_cbrt_of(27) == 3 && psy_cbrt_of(0x1p-1020) == 0x1p-340);
	assert_true(psy_log_of_sum(1, 0) == 0 && psy_log1p_of(0) == 0 && psy_exp_times(0, 1) == 1);
	assert_true(psy_exp_times(-1e9, 1) == 0 && psy_exp_times(-745, 1) == exp(-745));
	assert_true(ulps(psy_exp_times(-740, 0x1p40), expl(-740) * 0x1p40L) < 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_carry_code_message_and_hint),
		cmocka_unit_test(allocation_sizes_are_checked_for_overflow),
		cmocka_unit_test(edges_and_pairs_are_inverse),
		cmocka_unit_test(polling_reports_an_interrupt),
		cmocka_unit_test(elementary_functions_are_exact_to_the_last_place),
	};

	return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
