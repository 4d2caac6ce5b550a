/* effects.c - effect sizes of one study: psyrad.effect (yi, vi) from the summaries of two groups. */
#include "effects.h"

PG_FUNCTION_INFO_V1(effect_smd);

/* m, sd, n of a group from three consecutive arguments. */
static psy_group
group_argument(FunctionCallInfo fcinfo, int first)
{
	return (psy_group){PG_GETARG_FLOAT8(first), PG_GETARG_FLOAT8(first + 1), PG_GETARG_FLOAT8(first + 2)};
}

Datum
effect_datum(FunctionCallInfo fcinfo, psy_effect effect)
{
	Datum value[2];
	bool null[2];

	value[0] = metastat_number(effect.yi, &null[0]);
	value[1] = metastat_number(effect.vi, &null[1]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

bool
effect_numbers(FunctionCallInfo fcinfo, int count, double *value)
{
	for (int i = 0; i < count; i++)
		if (PG_ARGISNULL(i))
			return false;
	for (int i = 0; i < count; i++)
		value[i] = PG_GETARG_FLOAT8(i);
	return true;
}

static void
require_option(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
}

double
effect_number_option(FunctionCallInfo fcinfo, int argument, const char *name)
{
	require_option(fcinfo, argument, name);
	return PG_GETARG_FLOAT8(argument);
}

bool
effect_flag_option(FunctionCallInfo fcinfo, int argument, const char *name)
{
	require_option(fcinfo, argument, name);
	return PG_GETARG_BOOL(argument);
}

double
effect_nullable(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NAN : PG_GETARG_FLOAT8(argument);
}

/* Not strict, because average is NULL as a rule; a NULL among the six summaries gives NULL. */
Datum
effect_smd(PG_FUNCTION_ARGS)
{
	psy_group first, second;
	psy_smd_vtype vtype;
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_smd_vtype_parse(metastat_option(fcinfo, 6, "vtype"), &vtype, &err), &err);
	for (int i = 0; i < 6; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	first = group_argument(fcinfo, 0);
	second = group_argument(fcinfo, 3);
	PSYRAD_CHECK(
		psy_effect_smd(&first, &second, vtype, PG_ARGISNULL(7) ? NAN : PG_GETARG_FLOAT8(7), &effect, &err),
		&err);
	return effect_datum(fcinfo, effect);
}
