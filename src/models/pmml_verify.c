/*
 * pmml_verify.c - ModelVerification: the producer's own records, scored with the finished program when the document is
 * loaded.  A model that does not give what its producer saw is refused.
 *
 * Numbers agree when they differ by at most precision times what is expected, or when both are within zeroThreshold of 0;
 * labels when they are the same.  Outputs that psyrad does not compute are passed over.
 *
 * A document with float32 arithmetic (x-mathContext="float" of some model) cannot say in which order its producer added, so that some last
 * digits are lost whatever precision it states: there FLOAT_LOSS of the field's largest expected number is let pass.
 */
#include "models/pmml.h"

#include <math.h>
#include <string.h>

/* 8 units in float32's last place. */
#define FLOAT_LOSS 0x1p-20

typedef struct psy_pmml_check
{
	const char *field;
	const char *column;
	double precision;
	double zero;
	double loss; /* of float32 arithmetic */
	enum
	{
		CHECK_NOTHING,
		CHECK_INPUT,
		CHECK_ANSWER,
		CHECK_OUTPUT
	} what;
	uint32_t feature;
	psy_pmml_value value;
	struct psy_pmml_check *next;
} check;

/* ---- before the program is complete ---------------------------------------------------------- */

static const char *
without_prefix(const char *column)
{
	const char *colon = strchr(column, ':');

	return colon == NULL ? column : colon + 1;
}

static bool
is_output(const psy_xml *model, const char *name)
{
	const psy_xml *output = psy_xml_child(model, "Output");

	for (const psy_xml *field = output == NULL ? NULL : psy_xml_child(output, "OutputField"); field != NULL; field = psy_xml_again(field))
		if (psy_xml_get(field, "name") != NULL && strcmp(psy_xml_get(field, "name"), name) == 0)
			return true;
	return false;
}

/* Whether psyrad computes the output: it tries, and an error is taken back. */
static bool
computed(psy_pmml *c, psy_pmml_model *m, const psy_xml *at, const char *name, psy_pmml_value *value)
{
	psy_error kept = *c->err;

	*value = psy_pmml_field_value(c, m->scope, at, name);
	if (c->status != PSY_UNSUPPORTED && c->status != PSY_FORMAT)
		return psy_pmml_ok(c);
	c->status = PSY_OK;
	*c->err = kept;
	return false;
}

static void
note_field(psy_pmml *c, psy_pmml_model *m, const psy_xml *field)
{
	check *one = psy_pmml_get(c, 1, sizeof *one);
	const psy_pmml_data *data;

	if (one == NULL)
		return;
	one->field = psy_pmml_need(c, field, "field");
	one->column = psy_xml_get(field, "column") != NULL ? without_prefix(psy_xml_get(field, "column")) : one->field;
	one->precision = psy_pmml_number_or(c, field, "precision", 1e-6);
	one->zero = psy_pmml_number_or(c, field, "zeroThreshold", 1e-16);
	data = psy_pmml_find_data(c, one->field);
	one->next = c->checks;
	c->checks = one;
	if (!psy_pmml_ok(c))
		return;
	if (m->answer.target->name != NULL && strcmp(m->answer.target->name, one->field) == 0)
		one->what = CHECK_ANSWER;
	else if (data != NULL && data->feature >= 0)
	{
		one->what = CHECK_INPUT;
		one->feature = (uint32_t) data->feature;
	}
	else if (computed(c, m, field, one->field, &one->value))
		one->what = CHECK_OUTPUT; /* of the model, or of a segment */
	else if (!is_output(m->element, one->field) && psy_pmml_ok(c))
		psy_pmml_fail(c, field, PSY_FORMAT, "\"%.60s\" is neither an active field, nor the target, nor an output", one->field);
}

void
psy_pmml_note_verified(psy_pmml *c, psy_pmml_model *m)
{
	const psy_xml *verification = psy_xml_child(m->element, "ModelVerification");
	const psy_xml *fields = verification == NULL ? NULL : psy_xml_child(verification, "VerificationFields");
	uint32_t count = 0;

	for (const psy_xml *f = fields == NULL ? NULL : psy_xml_child(fields, "VerificationField"); f != NULL && psy_pmml_ok(c); f = psy_xml_again(f))
	{
		if (++count > 10000)
			psy_pmml_fail(c, fields, PSY_LIMIT, "more than 10000 VerificationFields");
		note_field(c, m, f);
	}
}

/* ---- one record ------------------------------------------------------------------------------ */

static const char *
cell(const psy_xml *row, const char *column)
{
	const psy_xml *found = psy_xml_child(row, column);

	return found == NULL || found->text[0] == '\0' ? NULL : found->text;
}

/* The feature as a user would give it. */
static double
input(psy_pmml *c, const psy_xml *row, uint32_t feature, const char *text)
{
	const psy_pmml_data *data = c->feature[feature];
	uint32_t count;
	double *symbol;

	if (text == NULL)
		return NAN;
	if (data->type != PSY_PMML_STRING)
		return psy_pmml_literal(c, row, data->type, text);
	symbol = psy_pmml_texts_of(c, data, &count);
	for (uint32_t k = 0; k < count && psy_pmml_ok(c); k++)
		if (strcmp(c->symbol[(uint32_t) symbol[k]], text) == 0)
			return k;
	return PSY_PMML_OTHER;
}

static bool
agree(const check *one, double expected, double got)
{
	if (fabs(got - expected) <= one->loss)
		return true;
	if (fabs(expected) <= one->zero)
		return fabs(got) <= one->zero;
	return fabs(got - expected) <= one->precision * fabs(expected);
}

static void
mismatch(psy_pmml *c, const psy_xml *row, const check *one, uint32_t record, const char *expected, const char *got)
{
	psy_pmml_fail(c, row, PSY_DOMAIN, "ModelVerification, record %u, field \"%.60s\": expected %.60s, got %.60s", record, one->field, expected, got);
	psy_hint(c->err, "The document does not give what its producer recorded. Export it again: without loss of precision, or with records that "
					 "state the precision it has.");
}

static void
check_number(psy_pmml *c, const psy_xml *row, const check *one, uint32_t record, const char *text, double got)
{
	double expected = psy_pmml_number(c, row, one->field, text);
	char shown[32] = "";

	psy_append(shown, sizeof shown, "%.15g", got);
	if (psy_pmml_ok(c) && !agree(one, expected, got))
		mismatch(c, row, one, record, text, isnan(got) ? "no value" : shown);
}

static void
check_label(psy_pmml *c, const psy_xml *row, const check *one, uint32_t record, const char *text, const psy_pmml_target *target, double got)
{
	uint32_t expected = psy_pmml_class(c, row, target, text);

	if (psy_pmml_ok(c) && !(got == expected))
		mismatch(c, row, one, record, text, got >= 0 && got < target->labels ? target->text[(uint32_t) got] : "no label");
}

static void
check_output(psy_pmml *c, const psy_xml *row, const check *one, uint32_t record, const char *text, double got)
{
	if (one->value.type != PSY_PMML_STRING && one->value.type != PSY_PMML_BOOLEAN)
		check_number(c, row, one, record, text, got);
	else if (!(got == psy_pmml_literal(c, row, one->value.type, text)))
		mismatch(c, row, one, record, text, one->value.type == PSY_PMML_STRING && got >= 0 && got < c->symbols ? c->symbol[(uint32_t) got] : "another value");
}

static void
verify_row(psy_pmml *c, const psy_xml *row, uint32_t record, const psy_pmml_answer *answer, const psy_pmml_view *program, double *r)
{
	const psy_pmml_ins *failed;

	for (uint32_t k = 0; k < c->features; k++)
		r[k] = NAN;
	for (const check *one = c->checks; one != NULL && psy_pmml_ok(c); one = one->next)
		if (one->what == CHECK_INPUT)
			r[one->feature] = input(c, row, one->feature, cell(row, one->column));
	if (!psy_pmml_ok(c))
		return;
	if ((failed = psy_pmml_execute(program, r)) != NULL)
	{
		psy_pmml_fail(c, row, PSY_DOMAIN, "ModelVerification, record %u: the value of \"%.60s\" is invalid or missing", record,
					  c->symbol[c->feature[failed->a]->name]);
		return;
	}
	for (const check *one = c->checks; one != NULL && psy_pmml_ok(c); one = one->next)
	{
		const char *text = cell(row, one->column);

		if (text == NULL || one->what == CHECK_INPUT || one->what == CHECK_NOTHING)
			continue;
		if (one->what == CHECK_ANSWER && c->several.values > 0)
			continue; /* nobody says whose */
		if (one->what == CHECK_OUTPUT)
			check_output(c, row, one, record, text, r[one->value.reg]);
		else if (answer->classifies)
			check_label(c, row, one, record, text, answer->target, r[answer->value]);
		else
			check_number(c, row, one, record, text, r[answer->value]);
	}
}

static void
allow_float_loss(const psy_pmml *c, const psy_xml *table, check *one)
{
	double most = 0, value;

	for (const psy_xml *row = psy_xml_child(table, "row"); row != NULL; row = psy_xml_again(row))
	{
		const char *text = cell(row, one->column);

		if (text != NULL && psy_pmml_is_number(c, text, &value))
			most = fmax(most, fabs(value));
	}
	one->loss = FLOAT_LOSS * most;
}

void
psy_pmml_verify(psy_pmml *c, const psy_xml *model, const psy_pmml_answer *answer, const psy_pmml_view *program)
{
	const psy_xml *verification = psy_xml_child(model, "ModelVerification");
	const psy_xml *table = verification == NULL ? NULL : psy_xml_child(verification, "InlineTable");
	uint32_t record = 0;
	double *r;

	/* The records speak of the whole model, not of a segment that is asked for. */
	if (verification == NULL || c->wanted != NULL)
		return;
	if (table == NULL)
		psy_pmml_fail(c, verification, PSY_UNSUPPORTED, "without an InlineTable it is not supported");
	if ((r = psy_pmml_get(c, program->head->registers, sizeof *r)) == NULL)
		return;
	for (check *one = c->checks; one != NULL && psy_pmml_ok(c) && c->any_float; one = one->next)
		allow_float_loss(c, table, one);
	for (const psy_xml *row = psy_xml_child(table, "row"); row != NULL && psy_pmml_ok(c); row = psy_xml_again(row))
	{
		verify_row(c, row, ++record, answer, program, r);
		psy_pmml_poll(c);
	}
	c->verified = record;
}
