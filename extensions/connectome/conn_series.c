/*
 * conn_series.c - connectivity from regional series: the whole run, sliding windows, one volume later.
 */
#include "connectome.h"

#include "connectivity/estimators.h"
#include "funcapi.h"

static psyrad_array
series_arg(FunctionCallInfo fcinfo)
{
	psyrad_array series = psyrad_double_array(PG_GETARG_DATUM(0), 2, "series");

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
estimate(psy_estimator method, const double *series, int timepoints, int regions)
{
	psy_context ctx = psyrad_current_context();
	connectome *c = connectome_new(regions, psy_estimator_kind(method));
	psy_error err;

	PSYRAD_CHECK(psy_estimate(&ctx, method, series, timepoints, regions, c->value, &err), &err);
	return c;
}

PG_FUNCTION_INFO_V1(conn_from_series);
Datum
conn_from_series(PG_FUNCTION_ARGS)
{
	psyrad_array series;
	psy_estimator method = method_arg(fcinfo, 1);

	series = series_arg(fcinfo);
	PG_RETURN_POINTER(estimate(method, series.value, series.rows, series.columns));
}

/* ---- sliding windows ----------------------------------------------------------------------------------- */

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
	w->series = series_arg(fcinfo);
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
		estimate(w->method, w->series.value + start * w->series.columns, w->width, w->series.columns));
	SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, column, null)));
}

PG_FUNCTION_INFO_V1(conn_lag1);
Datum
conn_lag1(PG_FUNCTION_ARGS)
{
	psyrad_array series = series_arg(fcinfo);
	psy_context ctx = psyrad_current_context();
	ArrayType *matrix = connectome_new_matrix(series.columns);
	psy_error err;

	PSYRAD_CHECK(
		psy_lag1(&ctx, series.value, series.rows, series.columns, (float4 *) ARR_DATA_PTR(matrix), &err),
		&err);
	PG_RETURN_ARRAYTYPE_P(matrix);
}
