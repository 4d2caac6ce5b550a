/* bias.h - what the tests of small-study effects over effects and over tables share. */
#ifndef METASTAT_BIAS_H
#define METASTAT_BIAS_H

#include "metastat.h"

#include "meta/line.h"

/* A psyrad.meta_bias from a fitted line. */
extern Datum bias_datum(FunctionCallInfo fcinfo, const psy_line *line, int64 missing, const char *method);

/* The state's studies, sorted; vi = 0 is an error that names the statistic. */
extern psy_effect *bias_studies(const meta_state *state, const char *statistic);

/* A text column, NULL where there is nothing to say. */
extern Datum metastat_note(const char *note, bool *null);

#endif
