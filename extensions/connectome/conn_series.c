/*
 * conn_series.c - connectivity from regional series: the whole run, sliding windows, one volume later.
 */
#include "arena.h"
#include "connectome.h"

#include "catalog/pg_type.h"
#include "connectivity/estimators.h"
#include "connectivity/pearson.h"
#include "funcapi.h"

static psyrad_array
series_of(Datum datum)
{
	psyrad_array series = psyrad_double_array(datum, 2, "series");

	if (series.dims != 2)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("series must be an array of two dimensions [timepoints][regions], not %d",
							   series.dims)));
	connectome_require_regions(series.columns);
	return series;
}

static psy_estimator
method_arg(FunctionCallInfo fcinfo, int argument)
{
	psy_estimator method = PSY_EST_PEARSON;
	psy_error err;

	PSYRAD_CHECK(psy_estimator_parse(psyrad_cstring_arg(fcinfo, argument), &method, &err), &err);
	return method;
}

static connectome *
estimate(const psy_context *ctx, psy_estimator method, const double *series, int timepoints, int regions)
{
	connectome *c = connectome_new(regions, psy_estimator_kind(method));
	psy_error err;

	PSYRAD_CHECK(psy_estimate(ctx, method, series, timepoints, regions, c->value, &err), &err);
	return c;
}

/* Correlations of a series that is stored in single precision, without widening all of it first. */
static connectome *
correlate_floats(const psy_context *ctx, ArrayType *series)
{
	int timepoints = ARR_DIMS(series)[0], regions = ARR_DIMS(series)[1];
	connectome *c;
	void *workspace;
	psy_error err;

	connectome_require_regions(regions);
	c = connectome_new(regions, PSY_CONN_R);
	PSYRAD_CHECK(psy_alloc(ctx, psy_pearson_workspace(timepoints, regions), sizeof(double), &workspace, &err),
				 &err);
	PSYRAD_CHECK(psy_pearson_floats(ctx, (const float *) ARR_DATA_PTR(series), timepoints, regions, workspace,
									c->value, &err),
				 &err);
	return c;
}

PG_FUNCTION_INFO_V1(conn_from_series);
Datum
conn_from_series(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_arena(fcinfo);
	psy_estimator method = method_arg(fcinfo, 1);
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
	psyrad_array series;

	if (method == PSY_EST_PEARSON && ARR_ELEMTYPE(array) == FLOAT4OID && ARR_NDIM(array) == 2 &&
		!ARR_HASNULL(array))
		PG_RETURN_POINTER(correlate_floats(&ctx, array));
	series = series_of(PointerGetDatum(array));
	PG_RETURN_POINTER(estimate(&ctx, method, series.value, series.rows, series.columns));
}

/* ---- sliding windows ------------------------------------------------------------------------- */

typedef struct windows
{
	psyrad_array series;
	psy_estimator method;
	int width, step;
} windows;

static void
require_windows(const windows *w)
{
	if (w->width < 3 || w->width > w->series.rows)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("width is %d timepoints; 3 to the %d of the series expected", w->width,
							   w->series.rows)));
	if (w->step < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("step is %d timepoints; at least 1 expected", w->step)));
}

static windows *
windows_begin(FuncCallContext *call, FunctionCallInfo fcinfo)
{
	MemoryContext old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	windows *w = palloc(sizeof *w);
	Datum series = PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0)));

	w->method = method_arg(fcinfo, 3);
	w->series = series_of(PG_GETARG_DATUM(0));
	/* float8[] is borrowed from the argument, which may not outlive this call: borrow it from a copy. */
	w->series.value = psyrad_double_array(series, 2, "series").value;
	w->width = PG_GETARG_INT32(1);
	w->step = PG_GETARG_INT32(2);
	require_windows(w);
	if (get_call_result_type(fcinfo, NULL, &call->tuple_desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "conn_sliding must return rows");
	call->max_calls = (w->series.rows - w->width) / w->step + 1;
	MemoryContextSwitchTo(old);
	return w;
}

PG_FUNCTION_INFO_V1(conn_sliding);
Datum
conn_sliding(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	FuncCallContext *call;
	windows *w;
	Size start;
	Datum column[2];
	bool null[2] = {false, false};

	if (SRF_IS_FIRSTCALL())
	{
		call = SRF_FIRSTCALL_INIT();
		call->user_fctx = windows_begin(call, fcinfo);
	}
	call = SRF_PERCALL_SETUP();
	w = call->user_fctx;
	if (call->call_cntr >= call->max_calls)
		SRF_RETURN_DONE(call);
	start = (Size) call->call_cntr * w->step;
	column[0] = Int32GetDatum((int32) start + 1);
	column[1] = PointerGetDatum(
		estimate(&ctx, w->method, w->series.value + start * w->series.columns, w->width, w->series.columns));
	SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, column, null)));
}

PG_FUNCTION_INFO_V1(conn_lag1);
Datum
conn_lag1(PG_FUNCTION_ARGS)
{
	psyrad_array series = series_of(PG_GETARG_DATUM(0));
	psy_context ctx = psyrad_current_context();
	ArrayType *matrix = connectome_new_matrix(series.columns);
	psy_error err;

	PSYRAD_CHECK(
		psy_lag1(&ctx, series.value, series.rows, series.columns, (float4 *) ARR_DATA_PTR(matrix), &err),
		&err);
	PG_RETURN_ARRAYTYPE_P(matrix);
}
