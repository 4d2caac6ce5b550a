/* test_boosted.c - documents of XGBoost (JSON and UBJSON) and of LightGBM give the trainers' own margins bit
 * for bit, and its predictions; truncated and mutated ones are refused or usable. */
#include "model_unit.h"

#include "../fuzz/model_use.h"
#include "models/model_image.h"
#include "models/trees.h"

static const char *const xgboost_names[] = {
	"squarederror", "reg_logistic", "logistic", "logitraw", "hinge", "poisson", "gamma",      "tweedie",
	"cox",          "aft",          "quantile", "softprob", "dart",  "forest",  "categories", "one_hot"};

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

	assert_int_equal(count, features + raw + (classes > 0 ? classes : 1));
	assert_int_equal(psy_model_run(s->model, value, s->workspace, s->raw, &missing, NULL), PSY_OK);
	assert_false(missing);
	for (size_t k = 0; k < raw; k++)
		if (s->raw[k] != value[features + k])
			fail_msg("%s, row %d: margin %.17g, expected %.17g", path, row, s->raw[k], value[features + k]);
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

/* ---- refusals
 * -------------------------------------------------------------------------------------------------- */

/* The golden document with one text in place of another. */
static void
refuse_edited(const char *from, const char *to, psy_status code, const char *message)
{
	size_t bytes;
	char *text = unit_read_golden("boosted/xgboost_logistic.json", &bytes), *at = strstr(text, from), *edited;
	psy_error err = {0};
	psy_model *model;

	assert_non_null(at);
	edited = malloc(bytes + strlen(to) + 1);
	sprintf(edited, "%.*s%s%s", (int) (at - text), text, to, at + strlen(from));
	if (compile(edited, strlen(edited), "auto", &model, &err) != code)
		fail_msg("%s: status %d, %s", to, err.code, err.message);
	assert_null(model);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" instead of \"...%s\"", err.message, message);
	free(edited);
	free(text);
}

static void
xgboost_documents_that_do_not_fit_are_refused(void **state)
{
	refuse_edited("\"binary:logistic\"", "\"my:own\"", PSY_UNSUPPORTED,
				  "$.learner.objective.name: the objective \"my:own\" is not supported");
	refuse_edited("\"name\":\"gbtree\"", "\"name\":\"gblinear\"", PSY_UNSUPPORTED,
				  "the booster \"gblinear\" is not supported");
	refuse_edited("\"num_target\":\"1\"", "\"num_target\":\"2\"", PSY_UNSUPPORTED,
				  "num_target: a model of 2 targets");
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
	refuse_edited("\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"3\"", PSY_UNSUPPORTED,
				  "leaves of 3 numbers");
}

static void
refuse_lightgbm(const char *from, const char *to, psy_status code, const char *message)
{
	size_t bytes;
	char *text = unit_read_golden("boosted/lightgbm_categories.txt", &bytes), *at = strstr(text, from),
		 *edited;
	psy_error err = {0};
	psy_model *model;

	assert_non_null(at);
	edited = malloc(bytes + strlen(to) + 1);
	sprintf(edited, "%.*s%s%s", (int) (at - text), text, to, at + strlen(from));
	if (compile(edited, strlen(edited), "auto", &model, &err) != code)
		fail_msg("%s: status %d, %s", to, err.code, err.message);
	assert_null(model);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" instead of \"...%s\"", err.message, message);
	free(edited);
	free(text);
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

static uint64_t seed = 20261123;

static size_t
below(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t) (seed >> 33) % n;
}

static void
mutated_documents_are_refused_or_usable(void **state)
{
	static const char *const path[] = {"boosted/xgboost_categories.ubj", "boosted/xgboost_softprob.ubj",
									   "boosted/xgboost_dart.ubj", "boosted/xgboost_categories.json",
									   "boosted/lightgbm_categories.txt"};
	int accepted = 0, refused = 0;

	for (int k = 0; k < 1200; k++)
	{
		size_t bytes;
		char *text = unit_read_golden(path[k % 5], &bytes);
		psy_error err = {0};
		psy_model *model;

		for (size_t m = 1 + below(3); m > 0; m--)
			text[below(bytes)] = k % 5 >= 3 ? "{}[],:0123456789-= \n"[below(20)] : (char) below(256);
		if (k % 7 == 0)
			bytes = below(bytes);
		if (compile(text, bytes, "auto", &model, &err) == PSY_OK)
		{
			accepted++;
			use_model(model);
		}
		else
		{
			refused++;
			assert_true(err.message[0] != '\0' && model == NULL);
		}
		free(model);
		free(text);
	}
	assert_true(accepted > 50 && refused > 200);
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

static int allowed, held;

static void *
counting_alloc(void *arg, size_t bytes)
{
	if (allowed-- <= 0)
		return NULL;
	held++;
	return malloc(bytes);
}

static void
counting_release(void *arg, void *pointer)
{
	if (pointer != NULL)
		held--;
	free(pointer);
}

static void
no_memory_is_lost_when_some_is_refused(void **state)
{
	const psy_context ctx = {counting_alloc, counting_release, NULL, NULL};
	static const char *const path[] = {"boosted/xgboost_categories.ubj", "boosted/xgboost_dart.json",
									   "boosted/lightgbm_categories.txt"};

	for (int n = 0; n < 3; n++)
	{
		size_t bytes;
		char *text = unit_read_golden(path[n], &bytes);
		psy_status status = PSY_NOMEM;

		for (int k = 0; status == PSY_NOMEM; k++)
		{
			psy_error err = {0};
			psy_model *model;

			assert_true(k < 400);
			allowed = k;
			held = 0;
			status = psy_model_compile(&ctx, text, bytes, "auto", &psy_model_default_limits, &model, &err);
			assert_int_equal(held, status == PSY_OK);
			free(model);
		}
		assert_int_equal(status, PSY_OK);
		free(text);
	}
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
		cmocka_unit_test(mutated_documents_are_refused_or_usable),
		cmocka_unit_test(short_ubj_documents_are_refused),
		cmocka_unit_test(no_memory_is_lost_when_some_is_refused),
	};

	return cmocka_run_group_tests_name("boosted", tests, NULL, NULL);
}
