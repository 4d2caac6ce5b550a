/*
 * op_ensemble.c - the estimator "ensemble": the answers of members, which a step "parallel" of steps
 * "predict" has put one after the other, become one.
 *
 *   {"kind": "ensemble", "combine": "average", "weights": [...]}   of probabilities (classes numbers a
 * member), or of values (one number a member); all weights are 1 unless given
 *   {"kind": "ensemble", "combine": "vote", "weights": [...]}      of labels (one number a member): the class
 * with most votes (the first of equals); its share is its probability
 *
 * The label is the largest (the first of equals).  scikit-learn's voting, bagging and calibrated ensembles.
 * Data: combine (a double), the sum of weights, weight[members].
 */
#include "models/model_json.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
	AVERAGE,
	VOTE
};

static const char *const combine_name[] = {"average", "vote", NULL};

/* Numbers that a member gives. */
static uint32_t
width_of(const psy_model *model, int combine)
{
	return model->task == PSY_REGRESSION || combine == VOTE ? 1 : model->classes;
}

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "combine", "weights", NULL};
	const psy_model *model = psy_builder_model(&c->builder);
	size_t members, width;
	double *to;
	int combine;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_choice(c, node, "combine", combine_name, -1, &combine)) != PSY_OK)
		return status;
	width = width_of(model, combine);
	members = c->width / width;
	if (c->width % width != 0 || (model->task == PSY_REGRESSION && combine == VOTE))
		return psy_json_fail(c->json, node, PSY_FORMAT, c->err,
							 "%zu values are not the %s of any number of members", c->width,
							 combine == VOTE ? "votes" : "probabilities");
	op->outputs = model->task == PSY_REGRESSION ? 1 : model->classes;
	if ((status = psy_builder_reserve(&c->builder, members + 2, sizeof(double), &op->data)) != PSY_OK)
		return status;
	to = psy_builder_at(&c->builder, op->data);
	to[0] = combine;
	for (size_t k = 0; k < members; k++)
		to[2 + k] = 1;
	if (psy_json_member(c->json, node, "weights") != NULL &&
		(status = psy_json_vector(c, node, "weights", members, to + 2)) != PSY_OK)
		return status;
	for (size_t k = 0; k < members; k++)
	{
		if (to[2 + k] < 0)
			return psy_json_fail(c->json, node, PSY_FORMAT, c->err, "a weight below 0");
		to[1] += to[2 + k];
	}
	return to[1] > 0 && to[1] <= DBL_MAX
			   ? PSY_OK
			   : psy_json_fail(c->json, node, PSY_FORMAT, c->err, "the weights add up to %g", to[1]);
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const double *value = psy_at(model, op->data);
	uint64_t members;

	if (op->data.length < 3 * sizeof(double) || op->data.length % sizeof(double) != 0 ||
		(value[0] != AVERAGE && value[0] != VOTE) || (value[0] == VOTE && model->task == PSY_REGRESSION) ||
		op->outputs != (model->task == PSY_REGRESSION ? 1 : model->classes))
		return psy_fail(err, PSY_FORMAT, "ensemble: its head is not sound");
	members = op->data.length / sizeof(double) - 2;
	if (op->inputs != members * width_of(model, (int) value[0]))
		return psy_fail(err, PSY_FORMAT, "ensemble: its sizes do not fit");
	if (!psy_all_finite(value, members + 2) || !(value[1] > 0))
		return psy_fail(err, PSY_FORMAT, "ensemble: a number is not sound");
	for (uint64_t k = 0; k < members; k++)
		if (!(value[2 + k] >= 0))
			return psy_fail(err, PSY_FORMAT, "ensemble: a weight below 0");
	return PSY_OK;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *value = psy_at(model, op->data), *weight = value + 2;
	size_t members = op->data.length / sizeof(double) - 2, width = width_of(model, (int) value[0]);

	(void) workspace;
	memset(out, 0, op->outputs * sizeof(double));
	for (size_t m = 0; m < members; m++, in += width)
		if (value[0] == AVERAGE)
			for (size_t k = 0; k < width; k++)
				out[k] += weight[m] * in[k];
		else if (in[0] >= 0 && in[0] < op->outputs)
			out[(size_t) in[0]] += weight[m];
		else
			out[0] = NAN; /* no label of this model */
	for (size_t k = 0; k < op->outputs; k++)
		out[k] /= value[1];
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	const double *value = psy_at(model, op->data);

	fact[0] = (psy_fact){.key = "combine", .text = combine_name[(size_t) value[0]]};
	fact[1] = (psy_fact){.key = "members", .number = (double) (op->data.length / sizeof(double) - 2)};
	fact[2] = (psy_fact){.key = "ties", .text = "first"};
	return model->task == PSY_CLASSIFICATION ? 3 : 2;
}

const psy_op_kind psy_op_ensemble = {.name = "ensemble",
									 .code = PSY_OP_ENSEMBLE,
									 .any_task = true,
									 .compile = compile,
									 .check = check,
									 .apply = apply,
									 .proba = psy_op_raw_is_proba,
									 .label = psy_op_label_of_largest,
									 .facts = facts};
