/*
 * json.c - YAJL's events into the tree of json.h.
 *
 * YAJL uses what its allocator returns without looking, so it gets a reserve (a bump allocator over one
 * block) that is large enough for any text json_scan.c lets through: two buffers that double up to the
 * longest token, and small change.
 */
#include "models/json.h"
#include "models/utf8.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

const psy_json_limits psy_json_default_limits = PSY_JSON_DEFAULT_LIMITS;

/* ---- the reserve ----------------------------------------------------------------------------- */

typedef struct reserve
{
	char *block;
	size_t size;
	size_t used;
} reserve;

#define RESERVE_UNIT 16 /* alignment, and the room before each piece that holds its size */

/* Each of YAJL's two buffers grows 2048 -> 2^k > token; a bump allocator keeps all steps: their sum is below
 * 4 times. */
static size_t
reserve_size(const psy_json_limits *limits)
{
	return 2 * 4 * (limits->token + 4096) + 16384;
}

static void *
reserve_alloc(void *arg, size_t bytes)
{
	reserve *r = arg;
	size_t need = (bytes + RESERVE_UNIT - 1) / RESERVE_UNIT * RESERVE_UNIT + RESERVE_UNIT;
	char *piece = r->block + r->used;

	if (need < bytes || need > r->size - r->used)
		return NULL;
	memcpy(piece, &bytes, sizeof bytes);
	r->used += need;
	return piece + RESERVE_UNIT;
}

static void *
reserve_realloc(void *arg, void *pointer, size_t bytes)
{
	void *piece = reserve_alloc(arg, bytes);
	size_t old;

	if (pointer == NULL || piece == NULL)
		return piece;
	memcpy(&old, (char *) pointer - RESERVE_UNIT, sizeof old);
	memcpy(piece, pointer, old < bytes ? old : bytes);
	return piece;
}

static void
reserve_free(void *arg, void *pointer)
{
	(void) arg;
	(void) pointer;
}

/* ---- events ---------------------------------------------------------------------------------- */

typedef struct parser
{
	const psy_context *ctx;
	psy_json *json;
	const psy_json_limits *limits;
	psy_error *err;
	yajl_handle handle;
	locale_t c_locale;
	size_t capacity;  /* nodes allocated */
	size_t pool_used; /* never beyond the document's bytes: what a string decodes to, and its zero, fit its
						 quotes */
	uint32_t key;     /* of the value to come, + 1 */
	unsigned depth;
	uint32_t open[PSY_JSON_MAX_DEPTH];
	uint32_t last[PSY_JSON_MAX_DEPTH]; /* last child of the open container; 0 for none */
} parser;

/* Where the token that YAJL has just read begins. */
static uint32_t
token_start(const parser *p, size_t length)
{
	size_t end = yajl_get_bytes_consumed(p->handle);

	return (uint32_t) (end < length ? 0 : end - length);
}

/* The same for a string, whose written length is unknown once it is decoded: back to the unescaped quote. */
static uint32_t
string_start(const parser *p)
{
	const char *text = p->json->text;
	size_t end = yajl_get_bytes_consumed(p->handle);

	for (size_t at = end < 2 ? 0 : end - 2; at > 0; at--)
	{
		size_t slashes = 0;

		if (text[at] != '"')
			continue;
		while (slashes < at && text[at - 1 - slashes] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			return (uint32_t) at;
	}
	return 0;
}

#define POLL_EVERY 65536 /* nodes: some milliseconds */

/* A node under the open container; NULL after filling the error. */
static psy_json_node *
add_node(parser *p, psy_json_kind kind, uint32_t position)
{
	psy_json *json = p->json;
	uint32_t index = json->nodes;
	psy_json_node *node = json->node + index;

	if (index >= p->capacity)
	{
		psy_fail(p->err, PSY_FORMAT, "%s: more values than commas and brackets allow", json->format);
		return NULL;
	}
	if (index % POLL_EVERY == POLL_EVERY - 1 && psy_poll(p->ctx, p->err) != PSY_OK)
		return NULL;
	*node = (psy_json_node){.kind = kind, .position = position, .key = p->key};
	p->key = 0;
	json->nodes++;
	if (p->depth > 0)
	{
		psy_json_node *parent = json->node + p->open[p->depth - 1];
		uint32_t *last = &p->last[p->depth - 1];

		if (*last == 0)
			parent->as.children.first = index;
		else
			json->node[*last].next = index;
		*last = index;
		parent->as.children.count++;
	}
	return node;
}

static int
on_null(void *arg)
{
	return add_node(arg, PSY_JSON_NULL, token_start(arg, 4)) != NULL;
}

static int
on_boolean(void *arg, int value)
{
	return add_node(arg, value ? PSY_JSON_TRUE : PSY_JSON_FALSE, token_start(arg, value ? 4 : 5)) != NULL;
}

static int
on_number(void *arg, const char *text, size_t length)
{
	parser *p = arg;
	char copy[512];
	psy_json_node *node = add_node(p, PSY_JSON_NUMBER, token_start(p, length));

	if (node == NULL)
		return 0;
	if (length >= sizeof copy)
	{
		psy_json_fail(p->json, node, PSY_LIMIT, p->err, "a number of %zu characters, at most %zu are read",
					  length, sizeof copy - 1);
		return 0;
	}
	memcpy(copy, text, length);
	copy[length] = '\0';
	node->as.number = strtod_l(copy, NULL, p->c_locale);
	if (!isfinite(node->as.number))
	{
		psy_json_fail(p->json, node, PSY_FORMAT, p->err, "%.40s is beyond double precision", copy);
		return 0;
	}
	return 1;
}

/* Copies a decoded string, with a zero behind it, into the pool. */
static uint32_t
keep_string(parser *p, const unsigned char *text, size_t length)
{
	size_t at = p->pool_used;

	memcpy(p->json->pool + at, text, length);
	p->json->pool[at + length] = '\0';
	p->pool_used += length + 1;
	return (uint32_t) at;
}

static int
on_string(void *arg, const unsigned char *text, size_t length)
{
	psy_json_node *node = add_node(arg, PSY_JSON_STRING, string_start(arg));

	if (node == NULL)
		return 0;
	node->as.string.text = keep_string(arg, text, length);
	node->as.string.length = (uint32_t) length;
	return 1;
}

static int
open_container(parser *p, psy_json_kind kind)
{
	psy_json_node *node = add_node(p, kind, token_start(p, 1));

	if (node == NULL)
		return 0;
	if (p->depth == PSY_JSON_MAX_DEPTH)
	{
		psy_json_fail(p->json, node, PSY_LIMIT, p->err, "nested too deeply");
		return 0;
	}
	p->open[p->depth] = (uint32_t) (node - p->json->node);
	p->last[p->depth++] = 0;
	return 1;
}

static int
on_start_map(void *arg)
{
	return open_container(arg, PSY_JSON_OBJECT);
}

static int
on_start_array(void *arg)
{
	return open_container(arg, PSY_JSON_ARRAY);
}

static int
on_end(void *arg)
{
	parser *p = arg;

	p->depth--;
	return 1;
}

static int
on_map_key(void *arg, const unsigned char *text, size_t length)
{
	parser *p = arg;
	const psy_json *json = p->json;
	uint32_t at = keep_string(p, text, length);
	const char *key = json->pool + at;
	const psy_json_node *object = json->node + p->open[p->depth - 1];

	p->key = at + 1;
	if (object->as.children.count >= p->limits->keys)
	{
		psy_json_fail(json, object, PSY_LIMIT, p->err, "an object of more than %zu keys", p->limits->keys);
		return 0;
	}
	if (object->as.children.count > 0 && psy_json_member(json, object, key) != NULL)
	{
		psy_json_fail_at(json, object, string_start(p), PSY_FORMAT, p->err, "the key \"%.*s\" stands twice",
						 psy_utf8_clip(key, length, 60), key);
		return 0;
	}
	return 1;
}

static const yajl_callbacks callbacks = {.yajl_null = on_null,
										 .yajl_boolean = on_boolean,
										 .yajl_number = on_number,
										 .yajl_string = on_string,
										 .yajl_start_map = on_start_map,
										 .yajl_map_key = on_map_key,
										 .yajl_end_map = on_end,
										 .yajl_start_array = on_start_array,
										 .yajl_end_array = on_end};

/* ---- the document ---------------------------------------------------------------------------- */

static bool
separates(char c)
{
	return c != '\0' && strchr(" \t\r\n,:[]{}\"", c) != NULL;
}

/* Where the token begins that YAJL stumbled over: it has read to the token's end, or to the end of the text.
 */
static size_t
offending_token(const parser *p, bool at_end)
{
	const psy_json *json = p->json;
	size_t at = yajl_get_bytes_consumed(p->handle);

	if (at_end || at > json->bytes)
		return json->bytes;
	if (at == 0)
		return 0;
	if (json->text[at - 1] == '"')
		return string_start(p);
	at--;
	while (at > 0 && !separates(json->text[at]) && !separates(json->text[at - 1]))
		at--;
	return at;
}

/* YAJL's sentence ("parse error: ...\n") as ours. */
static psy_status
syntax_error(parser *p, bool at_end)
{
	const psy_json *json = p->json;
	unsigned char *sentence = yajl_get_error(p->handle, 0, (const unsigned char *) json->text, json->bytes);
	const char *text = sentence == NULL ? "not JSON" : (const char *) sentence;
	const char *end = strchr(text, '\n');
	size_t line, column;

	psy_json_locate(json->text, offending_token(p, at_end), &line, &column);
	return psy_fail(p->err, PSY_FORMAT, "%s, line %zu, column %zu: %.*s", json->format, line, column,
					end == NULL ? (int) strlen(text) : (int) (end - text), text);
}

static psy_status
run_yajl(parser *p, reserve *memory)
{
	yajl_alloc_funcs functions = {reserve_alloc, reserve_realloc, reserve_free, memory};
	const psy_json *json = p->json;
	yajl_status status;
	bool at_end;

	p->handle = yajl_alloc(&callbacks, &functions, p);
	if (p->handle == NULL)
		return psy_fail(p->err, PSY_NOMEM, "out of memory for the JSON parser");
	status = yajl_parse(p->handle, (const unsigned char *) json->text, json->bytes);
	at_end = status == yajl_status_ok;
	if (at_end)
		status = yajl_complete_parse(p->handle);
	if (status == yajl_status_error)
		syntax_error(p, at_end);
	yajl_free(p->handle);
	return status == yajl_status_ok ? PSY_OK : p->err->code;
}

psy_status
psy_json_parse(const psy_context *ctx, const char *text, size_t bytes, const char *format,
			   const psy_json_limits *limits, psy_json *out, psy_error *err)
{
	psy_error local;
	psy_json_scan scan;
	parser p = {.ctx = ctx, .json = out, .limits = limits, .err = err == NULL ? &local : err};
	reserve memory = {NULL, reserve_size(limits), 0};
	void *nodes = NULL, *pool = NULL, *block = NULL;
	psy_status status;

	*out = (psy_json){.text = text, .bytes = bytes, .format = format};
	if ((status = psy_json_survey(text, bytes, format, limits, &scan, p.err)) != PSY_OK ||
		(status = psy_alloc(ctx, scan.values, sizeof(psy_json_node), &nodes, p.err)) != PSY_OK)
		return status;
	out->node = nodes;
	p.capacity = scan.values;
	if ((status = psy_alloc(ctx, bytes + 1, 1, &pool, p.err)) != PSY_OK)
		return status;
	out->pool = pool;
	if ((status = psy_alloc(ctx, memory.size, 1, &block, p.err)) != PSY_OK)
		return status;
	memory.block = block;
	p.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
	status = p.c_locale == (locale_t) 0 ? psy_fail(p.err, PSY_NOMEM, "no C locale") : run_yajl(&p, &memory);
	if (p.c_locale != (locale_t) 0)
		freelocale(p.c_locale);
	psy_release(ctx, block);
	return status;
}

void
psy_json_free(const psy_context *ctx, psy_json *json)
{
	psy_release(ctx, json->node);
	psy_release(ctx, json->pool);
	json->node = NULL;
	json->pool = NULL;
	json->nodes = 0;
}
