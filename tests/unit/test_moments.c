/* test_moments.c - Youngs-Cramer moments against long double two-pass sums, and that merging any split is the
 * whole. */
#include "unit.h"

#include "stats/moments.h"

#define ROWS 200
#define Q 3

static double data[ROWS][Q];

static void
make_data(double offset)
{
	unsigned long long seed = 42;

	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < Q; j++)
		{
			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			data[i][j] = offset * (j + 1) + (double) (seed >> 11) / 9007199254740992.0 +
						 (j > 0 ? 0.5 * data[i][j - 1] : 0);
		}
}

static double
direct_product(int a, int b, int rows)
{
	long double mean_a = 0, mean_b = 0, sum = 0;

	for (int i = 0; i < rows; i++)
	{
		mean_a += data[i][a];
		mean_b += data[i][b];
	}
	mean_a /= rows;
	mean_b /= rows;
	for (int i = 0; i < rows; i++)
		sum += (data[i][a] - mean_a) * (data[i][b] - mean_b);
	return (double) sum;
}

static void
squares_match_two_passes_at_any_offset(void **state)
{
	double offsets[] = {0, 1, 1e3, 1e5};

	for (int o = 0; o < 4; o++)
	{
		psy_moments m = {0};
		double joint[1 + 2 * Q + Q * (Q + 1) / 2] = {0};

		make_data(offsets[o]);
		for (int i = 0; i < ROWS; i++)
		{
			psy_moments_add(&m, data[i][0]);
			psy_comoments_add(joint, Q, data[i]);
		}
		assert_close(m.squares, direct_product(0, 0, ROWS), 1e-13);
		for (int a = 0; a < Q; a++)
			for (int b = 0; b <= a; b++)
				assert_close(joint[1 + Q + psy_product_index(a, b)], direct_product(a, b, ROWS), 1e-13);
		assert_close(psy_moments_variance(&m), direct_product(0, 0, ROWS) / (ROWS - 1), 1e-13);
	}
}

static void
any_split_merges_to_the_whole(void **state)
{
	make_data(10);
	for (int cut = 0; cut <= ROWS; cut += 7)
	{
		psy_moments left = {0}, right = {0}, whole = {0};
		double joint_left[16] = {0}, joint_right[16] = {0}, joint[16] = {0};

		for (int i = 0; i < ROWS; i++)
		{
			psy_moments_add(&whole, data[i][0]);
			psy_moments_add(i < cut ? &left : &right, data[i][0]);
			psy_comoments_add(joint, Q, data[i]);
			psy_comoments_add(i < cut ? joint_left : joint_right, Q, data[i]);
		}
		psy_moments_merge(&left, &right);
		psy_comoments_merge(joint_left, joint_right, Q);
		assert_true(left.n == whole.n);
		assert_close(psy_moments_mean(&left), psy_moments_mean(&whole), 1e-14);
		assert_close(left.squares, whole.squares, 1e-13);
		assert_true(joint_left[0] == joint[0]);
		for (size_t s = 1 + Q; s < psy_comoments_core(Q); s++)
			assert_close(joint_left[s], joint[s], 1e-13);
	}
}

static void
too_few_values_give_nan(void **state)
{
	psy_moments m = {0};

	assert_true(isnan(psy_moments_mean(&m)));
	psy_moments_add(&m, 3);
	assert_true(psy_moments_mean(&m) == 3);
	assert_true(isnan(psy_moments_variance(&m)));
	psy_moments_add(&m, 3);
	assert_true(psy_moments_variance(&m) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(squares_match_two_passes_at_any_offset),
		cmocka_unit_test(any_split_merges_to_the_whole),
		cmocka_unit_test(too_few_values_give_nan),
	};

	return cmocka_run_group_tests_name("moments", tests, NULL, NULL);
}
