/*
 * op_polynomial.c - the step {"kind": "polynomial", "terms": [[], [0], [0, 0], [0, 1]]}: each output is the
 * product of the values that its term lists (counted from 0); of none, 1.  Data: start[outputs + 1], index[].
 */
#include "models/model_json.h"

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "terms", NULL};
	const psy_json_node *terms;
	size_t count, all = 0;
	uint32_t *start;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_list(c, node, "terms", &terms, &count)) != PSY_OK)
		return status;
	if (count == 0)
		return psy_json_fail(c->json, terms, PSY_FORMAT, c->err, "no terms, at least one expected");
	for (const psy_json_node *n = psy_json_first(c->json, terms); n != NULL; n = psy_json_next(c->json, n))
	{
		if ((status = psy_json_expect(c->json, n, PSY_JSON_ARRAY, c->err)) != PSY_OK)
			return status;
		all += n->as.children.count;
	}
	if ((status = psy_builder_reserve(&c->builder, count + 1 + all, sizeof(uint32_t), &op->data)) != PSY_OK)
		return status;
	op->outputs = (uint32_t) count;
	start = psy_builder_at(&c->builder, op->data);
	for (const psy_json_node *n = psy_json_first(c->json, terms); n != NULL;
		 n = psy_json_next(c->json, n), start++)
	{
		uint32_t *index = (uint32_t *) psy_builder_at(&c->builder, op->data) + count + 1;

		if ((status = psy_json_indexes(c, n, c->width - 1, index + *start)) != PSY_OK)
			return status;
		start[1] = start[0] + n->as.children.count;
	}
	return PSY_OK;
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const uint32_t *start = psy_at(model, op->data), *index = start + op->outputs + 1;
	uint64_t all = op->data.length / sizeof(uint32_t);

	if (all < (uint64_t) op->outputs + 1 || op->data.length % sizeof(uint32_t) != 0 || start[0] != 0 ||
		start[op->outputs] != all - op->outputs - 1)
		return psy_fail(err, PSY_FORMAT, "polynomial: its sizes do not fit");
	for (uint32_t k = 0; k < op->outputs; k++)
		if (start[k + 1] < start[k])
			return psy_fail(err, PSY_FORMAT, "polynomial: its terms do not follow one another");
	for (uint32_t k = 0; k < start[op->outputs]; k++)
		if (index[k] >= op->inputs)
			return psy_fail(err, PSY_FORMAT, "polynomial: a value that does not exist");
	return PSY_OK;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const uint32_t *start = psy_at(model, op->data), *index = start + op->outputs + 1;

	(void) workspace;
	for (uint32_t k = 0; k < op->outputs; k++)
	{
		double product = 1;

		for (uint32_t j = start[k]; j < start[k + 1]; j++)
			product *= in[index[j]];
		out[k] = product;
	}
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	(void) model;
	fact[0] = (psy_fact){.key = "terms", .number = op->outputs};
	return 1;
}

const psy_op_kind psy_op_polynomial = {.name = "polynomial",
									   .code = PSY_OP_POLYNOMIAL,
									   .compile = compile,
									   .check = check,
									   .apply = apply,
									   .facts = facts};
