/* common.c - see common.h. */
#include "common.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#ifdef WORDS_BIGENDIAN
#error "the images of psyrad's states are little-endian; this machine is not"
#endif

/* ---- errors ---------------------------------------------------------------------------------- */

static int
sqlstate_of(psy_status code)
{
	switch (code)
	{
		case PSY_DOMAIN: return ERRCODE_INVALID_PARAMETER_VALUE;
		case PSY_SHAPE: return ERRCODE_ARRAY_SUBSCRIPT_ERROR;
		case PSY_SINGULAR: return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
		case PSY_NOCONVERGE: return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
		case PSY_NOMEM: return ERRCODE_OUT_OF_MEMORY;
		case PSY_LIMIT: return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case PSY_FORMAT: return ERRCODE_INVALID_BINARY_REPRESENTATION;
		case PSY_UNSUPPORTED: return ERRCODE_FEATURE_NOT_SUPPORTED;
		case PSY_INTERRUPTED: return ERRCODE_QUERY_CANCELED;
		case PSY_OK: break;
	}
	return ERRCODE_INTERNAL_ERROR;
}

void
psyrad_raise(const psy_error *err)
{
	if (err->code == PSY_INTERRUPTED)
		CHECK_FOR_INTERRUPTS();
	ereport(ERROR, (errcode(sqlstate_of(err->code)), errmsg("%s", err->message),
					err->hint[0] != '\0' ? errhint("%s", err->hint) : 0));
	pg_unreachable();
}

/* ---- context --------------------------------------------------------------------------------- */

static void *
context_alloc(void *arg, size_t bytes)
{
	/* palloc_extended raises for sizes above MaxAllocSize even with NO_OOM, so they are refused here. */
	if (!AllocSizeIsValid(bytes))
		return NULL;
	return MemoryContextAllocExtended((MemoryContext) arg, bytes, MCXT_ALLOC_NO_OOM);
}

static void
context_release(void *arg, void *pointer)
{
	pfree(pointer);
}

static bool
context_interrupted(void *arg)
{
	return QueryCancelPending || ProcDiePending;
}

psy_context
psyrad_context(MemoryContext memory)
{
	return (psy_context){context_alloc, context_release, context_interrupted, memory};
}

psy_context
psyrad_current_context(void)
{
	return psyrad_context(CurrentMemoryContext);
}

/* ---- arguments ------------------------------------------------------------------------------- */

char *
psyrad_cstring_arg(FunctionCallInfo fcinfo, int argument)
{
	return text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

/* One element of a supported type as a double. */
static double
element_to_double(Oid type, Datum value)
{
	switch (type)
	{
		case FLOAT4OID: return DatumGetFloat4(value);
		case FLOAT8OID: return DatumGetFloat8(value);
		case INT2OID: return DatumGetInt16(value);
		case INT4OID: return DatumGetInt32(value);
		case INT8OID: return (double) DatumGetInt64(value);
		default: return DatumGetFloat8(DirectFunctionCall1(numeric_float8, value));
	}
}

static void
require_numeric_elements(Oid type, const char *argument_name)
{
	if (type == FLOAT4OID || type == FLOAT8OID || type == INT2OID || type == INT4OID || type == INT8OID ||
		type == NUMERICOID)
		return;
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("%s must be an array of numbers, not of %s", argument_name, format_type_be(type)),
					errhint("Cast it, for example to real[] or double precision[].")));
}

/* The general path: any supported element type, with NULLs. */
static double *
deconstruct_doubles(ArrayType *array, int length)
{
	Oid type = ARR_ELEMTYPE(array);
	int16 size;
	bool by_value;
	char align;
	Datum *element;
	bool *null;
	int count;
	double *value = palloc(sizeof(double) * Max(length, 1));

	get_typlenbyvalalign(type, &size, &by_value, &align);
	deconstruct_array(array, type, size, by_value, align, &element, &null, &count);
	for (int k = 0; k < count; k++)
		value[k] = null[k] ? get_float8_nan() : element_to_double(type, element[k]);
	pfree(element);
	pfree(null);
	return value;
}

static double *
float4_to_doubles(const float *from, int length)
{
	double *value = palloc(sizeof(double) * Max(length, 1));

	for (int k = 0; k < length; k++)
		value[k] = from[k];
	return value;
}

psyrad_array
psyrad_double_array(Datum datum, int max_dims, const char *argument_name)
{
	ArrayType *array = DatumGetArrayTypeP(datum);
	Oid type = ARR_ELEMTYPE(array);
	psyrad_array out = {.dims = ARR_NDIM(array)};

	require_numeric_elements(type, argument_name);
	if (out.dims > max_dims)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s must have %s, not %d dimensions", argument_name,
							   max_dims == 1 ? "one dimension" : "at most two dimensions", out.dims)));
	if (out.dims == 0)
		return out;
	out.rows = ARR_DIMS(array)[0];
	out.columns = out.dims == 2 ? ARR_DIMS(array)[1] : 1;
	out.length = ArrayGetNItems(out.dims, ARR_DIMS(array));
	if (ARR_HASNULL(array) || (type != FLOAT8OID && type != FLOAT4OID))
		out.value = deconstruct_doubles(array, out.length);
	else if (type == FLOAT4OID)
		out.value = float4_to_doubles((const float *) ARR_DATA_PTR(array), out.length);
	else
		out.value = (double *) ARR_DATA_PTR(array);
	return out;
}

/* A zeroed array without NULLs; length 0 gives the empty array. */
static ArrayType *
new_array(int length, Oid type, Size element_size)
{
	ArrayType *array;
	Size size = ARR_OVERHEAD_NONULLS(1) + element_size * (Size) length;

	if (length == 0)
		return construct_empty_array(type);
	if (!AllocSizeIsValid(size))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("a result array of %d elements is larger than 1 GB", length)));
	array = palloc0(size);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = type;
	ARR_DIMS(array)[0] = length;
	ARR_LBOUND(array)[0] = 1;
	return array;
}

ArrayType *
psyrad_new_float8_array(int length, double **value)
{
	ArrayType *array = new_array(length, FLOAT8OID, sizeof(double));

	*value = (double *) ARR_DATA_PTR(array);
	return array;
}

ArrayType *
psyrad_new_int4_array(int length, int32 **value)
{
	ArrayType *array = new_array(length, INT4OID, sizeof(int32));

	*value = (int32 *) ARR_DATA_PTR(array);
	return array;
}

psyrad_vector
psyrad_vector_of_array(Datum datum, const char *name)
{
	ArrayType *array = DatumGetArrayTypeP(datum);
	psyrad_vector v = {.elements = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array))};

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s must have one dimension, not %d", name, ARR_NDIM(array))));
	if (v.elements == 0)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("%s has no elements", name)));
	if (ARR_ELEMTYPE(array) == FLOAT4OID && !ARR_HASNULL(array))
		v.f = (const float *) ARR_DATA_PTR(array);
	else
		v.d = psyrad_double_array(PointerGetDatum(array), 1, name).value;
	return v;
}

ArrayType *
psyrad_float8_array(const double *value, int length)
{
	double *to;
	ArrayType *array = psyrad_new_float8_array(length, &to);

	if (length > 0)
		memcpy(to, value, sizeof(double) * length);
	return array;
}

ArrayType *
psyrad_float4_array(const float *value, int length)
{
	ArrayType *array = new_array(length, FLOAT4OID, sizeof(float));

	if (length > 0)
		memcpy(ARR_DATA_PTR(array), value, sizeof(float) * length);
	return array;
}

ArrayType *
psyrad_int4_array(const int32 *value, int length)
{
	int32 *to;
	ArrayType *array = psyrad_new_int4_array(length, &to);

	if (length > 0)
		memcpy(to, value, sizeof(int32) * length);
	return array;
}

/* ---- flat states ----------------------------------------------------------------------------- */

#define WIRE_OFFSET offsetof(psyrad_header, magic)

/*
 * A state held as an expanded object, which the executor takes over and hands on by pointer.  The flat state
 * follows this head in the same chunk.
 */
typedef struct held_state
{
	ExpandedObjectHeader head;
	const psyrad_state_type *type;
	void *waiting;
} held_state;

#define HELD_OFFSET MAXALIGN(sizeof(held_state))
#define HELD_STATE(held) ((psyrad_header *) ((char *) (held) + HELD_OFFSET))

static psyrad_header *
settled(held_state *held)
{
	if (held->type->settle != NULL)
		held->type->settle(HELD_STATE(held), held->waiting);
	return HELD_STATE(held);
}

static Size
held_size(ExpandedObjectHeader *head)
{
	return VARSIZE(HELD_STATE(head));
}

static void
held_flatten(ExpandedObjectHeader *head, void *result, Size size)
{
	memcpy(result, settled((held_state *) head), size);
}

static const ExpandedObjectMethods held_methods = {held_size, held_flatten};

/* What a datum points to when it is a state held by this module, else NULL. */
static held_state *
held_state_of(Datum datum)
{
	ExpandedObjectHeader *head;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
		return NULL;
	head = DatumGetEOHP(datum);
	return head->eoh_methods == &held_methods ? (held_state *) head : NULL;
}

/* Validates a complete state image; on failure raises what, for which type. */
static void
state_validate(const psyrad_header *state, const psyrad_state_type *type)
{
	Size size = VARSIZE(state);
	psy_error err = {0};

	if (size < type->minimum)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid %s: %zu bytes, at least %zu expected", type->name, size, type->minimum)));
	if (state->magic != type->magic)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid %s: it begins with 0x%08x, not with 0x%08x", type->name, state->magic, type->magic),
				 errhint("It is a value of another type, or of a newer version of psyrad.")));
	if (type->check(state, size, &err) != PSY_OK)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid %s: %s", type->name, err.message)));
}

/* A new varlena around bytes of wire image, validated. */
static psyrad_header *
state_from_wire(const char *image, Size bytes, const psyrad_state_type *type)
{
	Size size = bytes + WIRE_OFFSET;
	psyrad_header *state;

	if (size < type->minimum || !AllocSizeIsValid(size))
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid %s: %zu bytes, at least %zu expected", type->name, bytes,
							   type->minimum - WIRE_OFFSET)));
	state = palloc(size);
	SET_VARSIZE(state, size);
	memcpy((char *) state + WIRE_OFFSET, image, bytes);
	state_validate(state, type);
	return state;
}

Datum
psyrad_state_in(FunctionCallInfo fcinfo, const psyrad_state_type *type)
{
	const char *text = PG_GETARG_CSTRING(0);
	Size length = strlen(text);
	char *image;
	Size bytes;

	if (length < 2 || text[0] != '\\' || text[1] != 'x' || length % 2 != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						errmsg("invalid input syntax for type %s", type->name),
						errdetail("Expected \\x followed by an even number of hexadecimal digits.")));
	image = palloc(length / 2);
	bytes = hex_decode(text + 2, length - 2, image);
	return PointerGetDatum(state_from_wire(image, bytes, type));
}

Datum
psyrad_state_out(FunctionCallInfo fcinfo, const psyrad_state_type *type)
{
	psyrad_header *state = psyrad_state_arg(fcinfo, 0, type);
	Size bytes = VARSIZE(state) - WIRE_OFFSET;
	char *text;

	if (bytes > (MaxAllocSize - 3) / 2)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("a %s of %zu bytes is too large for its text form", type->name, bytes),
						errhint("Use the binary form (COPY ... WITH (FORMAT binary)).")));
	text = palloc(bytes * 2 + 3);
	text[0] = '\\';
	text[1] = 'x';
	hex_encode((char *) state + WIRE_OFFSET, bytes, text + 2);
	text[2 + bytes * 2] = '\0';
	PG_RETURN_CSTRING(text);
}

Datum
psyrad_state_recv(FunctionCallInfo fcinfo, const psyrad_state_type *type)
{
	StringInfo buffer = (StringInfo) PG_GETARG_POINTER(0);
	int bytes = buffer->len - buffer->cursor;

	return PointerGetDatum(state_from_wire(pq_getmsgbytes(buffer, bytes), bytes, type));
}

Datum
psyrad_state_send(FunctionCallInfo fcinfo, const psyrad_state_type *type)
{
	psyrad_header *state = psyrad_state_arg(fcinfo, 0, type);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbytes(&buffer, (char *) state + WIRE_OFFSET, VARSIZE(state) - WIRE_OFFSET);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

psyrad_header *
psyrad_state_arg(FunctionCallInfo fcinfo, int argument, const psyrad_state_type *type)
{
	held_state *held = held_state_of(PG_GETARG_DATUM(argument));
	psyrad_header *state;

	/* A held one has never left this process, nor the functions of this module. */
	if (held != NULL && held->type == type)
		return settled(held);
	state = (psyrad_header *) PG_DETOAST_DATUM(PG_GETARG_DATUM(argument));
	state_validate(state, type);
	return state;
}

MemoryContext
psyrad_aggregate_context(FunctionCallInfo fcinfo, const char *function)
{
	MemoryContext memory;

	if (!AggCheckCallContext(fcinfo, &memory))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("%s is part of an aggregate and cannot be called by itself", function)));
	return memory;
}

psyrad_header *
psyrad_unsettled_state(FunctionCallInfo fcinfo, const char *function, void **waiting)
{
	held_state *held;
	psyrad_header *state;

	*waiting = NULL;
	psyrad_aggregate_context(fcinfo, function);
	if (PG_ARGISNULL(0))
		return NULL;
	held = held_state_of(PG_GETARG_DATUM(0));
	if (held != NULL)
	{
		*waiting = held->waiting;
		return HELD_STATE(held);
	}
	state = (psyrad_header *) PG_GETARG_POINTER(0);
	/* Our functions never leave one so, but somebody else's aggregate around them can. */
	if (VARATT_IS_EXTENDED(state))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("%s works in the aggregates of psyrad only", function)));
	return state;
}

psyrad_header *
psyrad_transition_state(FunctionCallInfo fcinfo, const char *function)
{
	void *waiting;
	psyrad_header *state = psyrad_unsettled_state(fcinfo, function, &waiting);

	return waiting != NULL ? settled(held_state_of(PG_GETARG_DATUM(0))) : state;
}

static void
require_state_size(const psyrad_state_type *type, Size size)
{
	if (size > MaxAllocSize - HELD_OFFSET)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("a %s of %zu bytes would be larger than 1 GB", type->name, size),
						errhint("Use fewer elements or fewer covariates, or work on parts of the vector.")));
}

static void
set_state_header(psyrad_header *state, const psyrad_state_type *type, Size size)
{
	SET_VARSIZE(state, size);
	state->magic = type->magic;
}

psyrad_header *
psyrad_new_state(const psyrad_state_type *type, Size size)
{
	psyrad_header *state;

	require_state_size(type, size);
	state = palloc0(size);
	set_state_header(state, type, size);
	return state;
}

psyrad_header *
psyrad_copy_state(const psyrad_state_type *type, const void *from, Size used, Size size)
{
	psyrad_header *state = psyrad_new_state(type, size);

	if (from != NULL)
		memcpy(state + 1, (const psyrad_header *) from + 1, used - sizeof(psyrad_header));
	return state;
}

psyrad_header *
psyrad_new_held_state(FunctionCallInfo fcinfo, const psyrad_state_type *type, Size size)
{
	MemoryContext memory;
	held_state *held;

	require_state_size(type, size);
	memory = AllocSetContextCreate(psyrad_aggregate_context(fcinfo, type->name), "psyrad state",
								   ALLOCSET_START_SMALL_SIZES);
	held = MemoryContextAllocZero(memory, size + HELD_OFFSET);
	EOH_init_header(&held->head, &held_methods, memory);
	held->type = type;
	held->waiting = MemoryContextAllocZero(memory, type->waiting);
	set_state_header(HELD_STATE(held), type, size);
	return HELD_STATE(held);
}

Datum
psyrad_return_state(FunctionCallInfo fcinfo, const psyrad_header *before, psyrad_header *after)
{
	if (after == before)
		return PG_GETARG_DATUM(0);
	return EOHPGetRWDatum((ExpandedObjectHeader *) ((char *) after - HELD_OFFSET));
}
