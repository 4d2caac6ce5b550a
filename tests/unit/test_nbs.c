/*
 * test_nbs.c - the network-based statistic against plain loops in numpy and scipy (tests/oracle/nbs.py, which
 * asserts bctpy's observed components too), both signs in one null, missing edges, order of rows, uniform p.
 */
#include "unit.h"

#include "connectivity/nbs.h"
#include "core/random_order.h"
#include "core/triangle.h"

#define ROWS 20
#define N 8
#define EDGES 28

typedef struct problem
{
	size_t rows, columns;
	double design[ROWS * 3], x[ROWS][EDGES];
	psy_nbs_plan plan;
	uint64_t most, seed;
} problem;

typedef struct answer
{
	double r[EDGES], spread[EDGES], t[EDGES];
	uint8_t state[EDGES];
	uint32_t component[EDGES];
	psy_nbs_result nbs;
} answer;

/* columns 0: the mean, by sign flips; else the last column is tested. */
static psy_status
solve(const psy_context *ctx, const problem *p, answer *a)
{
	const double *d[ROWS], contrast[3] = {0, p->columns == 2, p->columns == 3};
	psy_perm_rows rows = {p->rows, EDGES, NULL, d};
	psy_arrange_plan plan = {p->rows, p->design,       p->columns, PSY_EXCHANGE_ALL,
							 NULL,    p->columns == 0, p->most,    p->seed};
	psy_perm_model model;
	psy_arrange arrange;
	psy_error err;
	psy_status status;

	for (size_t s = 0; s < p->rows; s++)
		d[s] = p->x[s];
	*a = (answer){.nbs = {.observed = {.r = a->r, .spread = a->spread, .state = a->state}}};
	a->nbs.t = a->t;
	a->nbs.component = a->component;
	status = p->columns == 0 ? psy_perm_model_mean(&unit_context, p->rows, &model, &err)
							 : psy_perm_model_begin(&unit_context, p->rows, p->design, p->columns, contrast,
													&model, &err);
	assert_int_equal(status, PSY_OK);
	assert_int_equal(psy_arrange_begin(&unit_context, &plan, &arrange, &err), PSY_OK);
	status = psy_nbs(ctx, &p->plan, &rows, &model, &arrange, &a->nbs, &err);
	psy_arrange_end(&unit_context, &arrange);
	psy_perm_model_end(&unit_context, &model);
	return status;
}

/* ---- goldens --------------------------------------------------------------------------------- */

typedef struct data_row
{
	double grp, y, c1, x[EDGES];
} data_row;

static problem
golden_problem(const char *name, const data_row *data, const double *value)
{
	problem p = {.rows = (size_t) value[5],
				 .columns = strstr(name, "_adjusted") != NULL ? 3 : 2,
				 .most = (uint64_t) value[3],
				 .seed = (uint64_t) value[4]};

	p.plan = (psy_nbs_plan){N, value[0],
							value[1] == 0  ? PSY_NBS_TWO_SIDED
							: value[1] > 0 ? PSY_NBS_GREATER
										   : PSY_NBS_LESS,
							value[2] == 0 ? PSY_NBS_EXTENT : PSY_NBS_INTENSITY};
	if (strcmp(name, "mean") == 0)
		p.columns = 0;
	for (size_t s = 0; s < p.rows; s++)
	{
		double *w = p.design + s * p.columns;

		if (p.columns > 0)
		{
			w[0] = 1;
			w[1] = data[s].c1;
			w[p.columns - 1] = strncmp(name, "corr", 4) == 0 ? data[s].y : data[s].grp;
		}
		for (size_t k = 0; k < EDGES; k++)
			p.x[s][k] = data[s].x[k] - (p.columns == 0 ? 0.3 : 0);
	}
	return p;
}

static void
check_component(const answer *a, uint32_t number, const double *value, int count)
{
	const psy_nbs_component *c = &a->nbs.found[number - 1];
	size_t extent = 0;

	assert_true(c->sign == value[0] && (double) c->extent == value[1] && (double) c->nodes == value[4]);
	assert_close(c->intensity, value[2], 1e-11);
	assert_close(c->p, value[3], 1e-15);
	assert_int_equal(count - 5, c->extent);
	for (size_t k = 0; k < EDGES; k++)
		extent += a->component[k] == number;
	assert_int_equal(extent, c->extent);
	for (int e = 5; e < count; e++)
		assert_int_equal(a->component[(size_t) value[e] - 1], number);
}

static void
components_equal_plain_loops(void **state)
{
	FILE *file = unit_golden_open("nbs.csv");
	data_row data[ROWS];
	char name[32];
	double value[64];
	size_t rows = 0, tests = 0;
	uint32_t number = 0;
	answer a = {.nbs = {.found = NULL}};
	int count;

	while ((count = unit_golden_row(file, name, sizeof name, value, 64)) > 0)
	{
		if (strcmp(name, "data") == 0)
			memcpy(&data[rows++], value, sizeof data[0]);
		else if (strcmp(name, "component") == 0)
			check_component(&a, ++number, value, count);
		else
		{
			problem p = golden_problem(name, data, value);

			free(a.nbs.found);
			assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
			assert_int_equal(a.nbs.components, value[6]);
			number = 0;
			tests++;
		}
	}
	free(a.nbs.found);
	fclose(file);
	assert_int_equal(tests, 12);
}

/* ---- properties ------------------------------------------------------------------------------ */

static double
noise(uint64_t stream, uint32_t index)
{
	double sum = -1.5;

	for (uint32_t k = 0; k < 3; k++)
		sum += (double) psy_draw_below(99, stream, 3 * index + k, 1u << 20) / (1u << 20);
	return sum;
}

static problem
random_problem(uint64_t stream)
{
	problem p = {.rows = ROWS,
				 .columns = 2,
				 .most = 99,
				 .seed = stream,
				 .plan = {N, 1.5, PSY_NBS_TWO_SIDED, PSY_NBS_EXTENT}};

	for (size_t s = 0; s < ROWS; s++)
	{
		p.design[2 * s] = 1;
		p.design[2 * s + 1] = s % 2;
		for (size_t k = 0; k < EDGES; k++)
			p.x[s][k] = noise(stream, (uint32_t) (s * EDGES + k));
	}
	return p;
}

/* Turning all values over turns signs over, and p of two-sided components not at all. */
static void
signs_are_symmetric(void **state)
{
	for (uint64_t stream = 0; stream < 10; stream++)
	{
		problem p = random_problem(stream);
		answer a, b;

		assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
		for (size_t s = 0; s < ROWS; s++)
			for (size_t k = 0; k < EDGES; k++)
				p.x[s][k] = -p.x[s][k];
		assert_int_equal(solve(&unit_context, &p, &b), PSY_OK);
		assert_int_equal(a.nbs.components, b.nbs.components);
		assert_memory_equal(a.component, b.component, sizeof a.component);
		for (size_t c = 0; c < a.nbs.components; c++)
			assert_true(a.nbs.found[c].sign == -b.nbs.found[c].sign && a.nbs.found[c].p == b.nbs.found[c].p);
		free(a.nbs.found);
		free(b.nbs.found);
	}
}

/* Edges of both signs that touch are two components: a positive triangle and a negative one that share a
 * node. */
static void
signs_do_not_merge(void **state)
{
	problem p = random_problem(3);
	answer a;

	for (size_t s = 0; s < ROWS; s++)
		for (size_t i = 0; i < N; i++)
			for (size_t j = i + 1; j < N; j++)
			{
				double effect = j <= 2 ? 9 : i >= 2 && j <= 4 ? -9 : 0;

				p.x[s][psy_edge_index(N, i, j)] =
					0.01 * noise(s, (uint32_t) (i * N + j)) + effect * (double) (s % 2);
			}
	p.plan.threshold = 30;
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(a.nbs.components, 2);
	assert_true(a.nbs.found[0].extent == 3 && a.nbs.found[1].extent == 3 &&
				a.nbs.found[0].sign == -a.nbs.found[1].sign);
	free(a.nbs.found);
}

/* An edge that somebody lacks is in no component, and the others' p are as if it had never been measured. */
static void
missing_edges_are_no_edges(void **state)
{
	problem p = random_problem(8);
	answer a, b;

	p.plan.threshold = 1;
	p.x[4][11] = NAN;
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(a.nbs.observed.missing, 1);
	assert_int_equal(a.component[11], 0);
	for (size_t s = 0; s < ROWS; s++)
		p.x[s][11] = 1;
	assert_int_equal(solve(&unit_context, &p, &b), PSY_OK);
	assert_memory_equal(a.component, b.component, sizeof a.component);
	for (size_t c = 0; c < a.nbs.components; c++)
		assert_true(a.nbs.found[c].p == b.nbs.found[c].p);
	free(a.nbs.found);
	free(b.nbs.found);
}

static void
p_is_uniform_without_effect(void **state)
{
	size_t below = 0;

	for (uint64_t stream = 500; stream < 900; stream++)
	{
		problem p = random_problem(stream);
		answer a;

		p.plan.size = PSY_NBS_INTENSITY;
		assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
		below += a.nbs.components > 0 && a.nbs.found[0].p <= 0.05;
		free(a.nbs.found);
	}
	assert_in_range(below, 8, 33); /* of 400, binomial, p = .001 */
}

static void
names_are_checked(void **state)
{
	psy_nbs_tail tail;
	psy_nbs_size size;
	psy_error err;

	assert_int_equal(psy_nbs_tail_parse("less", &tail, &err), PSY_OK);
	assert_int_equal(tail, PSY_NBS_LESS);
	assert_int_equal(psy_nbs_tail_parse("both", &tail, &err), PSY_DOMAIN);
	assert_string_equal(err.message, "tail is 'both'; two-sided, greater or less expected");
	assert_int_equal(psy_nbs_size_parse("mass", &size, &err), PSY_DOMAIN);
	assert_string_equal(err.message, "size is 'mass'; extent or intensity expected");
}

static bool
stop_later(void *arg)
{
	return --*(int *) arg < 0;
}

static void
interruption_unwinds(void **state)
{
	int left = 500;
	psy_context ctx = {unit_alloc, unit_release, stop_later, &left};
	problem p = random_problem(2);
	answer a;

	p.plan.threshold = 0.1;
	p.most = 100000;
	assert_int_equal(solve(&ctx, &p, &a), PSY_INTERRUPTED);
	free(a.nbs.found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(components_equal_plain_loops), cmocka_unit_test(signs_are_symmetric),
		cmocka_unit_test(signs_do_not_merge),           cmocka_unit_test(missing_edges_are_no_edges),
		cmocka_unit_test(p_is_uniform_without_effect),  cmocka_unit_test(names_are_checked),
		cmocka_unit_test(interruption_unwinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
