/* p_adjust.c - p-values adjusted for many tests; the methods are in libpsyrad's stats/p_adjust.h. */
#include "common.h"

#include "catalog/pg_type.h"
#include "stats/p_adjust.h"

PG_FUNCTION_INFO_V1(p_adjust);

/* The adjusted values with the NULLs where the p-values had them; value is NaN there. */
static ArrayType *
with_nulls_of(ArrayType *p, const double *value, int length)
{
	Datum *element = palloc(sizeof(Datum) * length);
	bool *null = palloc(sizeof(bool) * length);
	const bits8 *bitmap = ARR_NULLBITMAP(p);
	int lower = 1;

	for (int k = 0; k < length; k++)
	{
		null[k] = (bitmap[k / 8] & (1 << (k % 8))) == 0;
		element[k] = Float8GetDatum(value[k]);
	}
	return construct_md_array(element, null, 1, &length, &lower, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
							  TYPALIGN_DOUBLE);
}

Datum
p_adjust(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	psyrad_array p;
	psy_adjust method;
	psy_error err;
	ArrayType *given, *out;
	double *adjusted;
	int32 tests = 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	given = PG_GETARG_ARRAYTYPE_P(0);
	p = psyrad_double_array(PointerGetDatum(given), 1, "p");
	PSYRAD_CHECK(psy_adjust_parse(psyrad_cstring_arg(fcinfo, 1), &method, &err), &err);
	if (!PG_ARGISNULL(2) && (tests = PG_GETARG_INT32(2)) < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("n is %d; at least the number of p-values expected", tests)));
	out = psyrad_new_float8_array(p.length, &adjusted);
	if (p.length > 0)
		PSYRAD_CHECK(psy_p_adjust(&ctx, p.value, p.length, method, tests, adjusted, &err), &err);
	if (p.length > 0 && ARR_HASNULL(given))
		out = with_nulls_of(given, adjusted, p.length);
	PG_RETURN_ARRAYTYPE_P(out);
}
