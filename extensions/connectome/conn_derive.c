/*
 * conn_derive.c - thresholds, similarity and means of blocks of connectomes.
 */
#include "connectome.h"
#include "labels.h"

#include "connectivity/derive.h"
#include "funcapi.h"

#include <math.h>

PG_FUNCTION_INFO_V1(conn_threshold);
Datum
conn_threshold(PG_FUNCTION_ARGS)
{
	connectome *from, *to;
	bool absolute;
	psy_context ctx = psyrad_current_context();
	psy_error err;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1) == PG_ARGISNULL(2))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("give either density or above, and not both"),
						errhint("conn_threshold(c, density => 0.15) or conn_threshold(c, above => 0.3).")));
	from = PG_GETARG_CONNECTOME(0);
	absolute = PG_GETARG_BOOL(3);
	to = connectome_new(from->n, (psy_conn_kind) from->kind);
	if (PG_ARGISNULL(1))
	{
		if (isnan(PG_GETARG_FLOAT4(2)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("above is NaN; a number expected")));
		psy_conn_threshold_above(from->value, connectome_edges(from), PG_GETARG_FLOAT4(2), absolute,
								 to->value);
	}
	else
		PSYRAD_CHECK(psy_conn_threshold_density(&ctx, from->value, connectome_edges(from),
												PG_GETARG_FLOAT8(1), absolute, to->value, &err),
					 &err);
	PG_RETURN_POINTER(to);
}

PG_FUNCTION_INFO_V1(conn_similarity);
Datum
conn_similarity(PG_FUNCTION_ARGS)
{
	connectome *a = PG_GETARG_CONNECTOME(0);
	connectome *b = PG_GETARG_CONNECTOME(1);
	psy_context ctx = psyrad_current_context();
	void *workspace;
	double r;
	psy_error err;

	if (a->n != b->n)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("a has %d regions and b has %d: they must have the same", a->n, b->n)));
	if (a->kind != b->kind)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a is of kind %s and b of kind %s: kinds do not mix",
							   psy_conn_kind_name((psy_conn_kind) a->kind),
							   psy_conn_kind_name((psy_conn_kind) b->kind))));
	PSYRAD_CHECK(psy_alloc(&ctx, 2 * connectome_edges(a), sizeof(double), &workspace, &err), &err);
	r = psy_conn_similarity(a->value, b->value, connectome_edges(a), workspace);
	pfree(workspace);
	if (isnan(r))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(r);
}

/* ---- blocks ---------------------------------------------------------------------------------- */

typedef struct block_rows
{
	region_labels labels;
	double *sum;
	size_t *count;
	int a, b; /* the next row */
} block_rows;

static block_rows *
blocks_begin(FuncCallContext *call, FunctionCallInfo fcinfo)
{
	MemoryContext old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	block_rows *rows = palloc0(sizeof *rows);
	connectome *c = PG_GETARG_CONNECTOME(0);
	Size blocks;

	rows->labels = region_labels_from(PG_GETARG_DATUM(1), c->n, true, "labels");
	blocks = rows->labels.count;
	rows->sum = palloc_extended(blocks * blocks * sizeof(double), MCXT_ALLOC_HUGE);
	rows->count = palloc_extended(blocks * blocks * sizeof(size_t), MCXT_ALLOC_HUGE);
	psy_conn_block_sums(c->value, c->n, rows->labels.block, blocks, rows->sum, rows->count);
	if (get_call_result_type(fcinfo, NULL, &call->tuple_desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "conn_block_mean must return rows");
	call->max_calls = blocks * (blocks + 1) / 2;
	MemoryContextSwitchTo(old);
	return rows;
}

PG_FUNCTION_INFO_V1(conn_block_mean);
Datum
conn_block_mean(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	block_rows *rows;
	Size at;
	Datum column[4];
	bool null[4] = {false, false, false, false};

	if (SRF_IS_FIRSTCALL())
	{
		call = SRF_FIRSTCALL_INIT();
		call->user_fctx = blocks_begin(call, fcinfo);
	}
	call = SRF_PERCALL_SETUP();
	rows = call->user_fctx;
	if (call->call_cntr >= call->max_calls)
		SRF_RETURN_DONE(call);
	at = (Size) rows->a * rows->labels.count + rows->b;
	column[0] = Int32GetDatum(rows->labels.label[rows->a]);
	column[1] = Int32GetDatum(rows->labels.label[rows->b]);
	column[2] = Int32GetDatum((int32) rows->count[at]);
	column[3] = Float8GetDatum(rows->sum[at] / (double) rows->count[at]);
	null[3] = rows->count[at] == 0;
	if (++rows->b == rows->labels.count)
		rows->b = ++rows->a;
	SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, column, null)));
}
