/*
 * multilevel.c - three-level models and cluster-robust variances in SQL: aggregates, final functions,
 * results.
 *
 * Each final function exists twice: without moderators its estimate columns are numbers, with moderators
 * (_regression) they are arrays with one element a coefficient.
 */
#include "row.h"

#include "meta/robust.h"
#include "meta/robust_wald.h"
#include "meta/structure.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(meta_multilevel_accumulate);
PG_FUNCTION_INFO_V1(meta_multilevel_finish);
PG_FUNCTION_INFO_V1(meta_multilevel_final);
PG_FUNCTION_INFO_V1(meta_multilevel_regression);
PG_FUNCTION_INFO_V1(meta_robust_accumulate);
PG_FUNCTION_INFO_V1(meta_robust_finish);
PG_FUNCTION_INFO_V1(meta_robust_final);
PG_FUNCTION_INFO_V1(meta_robust_regression);

/* ---- arguments ------------------------------------------------------------------------------- */

/* The state argument, which must carry the keys; without moderators where the result is one estimate. */
static const meta_regression_state *
keyed_state(FunctionCallInfo fcinfo, int keys, bool moderators, const char *instead)
{
	const meta_regression_state *state = meta_keyed_regression_arg(fcinfo, keys);

	if (!moderators && state->columns > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the state has %d moderators", state->columns), errhint("Use %s.", instead)));
	return state;
}

/* Structures that metafor's rma.mv has are those of several outcomes. */
static void
check_structure(const char *name)
{
	psy_structure_kind kind;
	psy_error err;

	if (pg_strcasecmp(name, "three-level") == 0)
		return;
	if (psy_structure_parse(name, &kind, &err) == PSY_OK)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("structure %s is not of effects within clusters", psy_structure_name(kind)),
						errhint("Use meta_multivariate_final for outcomes with their own covariance.")));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown structure \"%.40s\"", name),
					errhint("Allowed is three-level.")));
}

/* ---- three levels ---------------------------------------------------------------------------- */

/* (state, yi, vi, cluster, effect [, method [, test [, level]]]) */
Datum
meta_multilevel_accumulate(PG_FUNCTION_ARGS)
{
	meta_regression_state *state =
		(meta_regression_state *) psyrad_transition_state(fcinfo, "meta_multilevel_accumulate");
	bool is_new = state == NULL, asks = PG_NARGS() > 5;
	psy_meta_options options = meta_regression_options(fcinfo, 5);
	psy_multilevel_options wanted = {options.method, options.test, options.level, 0, true, true};
	psy_error err;

	PSYRAD_CHECK(psy_multilevel_check(&wanted, &err), &err);
	state = meta_regression_add(fcinfo, state, 0, 3, 4);
	meta_regression_request(state, is_new, asks ? REQUEST_MULTILEVEL : REQUEST_NONE,
							asks ? (uint8) options.method : 0, asks ? (uint8) options.test : 0,
							asks ? options.level : 0);
	PG_RETURN_POINTER(state);
}

static Datum
multilevel_datum(FunctionCallInfo fcinfo, const meta_regression_state *state, const psy_multilevel_options *o,
				 bool arrays)
{
	psy_context ctx = psyrad_current_context();
	row_columns c = {.arrays = arrays};
	psy_multilevel r;
	psy_error err;

	PSYRAD_CHECK(psy_multilevel_fit(&ctx, meta_regression_rows(state), o, &r, &err), &err);
	c.full = (int) r.full;
	row_put(&c, Int32GetDatum((int32) state->k));
	row_put(&c, Int32GetDatum((int32) state->missing));
	row_put(&c, Int32GetDatum((int32) r.clusters));
	row_put(&c, Int32GetDatum((int32) r.effects));
	row_put(&c, CStringGetTextDatum(psy_meta_method_name(o->method)));
	row_put(&c, CStringGetTextDatum(psy_meta_test_name(o->test)));
	row_number(&c, o->level);
	row_number(&c, o->rho);
	if (arrays)
		row_put(&c, BoolGetDatum(r.intercept));
	row_coefficients(&c, r.beta);
	row_coefficients(&c, r.se);
	row_coefficients(&c, r.statistic);
	row_number(&c, isinf(r.df) ? NAN : r.df);
	row_coefficients(&c, r.p_value);
	row_coefficients(&c, r.ci_lb);
	row_coefficients(&c, r.ci_ub);
	if (arrays)
	{
		row_number(&c, r.qm);
		row_number(&c, r.qm_df);
		row_number(&c, r.qm_p);
	}
	row_number(&c, r.qe);
	row_number(&c, isnan(r.qe) ? NAN : (double) (r.k - r.p));
	row_number(&c, r.qe_p);
	row_put(&c, meta_regression_array(r.sigma2, 2, 0));
	row_put(&c, meta_regression_array(r.sigma2_lb, 2, 0));
	row_put(&c, meta_regression_array(r.sigma2_ub, 2, 0));
	row_number(&c, r.icc);
	row_put(&c, meta_regression_array(r.i2, 3, 0));
	row_number(&c, r.loglik);
	if (arrays)
		row_put(&c, meta_regression_array(r.vcov, c.full * c.full, c.full));
	row_note(&c, r.note);
	return row_finish(fcinfo, &c);
}

Datum
meta_multilevel_finish(PG_FUNCTION_ARGS)
{
	const meta_regression_state *state = keyed_state(fcinfo, 2, false, "meta_multilevel_regression");
	psy_multilevel_options o = {PSY_META_REML, PSY_META_Z, 0.95, 0, true, true};

	if (state->request == REQUEST_MULTILEVEL)
	{
		o.method = (psy_meta_method) state->method;
		o.test = (psy_meta_test) state->test;
		o.level = state->level;
	}
	return multilevel_datum(fcinfo, state, &o, false);
}

/* (state, method, test, level, rho, structure [, intercept]) */
static Datum
multilevel_final(FunctionCallInfo fcinfo, bool arrays)
{
	psy_meta_options given = meta_regression_options(fcinfo, 1);
	psy_multilevel_options o = {given.method, given.test, given.level, metastat_double(fcinfo, 4, "rho"),
								true,         true};

	check_structure(metastat_option(fcinfo, 5, "structure"));
	if (arrays)
		o.intercept = meta_regression_flag(fcinfo, 6, "intercept");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return multilevel_datum(fcinfo, keyed_state(fcinfo, 2, arrays, "meta_multilevel_regression"), &o, arrays);
}

Datum
meta_multilevel_final(PG_FUNCTION_ARGS)
{
	return multilevel_final(fcinfo, false);
}

Datum
meta_multilevel_regression(PG_FUNCTION_ARGS)
{
	return multilevel_final(fcinfo, true);
}

/* ---- robust variances ------------------------------------------------------------------------ */

/* (state, yi, vi, cluster [, type]) */
Datum
meta_robust_accumulate(PG_FUNCTION_ARGS)
{
	meta_regression_state *state =
		(meta_regression_state *) psyrad_transition_state(fcinfo, "meta_robust_accumulate");
	bool is_new = state == NULL, asks = PG_NARGS() > 4;
	psy_robust_type type = PSY_CR2;
	psy_error err;

	StaticAssertStmt(ROBUST_TYPES == PSY_CR2 + 1, "robust types changed");
	if (asks)
		PSYRAD_CHECK(psy_robust_type_parse(metastat_option(fcinfo, 4, "type"), &type, &err), &err);
	state = meta_regression_add(fcinfo, state, 0, 3, 0);
	meta_regression_request(state, is_new, asks ? REQUEST_ROBUST : REQUEST_NONE, asks ? (uint8) type : 0, 0,
							asks ? 0.95 : 0);
	PG_RETURN_POINTER(state);
}

Datum
meta_robust_datum(FunctionCallInfo fcinfo, const psy_robust *r, const psy_robust_options *o, const char *model, int64 k,
				  int64 missing, bool arrays)
{
	row_columns c = {.arrays = arrays, .full = (int) r->full};

	row_put(&c, Int32GetDatum((int32) k));
	row_put(&c, Int32GetDatum((int32) missing));
	row_put(&c, Int32GetDatum((int32) r->clusters));
	row_put(&c, CStringGetTextDatum(psy_robust_type_name(o->type)));
	row_put(&c, CStringGetTextDatum(model));
	row_put(&c, CStringGetTextDatum(psy_meta_method_name(o->method)));
	row_number(&c, o->level);
	if (arrays)
		row_put(&c, BoolGetDatum(r->intercept));
	row_coefficients(&c, r->beta);
	row_coefficients(&c, r->se);
	row_coefficients(&c, r->statistic);
	row_coefficients(&c, r->df);
	row_coefficients(&c, r->p_value);
	row_coefficients(&c, r->ci_lb);
	row_coefficients(&c, r->ci_ub);
	row_number(&c, r->tau2);
	row_put(&c, meta_regression_array(r->sigma2, 2, 0));
	if (arrays)
	{
		row_number(&c, r->wald_f);
		row_number(&c, r->wald_df1);
		row_number(&c, r->wald_df2);
		row_number(&c, r->wald_p);
		row_put(&c, meta_regression_array(r->vcov, c.full * c.full, c.full));
	}
	row_note(&c, r->note);
	return row_finish(fcinfo, &c);
}

static Datum
robust_datum(FunctionCallInfo fcinfo, const meta_regression_state *state, const psy_robust_options *o,
			 bool arrays)
{
	psy_context ctx = psyrad_current_context();
	psy_robust r;
	psy_error err;

	PSYRAD_CHECK(psy_robust_fit(&ctx, meta_regression_rows(state), o, &r, &err), &err);
	return meta_robust_datum(fcinfo, &r, o, psy_robust_model_name(o->model), state->k, state->missing, arrays);
}

Datum
meta_robust_finish(PG_FUNCTION_ARGS)
{
	const meta_regression_state *state = keyed_state(fcinfo, 1, false, "meta_robust_regression");
	psy_robust_options o = {PSY_CR2, PSY_ROBUST_INDEPENDENT, PSY_META_REML, 0, true, 0.95, true};

	if (state->request == REQUEST_ROBUST)
		o.type = (psy_robust_type) state->method;
	return robust_datum(fcinfo, state, &o, false);
}

bool
meta_robust_satterthwaite(FunctionCallInfo fcinfo, int argument)
{
	const char *given = metastat_option(fcinfo, argument, "test");

	if (pg_strcasecmp(given, "Satterthwaite") != 0 && pg_strcasecmp(given, "t") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown test \"%.40s\"", given),
						errhint("Allowed are Satterthwaite and t.")));
	return pg_strcasecmp(given, "t") != 0;
}

void
meta_robust_contrasts(FunctionCallInfo fcinfo, int argument, int full, psy_robust_options *o)
{
	psyrad_array given;

	if (PG_ARGISNULL(argument))
		return;
	given = psyrad_double_array(PG_GETARG_DATUM(argument), 2, "contrasts");
	if (full == 0 || given.length == 0 || given.length % full != 0 || (given.dims == 2 && given.columns != full))
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("contrasts need %d elements each, one a coefficient, but there are %d", full,
							   given.dims == 2 ? given.columns : given.length),
						errhint("Write ARRAY[[0,1,0],[0,0,1]] to test the second and third of three coefficients.")));
	if (given.length / full > PSY_WALD_MOST)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("at most %d contrasts can be tested at once", PSY_WALD_MOST)));
	for (int i = 0; i < given.length; i++)
		if (!isfinite(given.value[i]))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("element %d of contrasts is not finite", i + 1)));
	o->contrasts = given.value;
	o->tests = given.length / full;
}

/* rho belongs to models that have one; CORR's is 0.8 when it is not given. */
static void
robust_rho(FunctionCallInfo fcinfo, int argument, psy_robust_options *o)
{
	bool has = o->model == PSY_ROBUST_MULTILEVEL || o->model == PSY_ROBUST_CORR;

	o->rho = PG_ARGISNULL(argument) ? (o->model == PSY_ROBUST_CORR ? 0.8 : 0) : PG_GETARG_FLOAT8(argument);
	if (!has && o->rho != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("rho belongs to the models multilevel and CORR"),
						errhint("Write model => 'multilevel' for correlated and hierarchical effects.")));
	if (o->model == PSY_ROBUST_CORR && !(o->rho >= 0 && o->rho <= 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("rho is %g, but must lie between 0 and 1 for model CORR", o->rho)));
}

/* (state, type, model, method, rho, test, level [, intercept, contrasts]) */
static Datum
robust_final(FunctionCallInfo fcinfo, bool arrays)
{
	psy_robust_options o = {PSY_CR2, PSY_ROBUST_INDEPENDENT, PSY_META_REML, 0, true, 0.95, true};
	const meta_regression_state *state;
	psy_error err;

	PSYRAD_CHECK(psy_robust_type_parse(metastat_option(fcinfo, 1, "type"), &o.type, &err), &err);
	PSYRAD_CHECK(psy_robust_model_parse(metastat_option(fcinfo, 2, "model"), &o.model, &err), &err);
	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 3, "method"), &o.method, &err), &err);
	robust_rho(fcinfo, 4, &o);
	o.satterthwaite = meta_robust_satterthwaite(fcinfo, 5);
	o.level = metastat_level(fcinfo, 6);
	if (arrays)
		o.intercept = meta_regression_flag(fcinfo, 7, "intercept");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = keyed_state(fcinfo, o.model == PSY_ROBUST_MULTILEVEL ? 2 : 1, arrays, "meta_robust_regression");
	if (arrays)
		meta_robust_contrasts(fcinfo, 8, Max(state->columns, 0) + (o.intercept ? 1 : 0), &o);
	return robust_datum(fcinfo, state, &o, arrays);
}

Datum
meta_robust_final(PG_FUNCTION_ARGS)
{
	return robust_final(fcinfo, false);
}

Datum
meta_robust_regression(PG_FUNCTION_ARGS)
{
	return robust_final(fcinfo, true);
}
