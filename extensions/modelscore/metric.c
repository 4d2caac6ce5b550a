/*
 * metric.c - metrics over score and truth as aggregates over one flat, mergeable state.
 *
 * The state holds the scores of the positive cases from the front of one buffer and those of the negative
 * cases from its back, so that neither needs to know how many the other will be.  When they meet, the buffer
 * doubles.
 */
#include "modelscore.h"

#include "models/metric.h"
#include "stats/distribution.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include <math.h>

typedef struct metric_state
{
	psyrad_header header;
	uint64 positives;
	uint64 negatives;
	uint64 capacity;
	double value[FLEXIBLE_ARRAY_MEMBER];
} metric_state;

/* Scores that fit into 1 GB. */
#define MOST ((MaxAllocSize - sizeof(metric_state)) / sizeof(double))

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const metric_state *state = (const metric_state *) header;

	if (state->capacity != (size - sizeof(metric_state)) / sizeof(double) || size % sizeof(double) != 0)
		return psy_fail(err, PSY_FORMAT, "room for %llu scores in %zu bytes",
						(unsigned long long) state->capacity, size);
	if (state->positives > state->capacity || state->negatives > state->capacity - state->positives)
		return psy_fail(err, PSY_FORMAT, "more scores than room");
	for (uint64 k = 0; k < state->positives; k++)
		if (isnan(state->value[k]))
			return psy_fail(err, PSY_FORMAT, "a score is NaN");
	for (uint64 k = state->capacity - state->negatives; k < state->capacity; k++)
		if (isnan(state->value[k]))
			return psy_fail(err, PSY_FORMAT, "a score is NaN");
	return PSY_OK;
}

static const psyrad_state_type state_type = {.name = "metric_state",
											 .magic = PSYRAD_MAGIC('m', 't', 'r', '1'),
											 .minimum = sizeof(metric_state),
											 .check = check_state};

PG_FUNCTION_INFO_V1(metric_state_in);
Datum
metric_state_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_in(fcinfo, &state_type));
}

PG_FUNCTION_INFO_V1(metric_state_out);
Datum
metric_state_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_out(fcinfo, &state_type));
}

PG_FUNCTION_INFO_V1(metric_state_recv);
Datum
metric_state_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_recv(fcinfo, &state_type));
}

PG_FUNCTION_INFO_V1(metric_state_send);
Datum
metric_state_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_send(fcinfo, &state_type));
}

/* ---- transition
 * ------------------------------------------------------------------------------------------------ */

static const double *
negatives_of(const metric_state *state)
{
	return state->value + (state->capacity - state->negatives);
}

/* A copy with that much room; nodeAgg moves what a transition function returns into the aggregate's own
 * memory. */
static metric_state *
with_capacity(const metric_state *from, uint64 capacity)
{
	metric_state *to =
		(metric_state *) psyrad_new_state(&state_type, sizeof(metric_state) + sizeof(double) * capacity);

	to->capacity = capacity;
	if (from != NULL)
	{
		to->positives = from->positives;
		to->negatives = from->negatives;
		memcpy(to->value, from->value, sizeof(double) * from->positives);
		memcpy(to->value + capacity - to->negatives, negatives_of(from), sizeof(double) * from->negatives);
	}
	return to;
}

/* The state with room for that many more. */
static metric_state *
with_room(metric_state *state, uint64 more)
{
	uint64 used = state == NULL ? 0 : state->positives + state->negatives;

	if (state != NULL && state->capacity - used >= more)
		return state;
	return with_capacity(state, Max(used + more, Min(Max(used * 2, 16), MOST)));
}

PG_FUNCTION_INFO_V1(metric_state_add);
Datum
metric_state_add(PG_FUNCTION_ARGS)
{
	metric_state *state = (metric_state *) psyrad_transition_state(fcinfo, "metric_state_add");
	double score;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	score = PG_GETARG_FLOAT8(1);
	if (isnan(score))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("score is NaN"),
						errhint("Leave such rows out; rows whose score is NULL are not counted.")));
	state = with_room(state, 1);
	if (PG_GETARG_BOOL(2))
		state->value[state->positives++] = score;
	else
		state->value[state->capacity - ++state->negatives] = score;
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(metric_state_join);
Datum
metric_state_join(PG_FUNCTION_ARGS)
{
	metric_state *state = (metric_state *) psyrad_transition_state(fcinfo, "metric_state_join");
	const metric_state *other;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (const metric_state *) psyrad_state_arg(fcinfo, 1, &state_type);
	state = with_room(state, other->positives + other->negatives);
	memcpy(state->value + state->positives, other->value, sizeof(double) * other->positives);
	state->positives += other->positives;
	state->negatives += other->negatives;
	memcpy(state->value + (state->capacity - state->negatives), negatives_of(other),
		   sizeof(double) * other->negatives);
	PG_RETURN_POINTER(state);
}

/* ---- results
 * --------------------------------------------------------------------------------------------------- */

/* A copy without slack, both parts sorted: the same bytes whatever the order of rows was. */
static metric_state *
sorted_copy(const metric_state *state)
{
	metric_state *sorted = with_capacity(state, state->positives + state->negatives);
	double *work = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * Max(sorted->capacity, 1));

	psy_sort_doubles(sorted->value, sorted->positives, work);
	CHECK_FOR_INTERRUPTS();
	psy_sort_doubles(sorted->value + sorted->positives, sorted->negatives, work);
	pfree(work);
	return sorted;
}

/* Final function of metric_auc_state and metric_auc_merge. */
PG_FUNCTION_INFO_V1(metric_state_finish);
Datum
metric_state_finish(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(sorted_copy((const metric_state *) psyrad_state_arg(fcinfo, 0, &state_type)));
}

PG_FUNCTION_INFO_V1(metric_auc_final);
Datum
metric_auc_final(PG_FUNCTION_ARGS)
{
	const metric_state *state = (const metric_state *) psyrad_state_arg(fcinfo, 0, &state_type);
	const metric_state *sorted;

	if (state->positives == 0 || state->negatives == 0)
		PG_RETURN_NULL();
	sorted = sorted_copy(state);
	PG_RETURN_FLOAT8(psy_auc(sorted->value, sorted->positives, negatives_of(sorted), sorted->negatives));
}

/* One row (positives, negatives, estimate, se, ci_lb, ci_ub, level, note). */
static Datum
interval_row(FunctionCallInfo fcinfo, const metric_state *state, double level)
{
	enum
	{
		POSITIVES,
		NEGATIVES,
		ESTIMATE,
		SE,
		LOWER,
		UPPER,
		LEVEL,
		NOTE,
		COLUMNS
	};
	const metric_state *sorted = sorted_copy(state);
	psy_auc_interval auc;
	const char *note = NULL;
	TupleDesc row;
	Datum value[COLUMNS];
	bool null[COLUMNS] = {0};

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "metric_auc_ci must return a row");
	value[POSITIVES] = Int64GetDatum(sorted->positives);
	value[NEGATIVES] = Int64GetDatum(sorted->negatives);
	value[LEVEL] = Float8GetDatum(level);
	if (sorted->positives == 0 || sorted->negatives == 0)
	{
		note = sorted->positives == 0 ? "no positive case" : "no negative case";
		null[ESTIMATE] = null[SE] = null[LOWER] = null[UPPER] = true;
	}
	else
	{
		auc = psy_auc_delong(sorted->value, sorted->positives, negatives_of(sorted), sorted->negatives,
							 psy_normal_quantile((1 - level) / 2, PSY_UPPER));
		value[ESTIMATE] = Float8GetDatum(auc.auc);
		value[SE] = Float8GetDatum(auc.se);
		value[LOWER] = Float8GetDatum(auc.ci_lb);
		value[UPPER] = Float8GetDatum(auc.ci_ub);
		null[SE] = null[LOWER] = null[UPPER] = isnan(auc.se);
		if (isnan(auc.se))
			note = "a class of one case has no variance: no interval";
		else if (auc.se == 0)
			note = "every case ranks alike within its class: the interval has no width and says nothing";
	}
	null[NOTE] = note == NULL;
	if (note != NULL)
		value[NOTE] = CStringGetTextDatum(note);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), value, null));
}

PG_FUNCTION_INFO_V1(metric_auc_ci_final);
Datum
metric_auc_ci_final(PG_FUNCTION_ARGS)
{
	double level = PG_NARGS() > 1 ? PG_GETARG_FLOAT8(1) : 0.95;

	if (!(level > 0 && level < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("level is %g, a number between 0 and 1 expected", level)));
	PG_RETURN_DATUM(
		interval_row(fcinfo, (const metric_state *) psyrad_state_arg(fcinfo, 0, &state_type), level));
}
