/*
 * regression.h - the state that meta-regression, multilevel models and robust variances share.
 */
#ifndef METASTAT_REGRESSION_H
#define METASTAT_REGRESSION_H

#include "metastat.h"

#include "meta/regression.h"

/*
 * psyrad.meta_regression_state: rows of (yi, vi, x[columns], keys).  A key is 16 bytes, the MD5 of a
 * cluster's or effect's text form, so that states carry no names.  As in meta_state the running image has
 * unused room, which is zero, and the finished one has none and is sorted.  columns is -1 until a row with
 * moderators came.
 *
 * request says which everyday aggregate keeps its options here: 0 none, 1 meta_regression, 2 meta_multilevel
 * (both: method and test), 3 meta_robust (method is a psy_robust_type), 4 meta_weighted (method 1 is GENQM; the one
 * moderator is the weight).
 */
typedef struct meta_regression_state
{
	psyrad_header header;
	int64 k;
	int64 missing;
	double level;
	int32 columns;
	uint8 keys; /* 0, 1: cluster, 2: cluster and effect */
	uint8 request;
	uint8 method;
	uint8 test;
	double value[FLEXIBLE_ARRAY_MEMBER];
} meta_regression_state;

enum
{
	REQUEST_NONE,
	REQUEST_REGRESSION,
	REQUEST_MULTILEVEL,
	REQUEST_ROBUST,
	REQUEST_WEIGHTED
};

#define ROBUST_TYPES 5

extern const psyrad_state_type meta_regression_state_type;

/* Argument 0, which must carry clusters (keys 1), and effects within them (2). */
extern const meta_regression_state *meta_keyed_regression_arg(FunctionCallInfo fcinfo, int keys);

/* Doubles in a row of the state. */
extern size_t meta_regression_stride(const meta_regression_state *state);

extern psy_meta_rows meta_regression_rows(const meta_regression_state *state);

/* float8[] with NULL for NaN; a matrix when rows > 0. */
extern Datum meta_regression_array(const double *value, int length, int rows);

/* note as text, NULL when empty. */
extern Datum meta_regression_note(const char *note, bool *null);

/* Options shared by the final functions: method, test and level from three consecutive arguments. */
extern psy_meta_options meta_regression_options(FunctionCallInfo fcinfo, int first);

extern bool meta_regression_flag(FunctionCallInfo fcinfo, int argument, const char *name);

/* Adds a row, or counts it as missing; makes a state where there is none.  x_arg, cluster and effect are 0
 * when the aggregate has no such argument. */
extern meta_regression_state *meta_regression_add(FunctionCallInfo fcinfo, meta_regression_state *state,
												  int x_arg, int cluster, int effect);

/* The same for a row whose one moderator is a weight, argument weight_arg. */
extern meta_regression_state *meta_regression_add_weight(FunctionCallInfo fcinfo, meta_regression_state *state, int weight_arg);

/* The text form of a key argument, the which-th (0 or 1) of a call site; and the 16 bytes that stand for it. */
extern char *meta_key_text(FunctionCallInfo fcinfo, int argument, int which);
extern void meta_write_key(FunctionCallInfo fcinfo, int argument, int which, double *to);

/* Sets the request of a new state, or checks that it is the same. */
extern void meta_regression_request(meta_regression_state *state, bool is_new, uint8 request, uint8 method,
									uint8 test, double level);

#endif
