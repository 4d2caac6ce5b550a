/*
 * op_project.c - the step {"kind": "project", "center": [...], "matrix": [[...], ...], "offset": [...]}: each
 * output is a row of the matrix times (x - center), plus its offset (PCA, whitened or not, truncated SVD,
 * linear discriminants, any linear map).  "center" and "offset" are 0 unless given.
 *
 * Data: center[inputs], offset[outputs], matrix[outputs][inputs].  Workspace: inputs.
 */
#include "models/model_json.h"

#include "models/model_kernels.h"

#include <string.h>

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "center", "matrix", "offset", NULL};
	const psy_json_node *matrix;
	size_t rows, values;
	double *to;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_list(c, node, "matrix", &matrix, &rows)) != PSY_OK)
		return status;
	if (rows == 0)
		return psy_json_fail(c->json, matrix, PSY_FORMAT, c->err, "no rows, at least one expected");
	if (__builtin_mul_overflow(rows, c->width + 1, &values))
		return psy_fail(c->err, PSY_LIMIT, "too many numbers in a matrix");
	if ((status = psy_builder_reserve(&c->builder, values + c->width, sizeof(double), &op->data)) != PSY_OK)
		return status;
	op->outputs = (uint32_t) rows;
	to = psy_builder_at(&c->builder, op->data);
	if (psy_json_member(c->json, node, "center") != NULL &&
		(status = psy_json_vector(c, node, "center", c->width, to)) != PSY_OK)
		return status;
	if (psy_json_member(c->json, node, "offset") != NULL &&
		(status = psy_json_vector(c, node, "offset", rows, to + c->width)) != PSY_OK)
		return status;
	return psy_json_rows(c, matrix, rows, c->width, to + c->width + rows);
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	uint64_t values = (uint64_t) op->outputs * ((uint64_t) op->inputs + 1) + op->inputs;

	if (op->data.length / sizeof(double) != values || op->data.length % sizeof(double) != 0)
		return psy_fail(err, PSY_FORMAT, "project: its sizes do not fit");
	if (!psy_all_finite(psy_at(model, op->data), values))
		return psy_fail(err, PSY_FORMAT, "project: a number is not finite");
	return PSY_OK;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *center = psy_at(model, op->data), *offset = center + op->inputs,
				 *row = offset + op->outputs;

	for (size_t k = 0; k < op->inputs; k++)
		workspace[k] = in[k] - center[k];
	for (size_t k = 0; k < op->outputs; k++)
		out[k] = psy_dot(workspace, row + k * op->inputs, op->inputs) + offset[k];
}

static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	(void) model;
	return op->inputs;
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	(void) model;
	fact[0] = (psy_fact){.key = "components", .number = op->outputs};
	return 1;
}

static bool
pull(const psy_model *model, const psy_op *op, const double *slope, double *pulled)
{
	const double *row = (const double *) psy_at(model, op->data) + op->inputs + op->outputs;

	memset(pulled, 0, op->inputs * sizeof *pulled);
	for (size_t k = 0; k < op->outputs; k++, row += op->inputs)
		for (size_t j = 0; j < op->inputs; j++)
			pulled[j] += slope[k] * row[j];
	return true;
}

const psy_op_kind psy_op_project = {.name = "project",
									.code = PSY_OP_PROJECT,
									.compile = compile,
									.check = check,
									.apply = apply,
									.workspace = workspace_of,
									.pull = pull,
									.facts = facts};
