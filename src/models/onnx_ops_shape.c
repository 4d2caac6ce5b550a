/*
 * onnx_ops_shape.c - operators of ai.onnx that make, reshape and move tensors.
 *
 * Shapes are known, so that Shape is a constant, Reshape costs nothing, and Slice, Split, Transpose, Expand and Tile are
 * one instruction: a view with an offset and strides.
 */
#include "models/onnx_ops.h"

#include <math.h>
#include <string.h>

/* ---- constants ------------------------------------------------------------------------------- */

psy_status
psy_onnx_op_constant(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	static const char *const list[] = {"value_floats", "value_ints", "value_strings", NULL};
	static const uint32_t type[] = {PSY_ONNX_FLOAT, PSY_ONNX_INT, PSY_ONNX_STRING};
	psy_onnx_numbers numbers;
	psy_wire text;
	double value;
	int64_t whole;
	psy_status status;

	if (psy_onnx_has(n, "value"))
		return psy_onnx_attr_tensor(c, n, "value", n->out);
	for (int k = 0; list[k] != NULL; k++)
		if (psy_onnx_has(n, list[k]))
		{
			status = psy_onnx_attr_list(c, n, list[k], &numbers);
			if (status == PSY_OK && numbers.count > 0 && numbers.texts != (type[k] == PSY_ONNX_STRING))
				return psy_onnx_refuse(c, PSY_FORMAT, "%s of another type", list[k]);
			return status == PSY_OK ? psy_onnx_vector(c, type[k], numbers.value, numbers.count, n->out) : status;
		}
	if (psy_onnx_has(n, "value_float"))
	{
		status = psy_onnx_attr_float(c, n, "value_float", 0, &value);
		return status == PSY_OK ? psy_onnx_scalar(c, PSY_ONNX_FLOAT, value, n->out) : status;
	}
	if (psy_onnx_has(n, "value_string"))
	{
		if ((status = psy_onnx_attr_text(c, n, "value_string", &text)) == PSY_OK)
			status = psy_onnx_intern(c, text, &value);
		return status == PSY_OK ? psy_onnx_scalar(c, PSY_ONNX_STRING, value, n->out) : status;
	}
	if (!psy_onnx_has(n, "value_int"))
		return psy_onnx_refuse(c, PSY_FORMAT, "it has no value");
	status = psy_onnx_attr_int(c, n, "value_int", 0, &whole);
	return status == PSY_OK ? psy_onnx_scalar(c, PSY_ONNX_INT, (double) whole, n->out) : status;
}

/* Few numbers as a shape. */
static psy_status
shape_of_few(psy_onnx_compiler *c, const psy_onnx_few *few, uint32_t type, psy_onnx_shape *shape)
{
	*shape = (psy_onnx_shape){.type = type};
	if (few->count < 0 || few->count > PSY_ONNX_RANK)
		return psy_onnx_refuse(c, PSY_LIMIT, "a tensor of more than %d dimensions", PSY_ONNX_RANK);
	for (int k = 0; k < few->count; k++)
	{
		if (few->value[k] < 1 || few->value[k] > (int64_t) PSY_ONNX_MOST_COUNT)
			return psy_onnx_refuse(c, PSY_LIMIT, "a dimension of %lld", (long long) few->value[k]);
		shape->dim[shape->rank++] = (uint32_t) few->value[k];
	}
	return PSY_OK;
}

psy_status
psy_onnx_op_constant_of_shape(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_few few;
	psy_onnx_shape shape;
	uint32_t value, word[1 + 2 * PSY_ONNX_RANK] = {0};
	psy_status status;

	if ((status = psy_onnx_few_of(c, n, "its shape", 0, &few)) != PSY_OK)
		return status;
	if (!psy_onnx_has(n, "value"))
		status = psy_onnx_scalar(c, PSY_ONNX_FLOAT, 0, &value);
	else
		status = psy_onnx_attr_tensor(c, n, "value", &value);
	if (status != PSY_OK)
		return status;
	if (psy_onnx_count(psy_onnx_shape_of(c, value)) != 1)
		return psy_onnx_refuse(c, PSY_FORMAT, "its value is not one number");
	if ((status = shape_of_few(c, &few, psy_onnx_shape_of(c, value)->type, &shape)) != PSY_OK)
		return status;
	memcpy(word + 1, shape.dim, shape.rank * sizeof *word);
	return psy_onnx_emit(c, PSY_ONNX_STRIDED, 0, &value, 1, word, 1 + 2 * shape.rank, n->out);
}

/* Where a slice's end of a shape lies, counted from either side. */
static uint32_t
clamp_end(int64_t at, uint32_t rank)
{
	at = at < 0 ? at + rank : at;
	return at < 0 ? 0 : at > (int64_t) rank ? rank : (uint32_t) at;
}

psy_status
psy_onnx_op_shape(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, n->in[0]);
	double dim[PSY_ONNX_RANK];
	int64_t start, end;
	uint32_t from, to;
	psy_status status;

	if ((status = psy_onnx_attr_int(c, n, "start", 0, &start)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "end", shape.rank, &end)) != PSY_OK)
		return status;
	from = clamp_end(start, shape.rank);
	to = clamp_end(end, shape.rank);
	if (from >= to)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "a shape without dimensions");
	for (uint32_t k = from; k < to; k++)
		dim[k - from] = shape.dim[k];
	return psy_onnx_vector(c, PSY_ONNX_INT, dim, to - from, n->out);
}

psy_status
psy_onnx_op_size(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	return psy_onnx_scalar(c, PSY_ONNX_INT, (double) psy_onnx_count(psy_onnx_shape_of(c, n->in[0])), n->out);
}

/* ---- other shapes of the same elements ------------------------------------------------------- */

psy_status
psy_onnx_op_reshape(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape from = *psy_onnx_shape_of(c, n->in[0]), to = {.type = from.type};
	psy_onnx_few few;
	int64_t zeros;
	int open = -1;
	uint64_t count = psy_onnx_count(&from), known = 1;
	psy_status status;

	if ((status = psy_onnx_few_of(c, n, "shape", 1, &few)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "allowzero", 0, &zeros)) != PSY_OK)
		return status;
	for (int k = 0; k < few.count; k++)
	{
		if (few.value[k] == 0 && !zeros && k < (int) from.rank)
			few.value[k] = from.dim[k];
		if (few.value[k] == -1 && open < 0)
			open = k, few.value[k] = 1;
		else if (few.value[k] < 1 || (known *= (uint64_t) few.value[k]) > count)
			return psy_onnx_refuse(c, PSY_FORMAT, "a shape of other size than the tensor");
	}
	if (open >= 0)
		few.value[open] = (int64_t) (count / known);
	status = shape_of_few(c, &few, from.type, &to);
	return status == PSY_OK ? psy_onnx_reshape(c, n->in[0], &to, n->out) : status;
}

psy_status
psy_onnx_op_flatten(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape from = *psy_onnx_shape_of(c, n->in[0]), to = {.type = from.type, .rank = 2};
	psy_onnx_around a;
	int64_t axis;
	psy_status status = psy_onnx_attr_int(c, n, "axis", 1, &axis);

	if (status != PSY_OK)
		return status;
	axis = axis < 0 ? axis + from.rank : axis;
	if (axis < 0 || axis > (int64_t) from.rank)
		return psy_onnx_refuse(c, PSY_FORMAT, "axis %lld of a tensor of %u dimensions", (long long) axis, from.rank);
	a = psy_onnx_axes(&from, (uint32_t) axis, from.rank);
	to.dim[0] = (uint32_t) a.outer;
	to.dim[1] = (uint32_t) a.n;
	return psy_onnx_reshape(c, n->in[0], &to, n->out);
}

psy_status
psy_onnx_op_squeeze(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape from = *psy_onnx_shape_of(c, n->in[0]), to = {.type = from.type};
	bool goes[PSY_ONNX_RANK] = {false};
	psy_onnx_few few;
	psy_status status = psy_onnx_few_of(c, n, "axes", 1, &few);

	for (int k = 0; status == PSY_OK && k < few.count; k++)
	{
		uint32_t axis = 0;

		if ((status = psy_onnx_axis(c, few.value[k], from.rank, &axis)) == PSY_OK && from.dim[axis] != 1)
			status = psy_onnx_refuse(c, PSY_FORMAT, "axis %u has %u elements, 1 expected", axis, from.dim[axis]);
		if (status == PSY_OK)
			goes[axis] = true;
	}
	for (uint32_t k = 0; k < from.rank; k++)
		if (!(few.count < 0 ? from.dim[k] == 1 : goes[k]))
			to.dim[to.rank++] = from.dim[k];
	return status == PSY_OK ? psy_onnx_reshape(c, n->in[0], &to, n->out) : status;
}

psy_status
psy_onnx_op_unsqueeze(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape from = *psy_onnx_shape_of(c, n->in[0]), to = {.type = from.type};
	bool added[PSY_ONNX_RANK] = {false};
	psy_onnx_few few;
	uint32_t next = 0;
	psy_status status = psy_onnx_few_of(c, n, "axes", 1, &few);

	if (status != PSY_OK)
		return status;
	if (few.count < 0 || from.rank + (uint32_t) few.count > PSY_ONNX_RANK)
		return psy_onnx_refuse(c, PSY_LIMIT, "a tensor of more than %d dimensions", PSY_ONNX_RANK);
	to.rank = from.rank + (uint32_t) few.count;
	for (int k = 0; k < few.count; k++)
	{
		uint32_t axis;

		if ((status = psy_onnx_axis(c, few.value[k], to.rank, &axis)) != PSY_OK)
			return status;
		if (added[axis])
			return psy_onnx_refuse(c, PSY_FORMAT, "axis %u stands twice", axis);
		added[axis] = true;
	}
	for (uint32_t k = 0; k < to.rank; k++)
		to.dim[k] = added[k] ? 1 : from.dim[next++];
	return psy_onnx_reshape(c, n->in[0], &to, n->out);
}

/* ---- views ----------------------------------------------------------------------------------- */

psy_status
psy_onnx_op_transpose(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t rank = psy_onnx_shape_of(c, n->in[0])->rank, perm[PSY_ONNX_RANK];
	bool seen[PSY_ONNX_RANK] = {false};
	psy_onnx_few few;
	psy_status status = psy_onnx_few_of(c, n, "perm", UINT32_MAX, &few);

	if (status != PSY_OK)
		return status;
	if (few.count >= 0 && few.count != (int) rank)
		return psy_onnx_refuse(c, PSY_FORMAT, "perm has %d axes, the tensor %u", few.count, rank);
	for (uint32_t k = 0; k < rank; k++)
	{
		int64_t axis = few.count < 0 ? rank - 1 - k : few.value[k];

		if (axis < 0 || axis >= (int64_t) rank || seen[axis])
			return psy_onnx_refuse(c, PSY_FORMAT, "perm does not name each axis once");
		seen[axis] = true;
		perm[k] = (uint32_t) axis;
	}
	return psy_onnx_emit_transpose(c, n->in[0], perm, n->out);
}

psy_status
psy_onnx_op_concat(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	int64_t axis;
	uint32_t along;
	psy_status status;

	for (uint32_t k = 0; k < n->ins; k++)
		if (n->in[k] == PSY_ONNX_NONE)
			return psy_onnx_refuse(c, PSY_FORMAT, "its input %u is left out", k + 1);
	if ((status = psy_onnx_attr_int(c, n, "axis", 1, &axis)) != PSY_OK ||
		(status = psy_onnx_axis(c, axis, psy_onnx_shape_of(c, n->in[0])->rank, &along)) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_CONCAT, 0, n->in, n->ins, &along, 1, n->out);
}

psy_status
psy_onnx_emit_slice(psy_onnx_compiler *c, uint32_t x, uint32_t axis, uint32_t from, int32_t step, uint32_t count, uint32_t *out)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, x);
	uint32_t word[1 + 2 * PSY_ONNX_RANK] = {0}, stride = 1;

	for (uint32_t k = shape.rank; k-- > 0; stride *= shape.dim[k])
	{
		word[1 + k] = k == axis ? count : shape.dim[k];
		word[1 + shape.rank + k] = k == axis ? (uint32_t) ((int32_t) stride * step) : stride;
		if (k == axis)
			word[0] = from * stride;
	}
	return psy_onnx_emit(c, PSY_ONNX_STRIDED, 0, &x, 1, word, 1 + 2 * shape.rank, out);
}

/* One axis of Slice, clamped as the standard says. */
static psy_status
slice_axis(psy_onnx_compiler *c, uint32_t x, uint32_t axis, int64_t start, int64_t end, int64_t step, uint32_t *out)
{
	int64_t n = psy_onnx_shape_of(c, x)->dim[axis], count;

	if (step == 0 || step > (int64_t) PSY_ONNX_MOST_COUNT || step < -(int64_t) PSY_ONNX_MOST_COUNT)
		return psy_onnx_refuse(c, PSY_FORMAT, "a step of %lld", (long long) step);
	start = start < 0 ? (start < -n ? -1 : start + n) : start;
	end = end < 0 ? (end < -n ? -1 : end + n) : end;
	if (step > 0)
	{
		start = start < 0 ? 0 : start > n ? n : start;
		end = end < 0 ? 0 : end > n ? n : end;
		count = end > start ? (end - start + step - 1) / step : 0;
	}
	else
	{
		start = start < 0 ? 0 : start > n - 1 ? n - 1 : start;
		end = end < -1 ? -1 : end > n - 1 ? n - 1 : end;
		count = start > end ? (start - end - step - 1) / -step : 0;
	}
	if (count == 0)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "a tensor without elements");
	return psy_onnx_emit_slice(c, x, axis, (uint32_t) start, count == 1 ? 1 : (int32_t) step, (uint32_t) count, out);
}

psy_status
psy_onnx_op_slice(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t rank = psy_onnx_shape_of(c, n->in[0])->rank;
	psy_onnx_few start, end, axes, step;
	psy_status status;

	if ((status = psy_onnx_few_of(c, n, "starts", 1, &start)) != PSY_OK ||
		(status = psy_onnx_few_of(c, n, "ends", 2, &end)) != PSY_OK ||
		(status = psy_onnx_few_of(c, n, "axes", 3, &axes)) != PSY_OK ||
		(status = psy_onnx_few_of(c, n, "steps", 4, &step)) != PSY_OK)
		return status;
	if (start.count < 0 || end.count != start.count || (axes.count >= 0 && axes.count != start.count) ||
		(step.count >= 0 && step.count != start.count))
		return psy_onnx_refuse(c, PSY_FORMAT, "starts, ends, axes and steps are not as many");
	*n->out = n->in[0];
	for (int k = 0; status == PSY_OK && k < start.count; k++)
	{
		uint32_t axis;

		if ((status = psy_onnx_axis(c, axes.count < 0 ? k : axes.value[k], rank, &axis)) == PSY_OK)
			status = slice_axis(c, *n->out, axis, start.value[k], end.value[k], step.count < 0 ? 1 : step.value[k], n->out);
	}
	return status;
}

psy_status
psy_onnx_op_split(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, n->in[0]);
	psy_onnx_few sizes;
	uint32_t axis, at = 0;
	int64_t from;
	psy_status status;

	if ((status = psy_onnx_attr_int(c, n, "axis", 0, &from)) != PSY_OK ||
		(status = psy_onnx_axis(c, from, shape.rank, &axis)) != PSY_OK ||
		(status = psy_onnx_few_of(c, n, "split", 1, &sizes)) != PSY_OK)
		return status;
	for (uint32_t k = 0; status == PSY_OK && k < n->outs; k++)
	{
		/* Equal parts; the last one may be smaller. */
		int64_t each = (shape.dim[axis] + n->outs - 1) / n->outs, rest = (int64_t) shape.dim[axis] - at;
		int64_t size = sizes.count < 0 ? (each < rest ? each : rest) : k < (uint32_t) sizes.count ? sizes.value[k] : 0;

		if (size < 1 || size > rest)
			return psy_onnx_refuse(c, PSY_FORMAT, "its parts do not fit the axis");
		status = psy_onnx_emit_slice(c, n->in[0], axis, at, 1, (uint32_t) size, n->out + k);
		at += (uint32_t) size;
	}
	if (status == PSY_OK && at != shape.dim[axis])
		return psy_onnx_refuse(c, PSY_FORMAT, "its parts do not fill the axis");
	return status;
}

/* A view of x with the shape, repeated where a dimension is 1. */
static psy_status
repeat(psy_onnx_compiler *c, uint32_t x, const psy_onnx_shape *to, uint32_t *out)
{
	uint32_t word[1 + 2 * PSY_ONNX_RANK] = {0};
	size_t stride[PSY_ONNX_RANK];

	psy_onnx_strides(psy_onnx_shape_of(c, x), to, stride);
	for (uint32_t k = 0; k < to->rank; k++)
	{
		word[1 + k] = to->dim[k];
		word[1 + to->rank + k] = (uint32_t) stride[k];
	}
	return psy_onnx_emit(c, PSY_ONNX_STRIDED, 0, &x, 1, word, 1 + 2 * to->rank, out);
}

psy_status
psy_onnx_op_expand(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_few few;
	psy_onnx_shape shape, to;
	psy_status status;

	if ((status = psy_onnx_few_of(c, n, "its shape", 1, &few)) != PSY_OK ||
		(status = shape_of_few(c, &few, psy_onnx_shape_of(c, n->in[0])->type, &shape)) != PSY_OK)
		return status;
	if (!psy_onnx_broadcast(psy_onnx_shape_of(c, n->in[0]), &shape, &to))
		return psy_onnx_refuse(c, PSY_FORMAT, "the tensor does not expand to its shape");
	return repeat(c, n->in[0], &to, n->out);
}

/* Each axis in turn: [.., n, ..] is seen as [.., 1, n, ..] and repeated. */
psy_status
psy_onnx_op_tile(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, n->in[0]);
	psy_onnx_few few;
	psy_status status = psy_onnx_few_of(c, n, "repeats", 1, &few);

	*n->out = n->in[0];
	if (status == PSY_OK && few.count != (int) shape.rank)
		return psy_onnx_refuse(c, PSY_FORMAT, "%d repeats of %u axes", few.count, shape.rank);
	for (uint32_t k = 0; status == PSY_OK && k < shape.rank; k++)
	{
		psy_onnx_around a = psy_onnx_axes(&shape, k, k + 1);
		psy_onnx_shape seen = {.type = shape.type, .rank = 3, .dim = {(uint32_t) a.outer, 1, (uint32_t) (a.n * a.inner)}}, to = seen;

		if (few.value[k] == 1)
			continue;
		if (few.value[k] < 1 || few.value[k] > (int64_t) (PSY_ONNX_MOST_COUNT / shape.dim[k]))
			return psy_onnx_refuse(c, PSY_LIMIT, "%lld repeats", (long long) few.value[k]);
		to.dim[1] = (uint32_t) few.value[k];
		shape.dim[k] *= (uint32_t) few.value[k];
		if ((status = psy_onnx_reshape(c, *n->out, &seen, n->out)) == PSY_OK && (status = repeat(c, *n->out, &to, n->out)) == PSY_OK)
			status = psy_onnx_reshape(c, *n->out, &shape, n->out);
	}
	return status;
}

/* So many elements of the value before or behind an axis. */
static psy_status
pad_axis(psy_onnx_compiler *c, uint32_t axis, int64_t before, int64_t after, double value, uint32_t *x)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, *x);
	uint32_t part[3], parts = 0, scalar, padding;
	psy_status status;

	if (before < 0 || after < 0 || before > (int64_t) PSY_ONNX_MOST_COUNT || after > (int64_t) PSY_ONNX_MOST_COUNT)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "a padding of %lld", (long long) (before < 0 ? before : after));
	if ((status = psy_onnx_scalar(c, shape.type, value, &scalar)) != PSY_OK)
		return status;
	for (int side = 0; side < 2; side++)
	{
		shape.dim[axis] = (uint32_t) (side == 0 ? before : after);
		if (shape.dim[axis] > 0)
		{
			if ((status = repeat(c, scalar, &shape, &padding)) != PSY_OK)
				return status;
			part[parts++] = padding;
		}
		if (side == 0)
			part[parts++] = *x;
	}
	return parts == 1 ? PSY_OK : psy_onnx_emit(c, PSY_ONNX_CONCAT, 0, part, parts, &axis, 1, x);
}

psy_status
psy_onnx_op_pad(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	static const char *const mode[] = {"constant", NULL};
	uint32_t index, rank = psy_onnx_shape_of(c, n->in[0])->rank;
	psy_onnx_few pads;
	double value;
	psy_status status;

	if ((status = psy_onnx_attr_choice(c, n, "mode", mode, 0, &index)) != PSY_OK ||
		(status = psy_onnx_few_of(c, n, "pads", 1, &pads)) != PSY_OK ||
		(status = psy_onnx_attr_float(c, n, "value", 0, &value)) != PSY_OK)
		return status;
	if (n->ins > 3 && n->in[3] != PSY_ONNX_NONE)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "its axes are not supported");
	if (n->ins > 2 && n->in[2] != PSY_ONNX_NONE)
	{
		if (!psy_onnx_is_constant(c, n->in[2]))
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "its value depends on the row");
		value = *psy_onnx_values(c, n->in[2]);
	}
	if (pads.count != 2 * (int) rank)
		return psy_onnx_refuse(c, PSY_FORMAT, "%d paddings of %u axes", pads.count, rank);
	*n->out = n->in[0];
	for (uint32_t k = 0; status == PSY_OK && k < rank; k++)
		status = pad_axis(c, k, pads.value[k], pads.value[rank + k], value, n->out);
	return status;
}

psy_status
psy_onnx_op_gather(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t axis, x = n->in[0];
	int64_t along;
	psy_status status;

	if ((status = psy_onnx_attr_int(c, n, "axis", 0, &along)) != PSY_OK ||
		(status = psy_onnx_axis(c, along, psy_onnx_shape_of(c, x)->rank, &axis)) != PSY_OK ||
		(status = psy_onnx_emit(c, n->how, 0, n->in, 2, &axis, 1, n->out)) != PSY_OK)
		return status;
	if (psy_onnx_is_constant(c, x) && psy_onnx_shape_of(c, x)->rank == 1)
		psy_onnx_mark_of(c, *n->out)->labels = x;
	return PSY_OK;
}
