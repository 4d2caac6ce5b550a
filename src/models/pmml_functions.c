/*
 * pmml_functions.c - the numeric functions of PMML 4.4 (Built-in functions), the links of regressions and the
 * activations of neural networks, by name.  Functions of texts are worked out by the compiler (pmml_text.c).
 *
 * An undefined result (the logarithm of a negative number, a division by zero) is missing: infinities, too,
 * become NaN, as PMML has no numbers for them.
 */
#include "models/pmml_program.h"

#include "models/model_kernels.h"
#include "stats/distribution.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/* ---- arithmetic ------------------------------------------------------------------------------ */

#define FUNCTION(name, expression)                                                                           \
	static double name(const double *x, uint32_t n)                                                          \
	{                                                                                                        \
		(void) n;                                                                                            \
		return expression;                                                                                   \
	}

FUNCTION(add, x[0] + x[1])
FUNCTION(subtract, x[0] - x[1])
FUNCTION(multiply, x[0] * x[1])
FUNCTION(divide, x[0] / x[1])
FUNCTION(float_add, (double) ((float) x[0] + (float) x[1]))
FUNCTION(float_subtract, (double) ((float) x[0] - (float) x[1]))
FUNCTION(float_multiply, (double) ((float) x[0] * (float) x[1]))
FUNCTION(float_divide, (double) ((float) x[0] / (float) x[1]))
FUNCTION(whole_divide, trunc(x[0] / x[1]))
FUNCTION(negate, -x[0])
FUNCTION(f_abs, fabs(x[0]))
FUNCTION(f_exp, exp(x[0]))
FUNCTION(f_expm1, expm1(x[0]))
FUNCTION(f_ln, log(x[0]))
FUNCTION(f_ln1p, log1p(x[0]))
FUNCTION(f_log10, log10(x[0]))
FUNCTION(f_sqrt, sqrt(x[0]))
FUNCTION(f_pow, pow(x[0], x[1]))
FUNCTION(f_threshold, x[0] > x[1] ? 1.0 : 0.0)
FUNCTION(f_floor, floor(x[0]))
FUNCTION(f_ceil, ceil(x[0]))
FUNCTION(f_round, floor(x[0] + 0.5))
FUNCTION(f_rint, rint(x[0]))
FUNCTION(f_modulo, x[0] - x[1] * floor(x[0] / x[1]))
FUNCTION(f_hypot, hypot(x[0], x[1]))
FUNCTION(f_sin, sin(x[0]))
FUNCTION(f_cos, cos(x[0]))
FUNCTION(f_tan, tan(x[0]))
FUNCTION(f_asin, asin(x[0]))
FUNCTION(f_acos, acos(x[0]))
FUNCTION(f_atan, atan(x[0]))
FUNCTION(f_atan2, atan2(x[0], x[1]))
FUNCTION(f_sinh, sinh(x[0]))
FUNCTION(f_cosh, cosh(x[0]))
FUNCTION(f_tanh, tanh(x[0]))
FUNCTION(f_erf, erf(x[0]))
FUNCTION(normal_cdf, x[2] > 0 ? psy_normal_p((x[0] - x[1]) / x[2], PSY_LOWER) : NAN)
FUNCTION(normal_pdf, x[2] > 0 ? exp(-0.5 * ((x[0] - x[1]) / x[2]) * ((x[0] - x[1]) / x[2])) / (x[2] * sqrt(2 * PI)) : NAN)
FUNCTION(normal_idf, x[2] > 0 && x[0] > 0 && x[0] < 1 ? x[1] + x[2] * psy_normal_quantile(x[0], PSY_LOWER) : NAN)
FUNCTION(std_normal_cdf, psy_normal_p(x[0], PSY_LOWER))
FUNCTION(std_normal_pdf, exp(-0.5 * x[0] * x[0]) / sqrt(2 * PI))
FUNCTION(std_normal_idf, x[0] > 0 && x[0] < 1 ? psy_normal_quantile(x[0], PSY_LOWER) : NAN)
FUNCTION(to_float, (double) (float) x[0])
FUNCTION(to_whole, trunc(x[0]))
FUNCTION(clamp, x[0] < x[1] ? x[1] : x[0] > x[2] ? x[2] : x[0])

/* Exponents of regressions are whole numbers, small and mostly 2: by multiplication, as producers do. */
FUNCTION(f_power, x[1] == 2 ? x[0] * x[0] : pow(x[0], x[1]))

/* ---- aggregates of arguments ----------------------------------------------------------------- */

static double
f_sum(const double *x, uint32_t n)
{
	double sum = 0;

	for (uint32_t k = 0; k < n; k++)
		sum += isnan(x[k]) ? 0 : x[k];
	return sum;
}

static double
float_sum(const double *x, uint32_t n)
{
	float sum = 0;

	for (uint32_t k = 0; k < n; k++)
		sum += isnan(x[k]) ? 0.0f : (float) x[k];
	return (double) sum;
}

static uint32_t
present(const double *x, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t k = 0; k < n; k++)
		count += !isnan(x[k]);
	return count;
}

static double
f_avg(const double *x, uint32_t n)
{
	return f_sum(x, n) / present(x, n);
}

static double
f_product(const double *x, uint32_t n)
{
	double product = 1;

	for (uint32_t k = 0; k < n; k++)
		product *= isnan(x[k]) ? 1 : x[k];
	return product;
}

static double
f_min(const double *x, uint32_t n)
{
	double least = NAN;

	for (uint32_t k = 0; k < n; k++)
		if (!(x[k] >= least) && !isnan(x[k]))
			least = x[k];
	return least;
}

static double
f_max(const double *x, uint32_t n)
{
	double most = NAN;

	for (uint32_t k = 0; k < n; k++)
		if (!(x[k] <= most) && !isnan(x[k]))
			most = x[k];
	return most;
}

/* The element of rank `rank` among those present, by counting: no memory, and few arguments. */
static double
ranked(const double *x, uint32_t n, uint32_t rank)
{
	for (uint32_t k = 0; k < n; k++)
	{
		uint32_t below = 0, equal = 0;

		for (uint32_t j = 0; j < n; j++)
		{
			below += x[j] < x[k];
			equal += x[j] == x[k];
		}
		if (!isnan(x[k]) && below <= rank && rank < below + equal)
			return x[k];
	}
	return NAN;
}

static double
f_median(const double *x, uint32_t n)
{
	uint32_t count = present(x, n);

	if (count == 0)
		return NAN;
	if (count % 2 == 1)
		return ranked(x, n, count / 2);
	return (ranked(x, n, count / 2 - 1) + ranked(x, n, count / 2)) / 2;
}

/* Values and weights take turns. */
static double
weighted_sum(const double *x, uint32_t n)
{
	double sum = 0;

	for (uint32_t k = 0; k + 1 < n; k += 2)
		sum += isnan(x[k]) ? 0 : x[k] * x[k + 1];
	return sum;
}

static double
weighted_average(const double *x, uint32_t n)
{
	double weight = 0;

	for (uint32_t k = 0; k + 1 < n; k += 2)
		weight += isnan(x[k]) ? 0 : x[k + 1];
	return weighted_sum(x, n) / weight;
}

/* The smallest value below or at which lies half of the weight; the mean of it and the next when exactly half does. */
static double
weighted_median(const double *x, uint32_t n)
{
	double total = 0, best = NAN, after = NAN;

	for (uint32_t k = 0; k + 1 < n; k += 2)
		total += isnan(x[k]) ? 0 : x[k + 1];
	for (uint32_t k = 0; k + 1 < n; k += 2)
	{
		double weight = 0;

		for (uint32_t j = 0; j + 1 < n; j += 2)
			weight += x[j] <= x[k] ? x[j + 1] : 0;
		if (weight == total / 2 && !isnan(x[k]))
			best = x[k];
		if (weight > total / 2 && !(x[k] >= after) && !isnan(x[k]))
			after = x[k];
	}
	return isnan(best) ? after : isnan(after) ? best : (best + after) / 2;
}

/* ---- truth ----------------------------------------------------------------------------------- */

FUNCTION(equal, x[0] == x[1])
FUNCTION(not_equal, x[0] != x[1])
FUNCTION(less, x[0] < x[1])
FUNCTION(less_equal, x[0] <= x[1])
FUNCTION(greater, x[0] > x[1])
FUNCTION(greater_equal, x[0] >= x[1])
FUNCTION(is_missing, isnan(x[0]))
FUNCTION(is_not_missing, !isnan(x[0]))
FUNCTION(f_not, x[0] == 0)

static double
f_and(const double *x, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++)
		if (x[k] == 0)
			return 0;
	return 1;
}

static double
f_or(const double *x, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++)
		if (x[k] != 0)
			return 1;
	return 0;
}

static double
is_in(const double *x, uint32_t n)
{
	for (uint32_t k = 1; k < n; k++)
		if (x[0] == x[k])
			return 1;
	return 0;
}

FUNCTION(is_not_in, 1 - is_in(x, n))

/* Three-valued logic of predicates: what is known to decide does, whatever is unknown. */
static double
sure_and(const double *x, uint32_t n)
{
	bool unknown = false;

	for (uint32_t k = 0; k < n; k++)
	{
		if (x[k] == 0)
			return 0;
		unknown |= isnan(x[k]);
	}
	return unknown ? NAN : 1;
}

static double
sure_or(const double *x, uint32_t n)
{
	bool unknown = false;

	for (uint32_t k = 0; k < n; k++)
	{
		if (x[k] == 1)
			return 1;
		unknown |= isnan(x[k]);
	}
	return unknown ? NAN : 0;
}

static double
sure_xor(const double *x, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t k = 0; k < n; k++)
	{
		if (isnan(x[k]))
			return NAN;
		count += x[k] != 0;
	}
	return count % 2;
}

/* The first predicate that is known. */
static double
surrogate(const double *x, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++)
		if (!isnan(x[k]))
			return x[k];
	return NAN;
}

/* ---- inverse links of regressions, activations of neurons ------------------------------------ */

FUNCTION(expit, psy_expit(x[0]))
/* As float arithmetic does it: the exponential rounded, then 1 / (1 + it). */
FUNCTION(float_expit, (double) (1.0f / (1.0f + (float) exp(-(double) (float) x[0]))))
FUNCTION(cloglog, -expm1(-exp(x[0])))
FUNCTION(loglog, exp(-exp(-x[0])))
FUNCTION(cauchit, 0.5 + atan(x[0]) / PI)
FUNCTION(logc, -expm1(x[0]))
FUNCTION(negbin, 1 / (x[1] * expm1(-x[0])))
FUNCTION(odds_power, x[1] == 0 ? psy_expit(x[0]) : 1 / (1 + pow(1 + x[1] * x[0], -1 / x[1])))
FUNCTION(power_link, x[1] == 0 ? exp(x[0]) : pow(x[0], 1 / x[1]))
FUNCTION(reciprocal, 1 / x[0])
FUNCTION(square, x[0] * x[0])
FUNCTION(gauss, exp(-x[0] * x[0]))
FUNCTION(elliott, x[0] / (1 + fabs(x[0])))
FUNCTION(arctan, 2 * atan(x[0]) / PI)
FUNCTION(rectifier, x[0] > 0 ? x[0] : x[1] * x[0])
/* x: sum of squared differences, width, fan-in, altitude (PMML, Neural Network: radialBasis). */
FUNCTION(radial_basis, exp(x[2] * log(x[3]) - x[0] / (2 * x[1] * x[1])))
FUNCTION(squared_difference, (x[0] - x[1]) * (x[0] - x[1]))

static const psy_pmml_function table[] = {
	{"+", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, add},
	{"-", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, subtract},
	{"*", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, multiply},
	{"/", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, divide},
	{"min", 1, PSY_PMML_MANY, PSY_PMML_IF_ALL, PSY_PMML_GIVES_NUMBER, f_min},
	{"max", 1, PSY_PMML_MANY, PSY_PMML_IF_ALL, PSY_PMML_GIVES_NUMBER, f_max},
	{"sum", 1, PSY_PMML_MANY, PSY_PMML_IF_ALL, PSY_PMML_GIVES_NUMBER, f_sum},
	{"avg", 1, PSY_PMML_MANY, PSY_PMML_IF_ALL, PSY_PMML_GIVES_NUMBER, f_avg},
	{"median", 1, PSY_PMML_MANY, PSY_PMML_IF_ALL, PSY_PMML_GIVES_NUMBER, f_median},
	{"product", 1, PSY_PMML_MANY, PSY_PMML_IF_ALL, PSY_PMML_GIVES_NUMBER, f_product},
	{"abs", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_abs},
	{"exp", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_exp},
	{"expm1", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_expm1},
	{"ln", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_ln},
	{"ln1p", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_ln1p},
	{"log10", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_log10},
	{"sqrt", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_sqrt},
	{"pow", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_pow},
	{"threshold", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_threshold},
	{"floor", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_floor},
	{"ceil", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_ceil},
	{"round", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_round},
	{"rint", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_rint},
	{"modulo", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_modulo},
	{"hypot", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_hypot},
	{"sin", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_sin},
	{"cos", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_cos},
	{"tan", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_tan},
	{"asin", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_asin},
	{"acos", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_acos},
	{"atan", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_atan},
	{"atan2", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_atan2},
	{"sinh", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_sinh},
	{"cosh", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_cosh},
	{"tanh", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_tanh},
	{"erf", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_erf},
	{"normalCDF", 3, 3, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, normal_cdf},
	{"normalPDF", 3, 3, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, normal_pdf},
	{"normalIDF", 3, 3, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, normal_idf},
	{"stdNormalCDF", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, std_normal_cdf},
	{"stdNormalPDF", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, std_normal_pdf},
	{"stdNormalIDF", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, std_normal_idf},
	{"equal", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, equal},
	{"notEqual", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, not_equal},
	{"lessThan", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, less},
	{"lessOrEqual", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, less_equal},
	{"greaterThan", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, greater},
	{"greaterOrEqual", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, greater_equal},
	{"isMissing", 1, 1, PSY_PMML_IT_KNOWS, PSY_PMML_GIVES_TRUTH, is_missing},
	{"isNotMissing", 1, 1, PSY_PMML_IT_KNOWS, PSY_PMML_GIVES_TRUTH, is_not_missing},
	{"isIn", 2, PSY_PMML_MANY, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, is_in},
	{"isNotIn", 2, PSY_PMML_MANY, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, is_not_in},
	{"and", 2, PSY_PMML_MANY, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, f_and},
	{"or", 2, PSY_PMML_MANY, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, f_or},
	{"not", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_TRUTH, f_not},
	{".and", 1, PSY_PMML_MANY, PSY_PMML_IT_KNOWS, PSY_PMML_GIVES_TRUTH, sure_and},
	{".or", 1, PSY_PMML_MANY, PSY_PMML_IT_KNOWS, PSY_PMML_GIVES_TRUTH, sure_or},
	{".xor", 1, PSY_PMML_MANY, PSY_PMML_IT_KNOWS, PSY_PMML_GIVES_TRUTH, sure_xor},
	{".surrogate", 1, PSY_PMML_MANY, PSY_PMML_IT_KNOWS, PSY_PMML_GIVES_TRUTH, surrogate},
	{".float", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, to_float},
	{".whole", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, to_whole},
	{".float+", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, float_add},
	{".float-", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, float_subtract},
	{".float*", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, float_multiply},
	{".float/", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, float_divide},
	{".float.sum", 1, PSY_PMML_MANY, PSY_PMML_IF_ALL, PSY_PMML_GIVES_NUMBER, float_sum},
	{".float.logit", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, float_expit},
	{".whole/", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, whole_divide},
	{".negate", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, negate},
	{".clamp", 3, 3, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, clamp},
	{".power", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, f_power},
	{".weighted.sum", 2, PSY_PMML_MANY, PSY_PMML_IT_KNOWS, PSY_PMML_GIVES_NUMBER, weighted_sum},
	{".weighted.average", 2, PSY_PMML_MANY, PSY_PMML_IT_KNOWS, PSY_PMML_GIVES_NUMBER, weighted_average},
	{".weighted.median", 2, PSY_PMML_MANY, PSY_PMML_IT_KNOWS, PSY_PMML_GIVES_NUMBER, weighted_median},
	{".logit", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, expit},
	{".cloglog", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, cloglog},
	{".loglog", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, loglog},
	{".cauchit", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, cauchit},
	{".logc", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, logc},
	{".negbin", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, negbin},
	{".oddspower", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, odds_power},
	{".powerlink", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, power_link},
	{".reciprocal", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, reciprocal},
	{".square", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, square},
	{".gauss", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, gauss},
	{".elliott", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, elliott},
	{".arctan", 1, 1, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, arctan},
	{".rectifier", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, rectifier},
	{".radialbasis", 4, 4, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, radial_basis},
	{".squaredifference", 2, 2, PSY_PMML_IF_ANY, PSY_PMML_GIVES_NUMBER, squared_difference},
};

#define FUNCTIONS (sizeof table / sizeof table[0])

int
psy_pmml_function_named(const char *name)
{
	for (size_t k = 0; k < FUNCTIONS; k++)
		if (strcmp(table[k].name, name) == 0)
			return (int) k;
	return -1;
}

const psy_pmml_function *
psy_pmml_function_at(uint32_t number)
{
	return number < FUNCTIONS ? &table[number] : NULL;
}

double
psy_pmml_call(uint32_t number, const double *x, uint32_t n)
{
	const psy_pmml_function *f = &table[number];
	uint32_t count;
	double result;

	if (f->missing != PSY_PMML_IT_KNOWS)
	{
		count = present(x, n);
		if (count == 0 || (f->missing == PSY_PMML_IF_ANY && count < n))
			return NAN;
	}
	result = f->call(x, n);
	return isinf(result) ? NAN : result;
}
