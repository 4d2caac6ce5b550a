/*
 * op_affine.c - the step {"kind": "affine", "scale": [...], "offset": [...], "clip": [low, high]}:
 * x * scale + offset per element, which a clip keeps within bounds (scikit-learn's MinMaxScaler, and the way
 * back of any scaler of targets).  Data: scale[inputs], offset[inputs], low, high.
 */
#include "models/model_json.h"

#include "models/model_kernels.h"

#include <float.h>

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "scale", "offset", "clip", NULL};
	double *to;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_builder_reserve(&c->builder, 2 * c->width + 2, sizeof(double), &op->data)) != PSY_OK)
		return status;
	op->outputs = op->inputs;
	to = psy_builder_at(&c->builder, op->data);
	if ((status = psy_json_vector(c, node, "scale", c->width, to)) != PSY_OK ||
		(status = psy_json_vector(c, node, "offset", c->width, to + c->width)) != PSY_OK)
		return status;
	to += 2 * c->width;
	to[0] = -DBL_MAX;
	to[1] = DBL_MAX;
	if (psy_json_member(c->json, node, "clip") == NULL)
		return PSY_OK;
	if ((status = psy_json_vector(c, node, "clip", 2, to)) == PSY_OK && to[0] > to[1])
		return psy_json_fail(c->json, node, PSY_FORMAT, c->err, "the clip's bounds are the wrong way round");
	return status;
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const double *value = psy_at(model, op->data);
	uint64_t values = (uint64_t) op->inputs * 2 + 2;

	if (op->outputs != op->inputs || op->data.length != values * sizeof(double))
		return psy_fail(err, PSY_FORMAT, "affine: its sizes do not fit");
	if (!psy_all_finite(value, values))
		return psy_fail(err, PSY_FORMAT, "affine: a number is not finite");
	return PSY_OK;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *scale = psy_at(model, op->data), *offset = scale + op->inputs, *clip = offset + op->inputs;
	double low = clip[0], high = clip[1];
	bool clips = low > -DBL_MAX || high < DBL_MAX;

	(void) workspace;
	for (size_t k = 0; k < op->inputs; k++)
	{
		double y = in[k] * scale[k] + offset[k];

		out[k] = !clips ? y : y < low ? low : y > high ? high : y;
	}
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
	const double *scale = psy_at(model, op->data), *clip = scale + 2 * (size_t) op->inputs;

	for (size_t k = 0; k < op->inputs; k++)
		pulled[k] = slope[k] * scale[k];
	return clip[0] == -DBL_MAX && clip[1] == DBL_MAX;
}

const psy_op_kind psy_op_affine = {.name = "affine",
								   .code = PSY_OP_AFFINE,
								   .passes_missing = true,
								   .elementwise = true,
								   .pull = pull,
								   .compile = compile,
								   .check = check,
								   .apply = apply,
								   .facts = facts};
