/*
 * outcomes.h - psyrad.meta_multivariate_state: rows of several outcomes of a study.
 */
#ifndef METASTAT_OUTCOMES_H
#define METASTAT_OUTCOMES_H

#include "metastat.h"

#include "meta/multivariate.h"

#define OUTCOME_BYTES 64 /* an outcome's name with its padding of zeros; the last byte is 0 */
#define OUTCOME_DOUBLES (OUTCOME_BYTES / sizeof(double))

/*
 * Rows of (yi, vi, x[columns], study, outcome, v[width]): the study is the MD5 of its text form, so that states carry no
 * names of studies; outcomes carry theirs, since results are in their order.  v are sampling covariances with the
 * study's outcomes in their order, NaN (one bit pattern) where there is none.  As in meta_state the running image has
 * unused room, which is zero, and the finished one has none and is sorted.  columns and width are -1 until a row came.
 */
typedef struct meta_outcomes_state
{
	psyrad_header header;
	int64 k;
	int64 missing;
	int32 columns;
	int32 width;
	uint8 request;   /* 1 when an aggregate keeps its options here, else 0 and so are they */
	uint8 structure; /* psy_structure_kind */
	uint8 method;    /* psy_meta_method */
	uint8 reserved[5];
	double value[FLEXIBLE_ARRAY_MEMBER];
} meta_outcomes_state;

extern const psyrad_state_type meta_outcomes_state_type;

/* Doubles in a row, and where in it the study's key, the outcome's name and v are. */
extern size_t meta_outcomes_stride(const meta_outcomes_state *state);
extern size_t meta_outcomes_study(const meta_outcomes_state *state);
extern size_t meta_outcomes_name(const meta_outcomes_state *state);
extern size_t meta_outcomes_v(const meta_outcomes_state *state);

#endif
