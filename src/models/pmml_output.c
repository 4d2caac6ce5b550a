/*
 * pmml_output.c - what happens to a model's answer: Targets (bounds, rescaling, casting, defaults, priors), then Output
 * fields, which later segments, verification and other Output fields refer to.
 *
 * An OutputField that psyrad does not compute is no error until something refers to it.
 */
#include "models/pmml.h"

#include <math.h>
#include <string.h>

/* ---- classes --------------------------------------------------------------------------------- */

uint32_t
psy_pmml_class(psy_pmml *c, const psy_xml *at, const psy_pmml_target *target, const char *text)
{
	double value;

	for (uint32_t k = 0; k < target->labels; k++)
		if (strcmp(target->text[k], text) == 0)
			return k;
	/* 1.0 names the class 1. */
	if (target->type != PSY_PMML_STRING && psy_pmml_is_number(c, text, &value))
		for (uint32_t k = 0; k < target->labels; k++)
			if (target->label[k] == value)
				return k;
	psy_pmml_fail(c, at, PSY_FORMAT, "\"%.60s\" is none of the target's categories", text);
	return 0;
}

void
psy_pmml_prepare(psy_pmml *c, psy_pmml_answer *answer, const psy_pmml_target *target, bool probability)
{
	answer->target = target;
	answer->value = answer->shown = psy_pmml_registers(c, 1);
	answer->has_probability = probability && answer->classifies;
	if (answer->classifies)
		answer->probability = psy_pmml_registers(c, target->labels);
}

void
psy_pmml_largest(psy_pmml *c, psy_pmml_answer *answer)
{
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_BEST, .to = answer->value, .a = answer->probability, .n = answer->target->labels});
}

/* ---- Targets --------------------------------------------------------------------------------- */

static const psy_xml *
target_of(const psy_pmml_model *m)
{
	const psy_xml *targets = psy_xml_child(m->element, "Targets"), *target = targets == NULL ? NULL : psy_xml_child(targets, "Target");
	const char *name = m->answer.target->name;

	for (const psy_xml *each = target; each != NULL; each = psy_xml_again(each))
	{
		const char *field = psy_xml_get(each, "field");

		if (field == NULL || name == NULL || strcmp(field, name) == 0)
			return each;
	}
	return NULL;
}

/* PMML, Targets: bounds, then the factor, the constant, and the cast. */
static void
rescale(psy_pmml *c, const psy_xml *target, uint32_t reg)
{
	static const char *const casts[] = {"round", "ceiling", "floor", NULL};
	static const char *const functions[] = {"round", "ceil", "floor"};
	double factor = psy_pmml_number_or(c, target, "rescaleFactor", 1), constant = psy_pmml_number_or(c, target, "rescaleConstant", 0);
	uint32_t bounds = psy_pmml_registers(c, 3);

	if (psy_xml_get(target, "min") != NULL || psy_xml_get(target, "max") != NULL)
	{
		psy_pmml_copy(c, bounds, reg, 1);
		psy_pmml_const(c, bounds + 1, psy_pmml_number_or(c, target, "min", -INFINITY));
		psy_pmml_const(c, bounds + 2, psy_pmml_number_or(c, target, "max", INFINITY));
		psy_pmml_apply(c, reg, ".clamp", bounds, 3);
	}
	if (factor != 1)
		psy_pmml_apply_with(c, reg, c->float_math ? ".float*" : "*", reg, factor);
	if (constant != 0)
		psy_pmml_apply_with(c, reg, c->float_math ? ".float+" : "+", reg, constant);
	if (psy_xml_get(target, "castInteger") != NULL)
		psy_pmml_apply(c, reg, functions[psy_pmml_choice(c, target, "castInteger", casts, -1)], reg, 1);
}

/* A missing value's default. */
static void
default_value(psy_pmml *c, const psy_xml *target, uint32_t reg)
{
	const psy_xml *value = psy_xml_child(target, "TargetValue");

	if (value != NULL && psy_xml_get(value, "defaultValue") != NULL)
		psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_DEFAULT, .to = reg, .a = reg, .u.k = psy_pmml_need_number(c, value, "defaultValue")});
}

/* A missing class's prior probabilities. */
static void
priors(psy_pmml *c, const psy_xml *target, psy_pmml_answer *answer)
{
	uint32_t classes = answer->target->labels, present;
	double *prior = psy_pmml_get(c, classes, sizeof *prior), sum = 0;

	for (const psy_xml *value = psy_xml_child(target, "TargetValue"); value != NULL && psy_pmml_ok(c); value = psy_xml_again(value))
	{
		uint32_t class;

		if (psy_xml_get(value, "priorProbability") == NULL)
			continue;
		class = psy_pmml_class(c, value, answer->target, psy_pmml_need(c, value, "value"));
		if (!psy_pmml_ok(c))
			return;
		prior[class] = psy_pmml_need_number(c, value, "priorProbability");
		sum += prior[class];
	}
	if (!psy_pmml_ok(c) || sum == 0)
		return;
	for (uint32_t k = 0; k < classes; k++)
		prior[k] /= sum;
	present = psy_pmml_test(c, answer->value, PSY_PMML_PRESENT, 0);
	psy_pmml_vector(c, answer->probability, prior, classes);
	psy_pmml_largest(c, answer);
	psy_pmml_land(c, present);
}

void
psy_pmml_apply_targets(psy_pmml *c, psy_pmml_model *m)
{
	const psy_xml *target = target_of(m);

	if (target == NULL || !psy_pmml_ok(c))
		return;
	if (m->answer.classifies)
	{
		priors(c, target, &m->answer);
		return;
	}
	rescale(c, target, m->answer.value);
	default_value(c, target, m->answer.value);
}

/* ---- Output ---------------------------------------------------------------------------------- */

/* The label itself: a text's symbol, or a number. */
static psy_pmml_value
predicted_value(psy_pmml *c, const psy_pmml_answer *answer)
{
	psy_pmml_value value = {answer->value, answer->classifies ? answer->target->type : PSY_PMML_DOUBLE, NULL, 0};

	if (!answer->classifies)
		return value;
	value.reg = psy_pmml_registers(c, 1);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_LOOKUP,
									.to = value.reg,
									.a = answer->value,
									.u.at = {psy_pmml_numbers(c, answer->target->label, answer->target->labels), answer->target->labels}});
	if (value.type == PSY_PMML_STRING)
		value.possible = answer->target->label, value.count = answer->target->labels;
	return value;
}

static bool
is_final(const psy_xml *output)
{
	const char *final = psy_xml_get(output, "isFinalResult");

	return final == NULL || strcmp(final, "false") != 0;
}

const psy_xml *
psy_pmml_segment_result(const psy_xml *model, const psy_xml *after)
{
	const psy_xml *output = psy_xml_child(model, "Output"), *field = after != NULL ? psy_xml_again(after) : output == NULL ? NULL : psy_xml_child(output, "OutputField");

	for (; field != NULL; field = psy_xml_again(field))
	{
		const char *feature = psy_xml_get(field, "feature");

		if (psy_xml_get(field, "segmentId") != NULL && is_final(field) && (feature == NULL || strcmp(feature, "predictedValue") == 0))
			return field;
	}
	return NULL;
}

/* The probability of a class that is named, or of the label. */
static psy_pmml_value
probability(psy_pmml *c, const psy_xml *output, const psy_pmml_answer *answer)
{
	const char *class = psy_xml_get(output, "value");
	psy_pmml_value value = {0, PSY_PMML_DOUBLE, NULL, 0};

	if (class != NULL)
	{
		value.reg = answer->probability + psy_pmml_class(c, output, answer->target, class);
		return value;
	}
	value.reg = psy_pmml_registers(c, 1);
	for (uint32_t k = 0; k < answer->target->labels && psy_pmml_ok(c); k++)
	{
		uint32_t next = psy_pmml_test(c, answer->value, PSY_PMML_NE, k);

		psy_pmml_copy(c, value.reg, answer->probability + k, 1);
		psy_pmml_land(c, next);
		psy_pmml_land_unknown(c, next);
	}
	return value;
}

/* Outputs of dataType float carry float32's digits; the model's own answer keeps all of them. */
static psy_pmml_value
as_declared(psy_pmml *c, const psy_xml *output, psy_pmml_value value)
{
	const char *type = psy_xml_get(output, "dataType");

	if (type != NULL && strcmp(type, "float") == 0 && value.type == PSY_PMML_DOUBLE)
		return psy_pmml_cast(c, output, value, PSY_PMML_FLOAT);
	return value;
}

static psy_pmml_value
transformed(psy_pmml *c, const psy_xml *output, psy_pmml_scope *scope)
{
	const psy_xml *expression = psy_pmml_expression_in(c, output);
	const char *type = psy_xml_get(output, "dataType"), *refused = NULL;
	psy_pmml_value value = {0};

	if (psy_pmml_ok(c))
		value = psy_pmml_expression(c, scope, expression);
	if (type != NULL && psy_pmml_ok(c))
	{
		psy_pmml_type wanted = psy_pmml_type_of(type, &refused);

		if (refused == NULL)
			value = psy_pmml_cast(c, output, value, wanted);
	}
	return value;
}

static bool
is_mentioned(const psy_pmml *c, const char *name)
{
	uint32_t symbol = psy_pmml_known_symbol(c, name);

	return symbol != UINT32_MAX && c->mentioned[symbol];
}

/*
 * A regression whose Output ends with a number made from the predicted value shows that number: producers scale
 * targets back so (R's svm by the pmml package, for one).  An OutputField may say that it is no final result.
 */
static bool
is_result(const psy_xml *output, const psy_pmml_answer *answer)
{
	const char *feature = psy_xml_get(output, "feature");
	const char *type = psy_xml_get(output, "dataType"), *optype = psy_xml_get(output, "optype"), *refused;

	return !answer->classifies && feature != NULL && strcmp(feature, "transformedValue") == 0 && is_final(output) &&
		   (optype == NULL || strcmp(optype, "continuous") == 0) && (type == NULL || (psy_pmml_type_of(type, &refused) <= PSY_PMML_FLOAT && refused == NULL));
}

bool
psy_pmml_transforms_result(const psy_pmml_model *m)
{
	const psy_xml *output = psy_xml_child(m->element, "Output");

	for (const psy_xml *field = output == NULL ? NULL : psy_xml_child(output, "OutputField"); field != NULL; field = psy_xml_again(field))
		if (psy_xml_get(field, "segmentId") == NULL && is_result(field, &m->answer))
			return true;
	return false;
}

/* Of the whole model, or of the segment that the output names. */
static const psy_pmml_answer *
answer_of(psy_pmml *c, const psy_pmml_model *m, const psy_xml *output)
{
	const char *id = psy_xml_get(output, "segmentId");

	return id == NULL ? &m->answer : &m->segments.answer[psy_pmml_segment(c, output, &m->segments, id)];
}

static void
add_output(psy_pmml *c, psy_pmml_model *m, const psy_xml *output, psy_pmml_scope *outer)
{
	const char *name = psy_pmml_need(c, output, "name"), *feature = psy_xml_get(output, "feature");
	bool of_segment = psy_xml_get(output, "segmentId") != NULL;
	const psy_pmml_answer *answer;
	psy_pmml_field *field;

	feature = feature == NULL ? "predictedValue" : feature;
	if (!psy_pmml_ok(c) || (!is_mentioned(c, name) && (m->nested || !is_result(output, &m->answer))))
		return;
	answer = answer_of(c, m, output);
	if (!psy_pmml_ok(c))
		return;
	if (strcmp(feature, "predictedValue") == 0)
	{
		psy_pmml_add_result(c, outer, name, as_declared(c, output, predicted_value(c, answer)));
		return;
	}
	if (strcmp(feature, "probability") == 0 && answer->has_probability)
	{
		psy_pmml_add_result(c, outer, name, as_declared(c, output, probability(c, output, answer)));
		return;
	}
	if (!of_segment && (strcmp(feature, "transformedValue") == 0 || strcmp(feature, "decision") == 0))
	{
		psy_pmml_value value = transformed(c, output, m->scope);

		psy_pmml_add_result(c, outer, name, value);
		if (!m->nested && c->wanted == NULL && is_result(output, &m->answer) && value.type != PSY_PMML_STRING)
			m->answer.shown = value.reg;
		return;
	}
	/* The name may be taken: then that field is what others mean. */
	if (!psy_pmml_ok(c) || (field = psy_pmml_add_field(c, outer, name, PSY_PMML_ABSENT_FIELD, output)) == NULL)
		return;
	field->why = of_segment ? "is an output of a segment whose feature is not supported" : "is an output whose feature is not supported";
}

void
psy_pmml_add_outputs(psy_pmml *c, psy_pmml_model *m, psy_pmml_scope *outer)
{
	const psy_xml *output = psy_xml_child(m->element, "Output");

	for (const psy_xml *field = output == NULL ? NULL : psy_xml_child(output, "OutputField"); field != NULL && psy_pmml_ok(c); field = psy_xml_again(field))
		add_output(c, m, field, outer);
}
