/*
 * op_encode.c - steps that look each value up among the categories of training.
 *
 *   {"kind": "one_hot", "columns": [{"categories": [1, 2, 3], "output": [0, 1, -1], "unknown": -1}, ...]}
 *   {"kind": "ordinal", "columns": [{"categories": [1, 2, 3], "output": [0, 1, 2], "unknown": "error"}, ...]}
 *
 * There is one column for each value; its categories ascend.  one_hot: the output of that number becomes 1
 * (-1: none), the others are 0; ordinal: "output" is the value itself.  "unknown" says what becomes of a
 * value that is no category: "error" (the row is refused), an output, or, of ordinal, "missing"; "missing"
 * says the same of a missing value, which is unknown unless it is given.  scikit-learn's OneHotEncoder and
 * OrdinalEncoder, with dropped and infrequent categories.
 *
 * Data: encode_column[inputs], other[inputs][2] (outputs for unknown and missing), category[all],
 * output[all].
 */
#include "models/model_json.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
	ANSWER_ERROR,
	ANSWER_MISSING,
	ANSWER_OUTPUT
};

typedef struct encode_column
{
	uint32_t first; /* of its categories */
	uint32_t count;
	uint32_t answer[2]; /* to what is unknown, and to what is missing */
} encode_column;

typedef struct encode_data
{
	const encode_column *column;
	const double *other;
	const double *category;
	const double *output;
	uint64_t all;
} encode_data;

static encode_data
data_of(const psy_model *model, const psy_op *op)
{
	encode_data d = {.column = psy_at(model, op->data)};
	uint64_t head = (uint64_t) op->inputs * (sizeof(encode_column) + 2 * sizeof(double));

	d.all = op->data.length < head ? 0 : (op->data.length - head) / (2 * sizeof(double));
	d.other = (const double *) (d.column + op->inputs);
	d.category = d.other + 2 * (size_t) op->inputs;
	d.output = d.category + d.all;
	return d;
}

/* ---- compiling ------------------------------------------------------------------------------- */

static psy_status
count_categories(psy_compiler *c, const psy_json_node *list, uint64_t *all)
{
	static const char *const keys[] = {"categories", "output", "unknown", "missing", NULL};
	const psy_json_node *categories;
	size_t count;
	psy_status status;

	*all = 0;
	for (const psy_json_node *n = psy_json_first(c->json, list); n != NULL; n = psy_json_next(c->json, n))
	{
		if ((status = psy_json_only(c->json, n, keys, c->err)) != PSY_OK ||
			(status = psy_json_list(c, n, "categories", &categories, &count)) != PSY_OK)
			return status;
		*all += count;
	}
	return PSY_OK;
}

/* An output, within the bounds of the kind. */
static bool
is_output(double value, uint32_t outputs)
{
	return outputs == 0 ? isfinite(value) : value >= -1 && value < outputs && value == floor(value);
}

/* "error", "missing" or an output. */
static psy_status
read_answer(psy_compiler *c, const psy_json_node *column, const char *key, uint32_t outputs, uint32_t absent,
			uint32_t *answer, double *output)
{
	const psy_json_node *node = psy_json_member(c->json, column, key);
	const char *text;

	*answer = absent;
	if (node == NULL)
		return PSY_OK;
	if (node->kind == PSY_JSON_NUMBER && is_output(node->as.number, outputs))
	{
		*answer = ANSWER_OUTPUT;
		*output = node->as.number;
		return PSY_OK;
	}
	text = node->kind == PSY_JSON_STRING ? psy_json_text(c->json, node) : "";
	if (strcmp(text, "error") == 0)
		*answer = ANSWER_ERROR;
	else if (strcmp(text, "missing") == 0 && outputs == 0)
		*answer = ANSWER_MISSING;
	else
		return psy_json_fail(c->json, node, PSY_FORMAT, c->err, "%s or an output expected",
							 outputs == 0 ? "\"error\", \"missing\"" : "\"error\", -1");
	return PSY_OK;
}

/* The k-th column; outputs: of one_hot, 0 of ordinal. */
static psy_status
read_column(psy_compiler *c, const psy_json_node *node, uint32_t outputs, encode_column *column,
			double *other, double *category, double *output)
{
	size_t count = column->count;
	psy_status status;

	if ((status = psy_json_vector(c, node, "categories", count, category)) != PSY_OK ||
		(status = psy_json_vector(c, node, "output", count, output)) != PSY_OK ||
		(status = read_answer(c, node, "unknown", outputs, ANSWER_ERROR, &column->answer[0], other)) !=
			PSY_OK)
		return status;
	other[1] = other[0];
	if ((status = read_answer(c, node, "missing", outputs, column->answer[0], &column->answer[1],
							  other + 1)) != PSY_OK)
		return status;
	for (size_t k = 0; k < count; k++)
	{
		if (k > 0 && !(category[k] > category[k - 1]))
			return psy_json_fail(c->json, node, PSY_FORMAT, c->err, "the categories must ascend");
		if (!is_output(output[k], outputs))
			return psy_json_fail(c->json, node, PSY_FORMAT, c->err, "%g is no output", output[k]);
	}
	return PSY_OK;
}

static psy_status
read_columns(psy_compiler *c, const psy_json_node *list, uint32_t outputs, uint64_t all, const psy_op *op)
{
	encode_column *column = psy_builder_at(&c->builder, op->data);
	double *other = (double *) (column + c->width), *category = other + 2 * c->width,
		   *output = category + all;
	uint32_t first = 0;
	psy_status status;

	for (const psy_json_node *n = psy_json_first(c->json, list); n != NULL;
		 n = psy_json_next(c->json, n), column++, other += 2)
	{
		*column = (encode_column){.first = first,
								  .count = psy_json_member(c->json, n, "categories")->as.children.count};
		if ((status = read_column(c, n, outputs, column, other, category + first, output + first)) != PSY_OK)
			return status;
		first += column->count;
	}
	return PSY_OK;
}

/* The largest output that a category or an unknown value of the document has, and one more. */
static uint32_t
count_outputs(psy_compiler *c, const psy_json_node *list)
{
	static const char *const key[] = {"output", "unknown", "missing"};
	double most = -1;

	for (const psy_json_node *n = psy_json_first(c->json, list); n != NULL; n = psy_json_next(c->json, n))
		for (size_t k = 0; k < 3; k++)
		{
			const psy_json_node *node = psy_json_member(c->json, n, key[k]);

			if (node == NULL)
				continue;
			if (node->kind == PSY_JSON_NUMBER && node->as.number > most)
				most = node->as.number;
			for (const psy_json_node *o = psy_json_first(c->json, node); o != NULL;
				 o = psy_json_next(c->json, o))
				if (o->kind == PSY_JSON_NUMBER && o->as.number > most)
					most = o->as.number;
		}
	return most >= 0 && most < 1e9 ? (uint32_t) most + 1 : 0;
}

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op, bool one_hot)
{
	static const char *const keys[] = {"kind", "columns", NULL};
	const psy_json_node *list;
	size_t columns;
	uint64_t all;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_list(c, node, "columns", &list, &columns)) != PSY_OK)
		return status;
	if (columns != c->width)
		return psy_json_fail(c->json, list, PSY_FORMAT, c->err,
							 "%zu columns, %zu expected: one for each value", columns, c->width);
	if ((status = count_categories(c, list, &all)) != PSY_OK)
		return status;
	op->outputs = one_hot ? count_outputs(c, list) : op->inputs;
	/* An output that no category has would be 0 for ever. */
	if (op->outputs == 0 || op->outputs > all + 2 * columns)
		return psy_json_fail(c->json, list, PSY_FORMAT, c->err, "the outputs do not fit the categories");
	if ((status = psy_builder_reserve(&c->builder, 2 * c->width + all, 2 * sizeof(double), &op->data)) !=
		PSY_OK)
		return status;
	return read_columns(c, list, one_hot ? op->outputs : 0, all, op);
}

static psy_status
compile_one_hot(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	return compile(c, node, op, true);
}

static psy_status
compile_ordinal(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	return compile(c, node, op, false);
}

/* ---- checking -------------------------------------------------------------------------------- */

static psy_status
check_column(const encode_data *d, size_t k, uint32_t outputs, psy_error *err)
{
	const encode_column *column = d->column + k;

	for (size_t a = 0; a < 2; a++)
		if (column->answer[a] > ANSWER_OUTPUT || (column->answer[a] == ANSWER_MISSING && outputs > 0) ||
			!is_output(d->other[2 * k + a], outputs))
			return psy_fail(err, PSY_FORMAT, "encoder: the answer to an unknown value is not sound");
	for (size_t i = column->first; i < (size_t) column->first + column->count; i++)
		if (!is_output(d->output[i], outputs) || !isfinite(d->category[i]) ||
			(i > column->first && !(d->category[i] > d->category[i - 1])))
			return psy_fail(err, PSY_FORMAT, "encoder: a category is not sound");
	return PSY_OK;
}

/* outputs: of one_hot; 0 of ordinal. */
static psy_status
check(const psy_model *model, const psy_op *op, uint32_t outputs, psy_error *err)
{
	encode_data d = data_of(model, op);
	uint64_t first = 0;
	psy_status status = PSY_OK;

	if (op->data.length != (2 * (uint64_t) op->inputs + d.all) * 2 * sizeof(double) || d.all > UINT32_MAX ||
		op->outputs > d.all + 2 * (uint64_t) op->inputs)
		return psy_fail(err, PSY_FORMAT, "encoder: its sizes do not fit");
	for (size_t k = 0; status == PSY_OK && k < op->inputs; k++)
	{
		if (d.column[k].first != first || d.column[k].count > d.all - first)
			return psy_fail(err, PSY_FORMAT, "encoder: its columns do not follow one another");
		first += d.column[k].count;
		status = check_column(&d, k, outputs, err);
	}
	return status;
}

static psy_status
check_one_hot(const psy_model *model, const psy_op *op, psy_error *err)
{
	return check(model, op, op->outputs, err);
}

static psy_status
check_ordinal(const psy_model *model, const psy_op *op, psy_error *err)
{
	if (op->outputs != op->inputs)
		return psy_fail(err, PSY_FORMAT, "ordinal: as many outputs as values expected");
	return check(model, op, 0, err);
}

/* ---- scoring --------------------------------------------------------------------------------- */

/* The output of x in column k; infinite when the row is refused, NaN when the answer is a missing value. */
static double
look_up(const encode_data *d, size_t k, double x)
{
	const encode_column *column = d->column + k;
	size_t low = column->first, high = low + column->count;
	size_t other = x != x;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (d->category[middle] == x)
			return d->output[middle];
		if (d->category[middle] < x)
			low = middle + 1;
		else
			high = middle;
	}
	switch (column->answer[other])
	{
		case ANSWER_OUTPUT: return d->other[2 * k + other];
		case ANSWER_MISSING: return NAN;
		default: return INFINITY;
	}
}

static void
apply_one_hot(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	encode_data d = data_of(model, op);

	(void) workspace;
	memset(out, 0, op->outputs * sizeof(double));
	for (size_t k = 0; k < op->inputs; k++)
	{
		double output = look_up(&d, k, in[k]);

		if (isinf(output))
			out[0] = INFINITY;
		else if (output >= 0 && !isinf(out[0]))
			out[(size_t) output] = 1;
	}
}

static void
apply_ordinal(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	encode_data d = data_of(model, op);

	(void) workspace;
	for (size_t k = 0; k < op->inputs; k++)
		out[k] = look_up(&d, k, in[k]);
}

/* Outputs that two columns share are nobody's; those that none has stay 0, whoever is said to give them. */
static bool
sources_of_one_hot(const psy_model *model, const psy_op *op, uint32_t *source)
{
	encode_data d = data_of(model, op);
	bool alone = true;

	for (uint32_t k = 0; k < op->outputs; k++)
		source[k] = UINT32_MAX;
	for (uint32_t k = 0; k < op->inputs; k++)
		for (size_t i = 0; i < (size_t) d.column[k].count + 2; i++)
		{
			bool listed = i < d.column[k].count;
			size_t a = i - d.column[k].count;
			double output = listed                                   ? d.output[d.column[k].first + i]
							: d.column[k].answer[a] == ANSWER_OUTPUT ? d.other[2 * k + a]
																	 : -1;

			if (output < 0)
				continue;
			alone &= source[(size_t) output] == UINT32_MAX || source[(size_t) output] == k;
			source[(size_t) output] = k;
		}
	for (uint32_t k = 0; k < op->outputs; k++)
		if (source[k] == UINT32_MAX)
			source[k] = 0;
	return alone;
}

static bool
sources_of_ordinal(const psy_model *model, const psy_op *op, uint32_t *source)
{
	(void) model;
	for (uint32_t k = 0; k < op->outputs; k++)
		source[k] = k;
	return true;
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	fact[0] = (psy_fact){.key = "categories", .number = (double) data_of(model, op).all};
	fact[1] = (psy_fact){.key = "outputs", .number = op->outputs};
	return 2;
}

#define UNKNOWN "a value is not among the categories of training"

const psy_op_kind psy_op_one_hot = {.name = "one_hot",
									.code = PSY_OP_ONE_HOT,
									.takes_missing = true,
									.refusal = UNKNOWN,
									.compile = compile_one_hot,
									.check = check_one_hot,
									.apply = apply_one_hot,
									.sources = sources_of_one_hot,
									.facts = facts};

const psy_op_kind psy_op_ordinal = {.name = "ordinal",
									.code = PSY_OP_ORDINAL,
									.takes_missing = true,
									.refusal = UNKNOWN,
									.compile = compile_ordinal,
									.check = check_ordinal,
									.apply = apply_ordinal,
									.sources = sources_of_ordinal,
									.facts = facts};
