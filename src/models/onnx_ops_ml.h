/* onnx_ops_ml.h - what the files of ai.onnx.ml's operators share.  Private to src/models/onnx_ops_*.c. */
#ifndef PSY_ONNX_OPS_ML_H
#define PSY_ONNX_OPS_ML_H

#include "models/onnx_ops.h"

/* x as [1, n]; and as float32. */
psy_status psy_onnx_as_row(psy_onnx_compiler *c, uint32_t *x);
psy_status psy_onnx_as_float_row(psy_onnx_compiler *c, uint32_t *x);

/* The labels of a classifier: whole numbers or texts, under one of two names. */
psy_status psy_onnx_read_labels(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *ints, const char *strings,
								uint32_t *labels);

/* post_transform as psy_onnx_transform. */
psy_status psy_onnx_read_transform(psy_onnx_compiler *c, const psy_onnx_node_source *n, uint32_t *transform);

/* labels[class]. */
psy_status psy_onnx_emit_classes(psy_onnx_compiler *c, uint32_t labels, uint32_t class, uint32_t *label);

psy_status psy_onnx_emit_scores(psy_onnx_compiler *c, uint32_t raw, uint32_t transform, uint32_t second, uint32_t *scores);

psy_status psy_onnx_op_tree_classifier(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_tree_regressor(psy_onnx_compiler *c, psy_onnx_node_source *n);
psy_status psy_onnx_op_tree_ensemble(psy_onnx_compiler *c, psy_onnx_node_source *n);

#endif
