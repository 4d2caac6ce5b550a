/*
 * reference.c - reference_sd: an instrument's pooled standard deviation, an aggregate over an array of four sums, which is flat
 * and mergeable as it is.
 */
#include "metastat.h"

#include "catalog/pg_type.h"
#include "meta/reference_sd.h"
#include "utils/array.h"

PG_FUNCTION_INFO_V1(reference_sd_accumulate);
PG_FUNCTION_INFO_V1(reference_sd_combine);
PG_FUNCTION_INFO_V1(reference_sd_finish);

#define SUMS 4

static psy_reference_sd
sums_argument(FunctionCallInfo fcinfo, int argument)
{
	psy_reference_sd sums;
	ArrayType *array;
	psy_error err;

	if (PG_ARGISNULL(argument))
		return (psy_reference_sd){0};
	array = PG_GETARG_ARRAYTYPE_P(argument);
	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != SUMS || ARR_HASNULL(array))
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid state of reference_sd"),
						errdetail("Expected an array of %d numbers.", SUMS)));
	memcpy(&sums, ARR_DATA_PTR(array), sizeof sums);
	PSYRAD_CHECK(psy_reference_sd_check(&sums, &err), &err);
	return sums;
}

static Datum
sums_datum(const psy_reference_sd *sums)
{
	double value[SUMS];
	Datum element[SUMS];

	StaticAssertStmt(sizeof value == sizeof *sums, "the state has other sums");
	memcpy(value, sums, sizeof value);
	for (int i = 0; i < SUMS; i++)
		element[i] = Float8GetDatum(value[i]);
	return PointerGetDatum(construct_array(element, SUMS, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* (state, sd, n); an arm without either is left out. */
Datum
reference_sd_accumulate(PG_FUNCTION_ARGS)
{
	psy_reference_sd sums = sums_argument(fcinfo, 0);
	psy_error err;

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
		PSYRAD_CHECK(psy_reference_sd_add(&sums, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), &err), &err);
	return sums_datum(&sums);
}

Datum
reference_sd_combine(PG_FUNCTION_ARGS)
{
	psy_reference_sd into = sums_argument(fcinfo, 0), from = sums_argument(fcinfo, 1);

	psy_reference_sd_merge(&into, &from);
	return sums_datum(&into);
}

Datum
reference_sd_finish(PG_FUNCTION_ARGS)
{
	psy_reference_sd sums = sums_argument(fcinfo, 0);
	double value = psy_reference_sd_value(&sums);

	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}
