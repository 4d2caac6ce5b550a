/*
 * onnx_tensor.c - TensorProto as a constant, and ValueInfoProto's types and shapes.
 *
 * A tensor's elements stand in raw_data or in one of the typed fields, never in both; other types than five are refused
 * by name, and so is what lies outside the document.
 */
#include "models/onnx.h"

#include <string.h>

/* ---- tensors --------------------------------------------------------------------------------- */

uint32_t
psy_onnx_type_of(uint64_t data_type)
{
	switch (data_type)
	{
		case 1: return PSY_ONNX_FLOAT;
		case 11: return PSY_ONNX_DOUBLE;
		case 6:
		case 7: return PSY_ONNX_INT;
		case 8: return PSY_ONNX_STRING;
		case 9: return PSY_ONNX_BOOL;
		default: return 0;
	}
}

static psy_status
refuse_type(psy_onnx_compiler *c, uint64_t data_type)
{
	static const char *const name[] = {"undefined", "float", "uint8",   "int8",      "uint16", "int16",  "int32",  "int64",   "string",
									   "bool",      "float16", "double", "uint32", "uint64", "complex64", "complex128", "bfloat16"};

	if (data_type < sizeof name / sizeof name[0])
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "tensors of %s are not supported", name[data_type]);
	return psy_onnx_refuse(c, PSY_UNSUPPORTED, "tensors of type %llu are not supported", (unsigned long long) data_type);
}

/* A TensorProto's fields. */
typedef struct tensor_source
{
	psy_onnx_shape shape;
	uint64_t data_type;
	psy_wire raw;
	bool has_raw;
	psy_wire name;
} tensor_source;

static psy_status
add_dim(psy_onnx_compiler *c, psy_onnx_shape *shape, uint64_t dim)
{
	if (shape->rank >= PSY_ONNX_RANK)
		return psy_onnx_refuse(c, PSY_LIMIT, "a tensor of more than %d dimensions", PSY_ONNX_RANK);
	if (dim > PSY_ONNX_MOST_COUNT)
		return psy_onnx_refuse(c, PSY_LIMIT, "a dimension of %lld", (long long) dim);
	shape->dim[shape->rank++] = (uint32_t) dim;
	return PSY_OK;
}

static psy_status
add_dims(psy_onnx_compiler *c, psy_onnx_shape *shape, psy_wire_field field)
{
	psy_status status = PSY_OK;
	uint64_t dim;

	if (field.form == PSY_WIRE_VARINT)
		return add_dim(c, shape, field.bits);
	if (field.form != PSY_WIRE_BYTES)
		return psy_onnx_broken(c, "a tensor");
	while (status == PSY_OK && field.bytes.at < field.bytes.end)
		status = psy_wire_varint(&field.bytes, &dim) ? add_dim(c, shape, dim) : psy_onnx_broken(c, "a tensor");
	return status;
}

static psy_status
read_tensor_head(psy_onnx_compiler *c, psy_wire message, tensor_source *t)
{
	psy_wire_field field;
	psy_wire_step step;
	psy_status status = PSY_OK;

	while (status == PSY_OK && (step = psy_wire_next(&message, &field)) != PSY_WIRE_END)
	{
		if (step == PSY_WIRE_BROKEN)
			return psy_onnx_broken(c, "a tensor");
		if (field.number == 1)
			status = add_dims(c, &t->shape, field);
		else if (field.number == 2 && field.form == PSY_WIRE_VARINT)
			t->data_type = field.bits;
		else if (field.number == 8 && field.form == PSY_WIRE_BYTES)
			t->name = field.bytes;
		else if (field.number == 9 && field.form == PSY_WIRE_BYTES)
			t->raw = field.bytes, t->has_raw = true;
		else if (field.number == 13 || (field.number == 14 && field.bits != 0))
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "a tensor's data lie in another file (external data)");
		else if (field.number == 3 || field.number > 16)
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "field %u of a tensor is not known", field.number);
	}
	return status;
}

/* Bytes of an element in raw_data; the field that holds elements otherwise. */
static void
storage_of(uint64_t data_type, size_t *bytes, uint32_t *field)
{
	*bytes = data_type == 7 || data_type == 11 ? 8 : data_type == 9 || data_type == 2 ? 1 : 4;
	*field = data_type == 1 ? 4 : data_type == 11 ? 10 : data_type == 7 ? 7 : data_type == 8 ? 6 : 5;
}

static double
raw_value(uint64_t data_type, const unsigned char *at)
{
	switch (data_type)
	{
		case 1: return (double) psy_wire_float(psy_wire_u32(at));
		case 11: return psy_wire_double(psy_wire_u64(at));
		case 6: return (int32_t) psy_wire_u32(at);
		case 7: return (double) (int64_t) psy_wire_u64(at);
		case 2: return *at;
		default: return *at != 0;
	}
}

/* One element that does not lie in raw_data. */
static bool
field_value(uint64_t data_type, psy_wire *rest, double *value)
{
	uint64_t bits;
	size_t bytes = data_type == 11 ? 8 : 4;

	if (data_type == 1 || data_type == 11)
	{
		if (psy_wire_length(*rest) < bytes)
			return false;
		*value = raw_value(data_type, rest->at);
		rest->at += bytes;
		return true;
	}
	if (!psy_wire_varint(rest, &bits))
		return false;
	*value = data_type == 9 ? bits != 0 : data_type == 6 ? (double) (int32_t) bits : (double) (int64_t) bits;
	return true;
}

/* Elements from repeated fields; false when they are not exactly count. */
static bool
fill_from_fields(psy_onnx_compiler *c, psy_wire message, uint64_t data_type, uint32_t number, uint32_t tensor, size_t count)
{
	psy_wire_field field;
	size_t k = 0;
	double value;

	while (psy_wire_next(&message, &field) == PSY_WIRE_FIELD)
	{
		if (field.number != number)
			continue;
		if (data_type == 8)
		{
			if (k >= count || psy_onnx_intern(c, field.bytes, &value) != PSY_OK)
				return false;
			psy_onnx_values(c, tensor)[k++] = value;
		}
		else if (field.form == PSY_WIRE_BYTES)
			while (field.bytes.at < field.bytes.end)
				if (k >= count || !field_value(data_type, &field.bytes, &psy_onnx_values(c, tensor)[k++]))
					return false;
				else
					continue;
		else
		{
			if (k >= count)
				return false;
			psy_onnx_values(c, tensor)[k++] = data_type == 1	? (double) psy_wire_float((uint32_t) field.bits)
											  : data_type == 11 ? psy_wire_double(field.bits)
											  : data_type == 9	? field.bits != 0
											  : data_type == 6	? (double) (int32_t) field.bits
																: (double) (int64_t) field.bits;
		}
	}
	return k == count;
}

psy_status
psy_onnx_read_tensor(psy_onnx_compiler *c, psy_wire message, psy_wire *name, uint32_t *tensor)
{
	tensor_source t = {0};
	size_t bytes, count;
	uint32_t field;
	psy_status status = read_tensor_head(c, message, &t);

	if (status != PSY_OK)
		return status;
	*name = t.name;
	/* Bytes stand nowhere but in TreeEnsemble's modes. */
	t.shape.type = t.data_type == 2 ? PSY_ONNX_INT : psy_onnx_type_of(t.data_type);
	if (t.shape.type == 0)
		return refuse_type(c, t.data_type);
	storage_of(t.data_type, &bytes, &field);
	count = psy_onnx_count(&t.shape);
	/* Before memory is taken: an element takes a byte at least. */
	if (count > psy_wire_length(message) || (t.has_raw && (t.data_type == 8 || psy_wire_length(t.raw) != count * bytes)))
		return psy_onnx_refuse(c, PSY_FORMAT, "a tensor has not as many elements as its shape says");
	if ((status = psy_onnx_constant(c, &t.shape, tensor)) != PSY_OK)
		return status;
	for (size_t k = 0; t.has_raw && k < count; k++)
		psy_onnx_values(c, *tensor)[k] = raw_value(t.data_type, t.raw.at + k * bytes);
	if (!t.has_raw && !fill_from_fields(c, message, t.data_type, field, *tensor, count))
		return psy_onnx_refuse(c, PSY_FORMAT, "a tensor has not as many elements as its shape says");
	return PSY_OK;
}

/* ---- types ----------------------------------------------------------------------------------- */

/* TensorShapeProto: unknown dimensions are 0. */
static psy_status
read_dims(psy_onnx_compiler *c, psy_wire dims, psy_onnx_shape *shape)
{
	psy_wire_field field, inner;
	psy_wire_step step = PSY_WIRE_END;
	psy_status status = PSY_OK;

	while (status == PSY_OK && (step = psy_wire_next(&dims, &field)) == PSY_WIRE_FIELD)
	{
		uint64_t dim = 0;

		if (field.number != 1 || field.form != PSY_WIRE_BYTES)
			return psy_onnx_broken(c, "a shape");
		while ((step = psy_wire_next(&field.bytes, &inner)) == PSY_WIRE_FIELD)
			if (inner.number == 1 && inner.form == PSY_WIRE_VARINT)
				dim = (int64_t) inner.bits < 0 ? 0 : inner.bits;
		if (step == PSY_WIRE_BROKEN)
			return psy_onnx_broken(c, "a shape");
		status = add_dim(c, shape, dim);
	}
	return status == PSY_OK && step == PSY_WIRE_BROKEN ? psy_onnx_broken(c, "a shape") : status;
}

psy_status
psy_onnx_read_value_info(psy_onnx_compiler *c, psy_wire message, psy_wire *name, psy_onnx_shape *shape)
{
	psy_wire type = {0}, tensor = {0}, dims = {0};
	psy_wire_field field;
	uint64_t data_type = 0;

	*shape = (psy_onnx_shape){0};
	if (!psy_onnx_nth(message, 1, 0, name) || psy_wire_length(*name) == 0)
		return psy_onnx_refuse(c, PSY_FORMAT, "an input has no name");
	if (!psy_onnx_nth(message, 2, 0, &type) || !psy_onnx_nth(type, 1, 0, &tensor))
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "an input is no tensor (sequences and maps are not supported)");
	if (!psy_onnx_nth(tensor, 2, 0, &dims))
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "an input has no shape");
	for (psy_wire rest = tensor; psy_wire_next(&rest, &field) == PSY_WIRE_FIELD;)
		if (field.number == 1 && field.form == PSY_WIRE_VARINT)
			data_type = field.bits;
	shape->type = psy_onnx_type_of(data_type);
	return shape->type == 0 ? refuse_type(c, data_type) : read_dims(c, dims, shape);
}
