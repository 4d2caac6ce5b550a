/*
 * cmd_ingest_instrument.c - psyrad ingest instrument FILE.json: a rating scale by its definition.
 *
 * What a definition may hold is the warehouse's to say (clinical.check_instrument), which names the place as items[3] or scheme x;
 * here the place becomes a line and a column of the file.
 */
#include "cmd.h"

#include "heap.h"
#include "models/json.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFINITION_LIMIT ((size_t) 1 << 20)

/* Where a word stands by itself in a text; NULL when it does not. */
static const char *
word_in(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = text; n > 0 && (p = strstr(p, word)) != NULL; p++)
		if ((p == text || (!isalnum((unsigned char) p[-1]) && p[-1] != '_')) && !isalnum((unsigned char) p[n]) && p[n] != '_')
			return p;
	return NULL;
}

/* The member of an object whose name comes first in a message; the object itself when none does. */
static const psy_json_node *
member_named(const psy_json *json, const psy_json_node *object, const char *message)
{
	const psy_json_node *found = object;
	const char *first = NULL;

	for (const psy_json_node *n = psy_json_first(json, object); n != NULL; n = psy_json_next(json, n))
	{
		const char *at = object->kind == PSY_JSON_OBJECT ? word_in(message, psy_json_key(json, n)) : NULL;

		if (at != NULL && (first == NULL || at < first))
		{
			first = at;
			found = n;
		}
	}
	return found;
}

/* The first band of the scheme that a message is about ("scheme x: ..."). */
static const psy_json_node *
scheme_named(const psy_json *json, const psy_json_node *cutoffs, const char *message)
{
	const char *at = strstr(message, "scheme ");
	size_t n;

	if (at == NULL || cutoffs == NULL)
		return NULL;
	at += strlen("scheme ");
	n = strcspn(at, ":");
	for (const psy_json_node *e = psy_json_first(json, cutoffs); e != NULL; e = psy_json_next(json, e))
	{
		const psy_json_node *scheme = e->kind == PSY_JSON_OBJECT ? psy_json_member(json, e, "scheme") : NULL;
		const char *name = scheme != NULL && scheme->kind == PSY_JSON_STRING ? psy_json_text(json, scheme) : "";

		if (strlen(name) == n && strncmp(name, at, n) == 0)
			return e;
	}
	return NULL;
}

/* The node that a message is about. */
static const psy_json_node *
place_of(const psy_json *json, const char *message)
{
	static const char *const lists[] = {"items", "cutoffs", "factors"};
	const psy_json_node *root = psy_json_root(json), *found;

	if (root->kind != PSY_JSON_OBJECT)
		return root;
	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
	{
		const char *at = word_in(message, lists[k]);
		const psy_json_node *list = psy_json_member(json, root, lists[k]), *e = list == NULL ? NULL : psy_json_first(json, list);

		if (at == NULL || e == NULL || at[strlen(lists[k])] != '[')
			continue;
		for (long n = atol(at + strlen(lists[k]) + 1); n > 1 && e != NULL; n--)
			e = psy_json_next(json, e);
		if (e != NULL)
			return member_named(json, e, at + strcspn(at, "]"));
	}
	found = scheme_named(json, psy_json_member(json, root, "cutoffs"), message);
	if (found != NULL)
		return found;
	message = strncmp(message, "instrument ", 11) == 0 ? message + strcspn(message, ":") : message;
	return member_named(json, root, message);
}

/* Where part stands in a text, or the text's end. */
static char *
part_or_end(char *text, const char *part)
{
	char *at = strstr(text, part);

	return at == NULL ? text + strlen(text) : at;
}

/* Asks the warehouse whether it is a definition, and adds line and column to what it says. */
static psy_status
check_definition(job *j, const psy_json *json, psy_error *err)
{
	psy_error why = {0};
	size_t line, column;

	if (session_query(j->db, NULL, &why, "SELECT clinical.check_instrument($1::jsonb)", 1, (const char *const[]){json->text}) == PSY_OK)
		return PSY_OK;
	if (j->db->lost)
	{
		*err = why;
		return why.code;
	}
	*part_or_end(why.message, " (SQLSTATE ") = '\0';
	psy_json_locate(json->text, place_of(json, why.message)->position, &line, &column);
	psy_fail(err, PSY_DOMAIN, "line %zu, column %zu: %s", line, column, why.message);
	return why.hint[0] ? psy_hint(err, "%s", why.hint) : err->code;
}

static psy_status
stage_instrument(job *j, psy_error *err)
{
	buffer document = {0};
	psy_json json = {0};
	psy_json_limits limits = psy_json_default_limits;
	psy_status status = read_document_again(j->path, ENCODING_AUTO, j->sha256, DEFINITION_LIMIT, &document, err);

	limits.bytes = DEFINITION_LIMIT;
	if (status == PSY_OK && document.size == 0)
		status = psy_fail(err, PSY_FORMAT, "the file is empty; expected a JSON object");
	if (status == PSY_OK)
		status = psy_json_parse(&heap_context, document.data, document.size, "JSON", &limits, &json, err);
	if (status == PSY_OK)
		status = check_definition(j, &json, err);
	psy_json_free(&heap_context, &json);
	if (status == PSY_OK)
	{
		j->read = 1;
		copy_row(&j->stage);
		copy_int8(&j->stage, 1);
		copy_text(&j->stage, document.data);
		status = copy_row_end(&j->stage, err);
	}
	buffer_free(&document);
	return status;
}

const loader load_instrument = {
	.name = "instrument",
	.summary = "a rating scale by its definition: items, ranges, bands, factors",
	.file = "FILE.json...",
	.target = "pg_temp.stage (\"row\", document)",
	.stage = stage_instrument,
};
