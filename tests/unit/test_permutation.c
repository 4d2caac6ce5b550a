/*
 * test_permutation.c - counter-based random numbers, arrangements, and permutation tests against plain loops
 * in numpy (tests/oracle/permutation.py): order of rows, ties, missing elements, interruption, uniform p
 * under the hypothesis.
 */
#include "unit.h"

#include "core/random_order.h"
#include "stats/perm_subsets.h"
#include "stats/perm_test.h"

#define ROWS 24
#define ELEMENTS 10

typedef struct data_row
{
	double grp, y, c[2], block, visit, x[ELEMENTS], pre[ELEMENTS];
} data_row;

/* ---- random numbers -------------------------------------------------------------------------- */

static void
draws_are_uniform_and_orders_equally_likely(void **state)
{
	size_t count[24] = {0};
	double chisq = 0;

	for (uint64_t n = 0; n < 24000; n++)
	{
		uint32_t order[4];

		psy_random_order(77, n, 0, 4, order);
		count[order[0] * 6 + (order[1] - (order[1] > order[0])) * 2 + (order[2] > order[3])]++;
	}
	for (size_t k = 0; k < 24; k++)
		chisq += ((double) count[k] - 1000) * ((double) count[k] - 1000) / 1000;
	assert_true(chisq > 8 && chisq < 45); /* 23 df: p between .002 and .998 */
}

/* ---- arrangements ---------------------------------------------------------------------------- */

static void
all_arrangements_are_different_and_complete(void **state)
{
	static const double design[] = {1, 1, 2, 2, 2, 3};
	psy_arrange_plan plan = {.rows = 6, .design = design, .columns = 1, .most = 60};
	psy_arrange a;
	double seen[60][6], sign[6];
	uint32_t from[6];
	psy_error err;

	assert_int_equal(psy_arrange_begin(&unit_context, &plan, &a, &err), PSY_OK);
	assert_true(a.exhaustive);
	assert_int_equal(a.count, 60); /* 6! / (2! 3! 1!) */
	for (uint64_t n = 0; n < a.count; n++)
	{
		psy_arrange_next(&a, n, from, sign);
		for (size_t s = 0; s < 6; s++)
			seen[n][s] = design[from[s]];
		for (uint64_t before = 0; before < n; before++)
			assert_memory_not_equal(seen[n], seen[before], sizeof seen[n]);
	}
	psy_arrange_end(&unit_context, &a);
	plan.most = 59;
	assert_int_equal(psy_arrange_begin(&unit_context, &plan, &a, &err), PSY_OK);
	assert_false(a.exhaustive);
	assert_int_equal(a.count, 59);
	psy_arrange_end(&unit_context, &a);
}

static void
blocks_stay_together(void **state)
{
	static const double design[] = {0, 1, 0, 1, 0, 1, 0, 1};
	static const uint32_t block[] = {5, 5, 2, 2, 9, 9, 9, 2};
	psy_arrange_plan plan = {.rows = 8,
							 .design = design,
							 .columns = 1,
							 .exchange = PSY_EXCHANGE_WITHIN,
							 .block = block,
							 .most = 1,
							 .seed = 3};
	psy_arrange a;
	double sign[8];
	uint32_t from[8];
	psy_error err;

	assert_int_equal(psy_arrange_begin(&unit_context, &plan, &a, &err), PSY_OK);
	assert_true(a.total == 2 * 3 * 3);
	for (uint64_t n = 0; n < 50; n++)
	{
		psy_arrange_next(&a, n, from, sign);
		for (size_t s = 0; s < 8; s++)
			assert_int_equal(block[s], block[from[s]]);
	}
	psy_arrange_end(&unit_context, &a);
	plan.exchange = PSY_EXCHANGE_WHOLE;
	assert_int_equal(psy_arrange_begin(&unit_context, &plan, &a, &err), PSY_OK);
	for (uint64_t n = 0; n < 50; n++)
	{
		psy_arrange_next(&a, n, from, sign);
		assert_true(from[0] == 0 && from[1] == 1); /* the only block of two */
		assert_true((from[2] == 2 && from[3] == 3 && from[7] == 7) ||
					(from[2] == 4 && from[3] == 5 && from[7] == 6));
	}
	psy_arrange_end(&unit_context, &a);
}

/* ---- tests ----------------------------------------------------------------------------------- */

typedef struct problem
{
	size_t rows, columns, elements;
	double design[ROWS * 8], contrast[8] /* the intercept first */, x[ROWS][ELEMENTS];
	uint32_t block[ROWS];
	bool signs;
	psy_exchange exchange;
	uint64_t most, seed;
} problem;

typedef struct answer
{
	double r[ELEMENTS], spread[ELEMENTS], t[ELEMENTS], unc[PSY_TAILS][ELEMENTS], fwe[PSY_TAILS][ELEMENTS];
	uint8_t state[ELEMENTS];
	psy_perm_result result;
	psy_perm_model model;
} answer;

static psy_status
solve(const psy_context *ctx, const problem *p, answer *a)
{
	const double *d[ROWS];
	psy_perm_rows rows = {p->rows, p->elements, NULL, d};
	psy_arrange_plan plan = {
		p->rows,  p->design, p->columns, p->exchange, p->exchange == PSY_EXCHANGE_ALL ? NULL : p->block,
		p->signs, p->most,   p->seed};
	psy_arrange arrange;
	psy_error err;
	psy_status status;

	for (size_t s = 0; s < p->rows; s++)
		d[s] = p->x[s];
	a->result.observed = (psy_perm_observed){.r = a->r, .spread = a->spread, .state = a->state};
	for (int tail = 0; tail < PSY_TAILS; tail++)
	{
		a->result.p_unc[tail] = a->unc[tail];
		a->result.p_fwe[tail] = a->fwe[tail];
	}
	if (p->signs)
		assert_int_equal(psy_perm_model_mean(&unit_context, p->rows, &a->model, &err), PSY_OK);
	else
		assert_int_equal(
			psy_perm_model_begin(&unit_context, p->rows, p->design, p->columns, p->contrast, &a->model, &err),
			PSY_OK);
	assert_non_null(a->model.effect);
	assert_int_equal(psy_arrange_begin(&unit_context, &plan, &arrange, &err), PSY_OK);
	status = psy_perm_test(ctx, &rows, &a->model, &arrange, &a->result, &err);
	for (size_t k = 0; k < p->elements; k++)
		a->t[k] = psy_perm_t(a->r[k], a->model.df);
	psy_arrange_end(&unit_context, &arrange);
	psy_perm_model_end(&unit_context, &a->model);
	return status;
}

static bool
begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

static void
put_design(problem *p, const char *name, const data_row *data, size_t s)
{
	double *w = p->design + s * p->columns;

	*w++ = 1;
	if (strcmp(name, "glm") == 0)
		memcpy(w, (double[]){data->grp, data->c[0], data->c[1], data->y}, 4 * sizeof *w);
	else if (strcmp(name, "glm_within") == 0)
		memcpy(w, (double[]){data->visit, data->c[0], data->c[1]}, 3 * sizeof *w);
	else
	{
		memcpy(w, data->c, (p->columns - 2) * sizeof *w);
		w[p->columns - 2] = begins(name, "corr")                 ? data->y
							: strcmp(name, "groups_within") == 0 ? data->visit
							: strcmp(name, "groups_whole") == 0  ? fmod(data->block, 2)
																 : data->grp;
	}
}

static problem
golden_problem(const char *name, const data_row *data, const double *value)
{
	problem p = {.most = (uint64_t) value[0],
				 .seed = (uint64_t) value[1],
				 .rows = (size_t) value[2],
				 .elements = ELEMENTS,
				 .columns = 2};

	p.signs = strcmp(name, "mean") == 0 || strcmp(name, "paired") == 0;
	if (strcmp(name, "paired") == 0)
		p.seed = (uint64_t) -3; /* too large for a double */
	p.exchange = strstr(name, "_within") != NULL  ? PSY_EXCHANGE_WITHIN
				 : strstr(name, "_whole") != NULL ? PSY_EXCHANGE_WHOLE
												  : PSY_EXCHANGE_ALL;
	if (strcmp(name, "glm") == 0)
		p.columns = 5;
	else if (strcmp(name, "glm_within") == 0 || strstr(name, "_adjusted") != NULL)
		p.columns = 4;
	p.contrast[begins(name, "glm") ? 1 : p.columns - 1] = 1;
	if (strcmp(name, "glm") == 0)
		p.contrast[4] = -0.5;
	for (size_t s = 0; s < p.rows; s++)
	{
		p.block[s] = (uint32_t) data[s].block + 40;
		put_design(&p, name, &data[s], s);
		for (size_t k = 0; k < ELEMENTS; k++)
			p.x[s][k] = data[s].x[k] - (strcmp(name, "paired") == 0 ? data[s].pre[k] : 0);
	}
	return p;
}

static void
tests_equal_plain_loops(void **state)
{
	FILE *file = unit_golden_open("permutation.csv");
	data_row data[ROWS];
	char name[32];
	double value[64];
	size_t rows = 0, tests = 0, k = 0;
	answer a;

	while (unit_golden_row(file, name, sizeof name, value, 64) > 0)
	{
		if (strcmp(name, "data") == 0)
			memcpy(&data[rows++], value, sizeof data[0]);
		else if (strcmp(name, "element") == 0)
		{
			assert_close(a.t[k], value[0], 1e-11);
			for (int tail = 0; tail < PSY_TAILS; tail++)
			{
				assert_close(a.unc[tail][k], value[1 + 2 * tail], 1e-15);
				assert_close(a.fwe[tail][k], value[2 + 2 * tail], 1e-15);
			}
			k++;
		}
		else
		{
			problem p = golden_problem(name, data, value);

			assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
			assert_true(a.result.arrangements == value[3]);
			assert_int_equal(a.result.exhaustive, value[4] != 0);
			k = 0;
			tests++;
		}
	}
	fclose(file);
	assert_int_equal(tests, 15);
}

static double
noise(uint64_t stream, uint32_t index)
{
	return ((double) psy_draw_below(123, stream, index, 1u << 20) +
			(double) psy_draw_below(123, stream, index + 1000000, 1u << 20)) /
			   (1u << 20) -
		   1;
}

static problem
random_problem(uint64_t stream)
{
	problem p = {
		.rows = ROWS, .elements = ELEMENTS, .columns = 2, .contrast = {0, 1}, .most = 99, .seed = stream};

	for (size_t s = 0; s < ROWS; s++)
	{
		p.design[2 * s] = 1;
		p.design[2 * s + 1] = (double) (s % 2);
		for (size_t k = 0; k < ELEMENTS; k++)
			p.x[s][k] = noise(stream, (uint32_t) (s * ELEMENTS + k));
	}
	return p;
}

/* Relabelling a balanced group gives -t for the complement: a tie in exact arithmetic that rounding must not
 * decide. */
static void
complements_tie(void **state)
{
	for (uint64_t stream = 0; stream < 30; stream++)
	{
		problem p = random_problem(stream);
		answer a;

		p.rows = 8;
		p.most = 70;
		assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
		for (size_t k = 0; k < ELEMENTS; k++)
		{
			assert_true(fabs(a.unc[PSY_TAIL_TWO][k] * 35 - nearbyint(a.unc[PSY_TAIL_TWO][k] * 35)) < 1e-9);
			assert_true(a.fwe[PSY_TAIL_TWO][k] >= a.unc[PSY_TAIL_TWO][k] &&
						a.unc[PSY_TAIL_TWO][k] >= 2.0 / 70 - 1e-15);
		}
	}
}

static void
scale_and_shift_do_not_matter(void **state)
{
	problem p = random_problem(4);
	answer a, b;

	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	for (size_t s = 0; s < ROWS; s++)
		for (size_t k = 0; k < ELEMENTS; k++)
			p.x[s][k] = (p.x[s][k] + 1000) * (k % 2 == 0 ? 1e-60 : 1e60);
	assert_int_equal(solve(&unit_context, &p, &b), PSY_OK);
	for (size_t k = 0; k < ELEMENTS; k++)
	{
		assert_close(b.t[k], a.t[k], 1e-9);
		assert_memory_equal(a.fwe, b.fwe, sizeof a.fwe);
		assert_memory_equal(a.unc, b.unc, sizeof a.unc);
	}
}

/* What an element cannot have is no part of the family: the others get what they get without it. */
static void
missing_and_constant_elements_are_left_out(void **state)
{
	problem p = random_problem(6), q;
	answer a, b;

	p.x[7][3] = NAN;
	for (size_t s = 0; s < ROWS; s++)
		p.x[s][8] = 0.1;
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(a.result.observed.missing, 1);
	assert_int_equal(a.result.observed.no_spread, 1);
	assert_true(isnan(a.t[3]) && isnan(a.unc[0][3]) && isnan(a.fwe[1][3]) && isnan(a.fwe[2][8]));
	q = p;
	q.elements = 8;
	for (size_t s = 0; s < ROWS; s++)
		for (size_t k = 0, to = 0; k < ELEMENTS; k++)
			if (k != 3 && k != 8)
				q.x[s][to++] = p.x[s][k];
	assert_int_equal(solve(&unit_context, &q, &b), PSY_OK);
	for (size_t k = 0, to = 0; k < ELEMENTS; k++)
		if (k != 3 && k != 8)
		{
			for (int tail = 0; tail < PSY_TAILS; tail++)
				assert_true(a.fwe[tail][k] == b.fwe[tail][to] && a.unc[tail][k] == b.unc[tail][to]);
			to++;
		}
}

/* A covariate that explains an element leaves it without spread. */
static void
explained_elements_have_no_spread(void **state)
{
	problem p = random_problem(9);
	answer a;

	p.columns = 3;
	p.contrast[1] = 0;
	p.contrast[2] = 1;
	for (size_t s = ROWS; s-- > 0;)
	{
		p.design[3 * s] = 1;
		p.design[3 * s + 1] = p.x[s][0];
		p.design[3 * s + 2] = (double) (s % 2);
		p.x[s][5] = 3 - 2 * p.x[s][0];
	}
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(a.result.observed.no_spread, 2);
	assert_int_equal(a.state[5], PSY_PERM_NO_SPREAD);
}

/* 400 data sets without effect: family-wise p below .05 in at most 33 of them (binomial, p = .001). */
static void
p_is_uniform_without_effect(void **state)
{
	size_t below = 0, half = 0;

	for (uint64_t stream = 1000; stream < 1400; stream++)
	{
		problem p = random_problem(stream);
		double least = 1;
		answer a;

		assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
		for (size_t k = 0; k < ELEMENTS; k++)
			least = fmin(least, a.fwe[PSY_TAIL_TWO][k]);
		below += least <= 0.05;
		half += least <= 0.5;
	}
	assert_in_range(below, 8, 33);
	assert_in_range(half, 168, 232);
}

static psy_perm_model
model_of(const double *design, size_t columns, const double *contrast)
{
	psy_perm_model model;
	psy_error err;

	assert_int_equal(psy_perm_model_begin(&unit_context, ROWS, design, columns, contrast, &model, &err),
					 PSY_OK);
	psy_perm_model_end(&unit_context, &model);
	return model;
}

static void
designs_without_a_test_say_why(void **state)
{
	double design[ROWS * 4];
	psy_perm_model model;
	psy_error err;

	for (size_t s = 0; s < ROWS; s++)
		memcpy(design + 4 * s, (double[]){(double) s, 1, 2 - (double) s, (double) (s % 5)},
			   4 * sizeof *design);
	assert_int_equal(model_of(design, 4, (double[]){0, 0, 0, 1}).deficient, 3);
	for (size_t s = 0; s < ROWS; s++)
		design[4 * s + 2] = 7;
	assert_int_equal(model_of(design, 4, (double[]){0, 0, 0, 1}).deficient, 3);
	for (size_t s = 0; s < ROWS; s++)
		design[4 * s + 2] = 2024e3 + (double) (s * s % 7);
	model = model_of(design, 4, (double[]){0, 0, 0, 1});
	assert_true(model.deficient == 0 && model.nuisance == 2 && model.centred && model.df == ROWS - 4);
	assert_true(model_of(design, 4, (double[]){0, 1, 0, 1}).tests_mean);
	assert_int_equal(
		psy_perm_model_begin(&unit_context, ROWS, design, 4, (double[]){0, 0, 0, 0}, &model, &err),
		PSY_DOMAIN);
	assert_int_equal(psy_perm_model_begin(&unit_context, 4, design, 4, (double[]){1, 0, 0, 0}, &model, &err),
					 PSY_OK);
	assert_null(model.effect);
}

/* Group columns without an intercept contain it: the same model as one column and an intercept. */
static void
codings_of_a_model_agree(void **state)
{
	problem p = random_problem(12), q = p;
	answer a, b;

	q.columns = 3;
	memcpy(q.contrast, (double[]){0, -2, 2}, 3 * sizeof(double));
	p.columns = 3;
	memcpy(p.contrast, (double[]){0, 1, 0}, 3 * sizeof(double));
	for (size_t s = 0; s < ROWS; s++)
	{
		double age = (double) (s * s % 11);

		memcpy(p.design + 3 * s, (double[]){1, (double) (s % 2), age}, 3 * sizeof(double));
		memcpy(q.design + 3 * s, (double[]){age, (double) (s % 2 == 0), (double) (s % 2)},
			   3 * sizeof(double));
	}
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(solve(&unit_context, &q, &b), PSY_OK);
	assert_true(b.model.centred && b.model.nuisance == 1);
	for (size_t k = 0; k < ELEMENTS; k++)
		assert_close(b.t[k], a.t[k], 1e-12);
	assert_close(b.model.weight, 2 * a.model.weight, 1e-13);
	assert_memory_equal(a.fwe, b.fwe, sizeof a.fwe);
}

/* Tables of sums give the products that multiplication gives, for rows that do not come in fours too. */
static void
two_values_need_no_products(void **state)
{
	for (size_t rows = 2; rows < 23; rows++)
	{
		double x[23 * 16], weight[23], column[23 * 4] = {0}, table[6 * PSY_SUBSET_SUMS * 8], total[8],
												   product[16], expected[64], a, b;
		uint32_t code[6];

		for (size_t s = 0; s < rows; s++)
		{
			weight[s] = column[4 * s] = s % 3 == 1 ? 0.75 : -0.25;
			for (size_t k = 0; k < 16; k++)
				x[16 * s + k] = noise(rows, (uint32_t) (16 * s + k));
		}
		assert_true(psy_subset_values(weight, rows, &a, &b));
		assert_true(a == 0.75 && b == -0.25);
		psy_subset_code(weight, rows, a, code);
		for (size_t half = 0; half < 16; half += 8)
		{
			psy_subset_table(x + half, 16, rows, table, total);
			psy_subset_products(table, total, code, psy_subset_groups(rows), 1, a, b, product + half, 16);
		}
		psy_perm_multiply(x, column, rows, expected);
		for (size_t k = 0; k < 16; k++)
			assert_true(fabs(product[k] - expected[k]) < 1e-14);
	}
	{
		double three[] = {1, 0, 1, 2}, same[] = {2, 2, 2}, a, b;

		assert_false(psy_subset_values(three, 4, &a, &b));
		assert_false(psy_subset_values(same, 3, &a, &b));
	}
}

/* Nothing here comes from libm: statistics and p have the same bits on SSE2, AVX2 and AVX-512. */
static void
bits_are_the_same_on_every_cpu(void **state)
{
	problem p = random_problem(77), q = random_problem(78);
	answer a, b;

	q.columns = 3;
	memcpy(q.contrast, (double[]){0, 1, 0}, 3 * sizeof(double));
	for (size_t s = 0; s < ROWS; s++)
		memcpy(q.design + 3 * s, (double[]){1, noise(5, (uint32_t) s), noise(6, (uint32_t) s)},
			   3 * sizeof(double));
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(solve(&unit_context, &q, &b), PSY_OK);
	assert_int_equal(unit_hash(a.r, sizeof a.r), 0x721ba3efd9d6af46);
	assert_int_equal(unit_hash(a.fwe, sizeof a.fwe), 0x1a7d353bd19d4cd5);
	assert_int_equal(unit_hash(b.r, sizeof b.r), 0x7c5faef776e2cdb5);
	assert_int_equal(unit_hash(b.fwe, sizeof b.fwe), 0x24e842686b624d09);
}

static bool
stop_later(void *arg)
{
	return --*(int *) arg < 0;
}

static void
interruption_unwinds(void **state)
{
	int left = 20;
	psy_context ctx = {unit_alloc, unit_release, stop_later, &left};
	problem p = random_problem(2);
	answer a;

	p.most = 100000;
	assert_int_equal(solve(&ctx, &p, &a), PSY_INTERRUPTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_are_uniform_and_orders_equally_likely),
		cmocka_unit_test(all_arrangements_are_different_and_complete),
		cmocka_unit_test(blocks_stay_together),
		cmocka_unit_test(tests_equal_plain_loops),
		cmocka_unit_test(complements_tie),
		cmocka_unit_test(scale_and_shift_do_not_matter),
		cmocka_unit_test(missing_and_constant_elements_are_left_out),
		cmocka_unit_test(explained_elements_have_no_spread),
		cmocka_unit_test(p_is_uniform_without_effect),
		cmocka_unit_test(designs_without_a_test_say_why),
		cmocka_unit_test(codings_of_a_model_agree),
		cmocka_unit_test(two_values_need_no_products),
		cmocka_unit_test(bits_are_the_same_on_every_cpu),
		cmocka_unit_test(interruption_unwinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
