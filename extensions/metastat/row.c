/* row.c - result rows column by column; see row.h. */
#include "row.h"

#include "utils/lsyscache.h"
#include "utils/typcache.h"

void
row_put(row_columns *c, Datum value)
{
	Assert(c->count < ROW_MOST);
	c->null[c->count] = false;
	c->value[c->count++] = value;
}

void
row_number(row_columns *c, double value)
{
	Assert(c->count < ROW_MOST);
	c->value[c->count] = metastat_number(value, &c->null[c->count]);
	c->count++;
}

void
row_coefficients(row_columns *c, const double *value)
{
	if (c->arrays)
		row_put(c, meta_regression_array(value, c->full, 0));
	else
		row_number(c, value[0]);
}

void
row_note(row_columns *c, const char *note)
{
	Assert(c->count < ROW_MOST);
	c->value[c->count] = meta_regression_note(note, &c->null[c->count]);
	c->count++;
}

Datum
row_finish_as(row_columns *c, TupleDesc type)
{
	if (type->natts != c->count)
		elog(ERROR, "result has %d columns, not %d", type->natts, c->count);
	return HeapTupleGetDatum(heap_form_tuple(type, c->value, c->null));
}

Datum
row_finish(FunctionCallInfo fcinfo, row_columns *c)
{
	return row_finish_as(c, metastat_row_type(fcinfo));
}

double
metastat_double(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	return PG_GETARG_FLOAT8(argument);
}

/* ---- arrays of rows -------------------------------------------------------------------------- */

row_array
row_array_new(TupleDesc result, int column, Size most)
{
	row_array a = {get_element_type(TupleDescAttr(result, column)->atttypid)};

	a.desc = lookup_rowtype_tupdesc_copy(a.type, -1);
	BlessTupleDesc(a.desc);
	a.row = palloc(sizeof(Datum) * Max(most, 1));
	return a;
}

void
row_array_add(row_array *a, Datum *value, bool *null)
{
	a->row[a->rows++] = HeapTupleGetDatum(heap_form_tuple(a->desc, value, null));
}

Datum
row_array_finish(const row_array *a)
{
	int16 length;
	bool by_value;
	char align;

	get_typlenbyvalalign(a->type, &length, &by_value, &align);
	return PointerGetDatum(construct_array(a->row, a->rows, a->type, length, by_value, align));
}
