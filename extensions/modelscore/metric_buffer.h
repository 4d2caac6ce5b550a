/*
 * metric_buffer.h - the states of metrics that need all cases: one number a case (a score: metric_state) or
 * two (two scores, or a prediction and what was observed: metric_pairs), by truth.
 *
 * Positive cases stand from the front of one buffer and negative ones from its back, so that neither needs to
 * know how many the other will be.  When they meet, the buffer doubles.
 */
#ifndef METRIC_BUFFER_H
#define METRIC_BUFFER_H

#include "common.h"

#include "models/confusion.h"
#include "models/metric_curve.h"
#include "models/metric_paired.h"

typedef struct metric_buffer
{
	psyrad_header header;
	uint64 positives;
	uint64 negatives;
	uint64 capacity; /* cases */
	double value[FLEXIBLE_ARRAY_MEMBER];
} metric_buffer;

extern const psyrad_state_type metric_scores_type;
extern const psyrad_state_type metric_pairs_type;

/* A copy with that much room. */
extern metric_buffer *metric_buffer_copy(const metric_buffer *from, uint64 capacity);

extern double *metric_negatives(const metric_buffer *state);

/* A state argument as sorted scores, or as sorted pairs. */
extern psy_scores metric_scores_arg(FunctionCallInfo fcinfo, int argument);

/* Raises unless all scores are from 0 to 1. */
extern void metric_require_probabilities(const psy_scores *s);

/* Which class has no case; NULL when both have some. */
extern const char *metric_empty_class(const psy_scores *s);

typedef struct metric_pairs_sorted
{
	const psy_pair *positive;
	size_t positives;
	const psy_pair *negative;
	size_t negatives;
} metric_pairs_sorted;

extern metric_pairs_sorted metric_pairs_arg(FunctionCallInfo fcinfo, int argument);

/* A state of predictions beside what was observed: all its cases. */
extern metric_pairs_sorted metric_errors_arg(FunctionCallInfo fcinfo, int argument);

/* A state of labels (metric_confusion.c); and the place of the positive one: the named argument, or "true" when all
 * labels are booleans'.  As many as there are labels when no case has it. */
extern psy_confusion metric_confusion_arg(FunctionCallInfo fcinfo, int argument);
extern size_t metric_positive_arg(FunctionCallInfo fcinfo, int state, int argument);

/* Raises unless 0 < level < 1; the normal quantile of a two-sided interval of that level. */
extern double metric_z_of_level(double level);

#endif
