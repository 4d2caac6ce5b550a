/* test_trees.c - ensembles of trees: what documents must not say, what forged images must not do, votes,
 * ties, missing features, and float32's edges. */
#include "model_unit.h"

#include "../fuzz/model_use.h"
#include "models/trees.h"

#define REGRESSION(missing, trees)                                                                           \
	"{\"psyrad_model\": 1, \"name\": \"t\", \"task\": \"regression\", \"features\": [\"x\", "                \
	"\"y\"], " missing "\"estimator\": {\"kind\": \"trees\", \"combine\": \"average\", \"features\": "       \
					   "\"float32\", \"trees\": [" trees "]}}"
#define CLASSES(estimator)                                                                                   \
	"{\"psyrad_model\": 1, \"name\": \"t\", \"task\": \"classification\", \"classes\": [\"a\", \"b\"], "     \
	"\"features\": [\"x\"], \"estimator\": {\"kind\": \"trees\", \"features\": \"double\", " estimator "}}"
#define STUMP "{\"feature\": [0], \"threshold\": [0.1], \"left\": [-1], \"right\": [-2], \"value\": [1, 2]}"

static psy_status
score_of(const psy_model *model, const double *x, double *score, psy_error *err)
{
	unit_scorer s = unit_scorer_of(model);
	bool missing;
	psy_status status = psy_model_run(model, x, s.workspace, s.raw, &missing, err);

	if (status == PSY_OK)
		status = psy_model_score(model, s.raw, s.workspace, score, err);
	unit_scorer_free(&s);
	return status;
}

static double
value_at(const psy_model *model, double x)
{
	double score = NAN;
	psy_error err = {0};

	if (score_of(model, (double[]){x, 0}, &score, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return score;
}

/* 0.1 lies below the float32 nearest to it: that float32, as a feature, is greater than the threshold. */
static void
float32_thresholds_are_the_trainers(void **state)
{
	psy_model *model = unit_compile(REGRESSION("", STUMP));

	assert_true((double) 0.1f > 0.1);
	assert_true(psy_float_below(0.1) == (double) nextafterf(0.1f, 0));
	assert_true(psy_float_below(0.5) == 0.5);
	assert_true(psy_float_below(1e300) == (double) 3.40282347e38f);
	assert_true(value_at(model, (double) 0.1f) == 2);
	assert_true(value_at(model, 0.1) == 2);
	assert_true(value_at(model, (double) nextafterf(0.1f, 0)) == 1);
	free(model);
}

static void
features_beyond_float32_are_refused(void **state)
{
	psy_model *model = unit_compile(REGRESSION("", STUMP));
	psy_error err = {0};
	double score;

	assert_int_equal(score_of(model, (double[]){1e39, 0}, &score, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "too large"));
	assert_int_equal(score_of(model, (double[]){1e38, 0}, &score, &err), PSY_OK);
	free(model);
}

static void
missing_features_go_where_training_sent_them(void **state)
{
	psy_model *right = unit_compile(REGRESSION("\"missing\": \"learned\", ", STUMP));
	psy_model *left =
		unit_compile(REGRESSION("\"missing\": \"learned\", ",
								"{\"feature\": [0], \"threshold\": [0.1], \"left\": [-1], \"right\": [-2], "
								"\"missing_left\": [1], \"value\": [1, 2]}"));
	psy_model *error = unit_compile(REGRESSION("", STUMP));
	psy_error err = {0};
	double score;

	assert_true(value_at(right, NAN) == 2);
	assert_true(value_at(left, NAN) == 1);
	assert_true(value_at(left, 5) == 2);
	assert_int_equal(score_of(error, (double[]){NAN, 0}, &score, &err), PSY_DOMAIN);
	free(right);
	free(left);
	free(error);
}

static void
votes_are_not_averages(void **state)
{
#define TREES                                                                                                \
	"\"trees\": [{\"feature\": [], \"threshold\": [], \"left\": [], \"right\": [], \"value\": [0.4, 0.6]}, " \
	"{\"feature\": [], \"threshold\": [], \"left\": [], \"right\": [], \"value\": [0.5, 0.5]}, "             \
	"{\"feature\": [], \"threshold\": [], \"left\": [], \"right\": [], \"value\": [1, 0]}]"
	psy_model *average = unit_compile(CLASSES("\"combine\": \"average\", " TREES));
	psy_model *vote = unit_compile(CLASSES("\"combine\": \"vote\", " TREES));

	assert_true(value_at(average, 0) == (0.6 + 0.5 + 0) / 3);
	/* An even leaf votes for the first class. */
	assert_true(value_at(vote, 0) == 1.0 / 3);
	free(average);
	free(vote);
}

static void
ties_of_boosting_are_named(void **state)
{
	static const char *const ties[] = {"first", "second"};

	for (size_t k = 0; k < 2; k++)
	{
		char document[1024];
		psy_model *model;
		unit_scorer s;
		double x = 0;
		bool missing;
		size_t label;

		snprintf(document, sizeof document,
				 CLASSES("\"combine\": \"sum\", \"link\": \"logistic\", \"base\": [-1], \"ties\": \"%s\", "
						 "\"trees\": [{\"feature\": [], \"threshold\": [], \"left\": [], \"right\": [], "
						 "\"value\": [1]}]"),
				 ties[k]);
		model = unit_compile(document);
		s = unit_scorer_of(model);
		assert_int_equal(psy_model_run(model, &x, s.workspace, s.raw, &missing, NULL), PSY_OK);
		assert_true(s.raw[0] == 0);
		assert_int_equal(psy_model_label(model, s.raw, &label, NULL), PSY_OK);
		assert_int_equal(label, k);
		unit_scorer_free(&s);
		free(model);
	}
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void
refuse(const char *document, psy_status code, const char *message)
{
	unit_refuse(document, strlen(document), "auto", code, message);
}

#define TREE(feature, left, right, value)                                                                    \
	REGRESSION("", "{\"feature\": " feature ", \"threshold\": [0, 0], \"left\": " left ", \"right\": " right \
				   ", \"value\": " value "}")

static void
documents_that_are_no_trees_are_refused(void **state)
{
	refuse(TREE("[0, 1]", "[1, 0]", "[-1, -2]", "[1, 2, 3]"), PSY_FORMAT,
		   "$.estimator.trees[0]: left and right do not make a tree");
	refuse(TREE("[0, 1]", "[1, -1]", "[1, -2]", "[1, 2, 3]"), PSY_FORMAT, "do not make a tree");
	refuse(TREE("[0, 1]", "[1, -1]", "[-4, -2]", "[1, 2, 3]"), PSY_FORMAT,
		   "right[0]: -4, a whole number from -3 to 1 expected");
	refuse(TREE("[0, 2]", "[1, -1]", "[-3, -2]", "[1, 2, 3]"), PSY_FORMAT,
		   "feature[1]: 2, a whole number from 0 to 1 expected");
	refuse(TREE("[0, 0.5]", "[1, -1]", "[-3, -2]", "[1, 2, 3]"), PSY_FORMAT,
		   "feature[1]: 0.5, a whole number");
	refuse(TREE("[0, 1]", "[1, -1]", "[-3, -2]", "[1, 2]"), PSY_FORMAT, "value: 2 numbers, 3 expected");
	refuse(TREE("[0, 1]", "[1, -1, 1]", "[-3, -2]", "[1, 2, 3]"), PSY_FORMAT, "left: 3 numbers, 2 expected");
	refuse(REGRESSION("", ""), PSY_FORMAT, "no trees, at least one expected");
	refuse(CLASSES("\"combine\": \"mean\", \"trees\": []"), PSY_FORMAT,
		   "combine: one of average, vote, sum expected");
	refuse(CLASSES("\"combine\": \"average\", \"base\": [0], \"trees\": [1]"), PSY_FORMAT,
		   "\"base\" belongs to the combination \"sum\"");
	refuse("{\"psyrad_model\": 1, \"name\": \"t\", \"task\": \"regression\", \"features\": [\"x\"], "
		   "\"missing\": \"learned\", "
		   "\"estimator\": {\"kind\": \"linear\", \"coef\": [[1]], \"intercept\": [0]}}",
		   PSY_FORMAT, "the policy \"learned\" on missing features needs trees or an imputer before linear");
}

static void
refuse_image(const psy_model *model, const char *message)
{
	psy_error err = {0};

	assert_int_equal(psy_model_check(model, psy_model_bytes(model), &err), PSY_FORMAT);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", err.message, message);
}

/* A lie each: a child before its parent (a cycle), one in another tree, a feature and a vector that do not
 * exist. */
static void
forged_trees_are_refused(void **state)
{
	psy_model *model = unit_compile_golden("models/forest_multiclass.json");
	psy_op *op = (psy_op *) psy_op_at(model, 0);
	psy_trees_head *head = (psy_trees_head *) ((char *) model + op->data.offset);
	psy_trees_layout at = psy_trees_layout_of(head, op->outputs);
	uint32_t *root = (uint32_t *) ((char *) head + at.root);
	psy_tree_node *node = (psy_tree_node *) ((char *) head + at.node), held = node[0];

	node[0].left = 0;
	refuse_image(model, "node 1 of tree 1");
	node[0].left = root[1] - 1;
	refuse_image(model, "node 1 of tree 1");
	node[0] = held;
	node[0].what = PSY_SPLIT_FEATURE & 7;
	refuse_image(model, "node 1 of tree 1");
	node[0] = held;
	node[0].as.threshold = NAN;
	refuse_image(model, "node 1 of tree 1");
	node[0] = (psy_tree_node){.what = PSY_SPLIT_LEAF, .left = head->vectors};
	refuse_image(model, "node 1 of tree 1");
	node[0] = (psy_tree_node){.what = PSY_SPLIT_CATEGORIES, .as.set = {0, 1}, .left = 1};
	refuse_image(model, "node 1 of tree 1");
	node[0] = held;
	root[2] = root[1];
	refuse_image(model, "tree 2 is misplaced");
	root[2] = held.left + head->nodes;
	refuse_image(model, "is misplaced");
	head->trees -= 2;
	refuse_image(model, "sizes do not fit");
	head->trees += 2;
	head->link = PSY_LINK_EXP;
	refuse_image(model, "the link 2 does not fit");
	head->divisor = 0;
	refuse_image(model, "head is not sound");
	free(model);
}

static void
mutated_trees_are_refused_or_usable(void **state)
{
	static const char *const name[] = {"models/forest_missing.json", "models/boosting_multiclass.json",
									   "models/tree.json"};
	uint64_t seed = 20261123;
	static const uint32_t word[] = {0, 1, 7, 8, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FF00000, 0x10000000};
	int accepted = 0, refused = 0;

	for (int n = 0; n < 3; n++)
	{
		psy_model *model = unit_compile_golden(name[n]);
		size_t bytes = psy_model_bytes(model),
			   data = psy_op_at(model, psy_model_steps(model) - 1)->data.offset;

		for (int k = 0; k < 3000; k++)
		{
			psy_model *copy = malloc(bytes);
			psy_error err = {0};
			size_t place;

			memcpy(copy, model, bytes);
			place = data + unit_below(&seed, unit_below(&seed, 2) == 0 ? 64 : bytes - data);
			if (unit_below(&seed, 2) == 0)
				memcpy((char *) copy + place / 4 * 4, &word[unit_below(&seed, 8)], 4);
			else
				((unsigned char *) copy)[place] ^= (unsigned char) (1u << unit_below(&seed, 8));
			if (psy_model_check(copy, bytes, &err) == PSY_OK)
			{
				accepted++;
				use_model(copy);
			}
			else
				refused++;
			free(copy);
		}
		free(model);
	}
	assert_true(accepted > 100 && refused > 1000);
}

static void
no_memory_is_lost_when_some_is_refused(void **state)
{
	unit_no_memory_is_lost("models/forest_binary.json", "auto");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(float32_thresholds_are_the_trainers),
		cmocka_unit_test(features_beyond_float32_are_refused),
		cmocka_unit_test(missing_features_go_where_training_sent_them),
		cmocka_unit_test(votes_are_not_averages),
		cmocka_unit_test(ties_of_boosting_are_named),
		cmocka_unit_test(documents_that_are_no_trees_are_refused),
		cmocka_unit_test(forged_trees_are_refused),
		cmocka_unit_test(mutated_trees_are_refused_or_usable),
		cmocka_unit_test(no_memory_is_lost_when_some_is_refused),
	};

	return cmocka_run_group_tests_name("trees", tests, NULL, NULL);
}
