/*
 * op_quantile.c - the step {"kind": "quantile", "output": "uniform", "references": [...], "quantiles":
 * [[...],
 * ...]}: each value becomes its place among the quantiles of training (one list a value), "uniform" within
 * [0, 1] or "normal"; scikit-learn's QuantileTransformer, which interpolates from both sides and takes the
 * middle, so that equal quantiles answer with the middle of their references.
 *
 * Data: output (0 or 1), references[count], quantiles[inputs][count].
 */
#include "models/model_json.h"

#include "stats/distribution.h"

#include <math.h>

static const char *const output_name[] = {"uniform", "normal", NULL};

static size_t
count_of(const psy_op *op)
{
	return (op->data.length / sizeof(double) - 1) / ((size_t) op->inputs + 1);
}

static bool
ascends(const double *value, size_t count)
{
	for (size_t k = 1; k < count; k++)
		if (!(value[k] >= value[k - 1]))
			return false;
	return true;
}

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "output", "references", "quantiles", NULL};
	const psy_json_node *references;
	size_t count, values;
	double *to;
	int output;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_choice(c, node, "output", output_name, -1, &output)) != PSY_OK ||
		(status = psy_json_list(c, node, "references", &references, &count)) != PSY_OK)
		return status;
	if (count < 1)
		return psy_json_fail(c->json, references, PSY_FORMAT, c->err, "no references, at least one expected");
	if (__builtin_mul_overflow(count, c->width + 1, &values))
		return psy_fail(c->err, PSY_LIMIT, "too many quantiles");
	if ((status = psy_builder_reserve(&c->builder, values + 1, sizeof(double), &op->data)) != PSY_OK)
		return status;
	op->outputs = op->inputs;
	to = psy_builder_at(&c->builder, op->data);
	to[0] = output;
	if ((status = psy_json_numbers(c->json, references, count, to + 1, c->err)) != PSY_OK ||
		(status = psy_json_matrix(c, node, "quantiles", c->width, count, to + 1 + count)) != PSY_OK)
		return status;
	for (size_t k = 0; k <= c->width; k++)
		if (!ascends(to + 1 + k * count, count))
			return psy_json_fail(c->json, node, PSY_FORMAT, c->err, "references and quantiles must ascend");
	return PSY_OK;
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const double *value = psy_at(model, op->data);
	size_t values = op->data.length / sizeof(double), count;

	if (op->outputs != op->inputs || op->data.length % sizeof(double) != 0 ||
		values < 2 + (size_t) op->inputs || (values - 1) % ((size_t) op->inputs + 1) != 0)
		return psy_fail(err, PSY_FORMAT, "quantile: its sizes do not fit");
	if (!psy_all_finite(value, values) || (value[0] != 0 && value[0] != 1))
		return psy_fail(err, PSY_FORMAT, "quantile: a number is not sound");
	count = count_of(op);
	for (size_t k = 0; k <= op->inputs; k++)
		if (!ascends(value + 1 + k * count, count))
			return psy_fail(err, PSY_FORMAT, "quantile: its quantiles do not ascend");
	return PSY_OK;
}

/* numpy.interp: the last x[j] <= at; constant beyond the ends. */
static double
from_below(const double *x, const double *y, size_t count, double at)
{
	size_t low = 0, high = count;

	if (at < x[0])
		return y[0];
	while (low + 1 < high)
	{
		size_t middle = low + (high - low) / 2;

		if (x[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	if (low == count - 1 || x[low] == at)
		return y[low];
	return (y[low + 1] - y[low]) / (x[low + 1] - x[low]) * (at - x[low]) + y[low];
}

/* The same of the mirror image: the first x[j] >= at, in the order of operations that numpy has there. */
static double
from_above(const double *x, const double *y, size_t count, double at)
{
	size_t low = 0, high = count;

	if (at > x[count - 1])
		return y[count - 1];
	/* x[low - 1] < at <= x[high] once found */
	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (x[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || x[low] == at)
		return y[low];
	return -((y[low] - y[low - 1]) / (x[low] - x[low - 1]) * (x[low] - at) - y[low]);
}

#define BOUND 1e-7 /* scikit-learn's BOUNDS_THRESHOLD */

static double
place_of(const double *reference, const double *quantile, size_t count, double x, bool normal)
{
	double slack = normal ? BOUND : 0, least = BOUND - 0x1p-52, place;

	place = 0.5 * (from_below(quantile, reference, count, x) + from_above(quantile, reference, count, x));
	if (normal ? x + slack > quantile[count - 1] : x == quantile[count - 1])
		place = 1;
	if (normal ? x - slack < quantile[0] : x == quantile[0])
		place = 0;
	if (!normal)
		return place;
	return psy_normal_quantile(place < least ? least : place > 1 - least ? 1 - least : place, PSY_LOWER);
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *value = psy_at(model, op->data), *reference = value + 1;
	size_t count = count_of(op);

	(void) workspace;
	for (size_t k = 0; k < op->inputs; k++)
		out[k] = in[k] != in[k]
					 ? in[k]
					 : place_of(reference, reference + (k + 1) * count, count, in[k], value[0] == 1);
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	fact[0] =
		(psy_fact){.key = "output", .text = output_name[(size_t) * (const double *) psy_at(model, op->data)]};
	fact[1] = (psy_fact){.key = "quantiles", .number = (double) count_of(op)};
	return 2;
}

const psy_op_kind psy_op_quantile = {.name = "quantile",
									 .code = PSY_OP_QUANTILE,
									 .passes_missing = true,
									 .compile = compile,
									 .check = check,
									 .apply = apply,
									 .facts = facts};
