/*
 * outcomes_state.c - the type psyrad.meta_multivariate_state: what is a valid image, how rows enter, how states merge.
 * See outcomes.h for the layout.
 */
#include "outcomes.h"

#include "regression.h"

#include "common/int.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/float.h"

PG_FUNCTION_INFO_V1(meta_multivariate_state_in);
PG_FUNCTION_INFO_V1(meta_multivariate_state_out);
PG_FUNCTION_INFO_V1(meta_multivariate_state_recv);
PG_FUNCTION_INFO_V1(meta_multivariate_state_send);
PG_FUNCTION_INFO_V1(meta_outcomes_accumulate);
PG_FUNCTION_INFO_V1(meta_multivariate_accumulate);
PG_FUNCTION_INFO_V1(meta_multivariate_v_accumulate);
PG_FUNCTION_INFO_V1(meta_multivariate_combine);
PG_FUNCTION_INFO_V1(meta_multivariate_state_finish);

#define FIRST_ROOM 8

/* ---- images ---------------------------------------------------------------------------------- */

size_t
meta_outcomes_study(const meta_outcomes_state *state)
{
	return 2 + (size_t) Max(state->columns, 0);
}

size_t
meta_outcomes_name(const meta_outcomes_state *state)
{
	return meta_outcomes_study(state) + 2;
}

size_t
meta_outcomes_v(const meta_outcomes_state *state)
{
	return meta_outcomes_name(state) + OUTCOME_DOUBLES;
}

size_t
meta_outcomes_stride(const meta_outcomes_state *state)
{
	return meta_outcomes_v(state) + (size_t) Max(state->width, 0);
}

static psy_status
check_request(const meta_outcomes_state *state, psy_error *err)
{
	for (int i = 0; i < lengthof(state->reserved); i++)
		if (state->reserved[i] != 0)
			return psy_fail(err, PSY_FORMAT, "reserved byte %d is not 0", i + 1);
	if (state->request == 0 && state->structure == 0 && state->method == 0)
		return PSY_OK;
	if (state->request == 1 && state->structure < PSY_STRUCTURE_KINDS &&
		(state->method == PSY_META_REML || state->method == PSY_META_ML))
		return PSY_OK;
	return psy_fail(err, PSY_FORMAT, "it asks for an unknown model");
}

static bool
is_the_nan(double value)
{
	double nan = get_float8_nan();

	return memcmp(&value, &nan, sizeof nan) == 0;
}

/* A name is text of 1 to 63 bytes with zeros behind it. */
static bool
is_name(const char *name)
{
	int length = (int) strnlen(name, OUTCOME_BYTES);

	if (length == 0 || length == OUTCOME_BYTES || !pg_verifymbstr(name, length, true))
		return false;
	for (int i = length; i < OUTCOME_BYTES; i++)
		if (name[i] != 0)
			return false;
	return true;
}

static psy_status
check_row(const meta_outcomes_state *state, const double *row, psy_error *err)
{
	if (psy_meta_check_study(row[0], row[1], err) != PSY_OK)
		return PSY_FORMAT;
	for (int j = 0; j < state->columns; j++)
		if (!isfinite(row[2 + j]))
			return psy_fail(err, PSY_FORMAT, "moderator %d is not finite", j + 1);
	if (!is_name((const char *) (row + meta_outcomes_name(state))))
		return psy_fail(err, PSY_FORMAT, "an outcome of it is not text of 1 to %d bytes", OUTCOME_BYTES - 1);
	for (int j = 0; j < state->width; j++)
		if (!isfinite(row[meta_outcomes_v(state) + j]) && !is_the_nan(row[meta_outcomes_v(state) + j]))
			return psy_fail(err, PSY_FORMAT, "element %d of v is not finite", j + 1);
	return PSY_OK;
}

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const meta_outcomes_state *state = (const meta_outcomes_state *) header;
	Size room = (size - offsetof(meta_outcomes_state, value)) / sizeof(double);
	psy_status status;

	if (state->columns < -1 || state->columns > PSY_REGRESSION_MOST || state->width < -1 || state->width > PSY_STRUCTURE_LEVELS)
		return psy_fail(err, PSY_FORMAT, "it has %d moderators and %d covariances a row", state->columns, state->width);
	if (state->k < 0 || state->k > (int64) (room / meta_outcomes_stride(state)) ||
		((state->columns == -1 || state->width == -1) && state->k > 0))
		return psy_fail(err, PSY_FORMAT, "it counts %lld rows in room for %lld", (long long) state->k,
						(long long) (room / meta_outcomes_stride(state)));
	if (state->missing < 0 || state->missing > PG_INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "it counts %lld missing rows", (long long) state->missing);
	status = check_request(state, err);
	for (int64 i = 0; i < state->k && status == PSY_OK; i++)
		status = check_row(state, state->value + i * meta_outcomes_stride(state), err);
	if (status != PSY_OK)
		return status;
	for (const char *at = (const char *) (state->value + (Size) state->k * meta_outcomes_stride(state));
		 at < (const char *) state + size; at++)
		if (*at != 0)
			return psy_fail(err, PSY_FORMAT, "there is something behind its %lld rows", (long long) state->k);
	return PSY_OK;
}

const psyrad_state_type meta_outcomes_state_type = {"meta_multivariate_state", PSYRAD_MAGIC('m', 'm', 'v', '1'),
													offsetof(meta_outcomes_state, value), check_state};

Datum
meta_multivariate_state_in(PG_FUNCTION_ARGS)
{
	return psyrad_state_in(fcinfo, &meta_outcomes_state_type);
}

Datum
meta_multivariate_state_out(PG_FUNCTION_ARGS)
{
	return psyrad_state_out(fcinfo, &meta_outcomes_state_type);
}

Datum
meta_multivariate_state_recv(PG_FUNCTION_ARGS)
{
	return psyrad_state_recv(fcinfo, &meta_outcomes_state_type);
}

Datum
meta_multivariate_state_send(PG_FUNCTION_ARGS)
{
	return psyrad_state_send(fcinfo, &meta_outcomes_state_type);
}

/* ---- growth ---------------------------------------------------------------------------------- */

/* A copy with room for `rows` of the given shape; where state has rows, the shape is its own. */
static meta_outcomes_state *
with_room(const meta_outcomes_state *state, int64 rows, int32 columns, int32 width)
{
	meta_outcomes_state shape = {.columns = columns, .width = width};
	Size stride = meta_outcomes_stride(&shape);
	Size most = (MaxAllocSize - offsetof(meta_outcomes_state, value)) / sizeof(double) / stride;
	/* An impossible size reaches psyrad_copy_state as one above the limit, which names the remedy. */
	Size head = offsetof(meta_outcomes_state, value);
	Size bytes = (Size) rows > most ? MaxAllocSize + 1 : head + (Size) rows * stride * sizeof(double);
	Size used = state != NULL ? head + (Size) state->k * stride * sizeof(double) : 0;
	meta_outcomes_state *copy =
		(meta_outcomes_state *) psyrad_copy_state(&meta_outcomes_state_type, state, used, bytes);

	copy->columns = columns;
	copy->width = width;
	return copy;
}

static meta_outcomes_state *
make_room(meta_outcomes_state *state, int64 more)
{
	Size room = (VARSIZE(state) - offsetof(meta_outcomes_state, value)) / sizeof(double);
	int64 needed = state->k + more;

	if (needed <= (int64) (room / meta_outcomes_stride(state)))
		return state;
	return with_room(state, Max(needed, 2 * state->k), state->columns, state->width);
}

static void
count_missing(meta_outcomes_state *state, int64 more)
{
	int32 sum;

	if (pg_add_s32_overflow((int32) state->missing, (int32) more, &sum))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows with NULL")));
	state->missing = sum;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* v and x of a row: what is longer than the state's earlier rows allow is refused. */
static meta_outcomes_state *
set_shape(meta_outcomes_state *state, int columns, int width)
{
	if (columns > PSY_REGRESSION_MOST || width > PSY_STRUCTURE_LEVELS)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("v has %d and x has %d elements, but at most %d outcomes and %d moderators are allowed", width, columns,
							   PSY_STRUCTURE_LEVELS, PSY_REGRESSION_MOST)));
	if (state->columns == -1)
		return with_room(state, FIRST_ROOM, columns, width);
	if (state->columns != columns || state->width != width)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("v and x have %d and %d elements, but those of an earlier row have %d and %d", width, columns,
							   state->width, state->columns),
						errhint("Write NULL for the covariance with an outcome that the study does not have.")));
	return state;
}

static void
write_name(FunctionCallInfo fcinfo, int argument, double *to)
{
	char *text = meta_key_text(fcinfo, argument, 1);

	if (text[0] == '\0' || strlen(text) >= OUTCOME_BYTES)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("an outcome's name has %zu bytes, but 1 to %d are allowed", strlen(text), OUTCOME_BYTES - 1)));
	memset(to, 0, OUTCOME_BYTES);
	memcpy(to, text, strlen(text));
	pfree(text);
}

static void
write_numbers(psyrad_array from, const char *name, bool nan_allowed, double *to)
{
	for (int j = 0; j < from.length; j++)
	{
		if (isinf(from.value[j]) || (isnan(from.value[j]) && !nan_allowed))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("element %d of %s is not finite", j + 1, name)));
		to[j] = isnan(from.value[j]) ? get_float8_nan() : from.value[j] + 0.0;
	}
}

/* Adds (yi, vi, study, outcome [, v [, x]]) of arguments 1 ..; v_arg and x_arg are 0 where there are none. */
static meta_outcomes_state *
add_row(FunctionCallInfo fcinfo, meta_outcomes_state *state, int v_arg, int x_arg)
{
	bool missing = false;
	psyrad_array v = {0}, x = {0};
	psy_error err;
	double *row;

	if (state == NULL)
		state = with_room(NULL, FIRST_ROOM, x_arg != 0 ? -1 : 0, v_arg != 0 ? -1 : 0);
	/* A state without a shape of its own comes from aggregates with arrays. */
	if (state->columns == -1 || state->width == -1)
		state->columns = state->width = -1;
	for (int i = 1; i <= 4; i++)
		missing = missing || PG_ARGISNULL(i);
	missing = missing || (v_arg != 0 && PG_ARGISNULL(v_arg)) ||
			  (x_arg != 0 && (PG_ARGISNULL(x_arg) || array_contains_nulls(PG_GETARG_ARRAYTYPE_P(x_arg))));
	if (missing)
	{
		count_missing(state, 1);
		return state;
	}
	if (v_arg != 0)
		v = psyrad_double_array(PG_GETARG_DATUM(v_arg), 1, "v");
	if (x_arg != 0)
		x = psyrad_double_array(PG_GETARG_DATUM(x_arg), 1, "x");
	PSYRAD_CHECK(psy_meta_check_study(PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), &err), &err);
	state = make_room(set_shape(state, x.length, v.length), 1);
	row = state->value + (Size) state->k * meta_outcomes_stride(state);
	row[0] = PG_GETARG_FLOAT8(1) + 0.0;
	row[1] = PG_GETARG_FLOAT8(2) + 0.0;
	write_numbers(x, "x", false, row + 2);
	meta_write_key(fcinfo, 3, 0, row + meta_outcomes_study(state));
	write_name(fcinfo, 4, row + meta_outcomes_name(state));
	write_numbers(v, "v", true, row + meta_outcomes_v(state));
	state->k++;
	return state;
}

/* (state, yi, vi, study, outcome [, v [, x]]) */
Datum
meta_outcomes_accumulate(PG_FUNCTION_ARGS)
{
	meta_outcomes_state *state = (meta_outcomes_state *) psyrad_transition_state(fcinfo, "meta_outcomes_accumulate");

	PG_RETURN_POINTER(add_row(fcinfo, state, PG_NARGS() > 5 ? 5 : 0, PG_NARGS() > 6 ? 6 : 0));
}

/* Structure and method from argument `first` on, as far as the aggregate has them. */
static Datum
accumulate_request(FunctionCallInfo fcinfo, const char *function, int v_arg, int first)
{
	meta_outcomes_state *state = (meta_outcomes_state *) psyrad_transition_state(fcinfo, function);
	bool is_new = state == NULL;
	psy_multivariate_options o = {PSY_STRUCTURE_UN, PSY_META_REML, PSY_META_Z, 0.95, 0, PSY_MEANS_OUTCOME};
	psy_error err;

	if (PG_NARGS() > first)
		PSYRAD_CHECK(psy_structure_parse(metastat_option(fcinfo, first, "structure"), &o.structure, &err), &err);
	if (PG_NARGS() > first + 1)
		PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, first + 1, "method"), &o.method, &err), &err);
	PSYRAD_CHECK(psy_multivariate_check(&o, &err), &err);
	state = add_row(fcinfo, state, v_arg, 0);
	if (is_new)
	{
		state->request = 1;
		state->structure = (uint8) o.structure;
		state->method = (uint8) o.method;
	}
	else if (state->request != 1 || state->structure != o.structure || state->method != o.method)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("structure and method must be the same for all rows of a group"),
						errhint("Group by them, or use meta_multivariate_final over meta_multivariate_state.")));
	PG_RETURN_POINTER(state);
}

/* (state, yi, vi, study, outcome [, structure [, method]]) */
Datum
meta_multivariate_accumulate(PG_FUNCTION_ARGS)
{
	return accumulate_request(fcinfo, "meta_multivariate_accumulate", 0, 5);
}

/* (state, yi, vi, study, outcome, v [, structure [, method]]) */
Datum
meta_multivariate_v_accumulate(PG_FUNCTION_ARGS)
{
	return accumulate_request(fcinfo, "meta_multivariate_v_accumulate", 5, 6);
}

/* ---- merging --------------------------------------------------------------------------------- */

static bool
has_shape(const meta_outcomes_state *state)
{
	return state->columns != -1 && state->width != -1;
}

static void
check_mergeable(const meta_outcomes_state *state, const meta_outcomes_state *other)
{
	if (state->request != other->request || state->structure != other->structure || state->method != other->method)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("states that ask for different models cannot be merged")));
	if (has_shape(state) && has_shape(other) && (state->columns != other->columns || state->width != other->width))
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("states of %d moderators and %d covariances, and of %d and %d, cannot be merged", state->columns,
							   state->width, other->columns, other->width)));
}

Datum
meta_multivariate_combine(PG_FUNCTION_ARGS)
{
	meta_outcomes_state *state = (meta_outcomes_state *) psyrad_transition_state(fcinfo, "meta_multivariate_combine");
	const meta_outcomes_state *other;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (const meta_outcomes_state *) psyrad_state_arg(fcinfo, 1, &meta_outcomes_state_type);
	if (state == NULL)
		PG_RETURN_POINTER(with_room(other, Max(other->k, FIRST_ROOM), other->columns, other->width));
	check_mergeable(state, other);
	if (!has_shape(state))
		state = with_room(state, Max(other->k, FIRST_ROOM), other->columns, other->width);
	if (other->k > 0)
	{
		state = make_room(state, other->k);
		memcpy(state->value + (Size) state->k * meta_outcomes_stride(state), other->value,
			   (Size) other->k * meta_outcomes_stride(other) * sizeof(double));
		state->k += other->k;
	}
	count_missing(state, other->missing);
	PG_RETURN_POINTER(state);
}

/* Rows in order of vi, yi, moderators, and the rest as bytes. */
static int
compare_rows(const void *left, const void *right, void *arg)
{
	const meta_outcomes_state *state = arg;
	const double *a = left, *b = right;
	size_t numbers = meta_outcomes_study(state);

	if (a[1] != b[1])
		return a[1] < b[1] ? -1 : 1;
	for (size_t i = 0; i < numbers; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return memcmp(a + numbers, b + numbers, (meta_outcomes_stride(state) - numbers) * sizeof(double));
}

Datum
meta_multivariate_state_finish(PG_FUNCTION_ARGS)
{
	const meta_outcomes_state *state =
		(const meta_outcomes_state *) psyrad_state_arg(fcinfo, 0, &meta_outcomes_state_type);
	meta_outcomes_state *copy = with_room(state, state->k, state->columns, state->width);

	qsort_arg(copy->value, (size_t) copy->k, meta_outcomes_stride(copy) * sizeof(double), compare_rows, copy);
	PG_RETURN_POINTER(copy);
}
