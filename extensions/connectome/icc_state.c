/*
 * icc_state.c - the type icc_state and the aggregates of mass_icc: rows to states, states to states.
 *
 * A state is held with room for more rows than it has, so that a row costs its own bytes; how much room
 * follows from the number of rows, and is nowhere in the image.
 */
#include "icc_state.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "stats/mass.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* ---- the type -------------------------------------------------------------------------------- */

/* A name that is no text of this server cannot be shown. */
static psy_status
check_encoding(const char *name, psy_error *err)
{
	if (pg_verifymbstr(name, strlen(name), true))
		return PSY_OK;
	return psy_fail(err, PSY_FORMAT, "the name of a subject or session is not text of the server's encoding");
}

static psy_status
check(const psyrad_header *state, Size size, psy_error *err)
{
	const psy_icc *body = &((const icc_state *) state)->body;
	psy_status status = psy_icc_check(body, size - ICC_STATE_HEAD, err);

	return status == PSY_OK ? psy_icc_check_names(body, check_encoding, err) : status;
}

const psyrad_state_type icc_state_type = {
	.name = "icc_state",
	.magic = PSYRAD_MAGIC('i', 'c', 'c', '1'),
	.minimum = sizeof(icc_state),
	.check = check,
};

#define STATE_IO(way)                                                                                        \
	PG_FUNCTION_INFO_V1(icc_state_##way);                                                                    \
	Datum icc_state_##way(PG_FUNCTION_ARGS)                                                                  \
	{                                                                                                        \
		return psyrad_state_##way(fcinfo, &icc_state_type);                                                  \
	}

STATE_IO(in)
STATE_IO(out)
STATE_IO(recv)
STATE_IO(send)

/* ---- rows ------------------------------------------------------------------------------------ */

typedef struct icc_row
{
	char subject[PSY_ICC_NAME];
	char session[PSY_ICC_NAME]; /* where has_session */
	bool has_session;
	const float *f; /* one of the two */
	const double *d;
	Size elements;
	int source; /* psy_conn_kind, or 0 for an array */
} icc_row;

static void
read_text(const char *text, Size length, const char *argument, char name[PSY_ICC_NAME])
{
	if (length == 0 || length >= PSY_ICC_NAME)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 length == 0
					 ? errmsg("%s is empty", argument)
					 : errmsg("%s has %zu bytes; at most %d expected", argument, length, PSY_ICC_NAME - 1),
				 length == 0 ? errhint("Use NULL where it is not known: such rows are left out.") : 0));
	memset(name, 0, PSY_ICC_NAME);
	memcpy(name, text, length);
}

/* A key, text or a whole number; numbers are kept as their digits. */
static void
read_name(FunctionCallInfo fcinfo, int argument, const char *what, char name[PSY_ICC_NAME])
{
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, argument);
	Datum datum = PG_GETARG_DATUM(argument);
	char digits[32];
	int64 number;

	switch (OidIsValid(type) ? getBaseType(type) : InvalidOid)
	{
		case TEXTOID:
		case VARCHAROID:
		{
			text *value = DatumGetTextPP(datum);

			read_text(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), what, name);
			return;
		}
		case INT8OID: number = DatumGetInt64(datum); break;
		case INT4OID: number = DatumGetInt32(datum); break;
		case INT2OID: number = DatumGetInt16(datum); break;
		default:
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
							errmsg("%s is of type %s; text or bigint expected", what, format_type_be(type)),
							errhint("Cast it to text.")));
	}
	pg_lltoa(number, digits);
	read_text(digits, strlen(digits), what, name);
}

static void
read_connectome(FunctionCallInfo fcinfo, icc_row *row)
{
	const connectome *c = connectome_from_datum(PG_GETARG_DATUM(1));

	row->f = c->value;
	row->elements = connectome_edges(c);
	row->source = c->kind;
}

/* Arrays whose elements are real stay so, with NULLs too. */
static void
read_array(FunctionCallInfo fcinfo, icc_row *row)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(1);

	if (ARR_NDIM(array) != 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						ARR_NDIM(array) == 0 ? errmsg("x has no elements")
											 : errmsg("x must have one dimension, not %d", ARR_NDIM(array))));
	row->elements = ARR_DIMS(array)[0];
	if (ARR_ELEMTYPE(array) == FLOAT4OID && !ARR_HASNULL(array))
	{
		row->f = (const float *) ARR_DATA_PTR(array);
		return;
	}
	row->d = psyrad_double_array(PointerGetDatum(array), 1, "x").value;
	if (ARR_ELEMTYPE(array) == FLOAT4OID)
	{
		float *narrow = palloc(sizeof *narrow * row->elements);

		for (Size k = 0; k < row->elements; k++)
			narrow[k] = (float) row->d[k];
		row->f = narrow;
		row->d = NULL;
	}
}

static icc_row
read_row(FunctionCallInfo fcinfo, bool is_connectome)
{
	icc_row row = {.has_session = PG_NARGS() > 3};
	psy_error err;
	bool missing;

	read_name(fcinfo, 2, "subject", row.subject);
	if (row.has_session)
		read_name(fcinfo, 3, "session", row.session);
	if (is_connectome)
		read_connectome(fcinfo, &row);
	else
		read_array(fcinfo, &row);
	PSYRAD_CHECK(psy_mass_scan(row.f, row.d, row.elements, "x", &missing, &err), &err);
	return row;
}

/* ---- states ---------------------------------------------------------------------------------- */

static void
require_agreement(const psy_icc *state, const psy_icc *row, bool has_session)
{
	if ((state->flags & PSY_ICC_CLOSED) != 0 || ((state->flags & PSY_ICC_SESSIONS) != 0) != has_session)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the aggregate began with a state of mass_icc that its rows do not fit")));
	if (state->source != row->source || state->flags != row->flags)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("x is not of the kind of earlier rows: kinds do not mix"),
				 state->source != 0 && row->source != 0
					 ? errdetail("Kind %s, earlier %s.", psy_conn_kind_name((psy_conn_kind) row->source),
								 psy_conn_kind_name((psy_conn_kind) state->source))
					 : 0));
	if (state->elements == row->elements)
		return;
	if (state->source != 0)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("x has %zu regions, but earlier rows have %zu",
							   psy_edge_regions(row->elements), psy_edge_regions(state->elements))));
	ereport(ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("x has %zu elements, but earlier rows have %zu",
															(Size) row->elements, (Size) state->elements)));
}

/* Rows that a held state of so many has room for: a power of two, or as many as there can be. */
static Size
room_of(const psy_icc *shape, Size rows)
{
	Size room = 8, most = (MaxAllocSize - 1024) / psy_icc_row_size(shape);

	while (room < rows)
		room *= 2;
	return Max(rows, Min(room, most));
}

/* Bytes of an open state; more than any allocation where they would not fit. */
static Size
open_size(const psy_icc *shape, Size rows)
{
	Size size = shape->elements == 0 ? sizeof *shape : psy_icc_open_size(shape, rows);

	return size == 0 ? SIZE_MAX : size + ICC_STATE_HEAD;
}

static void
require_size(const psy_icc *shape, Size rows)
{
	if (open_size(shape, rows) > MaxAllocSize - 1024)
		ereport(
			ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("%zu rows of %zu elements would make an icc_state larger than 1 GB", rows,
					(Size) shape->elements),
			 errhint(
				 "Close states of parts of the subjects, and merge them: mass_icc_final(mass_icc_merge(s)) "
				 "FROM (SELECT mass_icc_close(mass_icc_state(x, subject, session)) AS s ... GROUP BY "
				 "site).")));
}

/* A held state with room for more rows, and with old's, when there is an old. */
static icc_state *
enlarge(FunctionCallInfo fcinfo, const icc_state *old, const psy_icc *shape, Size rows)
{
	icc_state *fresh;

	require_size(shape, rows);
	fresh =
		(icc_state *) psyrad_new_held_state(fcinfo, &icc_state_type, open_size(shape, room_of(shape, rows)));
	fresh->body = *shape;
	fresh->body.rows = 0;
	fresh->body.skipped = 0;
	if (old != NULL)
		psy_icc_merge(&fresh->body, &old->body);
	return fresh;
}

/* The state with room for so many rows more; *held says whether it is one that may have room. */
static icc_state *
with_room(FunctionCallInfo fcinfo, icc_state *state, bool held, const psy_icc *shape, Size more)
{
	Size rows = state != NULL ? state->body.rows : 0;

	if (state == NULL || !held || state->body.elements == 0 || rows == 0 ||
		room_of(&state->body, rows) < rows + more)
		return enlarge(fcinfo, state, shape, rows + more);
	return state;
}

/* Only the image's own bytes count as the value. */
static void
set_size(icc_state *state)
{
	SET_VARSIZE(state, open_size(&state->body, state->body.rows));
}

static icc_state *
add(FunctionCallInfo fcinfo, icc_state *state, bool held, const icc_row *row)
{
	psy_icc shape = {.source = (uint8_t) row->source,
					 .flags = (row->has_session ? PSY_ICC_SESSIONS : 0) | (row->d != NULL ? PSY_ICC_WIDE : 0),
					 .elements = row->elements};

	if (state != NULL && state->body.elements > 0)
		require_agreement(&state->body, &shape, row->has_session);
	state = with_room(fcinfo, state, held, &shape, 1);
	psy_icc_add(&state->body, row->subject, row->has_session ? row->session : NULL, row->f, row->d);
	set_size(state);
	return state;
}

static Datum
add_row(FunctionCallInfo fcinfo, bool is_connectome)
{
	void *waiting;
	icc_state *before = (icc_state *) psyrad_unsettled_state(fcinfo, "mass_icc", &waiting), *after = before;
	bool complete = true;

	for (int k = 1; k < PG_NARGS(); k++)
		complete &= !PG_ARGISNULL(k);
	if (complete)
	{
		icc_row row = read_row(fcinfo, is_connectome);

		after = add(fcinfo, before, waiting != NULL, &row);
	}
	else
	{
		if (after == NULL)
			after = (icc_state *) psyrad_new_held_state(fcinfo, &icc_state_type, sizeof(icc_state));
		after->body.skipped++;
	}
	return psyrad_return_state(fcinfo, before != NULL ? &before->header : NULL, &after->header);
}

PG_FUNCTION_INFO_V1(mass_icc_add_connectome);
Datum
mass_icc_add_connectome(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, true);
}

PG_FUNCTION_INFO_V1(mass_icc_add_array);
Datum
mass_icc_add_array(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, false);
}

/* ---- merging --------------------------------------------------------------------------------- */

static icc_state *
copy_of(const icc_state *state)
{
	icc_state *copy = palloc(VARSIZE(state));

	memcpy(copy, state, VARSIZE(state));
	return copy;
}

/* into is this aggregate's own and is changed in place where it has room; *fresh: the answer is a held state.
 */
static icc_state *
merge(FunctionCallInfo fcinfo, icc_state *into, bool held, const icc_state *from, bool *fresh)
{
	bool closed = ((into->body.flags | from->body.flags) & PSY_ICC_CLOSED) != 0;
	icc_state *after = into;
	psy_error err;

	PSYRAD_CHECK(psy_icc_mergeable(&into->body, &from->body, &err), &err);
	if (from->body.elements > 0 && into->body.elements == 0 && closed)
	{
		after = copy_of(from);
		psy_icc_merge(&after->body, &(psy_icc){.skipped = into->body.skipped});
		return after;
	}
	if (from->body.elements > 0 && !closed)
		after = with_room(fcinfo, into, held, &from->body, from->body.rows);
	*fresh = after != into;
	psy_icc_merge(&after->body, &from->body);
	if (!closed)
		set_size(after);
	return after;
}

/* Transition function of mass_icc_merge and combine function of the others: either side may be NULL. */
PG_FUNCTION_INFO_V1(icc_state_merge);
Datum
icc_state_merge(PG_FUNCTION_ARGS)
{
	void *waiting;
	icc_state *into = (icc_state *) psyrad_unsettled_state(fcinfo, "icc_state_merge", &waiting), *from,
			  *after;
	bool fresh = false;

	if (PG_ARGISNULL(1))
	{
		if (into == NULL)
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	from = (icc_state *) psyrad_state_arg(fcinfo, 1, &icc_state_type);
	if (into == NULL)
		PG_RETURN_POINTER(from);
	after = merge(fcinfo, into, waiting != NULL, from, &fresh);
	if (!fresh && after != into)
		PG_RETURN_POINTER(after);
	return psyrad_return_state(fcinfo, &into->header, &after->header);
}

/* ---- closing --------------------------------------------------------------------------------- */

icc_state *
icc_state_closed(const icc_state *state)
{
	psy_context ctx = psyrad_current_context();
	psy_icc_plan plan;
	icc_state *closed;
	psy_error err;

	if (state->body.elements == 0 || (state->body.flags & PSY_ICC_CLOSED) != 0)
		return copy_of(state);
	PSYRAD_CHECK(psy_icc_plan_closing(&ctx, &state->body, &plan, &err), &err);
	closed = (icc_state *) psyrad_new_state(&icc_state_type, plan.size + ICC_STATE_HEAD);
	PSYRAD_CHECK(psy_icc_close(&ctx, &state->body, &plan, &closed->body, &err), &err);
	psy_icc_plan_free(&ctx, &plan);
	return closed;
}

PG_FUNCTION_INFO_V1(mass_icc_close);
Datum
mass_icc_close(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(icc_state_closed((icc_state *) psyrad_state_arg(fcinfo, 0, &icc_state_type)));
}
