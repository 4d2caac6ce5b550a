/*
 * op_elementwise.c - steps that are one function of each value, and the one that divides a row by its norm.
 *
 *   {"kind": "function", "name": "log1p"}                      a function by name; "binarize" takes
 * "threshold"
 *   {"kind": "power", "method": "yeo-johnson", "lambda": [...]} scikit-learn's PowerTransformer before it
 * scales
 *   {"kind": "normalize", "norm": "l2"}                        scikit-learn's Normalizer
 *
 * A value outside the function's domain (the logarithm of a negative number) makes the output infinite, which
 * refuses the row.  Data: function and normalize: the code and the threshold; power: the code,
 * lambda[inputs].
 */
#include "models/model_json.h"

#include "models/model_kernels.h"

#include <float.h>
#include <math.h>

typedef enum function_code
{
	FUNCTION_ABS,
	FUNCTION_BINARIZE,
	FUNCTION_CBRT,
	FUNCTION_EXP,
	FUNCTION_EXPM1,
	FUNCTION_IDENTITY,
	FUNCTION_LOG,
	FUNCTION_LOG10,
	FUNCTION_LOG1P,
	FUNCTION_LOG2,
	FUNCTION_LOGISTIC,
	FUNCTION_RECIPROCAL,
	FUNCTION_SIGN,
	FUNCTION_SQRT,
	FUNCTION_SQUARE,
	FUNCTION_TANH,
	FUNCTIONS
} function_code;

static const char *const function_name[] = {"abs",  "binarize", "cbrt",   "exp",  "expm1",    "identity",
											"log",  "log10",    "log1p",  "log2", "logistic", "reciprocal",
											"sign", "sqrt",     "square", "tanh", NULL};

static const char *const method_name[] = {"yeo-johnson", "box-cox", NULL};
static const char *const norm_name[] = {"l1", "l2", "max", NULL};

enum
{
	YEO_JOHNSON,
	BOX_COX
};

enum
{
	NORM_L1,
	NORM_L2,
	NORM_MAX
};

/* ---- compiling ------------------------------------------------------------------------------- */

/* A code, then `values` doubles, of which the first is the parameter of functions. */
static psy_status
reserve(psy_compiler *c, psy_op *op, int code, size_t values, double **to)
{
	psy_status status = psy_builder_reserve(&c->builder, values + 1, sizeof(double), &op->data);

	if (status != PSY_OK)
		return status;
	op->outputs = op->inputs;
	*to = psy_builder_at(&c->builder, op->data);
	*(*to)++ = code;
	return PSY_OK;
}

static psy_status
compile_function(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "name", "threshold", NULL};
	const psy_json_node *threshold = psy_json_member(c->json, node, "threshold");
	double *to;
	int code;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_choice(c, node, "name", function_name, -1, &code)) != PSY_OK ||
		(status = reserve(c, op, code, 1, &to)) != PSY_OK)
		return status;
	if (threshold != NULL && code != FUNCTION_BINARIZE)
		return psy_json_fail(c->json, threshold, PSY_FORMAT, c->err, "a threshold is for binarize alone");
	return code != FUNCTION_BINARIZE ? PSY_OK
									 : psy_json_setting(c, node, "threshold", -DBL_MAX, DBL_MAX, NAN, to);
}

static psy_status
compile_power(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "method", "lambda", NULL};
	double *to;
	int code;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_choice(c, node, "method", method_name, -1, &code)) != PSY_OK ||
		(status = reserve(c, op, code, c->width, &to)) != PSY_OK)
		return status;
	return psy_json_vector(c, node, "lambda", c->width, to);
}

static psy_status
compile_normalize(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "norm", NULL};
	double *to;
	int code;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_choice(c, node, "norm", norm_name, -1, &code)) != PSY_OK)
		return status;
	return reserve(c, op, code, 1, &to);
}

/* ---- checking -------------------------------------------------------------------------------- */

static psy_status
check(const psy_model *model, const psy_op *op, size_t values, int codes, const char *name, psy_error *err)
{
	const double *value = psy_at(model, op->data);

	if (op->outputs != op->inputs || op->data.length != (values + 1) * sizeof(double))
		return psy_fail(err, PSY_FORMAT, "%s: its sizes do not fit", name);
	if (!psy_all_finite(value, values + 1) || !(value[0] >= 0 && value[0] < codes) ||
		value[0] != floor(value[0]))
		return psy_fail(err, PSY_FORMAT, "%s: a number is not sound", name);
	return PSY_OK;
}

static psy_status
check_function(const psy_model *model, const psy_op *op, psy_error *err)
{
	return check(model, op, 1, FUNCTIONS, "function", err);
}

static psy_status
check_power(const psy_model *model, const psy_op *op, psy_error *err)
{
	return check(model, op, op->inputs, 2, "power", err);
}

static psy_status
check_normalize(const psy_model *model, const psy_op *op, psy_error *err)
{
	return check(model, op, 1, 3, "normalize", err);
}

/* ---- scoring --------------------------------------------------------------------------------- */

static double
value_of(function_code code, double threshold, double x)
{
	switch (code)
	{
		case FUNCTION_ABS: return fabs(x);
		case FUNCTION_BINARIZE: return x > threshold;
		case FUNCTION_CBRT: return cbrt(x);
		case FUNCTION_EXP: return exp(x);
		case FUNCTION_EXPM1: return expm1(x);
		case FUNCTION_IDENTITY: return x;
		case FUNCTION_LOG: return log(x);
		case FUNCTION_LOG10: return log10(x);
		case FUNCTION_LOG1P: return log1p(x);
		case FUNCTION_LOG2: return log2(x);
		case FUNCTION_LOGISTIC: return psy_expit(x);
		case FUNCTION_RECIPROCAL: return 1 / x;
		case FUNCTION_SIGN: return (x > 0) - (x < 0);
		case FUNCTION_SQRT: return sqrt(x);
		case FUNCTION_SQUARE: return x * x;
		case FUNCTION_TANH: return tanh(x);
		case FUNCTIONS: break;
	}
	return NAN;
}

static void
apply_function(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *value = psy_at(model, op->data);

	(void) workspace;
	for (size_t k = 0; k < op->inputs; k++)
	{
		double y = in[k] != in[k] ? NAN : value_of((function_code) value[0], value[1], in[k]);

		out[k] = y != y && in[k] == in[k] ? INFINITY : y;
	}
}

/* Yeo & Johnson 2000, Biometrika 87:954, as scikit-learn computes it. */
static double
yeo_johnson(double x, double lambda)
{
	if (x >= 0)
		return fabs(lambda) < DBL_EPSILON ? log1p(x) : (pow(x + 1, lambda) - 1) / lambda;
	return fabs(lambda - 2) > DBL_EPSILON ? -(pow(-x + 1, 2 - lambda) - 1) / (2 - lambda) : -log1p(-x);
}

/* Box & Cox 1964, as scipy.special.boxcox computes it. */
static double
box_cox(double x, double lambda)
{
	if (!(x > 0))
		return INFINITY;
	return fabs(lambda) < 1e-19 ? log(x) : expm1(lambda * log(x)) / lambda;
}

static void
apply_power(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *value = psy_at(model, op->data), *lambda = value + 1;

	(void) workspace;
	for (size_t k = 0; k < op->inputs; k++)
		out[k] = in[k] != in[k]            ? NAN
				 : value[0] == YEO_JOHNSON ? yeo_johnson(in[k], lambda[k])
										   : box_cox(in[k], lambda[k]);
}

static double
norm_of(int norm, const double *x, size_t n)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++)
		if (norm == NORM_MAX)
			sum = fabs(x[k]) > sum ? fabs(x[k]) : sum;
		else
			sum += norm == NORM_L1 ? fabs(x[k]) : x[k] * x[k];
	return norm == NORM_L2 ? sqrt(sum) : sum;
}

static void
apply_normalize(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const double *value = psy_at(model, op->data);
	double norm = norm_of((int) value[0], in, op->inputs);

	(void) workspace;
	/* scikit-learn takes what is below 10 eps for a row of zeros. */
	if (norm < 10 * DBL_EPSILON)
		norm = 1;
	for (size_t k = 0; k < op->inputs; k++)
		out[k] = in[k] / norm;
}

/* ---- facts ----------------------------------------------------------------------------------- */

static size_t
fact_of(const psy_model *model, const psy_op *op, const char *key, const char *const *name, psy_fact *fact)
{
	*fact = (psy_fact){.key = key, .text = name[(size_t) ((const double *) psy_at(model, op->data))[0]]};
	return 1;
}

static size_t
facts_function(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	return fact_of(model, op, "name", function_name, fact);
}

static size_t
facts_power(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	return fact_of(model, op, "method", method_name, fact);
}

static size_t
facts_normalize(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	return fact_of(model, op, "norm", norm_name, fact);
}

const psy_op_kind psy_op_function = {.name = "function",
									 .code = PSY_OP_FUNCTION,
									 .passes_missing = true,
									 .elementwise = true,
									 .refusal = "a value lies outside the function's domain",
									 .compile = compile_function,
									 .check = check_function,
									 .apply = apply_function,
									 .facts = facts_function};

const psy_op_kind psy_op_power = {.name = "power",
								  .code = PSY_OP_POWER,
								  .passes_missing = true,
								  .elementwise = true,
								  .refusal =
									  "a value lies outside the transformation's domain (Box-Cox: above 0)",
								  .compile = compile_power,
								  .check = check_power,
								  .apply = apply_power,
								  .facts = facts_power};

const psy_op_kind psy_op_normalize = {.name = "normalize",
									  .code = PSY_OP_NORMALIZE,
									  .compile = compile_normalize,
									  .check = check_normalize,
									  .apply = apply_normalize,
									  .facts = facts_normalize};
