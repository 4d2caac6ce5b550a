/*
 * number.h - cells read as numbers: the whole cell, the same in every locale, never a guess.
 *
 * What spreadsheets do to numbers (decimal commas, full-width digits, dates) is refused with a sentence that
 * says so.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include "core/status.h"

#include <stdint.h>

/* A finite decimal number such as -3, 4.5 or 1e-3. */
psy_status parse_real(const char *cell, double *value, psy_error *err);

/* As parse_real, for PostgreSQL's numeric: the text itself is what will be stored. */
psy_status check_decimal(const char *cell, psy_error *err);

/* A whole number (3, or 3.0 as programs write that hold missing values in the same column) within [lo, hi].
 */
psy_status parse_whole(const char *cell, int64_t lo, int64_t hi, int64_t *value, psy_error *err);

#endif
