/* print.h - what people read: a query's result as a table, aligned also where characters are two columns wide, and errors. */
#ifndef PRINT_H
#define PRINT_H

#include "core/status.h"

#include <libpq-fe.h>
#include <stdio.h>

/* On a terminal that is too narrow for a row: a line a column, as psql's \x. */
void print_result(const PGresult *result, FILE *to);

/* As CSV (RFC 4180), with the columns' names; NULL is empty and an empty text is "". */
void print_csv(const PGresult *result, FILE *to);

/* On stderr, with its hint where it has one; returns code, the exit code that it is the reason for. */
int complain(const psy_error *err, int code);

#endif
