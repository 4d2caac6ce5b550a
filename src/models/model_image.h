/*
 * model_image.h - the layout of the compiled form.  Private to src/models.
 *
 *   psy_model | sections, each 8-byte aligned, found by (offset, length) spans in bytes from the image's
 * start
 *
 * The host owns the first 8 bytes (a varlena header and a magic number in the server).  Images are
 * little-endian. Layout 1; a change of meaning takes a new number, and old numbers stay readable.
 */
#ifndef PSY_MODEL_IMAGE_H
#define PSY_MODEL_IMAGE_H

#include "models/model.h"

#define PSY_MODEL_LAYOUT 1
#define PSY_MODEL_NO_CLASS UINT32_MAX

typedef struct psy_span
{
	uint32_t offset;
	uint32_t length;
} psy_span;

typedef enum psy_op_code
{
	PSY_OP_STANDARDIZE = 1,
	PSY_OP_AFFINE = 2,
	PSY_OP_IMPUTE = 3,
	PSY_OP_SELECT = 4,
	PSY_OP_PROJECT = 5,
	PSY_OP_NORMALIZE = 6,
	PSY_OP_POWER = 7,
	PSY_OP_FUNCTION = 8,
	PSY_OP_QUANTILE = 9,
	PSY_OP_ONE_HOT = 10,
	PSY_OP_ORDINAL = 11,
	PSY_OP_POLYNOMIAL = 12,
	PSY_OP_PARALLEL = 13,
	PSY_OP_PREDICT = 14,
	PSY_OP_CALIBRATE = 15,
	PSY_OP_LINEAR = 32, /* estimators from here on */
	PSY_OP_LOGISTIC = 33,
	PSY_OP_SVM = 34,
	PSY_OP_TREES = 35,
	PSY_OP_CLASSIFIER = 36,
	PSY_OP_KNN = 37,
	PSY_OP_GAUSSIAN = 38,
	PSY_OP_MLP = 39,
	PSY_OP_ENSEMBLE = 40,
	PSY_OP_GBLINEAR = 41,
	PSY_OP_LINEAR_TREES = 42,
	PSY_OP_PMML = 64,
	PSY_OP_ONNX = 65,
	PSY_OP_CODES = 96 /* above all of them */
} psy_op_code;

typedef struct psy_op
{
	uint32_t code;    /* psy_op_code */
	uint32_t inputs;  /* width of what it reads */
	uint32_t outputs; /* width of what it gives; raw outputs for the estimator */
	uint32_t level;   /* 0 in the model's own pipeline, one more within each operator that holds operators */
	psy_span data; /* its parameters, laid out by its kind */
} psy_op;

struct psy_model
{
	uint32_t envelope[2]; /* the host's */
	uint32_t layout;
	uint32_t bytes; /* of the whole image */
	uint32_t task;
	uint32_t missing;
	uint32_t features;
	uint32_t classes;
	uint32_t positive; /* PSY_MODEL_NO_CLASS when none */
	uint32_t ops;
	psy_span name;          /* UTF-8 */
	psy_span feature_names; /* psy_span[features] */
	psy_span feature_units; /* psy_span[features] */
	psy_span feature_order; /* uint32_t[features]: indexes by (length, bytes) of name, strictly ascending */
	psy_span class_labels;  /* psy_span[classes] */
	psy_span impute;        /* double[features] under PSY_MISSING_IMPUTE, else empty */
	psy_span background;    /* double[features], the means that linear explanations start from, or empty */
	psy_span steps;         /* psy_op[ops] */
};

static inline const void *
psy_at(const psy_model *model, psy_span span)
{
	return (const char *) model + span.offset;
}

static inline const psy_op *
psy_op_at(const psy_model *model, size_t step)
{
	return (const psy_op *) psy_at(model, model->steps) + step;
}

static inline psy_text
psy_text_at(const psy_model *model, psy_span table, size_t k)
{
	psy_span span = ((const psy_span *) psy_at(model, table))[k];

	return (psy_text){(const char *) model + span.offset, span.length};
}

/* The order of feature names: shorter first, then by bytes. */
int psy_text_compare(psy_text a, psy_text b);

/* Whether all of value[count] are finite. */
bool psy_all_finite(const double *value, size_t count);

/* ---- building -------------------------------------------------------------------------------- */

/* A growing image.  Addresses change when it grows: keep offsets, take pointers late. */
typedef struct psy_builder
{
	const psy_context *ctx;
	psy_error *err;
	size_t limit;
	size_t used;
	size_t capacity;
	char *image;
} psy_builder;

psy_status psy_builder_begin(psy_builder *b, const psy_context *ctx, size_t limit, psy_error *err);

/* count * size zeroed, 8-byte aligned bytes; *span says where. */
psy_status psy_builder_reserve(psy_builder *b, size_t count, size_t size, psy_span *span);

/* A copy of the text. */
psy_status psy_builder_text(psy_builder *b, const char *text, size_t length, psy_span *span);

static inline psy_model *
psy_builder_model(psy_builder *b)
{
	return (psy_model *) b->image;
}

static inline void *
psy_builder_at(psy_builder *b, psy_span span)
{
	return b->image + span.offset;
}

/* Fills feature_order; PSY_FORMAT names a feature that stands twice. */
psy_status psy_builder_order_features(psy_builder *b);

/* Sets the size and checks the result as if it came from outside; *image is the caller's. */
psy_status psy_builder_finish(psy_builder *b, psy_model **image);

/* Frees what was built so far, after an error. */
void psy_builder_abandon(psy_builder *b);

#endif
