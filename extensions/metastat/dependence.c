/*
 * dependence.c - what single studies and clusters do to a meta-regression or a three-level model, small-study
 * effects of clustered data, and one effect out of several dependent ones.
 *
 * A state carries no names but the MD5 of each key, which SQL has as md5(name)::uuid: that is how rows of
 * results are joined to the studies they are about.
 */
#include "bias.h"
#include "effects.h"
#include "row.h"

#include "catalog/pg_type.h"
#include "meta/effect_aggregate.h"
#include "meta/effect_check.h"
#include "meta/multilevel_influence.h"
#include "meta/regression_influence.h"
#include "meta/robust.h"
#include "stats/distribution.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"
#include "utils/uuid.h"

PG_FUNCTION_INFO_V1(meta_regression_influence);
PG_FUNCTION_INFO_V1(meta_multilevel_influence);
PG_FUNCTION_INFO_V1(meta_multilevel_egger);
PG_FUNCTION_INFO_V1(effect_aggregate);

/* ---- rows of results ------------------------------------------------------------------------- */

/* Key `which` of a state's row; NULL where the state has none. */
static void
put_key(row_columns *r, const meta_regression_state *state, const double *at, int which)
{
	r->null[r->count] = which >= state->keys;
	if (which < state->keys)
		r->value[r->count] = UUIDPGetDatum((const pg_uuid_t *) (at + 2 + Max(state->columns, 0) + 2 * which));
	r->count++;
}

static Datum
array_of(FunctionCallInfo fcinfo, Datum *element, int count, Oid type)
{
	return PointerGetDatum(construct_array(element, count, type, -1, false, TYPALIGN_DOUBLE));
}

/* ---- influence in a regression --------------------------------------------------------------- */

static Datum
regression_row(const meta_regression_state *state, TupleDesc type, const psy_regression_influence *d,
			   const double *dfbs, int full)
{
	const double *at = state->value + d->row * meta_regression_stride(state);
	double number[] = {d->rstudent, d->dffits, d->cook_d, d->cov_r,
					   d->tau2_del, d->qe_del, d->hat,    d->weight};
	row_columns r = {0};

	put_key(&r, state, at, 0);
	put_key(&r, state, at, 1);
	row_number(&r, at[0]);
	row_number(&r, at[1]);
	row_put(&r, meta_regression_array(at + 2, Max(state->columns, 0), 0));
	for (int i = 0; i < lengthof(number); i++)
		row_number(&r, number[i]);
	row_put(&r, meta_regression_array(dfbs, full, 0));
	r.null[r.count] = isnan(d->dffits);
	r.value[r.count++] = BoolGetDatum(d->influential);
	return row_finish_as(&r, type);
}

/* (state, method, test, intercept) */
Datum
meta_regression_influence(PG_FUNCTION_ARGS)
{
	bool intercept = meta_regression_flag(fcinfo, 3, "intercept");
	const meta_regression_state *state;
	psy_regression_influence *d;
	psy_meta_method method;
	psy_meta_test test;
	psy_context ctx = psyrad_current_context();
	psy_error err;
	TupleDesc type;
	Datum *element;
	double *dfbs;
	int full;
	Oid row_type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));

	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 1, "method"), &method, &err), &err);
	PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, 2, "test"), &test, &err), &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = meta_keyed_regression_arg(fcinfo, 0);
	full = Max(state->columns, 0) + (intercept ? 1 : 0);
	d = palloc(sizeof *d * Max(state->k, 1));
	dfbs = palloc(sizeof *dfbs * (state->k * full + 1));
	element = palloc(sizeof *element * Max(state->k, 1));
	PSYRAD_CHECK(psy_regression_influence_of(&ctx, meta_regression_rows(state), intercept, method, test, d,
											 dfbs, &err),
				 &err);
	type = lookup_rowtype_tupdesc(row_type, -1);
	for (int64 i = 0; i < state->k; i++)
		element[i] = regression_row(state, type, &d[i], dfbs + i * full, full);
	ReleaseTupleDesc(type);
	PG_RETURN_DATUM(array_of(fcinfo, element, (int) state->k, row_type));
}

/* ---- influence in a three-level model -------------------------------------------------------- */

typedef struct unit_arrays
{
	double *dfbs, *beta, *se;
	int full;
} unit_arrays;

static Datum
unit_row(const meta_regression_state *state, TupleDesc type, const psy_multilevel_influence *d,
		 bool by_effect, const unit_arrays *a, size_t i)
{
	const double *at = state->value + d->row * meta_regression_stride(state);
	row_columns r = {0};

	put_key(&r, state, at, 0);
	put_key(&r, state, at, by_effect ? 1 : 2);
	row_put(&r, Int32GetDatum((int32) d->k));
	row_number(&r, by_effect ? at[0] : NAN);
	row_number(&r, by_effect ? at[1] : NAN);
	row_number(&r, d->rstudent);
	row_number(&r, d->chisq);
	row_number(&r, d->chisq_p);
	row_number(&r, d->cook_d);
	row_number(&r, d->hat);
	row_put(&r, meta_regression_array(a->dfbs + i * a->full, a->full, 0));
	row_put(&r, meta_regression_array(a->beta + i * a->full, a->full, 0));
	row_put(&r, meta_regression_array(a->se + i * a->full, a->full, 0));
	row_put(&r, meta_regression_array(d->sigma2_del, 2, 0));
	return row_finish_as(&r, type);
}

static Datum
units_datum(FunctionCallInfo fcinfo, const meta_regression_state *state,
			const psy_multilevel_influence_options *o)
{
	size_t k = (size_t) state->k, count = 0;
	unit_arrays a = {.full = Max(state->columns, 0) + (o->model.intercept ? 1 : 0)};
	psy_multilevel_influence *d = palloc(sizeof *d * Max(k, 1));
	Datum *element = palloc(sizeof *element * Max(k, 1));
	Oid row_type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	psy_context ctx = psyrad_current_context();
	psy_error err;
	TupleDesc type;

	a.dfbs = palloc(sizeof(double) * (3 * k * a.full + 1));
	a.beta = a.dfbs + k * a.full;
	a.se = a.beta + k * a.full;
	PSYRAD_CHECK(psy_multilevel_influence_of(&ctx, meta_regression_rows(state), o, d, &count, a.dfbs, a.beta,
											 a.se, &err),
				 &err);
	type = lookup_rowtype_tupdesc(row_type, -1);
	for (size_t i = 0; i < count; i++)
		element[i] = unit_row(state, type, &d[i], o->by_effect, &a, i);
	ReleaseTupleDesc(type);
	return array_of(fcinfo, element, (int) count, row_type);
}

/* (state, unit, method, rho, reestimate, intercept) */
Datum
meta_multilevel_influence(PG_FUNCTION_ARGS)
{
	static const char *const units[] = {"cluster", "effect"};
	psy_multilevel_influence_options o = {.model = {PSY_META_REML, PSY_META_Z, 0.95, 0, true, false}};
	int unit = 0;
	psy_error err;

	PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 1, "unit"), "unit", units, 2, &unit, &err), &err);
	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 2, "method"), &o.model.method, &err), &err);
	o.model.rho = effect_number_option(fcinfo, 3, "rho");
	o.reestimate = effect_flag_option(fcinfo, 4, "reestimate");
	o.model.intercept = effect_flag_option(fcinfo, 5, "intercept");
	o.by_effect = unit == 1;
	PSYRAD_CHECK(psy_multilevel_check(&o.model, &err), &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return units_datum(fcinfo, meta_keyed_regression_arg(fcinfo, 2), &o);
}

/* ---- small-study effects --------------------------------------------------------------------- */

enum
{
	PREDICT_SEI,
	PREDICT_VI,
	PREDICT_LAST
};

/* The state's rows with the predictor as one more moderator, the last. */
static psy_meta_rows
with_predictor(const meta_regression_state *state, int predictor)
{
	psy_meta_rows from = meta_regression_rows(state), to = from;
	double *at;

	if (predictor == PREDICT_LAST)
		return from;
	to.columns++;
	to.stride++;
	at = MemoryContextAllocHuge(CurrentMemoryContext, (to.stride * to.k + 1) * sizeof *at);
	to.row = at;
	for (size_t i = 0; i < from.k; i++, at += to.stride)
	{
		const double *row = from.row + i * from.stride;

		memcpy(at, row, (2 + from.columns) * sizeof *at);
		at[2 + from.columns] = predictor == PREDICT_SEI ? sqrt(row[1]) : row[1];
		memcpy(at + 3 + from.columns, row + 2 + from.columns, (from.stride - 2 - from.columns) * sizeof *at);
	}
	return to;
}

/* The predictor's slope, and the outcome where all moderators are 0. */
static psy_line
line_of(const psy_robust *r, double tau2)
{
	size_t last = r->full - 1;
	psy_line line = {r->k,          r->beta[0],  r->se[0],           r->ci_lb[0], r->ci_ub[0], r->p_value[0],
					 r->beta[last], r->se[last], r->statistic[last], r->df[last], NAN,         NAN,
					 tau2,          r->note};

	line.p = isnan(line.statistic) ? NAN : psy_two_sided_p(line.statistic, line.df, &line.log_p);
	if (isnan(line.b1) && r->k > r->full && strstr(r->note, "too far apart") == NULL)
		line.note = "the predictors are all equal, or follow from the moderators: no slope can be told";
	return line;
}

/* (state, predictor, type, method, rho, level) */
Datum
meta_multilevel_egger(PG_FUNCTION_ARGS)
{
	static const char *const predictors[] = {"sei", "vi", "x"};
	psy_robust_options o = {PSY_CR2, PSY_ROBUST_INDEPENDENT, PSY_META_REML, 0, true, 0.95, true};
	const meta_regression_state *state;
	psy_context ctx = psyrad_current_context();
	psy_robust r;
	psy_line line;
	psy_error err;
	int predictor = 0;

	PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 1, "predictor"), "predictor", predictors, 3,
								   &predictor, &err),
				 &err);
	PSYRAD_CHECK(psy_robust_type_parse(metastat_option(fcinfo, 2, "type"), &o.type, &err), &err);
	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 3, "method"), &o.method, &err), &err);
	o.rho = effect_number_option(fcinfo, 4, "rho");
	o.level = effect_number_option(fcinfo, 5, "level");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = meta_keyed_regression_arg(fcinfo, 1);
	o.model = state->keys == 2 ? PSY_ROBUST_MULTILEVEL : PSY_ROBUST_INDEPENDENT;
	if (o.rho != 0 && o.model == PSY_ROBUST_INDEPENDENT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("rho needs effects within clusters"),
				 errhint("Collect the state with meta_regression_state(yi, vi, x, cluster, effect).")));
	if (predictor == PREDICT_LAST && state->columns < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the state has no moderator"),
				 errhint("Predictor x is the state's last moderator, for example sqrt(1/n1 + 1/n2).")));
	PSYRAD_CHECK(psy_robust_fit(&ctx, with_predictor(state, predictor), &o, &r, &err), &err);
	line = line_of(&r, r.tau2);
	return bias_datum(fcinfo, &line, state->missing,
					  psprintf("Egger %s %s %s", psy_robust_model_name(o.model),
							   psy_robust_type_name(o.type), predictors[predictor]));
}

/* ---- one effect out of several --------------------------------------------------------------- */

/* (state, rho, weighted) */
Datum
effect_aggregate(PG_FUNCTION_ARGS)
{
	double rho = effect_number_option(fcinfo, 1, "rho");
	bool weighted = effect_flag_option(fcinfo, 2, "weighted");
	const meta_state *state;
	psy_effect *study, effect;
	psy_error err;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const meta_state *) psyrad_state_arg(fcinfo, 0, &meta_state_type);
	study = palloc(Max((Size) state->k, 1) * sizeof *study);
	memcpy(study, state->study, (Size) state->k * sizeof *study);
	psy_meta_sort(study, (size_t) state->k);
	PSYRAD_CHECK(psy_effect_aggregate(study, (size_t) state->k, rho, weighted, &effect, &err), &err);
	return effect_datum(fcinfo, effect);
}
