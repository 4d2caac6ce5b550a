/*
 * test_cpm.c - connectome-based predictive modelling against plain loops in numpy (tests/oracle/cpm.py); p on
 * random labels, scale of y, missing edges, degenerate input, interruption.
 */
#include "unit.h"

#include "connectivity/cpm.h"
#include "core/random_order.h"

#define ROWS 30
#define EDGES 45

typedef struct problem
{
	size_t rows, edges;
	double x[ROWS][EDGES], y[ROWS], covariates[ROWS * 2];
	psy_cpm_plan plan;
} problem;

typedef struct answer
{
	double predicted[PSY_CPM_NETWORKS][ROWS];
	uint32_t fold[ROWS], selected[2][EDGES];
	psy_cpm_result cpm;
} answer;

static psy_status
solve(const psy_context *ctx, problem *p, answer *a)
{
	const double *d[ROWS];
	psy_perm_rows rows = {p->rows, p->edges, NULL, d};
	psy_error err;

	for (size_t s = 0; s < p->rows; s++)
		d[s] = p->x[s];
	p->plan.y = p->y;
	p->plan.covariates = p->covariates;
	memset(a, 0, sizeof *a);
	for (int k = 0; k < PSY_CPM_NETWORKS; k++)
		a->cpm.predicted[k] = a->predicted[k];
	a->cpm.fold = a->fold;
	a->cpm.selected[0] = a->selected[0];
	a->cpm.selected[1] = a->selected[1];
	return psy_cpm(ctx, &rows, &p->plan, &a->cpm, &err);
}

static void
check_network(const psy_cpm_network *network, const double *value)
{
	assert_close(network->r, value[0], 1e-10);
	if (value[1] == 0)
		assert_true(fabs(network->q2) < 1e-12);
	else
		assert_close(network->q2, value[1], 1e-10);
	assert_close(network->mae, value[2], 1e-11);
	assert_close(network->p, value[3], 1e-15);
	assert_close(network->edges, value[4], 1e-14);
}

static problem
golden_problem(const double data[ROWS][EDGES + 3], const double *value)
{
	problem p = {.rows = (size_t) value[4], .edges = EDGES};

	p.plan = (psy_cpm_plan){.folds = (size_t) value[0],
							.threshold = value[1],
							.most = (uint64_t) value[2],
							.seed = (uint64_t) value[3],
							.covariate_count = (size_t) value[5]};
	for (size_t s = 0; s < p.rows; s++)
	{
		p.y[s] = data[s][0];
		memcpy(p.covariates + s * p.plan.covariate_count, data[s] + 1,
			   p.plan.covariate_count * sizeof(double));
		memcpy(p.x[s], data[s] + 3, sizeof p.x[s]);
	}
	return p;
}

static void
predictions_equal_plain_loops(void **state)
{
	static double data[ROWS][EDGES + 3];
	FILE *file = unit_golden_open("cpm.csv");
	char name[32];
	double value[64];
	size_t rows = 0, tests = 0;
	int network = 0, sign = 0;
	static problem p;
	static answer a;

	while (unit_golden_row(file, name, sizeof name, value, 64) > 0)
	{
		if (strcmp(name, "data") == 0)
			memcpy(data[rows++], value, sizeof data[0]);
		else if (strcmp(name, "network") == 0)
			check_network(&a.cpm.network[network], value);
		else if (strcmp(name, "predicted") == 0)
		{
			for (size_t s = 0; s < p.rows; s++)
				assert_close(a.predicted[network][s], value[s], 1e-10);
			network++;
		}
		else if (strcmp(name, "selected") == 0)
		{
			for (size_t k = 0; k < EDGES; k++)
				assert_int_equal(a.selected[sign][k], value[k]);
			sign++;
		}
		else
		{
			p = golden_problem(data, value);
			assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
			assert_true(a.cpm.arrangements == value[6]);
			network = sign = 0;
			tests++;
		}
	}
	fclose(file);
	assert_int_equal(tests, 6);
}

static double
noise(uint64_t stream, uint32_t index)
{
	double sum = -1.5;

	for (uint32_t k = 0; k < 3; k++)
		sum += (double) psy_draw_below(31, stream, 3 * index + k, 1u << 20) / (1u << 20);
	return sum;
}

static problem
random_problem(uint64_t stream)
{
	problem p = {
		.rows = ROWS, .edges = EDGES, .plan = {.folds = 5, .threshold = 0.05, .most = 99, .seed = stream}};

	for (size_t s = 0; s < ROWS; s++)
	{
		p.y[s] = noise(stream + 7000, (uint32_t) s);
		for (size_t k = 0; k < EDGES; k++)
			p.x[s][k] = noise(stream, (uint32_t) (s * EDGES + k));
	}
	return p;
}

/* On labels that say nothing p is uniform: below .05 in at most 17 of 200 (binomial, p = .98), each network.
 */
static void
p_is_uniform_on_random_labels(void **state)
{
	size_t below[PSY_CPM_NETWORKS] = {0}, half[PSY_CPM_NETWORKS] = {0};
	static answer a;

	for (uint64_t stream = 1; stream <= 200; stream++)
	{
		problem p = random_problem(stream);

		assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
		for (int k = 0; k < PSY_CPM_NETWORKS; k++)
		{
			below[k] += a.cpm.network[k].p < 0.05;
			half[k] += a.cpm.network[k].p <= 0.5;
		}
	}
	for (int k = 0; k < PSY_CPM_NETWORKS; k++)
	{
		assert_in_range(below[k], 1, 17);
		assert_in_range(half[k], 72, 128);
	}
}

static void
unit_of_y_does_not_matter(void **state)
{
	problem p = random_problem(3), q = p;
	answer a, b;

	p.plan.covariate_count = q.plan.covariate_count = 1;
	for (size_t s = 0; s < ROWS; s++)
	{
		p.covariates[s] = noise(55, (uint32_t) s);
		q.covariates[s] = 2024 + 0.001 * p.covariates[s];
		q.y[s] = 1e5 + 40 * p.y[s];
	}
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(solve(&unit_context, &q, &b), PSY_OK);
	assert_memory_equal(a.selected, b.selected, sizeof a.selected);
	for (int k = 0; k < PSY_CPM_NETWORKS; k++)
	{
		assert_close(b.cpm.network[k].r, a.cpm.network[k].r, 1e-8);
		assert_close(b.cpm.network[k].mae, 40 * a.cpm.network[k].mae, 1e-8);
		assert_true(b.cpm.network[k].p == a.cpm.network[k].p);
	}
}

/* A covariate that makes y leaves nothing to predict from edges that carry it. */
static void
covariates_take_their_part(void **state)
{
	problem p = random_problem(5), q;
	answer a, b;

	for (size_t s = 0; s < ROWS; s++)
	{
		p.covariates[s] = noise(99, (uint32_t) s);
		p.y[s] = 3 * p.covariates[s] + 0.3 * p.y[s];
		for (size_t k = 0; k < 20; k++)
			p.x[s][k] += 2 * p.covariates[s];
	}
	q = p;
	q.plan.covariate_count = 1;
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(solve(&unit_context, &q, &b), PSY_OK);
	assert_true(a.cpm.network[PSY_CPM_POSITIVE].r > 0.8 && a.cpm.network[PSY_CPM_POSITIVE].p == 0.01);
	assert_true(!(b.cpm.network[PSY_CPM_POSITIVE].r > 0.5) && !(b.cpm.network[PSY_CPM_POSITIVE].p < 0.05));
}

/* What a subject left out has does not touch the edges selected without it, nor its fold's predictions of
 * others. */
static void
nothing_leaks_from_the_rows_left_out(void **state)
{
	problem p = random_problem(14);
	answer a, b;

	p.plan.folds = ROWS;
	p.plan.most = 1;
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	p.y[4] = 50;
	assert_int_equal(solve(&unit_context, &p, &b), PSY_OK);
	/* Row 4's own prediction comes from the others alone. */
	for (int k = 0; k < PSY_CPM_NETWORKS; k++)
		assert_close(b.predicted[k][4], a.predicted[k][4], 1e-10);
}

static void
missing_edges_are_left_out(void **state)
{
	problem p = random_problem(6);
	answer a, b;

	p.x[11][7] = NAN;
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(a.cpm.missing, 1);
	assert_int_equal(a.selected[0][7] + a.selected[1][7], 0);
	for (size_t s = 0; s < ROWS; s++)
		p.x[s][7] = 0.25;
	assert_int_equal(solve(&unit_context, &p, &b), PSY_OK);
	assert_int_equal(b.cpm.missing, 0);
	assert_memory_equal(a.predicted, b.predicted, sizeof a.predicted);
	assert_true(a.cpm.network[2].p == b.cpm.network[2].p);
}

static void
what_cannot_be_predicted_says_why(void **state)
{
	problem p = random_problem(6);
	answer a;

	p.rows = 3;
	p.plan.folds = 2;
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_true(a.cpm.too_few);
	p = random_problem(6);
	p.plan.covariate_count = 2;
	for (size_t s = 0; s < ROWS; s++)
	{
		p.covariates[2 * s] = (double) s;
		p.covariates[2 * s + 1] = s == 8; /* one row's own: unseen where that row is left out */
	}
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(a.cpm.deficient, 2);
	assert_int_equal(a.cpm.deficient_fold, a.fold[8] + 1);
	for (size_t s = 0; s < ROWS; s++)
		p.covariates[2 * s + 1] = 4 - 2 * (double) s;
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_int_equal(a.cpm.deficient, 2);
	assert_int_equal(a.cpm.deficient_fold, 0);
	p = random_problem(6);
	for (size_t s = 0; s < ROWS; s++)
		p.y[s] = 0.1;
	assert_int_equal(solve(&unit_context, &p, &a), PSY_OK);
	assert_true(a.cpm.constant);
}

static bool
stop_later(void *arg)
{
	return --*(int *) arg < 0;
}

static void
interruption_unwinds(void **state)
{
	int left = 100;
	psy_context ctx = {unit_alloc, unit_release, stop_later, &left};
	problem p = random_problem(2);
	answer a;

	p.plan.most = 100000;
	assert_int_equal(solve(&ctx, &p, &a), PSY_INTERRUPTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(predictions_equal_plain_loops),
		cmocka_unit_test(p_is_uniform_on_random_labels),
		cmocka_unit_test(unit_of_y_does_not_matter),
		cmocka_unit_test(covariates_take_their_part),
		cmocka_unit_test(nothing_leaks_from_the_rows_left_out),
		cmocka_unit_test(missing_edges_are_left_out),
		cmocka_unit_test(what_cannot_be_predicted_says_why),
		cmocka_unit_test(interruption_unwinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
