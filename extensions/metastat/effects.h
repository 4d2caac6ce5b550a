/* effects.h - what the files of effect sizes share. */
#ifndef METASTAT_EFFECTS_H
#define METASTAT_EFFECTS_H

#include "metastat.h"

#include "meta/effect_size.h"
#include "meta/effect_table.h"

/* A psyrad.effect; NaN parts are NULL. */
extern Datum effect_datum(FunctionCallInfo fcinfo, psy_effect effect);

/* The first count float8 arguments; false when one of them is NULL, so that the result is NULL. */
extern bool effect_numbers(FunctionCallInfo fcinfo, int count, double *value);

/* A float8 or boolean option, which must not be NULL. */
extern double effect_number_option(FunctionCallInfo fcinfo, int argument, const char *name);
extern bool effect_flag_option(FunctionCallInfo fcinfo, int argument, const char *name);

/* A float8 argument whose NULL means NaN. */
extern double effect_nullable(FunctionCallInfo fcinfo, int argument);

/* add, to, any0 from argument `first` on. */
extern psy_add effect_add_arguments(FunctionCallInfo fcinfo, int first);

#endif
