/* test_metric_permute.c - the permutation test of an AUC against every labelling there is, against R's
 * pwilcox, and under its own null hypothesis. */
#include "unit.h"

#include "models/metric_permute.h"

static uint64_t seed = 20260101;

static double
random_unit(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double) (seed >> 11) / 9007199254740992.0;
}

/* Ascending scores with labels (bit k of positive), taken apart. */
static psy_scores
labelled(const double *score, size_t n, uint32_t positive, double *room)
{
	psy_scores s = {room, 0, room + 32, 0};

	for (size_t k = 0; k < n; k++)
		if (positive >> k & 1)
			room[s.positives++] = score[k];
		else
			room[32 + s.negatives++] = score[k];
	return s;
}

static psy_auc_permutation
exact(const psy_scores *s)
{
	double *ways = malloc(sizeof(double) * (size_t) psy_auc_permutation_cost(s).doubles);
	psy_auc_permutation out;
	psy_error err = {0};

	assert_int_equal(psy_auc_permutation_exact(&unit_context, s, ways, &out, &err), PSY_OK);
	free(ways);
	return out;
}

static int
doubled_u(const double *score, size_t n, uint32_t positive)
{
	int u = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if ((positive >> i & 1) && !(positive >> j & 1))
				u += 2 * (score[i] > score[j]) + (score[i] == score[j]);
	return u;
}

/* By going through all labellings with as many positive ones. */
static psy_auc_permutation
enumerated(const double *score, size_t n, uint32_t positive)
{
	int m = __builtin_popcount(positive), middle = m * ((int) n - m),
		observed = doubled_u(score, n, positive);
	double all = 0, greater = 0, less = 0, both = 0;

	for (uint32_t other = 0; other < 1u << n; other++)
	{
		int u;

		if (__builtin_popcount(other) != m)
			continue;
		u = doubled_u(score, n, other);
		all++;
		greater += u >= observed;
		less += u <= observed;
		both += abs(u - middle) >= abs(observed - middle);
	}
	return (psy_auc_permutation){both / all, greater / all, less / all};
}

static void
exact_p_is_the_share_of_labellings(void **state)
{
	double score[10], room[64];

	for (int round = 0; round < 60; round++)
	{
		size_t n = 2 + (size_t) (random_unit() * 9);
		uint32_t positive = 1 + (uint32_t) (random_unit() * ((1u << n) - 2));
		psy_auc_permutation expected, found;
		psy_scores s;

		/* Round by round from all tied to none. */
		score[0] = 0;
		for (size_t k = 1; k < n; k++)
			score[k] = score[k - 1] + (random_unit() < round / 50.0 ? 1 : 0);
		s = labelled(score, n, positive, room);
		expected = enumerated(score, n, positive);
		found = exact(&s);
		assert_close(found.p, expected.p, 1e-14);
		assert_close(found.p_greater, expected.p_greater, 1e-14);
		assert_close(found.p_less, expected.p_less, 1e-14);
	}
}

/* Scores without ties whose U is as wanted: pwilcox(u - 1, m, n, lower.tail = FALSE) and pwilcox(u, m, n) of
 * R 4.2. */
static psy_auc_permutation
of_u(size_t m, size_t n, size_t u)
{
	double *positive = malloc(sizeof(double) * m), *negative = malloc(sizeof(double) * n);
	psy_auc_permutation found;

	for (size_t j = 0; j < n; j++)
		negative[j] = (double) j;
	/* Each positive case stands above u / m of the negative ones, the last u % m above one more. */
	for (size_t i = 0; i < m; i++)
		positive[i] = (double) (u / m + (i >= m - u % m)) - 0.5 + (double) i * 1e-6;
	found = exact(&(psy_scores){positive, m, negative, n});
	free(positive);
	free(negative);
	return found;
}

static void
exact_p_is_that_of_r(void **state)
{
	assert_close(of_u(40, 40, 980).p_greater, 0.04206744827070328, 1e-12);
	assert_close(of_u(40, 40, 500).p_less, 0.001792213811403146, 1e-12);
	assert_close(of_u(25, 60, 1200).p_greater, 3.0779234183796014e-06, 1e-12);
	/* The other class dealt. */
	assert_close(of_u(60, 25, 300).p_less, 3.0779234183796014e-06, 1e-12);
	/* Of choose(150, 75) labellings one alone puts all positive ones on top. */
	assert_close(of_u(75, 75, 75 * 75).p_greater, 1 / exp(lgamma(151) - 2 * lgamma(76)), 1e-11);
}

/* Whatever the level, no more labellings are called significant than it allows; and as many as can be. */
static void
exact_p_keeps_every_level(void **state)
{
	double score[10] = {1, 2, 3, 4, 5, 6, 7, 8, 8, 8}, room[64], p[252];
	size_t count = 0;

	for (uint32_t positive = 0; positive < 1024; positive++)
		if (__builtin_popcount(positive) == 5)
		{
			psy_scores s = labelled(score, 10, positive, room);

			p[count++] = exact(&s).p_greater;
		}
	assert_int_equal(count, 252);
	for (size_t k = 0; k < count; k++)
	{
		double share = 0;

		for (size_t i = 0; i < count; i++)
			share += p[i] <= p[k] * (1 + 1e-12);
		assert_close(share / (double) count, p[k], 1e-12);
	}
}

static psy_auc_permutation
drawn(const psy_scores *s, uint64_t draw_seed, size_t permutations)
{
	uint64_t rank[64];
	uint32_t place[64];
	psy_auc_permutation out;
	psy_error err = {0};

	assert_int_equal(
		psy_auc_permutation_drawn(&unit_context, s, draw_seed, permutations, rank, place, &out, &err),
		PSY_OK);
	return out;
}

static void
drawn_p_nears_the_exact_one(void **state)
{
	double score[20], room[64];

	for (int round = 0; round < 10; round++)
	{
		psy_auc_permutation e, d;
		psy_scores s;

		for (size_t k = 0; k < 20; k++)
			score[k] = (double) (k / (1 + (size_t) round % 3));
		s = labelled(score, 20, (uint32_t) (random_unit() * 1048574) + 1, room);
		e = exact(&s);
		d = drawn(&s, (uint64_t) round, 20000);
		/* Five standard errors. */
		assert_true(fabs(d.p - e.p) <= 5 * sqrt(e.p * (1 - e.p) / 20000) + 1.0 / 20000);
		assert_true(fabs(d.p_greater - e.p_greater) <=
					5 * sqrt(e.p_greater * (1 - e.p_greater) / 20000) + 1.0 / 20000);
		assert_true(fabs(d.p_less - e.p_less) <= 5 * sqrt(e.p_less * (1 - e.p_less) / 20000) + 1.0 / 20000);
	}
}

static void
drawn_p_counts_the_observed_labelling_and_is_its_seed_alone(void **state)
{
	double score[20], room[64];
	psy_auc_permutation one, again, other;
	psy_scores s;

	for (size_t k = 0; k < 20; k++)
		score[k] = (double) k;
	s = labelled(score, 20, 0xFFC00u, room);
	/* 184,756 labellings: none of these hundred is as good. */
	assert_true(drawn(&s, 3, 100).p_greater == 1.0 / 101);
	assert_true(drawn(&s, 3, 100).p_less == 1);
	s = labelled(score, 20, 0xD3A51u, room);
	one = drawn(&s, 3, 500);
	again = drawn(&s, 3, 500);
	other = drawn(&s, 4, 500);
	assert_memory_equal(&one, &again, sizeof one);
	assert_true(one.p != other.p || one.p_greater != other.p_greater);
}

/* Under the null hypothesis p is uniform: Kolmogorov's distance of 2000 p from it below its 0.1 % point. */
static void
drawn_p_of_random_labels_is_uniform(void **state)
{
	enum
	{
		ROUNDS = 2000,
		STEPS = 200
	};
	static size_t below[STEPS + 1];
	double score[30], room[64];

	for (int round = 0; round < ROUNDS; round++)
	{
		uint32_t positive = 0;
		psy_scores s;
		double p;

		for (size_t k = 0; k < 30; k++)
		{
			score[k] = (double) k;
			positive |= (uint32_t) (random_unit() < 0.5) << k;
		}
		if (positive == 0 || positive == (1u << 30) - 1)
			continue;
		s = labelled(score, 30, positive, room);
		p = drawn(&s, (uint64_t) round, STEPS - 1).p_greater;
		for (size_t k = (size_t) ceil(p * STEPS - 1e-9); k <= STEPS; k++)
			below[k]++;
	}
	for (size_t k = 1; k <= STEPS; k++)
		assert_true(fabs((double) below[k] / ROUNDS - (double) k / STEPS) < 1.95 / sqrt(ROUNDS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_p_is_the_share_of_labellings),
		cmocka_unit_test(exact_p_is_that_of_r),
		cmocka_unit_test(exact_p_keeps_every_level),
		cmocka_unit_test(drawn_p_nears_the_exact_one),
		cmocka_unit_test(drawn_p_counts_the_observed_labelling_and_is_its_seed_alone),
		cmocka_unit_test(drawn_p_of_random_labels_is_uniform),
	};

	return cmocka_run_group_tests_name("metric_permute", tests, NULL, NULL);
}
