/* explain.c - see explain.h: which models can be explained, and the steps before what is explained. */
#include "models/explain.h"

#include "models/explain_affine.h"
#include "models/explain_onnx.h"
#include "models/explain_trees.h"
#include "models/model_kernels.h"

#include <string.h>

struct psy_explainer
{
	const psy_model *model;
	const psy_op *op;     /* the estimator */
	psy_tree_plan *trees; /* one of these three */
	psy_affine_plan *affine;
	psy_onnx_explainer *onnx;
	size_t steps;     /* the first ones, each of whose outputs depends on one feature alone */
	size_t width;     /* of the vector behind them */
	uint32_t *source; /* [width]: that feature */
};

/* ---- the steps before the estimator ---------------------------------------------------------- */

/* source[] of a step's inputs becomes that of its outputs; false when an output depends on several. */
static bool
step_sources(const psy_model *model, const psy_op *op, uint32_t *source, uint32_t *scratch)
{
	const psy_op_kind *kind = psy_op_kind_of(op->code);

	if (kind->elementwise)
		return true;
	if (kind->sources == NULL || !kind->sources(model, op, scratch))
		return false;
	for (size_t k = 0; k < op->outputs; k++)
		scratch[k] = source[scratch[k]];
	memcpy(source, scratch, op->outputs * sizeof *source);
	return true;
}

/* Finds steps, width and source. */
static psy_status
follow_features(const psy_context *ctx, psy_explainer *e, psy_error *err)
{
	const psy_model *model = e->model;
	size_t widest = psy_chain_width(psy_op_at(model, 0), model->ops, model->features);
	void *block;
	psy_status status = psy_alloc(ctx, 2 * widest, sizeof(uint32_t), &block, err);

	if (status != PSY_OK)
		return status;
	e->source = block;
	e->width = model->features;
	for (size_t k = 0; k < e->width; k++)
		e->source[k] = (uint32_t) k;
	while (e->steps + 1 < model->ops &&
		   step_sources(model, psy_op_at(model, e->steps), e->source, e->source + widest))
		e->width = psy_op_at(model, e->steps++)->outputs;
	return PSY_OK;
}

/* Trees play with the vector's places: each must be a player of its own. */
static psy_status
check_players(const psy_explainer *e, uint8_t *met, psy_error *err)
{
	if (e->steps + 1 < e->model->ops)
		return psy_fail(err, PSY_UNSUPPORTED,
						"step %zu (%s) mixes features: no exact explanation of the original ones is known",
						e->steps + 1, psy_op_kind_of(psy_op_at(e->model, e->steps)->code)->name);
	for (size_t k = 0; k < e->width; k++)
	{
		if (met[e->source[k]])
			return psy_fail(
				err, PSY_UNSUPPORTED,
				"the steps make several numbers of one feature: no exact explanation by trees is known");
		met[e->source[k]] = 1;
	}
	return PSY_OK;
}

static psy_status
make_trees(const psy_context *ctx, psy_explainer *e, psy_error *err)
{
	void *met;
	psy_status status = psy_alloc(ctx, e->model->features, 1, &met, err);

	if (status != PSY_OK)
		return status;
	memset(met, 0, e->model->features);
	status = check_players(e, met, err);
	psy_release(ctx, met);
	return status != PSY_OK ? status : psy_tree_plan_make(ctx, e->model, e->op, &e->trees, err);
}

/* ---- all models ------------------------------------------------------------------------------ */

static psy_status
make_estimator(const psy_context *ctx, psy_explainer *e, psy_error *err)
{
	psy_status status;

	if (e->op->code == PSY_OP_ONNX && e->model->ops == 1)
		return psy_onnx_explainer_make(ctx, e->model, e->op, &e->onnx, err);
	if (e->op->code != PSY_OP_TREES && !psy_affine_estimator(e->model, e->op))
	{
		psy_fail(err, PSY_UNSUPPORTED, "models of the kind \"%s\" have no exact explanation here",
				 psy_op_kind_of(e->op->code)->name);
		return psy_hint(
			err, "Trees, linear and logistic models, and linear machines of two classes are explained.");
	}
	if ((status = follow_features(ctx, e, err)) != PSY_OK)
		return status;
	return e->op->code == PSY_OP_TREES ? make_trees(ctx, e, err)
									   : psy_affine_plan_make(ctx, e->model, e->steps, &e->affine, err);
}

psy_status
psy_explainer_make(const psy_context *ctx, const psy_model *model, psy_explainer **explainer, psy_error *err)
{
	void *made;
	psy_status status;

	*explainer = NULL;
	if ((status = psy_alloc(ctx, 1, sizeof **explainer, &made, err)) != PSY_OK)
		return status;
	*explainer = made;
	**explainer = (psy_explainer){.model = model, .op = psy_op_at(model, model->ops - 1)};
	if ((status = make_estimator(ctx, *explainer, err)) != PSY_OK)
	{
		psy_explainer_free(ctx, *explainer);
		*explainer = NULL;
	}
	return status;
}

void
psy_explainer_free(const psy_context *ctx, psy_explainer *explainer)
{
	if (explainer == NULL)
		return;
	psy_onnx_explainer_free(ctx, explainer->onnx);
	psy_tree_plan_free(ctx, explainer->trees);
	psy_release(ctx, explainer->affine);
	psy_release(ctx, explainer->source);
	psy_release(ctx, explainer);
}

psy_status
psy_explain_output(const psy_model *model, int label, size_t *output, double *sign, psy_error *err)
{
	const psy_op *op = psy_op_at(model, model->ops - 1);

	*output = 0;
	*sign = 1;
	if (model->task == PSY_REGRESSION)
		return PSY_OK;
	if (label < 0)
		label = psy_model_positive(model);
	if (label < 0)
	{
		psy_fail(err, PSY_DOMAIN, "the model has %u classes and none is named as the positive one",
				 model->classes);
		return psy_hint(err, "Name the class to be explained; model_classes lists them.");
	}
	if (op->outputs > 1)
		*output = (size_t) label;
	else if (psy_op_kind_of(op->code)->raw_favours != (size_t) label)
		*sign = -1;
	return PSY_OK;
}

size_t
psy_explain_workspace(const psy_explainer *explainer)
{
	if (explainer->onnx != NULL)
		return psy_model_workspace(explainer->model) + psy_onnx_explainer_workspace(explainer->onnx);
	return psy_model_workspace(explainer->model) + explainer->width +
		   (explainer->trees == NULL ? 0 : psy_tree_plan_workspace(explainer->trees));
}

double
psy_explain_base(const psy_explainer *explainer, size_t output)
{
	if (explainer->onnx != NULL)
		return psy_onnx_explainer_base(explainer->onnx, output);
	return explainer->trees != NULL ? psy_tree_plan_base(explainer->trees, output)
									: explainer->affine->base[output];
}

/* A missing value reaches gblinear alone, to which it is 0. */
static void
explain_affine(const psy_affine_plan *plan, size_t output, const double *vector, double *share)
{
	const double *slope = plan->slope + output * plan->width;

	for (size_t k = 0; k < plan->width; k++)
		share[k] = slope[k] * ((vector[k] == vector[k] ? vector[k] : 0) - plan->centre[k]);
}

static psy_status
finite_explanation(const psy_model *model, const double *phi, psy_error *err)
{
	if (psy_finite(phi, model->features))
		return PSY_OK;
	return psy_fail(err, PSY_DOMAIN, "the explanation is not finite: the features are too large for the model");
}

psy_status
psy_explain(const psy_explainer *explainer, size_t output, const double *features, double *workspace,
			double *phi, bool *missing, psy_error *err)
{
	const psy_model *model = explainer->model;
	double *share = workspace + psy_model_workspace(model);
	const double *vector;
	psy_status status =
		psy_model_transform(model, explainer->steps, features, workspace, &vector, missing, err);

	if (status != PSY_OK || *missing)
		return status;
	if (explainer->onnx != NULL)
	{
		if ((status = psy_onnx_explain(explainer->onnx, output, vector, share, phi, err)) != PSY_OK)
			return status;
		return finite_explanation(model, phi, err);
	}
	if (explainer->trees == NULL)
	{
		if (explainer->op->code != PSY_OP_GBLINEAR && !psy_finite(vector, explainer->width))
			return psy_fail(err, PSY_DOMAIN, "a missing value reaches a model that has no answer to it");
		explain_affine(explainer->affine, output, vector, share);
	}
	else if (!psy_tree_plan_explain(explainer->trees, output, vector, share + explainer->width, share))
		return psy_fail(err, PSY_DOMAIN, "a feature is too large for the float32 of these trees");
	memset(phi, 0, model->features * sizeof *phi);
	for (size_t k = 0; k < explainer->width; k++)
		phi[explainer->source[k]] += share[k];
	return finite_explanation(model, phi, err);
}
