/*
 * test_explain_golden.c - explanations beside those of XGBoost (pred_contribs), LightGBM (pred_contrib) and the shap
 * package, for the models of tests/golden/boosted and tests/golden/explain (tests/oracle/explain.py, explain_linear.py).
 */
#include "model_unit.h"

#include "models/explain.h"

/* XGBoost sums contributions in float32; the others in double, though not in our order. */
#define FLOAT_TOLERANCE 2e-6
#define TOLERANCE 1e-12

static const char *const names[] = {
	"boosted/xgboost_aft.json",          "boosted/xgboost_categories.json",
	"boosted/xgboost_cox.json",          "boosted/xgboost_dart.json",
	"boosted/xgboost_forest.json",       "boosted/xgboost_gamma.json",
	"boosted/xgboost_hinge.json",        "boosted/xgboost_logistic.json",
	"boosted/xgboost_logitraw.json",     "boosted/xgboost_one_hot.json",
	"boosted/xgboost_poisson.json",      "boosted/xgboost_quantile.json",
	"boosted/xgboost_reg_logistic.json", "boosted/xgboost_softprob.json",
	"boosted/xgboost_squarederror.json", "boosted/xgboost_tweedie.json",
	"boosted/xgboost_quantiles.json",    "boosted/xgboost_targets.json",
	"boosted/lightgbm_cross_entropy_lambda.txt",
	"boosted/lightgbm_categories.txt",   "boosted/lightgbm_cross_entropy.txt",
	"boosted/lightgbm_dart.txt",         "boosted/lightgbm_each.txt",
	"boosted/lightgbm_forest.txt",       "boosted/lightgbm_multiclass.txt",
	"boosted/lightgbm_no_missing.txt",   "boosted/lightgbm_poisson.txt",
	"boosted/lightgbm_regression.txt",   "boosted/lightgbm_sigmoid.txt",
	"boosted/lightgbm_sqrt.txt",         "boosted/lightgbm_tweedie.txt",
	"boosted/lightgbm_zero_as_missing.txt",
	"explain/tree.json",                 "explain/forest_binary.json",
	"explain/forest_multiclass.json",    "explain/forest_regression.json",
	"explain/extra_trees.json",          "explain/boosting.json",
	"explain/linear.json",               "explain/logistic.json",
	"explain/linear_machine.json",       "explain/linear_classifier.json",
	"explain/scaled_softmax.json",       "explain/imputed.json",
	"explain/selected.json",             "explain/one_hot.json",
	"explain/components.json",           "explain/min_max.json",
	"explain/gblinear.json",             "explain/gblinear_logistic.json",
	"explain/gblinear_softprob.json",    "explain/gblinear_poisson.json"};

static double worst;

static void
compare(const char *name, const char *what, double actual, double expected, double tolerance)
{
	double difference = fabs(actual - expected) / fmax(1, fabs(expected));

	if (!(difference <= tolerance))
		fail_msg("%s: %s is %.17g, %.17g expected", name, what, actual, expected);
	worst = fmax(worst, difference);
}

static void
compare_row(const char *name, const psy_explainer *e, const psy_model *model, const double *row, double tolerance)
{
	size_t features = psy_model_features(model);
	double *workspace = malloc(sizeof(double) * psy_explain_workspace(e)), phi[64], sign = 1;
	psy_error err = {0};
	size_t only;
	bool missing;

	/* The oracles speak for the second of two classes. */
	if (psy_model_raw(model) == 1 && psy_model_task(model) == PSY_CLASSIFICATION)
		assert_int_equal(psy_explain_output(model, 1, &only, &sign, &err), PSY_OK);

	for (size_t output = 0; output < psy_model_raw(model); output++)
	{
		const double *expected = row + features + output * (features + 1);

		if (psy_explain(e, output, row, workspace, phi, &missing, &err) != PSY_OK)
			fail_msg("%s: %s", name, err.message);
		for (size_t k = 0; k < features; k++)
			compare(name, "a contribution", sign * phi[k], expected[k], tolerance);
		compare(name, "the base", sign * psy_explain_base(e, output), expected[features], tolerance);
	}
	free(workspace);
}

static void
contributions_are_the_oracles(void **state)
{
	for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
	{
		psy_model *model = unit_compile_golden(names[k]);
		const char *stem = strchr(names[k], '/') + 1;
		double row[256], tolerance = strncmp(stem, "xgboost", 7) == 0 || strncmp(stem, "gblinear", 8) == 0 ? FLOAT_TOLERANCE : TOLERANCE;
		char table[128];
		psy_explainer *e;
		psy_error err = {0};
		FILE *file;
		int count, rows = 0;

		snprintf(table, sizeof table, "explain/%.*s.csv", (int) (strrchr(stem, '.') - stem), stem);
		file = unit_golden_open(table);
		if (psy_explainer_make(&unit_context, model, &e, &err) != PSY_OK)
			fail_msg("%s: %s", names[k], err.message);
		worst = 0;
		for (; (count = unit_golden_row(file, NULL, 0, row, 256)) > 0; rows++)
		{
			assert_int_equal(count, psy_model_features(model) + psy_model_raw(model) * (psy_model_features(model) + 1));
			compare_row(names[k], e, model, row, tolerance);
		}
		assert_int_equal(rows, 20);
		print_message("%-38s worst difference %.2g\n", names[k], worst);
		fclose(file);
		psy_explainer_free(&unit_context, e);
		free(model);
	}
}

/* ---- ONNX ------------------------------------------------------------------------------------ */

static const char *const onnx_names[] = {"tree_2",	   "tree_3",		 "tree_value",	   "forest_2",	"forest_3",	 "forest_value", "extra_3",	   "boosting_2",
										 "boosting_value", "scaled_forest", "imputed_forest", "xgboost_2", "xgboost_3", "xgboost_value", "lightgbm_2", "lightgbm_3",
										 "lightgbm_value", "turned_forest", "turned_xgboost"};

/* What model_decision says beside the sum of the parts: the margin itself, or what the link makes of it. */
static void
compare_margin(const char *name, const psy_model *model, const double *row, size_t output, double margin)
{
	unit_scorer s = unit_scorer_of(model);
	double score, linked = 1 / (1 + exp(-margin));
	bool missing;

	assert_int_equal(psy_model_run(model, row, s.workspace, s.raw, &missing, NULL), PSY_OK);
	score = s.raw[output];
	if (psy_model_decisions(model) == 3 && fabs(score - margin) > 1e-5)
		score = linked = 0; /* softmax is of all margins together */
	if (fabs(score - margin) > 2e-5 && fabs(score - linked) > 2e-5)
		fail_msg("%s: the parts add up to %.9g, the score is %.9g", name, margin, score);
	unit_scorer_free(&s);
}

static void
compare_onnx_row(const char *name, const psy_explainer *e, const psy_model *model, const double *row)
{
	size_t features = psy_model_features(model);
	double *workspace = malloc(sizeof(double) * psy_explain_workspace(e)), phi[64];
	psy_error err = {0};
	bool missing;

	for (size_t output = 0; output < psy_model_decisions(model); output++)
	{
		const double *expected = row + features + output * (features + 1);
		double sum = psy_explain_base(e, output);

		if (psy_explain(e, output, row, workspace, phi, &missing, &err) != PSY_OK)
			fail_msg("%s: %s", name, err.message);
		compare(name, "the base", sum, expected[features], FLOAT_TOLERANCE);
		for (size_t k = 0; k < features; k++)
		{
			compare(name, "a contribution", phi[k], expected[k], FLOAT_TOLERANCE);
			sum += phi[k];
		}
		compare_margin(name, model, row, output, sum);
	}
	free(workspace);
}

static void
trees_of_onnx_are_explained_as_their_source(void **state)
{
	for (size_t k = 0; k < sizeof onnx_names / sizeof onnx_names[0]; k++)
	{
		char path[128];
		double row[256];
		psy_error err = {0};
		psy_explainer *e;
		psy_model *model;
		FILE *file;
		int count, rows = 0;

		snprintf(path, sizeof path, "explain/onnx_%s.onnx", onnx_names[k]);
		model = unit_compile_golden(path);
		snprintf(path, sizeof path, "explain/onnx_%s.csv", onnx_names[k]);
		file = unit_golden_open(path);
		if (psy_explainer_make(&unit_context, model, &e, &err) != PSY_OK)
			fail_msg("%s: %s", onnx_names[k], err.message);
		worst = 0;
		for (; (count = unit_golden_row(file, NULL, 0, row, 256)) > 0; rows++)
		{
			assert_int_equal(count, psy_model_features(model) + psy_model_decisions(model) * (psy_model_features(model) + 1));
			compare_onnx_row(onnx_names[k], e, model, row);
		}
		assert_int_equal(rows, 12);
		print_message("onnx_%-33s worst difference %.2g\n", onnx_names[k], worst);
		fclose(file);
		psy_explainer_free(&unit_context, e);
		free(model);
	}
}

/* Documents as converters write them say nothing of the covers; others have no trees, or several. */
static void
onnx_without_an_explanation_is_refused_by_name(void **state)
{
	static const char *const refused[][2] = {{"onnx/forest_2.onnx", "nodes_hitrates"}, {"onnx/xgboost_3.onnx", "nodes_hitrates"},
											 {"onnx/bagging_2.onnx", "not made of the sums"}, {"onnx/logistic_3.onnx", "not made of the sums"},
											 {"onnx/adaboost_2.onnx", "not made of the sums"}};

	for (size_t k = 0; k < sizeof refused / sizeof refused[0]; k++)
	{
		psy_model *model = unit_compile_golden(refused[k][0]);
		psy_error err = {0};
		psy_explainer *e;

		assert_int_equal(psy_explainer_make(&unit_context, model, &e, &err), PSY_UNSUPPORTED);
		if (strstr(err.message, refused[k][1]) == NULL)
			fail_msg("%s: %s", refused[k][0], err.message);
		free(model);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(contributions_are_the_oracles), cmocka_unit_test(trees_of_onnx_are_explained_as_their_source),
									   cmocka_unit_test(onnx_without_an_explanation_is_refused_by_name)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
