/*
 * mass_unnest.c - one row per element of a result, with q over the family.
 *
 * The arrays of the composite are fetched once a call: a loop over (r).p[k] in SQL would detoast them for
 * every element. NaN inside the arrays is NULL in a column of its own.
 */
#include "common.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "core/triangle.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "stats/p_adjust.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#include <math.h>

#define MOST_ARRAYS 12
#define MOST_COLUMNS (MOST_ARRAYS + 4) /* i, j, q, m beside them */

/* The arrays of a mass_result, mass_summary_result or mass_icc_result, taken apart. */
typedef struct parts
{
	int elements; /* 0 when the result is empty */
	const int32 *n;
	const double *array[MOST_ARRAYS]; /* [0] is unused: n */
} parts;

/* Checks what a composite made by hand could get wrong. */
static const char *
part_data(Datum datum, Oid type, int column, int *elements)
{
	ArrayType *array = DatumGetArrayTypeP(datum);
	int length = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (ARR_NDIM(array) > 1 || ARR_HASNULL(array) || ARR_ELEMTYPE(array) != type)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("r is no result of a mass_* aggregate: array %d has NULLs or another shape",
							   column + 1)));
	if (*elements >= 0 && length != *elements)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("r is no result of a mass_* aggregate: its arrays have %d and %d elements",
							   *elements, length)));
	*elements = length;
	return ARR_DATA_PTR(array);
}

static parts
take_apart(HeapTupleHeader row, int arrays)
{
	parts r = {.elements = -1};

	for (int k = 0; k < arrays; k++)
	{
		bool null;
		Datum datum = GetAttributeByNum(row, k + 1, &null);
		const char *data;

		if (null)
			return (parts){.elements = 0};
		data = part_data(datum, k == 0 ? INT4OID : FLOAT8OID, k, &r.elements);
		if (k == 0)
			r.n = (const int32 *) data;
		else
			r.array[k] = (const double *) data;
	}
	return r;
}

static int
require_triangle(int elements)
{
	int n = (int) psy_edge_regions(elements);

	if (n == 0 && elements > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("r has %d elements, which is n(n-1)/2 for no n: they are not edges", elements),
						errhint("Use mass_unnest(r).")));
	return n;
}

/* Where an element stands in the rows that come out: (k), or (i, j). */
typedef struct place
{
	bool edges;
	int regions;
	int32 i, j;
} place;

static int
put_place(place *at, int k, Datum *column)
{
	if (!at->edges)
	{
		column[0] = Int32GetDatum(k + 1);
		return 1;
	}
	column[0] = Int32GetDatum(at->i);
	column[1] = Int32GetDatum(at->j);
	if (++at->j > at->regions)
		at->j = ++at->i + 1;
	return 2;
}

static void
put_number(double value, int at, Datum *column, bool *null)
{
	null[at] = isnan(value);
	column[at] = Float8GetDatum(value);
}

static int32
family_size(const double *p, int elements)
{
	int32 m = 0;

	for (int k = 0; k < elements; k++)
		m += !isnan(p[k]);
	return m;
}

enum
{
	RESULT_ESTIMATE = 1,
	RESULT_SE,
	RESULT_STATISTIC,
	RESULT_DF,
	RESULT_P,
	RESULT_LOG_P,
	RESULT_EFFECT_SIZE,
	RESULT_ARRAYS
};

static void
put_results(FunctionCallInfo fcinfo, const parts *r, place *at)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	psy_context ctx = psyrad_current_context();
	double *q = palloc(sizeof(double) * Max(r->elements, 1));
	int32 m = family_size(r->array[RESULT_P], r->elements);
	psy_error err;

	PSYRAD_CHECK(psy_p_adjust(&ctx, r->array[RESULT_P], r->elements, PSY_ADJUST_BH, 0, q, &err), &err);
	for (int k = 0; k < r->elements; k++)
	{
		Datum column[MOST_COLUMNS];
		bool null[MOST_COLUMNS] = {false};
		int c = put_place(at, k, column);

		column[c++] = Int32GetDatum(r->n[k]);
		for (int a = RESULT_ESTIMATE; a <= RESULT_P; a++)
			put_number(r->array[a][k], c++, column, null);
		put_number(q[k], c++, column, null);
		put_number(r->array[RESULT_EFFECT_SIZE][k], c++, column, null);
		put_number(r->array[RESULT_LOG_P][k], c++, column, null);
		column[c++] = Int32GetDatum(m);
		tuplestore_putvalues(set->setResult, set->setDesc, column, null);
		CHECK_FOR_INTERRUPTS();
	}
}

static void
put_summaries(FunctionCallInfo fcinfo, const parts *r, place *at)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;

	for (int k = 0; k < r->elements; k++)
	{
		Datum column[MOST_COLUMNS];
		bool null[MOST_COLUMNS] = {false};
		int c = put_place(at, k, column);

		column[c++] = Int32GetDatum(r->n[k]);
		for (int a = 1; a <= 4; a++)
			put_number(r->array[a][k], c++, column, null);
		tuplestore_putvalues(set->setResult, set->setDesc, column, null);
		CHECK_FOR_INTERRUPTS();
	}
}

#define ICC_P 8 /* the arrays before it come before q, those after it after */
#define ICC_ARRAYS 12

static void
put_reliabilities(FunctionCallInfo fcinfo, const parts *r, place *at)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	psy_context ctx = psyrad_current_context();
	double *q = palloc(sizeof(double) * Max(r->elements, 1));
	int32 m = family_size(r->array[ICC_P], r->elements);
	psy_error err;

	PSYRAD_CHECK(psy_p_adjust(&ctx, r->array[ICC_P], r->elements, PSY_ADJUST_BH, 0, q, &err), &err);
	for (int k = 0; k < r->elements; k++)
	{
		Datum column[MOST_COLUMNS];
		bool null[MOST_COLUMNS] = {false};
		int c = put_place(at, k, column);

		column[c++] = Int32GetDatum(r->n[k]);
		for (int a = 1; a < ICC_ARRAYS; a++)
		{
			put_number(r->array[a][k], c++, column, null);
			if (a == ICC_P)
				put_number(q[k], c++, column, null);
		}
		column[c++] = Int32GetDatum(m);
		tuplestore_putvalues(set->setResult, set->setDesc, column, null);
		CHECK_FOR_INTERRUPTS();
	}
}

static Datum
unnest(FunctionCallInfo fcinfo, int arrays, bool edges, void (*put)(FunctionCallInfo, const parts *, place *))
{
	place at = {.edges = edges, .i = 1, .j = 2};
	parts r;

	SetSingleFuncCall(fcinfo, 0);
	r = take_apart(PG_GETARG_HEAPTUPLEHEADER(0), arrays);
	if (edges)
		at.regions = require_triangle(r.elements);
	if (r.elements > 0)
		put(fcinfo, &r, &at);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(mass_unnest);
Datum
mass_unnest(PG_FUNCTION_ARGS)
{
	return unnest(fcinfo, RESULT_ARRAYS, false, put_results);
}

PG_FUNCTION_INFO_V1(mass_edges);
Datum
mass_edges(PG_FUNCTION_ARGS)
{
	return unnest(fcinfo, RESULT_ARRAYS, true, put_results);
}

PG_FUNCTION_INFO_V1(mass_unnest_summary);
Datum
mass_unnest_summary(PG_FUNCTION_ARGS)
{
	return unnest(fcinfo, 5, false, put_summaries);
}

PG_FUNCTION_INFO_V1(mass_edges_summary);
Datum
mass_edges_summary(PG_FUNCTION_ARGS)
{
	return unnest(fcinfo, 5, true, put_summaries);
}

PG_FUNCTION_INFO_V1(mass_unnest_icc);
Datum
mass_unnest_icc(PG_FUNCTION_ARGS)
{
	return unnest(fcinfo, ICC_ARRAYS, false, put_reliabilities);
}

PG_FUNCTION_INFO_V1(mass_edges_icc);
Datum
mass_edges_icc(PG_FUNCTION_ARGS)
{
	return unnest(fcinfo, ICC_ARRAYS, true, put_reliabilities);
}
