/* model_op.c - the table of operator kinds, and what several of them do alike. */
#include "models/model_op.h"

#include <string.h>

static const psy_op_kind *const kinds[PSY_OP_CODES] = {
	[PSY_OP_STANDARDIZE] = &psy_op_standardize, [PSY_OP_AFFINE] = &psy_op_affine,
	[PSY_OP_IMPUTE] = &psy_op_impute,           [PSY_OP_SELECT] = &psy_op_select,
	[PSY_OP_PROJECT] = &psy_op_project,         [PSY_OP_NORMALIZE] = &psy_op_normalize,
	[PSY_OP_POWER] = &psy_op_power,             [PSY_OP_FUNCTION] = &psy_op_function,
	[PSY_OP_QUANTILE] = &psy_op_quantile,       [PSY_OP_ONE_HOT] = &psy_op_one_hot,
	[PSY_OP_ORDINAL] = &psy_op_ordinal,         [PSY_OP_POLYNOMIAL] = &psy_op_polynomial,
	[PSY_OP_PARALLEL] = &psy_op_parallel,       [PSY_OP_PREDICT] = &psy_op_predict,
	[PSY_OP_CALIBRATE] = &psy_op_calibrate,     [PSY_OP_LINEAR] = &psy_op_linear,
	[PSY_OP_LOGISTIC] = &psy_op_logistic,       [PSY_OP_SVM] = &psy_op_svm,
	[PSY_OP_TREES] = &psy_op_trees,             [PSY_OP_CLASSIFIER] = &psy_op_classifier,
	[PSY_OP_KNN] = &psy_op_knn,                 [PSY_OP_GAUSSIAN] = &psy_op_gaussian,
	[PSY_OP_MLP] = &psy_op_mlp,                 [PSY_OP_ENSEMBLE] = &psy_op_ensemble,
	[PSY_OP_PMML] = &psy_op_pmml,             [PSY_OP_ONNX] = &psy_op_onnx,
	[PSY_OP_GBLINEAR] = &psy_op_gblinear};

const psy_op_kind *
psy_op_kind_of(uint32_t code)
{
	return code < PSY_OP_CODES ? kinds[code] : NULL;
}

const psy_op_kind *
psy_op_kind_named(const char *name)
{
	for (size_t k = 0; k < PSY_OP_CODES; k++)
		if (kinds[k] != NULL && kinds[k]->compile != NULL && strcmp(kinds[k]->name, name) == 0)
			return kinds[k];
	return NULL;
}

size_t
psy_op_label_of_largest(const psy_model *model, const psy_op *op, const double *raw)
{
	size_t best = 0;

	(void) model;
	if (op->outputs == 1)
		return raw[0] > 0;
	for (size_t k = 1; k < op->outputs; k++)
		if (raw[k] > raw[best])
			best = k; /* the first of equal ones */
	return best;
}

psy_status
psy_op_raw_is_proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *proba, psy_error *err)
{
	(void) op;
	(void) workspace;
	(void) err;
	memcpy(proba, raw, model->classes * sizeof(double));
	return PSY_OK;
}
