/*
 * explain_onnx.h - Shapley values of the trees in an ONNX program.  Private to src/models.
 *
 * The program's one ensemble of trees becomes an ensemble of trees.h, which explain_trees.c explains; what stands before
 * it must make each column that the trees read of one feature alone, and what stands behind it must be affine, or a link
 * at the end: the margin is what comes before the link (logistic, softmax).
 */
#ifndef PSY_EXPLAIN_ONNX_H
#define PSY_EXPLAIN_ONNX_H

#include "models/model_op.h"

typedef struct psy_onnx_explainer psy_onnx_explainer;

/* PSY_UNSUPPORTED: programs of another form, by what is in the way, and trees without covers (nodes_hitrates). */
psy_status psy_onnx_explainer_make(const psy_context *ctx, const psy_model *model, const psy_op *op,
								   psy_onnx_explainer **explainer, psy_error *err);
void psy_onnx_explainer_free(const psy_context *ctx, psy_onnx_explainer *explainer);

/* Doubles of workspace. */
size_t psy_onnx_explainer_workspace(const psy_onnx_explainer *explainer);

/* NaN where the output has no explanation: the label, which stands behind the scores. */
double psy_onnx_explainer_base(const psy_onnx_explainer *explainer, size_t output);

/* in[features] -> phi[features]. */
psy_status psy_onnx_explain(const psy_onnx_explainer *explainer, size_t output, const double *in, double *workspace,
							double *phi, psy_error *err);

#endif
