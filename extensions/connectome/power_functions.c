/*
 * power_functions.c - power_*, sample_size_* and detectable_*: arguments to a design, the answer or NULL.
 *
 * All arguments but those asked for have defaults, which stand in sql/power.sql.
 */
#include "common.h"

#include "stats/power.h"

#include <math.h>

/* Where the arguments of a function stand; -1 for those it does not have. */
typedef struct arguments
{
	psy_power_test test;
	int effect, n, power, n2, type, covariates, alternative, alpha, tests, correction, effects;
} arguments;

static double
number(FunctionCallInfo fcinfo, int at, double otherwise, const char *name)
{
	double value;

	if (at < 0 || PG_ARGISNULL(at))
	{
		if (at >= 0 && !isnan(otherwise))
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
		return otherwise;
	}
	value = PG_GETARG_FLOAT8(at);
	if (!isfinite(value))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s is %g; a finite number expected", name, value)));
	return value;
}

static char *
word(FunctionCallInfo fcinfo, int at, const char *name)
{
	if (PG_ARGISNULL(at))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	return psyrad_cstring_arg(fcinfo, at);
}

static psy_power_design
design_of(FunctionCallInfo fcinfo, const arguments *at)
{
	psy_power_design d = {.test = at->test};
	psy_error err;

	if (at->type >= 0)
		PSYRAD_CHECK(psy_power_type_parse(word(fcinfo, at->type, "type"), &d.test, &err), &err);
	PSYRAD_CHECK(
		psy_power_alternative_parse(word(fcinfo, at->alternative, "alternative"), &d.alternative, &err),
		&err);
	PSYRAD_CHECK(psy_power_correction_parse(word(fcinfo, at->correction, "correction"), &d.correction, &err),
				 &err);
	d.effect = number(fcinfo, at->effect, 0, at->test == PSY_POWER_CORRELATION ? "r" : "d");
	d.n = number(fcinfo, at->n, 0, "n");
	d.n2 = number(fcinfo, at->n2, NAN, "n2");
	d.covariates = number(fcinfo, at->covariates, 0, "covariates");
	d.alpha = number(fcinfo, at->alpha, 0, "alpha");
	d.tests = number(fcinfo, at->tests, 1, "tests");
	d.effects = number(fcinfo, at->effects, NAN, "effects");
	PSYRAD_CHECK(psy_power_check(&d, &err), &err);
	if (at->n >= 0 && !(d.n >= 1 && d.n <= PSY_POWER_MOST_N))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("n is %g; 1 to 10000000 expected", d.n)));
	if (!isnan(d.n2) && (!(d.n2 >= 1 && d.n2 <= PSY_POWER_MOST_N) || d.test != PSY_POWER_TWO_SAMPLE))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						d.test == PSY_POWER_TWO_SAMPLE ? errmsg("n2 is %g; 1 to 10000000 expected", d.n2)
													   : errmsg("n2 is given, but type is not two-sample")));
	if (at->test == PSY_POWER_CORRELATION && !(fabs(d.effect) < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("r is %g; between -1 and 1 expected", d.effect)));
	return d;
}

static double
power_arg(FunctionCallInfo fcinfo, int at)
{
	double power = number(fcinfo, at, 0, "power");

	if (!(power > 0 && power < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("power is %g; between 0 and 1 expected", power)));
	return power;
}

static Datum
answer(FunctionCallInfo fcinfo, double value)
{
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

/* An n that nobody has is no answer: too small an effect, or one in the direction that is not looked at. */
static Datum
sample_size(FunctionCallInfo fcinfo, const arguments *at)
{
	psy_power_design d = design_of(fcinfo, at);
	double n = psy_power_sample_size(&d, power_arg(fcinfo, at->power));

	if (isnan(n))
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) n);
}

PG_FUNCTION_INFO_V1(power_ttest);
Datum
power_ttest(PG_FUNCTION_ARGS)
{
	static const arguments at = {
		PSY_POWER_TWO_SAMPLE, .effect = 0,      .n = 1,     .power = -1, .n2 = 2,         .type = 3,
		.covariates = -1,     .alternative = 4, .alpha = 5, .tests = 6,  .correction = 7, .effects = 8};
	psy_power_design d = design_of(fcinfo, &at);

	return answer(fcinfo, psy_power(&d));
}

PG_FUNCTION_INFO_V1(sample_size_ttest);
Datum
sample_size_ttest(PG_FUNCTION_ARGS)
{
	static const arguments at = {
		PSY_POWER_TWO_SAMPLE, .effect = 0,      .n = -1,    .power = 1, .n2 = -1,        .type = 2,
		.covariates = -1,     .alternative = 3, .alpha = 4, .tests = 5, .correction = 6, .effects = 7};

	return sample_size(fcinfo, &at);
}

PG_FUNCTION_INFO_V1(detectable_ttest);
Datum
detectable_ttest(PG_FUNCTION_ARGS)
{
	static const arguments at = {
		PSY_POWER_TWO_SAMPLE, .effect = -1,     .n = 0,     .power = 1, .n2 = 2,         .type = 3,
		.covariates = -1,     .alternative = 4, .alpha = 5, .tests = 6, .correction = 7, .effects = 8};
	psy_power_design d = design_of(fcinfo, &at);

	return answer(fcinfo, psy_power_detectable(&d, power_arg(fcinfo, at.power)));
}

PG_FUNCTION_INFO_V1(power_corr);
Datum
power_corr(PG_FUNCTION_ARGS)
{
	static const arguments at = {
		PSY_POWER_CORRELATION, .effect = 0,      .n = 1,     .power = -1, .n2 = -1,        .type = -1,
		.covariates = 2,       .alternative = 3, .alpha = 4, .tests = 5,  .correction = 6, .effects = 7};
	psy_power_design d = design_of(fcinfo, &at);

	return answer(fcinfo, psy_power(&d));
}

PG_FUNCTION_INFO_V1(sample_size_corr);
Datum
sample_size_corr(PG_FUNCTION_ARGS)
{
	static const arguments at = {
		PSY_POWER_CORRELATION, .effect = 0,      .n = -1,    .power = 1, .n2 = -1,        .type = -1,
		.covariates = 2,       .alternative = 3, .alpha = 4, .tests = 5, .correction = 6, .effects = 7};

	return sample_size(fcinfo, &at);
}

PG_FUNCTION_INFO_V1(detectable_corr);
Datum
detectable_corr(PG_FUNCTION_ARGS)
{
	static const arguments at = {
		PSY_POWER_CORRELATION, .effect = -1,     .n = 0,     .power = 1, .n2 = -1,        .type = -1,
		.covariates = 2,       .alternative = 3, .alpha = 4, .tests = 5, .correction = 6, .effects = 7};
	psy_power_design d = design_of(fcinfo, &at);

	return answer(fcinfo, psy_power_detectable(&d, power_arg(fcinfo, at.power)));
}
