/*
 * onnx_outputs.c - what the outputs of a document mean.
 *
 * A classifier gives a label and scores, in this form or that (a map, a row, a column each); which labels there can be
 * is known from where the label comes: a table that something is looked up in.  A single output of numbers is a
 * regression, unless it comes straight from Softmax; a network's user may say otherwise by the format's name.
 */
#include "models/onnx.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum
{
	GRAPH_OUTPUT = 12
};

#define MOST_OUTPUTS 1024

typedef struct outputs
{
	uint32_t tensor[MOST_OUTPUTS]; /* of numbers, in order */
	uint32_t count;
	uint32_t label;
} outputs;

static psy_status
add_output(psy_onnx_compiler *c, outputs *o, psy_wire info)
{
	psy_wire name = {NULL, NULL};
	const psy_onnx_name *found = psy_onnx_nth(info, 1, 0, &name) ? psy_onnx_find(c->scope, name) : NULL;
	const psy_onnx_shape *shape;

	if (found == NULL || found->tensor == PSY_ONNX_NONE)
		return psy_onnx_refuse(c, PSY_FORMAT, "an output that nothing gives");
	shape = psy_onnx_shape_of(c, found->tensor);
	if (shape->type == PSY_ONNX_FLOAT || shape->type == PSY_ONNX_DOUBLE)
	{
		if (o->count >= MOST_OUTPUTS)
			return psy_onnx_refuse(c, PSY_LIMIT, "more than %d outputs", MOST_OUTPUTS);
		o->tensor[o->count++] = found->tensor;
		return PSY_OK;
	}
	if (o->label != PSY_ONNX_NONE || psy_onnx_count(shape) != 1 || shape->type == PSY_ONNX_BOOL)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "its outputs are neither one label with scores nor one tensor of numbers");
	o->label = found->tensor;
	return PSY_OK;
}

static psy_status
read_outputs(psy_onnx_compiler *c, psy_wire graph, outputs *o)
{
	psy_wire_field field;
	psy_status status = PSY_OK;

	o->label = PSY_ONNX_NONE;
	while (status == PSY_OK && psy_wire_next(&graph, &field) == PSY_WIRE_FIELD)
		if (field.number == GRAPH_OUTPUT)
			status = add_output(c, o, field.bytes);
	if (status == PSY_OK && o->count == 0)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "no output of numbers");
	return status;
}

/* All elements side by side: [1, n]. */
static psy_status
as_row(psy_onnx_compiler *c, uint32_t *x)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, *x);

	shape = (psy_onnx_shape){.type = shape.type, .rank = 2, .dim = {1, (uint32_t) psy_onnx_count(&shape)}};
	return psy_onnx_reshape(c, *x, &shape, x);
}

/* Several columns as one row; what is known of the first is kept. */
static psy_status
join(psy_onnx_compiler *c, outputs *o, uint32_t *scores)
{
	uint32_t axis = 1;
	psy_status status = PSY_OK;

	for (uint32_t k = 0; status == PSY_OK && k < o->count; k++)
		status = as_row(c, &o->tensor[k]);
	*scores = o->tensor[0];
	if (status != PSY_OK || o->count == 1)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_CONCAT, 0, o->tensor, o->count, &axis, 1, scores);
}

/* The labels' table as [n], each once. */
static psy_status
check_labels(psy_onnx_compiler *c, uint32_t labels)
{
	const double *value = psy_onnx_values(c, labels);
	uint64_t count = psy_onnx_count(psy_onnx_shape_of(c, labels));

	if (count < 2 || count > PSY_MODEL_MOST_CLASSES)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%llu classes, 2 to %d are possible", (unsigned long long) count, PSY_MODEL_MOST_CLASSES);
	for (uint64_t k = 0; k < count; k++)
	{
		if (!(fabs(value[k]) <= 9007199254740992.0) || value[k] != trunc(value[k]))
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "a label that is neither a whole number nor a text");
		for (uint64_t j = 0; j < k; j++)
			if (value[j] == value[k])
				return psy_onnx_refuse(c, PSY_FORMAT, "a label stands twice");
	}
	return PSY_OK;
}

/* A label and its scores. */
static psy_status
as_classifier(psy_onnx_compiler *c, outputs *o, psy_onnx_head *head)
{
	uint32_t labels = psy_onnx_mark_of(c, o->tensor[0])->labels, type = psy_onnx_shape_of(c, o->label)->type;
	psy_status status = join(c, o, &head->scores);

	if (status != PSY_OK)
		return status;
	/* A map's keys name the scores, in their order; else the labels' table does. */
	if (labels == PSY_ONNX_NONE || psy_onnx_shape_of(c, labels)->type != type)
		labels = psy_onnx_mark_of(c, o->label)->labels;
	if (labels == PSY_ONNX_NONE || psy_onnx_shape_of(c, labels)->type != type)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "the labels that its output can be are not known: no classes are looked up in the end");
	head->label = o->label;
	head->classes = labels;
	head->kind = psy_onnx_mark_of(c, head->scores)->scores;
	if (psy_onnx_count(psy_onnx_shape_of(c, head->scores)) != psy_onnx_count(psy_onnx_shape_of(c, labels)))
		head->kind = PSY_ONNX_DECISIONS;
	return check_labels(c, labels);
}

/* Classes 0, 1, ... of a row of probabilities. */
static psy_status
number_classes(psy_onnx_compiler *c, uint32_t row, psy_onnx_head *head)
{
	uint32_t count = psy_onnx_shape_of(c, row)->dim[1], word[3] = {1, 2, 0};
	double label[PSY_MODEL_MOST_CLASSES];
	psy_status status;

	if (count < 2 || count > PSY_MODEL_MOST_CLASSES)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%u classes, 2 to %d are possible", count, PSY_MODEL_MOST_CLASSES);
	for (uint32_t k = 0; k < count; k++)
		label[k] = k;
	head->scores = row;
	head->kind = PSY_ONNX_PROBABILITIES;
	if ((status = psy_onnx_vector(c, PSY_ONNX_INT, label, count, &head->classes)) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_REDUCE, PSY_ONNX_ARGMAX, &row, 1, word, 3, &head->label);
}

/* One output as what the user says it is. */
static psy_status
as_said(psy_onnx_compiler *c, outputs *o, psy_onnx_meaning meaning, psy_onnx_head *head)
{
	uint32_t row = o->tensor[0], word[2] = {1, 2}, second;
	psy_status status = as_row(c, &row);

	if (status != PSY_OK)
		return status;
	if (o->count != 1 || o->label != PSY_ONNX_NONE)
		return psy_onnx_refuse(c, PSY_DOMAIN, "the document has more than one output: they say themselves what they are");
	if (meaning == PSY_ONNX_REGRESSION)
	{
		head->scores = row;
		return PSY_OK;
	}
	if (psy_onnx_shape_of(c, row)->dim[1] == 1)
	{
		second = meaning == PSY_ONNX_LOGIT ? PSY_ONNX_OPPOSITE : PSY_ONNX_COMPLEMENT;
		status = psy_onnx_emit(c, PSY_ONNX_SCORES, PSY_ONNX_AS_LOGISTIC, &row, 1, &second, 1, &row);
	}
	else if (meaning == PSY_ONNX_LOGIT)
		status = psy_onnx_emit(c, PSY_ONNX_SOFTMAX, 0, &row, 1, word, 2, &row);
	return status == PSY_OK ? number_classes(c, row, head) : status;
}

psy_status
psy_onnx_outputs(psy_onnx_compiler *c, psy_wire graph, psy_onnx_meaning meaning, psy_onnx_head *head)
{
	outputs *o;
	psy_status status = psy_onnx_remember(c, 1, sizeof(outputs), &o);

	head->label = head->classes = PSY_ONNX_NONE;
	if (status != PSY_OK || (status = read_outputs(c, graph, o)) != PSY_OK)
		return status;
	if (meaning != PSY_ONNX_AS_DOCUMENT)
		return as_said(c, o, meaning, head);
	if (o->label != PSY_ONNX_NONE)
		return as_classifier(c, o, head);
	if (o->count != 1)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "its outputs are neither one label with scores nor one tensor of numbers");
	if (psy_onnx_mark_of(c, o->tensor[0])->scores == PSY_ONNX_PROBABILITIES && psy_onnx_count(psy_onnx_shape_of(c, o->tensor[0])) > 1)
		return as_said(c, o, PSY_ONNX_PROBABILITY, head);
	return as_said(c, o, PSY_ONNX_REGRESSION, head);
}

psy_status
psy_onnx_write_classes(psy_onnx_compiler *c, const psy_onnx_head *head, psy_builder *b)
{
	const psy_wire *known = c->text.data;
	psy_model *model = psy_builder_model(b);
	psy_span table, span;
	uint32_t count, type;
	psy_status status;

	model->task = head->label == PSY_ONNX_NONE ? PSY_REGRESSION : PSY_CLASSIFICATION;
	model->positive = PSY_MODEL_NO_CLASS;
	if (head->label == PSY_ONNX_NONE)
		return PSY_OK;
	count = (uint32_t) psy_onnx_count(psy_onnx_shape_of(c, head->classes));
	type = psy_onnx_shape_of(c, head->classes)->type;
	if ((status = psy_builder_reserve(b, count, sizeof(psy_span), &table)) != PSY_OK)
		return status;
	for (uint32_t k = 0; k < count; k++)
	{
		double value = psy_onnx_values(c, head->classes)[k];
		char digits[40];

		snprintf(digits, sizeof digits, "%.0f", value);
		if (type == PSY_ONNX_STRING)
			status = psy_builder_text(b, (const char *) known[(size_t) value].at, psy_wire_length(known[(size_t) value]), &span);
		else
			status = psy_builder_text(b, digits, strlen(digits), &span);
		if (status != PSY_OK)
			return status;
		((psy_span *) psy_builder_at(b, table))[k] = span;
	}
	model = psy_builder_model(b);
	model->class_labels = table;
	model->classes = count;
	if (count == 2)
		model->positive = 1;
	return PSY_OK;
}
