/* result.c - from a fit of the library to a row of type psyrad.meta_result, and small helpers for composites
 * and options. */
#include "metastat.h"

#include "utils/builtins.h"

#define RESULT_COLUMNS 25

/* What a call site keeps between calls. */
typedef struct call_memory
{
	TupleDesc row;
	psy_meta_cache cache;
} call_memory;

static call_memory *
memory_of(FunctionCallInfo fcinfo)
{
	call_memory *memory;
	MemoryContext old;

	if (fcinfo->flinfo->fn_extra != NULL)
		return (call_memory *) fcinfo->flinfo->fn_extra;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	memory = palloc0(sizeof *memory);
	if (get_call_result_type(fcinfo, NULL, &memory->row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "function does not return a row type");
	memory->row = BlessTupleDesc(memory->row);
	fcinfo->flinfo->fn_extra = memory;
	MemoryContextSwitchTo(old);
	return memory;
}

TupleDesc
metastat_row_type(FunctionCallInfo fcinfo)
{
	return memory_of(fcinfo)->row;
}

Datum
metastat_number(double value, bool *null)
{
	*null = isnan(value);
	return Float8GetDatum(value);
}

char *
metastat_option(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	return psyrad_cstring_arg(fcinfo, argument);
}

psy_meta_options
meta_default_options(void)
{
	return (psy_meta_options){PSY_META_REML, PSY_META_Z, 0.95, PSY_META_PI_METAFOR, PSY_META_QPROFILE};
}

double
metastat_check_level(double level)
{
	if (!(level > 0 && level < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("level is %g, but must lie between 0 and 1, such as 0.95", level)));
	return level;
}

double
metastat_level(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("level must not be NULL")));
	return metastat_check_level(PG_GETARG_FLOAT8(argument));
}

psy_meta_options
metastat_model_options(FunctionCallInfo fcinfo)
{
	psy_meta_options options = meta_default_options();
	psy_error err;

	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 1, "method"), &options.method, &err), &err);
	PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, 2, "test"), &options.test, &err), &err);
	options.level = metastat_level(fcinfo, 3);
	return options;
}

/* The columns of psyrad.meta_result, in its order. */
Datum
meta_result_datum(FunctionCallInfo fcinfo, const psy_meta_result *r, int64 k, int64 missing, const char *method)
{
	/* A normal test has no df. */
	double number[] = {r->estimate, r->se,      r->statistic, isinf(r->df) ? NAN : r->df,
					   r->p,        r->log_p,   r->ci_lb,     r->ci_ub,
					   r->pi_lb,    r->pi_ub,   r->tau2,      r->se_tau2,
					   r->tau2_lb,  r->tau2_ub, r->i2,        r->h2,
					   r->q,        r->q_df,    r->q_p,       r->loglik};
	Datum value[RESULT_COLUMNS];
	bool null[RESULT_COLUMNS] = {0};

	StaticAssertStmt(lengthof(number) == RESULT_COLUMNS - 5, "meta_result has other columns");
	value[0] = Int32GetDatum((int32) k);
	value[1] = Int32GetDatum((int32) missing);
	value[2] = CStringGetTextDatum(method);
	value[3] = CStringGetTextDatum(psy_meta_test_name(r->test));
	for (int i = 0; i < lengthof(number); i++)
		value[4 + i] = metastat_number(number[i], &null[4 + i]);
	null[RESULT_COLUMNS - 1] = r->note[0] == '\0';
	value[RESULT_COLUMNS - 1] = null[RESULT_COLUMNS - 1] ? (Datum) 0 : CStringGetTextDatum(r->note);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

Datum
meta_fit_datum(FunctionCallInfo fcinfo, const meta_state *state, const psy_meta_options *options)
{
	psy_context ctx = psyrad_current_context();
	psy_meta_options cached = *options;
	psy_meta_result result;
	psy_error err;

	cached.cache = &memory_of(fcinfo)->cache;
	PSYRAD_CHECK(psy_meta_fit(&ctx, state->study, (size_t) state->k, &cached, &result, &err), &err);
	if (state->k == 0)
		strlcpy(result.note, "no study has both yi and vi", sizeof result.note);
	return meta_result_datum(fcinfo, &result, state->k, state->missing, psy_meta_method_name(options->method));
}
