/*
 * bias.c - small-study effects from a meta_state: Egger's regression, rank correlation, trim and fill,
 * fail-safe numbers, PET-PEESE, and the points of a funnel.
 *
 * Each statistic has a function over the state with named options (_final) and one for its aggregate
 * (_finish), which sees nothing but the state and takes the defaults.
 */
#include "bias.h"

#include "effects.h"

#include "catalog/pg_type.h"
#include "meta/effect_check.h"
#include "meta/small_study.h"
#include "stats/distribution.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(meta_egger_finish);
PG_FUNCTION_INFO_V1(meta_egger_final);
PG_FUNCTION_INFO_V1(meta_begg_finish);
PG_FUNCTION_INFO_V1(meta_trimfill_finish);
PG_FUNCTION_INFO_V1(meta_trimfill_final);
PG_FUNCTION_INFO_V1(meta_failsafe_finish);
PG_FUNCTION_INFO_V1(meta_failsafe_final);
PG_FUNCTION_INFO_V1(meta_petpeese_finish);
PG_FUNCTION_INFO_V1(meta_petpeese_final);
PG_FUNCTION_INFO_V1(meta_funnel);

/* ---- shared ---------------------------------------------------------------------------------- */

psy_effect *
bias_studies(const meta_state *state, const char *statistic)
{
	Size bytes = (Size) state->k * sizeof(psy_effect);
	psy_effect *study = palloc(Max(bytes, 1));
	psy_error err;

	memcpy(study, state->study, bytes);
	psy_meta_sort(study, (size_t) state->k);
	PSYRAD_CHECK(psy_small_study_check(study, (size_t) state->k, statistic, &err), &err);
	return study;
}

Datum
metastat_note(const char *note, bool *null)
{
	*null = note == NULL || note[0] == '\0';
	return *null ? (Datum) 0 : CStringGetTextDatum(note);
}

static const meta_state *
state_argument(FunctionCallInfo fcinfo)
{
	return (const meta_state *) psyrad_state_arg(fcinfo, 0, &meta_state_type);
}

Datum
bias_datum(FunctionCallInfo fcinfo, const psy_line *line, int64 missing, const char *method)
{
	double number[] = {line->b1,    line->b1_se, line->statistic, isinf(line->df) ? NAN : line->df,
					   line->p,     line->log_p, line->b0,        line->b0_se,
					   line->b0_lb, line->b0_ub, line->tau2};
	Datum value[3 + lengthof(number) + 1];
	bool null[lengthof(value)] = {0};

	value[0] = Int32GetDatum((int32) line->k);
	value[1] = Int32GetDatum((int32) missing);
	value[2] = CStringGetTextDatum(method);
	for (int i = 0; i < lengthof(number); i++)
		value[3 + i] = metastat_number(number[i], &null[3 + i]);
	value[lengthof(value) - 1] = metastat_note(line->note, &null[lengthof(value) - 1]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

/* The line through the studies over their standard errors (or variances). */
static psy_line
line_over_errors(const meta_state *state, const char *statistic, bool variances, psy_line_model model,
				 double level)
{
	psy_context ctx = psyrad_current_context();
	psy_effect *study = bias_studies(state, statistic);
	psy_point *point = palloc(sizeof(psy_point) * Max(state->k, 1));
	psy_line line;
	psy_error err;

	for (int64 i = 0; i < state->k; i++)
		point[i] = (psy_point){variances ? study[i].vi : sqrt(study[i].vi), study[i].yi, study[i].vi};
	PSYRAD_CHECK(psy_line_fit(&ctx, point, (size_t) state->k, model, level, &line, &err), &err);
	pfree(point);
	pfree(study);
	return line;
}

/* ---- Egger ----------------------------------------------------------------------------------- */

Datum
meta_egger_finish(PG_FUNCTION_ARGS)
{
	const meta_state *state = state_argument(fcinfo);
	psy_line line = line_over_errors(state, "meta_egger", false, PSY_LINE_LM, 0.95);

	return bias_datum(fcinfo, &line, state->missing, "Egger lm sei");
}

/* state, model, predictor, level */
Datum
meta_egger_final(PG_FUNCTION_ARGS)
{
	static const char *const models[] = {"lm", "EE", "DL", "REML"};
	static const char *const predictors[] = {"sei", "vi"};
	int model = 0, predictor = 0;
	double level = effect_number_option(fcinfo, 3, "level");
	psy_line line;
	psy_error err;

	PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 1, "model"), "model", models, 4, &model, &err),
				 &err);
	PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 2, "predictor"), "predictor", predictors, 2,
								   &predictor, &err),
				 &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	line =
		line_over_errors(state_argument(fcinfo), "meta_egger", predictor == 1, (psy_line_model) model, level);
	return bias_datum(fcinfo, &line, state_argument(fcinfo)->missing,
					  psprintf("Egger %s %s", models[model], predictors[predictor]));
}

/* ---- Begg ------------------------------------------------------------------------------------ */

Datum
meta_begg_finish(PG_FUNCTION_ARGS)
{
	const meta_state *state = state_argument(fcinfo);
	psy_context ctx = psyrad_current_context();
	psy_begg begg;
	Datum value[6];
	bool null[6] = {0};
	psy_error err;

	PSYRAD_CHECK(psy_begg_test(&ctx, bias_studies(state, "meta_begg"), (size_t) state->k, &begg, &err), &err);
	value[0] = Int32GetDatum((int32) state->k);
	value[1] = Int32GetDatum((int32) state->missing);
	value[2] = metastat_number(begg.tau, &null[2]);
	value[3] = metastat_number(begg.p, &null[3]);
	value[4] = BoolGetDatum(begg.exact);
	null[4] = isnan(begg.p);
	value[5] = metastat_note(begg.note, &null[5]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

/* ---- trim and fill --------------------------------------------------------------------------- */

/* k0 float8 values of the filled studies. */
static Datum
filled_values(const psy_effect *filled, size_t k0, bool variances)
{
	double *value;
	ArrayType *array = psyrad_new_float8_array((int) k0, &value);

	for (size_t i = 0; i < k0; i++)
		value[i] = variances ? filled[i].vi : filled[i].yi;
	return PointerGetDatum(array);
}

static Datum
trimfill_datum(FunctionCallInfo fcinfo, const meta_state *state, psy_trimfill_estimator estimator,
			   psy_trimfill_side side, const psy_meta_options *options)
{
	psy_context ctx = psyrad_current_context();
	psy_effect *filled = palloc(2 * sizeof(psy_effect) * Max(state->k, 1));
	psy_trimfill t;
	psy_error err;
	Datum value[21];
	bool null[21] = {0};

	PSYRAD_CHECK(psy_trimfill_fit(&ctx, bias_studies(state, "meta_trimfill"), (size_t) state->k, estimator,
								  side, options, filled, &t, &err),
				 &err);
	value[0] = Int32GetDatum((int32) state->k);
	value[1] = Int32GetDatum((int32) state->missing);
	value[2] = CStringGetTextDatum(psy_trimfill_estimator_name(estimator));
	value[3] = CStringGetTextDatum(t.side == PSY_SIDE_RIGHT ? "right" : "left");
	null[3] = t.side == PSY_SIDE_AUTO;
	value[4] = Int32GetDatum((int32) t.k0);
	value[5] = metastat_number(t.se_k0, &null[5]);
	value[6] = metastat_number(t.p_k0, &null[6]);
	value[7] = CStringGetTextDatum(psy_meta_method_name(options->method));
	value[8] = CStringGetTextDatum(psy_meta_test_name(options->test));
	{
		double number[] = {t.fit.estimate, t.fit.se,    t.fit.statistic, isinf(t.fit.df) ? NAN : t.fit.df,
						   t.fit.p,        t.fit.ci_lb, t.fit.ci_ub,     t.fit.tau2,
						   t.fit.q};

		for (int i = 0; i < lengthof(number); i++)
			value[9 + i] = metastat_number(t.note != NULL ? NAN : number[i], &null[9 + i]);
	}
	null[4] = t.note != NULL;
	null[18] = null[19] = t.note != NULL;
	value[18] = null[18] ? (Datum) 0 : filled_values(filled + state->k, t.k0, false);
	value[19] = null[19] ? (Datum) 0 : filled_values(filled + state->k, t.k0, true);
	value[20] = metastat_note(t.note != NULL ? t.note : t.fit.note, &null[20]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

Datum
meta_trimfill_finish(PG_FUNCTION_ARGS)
{
	psy_meta_options options = meta_default_options();

	return trimfill_datum(fcinfo, state_argument(fcinfo), PSY_TRIMFILL_L0, PSY_SIDE_AUTO, &options);
}

/* state, estimator, side, method, test, level */
Datum
meta_trimfill_final(PG_FUNCTION_ARGS)
{
	psy_meta_options options = meta_default_options();
	psy_trimfill_estimator estimator;
	psy_trimfill_side side;
	psy_error err;

	PSYRAD_CHECK(psy_trimfill_estimator_parse(metastat_option(fcinfo, 1, "estimator"), &estimator, &err),
				 &err);
	PSYRAD_CHECK(psy_trimfill_side_parse(metastat_option(fcinfo, 2, "side"), &side, &err), &err);
	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 3, "method"), &options.method, &err), &err);
	PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, 4, "test"), &options.test, &err), &err);
	options.level = effect_number_option(fcinfo, 5, "level");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return trimfill_datum(fcinfo, state_argument(fcinfo), estimator, side, &options);
}

/* ---- fail-safe numbers ----------------------------------------------------------------------- */

static Datum
failsafe_datum(FunctionCallInfo fcinfo, const meta_state *state, psy_failsafe_type type, double alpha,
			   double target, bool weighted)
{
	psy_failsafe f;
	Datum value[7];
	bool null[7] = {0};
	psy_error err;

	PSYRAD_CHECK(psy_failsafe_n(bias_studies(state, "meta_failsafe"), (size_t) state->k, type, alpha, target,
								weighted, &f, &err),
				 &err);
	value[0] = Int32GetDatum((int32) state->k);
	value[1] = Int32GetDatum((int32) state->missing);
	value[2] = CStringGetTextDatum(psy_failsafe_type_name(type));
	value[3] = metastat_number(f.n, &null[3]);
	value[4] = metastat_number(f.p, &null[4]);
	value[5] = metastat_number(f.mean, &null[5]);
	value[6] = metastat_number(f.target, &null[6]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

Datum
meta_failsafe_finish(PG_FUNCTION_ARGS)
{
	return failsafe_datum(fcinfo, state_argument(fcinfo), PSY_FAILSAFE_ROSENTHAL, 0.05, NAN, true);
}

/* state, type, alpha, target, weighted */
Datum
meta_failsafe_final(PG_FUNCTION_ARGS)
{
	psy_failsafe_type type;
	double alpha = effect_number_option(fcinfo, 2, "alpha");
	bool weighted = effect_flag_option(fcinfo, 4, "weighted");
	psy_error err;

	PSYRAD_CHECK(psy_failsafe_type_parse(metastat_option(fcinfo, 1, "type"), &type, &err), &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return failsafe_datum(fcinfo, state_argument(fcinfo), type, alpha, effect_nullable(fcinfo, 3), weighted);
}

/* ---- PET-PEESE ------------------------------------------------------------------------------- */

static Datum
petpeese_datum(FunctionCallInfo fcinfo, const meta_state *state, double alpha, double level)
{
	psy_line pet = line_over_errors(state, "meta_petpeese", false, PSY_LINE_LM, level);
	psy_line peese = line_over_errors(state, "meta_petpeese", true, PSY_LINE_LM, level);
	bool use_peese = pet.b0_p < alpha;
	const psy_line *chosen = use_peese ? &peese : &pet;
	double number[] = {chosen->b0, chosen->b0_se, chosen->b0_lb, chosen->b0_ub, chosen->b0_p,
					   pet.df,     pet.b0,        pet.b0_se,     pet.b0_p,      pet.b1,
					   pet.p,      peese.b0,      peese.b0_se,   peese.b0_p};
	Datum value[3 + lengthof(number) + 1];
	bool null[lengthof(value)] = {0};

	value[0] = Int32GetDatum((int32) state->k);
	value[1] = Int32GetDatum((int32) state->missing);
	value[2] = CStringGetTextDatum(use_peese ? "PEESE" : "PET");
	null[2] = isnan(pet.b0_p);
	for (int i = 0; i < lengthof(number); i++)
		value[3 + i] = metastat_number(number[i], &null[3 + i]);
	value[lengthof(value) - 1] = metastat_note(pet.note, &null[lengthof(value) - 1]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

Datum
meta_petpeese_finish(PG_FUNCTION_ARGS)
{
	return petpeese_datum(fcinfo, state_argument(fcinfo), 0.1, 0.95);
}

/* state, alpha, level */
Datum
meta_petpeese_final(PG_FUNCTION_ARGS)
{
	double alpha = effect_number_option(fcinfo, 1, "alpha"), level = effect_number_option(fcinfo, 2, "level");

	if (!(alpha > 0 && alpha < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("alpha is %g, but must lie between 0 and 1, such as 0.1", alpha)));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return petpeese_datum(fcinfo, state_argument(fcinfo), alpha, level);
}

/* ---- funnel ---------------------------------------------------------------------------------- */

/* The smallest level whose region |z| <= q holds a study of that p; NaN outside all of them. */
static double
contour_of(double p, const psyrad_array *levels)
{
	double contour = NAN;

	for (int i = 0; i < levels->length; i++)
		if (1 - p <= levels->value[i] && !(contour <= levels->value[i]))
			contour = levels->value[i];
	return contour;
}

static Datum
funnel_row(TupleDesc type, psy_effect study, double reference, const psyrad_array *levels)
{
	double sei = sqrt(study.vi), z = (study.yi - reference) / sei, p = psy_two_sided_p(z, INFINITY, NULL);
	double number[] = {study.yi, sei, z, p, contour_of(p, levels)};
	Datum value[lengthof(number)];
	bool null[lengthof(number)];

	for (int i = 0; i < lengthof(number); i++)
		value[i] = metastat_number(number[i], &null[i]);
	return HeapTupleGetDatum(heap_form_tuple(type, value, null));
}

/* state, refline, levels */
Datum
meta_funnel(PG_FUNCTION_ARGS)
{
	const meta_state *state = state_argument(fcinfo);
	double reference = PG_GETARG_FLOAT8(1);
	psyrad_array levels = psyrad_double_array(PG_GETARG_DATUM(2), 1, "levels");
	Oid row_type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	psy_effect *study = bias_studies(state, "meta_funnel");
	Datum *row = palloc(sizeof(Datum) * Max(state->k, 1));
	TupleDesc type;

	if (!isfinite(reference))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("refline must be finite")));
	for (int i = 0; i < levels.length; i++)
		if (!(levels.value[i] > 0 && levels.value[i] < 1))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("levels must lie between 0 and 1, such as 0.95")));
	type = lookup_rowtype_tupdesc(row_type, -1);
	for (int64 i = 0; i < state->k; i++)
		row[i] = funnel_row(type, study[i], reference, &levels);
	ReleaseTupleDesc(type);
	return PointerGetDatum(construct_array(row, (int) state->k, row_type, -1, false, TYPALIGN_DOUBLE));
}
