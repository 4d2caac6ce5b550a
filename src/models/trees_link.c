/*
 * trees_link.c - what becomes of the sums of trees, and of XGBoost's linear booster: probabilities, labels,
 * values.
 */
#include "models/trees.h"

#include "models/model_kernels.h"

#include <math.h>

psy_status
psy_link_check(const psy_model *model, const psy_op *op, const psy_trees_head *head, psy_error *err)
{
	bool fits = false;

	switch (head->link)
	{
		/* Several targets have their own values where the sums are the values. */
		case PSY_LINK_IDENTITY: fits = model->task == PSY_REGRESSION; break;
		case PSY_LINK_EXP:
		case PSY_LINK_SQUARE:
		case PSY_LINK_SOFTPLUS: fits = model->task == PSY_REGRESSION && op->outputs == 1; break;
		case PSY_LINK_LOGISTIC:
			fits = op->outputs == 1 && (model->task == PSY_REGRESSION || model->classes == 2);
			break;
		case PSY_LINK_STEP: fits = op->outputs == 1 && model->classes == 2; break;
		case PSY_LINK_SOFTMAX:
		case PSY_LINK_PROBABILITY:
		case PSY_LINK_EACH: fits = model->task == PSY_CLASSIFICATION && op->outputs == model->classes; break;
		default: break;
	}
	if (!fits)
		return psy_fail(err, PSY_FORMAT, "the link %u does not fit the task or the outputs", head->link);
	return PSY_OK;
}

/* XGBoost's own float32 sigmoid (src/common/math.h). */
static double
float_expit(float x)
{
	return (double) (1.0f / (expf(-x < 88.7f ? -x : 88.7f) + 1.0f + 1e-16f));
}

static double
logistic(const psy_trees_head *head, double raw)
{
	if (head->flags & PSY_TREES_FLOAT_SUMS)
		return float_expit((float) raw);
	return psy_expit(head->parameter * raw);
}

/* XGBoost's own float32 softmax: the sum alone is double. */
static void
float_softmax(const double *raw, size_t n, double most, double *proba)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++)
	{
		proba[k] = (double) expf((float) raw[k] - (float) most);
		sum += proba[k];
	}
	for (size_t k = 0; k < n; k++)
		proba[k] = (double) ((float) proba[k] / (float) sum);
}

static void
softmax(const psy_trees_head *head, const double *raw, size_t n, double *proba)
{
	double most = raw[0], sum = 0, slope = head->parameter;

	for (size_t k = 1; k < n; k++)
		if (raw[k] > most)
			most = raw[k];
	if (head->flags & PSY_TREES_FLOAT_SUMS)
	{
		float_softmax(raw, n, most, proba);
		return;
	}
	for (size_t k = 0; k < n; k++)
	{
		proba[k] = exp(slope * (raw[k] - most));
		sum += proba[k];
	}
	for (size_t k = 0; k < n; k++)
		proba[k] /= sum;
}

void
psy_link_proba(const psy_trees_head *head, uint32_t outputs, const double *raw, double *to)
{
	if (head->link == PSY_LINK_SOFTMAX)
		softmax(head, raw, outputs, to);
	else if (outputs == 1)
	{
		to[1] = head->link == PSY_LINK_STEP ? raw[0] > 0 : logistic(head, raw[0]);
		/* XGBoost's classes subtract in float32. */
		to[0] = head->flags & PSY_TREES_FLOAT_SUMS ? (double) (1.0f - (float) to[1]) : 1.0 - to[1];
	}
	else
		for (uint32_t k = 0; k < outputs; k++)
			to[k] = head->link == PSY_LINK_EACH ? logistic(head, raw[k]) : raw[k];
}

size_t
psy_link_label(const psy_trees_head *head, uint32_t outputs, const double *raw)
{
	size_t best = 0;

	if (outputs > 1)
	{
		for (uint32_t k = 1; k < outputs; k++)
			if (raw[k] > raw[best])
				best = k;
		return best;
	}
	if (head->flags & PSY_TREES_TIE_SECOND)
		return raw[0] >= 0;
	/* XGBoost decides by the probability, which float32 rounds to one half around 0. */
	if (head->link == PSY_LINK_LOGISTIC && (head->flags & PSY_TREES_FLOAT_SUMS))
		return logistic(head, raw[0]) > 0.5;
	return raw[0] > 0;
}

double
psy_link_value(const psy_trees_head *head, double raw)
{
	switch (head->link)
	{
		case PSY_LINK_EXP: return head->flags & PSY_TREES_FLOAT_SUMS ? (double) expf((float) raw) : exp(raw);
		case PSY_LINK_LOGISTIC: return logistic(head, raw);
		case PSY_LINK_SQUARE: return copysign(raw * raw, raw);
		case PSY_LINK_SOFTPLUS: return log1p(exp(raw));
		default: return raw;
	}
}

const char *
psy_link_name(uint32_t link)
{
	static const char *const name[] = {"",
									   "identity",
									   "exp",
									   "logistic",
									   "softmax",
									   "probabilities",
									   "logistic of each",
									   "signed square",
									   "softplus",
									   "step"};

	return name[link];
}
