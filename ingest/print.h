/* print.h - a query's result as a table for people, aligned also where characters are two columns wide. */
#ifndef PRINT_H
#define PRINT_H

#include <libpq-fe.h>
#include <stdio.h>

void print_result(const PGresult *result, FILE *to);

#endif
