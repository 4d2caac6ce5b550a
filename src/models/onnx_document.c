/*
 * onnx_document.c - an ONNX document: its head, the versions of its operators, its inputs; and the image it becomes.
 *
 * Features are the elements of the inputs in order, row by row; the batch, which is one, is no dimension of their
 * names.  An input of one element gives a feature its own name.
 */
#include "models/onnx.h"

#include "models/utf8.h"

#include <stdio.h>
#include <string.h>

/* Versions of the format itself that have the fields known here. */
#define OLDEST_FORMAT 3
#define NEWEST_FORMAT 13

enum
{
	MODEL_FORMAT = 1,
	MODEL_GRAPH = 7,
	MODEL_OPSET = 8,
	MODEL_TRAINING = 20,
	MODEL_FUNCTIONS = 25,
	MODEL_CONFIGURATION = 26,
	GRAPH_NAME = 2,
	GRAPH_INPUT = 11
};

/* An input while its features are named. */
typedef struct input
{
	psy_wire name;
	psy_onnx_shape shape;
} input;

typedef struct reader
{
	psy_onnx_compiler *c;
	psy_wire graph;
	input *input;
	size_t inputs;
	size_t features;
} reader;

/* ---- the head -------------------------------------------------------------------------------- */

static psy_status
read_opset(psy_onnx_compiler *c, psy_wire message)
{
	psy_wire_field field;
	psy_wire domain = {NULL, NULL};
	psy_wire_step step;
	uint64_t version = 0;
	uint32_t *to;
	bool ml;

	while ((step = psy_wire_next(&message, &field)) == PSY_WIRE_FIELD)
		if (field.number == 1 && field.form == PSY_WIRE_BYTES)
			domain = field.bytes;
		else if (field.number == 2 && field.form == PSY_WIRE_VARINT)
			version = field.bits;
	ml = psy_wire_equals(domain, "ai.onnx.ml");
	if (step == PSY_WIRE_BROKEN)
		return psy_onnx_refuse(c, PSY_FORMAT, "an operator set is cut off or malformed");
	if (!ml && psy_wire_length(domain) > 0 && !psy_wire_equals(domain, "ai.onnx"))
		return PSY_OK;
	if (version < 1 || version > (ml ? PSY_ONNX_NEWEST_ML : PSY_ONNX_NEWEST))
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "version %llu of the operator set %s, 1 to %d are supported",
							   (unsigned long long) version, ml ? "ai.onnx.ml" : "ai.onnx", ml ? PSY_ONNX_NEWEST_ML : PSY_ONNX_NEWEST);
	to = ml ? &c->opset_ml : &c->opset;
	if (*to != 0 && *to != version)
		return psy_onnx_refuse(c, PSY_FORMAT, "versions %u and %llu of one operator set", *to, (unsigned long long) version);
	*to = (uint32_t) version;
	return PSY_OK;
}

static psy_status
read_model_field(reader *r, const psy_wire_field *field, uint64_t *format)
{
	psy_onnx_compiler *c = r->c;

	switch (field->number)
	{
		case MODEL_FORMAT: *format = field->bits; return PSY_OK;
		case MODEL_OPSET: return read_opset(c, field->bytes);
		case MODEL_GRAPH:
			if (r->graph.at != NULL || field->form != PSY_WIRE_BYTES)
				return psy_onnx_refuse(c, PSY_FORMAT, "a second graph");
			r->graph = field->bytes;
			return PSY_OK;
		case 2:
		case 3:
		case 4:
		case 5:
		case 6:
		case 14: return PSY_OK;
		case MODEL_TRAINING: return psy_onnx_refuse(c, PSY_UNSUPPORTED, "training is not supported");
		case MODEL_FUNCTIONS: return psy_onnx_refuse(c, PSY_UNSUPPORTED, "functions of the document's own are not supported");
		case MODEL_CONFIGURATION: return psy_onnx_refuse(c, PSY_UNSUPPORTED, "configurations of several devices are not supported");
		default: return psy_onnx_refuse(c, PSY_FORMAT, "field %u of a model is not known", field->number);
	}
}

static psy_status
read_model(reader *r, psy_wire message)
{
	psy_wire_field field;
	psy_wire_step step = PSY_WIRE_END;
	uint64_t format = 0;
	psy_status status = PSY_OK;

	while (status == PSY_OK && (step = psy_wire_next(&message, &field)) == PSY_WIRE_FIELD)
		status = read_model_field(r, &field, &format);
	if (status != PSY_OK)
		return status;
	if (step == PSY_WIRE_BROKEN)
		return psy_onnx_refuse(r->c, PSY_FORMAT, "the document is cut off or malformed");
	if (format < OLDEST_FORMAT || format > NEWEST_FORMAT)
		return psy_onnx_refuse(r->c, PSY_UNSUPPORTED, "version %llu of the format (ir_version), %d to %d are supported",
							   (unsigned long long) format, OLDEST_FORMAT, NEWEST_FORMAT);
	if (r->graph.at == NULL)
		return psy_onnx_refuse(r->c, PSY_FORMAT, "the document has no graph");
	return PSY_OK;
}

/* ---- inputs ---------------------------------------------------------------------------------- */

/* The batch is one row; everything else must be known. */
static psy_status
fix_shape(psy_onnx_compiler *c, input *in)
{
	psy_onnx_shape *s = &in->shape;

	if (s->rank > 0 && s->dim[0] == 0)
		s->dim[0] = 1;
	if (s->rank > 1 && s->dim[0] != 1)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "an input takes %u rows at a time, not one or any number", s->dim[0]);
	for (uint32_t k = 1; k < s->rank; k++)
		if (s->dim[k] == 0)
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "dimension %u of an input is not known", k + 1);
	return PSY_OK;
}

static bool
is_initial(psy_wire graph, psy_wire name)
{
	psy_wire_field field;
	psy_wire found;

	while (psy_wire_next(&graph, &field) == PSY_WIRE_FIELD)
		if (field.number == 5 && psy_onnx_nth(field.bytes, 8, 0, &found) && psy_wire_length(found) == psy_wire_length(name) &&
			memcmp(found.at, name.at, psy_wire_length(name)) == 0)
			return true;
	return false;
}

static psy_status
read_input(reader *r, psy_wire info)
{
	psy_onnx_compiler *c = r->c;
	input *in = r->input + r->inputs;
	psy_onnx_name *slot;
	uint32_t tensor;
	psy_status status;

	if ((status = psy_onnx_read_value_info(c, info, &in->name, &in->shape)) != PSY_OK)
		return status;
	if (is_initial(r->graph, in->name))
		return PSY_OK;
	if ((status = fix_shape(c, in)) != PSY_OK || (status = psy_onnx_add_tensor(c, &in->shape, &tensor)) != PSY_OK)
		return status;
	r->features += psy_onnx_count(&in->shape);
	if (r->features > c->limits->features)
		return psy_onnx_refuse(c, PSY_LIMIT, "%zu features, at most %zu are allowed", r->features, c->limits->features);
	slot = psy_onnx_find(c->scope, in->name);
	if (slot == NULL || slot->tensor != PSY_ONNX_NONE)
		return psy_onnx_refuse(c, PSY_FORMAT, "an input stands twice");
	slot->tensor = tensor;
	r->inputs++;
	return PSY_OK;
}

#define MOST_INPUTS 20000

static psy_status
read_inputs(reader *r)
{
	psy_wire rest = r->graph;
	psy_wire_field field;
	size_t count = 0;
	psy_status status = PSY_OK;

	while (psy_wire_next(&rest, &field) == PSY_WIRE_FIELD)
		count += field.number == GRAPH_INPUT;
	if (count > MOST_INPUTS)
		return psy_onnx_refuse(r->c, PSY_LIMIT, "%zu inputs, at most %d are possible", count, MOST_INPUTS);
	if ((status = psy_onnx_remember(r->c, count + 1, sizeof(input), &r->input)) != PSY_OK)
		return status;
	rest = r->graph;
	while (status == PSY_OK && psy_wire_next(&rest, &field) == PSY_WIRE_FIELD)
		if (field.number == GRAPH_INPUT)
			status = read_input(r, field.bytes);
	if (status == PSY_OK && r->features == 0)
		return psy_onnx_refuse(r->c, PSY_FORMAT, "the document has no inputs");
	return status;
}

/* ---- the image ------------------------------------------------------------------------------- */

/* "name", or "name[i,j]" without the batch. */
static size_t
name_feature(const input *in, size_t k, char *text, size_t room)
{
	uint32_t first = in->shape.rank > 1 ? 1 : 0;
	size_t step = psy_onnx_count(&in->shape), length = psy_wire_length(in->name);

	memcpy(text, in->name.at, length);
	if (step == 1)
		return length;
	for (uint32_t d = first; d < in->shape.rank; d++)
	{
		step /= in->shape.dim[d];
		length += (size_t) snprintf(text + length, room - length, "%s%zu", d == first ? "[" : ",", k / step % in->shape.dim[d]);
	}
	text[length++] = ']';
	return length;
}

static psy_status
write_features(reader *r, psy_builder *b)
{
	psy_span names, units, span;
	size_t feature = 0, room;
	char *text;
	psy_status status;

	psy_builder_model(b)->features = (uint32_t) r->features;
	if ((status = psy_builder_reserve(b, r->features, sizeof(psy_span), &names)) != PSY_OK ||
		(status = psy_builder_reserve(b, r->features, sizeof(psy_span), &units)) != PSY_OK)
		return status;
	psy_builder_model(b)->feature_names = names;
	psy_builder_model(b)->feature_units = units;
	for (size_t i = 0; i < r->inputs; i++)
	{
		size_t count = psy_onnx_count(&r->input[i].shape);

		room = psy_wire_length(r->input[i].name) + 12 * PSY_ONNX_RANK;
		if ((status = psy_onnx_remember(r->c, room, 1, &text)) != PSY_OK)
			return status;
		for (size_t k = 0; k < count; k++, feature++)
		{
			if ((status = psy_builder_text(b, text, name_feature(&r->input[i], k, text, room), &span)) != PSY_OK)
				return status;
			((psy_span *) psy_builder_at(b, names))[feature] = span;
		}
	}
	return psy_builder_order_features(b);
}

static psy_status
write_image(reader *r, psy_onnx_head *head, psy_builder *b)
{
	psy_op op = {.code = PSY_OP_ONNX, .inputs = (uint32_t) r->features};
	psy_span steps, span = {0};
	psy_wire name = {NULL, NULL};
	psy_status status = PSY_OK;

	psy_builder_model(b)->missing = PSY_MISSING_LEARNED;
	if (psy_onnx_nth(r->graph, GRAPH_NAME, 0, &name) && psy_utf8_text((const char *) name.at, psy_wire_length(name)))
		status = psy_builder_text(b, (const char *) name.at, psy_wire_length(name), &span);
	psy_builder_model(b)->name = span;
	if (status != PSY_OK || (status = psy_onnx_write_classes(r->c, head, b)) != PSY_OK || (status = write_features(r, b)) != PSY_OK ||
		(status = psy_builder_reserve(b, 1, sizeof(psy_op), &steps)) != PSY_OK)
		return status;
	op.outputs = (uint32_t) psy_onnx_count(psy_onnx_shape_of(r->c, head->scores)) + (head->label != PSY_ONNX_NONE);
	if ((status = psy_onnx_write(r->c, head, b, &op)) != PSY_OK)
		return status;
	psy_builder_model(b)->ops = 1;
	psy_builder_model(b)->steps = steps;
	*(psy_op *) psy_builder_at(b, steps) = op;
	return PSY_OK;
}

static psy_status
compile(reader *r, psy_wire document, psy_onnx_meaning meaning, psy_builder *b)
{
	psy_onnx_compiler *c = r->c;
	psy_onnx_scope scope;
	psy_onnx_head head = {0};
	psy_status status = read_model(r, document);

	if (status != PSY_OK || (status = psy_onnx_open_scope(c, r->graph, &scope)) != PSY_OK)
		return status;
	c->scope = &scope;
	if ((status = read_inputs(r)) != PSY_OK || (status = psy_onnx_read_initializers(c, r->graph)) != PSY_OK ||
		(status = psy_onnx_read_nodes(c, r->graph)) != PSY_OK || (status = psy_onnx_outputs(c, r->graph, meaning, &head)) != PSY_OK)
		return status;
	head.inputs = (uint32_t) r->inputs;
	return write_image(r, &head, b);
}

psy_status
psy_onnx_compile(const psy_context *ctx, const char *document, size_t bytes, uint32_t meaning, const psy_model_limits *limits,
				 psy_model **image, psy_error *err)
{
	psy_onnx_compiler c = {.ctx = ctx, .limits = limits, .err = err, .document = bytes};
	reader r = {.c = &c};
	psy_builder b;
	psy_status status;

	if (bytes > limits->json.bytes)
		return psy_fail(err, PSY_LIMIT, "onnx: %zu bytes, at most %zu are allowed", bytes, limits->json.bytes);
	psy_onnx_compiler_begin(&c);
	if ((status = psy_builder_begin(&b, ctx, limits->image, err)) == PSY_OK &&
		(status = compile(&r, (psy_wire){(const unsigned char *) document, (const unsigned char *) document + bytes},
						  (psy_onnx_meaning) meaning, &b)) == PSY_OK)
		status = psy_builder_finish(&b, image);
	psy_onnx_compiler_end(&c);
	if (status != PSY_OK)
	{
		psy_builder_abandon(&b);
		*image = NULL;
	}
	return status;
}
