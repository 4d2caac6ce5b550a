/*
 * model_explain.c - Shapley values of a row's features (src/models/explain.h) over arrays and over jsonb.
 *
 * What explaining needs beside the image is made once for each model that a call site sees, and kept with it.
 */
#include "modelscore.h"

#include "utils/builtins.h"

typedef const double *(*features_function)(FunctionCallInfo fcinfo, const modelscore_model *m);

/* Argument n: a class by its label, or NULL for the positive one. */
static int
class_arg(FunctionCallInfo fcinfo, int argument, const psy_model *model)
{
	text *label;

	if (PG_ARGISNULL(argument))
		return -1;
	label = PG_GETARG_TEXT_PP(argument);
	if (psy_model_task(model) == PSY_REGRESSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("class is given, but the model is a regression"), errhint("Leave class out.")));
	for (size_t k = 0; k < psy_model_classes(model); k++)
	{
		psy_text name = psy_model_class(model, k);

		if (name.length == VARSIZE_ANY_EXHDR(label) &&
			memcmp(name.text, VARDATA_ANY(label), name.length) == 0)
			return k;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("the model has no class \"%s\"", text_to_cstring(label)),
					errhint("model_classes lists those it has.")));
}

static size_t
output_of(FunctionCallInfo fcinfo, int argument, const psy_model *model, double *sign)
{
	psy_error err = {0};
	size_t output;
	psy_status status = psy_explain_output(model, class_arg(fcinfo, argument, model), &output, sign, &err);

	PSYRAD_CHECK(status, &err);
	return output;
}

static const psy_explainer *
explainer_of(modelscore_model *m)
{
	psy_context ctx = psyrad_context(m->memory);
	psy_error err = {0};
	psy_explainer *explainer;
	psy_status status;

	if (m->explainer != NULL)
		return m->explainer;
	status = psy_explainer_make(&ctx, m->model, &explainer, &err);
	PSYRAD_CHECK(status, &err);
	m->explain_workspace =
		MemoryContextAllocHuge(m->memory, sizeof(double) * psy_explain_workspace(explainer));
	m->explainer = explainer;
	return explainer;
}

/* (model, features, class). */
static Datum
explain(FunctionCallInfo fcinfo, features_function features_of)
{
	modelscore_model *m;
	const psy_explainer *explainer;
	const double *features;
	double sign, *phi;
	size_t output;
	ArrayType *array;
	psy_error err = {0};
	bool missing;
	psy_status status;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	m = modelscore_model_arg(fcinfo);
	explainer = explainer_of(m);
	output = output_of(fcinfo, 2, m->model, &sign);
	features = features_of(fcinfo, m);
	array = psyrad_new_float8_array(psy_model_features(m->model), &phi);
	status = psy_explain(explainer, output, features, m->explain_workspace, phi, &missing, &err);
	PSYRAD_CHECK(status, &err);
	if (missing)
		PG_RETURN_NULL();
	for (size_t k = 0; sign < 0 && k < psy_model_features(m->model); k++)
		phi[k] = -phi[k];
	PG_RETURN_ARRAYTYPE_P(array);
}

PG_FUNCTION_INFO_V1(model_explain_array);
Datum
model_explain_array(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, modelscore_features_array);
}

PG_FUNCTION_INFO_V1(model_explain_jsonb);
Datum
model_explain_jsonb(PG_FUNCTION_ARGS)
{
	return explain(fcinfo, modelscore_features_jsonb);
}

/* (model, class) */
PG_FUNCTION_INFO_V1(model_explain_base);
Datum
model_explain_base(PG_FUNCTION_ARGS)
{
	modelscore_model *m;
	double sign;
	size_t output;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	m = modelscore_model_arg(fcinfo);
	output = output_of(fcinfo, 1, m->model, &sign);
	PG_RETURN_FLOAT8(sign * psy_explain_base(explainer_of(m), output));
}
