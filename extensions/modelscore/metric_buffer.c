/* metric_buffer.c - see metric_buffer.h: input and output, transition and combination. */
#include "metric_buffer.h"

#include "stats/distribution.h"

#include "utils/memutils.h"

#include <math.h>

static psy_status
check_buffer(const psyrad_header *header, Size size, Size width, psy_error *err)
{
	const metric_buffer *state = (const metric_buffer *) header;
	Size room = size - sizeof(metric_buffer);

	if (room % (sizeof(double) * width) != 0 || state->capacity != room / (sizeof(double) * width))
		return psy_fail(err, PSY_FORMAT, "room for %llu cases in %zu bytes",
						(unsigned long long) state->capacity, size);
	if (state->positives > state->capacity || state->negatives > state->capacity - state->positives)
		return psy_fail(err, PSY_FORMAT, "more cases than room");
	for (uint64 k = 0; k < state->positives * width; k++)
		if (isnan(state->value[k]))
			return psy_fail(err, PSY_FORMAT, "a score is NaN");
	for (uint64 k = (state->capacity - state->negatives) * width; k < state->capacity * width; k++)
		if (isnan(state->value[k]))
			return psy_fail(err, PSY_FORMAT, "a score is NaN");
	return PSY_OK;
}

static psy_status
check_scores(const psyrad_header *header, Size size, psy_error *err)
{
	return check_buffer(header, size, 1, err);
}

static psy_status
check_pairs(const psyrad_header *header, Size size, psy_error *err)
{
	return check_buffer(header, size, 2, err);
}

const psyrad_state_type metric_scores_type = {.name = "metric_state",
											  .magic = PSYRAD_MAGIC('m', 't', 'r', '1'),
											  .minimum = sizeof(metric_buffer),
											  .check = check_scores};
const psyrad_state_type metric_pairs_type = {.name = "metric_pairs",
											 .magic = PSYRAD_MAGIC('m', 't', 'p', '1'),
											 .minimum = sizeof(metric_buffer),
											 .check = check_pairs};

#define STATE_IO(name, type)                                                                                 \
	PG_FUNCTION_INFO_V1(name##_in);                                                                          \
	Datum name##_in(PG_FUNCTION_ARGS)                                                                        \
	{                                                                                                        \
		PG_RETURN_DATUM(psyrad_state_in(fcinfo, &type));                                                     \
	}                                                                                                        \
	PG_FUNCTION_INFO_V1(name##_out);                                                                         \
	Datum name##_out(PG_FUNCTION_ARGS)                                                                       \
	{                                                                                                        \
		PG_RETURN_DATUM(psyrad_state_out(fcinfo, &type));                                                    \
	}                                                                                                        \
	PG_FUNCTION_INFO_V1(name##_recv);                                                                        \
	Datum name##_recv(PG_FUNCTION_ARGS)                                                                      \
	{                                                                                                        \
		PG_RETURN_DATUM(psyrad_state_recv(fcinfo, &type));                                                   \
	}                                                                                                        \
	PG_FUNCTION_INFO_V1(name##_send);                                                                        \
	Datum name##_send(PG_FUNCTION_ARGS)                                                                      \
	{                                                                                                        \
		PG_RETURN_DATUM(psyrad_state_send(fcinfo, &type));                                                   \
	}                                                                                                        \
	extern int no_such_variable

STATE_IO(metric_state, metric_scores_type);
STATE_IO(metric_pairs, metric_pairs_type);

/* ---- growing --------------------------------------------------------------------------------- */

static Size
width_of(const metric_buffer *state)
{
	return state->header.magic == metric_pairs_type.magic ? 2 : 1;
}

double *
metric_negatives(const metric_buffer *state)
{
	return (double *) state->value + (state->capacity - state->negatives) * width_of(state);
}

static metric_buffer *
new_buffer(const psyrad_state_type *type, uint64 capacity)
{
	Size width = type == &metric_pairs_type ? 2 : 1;
	metric_buffer *to =
		(metric_buffer *) psyrad_new_state(type, sizeof(metric_buffer) + sizeof(double) * width * capacity);

	to->capacity = capacity;
	return to;
}

metric_buffer *
metric_buffer_copy(const metric_buffer *from, uint64 capacity)
{
	Size width = width_of(from);
	metric_buffer *to = new_buffer(width == 2 ? &metric_pairs_type : &metric_scores_type, capacity);

	to->positives = from->positives;
	to->negatives = from->negatives;
	memcpy(to->value, from->value, sizeof(double) * width * from->positives);
	memcpy(metric_negatives(to), metric_negatives(from), sizeof(double) * width * from->negatives);
	return to;
}

/* The state with room for that many more; nodeAgg moves what a transition function returns into the
 * aggregate's own memory. */
static metric_buffer *
with_room(metric_buffer *state, const psyrad_state_type *type, uint64 more)
{
	Size width = type == &metric_pairs_type ? 2 : 1;
	uint64 most = (MaxAllocSize - sizeof(metric_buffer)) / (sizeof(double) * width);
	uint64 used = state == NULL ? 0 : state->positives + state->negatives;
	uint64 capacity = Max(used + more, Min(Max(used * 2, 16), most));

	if (state == NULL)
		return new_buffer(type, capacity);
	return state->capacity - used >= more ? state : metric_buffer_copy(state, capacity);
}

/* Anybody can wrap these functions in an aggregate with a state of his own. */
static metric_buffer *
transition_state(FunctionCallInfo fcinfo, const psyrad_state_type *type, const char *function)
{
	metric_buffer *state = (metric_buffer *) psyrad_transition_state(fcinfo, function);

	if (state != NULL && state->header.magic != type->magic)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("%s was given a state of another type", function)));
	return state;
}

static double
number_arg(FunctionCallInfo fcinfo, int argument, const char *name)
{
	double number = PG_GETARG_FLOAT8(argument);

	if (isnan(number))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is NaN", name),
						errhint("Leave such rows out; rows where it is NULL are not counted.")));
	return number;
}

static Datum
keep(metric_buffer *state, FunctionCallInfo fcinfo)
{
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/* Adds the case's numbers on the side of its truth. */
static Datum
add_case(metric_buffer *state, const psyrad_state_type *type, const double *number, bool truth)
{
	Size width = type == &metric_pairs_type ? 2 : 1;
	double *to;

	state = with_room(state, type, 1);
	to = truth ? state->value + width * state->positives++
			   : state->value + width * (state->capacity - ++state->negatives);
	memcpy(to, number, sizeof(double) * width);
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(metric_state_add);
Datum
metric_state_add(PG_FUNCTION_ARGS)
{
	metric_buffer *state = transition_state(fcinfo, &metric_scores_type, "metric_state_add");

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return keep(state, fcinfo);
	return add_case(state, &metric_scores_type, (double[]){number_arg(fcinfo, 1, "score")},
					PG_GETARG_BOOL(2));
}

/* (state, score_a, score_b, truth) */
PG_FUNCTION_INFO_V1(metric_pairs_add);
Datum
metric_pairs_add(PG_FUNCTION_ARGS)
{
	metric_buffer *state = transition_state(fcinfo, &metric_pairs_type, "metric_pairs_add");

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return keep(state, fcinfo);
	return add_case(state, &metric_pairs_type,
					(double[]){number_arg(fcinfo, 1, "score_a"), number_arg(fcinfo, 2, "score_b")},
					PG_GETARG_BOOL(3));
}

/* (state, predicted, observed): all stand in front. */
PG_FUNCTION_INFO_V1(metric_errors_add);
Datum
metric_errors_add(PG_FUNCTION_ARGS)
{
	metric_buffer *state = transition_state(fcinfo, &metric_pairs_type, "metric_errors_add");
	double number[2];

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return keep(state, fcinfo);
	number[0] = number_arg(fcinfo, 1, "predicted");
	number[1] = number_arg(fcinfo, 2, "observed");
	if (isinf(number[0]) || isinf(number[1]))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s is infinite", isinf(number[0]) ? "predicted" : "observed")));
	return add_case(state, &metric_pairs_type, number, true);
}

static Datum
join(FunctionCallInfo fcinfo, const psyrad_state_type *type, const char *function)
{
	metric_buffer *state = transition_state(fcinfo, type, function);
	Size width = type == &metric_pairs_type ? 2 : 1;
	const metric_buffer *other;

	if (PG_ARGISNULL(1))
		return keep(state, fcinfo);
	other = (const metric_buffer *) psyrad_state_arg(fcinfo, 1, type);
	state = with_room(state, type, other->positives + other->negatives);
	memcpy(state->value + width * state->positives, other->value, sizeof(double) * width * other->positives);
	state->positives += other->positives;
	state->negatives += other->negatives;
	memcpy(metric_negatives(state), metric_negatives(other), sizeof(double) * width * other->negatives);
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(metric_state_join);
Datum
metric_state_join(PG_FUNCTION_ARGS)
{
	return join(fcinfo, &metric_scores_type, "metric_state_join");
}

PG_FUNCTION_INFO_V1(metric_pairs_join);
Datum
metric_pairs_join(PG_FUNCTION_ARGS)
{
	return join(fcinfo, &metric_pairs_type, "metric_pairs_join");
}

double
metric_z_of_level(double level)
{
	if (!(level > 0 && level < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("level is %g, a number between 0 and 1 expected", level)));
	return psy_normal_quantile((1 - level) / 2, PSY_UPPER);
}
