/*
 * result_row.h - composites whose arrays are computed in place.
 *
 * heap_form_tuple copies every column into the tuple, and the executor copies that tuple again, because one
 * that begins inside a chunk of memory does not look like its context's own.  For results of megabytes both
 * copies cost more than the arithmetic; here the composite is one chunk, and its columns are filled where
 * they are.
 */
#ifndef PSYRAD_RESULT_ROW_H
#define PSYRAD_RESULT_ROW_H

#include "common.h"

#include "access/htup.h"
#include "access/tupdesc.h"

typedef struct result_row
{
	TupleDesc type;
	HeapTupleHeader tuple;
	Size room; /* allocated */
	Size used; /* of the tuple's data, from its first column on */
	int column;
} result_row;

/* Begins the composite that the function returns, with room for arrays of so many elements of at most eight
 * bytes, and for texts of so many bytes altogether. */
extern result_row result_row_begin(FunctionCallInfo fcinfo, int arrays, int elements, Size texts);

/* The next column: an array whose elements the caller fills, all of them. */
extern int32 *result_row_int4_array(result_row *row, int elements);
extern double *result_row_float8_array(result_row *row, int elements);

/* The next column: text, or NULL for NULL. */
extern void result_row_text(result_row *row, const char *text);

/* The next columns: NULL. */
extern void result_row_nulls(result_row *row, int columns);

/* The finished composite; every column must have been given. */
extern Datum result_row_finish(result_row *row);

#endif
