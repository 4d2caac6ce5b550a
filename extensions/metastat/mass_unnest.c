/*
 * mass_unnest.c - one row per element of a mass_meta_result, with Benjamini and Hochberg's q over the family.
 *
 * The arrays are fetched once a call: a loop over (r).p[k] in SQL would detoast them for every element.
 */
#include "metastat.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "stats/p_adjust.h"
#include "utils/tuplestore.h"

#define ARRAYS 13
#define COLUMN_P 5

PG_FUNCTION_INFO_V1(mass_meta_unnest);

/* Checks what a composite made by hand could get wrong. */
static const char *
array_data(HeapTupleHeader row, int column, int *elements)
{
	bool null;
	Datum datum = GetAttributeByNum(row, column + 1, &null);
	ArrayType *array = null ? NULL : DatumGetArrayTypeP(datum);

	if (null || ARR_NDIM(array) > 1 || ARR_HASNULL(array) ||
		ARR_ELEMTYPE(array) != (column == 0 ? INT4OID : FLOAT8OID))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("r is no result of mass_meta: array %d is NULL, has NULLs or another shape",
							   column + 1)));
	if (*elements >= 0 && ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) != *elements)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("r is no result of mass_meta: its arrays differ in length")));
	*elements = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return ARR_DATA_PTR(array);
}

static bool
is_empty(HeapTupleHeader row)
{
	bool null;

	GetAttributeByNum(row, 1, &null);
	return null;
}

static int32
family_size(const double *p, int elements)
{
	int32 m = 0;

	for (int e = 0; e < elements; e++)
		m += !isnan(p[e]);
	return m;
}

Datum
mass_meta_unnest(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	psy_context ctx = psyrad_current_context();
	const char *array[ARRAYS];
	const double *p;
	int elements = -1;
	int32 family;
	double *q;
	psy_error err;

	SetSingleFuncCall(fcinfo, 0);
	if (is_empty(row))
		return (Datum) 0;
	for (int a = 0; a < ARRAYS; a++)
		array[a] = array_data(row, a, &elements);
	p = (const double *) array[COLUMN_P];
	family = family_size(p, elements);
	q = palloc(sizeof(double) * Max(elements, 1));
	PSYRAD_CHECK(psy_p_adjust(&ctx, p, elements, PSY_ADJUST_BH, 0, q, &err), &err);
	for (int e = 0; e < elements; e++)
	{
		Datum value[ARRAYS + 3] = {Int32GetDatum(e + 1), Int32GetDatum(((const int32 *) array[0])[e])};
		bool null[ARRAYS + 3] = {false};

		for (int a = 1; a < ARRAYS; a++)
			value[a + 1] = metastat_number(((const double *) array[a])[e], &null[a + 1]);
		value[ARRAYS + 1] = metastat_number(q[e], &null[ARRAYS + 1]);
		value[ARRAYS + 2] = Int32GetDatum(family);
		tuplestore_putvalues(set->setResult, set->setDesc, value, null);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}
