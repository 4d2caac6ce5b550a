/*
 * model.h - a trained model: compiled once from its document, then scored from a flat, pointer-free image.
 *
 *   psy_model_compile(document) -> image;  psy_model_check(image) before anything else touches foreign bytes;
 *   psy_model_run(features) -> raw outputs;  raw -> decision, probabilities, label, value.
 *
 * A model is a pipeline of operators (model_op.h): transforms of the feature vector, then one estimator.
 * Document formats are front ends that emit operators; the kinds of operators are the only thing that scoring
 * knows. Scoring allocates nothing and gives the same bits on every x86-64 CPU, except for exp in
 * probabilities and RBF kernels.
 */
#ifndef PSY_MODEL_H
#define PSY_MODEL_H

#include "models/json.h"

typedef struct psy_model psy_model; /* the image; model_image.h has its layout */

typedef enum psy_task
{
	PSY_CLASSIFICATION = 1,
	PSY_REGRESSION = 2
} psy_task;

typedef enum psy_missing
{
	PSY_MISSING_ERROR = 1, /* a missing feature is an error */
	PSY_MISSING_NULL = 2,  /* the answer is missing too */
	PSY_MISSING_IMPUTE = 3, /* a constant per feature stands in */
	PSY_MISSING_LEARNED = 4 /* the estimator knows the way: trees learned it */
} psy_missing;

/* What any image may have; steps may share data, so their number bounds the work that forged bytes can ask
 * for. */
#define PSY_MODEL_MOST_STEPS 64
#define PSY_MODEL_MOST_CLASSES 1000

/* Bounds on what a document may ask for; json.bytes bounds every text format. */
typedef struct psy_model_limits
{
	psy_json_limits json;
	size_t features;
	size_t image; /* bytes of the compiled form */
} psy_model_limits;

/* 64 MB documents, 1,000,000 features, 512 MB images. */
extern const psy_model_limits psy_model_default_limits;

/* ---- compiling ------------------------------------------------------------------------------- */

/*
 * document[bytes] -> *image, allocated from ctx, psy_model_bytes() long, its envelope zeroed.
 * format: "auto" or a name of SQL_SURFACE; PSY_DOMAIN for others, PSY_UNSUPPORTED for those that are not read
 * yet.
 */
psy_status psy_model_compile(const psy_context *ctx, const char *document, size_t bytes, const char *format,
							 const psy_model_limits *limits, psy_model **image, psy_error *err);

/* Validates all of image[bytes] (8-byte aligned) that scoring and the accessors rely on.  PSY_FORMAT. */
psy_status psy_model_check(const psy_model *image, size_t bytes, psy_error *err);

/* ---- what a model is ------------------------------------------------------------------------- */

size_t psy_model_bytes(const psy_model *model);
psy_task psy_model_task(const psy_model *model);
psy_missing psy_model_missing(const psy_model *model);
size_t psy_model_features(const psy_model *model);
size_t psy_model_classes(const psy_model *model); /* 0 for regression */

/* Whether the features are the elements of one matrix, row by row, and of which size: of a network whose one input has
 * two dimensions beside those of length 1. */
bool psy_model_matrix(const psy_model *model, size_t *rows, size_t *columns);

/* Class that scores and binary decisions speak of; -1 when none is named (more than two classes, or
 * regression). */
int psy_model_positive(const psy_model *model);

/* UTF-8 texts, not zero-terminated; a missing unit has length 0. */
typedef struct psy_text
{
	const char *text;
	size_t length;
} psy_text;

psy_text psy_model_name(const psy_model *model);
psy_text psy_model_feature(const psy_model *model, size_t feature);
psy_text psy_model_unit(const psy_model *model, size_t feature);
psy_text psy_model_class(const psy_model *model, size_t label);

/* Index of the feature of that name, or -1. */
long psy_model_find_feature(const psy_model *model, const char *name, size_t length);

/*
 * The number that stands for a text as the value of that feature, also for a text that the model does not
 * know; false when the feature takes numbers only.
 */
bool psy_model_category(const psy_model *model, size_t feature, const char *text, size_t length, double *value);

/* One thing worth telling about an operator: a number, or a text when text is not NULL. */
typedef struct psy_fact
{
	const char *key;
	const char *text;
	double number;
} psy_fact;

#define PSY_MODEL_FACTS 8

/* Operators in order, the estimator last. */
size_t psy_model_steps(const psy_model *model);
const char *psy_model_step_kind(const psy_model *model, size_t step);
size_t psy_model_step_facts(const psy_model *model, size_t step, psy_fact fact[PSY_MODEL_FACTS]);

/*
 * A copy whose classes have other labels (label[labels] in the order of the old ones; NULL keeps them) and another positive
 * one (NULL keeps it), of at most limit bytes.  PSY_SHAPE, PSY_DOMAIN.
 */
psy_status psy_model_relabel(const psy_context *ctx, const psy_model *model, const psy_text *label, size_t labels,
							 const psy_text *positive, size_t limit, psy_model **image, psy_error *err);

/* ---- scoring --------------------------------------------------------------------------------- */

/*
 * What scoring derives from an image once to be faster: in memory alone, never stored, valid as long as the image.  The
 * outputs are the same to the last bit with it and without.
 */
typedef struct psy_model_plan psy_model_plan;

/* *plan is one allocation from ctx; NULL when the model has nothing to gain. */
psy_status psy_model_plan_make(const psy_context *ctx, const psy_model *model, psy_model_plan **plan, psy_error *err);

/* Doubles of workspace that psy_model_run and psy_model_proba need. */
size_t psy_model_workspace(const psy_model *model);

/* Doubles of raw output. */
size_t psy_model_raw(const psy_model *model);

/* Decision values: as many as raw outputs, or fewer where an estimator has more to remember. */
size_t psy_model_decisions(const psy_model *model);

/*
 * features[psy_model_features] (NaN = missing) -> raw[psy_model_raw].  *missing is set, and raw left alone,
 * when the policy answers a missing feature with a missing result.  PSY_DOMAIN: an infinite feature, a
 * missing one under the policy "error", or outputs that are not finite; the message names the feature.
 */
psy_status psy_model_run(const psy_model *model, const double *features, double *workspace, double *raw,
						 bool *missing, psy_error *err);

/* The same with a plan, or with NULL. */
psy_status psy_model_run_planned(const psy_model *model, const psy_model_plan *plan, const double *features,
								 double *workspace, double *raw, bool *missing, psy_error *err);

/* decision[psy_model_decisions]: a binary model's one value is > 0 in favour of the positive class; others as
 * trained.  Of a regression's several values some may be NaN: the model has no answer there. */
void psy_model_decision(const psy_model *model, const double *raw, double *decision);

/* proba[classes]; PSY_UNSUPPORTED (with a hint) for regression and for models without probabilities. */
psy_status psy_model_proba(const psy_model *model, const double *raw, double *workspace, double *proba,
						   psy_error *err);

/* The trainer's own label: by sign, by largest probability, or by votes, as the estimator has it. */
psy_status psy_model_label(const psy_model *model, const double *raw, size_t *label, psy_error *err);

/* Regression: the value.  Classification: the probability of the positive class. */
psy_status psy_model_score(const psy_model *model, const double *raw, double *workspace, double *score,
						   psy_error *err);

#endif
