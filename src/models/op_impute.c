/*
 * op_impute.c - the step {"kind": "impute", "value": [...], "missing": m, "indicator": [columns]}: a constant
 * stands in for a missing value, and behind the values comes 1 for each indicated column that was missing,
 * else 0 (scikit-learn's SimpleImputer with add_indicator).  A value is missing when it is NaN; with
 * "missing", when it equals that number too.  Data: value[inputs], missing (any number) and whether there is
 * one, indicator as uint32_t[outputs - inputs].
 */
#include "models/model_json.h"

#include <math.h>

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "value", "missing", "indicator", NULL};
	const psy_json_node *list = psy_json_member(c->json, node, "indicator");
	size_t columns = 0, bytes = (c->width + 2) * sizeof(double);
	double *to;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(list != NULL && (status = psy_json_list(c, node, "indicator", &list, &columns)) != PSY_OK))
		return status;
	if (columns > c->width)
		return psy_json_fail(c->json, list, PSY_FORMAT, c->err, "more indicators than values");
	if ((status = psy_builder_reserve(&c->builder, 1, bytes + columns * sizeof(uint32_t), &op->data)) !=
		PSY_OK)
		return status;
	op->outputs = op->inputs + (uint32_t) columns;
	to = psy_builder_at(&c->builder, op->data);
	to[c->width + 1] = psy_json_member(c->json, node, "missing") != NULL;
	if ((status = psy_json_vector(c, node, "value", c->width, to)) != PSY_OK ||
		(status = psy_json_setting(c, node, "missing", -HUGE_VAL, HUGE_VAL, 0, to + c->width)) != PSY_OK)
		return status;
	return columns == 0 ? PSY_OK : psy_json_indexes(c, list, c->width - 1, (uint32_t *) (to + c->width + 2));
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const double *value = psy_at(model, op->data);
	const uint32_t *column = (const uint32_t *) (value + op->inputs + 2);
	uint32_t columns = op->outputs - op->inputs;

	if (op->outputs < op->inputs || columns > op->inputs ||
		op->data.length !=
			((uint64_t) op->inputs + 2) * sizeof(double) + (uint64_t) columns * sizeof(uint32_t))
		return psy_fail(err, PSY_FORMAT, "impute: its sizes do not fit");
	if (!psy_all_finite(value, (size_t) op->inputs + 2))
		return psy_fail(err, PSY_FORMAT, "impute: a number is not finite");
	for (uint32_t k = 0; k < columns; k++)
		if (column[k] >= op->inputs)
			return psy_fail(err, PSY_FORMAT, "impute: an indicator of a value that does not exist");
	return PSY_OK;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *value = psy_at(model, op->data), *missing = value + op->inputs;
	const uint32_t *column = (const uint32_t *) (missing + 2);

	(void) workspace;
	for (uint32_t k = op->inputs; k < op->outputs; k++)
	{
		double x = in[column[k - op->inputs]];

		out[k] = x != x || (missing[1] != 0 && x == missing[0]);
	}
	for (size_t k = 0; k < op->inputs; k++)
		out[k] = in[k] != in[k] || (missing[1] != 0 && in[k] == missing[0]) ? value[k] : in[k];
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	(void) model;
	fact[0] = (psy_fact){.key = "indicators", .number = op->outputs - op->inputs};
	return 1;
}

/* An indicator tells about its column. */
static bool
sources(const psy_model *model, const psy_op *op, uint32_t *source)
{
	const double *value = psy_at(model, op->data);
	const uint32_t *column = (const uint32_t *) (value + op->inputs + 2);

	for (uint32_t k = 0; k < op->outputs; k++)
		source[k] = k < op->inputs ? k : column[k - op->inputs];
	return true;
}

const psy_op_kind psy_op_impute = {.name = "impute",
								   .code = PSY_OP_IMPUTE,
								   .takes_missing = true,
								   .sources = sources,
								   .compile = compile,
								   .check = check,
								   .apply = apply,
								   .facts = facts};
