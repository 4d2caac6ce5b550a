/*
 * op_gblinear.c - XGBoost's linear booster: base, bias and weighted features of each output, added in float32
 * in the features' order as XGBoost does; a missing feature adds nothing.
 *
 * Data: psy_trees_head (its link, flags and parameter alone count), base[outputs],
 * weight[inputs][outputs], bias[outputs].
 */
#include "models/xgboost.h"

#include <math.h>

static size_t
values_of(size_t inputs, size_t outputs)
{
	return (inputs + 2) * outputs;
}

psy_status
psy_xgboost_linear(psy_xgboost *x, psy_op *op)
{
	psy_compiler *c = x->c;
	const psy_json_node *model, *weights;
	size_t inputs = x->features, outputs = x->outputs, values = values_of(inputs, outputs);
	psy_trees_head *head;
	double *value;
	psy_status status;

	op->code = PSY_OP_GBLINEAR;
	op->outputs = x->outputs;
	if ((status = psy_json_need(c->json, x->booster, "model", PSY_JSON_OBJECT, &model, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, model, "weights", PSY_JSON_ARRAY, &weights, c->err)) != PSY_OK)
		return status;
	if (weights->as.children.count != (inputs + 1) * outputs)
		return psy_json_fail(c->json, weights, PSY_FORMAT, c->err, "%u weights, %zu expected",
							 weights->as.children.count, (inputs + 1) * outputs);
	if ((status = psy_builder_reserve(&c->builder, sizeof *head / sizeof(double) + values, sizeof(double),
									  &op->data)) != PSY_OK)
		return status;
	head = psy_builder_at(&c->builder, op->data);
	*head = (psy_trees_head){.link = x->objective->link, .flags = PSY_TREES_FLOAT_SUMS, .parameter = 1};
	value = (double *) (head + 1);
	/* Trained with one a class, XGBoost 3.2 predicts with the first for all of them. */
	for (size_t k = 0; k < outputs; k++)
		value[k] = x->base[0];
	return psy_json_numbers(c->json, weights, (inputs + 1) * outputs, value + outputs, c->err);
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const psy_trees_head *head = psy_at(model, op->data);
	uint64_t values;

	if (op->data.length < sizeof *head || op->outputs > PSY_MODEL_MOST_CLASSES ||
		head->flags != PSY_TREES_FLOAT_SUMS || !isfinite(head->parameter))
		return psy_fail(err, PSY_FORMAT, "gblinear: its head is not sound");
	values = ((uint64_t) op->inputs + 2) * op->outputs;
	if (op->data.length - sizeof *head != values * sizeof(double) ||
		!psy_all_finite((const double *) (head + 1), values))
		return psy_fail(err, PSY_FORMAT, "gblinear: its sizes do not fit, or a number is not finite");
	return psy_link_check(model, op, head, err);
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const psy_trees_head *head = psy_at(model, op->data);
	const double *base = (const double *) (head + 1), *weight = base + op->outputs;
	const double *bias = weight + (size_t) op->inputs * op->outputs;

	(void) workspace;
	for (uint32_t k = 0; k < op->outputs; k++)
	{
		float sum = (float) bias[k] + (float) base[k];

		for (uint32_t j = 0; j < op->inputs; j++)
			if (in[j] == in[j])
				sum += (float) in[j] * (float) weight[(size_t) j * op->outputs + k];
		out[k] = (double) sum;
	}
}

static psy_status
proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *to,
	  psy_error *err)
{
	(void) workspace;
	(void) err;
	psy_link_proba(psy_at(model, op->data), op->outputs, raw, to);
	return PSY_OK;
}

static size_t
label(const psy_model *model, const psy_op *op, const double *raw)
{
	return psy_link_label(psy_at(model, op->data), op->outputs, raw);
}

static double
value(const psy_model *model, const psy_op *op, const double *raw)
{
	return psy_link_value(psy_at(model, op->data), raw[0]);
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	const psy_trees_head *head = psy_at(model, op->data);

	fact[0] = (psy_fact){.key = "coefficients", .number = op->inputs};
	fact[1] = (psy_fact){.key = "link", .text = psy_link_name(head->link)};
	fact[2] = (psy_fact){.key = "sums as", .text = "float32"};
	fact[3] = (psy_fact){.key = "ties", .text = "first"};
	return model->task == PSY_CLASSIFICATION ? 4 : 3;
}

const psy_op_kind psy_op_gblinear = {.name = "gblinear",
									 .code = PSY_OP_GBLINEAR,
									 .any_task = true,
									 .takes_missing = true,
									 .check = check,
									 .apply = apply,
									 .proba = proba,
									 .label = label,
									 .value = value,
									 .raw_favours = 1,
									 .facts = facts};
