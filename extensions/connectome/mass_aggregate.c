/*
 * mass_aggregate.c - the transition functions of the mass_* aggregates.
 *
 * A row's x is a connectome or an array of numbers.  The first complete row decides what the state is over;
 * later ones must agree. A row whose x, group, y or covariate is NULL (or NaN) is left out and counted; a NaN
 * inside x is missing for that element alone, which then is set apart.
 */
#include "connectome.h"
#include "mass_state.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"

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
	psyrad_vector v = psyrad_vector_of_array(datum, name);

	return (vector){.f = v.f, .d = v.d, .elements = v.elements};
}

/* ---- design ---------------------------------------------------------------------------------- */

/* A row's place in the design. */
typedef struct design_row
{
	psy_mass_statistic statistic;
	bool complete; /* false: the row is left out */
	size_t group;
	size_t q;
	double w[PSY_MASS_MAX_DESIGN];
	psyrad_array contrast; /* of those that have one: length 0 otherwise */
} design_row;

/* Statistics of post and pre. */
static bool
takes_pre(psy_mass_statistic statistic)
{
	return statistic == PSY_MASS_TTEST_PAIRED || statistic == PSY_MASS_GLM_CHANGE ||
		   statistic == PSY_MASS_ANCOVA;
}

static bool
takes_contrast(psy_mass_statistic statistic)
{
	return statistic == PSY_MASS_GLM || statistic == PSY_MASS_GLM_CHANGE || statistic == PSY_MASS_ANCOVA;
}

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

/* The last two arguments, design and contrast. */
static void
add_columns(FunctionCallInfo fcinfo, design_row *row)
{
	int argument = takes_pre(row->statistic) ? 3 : 2;
	psyrad_array design = psyrad_double_array(PG_GETARG_DATUM(argument), 1, "design");

	if (design.length < 1 || design.length > PSY_MASS_MAX_DESIGN)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("design has %d columns; 1 to %d expected", design.length, PSY_MASS_MAX_DESIGN)));
	for (int k = 0; k < design.length; k++)
		add_design_value(row, design.value[k], "design", k + 1);
	row->contrast = mass_contrast_arg(PG_GETARG_DATUM(argument + 1), design.length);
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

psyrad_array
mass_contrast_arg(Datum datum, int columns)
{
	psyrad_array contrast = psyrad_double_array(datum, 2, "contrast");
	int width = contrast.dims == 2 ? contrast.columns : contrast.length;
	int rows = contrast.dims == 2 ? contrast.rows : 1;

	if (width != columns)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("contrast has %d columns, but the design %d", width, columns)));
	if (rows > columns)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("contrast has %d rows, but the design %d columns only", rows, columns)));
	for (int r = 0; r < rows; r++)
	{
		double largest = 0;

		for (int k = 0; k < columns; k++)
		{
			double c = contrast.value[r * columns + k];

			if (!(fabs(c) <= PSY_MASS_MAX_VALUE))
				ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
								errmsg("contrast has %g in row %d, column %d; a finite number expected", c,
									   r + 1, k + 1)));
			largest = Max(largest, fabs(c));
		}
		if (largest == 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("row %d of the contrast is all zero", r + 1)));
	}
	return contrast;
}

static design_row
read_design(FunctionCallInfo fcinfo, psy_mass_statistic statistic)
{
	design_row row = {.statistic = statistic, .complete = !has_null_argument(fcinfo)};

	if (takes_contrast(statistic) && PG_ARGISNULL(PG_NARGS() - 1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("contrast must not be NULL")));
	if (!row.complete)
		return row;
	if (takes_contrast(statistic))
		add_columns(fcinfo, &row);
	if (statistic == PSY_MASS_TTEST_GROUPS || statistic == PSY_MASS_WELCH || statistic == PSY_MASS_Z)
		row.group = PG_GETARG_BOOL(2) ? 1 : 0;
	if (statistic == PSY_MASS_PCORR)
		add_covariates(&row, PG_GETARG_DATUM(3));
	if (statistic == PSY_MASS_CORR || statistic == PSY_MASS_PCORR)
		add_design_value(&row, PG_GETARG_FLOAT8(2), "y", 0);
	return row;
}

/* ---- agreement of rows ----------------------------------------------------------------------- */

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
	if (state->body.design != row->q && takes_contrast(row->statistic))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("design has %zu columns, but earlier rows have %d", row->q, state->body.design)));
	if (row->contrast.length > 0 && (row->contrast.length != state->body.contrasts * state->body.design ||
									 (row->contrast.dims == 2) != ((state->body.flags & PSY_MASS_F) != 0) ||
									 memcmp(row->contrast.value, psy_mass_contrast(&state->body),
											sizeof(double) * row->contrast.length) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("contrast is not the same in all rows"),
				 errhint("Give one contrast; mass_glm_final(state, contrast) answers others.")));
	if (state->body.design != row->q)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("covariates has %zu elements, but earlier rows have %d", row->q - 1,
							   state->body.design - 1)));
}

/* ---- transition ------------------------------------------------------------------------------ */

/* The state that this row goes into: made by the first complete row, and given room by missing elements. */
static mass_state *
state_for(FunctionCallInfo fcinfo, mass_state *state, const vector *x, const design_row *row,
		  const psy_mass_values *values, bool missing, const char *name)
{
	psy_mass_shape shape = {.statistic = row->statistic,
							.source = x->source,
							.design = row->q,
							.elements = x->elements,
							.contrasts = row->contrast.dims == 2    ? row->contrast.rows
										 : row->contrast.length > 0 ? 1
																	: 0,
							.f = row->contrast.dims == 2};
	mass_state *fresh;

	if (state == NULL || state->body.elements == 0)
	{
		fresh = mass_state_new_held(fcinfo, &shape);
		fresh->body.skipped = state != NULL ? state->body.skipped : 0;
		if (shape.contrasts > 0)
			memcpy(psy_mass_contrast(&fresh->body), row->contrast.value,
				   sizeof(double) * row->contrast.length);
		state = fresh;
	}
	else
		require_agreement(state, x, row, name);
	if (!missing || (state->body.flags & PSY_MASS_PER_ELEMENT) != 0)
		return state;
	shape = psy_mass_needed(&state->body, values);
	if (shape.per_element || shape.room != state->body.room)
	{
		fresh = mass_state_new_held(fcinfo, &shape);
		psy_mass_expand(&state->body, &fresh->body);
		state = fresh;
	}
	psy_mass_set_apart(&state->body, values);
	return state;
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
look_through(const vector *x, const vector *pre, bool *missing)
{
	psy_mass_values values = {.f = x->f, .d = x->d};
	const char *name = pre != NULL ? "post" : "x";
	psy_error err;
	bool pre_missing;

	PSYRAD_CHECK(psy_mass_scan(x->f, x->d, x->elements, name, missing, &err), &err);
	if (pre == NULL)
		return values;
	require_same("pre", pre, x->elements, x->source, "post has");
	PSYRAD_CHECK(psy_mass_scan(pre->f, pre->d, pre->elements, "pre", &pre_missing, &err), &err);
	*missing |= pre_missing;
	values.pre_f = pre->f;
	values.pre_d = pre->d;
	return values;
}

static psy_mass_values
read_values(FunctionCallInfo fcinfo, vector_reader reader, bool paired, vector *x, bool *missing)
{
	vector pre;

	*x = reader(PG_GETARG_DATUM(1), paired ? "post" : "x");
	if (!paired)
		return look_through(x, NULL, missing);
	pre = reader(PG_GETARG_DATUM(2), "pre");
	return look_through(x, &pre, missing);
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

static bool
may_be_kept(Datum datum)
{
	return VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datum)) &&
		   toast_raw_datum_size(datum) <= WAITING_ROW_MOST;
}

/*
 * Whether a row can wait beside the state until one pass over the state serves several: a connectome whose
 * fetched copy is ours to keep.
 */
static bool
can_wait(FunctionCallInfo fcinfo, const mass_state *state, const waiting_rows *waiting, vector_reader reader)
{
	return waiting != NULL && reader == read_connectome && state->body.elements > 0 &&
		   (state->body.flags & PSY_MASS_PER_ELEMENT) == 0 && may_be_kept(PG_GETARG_DATUM(1)) &&
		   (!takes_pre(state->body.statistic) || may_be_kept(PG_GETARG_DATUM(2)));
}

/* A connectome that lives until its last user releases it. */
static fetched *
keep(FunctionCallInfo fcinfo, int argument)
{
	MemoryContext aggregate;

	AggCheckCallContext(fcinfo, &aggregate);
	return fetched_get(aggregate, PG_GETARG_DATUM(argument));
}

/* Values are looked through once, whoever uses them. */
static bool
is_missing(fetched *row, const char *name)
{
	psy_error err;

	if (!row->scanned)
		PSYRAD_CHECK(
			psy_mass_scan(row->value->value, NULL, connectome_edges(row->value), name, &row->missing, &err),
			&err);
	row->scanned = true;
	return row->missing;
}

/* Of a row that is kept: as read_values. */
static psy_mass_values
kept_values(fetched *post, fetched *pre, vector *x, bool *missing)
{
	psy_mass_values values = {.f = post->value->value};
	vector baseline;

	*x = vector_of(post->value);
	*missing = is_missing(post, pre != NULL ? "post" : "x");
	if (pre == NULL)
		return values;
	baseline = vector_of(pre->value);
	require_same("pre", &baseline, x->elements, x->source, "post has");
	*missing |= is_missing(pre, "pre");
	values.pre_f = pre->value->value;
	return values;
}

/* As add_now, but the row is kept until its group has enough of them. */
static mass_state *
add_later(FunctionCallInfo fcinfo, mass_state *state, waiting_rows *waiting, const design_row *row)
{
	bool paired = takes_pre(row->statistic);
	fetched *kept = keep(fcinfo, 1), *pre = paired ? keep(fcinfo, 2) : NULL;
	vector x;
	bool missing;
	psy_mass_values values = kept_values(kept, pre, &x, &missing);
	mass_state *after = state;

	if (missing)
	{
		psy_mass_shape shape = psy_mass_needed(&state->body, &values);

		if (shape.per_element || shape.room != state->body.room)
			mass_state_settle(&state->header, waiting);
	}
	after = state_for(fcinfo, state, &x, row, &values, missing, paired ? "post" : "x");
	if (after != state)
	{
		psy_mass_add(&after->body, row->group, &values, row->w);
		fetched_release(kept);
		if (paired)
			fetched_release(pre);
		return after;
	}
	waiting->pre[waiting->count[row->group]] = pre;
	memcpy(waiting->design[waiting->count[row->group]], row->w, sizeof(double) * row->q);
	waiting->row[row->group][waiting->count[row->group]++] = kept;
	if (waiting->count[row->group] == PSY_MASS_TOGETHER)
		mass_state_settle_group(state, waiting, row->group);
	return state;
}

static mass_state *
add_now(FunctionCallInfo fcinfo, mass_state *state, waiting_rows *waiting, const design_row *row,
		vector_reader reader)
{
	bool paired = takes_pre(row->statistic);
	vector x;
	bool missing;
	psy_mass_values values = read_values(fcinfo, reader, paired, &x, &missing);

	if (waiting != NULL)
		mass_state_settle(&state->header, waiting);
	state = state_for(fcinfo, state, &x, row, &values, missing, paired ? "post" : "x");
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

/* ---- z of one subject ------------------------------------------------------------------------ */

psy_mass_values
mass_subject(Datum datum, bool is_connectome, const mass_state *reference)
{
	vector x = is_connectome ? read_connectome(datum, "x") : read_array(datum, "x");
	bool missing;

	require_same("x", &x, reference->body.elements, reference->body.source, "the reference has");
	return look_through(&x, NULL, &missing);
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
TRANSITION(mass_welch, PSY_MASS_WELCH)
TRANSITION(mass_glm, PSY_MASS_GLM)
TRANSITION(mass_glm_change, PSY_MASS_GLM_CHANGE)
TRANSITION(mass_ancova, PSY_MASS_ANCOVA)
TRANSITION(mass_z, PSY_MASS_Z)
