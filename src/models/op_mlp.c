/*
 * op_mlp.c - the estimator "mlp": a feed-forward network.
 *
 *   {"kind": "mlp", "activation": "relu", "output": "softmax",
 *    "layers": [{"weight": [[one number an input], one row a unit], "bias": [one number a unit]}, ...]}
 *
 * "activation" ("identity", "logistic", "tanh", "relu") follows every layer but the last.  "output" says what
 * the last layer's values are: of a regression the value itself ("identity"); of two classes the log-odds of
 * the second
 * ("logistic"; one unit); or one value a class ("softmax").  scikit-learn's MLPClassifier and MLPRegressor,
 * R's nnet.
 *
 * Data: mlp_head, width[layers] (uint32_t, padded), then weight[units][inputs] and bias[units] of each layer.
 */
#include "models/model_json.h"

#include "models/model_kernels.h"

#include <math.h>

#define MOST_LAYERS 1000

static const char *const activation_name[] = {"identity", "logistic", "tanh", "relu", NULL};
static const char *const output_name[] = {"identity", "logistic", "softmax", NULL};

enum
{
	ACTIVATION_IDENTITY,
	ACTIVATION_LOGISTIC,
	ACTIVATION_TANH,
	ACTIVATION_RELU
};

enum
{
	OUTPUT_IDENTITY,
	OUTPUT_LOGISTIC,
	OUTPUT_SOFTMAX
};

typedef struct mlp_head
{
	uint32_t layers;
	uint32_t activation;
	uint32_t output;
	uint32_t widest;
} mlp_head;

static size_t
front_of(size_t layers)
{
	return sizeof(mlp_head) + (layers + 1) / 2 * 8;
}

/* ---- compiling ------------------------------------------------------------------------------- */

static psy_status
measure(psy_compiler *c, const psy_json_node *layers, uint32_t *widest, size_t *values)
{
	static const char *const keys[] = {"weight", "bias", NULL};
	const psy_json_node *weight;
	size_t inputs = c->width, units, more;
	psy_status status;

	*values = 0;
	for (const psy_json_node *n = psy_json_first(c->json, layers); n != NULL; n = psy_json_next(c->json, n))
	{
		if ((status = psy_json_only(c->json, n, keys, c->err)) != PSY_OK ||
			(status = psy_json_list(c, n, "weight", &weight, &units)) != PSY_OK)
			return status;
		if (units == 0)
			return psy_json_fail(c->json, weight, PSY_FORMAT, c->err, "a layer without units");
		if (__builtin_mul_overflow(units, inputs + 1, &more) || __builtin_add_overflow(*values, more, values))
			return psy_fail(c->err, PSY_LIMIT, "too many weights");
		if (units > *widest)
			*widest = (uint32_t) units;
		inputs = units;
	}
	return PSY_OK;
}

static psy_status
read_layers(psy_compiler *c, const psy_json_node *layers, uint32_t *width, double *value)
{
	size_t inputs = c->width;
	psy_status status;

	for (const psy_json_node *n = psy_json_first(c->json, layers); n != NULL; n = psy_json_next(c->json, n))
	{
		size_t units = psy_json_member(c->json, n, "weight")->as.children.count;

		if ((status = psy_json_matrix(c, n, "weight", units, inputs, value)) != PSY_OK ||
			(status = psy_json_vector(c, n, "bias", units, value + units * inputs)) != PSY_OK)
			return status;
		*width++ = (uint32_t) units;
		value += units * (inputs + 1);
		inputs = units;
	}
	return PSY_OK;
}

static psy_status
check_outputs(const psy_model *model, uint32_t output, uint32_t outputs, psy_error *err)
{
	bool fits = output == OUTPUT_IDENTITY   ? model->task == PSY_REGRESSION && outputs == 1
				: output == OUTPUT_LOGISTIC ? model->classes == 2 && outputs == 1
											: model->classes >= 2 && outputs == model->classes;

	if (!fits)
		return psy_fail(err, PSY_FORMAT, "mlp: %u units of the last layer do not fit the output or the task",
						outputs);
	return PSY_OK;
}

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "activation", "output", "layers", NULL};
	const psy_json_node *layers;
	size_t count, values;
	int activation, output;
	mlp_head *head, made = {0};
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_choice(c, node, "activation", activation_name, -1, &activation)) != PSY_OK ||
		(status = psy_json_choice(c, node, "output", output_name, -1, &output)) != PSY_OK ||
		(status = psy_json_list(c, node, "layers", &layers, &count)) != PSY_OK)
		return status;
	if (count < 1 || count > MOST_LAYERS)
		return psy_json_fail(c->json, layers, PSY_FORMAT, c->err, "%zu layers, 1 to %d expected", count,
							 MOST_LAYERS);
	made = (mlp_head){(uint32_t) count, (uint32_t) activation, (uint32_t) output, 0};
	if ((status = measure(c, layers, &made.widest, &values)) != PSY_OK ||
		(status = psy_builder_reserve(&c->builder, values + front_of(count) / sizeof(double), sizeof(double),
									  &op->data)) != PSY_OK)
		return status;
	head = psy_builder_at(&c->builder, op->data);
	*head = made;
	status = read_layers(c, layers, (uint32_t *) (head + 1), (double *) ((char *) head + front_of(count)));
	op->outputs = ((const uint32_t *) (head + 1))[count - 1];
	return status;
}

/* ---- checking -------------------------------------------------------------------------------- */

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const mlp_head *head = psy_at(model, op->data);
	const uint32_t *width = (const uint32_t *) (head + 1);
	uint64_t values = 0, inputs = op->inputs, all;

	if (op->data.length < sizeof *head || head->layers == 0 || head->layers > MOST_LAYERS ||
		op->data.length < front_of(head->layers) || op->data.length % sizeof(double) != 0 ||
		head->activation > ACTIVATION_RELU || head->output > OUTPUT_SOFTMAX)
		return psy_fail(err, PSY_FORMAT, "mlp: its head is not sound");
	all = (op->data.length - front_of(head->layers)) / sizeof(double);
	for (uint32_t k = 0; k < head->layers; k++)
	{
		/* Below 2^32 each, and checked layer by layer: nothing wraps around. */
		if (width[k] == 0 || width[k] > head->widest || (inputs + 1) * width[k] > all - values)
			return psy_fail(err, PSY_FORMAT, "mlp: the sizes of layer %u do not fit", k + 1);
		values += (inputs + 1) * width[k];
		inputs = width[k];
	}
	if (values != all || op->outputs != inputs || head->widest > all ||
		!psy_all_finite((const double *) ((const char *) head + front_of(head->layers)), all))
		return psy_fail(err, PSY_FORMAT, "mlp: its sizes do not fit, or a number is not finite");
	return check_outputs(model, head->output, op->outputs, err);
}

/* ---- scoring --------------------------------------------------------------------------------- */

static void
activate(uint32_t activation, double *x, size_t n)
{
	for (size_t k = 0; k < n; k++)
		switch (activation)
		{
			case ACTIVATION_LOGISTIC: x[k] = psy_expit(x[k]); break;
			case ACTIVATION_TANH: x[k] = tanh(x[k]); break;
			case ACTIVATION_RELU: x[k] = x[k] > 0 ? x[k] : 0; break;
			default: break;
		}
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const mlp_head *head = psy_at(model, op->data);
	const uint32_t *width = (const uint32_t *) (head + 1);
	const double *weight = (const double *) ((const char *) head + front_of(head->layers));
	size_t inputs = op->inputs;

	for (uint32_t k = 0; k < head->layers; k++)
	{
		double *to = k + 1 == head->layers ? out : workspace + k % 2 * head->widest;
		const double *bias = weight + (size_t) width[k] * inputs;

		for (uint32_t unit = 0; unit < width[k]; unit++)
			to[unit] = psy_dot(in, weight + unit * inputs, inputs) + bias[unit];
		if (k + 1 < head->layers)
			activate(head->activation, to, width[k]);
		weight = bias + width[k];
		inputs = width[k];
		in = to;
	}
}

static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	return 2 * (size_t) ((const mlp_head *) psy_at(model, op->data))->widest;
}

static psy_status
proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *to,
	  psy_error *err)
{
	(void) workspace;
	(void) err;
	if (op->outputs == 1)
	{
		to[1] = psy_expit(raw[0]);
		to[0] = 1.0 - to[1];
	}
	else
		psy_softmax(raw, model->classes, to);
	return PSY_OK;
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	const mlp_head *head = psy_at(model, op->data);

	fact[0] = (psy_fact){.key = "layers", .number = head->layers};
	fact[1] = (psy_fact){.key = "widest layer", .number = head->widest};
	fact[2] = (psy_fact){.key = "activation", .text = activation_name[head->activation]};
	fact[3] = (psy_fact){.key = "output", .text = output_name[head->output]};
	fact[4] = (psy_fact){.key = "ties", .text = "first"};
	return model->task == PSY_CLASSIFICATION ? 5 : 4;
}

const psy_op_kind psy_op_mlp = {.name = "mlp",
								.code = PSY_OP_MLP,
								.any_task = true,
								.compile = compile,
								.check = check,
								.apply = apply,
								.workspace = workspace_of,
								.proba = proba,
								.label = psy_op_label_of_largest,
								.raw_favours = 1,
								.facts = facts};
