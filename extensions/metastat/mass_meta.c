/*
 * mass_meta.c - mass_meta: pooling element by element.  The state keeps each study's vectors as they came:
 * float for real[], double for every other array.
 */
#include "metastat.h"

#include "catalog/pg_type.h"
#include "meta/mass_meta.h"
#include "utils/builtins.h"

/*
 * psyrad.mass_meta_state.  A study is yi[elements], then vi[elements]; an element without either has NaN in
 * both.  While an aggregate runs there is room for more studies, which is zero.  A finished state has none
 * and its studies are in the order of their bytes.
 */
typedef struct mass_meta_state
{
	psyrad_header header;
	int64 elements; /* 0 while no study has come */
	int64 studies;
	int64 skipped; /* rows where yi or vi was NULL as a whole */
	double level;  /* asked for; 0 when has_request is 0 */
	uint8 has_request;
	uint8 method, test; /* 0 when has_request is 0 */
	uint8 width;        /* bytes of a value: 4 or 8; 0 while no study has come */
	uint8 reserved[4];
	char value[FLEXIBLE_ARRAY_MEMBER];
} mass_meta_state;

#define HEAD offsetof(mass_meta_state, value)
#define FIRST_ROOM 4

static Size
study_size(const mass_meta_state *s)
{
	return 2 * (Size) s->elements * s->width;
}

/* ---- image ----------------------------------------------------------------------------------- */

static double
value_at(const mass_meta_state *s, Size at)
{
	return s->width == 4 ? ((const float *) s->value)[at] : ((const double *) s->value)[at];
}

static psy_status
check_head(const mass_meta_state *s, psy_error *err)
{
	for (int i = 0; i < lengthof(s->reserved); i++)
		if (s->reserved[i] != 0)
			return psy_fail(err, PSY_FORMAT, "reserved byte %d is not 0", i + 1);
	if (s->has_request ? s->has_request != 1 || s->method > PSY_META_PMM || s->test > PSY_META_ADHOC ||
							 !(s->level > 0 && s->level < 1)
					   : s->method != 0 || s->test != 0 || s->level != 0 || signbit(s->level))
		return psy_fail(err, PSY_FORMAT, "it asks for an unknown model");
	if (s->skipped < 0 || s->skipped > PG_INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "it counts %lld skipped rows", (long long) s->skipped);
	return PSY_OK;
}

static psy_status
check_values(const mass_meta_state *s, psy_error *err)
{
	for (int64 k = 0; k < s->studies; k++)
		for (int64 e = 0; e < s->elements; e++)
		{
			Size at = 2 * (Size) k * s->elements + e;
			double yi = value_at(s, at), vi = value_at(s, at + s->elements);

			if (isnan(yi) != isnan(vi) || psy_mass_meta_check(yi, vi, e, err) != PSY_OK)
				return psy_fail(err, PSY_FORMAT, "study %lld holds what no aggregate collects",
								(long long) k + 1);
		}
	return PSY_OK;
}

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const mass_meta_state *s = (const mass_meta_state *) header;
	Size room = size - HEAD;
	psy_status status = check_head(s, err);

	if (status != PSY_OK)
		return status;
	if (s->elements == 0)
		return s->studies == 0 && s->width == 0 && room == 0
				   ? PSY_OK
				   : psy_fail(err, PSY_FORMAT, "it has studies without elements");
	if ((s->width != 4 && s->width != 8) || s->elements < 0 || s->elements > (int64) (MaxAllocSize / 8))
		return psy_fail(err, PSY_FORMAT, "it has %lld elements of %d bytes", (long long) s->elements,
						s->width);
	if (room % study_size(s) != 0 || s->studies < 0 || (Size) s->studies > room / study_size(s))
		return psy_fail(err, PSY_FORMAT, "it counts %lld studies of %zu bytes in %zu", (long long) s->studies,
						study_size(s), room);
	for (Size at = s->studies * study_size(s); at < room; at++)
		if (s->value[at] != 0)
			return psy_fail(err, PSY_FORMAT, "there is something behind its studies");
	return check_values(s, err);
}

static const psyrad_state_type mass_meta_state_type = {"mass_meta_state", PSYRAD_MAGIC('m', 'm', 'e', '1'),
													   HEAD, check_state};

#define STATE_IO(direction)                                                                                  \
	PG_FUNCTION_INFO_V1(mass_meta_state_##direction);                                                        \
	Datum mass_meta_state_##direction(PG_FUNCTION_ARGS)                                                      \
	{                                                                                                        \
		return psyrad_state_##direction(fcinfo, &mass_meta_state_type);                                      \
	}

STATE_IO(in)
STATE_IO(out)
STATE_IO(recv)
STATE_IO(send)

/* ---- rows ------------------------------------------------------------------------------------ */

PG_FUNCTION_INFO_V1(mass_meta_accumulate);
PG_FUNCTION_INFO_V1(mass_meta_combine);
PG_FUNCTION_INFO_V1(mass_meta_state_finish);

static inline double
element(const psyrad_vector *v, Size e)
{
	return v->f != NULL ? v->f[e] : v->d[e];
}

/* A state of the same head with room for so many studies. */
static mass_meta_state *
with_room(const mass_meta_state *s, int64 room)
{
	return (mass_meta_state *) psyrad_copy_state(&mass_meta_state_type, s, HEAD + (Size) s->studies * study_size(s),
												 HEAD + (Size) room * study_size(s));
}

static mass_meta_state *
make_room(mass_meta_state *s, int64 more)
{
	int64 needed = s->studies + more;

	if (s->elements > 0 && HEAD + (Size) needed * study_size(s) <= VARSIZE(s))
		return s;
	return with_room(s, Max(needed, Max(FIRST_ROOM, 2 * s->studies)));
}

static void
read_request(FunctionCallInfo fcinfo, mass_meta_state *request)
{
	psy_meta_options options = meta_default_options();
	psy_error err;

	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 3, "method"), &options.method, &err), &err);
	if (PG_NARGS() > 4)
		PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, 4, "test"), &options.test, &err), &err);
	request->has_request = 1;
	request->method = options.method;
	request->test = options.test;
	request->level = options.level;
}

static bool
same_request(const mass_meta_state *a, const mass_meta_state *b)
{
	return a->has_request == b->has_request && a->method == b->method && a->test == b->test &&
		   a->level == b->level;
}

static void
set_or_check_request(FunctionCallInfo fcinfo, mass_meta_state *s, bool is_new)
{
	mass_meta_state request = {.has_request = 0};

	if (PG_NARGS() <= 3)
		return;
	read_request(fcinfo, &request);
	if (!is_new && !same_request(s, &request))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("method and test must be the same for all rows of a group"),
						errhint("Group by them, or use mass_meta_final over mass_meta_state.")));
	s->has_request = request.has_request;
	s->method = request.method;
	s->test = request.test;
	s->level = request.level;
}

static void
require_shape(mass_meta_state *s, const psyrad_vector *yi, const psyrad_vector *vi, uint8 width)
{
	if (vi->elements != yi->elements)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("vi has %lld elements, but yi has %lld", (long long) vi->elements,
							   (long long) yi->elements)));
	if (s->elements == 0)
	{
		s->elements = yi->elements;
		s->width = width;
	}
	if (s->elements != yi->elements)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("yi has %lld elements, but earlier rows have %lld", (long long) yi->elements,
							   (long long) s->elements)));
	if (s->width != width)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("yi and vi are %s, but the aggregate began with %s",
						width == 4 ? "real[]" : "not real[]", s->width == 4 ? "real[]" : "another type")));
}

/* Writes one study at the state's end. */
static void
append_study(mass_meta_state *s, const psyrad_vector *yi, const psyrad_vector *vi)
{
	char *at = s->value + s->studies * study_size(s);
	psy_error err;

	for (int64 e = 0; e < s->elements; e++)
	{
		double y = element(yi, e) + 0.0, v = element(vi, e);

		PSYRAD_CHECK(psy_mass_meta_check(y, v, e, &err), &err);
		if (isnan(y) || isnan(v))
			y = v = NAN; /* one form of missing */
		if (s->width == 4)
		{
			((float *) at)[e] = y;
			((float *) at)[s->elements + e] = v;
		}
		else
		{
			((double *) at)[e] = y;
			((double *) at)[s->elements + e] = v;
		}
	}
	s->studies++;
}

static void
count_skipped(mass_meta_state *s, int64 more)
{
	if (s->skipped + more > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows without yi or vi")));
	s->skipped += more;
}

Datum
mass_meta_accumulate(PG_FUNCTION_ARGS)
{
	mass_meta_state *s = (mass_meta_state *) psyrad_transition_state(fcinfo, "mass_meta_accumulate");
	bool is_new = s == NULL;
	psyrad_vector yi, vi;

	if (is_new)
		s = (mass_meta_state *) psyrad_new_state(&mass_meta_state_type, HEAD);
	set_or_check_request(fcinfo, s, is_new);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		count_skipped(s, 1);
		PG_RETURN_POINTER(s);
	}
	yi = psyrad_vector_of_array(PG_GETARG_DATUM(1), "yi");
	vi = psyrad_vector_of_array(PG_GETARG_DATUM(2), "vi");
	require_shape(s, &yi, &vi, get_fn_expr_argtype(fcinfo->flinfo, 1) == FLOAT4ARRAYOID ? 4 : 8);
	s = make_room(s, 1);
	append_study(s, &yi, &vi);
	PG_RETURN_POINTER(s);
}

/* ---- states ---------------------------------------------------------------------------------- */

static void
require_mergeable(const mass_meta_state *a, const mass_meta_state *b)
{
	if (!same_request(a, b))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("states that ask for different models cannot be merged")));
	if (a->elements > 0 && b->elements > 0 && (a->elements != b->elements || a->width != b->width))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("states of %lld elements of %d bytes and of %lld of %d bytes cannot be merged",
							   (long long) a->elements, a->width, (long long) b->elements, b->width)));
}

Datum
mass_meta_combine(PG_FUNCTION_ARGS)
{
	mass_meta_state *s = (mass_meta_state *) psyrad_transition_state(fcinfo, "mass_meta_combine");
	const mass_meta_state *other;

	if (PG_ARGISNULL(1))
	{
		if (s == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(s);
	}
	other = (const mass_meta_state *) psyrad_state_arg(fcinfo, 1, &mass_meta_state_type);
	if (s == NULL)
		PG_RETURN_POINTER(with_room(other, Max(other->studies, other->elements > 0 ? FIRST_ROOM : 0)));
	require_mergeable(s, other);
	if (s->elements == 0)
	{
		s->elements = other->elements;
		s->width = other->width;
	}
	if (other->studies > 0)
		s = make_room(s, other->studies);
	memcpy(s->value + s->studies * study_size(s), other->value, other->studies * study_size(s));
	s->studies += other->studies;
	count_skipped(s, other->skipped);
	PG_RETURN_POINTER(s);
}

static int
compare_studies(const void *left, const void *right, void *size)
{
	return memcmp(*(const char *const *) left, *(const char *const *) right, *(const Size *) size);
}

/* The canonical form: no unused room, studies in the order of their bytes. */
Datum
mass_meta_state_finish(PG_FUNCTION_ARGS)
{
	const mass_meta_state *s = (const mass_meta_state *) psyrad_state_arg(fcinfo, 0, &mass_meta_state_type);
	mass_meta_state *copy = with_room(s, s->studies);
	const char **study = palloc(sizeof(char *) * Max(s->studies, 1));
	Size size = study_size(s);

	for (int64 k = 0; k < s->studies; k++)
		study[k] = s->value + k * size;
	qsort_arg(study, s->studies, sizeof *study, compare_studies, &size);
	for (int64 k = 0; k < s->studies; k++)
		memcpy(copy->value + k * size, study[k], size);
	PG_RETURN_POINTER(copy);
}

/* ---- results --------------------------------------------------------------------------------- */

#define ARRAYS 13
#define COLUMNS (ARRAYS + 3)
#define NOTE_SIZE 1024

PG_FUNCTION_INFO_V1(mass_meta_finish);
PG_FUNCTION_INFO_V1(mass_meta_final);

/* Allocates the result's arrays straight as SQL arrays, so that nothing is copied. */
static psy_mass_meta_result
new_result(int elements, Datum *column)
{
	psy_mass_meta_result out;
	double **to[] = {&out.estimate, &out.se,    &out.statistic, &out.df, &out.p, &out.log_p,
					 &out.ci_lb,    &out.ci_ub, &out.tau2,      &out.i2, &out.q, &out.q_p};

	column[0] = PointerGetDatum(psyrad_new_int4_array(elements, &out.k));
	for (int i = 0; i < lengthof(to); i++)
		column[1 + i] = PointerGetDatum(psyrad_new_float8_array(elements, to[i]));
	return out;
}

static void
add_skipped(const mass_meta_state *s, char *note)
{
	if (s->skipped > 0)
		psy_append(note, NOTE_SIZE, "%s%lld rows were left out for want of yi or vi",
				   note[0] != '\0' ? "; " : "", (long long) s->skipped);
}

static Datum
result_datum(FunctionCallInfo fcinfo, const mass_meta_state *s, const psy_meta_options *o)
{
	psy_context ctx = psyrad_current_context();
	psy_mass_meta data = {s->elements, s->studies, s->width, s->value};
	Datum column[COLUMNS] = {0};
	bool null[COLUMNS] = {false};
	char note[NOTE_SIZE] = "";
	psy_error err;

	if (s->elements > 0)
	{
		psy_mass_meta_result out = new_result(s->elements, column);

		PSYRAD_CHECK(psy_mass_meta_fit(&ctx, &data, o, &out, note, sizeof note, &err), &err);
	}
	else
		memset(null, true, ARRAYS);
	add_skipped(s, note);
	column[ARRAYS] = CStringGetTextDatum(psy_meta_method_name(o->method));
	column[ARRAYS + 1] = CStringGetTextDatum(psy_meta_test_name(o->test));
	null[ARRAYS + 2] = note[0] == '\0';
	if (!null[ARRAYS + 2])
		column[ARRAYS + 2] = CStringGetTextDatum(note);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), column, null));
}

Datum
mass_meta_finish(PG_FUNCTION_ARGS)
{
	const mass_meta_state *s = (const mass_meta_state *) psyrad_state_arg(fcinfo, 0, &mass_meta_state_type);
	psy_meta_options options = meta_default_options();

	if (s->has_request)
	{
		options.method = (psy_meta_method) s->method;
		options.test = (psy_meta_test) s->test;
		options.level = s->level;
	}
	return result_datum(fcinfo, s, &options);
}

Datum
mass_meta_final(PG_FUNCTION_ARGS)
{
	psy_meta_options options = metastat_model_options(fcinfo);

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return result_datum(fcinfo, (const mass_meta_state *) psyrad_state_arg(fcinfo, 0, &mass_meta_state_type),
						&options);
}
