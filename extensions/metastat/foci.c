/*
 * foci.c - the type psyrad.cbma_foci: its image, input and output, how rows enter and states merge.
 *
 * As in aggregates.c the transition value is changed in place and doubled when it is full.
 */
#include "foci.h"

#include "mb/pg_wchar.h"

/* ---- image ----------------------------------------------------------------------------------- */

static psy_status
check_entry(const foci_entry *e, int64 left, psy_error *err)
{
	if (left < (int64) offsetof(foci_entry, name))
		return psy_fail(err, PSY_FORMAT, "it ends within a focus");
	if (e->length == 0 || e->length > FOCI_LONGEST_NAME)
		return psy_fail(err, PSY_FORMAT, "a name of %d bytes; 1 to %d expected", e->length,
						FOCI_LONGEST_NAME);
	if ((int64) foci_entry_size(e) > left)
		return psy_fail(err, PSY_FORMAT, "it ends within a focus");
	for (int a = 0; a < 3; a++)
		if (!(fabs(e->xyz[a]) <= FOCI_FARTHEST) || e->reserved[a] != 0)
			return psy_fail(err, PSY_FORMAT, "a focus that no aggregate collects");
	if (!(e->n >= 0) || isinf(e->n))
		return psy_fail(err, PSY_FORMAT, "an experiment of %g participants", e->n);
	for (Size i = offsetof(foci_entry, name) + e->length; i < foci_entry_size(e); i++)
		if (((const char *) e)[i] != 0)
			return psy_fail(err, PSY_FORMAT, "there is something behind an experiment's name");
	if (!pg_verify_mbstr(GetDatabaseEncoding(), e->name, e->length, true))
		return psy_fail(err, PSY_FORMAT, "a name is not text in the database's encoding");
	return PSY_OK;
}

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const foci_state *state = (const foci_state *) header;
	int64 capacity = size - offsetof(foci_state, entry), at = 0, rows = 0;

	if (state->used < 0 || state->used > capacity || state->used % MAXIMUM_ALIGNOF != 0)
		return psy_fail(err, PSY_FORMAT, "it says that %lld of its %lld bytes are used",
						(long long) state->used, (long long) capacity);
	if (state->missing < 0 || state->missing > PG_INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "it counts %lld missing rows", (long long) state->missing);
	for (; at < state->used; rows++)
	{
		const foci_entry *e = (const foci_entry *) (state->entry + at);
		psy_status status = check_entry(e, state->used - at, err);

		if (status != PSY_OK)
			return status;
		at += foci_entry_size(e);
	}
	if (rows != state->rows)
		return psy_fail(err, PSY_FORMAT, "it counts %lld foci but holds %lld", (long long) state->rows,
						(long long) rows);
	for (; at < capacity; at++)
		if (state->entry[at] != 0)
			return psy_fail(err, PSY_FORMAT, "there is something behind its foci");
	return PSY_OK;
}

const psyrad_state_type foci_state_type = {"cbma_foci", PSYRAD_MAGIC('f', 'o', 'c', '1'),
										   offsetof(foci_state, entry), check_state};

#define STATE_IO(direction)                                                                                  \
	PG_FUNCTION_INFO_V1(cbma_foci_##direction);                                                              \
	Datum cbma_foci_##direction(PG_FUNCTION_ARGS)                                                            \
	{                                                                                                        \
		return psyrad_state_##direction(fcinfo, &foci_state_type);                                           \
	}

STATE_IO(in)
STATE_IO(out)
STATE_IO(recv)
STATE_IO(send)

/* ---- room ------------------------------------------------------------------------------------ */

static foci_state *
state_with_room(const foci_state *state, int64 room)
{
	Size head = offsetof(foci_state, entry);

	return (foci_state *) psyrad_copy_state(&foci_state_type, state, state != NULL ? head + (Size) state->used : 0,
											head + (Size) room);
}

static foci_state *
make_room(foci_state *state, int64 more)
{
	int64 needed = state->used + more;

	if (needed <= (int64) (VARSIZE(state) - offsetof(foci_state, entry)))
		return state;
	return state_with_room(state, Max(needed, 2 * state->used));
}

static int64
count_missing(int64 missing, int64 more)
{
	if (missing + more > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows with NULLs")));
	return missing + more;
}

/* ---- rows ------------------------------------------------------------------------------------ */

PG_FUNCTION_INFO_V1(cbma_foci_accumulate);
PG_FUNCTION_INFO_V1(cbma_foci_combine);
PG_FUNCTION_INFO_V1(cbma_foci_finish);

static void
read_focus(FunctionCallInfo fcinfo, foci_entry *head, text *name)
{
	static const char *const axis[] = {"x", "y", "z"};

	for (int a = 0; a < 3; a++)
	{
		head->xyz[a] = PG_GETARG_FLOAT8(2 + a) + 0.0; /* -0 becomes 0: equal foci have equal bytes */
		if (!(fabs(head->xyz[a]) <= FOCI_FARTHEST))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s is %g; millimetres between -1000 and 1000 expected", axis[a], head->xyz[a])));
	}
	if (PG_NARGS() > 5 && !PG_ARGISNULL(5))
	{
		head->n = PG_GETARG_FLOAT8(5);
		if (!(head->n > 0) || isinf(head->n))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("n is %g; participants of an experiment, more than 0, expected", head->n)));
	}
	if (VARSIZE_ANY_EXHDR(name) < 1 || VARSIZE_ANY_EXHDR(name) > FOCI_LONGEST_NAME)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("experiment must have 1 to %d bytes, not %d", FOCI_LONGEST_NAME,
							   (int) VARSIZE_ANY_EXHDR(name))));
	head->length = VARSIZE_ANY_EXHDR(name);
}

Datum
cbma_foci_accumulate(PG_FUNCTION_ARGS)
{
	foci_state *state = (foci_state *) psyrad_transition_state(fcinfo, "cbma_foci_accumulate");
	foci_entry head = {{0}}, *entry;
	text *name;

	if (state == NULL)
		state = state_with_room(NULL, 512);
	for (int i = 1; i <= 4; i++)
		if (PG_ARGISNULL(i))
		{
			state->missing = count_missing(state->missing, 1);
			PG_RETURN_POINTER(state);
		}
	name = PG_GETARG_TEXT_PP(1);
	read_focus(fcinfo, &head, name);
	state = make_room(state, foci_entry_size(&head));
	entry = (foci_entry *) (state->entry + state->used);
	memcpy(entry, &head, offsetof(foci_entry, name));
	memcpy(entry->name, VARDATA_ANY(name), head.length);
	state->used += foci_entry_size(&head);
	state->rows++;
	PG_RETURN_POINTER(state);
}

Datum
cbma_foci_combine(PG_FUNCTION_ARGS)
{
	foci_state *state = (foci_state *) psyrad_transition_state(fcinfo, "cbma_foci_combine");
	const foci_state *other;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (const foci_state *) psyrad_state_arg(fcinfo, 1, &foci_state_type);
	if (state == NULL)
		PG_RETURN_POINTER(state_with_room(other, Max(other->used, 512)));
	state = make_room(state, other->used);
	memcpy(state->entry + state->used, other->entry, other->used);
	state->used += other->used;
	state->rows += other->rows;
	state->missing = count_missing(state->missing, other->missing);
	PG_RETURN_POINTER(state);
}

/* ---- order ----------------------------------------------------------------------------------- */

static int
compare_entries(const void *left, const void *right)
{
	const foci_entry *a = *(const foci_entry *const *) left, *b = *(const foci_entry *const *) right;
	int order = memcmp(a->name, b->name, Min(a->length, b->length));

	if (order == 0)
		order = (int) a->length - (int) b->length;
	for (int k = 0; order == 0 && k < 4; k++)
	{
		double x = k < 3 ? a->xyz[k] : a->n, y = k < 3 ? b->xyz[k] : b->n;

		order = x < y ? -1 : x > y;
	}
	return order;
}

const foci_entry **
foci_sorted(const foci_state *state)
{
	const foci_entry **list = palloc(sizeof(*list) * Max(state->rows, 1));
	const char *at = state->entry;

	for (int64 i = 0; i < state->rows; i++)
	{
		list[i] = (const foci_entry *) at;
		at += foci_entry_size(list[i]);
	}
	qsort(list, state->rows, sizeof *list, compare_entries);
	return list;
}

/* The canonical form: no unused room, foci in order. */
Datum
cbma_foci_finish(PG_FUNCTION_ARGS)
{
	const foci_state *state = (const foci_state *) psyrad_state_arg(fcinfo, 0, &foci_state_type);
	foci_state *copy = state_with_room(state, state->used);
	const foci_entry **list = foci_sorted(state);
	char *at = copy->entry;

	for (int64 i = 0; i < state->rows; at += foci_entry_size(list[i++]))
		memcpy(at, list[i], foci_entry_size(list[i]));
	PG_RETURN_POINTER(copy);
}
