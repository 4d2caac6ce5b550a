/* json_read.c - typed, strict access to the tree of json.h, with errors that say where. */
#include "models/json.h"
#include "models/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

const psy_json_node *
psy_json_member(const psy_json *json, const psy_json_node *object, const char *key)
{
	if (object->kind != PSY_JSON_OBJECT)
		return NULL;
	for (const psy_json_node *member = psy_json_first(json, object); member != NULL;
		 member = psy_json_next(json, member))
		if (strcmp(psy_json_key(json, member), key) == 0)
			return member;
	return NULL;
}

/* ---- paths and errors ------------------------------------------------------------------------ */

static bool
plain_key(const char *key)
{
	for (const char *c = key; *c != '\0'; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9') && *c != '_')
			return false;
	return *key != '\0' && strlen(key) <= 40;
}

/* Nodes lie in document order, so the way to target leads through the last child that does not come after it.
 */
static const psy_json_node *
step_towards(const psy_json *json, const psy_json_node *container, const psy_json_node *target, size_t *index)
{
	const psy_json_node *via = psy_json_first(json, container);

	*index = 0;
	for (const psy_json_node *next; (next = psy_json_next(json, via)) != NULL && next <= target; via = next)
		++*index;
	return via;
}

static void
path_of(const psy_json *json, const psy_json_node *target, char *path, size_t size)
{
	const psy_json_node *at = psy_json_root(json);

	strcpy(path, "$");
	while (at != target)
	{
		size_t index;
		const psy_json_node *via = step_towards(json, at, target, &index);

		if (at->kind == PSY_JSON_ARRAY)
			psy_append(path, size, "[%zu]", index);
		else if (plain_key(psy_json_key(json, via)))
			psy_append(path, size, ".%s", psy_json_key(json, via));
		else
			psy_append(path, size, "[\"%.*s\"]",
					   psy_utf8_clip(psy_json_key(json, via), strlen(psy_json_key(json, via)), 40),
					   psy_json_key(json, via));
		at = via;
		/* Six steps may be long ones; deeper than that the tail is left out, between characters. */
		if (strlen(path) + 64 > size)
		{
			psy_append(path, size, "...");
			return;
		}
	}
}

static psy_status
fail_at(const psy_json *json, const psy_json_node *node, size_t position, psy_status code, psy_error *err,
		const char *format, va_list args)
{
	char path[144];
	psy_error what;
	size_t line, column;

	psy_fail_with(&what, code, format, args);
	path_of(json, node, path, sizeof path);
	if (json->binary)
		return psy_fail(err, code, "%s, byte %zu, %s: %s", json->format, position, path, what.message);
	psy_json_locate(json->text, position, &line, &column);
	return psy_fail(err, code, "%s, line %zu, column %zu, %s: %s", json->format, line, column, path,
					what.message);
}

psy_status
psy_json_fail(const psy_json *json, const psy_json_node *node, psy_status code, psy_error *err,
			  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_at(json, node, node->position, code, err, format, args);
	va_end(args);
	return code;
}

psy_status
psy_json_fail_at(const psy_json *json, const psy_json_node *node, size_t position, psy_status code,
				 psy_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_at(json, node, position, code, err, format, args);
	va_end(args);
	return code;
}

/* ---- typed access ---------------------------------------------------------------------------- */

static const char *
kind_name(uint32_t kind)
{
	static const char *const name[] = {"null",     "false",    "true",     "a number",
									   "a string", "an array", "an object"};

	return name[kind];
}

psy_status
psy_json_expect(const psy_json *json, const psy_json_node *node, psy_json_kind kind, psy_error *err)
{
	if (node->kind == kind)
		return PSY_OK;
	return psy_json_fail(json, node, PSY_FORMAT, err, "%s, %s expected", kind_name(node->kind),
						 kind_name(kind));
}

psy_status
psy_json_need(const psy_json *json, const psy_json_node *object, const char *key, psy_json_kind kind,
			  const psy_json_node **member, psy_error *err)
{
	*member = psy_json_member(json, object, key);
	if (*member == NULL)
		return psy_json_fail(json, object, PSY_FORMAT, err, "the key \"%s\" is missing", key);
	return psy_json_expect(json, *member, kind, err);
}

psy_status
psy_json_only(const psy_json *json, const psy_json_node *object, const char *const *allowed, psy_error *err)
{
	if (object->kind != PSY_JSON_OBJECT)
		return psy_json_expect(json, object, PSY_JSON_OBJECT, err);
	for (const psy_json_node *m = psy_json_first(json, object); m != NULL; m = psy_json_next(json, m))
	{
		const char *key = psy_json_key(json, m);
		size_t k = 0;

		while (allowed[k] != NULL && strcmp(allowed[k], key) != 0)
			k++;
		if (allowed[k] != NULL)
			continue;
		psy_json_fail(json, m, PSY_FORMAT, err, "unknown key \"%.*s\"", psy_utf8_clip(key, strlen(key), 60),
					  key);
		psy_hint(err, "Known here:");
		for (k = 0; err != NULL && allowed[k] != NULL; k++)
			psy_append(err->hint, sizeof err->hint, "%s %s", k == 0 ? "" : ",", allowed[k]);
		return PSY_FORMAT;
	}
	return PSY_OK;
}

psy_status
psy_json_numbers(const psy_json *json, const psy_json_node *array, size_t count, double *value,
				 psy_error *err)
{
	return psy_json_strided(json, array, count, 1, value, err);
}

psy_status
psy_json_strided(const psy_json *json, const psy_json_node *array, size_t count, size_t stride, double *value,
				 psy_error *err)
{
	size_t k = 0;

	if (array->kind != PSY_JSON_ARRAY)
		return psy_json_expect(json, array, PSY_JSON_ARRAY, err);
	if (array->as.children.count != count)
		return psy_json_fail(json, array, PSY_FORMAT, err, "%u numbers, %zu expected",
							 array->as.children.count, count);
	for (const psy_json_node *n = psy_json_first(json, array); n != NULL; n = psy_json_next(json, n))
	{
		if (n->kind != PSY_JSON_NUMBER)
			return psy_json_expect(json, n, PSY_JSON_NUMBER, err);
		value[k++ * stride] = n->as.number;
	}
	return PSY_OK;
}

psy_status
psy_json_count(const psy_json *json, const psy_json_node *node, size_t most, size_t *value, psy_error *err)
{
	if (node->kind != PSY_JSON_NUMBER)
		return psy_json_expect(json, node, PSY_JSON_NUMBER, err);
	if (!(node->as.number >= 0 && node->as.number <= (double) most) ||
		node->as.number != floor(node->as.number))
		return psy_json_fail(json, node, PSY_FORMAT, err, "%g, a whole number from 0 to %zu expected",
							 node->as.number, most);
	*value = (size_t) node->as.number;
	return PSY_OK;
}
