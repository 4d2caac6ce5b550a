/* test_trees_plan.c - walking many trees at once gives what walking them one by one gives, to the last bit.
 */
#include "model_unit.h"

#include "core/random.h"

#include <math.h>

#define FEATURES 5
#define MOST_FEATURES 300
#define ROOM (1 << 20)

/* A stream of random numbers for one document, and how many features it has. */
typedef struct draws
{
	uint64_t seed, next;
	uint32_t features;
} draws;

static uint32_t
below(draws *d, uint32_t n)
{
	uint64_t pair[2];

	psy_random_pair(d->seed, 0, d->next++, pair);
	return (uint32_t) psy_random_below(pair[0], n);
}

/* Few distinct numbers, 0 and numbers that float32 rounds among them: ties between features and thresholds
 * happen. */
static double
number(draws *d)
{
	static const double some[] = {0, -0.0, 0.1, -0.1, 1, -1, 1e-40, 3e38, -3e38, 1e300};

	return some[below(d, 10)];
}

static double
finite_feature(draws *d)
{
	double x = number(d);

	return fabs(x) > 3.4e38 ? 0.5 : x;
}

/* A random tree with `splits` splits: each new split takes the place of a leaf. */
static size_t
write_tree(draws *d, uint32_t splits, uint32_t width, char *to)
{
	int32_t child[64][2], leaves = 1;
	char *start = to;

	for (uint32_t k = 0; k < splits; k++)
	{
		if (k > 0)
		{
			uint32_t parent, side;

			do
			{
				parent = below(d, k);
				side = below(d, 2);
			} while (child[parent][side] >= 0);
			child[parent][side] = (int32_t) k;
		}
		child[k][0] = child[k][1] = -1;
	}
	leaves = 0;
	for (uint32_t k = 0; k < splits; k++)
		for (int side = 0; side < 2; side++)
			if (child[k][side] < 0)
				child[k][side] = -1 - leaves++;
	leaves = splits == 0 ? 1 : leaves;
	to += sprintf(to, "{\"feature\": [");
	for (uint32_t k = 0; k < splits; k++)
		to += sprintf(to, "%s%u", k > 0 ? "," : "", below(d, d->features));
	to += sprintf(to, "], \"threshold\": [");
	for (uint32_t k = 0; k < splits; k++)
		to += sprintf(to, "%s%.17g", k > 0 ? "," : "", number(d));
	for (int side = 0; side < 2; side++)
	{
		to += sprintf(to, "], \"%s\": [", side == 0 ? "left" : "right");
		for (uint32_t k = 0; k < splits; k++)
			to += sprintf(to, "%s%d", k > 0 ? "," : "", child[k][side]);
	}
	to += sprintf(to, "], \"value\": [");
	for (uint32_t k = 0; k < (uint32_t) leaves * width; k++)
		to += sprintf(to, "%s%.17g", k > 0 ? "," : "", (double) (1 + below(d, 1000)) / 7);
	to += sprintf(to, "]}");
	return (size_t) (to - start);
}

static psy_model *
random_forest(draws *d, uint32_t trees, bool classes, char *document)
{
	char *to = document;
	psy_model *model;

	to += sprintf(to,
				  "{\"psyrad_model\": 1, \"name\": \"t\", \"task\": \"%s\", %s \"missing\": \"learned\", "
				  "\"features\": [\"f\"",
				  classes ? "classification" : "regression",
				  classes ? "\"classes\": [\"x\", \"y\", \"z\"]," : "");
	for (uint32_t k = 1; k < d->features; k++)
		to += sprintf(to, ", \"f%u\"", k);
	to += sprintf(to, "], \"estimator\": {\"kind\": \"trees\", \"combine\": \"average\", \"features\": \"float32\", "
					  "\"trees\": [");
	for (uint32_t t = 0; t < trees; t++)
	{
		to += sprintf(to, "%s", t > 0 ? "," : "");
		to += write_tree(d, below(d, 40), classes ? 3 : 1, to);
	}
	strcpy(to, "]}}");
	model = unit_compile(document);
	return model;
}

static void
same_outputs(const psy_model *model, const psy_model_plan *plan, const double *x)
{
	unit_scorer plain = unit_scorer_of(model), planned = unit_scorer_of(model);
	bool missing;
	psy_error err = {0}, other = {0};
	psy_status status = psy_model_run(model, x, plain.workspace, plain.raw, &missing, &err);

	assert_int_equal(psy_model_run_planned(model, plan, x, planned.workspace, planned.raw, &missing, &other),
					 status);
	if (status == PSY_OK)
		assert_memory_equal(plain.raw, planned.raw, psy_model_raw(model) * sizeof(double));
	else
		assert_string_equal(err.message, other.message);
	unit_scorer_free(&plain);
	unit_scorer_free(&planned);
}

/* Forests around the number of walks, with and without vectors in their leaves, of every shape down to a lone
 * leaf. */
static void
planned_walks_change_no_bit(void **state)
{
	char *document = malloc(ROOM);

	for (uint32_t trees = 1; trees <= 180; trees += trees < 45 ? 1 : 27)
	{
		/* More features than eight registers hold go the plain way on every processor. */
		draws d = {trees, 0, trees % 5 == 0 ? MOST_FEATURES : FEATURES};
		psy_model *model = random_forest(&d, trees, trees % 2 == 0, document);
		psy_model_plan *plan;

		assert_int_equal(psy_model_plan_make(&unit_context, model, &plan, NULL), PSY_OK);
		assert_non_null(plan);
		for (int row = 0; row < 200; row++)
		{
			double x[MOST_FEATURES];

			for (uint32_t k = 0; k < d.features; k++)
				x[k] = finite_feature(&d);
			if (row % 10 == 0)
				x[below(&d, d.features)] = NAN;
			if (row % 25 == 1)
				x[below(&d, d.features)] = 1e39;
			same_outputs(model, plan, x);
		}
		free(plan);
		free(model);
	}
	free(document);
}

/* XGBoost's float32 sums, from its own document. */
static void
float_sums_are_planned_too(void **state)
{
	psy_model *model = unit_compile_golden("boosted/xgboost_logistic.json");
	psy_model_plan *plan;
	draws d = {1, 0, FEATURES};

	assert_int_equal(psy_model_plan_make(&unit_context, model, &plan, NULL), PSY_OK);
	assert_non_null(plan);
	for (int row = 0; row < 500; row++)
	{
		double x[64];

		assert_in_range(psy_model_features(model), 1, 64);
		for (size_t k = 0; k < psy_model_features(model); k++)
			x[k] = (double) below(&d, 4000) / 1000 - 2;
		same_outputs(model, plan, x);
	}
	free(plan);
	free(model);
}

/* An RBF machine's plan: lengths of its vectors, and the vectors in single precision where that is what they are. */
static void
planned_distances_change_no_bit(void **state)
{
	static const char *const document[] = {
		"svm_type epsilon_svr\nkernel_type rbf\ngamma 0.3\nnr_class 2\ntotal_sv 3\nrho 0.25\nSV\n"
		"1 1:0.5 2:-1.25 3:2 \n-0.7 1:0.125 3:-2 \n0.3 2:4 3:0.75 \n",
		"svm_type epsilon_svr\nkernel_type rbf\ngamma 0.3\nnr_class 2\ntotal_sv 3\nrho 0.25\nSV\n"
		"1 1:0.1 2:-1.25 3:2 \n-0.7 1:0.125 3:-2 \n0.3 2:4 3:0.75 \n"};
	draws d = {9, 0, 3};

	for (int k = 0; k < 2; k++)
	{
		psy_model *model = unit_compile(document[k]);
		psy_model_plan *plan;

		assert_int_equal(psy_model_plan_make(&unit_context, model, &plan, NULL), PSY_OK);
		assert_non_null(plan);
		for (int row = 0; row < 200; row++)
		{
			double x[3] = {below(&d, 999) / 100.0, below(&d, 999) / 300.0, row == 0 ? 1e200 : -1.5};

			same_outputs(model, plan, x);
		}
		free(plan);
		free(model);
	}
}

/* Double features are compared as doubles, one tree after the other. */
static void
double_features_have_no_plan(void **state)
{
	psy_model *model = unit_compile("{\"psyrad_model\": 1, \"name\": \"t\", \"task\": \"regression\", "
									"\"features\": [\"x\"], \"estimator\": {\"kind\": \"trees\", "
									"\"combine\": \"average\", \"features\": \"double\", \"trees\": "
									"[{\"feature\": [0], \"threshold\": [0.1], \"left\": [-1], "
									"\"right\": [-2], \"value\": [1, 2]}]}}");
	psy_model_plan *plan;

	assert_int_equal(psy_model_plan_make(&unit_context, model, &plan, NULL), PSY_OK);
	assert_null(plan);
	free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(planned_walks_change_no_bit),
									   cmocka_unit_test(float_sums_are_planned_too),
									   cmocka_unit_test(planned_distances_change_no_bit),
									   cmocka_unit_test(double_features_have_no_plan)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
