/*
 * explain.h - what each feature contributed to a row's output: exact Shapley values in the model's margin.
 *
 *   base + sum of phi[features] = the raw output that psy_model_decision gives (up to rounding of the sums)
 *
 * Trees: the path-dependent game of Lundberg et al. 2020 (Nat Mach Intell 2:56; TreeSHAP as the shap package,
 * XGBoost's pred_contribs and LightGBM's pred_contrib have it): features outside the coalition are averaged
 * over by the training weight ("cover") of the branches.  Affine models (linear, logistic, linear machines of
 * two classes, gblinear): the interventional game with independent features, phi = coefficient * (x - mean),
 * whose means are the model's own (its background, or a scaler that takes them to 0).  Steps that act on one
 * feature at a time, or choose among them, change nothing of either; what several numbers made of one feature
 * (one_hot) contribute to an affine model is added up, and coefficients go back through steps that mix features
 * affinely (principal components).  Trees of ONNX documents that have covers: explain_onnx.h.  All other models are
 * refused by name.
 */
#ifndef PSY_EXPLAIN_H
#define PSY_EXPLAIN_H

#include "models/model.h"

/* What explaining a model needs beside its image: made once, used for any number of rows. */
typedef struct psy_explainer psy_explainer;

/*
 * Allocated from ctx; psy_explainer_free releases it.  The model must outlive it.  PSY_UNSUPPORTED, with the
 * remedy as hint, for models that have no exact explanation here: kernel machines, trees without covers,
 * affine models whose means nobody wrote, pipelines that mix features.
 */
psy_status psy_explainer_make(const psy_context *ctx, const psy_model *model, psy_explainer **explainer,
							  psy_error *err);
void psy_explainer_free(const psy_context *ctx, psy_explainer *explainer);

/*
 * Which raw output speaks for a class, and with which sign: label is an index of the classes, or -1 for the
 * positive class (the value of a regression).  PSY_DOMAIN when none is the positive one.
 */
psy_status psy_explain_output(const psy_model *model, int label, size_t *output, double *sign,
							  psy_error *err);

/* Doubles of workspace that psy_explain needs. */
size_t psy_explain_workspace(const psy_explainer *explainer);

/* The output's expected value: what a row of which nothing is known would get. */
double psy_explain_base(const psy_explainer *explainer, size_t output);

/* features[psy_model_features] (NaN = missing) -> phi[psy_model_features]; *missing and errors as
 * psy_model_run. */
psy_status psy_explain(const psy_explainer *explainer, size_t output, const double *features,
					   double *workspace, double *phi, bool *missing, psy_error *err);

#endif
