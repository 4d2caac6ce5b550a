/* metric_row.h - composites filled column by column; a NaN becomes NULL. */
#ifndef METRIC_ROW_H
#define METRIC_ROW_H

#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include <math.h>

#define METRIC_ROW_MOST 24

typedef struct metric_row
{
	TupleDesc desc;
	int used;
	Datum value[METRIC_ROW_MOST];
	bool null[METRIC_ROW_MOST];
} metric_row;

static inline metric_row
metric_row_begin(FunctionCallInfo fcinfo)
{
	metric_row row = {0};

	if (get_call_result_type(fcinfo, NULL, &row.desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "this function must return a composite");
	row.desc = BlessTupleDesc(row.desc);
	return row;
}

static inline void
metric_row_datum(metric_row *row, Datum value, bool null)
{
	Assert(row->used < METRIC_ROW_MOST);
	row->value[row->used] = value;
	row->null[row->used++] = null;
}

static inline void
metric_row_int8(metric_row *row, int64 value)
{
	metric_row_datum(row, Int64GetDatum(value), false);
}

static inline void
metric_row_float8(metric_row *row, double value)
{
	metric_row_datum(row, Float8GetDatum(value), isnan(value));
}

static inline void
metric_row_text(metric_row *row, const char *text)
{
	metric_row_datum(row, text == NULL ? (Datum) 0 : CStringGetTextDatum(text), text == NULL);
}

static inline Datum
metric_row_finish(metric_row *row)
{
	Assert(row->used == row->desc->natts);
	return HeapTupleGetDatum(heap_form_tuple(row->desc, row->value, row->null));
}

/* Adds the row to the set that the function returns, and begins another. */
static inline void
metric_row_put(metric_row *row, FunctionCallInfo fcinfo)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;

	Assert(row->used == set->setDesc->natts);
	tuplestore_putvalues(set->setResult, set->setDesc, row->value, row->null);
	row->used = 0;
}

#endif
