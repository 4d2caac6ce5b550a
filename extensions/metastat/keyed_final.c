/* keyed_final.c - what a meta_keyed_state yields: influence diagnostics per study, and means per subgroup. */
#include "keyed.h"

#include "bias.h"
#include "effects.h"

#include "meta/effect_check.h"
#include "meta/influence.h"
#include "meta/subgroup.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(meta_influence_finish);
PG_FUNCTION_INFO_V1(meta_influence_final);
PG_FUNCTION_INFO_V1(meta_subgroup_finish);
PG_FUNCTION_INFO_V1(meta_subgroup_final);

static const keyed_state *
state_argument(FunctionCallInfo fcinfo)
{
	return (const keyed_state *) psyrad_state_arg(fcinfo, 0, &keyed_state_type);
}

/* What the aggregate was asked for, or the defaults. */
static psy_meta_options
requested(const keyed_state *state)
{
	psy_meta_options options = meta_default_options();

	if (state->has_request)
	{
		options.method = (psy_meta_method) state->method;
		options.test = (psy_meta_test) state->test;
	}
	return options;
}

/* The studies alone, in the order of entry. */
static psy_effect *
effects_of(const keyed_entry **entry, int64 k)
{
	psy_effect *effect = palloc(sizeof(psy_effect) * Max(k, 1));

	for (int64 i = 0; i < k; i++)
		effect[i] = entry[i]->effect;
	return effect;
}

static Datum
key_datum(const keyed_entry *entry)
{
	return PointerGetDatum(cstring_to_text_with_len(entry->key, entry->length));
}

/* An array of count rows of a composite type. */
static Datum
array_of_rows(Datum *row, int64 count, Oid type)
{
	return PointerGetDatum(construct_array(row, (int) count, type, -1, false, TYPALIGN_DOUBLE));
}

/* ---- influence ------------------------------------------------------------------------------- */

static Datum
influence_row(TupleDesc type, const keyed_entry *entry, const psy_influence *d)
{
	double number[] = {entry->effect.yi, entry->effect.vi, d->rstudent, d->dffits, d->cook_d,
					   d->cov_r,         d->tau2_del,      d->qe_del,   d->hat,    d->weight,
					   d->dfbs,          d->estimate_del,  d->se_del,   d->rstandard, d->baujat_x,
					   d->baujat_y};
	Datum value[1 + lengthof(number) + 1];
	bool null[lengthof(value)] = {0};

	value[0] = key_datum(entry);
	for (int i = 0; i < lengthof(number); i++)
		value[1 + i] = metastat_number(number[i], &null[1 + i]);
	value[lengthof(value) - 1] = BoolGetDatum(d->influential);
	null[lengthof(value) - 1] = isnan(d->dffits);
	return HeapTupleGetDatum(heap_form_tuple(type, value, null));
}

static Datum
influence_datum(FunctionCallInfo fcinfo, const keyed_state *state, psy_meta_method method, psy_meta_test test)
{
	Oid row_type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	TupleDesc type = lookup_rowtype_tupdesc(row_type, -1);
	const keyed_entry **entry = keyed_entries(state, false);
	psy_effect *effect = effects_of(entry, state->k);
	psy_influence *d = palloc(sizeof(psy_influence) * Max(state->k, 1));
	Datum *row = palloc(sizeof(Datum) * Max(state->k, 1));
	psy_context ctx = psyrad_current_context();
	psy_error err;

	PSYRAD_CHECK(psy_influence_of(&ctx, effect, (size_t) state->k, method, test, d, &err), &err);
	for (int64 i = 0; i < state->k; i++)
		row[i] = influence_row(type, entry[i], &d[i]);
	ReleaseTupleDesc(type);
	return array_of_rows(row, state->k, row_type);
}

Datum
meta_influence_finish(PG_FUNCTION_ARGS)
{
	const keyed_state *state = state_argument(fcinfo);
	psy_meta_options options = requested(state);

	return influence_datum(fcinfo, state, options.method, options.test);
}

/* state, method, test */
Datum
meta_influence_final(PG_FUNCTION_ARGS)
{
	psy_meta_method method;
	psy_meta_test test;
	psy_error err;

	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 1, "method"), &method, &err), &err);
	PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, 2, "test"), &test, &err), &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return influence_datum(fcinfo, state_argument(fcinfo), method, test);
}

/* ---- subgroups ------------------------------------------------------------------------------- */

static Datum
subgroup_row(TupleDesc type, const keyed_entry *first, const psy_meta_result *r)
{
	double number[] = {r->estimate, r->se,    r->statistic, isinf(r->df) ? NAN : r->df,
					   r->p,        r->ci_lb, r->ci_ub,     r->pi_lb,
					   r->pi_ub,    r->tau2,  r->i2,        r->q,
					   r->q_df,     r->q_p};
	Datum value[2 + lengthof(number) + 1];
	bool null[lengthof(value)] = {0};

	value[0] = key_datum(first);
	value[1] = Int32GetDatum((int32) r->k);
	for (int i = 0; i < lengthof(number); i++)
		value[2 + i] = metastat_number(number[i], &null[2 + i]);
	value[lengthof(value) - 1] = metastat_note(r->note, &null[lengthof(value) - 1]);
	return HeapTupleGetDatum(heap_form_tuple(type, value, null));
}

/* Group sizes of entries sorted by key; returns the number of groups. */
static size_t
group_sizes(const keyed_entry **entry, int64 k, size_t *size)
{
	size_t groups = 0;

	for (int64 i = 0; i < k; i++)
	{
		if (i == 0 || !keyed_same_key(entry[i - 1], entry[i]))
			size[groups++] = 0;
		size[groups - 1]++;
	}
	return groups;
}

/* The groups' rows as an array of the type that column `column` of the result has. */
static Datum
subgroup_rows(TupleDesc result, int column, const keyed_entry **entry, const size_t *size, size_t groups,
			  const psy_meta_result *fit)
{
	Oid row_type = get_element_type(TupleDescAttr(result, column)->atttypid);
	TupleDesc type = lookup_rowtype_tupdesc(row_type, -1);
	Datum *row = palloc(sizeof(Datum) * Max(groups, 1));
	size_t at = 0;

	for (size_t g = 0; g < groups; at += size[g], g++)
		row[g] = subgroup_row(type, entry[at], &fit[g]);
	ReleaseTupleDesc(type);
	return array_of_rows(row, (int64) groups, row_type);
}

static Datum
subgroup_datum(FunctionCallInfo fcinfo, const keyed_state *state, const psy_meta_options *options,
			   bool common)
{
	TupleDesc result = metastat_row_type(fcinfo);
	const keyed_entry **entry = keyed_entries(state, true);
	size_t *size = palloc(sizeof(size_t) * Max(state->k, 1));
	size_t groups = group_sizes(entry, state->k, size);
	psy_meta_result *fit =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(psy_meta_result) * Max(groups, 1));
	psy_context ctx = psyrad_current_context();
	psy_subgroups s = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, "no study"};
	Datum value[17];
	bool null[17] = {0};
	psy_error err;

	if (groups > 0)
		PSYRAD_CHECK(
			psy_subgroup_fit(&ctx, effects_of(entry, state->k), size, groups, options, common, fit, &s, &err),
			&err);
	value[0] = Int32GetDatum((int32) state->k);
	value[1] = Int32GetDatum((int32) state->missing);
	value[2] = CStringGetTextDatum(psy_meta_method_name(options->method));
	value[3] = CStringGetTextDatum(psy_meta_test_name(options->test));
	value[4] = CStringGetTextDatum(common ? "common" : "separate");
	for (int i = 0; i < 10; i++)
		value[5 + i] =
			metastat_number(((const double[]){s.tau2, s.tau2_lb, s.tau2_ub, s.q_between, s.q_df, s.q_df2,
											  s.q_p, s.q_within, s.q_within_df, s.q_within_p})[i],
							&null[5 + i]);
	value[15] = subgroup_rows(result, 15, entry, size, groups, fit);
	value[16] = metastat_note(s.note, &null[16]);
	return HeapTupleGetDatum(heap_form_tuple(result, value, null));
}

Datum
meta_subgroup_finish(PG_FUNCTION_ARGS)
{
	const keyed_state *state = state_argument(fcinfo);
	psy_meta_options options = requested(state);

	return subgroup_datum(fcinfo, state, &options, false);
}

/* state, method, test, level, tau2 */
Datum
meta_subgroup_final(PG_FUNCTION_ARGS)
{
	static const char *const kinds[] = {"separate", "common"};
	psy_meta_options options = meta_default_options();
	int kind = 0;
	psy_error err;

	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 1, "method"), &options.method, &err), &err);
	PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, 2, "test"), &options.test, &err), &err);
	options.level = effect_number_option(fcinfo, 3, "level");
	PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 4, "tau2"), "tau2", kinds, 2, &kind, &err), &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return subgroup_datum(fcinfo, state_argument(fcinfo), &options, kind == 1);
}
