/*
 * metastat.h - what the files of this extension share: the state of an aggregate, and results as composite
 * values.
 */
#ifndef METASTAT_H
#define METASTAT_H

#include "common.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "meta/pooling.h"

/*
 * psyrad.meta_state: the studies themselves, since REML needs them all at the end (16 bytes each).  While an
 * aggregate runs, the image is larger than its k studies and grows by doubling; unused studies are zero.  A
 * finished state has no unused studies and is sorted by (vi, yi), so that the same studies give the same
 * bytes in any order.
 *
 * The everyday aggregate meta(yi, vi, method, test, level) keeps what it was asked for here too, since the
 * final function of an aggregate sees nothing but the state.
 */
typedef struct meta_state
{
	psyrad_header header;
	int64 k;       /* studies held */
	int64 missing; /* rows skipped because yi or vi was NULL */
	double level;  /* asked for; 0 when has_request is 0 */
	uint8 has_request;
	uint8 method; /* psy_meta_method, 0 when has_request is 0 */
	uint8 test;   /* psy_meta_test, 0 when has_request is 0 */
	uint8 reserved[5];
	psy_effect study[FLEXIBLE_ARRAY_MEMBER];
} meta_state;

extern const psyrad_state_type meta_state_type;

/* Whether the state's request is the same model as another's. */
extern bool meta_same_request(const meta_state *a, const meta_state *b);

/* The defaults that every function without an option shares. */
extern psy_meta_options meta_default_options(void);

/* Fits the state and forms a meta_result; raises the library's errors. */
extern Datum meta_fit_datum(FunctionCallInfo fcinfo, const meta_state *state,
							const psy_meta_options *options);

/* A meta_result of k studies and so many rows without; method is its name. */
extern Datum meta_result_datum(FunctionCallInfo fcinfo, const psy_meta_result *r, int64 k, int64 missing, const char *method);

/* The blessed row type that fcinfo's function returns, looked up once per call site. */
extern TupleDesc metastat_row_type(FunctionCallInfo fcinfo);

/* A float8 column value: NaN is NULL. */
extern Datum metastat_number(double value, bool *null);

/* Option argument as a C string; NULL is an error that names it. */
extern char *metastat_option(FunctionCallInfo fcinfo, int argument, const char *name);

/* The argument level; an error unless it is a number between 0 and 1. */
extern double metastat_level(FunctionCallInfo fcinfo, int argument);
extern double metastat_check_level(double level);

/* Arguments 1 to 3 of final functions, method, test and level, over the defaults. */
extern psy_meta_options metastat_model_options(FunctionCallInfo fcinfo);

#endif
