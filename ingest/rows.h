/*
 * rows.h - what every loader of a table does: walk the records, read cells as numbers, report what is wrong
 * by cell.
 */
#ifndef ROWS_H
#define ROWS_H

#include "load.h"
#include "number.h"
#include "table.h"

/* The record under way. */
typedef struct row
{
	job *job;
	table *table;
	int64_t number;    /* of the staged row that its rejects name */
	const char *label; /* participant, when there is one */
} row;

/* Calls read for every record of the open table, then checks the file's hash. */
psy_status rows_each(job *j, table *t, psy_status (*read)(row *r, void *arg, psy_error *err), void *arg,
					 psy_error *err);

/* Tells the warehouse which column holds which field, for the messages of its own checks. */
psy_status rows_columns(job *j, const table *t, psy_error *err);

/* Rejects the record for a cell of it: why.message says what was found and expected. */
psy_status row_reject(row *r, size_t column, const char *code, const psy_error *why, psy_error *err);

/* The same for a field that the table has, with the message itself. */
psy_status row_reject_field(row *r, int field, const char *code, const char *message, psy_error *err);

/* The participant of the record; NULL when the record was rejected for it.  Identity cards refuse the file.
 */
psy_status row_participant(row *r, int field, const char **label, psy_error *err);

/* A number of the record: *present is false when it is missing, or was rejected. */
psy_status row_real(row *r, size_t column, double *value, bool *present, psy_error *err);
psy_status row_whole(row *r, size_t column, int64_t lo, int64_t hi, int64_t *value, bool *present,
					 psy_error *err);

/* An optional whole number of the record, staged as integer, unit times what stands there; column is -1 where there is none. */
psy_status row_copy_whole(row *r, int column, int64_t lo, int64_t hi, int unit, psy_error *err);

/* The text of a plain decimal for PostgreSQL's numeric; NULL when missing or rejected. */
psy_status row_decimal(row *r, size_t column, const char **value, psy_error *err);

#endif
