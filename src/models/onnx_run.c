/*
 * onnx_run.c - runs the instructions of ONNX that work element by element or move elements; the table of all.
 *
 * psy_onnx_infer has seen every instruction before: shapes fit, and no output overlaps an input.
 */
#include "models/onnx_program.h"

#include "core/lanes.h"
#include "models/model_kernels.h"

#include <math.h>
#include <string.h>

/* Whole numbers up to here are exact. */
#define MOST_WHOLE 9007199254740992.0

static double
whole(double value)
{
	return fabs(value) <= MOST_WHOLE ? value : isnan(value) ? value : copysign(INFINITY, value);
}

static double
fit(uint32_t type, double value)
{
	return type == PSY_ONNX_INT ? whole(value) : psy_onnx_fit(type, value);
}

/* ---- element by element ---------------------------------------------------------------------- */

static double
unary(uint32_t how, double x, double alpha, double beta)
{
	switch (how)
	{
		case PSY_ONNX_ABS: return fabs(x);
		case PSY_ONNX_NEG: return -x;
		case PSY_ONNX_EXP: return exp(x);
		case PSY_ONNX_LOG: return log(x);
		case PSY_ONNX_SQRT: return sqrt(x);
		case PSY_ONNX_SIGN: return x > 0 ? 1 : x < 0 ? -1 : x;
		case PSY_ONNX_FLOOR: return floor(x);
		case PSY_ONNX_CEIL: return ceil(x);
		case PSY_ONNX_ROUND: return rint(x);
		case PSY_ONNX_RECIPROCAL: return 1 / x;
		case PSY_ONNX_RELU: return x < 0 ? 0 : x;
		case PSY_ONNX_LEAKY: return x < 0 ? alpha * x : x;
		case PSY_ONNX_ELU: return x < 0 ? alpha * expm1(x) : x;
		case PSY_ONNX_SELU: return x > 0 ? beta * x : beta * alpha * expm1(x);
		case PSY_ONNX_SIGMOID: return psy_expit(x);
		case PSY_ONNX_HARD_SIGMOID: return isnan(x) ? x : fmax(0, fmin(1, alpha * x + beta));
		case PSY_ONNX_TANH: return tanh(x);
		case PSY_ONNX_SOFTPLUS: return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
		case PSY_ONNX_SOFTSIGN: return x / (1 + fabs(x));
		case PSY_ONNX_ERF: return erf(x);
		case PSY_ONNX_GELU: return 0.5 * x * (1 + erf(x * 0.70710678118654752));
		case PSY_ONNX_NOT: return isnan(x) ? x : x == 0;
		case PSY_ONNX_IS_NAN: return isnan(x);
		case PSY_ONNX_BINARIZE: return isnan(x) ? x : x > alpha;
		default: return NAN;
	}
}

/* What networks do with float32 most of the time, without a decision an element; false for everything else. */
static PSY_CLONES bool
bend_floats(uint32_t how, const double *x, size_t count, double alpha, double *to)
{
	switch (how)
	{
		case PSY_ONNX_RELU:
			for (size_t k = 0; k < count; k++)
				to[k] = x[k] < 0 ? 0 : x[k];
			return true;
		case PSY_ONNX_LEAKY:
			for (size_t k = 0; k < count; k++)
				to[k] = (double) (float) (x[k] < 0 ? alpha * x[k] : x[k]);
			return true;
		default: return false;
	}
}

psy_onnx_fault
psy_onnx_run_unary(const psy_onnx_call *c)
{
	const double *x = psy_onnx_in(c, 0), none[2] = {0, 0}, *setting = c->i->ins == 2 ? psy_onnx_in(c, 1) : none;
	double *to = psy_onnx_out(c, 0);
	uint32_t type = psy_onnx_out_shape(c, 0)->type;
	size_t count = psy_onnx_count(psy_onnx_in_shape(c, 0));

	if (type == PSY_ONNX_FLOAT && bend_floats(c->i->how, x, count, setting[0], to))
		return PSY_ONNX_FINE;
	for (size_t k = 0; k < count; k++)
		to[k] = fit(type, unary(c->i->how, x[k], setting[0], setting[1]));
	return PSY_ONNX_FINE;
}

static double
quotient(uint32_t type, double a, double b)
{
	return type == PSY_ONNX_INT ? trunc(a / b) : a / b;
}

static double
floored_remainder(double a, double b)
{
	double r = fmod(a, b);

	return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

/* Comparisons and truth values: NaN in, NaN out. */
static double
relation(uint32_t how, double a, double b)
{
	if (isnan(a) || isnan(b))
		return NAN;
	switch (how)
	{
		case PSY_ONNX_LESS: return a < b;
		case PSY_ONNX_LESS_EQUAL: return a <= b;
		case PSY_ONNX_GREATER: return a > b;
		case PSY_ONNX_GREATER_EQUAL: return a >= b;
		case PSY_ONNX_EQUAL: return a == b;
		case PSY_ONNX_AND: return a != 0 && b != 0;
		case PSY_ONNX_OR: return a != 0 || b != 0;
		default: return (a != 0) != (b != 0);
	}
}

static double
binary(uint32_t how, uint32_t type, double a, double b)
{
	switch (how)
	{
		case PSY_ONNX_ADD: return a + b;
		case PSY_ONNX_SUB: return a - b;
		case PSY_ONNX_MUL: return a * b;
		case PSY_ONNX_DIV: return quotient(type, a, b);
		case PSY_ONNX_POW: return pow(a, b);
		case PSY_ONNX_MOD: return floored_remainder(a, b);
		case PSY_ONNX_FMOD: return fmod(a, b);
		case PSY_ONNX_MAX: return isnan(a) || isnan(b) ? NAN : a > b ? a : b;
		case PSY_ONNX_MIN: return isnan(a) || isnan(b) ? NAN : a < b ? a : b;
		case PSY_ONNX_PRELU: return a < 0 ? a * b : a;
		default: return relation(how, a, b);
	}
}

/* Walks a shape row by row: where the rows of up to three inputs begin. */
typedef struct walk
{
	const psy_onnx_shape *to;
	uint32_t at[PSY_ONNX_RANK];
	size_t stride[3][PSY_ONNX_RANK];
	size_t place[3];
	size_t columns;
	size_t step[3]; /* along a row */
} walk;

static walk
walk_of(const psy_onnx_call *c, const psy_onnx_shape *to, uint32_t ins)
{
	walk w = {.to = to, .columns = to->rank == 0 ? 1 : to->dim[to->rank - 1]};

	for (uint32_t k = 0; k < ins; k++)
	{
		psy_onnx_strides(psy_onnx_in_shape(c, k), to, w.stride[k]);
		w.step[k] = to->rank == 0 ? 0 : w.stride[k][to->rank - 1];
	}
	return w;
}

/* To the next row; false behind the last. */
static bool
walk_on(walk *w)
{
	for (uint32_t back = 2; back <= w->to->rank; back++)
	{
		uint32_t axis = w->to->rank - back;

		for (int k = 0; k < 3; k++)
			w->place[k] += w->stride[k][axis];
		if (++w->at[axis] < w->to->dim[axis])
			return true;
		for (int k = 0; k < 3; k++)
			w->place[k] -= w->stride[k][axis] * w->to->dim[axis];
		w->at[axis] = 0;
	}
	return false;
}

/* The four operations on rows of float32; a step of 0 takes one number for all.  False for everything else. */
static PSY_CLONES bool
join_floats(uint32_t how, const double *a, size_t step_a, const double *b, size_t step_b, size_t count, double *out)
{
	switch (how)
	{
		case PSY_ONNX_ADD:
			for (size_t k = 0; k < count; k++)
				out[k] = (double) (float) (a[k * step_a] + b[k * step_b]);
			return true;
		case PSY_ONNX_SUB:
			for (size_t k = 0; k < count; k++)
				out[k] = (double) (float) (a[k * step_a] - b[k * step_b]);
			return true;
		case PSY_ONNX_MUL:
			for (size_t k = 0; k < count; k++)
				out[k] = (double) (float) (a[k * step_a] * b[k * step_b]);
			return true;
		case PSY_ONNX_DIV:
			for (size_t k = 0; k < count; k++)
				out[k] = (double) (float) (a[k * step_a] / b[k * step_b]);
			return true;
		default: return false;
	}
}

psy_onnx_fault
psy_onnx_run_binary(const psy_onnx_call *c)
{
	const psy_onnx_shape *to = psy_onnx_out_shape(c, 0);
	const double *a = psy_onnx_in(c, 0), *b = psy_onnx_in(c, 1);
	double *out = psy_onnx_out(c, 0);
	walk w = walk_of(c, to, 2);

	do
	{
		if (to->type == PSY_ONNX_FLOAT && join_floats(c->i->how, a + w.place[0], w.step[0], b + w.place[1], w.step[1], w.columns, out))
		{
			out += w.columns;
			continue;
		}
		for (size_t k = 0; k < w.columns; k++)
			*out++ = fit(to->type, binary(c->i->how, to->type, a[w.place[0] + k * w.step[0]], b[w.place[1] + k * w.step[1]]));
	} while (walk_on(&w));
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_where(const psy_onnx_call *c)
{
	const double *condition = psy_onnx_in(c, 0), *a = psy_onnx_in(c, 1), *b = psy_onnx_in(c, 2);
	double *out = psy_onnx_out(c, 0);
	walk w = walk_of(c, psy_onnx_out_shape(c, 0), 3);

	do
	{
		for (size_t k = 0; k < w.columns; k++)
		{
			double chosen = condition[w.place[0] + k * w.step[0]];

			*out++ = isnan(chosen) ? NAN : chosen != 0 ? a[w.place[1] + k * w.step[1]] : b[w.place[2] + k * w.step[2]];
		}
	} while (walk_on(&w));
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_cast(const psy_onnx_call *c)
{
	const double *x = psy_onnx_in(c, 0);
	double *to = psy_onnx_out(c, 0);
	size_t count = psy_onnx_count(psy_onnx_in_shape(c, 0));

	for (size_t k = 0; k < count; k++)
		to[k] = c->i->how == PSY_ONNX_BOOL	? (isnan(x[k]) ? NAN : x[k] != 0)
				: c->i->how == PSY_ONNX_INT ? whole(trunc(x[k]))
											: psy_onnx_fit(c->i->how, x[k]);
	return PSY_ONNX_FINE;
}

/* ---- moving ---------------------------------------------------------------------------------- */

psy_onnx_fault
psy_onnx_run_strided(const psy_onnx_call *c)
{
	const uint32_t *word = psy_onnx_words(c);
	const double *x = psy_onnx_in(c, 0);
	double *out = psy_onnx_out(c, 0);
	const psy_onnx_shape *to = psy_onnx_out_shape(c, 0);
	uint32_t at[PSY_ONNX_RANK] = {0};
	size_t count = psy_onnx_count(to);
	int64_t place = word[0];

	for (size_t k = 0; k < count; k++)
	{
		out[k] = x[place];
		for (uint32_t axis = to->rank; axis-- > 0;)
		{
			int64_t stride = (int32_t) word[1 + to->rank + axis];

			place += stride;
			if (++at[axis] < to->dim[axis])
				break;
			place -= stride * to->dim[axis];
			at[axis] = 0;
		}
	}
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_concat(const psy_onnx_call *c)
{
	uint32_t axis = psy_onnx_words(c)[0];
	psy_onnx_around whole_out = psy_onnx_axes(psy_onnx_out_shape(c, 0), axis, axis + 1);
	size_t row = whole_out.n * whole_out.inner, before = 0;

	for (uint32_t k = 0; k < c->i->ins; k++)
	{
		psy_onnx_around part = psy_onnx_axes(psy_onnx_in_shape(c, k), axis, axis + 1);
		size_t length = part.n * part.inner;

		for (size_t o = 0; o < whole_out.outer; o++)
			memcpy(psy_onnx_out(c, 0) + o * row + before, psy_onnx_in(c, k) + o * length, length * sizeof(double));
		before += length;
	}
	return PSY_ONNX_FINE;
}

/* An index counted from either end; false when it is none.  NaN stays unknown: *unknown. */
static bool
index_of(double at, size_t n, size_t *index, bool *unknown)
{
	*unknown = isnan(at);
	if (*unknown)
		return true;
	if (!(at >= -(double) n && at < (double) n) || at != trunc(at))
		return false;
	*index = at < 0 ? (size_t) (at + (double) n) : (size_t) at;
	return true;
}

psy_onnx_fault
psy_onnx_run_gather(const psy_onnx_call *c)
{
	uint32_t axis = psy_onnx_words(c)[0];
	psy_onnx_around a = psy_onnx_axes(psy_onnx_in_shape(c, 0), axis, axis + 1);
	size_t indexes = psy_onnx_count(psy_onnx_in_shape(c, 1));
	const double *x = psy_onnx_in(c, 0), *at = psy_onnx_in(c, 1);
	double *out = psy_onnx_out(c, 0);

	for (size_t o = 0; o < a.outer; o++)
		for (size_t k = 0; k < indexes; k++, out += a.inner)
		{
			size_t index = 0;
			bool unknown;

			if (!index_of(at[k], a.n, &index, &unknown))
				return PSY_ONNX_NO_INDEX;
			for (size_t i = 0; i < a.inner; i++)
				out[i] = unknown ? NAN : x[(o * a.n + index) * a.inner + i];
		}
	return PSY_ONNX_FINE;
}

psy_onnx_fault
psy_onnx_run_pick(const psy_onnx_call *c)
{
	uint32_t axis = psy_onnx_words(c)[0];
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0), *to = psy_onnx_out_shape(c, 0);
	const double *from = psy_onnx_in(c, 0), *at = psy_onnx_in(c, 1);
	double *out = psy_onnx_out(c, 0);
	size_t count = psy_onnx_count(to);

	for (size_t k = 0; k < count; k++)
	{
		size_t rest = k, place = 0, step = 1, index = 0;
		bool unknown;

		if (!index_of(at[k], x->dim[axis], &index, &unknown))
			return PSY_ONNX_NO_INDEX;
		for (uint32_t d = to->rank; d-- > 0; rest /= to->dim[d], step *= x->dim[d])
			place += step * (d == axis ? index : rest % to->dim[d]);
		out[k] = unknown ? NAN : from[place];
	}
	return PSY_ONNX_FINE;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static const psy_onnx_runner runners[PSY_ONNX_CODES] = {
	[PSY_ONNX_UNARY] = psy_onnx_run_unary,         [PSY_ONNX_BINARY] = psy_onnx_run_binary,
	[PSY_ONNX_WHERE] = psy_onnx_run_where,         [PSY_ONNX_CAST] = psy_onnx_run_cast,
	[PSY_ONNX_STRIDED] = psy_onnx_run_strided,     [PSY_ONNX_CONCAT] = psy_onnx_run_concat,
	[PSY_ONNX_GATHER] = psy_onnx_run_gather,       [PSY_ONNX_PICK] = psy_onnx_run_pick,
	[PSY_ONNX_REDUCE] = psy_onnx_run_reduce,       [PSY_ONNX_SOFTMAX] = psy_onnx_run_softmax,
	[PSY_ONNX_DOT] = psy_onnx_run_dot,             [PSY_ONNX_AFFINE] = psy_onnx_run_affine,
	[PSY_ONNX_CONV] = psy_onnx_run_conv,           [PSY_ONNX_POOL] = psy_onnx_run_pool,
	[PSY_ONNX_TOPK] = psy_onnx_run_topk,           [PSY_ONNX_NORMALIZE] = psy_onnx_run_normalize,
	[PSY_ONNX_IMPUTE] = psy_onnx_run_impute,       [PSY_ONNX_ONE_HOT] = psy_onnx_run_one_hot,
	[PSY_ONNX_LOOKUP] = psy_onnx_run_lookup,       [PSY_ONNX_TREES] = psy_onnx_run_trees,
	[PSY_ONNX_DECIDE] = psy_onnx_run_decide,       [PSY_ONNX_SCORES] = psy_onnx_run_scores,
	[PSY_ONNX_KERNELS] = psy_onnx_run_kernels,     [PSY_ONNX_PAIRS] = psy_onnx_run_pairs,
	[PSY_ONNX_VOTE] = psy_onnx_run_vote,           [PSY_ONNX_COUPLE] = psy_onnx_run_couple};

psy_onnx_fault
psy_onnx_run(const psy_onnx_call *c)
{
	return runners[c->i->code](c);
}
