/* test_json.c - the strict JSON reader: what it reads exactly, what it refuses and where it says so, and its
 * bounds. */
#include "unit.h"

#include "models/json.h"
#include "models/utf8.h"

#include <locale.h>

static psy_status
parse_with(const psy_json_limits *limits, const char *text, size_t bytes, psy_json *json, psy_error *err)
{
	return psy_json_parse(&unit_context, text, bytes, "test", limits, json, err);
}

/* Parses or fails the test; to be freed. */
static psy_json
parse(const char *text)
{
	psy_json json;
	psy_error err = {0};

	if (parse_with(&psy_json_default_limits, text, strlen(text), &json, &err) != PSY_OK)
		fail_msg("%s: %s", text, err.message);
	return json;
}

static void
refuse_bytes(const char *text, size_t bytes, psy_status code, const char *message)
{
	psy_json json;
	psy_error err = {0};

	assert_int_equal(parse_with(&psy_json_default_limits, text, bytes, &json, &err), code);
	if (strcmp(err.message, message) != 0)
		fail_msg("%.60s: \"%s\" instead of \"%s\"", text, err.message, message);
	psy_json_free(&unit_context, &json);
}

static void
refuse(const char *text, const char *message)
{
	refuse_bytes(text, strlen(text), PSY_FORMAT, message);
}

static void
a_document_becomes_a_tree(void **state)
{
	psy_json json = parse("{\"a\": [1, -2.5e3, true, false, null], \"b\": {\"c\": "
						  "\"x\\n\\u00e9\\ud83d\\ude00\"}, \"d\": [], \"\": {}}");
	const psy_json_node *root = psy_json_root(&json), *a, *n;

	assert_int_equal(root->kind, PSY_JSON_OBJECT);
	assert_int_equal(root->as.children.count, 4);
	a = psy_json_member(&json, root, "a");
	assert_int_equal(a->as.children.count, 5);
	n = psy_json_first(&json, a);
	assert_true(n->as.number == 1);
	n = psy_json_next(&json, n);
	assert_true(n->as.number == -2500);
	n = psy_json_next(&json, n);
	assert_int_equal(n->kind, PSY_JSON_TRUE);
	n = psy_json_next(&json, n);
	assert_int_equal(n->kind, PSY_JSON_FALSE);
	n = psy_json_next(&json, n);
	assert_int_equal(n->kind, PSY_JSON_NULL);
	assert_null(psy_json_next(&json, n));
	n = psy_json_member(&json, psy_json_member(&json, root, "b"), "c");
	assert_string_equal(psy_json_text(&json, n), "x\n\xC3\xA9\xF0\x9F\x98\x80");
	assert_int_equal(n->as.string.length, 8);
	assert_null(psy_json_first(&json, psy_json_member(&json, root, "d")));
	assert_non_null(psy_json_member(&json, root, ""));
	assert_null(psy_json_member(&json, root, "e"));
	psy_json_free(&unit_context, &json);
}

/* A number at the very end of the text, and every kind of value as the whole document. */
static void
any_value_may_be_the_document(void **state)
{
	static const char *const text[] = {"12", " -0 ", "\"x\"", "true", "false", "null", "[]", "{}"};

	for (size_t k = 0; k < sizeof text / sizeof text[0]; k++)
	{
		psy_json json = parse(text[k]);

		assert_int_equal(json.nodes, 1);
		psy_json_free(&unit_context, &json);
	}
}

static void
doubles_are_correctly_rounded(void **state)
{
	static const struct
	{
		const char *text;
		double value;
	} number[] = {
		{"0.1", 0x1.999999999999ap-4},
		{"-0.0", -0.0},
		{"5e-324", 0x1p-1074},
		{"1.7976931348623157e308", 0x1.fffffffffffffp1023},
		{"2.2250738585072011e-308", 0x0.fffffffffffffp-1022},
		{"9007199254740993", 0x1p53},
		{"9007199254740993.00000000000000000000000000000001", 0x1.0000000000001p53},
		{"0.500000000000000166533453693773481063544750213623046875", 0x1.0000000000002p-1},
		{"1E+2", 100},
	};

	for (size_t k = 0; k < sizeof number / sizeof number[0]; k++)
	{
		psy_json json = parse(number[k].text);

		assert_memory_equal(&psy_json_root(&json)->as.number, &number[k].value, sizeof(double));
		psy_json_free(&unit_context, &json);
	}
}

/* %.17g of random bits reads back as the same bits. */
static void
doubles_survive_the_way_through_text(void **state)
{
	uint64_t bits = 42;

	for (int k = 0; k < 20000; k++)
	{
		char text[64];
		double value;
		psy_json json;

		bits = bits * 6364136223846793005u + 1442695040888963407u;
		memcpy(&value, &bits, sizeof value);
		if (!isfinite(value))
			continue;
		snprintf(text, sizeof text, "%.17g", value);
		json = parse(text);
		assert_memory_equal(&psy_json_root(&json)->as.number, &value, sizeof value);
		psy_json_free(&unit_context, &json);
	}
}

/* A decimal comma in the process's locale must not matter; the bare C library has none, so one is borrowed
 * where there is. */
static void
numbers_do_not_depend_on_the_locale(void **state)
{
	static const char *const comma[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "nl_NL.UTF-8"};
	psy_json json;
	size_t k = 0;

	while (k < 4 && setlocale(LC_NUMERIC, comma[k]) == NULL)
		k++;
	if (k == 4)
	{
		print_message("no locale with a decimal comma on this machine: skipped\n");
		skip();
	}
	assert_true(strtod("0,5", NULL) == 0.5);
	json = parse("[0.5, 1e-3]");
	assert_true(psy_json_first(&json, psy_json_root(&json))->as.number == 0.5);
	psy_json_free(&unit_context, &json);
	setlocale(LC_NUMERIC, "C");
}

static void
what_is_not_json_is_refused_with_its_place(void **state)
{
	refuse("", "test, line 1, column 1: parse error: premature EOF");
	refuse("{\"a\": 1", "test, line 1, column 8: parse error: premature EOF");
	refuse("[1,]", "test, line 1, column 4: parse error: unallowed token at this point in JSON text");
	refuse("[1\n,2\n,,3]", "test, line 3, column 2: parse error: unallowed token at this point in JSON text");
	refuse("{\"a\" 1}",
		   "test, line 1, column 6: parse error: object key and value must be separated by a colon (':')");
	refuse("{1: 2}", "test, line 1, column 2: parse error: invalid object key (must be a string)");
	refuse("[1] [2]", "test, line 1, column 5: parse error: trailing garbage");
	refuse("{12: 2}", "test, line 1, column 2: parse error: invalid object key (must be a string)");
	refuse("[NaN]", "test, line 1, column 2: lexical error: invalid char in json text.");
	refuse("[Infinity]", "test, line 1, column 2: lexical error: invalid char in json text.");
	refuse("[01]", "test, line 1, column 2: parse error: after array element, I expect ',' or ']'");
	refuse("[.5]", "test, line 1, column 2: lexical error: invalid char in json text.");
	refuse("[1 /* c */]", "test, line 1, column 3: lexical error: probable comment found in input text, "
						  "comments are not enabled.");
	refuse("[\"\x01\"]", "test, line 1, column 3: a control character in a string");
	refuse("[\"a\\x\"]", "test, line 1, column 4: an unknown escape in a string");
	refuse("[\"a\\u12g4\"]", "test, line 1, column 4: an unknown escape in a string");
	refuse("[\"a\\", "test, line 1, column 4: an unknown escape in a string");
	refuse("[\"abc", "test, line 1, column 2: a string without its closing quote");
	refuse_bytes("[1\0]", 4, PSY_FORMAT, "test, line 1, column 3: a zero byte");
}

static void
what_json_leaves_open_is_refused(void **state)
{
	refuse("{\"a\": 1, \"a\": 2}", "test, line 1, column 10, $: the key \"a\" stands twice");
	refuse("{\"b\": {\"a\": 1, \"\\u0061\": 2}}", "test, line 1, column 16, $.b: the key \"a\" stands twice");
	refuse("[1, 1e999]", "test, line 1, column 5, $[1]: 1e999 is beyond double precision");
	refuse("{\"a\": {\"b c\": [0, -1e400]}}",
		   "test, line 1, column 19, $.a[\"b c\"][1]: -1e400 is beyond double precision");
	refuse("[\"\\u0000\"]", "test, line 1, column 3: \\u0000 in a string");
	refuse("[\"\\ud800\"]", "test, line 1, column 3: a surrogate escape without its second half");
	refuse("[\"\\ud800\\u0041\"]", "test, line 1, column 3: a surrogate escape without its second half");
	refuse("[\"\\udc00\"]", "test, line 1, column 3: a surrogate escape without its first half");
}

static void
invalid_utf8_is_refused(void **state)
{
	static const char *const bad[] = {"\x80",
									  "\xC0\x80",
									  "\xC1\xBF",
									  "\xE0\x80\x80",
									  "\xED\xA0\x80",
									  "\xF0\x80\x80\x80",
									  "\xF4\x90\x80\x80",
									  "\xF5\x80\x80\x80",
									  "\xC3",
									  "\xE2\x82",
									  "\xFF"};
	char text[32];

	for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
	{
		snprintf(text, sizeof text, "[\"a%s\"]", bad[k]);
		refuse(text, "test, line 1, column 4: not valid UTF-8");
		assert_false(psy_utf8_text(bad[k], strlen(bad[k])));
	}
	/* The column counts characters. */
	refuse("[\"\xE7\x99\xBE\xE4\xBC\x9A\", x]",
		   "test, line 1, column 8: lexical error: invalid char in json text.");
	assert_true(psy_utf8_text("\xF4\x8F\xBF\xBF\xED\x9F\xBF", 7));
	assert_false(psy_utf8_text("a\0b", 3));
	assert_int_equal(psy_utf8_clip("\xE7\x99\xBE\xE4\xBC\x9A", 6, 5), 3);
	assert_int_equal(psy_utf8_clip("abc", 3, 5), 3);
}

static void
within(psy_json_limits limits, const char *text, const char *message)
{
	psy_json json;
	psy_error err = {0};

	assert_int_equal(parse_with(&limits, text, strlen(text), &json, &err),
					 message == NULL ? PSY_OK : PSY_LIMIT);
	if (message != NULL)
		assert_string_equal(err.message, message);
	psy_json_free(&unit_context, &json);
}

static void
bounds_hold(void **state)
{
	psy_json_limits limits = psy_json_default_limits;
	char text[1024];

	limits.bytes = 4;
	within(limits, "[12]", NULL);
	within(limits, "[123]", "test: a document of 5 bytes, at most 4 are read");
	limits = psy_json_default_limits;
	limits.depth = 2;
	within(limits, "[[1]]", NULL);
	within(limits, "[[[1]]]", "test, line 1, column 3: nested too deeply");
	limits = psy_json_default_limits;
	limits.values = 4;
	within(limits, "[1,2,3]", NULL);
	within(limits, "[1,2,3,4]", "test: a document of more than 4 values");
	limits = psy_json_default_limits;
	limits.token = 8;
	within(limits, "[\"1234567\"]", NULL);
	within(limits, "[\"12345678901\"]", "test, line 1, column 2: a string or number of more than 8 bytes");
	within(limits, "[12345678901]", "test, line 1, column 2: a string or number of more than 8 bytes");
	limits = psy_json_default_limits;
	limits.keys = 2;
	within(limits, "{\"a\": 1, \"b\": 2}", NULL);
	within(limits, "{\"a\": 1, \"b\": 2, \"c\": 3}",
		   "test, line 1, column 1, $: an object of more than 2 keys");
	memset(text, '1', 700);
	text[700] = '\0';
	within(psy_json_default_limits, text,
		   "test, line 1, column 1, $: a number of 700 characters, at most 511 are read");
}

/* Tokens as long as the bound, with escapes, so that YAJL's two buffers grow as far as they ever may. */
static void
the_longest_tokens_fit_the_reserve(void **state)
{
	size_t size = psy_json_default_limits.token - 2;
	char *text = malloc(3 * size + 64);
	psy_json json;
	psy_error err = {0};

	for (int end = 0; end < 3; end++)
	{
		size_t used = (size_t) sprintf(text, "[\"\\n");

		memset(text + used, 'x', size - 8);
		used += size - 8;
		used += (size_t) sprintf(text + used, "\\n\", \"\\t");
		memset(text + used, 'y', size - 8);
		used += size - 8;
		used += (size_t) sprintf(text + used, end == 0 ? "\"]" : end == 1 ? "\", tru" : "\", 1234");
		assert_int_equal(parse_with(&psy_json_default_limits, text, used, &json, &err),
						 end == 0 ? PSY_OK : PSY_FORMAT);
		psy_json_free(&unit_context, &json);
	}
	free(text);
}

/* ---- memory ---------------------------------------------------------------------------------- */

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
refused_memory_is_reported_and_none_is_lost(void **state)
{
	const psy_context ctx = {counting_alloc, counting_release, NULL, NULL};
	const char *text = "{\"a\": [1, 2, \"x\\n\"]}";

	for (int k = 0; k <= 3; k++)
	{
		psy_json json;
		psy_error err = {0};

		allowed = k;
		held = 0;
		assert_int_equal(
			psy_json_parse(&ctx, text, strlen(text), "test", &psy_json_default_limits, &json, &err),
			k < 3 ? PSY_NOMEM : PSY_OK);
		psy_json_free(&ctx, &json);
		assert_int_equal(held, 0);
	}
}

static bool
always(void *arg)
{
	return true;
}

static void
long_documents_can_be_interrupted(void **state)
{
	psy_context ctx = unit_context;
	size_t numbers = 200000;
	char *text = malloc(2 * numbers + 2);
	psy_json json;
	psy_error err = {0};

	ctx.interrupted = always;
	text[0] = '[';
	for (size_t k = 0; k < numbers; k++)
		memcpy(text + 1 + 2 * k, "1,", 2);
	text[2 * numbers] = ']';
	assert_int_equal(
		psy_json_parse(&ctx, text, 2 * numbers + 1, "test", &psy_json_default_limits, &json, &err),
		PSY_INTERRUPTED);
	psy_json_free(&ctx, &json);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_becomes_a_tree),
		cmocka_unit_test(any_value_may_be_the_document),
		cmocka_unit_test(doubles_are_correctly_rounded),
		cmocka_unit_test(doubles_survive_the_way_through_text),
		cmocka_unit_test(numbers_do_not_depend_on_the_locale),
		cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
		cmocka_unit_test(what_json_leaves_open_is_refused),
		cmocka_unit_test(invalid_utf8_is_refused),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(the_longest_tokens_fit_the_reserve),
		cmocka_unit_test(refused_memory_is_reported_and_none_is_lost),
		cmocka_unit_test(long_documents_can_be_interrupted),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
