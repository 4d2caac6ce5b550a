/*
 * connectome_access.c - reading a connectome's parts.
 *
 * conn_n, conn_kind, conn_edge and conn_row fetch no more of a stored value than they need.  A missing edge
 * is NULL where it stands alone and NaN inside an array.
 */
#include "connectome.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include <math.h>

/* Values first..first+count-1 of a datum, without the rest when it is stored out of line. */
static const float4 *
fetch_values(Datum datum, Size first, Size count)
{
	struct varlena *slice = PG_DETOAST_DATUM_SLICE(datum, CONNECTOME_WIRE_HEADER + sizeof(float4) * first,
												   sizeof(float4) * count);

	if (VARSIZE(slice) != VARHDRSZ + sizeof(float4) * count)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("a stored connectome is damaged"),
						errdetail("It ends before edge %zu.", first + count)));
	return (const float4 *) VARDATA(slice);
}

static void
require_region(int32 index, int n, const char *name)
{
	if (index < 1 || index > n)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s is %d, but the connectome has regions 1 to %d", name, index, n)));
}

bool
connectome_fetch_edge(Datum datum, int32 i, int32 j, float4 *value)
{
	int n = connectome_datum_regions(datum);

	require_region(i, n, "i");
	require_region(j, n, "j");
	if (i == j)
		return false;
	memcpy(value, fetch_values(datum, psy_edge_index(n, i - 1, j - 1), 1), sizeof *value);
	return !isnan(*value);
}

PG_FUNCTION_INFO_V1(conn_n);
Datum
conn_n(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(connectome_datum_regions(PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(conn_kind);
Datum
conn_kind(PG_FUNCTION_ARGS)
{
	struct varlena *head = PG_DETOAST_DATUM_SLICE(PG_GETARG_DATUM(0), 0, CONNECTOME_WIRE_HEADER);
	int kind = ((connectome *) head)->kind;

	PG_RETURN_TEXT_P(cstring_to_text(psy_conn_kind_name((psy_conn_kind) kind)));
}

PG_FUNCTION_INFO_V1(conn_edge);
Datum
conn_edge(PG_FUNCTION_ARGS)
{
	float4 value;

	if (!connectome_fetch_edge(PG_GETARG_DATUM(0), PG_GETARG_INT32(1), PG_GETARG_INT32(2), &value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT4(value);
}

/* The edges of region i lie in rows 1..i of the triangle: one slice from edge (1, i) to the end of row i. */
PG_FUNCTION_INFO_V1(conn_row);
Datum
conn_row(PG_FUNCTION_ARGS)
{
	Datum datum = PG_GETARG_DATUM(0);
	int n = connectome_datum_regions(datum);
	int32 region = PG_GETARG_INT32(1);
	Size i, first, last;
	const float4 *edge;
	float4 *row = palloc(sizeof(float4) * n);

	require_region(region, n, "i");
	i = region - 1;
	first = i == 0 ? 0 : psy_edge_index(n, 0, i);
	last = i == n - 1 ? psy_edge_count(n) : psy_edge_row(n, i + 1);
	edge = fetch_values(datum, first, last - first);
	for (Size j = 0; j < n; j++)
		row[j] = j == i ? get_float4_nan() : edge[psy_edge_index(n, i, j) - first];
	PG_RETURN_ARRAYTYPE_P(psyrad_float4_array(row, n));
}

PG_FUNCTION_INFO_V1(conn_edges);
Datum
conn_edges(PG_FUNCTION_ARGS)
{
	connectome *c = PG_GETARG_CONNECTOME(0);

	PG_RETURN_ARRAYTYPE_P(psyrad_float4_array(c->value, connectome_edges(c)));
}

ArrayType *
connectome_new_matrix(int n)
{
	Size size = ARR_OVERHEAD_NONULLS(2) + sizeof(float4) * n * n;
	ArrayType *array;

	if (!AllocSizeIsValid(size))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("a matrix of %d x %d is larger than 1 GB", n, n),
						errhint("Use conn_edges(c), which holds each edge once.")));
	array = palloc(size);
	SET_VARSIZE(array, size);
	array->ndim = 2;
	array->dataoffset = 0;
	array->elemtype = FLOAT4OID;
	ARR_DIMS(array)[0] = ARR_DIMS(array)[1] = n;
	ARR_LBOUND(array)[0] = ARR_LBOUND(array)[1] = 1;
	return array;
}

PG_FUNCTION_INFO_V1(conn_matrix);
Datum
conn_matrix(PG_FUNCTION_ARGS)
{
	connectome *c = PG_GETARG_CONNECTOME(0);
	Size n = c->n;
	ArrayType *array = connectome_new_matrix(c->n);
	float4 *matrix = (float4 *) ARR_DATA_PTR(array);
	const float4 *edge = c->value;

	for (Size i = 0; i < n; i++)
	{
		matrix[i * n + i] = PG_GETARG_FLOAT4(1);
		for (Size j = i + 1; j < n; j++)
			matrix[i * n + j] = matrix[j * n + i] = *edge++;
	}
	PG_RETURN_ARRAYTYPE_P(array);
}

typedef struct unnest_position
{
	connectome *c;
	int32 i, j; /* the next edge, 1-based */
} unnest_position;

static unnest_position *
unnest_begin(FuncCallContext *call, FunctionCallInfo fcinfo)
{
	MemoryContext old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	unnest_position *at = palloc(sizeof *at);

	at->c = (connectome *) PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0));
	at->i = 1;
	at->j = 2;
	if (get_call_result_type(fcinfo, NULL, &call->tuple_desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "conn_unnest must return rows");
	call->max_calls = connectome_edges(connectome_from_datum(PointerGetDatum(at->c)));
	MemoryContextSwitchTo(old);
	return at;
}

PG_FUNCTION_INFO_V1(conn_unnest);
Datum
conn_unnest(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	unnest_position *at;
	float4 value;
	Datum column[3];
	bool null[3] = {false, false, false};

	if (SRF_IS_FIRSTCALL())
	{
		call = SRF_FIRSTCALL_INIT();
		call->user_fctx = unnest_begin(call, fcinfo);
	}
	call = SRF_PERCALL_SETUP();
	at = call->user_fctx;
	if (call->call_cntr >= call->max_calls)
		SRF_RETURN_DONE(call);
	value = at->c->value[call->call_cntr];
	column[0] = Int32GetDatum(at->i);
	column[1] = Int32GetDatum(at->j);
	column[2] = Float4GetDatum(value);
	null[2] = isnan(value);
	if (++at->j > at->c->n)
		at->j = ++at->i + 1;
	SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, column, null)));
}
