/* test_model.c - meanings that no golden can show: orientation, ties, conventions, missing features; and
 * hostile documents and images. */
#include "model_unit.h"

#include "../fuzz/model_use.h"
#include "core/random.h"
#include "models/model_image.h"
#include "models/model_kernels.h"
#include "models/svm.h"

#define HEAD "{\"psyrad_model\": 1, \"name\": \"m\", \"task\": \"classification\", "
#define SVM(positive, probability)                                                                           \
	HEAD "\"classes\": [\"a\", \"b\"], " positive                                                            \
		 "\"features\": [\"x\"], \"estimator\": {\"kind\": \"svm\", "                                        \
		 "\"kernel\": \"linear\", \"coef\": [[2]], \"intercept\": [0.5], \"probability\": " probability "}}"

static double
decision_of(const psy_model *model, double x)
{
	unit_scorer s = unit_scorer_of(model);
	bool missing;
	double decision;

	assert_int_equal(psy_model_run(model, &x, s.workspace, s.raw, &missing, NULL), PSY_OK);
	psy_model_decision(model, s.raw, &decision);
	unit_scorer_free(&s);
	return decision;
}

static size_t
label_of(const psy_model *model, const double *x)
{
	unit_scorer s = unit_scorer_of(model);
	bool missing;
	size_t label;

	assert_int_equal(psy_model_run(model, x, s.workspace, s.raw, &missing, NULL), PSY_OK);
	assert_int_equal(psy_model_label(model, s.raw, &label, NULL), PSY_OK);
	unit_scorer_free(&s);
	return label;
}

/* Probabilities of all classes, then the score. */
static void
proba_of(const psy_model *model, const double *x, double *proba, double *score)
{
	unit_scorer s = unit_scorer_of(model);
	psy_error err = {0};
	bool missing;

	assert_int_equal(psy_model_run(model, x, s.workspace, s.raw, &missing, &err), PSY_OK);
	assert_int_equal(psy_model_proba(model, s.raw, s.workspace, proba, &err), PSY_OK);
	assert_int_equal(psy_model_score(model, s.raw, s.workspace, score, &err), PSY_OK);
	unit_scorer_free(&s);
}

/* ---- meanings -------------------------------------------------------------------------------- */

static void
binary_decisions_favour_the_positive_class(void **state)
{
	psy_model *second = unit_compile(SVM("", "\"none\"")),
			  *first = unit_compile(SVM("\"positive\": \"a\", ", "\"none\""));
	double x = 1;

	/* 2x + 0.5 > 0 votes for the first class. */
	assert_true(decision_of(first, x) == 2.5);
	assert_true(decision_of(second, x) == -2.5);
	assert_int_equal(label_of(first, &x), 0);
	assert_int_equal(label_of(second, &x), 0);
	assert_int_equal(psy_model_positive(first), 0);
	assert_int_equal(psy_model_positive(second), 1);
	free(first);
	free(second);
}

static void
ties_go_where_the_trainers_send_them(void **state)
{
	psy_model *svm = unit_compile(SVM("", "\"none\""));
	psy_model *logistic =
		unit_compile(HEAD "\"classes\": [\"a\", \"b\"], \"features\": [\"x\"], \"estimator\": {\"kind\": "
						  "\"logistic\", \"coef\": [[1]], \"intercept\": [0]}}");
	double zero = 0, minus = -0.25;

	/* libsvm: only a value > 0 votes for the first; scikit-learn: only one > 0 is the second. */
	assert_int_equal(label_of(svm, &minus), 1);
	assert_int_equal(label_of(logistic, &zero), 0);
	free(svm);
	free(logistic);
}

/* Of rows at the same distance the first of training comes first, and of equal votes the first class. */
static void
the_nearest_of_equals_is_the_first(void **state)
{
	psy_model *one = unit_compile(
		HEAD "\"classes\": [\"a\", \"b\"], \"features\": [\"x\"], \"estimator\": {\"kind\": \"knn\", \"metric\": "
			 "\"euclidean\", \"k\": 1, \"weights\": \"uniform\", \"rows\": [[3], [1], [-1], [1]], \"targets\": [1, 0, 1, 1]}}");
	psy_model *two = unit_compile(
		HEAD "\"classes\": [\"a\", \"b\"], \"features\": [\"x\"], \"estimator\": {\"kind\": \"knn\", \"metric\": "
			 "\"euclidean\", \"k\": 2, \"weights\": \"distance\", \"rows\": [[1], [-1], [5]], \"targets\": [1, 0, 1]}}");
	double zero = 0, exact = 1, proba[2], score;

	assert_int_equal(label_of(one, &zero), 0);
	assert_int_equal(label_of(two, &zero), 0);
	/* A row at distance 0 decides alone. */
	proba_of(two, &exact, proba, &score);
	assert_true(proba[0] == 0 && proba[1] == 1 && score == 1);
	free(one);
	free(two);
}

static void
a_label_is_not_the_likelier_class(void **state)
{
	/* The sigmoid crosses one half at a decision of 1: in between, votes and probabilities disagree. */
	psy_model *model = unit_compile(SVM("", "{\"method\": \"platt\", \"a\": [-2], \"b\": [2]}"));
	double x = 0, proba[2], score;

	proba_of(model, &x, proba, &score);
	assert_int_equal(label_of(model, &x), 0);
	assert_true(proba[1] > proba[0]);
	assert_true(score == proba[1]);
	assert_close(proba[0], 1 / (1 + exp(-2 * 0.5 + 2)), 1e-15);
	free(model);
}

/* The reason why a model must name its convention. */
static void
the_two_conventions_of_probability_differ(void **state)
{
	psy_model *platt = unit_compile(SVM("", "{\"method\": \"platt\", \"a\": [-1.2], \"b\": [0.1]}"));
	psy_model *coupling =
		unit_compile(SVM("", "{\"method\": \"pairwise_coupling\", \"a\": [-1.2], \"b\": [0.1]}"));
	double worst = 0;

	for (double x = -3; x < 3; x += 0.01)
	{
		double p[2], q[2], score;

		proba_of(platt, &x, p, &score);
		proba_of(coupling, &x, q, &score);
		assert_close(p[0] + p[1], 1, 1e-15);
		assert_close(q[0] + q[1], 1, 1e-12);
		worst = fmax(worst, fabs(p[0] - q[0]));
	}
	assert_true(worst > 1e-3 && worst < 1e-2);
	free(platt);
	free(coupling);
}

/* Support vectors folded into weights are the same machine. */
static void
linear_support_vectors_fold_into_weights(void **state)
{
	psy_model *vectors = unit_compile(HEAD "\"classes\": [\"a\", \"b\", \"c\"], \"features\": [\"x\", "
										   "\"y\"], \"estimator\": {\"kind\": \"svm\", "
										   "\"kernel\": \"linear\", \"support_vectors\": [[1, 2], [3, 4], "
										   "[5, 6], [7, 8]], \"support_counts\": [1, 2, 1], "
										   "\"dual_coef\": [[1, -0.5, -0.5, -2], [2, 4, 8, -16]], "
										   "\"intercept\": [0.125, 0.25, 0.5], \"probability\": \"none\"}}");
	unit_scorer s = unit_scorer_of(vectors);
	double x[2] = {0.5, -3};
	bool missing;

	/* Pair (a,b): rows dual[0] of a and dual[0] of b; (a,c): dual[1] of a, dual[0] of c; (b,c): dual[1] of b
	 * and of c. */
	double k[4] = {0.5 - 6, 1.5 - 12, 2.5 - 18, 3.5 - 24};

	assert_int_equal(psy_model_run(vectors, x, s.workspace, s.raw, &missing, NULL), PSY_OK);
	assert_close(s.raw[0], k[0] - 0.5 * k[1] - 0.5 * k[2] + 0.125, 1e-15);
	assert_close(s.raw[1], 2 * k[0] - 2 * k[3] + 0.25, 1e-15);
	assert_close(s.raw[2], 4 * k[1] + 8 * k[2] - 16 * k[3] + 0.5, 1e-15);
	unit_scorer_free(&s);
	free(vectors);
}

static psy_status
run_status(const char *missing_policy, double x, double *raw, bool *missing, psy_error *err)
{
	char document[512];
	psy_model *model;
	unit_scorer s;
	psy_status status;

	snprintf(document, sizeof document,
			 "{\"psyrad_model\": 1, \"name\": \"m\", \"task\": \"regression\", \"features\": [\"first\", "
			 "\"second\"], "
			 "%s\"estimator\": {\"kind\": \"linear\", \"coef\": [[1, 10]], \"intercept\": [0]}}",
			 missing_policy);
	model = unit_compile(document);
	s = unit_scorer_of(model);
	status = psy_model_run(model, (double[]){1, x}, s.workspace, s.raw, missing, err);
	*raw = s.raw[0];
	unit_scorer_free(&s);
	free(model);
	return status;
}

static void
missing_features_follow_the_policy(void **state)
{
	psy_error err = {0};
	double raw;
	bool missing;

	assert_int_equal(run_status("", NAN, &raw, &missing, &err), PSY_DOMAIN);
	assert_string_equal(
		err.message, "feature 2 (\"second\") is missing, and this model has no answer to missing features");
	assert_int_equal(run_status("\"missing\": \"null\", ", NAN, &raw, &missing, &err), PSY_OK);
	assert_true(missing);
	assert_int_equal(run_status("\"missing\": {\"impute\": [3, 4]}, ", NAN, &raw, &missing, &err), PSY_OK);
	assert_true(!missing && raw == 41);
	assert_int_equal(run_status("\"missing\": \"null\", ", -INFINITY, &raw, &missing, &err), PSY_DOMAIN);
	assert_string_equal(err.message, "feature 2 (\"second\") is infinite");
	assert_int_equal(run_status("", 1e308, &raw, &missing, &err), PSY_DOMAIN);
	assert_int_equal(run_status("", 2, &raw, &missing, &err), PSY_OK);
	assert_true(!missing && raw == 21);
}

static void
features_are_found_by_name(void **state)
{
	psy_model *model = unit_compile(
		"{\"psyrad_model\": 1, \"name\": \"m\", \"task\": \"regression\", "
		"\"features\": [\"zz\", \"a\", \"\\u767e\\u4f1a\", {\"name\": \"bb\", \"unit\": \"mm\"}], "
		"\"estimator\": {\"kind\": \"linear\", \"coef\": [[1, 1, 1, 1]], \"intercept\": [0]}}");

	assert_int_equal(psy_model_find_feature(model, "zz", 2), 0);
	assert_int_equal(psy_model_find_feature(model, "a", 1), 1);
	assert_int_equal(psy_model_find_feature(model, "\xE7\x99\xBE\xE4\xBC\x9A", 6), 2);
	assert_int_equal(psy_model_find_feature(model, "bb", 2), 3);
	assert_int_equal(psy_model_find_feature(model, "b", 1), -1);
	assert_int_equal(psy_model_find_feature(model, "", 0), -1);
	assert_int_equal(psy_model_unit(model, 3).length, 2);
	assert_int_equal(psy_model_unit(model, 0).length, 0);
	free(model);
}

/* Any finite single number, from the smallest to the largest. */
static float
single_of(uint64_t bits)
{
	uint32_t low = (uint32_t) bits;
	float value;

	memcpy(&value, &low, sizeof value);
	return isfinite(value) ? value : (float) (int32_t) low;
}

/* Products of single numbers are exact, so that fused additions round as separate ones do. */
static void
fused_products_have_the_same_bits(void **state)
{
	enum
	{
		MOST = 200
	};
	static float single[MOST * 3 * PSY_SV_BLOCK];
	static double block[MOST * 3 * PSY_SV_BLOCK];
	double x[MOST], expected[3 * PSY_SV_BLOCK], plain[PSY_SV_BLOCK], exact[PSY_SV_BLOCK], three[3 * PSY_SV_BLOCK];

	(void) state;
	for (uint64_t round = 0; round < 200; round++)
	{
		size_t n = 1 + round % MOST;

		for (size_t k = 0; k < n * 3 * PSY_SV_BLOCK; k++)
		{
			uint64_t pair[2];

			psy_random_pair(2026, round, k, pair);
			block[k] = single[k] = round % 2 ? single_of(pair[0]) : (float) ((int32_t) pair[0] / 1e9);
			if (k < n)
				x[k] = round % 2 ? single_of(pair[1]) : (float) ((int32_t) pair[1] / 1e9);
		}
		assert_true(psy_single(x, n));
		for (size_t b = 0; b < 3; b++)
			psy_block_dots(x, block + b * n * PSY_SV_BLOCK, n, expected + b * PSY_SV_BLOCK);
		psy_block_dots_single(x, single, n, plain);
		psy_block_exact_dots(x, single, n, exact);
		psy_three_exact_dots(x, single, block + 2 * n * PSY_SV_BLOCK, n, three);
		assert_memory_equal(plain, expected, sizeof plain);
		assert_memory_equal(exact, expected, sizeof exact);
		assert_memory_equal(three, expected, sizeof three);
	}
}

static void
what_is_no_single_number_is_told(void **state)
{
	static const double others[] = {0.1, 1e300, 1e-60, 16777217, NAN, INFINITY, -INFINITY};
	double x[40] = {0};

	(void) state;
	assert_true(psy_single(x, 40));
	for (size_t k = 0; k < sizeof others / sizeof *others; k++)
		for (size_t at = 0; at < 40; at++)
		{
			x[at] = others[k];
			assert_false(psy_single(x, 40));
			x[at] = 0.5;
		}
}

/* Widths around the lanes and blocks of the kernels, against plain loops. */
static void
kernels_handle_every_width(void **state)
{
	for (size_t n = 1; n <= 40; n += n < 20 ? 1 : 7)
		for (size_t vectors = 2; vectors <= 68; vectors += 6)
		{
			char *document = malloc(1 << 20), *at = document;
			double x[40], expected = 0.25, dual = 0.5;
			psy_model *model;

			at += sprintf(at, HEAD "\"classes\": [\"a\", \"b\"], \"positive\": \"a\", \"features\": [");
			for (size_t k = 0; k < n; k++)
				at += sprintf(at, "%s\"f%zu\"", k == 0 ? "" : ", ", k);
			at += sprintf(at,
						  "], \"estimator\": {\"kind\": \"svm\", \"kernel\": \"rbf\", \"gamma\": 0.03125, "
						  "\"support_counts\": [1, %zu], "
						  "\"intercept\": [0.25], \"probability\": \"none\", \"support_vectors\": [",
						  vectors - 1);
			for (size_t k = 0; k < n; k++)
				x[k] = (double) (k % 5) / 4;
			for (size_t s = 0; s < vectors; s++)
			{
				double distance = 0;

				at += sprintf(at, "%s[", s == 0 ? "" : ", ");
				for (size_t k = 0; k < n; k++)
				{
					double v = (double) ((s * 7 + k * 3) % 11) / 8;

					at += sprintf(at, "%s%g", k == 0 ? "" : ", ", v);
					distance += (x[k] - v) * (x[k] - v);
				}
				at += sprintf(at, "]");
				expected += dual * exp(-0.03125 * distance);
			}
			at += sprintf(at, "], \"dual_coef\": [[");
			for (size_t s = 0; s < vectors; s++)
				at += sprintf(at, "%s0.5", s == 0 ? "" : ", ");
			sprintf(at, "]]}}");
			model = unit_compile(document);
			{
				unit_scorer s = unit_scorer_of(model);
				bool missing;

				assert_int_equal(psy_model_run(model, x, s.workspace, s.raw, &missing, NULL), PSY_OK);
				assert_close(s.raw[0], expected, 1e-14);
				unit_scorer_free(&s);
			}
			free(model);
			free(document);
		}
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void
refuse(const char *document, psy_status code, const char *message)
{
	psy_error err = {0};
	psy_model *model;

	assert_int_equal(unit_compile_status(document, &model, &err), code);
	assert_null(model);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" instead of \"...%s\"", err.message, message);
}

static void
documents_that_do_not_fit_are_refused(void **state)
{
	refuse(SVM("\"positive\": \"c\", ", "\"none\""), PSY_FORMAT,
		   "$.positive: the positive class is not among the classes");
	refuse(SVM("", "\"isotonic\""), PSY_FORMAT, "$.estimator.probability: a string, an object expected");
	refuse(SVM("", "{\"method\": \"isotonic\", \"a\": [1], \"b\": [1]}"), PSY_FORMAT,
		   "$.estimator.probability.method: platt or pairwise_coupling expected");
	refuse(SVM("", "{\"method\": \"platt\", \"a\": [1, 2], \"b\": [1]}"), PSY_FORMAT,
		   "$.estimator.probability.a: 2 numbers, 1 expected");
	refuse(SVM("\"steps\": [{\"kind\": \"svm\"}], ", "\"none\""), PSY_UNSUPPORTED,
		   "$.steps[0].kind: kind \"svm\" is not among the steps of this version");
	refuse(SVM("\"missing\": \"zero\", ", "\"none\""), PSY_FORMAT,
		   "$.missing: \"error\", \"null\", \"learned\" or {\"impute\": [...]} expected");
	refuse(SVM("\"missing\": {\"impute\": [1, 2]}, ", "\"none\""), PSY_FORMAT,
		   "$.missing.impute: 2 numbers, 1 expected");
	refuse(HEAD "\"classes\": [\"a\"], \"features\": [\"x\"]}", PSY_FORMAT,
		   "$.classes: 1 classes, 2 to 1000 expected");
	refuse(HEAD "\"classes\": [\"a\", \"b\"], \"features\": []}", PSY_FORMAT, "$.features: 0 features");
	refuse(HEAD "\"classes\": [\"a\", \"b\"], \"features\": [\"x\"]}", PSY_FORMAT,
		   "$: the key \"estimator\" is missing");
	refuse(HEAD "\"classes\": [\"a\", \"b\"], \"features\": [\"x\"], \"estimator\": {\"kind\": \"linear\", "
				"\"coef\": [[1]], \"intercept\": [0]}}",
		   PSY_UNSUPPORTED, "$.estimator.kind: linear does not fit the task");
	refuse("[1]", PSY_FORMAT, "the format of the model is not recognised");
	refuse("{\"psyrad_model\": \"1\"}", PSY_FORMAT, "$.psyrad_model: a string, a number expected");
}

/* ---- other tools' files ---------------------------------------------------------------------- */

static void
refuse_bytes(const char *document, size_t bytes, const char *what, const char *way)
{
	static const char *const format[] = {"auto", "psyrad-json", "xgboost-json", "xgboost-ubj", "lightgbm", "libsvm", "pmml", "onnx"};

	for (size_t k = 0; k < sizeof format / sizeof format[0]; k++)
	{
		psy_model *model;
		psy_error err = {0};

		assert_int_equal(psy_model_compile(&unit_context, document, bytes, format[k], &psy_model_default_limits, &model, &err),
						 PSY_UNSUPPORTED);
		assert_null(model);
		assert_non_null(strstr(err.message, what));
		assert_non_null(strstr(err.hint, way));
	}
}

#define REFUSE_BYTES(text, what, way) refuse_bytes(text, sizeof(text) - 1, what, way)
#define ZIP "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* First bytes as the tools write them. */
static void
files_of_other_tools_are_refused_by_name(void **state)
{
	char booster[256] = {0};

	REFUSE_BYTES("\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x07sklearn", "a Python pickle", "psyrad_export.py");
	REFUSE_BYTES("\x80\x03" "cnumpy", "a Python pickle", "skl2onnx");
	REFUSE_BYTES("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", "torch.save", "torch.onnx.export");
	REFUSE_BYTES(ZIP "\x10\0\0\0archive/data.pkl", "torch.save", "torch.onnx.export");
	REFUSE_BYTES(ZIP "\x0d\0\0\0metadata.json{}", "a Keras archive", "tf2onnx");
	REFUSE_BYTES(ZIP "\x09\0\0\0something", "a ZIP archive", "unpacked");
	REFUSE_BYTES(ZIP "\xff\xff\0\0s", "a ZIP archive", "unpacked");
	REFUSE_BYTES("\x89HDF\r\n\x1a\n\0\0", "an HDF5 file", "tf2onnx");
	REFUSE_BYTES("X\n\0\0\0\x03\0\x04", "saveRDS", "psyrad_export.R");
	REFUSE_BYTES("\x1f\x8b\x08\0\0\0\0\0", "gzip", "psyrad_export.R");
	REFUSE_BYTES("RDX3\nX\n", "R's save", "psyrad_export.R");
	REFUSE_BYTES("MATLAB 5.0 MAT-file", "MATLAB", "exportONNXNetwork");
	REFUSE_BYTES("binf\xd5\xa1\x10@", "XGBoost's old binary format", "save_model");
	REFUSE_BYTES("CBM1\0", "CatBoost", "onnx");
	/* Without its letters, as XGBoost 1.0 to 2.1 wrote it. */
	booster[3] = '?';
	booster[136] = 15;
	memcpy(booster + 144, "binary:logistic", 15);
	refuse_bytes(booster, sizeof booster, "XGBoost's old binary format", "save_model");
}

/* ---- hostile input --------------------------------------------------------------------------- */

static uint64_t seed = 20260723;

static size_t
below(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t) (seed >> 33) % n;
}

static void
mutated_documents_are_refused_or_usable(void **state)
{
	static const char *const name[] = {"models/svc_rbf_multiclass.json", "models/logistic_binary.json",
									   "models/libsvm_platt.json"};
	static const char character[] = "{}[]\",:0123456789.eE+-\\u \n\xFF";
	int accepted = 0;

	for (int k = 0; k < 600; k++)
	{
		size_t bytes;
		char *text = unit_read_golden(name[k % 3], &bytes);
		psy_error err = {0};
		psy_model *model;

		for (size_t m = 1 + below(3); m > 0; m--)
			text[below(bytes)] = character[below(sizeof character - 1)];
		if (k % 5 == 0)
			bytes = below(bytes);
		if (psy_model_compile(&use_context, text, bytes, "auto", &psy_model_default_limits, &model, &err) ==
			PSY_OK)
		{
			accepted++;
			use_model(model);
		}
		else
			assert_true(err.message[0] != '\0' && model == NULL);
		free(model);
		free(text);
	}
	/* A changed digit is a valid document, most other changes are not: both must have been met. */
	assert_in_range(accepted, 30, 500);
}

static void
mutate_image(psy_model *image, size_t bytes)
{
	static const uint32_t word[] = {0, 1, 7, 8, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FF00000, 0x10000000};

	for (size_t m = 1 + below(3); m > 0; m--)
	{
		size_t at = below(below(3) == 0 ? bytes : 200);

		if (below(2) == 0)
			memcpy((char *) image + at / 4 * 4, &word[below(8)], 4);
		else
			((unsigned char *) image)[at] ^= (unsigned char) (1u << below(8));
	}
}

static void
mutated_images_are_refused_or_usable(void **state)
{
	static const char *const name[] = {"models/svc_rbf_multiclass.json", "models/logistic_binary.json",
									   "models/libsvm_platt.json", "models/ridge.json"};
	int accepted = 0, refused = 0;

	for (int n = 0; n < 4; n++)
	{
		psy_model *model = unit_compile_golden(name[n]);
		size_t bytes = psy_model_bytes(model);

		assert_int_equal(psy_model_check(model, bytes, NULL), PSY_OK);
		for (size_t cut = 0; cut < bytes; cut += 1 + cut / 16)
			assert_int_equal(psy_model_check(model, cut, NULL), PSY_FORMAT);
		for (int k = 0; k < 2000; k++)
		{
			psy_model *copy = malloc(bytes);
			psy_error err = {0};

			memcpy(copy, model, bytes);
			mutate_image(copy, bytes);
			if (psy_model_check(copy, bytes, &err) == PSY_OK)
			{
				accepted++;
				use_model(copy);
			}
			else
			{
				refused++;
				assert_true(err.message[0] != '\0');
			}
			free(copy);
		}
		free(model);
	}
	assert_true(accepted > 100 && refused > 1000);
}

static void
refuse_image(const psy_model *model, const char *message)
{
	psy_error err = {0};

	assert_int_equal(psy_model_check(model, psy_model_bytes(model), &err), PSY_FORMAT);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", err.message, message);
}

/* One lie at a time, each of which would lead scoring out of the image or into endless work. */
static void
forged_images_are_refused_by_name(void **state)
{
	psy_model *model = unit_compile_golden("models/libsvm_platt.json");
	psy_op *op = (psy_op *) psy_op_at(model, 0);
	double *value = (double *) ((char *) model + op->data.offset + sizeof(psy_svm_head));
	psy_span *unit = (psy_span *) ((char *) model + model->feature_units.offset);
	uint32_t *order = (uint32_t *) ((char *) model + model->feature_order.offset);
	psy_span held = unit[0];

	unit[0] = (psy_span){0, model->bytes + 1};
	refuse_image(model, "longer than the image");
	unit[0] = (psy_span){model->bytes - 4, 8};
	refuse_image(model, "misplaced or not UTF-8");
	unit[0] = held;
	order[0] ^= order[1], order[1] ^= order[0], order[0] ^= order[1];
	refuse_image(model, "order of the features");
	order[0] ^= order[1], order[1] ^= order[0], order[0] ^= order[1];
	/* Intercept, probA, probB, then the support vectors of each class. */
	value[3]++;
	refuse_image(model, "counts of support vectors");
	value[4]--;
	assert_int_equal(psy_model_check(model, model->bytes, NULL), PSY_OK);
	value[3] += 0.5;
	refuse_image(model, "count of support vectors");
	value[3] -= 1.5;
	value[4]++;
	op->outputs++;
	refuse_image(model, "svm: its sizes");
	op->outputs--;
	op->inputs--;
	refuse_image(model, "step 1 reads");
	op->inputs++;
	op->code = 99;
	refuse_image(model, "unknown kind, 99");
	op->code = PSY_OP_SVM;
	model->ops = 65;
	refuse_image(model, "at most 64");
	model->ops = 1;
	model->positive = 2;
	refuse_image(model, "as the positive one");
	model->positive = 0;
	assert_int_equal(psy_model_check(model, model->bytes, NULL), PSY_OK);
	free(model);
}

/* A long name that stands as the unit of every feature: each span fits, together they would be read many
 * times over. */
static void
one_text_is_not_read_for_ever(void **state)
{
	char *document = malloc(4096), *at = document;
	psy_model *model;
	psy_span *unit;

	at += sprintf(at, "{\"psyrad_model\": 1, \"name\": \"");
	memset(at, 'n', 1000);
	at += 1000;
	at += sprintf(at, "\", \"task\": \"regression\", \"features\": [\"f\"");
	for (int k = 1; k < 30; k++)
		at += sprintf(at, ", \"f%d\"", k);
	at += sprintf(at, "], \"estimator\": {\"kind\": \"linear\", \"intercept\": [0], \"coef\": [[0");
	for (int k = 1; k < 30; k++)
		at += sprintf(at, ", 0");
	sprintf(at, "]]}}");
	model = unit_compile(document);
	unit = (psy_span *) ((char *) model + model->feature_units.offset);
	unit[0] = model->name;
	assert_int_equal(psy_model_check(model, model->bytes, NULL), PSY_OK);
	for (int k = 0; k < 30; k++)
		unit[k] = model->name;
	refuse_image(model, "the texts in \"units\" are longer than the image");
	free(model);
	free(document);
}

static void
compiling_reports_refused_memory(void **state)
{
	psy_model_limits limits = psy_model_default_limits;
	const char *document = SVM("", "\"none\"");
	psy_error err = {0};
	psy_model *model;

	limits.image = 64;
	assert_int_equal(
		psy_model_compile(&unit_context, document, strlen(document), "auto", &limits, &model, &err),
		PSY_LIMIT);
	assert_null(model);
	limits = psy_model_default_limits;
	limits.features = 0;
	assert_int_equal(
		psy_model_compile(&unit_context, document, strlen(document), "auto", &limits, &model, &err),
		PSY_LIMIT);
	limits = psy_model_default_limits;
	limits.json.bytes = 10;
	assert_int_equal(
		psy_model_compile(&unit_context, document, strlen(document), "auto", &limits, &model, &err),
		PSY_LIMIT);
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
	held--;
	free(pointer);
}

static void
no_memory_is_lost_when_some_is_refused(void **state)
{
	const psy_context ctx = {counting_alloc, counting_release, NULL, NULL};
	size_t bytes;
	char *text = unit_read_golden("models/svc_linear_multiclass.json", &bytes);
	psy_status status = PSY_NOMEM;

	for (int k = 0; status == PSY_NOMEM; k++)
	{
		psy_error err = {0};
		psy_model *model;

		assert_true(k < 50);
		allowed = k;
		held = 0;
		status = psy_model_compile(&ctx, text, bytes, "auto", &psy_model_default_limits, &model, &err);
		assert_int_equal(held, status == PSY_OK);
		free(model);
	}
	assert_int_equal(status, PSY_OK);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binary_decisions_favour_the_positive_class),
		cmocka_unit_test(ties_go_where_the_trainers_send_them),
		cmocka_unit_test(the_nearest_of_equals_is_the_first),
		cmocka_unit_test(a_label_is_not_the_likelier_class),
		cmocka_unit_test(the_two_conventions_of_probability_differ),
		cmocka_unit_test(linear_support_vectors_fold_into_weights),
		cmocka_unit_test(missing_features_follow_the_policy),
		cmocka_unit_test(features_are_found_by_name),
		cmocka_unit_test(kernels_handle_every_width),
		cmocka_unit_test(fused_products_have_the_same_bits),
		cmocka_unit_test(what_is_no_single_number_is_told),
		cmocka_unit_test(documents_that_do_not_fit_are_refused),
		cmocka_unit_test(mutated_documents_are_refused_or_usable),
		cmocka_unit_test(mutated_images_are_refused_or_usable),
		cmocka_unit_test(forged_images_are_refused_by_name),
		cmocka_unit_test(one_text_is_not_read_for_ever),
		cmocka_unit_test(compiling_reports_refused_memory),
		cmocka_unit_test(no_memory_is_lost_when_some_is_refused),
		cmocka_unit_test(files_of_other_tools_are_refused_by_name),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
