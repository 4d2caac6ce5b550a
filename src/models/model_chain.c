/*
 * model_chain.c - running and checking chains of operators: the model's own pipeline, and those that
 * operators hold (branches of "parallel", the estimator of "predict").
 *
 * An operator says that it has no answer to a row by giving an infinity: features are finite, so that only a
 * refusal or an overflow can be one.  The chain stops there, and a chain that holds it passes the stop on.
 */
#include "models/model_kernels.h"
#include "models/model_op.h"

#include <math.h>
#include <string.h>

size_t
psy_chain_width(const psy_op *op, size_t count, size_t inputs)
{
	size_t most = inputs;

	for (size_t k = 0; k < count; k++)
		if (op[k].outputs > most)
			most = op[k].outputs;
	return most;
}

size_t
psy_chain_workspace(const psy_model *model, const psy_op *op, size_t count, size_t inputs)
{
	size_t most = 0;

	for (size_t k = 0; k < count; k++)
	{
		const psy_op_kind *kind = psy_op_kind_of(op[k].code);
		size_t need = kind->workspace == NULL ? 0 : kind->workspace(model, op + k);

		if (need > most)
			most = need;
	}
	return 2 * psy_chain_width(op, count, inputs) + most;
}

static bool
has_infinity(const double *value, size_t count)
{
	for (size_t k = 0; k < count; k++)
		if (isinf(value[k]))
			return true;
	return false;
}

psy_stop
psy_chain_steps(const psy_model *model, const psy_op *op, size_t count, size_t width, const double **in,
				double *workspace, size_t *step)
{
	bool finite = count == 0 || psy_finite(*in, op[0].inputs);

	for (size_t k = 0; k < count; k++)
	{
		const psy_op_kind *kind = psy_op_kind_of(op[k].code);
		double *out = workspace + k % 2 * width;

		*step = k;
		if (!finite && !kind->takes_missing && !kind->passes_missing)
			return PSY_STOP_MISSING;
		kind->apply(model, op + k, *in, workspace + 2 * width, out);
		finite = psy_finite(out, op[k].outputs);
		if (!finite && has_infinity(out, op[k].outputs))
			return PSY_STOP_REFUSED;
		*in = out;
	}
	return PSY_STOP_NONE;
}

psy_stop
psy_chain_run(const psy_model *model, const psy_op *op, size_t count, const double *in, size_t inputs,
			  double *workspace, double *out)
{
	size_t width = psy_chain_width(op, count, inputs), outputs = count == 0 ? inputs : op[count - 1].outputs,
		   step;
	psy_stop stop = psy_chain_steps(model, op, count, width, &in, workspace, &step);

	if (stop == PSY_STOP_NONE)
		memcpy(out, in, outputs * sizeof(double));
	return stop;
}

/* One operator within another; *place moves behind its data. */
static psy_status
check_one(const psy_model *model, const psy_op *parent, const psy_op *op, bool estimates, uint64_t *place,
		  psy_error *err)
{
	const psy_op_kind *kind = psy_op_kind_of(op->code);
	uint64_t end = (uint64_t) parent->data.offset + parent->data.length;

	if (kind == NULL || psy_op_estimates(op->code) != estimates)
		return psy_fail(err, PSY_FORMAT, "an operator of an unfit kind, %u, within another", op->code);
	if (op->level != parent->level + 1 || op->level > PSY_MODEL_MOST_LEVELS)
		return psy_fail(err, PSY_FORMAT, "operators within operators, deeper than %d levels",
						PSY_MODEL_MOST_LEVELS);
	if (op->data.offset % 8 != 0 || op->data.offset < *place ||
		(uint64_t) op->data.offset + op->data.length > end)
		return psy_fail(err, PSY_FORMAT, "the data of \"%s\" within another operator are misplaced",
						kind->name);
	*place = (uint64_t) op->data.offset + op->data.length;
	return kind->check(model, op, err);
}

psy_status
psy_chain_check(const psy_model *model, const psy_op *parent, const psy_op *op, size_t count, size_t inputs,
				bool estimator, uint64_t *place, psy_error *err)
{
	psy_status status = PSY_OK;

	for (size_t k = 0; status == PSY_OK && k < count; k++)
	{
		if (op[k].inputs != inputs || op[k].outputs == 0)
			return psy_fail(err, PSY_FORMAT, "an operator within another reads %u values of %zu",
							op[k].inputs, inputs);
		status = check_one(model, parent, op + k, estimator && k == count - 1, place, err);
		inputs = op[k].outputs;
	}
	return status;
}
