/*
 * onnx_ops_layer.c - operators of ai.onnx along axes: products, reductions, normalisations, convolutions, pools; and
 * Scan, whose body stands as often as it would run.
 */
#include "models/onnx_ops.h"

#include "models/model_kernels.h"

#include <math.h>
#include <string.h>

#define MOST_LEVELS 4 /* bodies within bodies */
#define MOST_TURNS 1000

/* ---- products -------------------------------------------------------------------------------- */

psy_status
psy_onnx_op_gemm(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t in[4] = {n->in[0], n->in[1]};
	int64_t swap_a, swap_b;
	double factor[2];
	psy_status status;

	if ((status = psy_onnx_attr_int(c, n, "transA", 0, &swap_a)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "transB", 0, &swap_b)) != PSY_OK ||
		(status = psy_onnx_attr_float(c, n, "alpha", 1, &factor[0])) != PSY_OK ||
		(status = psy_onnx_attr_float(c, n, "beta", 1, &factor[1])) != PSY_OK)
		return status;
	if (psy_onnx_shape_of(c, in[0])->rank != 2 || psy_onnx_shape_of(c, in[1])->rank != 2)
		return psy_onnx_refuse(c, PSY_FORMAT, "its inputs are no matrices");
	for (uint32_t k = 1; k < n->ins; k++)
		if (n->in[k] != PSY_ONNX_NONE && (status = psy_onnx_need_finite(c, n->in[k])) != PSY_OK)
			return status;
	if ((swap_a && (status = psy_onnx_emit_swap(c, in[0], &in[0])) != PSY_OK) ||
		(!swap_b && (status = psy_onnx_emit_swap(c, in[1], &in[1])) != PSY_OK))
		return status;
	if (n->ins == 3 && n->in[2] != PSY_ONNX_NONE)
		in[2] = n->in[2];
	else if ((status = psy_onnx_scalar(c, psy_onnx_shape_of(c, in[0])->type, 0, &in[2])) != PSY_OK)
		return status;
	if ((status = psy_onnx_vector(c, PSY_ONNX_DOUBLE, factor, 2, &in[3])) != PSY_OK ||
		(status = psy_onnx_need_finite(c, in[3])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_DOT, 0, in, 4, NULL, 0, n->out);
}

/* A vector as a matrix of one row or, on the right, of one row of b'. */
static psy_status
as_matrix(psy_onnx_compiler *c, uint32_t *x)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, *x);

	if (shape.rank != 1)
		return PSY_OK;
	shape = (psy_onnx_shape){.type = shape.type, .rank = 2, .dim = {1, shape.dim[0]}};
	return psy_onnx_reshape(c, *x, &shape, x);
}

psy_status
psy_onnx_op_matmul(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t in[2] = {n->in[0], n->in[1]}, rank_a = psy_onnx_shape_of(c, in[0])->rank, rank_b = psy_onnx_shape_of(c, in[1])->rank;
	psy_onnx_shape to = {0}, full;
	psy_status status;

	if (rank_a == 0 || rank_b == 0)
		return psy_onnx_refuse(c, PSY_FORMAT, "a product of a single number");
	if ((status = psy_onnx_need_finite(c, in[0])) != PSY_OK || (status = psy_onnx_need_finite(c, in[1])) != PSY_OK ||
		(status = as_matrix(c, &in[0])) != PSY_OK ||
		(status = rank_b == 1 ? as_matrix(c, &in[1]) : psy_onnx_emit_swap(c, in[1], &in[1])) != PSY_OK ||
		(status = psy_onnx_emit(c, PSY_ONNX_DOT, 0, in, 2, NULL, 0, n->out)) != PSY_OK)
		return status;
	if (rank_a > 1 && rank_b > 1)
		return PSY_OK;
	full = *psy_onnx_shape_of(c, *n->out);
	to.type = full.type;
	for (uint32_t k = 0; k < full.rank; k++)
		if (!(k == full.rank - 2 && rank_a == 1) && !(k == full.rank - 1 && rank_b == 1))
			to.dim[to.rank++] = full.dim[k];
	return psy_onnx_reshape(c, *n->out, &to, n->out);
}

/* ---- along axes ------------------------------------------------------------------------------ */

psy_status
psy_onnx_op_softmax(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t rank = psy_onnx_shape_of(c, n->in[0])->rank, word[2];
	int64_t axis;
	psy_status status;

	/* Before version 13 the tensor was a matrix, split before the axis. */
	if ((status = psy_onnx_attr_int(c, n, "axis", c->opset < 13 ? 1 : -1, &axis)) != PSY_OK ||
		(status = psy_onnx_axis(c, axis, rank, &word[0])) != PSY_OK)
		return status;
	word[1] = c->opset < 13 ? rank : word[0] + 1;
	if ((status = psy_onnx_emit(c, PSY_ONNX_SOFTMAX, n->how, n->in, 1, word, 2, n->out)) != PSY_OK)
		return status;
	if (n->how == 0 && psy_onnx_count(psy_onnx_shape_of(c, *n->out)) == psy_onnx_shape_of(c, *n->out)->dim[rank - 1])
		psy_onnx_mark_of(c, *n->out)->scores = PSY_ONNX_PROBABILITIES;
	return PSY_OK;
}

/* x with its axes in an order where those of the mask lie side by side; they then are [*first, *end). */
static psy_status
gather_axes(psy_onnx_compiler *c, const bool *mask, uint32_t *x, uint32_t *first, uint32_t *end)
{
	uint32_t rank = psy_onnx_shape_of(c, *x)->rank, perm[PSY_ONNX_RANK], used = 0;
	bool apart = false;

	*first = 0;
	while (*first < rank && !mask[*first])
		(*first)++;
	*end = *first;
	while (*end < rank && mask[*end])
		(*end)++;
	for (uint32_t k = *end; k < rank; k++)
		apart |= mask[k];
	if (!apart)
		return PSY_OK;
	for (int wanted = 0; wanted < 2; wanted++)
	{
		if (wanted == 1)
			*first = used;
		for (uint32_t k = 0; k < rank; k++)
			if (mask[k] == (wanted == 1))
				perm[used++] = k;
	}
	*end = rank;
	return psy_onnx_emit_transpose(c, *x, perm, x);
}

psy_status
psy_onnx_op_reduce(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, n->in[0]), to = {.type = shape.type};
	bool mask[PSY_ONNX_RANK] = {false};
	uint32_t x = n->in[0], word[3] = {0};
	int64_t keep, none;
	psy_onnx_few axes;
	psy_status status;

	if ((status = psy_onnx_few_of(c, n, "axes", 1, &axes)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "keepdims", 1, &keep)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "noop_with_empty_axes", 0, &none)) != PSY_OK)
		return status;
	if (axes.count <= 0 && none)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "noop_with_empty_axes without axes is not supported");
	for (int k = 0; k < axes.count; k++)
	{
		uint32_t axis;

		if ((status = psy_onnx_axis(c, axes.value[k], shape.rank, &axis)) != PSY_OK)
			return status;
		mask[axis] = true;
	}
	for (uint32_t k = 0; k < shape.rank; k++)
	{
		mask[k] |= axes.count <= 0;
		if (!mask[k] || keep)
			to.dim[to.rank++] = mask[k] ? 1 : shape.dim[k];
	}
	if ((status = gather_axes(c, mask, &x, &word[0], &word[1])) != PSY_OK ||
		(status = psy_onnx_emit(c, PSY_ONNX_REDUCE, n->how, &x, 1, word, 3, n->out)) != PSY_OK)
		return status;
	return psy_onnx_reshape(c, *n->out, &to, n->out);
}

psy_status
psy_onnx_op_arg(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t word[3];
	int64_t axis, keep, last;
	psy_status status;

	if ((status = psy_onnx_attr_int(c, n, "axis", 0, &axis)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "keepdims", 1, &keep)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "select_last_index", 0, &last)) != PSY_OK ||
		(status = psy_onnx_axis(c, axis, psy_onnx_shape_of(c, n->in[0])->rank, &word[0])) != PSY_OK)
		return status;
	if (last)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "select_last_index is not supported");
	word[1] = word[0] + 1;
	word[2] = keep != 0;
	return psy_onnx_emit(c, PSY_ONNX_REDUCE, n->how, n->in, 1, word, 3, n->out);
}

psy_status
psy_onnx_op_topk(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t rank = psy_onnx_shape_of(c, n->in[0])->rank, axis, word, perm[PSY_ONNX_RANK], x = n->in[0];
	int64_t along, k, most;
	psy_onnx_few few;
	psy_status status;

	if ((status = psy_onnx_attr_int(c, n, "axis", -1, &along)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "largest", 1, &most)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "k", 0, &k)) != PSY_OK || (status = psy_onnx_axis(c, along, rank, &axis)) != PSY_OK ||
		(status = psy_onnx_few_of(c, n, "K", 1, &few)) != PSY_OK)
		return status;
	k = few.count == 1 ? few.value[0] : k;
	if (k < 1 || k > (int64_t) psy_onnx_shape_of(c, x)->dim[axis])
		return psy_onnx_refuse(c, PSY_FORMAT, "the %lld largest of %u", (long long) k, psy_onnx_shape_of(c, x)->dim[axis]);
	word = (uint32_t) k;
	for (uint32_t d = 0; d < rank; d++)
		perm[d] = d == axis ? rank - 1 : d == rank - 1 ? axis : d;
	if ((axis != rank - 1 && (status = psy_onnx_emit_transpose(c, x, perm, &x)) != PSY_OK) ||
		(status = psy_onnx_emit(c, PSY_ONNX_TOPK, most != 0, &x, 1, &word, 1, n->out)) != PSY_OK || axis == rank - 1)
		return status;
	status = psy_onnx_emit_transpose(c, n->out[0], perm, n->out);
	return status == PSY_OK ? psy_onnx_emit_transpose(c, n->out[1], perm, n->out + 1) : status;
}

/* ---- normalisations -------------------------------------------------------------------------- */

/* (x - mean) / sqrt(variance + epsilon) * scale + shift, a channel each: its numbers in double from the document's. */
psy_status
psy_onnx_op_batch_norm(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t in[4] = {n->in[0]}, axis = 1;
	size_t channels;
	double epsilon, *factor;
	int64_t spatial, training;
	psy_status status;

	if ((status = psy_onnx_attr_float(c, n, "epsilon", 1e-5f, &epsilon)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "spatial", 1, &spatial)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "training_mode", 0, &training)) != PSY_OK)
		return status;
	if (training || !spatial)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%s is not supported", training ? "training mode" : "spatial = 0");
	if (psy_onnx_shape_of(c, in[0])->rank < 2)
		return psy_onnx_refuse(c, PSY_FORMAT, "its input has no channels");
	channels = psy_onnx_shape_of(c, in[0])->dim[1];
	for (int k = 1; k < 5; k++)
		if (!psy_onnx_is_constant(c, n->in[k]) || psy_onnx_count(psy_onnx_shape_of(c, n->in[k])) != channels)
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "its parameters are not a constant number for each channel");
		else if ((status = psy_onnx_need_finite(c, n->in[k])) != PSY_OK)
			return status;
	if ((status = psy_onnx_remember(c, channels, sizeof(double), &factor)) != PSY_OK)
		return status;
	for (size_t k = 0; k < channels; k++)
		factor[k] = psy_onnx_values(c, n->in[1])[k] / sqrt(psy_onnx_values(c, n->in[4])[k] + epsilon);
	in[1] = n->in[3];
	in[3] = n->in[2];
	if ((status = psy_onnx_vector(c, PSY_ONNX_DOUBLE, factor, channels, &in[2])) != PSY_OK ||
		(status = psy_onnx_need_finite(c, in[2])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_AFFINE, 0, in, 4, &axis, 1, n->out);
}

/* Mean over the axes from word[0] on, kept. */
static psy_status
mean_of(psy_onnx_compiler *c, uint32_t x, const uint32_t word[3], uint32_t *mean)
{
	return psy_onnx_emit(c, PSY_ONNX_REDUCE, PSY_ONNX_MEAN, &x, 1, word, 3, mean);
}

psy_status
psy_onnx_op_layer_norm(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t rank = psy_onnx_shape_of(c, n->in[0])->rank, type = psy_onnx_shape_of(c, n->in[0])->type, word[3] = {0, rank, 1}, mean,
			 centred, square, small, out;
	int64_t axis, stash;
	double epsilon;
	psy_status status;

	if ((status = psy_onnx_attr_int(c, n, "axis", -1, &axis)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "stash_type", 1, &stash)) != PSY_OK ||
		(status = psy_onnx_attr_float(c, n, "epsilon", 1e-5f, &epsilon)) != PSY_OK ||
		(status = psy_onnx_axis(c, axis, rank, &word[0])) != PSY_OK ||
		(status = psy_onnx_scalar(c, type, epsilon, &small)) != PSY_OK || (status = mean_of(c, n->in[0], word, &mean)) != PSY_OK ||
		(status = psy_onnx_emit_binary(c, PSY_ONNX_SUB, n->in[0], mean, &centred)) != PSY_OK ||
		(status = psy_onnx_emit_binary(c, PSY_ONNX_MUL, centred, centred, &square)) != PSY_OK ||
		(status = mean_of(c, square, word, &square)) != PSY_OK ||
		(status = psy_onnx_emit_binary(c, PSY_ONNX_ADD, square, small, &square)) != PSY_OK ||
		(status = psy_onnx_emit_unary(c, PSY_ONNX_SQRT, square, &square)) != PSY_OK ||
		(status = psy_onnx_emit_binary(c, PSY_ONNX_DIV, centred, square, &out)) != PSY_OK ||
		(status = psy_onnx_emit_binary(c, PSY_ONNX_MUL, out, n->in[1], &out)) != PSY_OK)
		return status;
	*n->out = out;
	return n->ins == 3 && n->in[2] != PSY_ONNX_NONE ? psy_onnx_emit_binary(c, PSY_ONNX_ADD, out, n->in[2], n->out) : PSY_OK;
}

/* ---- windows --------------------------------------------------------------------------------- */

/* [1, c, w] as [1, c, 1, w]. */
static psy_status
widen(psy_onnx_compiler *c, uint32_t *x)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, *x);

	if (shape.rank != 3)
		return PSY_OK;
	shape.rank = 4;
	shape.dim[3] = shape.dim[2];
	shape.dim[2] = 1;
	return psy_onnx_reshape(c, *x, &shape, x);
}

/* A list of one number for each axis of the window; the lone axis of a row is the second. */
static psy_status
per_axis(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, int axes, uint32_t absent, uint32_t to[2])
{
	psy_onnx_few few;
	psy_status status = psy_onnx_few_of(c, n, name, UINT32_MAX, &few);

	to[0] = axes == 2 ? absent : 1;
	to[1] = absent;
	if (status != PSY_OK || few.count < 0)
		return status;
	if (few.count != axes)
		return psy_onnx_refuse(c, PSY_FORMAT, "%s has %d numbers, %d expected", name, few.count, axes);
	for (int k = 0; k < axes; k++)
	{
		if (few.value[k] < 1 || few.value[k] > (int64_t) PSY_ONNX_MOST_COUNT)
			return psy_onnx_refuse(c, PSY_LIMIT, "%s: %lld", name, (long long) few.value[k]);
		to[k + 2 - axes] = (uint32_t) few.value[k];
	}
	return PSY_OK;
}

static psy_status
read_pads(psy_onnx_compiler *c, const psy_onnx_node_source *n, int axes, psy_onnx_window *w)
{
	psy_onnx_few few;
	psy_status status = psy_onnx_few_of(c, n, "pads", UINT32_MAX, &few);

	if (status != PSY_OK || few.count < 0)
		return status;
	if (few.count != 2 * axes)
		return psy_onnx_refuse(c, PSY_FORMAT, "pads has %d numbers, %d expected", few.count, 2 * axes);
	for (int k = 0; k < 2 * axes; k++)
	{
		if (few.value[k] < 0 || few.value[k] > (int64_t) PSY_ONNX_MOST_COUNT)
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "pads: %lld", (long long) few.value[k]);
		(k < axes ? w->before : w->after)[k % axes + 2 - axes] = (uint32_t) few.value[k];
	}
	return PSY_OK;
}

/* Padding so that as many windows come out as strides fit; the odd one goes behind (SAME_UPPER) or before. */
static void
pad_same(psy_onnx_window *w, const psy_onnx_shape *x, bool upper)
{
	for (int k = 0; k < 2; k++)
	{
		uint64_t size = x->dim[2 + k], outs = (size + w->stride[k] - 1) / w->stride[k];
		uint64_t span = (uint64_t) w->dilation[k] * (w->kernel[k] - 1) + 1, need = (outs - 1) * w->stride[k] + span;
		uint64_t pad = need > size ? need - size : 0;

		w->before[k] = (uint32_t) (upper ? pad / 2 : pad - pad / 2);
		w->after[k] = (uint32_t) (pad - w->before[k]);
	}
}

/* Reads the window; x becomes [1, c, h, w].  kernel: of the weights, or {0, 0} where the attribute must say. */
static psy_status
read_window(psy_onnx_compiler *c, const psy_onnx_node_source *n, uint32_t *x, const uint32_t kernel[2], psy_onnx_window *w)
{
	static const char *const automatic[] = {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER", NULL};
	int axes = (int) psy_onnx_shape_of(c, *x)->rank - 2;
	uint32_t pad;
	int64_t ceil_mode;
	psy_status status;

	*w = (psy_onnx_window){.group = 1};
	if (axes != 1 && axes != 2)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "windows of 1 or 2 dimensions are supported, not of %d", axes);
	if ((status = widen(c, x)) != PSY_OK ||
		(status = psy_onnx_attr_choice(c, n, "auto_pad", automatic, 0, &pad)) != PSY_OK ||
		(status = per_axis(c, n, "kernel_shape", axes, 0, w->kernel)) != PSY_OK ||
		(status = per_axis(c, n, "strides", axes, 1, w->stride)) != PSY_OK ||
		(status = per_axis(c, n, "dilations", axes, 1, w->dilation)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "ceil_mode", 0, &ceil_mode)) != PSY_OK)
		return status;
	if (kernel[1] != 0 && psy_onnx_has(n, "kernel_shape") && (w->kernel[0] != kernel[0] || w->kernel[1] != kernel[1]))
		return psy_onnx_refuse(c, PSY_FORMAT, "kernel_shape is not the weights'");
	if (kernel[1] != 0)
		memcpy(w->kernel, kernel, sizeof w->kernel);
	if (w->kernel[1] == 0)
		return psy_onnx_refuse(c, PSY_FORMAT, "kernel_shape is missing");
	w->ceil = ceil_mode != 0;
	if (pad == 0)
		return read_pads(c, n, axes, w);
	if (pad > 1)
		pad_same(w, psy_onnx_shape_of(c, *x), pad == 2);
	return PSY_OK;
}

/* The result of a window without the axis that was added. */
static psy_status
narrow(psy_onnx_compiler *c, bool row, uint32_t *x)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, *x);

	if (!row)
		return PSY_OK;
	shape = (psy_onnx_shape){.type = shape.type, .rank = 3, .dim = {shape.dim[0], shape.dim[1], shape.dim[3]}};
	return psy_onnx_reshape(c, *x, &shape, x);
}

psy_status
psy_onnx_op_conv(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t in[3] = {n->in[0], n->in[1], n->ins == 3 ? n->in[2] : PSY_ONNX_NONE};
	bool row = psy_onnx_shape_of(c, in[0])->rank == 3;
	psy_onnx_window w;
	int64_t group;
	psy_status status;

	if (psy_onnx_shape_of(c, in[0])->rank != psy_onnx_shape_of(c, in[1])->rank)
		return psy_onnx_refuse(c, PSY_FORMAT, "its weights have other dimensions than its input");
	for (uint32_t k = 1; k < n->ins; k++)
		if (n->in[k] != PSY_ONNX_NONE && (status = psy_onnx_need_finite(c, n->in[k])) != PSY_OK)
			return status;
	if ((status = psy_onnx_attr_int(c, n, "group", 1, &group)) != PSY_OK || (status = widen(c, &in[1])) != PSY_OK)
		return status;
	if (psy_onnx_shape_of(c, in[1])->rank != 4 || group < 1 || group > (int64_t) PSY_ONNX_MOST_COUNT)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%lld groups, or windows of other than 1 or 2 dimensions", (long long) group);
	if ((status = read_window(c, n, &in[0], (uint32_t[2]){psy_onnx_shape_of(c, in[1])->dim[2], psy_onnx_shape_of(c, in[1])->dim[3]},
							  &w)) != PSY_OK)
		return status;
	w.group = (uint32_t) group;
	status = psy_onnx_emit(c, PSY_ONNX_CONV, 0, in, in[2] == PSY_ONNX_NONE ? 2 : 3, (const uint32_t *) &w, PSY_ONNX_WINDOW_WORDS, n->out);
	return status == PSY_OK ? narrow(c, row, n->out) : status;
}

psy_status
psy_onnx_op_pool(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t x = n->in[0];
	bool row = psy_onnx_shape_of(c, x)->rank == 3;
	psy_onnx_window w;
	int64_t padding = 0;
	psy_status status;

	if ((status = read_window(c, n, &x, (uint32_t[2]){0, 0}, &w)) != PSY_OK ||
		(n->how == 1 && (status = psy_onnx_attr_int(c, n, "count_include_pad", 0, &padding)) != PSY_OK))
		return status;
	status = psy_onnx_emit(c, PSY_ONNX_POOL, n->how == 0 ? 0 : padding ? 2 : 1, &x, 1, (const uint32_t *) &w, PSY_ONNX_WINDOW_WORDS, n->out);
	return status == PSY_OK ? narrow(c, row, n->out) : status;
}

psy_status
psy_onnx_op_global_pool(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape to = *psy_onnx_shape_of(c, n->in[0]);
	uint32_t word[3] = {2, to.rank, 0};
	psy_status status;

	if (to.rank < 3)
		return psy_onnx_refuse(c, PSY_FORMAT, "its input has no places to pool");
	for (uint32_t k = 2; k < to.rank; k++)
		to.dim[k] = 1;
	status = psy_onnx_emit(c, PSY_ONNX_REDUCE, n->how, n->in, 1, word, 3, n->out);
	return status == PSY_OK ? psy_onnx_reshape(c, *n->out, &to, n->out) : status;
}

/* ---- Scan ------------------------------------------------------------------------------------ */

/* A Scan while its turns are written one after the other. */
typedef struct scan
{
	psy_wire body;
	uint32_t states;
	uint32_t inputs;  /* that are scanned */
	uint32_t results; /* that are collected */
	uint32_t turns;
	uint32_t *state;
	uint32_t *result; /* [results][turns] */
} scan;

/* x[turn] without its first axis. */
static psy_status
take_turn(psy_onnx_compiler *c, uint32_t x, uint32_t turn, uint32_t *out)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, x), to = {.type = shape.type, .rank = shape.rank - 1};
	psy_status status = psy_onnx_emit_slice(c, x, 0, turn, 1, 1, out);

	memcpy(to.dim, shape.dim + 1, to.rank * sizeof *to.dim);
	return status == PSY_OK ? psy_onnx_reshape(c, *out, &to, out) : status;
}

static psy_status
bind(psy_onnx_compiler *c, psy_wire graph, uint32_t field, uint32_t k, uint32_t **slot)
{
	psy_wire info = {0}, name = {0};
	psy_onnx_name *found = NULL;

	if (psy_onnx_nth(graph, field, k, &info) && psy_onnx_nth(info, 1, 0, &name))
		found = psy_onnx_find(c->scope, name);
	if (found == NULL)
		return psy_onnx_refuse(c, PSY_FORMAT, "its body has not as many inputs and outputs as it");
	*slot = &found->tensor;
	return PSY_OK;
}

/* One turn in a scope of its own: states and scanned slices in, states and results out. */
static psy_status
run_turn(psy_onnx_compiler *c, const psy_onnx_node_source *n, scan *s, uint32_t turn)
{
	psy_onnx_scope scope, *around = c->scope;
	uint32_t *slot = NULL, tensor;
	psy_status status = psy_onnx_open_scope(c, s->body, &scope);

	if (status != PSY_OK)
		return status;
	c->scope = &scope;
	for (uint32_t k = 0; status == PSY_OK && k < s->states + s->inputs; k++)
	{
		tensor = k < s->states ? s->state[k] : 0;
		if (k >= s->states)
			status = take_turn(c, n->in[k], turn, &tensor);
		if (status == PSY_OK && (status = bind(c, s->body, 11, k, &slot)) == PSY_OK)
			*slot = tensor;
	}
	if (status == PSY_OK && (status = psy_onnx_read_initializers(c, s->body)) == PSY_OK)
		status = psy_onnx_read_nodes(c, s->body);
	for (uint32_t k = 0; status == PSY_OK && k < s->states + s->results; k++)
		if ((status = bind(c, s->body, 12, k, &slot)) == PSY_OK)
		{
			if (*slot == PSY_ONNX_NONE)
				status = psy_onnx_refuse(c, PSY_FORMAT, "its body does not give its output %u", k + 1);
			*(k < s->states ? &s->state[k] : &s->result[(k - s->states) * s->turns + turn]) = *slot;
		}
	c->scope = around;
	return status;
}

/* The results of all turns, one behind the other along a new first axis. */
static psy_status
collect(psy_onnx_compiler *c, scan *s, uint32_t k, uint32_t *out)
{
	uint32_t axis = 0, *turn = s->result + k * s->turns;
	psy_status status = PSY_OK;

	for (uint32_t t = 0; status == PSY_OK && t < s->turns; t++)
	{
		psy_onnx_shape shape = *psy_onnx_shape_of(c, turn[t]);

		if (shape.rank >= PSY_ONNX_RANK)
			return psy_onnx_refuse(c, PSY_LIMIT, "a tensor of more than %d dimensions", PSY_ONNX_RANK);
		memmove(shape.dim + 1, shape.dim, shape.rank * sizeof *shape.dim);
		shape.dim[0] = 1;
		shape.rank++;
		status = psy_onnx_reshape(c, turn[t], &shape, &turn[t]);
	}
	return status == PSY_OK ? psy_onnx_emit(c, PSY_ONNX_CONCAT, 0, turn, s->turns, &axis, 1, out) : status;
}

static psy_status
read_scan(psy_onnx_compiler *c, psy_onnx_node_source *n, scan *s)
{
	static const char *const plain[] = {"scan_input_axes", "scan_input_directions", "scan_output_axes", "scan_output_directions", NULL};
	psy_onnx_few few;
	int64_t inputs;
	psy_status status = psy_onnx_attr_int(c, n, "num_scan_inputs", 0, &inputs);

	for (int j = 0; status == PSY_OK && plain[j] != NULL; j++)
	{
		status = psy_onnx_few_of(c, n, plain[j], UINT32_MAX, &few);
		for (int k = 0; status == PSY_OK && k < few.count; k++)
			if (few.value[k] != 0)
				return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%s other than 0 is not supported", plain[j]);
	}
	if (status != PSY_OK || (status = psy_onnx_attr_graph(c, n, "body", &s->body)) != PSY_OK)
		return status;
	if (c->opset < 9 || inputs < 1 || inputs > (int64_t) n->ins || n->outs < n->ins - (uint32_t) inputs)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%lld inputs that are scanned, of %u", (long long) inputs, n->ins);
	s->inputs = (uint32_t) inputs;
	s->states = n->ins - s->inputs;
	s->results = n->outs - s->states;
	for (uint32_t k = 0; k < n->ins; k++)
	{
		const psy_onnx_shape *shape = n->in[k] == PSY_ONNX_NONE ? NULL : psy_onnx_shape_of(c, n->in[k]);

		if (shape == NULL || (k >= s->states && (shape->rank == 0 || (s->turns != 0 && shape->dim[0] != s->turns))))
			return psy_onnx_refuse(c, PSY_FORMAT, "its inputs have not equally many turns");
		if (k >= s->states)
			s->turns = shape->dim[0];
	}
	return s->turns <= MOST_TURNS ? PSY_OK : psy_onnx_refuse(c, PSY_LIMIT, "%u turns, at most %d are possible", s->turns, MOST_TURNS);
}

psy_status
psy_onnx_op_scan(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	scan s = {0};
	psy_status status = read_scan(c, n, &s);

	if (status != PSY_OK || (status = psy_onnx_remember(c, s.states + 1, sizeof(uint32_t), &s.state)) != PSY_OK ||
		(status = psy_onnx_remember(c, (size_t) s.results * s.turns + 1, sizeof(uint32_t), &s.result)) != PSY_OK)
		return status;
	if (c->level >= MOST_LEVELS)
		return psy_onnx_refuse(c, PSY_LIMIT, "bodies within bodies, deeper than %d", MOST_LEVELS);
	memcpy(s.state, n->in, s.states * sizeof *s.state);
	c->level++;
	for (uint32_t turn = 0; status == PSY_OK && turn < s.turns; turn++)
	{
		psy_onnx_block *mark = c->blocks;

		status = run_turn(c, n, &s, turn);
		psy_onnx_forget(c, mark);
	}
	c->level--;
	for (uint32_t k = 0; status == PSY_OK && k < n->outs; k++)
		if (k < s.states)
			n->out[k] = s.state[k];
		else
			status = collect(c, &s, k - s.states, n->out + k);
	return status;
}
