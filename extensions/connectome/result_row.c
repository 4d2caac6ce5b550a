/* result_row.c - composites whose arrays are computed in place; see result_row.h. */
#include "result_row.h"

#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "funcapi.h"

/* Columns begin on multiples of at most this. */
#define LARGEST_ALIGNMENT 8

/* A tuple of NULLs: whatever the server writes into the head of a composite stands in it. */
static HeapTupleHeader
empty_tuple(TupleDesc type)
{
	Datum *column = palloc0(sizeof(Datum) * type->natts);
	bool *null = palloc(sizeof(bool) * type->natts);

	memset(null, true, sizeof(bool) * type->natts);
	return heap_form_tuple(type, column, null)->t_data;
}

result_row
result_row_begin(FunctionCallInfo fcinfo, int arrays, int elements, Size texts)
{
	result_row row = {NULL};
	HeapTupleHeader head;

	if (get_call_result_type(fcinfo, NULL, &row.type) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "a mass function must return a composite");
	row.type = BlessTupleDesc(row.type);
	head = empty_tuple(row.type);
	row.room = head->t_hoff + (ARR_OVERHEAD_NONULLS(1) + sizeof(double) * (Size) elements) * arrays + texts +
			   (Size) (VARHDRSZ + LARGEST_ALIGNMENT) * row.type->natts;
	if (!AllocSizeIsValid(row.room))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("a result of %d elements is larger than 1 GB", elements)));
	row.tuple = palloc(row.room);
	memcpy(row.tuple, head, head->t_hoff);
	row.tuple->t_infomask |= HEAP_HASVARWIDTH;
	return row;
}

/* Room for the next column, of size bytes; the bytes skipped before it must be zero. */
static void *
next_column(result_row *row, Size size)
{
	char *data = (char *) row->tuple + row->tuple->t_hoff;
	Size at;

	if (row->column >= row->type->natts)
		elog(ERROR, "type %u has %d columns only", row->type->tdtypeid, row->type->natts);
	at = att_align_nominal(row->used, TupleDescAttr(row->type, row->column)->attalign);
	if (row->tuple->t_hoff + at + size > row->room)
		elog(ERROR, "column %d overruns its row", row->column + 1);
	memset(data + row->used, 0, at - row->used);
	row->tuple->t_bits[row->column / 8] |= 1 << row->column % 8;
	row->column++;
	row->used = at + size;
	return data + at;
}

static void *
next_array(result_row *row, int elements, Oid type, Size element_size)
{
	Size size = ARR_OVERHEAD_NONULLS(1) + element_size * (Size) elements;
	ArrayType *array = next_column(row, size);

	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = type;
	ARR_DIMS(array)[0] = elements;
	ARR_LBOUND(array)[0] = 1;
	return ARR_DATA_PTR(array);
}

int32 *
result_row_int4_array(result_row *row, int elements)
{
	return next_array(row, elements, INT4OID, sizeof(int32));
}

double *
result_row_float8_array(result_row *row, int elements)
{
	return next_array(row, elements, FLOAT8OID, sizeof(double));
}

void
result_row_text(result_row *row, const char *text)
{
	Size length;
	struct varlena *column;

	if (text == NULL)
	{
		result_row_nulls(row, 1);
		return;
	}
	length = strlen(text);
	column = next_column(row, VARHDRSZ + length);
	SET_VARSIZE(column, VARHDRSZ + length);
	memcpy(VARDATA(column), text, length);
}

void
result_row_nulls(result_row *row, int columns)
{
	row->column += columns;
}

Datum
result_row_finish(result_row *row)
{
	if (row->column != row->type->natts)
		elog(ERROR, "type %u has %d columns, not %d", row->type->tdtypeid, row->type->natts, row->column);
	HeapTupleHeaderSetDatumLength(row->tuple, row->tuple->t_hoff + row->used);
	PG_RETURN_HEAPTUPLEHEADER(row->tuple);
}
