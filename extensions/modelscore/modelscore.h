/*
 * modelscore.h - the SQL type model, and how its functions take their arguments.
 *
 * A model is a compiled image (src/models/model_image.h) behind a varlena header and a magic number.  Reading
 * and validating one costs time in proportion to its size, so every call site keeps the few it saw last
 * (model_args.c).
 */
#ifndef MODELSCORE_H
#define MODELSCORE_H

#include "common.h"

#include "models/explain.h"
#include "models/model.h"

extern const psyrad_state_type modelscore_type;

/* A model ready to score, with the room that scoring needs. */
typedef struct modelscore_model
{
	const psy_model *model;
	const psy_model_plan *plan; /* made when it begins to pay (modelscore_model_arg); NULL before */
	uint32 rows;				/* scored so far, up to then */
	double *workspace;
	double *raw;
	double *features;
	MemoryContext memory;     /* lives as long as this */
	psy_explainer *explainer; /* made when first asked for (model_explain.c); NULL before */
	double *explain_workspace;
} modelscore_model;

/* Argument 0, from the call site's cache. */
extern modelscore_model *modelscore_model_arg(FunctionCallInfo fcinfo);

/* Copies the value into memory, validated, with the room that scoring needs. */
extern void modelscore_prepare(modelscore_model *ready, Datum model, MemoryContext memory);

/* The model that a value made by model_served refers to, or NULL for any other value (model_serve.c). */
extern modelscore_model *modelscore_referred(Datum datum);

extern void modelscore_serve_init(void);

/* Argument 0 without a cache, for functions that are not called row by row. */
extern const psy_model *modelscore_plain_arg(FunctionCallInfo fcinfo);

/* Argument 1: an array of numbers in the order of model_features, or jsonb keyed by name. */
extern const double *modelscore_features_array(FunctionCallInfo fcinfo, const modelscore_model *m);
extern const double *modelscore_features_jsonb(FunctionCallInfo fcinfo, const modelscore_model *m);

/*
 * Runs the model on argument 1: an array of numbers in the order of model_features, or jsonb keyed by name.
 * False when the model's policy answers a missing feature with NULL; else m->raw is filled.
 */
extern bool modelscore_run_array(FunctionCallInfo fcinfo, const modelscore_model *m);
extern bool modelscore_run_jsonb(FunctionCallInfo fcinfo, const modelscore_model *m);

#endif
