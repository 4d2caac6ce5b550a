/*
 * mass_aggregate.c - the transition functions of the mass_* aggregates.
 *
 * A row's x is a connectome or an array of numbers.  The first complete row decides what the state is over;
 * later ones must agree. A row whose x, group, y or covariate is NULL (or NaN) is left out and counted; a NaN
 * inside x is missing for that element alone, and the first one moves the state to its per-element layout.
 */
#include "connectome.h"
#include "mass_state.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "utils/memutils.h"

#include <math.h>

/* One side of a row: the whole vector, from whatever type it has. */
typedef struct vector
{
	const float *f; /* one of the two */
	const double *d;
	Size elements;
	int source; /* psy_conn_kind, or 0 for an array */
	int n;      /* regions, for messages */
} vector;

typedef vector (*vector_reader)(Datum datum, const char *name);

static vector
vector_of(const connectome *c)
{
	return (vector){.f = c->value, .elements = connectome_edges(c), .source = c->kind, .n = c->n};
}

static vector
read_connectome(Datum datum, const char *name)
{
	return vector_of(connectome_from_datum(datum));
}

static vector
read_array(Datum datum, const char *name)
{
	ArrayType *array = DatumGetArrayTypeP(datum);
	vector v = {.elements = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array))};

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

/* ---- design -------------------------------------------------------------------------------------------- */

/* A row's place in the design. */
typedef struct design_row
{
	psy_mass_statistic statistic;
	bool complete; /* false: the row is left out */
	size_t group;
	size_t q;
	double w[PSY_MASS_MAX_DESIGN];
} design_row;

static void
add_design_value(design_row *row, double w, const char *name, Size index)
{
	if (isnan(w))
		row->complete = false;
	else if (fabs(w) > PSY_MASS_MAX_VALUE)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						index > 0 ? errmsg("%s[%zu] is %g; magnitudes up to 1e100 expected", name, index, w)
								  : errmsg("%s is %g; magnitudes up to 1e100 expected", name, w)));
	row->w[row->q++] = w;
}

static void
add_covariates(design_row *row, Datum datum)
{
	psyrad_array covariates = psyrad_double_array(datum, 1, "covariates");

	if (covariates.length < 1 || covariates.length >= PSY_MASS_MAX_DESIGN)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("covariates has %d elements; 1 to %d expected", covariates.length,
						PSY_MASS_MAX_DESIGN - 1),
				 covariates.length == 0 ? errhint("Use mass_corr(x, y) where there is nothing to adjust for.")
										: 0));
	for (int k = 0; k < covariates.length; k++)
		add_design_value(row, covariates.value[k], "covariates", k + 1);
}

/* Whether any argument after the state is NULL. */
static bool
has_null_argument(FunctionCallInfo fcinfo)
{
	for (int k = 1; k < PG_NARGS(); k++)
		if (PG_ARGISNULL(k))
			return true;
	return false;
}

static design_row
read_design(FunctionCallInfo fcinfo, psy_mass_statistic statistic)
{
	design_row row = {.statistic = statistic, .complete = !has_null_argument(fcinfo)};

	if (!row.complete)
		return row;
	if (statistic == PSY_MASS_TTEST_GROUPS)
		row.group = PG_GETARG_BOOL(2) ? 1 : 0;
	if (statistic == PSY_MASS_PCORR)
		add_covariates(&row, PG_GETARG_DATUM(3));
	if (statistic == PSY_MASS_CORR || statistic == PSY_MASS_PCORR)
		add_design_value(&row, PG_GETARG_FLOAT8(2), "y", 0);
	return row;
}

/* ---- agreement of rows --------------------------------------------------------------------------------- */

static const char *
kind_name(int source)
{
	return psy_conn_kind_name((psy_conn_kind) source);
}

static void
require_same(const char *name, const vector *v, Size elements, int source, const char *other)
{
	if (v->source != source && v->source != 0 && source != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s is a connectome of kind %s, but %s kind %s: kinds do not mix", name,
							   kind_name(v->source), other, kind_name(source))));
	if (v->source != source)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("%s is %s, but %s %s", name, v->source != 0 ? "a connectome" : "an array",
							   other, source != 0 ? "a connectome" : "an array")));
	if (v->elements == elements)
		return;
	if (source != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s has %d regions, but %s %zu", name, v->n, other, psy_edge_regions(elements))));
	ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					errmsg("%s has %zu elements, but %s %zu", name, v->elements, other, elements)));
}

static void
require_agreement(const mass_state *state, const vector *x, const design_row *row, const char *name)
{
	require_same(name, x, state->body.elements, state->body.source, "earlier rows have");
	if (state->body.design != row->q)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("covariates has %zu elements, but earlier rows have %d", row->q - 1,
							   state->body.design - 1)));
}

/* ---- transition ---------------------------------------------------------------------------------------- */

/* The state that this row goes into: made by the first complete row, and widened by the first missing
 * element. */
static mass_state *
state_for(FunctionCallInfo fcinfo, mass_state *state, const vector *x, const design_row *row, bool missing,
		  const char *name)
{
	psy_mass_shape shape = {row->statistic, x->source, row->q, x->elements, missing};
	mass_state *fresh;

	if (state != NULL && state->body.elements > 0)
	{
		require_agreement(state, x, row, name);
		if (!missing || (state->body.flags & PSY_MASS_PER_ELEMENT) != 0)
			return state;
		fresh = mass_state_new_held(fcinfo, &shape);
		psy_mass_expand(&state->body, &fresh->body);
		return fresh;
	}
	fresh = mass_state_new_held(fcinfo, &shape);
	fresh->body.skipped = state != NULL ? state->body.skipped : 0;
	return fresh;
}

static mass_state *
skip_row(FunctionCallInfo fcinfo, mass_state *state, psy_mass_statistic statistic)
{
	psy_mass_shape none = {.statistic = statistic};

	if (state == NULL)
		state = mass_state_new_held(fcinfo, &none);
	psy_mass_skip(&state->body, 1);
	return state;
}

/* x, or post and pre, of a row, looked through; *missing: some element is NaN in either. */
static psy_mass_values
read_values(FunctionCallInfo fcinfo, vector_reader reader, bool paired, vector *x, bool *missing)
{
	psy_mass_values values = {NULL};
	psy_error err;
	vector pre;
	bool pre_missing;

	*x = reader(PG_GETARG_DATUM(1), paired ? "post" : "x");
	PSYRAD_CHECK(psy_mass_scan(x->f, x->d, x->elements, paired ? "post" : "x", missing, &err), &err);
	values.f = x->f;
	values.d = x->d;
	if (!paired)
		return values;
	pre = reader(PG_GETARG_DATUM(2), "pre");
	require_same("pre", &pre, x->elements, x->source, "post has");
	PSYRAD_CHECK(psy_mass_scan(pre.f, pre.d, pre.elements, "pre", &pre_missing, &err), &err);
	*missing |= pre_missing;
	values.minus_f = pre.f;
	values.minus_d = pre.d;
	return values;
}

/* The aggregate's state.  A user's aggregate around our function may have begun with a state of another
 * statistic. */
static mass_state *
own_state(FunctionCallInfo fcinfo, psy_mass_statistic statistic, void **waiting)
{
	mass_state *state = (mass_state *) psyrad_unsettled_state(fcinfo, psy_mass_name(statistic), waiting);

	if (state != NULL && state->body.statistic != statistic)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the aggregate began with a state of %s that its rows do not fit",
							   psy_mass_name(state->body.statistic))));
	return state;
}

static Datum
returned(FunctionCallInfo fcinfo, const mass_state *before, mass_state *after)
{
	return psyrad_return_state(fcinfo, before != NULL ? &before->header : NULL, &after->header);
}

/* Rows up to this many bytes wait; of longer ones eight would be too many to keep. */
#define WAITING_ROW_MOST (1024 * 1024)

/*
 * Whether a row can wait beside the state until one pass over the state serves several: a connectome whose
 * fetched copy is ours to keep, for a t test that has nothing but its sums.
 */
static bool
can_wait(FunctionCallInfo fcinfo, const mass_state *state, const waiting_rows *waiting, vector_reader reader)
{
	return waiting != NULL && reader == read_connectome &&
		   (state->body.statistic == PSY_MASS_TTEST || state->body.statistic == PSY_MASS_TTEST_GROUPS) &&
		   (state->body.flags & PSY_MASS_PER_ELEMENT) == 0 && state->body.elements > 0 &&
		   VARATT_IS_EXTERNAL_ONDISK(PG_GETARG_POINTER(1)) &&
		   toast_raw_datum_size(PG_GETARG_DATUM(1)) <= WAITING_ROW_MOST;
}

/* As add_now, but the row is kept until its group has enough of them. */
static mass_state *
add_later(FunctionCallInfo fcinfo, mass_state *state, waiting_rows *waiting, const design_row *row)
{
	MemoryContext before = MemoryContextSwitchTo(GetMemoryChunkContext(waiting));
	connectome *kept = connectome_from_datum(PG_GETARG_DATUM(1));
	vector x = vector_of(kept);
	bool missing;
	psy_error err;

	MemoryContextSwitchTo(before);
	PSYRAD_CHECK(psy_mass_scan(x.f, NULL, x.elements, "x", &missing, &err), &err);
	require_agreement(state, &x, row, "x");
	if (!missing)
	{
		waiting->row[row->group][waiting->count[row->group]++] = kept;
		if (waiting->count[row->group] == PSY_MASS_TOGETHER)
			mass_state_settle_group(state, waiting, row->group);
		return state;
	}
	mass_state_settle(&state->header, waiting);
	state = state_for(fcinfo, state, &x, row, missing, "x");
	psy_mass_add(&state->body, row->group, &(psy_mass_values){.f = x.f}, row->w);
	pfree(kept);
	return state;
}

static mass_state *
add_now(FunctionCallInfo fcinfo, mass_state *state, waiting_rows *waiting, const design_row *row,
		vector_reader reader)
{
	bool paired = row->statistic == PSY_MASS_TTEST_PAIRED;
	vector x;
	bool missing;
	psy_mass_values values = read_values(fcinfo, reader, paired, &x, &missing);

	if (waiting != NULL)
		mass_state_settle(&state->header, waiting);
	state = state_for(fcinfo, state, &x, row, missing, paired ? "post" : "x");
	psy_mass_add(&state->body, row->group, &values, row->w);
	return state;
}

static Datum
add_row(FunctionCallInfo fcinfo, psy_mass_statistic statistic, vector_reader reader)
{
	void *waiting;
	mass_state *before = own_state(fcinfo, statistic, &waiting);
	mass_state *after;
	design_row row = read_design(fcinfo, statistic);

	if (!row.complete)
		after = skip_row(fcinfo, before, statistic);
	else if (can_wait(fcinfo, before, waiting, reader))
		after = add_later(fcinfo, before, waiting, &row);
	else
		after = add_now(fcinfo, before, waiting, &row, reader);
	return returned(fcinfo, before, after);
}

#define TRANSITION(name, statistic)                                                                          \
	PG_FUNCTION_INFO_V1(name##_add_connectome);                                                              \
	Datum name##_add_connectome(PG_FUNCTION_ARGS)                                                            \
	{                                                                                                        \
		return add_row(fcinfo, statistic, read_connectome);                                                  \
	}                                                                                                        \
	PG_FUNCTION_INFO_V1(name##_add_array);                                                                   \
	Datum name##_add_array(PG_FUNCTION_ARGS)                                                                 \
	{                                                                                                        \
		return add_row(fcinfo, statistic, read_array);                                                       \
	}

TRANSITION(mass_summary, PSY_MASS_SUMMARY)
TRANSITION(mass_ttest, PSY_MASS_TTEST)
TRANSITION(mass_ttest_groups, PSY_MASS_TTEST_GROUPS)
TRANSITION(mass_ttest_paired, PSY_MASS_TTEST_PAIRED)
TRANSITION(mass_corr, PSY_MASS_CORR)
TRANSITION(mass_pcorr, PSY_MASS_PCORR)
