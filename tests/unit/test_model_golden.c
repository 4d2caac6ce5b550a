/*
 * test_model_golden.c - every model of tests/golden/models, trained by scikit-learn or libsvm and exported as
 * psyrad-json, gives the trainer's own label, decision values and probabilities.
 */
#include "model_unit.h"

/*
 * Sums are rounded in another order than the trainer's, so a decision that cancels to almost nothing is
 * compared relative to 1 (the margin's own scale); everything else relative to itself.
 */
#define TOLERANCE 1e-12

static const char *const names[] = {"logistic_binary",
									"logistic_steep",
									"logistic_multinomial",
									"logistic_two_rows",
									"linear",
									"ridge",
									"svc_rbf_coupling",
									"svc_rbf_none",
									"svc_rbf_multiclass",
									"svc_linear_coupling",
									"svc_linear_multiclass",
									"linear_svc",
									"libsvm_platt",
									"libsvm_coupling",
									"tree",
									"forest_binary",
									"forest_multiclass",
									"forest_missing",
									"extra_trees",
									"boosting_binary",
									"boosting_exponential",
									"boosting_multiclass",
									"tree_regression",
									"forest_regression",
									"boosting_regression"};

/* Comparisons and sums of trees are the trainer's own, so nothing may differ but the last bits of exp. */
static bool
exact(const char *name, const char *what)
{
	static const char *const prefix[] = {"tree", "forest", "extra", "boosting"};

	for (size_t k = 0; k < 4; k++)
		if (strncmp(name, prefix[k], strlen(prefix[k])) == 0)
			return k < 3 || strcmp(what, "decision") == 0;
	return false;
}

static double worst;

static void
close_to(const char *name, const char *what, int row, double actual, double expected)
{
	double scale = fabs(expected) > 1 || strcmp(what, "probability") == 0 ? fabs(expected) : 1;
	double difference = fabs(actual - expected) / scale;

	if (actual == expected)
		return;
	if (!(difference <= TOLERANCE) || exact(name, what))
		fail_msg("%s, row %d: %s %.17g, expected %.17g (%.3g apart)", name, row, what, actual, expected,
				 difference);
	if (difference > worst)
		worst = difference;
}

static void
check_label(const unit_scorer *s, const char *name, int row, const char *expected)
{
	size_t label;
	psy_text text;

	if (psy_model_task(s->model) == PSY_REGRESSION)
		return;
	assert_int_equal(psy_model_label(s->model, s->raw, &label, NULL), PSY_OK);
	text = psy_model_class(s->model, label);
	if (text.length != strlen(expected) || memcmp(text.text, expected, text.length) != 0)
		fail_msg("%s, row %d: label %.*s, expected %s", name, row, (int) text.length, text.text, expected);
}

static void
check_row(const unit_scorer *s, const char *name, int row, const char *label, const double *value, int count)
{
	size_t features = psy_model_features(s->model), raw = psy_model_raw(s->model),
		   classes = psy_model_classes(s->model);
	double decision[16], proba[16], score;
	psy_error err = {0};
	bool missing;

	assert_true(raw <= 16 && classes <= 16);
	assert_int_equal(psy_model_run(s->model, value, s->workspace, s->raw, &missing, &err), PSY_OK);
	assert_false(missing);
	psy_model_decision(s->model, s->raw, decision);
	for (size_t k = 0; k < raw; k++)
		close_to(name, "decision", row, decision[k], value[features + k]);
	check_label(s, name, row, label);
	if ((size_t) count == features + raw)
		return;
	assert_int_equal(count, features + raw + classes);
	assert_int_equal(psy_model_proba(s->model, s->raw, s->workspace, proba, &err), PSY_OK);
	for (size_t k = 0; k < classes; k++)
		close_to(name, "probability", row, proba[k], value[features + raw + k]);
	if (classes != 2)
		return;
	assert_int_equal(psy_model_score(s->model, s->raw, s->workspace, &score, &err), PSY_OK);
	assert_true(score == proba[psy_model_positive(s->model)]);
}

static void
check_model(const char *name)
{
	char path[128], label[64];
	double value[64];
	psy_model *model;
	unit_scorer s;
	FILE *table;
	int count, rows = 0;

	snprintf(path, sizeof path, "models/%s.json", name);
	model = unit_compile_golden(path);
	s = unit_scorer_of(model);
	snprintf(path, sizeof path, "models/%s.csv", name);
	table = unit_golden_open(path);
	worst = 0;
	while ((count = unit_golden_row(table, label, sizeof label, value, 64)) > 0)
		check_row(&s, name, ++rows, label, value, count);
	fclose(table);
	assert_int_equal(rows, 40);
	print_message("%-22s %zu bytes, worst difference %.2g\n", name, psy_model_bytes(model), worst);
	unit_scorer_free(&s);
	free(model);
}

static void
models_give_their_trainers_numbers(void **state)
{
	for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
		check_model(names[k]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(models_give_their_trainers_numbers)};

	return cmocka_run_group_tests_name("model golden", tests, NULL, NULL);
}
