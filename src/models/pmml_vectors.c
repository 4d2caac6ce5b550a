/*
 * pmml_vectors.c - SupportVectorMachineModel: all kernels, one machine against one or against all, and the
 * representation by coefficients alone.
 *
 * One against one votes; below the threshold the target category gets the vote.  One against all takes the
 * category of the smallest value, as PMML says; for two categories and a single machine the threshold decides.
 */
#include "models/pmml.h"

#include "models/model_kernels.h"

#include <math.h>
#include <string.h>

typedef struct vectors
{
	psy_pmml *c;
	psy_pmml_model *m;
	bool by_coefficients;
	uint32_t inputs; /* first register of the vector fields */
	uint32_t width;
	uint32_t kernels; /* first register of the kernel values, in the order of the vectors */
	uint32_t count;
	uint32_t *place; /* by the symbol of its id: 1 + its place */
	uint32_t symbols;
} vectors;

/* ---- the input vector ------------------------------------------------------------------------ */

static uint32_t
input_fields(const psy_xml *fields)
{
	uint32_t count = 0;

	for (const psy_xml *child = fields->first; child != NULL; child = child->next)
		count += psy_xml_is(child, "FieldRef") || psy_xml_is(child, "CategoricalPredictor");
	return count;
}

static void
input_category(vectors *v, const psy_xml *element, uint32_t to)
{
	psy_pmml *c = v->c;
	const char *name = psy_xml_get(element, "field");
	psy_pmml_value field = psy_pmml_field_value(c, v->m->scope, element, name != NULL ? name : psy_pmml_need(c, element, "name"));
	double coefficient = psy_pmml_number_or(c, element, "coefficient", 1);
	uint32_t is, done;

	if (!psy_pmml_ok(c))
		return;
	is = psy_pmml_test(c, field.reg, PSY_PMML_EQ, psy_pmml_literal(c, element, field.type, psy_pmml_need(c, element, "value")));
	psy_pmml_const(c, to, 0);
	done = psy_pmml_jump(c);
	psy_pmml_land(c, is);
	psy_pmml_const(c, to, coefficient);
	psy_pmml_land(c, done);
	psy_pmml_land_unknown(c, is);
}

static void
read_inputs(vectors *v, const psy_xml *fields)
{
	psy_pmml *c = v->c;
	uint32_t k = 0;

	v->width = input_fields(fields);
	v->inputs = psy_pmml_registers(c, v->width);
	if (v->width == 0)
		psy_pmml_fail(c, fields, PSY_FORMAT, "there is no field in it");
	for (const psy_xml *child = fields->first; child != NULL && psy_pmml_ok(c); child = child->next)
	{
		if (psy_xml_is(child, "FieldRef"))
			psy_pmml_copy(c, v->inputs + k++, psy_pmml_cast(c, child, psy_pmml_expression(c, v->m->scope, child), PSY_PMML_DOUBLE).reg, 1);
		else if (psy_xml_is(child, "CategoricalPredictor"))
			input_category(v, child, v->inputs + k++);
	}
}

/* ---- the vectors ----------------------------------------------------------------------------- */

static uint32_t
count_named(const psy_xml *element, const char *name)
{
	uint32_t count = 0;

	for (const psy_xml *child = element == NULL ? NULL : psy_xml_child(element, name); child != NULL; child = psy_xml_again(child))
		count++;
	return count;
}

static const psy_xml *
array_in(psy_pmml *c, const psy_xml *element)
{
	static const char *const names[] = {"REAL-SparseArray", "REAL-Array", "Array", "INT-SparseArray", "INT-Array", NULL};

	for (int k = 0; names[k] != NULL; k++)
		if (psy_xml_child(element, names[k]) != NULL)
			return psy_xml_child(element, names[k]);
	psy_pmml_fail(c, element, PSY_FORMAT, "there is no array in it");
	return NULL;
}

/* Into blocks: feature by feature, PSY_SV_BLOCK vectors side by side, after three numbers for the kernel. */
static void
read_vectors(vectors *v, const psy_xml *dictionary, double *number)
{
	psy_pmml *c = v->c;
	uint32_t k = 0;

	for (const psy_xml *instance = psy_xml_child(dictionary, "VectorInstance"); instance != NULL && psy_pmml_ok(c);
		 instance = psy_xml_again(instance), k++)
	{
		double *block = number + 3 + (size_t) (k / PSY_SV_BLOCK) * PSY_SV_BLOCK * v->width + k % PSY_SV_BLOCK, *value;
		const psy_xml *array = array_in(c, instance);
		uint32_t symbol = psy_pmml_known_symbol(c, psy_pmml_need(c, instance, "id"));

		if (!psy_pmml_ok(c) || (value = psy_pmml_array(c, array, v->width)) == NULL)
			return;
		if (v->place[symbol] != 0)
			psy_pmml_fail(c, instance, PSY_FORMAT, "the id \"%.60s\" stands twice", c->symbol[symbol]);
		v->place[symbol] = k + 1;
		for (uint32_t j = 0; j < v->width; j++)
			block[(size_t) j * PSY_SV_BLOCK] = value[j];
		psy_pmml_poll(c);
	}
}

static int
read_kernel(psy_pmml *c, const psy_xml *model, double setting[3])
{
	static const char *const kernels[] = {"LinearKernelType", "PolynomialKernelType", "RadialBasisKernelType", "SigmoidKernelType", NULL};

	for (int k = 0; kernels[k] != NULL; k++)
	{
		const psy_xml *kernel = psy_xml_child(model, kernels[k]);

		if (kernel == NULL)
			continue;
		setting[0] = psy_pmml_number_or(c, kernel, "gamma", 1);
		setting[1] = psy_pmml_number_or(c, kernel, "coef0", 1);
		setting[2] = psy_pmml_number_or(c, kernel, "degree", 1);
		return k;
	}
	psy_pmml_fail(c, model, PSY_FORMAT, "there is no kernel in it");
	return 0;
}

static void
emit_kernels(vectors *v, const psy_xml *dictionary)
{
	psy_pmml *c = v->c;
	size_t blocks, size;
	double *number;
	int kernel;

	v->count = count_named(dictionary, "VectorInstance");
	blocks = (v->count + PSY_SV_BLOCK - 1) / PSY_SV_BLOCK;
	if (v->count == 0)
		psy_pmml_fail(c, dictionary, PSY_FORMAT, "there is no VectorInstance in it");
	if (__builtin_mul_overflow(blocks * PSY_SV_BLOCK, (size_t) v->width, &size) || size + 3 > c->limits->image / sizeof(double))
		psy_pmml_fail(c, dictionary, PSY_LIMIT, "the compiled model would be larger than %zu bytes", c->limits->image);
	for (const psy_xml *instance = psy_xml_child(dictionary, "VectorInstance"); instance != NULL && psy_pmml_ok(c); instance = psy_xml_again(instance))
		(void) psy_pmml_symbol(c, psy_pmml_need(c, instance, "id"));
	v->symbols = c->symbols;
	v->place = psy_pmml_get(c, v->symbols, sizeof *v->place);
	if (!psy_pmml_ok(c) || (number = psy_pmml_get(c, size + 3, sizeof *number)) == NULL)
		return;
	kernel = read_kernel(c, v->m->element, number);
	read_vectors(v, dictionary, number);
	v->kernels = psy_pmml_registers(c, v->count);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_KERNEL,
									.how = (uint16_t) kernel,
									.to = v->kernels,
									.a = v->inputs,
									.n = v->count,
									.u.at = {psy_pmml_numbers(c, number, (uint32_t) size + 3), v->width}});
}

/* ---- the machines ---------------------------------------------------------------------------- */

static void
machine_value(vectors *v, const psy_xml *machine, uint32_t to)
{
	psy_pmml *c = v->c;
	const psy_xml *coefficients = psy_xml_child(machine, "Coefficients"), *support = psy_xml_child(machine, "SupportVectors");
	const psy_xml *one = coefficients == NULL ? NULL : psy_xml_child(coefficients, "Coefficient");
	const psy_xml *id = support == NULL ? NULL : psy_xml_child(support, "SupportVector");
	uint32_t count = count_named(coefficients, "Coefficient"), k = 0, *from = psy_pmml_get(c, count, sizeof *from);
	double *weight = psy_pmml_get(c, count, sizeof *weight);

	if (coefficients == NULL)
		psy_pmml_fail(c, machine, PSY_FORMAT, "there are no Coefficients");
	if (psy_pmml_ok(c) && (v->by_coefficients ? count != v->width : count != count_named(support, "SupportVector")))
		psy_pmml_fail(c, machine, PSY_FORMAT, "%u coefficients for %u %s", count, v->by_coefficients ? v->width : count_named(support, "SupportVector"),
					  v->by_coefficients ? "fields" : "support vectors");
	for (; one != NULL && psy_pmml_ok(c); one = psy_xml_again(one), k++)
	{
		weight[k] = psy_pmml_number_or(c, one, "value", 0);
		from[k] = v->by_coefficients ? v->inputs + k : 0;
		if (!v->by_coefficients)
		{
			uint32_t symbol = psy_pmml_known_symbol(c, psy_pmml_need(c, id, "vectorId"));

			if (symbol >= v->symbols || v->place[symbol] == 0)
				psy_pmml_fail(c, id, PSY_FORMAT, "there is no vector \"%.60s\"", psy_xml_get(id, "vectorId"));
			else
				from[k] = v->kernels + v->place[symbol] - 1;
			id = psy_xml_again(id);
		}
	}
	if (!psy_pmml_ok(c))
		return;
	psy_pmml_const(c, to, psy_pmml_number_or(c, coefficients, "absoluteValue", 0));
	psy_pmml_gather(c, to, weight, from, k);
}

/* Below the threshold the machine's category, else the other one gets the vote. */
static void
vote(vectors *v, const psy_xml *machine, uint32_t value, const char *alternate)
{
	psy_pmml *c = v->c;
	psy_pmml_answer *answer = &v->m->answer;
	const char *other = psy_xml_get(machine, "alternateTargetCategory");
	double threshold = psy_pmml_number_or(c, machine, "threshold", psy_pmml_number_or(c, v->m->element, "threshold", 0));
	uint32_t first, second, class = psy_pmml_registers(c, 1), test, done;

	first = psy_pmml_class(c, machine, answer->target, psy_pmml_need(c, machine, "targetCategory"));
	if (other == NULL)
		other = alternate;
	if (other == NULL)
		psy_pmml_fail(c, machine, PSY_FORMAT, "the attribute alternateTargetCategory is missing");
	if (!psy_pmml_ok(c))
		return;
	second = psy_pmml_class(c, machine, answer->target, other);
	if (alternate != NULL)
	{
		/* 1, when rounded, means the category; anything else the alternate one. */
		psy_pmml_apply(c, value, "round", value, 1);
		test = psy_pmml_test(c, value, PSY_PMML_EQ, 1);
	}
	else
		test = psy_pmml_test(c, value, PSY_PMML_LT, threshold);
	psy_pmml_const(c, class, second);
	done = psy_pmml_jump(c);
	psy_pmml_land(c, test);
	psy_pmml_const(c, class, first);
	psy_pmml_land(c, done);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_VOTE, .to = answer->probability, .a = class, .n = answer->target->labels, .u.k = 1});
}

static void
classify(vectors *v, uint32_t machines)
{
	static const char *const methods[] = {"OneAgainstAll", "OneAgainstOne", NULL};
	psy_pmml *c = v->c;
	psy_pmml_answer *answer = &v->m->answer;
	const char *alternate = psy_xml_get(v->m->element, "alternateBinaryTargetCategory");
	const psy_xml *machine = psy_xml_child(v->m->element, "SupportVectorMachine");
	bool one = psy_pmml_choice(c, v->m->element, "classificationMethod", methods, 0) == 1;
	double *zero = psy_pmml_get(c, answer->target->labels, sizeof *zero);
	uint32_t value = psy_pmml_registers(c, machines), k = 0, bad;

	/* Older documents leave the method out: machines that name two categories decide between them. */
	one |= machines == 1 || alternate != NULL ||
		   (psy_xml_get(v->m->element, "classificationMethod") == NULL && psy_xml_get(machine, "alternateTargetCategory") != NULL);
	answer->has_probability = false;
	answer->has_decision = true;
	if (zero == NULL)
		return;
	for (; machine != NULL && psy_pmml_ok(c); machine = psy_xml_again(machine), k++)
		machine_value(v, machine, value + k);
	bad = psy_pmml_registers(c, 1);
	psy_pmml_apply(c, bad, ".xor", value, machines);
	bad = psy_pmml_test(c, bad, PSY_PMML_MISSING, 0);
	if (one)
		psy_pmml_vector(c, answer->probability, zero, answer->target->labels);
	k = 0;
	for (machine = psy_xml_child(v->m->element, "SupportVectorMachine"); machine != NULL && psy_pmml_ok(c); machine = psy_xml_again(machine), k++)
	{
		if (one)
			vote(v, machine, value + k, alternate);
		else
		{
			uint32_t class = psy_pmml_class(c, machine, answer->target, psy_pmml_need(c, machine, "targetCategory"));

			psy_pmml_copy(c, answer->probability + class, value + k, 1);
		}
	}
	if (!one && machines != answer->target->labels)
		psy_pmml_fail(c, v->m->element, PSY_FORMAT, "%u machines against all, %u categories", machines, answer->target->labels);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_BEST, .how = !one, .to = answer->value, .a = answer->probability, .n = answer->target->labels});
	psy_pmml_land(c, bad);
}

void
psy_pmml_vectors(psy_pmml *c, psy_pmml_model *m)
{
	static const char *const representations[] = {"SupportVectors", "Coefficients", NULL};
	const psy_xml *dictionary = psy_xml_child(m->element, "VectorDictionary"), *fields;
	uint32_t machines = count_named(m->element, "SupportVectorMachine");
	vectors v = {.c = c, .m = m};

	v.by_coefficients = psy_pmml_choice(c, m->element, "svmRepresentation", representations,
										psy_pmml_choice(c, m->element, "representation", representations, 0)) == 1;
	fields = dictionary == NULL ? NULL : psy_xml_child(dictionary, "VectorFields");
	if (fields == NULL || machines == 0)
		psy_pmml_fail(c, m->element, PSY_FORMAT, "there is no %s in it", fields == NULL ? "VectorDictionary with VectorFields" : "SupportVectorMachine");
	if (!psy_pmml_ok(c))
		return;
	read_inputs(&v, fields);
	if (v.by_coefficients && psy_xml_child(m->element, "LinearKernelType") == NULL)
		psy_pmml_fail(c, m->element, PSY_FORMAT, "the representation by coefficients needs the linear kernel");
	else if (!v.by_coefficients)
		emit_kernels(&v, dictionary);
	if (!psy_pmml_ok(c))
		return;
	if (m->answer.classifies)
		classify(&v, machines);
	else if (machines != 1)
		psy_pmml_fail(c, m->element, PSY_FORMAT, "%u machines for a regression", machines);
	else
		machine_value(&v, psy_xml_child(m->element, "SupportVectorMachine"), m->answer.value);
}
