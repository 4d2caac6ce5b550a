/*
 * regression_state.c - the type psyrad.meta_regression_state: what is a valid image, how rows enter, how
 * states merge.  See regression.h for the layout.
 */
#include "regression.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "common/md5.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(meta_regression_state_in);
PG_FUNCTION_INFO_V1(meta_regression_state_out);
PG_FUNCTION_INFO_V1(meta_regression_state_recv);
PG_FUNCTION_INFO_V1(meta_regression_state_send);
PG_FUNCTION_INFO_V1(meta_rows_accumulate);
PG_FUNCTION_INFO_V1(meta_regression_combine);
PG_FUNCTION_INFO_V1(meta_regression_state_finish);

#define FIRST_ROOM 8

/* ---- images ---------------------------------------------------------------------------------- */

size_t
meta_regression_stride(const meta_regression_state *state)
{
	return 2 + (state->columns > 0 ? (size_t) state->columns : 0) + 2 * (size_t) state->keys;
}

psy_meta_rows
meta_regression_rows(const meta_regression_state *state)
{
	return (psy_meta_rows){state->value, (size_t) state->k, Max(state->columns, 0),
						   meta_regression_stride(state)};
}

static psy_status
check_request(const meta_regression_state *state, psy_error *err)
{
	bool known;

	if (state->request == REQUEST_NONE)
		known = state->method == 0 && state->test == 0 && state->level == 0 && !signbit(state->level);
	else if (state->request == REQUEST_ROBUST)
		known = state->method < ROBUST_TYPES && state->test == 0 && state->keys == 1;
	else if (state->request == REQUEST_WEIGHTED)
		known = state->method <= 1 && state->test <= PSY_META_ADHOC && state->keys == 0;
	else
		known = state->request <= REQUEST_ROBUST && state->method <= PSY_META_PMM &&
				state->test <= PSY_META_ADHOC &&
				state->keys == (state->request == REQUEST_MULTILEVEL ? 2 : 0);
	if (known && state->request != REQUEST_NONE)
		known = state->level > 0 && state->level < 1;
	return known ? PSY_OK : psy_fail(err, PSY_FORMAT, "it asks for an unknown model");
}

/* Room behind the rows must be zero. */
static psy_status
check_rest(const meta_regression_state *state, Size size, psy_error *err)
{
	const char *at = (const char *) (state->value + (Size) state->k * meta_regression_stride(state));

	for (; at < (const char *) state + size; at++)
		if (*at != 0)
			return psy_fail(err, PSY_FORMAT, "there is something behind its %lld rows", (long long) state->k);
	return PSY_OK;
}

static psy_status
check_rows(const meta_regression_state *state, psy_error *err)
{
	size_t stride = meta_regression_stride(state);

	for (int64 i = 0; i < state->k; i++)
	{
		const double *row = state->value + i * stride;

		if (psy_meta_check_study(row[0], row[1], err) != PSY_OK)
			return PSY_FORMAT;
		for (int j = 0; j < state->columns; j++)
			if (!isfinite(row[2 + j]))
				return psy_fail(err, PSY_FORMAT, "moderator %d is not finite", j + 1);
	}
	return PSY_OK;
}

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const meta_regression_state *state = (const meta_regression_state *) header;
	Size room = (size - offsetof(meta_regression_state, value)) / sizeof(double);
	psy_status status;

	if (state->columns < -1 || state->columns > PSY_REGRESSION_MOST || state->keys > 2)
		return psy_fail(err, PSY_FORMAT, "it has %d moderators and %d keys", state->columns, state->keys);
	if (state->k < 0 || state->k > (int64) (room / meta_regression_stride(state)) ||
		(state->columns == -1 && state->k > 0))
		return psy_fail(err, PSY_FORMAT, "it counts %lld rows in room for %lld", (long long) state->k,
						(long long) (room / meta_regression_stride(state)));
	if (state->missing < 0 || state->missing > PG_INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "it counts %lld missing rows", (long long) state->missing);
	status = check_request(state, err);
	if (status == PSY_OK)
		status = check_rows(state, err);
	return status == PSY_OK ? check_rest(state, size, err) : status;
}

const psyrad_state_type meta_regression_state_type = {"meta_regression_state",
													  PSYRAD_MAGIC('m', 'r', 'g', '1'),
													  offsetof(meta_regression_state, value), check_state};

Datum
meta_regression_state_in(PG_FUNCTION_ARGS)
{
	return psyrad_state_in(fcinfo, &meta_regression_state_type);
}

Datum
meta_regression_state_out(PG_FUNCTION_ARGS)
{
	return psyrad_state_out(fcinfo, &meta_regression_state_type);
}

Datum
meta_regression_state_recv(PG_FUNCTION_ARGS)
{
	return psyrad_state_recv(fcinfo, &meta_regression_state_type);
}

Datum
meta_regression_state_send(PG_FUNCTION_ARGS)
{
	return psyrad_state_send(fcinfo, &meta_regression_state_type);
}

const meta_regression_state *
meta_keyed_regression_arg(FunctionCallInfo fcinfo, int keys)
{
	const meta_regression_state *state =
		(const meta_regression_state *) psyrad_state_arg(fcinfo, 0, &meta_regression_state_type);

	if (state->keys < keys)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the state has no %s", state->keys == 0 ? "clusters" : "effects within clusters"),
				 errhint("Collect it with meta_regression_state(yi, vi, x, cluster%s).",
						 keys > 1 ? ", effect" : "")));
	return state;
}

/* ---- growth ---------------------------------------------------------------------------------- */

/* A copy with room for `rows`, of `columns` moderators; state holds no rows when its own columns differ. */
static meta_regression_state *
with_room(const meta_regression_state *state, int64 rows, int32 columns, uint8 keys)
{
	Size stride = 2 + (Size) Max(columns, 0) + 2 * keys;
	Size most = (MaxAllocSize - offsetof(meta_regression_state, value)) / sizeof(double) / stride;
	/* An impossible size reaches psyrad_copy_state as one above the limit, which names the remedy. */
	Size head = offsetof(meta_regression_state, value);
	Size bytes = (Size) rows > most ? MaxAllocSize + 1 : head + (Size) rows * stride * sizeof(double);
	Size used = state != NULL ? head + (Size) state->k * stride * sizeof(double) : 0;
	meta_regression_state *copy =
		(meta_regression_state *) psyrad_copy_state(&meta_regression_state_type, state, used, bytes);

	copy->columns = columns;
	copy->keys = keys;
	return copy;
}

static meta_regression_state *
make_room(meta_regression_state *state, int64 more)
{
	Size room = (VARSIZE(state) - offsetof(meta_regression_state, value)) / sizeof(double);
	int64 needed = state->k + more;

	if (needed <= (int64) (room / meta_regression_stride(state)))
		return state;
	return with_room(state, Max(needed, 2 * state->k), state->columns, state->keys);
}

static void
count_missing(meta_regression_state *state, int64 more)
{
	int32 sum;

	if (pg_add_s32_overflow((int32) state->missing, (int32) more, &sum))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows with NULL")));
	state->missing = sum;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Output functions of the key arguments, found once a call site. */
typedef struct key_cache
{
	FmgrInfo output[2];
	bool known[2];
} key_cache;

char *
meta_key_text(FunctionCallInfo fcinfo, int argument, int which)
{
	key_cache *cache = fcinfo->flinfo->fn_extra;

	if (cache == NULL)
		fcinfo->flinfo->fn_extra = cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof *cache);
	if (!cache->known[which])
	{
		Oid type = get_fn_expr_argtype(fcinfo->flinfo, argument), function;
		bool varlena;

		/* Text forms of other types can depend on settings such as DateStyle. */
		if (type != INT2OID && type != INT4OID && type != INT8OID && type != TEXTOID && type != VARCHAROID &&
			type != BPCHAROID && type != NAMEOID && type != UUIDOID && type != UNKNOWNOID)
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
							errmsg("a cluster or effect must be text, an integer or a uuid, not %s",
								   format_type_be(type)),
							errhint("Cast it to text.")));
		getTypeOutputInfo(type, &function, &varlena);
		fmgr_info_cxt(function, &cache->output[which], fcinfo->flinfo->fn_mcxt);
		cache->known[which] = true;
	}
	return OutputFunctionCall(&cache->output[which], PG_GETARG_DATUM(argument));
}

void
meta_write_key(FunctionCallInfo fcinfo, int argument, int which, double *to)
{
	char *text = meta_key_text(fcinfo, argument, which);
	const char *error = NULL;

	if (!pg_md5_binary(text, strlen(text), to, &error))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute a key: %s", error)));
	pfree(text);
}

/* The moderators of a row; columns of the state are those of its first row. */
static meta_regression_state *
set_columns(meta_regression_state *state, int length)
{
	if (length > PSY_REGRESSION_MOST)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("x has %d elements, but at most %d moderators are allowed", length,
							   PSY_REGRESSION_MOST)));
	if (state->columns == -1)
		return with_room(state, FIRST_ROOM, length, state->keys);
	if (state->columns != length)
		ereport(
			ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("x has %d elements, but that of an earlier row has %d", length, state->columns),
			 errhint(
				 "Every row needs the same moderators in the same order; write NULL for an unknown one.")));
	return state;
}

static bool
row_is_missing(FunctionCallInfo fcinfo, int x_arg, int cluster, int effect)
{
	return PG_ARGISNULL(1) || PG_ARGISNULL(2) || (x_arg != 0 && PG_ARGISNULL(x_arg)) ||
		   (x_arg != 0 && array_contains_nulls(PG_GETARG_ARRAYTYPE_P(x_arg))) ||
		   (cluster != 0 && PG_ARGISNULL(cluster)) || (effect != 0 && PG_ARGISNULL(effect));
}

meta_regression_state *
meta_regression_add(FunctionCallInfo fcinfo, meta_regression_state *state, int x_arg, int cluster, int effect)
{
	uint8 keys = (cluster != 0) + (effect != 0);
	psyrad_array x = {0};
	psy_error err;
	double *row;

	if (state == NULL)
		state = with_room(NULL, FIRST_ROOM, x_arg != 0 ? -1 : 0, keys);
	if (state->keys != keys)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the state belongs to another aggregate")));
	if (row_is_missing(fcinfo, x_arg, cluster, effect))
	{
		count_missing(state, 1);
		return state;
	}
	if (x_arg != 0)
		x = psyrad_double_array(PG_GETARG_DATUM(x_arg), 1, "x");
	PSYRAD_CHECK(psy_meta_check_study(PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), &err), &err);
	state = make_room(set_columns(state, x.length), 1);
	row = state->value + (Size) state->k * meta_regression_stride(state);
	row[0] = PG_GETARG_FLOAT8(1) + 0.0;
	row[1] = PG_GETARG_FLOAT8(2) + 0.0;
	for (int j = 0; j < x.length; j++)
	{
		if (!isfinite(x.value[j]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("moderator %d is not finite", j + 1),
					 errhint("Write NULL for an unknown moderator.")));
		row[2 + j] = x.value[j] + 0.0;
	}
	if (cluster != 0)
		meta_write_key(fcinfo, cluster, 0, row + 2 + x.length);
	if (effect != 0)
		meta_write_key(fcinfo, effect, 1, row + 4 + x.length);
	state->k++;
	return state;
}

meta_regression_state *
meta_regression_add_weight(FunctionCallInfo fcinfo, meta_regression_state *state, int weight_arg)
{
	psy_error err;
	double *row;

	if (state == NULL)
		state = with_room(NULL, FIRST_ROOM, 1, 0);
	if (state->keys != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the state belongs to another aggregate")));
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(weight_arg))
	{
		count_missing(state, 1);
		return state;
	}
	PSYRAD_CHECK(psy_meta_check_study(PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), &err), &err);
	if (!isfinite(PG_GETARG_FLOAT8(weight_arg)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("weight is not finite"), errhint("Write NULL for an unknown weight.")));
	state = make_room(set_columns(state, 1), 1);
	row = state->value + (Size) state->k * meta_regression_stride(state);
	row[0] = PG_GETARG_FLOAT8(1) + 0.0;
	row[1] = PG_GETARG_FLOAT8(2) + 0.0;
	row[2] = PG_GETARG_FLOAT8(weight_arg) + 0.0;
	state->k++;
	return state;
}

void
meta_regression_request(meta_regression_state *state, bool is_new, uint8 request, uint8 method, uint8 test,
						double level)
{
	if (is_new)
	{
		state->request = request;
		state->method = method;
		state->test = test;
		state->level = level;
	}
	else if (state->request != request || state->method != method || state->test != test ||
			 state->level != level)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the options of a model must be the same for all rows of a group"),
						errhint("Group by them, or use the _final function over meta_regression_state.")));
}

/* (state, yi, vi, x [, cluster [, effect]]) */
Datum
meta_rows_accumulate(PG_FUNCTION_ARGS)
{
	meta_regression_state *state =
		(meta_regression_state *) psyrad_transition_state(fcinfo, "meta_rows_accumulate");

	PG_RETURN_POINTER(meta_regression_add(fcinfo, state, 3, PG_NARGS() > 4 ? 4 : 0, PG_NARGS() > 5 ? 5 : 0));
}

/* ---- merging --------------------------------------------------------------------------------- */

static void
check_mergeable(const meta_regression_state *state, const meta_regression_state *other)
{
	if (state->request != other->request || state->method != other->method || state->test != other->test ||
		state->level != other->level || state->keys != other->keys)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("states of different models or with different keys cannot be merged")));
	if (state->columns != other->columns && state->columns != -1 && other->columns != -1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("states of %d and %d moderators cannot be merged", state->columns, other->columns)));
}

Datum
meta_regression_combine(PG_FUNCTION_ARGS)
{
	meta_regression_state *state =
		(meta_regression_state *) psyrad_transition_state(fcinfo, "meta_regression_combine");
	const meta_regression_state *other;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (const meta_regression_state *) psyrad_state_arg(fcinfo, 1, &meta_regression_state_type);
	if (state == NULL)
		PG_RETURN_POINTER(with_room(other, Max(other->k, FIRST_ROOM), other->columns, other->keys));
	check_mergeable(state, other);
	if (state->columns == -1)
		state = with_room(state, Max(other->k, FIRST_ROOM), other->columns, state->keys);
	state = make_room(state, other->k);
	memcpy(state->value + (Size) state->k * meta_regression_stride(state), other->value,
		   (Size) other->k * meta_regression_stride(other) * sizeof(double));
	state->k += other->k;
	count_missing(state, other->missing);
	PG_RETURN_POINTER(state);
}

/* Rows in order of vi, yi, moderators, keys (as bytes: they are no numbers). */
static int
compare_rows(const void *left, const void *right, void *arg)
{
	const meta_regression_state *state = arg;
	const double *a = left, *b = right;
	int numbers = 2 + Max(state->columns, 0);

	if (a[1] != b[1])
		return a[1] < b[1] ? -1 : 1;
	for (int i = 0; i < numbers; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return memcmp(a + numbers, b + numbers, 2 * state->keys * sizeof(double));
}

Datum
meta_regression_state_finish(PG_FUNCTION_ARGS)
{
	const meta_regression_state *state =
		(const meta_regression_state *) psyrad_state_arg(fcinfo, 0, &meta_regression_state_type);
	meta_regression_state *copy = with_room(state, state->k, state->columns, state->keys);

	qsort_arg(copy->value, (size_t) copy->k, meta_regression_stride(copy) * sizeof(double), compare_rows,
			  copy);
	PG_RETURN_POINTER(copy);
}
