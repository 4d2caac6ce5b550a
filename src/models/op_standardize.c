/*
 * op_standardize.c - the step {"kind": "standardize", "mean": [...], "scale": [...]}: (x - mean) / scale per
 * element. Data: mean[inputs], scale[inputs].
 */
#include "models/model_kernels.h"
#include "models/model_op.h"

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "mean", "scale", NULL};
	const psy_json_node *mean, *scale;
	double *to;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "mean", PSY_JSON_ARRAY, &mean, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "scale", PSY_JSON_ARRAY, &scale, c->err)) != PSY_OK ||
		(status = psy_builder_reserve(&c->builder, 2 * c->width, sizeof(double), &op->data)) != PSY_OK)
		return status;
	op->outputs = op->inputs;
	to = psy_builder_at(&c->builder, op->data);
	if ((status = psy_json_numbers(c->json, mean, c->width, to, c->err)) != PSY_OK ||
		(status = psy_json_numbers(c->json, scale, c->width, to + c->width, c->err)) != PSY_OK)
		return status;
	for (const psy_json_node *n = psy_json_first(c->json, scale); n != NULL; n = psy_json_next(c->json, n))
		if (n->as.number == 0)
			return psy_json_fail(c->json, n, PSY_FORMAT, c->err, "a scale of 0");
	return PSY_OK;
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const double *value = psy_at(model, op->data);

	if (op->outputs != op->inputs || op->data.length != (uint64_t) op->inputs * 2 * sizeof(double))
		return psy_fail(err, PSY_FORMAT, "standardize: its sizes do not fit");
	if (!psy_all_finite(value, (size_t) op->inputs * 2))
		return psy_fail(err, PSY_FORMAT, "standardize: a number is not finite");
	for (size_t k = 0; k < op->inputs; k++)
		if (value[op->inputs + k] == 0)
			return psy_fail(err, PSY_FORMAT, "standardize: a scale of 0");
	return PSY_OK;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *mean = psy_at(model, op->data);

	(void) workspace;
	psy_standardize(in, mean, mean + op->inputs, op->inputs, out);
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	(void) model;
	(void) op;
	(void) fact;
	return 0;
}

static bool
pull(const psy_model *model, const psy_op *op, const double *slope, double *pulled)
{
	const double *scale = (const double *) psy_at(model, op->data) + op->inputs;

	for (size_t k = 0; k < op->inputs; k++)
		pulled[k] = slope[k] / scale[k];
	return true;
}

const psy_op_kind psy_op_standardize = {.name = "standardize",
										.code = PSY_OP_STANDARDIZE,
										.passes_missing = true,
										.elementwise = true,
										.centres = true,
										.pull = pull,
										.compile = compile,
										.check = check,
										.apply = apply,
										.facts = facts};
