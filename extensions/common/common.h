/*
 * common.h - the only bridge between libpsyrad and the PostgreSQL server.
 *
 * status -> ereport, context -> palloc, arrays -> doubles, and the envelope that every flat aggregate state shares.
 * Each extension compiles this into its own module; nothing here is exported.
 */
#ifndef PSYRAD_COMMON_H
#define PSYRAD_COMMON_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"

#include "core/context.h"

/*
 * Modules are built with hidden symbols, and before PostgreSQL 16 this macro exports the finfo record but not the
 * function itself (extension.mk defines PGDLLEXPORT, which is empty there, as default visibility).
 */
#if PG_VERSION_NUM < 160000
#undef PG_FUNCTION_INFO_V1
#define PG_FUNCTION_INFO_V1(funcname)                                                                                \
	extern PGDLLEXPORT Datum funcname(PG_FUNCTION_ARGS);                                                             \
	extern PGDLLEXPORT const Pg_finfo_record *CppConcat(pg_finfo_, funcname)(void);                                  \
	const Pg_finfo_record *CppConcat(pg_finfo_, funcname)(void)                                                      \
	{                                                                                                                \
		static const Pg_finfo_record my_finfo = {1};                                                                 \
		return &my_finfo;                                                                                            \
	}                                                                                                                \
	extern int no_such_variable
#endif

/* ---- errors ---------------------------------------------------------------------------------- */

/* Raises the library's error with the SQLSTATE of its code.  Call it holding no foreign resources. */
extern void psyrad_raise(const psy_error *err) pg_attribute_noreturn();

/* Raises unless status is PSY_OK; a query cancel seen by the library becomes the server's own. */
#define PSYRAD_CHECK(status, err)                                                                                    \
	do                                                                                                               \
	{                                                                                                                \
		if (unlikely((status) != PSY_OK))                                                                            \
			psyrad_raise(err);                                                                                       \
	} while (0)

/* ---- context --------------------------------------------------------------------------------- */

/* A context that allocates in *memory (which must outlive it), without ever raising, up to 1 GB a piece. */
extern psy_context psyrad_context(MemoryContext memory);

/* The same in CurrentMemoryContext. */
extern psy_context psyrad_current_context(void);

/* ---- arguments ------------------------------------------------------------------------------- */

/* A text argument as a C string (palloc'd). */
extern char *psyrad_cstring_arg(FunctionCallInfo fcinfo, int argument);

/*
 * An array argument of real, double precision, numeric, smallint, integer or bigint as doubles.  NULL elements become NaN.
 * max_dims is 1 or 2; an empty array has dims = 0 and length = 0.  Raises datatype_mismatch for other element types;
 * argument_name is used in messages.  Values are palloc'd unless the array is float8[] without NULLs (then they are
 * borrowed from the detoasted datum: do not write).
 */
typedef struct psyrad_array
{
	int dims;	   /* 0, 1 or 2 */
	int rows;	   /* first dimension */
	int columns;   /* second dimension; 1 when dims == 1 */
	int length;	   /* rows * columns */
	double *value; /* row-major */
} psyrad_array;

extern psyrad_array psyrad_double_array(Datum datum, int max_dims, const char *argument_name);

/*
 * A vector of elements: an array argument of one dimension, not empty, of any of those types.  A real[] without NULLs is
 * borrowed as it lies (f), everything else are doubles (d); the other one is NULL.
 */
typedef struct psyrad_vector
{
	const float *f;
	const double *d;
	Size elements;
} psyrad_vector;

extern psyrad_vector psyrad_vector_of_array(Datum datum, const char *argument_name);

/* Builds float8[] / float4[] / int4[] results; NaN stays NaN (it is not turned into NULL). */
extern ArrayType *psyrad_float8_array(const double *value, int length);
extern ArrayType *psyrad_float4_array(const float *value, int length);
extern ArrayType *psyrad_int4_array(const int32 *value, int length);

/* A zeroed one-dimensional array whose payload the caller fills through *value. */
extern ArrayType *psyrad_new_float8_array(int length, double **value);
extern ArrayType *psyrad_new_int4_array(int length, int32 **value);

/* ---- flat states ----------------------------------------------------------------------------- */

/*
 * Every aggregate state (and every compiled value) is one flat varlena that begins with this header: changed in place
 * during aggregation, mergeable, exact in text (hex of the image) and binary form.  The image is little-endian; a
 * big-endian build would have to swap and is refused at compile time instead.
 */
typedef struct psyrad_header
{
	int32 vl_len_;	/* varlena header, not part of the wire image */
	uint32 magic;	/* which type: PSYRAD_MAGIC('m','o','m','1'), the last byte being the format's version */
} psyrad_header;

#define PSYRAD_MAGIC(a, b, c, d)                                                                                     \
	((uint32) (unsigned char) (a) | (uint32) (unsigned char) (b) << 8 | (uint32) (unsigned char) (c) << 16 |          \
	 (uint32) (unsigned char) (d) << 24)

/*
 * What a state type tells the shared I/O.  check sees a complete, aligned varlena of VARSIZE bytes whose magic is right,
 * and must validate every byte that later code relies on (counts against size, ranges, flags, finiteness).
 */
typedef struct psyrad_state_type
{
	const char *name; /* SQL name of the type, for messages */
	uint32 magic;
	Size minimum; /* smallest VARSIZE */
	psy_status (*check)(const psyrad_header *state, Size size, psy_error *err);

	/* For held states (psyrad_new_held_state), where rows may wait beside the state; 0 and NULL otherwise. */
	Size waiting;                                        /* bytes, zeroed at first */
	void (*settle)(psyrad_header *state, void *waiting); /* adds what waits to the state */
} psyrad_state_type;

/* in, out, recv and send of a state type: `PG_RETURN_DATUM(psyrad_state_in(fcinfo, &type))`. */
extern Datum psyrad_state_in(FunctionCallInfo fcinfo, const psyrad_state_type *type);
extern Datum psyrad_state_out(FunctionCallInfo fcinfo, const psyrad_state_type *type);
extern Datum psyrad_state_recv(FunctionCallInfo fcinfo, const psyrad_state_type *type);
extern Datum psyrad_state_send(FunctionCallInfo fcinfo, const psyrad_state_type *type);

/*
 * A state argument, detoasted, MAXALIGNed and validated.  The result may be the caller's own datum: read only unless
 * it is this aggregate's transition value (see psyrad_transition_context).
 */
extern psyrad_header *psyrad_state_arg(FunctionCallInfo fcinfo, int argument, const psyrad_state_type *type);

/*
 * The transition value of the running aggregate (argument 0), without detoasting or validation: it may be changed in
 * place.  It is a whole value of the state's type, but anybody can wrap the function in an aggregate of his own with an
 * initial value of his own: check that it is of this function's statistic and shape.  Raises unless called as an aggregate; *memory is where it lives.
 */
extern psyrad_header *psyrad_transition_state(FunctionCallInfo fcinfo, const char *function);

/* Raises unless called as an aggregate's support function. */
extern MemoryContext psyrad_aggregate_context(FunctionCallInfo fcinfo, const char *function);

/* palloc0 of a new state with its header set; raises program_limit_exceeded above 1 GB, naming what to do. */
extern psyrad_header *psyrad_new_state(const psyrad_state_type *type, Size size);

/* The same with all that is behind the header in the first `used` bytes of a state of that type; from NULL has nothing. */
extern psyrad_header *psyrad_copy_state(const psyrad_state_type *type, const void *from, Size used, Size size);

/*
 * The same for a transition function's state of many bytes: held as an expanded object that lives with the aggregate,
 * because the executor copies a plain value whole whenever a transition function returns a new one.  Whoever reads it sees
 * it settled.
 */
extern psyrad_header *psyrad_new_held_state(FunctionCallInfo fcinfo, const psyrad_state_type *type, Size size);

/* As psyrad_transition_state, but what waits beside a held state stays there: *waiting, or NULL unless held. */
extern psyrad_header *psyrad_unsettled_state(FunctionCallInfo fcinfo, const char *function, void **waiting);

/* What a transition function returns: before is its psyrad_transition_state, after the same or a new held state. */
extern Datum psyrad_return_state(FunctionCallInfo fcinfo, const psyrad_header *before, psyrad_header *after);

#endif
