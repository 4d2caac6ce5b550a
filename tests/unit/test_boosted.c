/* test_boosted.c - documents of XGBoost (JSON and UBJSON) and of LightGBM give the trainers' own margins bit
 * for bit, and its predictions; documents that do not fit are refused by name. */
#include "model_unit.h"

#include "../fuzz/model_use.h"
#include "models/model_image.h"
#include "models/trees.h"

static const char *const xgboost_names[] = {"squarederror",
											"reg_logistic",
											"logistic",
											"logitraw",
											"hinge",
											"poisson",
											"gamma",
											"tweedie",
											"cox",
											"aft",
											"quantile",
											"softprob",
											"dart",
											"forest",
											"categories",
											"one_hot",
											"targets",
											"vectors",
											"vector_classes",
											"quantiles",
											"linear",
											"linear_logistic",
											"linear_softprob",
											"linear_poisson"};

static const char *const lightgbm_names[] = {"regression",
											 "sqrt",
											 "zero_as_missing",
											 "no_missing",
											 "poisson",
											 "tweedie",
											 "cross_entropy",
											 "cross_entropy_lambda",
											 "sigmoid",
											 "multiclass",
											 "each",
											 "categories",
											 "forest",
											 "dart"};

/* Links are exponentials, which may differ in the last bit of float32 between C libraries; margins may not
 * differ. */
#define LINK_TOLERANCE 1.2e-7

static psy_status
compile(const char *text, size_t bytes, const char *format, psy_model **model, psy_error *err)
{
	return psy_model_compile(&use_context, text, bytes, format, &psy_model_default_limits, model, err);
}

static psy_model *
load(const char *path, const char *format)
{
	size_t bytes;
	char *text = unit_read_golden(path, &bytes);
	psy_error err = {0};
	psy_model *model;

	if (compile(text, bytes, format, &model, &err) != PSY_OK)
		fail_msg("%s: %s", path, err.message);
	free(text);
	return model;
}

static void
check_row(const unit_scorer *s, const char *path, int row, const char *label, const double *value, int count,
		  double tolerance)
{
	size_t features = psy_model_features(s->model), raw = psy_model_raw(s->model),
		   classes = psy_model_classes(s->model), found;
	double actual[16];
	const double *prediction = value + features + raw;
	bool missing;

	assert_int_equal(count, features + raw + (classes > 0 ? classes : raw));
	assert_int_equal(psy_model_run(s->model, value, s->workspace, s->raw, &missing, NULL), PSY_OK);
	assert_false(missing);
	for (size_t k = 0; k < raw; k++)
		if (s->raw[k] != value[features + k])
			fail_msg("%s, row %d: margin %.17g, expected %.17g", path, row, s->raw[k], value[features + k]);
	if (classes == 0 && raw > 1)
	{
		psy_error err = {0};

		/* Several targets: their margins are their values, and there is no one score. */
		assert_int_equal(psy_model_score(s->model, s->raw, s->workspace, actual, &err), PSY_UNSUPPORTED);
		assert_memory_equal(prediction, value + features, raw * sizeof(double));
		return;
	}
	if (classes == 0)
	{
		assert_int_equal(psy_model_score(s->model, s->raw, s->workspace, actual, NULL), PSY_OK);
		classes = 1;
	}
	else
	{
		char text[16];

		assert_int_equal(psy_model_proba(s->model, s->raw, s->workspace, actual, NULL), PSY_OK);
		assert_int_equal(psy_model_label(s->model, s->raw, &found, NULL), PSY_OK);
		snprintf(text, sizeof text, "%zu", found);
		assert_string_equal(text, label);
	}
	for (size_t k = 0; k < classes; k++)
		if (!(fabs(actual[k] - prediction[k]) <= tolerance * fmax(fabs(prediction[k]), 0.01)))
			fail_msg("%s, row %d: prediction %.17g, expected %.17g", path, row, actual[k], prediction[k]);
}

static void
check_model(const char *name, const char *suffix, const char *format, double tolerance)
{
	char path[128], table_path[128], label[64];
	double value[64];
	psy_model *model;
	unit_scorer s;
	FILE *table;
	int count, rows = 0;

	snprintf(path, sizeof path, "boosted/%s.%s", name, suffix);
	snprintf(table_path, sizeof table_path, "boosted/%s.csv", name);
	/* By name and by content. */
	free(load(path, format));
	model = load(path, "auto");
	s = unit_scorer_of(model);
	table = unit_golden_open(table_path);
	while ((count = unit_golden_row(table, label, sizeof label, value, 64)) > 0)
		check_row(&s, path, ++rows, label, value, count, tolerance);
	fclose(table);
	assert_int_equal(rows, 40);
	unit_scorer_free(&s);
	free(model);
}

static void
xgboost_models_give_their_own_numbers(void **state)
{
	for (size_t k = 0; k < sizeof xgboost_names / sizeof xgboost_names[0]; k++)
	{
		char name[64];

		snprintf(name, sizeof name, "xgboost_%s", xgboost_names[k]);
		check_model(name, "json", "xgboost-json", LINK_TOLERANCE);
		check_model(name, "ubj", "xgboost-ubj", LINK_TOLERANCE);
	}
}

static void
lightgbm_models_give_their_own_numbers(void **state)
{
	for (size_t k = 0; k < sizeof lightgbm_names / sizeof lightgbm_names[0]; k++)
	{
		char name[64];

		snprintf(name, sizeof name, "lightgbm_%s", lightgbm_names[k]);
		check_model(name, "txt", "lightgbm", 1e-14);
	}
}

/* The two encodings of one model compile to the same bytes. */
static void
json_and_ubj_are_the_same_model(void **state)
{
	psy_model *json = load("boosted/xgboost_categories.json", "auto"),
			  *ubj = load("boosted/xgboost_categories.ubj", "auto");

	assert_int_equal(psy_model_bytes(json), psy_model_bytes(ubj));
	assert_memory_equal(json, ubj, psy_model_bytes(json));
	free(json);
	free(ubj);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void
refuse_edited(const char *from, const char *to, psy_status code, const char *message)
{
	unit_refuse_edited("boosted/xgboost_logistic.json", from, to, code, message);
}

static void
xgboost_documents_that_do_not_fit_are_refused(void **state)
{
	refuse_edited("\"binary:logistic\"", "\"my:own\"", PSY_UNSUPPORTED,
				  "$.learner.objective.name: the objective \"my:own\" is not supported");
	refuse_edited("\"name\":\"gbtree\"", "\"name\":\"gbforest\"", PSY_UNSUPPORTED,
				  "the booster \"gbforest\" is not supported");
	refuse_edited("\"num_target\":\"1\"", "\"num_target\":\"2\"", PSY_UNSUPPORTED,
				  "num_target: a model of 2 targets is not supported with binary:logistic");
	refuse_edited("\"feature_names\":[", "\"feature_names\":[\"more\",", PSY_FORMAT,
				  "feature_names: 5 names, 4 expected");
	refuse_edited("\"base_score\":\"[", "\"base_score\":\"[[", PSY_FORMAT,
				  "base_score: a number, or a list of 1, expected");
	refuse_edited("\"base_score\":\"[", "\"base_score\":\"[1,", PSY_FORMAT,
				  "base_score: a number, or a list of 1, expected");
	refuse_edited("\"base_score\":\"[5E-1]\"", "\"base_score\":\"1.5\"", PSY_FORMAT,
				  "base_score is not within the objective's range");
	refuse_edited("\"left_children\":[1,", "\"left_children\":[0,", PSY_FORMAT,
				  "trees[0]: the children do not make a tree");
	refuse_edited("\"left_children\":[1,", "\"left_children\":[99,", PSY_FORMAT,
				  "left_children[0]: a whole number from -1 to 12 expected");
	refuse_edited("\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"3\"", PSY_FORMAT,
				  "leaves of 3 numbers, but there are 1 outputs");
}

static void
refuse_lightgbm(const char *from, const char *to, psy_status code, const char *message)
{
	unit_refuse_edited("boosted/lightgbm_categories.txt", from, to, code, message);
}

static void
lightgbm_documents_that_do_not_fit_are_refused(void **state)
{
	refuse_lightgbm("objective=binary", "objective=custom", PSY_UNSUPPORTED,
					"lightgbm, line 7: objective: it is not among those supported");
	refuse_lightgbm("is_linear=0", "is_linear=1", PSY_UNSUPPORTED,
					"trees with linear leaves are not supported");
	refuse_lightgbm("num_leaves=7", "num_leaves=8", PSY_FORMAT, "split_feature: a number is missing");
	refuse_lightgbm("num_leaves=7", "num_leaves=999999", PSY_FORMAT, "num_leaves: more leaves");
	refuse_lightgbm("left_child=", "left_child=0 ", PSY_FORMAT, "left_child: more numbers than expected");
	refuse_lightgbm("leaf_value=", "leaf_value=nan ", PSY_FORMAT, "leaf_value: a finite number expected");
	refuse_lightgbm("cat_boundaries=0", "cat_boundaries=1", PSY_FORMAT,
					"cat_boundaries: a whole number within its range expected");
	refuse_lightgbm("end of trees", "end of", PSY_FORMAT, "the document ends before a line \"end of trees\"");
	refuse_lightgbm("max_feature_idx=4", "max_feature_idx=5", PSY_FORMAT, "feature_names: fewer names");
	refuse_lightgbm("num_class=1", "num_class=2", PSY_UNSUPPORTED, "num_tree_per_iteration: it differs");
}

/* Every prefix of a UBJSON document ends within something; a few bytes must not ask for much memory. */
static void
short_ubj_documents_are_refused(void **state)
{
	static const char huge[] = "{i\x07learner[$T#L\x00\x00\x00\x00\x7F\xFF\xFF\xFF";
	static const char many[] = "{i\x07learner[$d#L\x00\x00\x00\x00\x7F\xFF\xFF\xFF";
	char deep[4096];
	psy_error err = {0};
	psy_model *model;
	size_t bytes;
	char *text = unit_read_golden("boosted/xgboost_logistic.ubj", &bytes);

	for (size_t cut = 0; cut < bytes; cut += 1 + cut / 64)
		assert_int_equal(compile(text, cut, "xgboost-ubj", &model, &err), PSY_FORMAT);
	assert_int_equal(compile(huge, sizeof huge - 1, "auto", &model, &err), PSY_FORMAT);
	assert_int_equal(compile(many, sizeof many - 1, "auto", &model, &err), PSY_FORMAT);
	memset(deep, '[', sizeof deep);
	assert_int_equal(compile(deep, sizeof deep, "xgboost-ubj", &model, &err), PSY_LIMIT);
	assert_string_equal(err.message, "xgboost-ubj, byte 64: nested too deeply");
	free(text);
}

static void
no_memory_is_lost_when_some_is_refused(void **state)
{
	unit_no_memory_is_lost("boosted/xgboost_categories.ubj", "auto");
	unit_no_memory_is_lost("boosted/xgboost_dart.json", "auto");
	unit_no_memory_is_lost("boosted/lightgbm_categories.txt", "auto");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xgboost_models_give_their_own_numbers),
		cmocka_unit_test(lightgbm_models_give_their_own_numbers),
		cmocka_unit_test(lightgbm_documents_that_do_not_fit_are_refused),
		cmocka_unit_test(json_and_ubj_are_the_same_model),
		cmocka_unit_test(xgboost_documents_that_do_not_fit_are_refused),
		cmocka_unit_test(short_ubj_documents_are_refused),
		cmocka_unit_test(no_memory_is_lost_when_some_is_refused),
	};

	return cmocka_run_group_tests_name("boosted", tests, NULL, NULL);
}
