/*
 * op_classifier.c - the estimator "linear_classifier": one affine decision for two classes (> 0 for the
 * second), or one a class, of which the largest wins (the first of equals), with the probabilities that its
 * trainer makes of them: "none";  "one_versus_rest": each through its own logistic, divided by their sum;
 *   "modified_huber": (clip(d, -1, 1) + 1) / 2, divided by their sum (by nothing: all equal; Zhang 2004).
 * Logistic regression by one versus rest, linear support vectors of several classes, ridge, perceptron, SGD.
 *
 * Data: probability (a double), intercept[outputs], coef[outputs][inputs].
 */
#include "models/model_json.h"

#include "models/model_kernels.h"

#include <math.h>

enum
{
	NONE,
	ONE_VERSUS_REST,
	MODIFIED_HUBER
};

static const char *const probability_name[] = {"none", "one_versus_rest", "modified_huber", NULL};

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "coef", "intercept", "probability", NULL};
	size_t classes = psy_builder_model(&c->builder)->classes, rows = classes == 2 ? 1 : classes, values;
	double *to;
	int probability;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_choice(c, node, "probability", probability_name, -1, &probability)) != PSY_OK)
		return status;
	if (__builtin_mul_overflow(rows, c->width + 1, &values))
		return psy_fail(c->err, PSY_LIMIT, "too many coefficients");
	if ((status = psy_builder_reserve(&c->builder, values + 1, sizeof(double), &op->data)) != PSY_OK)
		return status;
	op->outputs = (uint32_t) rows;
	to = psy_builder_at(&c->builder, op->data);
	*to++ = probability;
	if ((status = psy_json_vector(c, node, "intercept", rows, to)) != PSY_OK)
		return status;
	return psy_json_matrix(c, node, "coef", rows, c->width, to + rows);
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const double *value = psy_at(model, op->data);
	uint64_t values = (uint64_t) op->outputs * ((uint64_t) op->inputs + 1) + 1;

	if (model->task != PSY_CLASSIFICATION || op->outputs != (model->classes == 2 ? 1 : model->classes))
		return psy_fail(err, PSY_FORMAT, "linear_classifier: its outputs do not fit the classes");
	if (op->data.length / sizeof(double) != values || op->data.length % sizeof(double) != 0)
		return psy_fail(err, PSY_FORMAT, "linear_classifier: its sizes do not fit");
	if (!psy_all_finite(value, values) ||
		!(value[0] == NONE || value[0] == ONE_VERSUS_REST || value[0] == MODIFIED_HUBER))
		return psy_fail(err, PSY_FORMAT, "linear_classifier: a number is not sound");
	return PSY_OK;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *intercept = (const double *) psy_at(model, op->data) + 1, *coef = intercept + op->outputs;

	(void) workspace;
	for (size_t row = 0; row < op->outputs; row++)
		out[row] = psy_dot(in, coef + row * op->inputs, op->inputs) + intercept[row];
}

static double
huber(double decision)
{
	return ((decision < -1 ? -1 : decision > 1 ? 1 : decision) + 1) / 2;
}

static psy_status
proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *to,
	  psy_error *err)
{
	int method = (int) *(const double *) psy_at(model, op->data);
	double sum = 0;

	(void) workspace;
	if (method == NONE)
	{
		psy_fail(err, PSY_UNSUPPORTED, "this linear classifier was trained without probabilities");
		psy_hint(err, "Use model_decision for its decision values or model_predict for its label.");
		return PSY_UNSUPPORTED;
	}
	for (uint32_t k = 0; k < op->outputs; k++)
	{
		to[k] = method == MODIFIED_HUBER ? huber(raw[k]) : psy_expit(raw[k]);
		sum += to[k];
	}
	if (op->outputs == 1)
	{
		to[1] = to[0];
		to[0] = 1.0 - to[1];
		return PSY_OK;
	}
	for (uint32_t k = 0; k < op->outputs; k++)
		to[k] = sum == 0 ? 1.0 / op->outputs : to[k] / sum;
	return PSY_OK;
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	fact[0] = (psy_fact){.key = "coefficients", .number = (double) op->inputs};
	fact[1] = (psy_fact){.key = "probability",
						 .text = probability_name[(size_t) * (const double *) psy_at(model, op->data)]};
	fact[2] = (psy_fact){.key = "ties", .text = "first"};
	return 3;
}

const psy_op_kind psy_op_classifier = {.name = "linear_classifier",
									   .code = PSY_OP_CLASSIFIER,
									   .compile = compile,
									   .check = check,
									   .apply = apply,
									   .proba = proba,
									   .label = psy_op_label_of_largest,
									   .raw_favours = 1,
									   .facts = facts};
