/* model_io.c - the type model: input, output, and loading it from a document. */
#include "modelscore.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#define MODEL_MAGIC PSYRAD_MAGIC('m', 'd', 'l', '1')

static psy_status
check_model(const psyrad_header *state, Size size, psy_error *err)
{
	return psy_model_check((const psy_model *) state, size, err);
}

/* The smallest size only keeps the magic readable; psy_model_check knows the rest. */
const psyrad_state_type modelscore_type = {
	.name = "model", .magic = MODEL_MAGIC, .minimum = sizeof(psyrad_header), .check = check_model};

PG_FUNCTION_INFO_V1(model_in);
Datum
model_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_in(fcinfo, &modelscore_type));
}

PG_FUNCTION_INFO_V1(model_out);
Datum
model_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_out(fcinfo, &modelscore_type));
}

PG_FUNCTION_INFO_V1(model_recv);
Datum
model_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_recv(fcinfo, &modelscore_type));
}

PG_FUNCTION_INFO_V1(model_send);
Datum
model_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_send(fcinfo, &modelscore_type));
}

/* A malformed document is wrong text from the user, not a broken binary value. */
static void
raise_load_error(const psy_error *err)
{
	if (err->code != PSY_FORMAT)
		psyrad_raise(err);
	ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), errmsg("%s", err->message),
					err->hint[0] != '\0' ? errhint("%s", err->hint) : 0));
}

/* document (text or bytea: both are bytes here), format -> model. */
PG_FUNCTION_INFO_V1(model_load);
Datum
model_load(PG_FUNCTION_ARGS)
{
	bytea *document = PG_GETARG_BYTEA_PP(0);
	char *format = psyrad_cstring_arg(fcinfo, 1);
	psy_context ctx = psyrad_current_context();
	psy_error err = {0};
	psy_model *model;
	psy_status status = psy_model_compile(&ctx, VARDATA_ANY(document), VARSIZE_ANY_EXHDR(document), format,
										  &psy_model_default_limits, &model, &err);

	if (status != PSY_OK)
		raise_load_error(&err);
	SET_VARSIZE(model, psy_model_bytes(model));
	((psyrad_header *) model)->magic = MODEL_MAGIC;
	PG_RETURN_POINTER(model);
}

/* An array of labels as texts; NULL labels are refused. */
static psy_text *
labels_arg(FunctionCallInfo fcinfo, int argument, int *count)
{
	Datum *element;
	bool *null;
	psy_text *label;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), TEXTOID, -1, false, TYPALIGN_INT, &element, &null,
					  count);
	label = palloc(sizeof(psy_text) * Max(*count, 1));
	for (int k = 0; k < *count; k++)
	{
		text *value;

		if (null[k])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("class %d is NULL", k + 1)));
		value = DatumGetTextPP(element[k]);
		label[k] = (psy_text){VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
	}
	return label;
}

/* (model, classes, positive): either may be NULL. */
PG_FUNCTION_INFO_V1(model_relabel);
Datum
model_relabel(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	psy_error err = {0};
	psy_text *label = NULL, positive;
	psy_model *image;
	int labels = 0;
	psy_status status;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(1))
		label = labels_arg(fcinfo, 1, &labels);
	if (!PG_ARGISNULL(2))
		positive = (psy_text){VARDATA_ANY(PG_GETARG_TEXT_PP(2)), VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(2))};
	status =
		psy_model_relabel(&ctx, modelscore_plain_arg(fcinfo), label, labels,
						  PG_ARGISNULL(2) ? NULL : &positive, psy_model_default_limits.image, &image, &err);
	PSYRAD_CHECK(status, &err);
	SET_VARSIZE(image, psy_model_bytes(image));
	((psyrad_header *) image)->magic = MODEL_MAGIC;
	PG_RETURN_POINTER(image);
}
