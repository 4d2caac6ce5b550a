/*
 * model_score.c - reading an image: what it is, and scoring features with it.  The image was checked before.
 */
#include "models/model_kernels.h"
#include "models/model_op.h"
#include "models/utf8.h"

#include <math.h>
#include <string.h>

static const psy_op *
estimator(const psy_model *model)
{
	return psy_op_at(model, model->ops - 1);
}

/* ---- what a model is ------------------------------------------------------------------------- */

size_t
psy_model_bytes(const psy_model *model)
{
	return model->bytes;
}

psy_task
psy_model_task(const psy_model *model)
{
	return (psy_task) model->task;
}

psy_missing
psy_model_missing(const psy_model *model)
{
	return (psy_missing) model->missing;
}

size_t
psy_model_features(const psy_model *model)
{
	return model->features;
}

size_t
psy_model_classes(const psy_model *model)
{
	return model->classes;
}

int
psy_model_positive(const psy_model *model)
{
	return model->positive == PSY_MODEL_NO_CLASS ? -1 : (int) model->positive;
}

psy_text
psy_model_name(const psy_model *model)
{
	return (psy_text){psy_at(model, model->name), model->name.length};
}

psy_text
psy_model_feature(const psy_model *model, size_t feature)
{
	return psy_text_at(model, model->feature_names, feature);
}

psy_text
psy_model_unit(const psy_model *model, size_t feature)
{
	return psy_text_at(model, model->feature_units, feature);
}

psy_text
psy_model_class(const psy_model *model, size_t label)
{
	return psy_text_at(model, model->class_labels, label);
}

long
psy_model_find_feature(const psy_model *model, const char *name, size_t length)
{
	const uint32_t *order = psy_at(model, model->feature_order);
	psy_text wanted = {name, length};
	size_t low = 0, high = model->features;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;
		int side = psy_text_compare(psy_model_feature(model, order[middle]), wanted);

		if (side == 0)
			return order[middle];
		if (side < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

bool
psy_model_category(const psy_model *model, size_t feature, const char *text, size_t length, double *value)
{
	const psy_op *op = estimator(model);
	const psy_op_kind *kind = psy_op_kind_of(op->code);

	return model->ops == 1 && kind->category != NULL &&
		   kind->category(model, op, feature, (psy_text){text, length}, value);
}

size_t
psy_model_steps(const psy_model *model)
{
	return model->ops;
}

const char *
psy_model_step_kind(const psy_model *model, size_t step)
{
	return psy_op_kind_of(psy_op_at(model, step)->code)->name;
}

size_t
psy_model_step_facts(const psy_model *model, size_t step, psy_fact fact[PSY_MODEL_FACTS])
{
	const psy_op *op = psy_op_at(model, step);

	return psy_op_kind_of(op->code)->facts(model, op, fact);
}

/* ---- scoring --------------------------------------------------------------------------------- */

/* The workspace: the pipeline's, then a value per class. */
size_t
psy_model_workspace(const psy_model *model)
{
	return psy_chain_workspace(model, psy_op_at(model, 0), model->ops, model->features) + model->classes;
}

/* The same without the values per class, which psy_model_score keeps for itself. */
static size_t
vectors_of(const psy_model *model)
{
	return 2 * psy_chain_width(psy_op_at(model, 0), model->ops, model->features);
}

size_t
psy_model_raw(const psy_model *model)
{
	return estimator(model)->outputs;
}

size_t
psy_model_decisions(const psy_model *model)
{
	const psy_op *op = estimator(model);

	return model->task == PSY_REGRESSION ? op->outputs : op->outputs - psy_op_kind_of(op->code)->hidden;
}

/* Not all features are finite: fills the gaps into filled[], or says what is wrong. */
static psy_status
treat_missing(const psy_model *model, const double *features, double *filled, bool *missing, psy_error *err)
{
	const double *impute = psy_at(model, model->impute);

	for (size_t k = 0; k < model->features; k++)
	{
		psy_text name = psy_model_feature(model, k);

		filled[k] = features[k];
		if (isfinite(features[k]))
			continue;
		if (!isnan(features[k]))
			return psy_fail(err, PSY_DOMAIN, "feature %zu (\"%.*s\") is infinite", k + 1,
							psy_utf8_clip(name.text, name.length, 100), name.text);
		if (model->missing == PSY_MISSING_ERROR)
		{
			psy_fail(err, PSY_DOMAIN,
					 "feature %zu (\"%.*s\") is missing, and this model has no answer to missing features",
					 k + 1, psy_utf8_clip(name.text, name.length, 100), name.text);
			return psy_hint(
				err,
				"Leave such rows out, or load the model with \"missing\": \"null\" or {\"impute\": [...]}.");
		}
		if (model->missing == PSY_MISSING_NULL)
			*missing = true;
		else if (model->missing == PSY_MISSING_IMPUTE)
			filled[k] = impute[k];
	}
	return PSY_OK;
}

/* Why the pipeline stopped at a step. */
static psy_status
explain_stop(const psy_model *model, psy_stop stop, size_t step, psy_error *err)
{
	const psy_op_kind *kind = psy_op_kind_of(psy_op_at(model, step)->code);

	if (stop == PSY_STOP_MISSING)
	{
		psy_fail(err, PSY_DOMAIN, "step %zu (%s) has no answer to a missing value", step + 1, kind->name);
		return psy_hint(err, "Leave such rows out, or put an imputer before this step.");
	}
	return psy_fail(err, PSY_DOMAIN, "step %zu (%s): %s", step + 1, kind->name,
					kind->refusal != NULL ? kind->refusal : "the features are too large for it");
}

psy_status
psy_model_transform(const psy_model *model, size_t steps, const double *features, double *workspace,
					const double **vector, bool *missing, psy_error *err)
{
	const psy_op *op = psy_op_at(model, 0);
	size_t width = psy_chain_width(op, model->ops, model->features), step;
	psy_stop stop;

	*missing = false;
	*vector = features;
	if (!psy_finite(features, model->features))
	{
		/* The second vector of the workspace, which the first step does not write. */
		psy_status status = treat_missing(model, features, workspace + width, missing, err);

		if (status != PSY_OK || *missing)
			return status;
		*vector = workspace + width;
	}
	stop = psy_chain_steps(model, op, steps, width, vector, workspace, &step);
	return stop == PSY_STOP_NONE ? PSY_OK : explain_stop(model, stop, step, err);
}

psy_status
psy_model_plan_make(const psy_context *ctx, const psy_model *model, psy_model_plan **plan, psy_error *err)
{
	const psy_op *last = estimator(model);
	const psy_op_kind *kind = psy_op_kind_of(last->code);
	size_t size = kind->plan_size == NULL ? 0 : kind->plan_size(model, last);
	void *memory;
	psy_status status;

	*plan = NULL;
	if (size == 0)
		return PSY_OK;
	if ((status = psy_alloc(ctx, 1, size, &memory, err)) != PSY_OK)
		return status;
	kind->plan(model, last, memory);
	*plan = memory;
	return PSY_OK;
}

/* Finite, or missing where an operator may leave single values out. */
static bool
has_outputs(const psy_op_kind *kind, const double *raw, size_t n)
{
	if (!kind->some_missing || n == 1)
		return psy_finite(raw, n);
	for (size_t k = 0; k < n; k++)
		if (isinf(raw[k]))
			return false;
	return true;
}

psy_status
psy_model_run_planned(const psy_model *model, const psy_model_plan *plan, const double *features,
					  double *workspace, double *raw, bool *missing, psy_error *err)
{
	const psy_op *last = estimator(model);
	const psy_op_kind *kind = psy_op_kind_of(last->code);
	double *rest = workspace + vectors_of(model);
	const double *vector;
	psy_status status = psy_model_transform(model, model->ops - 1, features, workspace, &vector, missing, err);

	if (status != PSY_OK || *missing)
		return status;
	if (!kind->takes_missing && !psy_finite(vector, last->inputs))
		return explain_stop(model, PSY_STOP_MISSING, model->ops - 1, err);
	if (plan != NULL)
		kind->apply_planned(model, last, plan, vector, rest, raw);
	else if (kind->run == NULL)
		kind->apply(model, last, vector, rest, raw);
	else if ((status = kind->run(model, last, vector, rest, raw, missing, err)) != PSY_OK || *missing)
		return status;
	if (!has_outputs(kind, raw, psy_model_raw(model)))
		return psy_fail(err, PSY_DOMAIN,
						"the model's output is not finite: the features are too large for it");
	return PSY_OK;
}

psy_status
psy_model_run(const psy_model *model, const double *features, double *workspace, double *raw, bool *missing,
			  psy_error *err)
{
	return psy_model_run_planned(model, NULL, features, workspace, raw, missing, err);
}

void
psy_model_decision(const psy_model *model, const double *raw, double *decision)
{
	const psy_op *op = estimator(model);

	memcpy(decision, raw, psy_model_decisions(model) * sizeof(double));
	if (model->classes == 2 && op->outputs == 1 && psy_op_kind_of(op->code)->raw_favours != model->positive)
		decision[0] = -decision[0];
}

psy_status
psy_model_proba(const psy_model *model, const double *raw, double *workspace, double *proba, psy_error *err)
{
	const psy_op *op = estimator(model);
	const psy_op_kind *kind = psy_op_kind_of(op->code);

	if (model->task == PSY_REGRESSION || kind->proba == NULL)
	{
		psy_fail(err, PSY_UNSUPPORTED, "a model for regression has no probabilities");
		return psy_hint(err, "Use model_score for its value.");
	}
	return kind->proba(model, op, raw, workspace + vectors_of(model), proba, err);
}

psy_status
psy_model_label(const psy_model *model, const double *raw, size_t *label, psy_error *err)
{
	const psy_op *op = estimator(model);
	const psy_op_kind *kind = psy_op_kind_of(op->code);

	if (model->task == PSY_REGRESSION || kind->label == NULL)
	{
		psy_fail(err, PSY_UNSUPPORTED, "a model for regression has no labels");
		return psy_hint(err, "Use model_score for its value.");
	}
	*label = kind->label(model, op, raw);
	return PSY_OK;
}

psy_status
psy_model_score(const psy_model *model, const double *raw, double *workspace, double *score, psy_error *err)
{
	double *proba;
	psy_status status;

	if (model->task == PSY_REGRESSION)
	{
		const psy_op_kind *kind = psy_op_kind_of(estimator(model)->code);

		if (psy_model_raw(model) > 1)
		{
			psy_fail(err, PSY_UNSUPPORTED, "the model gives %zu values, not one", psy_model_raw(model));
			psy_hint(err, "Use model_decision, which gives them all.");
			return PSY_UNSUPPORTED;
		}
		*score = kind->value == NULL ? raw[0] : kind->value(model, estimator(model), raw);
		if (!isfinite(*score))
			return psy_fail(err, PSY_DOMAIN,
							"the model's value is not finite: the features are too large for it");
		return PSY_OK;
	}
	if (model->positive == PSY_MODEL_NO_CLASS)
	{
		psy_fail(err, PSY_UNSUPPORTED, "the model has %u classes and none is named as the positive one",
				 model->classes);
		return psy_hint(err,
						"Use model_proba or model_predict, or load the model with a \"positive\" class.");
	}
	proba = workspace + psy_model_workspace(model) - model->classes;
	status = psy_model_proba(model, raw, workspace, proba, err);
	*score = status == PSY_OK ? proba[model->positive] : NAN;
	return status;
}
