/* explain.c - see explain.h: which models can be explained, affine ones, and the steps before the estimator.
 */
#include "models/explain.h"

#include "models/explain_trees.h"
#include "models/model_kernels.h"

#include <string.h>

struct psy_explainer
{
	const psy_model *model;
	const psy_op *op;     /* the estimator */
	psy_tree_plan *trees; /* NULL for affine ones */
	double *centre;       /* [inputs of the estimator]: what its inputs are on average; NULL for trees */
};

/* ---- affine models
 * ---------------------------------------------------------------------------------------------- */

static psy_status
refuse_without_means(psy_error *err)
{
	psy_fail(err, PSY_UNSUPPORTED,
			 "explaining a linear model needs the features' means in training, and this "
			 "one does not have them");
	return psy_hint(err, "Add \"background\": [one mean a feature] to its psyrad-json, or standardise within "
						 "the model.");
}

/* The means go through the steps; a step that takes them to 0 makes up for what came before it. */
static psy_status
find_centre(const psy_model *model, double *centre, double *workspace, psy_error *err)
{
	bool known = model->background.length > 0;

	if (known)
		memcpy(centre, psy_at(model, model->background), model->features * sizeof(double));
	for (size_t k = 0; k + 1 < model->ops; k++)
	{
		const psy_op *op = psy_op_at(model, k);
		const psy_op_kind *kind = psy_op_kind_of(op->code);

		if (known)
		{
			memcpy(workspace, centre, op->inputs * sizeof(double));
			kind->apply(model, op, workspace, NULL, centre);
		}
		else if (kind->centres)
		{
			memset(centre, 0, op->outputs * sizeof(double));
			known = true;
		}
	}
	return known ? PSY_OK : refuse_without_means(err);
}

static psy_status
make_affine(const psy_context *ctx, psy_explainer *e, psy_error *err)
{
	void *block;
	psy_status status = psy_alloc(ctx, (size_t) e->model->features * 2, sizeof(double), &block, err);

	if (status != PSY_OK)
		return status;
	e->centre = block;
	return find_centre(e->model, e->centre, e->centre + e->model->features, err);
}

/* coef[inputs] of an output, and its intercept. */
static const double *
row_of(const psy_explainer *e, size_t output, double *intercept)
{
	const double *data = psy_at(e->model, e->op->data);

	*intercept = data[output];
	return data + e->op->outputs + output * e->op->inputs;
}

static void
explain_affine(const psy_explainer *e, size_t output, const double *in, double *phi)
{
	double intercept;
	const double *coef = row_of(e, output, &intercept);

	for (size_t k = 0; k < e->op->inputs; k++)
		phi[k] = coef[k] * (in[k] - e->centre[k]);
}

/* ---- all models
 * ------------------------------------------------------------------------------------------------- */

/* Each feature must reach the estimator alone, in its own place. */
static psy_status
check_steps(const psy_model *model, psy_error *err)
{
	for (size_t k = 0; k + 1 < model->ops; k++)
	{
		const psy_op_kind *kind = psy_op_kind_of(psy_op_at(model, k)->code);

		if (!kind->elementwise)
			return psy_fail(
				err, PSY_UNSUPPORTED,
				"step %zu (%s) mixes features: no exact explanation of the original ones is known", k + 1,
				kind->name);
	}
	return PSY_OK;
}

static psy_status
make_estimator(const psy_context *ctx, psy_explainer *e, psy_error *err)
{
	switch (e->op->code)
	{
		case PSY_OP_TREES: return psy_tree_plan_make(ctx, e->model, e->op, &e->trees, err);
		case PSY_OP_LINEAR:
		case PSY_OP_LOGISTIC: return make_affine(ctx, e, err);
		default:
			psy_fail(err, PSY_UNSUPPORTED, "models of the kind \"%s\" have no exact explanation here",
					 psy_op_kind_of(e->op->code)->name);
			return psy_hint(err, "Trees, linear and logistic models are explained.");
	}
}

psy_status
psy_explainer_make(const psy_context *ctx, const psy_model *model, psy_explainer **explainer, psy_error *err)
{
	void *made;
	psy_status status;

	*explainer = NULL;
	if ((status = check_steps(model, err)) != PSY_OK ||
		(status = psy_alloc(ctx, 1, sizeof **explainer, &made, err)) != PSY_OK)
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
	psy_tree_plan_free(ctx, explainer->trees);
	psy_release(ctx, explainer->centre);
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
	return psy_model_workspace(explainer->model) +
		   (explainer->trees == NULL ? 0 : psy_tree_plan_workspace(explainer->trees));
}

double
psy_explain_base(const psy_explainer *explainer, size_t output)
{
	double intercept;
	const double *coef;

	if (explainer->trees != NULL)
		return psy_tree_plan_base(explainer->trees, output);
	coef = row_of(explainer, output, &intercept);
	return psy_dot(explainer->centre, coef, explainer->op->inputs) + intercept;
}

psy_status
psy_explain(const psy_explainer *explainer, size_t output, const double *features, double *workspace,
			double *phi, bool *missing, psy_error *err)
{
	const psy_model *model = explainer->model;
	const double *vector;
	psy_status status = psy_model_transform(model, features, workspace, &vector, missing, err);

	if (status != PSY_OK || *missing)
		return status;
	if (explainer->trees == NULL)
		explain_affine(explainer, output, vector, phi);
	else if (!psy_tree_plan_explain(explainer->trees, output, vector, workspace + psy_model_workspace(model),
									phi))
		return psy_fail(err, PSY_DOMAIN, "a feature is too large for the float32 of these trees");
	if (!psy_finite(phi, model->features))
		return psy_fail(err, PSY_DOMAIN,
						"the explanation is not finite: the features are too large for the model");
	return PSY_OK;
}
