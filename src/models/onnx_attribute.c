/*
 * onnx_attribute.c - attributes of a node, found by name where they lie in the document.
 *
 * A document may write numbers packed or one by one; both are read.  What has another type than the operator needs is
 * refused.
 */
#include "models/onnx.h"

#include <math.h>
#include <string.h>

/* Fields of AttributeProto, and their numbers. */
enum
{
	ATTR_NAME = 1,
	ATTR_F = 2,
	ATTR_I = 3,
	ATTR_S = 4,
	ATTR_T = 5,
	ATTR_G = 6,
	ATTR_FLOATS = 7,
	ATTR_INTS = 8,
	ATTR_STRINGS = 9,
	NODE_ATTRIBUTE = 5
};

#define MOST_WHOLE 9007199254740992.0

static bool
find(const psy_onnx_node_source *n, const char *name, psy_wire *attribute)
{
	psy_wire rest = n->body, inner, found;
	psy_wire_field field;

	while (psy_wire_next(&rest, &field) == PSY_WIRE_FIELD)
	{
		if (field.number != NODE_ATTRIBUTE || field.form != PSY_WIRE_BYTES)
			continue;
		inner = field.bytes;
		if (psy_onnx_nth(inner, ATTR_NAME, 0, &found) && psy_wire_equals(found, name))
		{
			*attribute = inner;
			return true;
		}
	}
	return false;
}

bool
psy_onnx_has(const psy_onnx_node_source *n, const char *name)
{
	psy_wire attribute;

	return find(n, name, &attribute);
}

static psy_status
wrong_type(psy_onnx_compiler *c, const char *name, const char *expected)
{
	return psy_onnx_refuse(c, PSY_FORMAT, "the attribute %s is not %s", name, expected);
}

/* The attribute's field of that number; *here false when the attribute is left out. */
static psy_status
field_of(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, uint32_t number, psy_wire_form form,
		 const char *expected, psy_wire_field *field, bool *here)
{
	psy_wire attribute;
	psy_wire_field next;
	bool found = false;

	*field = (psy_wire_field){.number = number, .form = form};
	*here = find(n, name, &attribute);
	if (!*here)
		return PSY_OK;
	while (psy_wire_next(&attribute, &next) == PSY_WIRE_FIELD)
		if (next.number == number)
		{
			if (next.form != form)
				return wrong_type(c, name, expected);
			*field = next;
			found = true;
		}
	/* Writers may leave zeros out: zero and empty are what stands there. */
	return !found && (number == ATTR_T || number == ATTR_G) ? wrong_type(c, name, expected) : PSY_OK;
}

psy_status
psy_onnx_attr_int(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, int64_t absent, int64_t *value)
{
	psy_wire_field field;
	bool here;
	psy_status status = field_of(c, n, name, ATTR_I, PSY_WIRE_VARINT, "a whole number", &field, &here);

	if (status == PSY_OK)
		*value = here ? (int64_t) field.bits : absent;
	return status;
}

psy_status
psy_onnx_attr_float(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, double absent, double *value)
{
	psy_wire_field field;
	bool here;
	psy_status status = field_of(c, n, name, ATTR_F, PSY_WIRE_FIXED32, "a number", &field, &here);

	if (status == PSY_OK)
		*value = here ? (double) psy_wire_float((uint32_t) field.bits) : absent;
	return status;
}

psy_status
psy_onnx_attr_text(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, psy_wire *text)
{
	psy_wire_field field;
	bool here;
	psy_status status = field_of(c, n, name, ATTR_S, PSY_WIRE_BYTES, "a text", &field, &here);

	*text = (psy_wire){NULL, NULL};
	if (status == PSY_OK && here)
		*text = field.bytes;
	return status;
}

static psy_status
choose(psy_onnx_compiler *c, psy_wire text, const char *name, const char *const *choice, uint32_t *index)
{
	char list[128] = "";

	for (uint32_t k = 0; choice[k] != NULL; k++)
		if (psy_wire_equals(text, choice[k]))
		{
			*index = k;
			return PSY_OK;
		}
	for (uint32_t k = 0; choice[k] != NULL; k++)
		psy_append(list, sizeof list, "%s%s", k == 0 ? "" : ", ", choice[k]);
	return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%s: one of %s expected", name, list);
}

psy_status
psy_onnx_attr_choice(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, const char *const *choice,
					 uint32_t absent, uint32_t *index)
{
	psy_wire text;
	psy_status status;

	*index = absent;
	if (!psy_onnx_has(n, name))
		return PSY_OK;
	status = psy_onnx_attr_text(c, n, name, &text);
	return status == PSY_OK ? choose(c, text, name, choice, index) : status;
}

psy_status
psy_onnx_attr_graph(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, psy_wire *graph)
{
	psy_wire_field field;
	bool here;
	psy_status status = field_of(c, n, name, ATTR_G, PSY_WIRE_BYTES, "a graph", &field, &here);

	if (status == PSY_OK && !here)
		return psy_onnx_refuse(c, PSY_FORMAT, "the attribute %s is missing", name);
	*graph = field.bytes;
	return status;
}

psy_status
psy_onnx_attr_tensor(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, uint32_t *tensor)
{
	psy_wire_field field;
	psy_wire unused;
	bool here;
	psy_status status = field_of(c, n, name, ATTR_T, PSY_WIRE_BYTES, "a tensor", &field, &here);

	if (status == PSY_OK && !here)
		return psy_onnx_refuse(c, PSY_FORMAT, "the attribute %s is missing", name);
	return status == PSY_OK ? psy_onnx_read_tensor(c, field.bytes, &unused, tensor) : status;
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* Counts (value == NULL), or writes, the numbers of one field of a list; false when it is of no number's form. */
static bool
take_numbers(psy_wire_field field, double *value, size_t *count)
{
	psy_wire rest = field.bytes;
	uint64_t bits = field.bits;

	if (field.number == ATTR_FLOATS && field.form == PSY_WIRE_BYTES)
	{
		if (psy_wire_length(rest) % 4 != 0)
			return false;
		for (; rest.at < rest.end; rest.at += 4, ++*count)
			if (value != NULL)
				value[*count] = (double) psy_wire_float(psy_wire_u32(rest.at));
		return true;
	}
	if (field.form == PSY_WIRE_BYTES)
	{
		for (; rest.at < rest.end; ++*count)
			if (!psy_wire_varint(&rest, &bits))
				return false;
			else if (value != NULL)
				value[*count] = (double) (int64_t) bits;
		return true;
	}
	if (field.form != (field.number == ATTR_FLOATS ? PSY_WIRE_FIXED32 : PSY_WIRE_VARINT))
		return false;
	if (value != NULL)
		value[*count] = field.number == ATTR_FLOATS ? (double) psy_wire_float((uint32_t) bits) : (double) (int64_t) bits;
	++*count;
	return true;
}

/* A text as its number: of choice[], or of the texts of the program. */
static psy_status
take_text(psy_onnx_compiler *c, const char *name, psy_wire text, const char *const *choice, double *value)
{
	uint32_t index = 0;
	psy_status status;

	if (choice == NULL)
		return psy_onnx_intern(c, text, value);
	status = choose(c, text, name, choice, &index);
	*value = index;
	return status;
}

/* One pass over the attribute: counting, then filling. */
static psy_status
take_list(psy_onnx_compiler *c, psy_wire attribute, const char *name, const char *const *choice, psy_onnx_numbers *list,
		  bool fill)
{
	psy_wire_field field;
	psy_status status = PSY_OK;

	list->count = 0;
	while (status == PSY_OK && psy_wire_next(&attribute, &field) == PSY_WIRE_FIELD)
	{
		if (field.number == ATTR_STRINGS)
		{
			if (field.form != PSY_WIRE_BYTES)
				return wrong_type(c, name, "a list of texts");
			list->texts = true;
			if (fill)
				status = take_text(c, name, field.bytes, choice, list->value + list->count);
			list->count++;
		}
		else if ((field.number == ATTR_FLOATS || field.number == ATTR_INTS) &&
				 !take_numbers(field, fill ? list->value : NULL, &list->count))
			return wrong_type(c, name, "a list of numbers");
	}
	return status;
}

static psy_status
read_list(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, const char *const *choice,
		  psy_onnx_numbers *list)
{
	psy_wire attribute;
	psy_status status;

	*list = (psy_onnx_numbers){0};
	if (!find(n, name, &attribute))
		return PSY_OK;
	if ((status = take_list(c, attribute, name, choice, list, false)) != PSY_OK ||
		(status = psy_onnx_remember(c, list->count + 1, sizeof(double), &list->value)) != PSY_OK)
		return status;
	if (choice != NULL && list->count > 0 && !list->texts)
		return wrong_type(c, name, "a list of texts");
	return take_list(c, attribute, name, choice, list, true);
}

psy_status
psy_onnx_attr_list(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, psy_onnx_numbers *list)
{
	return read_list(c, n, name, NULL, list);
}

psy_status
psy_onnx_attr_choices(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, const char *const *choice,
					  psy_onnx_numbers *list)
{
	return read_list(c, n, name, choice, list);
}

/* ---- a few whole numbers --------------------------------------------------------------------- */

/* Beyond int64, as the ends of slices often are. */
static int64_t
clamp(double value)
{
	return value >= 9.2e18 ? INT64_MAX : value <= -9.2e18 ? INT64_MIN : (int64_t) value;
}

static psy_status
fill_few(psy_onnx_compiler *c, const char *name, const double *value, size_t count, psy_onnx_few *few)
{
	if (count > PSY_ONNX_FEW)
		return psy_onnx_refuse(c, PSY_LIMIT, "%s: %zu numbers, at most %d are possible", name, count, PSY_ONNX_FEW);
	few->count = (int) count;
	for (size_t k = 0; k < count; k++)
	{
		if (!(value[k] == trunc(value[k])))
			return psy_onnx_refuse(c, PSY_FORMAT, "%s: whole numbers expected", name);
		few->value[k] = clamp(value[k]);
	}
	return PSY_OK;
}

psy_status
psy_onnx_few_of(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, uint32_t input, psy_onnx_few *few)
{
	psy_onnx_numbers list;
	psy_status status;

	few->count = -1;
	if (psy_onnx_has(n, name))
	{
		status = psy_onnx_attr_list(c, n, name, &list);
		return status == PSY_OK ? fill_few(c, name, list.value, list.count, few) : status;
	}
	if (input >= n->ins || n->in[input] == PSY_ONNX_NONE)
		return PSY_OK;
	if (!psy_onnx_is_constant(c, n->in[input]) || psy_onnx_shape_of(c, n->in[input])->type != PSY_ONNX_INT)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%s depends on the row: its shapes would, too", name);
	return fill_few(c, name, psy_onnx_values(c, n->in[input]), psy_onnx_count(psy_onnx_shape_of(c, n->in[input])), few);
}

psy_status
psy_onnx_axis(psy_onnx_compiler *c, int64_t axis, uint32_t rank, uint32_t *to)
{
	if (axis < -(int64_t) rank || axis >= (int64_t) rank)
		return psy_onnx_refuse(c, PSY_FORMAT, "axis %lld of a tensor of %u dimensions", (long long) axis, rank);
	*to = (uint32_t) (axis < 0 ? axis + rank : axis);
	return PSY_OK;
}
