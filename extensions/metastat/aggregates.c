/*
 * aggregates.c - how rows become a meta_state, how states merge, and what the aggregates return.
 *
 * The transition value is changed in place.  When it is full, a state of twice the room is made in the
 * per-row context: the executor copies it, room included, next to the old one and frees that, so that the
 * cost per row stays constant.
 */
#include "metastat.h"

#include "common/int.h"

PG_FUNCTION_INFO_V1(meta_accumulate);
PG_FUNCTION_INFO_V1(meta_combine);
PG_FUNCTION_INFO_V1(meta_state_finish);
PG_FUNCTION_INFO_V1(meta_finish);
PG_FUNCTION_INFO_V1(meta_final);

#define FIRST_ROOM 8

static Size
state_size(int64 room)
{
	return offsetof(meta_state, study) + (Size) room * sizeof(psy_effect);
}

static int64
state_room(const meta_state *state)
{
	return (VARSIZE(state) - offsetof(meta_state, study)) / sizeof(psy_effect);
}

/* A copy of state (which may be NULL) with the given room, no less than it holds. */
static meta_state *
state_with_room(const meta_state *state, int64 room)
{
	return (meta_state *) psyrad_copy_state(&meta_state_type, state, state != NULL ? state_size(state->k) : 0,
											state_size(room));
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Names longer than this are none of ours, and are read anew to raise their error. */
#define NAME_SIZE 16

/* What a call site asked for last, so that constant names are not read once a row. */
typedef struct request_memory
{
	meta_state request; /* of which only the request is used */
	char name[2][NAME_SIZE];
	int length[2]; /* 0: nothing remembered, or no such argument */
} request_memory;

static request_memory *
remembered(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(request_memory));
	return (request_memory *) fcinfo->flinfo->fn_extra;
}

/* Whether the names in arguments 3 and 4 and the level in 5 are those remembered. */
static bool
asks_the_same(FunctionCallInfo fcinfo, const request_memory *memory)
{
	for (int i = 0; i < 2 && 3 + i < PG_NARGS(); i++)
	{
		text *name;

		if (PG_ARGISNULL(3 + i) || memory->length[i] == 0)
			return false;
		name = PG_GETARG_TEXT_PP(3 + i);
		if (VARSIZE_ANY_EXHDR(name) != memory->length[i] ||
			memcmp(VARDATA_ANY(name), memory->name[i], memory->length[i]) != 0)
			return false;
	}
	return PG_NARGS() <= 5 || (!PG_ARGISNULL(5) && PG_GETARG_FLOAT8(5) == memory->request.level);
}

static void
remember_names(FunctionCallInfo fcinfo, request_memory *memory)
{
	for (int i = 0; i < 2 && 3 + i < PG_NARGS(); i++)
	{
		text *name = PG_GETARG_TEXT_PP(3 + i);

		memory->length[i] = VARSIZE_ANY_EXHDR(name) <= NAME_SIZE ? VARSIZE_ANY_EXHDR(name) : 0;
		memcpy(memory->name[i], VARDATA_ANY(name), memory->length[i]);
	}
}

/* Method, test and level from the arguments behind yi and vi, as far as the aggregate has them. */
static const meta_state *
read_request(FunctionCallInfo fcinfo)
{
	request_memory *memory = remembered(fcinfo);
	psy_meta_options options = meta_default_options();
	psy_error err;

	if (asks_the_same(fcinfo, memory))
		return &memory->request;
	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 3, "method"), &options.method, &err), &err);
	if (PG_NARGS() > 4)
		PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, 4, "test"), &options.test, &err), &err);
	if (PG_NARGS() > 5)
		options.level = metastat_level(fcinfo, 5);
	memory->request.has_request = 1;
	memory->request.method = options.method;
	memory->request.test = options.test;
	memory->request.level = options.level;
	remember_names(fcinfo, memory);
	return &memory->request;
}

static void
set_or_check_request(FunctionCallInfo fcinfo, meta_state *state, bool is_new)
{
	const meta_state *request;

	if (PG_NARGS() <= 3)
		return;
	request = read_request(fcinfo);
	if (is_new)
	{
		state->has_request = request->has_request;
		state->method = request->method;
		state->test = request->test;
		state->level = request->level;
	}
	else if (!meta_same_request(state, request))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("method, test and level must be the same for all rows of a group"),
						errhint("Group by them, or use meta_final over meta_state.")));
}

/* A row without yi or vi is counted; one that cannot be a study raises. */
static meta_state *
add_row(FunctionCallInfo fcinfo, meta_state *state)
{
	psy_error err;
	int32 missing;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (pg_add_s32_overflow((int32) state->missing, 1, &missing))
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows without yi or vi")));
		state->missing = missing;
		return state;
	}
	PSYRAD_CHECK(psy_meta_check_study(PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), &err), &err);
	if (state->k == state_room(state))
		state = state_with_room(state, Max(2 * state->k, FIRST_ROOM));
	/* + 0.0 turns -0 into 0, so that equal studies have equal bytes. */
	state->study[state->k++] = (psy_effect){PG_GETARG_FLOAT8(1) + 0.0, PG_GETARG_FLOAT8(2) + 0.0};
	return state;
}

Datum
meta_accumulate(PG_FUNCTION_ARGS)
{
	meta_state *state = (meta_state *) psyrad_transition_state(fcinfo, "meta_accumulate");
	bool is_new = state == NULL;

	if (is_new)
		state = state_with_room(NULL, FIRST_ROOM);
	set_or_check_request(fcinfo, state, is_new);
	PG_RETURN_POINTER(add_row(fcinfo, state));
}

/* ---- states ---------------------------------------------------------------------------------- */

/* Room for `more` studies on top of the state's, in place when it has it already. */
static meta_state *
make_room(meta_state *state, int64 more)
{
	int64 needed = state->k + more;

	return needed <= state_room(state) ? state : state_with_room(state, Max(needed, 2 * state->k));
}

Datum
meta_combine(PG_FUNCTION_ARGS)
{
	meta_state *state = (meta_state *) psyrad_transition_state(fcinfo, "meta_combine");
	const meta_state *other;
	int32 missing;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (const meta_state *) psyrad_state_arg(fcinfo, 1, &meta_state_type);
	if (state == NULL)
		PG_RETURN_POINTER(state_with_room(other, Max(other->k, FIRST_ROOM)));
	if (!meta_same_request(state, other))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("states that ask for different models cannot be merged")));
	if (pg_add_s32_overflow((int32) state->missing, (int32) other->missing, &missing))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows without yi or vi")));
	state = make_room(state, other->k);
	memcpy(&state->study[state->k], other->study, (Size) other->k * sizeof(psy_effect));
	state->k += other->k;
	state->missing = missing;
	PG_RETURN_POINTER(state);
}

/* The canonical form: no unused room, studies in order. */
Datum
meta_state_finish(PG_FUNCTION_ARGS)
{
	const meta_state *state = (const meta_state *) psyrad_state_arg(fcinfo, 0, &meta_state_type);
	meta_state *copy = state_with_room(state, state->k);

	psy_meta_sort(copy->study, (size_t) copy->k);
	PG_RETURN_POINTER(copy);
}

/* ---- results --------------------------------------------------------------------------------- */

Datum
meta_finish(PG_FUNCTION_ARGS)
{
	const meta_state *state = (const meta_state *) psyrad_state_arg(fcinfo, 0, &meta_state_type);
	psy_meta_options options = meta_default_options();

	if (state->has_request)
	{
		options.method = (psy_meta_method) state->method;
		options.test = (psy_meta_test) state->test;
		options.level = state->level;
	}
	return meta_fit_datum(fcinfo, state, &options);
}

Datum
meta_final(PG_FUNCTION_ARGS)
{
	psy_meta_options options = metastat_model_options(fcinfo);
	psy_error err;

	PSYRAD_CHECK(psy_meta_pi_parse(metastat_option(fcinfo, 4, "pi"), &options.pi, &err), &err);
	PSYRAD_CHECK(psy_meta_tau2_ci_parse(metastat_option(fcinfo, 5, "tau2_ci"), &options.tau2_ci, &err), &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return meta_fit_datum(fcinfo, (const meta_state *) psyrad_state_arg(fcinfo, 0, &meta_state_type),
						  &options);
}
