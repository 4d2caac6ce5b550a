/*
 * metric_drift.c - features of two sets of rows, reference and current, beside each other.
 *
 * The state holds all rows, one after another: 1 for the reference or 0, then the features, NaN where
 * missing. It grows by doubling, held as an expanded object, so that the executor never copies it.  The
 * numbers are those of src/models/metric_drift.h.
 */
#include "metric_buffer.h"
#include "metric_row.h"

#include "models/metric.h"
#include "models/metric_drift.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

/* Above so many steps Kolmogorov's limit is as good, and the exact p would take longer than all else. */
#define EXACT_STEPS 250000

typedef struct drift_state
{
	psyrad_header header;
	uint64 features;
	uint64 rows;
	uint64 capacity; /* rows */
	double value[FLEXIBLE_ARRAY_MEMBER];
} drift_state;

static Size
drift_size(uint64 features, uint64 capacity)
{
	return sizeof(drift_state) + sizeof(double) * (features + 1) * capacity;
}

static psy_status
check_drift(const psyrad_header *header, Size size, psy_error *err)
{
	const drift_state *state = (const drift_state *) header;
	uint64 width = state->features + 1, room = (size - sizeof(drift_state)) / sizeof(double);

	if (state->features < 1 || state->features > MaxAllocSize / sizeof(double))
		return psy_fail(err, PSY_FORMAT, "%llu features", (unsigned long long) state->features);
	if (state->capacity != room / width || size != drift_size(state->features, state->capacity) ||
		state->rows > state->capacity)
		return psy_fail(err, PSY_FORMAT, "%llu rows with room for %llu of %llu features in %zu bytes",
						(unsigned long long) state->rows, (unsigned long long) state->capacity,
						(unsigned long long) state->features, size);
	for (uint64 k = 0; k < state->rows * width; k++)
		if (k % width == 0 ? state->value[k] != 0 && state->value[k] != 1 : isinf(state->value[k]))
			return psy_fail(err, PSY_FORMAT, "a row is of neither set, or a feature is infinite");
	return PSY_OK;
}

static const psyrad_state_type drift_type = {.name = "metric_drift_state",
											 .magic = PSYRAD_MAGIC('m', 't', 'd', '1'),
											 .minimum = sizeof(drift_state),
											 .check = check_drift};

PG_FUNCTION_INFO_V1(metric_drift_state_in);
Datum
metric_drift_state_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_in(fcinfo, &drift_type));
}

PG_FUNCTION_INFO_V1(metric_drift_state_out);
Datum
metric_drift_state_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_out(fcinfo, &drift_type));
}

PG_FUNCTION_INFO_V1(metric_drift_state_recv);
Datum
metric_drift_state_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_recv(fcinfo, &drift_type));
}

PG_FUNCTION_INFO_V1(metric_drift_state_send);
Datum
metric_drift_state_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_send(fcinfo, &drift_type));
}

/* ---- adding ---------------------------------------------------------------------------------- */

static drift_state *
transition_state(FunctionCallInfo fcinfo, const char *function)
{
	drift_state *state = (drift_state *) psyrad_transition_state(fcinfo, function);

	if (state != NULL && state->header.magic != drift_type.magic)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("%s was given a state of another type", function)));
	return state;
}

/* The state with room for that many more rows. */
static drift_state *
with_room(FunctionCallInfo fcinfo, drift_state *state, uint64 features, uint64 more)
{
	uint64 rows = state == NULL ? 0 : state->rows;
	uint64 most = (MaxAllocSize - drift_size(features, 0) - 1024) / (sizeof(double) * (features + 1));
	drift_state *larger;

	if (state != NULL && state->capacity - rows >= more)
		return state;
	if (more > most - Min(rows, most))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("more than %llu rows of %llu features would take more than 1 GB",
							   (unsigned long long) most, (unsigned long long) features),
						errhint("Compare fewer features at a time.")));
	more = Max(rows + more, Min(Max(rows * 2, 16), most));
	larger = (drift_state *) psyrad_new_held_state(fcinfo, &drift_type, drift_size(features, more));
	larger->features = features;
	larger->capacity = more;
	larger->rows = rows;
	if (state != NULL)
		memcpy(larger->value, state->value, sizeof(double) * (features + 1) * rows);
	return larger;
}

static void
require_width(const drift_state *state, uint64 features)
{
	if (state != NULL && state->features != features)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("features has %llu elements, %llu in the rows before",
							   (unsigned long long) features, (unsigned long long) state->features)));
}

/* (state, features, reference) */
PG_FUNCTION_INFO_V1(metric_drift_add);
Datum
metric_drift_add(PG_FUNCTION_ARGS)
{
	drift_state *before = transition_state(fcinfo, "metric_drift_add"), *state;
	psyrad_array features;
	double *row;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (before == NULL)
			PG_RETURN_NULL();
		return psyrad_return_state(fcinfo, &before->header, &before->header);
	}
	features = psyrad_double_array(PG_GETARG_DATUM(1), 1, "features");
	if (features.length == 0)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("features is empty")));
	require_width(before, features.length);
	for (int k = 0; k < features.length; k++)
		if (isinf(features.value[k]))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("features[%d] is infinite", k + 1), errhint("Missing is NULL or NaN.")));
	state = with_room(fcinfo, before, features.length, 1);
	row = state->value + (state->features + 1) * state->rows++;
	row[0] = PG_GETARG_BOOL(2) ? 1 : 0;
	memcpy(row + 1, features.value, sizeof(double) * features.length);
	return psyrad_return_state(fcinfo, before != NULL ? &before->header : NULL, &state->header);
}

PG_FUNCTION_INFO_V1(metric_drift_join);
Datum
metric_drift_join(PG_FUNCTION_ARGS)
{
	drift_state *before = transition_state(fcinfo, "metric_drift_join"), *state;
	const drift_state *other;

	if (PG_ARGISNULL(1))
	{
		if (before == NULL)
			PG_RETURN_NULL();
		return psyrad_return_state(fcinfo, &before->header, &before->header);
	}
	other = (const drift_state *) psyrad_state_arg(fcinfo, 1, &drift_type);
	require_width(before, other->features);
	state = with_room(fcinfo, before, other->features, Max(other->rows, 1));
	memcpy(state->value + (state->features + 1) * state->rows, other->value,
		   sizeof(double) * (state->features + 1) * other->rows);
	state->rows += other->rows;
	return psyrad_return_state(fcinfo, before != NULL ? &before->header : NULL, &state->header);
}

/* Final function of the states: without slack. */
PG_FUNCTION_INFO_V1(metric_drift_finish);
Datum
metric_drift_finish(PG_FUNCTION_ARGS)
{
	const drift_state *state = (const drift_state *) psyrad_state_arg(fcinfo, 0, &drift_type);
	drift_state *trimmed =
		(drift_state *) psyrad_new_state(&drift_type, drift_size(state->features, state->rows));

	trimmed->features = state->features;
	trimmed->rows = trimmed->capacity = state->rows;
	memcpy(trimmed->value, state->value, sizeof(double) * (state->features + 1) * state->rows);
	PG_RETURN_POINTER(trimmed);
}

/* ---- comparing ------------------------------------------------------------------------------- */

/* Features are taken out of the rows several at a time: a row is far from the next one. */
#define TOGETHER 8

typedef struct drift_work
{
	double
		*column[TOGETHER]; /* rows each: the reference's values from the front, the current's from the back */
	size_t reference[TOGETHER];
	size_t current[TOGETHER];
	double *sorting;
	double *edge;
	double *reach;
	bool *last;
	size_t rows[2]; /* of the current set, of the reference */
	int bins;
} drift_work;

static double *
allocate_huge(Size doubles)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * Max(doubles, 1));
}

static drift_work
work_for(const drift_state *state, int bins)
{
	drift_work w = {.bins = bins};

	for (int k = 0; k < TOGETHER; k++)
		w.column[k] = allocate_huge(state->rows);
	w.sorting = allocate_huge(state->rows);
	w.edge = allocate_huge(bins);
	w.reach = allocate_huge(Min(state->rows, EXACT_STEPS) + 1);
	w.last = (bool *) allocate_huge(state->rows / sizeof(double) + 1);
	for (uint64 r = 0; r < state->rows; r++)
		w.rows[(int) state->value[r * (state->features + 1)]]++;
	return w;
}

static void
take_columns(const drift_state *state, uint64 first, int count, drift_work *w)
{
	const double *row = state->value;

	for (int k = 0; k < count; k++)
		w->reference[k] = w->current[k] = 0;
	for (uint64 r = 0; r < state->rows; r++, row += state->features + 1)
		for (int k = 0; k < count; k++)
		{
			double x = row[1 + first + k];

			if (isnan(x))
				continue;
			if (row[0] == 1)
				w->column[k][w->reference[k]++] = x;
			else
				w->column[k][state->rows - ++w->current[k]] = x;
		}
}

static double
smirnov_p(psy_sample a, psy_sample b, uint64_t parts, const drift_work *w, bool *exact)
{
	double n = a.n, m = b.n;

	*exact = n * m <= EXACT_STEPS;
	return *exact ? psy_smirnov_exact(a, b, parts, w->reach, w->last)
				  : psy_kolmogorov_upper(sqrt(n * m / (n + m)) * ((double) parts / (n * m)));
}

static const char *
drift_note(psy_sample r, psy_sample c, double smd, size_t emptied)
{
	if (r.n == 0 || c.n == 0)
		return r.n == 0 ? "no value in the reference" : "no value in the current set";
	if (isnan(smd) && (r.n < 2 || c.n < 2))
		return "a set of one value has no variance: no standardised difference";
	if (isnan(smd))
		return "neither set varies: no standardised difference";
	return emptied > 0 ? "a bin that one set leaves empty counts as half a case in the stability index"
					   : NULL;
}

static Datum
drift_of(metric_row *row, const drift_work *w, int k, int feature, Datum name, bool nameless)
{
	psy_sample r = {w->column[k], w->reference[k]};
	psy_sample c = {w->column[k] + (w->rows[0] + w->rows[1] - w->current[k]), w->current[k]};
	psy_location at_r = psy_locate(r), at_c = psy_locate(c);
	double smd = psy_standardised_difference(at_r, at_c), psi = NAN, ks = NAN, p = NAN;
	size_t used = 0, emptied = 0;
	bool exact = false, both = r.n > 0 && c.n > 0;

	if (both)
	{
		uint64_t parts = psy_smirnov_parts(r, c);

		psi = psy_stability_index(r, c, w->bins, w->edge, &used, &emptied);
		ks = (double) parts / ((double) r.n * (double) c.n);
		p = smirnov_p(r, c, parts, w, &exact);
	}
	row->used = 0;
	metric_row_datum(row, Int32GetDatum(feature), false);
	metric_row_datum(row, name, nameless);
	metric_row_int8(row, r.n);
	metric_row_int8(row, c.n);
	metric_row_int8(row, w->rows[1] - r.n);
	metric_row_int8(row, w->rows[0] - c.n);
	metric_row_float8(row, 1 - (double) c.n / (double) w->rows[0] - (1 - (double) r.n / (double) w->rows[1]));
	metric_row_float8(row, at_r.mean);
	metric_row_float8(row, at_c.mean);
	metric_row_float8(row, at_r.sd);
	metric_row_float8(row, at_c.sd);
	metric_row_float8(row, smd);
	metric_row_float8(row, psi);
	metric_row_datum(row, Int32GetDatum((int32) used), !both);
	metric_row_float8(row, ks);
	metric_row_float8(row, p);
	metric_row_datum(row, BoolGetDatum(exact), !both);
	metric_row_text(row, drift_note(r, c, smd, emptied));
	return metric_row_finish(row);
}

/* The names given, one for each feature, or NULL. */
static Datum *
names_arg(FunctionCallInfo fcinfo, const drift_state *state, bool **null)
{
	Datum *name;
	int count;

	if (PG_NARGS() < 2 || PG_ARGISNULL(1))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &name, null, &count);
	if ((uint64) count != state->features)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("names has %d elements, one for each of %llu features expected", count,
							   (unsigned long long) state->features)));
	return name;
}

static Datum
array_of_rows(FunctionCallInfo fcinfo, const drift_state *state, int bins)
{
	bool *nameless = NULL;
	Datum *name = names_arg(fcinfo, state, &nameless), *element = palloc(sizeof(Datum) * state->features);
	Oid type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	drift_work w = work_for(state, bins);
	metric_row row = {.desc = lookup_rowtype_tupdesc_copy(type, -1)};

	for (uint64 first = 0; first < state->features; first += TOGETHER)
	{
		int count = (int) Min(TOGETHER, state->features - first);

		take_columns(state, first, count, &w);
		for (int k = 0; k < count; k++)
		{
			CHECK_FOR_INTERRUPTS();
			psy_sort_doubles(w.column[k], w.reference[k], w.sorting);
			psy_sort_doubles(w.column[k] + state->rows - w.current[k], w.current[k], w.sorting);
			element[first + k] =
				drift_of(&row, &w, k, (int) (first + k) + 1, name == NULL ? (Datum) 0 : name[first + k],
						 name == NULL || nameless[first + k]);
		}
	}
	return PointerGetDatum(construct_array(element, (int) state->features, type, -1, false, TYPALIGN_DOUBLE));
}

/* (state [, names, bins]) */
PG_FUNCTION_INFO_V1(metric_drift_final);
Datum
metric_drift_final(PG_FUNCTION_ARGS)
{
	int bins = PG_NARGS() > 2 && !PG_ARGISNULL(2) ? PG_GETARG_INT32(2) : 10;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (bins < 2 || bins > 1000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("bins is %d, 2 to 1000 expected", bins)));
	return array_of_rows(fcinfo, (const drift_state *) psyrad_state_arg(fcinfo, 0, &drift_type), bins);
}
