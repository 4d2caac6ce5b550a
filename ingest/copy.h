/*
 * copy.h - rows in PostgreSQL's binary COPY format, sent in rounds.
 *
 * Rows collect in memory; when a round is full it is sent as one complete COPY.  So two streams (facts and
 * rejects) can fill side by side on one connection, and memory stays bounded.  Values must be valid before
 * they come here (UTF-8 without NUL, numbers in range): an error inside COPY would quote them in the server's
 * log.
 */
#ifndef COPY_H
#define COPY_H

#include "buffer.h"
#include "session.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct copy
{
	session *db;
	const char *target; /* "table (column, ...)" */
	int16_t columns;
	int16_t filled; /* columns of the current row so far */
	buffer out;
} copy;

/* target names its columns; their number is the number of commas in it plus one. */
void copy_begin(copy *c, session *db, const char *target);
void copy_row(copy *c);                           /* starts a row */
psy_status copy_row_end(copy *c, psy_error *err); /* sends a full round */
psy_status copy_flush(copy *c, psy_error *err);
void copy_free(copy *c);

/* One value of the column's exact type each. */
void copy_null(copy *c);
void copy_bool(copy *c, bool value);
void copy_int2(copy *c, int16_t value);
void copy_int4(copy *c, int32_t value);
void copy_int8(copy *c, int64_t value);
void copy_float4(copy *c, float value);
void copy_float8(copy *c, double value);
void copy_text(copy *c, const char *value); /* NULL is NULL */
void copy_bytea(copy *c, const void *bytes, size_t size);
void copy_jsonb(copy *c, const char *value);
/* missing NULL: no element is; n = 0 gives the empty array */
void copy_int2_array(copy *c, const int16_t *value, const bool *missing, size_t n);
void copy_int4_array(copy *c, const int32_t *value, const bool *missing, size_t n);
void copy_float8_array(copy *c, const double *value, size_t n);
void copy_float4_array(copy *c, const float *value, size_t n);
void copy_text_array(copy *c, const text_list *list);
/* [rows][columns], row-major */
void copy_float8_matrix(copy *c, const double *value, size_t rows, size_t columns);

#endif
