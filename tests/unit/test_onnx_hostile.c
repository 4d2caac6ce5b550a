/*
 * test_onnx_hostile.c - ONNX documents that were cut, mutated, spliced or written to hurt: each is refused with a
 * message, or is a model that can be used; within a second of CPU and a bounded memory; and nothing stays allocated.
 * The same documents in every run.
 */
#include "model_unit.h"

#include "../fuzz/model_use.h"

static const char *const seeds[] = {"onnx_imputed_forest", "onnx_xgboost_2", "logistic_3",  "forest_2",	 "xgboost_3",	  "knn_2",		 "svc_3",	   "mlp_3",	   "isotonic_3",
									"quantile_2",  "brain_net",	 "mixed_inputs", "adaboost_3", "ops_shape",  "ops_conv", "ops_reduce",
									"ops_logic",   "ops_trees",	 "ops_ml",		  "ops_tree_ensemble"};

#define SEEDS (sizeof seeds / sizeof seeds[0])
#define EACH 40
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

/* Compiles, and uses what comes of it; message: what the refusal says, or NULL where either may happen. */
static void
try_document(const void *document, size_t bytes, const char *message)
{
	unit_memory memory = {.allowed = -1};
	const psy_context ctx = {unit_memory_alloc, unit_memory_release, NULL, &memory};
	psy_error err = {0};
	psy_model *model;
	double start = unit_cpu_seconds(), seconds;
	psy_status status = psy_model_compile(&ctx, document, bytes, "onnx", &psy_model_default_limits, &model, &err);

	seconds = unit_cpu_seconds() - start;
	most_seconds = seconds > most_seconds ? seconds : most_seconds;
	most_memory = memory.most > most_memory ? memory.most : most_memory;
	assert_int_equal(memory.held, model != NULL);
	assert_true((status == PSY_OK) == (model != NULL));
	if (message != NULL && (model != NULL || strstr(err.message, message) == NULL))
		fail_msg("\"%s\" instead of \"...%s...\"", model != NULL ? "accepted" : err.message, message);
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
spoil_bytes(char *text, size_t bytes)
{
	static const unsigned char other[] = {0, 1, 2, 8, 0x0a, 0x12, 0x7f, 0x80, 0xff, 0x3a, 0x2a};

	for (size_t m = 1 + below(4); m > 0; m--)
		text[below(bytes)] = (char) (below(2) == 0 ? below(256) : other[below(sizeof other)]);
}

/* Four or eight bytes become an extreme number: weights, dimensions, lengths. */
static void
spoil_word(char *text, size_t bytes)
{
	static const uint64_t word[] = {0,			 UINT64_MAX, 0x7FF8000000000000, 0x7FC000007FC00000, 0x7F8000007F800000,
									0x7FFFFFFF, 0x80000000, 0xFF7FFFFFFF7FFFFF, 0x8080808080808080, 1};
	size_t length = below(2) == 0 ? 4 : 8, at = below(bytes - length);

	memcpy(text + at, &word[below(10)], length);
}

static size_t
spoil_piece(char *text, size_t bytes)
{
	size_t length = 1 + below(bytes < 300 ? bytes : 300), at = below(bytes - length + 1);

	if (below(2) == 0)
	{
		memmove(text + at, text + at + length, bytes - at - length);
		return bytes - length;
	}
	memmove(text + at + length, text + at, bytes - at);
	return bytes + length;
}

static void
spoil(const char *document, size_t bytes)
{
	char *text = malloc(2 * bytes + 1024);

	memcpy(text, document, bytes);
	switch (below(8))
	{
		case 0: bytes = below(bytes); break;
		case 1: bytes = spoil_piece(text, bytes); break;
		case 2:
		case 3:
		case 4: spoil_word(text, bytes); break;
		default: spoil_bytes(text, bytes);
	}
	try_document(text, bytes, NULL);
	free(text);
}

static void
spoiled_documents_are_refused_or_usable(void **state)
{
	for (size_t k = 0; k < SEEDS; k++)
	{
		char path[96], *document;
		size_t bytes;

		snprintf(path, sizeof path, "%s/%s.onnx", strncmp(seeds[k], "onnx_", 5) == 0 ? "explain" : "onnx", seeds[k]);
		document = unit_read_golden(path, &bytes);
		for (int n = 0; n < EACH; n++)
			spoil(document, bytes);
		free(document);
	}
	print_message("%d documents refused, %d accepted; most CPU %.4f s, most memory %zu kB\n", refused, accepted, most_seconds,
				  most_memory >> 10);
	assert_true(refused + accepted >= 700);
	assert_true(refused >= 300);
	assert_true(accepted >= 30);
	assert_true(most_memory <= MOST_MEMORY);
	assert_true(most_seconds <= MOST_SECONDS);
}

/* ---- documents that were written to hurt ----------------------------------------------------- */

/* A message that grows; lengths take three bytes, which the encoding allows. */
typedef struct message
{
	unsigned char byte[1 << 16];
	size_t used;
} message;

static void
put_varint(message *m, uint64_t value)
{
	for (; value > 0x7F; value >>= 7)
		m->byte[m->used++] = (unsigned char) (value | 0x80);
	m->byte[m->used++] = (unsigned char) value;
}

static void
put_number(message *m, int field, uint64_t value)
{
	put_varint(m, (uint64_t) field << 3);
	put_varint(m, value);
}

static void
put_bytes(message *m, int field, const void *bytes, size_t length)
{
	put_varint(m, (uint64_t) field << 3 | 2);
	put_varint(m, length);
	memcpy(m->byte + m->used, bytes, length);
	m->used += length;
}

static void
put_text(message *m, int field, const char *text)
{
	put_bytes(m, field, text, strlen(text));
}

static void
put(message *m, int field, const message *inner)
{
	put_bytes(m, field, inner->byte, inner->used);
}

/* A ValueInfoProto of float32 with these dimensions, ended by 0; the first is the batch. */
static void
put_value(message *graph, int field, const char *name, const uint64_t *dim)
{
	static message value, type, tensor, shape, one;

	value.used = type.used = tensor.used = shape.used = 0;
	one.used = 0;
	put(&shape, 1, &one);
	for (; *dim != 0; dim++)
	{
		one.used = 0;
		put_number(&one, 1, *dim);
		put(&shape, 1, &one);
	}
	put_number(&tensor, 1, 1);
	put(&tensor, 2, &shape);
	put(&type, 1, &tensor);
	put_text(&value, 1, name);
	put(&value, 2, &type);
	put(graph, field, &value);
}

static void
put_node(message *graph, const char *op, const char *in, const char *second, const char *out)
{
	static message node;

	node.used = 0;
	put_text(&node, 1, in);
	if (second != NULL)
		put_text(&node, 1, second);
	put_text(&node, 2, out);
	put_text(&node, 4, op);
	put(graph, 1, &node);
}

/* An initial value of int64. */
static void
put_initial(message *graph, const char *name, const int64_t *value, size_t count)
{
	static message tensor;

	tensor.used = 0;
	put_number(&tensor, 1, count);
	put_number(&tensor, 2, 7);
	for (size_t k = 0; k < count; k++)
		put_number(&tensor, 7, (uint64_t) value[k]);
	put_text(&tensor, 8, name);
	put(graph, 5, &tensor);
}

static void
try_graph(const message *graph, const char *refusal)
{
	static message model, opset;

	model.used = opset.used = 0;
	put_number(&opset, 2, 17);
	put_number(&model, 1, 8);
	put(&model, 8, &opset);
	put(&model, 7, graph);
	try_document(model.byte, model.used, refusal);
}

#define DIMS(...) (uint64_t[]){__VA_ARGS__, 0}

static void
cycles_are_refused(void **state)
{
	static message graph;

	put_value(&graph, 11, "x", DIMS(3));
	put_node(&graph, "Add", "x", "b", "a");
	put_node(&graph, "Relu", "a", NULL, "b");
	put_value(&graph, 12, "b", DIMS(3));
	try_graph(&graph, "(Add): it reads \"b\", which nothing before it gives");
	graph.used = 0;
	put_value(&graph, 11, "x", DIMS(3));
	put_node(&graph, "Relu", "x", NULL, "x");
	try_graph(&graph, "it gives a name that something before it gave");
	graph.used = 0;
	put_value(&graph, 11, "x", DIMS(3));
	put_node(&graph, "Relu", "x", NULL, "y");
	put_node(&graph, "Relu", "x", NULL, "y");
	put_value(&graph, 12, "y", DIMS(3));
	try_graph(&graph, "it gives a name that something before it gave");
	graph.used = 0;
	put_value(&graph, 11, "x", DIMS(3));
	put_value(&graph, 12, "y", DIMS(3));
	try_graph(&graph, "an output that nothing gives");
}

/* Dimensions that overflow, are negative, or promise more than there is memory for. */
static void
dimensions_are_bounded(void **state)
{
	static message graph;
	static const struct
	{
		uint64_t dim[4];
		const char *refusal;
	} input[] = {{{(uint64_t) 1 << 40}, "a dimension of 1099511627776"},
				 {{(uint64_t) -5}, "dimension 2 of an input is not known"},
				 {{UINT64_MAX >> 1}, "a dimension of 9223372036854775807"},
				 {{1 << 20, 1 << 20}, "of more than"},
				 {{1 << 13, 1 << 14}, "features, at most 1000000"},
				 {{1 << 27, 1 << 27, 1 << 27}, "of more than"}};

	for (size_t k = 0; k < sizeof input / sizeof input[0]; k++)
	{
		graph.used = 0;
		put_value(&graph, 11, "x", input[k].dim);
		put_node(&graph, "Relu", "x", NULL, "y");
		put_value(&graph, 12, "y", input[k].dim);
		try_graph(&graph, input[k].refusal);
	}
}

/* What small documents can ask to be computed. */
static void
work_and_memory_are_bounded(void **state)
{
	static message graph;
	static const struct
	{
		const char *op;
		int64_t value[4];
		size_t count;
		const char *refusal;
	} big[] = {{"Expand", {1 << 12, 1 << 12, 3}, 3, "more than 16777216 numbers at a time"},
			   {"Expand", {1 << 26, 1 << 26, 3}, 3, "does not expand to its shape"},
			   {"Expand", {INT64_MAX, 3}, 2, "a dimension of 9223372036854775807"},
			   {"Expand", {-1, 3}, 2, "a dimension of -1"},
			   {"Reshape", {INT64_MIN, 3}, 2, "a shape of other size"},
			   {"Reshape", {-1, -1}, 2, "a shape of other size"},
			   {"Reshape", {INT64_MAX, INT64_MAX, 2}, 3, "a shape of other size"},
			   {"Tile", {1 << 26, 1 << 26}, 2, "do not fit each other"},
			   {"Tile", {INT64_MAX, 1}, 2, "9223372036854775807 repeats"},
			   {"Pad", {0, 0, INT64_MAX, 0}, 4, "a padding of 9223372036854775807"},
			   {"Pad", {0, -1, 0, 0}, 4, "a padding of -1"}};

	for (size_t k = 0; k < sizeof big / sizeof big[0]; k++)
	{
		graph.used = 0;
		put_value(&graph, 11, "x", DIMS(3));
		put_initial(&graph, "s", big[k].value, big[k].count);
		put_node(&graph, big[k].op, "x", "s", "y");
		put_value(&graph, 12, "y", DIMS(3));
		try_graph(&graph, big[k].refusal);
	}
	/* Constants that double with every node, and a product that would take a day. */
	graph.used = 0;
	put_value(&graph, 11, "x", DIMS(3));
	put_initial(&graph, "s", (int64_t[]){1 << 12, 1 << 12}, 2);
	put_node(&graph, "ConstantOfShape", "s", NULL, "a");
	put_node(&graph, "MatMul", "a", "a", "b");
	put_node(&graph, "MatMul", "b", "b", "c");
	put_value(&graph, 12, "c", DIMS(3));
	try_graph(&graph, "(MatMul): scoring one row would take too many steps");
}

/* Sixty thousand nodes each cost little, and are only as many as the document has bytes for. */
static void
bodies_within_bodies_are_bounded(void **state)
{
	static message graph, node, attribute, inner;

	graph.used = 0;
	for (int level = 0; level < 12; level++)
	{
		node.used = attribute.used = inner.used = 0;
		put_text(&node, 1, "x");
		put_text(&node, 2, "y");
		put_text(&node, 4, "Scan");
		put_text(&attribute, 1, "num_scan_inputs");
		put_number(&attribute, 3, 1);
		put_number(&attribute, 20, 2);
		put(&node, 5, &attribute);
		attribute.used = 0;
		put_text(&attribute, 1, "body");
		put(&attribute, 6, &graph);
		put_number(&attribute, 20, 5);
		put(&node, 5, &attribute);
		put(&inner, 1, &node);
		put_value(&inner, 11, "x", DIMS(3, 3, 3, 3, 3, 3));
		put_value(&inner, 12, "y", DIMS(3));
		graph = inner;
	}
	try_graph(&graph, "bodies within bodies, deeper than 4");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(spoiled_documents_are_refused_or_usable), cmocka_unit_test(cycles_are_refused),
									   cmocka_unit_test(dimensions_are_bounded), cmocka_unit_test(work_and_memory_are_bounded),
									   cmocka_unit_test(bodies_within_bodies_are_bounded)};

	return cmocka_run_group_tests_name("hostile onnx", tests, NULL, NULL);
}
