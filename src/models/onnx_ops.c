/*
 * onnx_ops.c - operators of ai.onnx that work element by element, and the table of all of that domain.
 *
 * The table names each operator's attributes: one that is not there was added or taken away by a version of the
 * standard that is not read here, and is refused.  Where an attribute became an input in a later version, both are
 * read.
 */
#include "models/onnx_ops.h"

#include "models/model_kernels.h"

#include <math.h>

psy_status
psy_onnx_need_finite(psy_onnx_compiler *c, uint32_t tensor)
{
	if (psy_onnx_is_constant(c, tensor) &&
		!psy_finite(psy_onnx_values(c, tensor), psy_onnx_count(psy_onnx_shape_of(c, tensor))))
		return psy_onnx_refuse(c, PSY_FORMAT, "a weight is not finite");
	return PSY_OK;
}

static psy_status
op_unary(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	return psy_onnx_emit_unary(c, n->how, n->in[0], n->out);
}

/* Two settings with their defaults. */
static psy_status
op_bent(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	bool selu = n->how == PSY_ONNX_SELU;
	double setting[2];
	uint32_t in[2] = {n->in[0]};
	psy_status status;

	if ((status = psy_onnx_attr_float(c, n, "alpha",
									  n->how == PSY_ONNX_LEAKY			? 0.01f
									  : n->how == PSY_ONNX_HARD_SIGMOID ? 0.2f
									  : selu							? 1.67326319217681884765625
																		: 1,
									  &setting[0])) != PSY_OK ||
		(status = psy_onnx_attr_float(c, n, selu ? "gamma" : "beta", selu ? 1.05070102214813232421875 : 0.5, &setting[1])) !=
			PSY_OK ||
		(status = psy_onnx_vector(c, PSY_ONNX_DOUBLE, setting, 2, &in[1])) != PSY_OK ||
		(status = psy_onnx_need_finite(c, in[1])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_UNARY, n->how, in, 2, NULL, 0, n->out);
}

static psy_status
op_gelu(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	static const char *const exact[] = {"none", NULL};
	uint32_t index;
	psy_status status = psy_onnx_attr_choice(c, n, "approximate", exact, 0, &index);

	return status == PSY_OK ? op_unary(c, n) : status;
}

static psy_status
op_binary(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	return psy_onnx_emit_binary(c, n->how, n->in[0], n->in[1], n->out);
}

static psy_status
op_mod(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	int64_t fmod_wanted;
	psy_status status = psy_onnx_attr_int(c, n, "fmod", 0, &fmod_wanted);

	return status == PSY_OK ? psy_onnx_emit_binary(c, fmod_wanted ? PSY_ONNX_FMOD : PSY_ONNX_MOD, n->in[0], n->in[1], n->out) : status;
}

/* Any number of inputs, one after the other. */
static psy_status
op_many(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_status status = PSY_OK;

	*n->out = n->in[0];
	for (uint32_t k = 1; status == PSY_OK && k < n->ins; k++)
		status = n->in[k] == PSY_ONNX_NONE ? psy_onnx_refuse(c, PSY_FORMAT, "its input %u is left out", k + 1)
										   : psy_onnx_emit_binary(c, n->how, *n->out, n->in[k], n->out);
	return status;
}

static psy_status
op_mean(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t count, type = psy_onnx_shape_of(c, n->in[0])->type;
	psy_status status = op_many(c, n);

	if (status == PSY_OK && (status = psy_onnx_scalar(c, type, n->ins, &count)) == PSY_OK)
		status = psy_onnx_emit_binary(c, PSY_ONNX_DIV, *n->out, count, n->out);
	return status;
}

static psy_status
op_where(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	return psy_onnx_emit(c, PSY_ONNX_WHERE, 0, n->in, 3, NULL, 0, n->out);
}

static psy_status
op_cast(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	int64_t to;
	uint32_t type, from = psy_onnx_shape_of(c, n->in[0])->type;
	psy_status status = psy_onnx_attr_int(c, n, "to", 0, &to);

	if (status != PSY_OK)
		return status;
	type = psy_onnx_type_of((uint64_t) to);
	if (type == 0 || (type == PSY_ONNX_STRING) != (from == PSY_ONNX_STRING))
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "casts between numbers and texts, and to the type %lld, are not supported",
							   (long long) to);
	return psy_onnx_emit_cast(c, type, n->in[0], n->out);
}

/* The input passes; so does what is known of it. */
static psy_status
op_identity(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, n->in[0]);

	return psy_onnx_reshape(c, n->in[0], &shape, n->out);
}

static psy_status
op_dropout(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	if (n->ins == 3 && n->in[2] != PSY_ONNX_NONE && (!psy_onnx_is_constant(c, n->in[2]) || *psy_onnx_values(c, n->in[2]) != 0))
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "the document is in training mode");
	return op_identity(c, n);
}

/* A bound of Clip: the attribute of old versions, or the input. */
static psy_status
clip_to(psy_onnx_compiler *c, psy_onnx_node_source *n, const char *name, uint32_t input, uint32_t how)
{
	uint32_t bound, type = psy_onnx_shape_of(c, *n->out)->type;
	double value;
	psy_status status = psy_onnx_attr_float(c, n, name, NAN, &value);

	if (status != PSY_OK)
		return status;
	if (input < n->ins && n->in[input] != PSY_ONNX_NONE)
		bound = n->in[input];
	else if (isnan(value))
		return PSY_OK;
	else if ((status = psy_onnx_scalar(c, type, value, &bound)) != PSY_OK)
		return status;
	if (psy_onnx_count(psy_onnx_shape_of(c, bound)) != 1)
		return psy_onnx_refuse(c, PSY_FORMAT, "%s is not one number", name);
	return psy_onnx_emit_binary(c, how, *n->out, bound, n->out);
}

static psy_status
op_clip(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_status status;

	*n->out = n->in[0];
	status = clip_to(c, n, "min", 1, PSY_ONNX_MAX);
	return status == PSY_OK ? clip_to(c, n, "max", 2, PSY_ONNX_MIN) : status;
}

#define MANY UINT32_MAX

const psy_onnx_operator psy_onnx_operators[] = {
	{"Abs", op_unary, PSY_ONNX_ABS, 1, 1, " "},
	{"Add", op_binary, PSY_ONNX_ADD, 2, 2, " "},
	{"And", op_binary, PSY_ONNX_AND, 2, 2, " "},
	{"ArgMax", psy_onnx_op_arg, PSY_ONNX_ARGMAX, 1, 1, " axis keepdims select_last_index "},
	{"ArgMin", psy_onnx_op_arg, PSY_ONNX_ARGMIN, 1, 1, " axis keepdims select_last_index "},
	{"AveragePool", psy_onnx_op_pool, 1, 1, 1,
	 " auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides "},
	{"BatchNormalization", psy_onnx_op_batch_norm, 0, 5, 5, " epsilon momentum spatial training_mode "},
	{"Cast", op_cast, 0, 1, 1, " to saturate "},
	{"Ceil", op_unary, PSY_ONNX_CEIL, 1, 1, " "},
	{"Clip", op_clip, 0, 1, 3, " min max "},
	{"Concat", psy_onnx_op_concat, 0, 1, MANY, " axis "},
	{"Constant", psy_onnx_op_constant, 0, 0, 0,
	 " value value_float value_floats value_int value_ints value_string value_strings "},
	{"ConstantOfShape", psy_onnx_op_constant_of_shape, 0, 1, 1, " value "},
	{"Conv", psy_onnx_op_conv, 0, 2, 3, " auto_pad dilations group kernel_shape pads strides "},
	{"Div", op_binary, PSY_ONNX_DIV, 2, 2, " "},
	{"Dropout", op_dropout, 0, 1, 3, " ratio seed "},
	{"Elu", op_bent, PSY_ONNX_ELU, 1, 1, " alpha "},
	{"Equal", op_binary, PSY_ONNX_EQUAL, 2, 2, " "},
	{"Erf", op_unary, PSY_ONNX_ERF, 1, 1, " "},
	{"Exp", op_unary, PSY_ONNX_EXP, 1, 1, " "},
	{"Expand", psy_onnx_op_expand, 0, 2, 2, " "},
	{"Flatten", psy_onnx_op_flatten, 0, 1, 1, " axis "},
	{"Floor", op_unary, PSY_ONNX_FLOOR, 1, 1, " "},
	{"Gather", psy_onnx_op_gather, PSY_ONNX_GATHER, 2, 2, " axis "},
	{"GatherElements", psy_onnx_op_gather, PSY_ONNX_PICK, 2, 2, " axis "},
	{"Gelu", op_gelu, PSY_ONNX_GELU, 1, 1, " approximate "},
	{"Gemm", psy_onnx_op_gemm, 0, 2, 3, " alpha beta transA transB "},
	{"GlobalAveragePool", psy_onnx_op_global_pool, PSY_ONNX_MEAN, 1, 1, " "},
	{"GlobalMaxPool", psy_onnx_op_global_pool, PSY_ONNX_LARGEST, 1, 1, " "},
	{"Greater", op_binary, PSY_ONNX_GREATER, 2, 2, " "},
	{"GreaterOrEqual", op_binary, PSY_ONNX_GREATER_EQUAL, 2, 2, " "},
	{"HardSigmoid", op_bent, PSY_ONNX_HARD_SIGMOID, 1, 1, " alpha beta "},
	{"Identity", op_identity, 0, 1, 1, " "},
	{"IsNaN", op_unary, PSY_ONNX_IS_NAN, 1, 1, " "},
	{"LayerNormalization", psy_onnx_op_layer_norm, 0, 2, 3, " axis epsilon stash_type "},
	{"LeakyRelu", op_bent, PSY_ONNX_LEAKY, 1, 1, " alpha "},
	{"Less", op_binary, PSY_ONNX_LESS, 2, 2, " "},
	{"LessOrEqual", op_binary, PSY_ONNX_LESS_EQUAL, 2, 2, " "},
	{"Log", op_unary, PSY_ONNX_LOG, 1, 1, " "},
	{"LogSoftmax", psy_onnx_op_softmax, 1, 1, 1, " axis "},
	{"MatMul", psy_onnx_op_matmul, 0, 2, 2, " "},
	{"Max", op_many, PSY_ONNX_MAX, 1, MANY, " "},
	{"MaxPool", psy_onnx_op_pool, 0, 1, 1, " auto_pad ceil_mode dilations kernel_shape pads storage_order strides "},
	{"Mean", op_mean, PSY_ONNX_ADD, 1, MANY, " "},
	{"Min", op_many, PSY_ONNX_MIN, 1, MANY, " "},
	{"Mod", op_mod, 0, 2, 2, " fmod "},
	{"Mul", op_binary, PSY_ONNX_MUL, 2, 2, " "},
	{"Neg", op_unary, PSY_ONNX_NEG, 1, 1, " "},
	{"Not", op_unary, PSY_ONNX_NOT, 1, 1, " "},
	{"Or", op_binary, PSY_ONNX_OR, 2, 2, " "},
	{"PRelu", op_binary, PSY_ONNX_PRELU, 2, 2, " "},
	{"Pad", psy_onnx_op_pad, 0, 1, 4, " mode pads value "},
	{"Pow", op_binary, PSY_ONNX_POW, 2, 2, " "},
	{"Reciprocal", op_unary, PSY_ONNX_RECIPROCAL, 1, 1, " "},
	{"ReduceL1", psy_onnx_op_reduce, PSY_ONNX_NORM1, 1, 2, " axes keepdims noop_with_empty_axes "},
	{"ReduceL2", psy_onnx_op_reduce, PSY_ONNX_NORM2, 1, 2, " axes keepdims noop_with_empty_axes "},
	{"ReduceLogSum", psy_onnx_op_reduce, PSY_ONNX_LOG_SUM, 1, 2, " axes keepdims noop_with_empty_axes "},
	{"ReduceLogSumExp", psy_onnx_op_reduce, PSY_ONNX_LOG_SUM_EXP, 1, 2, " axes keepdims noop_with_empty_axes "},
	{"ReduceMax", psy_onnx_op_reduce, PSY_ONNX_LARGEST, 1, 2, " axes keepdims noop_with_empty_axes "},
	{"ReduceMean", psy_onnx_op_reduce, PSY_ONNX_MEAN, 1, 2, " axes keepdims noop_with_empty_axes "},
	{"ReduceMin", psy_onnx_op_reduce, PSY_ONNX_SMALLEST, 1, 2, " axes keepdims noop_with_empty_axes "},
	{"ReduceProd", psy_onnx_op_reduce, PSY_ONNX_PRODUCT, 1, 2, " axes keepdims noop_with_empty_axes "},
	{"ReduceSum", psy_onnx_op_reduce, PSY_ONNX_SUM, 1, 2, " axes keepdims noop_with_empty_axes "},
	{"ReduceSumSquare", psy_onnx_op_reduce, PSY_ONNX_SQUARES, 1, 2, " axes keepdims noop_with_empty_axes "},
	{"Relu", op_unary, PSY_ONNX_RELU, 1, 1, " "},
	{"Reshape", psy_onnx_op_reshape, 0, 1, 2, " allowzero shape "},
	{"Round", op_unary, PSY_ONNX_ROUND, 1, 1, " "},
	{"Scan", psy_onnx_op_scan, 0, 1, MANY,
	 " body num_scan_inputs scan_input_axes scan_input_directions scan_output_axes scan_output_directions "},
	{"Selu", op_bent, PSY_ONNX_SELU, 1, 1, " alpha gamma "},
	{"Shape", psy_onnx_op_shape, 0, 1, 1, " start end "},
	{"Sigmoid", op_unary, PSY_ONNX_SIGMOID, 1, 1, " "},
	{"Sign", op_unary, PSY_ONNX_SIGN, 1, 1, " "},
	{"Size", psy_onnx_op_size, 0, 1, 1, " "},
	{"Slice", psy_onnx_op_slice, 0, 1, 5, " axes ends starts "},
	{"Softmax", psy_onnx_op_softmax, 0, 1, 1, " axis "},
	{"Softplus", op_unary, PSY_ONNX_SOFTPLUS, 1, 1, " "},
	{"Softsign", op_unary, PSY_ONNX_SOFTSIGN, 1, 1, " "},
	{"Split", psy_onnx_op_split, 0, 1, 2, " axis split num_outputs "},
	{"Sqrt", op_unary, PSY_ONNX_SQRT, 1, 1, " "},
	{"Squeeze", psy_onnx_op_squeeze, 0, 1, 2, " axes "},
	{"Sub", op_binary, PSY_ONNX_SUB, 2, 2, " "},
	{"Sum", op_many, PSY_ONNX_ADD, 1, MANY, " "},
	{"Tanh", op_unary, PSY_ONNX_TANH, 1, 1, " "},
	{"Tile", psy_onnx_op_tile, 0, 2, 2, " "},
	{"TopK", psy_onnx_op_topk, 0, 1, 2, " axis k largest sorted "},
	{"Transpose", psy_onnx_op_transpose, 0, 1, 1, " perm "},
	{"Unsqueeze", psy_onnx_op_unsqueeze, 0, 1, 2, " axes "},
	{"Where", op_where, 0, 3, 3, " "},
	{"Xor", op_binary, PSY_ONNX_XOR, 2, 2, " "},
	{0}};
