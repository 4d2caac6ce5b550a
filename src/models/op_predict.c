/*
 * op_predict.c - the step {"kind": "predict", "give": "proba", "estimator": {...}}: an estimator's answer is
 * the vector that goes on: "decision" (of two classes in favour of the second), "one_versus_rest" (decisions
 * of an svm, one a class), "proba", "label" (the class, counted from 0) or "value" (of a regression).  So
 * estimators are calibrated, stacked and put together.
 *
 * Data: give and an unused word, the estimator as a psy_op, then its data.  Workspace: the estimator's raw
 * output, then what its chain needs.
 */
#include "models/model_json.h"

#include "models/model_kernels.h"
#include "models/svm.h"

#include <math.h>
#include <string.h>

typedef enum give_code
{
	GIVE_DECISION,
	GIVE_PROBA,
	GIVE_LABEL,
	GIVE_VALUE,
	GIVE_REST
} give_code;

static const char *const give_name[] = {"decision", "proba", "label", "value", "one_versus_rest", NULL};

typedef struct predict_head
{
	uint32_t give;
	uint32_t reserved;
	psy_op estimator;
} predict_head;

static uint32_t
outputs_of(const psy_model *model, uint32_t give, const psy_op *estimator)
{
	switch (give)
	{
		case GIVE_DECISION: return estimator->outputs;
		case GIVE_REST:
		case GIVE_PROBA: return model->classes;
		default: return 1;
	}
}

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "give", "estimator", NULL};
	const psy_json_node *inner;
	predict_head head = {0};
	size_t width = c->width;
	int give;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_choice(c, node, "give", give_name, -1, &give)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "estimator", PSY_JSON_OBJECT, &inner, c->err)) != PSY_OK ||
		(status = psy_builder_reserve(&c->builder, 1, sizeof head, &op->data)) != PSY_OK)
		return status;
	if ((give == GIVE_VALUE) != (psy_builder_model(&c->builder)->task == PSY_REGRESSION))
		return psy_json_fail(c->json, node, PSY_FORMAT, c->err, "\"%s\" does not fit the task",
							 give_name[give]);
	head.give = (uint32_t) give;
	c->level++;
	status = psy_json_operator(c, inner, true, &head.estimator);
	c->level--;
	c->width = width;
	if (status != PSY_OK)
		return status;
	*(predict_head *) psy_builder_at(&c->builder, op->data) = head;
	op->outputs = outputs_of(psy_builder_model(&c->builder), head.give, &head.estimator);
	op->data.length = (uint32_t) (c->builder.used - op->data.offset);
	return PSY_OK;
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const predict_head *head = psy_at(model, op->data);
	uint64_t place = (uint64_t) op->data.offset + sizeof *head;
	psy_status status;

	if (op->data.length < sizeof *head || head->reserved != 0 || head->give > GIVE_REST ||
		(head->give == GIVE_VALUE) != (model->task == PSY_REGRESSION))
		return psy_fail(err, PSY_FORMAT, "predict: its head is not sound");
	status = psy_chain_check(model, op, &head->estimator, 1, op->inputs, true, &place, err);
	if (status == PSY_OK && op->outputs != outputs_of(model, head->give, &head->estimator))
		return psy_fail(err, PSY_FORMAT, "predict: its outputs do not fit");
	if (status == PSY_OK && head->give == GIVE_VALUE && head->estimator.outputs != 1)
		return psy_fail(err, PSY_FORMAT, "predict: an estimator of several targets has no one value");
	if (status == PSY_OK && head->give == GIVE_REST &&
		(head->estimator.code != PSY_OP_SVM ||
		 head->estimator.outputs != model->classes * (model->classes - 1) / 2))
		return psy_fail(err, PSY_FORMAT,
						"predict: decisions one versus rest are for support vectors of classes");
	if (status == PSY_OK && head->give == GIVE_PROBA && psy_op_kind_of(head->estimator.code)->proba == NULL)
		return psy_fail(err, PSY_FORMAT, "predict: %s has no probabilities",
						psy_op_kind_of(head->estimator.code)->name);
	return status;
}

/* The estimator's own, behind its raw output. */
static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	const predict_head *head = psy_at(model, op->data);
	const psy_op_kind *kind = psy_op_kind_of(head->estimator.code);

	return head->estimator.outputs + (kind->workspace == NULL ? 0 : kind->workspace(model, &head->estimator));
}

static void
give(const psy_model *model, const predict_head *head, const double *raw, double *workspace, double *out)
{
	const psy_op *op = &head->estimator;
	const psy_op_kind *kind = psy_op_kind_of(op->code);
	psy_error err;

	switch ((give_code) head->give)
	{
		case GIVE_DECISION:
			memcpy(out, raw, op->outputs * sizeof(double));
			if (model->classes == 2 && op->outputs == 1 && kind->raw_favours == 0)
				out[0] = -out[0];
			break;
		case GIVE_PROBA:
			if (kind->proba(model, op, raw, workspace, out, &err) != PSY_OK)
				out[0] = INFINITY;
			break;
		case GIVE_LABEL: out[0] = (double) kind->label(model, op, raw); break;
		case GIVE_REST: psy_svm_one_versus_rest(raw, model->classes, out); break;
		case GIVE_VALUE: out[0] = kind->value == NULL ? raw[0] : kind->value(model, op, raw); break;
	}
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const predict_head *head = psy_at(model, op->data);
	const psy_op_kind *kind = psy_op_kind_of(head->estimator.code);
	double *raw = workspace, *rest = workspace + head->estimator.outputs;
	bool finite = psy_finite(in, op->inputs);

	for (uint32_t k = 0; k < op->outputs; k++)
		out[k] = finite ? INFINITY : NAN;
	if (!finite && !kind->takes_missing)
		return;
	kind->apply(model, &head->estimator, in, rest, raw);
	/* An output that is not finite has overflowed. */
	if (psy_finite(raw, head->estimator.outputs))
		give(model, head, raw, rest, out);
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	const predict_head *head = psy_at(model, op->data);

	fact[0] = (psy_fact){.key = "estimator", .text = psy_op_kind_of(head->estimator.code)->name};
	fact[1] = (psy_fact){.key = "give", .text = give_name[head->give]};
	return 2;
}

const psy_op_kind psy_op_predict = {.name = "predict",
									.code = PSY_OP_PREDICT,
									.takes_missing = true,
									.refusal = "its estimator has no such answer (probabilities that were "
											   "not trained), or the features are too large",
									.compile = compile,
									.check = check,
									.apply = apply,
									.workspace = workspace_of,
									.facts = facts};
