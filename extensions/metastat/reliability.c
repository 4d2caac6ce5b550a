/*
 * reliability.c - how far a scale's items measure one thing, in SQL: sums of answers and of their products as
 * a flat state of integers, so that neither the order of people nor the way they were split shows in the
 * result.
 */
#include "row.h"

#include "stats/reliability.h"

#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(reliability_state_in);
PG_FUNCTION_INFO_V1(reliability_state_out);
PG_FUNCTION_INFO_V1(reliability_state_recv);
PG_FUNCTION_INFO_V1(reliability_state_send);
PG_FUNCTION_INFO_V1(reliability_accumulate);
PG_FUNCTION_INFO_V1(reliability_combine);
PG_FUNCTION_INFO_V1(reliability_finish);
PG_FUNCTION_INFO_V1(reliability_final);
PG_FUNCTION_INFO_V1(cronbach_alpha_finish);
PG_FUNCTION_INFO_V1(mcdonald_omega_finish);

/* No row with answers yet: items is 0, and so is n. */
typedef struct reliability_state
{
	psyrad_header header;
	int64 n;       /* people with every answer */
	int64 missing; /* people without an answer */
	int64 items;
	int64 sum[FLEXIBLE_ARRAY_MEMBER]; /* psy_reliability_sums(items) */
} reliability_state;

static Size
state_size(int64 items)
{
	return offsetof(reliability_state, sum) + psy_reliability_sums((size_t) items) * sizeof(int64);
}

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const reliability_state *state = (const reliability_state *) header;

	if (state->items < 0 || state->items > PSY_RELIABILITY_MOST || size != state_size(state->items))
		return psy_fail(err, PSY_FORMAT, "it has %zu bytes for %lld items", size, (long long) state->items);
	if (state->n < 0 || state->n > PSY_RELIABILITY_PEOPLE || state->missing < 0 ||
		state->missing > PSY_RELIABILITY_PEOPLE || (state->items == 0) != (state->n == 0))
		return psy_fail(err, PSY_FORMAT, "it counts %lld people and %lld without an answer",
						(long long) state->n, (long long) state->missing);
	return psy_reliability_check(state->sum, (size_t) state->items, state->n, err);
}

static const psyrad_state_type reliability_state_type = {
	"reliability_state", PSYRAD_MAGIC('r', 'e', 'l', '1'), offsetof(reliability_state, sum), check_state};

Datum
reliability_state_in(PG_FUNCTION_ARGS)
{
	return psyrad_state_in(fcinfo, &reliability_state_type);
}

Datum
reliability_state_out(PG_FUNCTION_ARGS)
{
	return psyrad_state_out(fcinfo, &reliability_state_type);
}

Datum
reliability_state_recv(PG_FUNCTION_ARGS)
{
	return psyrad_state_recv(fcinfo, &reliability_state_type);
}

Datum
reliability_state_send(PG_FUNCTION_ARGS)
{
	return psyrad_state_send(fcinfo, &reliability_state_type);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* A state of so many items with the counts of another; NULL is one without anything. */
static reliability_state *
new_state(const reliability_state *counts, int64 items)
{
	reliability_state *state =
		(reliability_state *) psyrad_new_state(&reliability_state_type, state_size(items));

	state->missing = counts != NULL ? counts->missing : 0;
	state->items = items;
	return state;
}

static void
count_up(int64 *count, int64 more)
{
	if (*count > PSY_RELIABILITY_PEOPLE - more)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("more than %lld people", (long long) PSY_RELIABILITY_PEOPLE)));
	*count += more;
}

/* The answers as integers; false when one is missing. */
static bool
read_answers(const psyrad_array *items, int32 *answer)
{
	bool whole = true;

	for (int i = 0; i < items->length; i++)
	{
		double value = items->value[i];

		whole = whole && !isnan(value);
		if (!isnan(value) && (value != rint(value) || fabs(value) > PSY_RELIABILITY_ANSWER))
			ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
							errmsg("items: element %d is %g where an integer of at most %d is expected",
								   i + 1, value, PSY_RELIABILITY_ANSWER),
							errhint("Answers are integers; leave out people with imputed ones.")));
		answer[i] = isnan(value) ? 0 : (int32) value;
	}
	return whole;
}

/* (state, items) */
Datum
reliability_accumulate(PG_FUNCTION_ARGS)
{
	reliability_state *state =
		(reliability_state *) psyrad_transition_state(fcinfo, "reliability_accumulate");
	int32 answer[PSY_RELIABILITY_MOST];
	psyrad_array items;

	if (state == NULL)
		state = new_state(NULL, 0);
	if (PG_ARGISNULL(1))
	{
		count_up(&state->missing, 1);
		PG_RETURN_POINTER(state);
	}
	items = psyrad_double_array(PG_GETARG_DATUM(1), 1, "items");
	if (items.length < 1 || items.length > PSY_RELIABILITY_MOST ||
		(state->items != 0 && items.length != state->items))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 state->items != 0 ? errmsg("items has %d elements, and %lld before", items.length,
											(long long) state->items)
								   : errmsg("items has %d elements where 1 to %d are expected", items.length,
											PSY_RELIABILITY_MOST),
				 errhint("One element an item of one instrument; a missing answer is a NULL element.")));
	if (!read_answers(&items, answer))
	{
		count_up(&state->missing, 1);
		PG_RETURN_POINTER(state);
	}
	if (state->items == 0)
		state = new_state(state, items.length);
	count_up(&state->n, 1);
	psy_reliability_add(state->sum, (size_t) state->items, answer);
	PG_RETURN_POINTER(state);
}

Datum
reliability_combine(PG_FUNCTION_ARGS)
{
	reliability_state *state = (reliability_state *) psyrad_transition_state(fcinfo, "reliability_combine");
	const reliability_state *other;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (const reliability_state *) psyrad_state_arg(fcinfo, 1, &reliability_state_type);
	if (state == NULL)
		state = new_state(NULL, other->items);
	else if (state->items == 0 && other->items != 0)
		state = new_state(state, other->items);
	if (other->items != 0 && other->items != state->items)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("states of %lld and %lld items cannot be merged", (long long) state->items,
							   (long long) other->items)));
	count_up(&state->n, other->n);
	count_up(&state->missing, other->missing);
	for (size_t i = 0; other->items != 0 && i < psy_reliability_sums((size_t) other->items); i++)
		state->sum[i] += other->sum[i];
	PG_RETURN_POINTER(state);
}

/* ---- results --------------------------------------------------------------------------------- */

static const reliability_state *
fit(FunctionCallInfo fcinfo, double level, psy_reliability *r)
{
	const reliability_state *state =
		(const reliability_state *) psyrad_state_arg(fcinfo, 0, &reliability_state_type);
	psy_context ctx = psyrad_current_context();
	double *room = palloc(3 * Max(1, state->items) * sizeof *room);
	psy_error err;

	r->loading = room;
	r->item_rest = room + state->items;
	r->alpha_dropped = room + 2 * state->items;
	PSYRAD_CHECK(psy_reliability_fit(&ctx, state->sum, (size_t) state->items, state->n, level, r, &err),
				 &err);
	return state;
}

static Datum
result(FunctionCallInfo fcinfo, double level)
{
	psy_reliability r;
	const reliability_state *state = fit(fcinfo, level, &r);
	row_columns c = {.arrays = true, .full = (int) state->items};
	const double numbers[] = {r.mean,  r.sd,           r.alpha, r.alpha_lb, r.alpha_ub, r.alpha_standardized,
							  r.omega, r.omega_general};

	row_put(&c, Int32GetDatum((int32) state->items));
	row_put(&c, Int64GetDatum(state->n));
	row_put(&c, Int64GetDatum(state->missing));
	for (size_t i = 0; i < lengthof(numbers); i++)
		row_number(&c, numbers[i]);
	row_put(&c, CStringGetTextDatum("minres"));
	row_coefficients(&c, r.loading);
	row_coefficients(&c, r.item_rest);
	row_coefficients(&c, r.alpha_dropped);
	row_note(&c, r.note);
	return row_finish(fcinfo, &c);
}

/* (state): the everyday aggregate's final function */
Datum
reliability_finish(PG_FUNCTION_ARGS)
{
	return result(fcinfo, 0.95);
}

/* (state, level) */
Datum
reliability_final(PG_FUNCTION_ARGS)
{
	double level = metastat_double(fcinfo, 1, "level");

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return result(fcinfo, level);
}

static Datum
one_number(FunctionCallInfo fcinfo, double value)
{
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

Datum
cronbach_alpha_finish(PG_FUNCTION_ARGS)
{
	psy_reliability r;

	fit(fcinfo, 0.95, &r);
	return one_number(fcinfo, r.alpha);
}

Datum
mcdonald_omega_finish(PG_FUNCTION_ARGS)
{
	psy_reliability r;

	fit(fcinfo, 0.95, &r);
	return one_number(fcinfo, r.omega);
}
