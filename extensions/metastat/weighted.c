/*
 * weighted.c - pooling with weights of one's own in SQL: meta_weighted over a regression's state, whose one moderator is the
 * weight.
 */
#include "row.h"

#include "meta/genq.h"

PG_FUNCTION_INFO_V1(meta_weighted_accumulate);
PG_FUNCTION_INFO_V1(meta_weighted_finish);
PG_FUNCTION_INFO_V1(meta_weighted_final);

/* Method, test and level from argument `first` on, as far as there are such. */
static psy_genq_options
options_from(FunctionCallInfo fcinfo, int first)
{
	psy_genq_options o = {false, PSY_META_Z, 0.95, PSY_META_PI_METAFOR};
	psy_error err;

	if (PG_NARGS() > first)
		PSYRAD_CHECK(psy_genq_method_parse(metastat_option(fcinfo, first, "method"), &o.median, &err), &err);
	if (PG_NARGS() > first + 1)
		PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, first + 1, "test"), &o.test, &err), &err);
	if (PG_NARGS() > first + 2)
		o.level = metastat_level(fcinfo, first + 2);
	return o;
}

/* (state, yi, vi, weight [, method [, test [, level]]]) */
Datum
meta_weighted_accumulate(PG_FUNCTION_ARGS)
{
	meta_regression_state *state = (meta_regression_state *) psyrad_transition_state(fcinfo, "meta_weighted_accumulate");
	bool is_new = state == NULL, asks = PG_NARGS() > 4;
	psy_genq_options o = options_from(fcinfo, 4);

	state = meta_regression_add_weight(fcinfo, state, 3);
	meta_regression_request(state, is_new, asks ? REQUEST_WEIGHTED : REQUEST_NONE, asks ? o.median : 0, asks ? (uint8) o.test : 0,
							asks ? o.level : 0);
	PG_RETURN_POINTER(state);
}

static Datum
weighted_datum(FunctionCallInfo fcinfo, const psy_genq_options *o)
{
	const meta_regression_state *state =
		(const meta_regression_state *) psyrad_state_arg(fcinfo, 0, &meta_regression_state_type);
	psy_context ctx = psyrad_current_context();
	psy_weighted_study *study;
	psy_genq_options asked = *o;
	psy_meta_result result;
	psy_error err;

	if (state->columns != 1 || state->keys != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the state has no weights"),
						errhint("Collect it with meta_weighted_state(yi, vi, weight).")));
	if (state->request == REQUEST_WEIGHTED)
	{
		asked.median = state->method == 1;
		asked.test = (psy_meta_test) state->test;
		asked.level = state->level;
	}
	study = palloc_extended(Max(1, state->k) * sizeof *study, MCXT_ALLOC_HUGE);
	for (int64 i = 0; i < state->k; i++)
		study[i] = (psy_weighted_study){state->value[3 * i], state->value[3 * i + 1], state->value[3 * i + 2]};
	PSYRAD_CHECK(psy_genq_fit(&ctx, study, (size_t) state->k, &asked, &result, &err), &err);
	if (state->k == 0)
		strlcpy(result.note, "no study has yi, vi and weight", sizeof result.note);
	return meta_result_datum(fcinfo, &result, state->k, state->missing, asked.median ? "GENQM" : "GENQ");
}

Datum
meta_weighted_finish(PG_FUNCTION_ARGS)
{
	psy_genq_options o = {false, PSY_META_Z, 0.95, PSY_META_PI_METAFOR};

	return weighted_datum(fcinfo, &o);
}

/* (state, method, test, level, pi) */
Datum
meta_weighted_final(PG_FUNCTION_ARGS)
{
	psy_genq_options o = options_from(fcinfo, 1);
	psy_error err;

	PSYRAD_CHECK(psy_meta_pi_parse(metastat_option(fcinfo, 4, "pi"), &o.pi, &err), &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return weighted_datum(fcinfo, &o);
}
