/*
 * arena.h - scratch memory of a scalar function that is kept from row to row.
 *
 * A graph measure or a correlation matrix needs megabytes of scratch for a millisecond.  Given back to the
 * system after every row and fetched again for the next, its pages cost more than the arithmetic.
 */
#ifndef PSYRAD_ARENA_H
#define PSYRAD_ARENA_H

#include "common.h"

/*
 * A context (core/context.h) whose memory lives until the function's next call at this place of the query, or
 * the query's end; what is released is not used again before that.  Takes fn_extra.  Falls back on the
 * current memory context where there is none to keep it in.
 */
extern psy_context psyrad_arena(FunctionCallInfo fcinfo);

#endif
