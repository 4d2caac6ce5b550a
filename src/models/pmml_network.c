/*
 * pmml_network.c - NeuralNetwork: every activation function, softmax and simplemax layers, radial basis functions, and
 * the way back from normalized outputs.
 *
 * Every input and neuron has a register of its own, found by its id; a connection may come from any earlier one.
 */
#include "models/pmml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const activations[] = {"threshold", "logistic", "tanh", "identity", "exponential", "reciprocal", "square", "Gauss", "sine",
										  "cosine", "Elliott", "arctan", "rectifier", "radialBasis", NULL};
static const char *const functions[] = {"threshold", ".logit", "tanh", NULL, "exp", ".reciprocal", ".square", ".gauss", "sin",
										"cos", ".elliott", ".arctan", ".rectifier", ".radialbasis"};
static const char *const normalizations[] = {"none", "simplemax", "softmax", NULL};

enum
{
	THRESHOLD = 0,
	IDENTITY = 3,
	RECTIFIER = 12,
	RADIAL_BASIS = 13
};

typedef struct network
{
	psy_pmml *c;
	psy_pmml_model *m;
	uint32_t *place; /* by the symbol of its id: 1 + its register */
	uint32_t symbols;
} network;

static void
intern_ids(psy_pmml *c, const psy_xml *inputs, const psy_xml *layer)
{
	for (const psy_xml *input = psy_xml_child(inputs, "NeuralInput"); input != NULL && psy_pmml_ok(c); input = psy_xml_again(input))
		(void) psy_pmml_symbol(c, psy_pmml_need(c, input, "id"));
	for (; layer != NULL && psy_pmml_ok(c); layer = psy_xml_again(layer))
		for (const psy_xml *neuron = psy_xml_child(layer, "Neuron"); neuron != NULL && psy_pmml_ok(c); neuron = psy_xml_again(neuron))
			(void) psy_pmml_symbol(c, psy_pmml_need(c, neuron, "id"));
}

static void
place(network *n, const psy_xml *element, uint32_t reg)
{
	uint32_t symbol = psy_pmml_known_symbol(n->c, psy_pmml_need(n->c, element, "id"));

	if (!psy_pmml_ok(n->c))
		return;
	if (n->place[symbol] != 0)
		psy_pmml_fail(n->c, element, PSY_FORMAT, "the id \"%.60s\" stands twice", n->c->symbol[symbol]);
	n->place[symbol] = reg + 1;
}

static uint32_t
placed(network *n, const psy_xml *element, const char *attribute)
{
	uint32_t symbol = psy_pmml_known_symbol(n->c, psy_pmml_need(n->c, element, attribute));

	if (psy_pmml_ok(n->c) && (symbol >= n->symbols || n->place[symbol] == 0))
		psy_pmml_fail(n->c, element, PSY_FORMAT, "there is no neuron \"%.60s\" before it", psy_xml_get(element, attribute));
	return psy_pmml_ok(n->c) ? n->place[symbol] - 1 : 0;
}

static void
read_inputs(network *n, const psy_xml *inputs)
{
	psy_pmml *c = n->c;

	for (const psy_xml *input = psy_xml_child(inputs, "NeuralInput"); input != NULL && psy_pmml_ok(c); input = psy_xml_again(input))
	{
		const psy_xml *derived = psy_xml_child(input, "DerivedField");

		if (derived == NULL)
			psy_pmml_fail(c, input, PSY_FORMAT, "there is no DerivedField in it");
		else
		{
			psy_pmml_value value = psy_pmml_expression(c, n->m->scope, psy_pmml_ok(c) ? psy_pmml_expression_in(c, derived) : NULL);

			place(n, input, psy_pmml_cast(c, derived, value, PSY_PMML_DOUBLE).reg);
		}
	}
}

/* ---- neurons --------------------------------------------------------------------------------- */

/* The attribute of the neuron, else of its layer, else of the network. */
static double
setting(psy_pmml *c, const psy_xml *neuron, const psy_xml *layer, const psy_xml *model, const char *name, double otherwise)
{
	if (psy_xml_get(neuron, name) != NULL)
		return psy_pmml_need_number(c, neuron, name);
	if (psy_xml_get(layer, name) != NULL)
		return psy_pmml_need_number(c, layer, name);
	return psy_pmml_number_or(c, model, name, otherwise);
}

static uint32_t
count_connections(const psy_xml *neuron)
{
	uint32_t count = 0;

	for (const psy_xml *con = psy_xml_child(neuron, "Con"); con != NULL; con = psy_xml_again(con))
		count++;
	return count;
}

static void
weigh(network *n, const psy_xml *neuron, uint32_t to)
{
	psy_pmml *c = n->c;
	uint32_t count = count_connections(neuron), k = 0, *from = psy_pmml_get(c, count, sizeof *from);
	double *weight = psy_pmml_get(c, count, sizeof *weight);

	for (const psy_xml *con = psy_xml_child(neuron, "Con"); con != NULL && psy_pmml_ok(c); con = psy_xml_again(con), k++)
	{
		from[k] = placed(n, con, "from");
		weight[k] = psy_pmml_need_number(c, con, "weight");
	}
	psy_pmml_const(c, to, psy_pmml_number_or(c, neuron, "bias", 0));
	psy_pmml_gather(c, to, weight, from, k);
}

/* The distance to the neuron's centre, which its weights are. */
static void
radial_basis(network *n, const psy_xml *neuron, const psy_xml *layer, uint32_t to)
{
	psy_pmml *c = n->c;
	uint32_t count = count_connections(neuron), k = 0, square = psy_pmml_registers(c, count), pair = psy_pmml_registers(c, 2),
			 argument = psy_pmml_registers(c, 4);
	double width = setting(c, neuron, layer, n->m->element, "width", NAN), altitude = setting(c, neuron, layer, n->m->element, "altitude", 1);

	if (count == 0 || !(width > 0) || !(altitude > 0))
		psy_pmml_fail(c, neuron, PSY_FORMAT, "a radial basis without connections, or without a positive width and altitude");
	for (const psy_xml *con = psy_xml_child(neuron, "Con"); con != NULL && psy_pmml_ok(c); con = psy_xml_again(con), k++)
	{
		psy_pmml_copy(c, pair, placed(n, con, "from"), 1);
		psy_pmml_const(c, pair + 1, psy_pmml_need_number(c, con, "weight"));
		psy_pmml_apply(c, square + k, ".squaredifference", pair, 2);
	}
	psy_pmml_apply(c, argument, "sum", square, count);
	psy_pmml_const(c, argument + 1, width);
	psy_pmml_const(c, argument + 2, count);
	psy_pmml_const(c, argument + 3, altitude);
	psy_pmml_apply(c, to, ".radialbasis", argument, 4);
}

static void
activate(network *n, const psy_xml *layer, int activation, uint32_t reg)
{
	psy_pmml *c = n->c;
	const psy_xml *model = n->m->element;

	if (activation == THRESHOLD)
		psy_pmml_apply_with(c, reg, functions[activation], reg, setting(c, layer, layer, model, "threshold", 0));
	else if (activation == RECTIFIER)
		psy_pmml_apply_with(c, reg, functions[activation], reg, setting(c, layer, layer, model, "leakage", 0));
	else if (activation != IDENTITY)
		psy_pmml_apply(c, reg, functions[activation], reg, 1);
}

static uint32_t
count_neurons(const psy_xml *layer)
{
	uint32_t count = 0;

	for (const psy_xml *neuron = psy_xml_child(layer, "Neuron"); neuron != NULL; neuron = psy_xml_again(neuron))
		count++;
	return count;
}

static void
read_layer(network *n, const psy_xml *layer)
{
	psy_pmml *c = n->c;
	const psy_xml *model = n->m->element;
	bool own = psy_xml_get(layer, "activationFunction") != NULL;
	int activation = psy_pmml_choice(c, own ? layer : model, "activationFunction", activations, -1);
	bool normal = psy_xml_get(layer, "normalizationMethod") != NULL;
	int normalization = psy_pmml_choice(c, normal ? layer : model, "normalizationMethod", normalizations, 0);
	uint32_t neurons = count_neurons(layer), first = psy_pmml_registers(c, neurons), k = 0;

	if (neurons == 0)
		psy_pmml_fail(c, layer, PSY_FORMAT, "there is no Neuron in it");
	for (const psy_xml *neuron = psy_xml_child(layer, "Neuron"); neuron != NULL && psy_pmml_ok(c); neuron = psy_xml_again(neuron), k++)
	{
		if (activation == RADIAL_BASIS)
			radial_basis(n, neuron, layer, first + k);
		else
		{
			weigh(n, neuron, first + k);
			activate(n, layer, activation, first + k);
		}
		psy_pmml_poll(c);
	}
	k = 0;
	/* Neurons of one layer do not see each other. */
	for (const psy_xml *neuron = psy_xml_child(layer, "Neuron"); neuron != NULL && psy_pmml_ok(c); neuron = psy_xml_again(neuron), k++)
		place(n, neuron, first + k);
	if (normalization != 0)
		psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_SHARE, .how = normalization == 1, .to = first, .n = neurons});
}

/* ---- outputs --------------------------------------------------------------------------------- */

static const psy_xml *
derived_field_named(const psy_pmml *c, const psy_xml *model, const char *name)
{
	const psy_xml *places[2] = {psy_xml_child(model, "LocalTransformations"), psy_xml_child(c->root, "TransformationDictionary")};

	for (int k = 0; k < 2; k++)
		for (const psy_xml *d = places[k] == NULL ? NULL : psy_xml_child(places[k], "DerivedField"); d != NULL; d = psy_xml_again(d))
			if (psy_xml_get(d, "name") != NULL && strcmp(psy_xml_get(d, "name"), name) == 0)
				return d;
	return NULL;
}

/* What the output neuron means; a FieldRef may lead to a derived field that says it. */
static const psy_xml *
output_expression(network *n, const psy_xml *output)
{
	psy_pmml *c = n->c;
	const psy_xml *derived = psy_xml_child(output, "DerivedField"), *expression, *target;

	if (derived == NULL)
	{
		psy_pmml_fail(c, output, PSY_FORMAT, "there is no DerivedField in it");
		return NULL;
	}
	expression = psy_pmml_expression_in(c, derived);
	if (!psy_xml_is(expression, "FieldRef") || !psy_pmml_ok(c))
		return expression;
	target = derived_field_named(c, n->m->element, psy_pmml_need(c, expression, "field"));
	return target == NULL ? expression : psy_pmml_expression_in(c, target);
}

static int
by_norm(const void *a, const void *b)
{
	double x = ((const double *) a)[0], y = ((const double *) b)[0];

	return (x > y) - (x < y);
}

/* The inverse of a NormContinuous. */
static void
denormalize(network *n, const psy_xml *norm, uint32_t reg)
{
	psy_pmml *c = n->c;
	uint32_t points = 0;
	double *point;

	for (const psy_xml *each = psy_xml_child(norm, "LinearNorm"); each != NULL; each = psy_xml_again(each))
		points++;
	if ((point = psy_pmml_get(c, 2 * (size_t) points, sizeof *point)) == NULL)
		return;
	points = 0;
	for (const psy_xml *each = psy_xml_child(norm, "LinearNorm"); each != NULL && psy_pmml_ok(c); each = psy_xml_again(each), points++)
	{
		point[2 * points] = psy_pmml_need_number(c, each, "norm");
		point[2 * points + 1] = psy_pmml_need_number(c, each, "orig");
	}
	qsort(point, points, 2 * sizeof *point, by_norm);
	for (uint32_t k = 1; k < points && psy_pmml_ok(c); k++)
		if (!(point[2 * k] > point[2 * k - 2]))
			psy_pmml_fail(c, norm, PSY_FORMAT, "two norms are equal");
	if (points < 2)
		psy_pmml_fail(c, norm, PSY_FORMAT, "%u LinearNorm, at least 2 expected", points);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_NORM, .to = reg, .a = reg, .n = points, .u.at = {psy_pmml_numbers(c, point, 2 * points), 0}});
}

static void
regress(network *n, const psy_xml *outputs)
{
	psy_pmml *c = n->c;
	const psy_xml *output = psy_xml_child(outputs, "NeuralOutput"), *expression;

	if (output == NULL || psy_xml_again(output) != NULL)
		psy_pmml_fail(c, outputs, PSY_UNSUPPORTED, "a regression with another number of NeuralOutputs than one is not supported");
	if (!psy_pmml_ok(c))
		return;
	psy_pmml_copy(c, n->m->answer.value, placed(n, output, "outputNeuron"), 1);
	expression = output_expression(n, output);
	if (psy_xml_is(expression, "NormContinuous"))
		denormalize(n, expression, n->m->answer.value);
	else if (expression != NULL && !psy_xml_is(expression, "FieldRef"))
		psy_pmml_fail(c, expression, PSY_UNSUPPORTED, "as the output of a regression it is not supported");
}

/* Each class has a neuron (PMML, Neural Network). */
static void
classify(network *n, const psy_xml *outputs)
{
	psy_pmml *c = n->c;
	psy_pmml_answer *answer = &n->m->answer;
	uint32_t count = 0, bad = psy_pmml_registers(c, 1);

	for (const psy_xml *output = psy_xml_child(outputs, "NeuralOutput"); output != NULL && psy_pmml_ok(c); output = psy_xml_again(output), count++)
	{
		const psy_xml *expression;
		uint32_t class;

		if (count >= answer->target->labels)
			psy_pmml_fail(c, output, PSY_FORMAT, "more NeuralOutputs than categories");
		if (!psy_pmml_ok(c) || (expression = output_expression(n, output)) == NULL)
			return;
		if (!psy_xml_is(expression, "NormDiscrete"))
		{
			psy_pmml_fail(c, expression, PSY_UNSUPPORTED, "as the output of a classification it is not supported");
			return;
		}
		class = psy_pmml_class(c, expression, answer->target, psy_pmml_need(c, expression, "value"));
		psy_pmml_copy(c, answer->probability + class, placed(n, output, "outputNeuron"), 1);
	}
	if (psy_pmml_ok(c) && count != answer->target->labels)
		psy_pmml_fail(c, outputs, PSY_FORMAT, "%u NeuralOutputs for %u categories", count, answer->target->labels);
	psy_pmml_apply(c, bad, ".xor", answer->probability, answer->target->labels);
	bad = psy_pmml_test(c, bad, PSY_PMML_MISSING, 0);
	psy_pmml_largest(c, answer);
	psy_pmml_land(c, bad);
}

void
psy_pmml_network(psy_pmml *c, psy_pmml_model *m)
{
	const psy_xml *inputs = psy_xml_child(m->element, "NeuralInputs"), *outputs = psy_xml_child(m->element, "NeuralOutputs");
	const psy_xml *layer = psy_xml_child(m->element, "NeuralLayer");
	network n = {.c = c, .m = m};

	if (inputs == NULL || outputs == NULL || layer == NULL)
		psy_pmml_fail(c, m->element, PSY_FORMAT, "NeuralInputs, NeuralLayer or NeuralOutputs are missing");
	else
		intern_ids(c, inputs, layer);
	n.symbols = c->symbols;
	n.place = psy_pmml_get(c, n.symbols, sizeof *n.place);
	if (!psy_pmml_ok(c))
		return;
	read_inputs(&n, inputs);
	for (; layer != NULL && psy_pmml_ok(c); layer = psy_xml_again(layer))
		read_layer(&n, layer);
	if (!psy_pmml_ok(c))
		return;
	if (m->answer.classifies)
		classify(&n, outputs);
	else
		regress(&n, outputs);
}
