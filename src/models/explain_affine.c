/* explain_affine.c - see explain_affine.h. */
#include "models/explain_affine.h"

#include "models/model_kernels.h"
#include "models/svm.h"
#include "models/trees.h"

#include <string.h>

/* ---- estimators ------------------------------------------------------------------------------ */

/* A machine of several classes votes pair by pair: no class has a margin. */
static bool
svm_is_affine(const psy_model *model, const psy_op *op)
{
	const psy_svm_head *head = psy_at(model, op->data);

	return head->kernel == PSY_SVM_LINEAR && op->outputs == 1;
}

bool
psy_affine_estimator(const psy_model *model, const psy_op *op)
{
	switch (op->code)
	{
		case PSY_OP_LINEAR:
		case PSY_OP_LOGISTIC:
		case PSY_OP_CLASSIFIER:
		case PSY_OP_GBLINEAR: return true;
		case PSY_OP_SVM: return svm_is_affine(model, op);
		default: return false;
	}
}

/* XGBoost keeps a weight for each feature and output, in single precision. */
static double
read_gblinear(const psy_model *model, const psy_op *op, size_t output, double *coef)
{
	const psy_trees_head *head = psy_at(model, op->data);
	const double *base = (const double *) (head + 1), *weight = base + op->outputs;

	for (size_t k = 0; k < op->inputs; k++)
		coef[k] = (double) (float) weight[k * op->outputs + output];
	return (double) ((float) weight[(size_t) op->inputs * op->outputs + output] + (float) base[output]);
}

/* coef[inputs] of an output; returns its intercept. */
static double
read_row(const psy_model *model, const psy_op *op, size_t output, double *coef)
{
	const double *value = psy_at(model, op->data), *row;

	if (op->code == PSY_OP_GBLINEAR)
		return read_gblinear(model, op, output, coef);
	if (op->code == PSY_OP_SVM)
	{
		const psy_svm_head *head = psy_at(model, op->data);
		size_t classes = head->type == PSY_SVM_CLASSES ? model->classes : 0;

		value = (const double *) (head + 1);
		row = value + psy_svm_layout_of(head, classes, op->inputs).weight;
	}
	else
	{
		value += op->code == PSY_OP_CLASSIFIER; /* its kind of probability */
		row = value + op->outputs + output * op->inputs;
	}
	memcpy(coef, row, op->inputs * sizeof *coef);
	return value[output];
}

/* ---- means ----------------------------------------------------------------------------------- */

static psy_status
refuse_without_means(psy_error *err)
{
	psy_fail(
		err, PSY_UNSUPPORTED,
		"explaining a linear model needs the features' means in training, and this one does not have them");
	return psy_hint(err, "Add \"background\": [one mean a feature] to its psyrad-json, or standardise within "
						 "the model.");
}

/* A mean says nothing of how often each category was there, or a value missing. */
static bool
passes_means(const psy_op *op)
{
	return psy_op_kind_of(op->code)->elementwise || op->code == PSY_OP_SELECT ||
		   (op->code == PSY_OP_IMPUTE && op->outputs == op->inputs);
}

/* The means go through the steps; a step that takes them to 0 makes up for what came before it. */
static psy_status
find_centre(const psy_model *model, size_t steps, double *centre, double *scratch, psy_error *err)
{
	bool known = model->background.length > 0;

	if (known)
		memcpy(centre, psy_at(model, model->background), model->features * sizeof(double));
	for (size_t k = 0; k < steps; k++)
	{
		const psy_op *op = psy_op_at(model, k);
		const psy_op_kind *kind = psy_op_kind_of(op->code);

		known = known && passes_means(op);
		if (known)
		{
			memcpy(scratch, centre, op->inputs * sizeof(double));
			kind->apply(model, op, scratch, NULL, centre);
			known = psy_finite(centre, op->outputs);
		}
		else if (kind->centres)
		{
			memset(centre, 0, op->outputs * sizeof(double));
			known = true;
		}
	}
	return known ? PSY_OK : refuse_without_means(err);
}

/* ---- slopes ---------------------------------------------------------------------------------- */

/* slope[] of the margin in the estimator's inputs becomes its slope behind the first steps; other is scratch.
 */
static psy_status
pull_back(const psy_model *model, size_t steps, double *slope, double *other, psy_error *err)
{
	for (size_t k = model->ops - 1; k-- > steps;)
	{
		const psy_op *op = psy_op_at(model, k);
		const psy_op_kind *kind = psy_op_kind_of(op->code);

		if (kind->pull == NULL || !kind->pull(model, op, slope, other))
			return psy_fail(
				err, PSY_UNSUPPORTED,
				"step %zu (%s) mixes features: no exact explanation of the original ones is known", k + 1,
				kind->name);
		memcpy(slope, other, op->inputs * sizeof *slope);
	}
	return PSY_OK;
}

/* The margin where the vector is its centre: what the steps from there on and the estimator make of it. */
static psy_status
find_base(const psy_model *model, size_t steps, const psy_affine_plan *plan, double *workspace, double *row,
		  psy_error *err)
{
	const psy_op *op = psy_op_at(model, steps), *last = psy_op_at(model, model->ops - 1);
	size_t count = model->ops - 1 - steps, step, width = psy_chain_width(op, count, plan->width);
	const double *in = plan->centre;

	if (psy_chain_steps(model, op, count, width, &in, workspace, &step) != PSY_STOP_NONE)
		return psy_fail(err, PSY_DOMAIN, "the model's means are too large for its steps");
	for (size_t k = 0; k < last->outputs; k++)
	{
		double intercept = read_row(model, last, k, row);

		plan->base[k] = psy_dot(in, row, last->inputs) + intercept;
	}
	return PSY_OK;
}

static psy_status
fill_plan(const psy_model *model, size_t steps, const psy_affine_plan *plan, double *scratch, size_t widest,
		  psy_error *err)
{
	const psy_op *last = psy_op_at(model, model->ops - 1);
	psy_status status = find_centre(model, steps, scratch, scratch + widest, err);

	if (status != PSY_OK)
		return status;
	memcpy(plan->centre, scratch, plan->width * sizeof(double));
	for (size_t k = 0; k < last->outputs; k++)
	{
		read_row(model, last, k, scratch);
		if ((status = pull_back(model, steps, scratch, scratch + widest, err)) != PSY_OK)
			return status;
		memcpy(plan->slope + k * plan->width, scratch, plan->width * sizeof(double));
	}
	return find_base(model, steps, plan, scratch + widest, scratch, err);
}

static size_t
vector_width(const psy_model *model, size_t steps)
{
	return steps == 0 ? model->features : psy_op_at(model, steps - 1)->outputs;
}

psy_status
psy_affine_plan_make(const psy_context *ctx, const psy_model *model, size_t steps, psy_affine_plan **plan,
					 psy_error *err)
{
	const psy_op *first = psy_op_at(model, 0);
	size_t outputs = psy_op_at(model, model->ops - 1)->outputs, width = vector_width(model, steps);
	size_t widest = psy_chain_width(first, model->ops, model->features);
	void *made, *scratch;
	psy_status status;

	*plan = NULL;
	if ((status = psy_alloc(ctx, 1, sizeof **plan + (width + outputs * (width + 1)) * sizeof(double), &made,
							err)) != PSY_OK ||
		(status = psy_alloc(ctx, 2 * widest + psy_chain_workspace(model, first, model->ops, model->features),
							sizeof(double), &scratch, err)) != PSY_OK)
		return status;
	*plan = made;
	**plan = (psy_affine_plan){.width = width, .centre = (double *) (*plan + 1)};
	(*plan)->slope = (*plan)->centre + width;
	(*plan)->base = (*plan)->slope + outputs * width;
	status = fill_plan(model, steps, *plan, scratch, widest, err);
	psy_release(ctx, scratch);
	if (status != PSY_OK)
	{
		psy_release(ctx, made);
		*plan = NULL;
	}
	return status;
}
