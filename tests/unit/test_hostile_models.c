/*
 * test_hostile_models.c - documents that were cut, mutated, repeated, deepened or filled with impossible
 * numbers: each is refused with a message, or is a model that can be used; within a second of CPU and a
 * bounded memory; and nothing stays allocated.  The same documents in every run.
 */
#include "model_unit.h"

#include "../fuzz/model_use.h"

/* Formats, and the seeds of each. */
typedef struct hostile_seed
{
	const char *path;
	const char *format;
	bool text;
} hostile_seed;

static const hostile_seed seeds[] = {
	{"models/forest_missing.json", "psyrad-json", true},
	{"models/svc_rbf_multiclass.json", "psyrad-json", true},
	{"../fuzz/seeds/model_json/stacking_3.json", "psyrad-json", true},
	{"../fuzz/seeds/model_json/one_hot_rare_3.json", "psyrad-json", true},
	{"../fuzz/seeds/model_json/mlp_tanh_2.json", "psyrad-json", true},
	{"../fuzz/seeds/model_json/quadratic_3.json", "psyrad-json", true},
	{"../fuzz/seeds/model_json/knn_minkowski_3.json", "psyrad-json", true},
	{"../fuzz/seeds/model_json/histogram_categories_2.json", "psyrad-json", true},
	{"../fuzz/seeds/model_json/calibrated_isotonic_3.json", "psyrad-json", true},
	{"../fuzz/seeds/model_json/step_quantile_normal_2.json", "psyrad-json", true},
	{"boosted/xgboost_categories.json", "xgboost-json", true},
	{"boosted/xgboost_dart.json", "xgboost-json", true},
	{"boosted/xgboost_categories.ubj", "xgboost-ubj", false},
	{"boosted/xgboost_softprob.ubj", "xgboost-ubj", false},
	{"boosted/lightgbm_categories.txt", "lightgbm", true},
	{"boosted/lightgbm_multiclass.txt", "lightgbm", true},
	{"libsvm/c_svc_rbf_four.model", "libsvm", true},
	{"libsvm/epsilon_svr_poly.model", "libsvm", true}};

#define SEEDS (sizeof seeds / sizeof seeds[0])
#define EACH 120
#define MOST_MEMORY ((size_t) 64 << 20)
#define MOST_SECONDS 1.0

static uint64_t random_state = 20261123;
static int accepted, refused;
static size_t most_memory;
static double most_seconds;

static size_t
below(size_t n)
{
	return unit_below(&random_state, n);
}

/* Compiles, and uses what comes of it. */
static void
try_document(const char *text, size_t bytes, const char *format)
{
	unit_memory memory = {.allowed = -1};
	const psy_context ctx = {unit_memory_alloc, unit_memory_release, NULL, &memory};
	psy_error err = {0};
	psy_model *model;
	double start = unit_cpu_seconds(), seconds;
	psy_status status = psy_model_compile(&ctx, text, bytes, format, &psy_model_default_limits, &model, &err);

	seconds = unit_cpu_seconds() - start;
	most_seconds = seconds > most_seconds ? seconds : most_seconds;
	most_memory = memory.most > most_memory ? memory.most : most_memory;
	assert_int_equal(memory.held, model != NULL);
	assert_true((status == PSY_OK) == (model != NULL));
	if (model != NULL)
	{
		accepted++;
		use_model(model);
		unit_memory_release(&memory, model);
		return;
	}
	refused++;
	assert_true(err.message[0] != '\0');
}

/* ---- ways to spoil a document ---------------------------------------------------------------- */

static void
spoil_bytes(char *text, size_t bytes, bool is_text)
{
	for (size_t m = 1 + below(4); m > 0; m--)
		text[below(bytes)] = is_text ? "{}[],:\"0123456789-+.eE= \n"[below(25)] : (char) below(256);
}

/* Another number in place of one: text must have room for 16 more bytes. */
static size_t
spoil_number(char *text, size_t bytes)
{
	static const char *const other[] = {
		"-1",           "0",   "1e308",  "-1e308", "1e999", "NaN",   "Infinity", "4294967296", "2147483648",
		"999999999999", "0.5", "1e-320", "null",   "\"x\"", "65536", "[]"};
	const char *to = other[below(16)];
	size_t start = below(bytes), end;

	while (start < bytes && !(text[start] >= '0' && text[start] <= '9'))
		start++;
	for (end = start; end < bytes && strchr("0123456789.eE+-", text[end]) != NULL && text[end] != '\0';)
		end++;
	memmove(text + start + strlen(to), text + end, bytes - end);
	memcpy(text + start, to, strlen(to));
	return bytes - (end - start) + strlen(to);
}

/* A piece is left out, or stands twice; text must have room for as much again. */
static size_t
spoil_piece(char *text, size_t bytes)
{
	size_t length = 1 + below(bytes < 400 ? bytes : 400), at = below(bytes - length + 1);

	if (below(2) == 0)
	{
		memmove(text + at, text + at + length, bytes - at - length);
		return bytes - length;
	}
	memmove(text + at + length, text + at, bytes - at);
	return bytes + length;
}

/* Brackets, as deep as there is room for. */
static size_t
deepen(char *text, size_t bytes)
{
	size_t at = below(bytes), depth = 10 + below(bytes - 10);

	memmove(text + at + depth, text + at, bytes - at);
	memset(text + at, below(2) == 0 ? '[' : '{', depth);
	return bytes + depth;
}

static void
spoil(const hostile_seed *seed, const char *document, size_t bytes)
{
	char *text = malloc(2 * bytes + 1024);

	memcpy(text, document, bytes);
	switch (below(seed->text ? 8 : 3))
	{
		case 0: bytes = below(bytes); break;
		case 1: spoil_bytes(text, bytes, seed->text); break;
		case 2: bytes = spoil_piece(text, bytes); break;
		case 3: bytes = deepen(text, bytes); break;
		default:
			for (size_t m = 1 + below(2); m > 0; m--)
				bytes = spoil_number(text, bytes);
	}
	try_document(text, bytes, seed->format);
	free(text);
}

static void
spoiled_documents_are_refused_or_usable(void **state)
{
	for (size_t k = 0; k < SEEDS; k++)
	{
		size_t bytes;
		char *document = unit_read_golden(seeds[k].path, &bytes);

		for (int n = 0; n < EACH; n++)
			spoil(seeds + k, document, bytes);
		free(document);
	}
	print_message("%d documents refused, %d accepted; most CPU %.4f s, most memory %zu kB\n", refused,
				  accepted, most_seconds, most_memory >> 10);
	assert_true(refused + accepted >= 1200 + 800);
	assert_true(refused >= 1200);
	assert_true(accepted > 100);
	assert_true(most_memory <= MOST_MEMORY);
	assert_true(most_seconds <= MOST_SECONDS);
}

/* ---- documents that were written to hurt ----------------------------------------------------- */

#define HEAD                                                                                                 \
	"{\"psyrad_model\": 1, \"name\": \"h\", \"task\": \"classification\", \"classes\": [\"a\", \"b\"], "     \
	"\"features\": "                                                                                         \
	"[\"x\", \"y\"], "
#define LAST "\"estimator\": {\"kind\": \"logistic\", \"coef\": [[1, 1]], \"intercept\": [0]}}"

static void
refuse(const char *document, psy_status code, const char *message)
{
	unit_refuse(document, strlen(document), "auto", code, message);
}

/* `levels` predictions of branches within one another. */
static char *
nest(int levels)
{
	char *text = calloc(1, 4096 + (size_t) levels * 256);

	strcpy(text, HEAD "\"steps\": [");
	for (int k = 0; k < levels; k++)
		strcat(text, "{\"kind\": \"parallel\", \"branches\": [{\"steps\": [");
	strcat(text, "{\"kind\": \"function\", \"name\": \"abs\"}");
	for (int k = 0; k < levels; k++)
		strcat(text, "]}]}");
	strcat(text, "], " LAST);
	return text;
}

static void
operators_lie_within_operators_to_a_bound(void **state)
{
	char *fits = nest(8), *deep = nest(9), *deeper = nest(30);
	psy_model *model = unit_compile(fits);

	use_model(model);
	free(model);
	refuse(deep, PSY_LIMIT, "operators within operators, deeper than 8 levels");
	refuse(deeper, PSY_LIMIT, "nested");
	free(fits);
	free(deep);
	free(deeper);
}

static void
steps_that_cannot_be_are_refused(void **state)
{
	refuse(HEAD "\"steps\": [{\"kind\": \"select\", \"columns\": [2]}], " LAST, PSY_FORMAT,
		   "$.steps[0].columns[0]: 2, a whole number from 0 to 1 expected");
	refuse(HEAD "\"steps\": [{\"kind\": \"select\", \"columns\": []}], " LAST, PSY_FORMAT,
		   "no columns, at least one");
	refuse(HEAD "\"steps\": [{\"kind\": \"select\", \"columns\": [0]}], " LAST, PSY_FORMAT,
		   "coef[0]: 2 numbers, 1 expected");
	refuse(HEAD "\"steps\": [{\"kind\": \"project\", \"matrix\": [[1]]}], " LAST, PSY_FORMAT,
		   "1 numbers, 2 expected");
	refuse(HEAD "\"steps\": [{\"kind\": \"parallel\", \"branches\": []}], " LAST, PSY_LIMIT,
		   "0 branches, 1 to 1000 expected");
	refuse(HEAD "\"steps\": [{\"kind\": \"function\", \"name\": \"eval\"}], " LAST, PSY_FORMAT,
		   "one of abs, binarize");
	refuse(HEAD "\"steps\": [{\"kind\": \"logistic\"}], " LAST, PSY_UNSUPPORTED, "is not among the steps");
	refuse(HEAD
		   "\"steps\": [{\"kind\": \"one_hot\", \"columns\": [{\"categories\": [2, 1], \"output\": [0, 1]}, "
		   "{\"categories\": [], \"output\": []}]}], " LAST,
		   PSY_FORMAT, "the categories must ascend");
	refuse(
		HEAD
		"\"steps\": [{\"kind\": \"one_hot\", \"columns\": [{\"categories\": [1], \"output\": [900000000]}, "
		"{\"categories\": [], \"output\": []}]}], " LAST,
		PSY_FORMAT, "the outputs do not fit the categories");
	refuse(HEAD "\"steps\": [{\"kind\": \"quantile\", \"output\": \"normal\", \"references\": [1, 0], "
				"\"quantiles\": [[0, 1], [0, 1]]}], " LAST,
		   PSY_FORMAT, "must ascend");
	refuse(HEAD "\"steps\": [{\"kind\": \"calibrate\", \"method\": \"isotonic\", \"x\": [[1, 1], [0]], "
				"\"y\": [[0, 1], [0]]}], " LAST,
		   PSY_FORMAT, "the points must ascend");
	refuse(HEAD "\"missing\": \"learned\", \"steps\": [{\"kind\": \"normalize\", \"norm\": \"l2\"}], " LAST,
		   PSY_FORMAT, "needs trees or an imputer before normalize");
}

static void
estimators_that_cannot_be_are_refused(void **state)
{
	refuse(
		HEAD
		"\"estimator\": {\"kind\": \"knn\", \"metric\": \"euclidean\", \"k\": 3, \"weights\": \"uniform\", "
		"\"rows\": [[1, 2]], \"targets\": [0]}}",
		PSY_FORMAT, "k: 3, a whole number from 0 to 1 expected");
	refuse(
		HEAD
		"\"estimator\": {\"kind\": \"knn\", \"metric\": \"euclidean\", \"k\": 1, \"weights\": \"uniform\", "
		"\"rows\": [[1, 2]], \"targets\": [2]}}",
		PSY_FORMAT, "2 is no class, counted from 0");
	refuse(HEAD "\"estimator\": {\"kind\": \"gaussian\", \"constant\": [0, 0], \"mean\": [[0, 0], [0, 0]], "
				"\"variance\": "
				"[[1, 1], [1, 0]]}}",
		   PSY_FORMAT, "a variance of 0, above 0 expected");
	refuse(
		HEAD
		"\"estimator\": {\"kind\": \"mlp\", \"activation\": \"relu\", \"output\": \"logistic\", \"layers\": "
		"[{\"weight\": [[1, 1], [1, 1]], \"bias\": [0, 0]}]}}",
		PSY_FORMAT, "2 units of the last layer do not fit");
	refuse(HEAD "\"estimator\": {\"kind\": \"ensemble\", \"combine\": \"average\", \"weights\": [-1]}}",
		   PSY_FORMAT, "a weight below 0");
	refuse(HEAD "\"estimator\": {\"kind\": \"ensemble\", \"combine\": \"average\", \"weights\": [0]}}",
		   PSY_FORMAT, "the weights add up to 0");
	refuse(HEAD "\"estimator\": {\"kind\": \"lightgbm\", \"model\": [\"tree\", \"end of trees\"]}}",
		   PSY_FORMAT, "lightgbm, line");
	refuse(HEAD "\"estimator\": {\"kind\": \"xgboost\", \"model\": {}}}", PSY_FORMAT,
		   "the key \"learner\" is missing");
}

/* The row is refused, not answered with a guess. */
static void
rows_without_an_answer_are_refused(void **state)
{
	psy_model *model =
		unit_compile(HEAD "\"missing\": \"learned\", \"steps\": [{\"kind\": \"one_hot\", \"columns\": "
						  "[{\"categories\": [1, 2], \"output\": "
						  "[0, 1]}, {\"categories\": [5], \"output\": [1], \"unknown\": -1}]}], " LAST);
	unit_scorer s = unit_scorer_of(model);
	psy_error err = {0};
	bool missing;

	assert_int_equal(psy_model_run(model, (double[]){2, 7}, s.workspace, s.raw, &missing, &err), PSY_OK);
	assert_int_equal(psy_model_run(model, (double[]){3, 5}, s.workspace, s.raw, &missing, &err), PSY_DOMAIN);
	assert_string_equal(err.message, "step 1 (one_hot): a value is not among the categories of training");
	assert_int_equal(psy_model_run(model, (double[]){NAN, 5}, s.workspace, s.raw, &missing, &err),
					 PSY_DOMAIN);
	unit_scorer_free(&s);
	free(model);
	model = unit_compile(
		HEAD
		"\"missing\": \"learned\", \"steps\": [{\"kind\": \"parallel\", \"branches\": [{\"columns\": [0], "
		"\"steps\": [{\"kind\": \"impute\", \"value\": [0]}]}, {\"columns\": [1]}]}], " LAST);
	s = unit_scorer_of(model);
	assert_int_equal(psy_model_run(model, (double[]){NAN, 5}, s.workspace, s.raw, &missing, &err), PSY_OK);
	assert_int_equal(psy_model_run(model, (double[]){1, NAN}, s.workspace, s.raw, &missing, &err),
					 PSY_DOMAIN);
	assert_string_equal(err.message, "step 2 (logistic) has no answer to a missing value");
	unit_scorer_free(&s);
	free(model);
}

static void
no_memory_is_lost_when_some_is_refused(void **state)
{
	unit_no_memory_is_lost("../fuzz/seeds/model_json/stacking_3.json", "auto");
	unit_no_memory_is_lost("../fuzz/seeds/model_json/svr_poly_regression.json", "auto");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(spoiled_documents_are_refused_or_usable),
									   cmocka_unit_test(operators_lie_within_operators_to_a_bound),
									   cmocka_unit_test(steps_that_cannot_be_are_refused),
									   cmocka_unit_test(estimators_that_cannot_be_are_refused),
									   cmocka_unit_test(rows_without_an_answer_are_refused),
									   cmocka_unit_test(no_memory_is_lost_when_some_is_refused)};

	return cmocka_run_group_tests_name("hostile models", tests, NULL, NULL);
}
