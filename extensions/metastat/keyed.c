/*
 * keyed.c - the state of studies that have a key: its type, and how rows and states enter it.
 *
 * As in aggregates.c the transition value is changed in place, and moves to twice the room when it is full.
 */
#include "keyed.h"

#include "common/int.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(meta_keyed_state_in);
PG_FUNCTION_INFO_V1(meta_keyed_state_out);
PG_FUNCTION_INFO_V1(meta_keyed_state_recv);
PG_FUNCTION_INFO_V1(meta_keyed_state_send);
PG_FUNCTION_INFO_V1(meta_keyed_accumulate);
PG_FUNCTION_INFO_V1(meta_keyed_combine);
PG_FUNCTION_INFO_V1(meta_keyed_finish);

#define FIRST_ROOM 512

/* ---- the type -------------------------------------------------------------------------------- */

static Size
entry_size(int32 length)
{
	return MAXALIGN(offsetof(keyed_entry, key) + (Size) length);
}

static psy_status
check_request(const keyed_state *s, psy_error *err)
{
	for (int i = 0; i < 5; i++)
		if (s->reserved[i] != 0)
			return psy_fail(err, PSY_FORMAT, "reserved byte %d is not 0", i + 1);
	if (s->has_request == 0 && s->method == 0 && s->test == 0 && s->level == 0 && !signbit(s->level))
		return PSY_OK;
	if (s->has_request != 1 || s->method > PSY_META_PMM || s->test > PSY_META_ADHOC ||
		!(s->level > 0 && s->level < 1))
		return psy_fail(err, PSY_FORMAT, "it asks for an unknown model");
	return PSY_OK;
}

/* The entry at offset is whole, has a usable study, a key in the database's encoding, and zero padding. */
static psy_status
check_entry(const keyed_state *s, Size offset, Size *size, psy_error *err)
{
	const keyed_entry *e = (const keyed_entry *) (s->entries + offset);
	Size left = (Size) s->used - offset;

	if (left < offsetof(keyed_entry, key) || e->length < 0 || (Size) e->length > left ||
		entry_size(e->length) > left)
		return psy_fail(err, PSY_FORMAT, "a key of it runs over its end");
	*size = entry_size(e->length);
	if (psy_meta_check_study(e->effect.yi, e->effect.vi, err) != PSY_OK)
		return PSY_FORMAT;
	if (memchr(e->key, 0, e->length) != NULL || !pg_verifymbstr(e->key, e->length, true))
		return psy_fail(err, PSY_FORMAT, "a key of it is not text");
	for (const char *c = e->key + e->length; c < (const char *) e + *size; c++)
		if (*c != 0)
			return psy_fail(err, PSY_FORMAT, "there is something behind a key of it");
	return PSY_OK;
}

static psy_status
check_state(const psyrad_header *header, Size total, psy_error *err)
{
	const keyed_state *s = (const keyed_state *) header;
	Size room = total - offsetof(keyed_state, entries), size = 0, at = 0;
	int64 entries = 0;
	psy_status status = check_request(s, err);

	if (status != PSY_OK)
		return status;
	if (s->missing < 0 || s->missing > PG_INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "it counts %lld missing rows", (long long) s->missing);
	if (s->used < 0 || (Size) s->used > room || s->used % 8 != 0)
		return psy_fail(err, PSY_FORMAT, "it uses %lld of %zu bytes", (long long) s->used, room);
	for (; at < (Size) s->used; at += size, entries++)
	{
		status = check_entry(s, at, &size, err);
		if (status != PSY_OK)
			return status;
	}
	if (entries != s->k)
		return psy_fail(err, PSY_FORMAT, "it counts %lld studies and holds %lld", (long long) s->k,
						(long long) entries);
	for (; at < room; at++)
		if (s->entries[at] != 0)
			return psy_fail(err, PSY_FORMAT, "there is something behind its studies");
	return PSY_OK;
}

const psyrad_state_type keyed_state_type = {"meta_keyed_state", PSYRAD_MAGIC('m', 'k', 'y', '1'),
											offsetof(keyed_state, entries), check_state};

Datum
meta_keyed_state_in(PG_FUNCTION_ARGS)
{
	return psyrad_state_in(fcinfo, &keyed_state_type);
}

Datum
meta_keyed_state_out(PG_FUNCTION_ARGS)
{
	return psyrad_state_out(fcinfo, &keyed_state_type);
}

Datum
meta_keyed_state_recv(PG_FUNCTION_ARGS)
{
	return psyrad_state_recv(fcinfo, &keyed_state_type);
}

Datum
meta_keyed_state_send(PG_FUNCTION_ARGS)
{
	return psyrad_state_send(fcinfo, &keyed_state_type);
}

/* ---- order ----------------------------------------------------------------------------------- */

static int
compare_keys(const keyed_entry *a, const keyed_entry *b)
{
	int order = memcmp(a->key, b->key, Min(a->length, b->length));

	return order != 0 ? order : a->length - b->length;
}

static int
compare_effects(const keyed_entry *a, const keyed_entry *b)
{
	if (a->effect.vi != b->effect.vi)
		return a->effect.vi < b->effect.vi ? -1 : 1;
	return a->effect.yi < b->effect.yi ? -1 : a->effect.yi > b->effect.yi;
}

static int
by_key_then_effect(const void *left, const void *right)
{
	const keyed_entry *a = *(const keyed_entry *const *) left, *b = *(const keyed_entry *const *) right;
	int order = compare_keys(a, b);

	return order != 0 ? order : compare_effects(a, b);
}

static int
by_effect_then_key(const void *left, const void *right)
{
	const keyed_entry *a = *(const keyed_entry *const *) left, *b = *(const keyed_entry *const *) right;
	int order = compare_effects(a, b);

	return order != 0 ? order : compare_keys(a, b);
}

bool
keyed_same_key(const keyed_entry *a, const keyed_entry *b)
{
	return compare_keys(a, b) == 0;
}

const keyed_entry **
keyed_entries(const keyed_state *state, bool by_key)
{
	const keyed_entry **entry = palloc_extended(sizeof *entry * Max(state->k, 1), MCXT_ALLOC_HUGE);
	Size at = 0;

	for (int64 i = 0; i < state->k; i++)
	{
		entry[i] = (const keyed_entry *) (state->entries + at);
		at += entry_size(entry[i]->length);
	}
	qsort(entry, state->k, sizeof *entry, by_key ? by_key_then_effect : by_effect_then_key);
	return entry;
}

/* ---- rows and states ------------------------------------------------------------------------- */

/* A state with all that state (which may be NULL) holds, and room bytes for entries. */
static keyed_state *
state_with_room(const keyed_state *state, Size room)
{
	Size head = offsetof(keyed_state, entries);

	return (keyed_state *) psyrad_copy_state(&keyed_state_type, state, state != NULL ? head + state->used : 0, head + room);
}

static keyed_state *
make_room(keyed_state *state, Size more)
{
	Size room = VARSIZE(state) - offsetof(keyed_state, entries), needed = state->used + more;

	return needed <= room ? state : state_with_room(state, Max(needed, 2 * room));
}

/* Method and test behind key, yi and vi, as far as the aggregate has them. */
static void
read_request(FunctionCallInfo fcinfo, keyed_state *request)
{
	psy_meta_options options = meta_default_options();
	psy_error err;

	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 4, "method"), &options.method, &err), &err);
	if (PG_NARGS() > 5)
		PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, 5, "test"), &options.test, &err), &err);
	request->has_request = 1;
	request->method = options.method;
	request->test = options.test;
	request->level = options.level;
}

static bool
same_request(const keyed_state *a, const keyed_state *b)
{
	return a->has_request == b->has_request && a->method == b->method && a->test == b->test &&
		   a->level == b->level;
}

static void
count_missing(keyed_state *state, int64 more)
{
	int32 missing;

	if (pg_add_s32_overflow((int32) state->missing, (int32) more, &missing))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows without yi or vi")));
	state->missing = missing;
}

static keyed_state *
add_row(FunctionCallInfo fcinfo, keyed_state *state)
{
	text *key;
	keyed_entry *entry;
	psy_error err;

	if (PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("key must not be NULL")));
	if (PG_ARGISNULL(2) || PG_ARGISNULL(3))
	{
		count_missing(state, 1);
		return state;
	}
	PSYRAD_CHECK(psy_meta_check_study(PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3), &err), &err);
	key = PG_GETARG_TEXT_PP(1);
	state = make_room(state, entry_size(VARSIZE_ANY_EXHDR(key)));
	entry = (keyed_entry *) (state->entries + state->used);
	entry->effect = (psy_effect){PG_GETARG_FLOAT8(2) + 0.0, PG_GETARG_FLOAT8(3) + 0.0};
	entry->length = VARSIZE_ANY_EXHDR(key);
	memcpy(entry->key, VARDATA_ANY(key), entry->length);
	state->used += entry_size(entry->length);
	state->k++;
	return state;
}

/* What a foreign aggregate may have passed as its initial state is checked like any other value. */
static keyed_state *
transition(FunctionCallInfo fcinfo, const char *function)
{
	keyed_state *state = (keyed_state *) psyrad_transition_state(fcinfo, function);

	if (state != NULL &&
		(VARSIZE(state) < offsetof(keyed_state, entries) || state->header.magic != keyed_state_type.magic))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("%s works in the aggregates of psyrad only", function)));
	return state;
}

Datum
meta_keyed_accumulate(PG_FUNCTION_ARGS)
{
	keyed_state *state = transition(fcinfo, "meta_keyed_accumulate");
	keyed_state request = {0};

	if (PG_NARGS() > 4)
		read_request(fcinfo, &request);
	if (state == NULL)
	{
		state = state_with_room(NULL, FIRST_ROOM);
		state->has_request = request.has_request;
		state->method = request.method;
		state->test = request.test;
		state->level = request.level;
	}
	else if (!same_request(state, &request))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("method and test must be the same for all rows of a group")));
	PG_RETURN_POINTER(add_row(fcinfo, state));
}

Datum
meta_keyed_combine(PG_FUNCTION_ARGS)
{
	keyed_state *state = transition(fcinfo, "meta_keyed_combine");
	const keyed_state *other;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (const keyed_state *) psyrad_state_arg(fcinfo, 1, &keyed_state_type);
	if (state == NULL)
		PG_RETURN_POINTER(state_with_room(other, Max(other->used, FIRST_ROOM)));
	if (!same_request(state, other))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("states that ask for different models cannot be merged")));
	count_missing(state, other->missing);
	state = make_room(state, other->used);
	memcpy(state->entries + state->used, other->entries, other->used);
	state->used += other->used;
	state->k += other->k;
	PG_RETURN_POINTER(state);
}

/* The canonical form: sorted by key, no unused room. */
Datum
meta_keyed_finish(PG_FUNCTION_ARGS)
{
	const keyed_state *state = (const keyed_state *) psyrad_state_arg(fcinfo, 0, &keyed_state_type);
	const keyed_entry **entry = keyed_entries(state, true);
	keyed_state *copy = state_with_room(state, state->used);
	Size at = 0;

	for (int64 i = 0; i < state->k; i++)
	{
		memcpy(copy->entries + at, entry[i], entry_size(entry[i]->length));
		at += entry_size(entry[i]->length);
	}
	PG_RETURN_POINTER(copy);
}
