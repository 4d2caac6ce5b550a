/*
 * effects_counts.c - effect sizes of counts: 2x2 tables and proportions, and the way back to proportions.
 *
 * None is strict: an option that is NULL is an error, a count that is NULL gives NULL.
 */
#include "effects.h"

#include "meta/effect_convert.h"
#include "meta/effect_table.h"

PG_FUNCTION_INFO_V1(effect_or);
PG_FUNCTION_INFO_V1(effect_rr);
PG_FUNCTION_INFO_V1(effect_peto);
PG_FUNCTION_INFO_V1(effect_as);
PG_FUNCTION_INFO_V1(effect_back_pas);
PG_FUNCTION_INFO_V1(effect_back_pft);
PG_FUNCTION_INFO_V1(table_from_or);

psy_add
effect_add_arguments(FunctionCallInfo fcinfo, int first)
{
	psy_add rule = {.add = effect_number_option(fcinfo, first, "add")};
	psy_error err;

	PSYRAD_CHECK(psy_add_to_parse(metastat_option(fcinfo, first + 1, "to"), &rule.to, &err), &err);
	if (rule.to != PSY_ADD_IF0ALL)
		return rule;
	if (PG_ARGISNULL(first + 2))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("to if0all needs any0: whether any study of the set has a zero"),
						errhint("Pass any0 => bool_or(0 IN (a, b, c, d)) OVER (), for example.")));
	rule.any0 = PG_GETARG_BOOL(first + 2);
	return rule;
}

/* a, b, c, d, add, to, any0, drop00 */
static Datum
table_effect(FunctionCallInfo fcinfo, psy_table_measure measure)
{
	psy_add rule = effect_add_arguments(fcinfo, 4);
	double v[4];
	psy_effect effect;
	psy_error err;

	rule.drop00 = effect_flag_option(fcinfo, 7, "drop00");
	if (!effect_numbers(fcinfo, 4, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_effect_table(&(psy_table){v[0], v[1], v[2], v[3]}, measure, &rule, &effect, &err), &err);
	return effect_datum(fcinfo, effect);
}

Datum
effect_or(PG_FUNCTION_ARGS)
{
	return table_effect(fcinfo, PSY_TABLE_OR);
}

Datum
effect_rr(PG_FUNCTION_ARGS)
{
	return table_effect(fcinfo, PSY_TABLE_RR);
}

Datum
effect_peto(PG_FUNCTION_ARGS)
{
	return table_effect(fcinfo, PSY_TABLE_PETO);
}

Datum
effect_as(PG_FUNCTION_ARGS)
{
	return table_effect(fcinfo, PSY_TABLE_AS);
}

/* ---- back to proportions and tables ---------------------------------------------------------- */

Datum
effect_back_pas(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(psy_back_pas(PG_GETARG_FLOAT8(0)));
}

Datum
effect_back_pft(PG_FUNCTION_ARGS)
{
	double n = PG_GETARG_FLOAT8(1);

	if (!(n > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("n is %g, but must be positive", n)));
	PG_RETURN_FLOAT8(psy_back_pft(PG_GETARG_FLOAT8(0), n));
}

Datum
table_from_or(PG_FUNCTION_ARGS)
{
	double cell[4];
	Datum value[4];
	bool null[4];
	psy_error err;

	PSYRAD_CHECK(psy_table_from_or(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2),
								   PG_GETARG_FLOAT8(3), cell, &err),
				 &err);
	for (int i = 0; i < 4; i++)
		value[i] = metastat_number(cell[i], &null[i]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}
