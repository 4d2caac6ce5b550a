/*
 * test_hostile_pmml.c - PMML documents that were cut, mutated, repeated, deepened or filled with impossible numbers, and such
 * as were written to hurt (bombs, foreign entities, fields defined by themselves, huge counts): each is refused with a message, or is a model
 * that can be used; within a second of CPU and a bounded memory; and nothing stays allocated.  The same documents in every run.
 */
#include "model_unit.h"

#include "../fuzz/model_use.h"

static const char *const seeds[] = {"functions", "general", "ensemble", "select_all", "tree_regression", "logistic_imputed", "stacking", "xgboost_binary_plain",
									"svm_binary_plain", "bayes_binary_plain", "mlp_regression_plain", "knn_regression_plain"};

#define SEEDS (sizeof seeds / sizeof seeds[0])
#define EACH 50
#define MOST_MEMORY ((size_t) 64 << 20)
#define MOST_SECONDS 1.0

static uint64_t random_state = 20261124;
static int accepted, refused;
static size_t most_memory;
static double most_seconds;

static size_t
below(size_t n)
{
	return unit_below(&random_state, n);
}

/* Compiles, and uses what comes of it; true when it is a model. */
static bool
try_document(const char *text, size_t bytes, psy_error *err)
{
	unit_memory memory = {.allowed = -1};
	const psy_context ctx = {unit_memory_alloc, unit_memory_release, NULL, &memory};
	psy_model *model;
	double start = unit_cpu_seconds(), seconds;
	psy_status status;

	*err = (psy_error){0};
	status = psy_model_compile(&ctx, text, bytes, "pmml", &psy_model_default_limits, &model, err);
	seconds = unit_cpu_seconds() - start;
	most_seconds = seconds > most_seconds ? seconds : most_seconds;
	most_memory = memory.most > most_memory ? memory.most : most_memory;
	assert_int_equal(memory.held, model != NULL);
	assert_true((status == PSY_OK) == (model != NULL));
	if (model == NULL)
	{
		refused++;
		assert_true(err->message[0] != '\0');
		return false;
	}
	accepted++;
	use_model(model);
	unit_memory_release(&memory, model);
	return true;
}

/* ---- ways to spoil a document ---------------------------------------------------------------- */

static void
spoil_bytes(char *text, size_t bytes)
{
	for (size_t m = 1 + below(4); m > 0; m--)
		text[below(bytes)] = "<>/&;=\"'0123456789-+.eE \n:"[below(26)];
}

/* Another number in place of one: text must have room for 16 more bytes. */
static size_t
spoil_number(char *text, size_t bytes)
{
	static const char *const other[] = {"-1", "0", "1e308", "-1e308", "1e999", "NaN", "INF", "4294967296", "2147483648", "999999999999", "0.5",
										"1e-320", "", "x", "65536", "-0"};
	const char *to = other[below(16)];
	size_t start = below(bytes), end;

	while (start < bytes && !(text[start] >= '0' && text[start] <= '9'))
		start++;
	for (end = start; end < bytes && text[end] != '\0' && strchr("0123456789.eE+-", text[end]) != NULL;)
		end++;
	memmove(text + start + strlen(to), text + end, bytes - end);
	memcpy(text + start, to, strlen(to));
	return bytes - (end - start) + strlen(to);
}

/* A stretch from one < to another is left out, or stands twice: elements are lost, closed too early, or doubled. */
static size_t
spoil_elements(char *text, size_t bytes)
{
	size_t from = below(bytes), to;

	while (from < bytes && text[from] != '<')
		from++;
	for (to = from + below(600); to < bytes && text[to] != '<';)
		to++;
	to = to > bytes ? bytes : to;
	if (below(2) == 0)
	{
		memmove(text + from, text + to, bytes - to);
		return bytes - (to - from);
	}
	memmove(text + to, text + from, bytes - from);
	return bytes + (to - from);
}

/* An attribute's value of the document takes the place of another one: wrong references, cycles, wrong categories. */
static void
spoil_reference(char *text, size_t bytes)
{
	size_t quote[2], length[2];

	for (int k = 0; k < 2; k++)
	{
		quote[k] = below(bytes);
		while (quote[k] + 1 < bytes && !(text[quote[k]] == '=' && text[quote[k] + 1] == '"'))
			quote[k]++;
		quote[k] += 2;
		for (length[k] = 0; quote[k] + length[k] < bytes && text[quote[k] + length[k]] != '"';)
			length[k]++;
	}
	if (quote[0] < bytes && quote[1] < bytes && length[0] == length[1])
		memmove(text + quote[0], text + quote[1], length[0]);
	else if (quote[0] < bytes && quote[1] < bytes && length[1] < length[0])
	{
		memmove(text + quote[0], text + quote[1], length[1]);
		memset(text + quote[0] + length[1], ' ', length[0] - length[1]);
		text[quote[0] + length[1]] = '"';
		text[quote[0] + length[0]] = ' ';
	}
}

static void
spoil(const char *document, size_t bytes)
{
	char *text = calloc(2 * bytes + 4096, 1);
	psy_error err;

	memcpy(text, document, bytes);
	switch (below(9))
	{
		case 0: bytes = below(bytes); break;
		case 1: spoil_bytes(text, bytes); break;
		case 2:
		case 3: bytes = spoil_elements(text, bytes); break;
		case 4:
		case 5:
			for (size_t m = 1 + below(3); m > 0; m--)
				spoil_reference(text, bytes);
			break;
		default:
			for (size_t m = 1 + below(2); m > 0; m--)
				bytes = spoil_number(text, bytes);
	}
	(void) try_document(text, bytes, &err);
	free(text);
}

static void
spoiled_documents_are_refused_or_usable(void **state)
{
	for (size_t k = 0; k < SEEDS; k++)
	{
		char path[128];
		size_t bytes;
		char *document;
		psy_error err;

		snprintf(path, sizeof path, "../fuzz/seeds/model_pmml/%s.pmml", seeds[k]);
		document = unit_read_golden(path, &bytes);
		assert_true(try_document(document, bytes, &err));
		for (int n = 0; n < EACH; n++)
			spoil(document, bytes);
		free(document);
	}
	print_message("%d documents refused, %d accepted; most CPU %.4f s, most memory %zu kB\n", refused, accepted, most_seconds, most_memory >> 10);
	assert_true(refused >= 300 && accepted > 50);
	assert_true(most_memory <= MOST_MEMORY);
	assert_true(most_seconds <= MOST_SECONDS);
}

/* ---- documents that were written to hurt ----------------------------------------------------- */

#define OPEN "<PMML version=\"4.4\"><Header/><DataDictionary><DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/>" \
			 "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"/></DataDictionary>"
#define MODEL "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"x\"/><MiningField name=\"y\" usageType=\"target\"/></MiningSchema>"
#define TABLE(predictor) "<RegressionTable intercept=\"1\">" predictor "</RegressionTable></RegressionModel></PMML>"
#define ON_X TABLE("<NumericPredictor name=\"x\" coefficient=\"2\"/>")
#define TREE "<TreeModel functionName=\"regression\"><MiningSchema><MiningField name=\"x\"/><MiningField name=\"y\" usageType=\"target\"/></MiningSchema>"

static void
refuse(const char *document, const char *message)
{
	psy_error err;

	assert_false(try_document(document, strlen(document), &err));
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" where \"%s\" was expected", err.message, message);
	assert_true(most_memory <= MOST_MEMORY && most_seconds <= MOST_SECONDS);
}

static void
entities_and_document_types_are_refused(void **state)
{
	psy_error err;

	assert_true(try_document(OPEN MODEL ON_X, strlen(OPEN MODEL ON_X), &err));
	refuse("<!DOCTYPE PMML [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>"
		   "<PMML version=\"4.4\">&c;</PMML>", "DOCTYPE");
	refuse("<!DOCTYPE PMML [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><PMML version=\"4.4\">&f;</PMML>", "DOCTYPE");
	refuse("<!DOCTYPE PMML SYSTEM \"http://127.0.0.1/pmml.dtd\">" OPEN MODEL ON_X, "DOCTYPE");
	refuse("<PMML version=\"4.4\">&undefined;</PMML>", "pmml");
	refuse("", "pmml");
	refuse("<PMML", "pmml");
	refuse("\xff\xfe<\0P\0", "pmml");
}

static void
numbers_that_are_none_are_refused(void **state)
{
	static const char *const numbers[] = {"NaN", "INF", "-INF", "1e999", "0x10", "1,5", "", "one", "1e", "--1"};

	for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
	{
		char document[2048];

		snprintf(document, sizeof document, OPEN MODEL "<RegressionTable intercept=\"1\"><NumericPredictor name=\"x\" coefficient=\"%s\"/></RegressionTable></RegressionModel></PMML>", numbers[k]);
		refuse(document, "a finite number was expected");
	}
}

static void
fields_that_need_themselves_are_refused(void **state)
{
	refuse(OPEN MODEL "<LocalTransformations><DerivedField name=\"a\" optype=\"continuous\" dataType=\"double\"><FieldRef field=\"b\"/></DerivedField>"
		   "<DerivedField name=\"b\" optype=\"continuous\" dataType=\"double\"><FieldRef field=\"a\"/></DerivedField></LocalTransformations>"
		   TABLE("<NumericPredictor name=\"a\" coefficient=\"2\"/>"), "is defined by itself");
	refuse("<PMML version=\"4.4\"><Header/><DataDictionary><DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"y\" "
		   "optype=\"continuous\" dataType=\"double\"/></DataDictionary><TransformationDictionary><DefineFunction name=\"f\" optype=\"continuous\" "
		   "dataType=\"double\"><ParameterField name=\"p\"/><Apply function=\"f\"><FieldRef field=\"p\"/></Apply></DefineFunction>"
		   "<DerivedField name=\"a\" optype=\"continuous\" dataType=\"double\"><Apply function=\"f\"><FieldRef field=\"x\"/></Apply></DerivedField>"
		   "</TransformationDictionary>" MODEL TABLE("<NumericPredictor name=\"a\" coefficient=\"2\"/>"), "deep");
}

/* Text with `middle` repeated; the caller frees. */
static char *
repeat(const char *before, const char *middle, int times, const char *after)
{
	size_t each = strlen(middle);
	char *text = malloc(strlen(before) + (size_t) times * each + strlen(after) + 1), *end = stpcpy(text, before);

	for (int k = 0; k < times; k++, end += each)
		memcpy(end, middle, each);
	strcpy(end, after);
	return text;
}

static void
refuse_repeated(const char *before, const char *middle, int times, const char *message)
{
	char *document = repeat(before, middle, times, "");

	refuse(document, message);
	free(document);
}

static void
depth_and_counts_are_bounded(void **state)
{
	char name[5000];

	refuse_repeated("<PMML version=\"4.4\">", "<Extension>", 100000, "deep");
	refuse_repeated(OPEN TREE, "<Node score=\"1\"><True/>", 60000, "deep");
	refuse_repeated(OPEN MODEL "<LocalTransformations><DerivedField name=\"a\" optype=\"continuous\" dataType=\"double\">", "<Apply function=\"abs\">", 60000, "deep");
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	refuse_repeated("<PMML version=\"4.4\"><", name, 40, "pmml");
	refuse("<PMML version=\"4.4\"><Header/><DataDictionary numberOfFields=\"4000000000\"/></PMML>", "there is no model");
	refuse(OPEN "<SupportVectorMachineModel functionName=\"regression\"><MiningSchema><MiningField name=\"x\"/><MiningField name=\"y\" usageType=\"target\"/>"
		   "</MiningSchema><LinearKernelType/><VectorDictionary numberOfVectors=\"1\"><VectorFields><FieldRef field=\"x\"/></VectorFields><VectorInstance "
		   "id=\"a\"><REAL-SparseArray n=\"4000000000\"><Indices>4000000000</Indices><REAL-Entries>1</REAL-Entries></REAL-SparseArray></VectorInstance>"
		   "</VectorDictionary><SupportVectorMachine><SupportVectors numberOfSupportVectors=\"1\"><SupportVector vectorId=\"a\"/></SupportVectors>"
		   "<Coefficients numberOfCoefficients=\"1\"><Coefficient value=\"1\"/></Coefficients></SupportVectorMachine></SupportVectorMachineModel></PMML>", "expected");
}

/* f0 calls f1 twice, f1 calls f2 twice, ...: two to the 40 calls, were they all written out. */
static void
functions_do_not_multiply_without_bound(void **state)
{
	char *document = calloc(1, 65536), *end = document;

	end += sprintf(end, "<PMML version=\"4.4\"><Header/><DataDictionary><DataField name=\"x\" optype=\"continuous\" dataType=\"double\"/><DataField name=\"y\" "
						"optype=\"continuous\" dataType=\"double\"/></DataDictionary><TransformationDictionary>");
	for (int k = 0; k < 40; k++)
		end += sprintf(end, "<DefineFunction name=\"f%d\" optype=\"continuous\" dataType=\"double\"><ParameterField name=\"p\"/><Apply function=\"+\">"
							"<Apply function=\"f%d\"><FieldRef field=\"p\"/></Apply><Apply function=\"f%d\"><FieldRef field=\"p\"/></Apply></Apply></DefineFunction>",
					   k, k + 1, k + 1);
	end += sprintf(end, "<DefineFunction name=\"f40\" optype=\"continuous\" dataType=\"double\"><ParameterField name=\"p\"/><FieldRef field=\"p\"/></DefineFunction>"
						"<DerivedField name=\"a\" optype=\"continuous\" dataType=\"double\"><Apply function=\"f0\"><FieldRef field=\"x\"/></Apply></DerivedField>"
						"</TransformationDictionary>" MODEL TABLE("<NumericPredictor name=\"a\" coefficient=\"2\"/>"));
	refuse(document, "larger than the document allows");
	free(document);
}

static void
no_memory_is_lost_when_some_is_refused(void **state)
{
	unit_no_memory_is_lost("../fuzz/seeds/model_pmml/functions.pmml", "pmml");
	unit_no_memory_is_lost("../fuzz/seeds/model_pmml/ensemble.pmml", "pmml");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spoiled_documents_are_refused_or_usable), cmocka_unit_test(entities_and_document_types_are_refused),
		cmocka_unit_test(numbers_that_are_none_are_refused),	   cmocka_unit_test(fields_that_need_themselves_are_refused),
		cmocka_unit_test(depth_and_counts_are_bounded),			   cmocka_unit_test(functions_do_not_multiply_without_bound),
		cmocka_unit_test(no_memory_is_lost_when_some_is_refused)};

	return cmocka_run_group_tests_name("hostile PMML", tests, NULL, NULL);
}
