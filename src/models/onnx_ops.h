/* onnx_ops.h - what the files of operators share.  Private to src/models/onnx_ops*.c. */
#ifndef PSY_ONNX_OPS_H
#define PSY_ONNX_OPS_H

#include "models/onnx.h"

/* Weights that are no numbers are refused, as far as they are known. */
psy_status psy_onnx_need_finite(psy_onnx_compiler *c, uint32_t tensor);

/* Operators of layers and of tensors' shapes (onnx_ops_layer.c, onnx_ops_shape.c). */
psy_status psy_onnx_op_gemm(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_matmul(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_softmax(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_reduce(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_arg(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_batch_norm(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_layer_norm(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_conv(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_pool(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_global_pool(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_topk(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_scan(psy_onnx_compiler *c, psy_onnx_node_source *n);

psy_status psy_onnx_op_constant(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_constant_of_shape(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_shape(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_size(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_reshape(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_flatten(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_squeeze(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_unsqueeze(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_transpose(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_concat(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_slice(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_split(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_expand(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_tile(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_pad(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_gather(psy_onnx_compiler *c, psy_onnx_node_source *n);

/* x[.., from : to : step, ..] along one axis, clamped already; count >= 1. */
psy_status psy_onnx_emit_slice(psy_onnx_compiler *c, uint32_t x, uint32_t axis, uint32_t from, int32_t step, uint32_t count,
							   uint32_t *out);

#endif
