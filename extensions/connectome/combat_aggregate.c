/*
 * combat_aggregate.c - the aggregates behind combat_fit: rows to sums, sums to sums, sums to a fit.
 *
 * The first complete row decides what the state is over; each new site, and the first missing element, moves
 * it to a larger one.  A row whose x, site or covariate is NULL (or NaN) is left out and counted.
 */
#include "combat.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include <math.h>

/* A row: its values, from whatever type they have, and where they belong. */
typedef struct combat_row
{
	psy_mass_values x;
	Size elements;
	int source; /* psy_conn_kind, or 0 for an array */
	char site[PSY_COMBAT_NAME];
	Size q;
	double w[PSY_COMBAT_MAX_COVARIATES];
	bool complete;
	bool missing; /* an element */
} combat_row;

typedef void (*row_reader)(Datum datum, combat_row *row);

static void
read_connectome(Datum datum, combat_row *row)
{
	const connectome *c = connectome_from_datum(datum);

	combat_require_kind(c->kind);
	row->x.f = c->value;
	row->elements = connectome_edges(c);
	row->source = c->kind;
}

static void
read_array(Datum datum, combat_row *row)
{
	ArrayType *array = DatumGetArrayTypeP(datum);

	if (ARR_NDIM(array) != 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						ARR_NDIM(array) == 0 ? errmsg("x has no elements")
											 : errmsg("x must have one dimension, not %d", ARR_NDIM(array))));
	row->elements = ARR_DIMS(array)[0];
	if (ARR_ELEMTYPE(array) == FLOAT4OID && !ARR_HASNULL(array))
		row->x.f = (const float *) ARR_DATA_PTR(array);
	else
		row->x.d = psyrad_double_array(PointerGetDatum(array), 1, "x").value;
}

static void
read_covariates(Datum datum, combat_row *row)
{
	psyrad_array covariates = psyrad_double_array(datum, 1, "covariates");

	if (covariates.length > PSY_COMBAT_MAX_COVARIATES)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("covariates has %d elements; at most %d expected", covariates.length,
							   PSY_COMBAT_MAX_COVARIATES)));
	row->q = covariates.length;
	for (Size k = 0; k < row->q; k++)
	{
		row->w[k] = covariates.value[k];
		row->complete &= !isnan(row->w[k]);
		if (fabs(row->w[k]) > PSY_MASS_MAX_VALUE)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("covariates[%zu] is %g; magnitudes up to 1e100 expected", k + 1, row->w[k])));
	}
}

static combat_row
read_row(FunctionCallInfo fcinfo, row_reader reader)
{
	combat_row row = {.complete = true};
	psy_error err;

	for (int k = 1; k < PG_NARGS(); k++)
		row.complete &= !PG_ARGISNULL(k);
	if (row.complete && PG_NARGS() > 3)
		read_covariates(PG_GETARG_DATUM(3), &row);
	if (!row.complete)
		return row;
	combat_site_name(fcinfo, 2, row.site);
	reader(PG_GETARG_DATUM(1), &row);
	PSYRAD_CHECK(psy_mass_scan(row.x.f, row.x.d, row.elements, "x", &row.missing, &err), &err);
	return row;
}

/* ---- states ---------------------------------------------------------------------------------- */

static const char *
source_name(int source)
{
	return source == 0 ? "an array" : psy_conn_kind_name((psy_conn_kind) source);
}

static void
require_agreement(const psy_combat_state *state, const combat_row *row)
{
	if (state->source != row->source)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("x is %s%s, but earlier rows have %s%s: they do not mix",
							   row->source != 0 ? "a connectome of kind " : "", source_name(row->source),
							   state->source != 0 ? "kind " : "", source_name(state->source))));
	if (state->elements != row->elements)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("x has %zu elements, but earlier rows have %zu", row->elements,
							   (Size) state->elements)));
	if (state->design != row->q)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("covariates has %zu elements, but earlier rows have %d", row->q, state->design)));
}

/* Bytes of a state; more than any allocation where they would not fit. */
static Size
state_size(const psy_combat_shape *shape)
{
	Size size = psy_combat_state_size(shape);

	return size == 0 ? SIZE_MAX : size + COMBAT_HEAD;
}

static void
require_sites(Size sites)
{
	if (sites > PSY_COMBAT_MAX_SITES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("there are more than %d sites", PSY_COMBAT_MAX_SITES),
						errhint("site names a scanner or a hospital, not a subject.")));
}

/* A larger state, held for the running aggregate, with a site (and old's sites and sums, when there is an
 * old). */
static combat_state *
enlarge(FunctionCallInfo fcinfo, const combat_state *old, const combat_row *row)
{
	psy_combat_shape shape = {row->source, row->q, 1, row->elements, row->missing};
	psy_combat_state *one = palloc0(psy_combat_state_size(&(psy_combat_shape){.sites = 1}));
	char *names;
	combat_state *fresh;

	psy_combat_state_init(one, &(psy_combat_shape){.sites = 1});
	memcpy(psy_combat_state_name(one, 0), row->site, PSY_COMBAT_NAME);
	if (old != NULL && old->body.elements > 0)
	{
		shape = psy_combat_state_shape(&old->body);
		shape.per_element |= row->missing;
		names = palloc((shape.sites + 1) * PSY_COMBAT_NAME);
		shape.sites = psy_combat_state_union(&old->body, one, names);
	}
	else
		names = psy_combat_state_name(one, 0);
	require_sites(shape.sites);
	fresh = (combat_state *) psyrad_new_held_state(fcinfo, &combat_state_type, state_size(&shape));
	psy_combat_state_init(&fresh->body, &shape);
	memcpy(psy_combat_state_name(&fresh->body, 0), names, shape.sites * PSY_COMBAT_NAME);
	if (old != NULL)
		psy_combat_state_merge(&fresh->body, &old->body);
	return fresh;
}

static combat_state *
add_complete(FunctionCallInfo fcinfo, combat_state *state, const combat_row *row)
{
	bool found = false;
	Size site = 0;

	if (state != NULL && state->body.elements > 0)
	{
		require_agreement(&state->body, row);
		site = psy_combat_state_find(&state->body, row->site, &found);
		found &= !row->missing || (state->body.flags & PSY_MASS_PER_ELEMENT) != 0;
	}
	if (!found)
	{
		state = enlarge(fcinfo, state, row);
		site = psy_combat_state_find(&state->body, row->site, &found);
	}
	psy_combat_state_add(&state->body, site, &row->x, row->w);
	return state;
}

static Datum
add_row(FunctionCallInfo fcinfo, row_reader reader)
{
	combat_state *before = (combat_state *) psyrad_transition_state(fcinfo, "combat_fit"), *after = before;
	combat_row row = read_row(fcinfo, reader);

	if (row.complete)
		after = add_complete(fcinfo, before, &row);
	else
	{
		if (after == NULL)
			after = (combat_state *) psyrad_new_held_state(fcinfo, &combat_state_type, sizeof(combat_state));
		psy_combat_state_skip(&after->body, 1);
	}
	return psyrad_return_state(fcinfo, before != NULL ? &before->header : NULL, &after->header);
}

PG_FUNCTION_INFO_V1(combat_add_connectome);
Datum
combat_add_connectome(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, read_connectome);
}

PG_FUNCTION_INFO_V1(combat_add_array);
Datum
combat_add_array(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, read_array);
}

/* ---- merging --------------------------------------------------------------------------------- */

/* Both in a new state in the current memory context. */
static combat_state *
merged(const combat_state *a, const combat_state *b)
{
	psy_combat_shape shape = psy_combat_state_shape(a->body.elements > 0 ? &a->body : &b->body);
	char *names = palloc(((Size) a->body.sites + b->body.sites + 1) * PSY_COMBAT_NAME);
	combat_state *fresh;

	shape.per_element = ((a->body.flags | b->body.flags) & PSY_MASS_PER_ELEMENT) != 0;
	shape.sites = psy_combat_state_union(&a->body, &b->body, names);
	require_sites(shape.sites);
	fresh = (combat_state *) psyrad_new_state(&combat_state_type, state_size(&shape));
	psy_combat_state_init(&fresh->body, &shape);
	memcpy(psy_combat_state_name(&fresh->body, 0), names, shape.sites * PSY_COMBAT_NAME);
	psy_combat_state_merge(&fresh->body, &a->body);
	psy_combat_state_merge(&fresh->body, &b->body);
	return fresh;
}

/* Whether into has room for all that from knows. */
static bool
covers(const psy_combat_state *into, const psy_combat_state *from)
{
	bool found = (from->flags & ~into->flags & PSY_MASS_PER_ELEMENT) == 0;

	for (Size s = 0; found && s < from->sites; s++)
		psy_combat_state_find(into, psy_combat_state_name(from, s), &found);
	return found;
}

/* Transition function of combat_merge and combine function of the others: either side may be NULL. */
PG_FUNCTION_INFO_V1(combat_state_merge);
Datum
combat_state_merge(PG_FUNCTION_ARGS)
{
	combat_state *into = (combat_state *) psyrad_transition_state(fcinfo, "combat_state_merge");
	combat_state *from;
	psy_error err;

	if (PG_ARGISNULL(1))
	{
		if (into == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(into);
	}
	from = (combat_state *) psyrad_state_arg(fcinfo, 1, &combat_state_type);
	if (into == NULL)
		PG_RETURN_POINTER(from);
	PSYRAD_CHECK(psy_combat_state_mergeable(&into->body, &from->body, &err), &err);
	if (!covers(&into->body, &from->body))
		PG_RETURN_POINTER(merged(into, from));
	psy_combat_state_merge(&into->body, &from->body);
	PG_RETURN_POINTER(into);
}

PG_FUNCTION_INFO_V1(combat_state_centre);
Datum
combat_state_centre(PG_FUNCTION_ARGS)
{
	psyrad_header *state = psyrad_state_arg(fcinfo, 0, &combat_state_type);
	combat_state *centred = palloc(VARSIZE(state));

	memcpy(centred, state, VARSIZE(state));
	psy_combat_state_centre(&centred->body);
	PG_RETURN_POINTER(centred);
}

/* ---- fitting --------------------------------------------------------------------------------- */

/* Options are there when called as combat_final(state, eb, mean_only, reference, tolerance), not as the
 * aggregate's final function. */
static psy_combat_options
read_options(FunctionCallInfo fcinfo)
{
	static const char *const name[] = {"state", "eb", "mean_only", "reference", "tolerance"};
	psy_combat_options options = {.eb = true, .tolerance = PSY_COMBAT_TOLERANCE};

	if (PG_NARGS() == 1)
		return options;
	for (int k = 1; k <= 4; k++)
		if (k != 3 && PG_ARGISNULL(k))
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name[k])));
	options.eb = PG_GETARG_BOOL(1);
	options.mean_only = PG_GETARG_BOOL(2);
	options.reference = PG_ARGISNULL(3) ? NULL : psyrad_cstring_arg(fcinfo, 3);
	options.tolerance = PG_GETARG_FLOAT8(4);
	return options;
}

/* The fit of a state that has rows, in memory of its own; what the data do not allow is the status. */
static psy_status
fit_state(const combat_state *state, const psy_combat_options *options, combat_fit **fit, psy_error *err)
{
	psy_context ctx = psyrad_current_context();
	Size size = psy_combat_size(state->body.sites, state->body.design, state->body.elements);

	*fit = (combat_fit *) psyrad_new_state(&combat_type, size == 0 ? SIZE_MAX : size + COMBAT_HEAD);
	return psy_combat_fit(&ctx, &state->body, options, &(*fit)->body, err);
}

PG_FUNCTION_INFO_V1(combat_final);
Datum
combat_final(PG_FUNCTION_ARGS)
{
	psy_combat_options options;
	combat_state *state;
	combat_fit *fit;
	psy_error err;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	options = read_options(fcinfo);
	state = (combat_state *) psyrad_state_arg(fcinfo, 0, &combat_state_type);
	if (state->body.elements == 0)
		PG_RETURN_NULL();
	PSYRAD_CHECK(fit_state(state, &options, &fit, &err), &err);
	PG_RETURN_POINTER(fit);
}

/* combat_final for one group of many: a group that is too small or whose covariates cannot be told apart has a note instead of a fit. */
PG_FUNCTION_INFO_V1(combat_try);
Datum
combat_try(PG_FUNCTION_ARGS)
{
	static const psy_combat_options options = {.eb = true, .tolerance = PSY_COMBAT_TOLERANCE};
	combat_state *state = (combat_state *) psyrad_state_arg(fcinfo, 0, &combat_state_type);
	combat_fit *fit = NULL;
	TupleDesc type;
	psy_error err = {.message = "no row is complete"};
	psy_status status = PSY_DOMAIN;
	Datum column[2] = {0};
	bool null[2];

	if (get_call_result_type(fcinfo, NULL, &type) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "combat_try must return a composite");
	if (state->body.elements > 0)
		status = fit_state(state, &options, &fit, &err);
	if (status != PSY_OK && status != PSY_DOMAIN && status != PSY_SINGULAR && status != PSY_NOCONVERGE)
		psyrad_raise(&err);
	null[0] = status != PSY_OK;
	null[1] = status == PSY_OK;
	column[0] = PointerGetDatum(fit);
	if (status != PSY_OK)
		column[1] = CStringGetTextDatum(err.message);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(type), column, null)));
}
