/*
 * op_linear.c - estimators that are one affine map: "linear" (regression) and "logistic" (classification).
 *
 * Data: intercept[outputs], coef[outputs][inputs].  Logistic with one row is binary, its value the log-odds
 * of the second class; with a row per class it is multinomial (softmax).
 */
#include "models/model_kernels.h"
#include "models/model_op.h"

static psy_status
read_rows(psy_compiler *c, const psy_json_node *coef, double *to)
{
	psy_status status = PSY_OK;

	for (const psy_json_node *row = psy_json_first(c->json, coef); status == PSY_OK && row != NULL;
		 row = psy_json_next(c->json, row), to += c->width)
		status = psy_json_numbers(c->json, row, c->width, to, c->err);
	return status;
}

/* coef and intercept of op->outputs rows. */
static psy_status
compile_affine(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "coef", "intercept", NULL};
	const psy_json_node *coef, *intercept;
	size_t rows = op->outputs, values;
	double *to;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "coef", PSY_JSON_ARRAY, &coef, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "intercept", PSY_JSON_ARRAY, &intercept, c->err)) != PSY_OK)
		return status;
	if (coef->as.children.count != rows)
		return psy_json_fail(c->json, coef, PSY_FORMAT, c->err, "%u rows of coefficients, %zu expected",
							 coef->as.children.count, rows);
	if (__builtin_mul_overflow(rows, c->width + 1, &values))
		return psy_fail(c->err, PSY_LIMIT, "too many coefficients");
	if ((status = psy_builder_reserve(&c->builder, values, sizeof(double), &op->data)) != PSY_OK)
		return status;
	to = psy_builder_at(&c->builder, op->data);
	if ((status = psy_json_numbers(c->json, intercept, rows, to, c->err)) != PSY_OK)
		return status;
	return read_rows(c, coef, to + rows);
}

static psy_status
compile_linear(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	op->outputs = 1;
	return compile_affine(c, node, op);
}

static psy_status
compile_logistic(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	size_t classes = psy_builder_model(&c->builder)->classes;
	const psy_json_node *coef = psy_json_member(c->json, node, "coef");

	/* Two classes may also be written as a softmax of two rows. */
	op->outputs = classes == 2 ? 1 : (uint32_t) classes;
	if (coef != NULL && coef->kind == PSY_JSON_ARRAY && coef->as.children.count == classes)
		op->outputs = (uint32_t) classes;
	return compile_affine(c, node, op);
}

static psy_status
check_affine(const psy_model *model, const psy_op *op, psy_error *err)
{
	uint64_t values = (uint64_t) op->outputs * ((uint64_t) op->inputs + 1);

	if (op->data.length / sizeof(double) != values || op->data.length % sizeof(double) != 0)
		return psy_fail(err, PSY_FORMAT, "the coefficients' sizes do not fit");
	if (!psy_all_finite(psy_at(model, op->data), values))
		return psy_fail(err, PSY_FORMAT, "a coefficient is not finite");
	return PSY_OK;
}

static psy_status
check_linear(const psy_model *model, const psy_op *op, psy_error *err)
{
	if (model->task != PSY_REGRESSION || op->outputs != 1)
		return psy_fail(err, PSY_FORMAT, "linear: its outputs do not fit the task");
	return check_affine(model, op, err);
}

static psy_status
check_logistic(const psy_model *model, const psy_op *op, psy_error *err)
{
	if (model->task != PSY_CLASSIFICATION ||
		(op->outputs != model->classes && !(model->classes == 2 && op->outputs == 1)))
		return psy_fail(err, PSY_FORMAT, "logistic: its outputs do not fit the classes");
	return check_affine(model, op, err);
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *intercept = psy_at(model, op->data);
	const double *coef = intercept + op->outputs;

	(void) workspace;
	for (size_t row = 0; row < op->outputs; row++)
		out[row] = psy_dot(in, coef + row * op->inputs, op->inputs) + intercept[row];
}

static psy_status
proba_logistic(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *proba,
			   psy_error *err)
{
	(void) workspace;
	(void) err;
	if (op->outputs > 1)
	{
		psy_softmax(raw, model->classes, proba);
		return PSY_OK;
	}
	/* The other class by subtraction: so does scikit-learn, and the trainer's numbers are what a model
	 * promises. */
	proba[1] = psy_expit(raw[0]);
	proba[0] = 1.0 - proba[1];
	return PSY_OK;
}

static size_t
label_logistic(const psy_model *model, const psy_op *op, const double *raw)
{
	size_t best = 0;

	if (op->outputs == 1)
		return raw[0] > 0 ? 1 : 0;
	for (size_t k = 1; k < model->classes; k++)
		if (raw[k] > raw[best])
			best = k;
	return best;
}

static size_t
facts_linear(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	(void) model;
	fact[0] = (psy_fact){.key = "coefficients", .number = (double) op->inputs};
	return 1;
}

static size_t
facts_logistic(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	facts_linear(model, op, fact);
	fact[1] = (psy_fact){.key = "probability", .text = op->outputs == 1 ? "logistic" : "softmax"};
	fact[2] = (psy_fact){.key = "ties", .text = "first"};
	return 3;
}

const psy_op_kind psy_op_linear = {.name = "linear",
								   .code = PSY_OP_LINEAR,
								   .compile = compile_linear,
								   .check = check_linear,
								   .apply = apply,
								   .facts = facts_linear};

const psy_op_kind psy_op_logistic = {.name = "logistic",
									 .code = PSY_OP_LOGISTIC,
									 .compile = compile_logistic,
									 .check = check_logistic,
									 .apply = apply,
									 .proba = proba_logistic,
									 .label = label_logistic,
									 .raw_favours = 1,
									 .facts = facts_logistic};
