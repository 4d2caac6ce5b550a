/*
 * row.h - a result row built column by column, for results whose coefficients are numbers or arrays.
 */
#ifndef METASTAT_ROW_H
#define METASTAT_ROW_H

#include "regression.h"

#include "meta/robust.h"

#define ROW_MOST 40

typedef struct row_columns
{
	Datum value[ROW_MOST];
	bool null[ROW_MOST];
	int count;
	bool arrays; /* coefficients as arrays */
	int full;    /* coefficients */
} row_columns;

extern void row_put(row_columns *c, Datum value);
extern void row_number(row_columns *c, double value); /* NaN is NULL */
extern void row_coefficients(row_columns *c, const double *value);
extern void row_note(row_columns *c, const char *note);
/* A row of a type, and of the type that the function returns. */
extern Datum row_finish_as(row_columns *c, TupleDesc type);
extern Datum row_finish(FunctionCallInfo fcinfo, row_columns *c);

/* An array of composites under construction, of the type of a column (0-based) of the result. */
typedef struct row_array
{
	Oid type;
	TupleDesc desc;
	Datum *row;
	int rows;
} row_array;

extern row_array row_array_new(TupleDesc result, int column, Size most);
extern void row_array_add(row_array *a, Datum *value, bool *null);
extern Datum row_array_finish(const row_array *a);

/* A float8 argument that must not be NULL. */
extern double metastat_double(FunctionCallInfo fcinfo, int argument, const char *name);

/* The row of a robust variance, and the options that its functions share: test, and contrasts of full coefficients
 * (NULL: none). */
extern Datum meta_robust_datum(FunctionCallInfo fcinfo, const psy_robust *r, const psy_robust_options *o, const char *model,
							   int64 k, int64 missing, bool arrays);
extern bool meta_robust_satterthwaite(FunctionCallInfo fcinfo, int argument);
extern void meta_robust_contrasts(FunctionCallInfo fcinfo, int argument, int full, psy_robust_options *o);

#endif
