/*
 * mass_combine.c - mass_stouffer and mass_fisher: one statistic combined over studies, element by element.
 */
#include "metastat.h"

#include "meta/mass_meta.h"
#include "utils/builtins.h"

typedef struct mass_combine_state
{
	psyrad_header header;
	int64 elements; /* 0 while no row has come */
	int64 skipped;  /* rows where an argument was NULL as a whole */
	uint8 kind;     /* psy_combine */
	uint8 reserved[7];
	psy_combine_sums sums[FLEXIBLE_ARRAY_MEMBER];
} mass_combine_state;

#define HEAD offsetof(mass_combine_state, sums)

static psy_status
check_sums(const psy_combine_sums *s, bool fisher, psy_error *err)
{
	if (!isfinite(s->sum) || !isfinite(s->carry) || !isfinite(s->weight) || s->weight < 0 ||
		!(s->k >= 0 && s->k <= PG_INT32_MAX && s->k == floor(s->k)) ||
		(s->k > 0 && !fisher && s->weight == 0) || (fisher && (s->weight != 0 || s->sum > 0)) ||
		(s->k == 0 && (s->sum != 0 || s->carry != 0 || s->weight != 0)))
		return psy_fail(err, PSY_FORMAT, "it holds sums that no aggregate collects");
	return PSY_OK;
}

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const mass_combine_state *s = (const mass_combine_state *) header;

	if (s->kind != PSY_COMBINE_STOUFFER && s->kind != PSY_COMBINE_FISHER)
		return psy_fail(err, PSY_FORMAT, "it is of an unknown kind");
	for (int i = 0; i < lengthof(s->reserved); i++)
		if (s->reserved[i] != 0)
			return psy_fail(err, PSY_FORMAT, "reserved byte %d is not 0", i + 1);
	if (s->elements < 0 || s->elements > (int64) (MaxAllocSize / sizeof(psy_combine_sums)) ||
		size != HEAD + s->elements * sizeof(psy_combine_sums))
		return psy_fail(err, PSY_FORMAT, "it counts %lld elements in %zu bytes", (long long) s->elements,
						size);
	if (s->skipped < 0 || s->skipped > PG_INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "it counts %lld skipped rows", (long long) s->skipped);
	for (int64 e = 0; e < s->elements; e++)
		if (check_sums(&s->sums[e], s->kind == PSY_COMBINE_FISHER, err) != PSY_OK)
			return PSY_FORMAT;
	return PSY_OK;
}

static const psyrad_state_type mass_combine_state_type = {
	"mass_combine_state", PSYRAD_MAGIC('m', 'c', 'o', '1'), HEAD, check_state};

#define STATE_IO(direction)                                                                                  \
	PG_FUNCTION_INFO_V1(mass_combine_state_##direction);                                                     \
	Datum mass_combine_state_##direction(PG_FUNCTION_ARGS)                                                   \
	{                                                                                                        \
		return psyrad_state_##direction(fcinfo, &mass_combine_state_type);                                   \
	}

STATE_IO(in)
STATE_IO(out)
STATE_IO(recv)
STATE_IO(send)

PG_FUNCTION_INFO_V1(mass_stouffer_accumulate);
PG_FUNCTION_INFO_V1(mass_fisher_accumulate);
PG_FUNCTION_INFO_V1(mass_combine_merge);
PG_FUNCTION_INFO_V1(mass_combine_finish);

static mass_combine_state *
new_state(psy_combine kind, int64 elements)
{
	mass_combine_state *s = (mass_combine_state *) psyrad_new_state(
		&mass_combine_state_type, HEAD + (Size) elements * sizeof(psy_combine_sums));

	s->kind = kind;
	s->elements = elements;
	return s;
}

static void
count_skipped(mass_combine_state *s, int64 more)
{
	if (s->skipped + more > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows with NULLs")));
	s->skipped += more;
}

/* The state with the given number of elements: its own, or that of the first row. */
static mass_combine_state *
state_of(mass_combine_state *s, int64 elements, const char *name)
{
	mass_combine_state *fresh;

	if (s->elements == elements)
		return s;
	if (s->elements > 0)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s has %lld elements, but earlier rows have %lld", name, (long long) elements,
							   (long long) s->elements)));
	fresh = new_state((psy_combine) s->kind, elements);
	fresh->skipped = s->skipped;
	return fresh;
}

static double
weight_argument(FunctionCallInfo fcinfo)
{
	double weight = PG_NARGS() > 2 ? PG_GETARG_FLOAT8(2) : 1;

	if (!(weight > 0 && isfinite(weight)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("weight is %g, but must be positive and finite", weight)));
	return weight;
}

static Datum
accumulate(FunctionCallInfo fcinfo, psy_combine kind, const char *name)
{
	mass_combine_state *s = (mass_combine_state *) psyrad_transition_state(fcinfo, "mass_combine_accumulate");
	psyrad_array x;
	double weight;
	psy_error err;

	if (s == NULL)
		s = new_state(kind, 0);
	if (s->kind != kind)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the aggregate began with a state of another combination")));
	if (PG_ARGISNULL(1) || (PG_NARGS() > 2 && PG_ARGISNULL(2)))
	{
		count_skipped(s, 1);
		PG_RETURN_POINTER(s);
	}
	x = psyrad_double_array(PG_GETARG_DATUM(1), 1, name);
	if (x.length == 0)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("%s has no elements", name)));
	weight = weight_argument(fcinfo);
	s = state_of(s, x.length, name);
	for (int e = 0; e < x.length; e++)
		PSYRAD_CHECK(psy_combine_add(kind, &s->sums[e], x.value[e], weight, e, &err), &err);
	PG_RETURN_POINTER(s);
}

Datum
mass_stouffer_accumulate(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, PSY_COMBINE_STOUFFER, "z");
}

Datum
mass_fisher_accumulate(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, PSY_COMBINE_FISHER, "p");
}

static mass_combine_state *
copy_of(const mass_combine_state *s)
{
	mass_combine_state *copy = palloc(VARSIZE(s));

	memcpy(copy, s, VARSIZE(s));
	return copy;
}

Datum
mass_combine_merge(PG_FUNCTION_ARGS)
{
	mass_combine_state *s = (mass_combine_state *) psyrad_transition_state(fcinfo, "mass_combine_merge");
	const mass_combine_state *other;

	if (PG_ARGISNULL(1))
	{
		if (s == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(s);
	}
	other = (const mass_combine_state *) psyrad_state_arg(fcinfo, 1, &mass_combine_state_type);
	if (s == NULL)
		PG_RETURN_POINTER(copy_of(other));
	if (s->kind != other->kind || (s->elements != other->elements && s->elements > 0 && other->elements > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("states of different combinations or of %lld and %lld elements cannot be merged",
						(long long) s->elements, (long long) other->elements)));
	if (other->elements > 0)
		s = state_of(s, other->elements, "state");
	for (int64 e = 0; e < other->elements; e++)
		psy_combine_merge(&s->sums[e], &other->sums[e]);
	count_skipped(s, other->skipped);
	PG_RETURN_POINTER(s);
}

/* k, statistic, df, p, log_p, note. */
Datum
mass_combine_finish(PG_FUNCTION_ARGS)
{
	const mass_combine_state *s =
		(const mass_combine_state *) psyrad_state_arg(fcinfo, 0, &mass_combine_state_type);
	Datum column[6] = {0};
	bool null[6] = {false};
	double *number[4];
	char note[128] = "";
	int32 *k;

	if (s->elements == 0)
		memset(null, true, 5);
	else
	{
		column[0] = PointerGetDatum(psyrad_new_int4_array(s->elements, &k));
		for (int i = 0; i < 4; i++)
			column[1 + i] = PointerGetDatum(psyrad_new_float8_array(s->elements, &number[i]));
		for (int64 e = 0; e < s->elements; e++)
		{
			k[e] = s->sums[e].k;
			psy_combine_finish((psy_combine) s->kind, &s->sums[e], &number[0][e], &number[1][e],
							   &number[2][e], &number[3][e]);
		}
	}
	if (s->skipped > 0)
		psy_append(note, sizeof note, "%lld rows were left out for want of values", (long long) s->skipped);
	null[5] = note[0] == '\0';
	if (!null[5])
		column[5] = CStringGetTextDatum(note);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), column, null));
}
