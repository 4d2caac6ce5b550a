/*
 * op_calibrate.c - the step {"kind": "calibrate", "method": "sigmoid", "a": [...], "b": [...]} or {...,
 * "method": "isotonic", "x": [[...], ...], "y": [[...], ...]}: decisions become probabilities of the classes,
 * as scikit-learn's CalibratedClassifierCV has it.  One value: that of the second of two classes; or one
 * value a class, which are divided by their sum (by nothing: all equal).
 *
 * sigmoid: 1 / (1 + exp(a d + b)) (Platt 1999).  isotonic: linear between the points, constant beyond them.
 * Data: method and points of each input as uint32_t[1 + inputs] (padded); then a[inputs], b[inputs], or x and
 * y of each input in turn.
 */
#include "models/model_json.h"

#include "models/model_kernels.h"

#include <math.h>

enum
{
	SIGMOID,
	ISOTONIC
};

static const char *const method_name[] = {"sigmoid", "isotonic", NULL};

static size_t
values_at(size_t inputs)
{
	return (inputs + 2) / 2; /* doubles in front of the numbers */
}

/* ---- compiling ------------------------------------------------------------------------------- */

static psy_status
count_points(psy_compiler *c, const psy_json_node *node, int method, size_t *all)
{
	const psy_json_node *list;
	size_t count;
	psy_status status;

	*all = 2 * c->width;
	if (method == SIGMOID)
		return PSY_OK;
	if ((status = psy_json_list(c, node, "x", &list, &count)) != PSY_OK)
		return status;
	if (count != c->width)
		return psy_json_fail(c->json, list, PSY_FORMAT, c->err, "%zu curves for %zu values", count, c->width);
	*all = 0;
	for (const psy_json_node *n = psy_json_first(c->json, list); n != NULL; n = psy_json_next(c->json, n))
	{
		if ((status = psy_json_expect(c->json, n, PSY_JSON_ARRAY, c->err)) != PSY_OK)
			return status;
		if (n->as.children.count == 0)
			return psy_json_fail(c->json, n, PSY_FORMAT, c->err, "a curve without points");
		*all += 2 * (size_t) n->as.children.count;
	}
	return PSY_OK;
}

static psy_status
read_curves(psy_compiler *c, const psy_json_node *node, uint32_t *points, double *value)
{
	const psy_json_node *x = psy_json_first(c->json, psy_json_member(c->json, node, "x")), *y;
	size_t count;
	psy_status status = psy_json_list(c, node, "y", &y, &count);

	if (status == PSY_OK && count != c->width)
		return psy_json_fail(c->json, y, PSY_FORMAT, c->err, "%zu curves for %zu values", count, c->width);
	for (y = status == PSY_OK ? psy_json_first(c->json, y) : NULL; y != NULL;
		 x = psy_json_next(c->json, x), y = psy_json_next(c->json, y), points++)
	{
		*points = x->as.children.count;
		if ((status = psy_json_numbers(c->json, x, *points, value, c->err)) != PSY_OK ||
			(status = psy_json_numbers(c->json, y, *points, value + *points, c->err)) != PSY_OK)
			return status;
		for (uint32_t k = 1; k < *points; k++)
			if (!(value[k] > value[k - 1]))
				return psy_json_fail(c->json, x, PSY_FORMAT, c->err, "the points must ascend");
		value += 2 * (size_t) *points;
	}
	return status;
}

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const sigmoid_keys[] = {"kind", "method", "a", "b", NULL};
	static const char *const isotonic_keys[] = {"kind", "method", "x", "y", NULL};
	size_t classes = psy_builder_model(&c->builder)->classes, all;
	uint32_t *head;
	double *value;
	int method;
	psy_status status;

	if ((status = psy_json_choice(c, node, "method", method_name, -1, &method)) != PSY_OK ||
		(status = psy_json_only(c->json, node, method == SIGMOID ? sigmoid_keys : isotonic_keys, c->err)) !=
			PSY_OK)
		return status;
	if (classes == 0 || (c->width == 1 ? classes != 2 : c->width != classes))
		return psy_json_fail(c->json, node, PSY_FORMAT, c->err,
							 "%zu values for %zu classes: one for two, else one a class", c->width, classes);
	if ((status = count_points(c, node, method, &all)) != PSY_OK ||
		(status = psy_builder_reserve(&c->builder, values_at(c->width) + all, sizeof(double), &op->data)) !=
			PSY_OK)
		return status;
	op->outputs = (uint32_t) classes;
	head = psy_builder_at(&c->builder, op->data);
	value = (double *) head + values_at(c->width);
	head[0] = (uint32_t) method;
	if (method == ISOTONIC)
		return read_curves(c, node, head + 1, value);
	if ((status = psy_json_vector(c, node, "a", c->width, value)) != PSY_OK)
		return status;
	return psy_json_vector(c, node, "b", c->width, value + c->width);
}

/* ---- checking -------------------------------------------------------------------------------- */

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const uint32_t *head = psy_at(model, op->data);
	const double *value = (const double *) head + values_at(op->inputs);
	uint64_t front = values_at(op->inputs), all = 0;

	if (model->task != PSY_CLASSIFICATION || op->outputs != model->classes ||
		(op->inputs == 1 ? model->classes != 2 : op->inputs != model->classes) ||
		op->data.length < front * sizeof(double) || op->data.length % sizeof(double) != 0 ||
		head[0] > ISOTONIC)
		return psy_fail(err, PSY_FORMAT, "calibrate: its head is not sound");
	for (uint32_t k = 0; k < op->inputs; k++)
		all += head[0] == SIGMOID ? 2 : 2 * (uint64_t) head[1 + k];
	if (op->data.length / sizeof(double) != front + all || !psy_all_finite(value, all))
		return psy_fail(err, PSY_FORMAT, "calibrate: its sizes do not fit, or a number is not finite");
	for (uint32_t k = 0; head[0] == ISOTONIC && k < op->inputs; k++)
	{
		if (head[1 + k] == 0)
			return psy_fail(err, PSY_FORMAT, "calibrate: a curve without points");
		for (uint32_t j = 1; j < head[1 + k]; j++)
			if (!(value[j] > value[j - 1]))
				return psy_fail(err, PSY_FORMAT, "calibrate: the points of a curve do not ascend");
		value += 2 * (size_t) head[1 + k];
	}
	return PSY_OK;
}

/* ---- scoring --------------------------------------------------------------------------------- */

static double
on_curve(const double *x, const double *y, size_t points, double at)
{
	size_t low = 0, high = points - 1;

	if (at <= x[0])
		return y[0];
	if (at >= x[high])
		return y[high];
	/* x[low] < at <= x[high] */
	while (high - low > 1)
	{
		size_t middle = low + (high - low) / 2;

		if (x[middle] < at)
			low = middle;
		else
			high = middle;
	}
	return (y[high] - y[low]) / (x[high] - x[low]) * (at - x[low]) + y[low];
}

static void
divide(double *p, size_t classes)
{
	double sum = 0;

	for (size_t k = 0; k < classes; k++)
		sum += p[k];
	for (size_t k = 0; k < classes; k++)
		p[k] = sum == 0 ? 1.0 / (double) classes : p[k] / sum;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const uint32_t *head = psy_at(model, op->data);
	const double *value = (const double *) head + values_at(op->inputs);
	size_t inputs = op->inputs;

	(void) workspace;
	for (size_t k = 0; k < inputs; k++)
		if (head[0] == SIGMOID)
			out[k] = psy_expit(-(value[k] * in[k] + value[inputs + k]));
		else
		{
			out[k] = on_curve(value, value + head[1 + k], head[1 + k], in[k]);
			value += 2 * (size_t) head[1 + k];
		}
	if (inputs > 1)
		divide(out, inputs);
	else
	{
		out[1] = out[0];
		out[0] = 1.0 - out[1];
	}
	/* As scikit-learn does with what rounding left above 1. */
	for (size_t k = 0; k < op->outputs; k++)
		if (out[k] > 1.0 && out[k] <= 1.0 + 1e-5)
			out[k] = 1.0;
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	fact[0] = (psy_fact){.key = "method", .text = method_name[*(const uint32_t *) psy_at(model, op->data)]};
	return 1;
}

const psy_op_kind psy_op_calibrate = {.name = "calibrate",
									  .code = PSY_OP_CALIBRATE,
									  .compile = compile,
									  .check = check,
									  .apply = apply,
									  .facts = facts};
