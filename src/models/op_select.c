/*
 * op_select.c - the step {"kind": "select", "columns": [...]}: some of the values, counted from 0, in this
 * order (any selector of features).  Data: uint32_t[outputs].
 */
#include "models/model_json.h"

#include <string.h>

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "columns", NULL};
	const psy_json_node *list;
	size_t columns;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_list(c, node, "columns", &list, &columns)) != PSY_OK)
		return status;
	if (columns == 0)
		return psy_json_fail(c->json, list, PSY_FORMAT, c->err, "no columns, at least one expected");
	if ((status = psy_builder_reserve(&c->builder, columns, sizeof(uint32_t), &op->data)) != PSY_OK)
		return status;
	op->outputs = (uint32_t) columns;
	return psy_json_indexes(c, list, c->width - 1, psy_builder_at(&c->builder, op->data));
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const uint32_t *column = psy_at(model, op->data);

	if (op->data.length != (uint64_t) op->outputs * sizeof(uint32_t))
		return psy_fail(err, PSY_FORMAT, "select: its sizes do not fit");
	for (uint32_t k = 0; k < op->outputs; k++)
		if (column[k] >= op->inputs)
			return psy_fail(err, PSY_FORMAT, "select: a column that does not exist");
	return PSY_OK;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const uint32_t *column = psy_at(model, op->data);

	(void) workspace;
	for (uint32_t k = 0; k < op->outputs; k++)
		out[k] = in[column[k]];
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	(void) model;
	fact[0] = (psy_fact){.key = "columns", .number = op->outputs};
	return 1;
}

static bool
sources(const psy_model *model, const psy_op *op, uint32_t *source)
{
	memcpy(source, psy_at(model, op->data), op->outputs * sizeof *source);
	return true;
}

static bool
pull(const psy_model *model, const psy_op *op, const double *slope, double *pulled)
{
	const uint32_t *column = psy_at(model, op->data);

	memset(pulled, 0, op->inputs * sizeof *pulled);
	for (uint32_t k = 0; k < op->outputs; k++)
		pulled[column[k]] += slope[k];
	return true;
}

const psy_op_kind psy_op_select = {.name = "select",
								   .code = PSY_OP_SELECT,
								   .passes_missing = true,
								   .sources = sources,
								   .pull = pull,
								   .compile = compile,
								   .check = check,
								   .apply = apply,
								   .facts = facts};
