/*
 * model_use.h - does with a model everything that a caller may do, for fuzz targets and hostile tests:
 * whatever psy_model_check lets through must be safe to use.  Memory comes from malloc, with a bound on the
 * whole.
 */
#ifndef MODEL_USE_H
#define MODEL_USE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/explain.h"
#include "models/model.h"

static inline void *
use_alloc(void *arg, size_t bytes)
{
	return bytes > (size_t) 256 << 20 ? NULL : malloc(bytes);
}

static inline void
use_release(void *arg, void *pointer)
{
	free(pointer);
}

static const psy_context use_context = {use_alloc, use_release, NULL, NULL};

static inline size_t
use_text(psy_text text)
{
	size_t sum = 0;

	for (size_t k = 0; k < text.length; k++)
		sum += (unsigned char) text.text[k];
	return sum;
}

static inline size_t
use_description(const psy_model *model)
{
	psy_fact fact[PSY_MODEL_FACTS];
	size_t sum = use_text(psy_model_name(model));

	for (size_t k = 0; k < psy_model_features(model); k++)
	{
		psy_text name = psy_model_feature(model, k);

		sum += use_text(name) + use_text(psy_model_unit(model, k));
		if (psy_model_find_feature(model, name.text, name.length) != (long) k)
			abort();
	}
	for (size_t k = 0; k < psy_model_classes(model); k++)
		sum += use_text(psy_model_class(model, k));
	for (size_t k = 0; k < psy_model_steps(model); k++)
		sum += psy_model_step_facts(model, k, fact) + strlen(psy_model_step_kind(model, k));
	return sum;
}

static inline void
use_scoring(const psy_model *model, double fill)
{
	size_t features = psy_model_features(model), raw = psy_model_raw(model),
		   classes = psy_model_classes(model), label;
	double *x = calloc(features, sizeof(double)),
		   *work = calloc(psy_model_workspace(model) + 1, sizeof(double));
	double *out = calloc(raw, sizeof(double)), *decision = calloc(raw, sizeof(double));
	double *proba = calloc(classes + 1, sizeof(double)), score;
	psy_error err;
	bool missing;

	for (size_t k = 0; k < features; k++)
		x[k] = fill * (double) (1 + k % 3);
	if (psy_model_run(model, x, work, out, &missing, &err) == PSY_OK && !missing)
	{
		psy_model_decision(model, out, decision);
		if (psy_model_label(model, out, &label, &err) == PSY_OK && label >= classes)
			abort();
		psy_model_proba(model, out, work, proba, &err);
		psy_model_score(model, out, work, &score, &err);
	}
	free(x);
	free(work);
	free(out);
	free(decision);
	free(proba);
}

/* Every output of small models, the first of large ones. */
static inline void
use_explanation(const psy_model *model)
{
	size_t features = psy_model_features(model), outputs = psy_model_raw(model);
	psy_explainer *explainer;
	psy_error err;
	bool missing;

	if (psy_explainer_make(&use_context, model, &explainer, &err) != PSY_OK)
		return;
	if (psy_explain_workspace(explainer) < (size_t) 4 << 20)
	{
		double *x = calloc(features, sizeof(double)), *phi = calloc(features, sizeof(double));
		double *work = calloc(psy_explain_workspace(explainer), sizeof(double));

		for (size_t k = 0; k < (outputs > 4 ? 1 : outputs); k++)
		{
			psy_explain(explainer, k, x, work, phi, &missing, &err);
			psy_explain_base(explainer, k);
		}
		free(x);
		free(phi);
		free(work);
	}
	psy_explainer_free(&use_context, explainer);
}

static inline void
use_model(const psy_model *model)
{
	/* Forged images may ask for more workspace than there is memory: legal, but not what is tested here. */
	if (psy_model_workspace(model) > (size_t) 16 << 20)
		return;
	use_description(model);
	use_scoring(model, 0.5);
	use_scoring(model, 1e300);
	use_scoring(model, NAN);
	use_scoring(model, INFINITY);
	use_explanation(model);
}

/* Bytes as a document of that format: refused with a message (NULL), or a model, used, which the caller frees. */
static inline psy_model *
use_document(const void *data, size_t size, const char *format)
{
	psy_error err = {0};
	psy_model *model;
	psy_status status = psy_model_compile(&use_context, data, size, format, &psy_model_default_limits, &model, &err);

	if ((status == PSY_OK) != (model != NULL) || (status != PSY_OK && err.message[0] == '\0'))
		abort();
	if (model != NULL)
		use_model(model);
	return model;
}

#endif
