/*
 * model_op.h - what a kind of operator must know how to do.  Private to src/models.
 *
 * A transform changes the vector in place or widens it (outputs up to the image's widest); an estimator turns
 * the vector into raw outputs, and raw outputs into probabilities and labels.  A new family of models is one
 * file that defines a psy_op_kind, and a line in the table of model_op.c.
 */
#ifndef PSY_MODEL_OP_H
#define PSY_MODEL_OP_H

#include "models/model_image.h"

/* What compiling from psyrad-json needs at hand. */
typedef struct psy_compiler
{
	psy_builder builder;
	const psy_json *json;
	const psy_model_limits *limits;
	size_t width;   /* of the vector at this place of the pipeline */
	uint32_t level; /* how deep this place lies within operators that hold operators */
	psy_error *err;
} psy_compiler;

typedef struct psy_op_kind
{
	const char *name; /* as documents call it */
	psy_op_code code;
	bool any_task;      /* an estimator of classes that regresses as well */
	bool takes_missing; /* knows what to do with NaN */
	bool elementwise;   /* a transform whose k-th output depends on the k-th input alone */
	bool centres;       /* a transform that takes training means to 0 */
	/* A transform each of whose outputs depends on one input alone, although not in its place: source[outputs] are
	 * the inputs; false when this one's data have it otherwise.  NULL for others. */
	bool (*sources)(const psy_model *model, const psy_op *op, uint32_t *source);

	/* An affine transform: slope[outputs] of something in its outputs -> pulled[inputs], the slope in its inputs;
	 * false when this one is not affine.  NULL for others. */
	bool (*pull)(const psy_model *model, const psy_op *op, const double *slope, double *pulled);

	bool passes_missing; /* a transform of which NaN comes out where NaN went in */

	/* Why a row is refused when an output is infinite: how an operator says that it has no answer. */
	const char *refusal;

	/*
	 * Reads the operator's object; sets op->outputs and op->data (op->code, op->inputs and op->level are set).
	 * NULL: psyrad-json does not have it.
	 */
	psy_status (*compile)(psy_compiler *c, const psy_json_node *node, psy_op *op);

	/* Validates op's data, which lies aligned within the image, and its widths against the model. */
	psy_status (*check)(const psy_model *model, const psy_op *op, psy_error *err);

	/* in[inputs] -> out[outputs]; none of the three arrays overlap. */
	void (*apply)(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out);

	/* Stands in for apply where an estimator can decline features, or have no answer to them (*missing); NULL
	 * elsewhere. */
	psy_status (*run)(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out,
					  bool *missing, psy_error *err);

	/* Raw outputs of a classification that stand behind its decision values. */
	uint32_t hidden;

	/* Where run gives several values of a regression, some may be missing (NaN) and others not. */
	bool some_missing;

	/* The number that stands for a text as the value of a feature; false when it takes none, NULL when no
	 * feature does.  A text that it does not know has a number, too. */
	bool (*category)(const psy_model *model, const psy_op *op, size_t feature, psy_text text, double *value);

	/*
	 * Of an estimator, what scoring may derive from the data once to be faster, the same to the last bit: its
	 * size in bytes (0: nothing to gain), its making, and apply with it.  NULL for operators that never plan.
	 */
	size_t (*plan_size)(const psy_model *model, const psy_op *op);
	void (*plan)(const psy_model *model, const psy_op *op, void *plan);
	void (*apply_planned)(const psy_model *model, const psy_op *op, const void *plan, const double *in,
						  double *workspace, double *out);

	/* Doubles of workspace that apply and proba need; NULL for none. */
	size_t (*workspace)(const psy_model *model, const psy_op *op);

	/* Estimators of classes; NULL elsewhere.  NULL proba of an estimator means it has none. */
	psy_status (*proba)(const psy_model *model, const psy_op *op, const double *raw, double *workspace,
						double *proba, psy_error *err);
	size_t (*label)(const psy_model *model, const psy_op *op, const double *raw);

	/* A regression's value of its raw output; NULL when it is the output. */
	double (*value)(const psy_model *model, const psy_op *op, const double *raw);

	/* Which class a binary model's single raw value favours when it is > 0. */
	size_t raw_favours;

	size_t (*facts)(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS]);
} psy_op_kind;

extern const psy_op_kind psy_op_standardize;
extern const psy_op_kind psy_op_affine;
extern const psy_op_kind psy_op_impute;
extern const psy_op_kind psy_op_select;
extern const psy_op_kind psy_op_project;
extern const psy_op_kind psy_op_normalize;
extern const psy_op_kind psy_op_power;
extern const psy_op_kind psy_op_function;
extern const psy_op_kind psy_op_quantile;
extern const psy_op_kind psy_op_one_hot;
extern const psy_op_kind psy_op_ordinal;
extern const psy_op_kind psy_op_polynomial;
extern const psy_op_kind psy_op_parallel;
extern const psy_op_kind psy_op_predict;
extern const psy_op_kind psy_op_calibrate;
extern const psy_op_kind psy_op_linear;
extern const psy_op_kind psy_op_classifier;
extern const psy_op_kind psy_op_knn;
extern const psy_op_kind psy_op_gaussian;
extern const psy_op_kind psy_op_mlp;
extern const psy_op_kind psy_op_ensemble;
extern const psy_op_kind psy_op_gblinear;
extern const psy_op_kind psy_op_logistic;
extern const psy_op_kind psy_op_svm;
extern const psy_op_kind psy_op_trees;
extern const psy_op_kind psy_op_pmml;
extern const psy_op_kind psy_op_onnx;

/* By code or by name; NULL when there is none. */
const psy_op_kind *psy_op_kind_of(uint32_t code);
const psy_op_kind *psy_op_kind_named(const char *name);

/* .label of an estimator whose raw outputs are scores, one a class, or one in all that favours the second where it is > 0. */
size_t psy_op_label_of_largest(const psy_model *model, const psy_op *op, const double *raw);

/* .proba of an estimator whose raw outputs are probabilities. */
psy_status psy_op_raw_is_proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *proba,
							   psy_error *err);

static inline bool
psy_op_estimates(uint32_t code)
{
	return code >= PSY_OP_LINEAR;
}

/*
 * The first steps before the estimator: features -> *vector, which lies in the first 2 * widest doubles of workspace or
 * is features itself.  *missing and errors as psy_model_run (model_score.c).
 */
psy_status psy_model_transform(const psy_model *model, size_t steps, const double *features, double *workspace,
							   const double **vector, bool *missing, psy_error *err);

/* ---- chains of operators: the model's pipeline, and those within operators (model_chain.c) ---- */

#define PSY_MODEL_MOST_LEVELS 8

typedef enum psy_stop
{
	PSY_STOP_NONE,
	PSY_STOP_MISSING, /* NaN before an operator that has no answer to it */
	PSY_STOP_REFUSED  /* an operator gave an infinity */
} psy_stop;

/* Doubles of workspace that psy_chain_run needs; the first two vectors of it are psy_chain_width wide. */
size_t psy_chain_workspace(const psy_model *model, const psy_op *op, size_t count, size_t inputs);
size_t psy_chain_width(const psy_op *op, size_t count, size_t inputs);

/*
 * Runs op[count] on *in, which becomes the last one's output: workspace's first or second vector of that width.  *in
 * is finite or NaN, and does not lie in the first vector.  *step is where it stopped.
 */
psy_stop psy_chain_steps(const psy_model *model, const psy_op *op, size_t count, size_t width, const double **in,
						 double *workspace, size_t *step);

/* in[inputs] -> out through op[count], transforms all; count may be 0. */
psy_stop psy_chain_run(const psy_model *model, const psy_op *op, size_t count, const double *in,
					   size_t inputs, double *workspace, double *out);

/*
 * Checks op[count] within the data of parent: their own data lie one after the other between *place and the
 * end of the parent's, so that no byte is read twice on any level.  estimator: the last is one.
 */
psy_status psy_chain_check(const psy_model *model, const psy_op *parent, const psy_op *op, size_t count,
						   size_t inputs, bool estimator, uint64_t *place, psy_error *err);

/* The operator of a JSON object at the compiler's place; c->width becomes its outputs (psyrad_json.c). */
psy_status psy_json_operator(psy_compiler *c, const psy_json_node *node, bool estimator, psy_op *op);

/* The front end of psyrad-json (psyrad_json.c). */
psy_status psy_psyrad_json_compile(const psy_context *ctx, const psy_json *json,
								   const psy_model_limits *limits, psy_model **image, psy_error *err);

/* XGBoost's documents (xgboost.c); keys of which the reader of UBJSON need not keep the values. */
psy_status psy_xgboost_compile(const psy_context *ctx, const psy_json *json, const psy_model_limits *limits,
							   psy_model **image, psy_error *err);
extern const char *const psy_xgboost_skip[];

/* The same within psyrad-json, {"kind": "xgboost", "model": ...}; sets op->code too. */
psy_status psy_xgboost_from_json(psy_compiler *c, const psy_json_node *node, psy_op *op);

/* libsvm's model files (libsvm.c); features: as many as rows have, or 0: the largest index. */
psy_status psy_libsvm_compile(const psy_context *ctx, const char *document, size_t bytes, size_t features,
							  const psy_model_limits *limits, psy_model **image, psy_error *err);

/* LightGBM's text (lightgbm.c). */
psy_status psy_lightgbm_compile(const psy_context *ctx, const char *document, size_t bytes,
								const psy_model_limits *limits, psy_model **image, psy_error *err);

/* PMML (pmml_document.c); segment: the id of the one whose answer is wanted, or NULL. */
psy_status psy_pmml_compile(const psy_context *ctx, const char *document, size_t bytes, const char *segment,
							const psy_model_limits *limits, psy_model **image, psy_error *err);

/* ONNX (onnx_document.c); meaning: psy_onnx_meaning, 0 for what the document shows. */
psy_status psy_onnx_compile(const psy_context *ctx, const char *document, size_t bytes, uint32_t meaning,
							const psy_model_limits *limits, psy_model **image, psy_error *err);

/* The same within psyrad-json, {"kind": "lightgbm", "model": [lines]}; sets op->code too. */
psy_status psy_lightgbm_from_json(psy_compiler *c, const psy_json_node *node, psy_op *op);

#endif
