/*
 * multilevel.c - three-level models and cluster-robust variances in SQL: aggregates, final functions,
 * results.
 *
 * Each final function exists twice: without moderators its estimate columns are numbers, with moderators
 * (_regression) they are arrays with one element a coefficient.
 */
#include "regression.h"

#include "meta/robust.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(meta_multilevel_accumulate);
PG_FUNCTION_INFO_V1(meta_multilevel_finish);
PG_FUNCTION_INFO_V1(meta_multilevel_final);
PG_FUNCTION_INFO_V1(meta_multilevel_regression);
PG_FUNCTION_INFO_V1(meta_robust_accumulate);
PG_FUNCTION_INFO_V1(meta_robust_finish);
PG_FUNCTION_INFO_V1(meta_robust_final);
PG_FUNCTION_INFO_V1(meta_robust_regression);

/* ---- rows of results -------------------------------------------------------------------------------------
 */

typedef struct columns
{
	Datum value[32];
	bool null[32];
	int count;
	bool arrays; /* coefficients as arrays */
	int full;
} columns;

static void
put(columns *c, Datum value)
{
	c->null[c->count] = false;
	c->value[c->count++] = value;
}

static void
put_number(columns *c, double value)
{
	c->value[c->count] = metastat_number(value, &c->null[c->count]);
	c->count++;
}

static void
put_coefficients(columns *c, const double *value)
{
	if (c->arrays)
		put(c, meta_regression_array(value, c->full, 0));
	else
		put_number(c, value[0]);
}

static void
put_note(columns *c, const char *note)
{
	c->value[c->count] = meta_regression_note(note, &c->null[c->count]);
	c->count++;
}

static Datum
row_datum(FunctionCallInfo fcinfo, columns *c)
{
	TupleDesc type = metastat_row_type(fcinfo);

	if (type->natts != c->count)
		elog(ERROR, "result has %d columns, not %d", type->natts, c->count);
	return HeapTupleGetDatum(heap_form_tuple(type, c->value, c->null));
}

/* ---- arguments -------------------------------------------------------------------------------------------
 */

/* The state argument, which must carry the keys; without moderators where the result is one estimate. */
static const meta_regression_state *
keyed_state(FunctionCallInfo fcinfo, int keys, bool moderators, const char *instead)
{
	const meta_regression_state *state =
		(const meta_regression_state *) psyrad_state_arg(fcinfo, 0, &meta_regression_state_type);

	if (state->keys < keys)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the state has no %s", state->keys == 0 ? "clusters" : "effects within clusters"),
				 errhint("Collect it with meta_regression_state(yi, vi, x, cluster%s).",
						 keys > 1 ? ", effect" : "")));
	if (!moderators && state->columns > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the state has %d moderators", state->columns), errhint("Use %s.", instead)));
	return state;
}

static double
number_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	return PG_GETARG_FLOAT8(argument);
}

/* Structures that metafor's rma.mv has and this model has not are refused by name. */
static void
check_structure(const char *name)
{
	static const char *const others[] = {"CS", "HCS", "UN", "ID", "DIAG", "AR", "HAR", "CAR", "GEN", "PHYBM"};

	if (pg_strcasecmp(name, "three-level") == 0)
		return;
	for (int i = 0; i < lengthof(others); i++)
		if (pg_strcasecmp(name, others[i]) == 0)
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("structure %s is not available", others[i]),
							errhint("Use three-level, with rho for correlated sampling errors.")));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown structure \"%.40s\"", name),
					errhint("Allowed is three-level.")));
}

/* ---- three levels ----------------------------------------------------------------------------------------
 */

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
	columns c = {.arrays = arrays};
	psy_multilevel r;
	psy_error err;

	PSYRAD_CHECK(psy_multilevel_fit(&ctx, meta_regression_rows(state), o, &r, &err), &err);
	c.full = (int) r.full;
	put(&c, Int32GetDatum((int32) state->k));
	put(&c, Int32GetDatum((int32) state->missing));
	put(&c, Int32GetDatum((int32) r.clusters));
	put(&c, Int32GetDatum((int32) r.effects));
	put(&c, CStringGetTextDatum(psy_meta_method_name(o->method)));
	put(&c, CStringGetTextDatum(psy_meta_test_name(o->test)));
	put_number(&c, o->level);
	put_number(&c, o->rho);
	if (arrays)
		put(&c, BoolGetDatum(r.intercept));
	put_coefficients(&c, r.beta);
	put_coefficients(&c, r.se);
	put_coefficients(&c, r.statistic);
	put_number(&c, isinf(r.df) ? NAN : r.df);
	put_coefficients(&c, r.p_value);
	put_coefficients(&c, r.ci_lb);
	put_coefficients(&c, r.ci_ub);
	if (arrays)
	{
		put_number(&c, r.qm);
		put_number(&c, r.qm_df);
		put_number(&c, r.qm_p);
	}
	put_number(&c, r.qe);
	put_number(&c, isnan(r.qe) ? NAN : (double) (r.k - r.p));
	put_number(&c, r.qe_p);
	put(&c, meta_regression_array(r.sigma2, 2, 0));
	put(&c, meta_regression_array(r.sigma2_lb, 2, 0));
	put(&c, meta_regression_array(r.sigma2_ub, 2, 0));
	put_number(&c, r.icc);
	put(&c, meta_regression_array(r.i2, 3, 0));
	put_number(&c, r.loglik);
	if (arrays)
		put(&c, meta_regression_array(r.vcov, c.full * c.full, c.full));
	put_note(&c, r.note);
	return row_datum(fcinfo, &c);
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
	psy_multilevel_options o = {given.method, given.test, given.level, number_argument(fcinfo, 4, "rho"),
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

/* ---- robust variances ------------------------------------------------------------------------------------
 */

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

static Datum
robust_datum(FunctionCallInfo fcinfo, const meta_regression_state *state, const psy_robust_options *o,
			 bool arrays)
{
	psy_context ctx = psyrad_current_context();
	columns c = {.arrays = arrays};
	psy_robust r;
	psy_error err;

	PSYRAD_CHECK(psy_robust_fit(&ctx, meta_regression_rows(state), o, &r, &err), &err);
	c.full = (int) r.full;
	put(&c, Int32GetDatum((int32) state->k));
	put(&c, Int32GetDatum((int32) state->missing));
	put(&c, Int32GetDatum((int32) r.clusters));
	put(&c, CStringGetTextDatum(psy_robust_type_name(o->type)));
	put(&c, CStringGetTextDatum(o->multilevel ? "multilevel" : "independent"));
	put(&c, CStringGetTextDatum(psy_meta_method_name(o->method)));
	put_number(&c, o->level);
	if (arrays)
		put(&c, BoolGetDatum(r.intercept));
	put_coefficients(&c, r.beta);
	put_coefficients(&c, r.se);
	put_coefficients(&c, r.statistic);
	put_coefficients(&c, r.df);
	put_coefficients(&c, r.p_value);
	put_coefficients(&c, r.ci_lb);
	put_coefficients(&c, r.ci_ub);
	put_number(&c, r.tau2);
	put(&c, meta_regression_array(r.sigma2, 2, 0));
	if (arrays)
		put(&c, meta_regression_array(r.vcov, c.full * c.full, c.full));
	put_note(&c, r.note);
	return row_datum(fcinfo, &c);
}

Datum
meta_robust_finish(PG_FUNCTION_ARGS)
{
	const meta_regression_state *state = keyed_state(fcinfo, 1, false, "meta_robust_regression");
	psy_robust_options o = {PSY_CR2, false, PSY_META_REML, 0, true, 0.95, true};

	if (state->request == REQUEST_ROBUST)
		o.type = (psy_robust_type) state->method;
	return robust_datum(fcinfo, state, &o, false);
}

/* Whether the argument is the second of two names; an error for a third. */
static bool
choose(FunctionCallInfo fcinfo, int argument, const char *name, const char *first, const char *second)
{
	const char *given = metastat_option(fcinfo, argument, name);

	if (pg_strcasecmp(given, first) != 0 && pg_strcasecmp(given, second) != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown %s \"%.40s\"", name, given),
						errhint("Allowed are %s and %s.", first, second)));
	return pg_strcasecmp(given, second) == 0;
}

/* (state, type, model, method, rho, test, level [, intercept]) */
static Datum
robust_final(FunctionCallInfo fcinfo, bool arrays)
{
	psy_robust_options o = {PSY_CR2, false, PSY_META_REML, 0, true, 0.95, true};
	psy_error err;

	PSYRAD_CHECK(psy_robust_type_parse(metastat_option(fcinfo, 1, "type"), &o.type, &err), &err);
	o.multilevel = choose(fcinfo, 2, "model", "independent", "multilevel");
	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 3, "method"), &o.method, &err), &err);
	o.rho = number_argument(fcinfo, 4, "rho");
	o.satterthwaite = !choose(fcinfo, 5, "test", "Satterthwaite", "t");
	o.level = number_argument(fcinfo, 6, "level");
	if (o.rho != 0 && !o.multilevel)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("rho belongs to model multilevel"),
						errhint("Write model => 'multilevel' for correlated and hierarchical effects.")));
	if (arrays)
		o.intercept = meta_regression_flag(fcinfo, 7, "intercept");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return robust_datum(fcinfo, keyed_state(fcinfo, o.multilevel ? 2 : 1, arrays, "meta_robust_regression"),
						&o, arrays);
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
