/* dictionary.c - REDCap's and BIDS's data dictionaries; see dictionary.h. */
#include "dictionary.h"

#include "document.h"
#include "header.h"
#include "heap.h"
#include "models/json.h"
#include "reader_csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static dictionary_field *
add_field(dictionary *d, const char *name, const char *label)
{
	d->field = grow(d->field, d->fields + 1, sizeof *d->field);
	d->field[d->fields] = (dictionary_field){.name = fold_header(name), .label = fold_header(label)};
	return &d->field[d->fields++];
}

/* "0, Absent | 1, Mild": the code ends at the first comma. */
static psy_status
add_choices(dictionary_field *f, const char *choices, long line, psy_error *err)
{
	while (*choices)
	{
		size_t n = strcspn(choices, "|"), comma = strcspn(choices, ",");
		const char *from = choices + strspn(choices, " "), *to = choices + n;

		if (comma >= n)
			return psy_fail(err, PSY_FORMAT, "line %ld of the dictionary: a choice without a code and a comma", line);
		for (; to > choices + comma + 1 && to[-1] == ' '; to--)
			;
		size_t size = (size_t) (choices + comma - from);
		for (; size > 0 && from[size - 1] == ' '; size--)
			;
		char *code = keep_bytes(from, size);
		from = choices + comma + 1;
		for (; from < to && *from == ' '; from++)
			;
		char *answer = keep_bytes(from, (size_t) (to - from));
		list_add(&f->code, code);
		list_add(&f->answer, answer);
		free(code);
		free(answer);
		choices += n + (choices[n] == '|');
	}
	return PSY_OK;
}

enum redcap_column
{
	NAME,
	KIND,
	LABEL,
	CHOICES,
	REDCAP_COLUMNS
};

static psy_status
redcap_header(const csv_reader *csv, int at[REDCAP_COLUMNS], psy_error *err)
{
	static const char *const names[REDCAP_COLUMNS] = {"variable_field_name|field_name", "field_type", "field_label",
													  "choices_calculations_or_slider_labels|select_choices_or_calculations"};

	for (int k = 0; k < REDCAP_COLUMNS; k++)
	{
		at[k] = -1;
		for (size_t c = 0; c < csv->cells; c++)
		{
			char *folded = fold_header(csv_cell(csv, c));

			if (header_among(folded, names[k]))
				at[k] = (int) c;
			free(folded);
		}
		if (at[k] < 0)
			return psy_fail(err, PSY_FORMAT, "not a data dictionary of REDCap (its header has no %s) nor of BIDS (JSON)", names[k]);
	}
	return PSY_OK;
}

static psy_status
read_redcap(dictionary *d, csv_reader *csv, psy_error *err)
{
	int at[REDCAP_COLUMNS];
	bool more;
	psy_status status = csv_next(csv, &more, err);

	if (status == PSY_OK && !more)
		status = psy_fail(err, PSY_FORMAT, "the dictionary is empty");
	if (status == PSY_OK)
		status = redcap_header(csv, at, err);
	while (status == PSY_OK && (status = csv_next(csv, &more, err)) == PSY_OK && more)
	{
		const char *kind;
		dictionary_field *f;

		for (int k = 0; k < REDCAP_COLUMNS; k++)
			if ((size_t) at[k] >= csv->cells)
				return psy_fail(err, PSY_SHAPE, "line %ld of the dictionary has %zu cells only", csv->line, csv->cells);
		kind = csv_cell(csv, (size_t) at[KIND]);
		f = add_field(d, csv_cell(csv, (size_t) at[NAME]), csv_cell(csv, (size_t) at[LABEL]));
		if (strcmp(kind, "radio") == 0 || strcmp(kind, "dropdown") == 0)
			status = add_choices(f, csv_cell(csv, (size_t) at[CHOICES]), csv->line, err);
	}
	return status;
}

/* A level is "code": "answer", or in newer versions "code": {"Description": "answer"}. */
static void
add_levels(dictionary_field *f, const psy_json *json, const psy_json_node *levels)
{
	for (const psy_json_node *n = psy_json_first(json, levels); n != NULL; n = psy_json_next(json, n))
	{
		const psy_json_node *text = n->kind == PSY_JSON_OBJECT ? psy_json_member(json, n, "Description") : n;

		list_add(&f->code, psy_json_key(json, n));
		list_add(&f->answer, text != NULL && text->kind == PSY_JSON_STRING ? psy_json_text(json, text) : "");
	}
}

static const char *
text_member(const psy_json *json, const psy_json_node *object, const char *key)
{
	const psy_json_node *found = object->kind == PSY_JSON_OBJECT ? psy_json_member(json, object, key) : NULL;

	return found != NULL && found->kind == PSY_JSON_STRING ? psy_json_text(json, found) : "";
}

static psy_status
read_bids(dictionary *d, const buffer *text, psy_error *err)
{
	psy_json_limits limits = psy_json_default_limits;
	psy_json json = {0};
	psy_status status;

	limits.keys = 4096;
	status = psy_json_parse(&heap_context, text->data, text->size, "JSON", &limits, &json, err);
	if (status == PSY_OK && psy_json_root(&json)->kind != PSY_JSON_OBJECT)
		status = psy_fail(err, PSY_FORMAT, "the dictionary is no JSON object");
	for (const psy_json_node *n = status == PSY_OK ? psy_json_first(&json, psy_json_root(&json)) : NULL; n != NULL;
		 n = psy_json_next(&json, n))
	{
		const psy_json_node *levels;
		dictionary_field *f;

		if (n->kind != PSY_JSON_OBJECT)
			continue;
		if (strcmp(psy_json_key(&json, n), "MeasurementToolMetadata") == 0)
		{
			free(d->tool);
			d->tool = keep_text(text_member(&json, n, "Description"));
			continue;
		}
		f = add_field(d, psy_json_key(&json, n), text_member(&json, n, "LongName"));
		levels = psy_json_member(&json, n, "Levels");
		if (levels != NULL && levels->kind == PSY_JSON_OBJECT)
			add_levels(f, &json, levels);
	}
	psy_json_free(&heap_context, &json);
	return status;
}

psy_status
dictionary_parse(dictionary *d, const buffer *text, psy_error *err)
{
	source from;
	csv_reader csv = {0};
	psy_status status;

	*d = (dictionary){0};
	if (text->size > 0 && text->data[strspn(text->data, " \t\r\n")] == '{')
		return read_bids(d, text, err);
	source_memory(&from, text->data, text->size);
	status = csv_open(&csv, &from, ENCODING_UTF8, ',', err);
	if (status == PSY_OK)
		status = read_redcap(d, &csv, err);
	csv_done(&csv);
	source_close(&from);
	return status;
}

psy_status
dictionary_read(dictionary *d, const char *path, uint8_t sha256[SHA256_BYTES], psy_error *err)
{
	buffer text = {0};
	psy_status status = read_document(path, DICTIONARY_LIMIT, &text, sha256, err);

	*d = (dictionary){0};
	if (status == PSY_OK)
		status = dictionary_parse(d, &text, err);
	buffer_free(&text);
	return status;
}

const dictionary_field *
dictionary_find(const dictionary *d, const char *folded)
{
	const dictionary_field *labelled = NULL;

	for (size_t i = 0; i < d->fields; i++)
		if (strcmp(d->field[i].name, folded) == 0)
			return &d->field[i];
	for (size_t i = 0; i < d->fields; i++)
		if (*folded && strcmp(d->field[i].label, folded) == 0)
		{
			if (labelled != NULL)
				return NULL;
			labelled = &d->field[i];
		}
	return labelled;
}

const char *
dictionary_code(const dictionary_field *field, const char *cell)
{
	for (size_t i = 0; i < field->code.count; i++)
		if (strcmp(field->code.item[i], cell) == 0)
			return field->code.item[i];
	for (size_t i = 0; i < field->code.count; i++)
		if (strcasecmp(field->answer.item[i], cell) == 0 || strcasecmp(field->code.item[i], cell) == 0)
			return field->code.item[i];
	return NULL;
}

void
dictionary_free(dictionary *d)
{
	for (size_t i = 0; i < d->fields; i++)
	{
		free(d->field[i].name);
		free(d->field[i].label);
		list_free(&d->field[i].code);
		list_free(&d->field[i].answer);
	}
	free(d->field);
	free(d->tool);
	*d = (dictionary){0};
}
