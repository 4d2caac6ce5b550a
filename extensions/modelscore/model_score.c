/* model_score.c - the scoring functions, each over arrays and over jsonb, and what a model says about itself.
 */
#include "modelscore.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include <math.h>
#include "utils/json.h"
#include "utils/jsonb.h"

typedef bool (*run_function)(FunctionCallInfo fcinfo, const modelscore_model *m);

/* ---- scoring --------------------------------------------------------------------------------- */

static Datum
score(FunctionCallInfo fcinfo, run_function run)
{
	const modelscore_model *m = modelscore_model_arg(fcinfo);
	psy_error err = {0};
	double value;
	psy_status status;

	if (!run(fcinfo, m))
		PG_RETURN_NULL();
	status = psy_model_score(m->model, m->raw, m->workspace, &value, &err);
	PSYRAD_CHECK(status, &err);
	PG_RETURN_FLOAT8(value);
}

static Datum
predict(FunctionCallInfo fcinfo, run_function run)
{
	const modelscore_model *m = modelscore_model_arg(fcinfo);
	psy_error err = {0};
	size_t label;
	psy_text name;
	psy_status status;

	if (!run(fcinfo, m))
		PG_RETURN_NULL();
	status = psy_model_label(m->model, m->raw, &label, &err);
	PSYRAD_CHECK(status, &err);
	name = psy_model_class(m->model, label);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(name.text, name.length));
}

static Datum
proba(FunctionCallInfo fcinfo, run_function run)
{
	const modelscore_model *m = modelscore_model_arg(fcinfo);
	psy_error err = {0};
	double *value;
	ArrayType *array;
	psy_status status;

	if (!run(fcinfo, m))
		PG_RETURN_NULL();
	array = psyrad_new_float8_array(psy_model_classes(m->model), &value);
	status = psy_model_proba(m->model, m->raw, m->workspace, value, &err);
	PSYRAD_CHECK(status, &err);
	PG_RETURN_ARRAYTYPE_P(array);
}

static Datum
with_nulls(const double *value, int count)
{
	Datum *element = palloc(sizeof(Datum) * count);
	bool *null = palloc(sizeof(bool) * count);
	int low = 1;

	for (int k = 0; k < count; k++)
	{
		element[k] = Float8GetDatum(value[k]);
		null[k] = isnan(value[k]);
	}
	return PointerGetDatum(
		construct_md_array(element, null, 1, &count, &low, FLOAT8OID, sizeof(float8), true, TYPALIGN_DOUBLE));
}

static bool
any_missing(const double *value, int count)
{
	for (int k = 0; k < count; k++)
		if (isnan(value[k]))
			return true;
	return false;
}

static Datum
decision(FunctionCallInfo fcinfo, run_function run)
{
	const modelscore_model *m = modelscore_model_arg(fcinfo);
	double *value;
	ArrayType *array;

	if (!run(fcinfo, m))
		PG_RETURN_NULL();
	array = psyrad_new_float8_array(psy_model_decisions(m->model), &value);
	psy_model_decision(m->model, m->raw, value);
	if (any_missing(value, psy_model_decisions(m->model)))
		PG_RETURN_DATUM(with_nulls(value, psy_model_decisions(m->model)));
	PG_RETURN_ARRAYTYPE_P(array);
}

#define SCORING_FUNCTION(name, what)                                                                         \
	PG_FUNCTION_INFO_V1(name##_array);                                                                       \
	Datum name##_array(PG_FUNCTION_ARGS)                                                                     \
	{                                                                                                        \
		return what(fcinfo, modelscore_run_array);                                                           \
	}                                                                                                        \
	PG_FUNCTION_INFO_V1(name##_jsonb);                                                                       \
	Datum name##_jsonb(PG_FUNCTION_ARGS)                                                                     \
	{                                                                                                        \
		return what(fcinfo, modelscore_run_jsonb);                                                           \
	}                                                                                                        \
	extern int no_such_thing

SCORING_FUNCTION(model_score, score);
SCORING_FUNCTION(model_predict, predict);
SCORING_FUNCTION(model_proba, proba);
SCORING_FUNCTION(model_decision, decision);

/* ---- description ----------------------------------------------------------------------------- */

typedef psy_text (*text_function)(const psy_model *model, size_t k);

static Datum
text_array(const psy_model *model, size_t count, text_function text_of)
{
	Datum *element = palloc(sizeof(Datum) * Max(count, 1));

	for (size_t k = 0; k < count; k++)
	{
		psy_text text = text_of(model, k);

		element[k] = PointerGetDatum(cstring_to_text_with_len(text.text, text.length));
	}
	return PointerGetDatum(construct_array(element, count, TEXTOID, -1, false, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(model_classes);
Datum
model_classes(PG_FUNCTION_ARGS)
{
	const psy_model *model = modelscore_plain_arg(fcinfo);

	if (psy_model_task(model) == PSY_REGRESSION)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(text_array(model, psy_model_classes(model), psy_model_class));
}

PG_FUNCTION_INFO_V1(model_features);
Datum
model_features(PG_FUNCTION_ARGS)
{
	const psy_model *model = modelscore_plain_arg(fcinfo);

	PG_RETURN_DATUM(text_array(model, psy_model_features(model), psy_model_feature));
}

static void
append_text(StringInfo json, const char *key, psy_text text)
{
	appendStringInfo(json, ", \"%s\": ", key);
	escape_json(json, pnstrdup(text.text, text.length));
}

static void
append_classes(StringInfo json, const psy_model *model)
{
	if (psy_model_task(model) == PSY_REGRESSION)
		return;
	appendStringInfoString(json, ", \"classes\": [");
	for (size_t k = 0; k < psy_model_classes(model); k++)
	{
		psy_text label = psy_model_class(model, k);

		appendStringInfoString(json, k == 0 ? "" : ", ");
		escape_json(json, pnstrdup(label.text, label.length));
	}
	appendStringInfoChar(json, ']');
	if (psy_model_positive(model) >= 0)
		append_text(json, "positive", psy_model_class(model, psy_model_positive(model)));
}

static void
append_units(StringInfo json, const psy_model *model)
{
	const char *separator = "";

	appendStringInfoString(json, ", \"units\": {");
	for (size_t k = 0; k < psy_model_features(model); k++)
	{
		psy_text name = psy_model_feature(model, k), unit = psy_model_unit(model, k);

		if (unit.length == 0)
			continue;
		appendStringInfoString(json, separator);
		escape_json(json, pnstrdup(name.text, name.length));
		appendStringInfoString(json, ": ");
		escape_json(json, pnstrdup(unit.text, unit.length));
		separator = ", ";
	}
	appendStringInfoChar(json, '}');
}

static void
append_step(StringInfo json, const psy_model *model, size_t step)
{
	psy_fact fact[PSY_MODEL_FACTS];
	size_t facts = psy_model_step_facts(model, step, fact);

	appendStringInfo(json, "{\"kind\": \"%s\"", psy_model_step_kind(model, step));
	for (size_t k = 0; k < facts; k++)
		if (fact[k].text != NULL)
			append_text(json, fact[k].key, (psy_text){fact[k].text, strlen(fact[k].text)});
		else
			appendStringInfo(json, ", \"%s\": %s", fact[k].key,
							 DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(fact[k].number))));
	appendStringInfoChar(json, '}');
}

PG_FUNCTION_INFO_V1(model_describe);
Datum
model_describe(PG_FUNCTION_ARGS)
{
	static const char *const missing[] = {NULL, "error", "null", "impute", "learned"};
	const psy_model *model = modelscore_plain_arg(fcinfo);
	size_t steps = psy_model_steps(model);
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"task\": \"%s\"",
					 psy_model_task(model) == PSY_REGRESSION ? "regression" : "classification");
	append_text(&json, "name", psy_model_name(model));
	append_classes(&json, model);
	appendStringInfo(&json, ", \"features\": %zu", psy_model_features(model));
	append_units(&json, model);
	appendStringInfo(&json, ", \"missing\": \"%s\", \"bytes\": %zu, \"steps\": [",
					 missing[psy_model_missing(model)], psy_model_bytes(model));
	for (size_t k = 0; k + 1 < steps; k++)
	{
		appendStringInfoString(&json, k == 0 ? "" : ", ");
		append_step(&json, model, k);
	}
	appendStringInfoString(&json, "], \"estimator\": ");
	append_step(&json, model, steps - 1);
	appendStringInfoChar(&json, '}');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}
