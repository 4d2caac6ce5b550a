/*
 * network_state.c - the type psyrad.meta_network_state: its image, input and output, how rows enter and
 * states merge.
 *
 * As in aggregates.c the transition value is changed in place and doubled when it is full.
 */
#include "network.h"

#include "common/int.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

/* ---- image ----------------------------------------------------------------------------------- */

static psy_status
check_entry(const network_entry *e, int64 left, psy_error *err)
{
	Size names = offsetof(network_entry, text);

	if (left < (int64) offsetof(network_entry, text))
		return psy_fail(err, PSY_FORMAT, "it ends within a comparison");
	for (int i = 0; i < NETWORK_NAMES; i++)
	{
		if (e->length[i] == 0 || e->length[i] > NETWORK_LONGEST_NAME)
			return psy_fail(err, PSY_FORMAT, "a name of %d bytes; 1 to %d expected", e->length[i],
							NETWORK_LONGEST_NAME);
		names += e->length[i];
	}
	if ((int64) network_entry_size(e) > left)
		return psy_fail(err, PSY_FORMAT, "it ends within a comparison");
	if (e->reserved != 0 || psy_meta_check_study(e->yi, e->vi, err) != PSY_OK)
		return psy_fail(err, PSY_FORMAT, "a comparison that no aggregate collects");
	for (Size i = names; i < network_entry_size(e); i++)
		if (((const char *) e)[i] != 0)
			return psy_fail(err, PSY_FORMAT, "there is something behind a comparison's names");
	for (int i = 0; i < NETWORK_NAMES; i++)
		if (!pg_verify_mbstr(GetDatabaseEncoding(), network_name(e, i), e->length[i], true))
			return psy_fail(err, PSY_FORMAT, "a name is not text in the database's encoding");
	return PSY_OK;
}

static psy_status
check_head(const network_state *state, int64 capacity, psy_error *err)
{
	for (int i = 0; i < lengthof(state->reserved); i++)
		if (state->reserved[i] != 0)
			return psy_fail(err, PSY_FORMAT, "reserved byte %d is not 0", i + 1);
	if (state->has_request > 1 || (state->has_request ? state->method > PSY_META_PMM : state->method != 0))
		return psy_fail(err, PSY_FORMAT, "it asks for an unknown model");
	if (state->used < 0 || state->used > capacity || state->used % MAXIMUM_ALIGNOF != 0)
		return psy_fail(err, PSY_FORMAT, "it says that %lld of its %lld bytes are used",
						(long long) state->used, (long long) capacity);
	if (state->missing < 0 || state->missing > PG_INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "it counts %lld missing rows", (long long) state->missing);
	return PSY_OK;
}

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const network_state *state = (const network_state *) header;
	int64 capacity = size - offsetof(network_state, entry), at = 0, rows = 0;
	psy_status status = check_head(state, capacity, err);

	for (; status == PSY_OK && at < state->used; rows++)
	{
		const network_entry *e = (const network_entry *) (state->entry + at);

		status = check_entry(e, state->used - at, err);
		if (status == PSY_OK)
			at += network_entry_size(e);
	}
	if (status != PSY_OK)
		return status;
	if (rows != state->rows)
		return psy_fail(err, PSY_FORMAT, "it counts %lld comparisons but holds %lld", (long long) state->rows,
						(long long) rows);
	for (; at < capacity; at++)
		if (state->entry[at] != 0)
			return psy_fail(err, PSY_FORMAT, "there is something behind its comparisons");
	return PSY_OK;
}

const psyrad_state_type network_state_type = {"meta_network_state", PSYRAD_MAGIC('n', 'e', 't', '1'),
											  offsetof(network_state, entry), check_state};

#define STATE_IO(direction)                                                                                  \
	PG_FUNCTION_INFO_V1(meta_network_state_##direction);                                                     \
	Datum meta_network_state_##direction(PG_FUNCTION_ARGS)                                                   \
	{                                                                                                        \
		return psyrad_state_##direction(fcinfo, &network_state_type);                                        \
	}

STATE_IO(in)
STATE_IO(out)
STATE_IO(recv)
STATE_IO(send)

/* ---- room ------------------------------------------------------------------------------------ */

static int64
state_room(const network_state *state)
{
	return VARSIZE(state) - offsetof(network_state, entry);
}

static network_state *
state_with_room(const network_state *state, int64 room)
{
	Size head = offsetof(network_state, entry);

	return (network_state *) psyrad_copy_state(&network_state_type, state, state != NULL ? head + (Size) state->used : 0,
											   head + (Size) room);
}

static network_state *
make_room(network_state *state, int64 more)
{
	int64 needed = state->used + more;

	return needed <= state_room(state) ? state : state_with_room(state, Max(needed, 2 * state->used));
}

/* ---- rows ------------------------------------------------------------------------------------ */

PG_FUNCTION_INFO_V1(meta_network_accumulate);
PG_FUNCTION_INFO_V1(meta_network_combine);
PG_FUNCTION_INFO_V1(meta_network_state_finish);

static void
set_or_check_request(FunctionCallInfo fcinfo, network_state *state, bool is_new)
{
	psy_meta_method method;
	psy_error err;

	if (PG_NARGS() <= 6)
		return;
	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 6, "method"), &method, &err), &err);
	if (!is_new && (state->has_request != 1 || state->method != method))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("method must be the same for all rows of a group"),
						errhint("Group by it, or use meta_network_final over meta_network_state.")));
	state->has_request = 1;
	state->method = method;
}

static int64
count_missing(int64 missing, int64 more)
{
	int32 sum;

	if (pg_add_s32_overflow((int32) missing, (int32) more, &sum))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows with NULLs")));
	return sum;
}

static network_state *
add_row(FunctionCallInfo fcinfo, network_state *state)
{
	static const char *const argument[] = {"study", "treat1", "treat2"};
	network_entry head = {PG_GETARG_FLOAT8(4) + 0.0, PG_GETARG_FLOAT8(5) + 0.0};
	text *name[NETWORK_NAMES];
	network_entry *entry;
	char *at;
	psy_error err;

	PSYRAD_CHECK(psy_meta_check_study(head.yi, head.vi, &err), &err);
	for (int i = 0; i < NETWORK_NAMES; i++)
	{
		name[i] = PG_GETARG_TEXT_PP(1 + i);
		if (VARSIZE_ANY_EXHDR(name[i]) < 1 || VARSIZE_ANY_EXHDR(name[i]) > NETWORK_LONGEST_NAME)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("%s must have 1 to %d bytes, not %d", argument[i], NETWORK_LONGEST_NAME,
								   (int) VARSIZE_ANY_EXHDR(name[i]))));
		head.length[i] = VARSIZE_ANY_EXHDR(name[i]);
	}
	state = make_room(state, network_entry_size(&head));
	entry = (network_entry *) (state->entry + state->used);
	memcpy(entry, &head, offsetof(network_entry, text));
	at = entry->text;
	for (int i = 0; i < NETWORK_NAMES; at += head.length[i++])
		memcpy(at, VARDATA_ANY(name[i]), head.length[i]);
	state->used += network_entry_size(&head);
	state->rows++;
	return state;
}

Datum
meta_network_accumulate(PG_FUNCTION_ARGS)
{
	network_state *state = (network_state *) psyrad_transition_state(fcinfo, "meta_network_accumulate");
	bool is_new = state == NULL;

	if (is_new)
		state = state_with_room(NULL, 512);
	set_or_check_request(fcinfo, state, is_new);
	for (int i = 1; i <= 5; i++)
		if (PG_ARGISNULL(i))
		{
			state->missing = count_missing(state->missing, 1);
			PG_RETURN_POINTER(state);
		}
	PG_RETURN_POINTER(add_row(fcinfo, state));
}

Datum
meta_network_combine(PG_FUNCTION_ARGS)
{
	network_state *state = (network_state *) psyrad_transition_state(fcinfo, "meta_network_combine");
	const network_state *other;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (const network_state *) psyrad_state_arg(fcinfo, 1, &network_state_type);
	if (state == NULL)
		PG_RETURN_POINTER(state_with_room(other, Max(other->used, 512)));
	if (state->has_request != other->has_request || state->method != other->method)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("states that ask for different models cannot be merged")));
	state = make_room(state, other->used);
	memcpy(state->entry + state->used, other->entry, other->used);
	state->used += other->used;
	state->rows += other->rows;
	state->missing = count_missing(state->missing, other->missing);
	PG_RETURN_POINTER(state);
}

/* ---- order ----------------------------------------------------------------------------------- */

static int
compare_names(const network_entry *a, const network_entry *b, int which)
{
	int order =
		memcmp(network_name(a, which), network_name(b, which), Min(a->length[which], b->length[which]));

	return order != 0 ? order : (int) a->length[which] - (int) b->length[which];
}

static int
compare_entries(const void *left, const void *right)
{
	const network_entry *a = *(const network_entry *const *) left, *b = *(const network_entry *const *) right;

	for (int i = 0; i < NETWORK_NAMES; i++)
	{
		int order = compare_names(a, b, i);

		if (order != 0)
			return order;
	}
	if (a->yi != b->yi)
		return a->yi < b->yi ? -1 : 1;
	return a->vi < b->vi ? -1 : a->vi > b->vi;
}

const network_entry **
network_sorted(const network_state *state)
{
	const network_entry **list = palloc(sizeof(*list) * Max(state->rows, 1));
	const network_entry *e = (const network_entry *) state->entry;

	for (int64 i = 0; i < state->rows; i++, e = network_next(e))
		list[i] = e;
	qsort(list, state->rows, sizeof *list, compare_entries);
	return list;
}

/* The canonical form: no unused room, comparisons in order. */
Datum
meta_network_state_finish(PG_FUNCTION_ARGS)
{
	const network_state *state = (const network_state *) psyrad_state_arg(fcinfo, 0, &network_state_type);
	network_state *copy = state_with_room(state, state->used);
	const network_entry **list = network_sorted(state);
	char *at = copy->entry;

	for (int64 i = 0; i < state->rows; at += network_entry_size(list[i++]))
		memcpy(at, list[i], network_entry_size(list[i]));
	PG_RETURN_POINTER(copy);
}
