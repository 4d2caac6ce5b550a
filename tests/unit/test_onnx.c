/*
 * test_onnx.c - ONNX documents give ONNX Runtime's labels and scores (tests/oracle/onnx_models.py); and documents that
 * say what cannot be, or what is not supported, are refused by name.
 */
#include "model_unit.h"

/*
 * Both round to float32 at every step, ONNX Runtime's sums also at every term: to a part in a million of the score, or,
 * below 1, of the numbers that take part in it.
 */
#define TOLERANCE 1e-6
#define SCALE 1

static double worst;

static psy_model *
compile_golden(const char *name, const char *format)
{
	char path[96];
	psy_error err = {0};
	psy_model *model;
	size_t bytes;
	char *document;

	snprintf(path, sizeof path, "onnx/%s.onnx", name);
	document = unit_read_golden(path, &bytes);
	if (psy_model_compile(&unit_context, document, bytes, format, &psy_model_default_limits, &model, &err) != PSY_OK)
		fail_msg("%s: %s", path, err.message);
	free(document);
	return model;
}

/* The next cell of a line, ended by a zero; NULL behind the last. */
static char *
next_cell(char **line)
{
	char *cell = *line, *end;

	if (cell == NULL)
		return NULL;
	end = cell + strcspn(cell, ",\n");
	*line = *end == ',' ? end + 1 : NULL;
	*end = '\0';
	return cell;
}

static double
feature_of(const psy_model *model, size_t k, const char *cell)
{
	double value;

	if (psy_model_category(model, k, cell, strlen(cell), &value))
		return value;
	return strtod(cell, NULL);
}

static void
check_scores(const unit_scorer *s, const char *name, char *line)
{
	size_t scores = psy_model_decisions(s->model);
	double decision[1024];
	char *cell;

	assert_true(scores <= 1024);
	psy_model_decision(s->model, s->raw, decision);
	for (size_t k = 0; k < scores; k++)
	{
		double expected, difference;

		if ((cell = next_cell(&line)) == NULL)
			fail_msg("%s: %zu scores, fewer expected", name, scores);
		expected = strtod(cell, NULL);
		difference = fabs(decision[k] - expected) / fmax(fabs(expected), SCALE);
		if (!(difference <= TOLERANCE))
			fail_msg("%s: score %zu is %.9g, expected %.9g", name, k + 1, decision[k], expected);
		worst = fmax(worst, difference);
	}
	assert_null(line);
}

static void
check_row(const unit_scorer *s, const char *name, char *line)
{
	size_t features = psy_model_features(s->model), found;
	const char *label = next_cell(&line);
	double *value = malloc(features * sizeof(double));
	psy_error err = {0};
	bool missing = false;

	for (size_t k = 0; k < features; k++)
	{
		char *cell = next_cell(&line);

		assert_non_null(cell);
		value[k] = feature_of(s->model, k, cell);
	}
	if (psy_model_run(s->model, value, s->workspace, s->raw, &missing, &err) != PSY_OK)
		fail_msg("%s: %s", name, err.message);
	assert_false(missing);
	check_scores(s, name, line);
	if (psy_model_classes(s->model) > 0)
	{
		assert_int_equal(psy_model_label(s->model, s->raw, &found, NULL), PSY_OK);
		assert_int_equal(psy_model_class(s->model, found).length, strlen(label));
		assert_memory_equal(psy_model_class(s->model, found).text, label, strlen(label));
	}
	free(value);
}

/* Features have the names that the file gives them. */
static void
check_names(const psy_model *model, char *line)
{
	assert_string_equal(next_cell(&line), "label");
	for (size_t k = 0; k < psy_model_features(model); k++)
	{
		char *cell = next_cell(&line);

		for (char *at = cell; *at != '\0'; at++)
			*at = *at == ';' ? ',' : *at;
		assert_int_equal(psy_model_find_feature(model, cell, strlen(cell)), k);
	}
	assert_string_equal(next_cell(&line), "scores");
}

static void
check_model(const char *name, const char *format)
{
	char path[96], *text, *line, *rest;
	psy_model *model = compile_golden(name, format);
	unit_scorer s = unit_scorer_of(model);
	size_t bytes;
	int rows = 0;

	snprintf(path, sizeof path, "onnx/%s.csv", name);
	text = unit_read_golden(path, &bytes);
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest), rows++)
		if (rows == 0)
			check_names(model, line);
		else
			check_row(&s, name, line);
	assert_int_equal(rows, 9);
	unit_scorer_free(&s);
	free(text);
	free(model);
}

static void
documents_give_onnx_runtimes_numbers(void **state)
{
	size_t bytes;
	int models = 0;
	char *text = unit_read_golden("onnx/index.csv", &bytes), *rest, *line = strtok_r(text, "\n", &rest);

	while ((line = strtok_r(NULL, "\n", &rest)) != NULL)
	{
		const char *name = next_cell(&line);

		check_model(name, next_cell(&line));
		models++;
	}
	assert_true(models >= 100);
	print_message("%d documents, worst difference %.2g\n", models, worst);
	free(text);
}

/* ---- what documents mean --------------------------------------------------------------------- */

static void
probabilities_are_given_where_there_are_some(void **state)
{
	static const char *const with[] = {"logistic_2", "svc_3", "brain_net", "columns_3"}, *const without[] = {"svc_votes_2", "linear_svc_3", "raw_2"};
	double x[256] = {0.3, -0.2, 0.7, 0.1, -1.2}, proba[8], score;
	bool missing;

	for (size_t n = 0; n < 7; n++)
	{
		psy_model *model = compile_golden(n < 4 ? with[n] : without[n - 4], "auto");
		unit_scorer s = unit_scorer_of(model);
		psy_error err = {0};
		double sum = 0;

		assert_int_equal(psy_model_run(model, x, s.workspace, s.raw, &missing, &err), PSY_OK);
		assert_int_equal(psy_model_proba(model, s.raw, s.workspace, proba, &err), n < 4 ? PSY_OK : PSY_UNSUPPORTED);
		for (size_t k = 0; n < 4 && k < psy_model_classes(model); k++)
			sum += proba[k];
		if (n < 4)
			assert_true(fabs(sum - 1) < 1e-5);
		else
			assert_string_equal(err.message, "the scores of this ONNX document are not probabilities");
		if (n == 0)
		{
			assert_int_equal(psy_model_positive(model), 1);
			assert_int_equal(psy_model_score(model, s.raw, s.workspace, &score, &err), PSY_OK);
			assert_true(score == proba[1]);
		}
		unit_scorer_free(&s);
		free(model);
	}
}

/* Scores are named by the keys of the map, whatever the order of the classifier's own labels. */
static void
keys_of_a_map_name_the_scores(void **state)
{
	static const char from[] = "classlabels_int64s\x40\x00\x40\x01\x40\x02", to[] = "classlabels_int64s\x40\x02\x40\x01\x40\x00";
	double x[5] = {2, -0.2, 1.7, 0.1, -1.2};
	size_t bytes, label, k = 0;
	char *document = unit_read_golden("onnx/logistic_3.onnx", &bytes);
	psy_error err = {0};
	psy_model *model;
	unit_scorer s;
	bool missing;

	while (memcmp(document + k, from, sizeof from - 1) != 0)
		assert_true(++k + sizeof from <= bytes);
	memcpy(document + k, to, sizeof to - 1);
	assert_int_equal(psy_model_compile(&unit_context, document, bytes, "onnx", &psy_model_default_limits, &model, &err), PSY_OK);
	s = unit_scorer_of(model);
	for (size_t c = 0; c < 3; c++)
		assert_int_equal(psy_model_class(model, c).text[0], '2' - (int) c);
	assert_int_equal(psy_model_run(model, x, s.workspace, s.raw, &missing, &err), PSY_OK);
	assert_int_equal(psy_model_label(model, s.raw, &label, &err), PSY_OK);
	assert_int_equal(psy_model_class(model, label).text[0], '2');
	unit_scorer_free(&s);
	free(model);
	free(document);
}

/* A missing feature makes the answer missing, unless something in the document knows what to do. */
static void
missing_features_are_never_guessed(void **state)
{
	static const char *const names[] = {"logistic_3", "knn_2", "svc_2", "mlp_3", "gaussian_2", "brain_net", "pipeline_2", "xgboost_2", "tree_3"};
	double x[256] = {0.3, NAN, 0.7, 0.1, -1.2};

	for (size_t n = 0; n < 9; n++)
	{
		psy_model *model = compile_golden(names[n], "onnx");
		unit_scorer s = unit_scorer_of(model);
		psy_error err = {0};
		bool missing = false;

		if (psy_model_run(model, x, s.workspace, s.raw, &missing, &err) != PSY_OK)
			fail_msg("%s: %s", names[n], err.message);
		if (missing != (n < 6))
			fail_msg("%s: %s", names[n], missing ? "missing" : "not missing");
		unit_scorer_free(&s);
		free(model);
	}
}

static void
refuse_row(const char *name, size_t feature, double value, const char *message)
{
	psy_model *model = compile_golden(name, "onnx");
	unit_scorer s = unit_scorer_of(model);
	double x[8] = {0, 0, 0, 0, 0};
	psy_error err = {0};
	bool missing;

	x[feature] = value;
	assert_int_equal(psy_model_run(model, x, s.workspace, s.raw, &missing, &err), PSY_DOMAIN);
	assert_string_equal(err.message, message);
	unit_scorer_free(&s);
	free(model);
}

static void
rows_that_do_not_fit_the_inputs_are_refused(void **state)
{
	refuse_row("linear", 1, 1e39, "feature 2 (\"X[1]\") is beyond float32, in which the model takes it");
	refuse_row("mixed_inputs", 3, 0.5, "feature 4 (\"sex\") must be a whole number");
	refuse_row("mixed_inputs", 2, 0.5, "feature 3 (\"site\") must be a text");
	refuse_row("mixed_inputs", 2, 1e6, "feature 3 (\"site\") must be a text");
}

/* ---- documents that are refused -------------------------------------------------------------- */

/* The golden document with some bytes in place of others of the same number, wherever they stand. */
static void
refuse_edited(const char *name, const char *from, const char *to, size_t length, psy_status code, const char *message)
{
	char path[96], *document;
	size_t bytes, at = 0;

	snprintf(path, sizeof path, "onnx/%s.onnx", name);
	document = unit_read_golden(path, &bytes);
	for (size_t k = 0; k + length <= bytes; k++)
		if (memcmp(document + k, from, length) == 0)
		{
			memcpy(document + k, to, length);
			at++;
		}
	if (at == 0)
		fail_msg("%s: no such bytes", path);
	unit_refuse(document, bytes, "onnx", code, message);
	free(document);
}

static void
what_is_not_known_is_refused_by_name(void **state)
{
	refuse_edited("mlp_2", "Relu", "Rely", 4, PSY_UNSUPPORTED, "(Rely): this operator is not supported");
	refuse_edited("logistic_2", "ai.onnx.ml", "ai.onnx.mo", 10, PSY_UNSUPPORTED, "operators of the domain ai.onnx.mo are not supported");
	refuse_edited("brain_net", "alpha", "alpho", 5, PSY_UNSUPPORTED, "the attribute alpho is not supported");
	refuse_edited("svc_2", "RBF", "RBX", 3, PSY_UNSUPPORTED, "kernel_type: one of LINEAR, POLY, RBF, SIGMOID expected");
	refuse_edited("tree_2", "BRANCH_LEQ", "BRANCH_LEX", 10, PSY_UNSUPPORTED, "nodes_modes: one of LEAF");
	refuse_edited("mixed_inputs", "cats_int64s", "cats_int64z", 11, PSY_UNSUPPORTED, "the attribute cats_int64z is not supported");
	refuse_edited("brain_net", "\x0a\x04" "flat", "\x0a\x04" "flot", 6, PSY_FORMAT, "it reads \"flot\", which nothing before it gives");
}

static void
what_cannot_be_is_refused(void **state)
{
	size_t bytes;
	char *document = unit_read_golden("onnx/brain_net.onnx", &bytes);

	unit_refuse("", 0, "onnx", PSY_UNSUPPORTED, "version 0 of the format (ir_version), 3 to 13 are supported");
	unit_refuse("\x08\x07", 2, "auto", PSY_FORMAT, "the document has no graph");
	unit_refuse("\x08\x63", 2, "auto", PSY_UNSUPPORTED, "version 99 of the format");
	unit_refuse("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11, "onnx", PSY_FORMAT, "cut off or malformed");
	unit_refuse("\x08\x07\x3a\xff\xff\xff\xff\x07", 8, "onnx", PSY_FORMAT, "cut off or malformed");
	unit_refuse("\x08\x07\x0b\x0c", 4, "onnx", PSY_FORMAT, "cut off or malformed");
	unit_refuse("\x08\x07\xca\x01\x00", 5, "onnx", PSY_UNSUPPORTED, "functions of the document's own");
	unit_refuse("\x08\x07\x42\x02\x10\x63\x3a\x00", 8, "onnx", PSY_UNSUPPORTED, "version 99 of the operator set ai.onnx, 1 to 25");
	unit_refuse("\x08\x07\x42\x02\x10\x0d\x42\x02\x10\x0e\x3a\x00", 12, "onnx", PSY_FORMAT, "versions 13 and 14 of one operator set");
	unit_refuse("\x08\x07\x3a\x00", 4, "onnx", PSY_FORMAT, "the document has no inputs");
	unit_refuse(document, bytes, "onnx:nothing", PSY_DOMAIN, "format \"onnx:nothing\" is unknown");
	free(document);
}

static void
no_memory_is_lost_when_some_is_refused(void **state)
{
	unit_no_memory_is_lost("onnx/logistic_2.onnx", "onnx");
	unit_no_memory_is_lost("onnx/tree_3.onnx", "onnx");
	unit_no_memory_is_lost("onnx/one_unit.onnx", "onnx");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(documents_give_onnx_runtimes_numbers),
									   cmocka_unit_test(probabilities_are_given_where_there_are_some),
									   cmocka_unit_test(keys_of_a_map_name_the_scores),
									   cmocka_unit_test(missing_features_are_never_guessed),
									   cmocka_unit_test(rows_that_do_not_fit_the_inputs_are_refused),
									   cmocka_unit_test(what_is_not_known_is_refused_by_name),
									   cmocka_unit_test(what_cannot_be_is_refused),
									   cmocka_unit_test(no_memory_is_lost_when_some_is_refused)};

	return cmocka_run_group_tests_name("onnx", tests, NULL, NULL);
}
