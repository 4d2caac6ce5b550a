/*
 * tables.c - psyrad.meta_table_state, the 2x2 tables of a meta-analysis, and what is made of them: pooling by
 * Mantel-Haenszel and Peto, and the tests of small-study effects that need counts.
 *
 * As in aggregates.c the transition value is changed in place, and moves to twice the room when it is full.
 */
#include "bias.h"
#include "effects.h"

#include "common/int.h"
#include "meta/tables.h"
#include "utils/builtins.h"

/* While an aggregate runs there is room behind the tables; it is zero.  A finished state is sorted. */
typedef struct table_state
{
	psyrad_header header;
	int64 k;       /* tables held */
	int64 missing; /* rows skipped because a count was NULL */
	uint8 measure; /* asked for by the aggregate: 1 + psy_table_measure, 0 for none */
	uint8 reserved[7];
	psy_table table[FLEXIBLE_ARRAY_MEMBER];
} table_state;

PG_FUNCTION_INFO_V1(meta_table_state_in);
PG_FUNCTION_INFO_V1(meta_table_state_out);
PG_FUNCTION_INFO_V1(meta_table_state_recv);
PG_FUNCTION_INFO_V1(meta_table_state_send);
PG_FUNCTION_INFO_V1(meta_table_accumulate);
PG_FUNCTION_INFO_V1(meta_table_combine);
PG_FUNCTION_INFO_V1(meta_table_finish);
PG_FUNCTION_INFO_V1(meta_mh_finish);
PG_FUNCTION_INFO_V1(meta_mh_final);
PG_FUNCTION_INFO_V1(meta_peto_finish);
PG_FUNCTION_INFO_V1(meta_peto_final);
PG_FUNCTION_INFO_V1(meta_harbord_finish);
PG_FUNCTION_INFO_V1(meta_peters_finish);
PG_FUNCTION_INFO_V1(meta_macaskill_finish);
PG_FUNCTION_INFO_V1(meta_deeks_finish);

#define FIRST_ROOM 8

/* ---- the type -------------------------------------------------------------------------------- */

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const table_state *s = (const table_state *) header;
	Size bytes = size - offsetof(table_state, table);
	int64 room = bytes / sizeof(psy_table);

	if (bytes % sizeof(psy_table) != 0)
		return psy_fail(err, PSY_FORMAT, "its %zu bytes of tables are not a multiple of %zu", bytes,
						sizeof(psy_table));
	if (s->k < 0 || s->k > room)
		return psy_fail(err, PSY_FORMAT, "it counts %lld tables in room for %lld", (long long) s->k,
						(long long) room);
	if (s->missing < 0 || s->missing > PG_INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "it counts %lld missing rows", (long long) s->missing);
	if (s->measure > 1 + PSY_TABLE_RD)
		return psy_fail(err, PSY_FORMAT, "it asks for an unknown measure");
	for (int i = 0; i < 7; i++)
		if (s->reserved[i] != 0)
			return psy_fail(err, PSY_FORMAT, "reserved byte %d is not 0", i + 1);
	for (int64 i = 0; i < s->k; i++)
		if (psy_table_check(&s->table[i], err) != PSY_OK)
			return PSY_FORMAT;
	for (const char *c = (const char *) &s->table[s->k]; c < (const char *) header + size; c++)
		if (*c != 0)
			return psy_fail(err, PSY_FORMAT, "there is something behind its %lld tables", (long long) s->k);
	return PSY_OK;
}

static const psyrad_state_type table_state_type = {"meta_table_state", PSYRAD_MAGIC('m', 't', 'b', '1'),
												   offsetof(table_state, table), check_state};

Datum
meta_table_state_in(PG_FUNCTION_ARGS)
{
	return psyrad_state_in(fcinfo, &table_state_type);
}

Datum
meta_table_state_out(PG_FUNCTION_ARGS)
{
	return psyrad_state_out(fcinfo, &table_state_type);
}

Datum
meta_table_state_recv(PG_FUNCTION_ARGS)
{
	return psyrad_state_recv(fcinfo, &table_state_type);
}

Datum
meta_table_state_send(PG_FUNCTION_ARGS)
{
	return psyrad_state_send(fcinfo, &table_state_type);
}

/* ---- rows and states ------------------------------------------------------------------------- */

static table_state *
state_with_room(const table_state *state, int64 room)
{
	Size head = offsetof(table_state, table);

	return (table_state *) psyrad_copy_state(&table_state_type, state,
											 state != NULL ? head + (Size) state->k * sizeof(psy_table) : 0,
											 head + (Size) room * sizeof(psy_table));
}

static table_state *
make_room(table_state *state, int64 more)
{
	int64 needed = state->k + more,
		  room = (VARSIZE(state) - offsetof(table_state, table)) / sizeof(psy_table);

	return needed <= room ? state : state_with_room(state, Max(needed, 2 * room));
}

static void
count_missing(table_state *state, int64 more)
{
	int32 missing;

	if (pg_add_s32_overflow((int32) state->missing, (int32) more, &missing))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many rows without counts")));
	state->missing = missing;
}

/* 1 + the measure behind the counts, 0 where the aggregate has none. */
static uint8
measure_request(FunctionCallInfo fcinfo)
{
	psy_table_measure measure;
	psy_error err;

	if (PG_NARGS() <= 5)
		return 0;
	PSYRAD_CHECK(psy_mh_measure_parse(metastat_option(fcinfo, 5, "measure"), &measure, &err), &err);
	return 1 + measure;
}

Datum
meta_table_accumulate(PG_FUNCTION_ARGS)
{
	table_state *state = (table_state *) psyrad_transition_state(fcinfo, "meta_table_accumulate");
	uint8 measure = measure_request(fcinfo);
	psy_table t;
	psy_error err;

	if (state == NULL)
	{
		state = state_with_room(NULL, FIRST_ROOM);
		state->measure = measure;
	}
	else if (state->measure != measure)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("measure must be the same for all rows of a group")));
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
	{
		count_missing(state, 1);
		PG_RETURN_POINTER(state);
	}
	t = (psy_table){PG_GETARG_FLOAT8(1) + 0.0, PG_GETARG_FLOAT8(2) + 0.0, PG_GETARG_FLOAT8(3) + 0.0,
					PG_GETARG_FLOAT8(4) + 0.0};
	PSYRAD_CHECK(psy_table_check(&t, &err), &err);
	state = make_room(state, 1);
	state->table[state->k++] = t;
	PG_RETURN_POINTER(state);
}

Datum
meta_table_combine(PG_FUNCTION_ARGS)
{
	table_state *state = (table_state *) psyrad_transition_state(fcinfo, "meta_table_combine");
	const table_state *other;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (const table_state *) psyrad_state_arg(fcinfo, 1, &table_state_type);
	if (state == NULL)
		PG_RETURN_POINTER(state_with_room(other, Max(other->k, FIRST_ROOM)));
	if (state->measure != other->measure)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("states that ask for different measures cannot be merged")));
	count_missing(state, other->missing);
	state = make_room(state, other->k);
	memcpy(&state->table[state->k], other->table, (Size) other->k * sizeof(psy_table));
	state->k += other->k;
	PG_RETURN_POINTER(state);
}

/* The canonical form, a copy of its own: sorted, no unused room. */
static table_state *
canonical(FunctionCallInfo fcinfo)
{
	const table_state *state = (const table_state *) psyrad_state_arg(fcinfo, 0, &table_state_type);
	table_state *copy = state_with_room(state, state->k);

	psy_tables_sort(copy->table, (size_t) copy->k);
	return copy;
}

Datum
meta_table_finish(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(canonical(fcinfo));
}

/* ---- pooling --------------------------------------------------------------------------------- */

static const psy_tables_options defaults = {.measure = PSY_TABLE_OR,
											.study = {.add = 0.5, .to = PSY_ADD_ONLY0, .drop00 = true},
											.pooled = {.to = PSY_ADD_NONE},
											.correct = true,
											.level = 0.95};

static Datum
pool_datum(FunctionCallInfo fcinfo, const psy_tables_options *options)
{
	static const char *const names[] = {"OR", "RR", "RD", "PETO"};
	table_state *state = canonical(fcinfo);
	psy_tables_result r;
	psy_error err;

	PSYRAD_CHECK(psy_tables_pool(state->table, (size_t) state->k, options, &r, &err), &err);
	{
		double number[] = {r.estimate, r.se,    r.statistic, r.p,  r.log_p, r.ci_lb, r.ci_ub,
						   r.q,        r.q_df,  r.q_p,       r.i2, r.h2,    r.mh,    r.mh_p,
						   r.bd,       r.bd_df, r.bd_p,      r.ta, r.ta_p};
		Datum value[4 + lengthof(number) + 1];
		bool null[lengthof(value)] = {0};

		value[0] = Int32GetDatum((int32) r.k);
		value[1] = Int32GetDatum((int32) r.k_effects);
		value[2] = Int32GetDatum((int32) state->missing);
		value[3] = CStringGetTextDatum(names[options->measure]);
		for (int i = 0; i < lengthof(number); i++)
			value[4 + i] = metastat_number(number[i], &null[4 + i]);
		if (r.note == NULL && r.double_zero > 0)
			r.note = psprintf("tables without events, or with nothing else: %zu; they have no effect of their own and no part in q", r.double_zero);
		value[lengthof(value) - 1] = metastat_note(r.note, &null[lengthof(value) - 1]);
		return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
	}
}

Datum
meta_mh_finish(PG_FUNCTION_ARGS)
{
	const table_state *state = (const table_state *) psyrad_state_arg(fcinfo, 0, &table_state_type);
	psy_tables_options options = defaults;

	if (state->measure > 0)
		options.measure = (psy_table_measure) (state->measure - 1);
	return pool_datum(fcinfo, &options);
}

Datum
meta_peto_finish(PG_FUNCTION_ARGS)
{
	psy_tables_options options = defaults;

	options.measure = PSY_TABLE_PETO;
	return pool_datum(fcinfo, &options);
}

/* add and to from two arguments. */
static psy_add
constant_arguments(FunctionCallInfo fcinfo, int first, const char *add, const char *to)
{
	psy_add rule = {.add = effect_number_option(fcinfo, first, add)};
	psy_error err;

	PSYRAD_CHECK(psy_add_to_parse(metastat_option(fcinfo, first + 1, to), &rule.to, &err), &err);
	return rule;
}

/* state, measure, level, correct, add, to, drop00, add_pooled, to_pooled, drop00_pooled */
Datum
meta_mh_final(PG_FUNCTION_ARGS)
{
	psy_tables_options options = defaults;
	psy_error err;

	PSYRAD_CHECK(psy_mh_measure_parse(metastat_option(fcinfo, 1, "measure"), &options.measure, &err), &err);
	options.level = effect_number_option(fcinfo, 2, "level");
	options.correct = effect_flag_option(fcinfo, 3, "correct");
	options.study = constant_arguments(fcinfo, 4, "add", "to");
	options.study.drop00 = effect_flag_option(fcinfo, 6, "drop00");
	options.pooled = constant_arguments(fcinfo, 7, "add_pooled", "to_pooled");
	options.pooled.drop00 = effect_flag_option(fcinfo, 9, "drop00_pooled");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return pool_datum(fcinfo, &options);
}

/* state, level */
Datum
meta_peto_final(PG_FUNCTION_ARGS)
{
	psy_tables_options options = defaults;

	options.measure = PSY_TABLE_PETO;
	options.level = effect_number_option(fcinfo, 1, "level");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return pool_datum(fcinfo, &options);
}

/* ---- small-study effects --------------------------------------------------------------------- */

static Datum
table_bias(FunctionCallInfo fcinfo, psy_tables_test test, const char *name)
{
	table_state *state = canonical(fcinfo);
	psy_context ctx = psyrad_current_context();
	psy_line line;
	psy_error err;

	PSYRAD_CHECK(psy_tables_bias(&ctx, state->table, (size_t) state->k, test, 0.95, &line, &err), &err);
	return bias_datum(fcinfo, &line, state->missing, name);
}

Datum
meta_harbord_finish(PG_FUNCTION_ARGS)
{
	return table_bias(fcinfo, PSY_TABLES_HARBORD, "Harbord");
}

Datum
meta_peters_finish(PG_FUNCTION_ARGS)
{
	return table_bias(fcinfo, PSY_TABLES_PETERS, "Peters");
}

Datum
meta_macaskill_finish(PG_FUNCTION_ARGS)
{
	return table_bias(fcinfo, PSY_TABLES_MACASKILL, "Macaskill");
}

Datum
meta_deeks_finish(PG_FUNCTION_ARGS)
{
	return table_bias(fcinfo, PSY_TABLES_DEEKS, "Deeks");
}
