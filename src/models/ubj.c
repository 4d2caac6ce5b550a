/*
 * ubj.c - reads UBJSON twice with the same code: the first pass checks and counts, the second one fills a
 * tree of exactly that size, so that nothing in the data decides how much is allocated before it was seen to
 * be there.
 */
#include "models/ubj.h"
#include "models/utf8.h"

#include <math.h>
#include <string.h>

#define POLL_EVERY 65536

typedef struct ubj_reader
{
	const psy_context *ctx;
	const unsigned char *data;
	size_t bytes;
	size_t at;
	const char *format;
	const psy_json_limits *limits;
	const char *const *skip;
	psy_error *err;
	size_t depth;
	size_t muted; /* inside values that are not kept */
	size_t nodes;
	size_t pool;
	psy_json *out; /* NULL while counting */
} ubj_reader;

static psy_status
refuse(const ubj_reader *r, psy_status code, size_t at, const char *what)
{
	return psy_fail(r->err, code, "%s, byte %zu: %s", r->format, at, what);
}

/* Size of a number of that type; 0 for what is no number. */
static size_t
size_of_type(unsigned char type)
{
	switch (type)
	{
		case 'i':
		case 'U': return 1;
		case 'I': return 2;
		case 'l':
		case 'd': return 4;
		case 'L':
		case 'D': return 8;
		default: return 0;
	}
}

static uint64_t
big_endian(const unsigned char *byte, size_t size)
{
	uint64_t bits = 0;

	for (size_t k = 0; k < size; k++)
		bits = bits << 8 | byte[k];
	return bits;
}

static double
decode(unsigned char type, const unsigned char *byte)
{
	uint64_t bits = big_endian(byte, size_of_type(type));
	uint32_t narrow = (uint32_t) bits;
	float single;
	double wide;

	switch (type)
	{
		case 'i': return (int8_t) bits;
		case 'I': return (int16_t) bits;
		case 'l': return (int32_t) bits;
		case 'L': return (double) (int64_t) bits;
		case 'd': memcpy(&single, &narrow, sizeof single); return (double) single;
		case 'D': memcpy(&wide, &bits, sizeof wide); return wide;
		default: return (double) bits;
	}
}

static psy_status
need_bytes(const ubj_reader *r, size_t count)
{
	if (count <= r->bytes - r->at)
		return PSY_OK;
	return refuse(r, PSY_FORMAT, r->bytes, "the document ends within a value");
}

/* A number of the given type at the reader. */
static psy_status
read_number(ubj_reader *r, unsigned char type, double *number)
{
	size_t size = size_of_type(type);
	psy_status status = need_bytes(r, size);

	if (status != PSY_OK)
		return status;
	*number = decode(type, r->data + r->at);
	if (!r->muted && (!isfinite(*number) || (type == 'L' && fabs(*number) > 9007199254740992.0)))
		return refuse(r, PSY_FORMAT, r->at, "a number that is not finite, or beyond double precision");
	r->at += size;
	return PSY_OK;
}

/* A count or length with its type marker. */
static psy_status
read_length(ubj_reader *r, size_t *length)
{
	size_t start = r->at;
	double number;
	unsigned char type;
	psy_status status = need_bytes(r, 1);

	if (status != PSY_OK)
		return status;
	type = r->data[r->at++];
	if (type == 'd' || type == 'D' || size_of_type(type) == 0)
		return refuse(r, PSY_FORMAT, start, "a length that is no whole number");
	if ((status = read_number(r, type, &number)) != PSY_OK)
		return status;
	if (!(number >= 0 && number <= (double) r->bytes))
		return refuse(r, PSY_FORMAT, start, "a length beyond the document");
	*length = (size_t) number;
	return PSY_OK;
}

/* Length and bytes of a string; its place in the pool. */
static psy_status
read_string(ubj_reader *r, uint32_t *text, uint32_t *length)
{
	size_t start = r->at, count = 0;
	psy_status status = read_length(r, &count);

	if (status != PSY_OK || (status = need_bytes(r, count)) != PSY_OK)
		return status;
	if (count > r->limits->token)
		return refuse(r, PSY_LIMIT, start, "a string that is too long");
	if (!psy_utf8_text((const char *) r->data + r->at, count))
		return refuse(r, PSY_FORMAT, start, "a string that is not UTF-8");
	*text = (uint32_t) r->pool;
	*length = (uint32_t) count;
	if (r->out != NULL)
	{
		memcpy(r->out->pool + r->pool, r->data + r->at, count);
		r->out->pool[r->pool + count] = '\0';
	}
	r->pool += count + 1;
	r->at += count;
	return PSY_OK;
}

/* The place of a new node; its index is 0 while counting or muted, for nobody to look at. */
static psy_status
add_node(ubj_reader *r, psy_json_kind kind, size_t position, uint32_t key, uint32_t *index)
{
	*index = 0;
	if (r->muted)
		return PSY_OK;
	if (r->nodes >= r->limits->values)
		return refuse(r, PSY_LIMIT, position, "too many values");
	if (r->nodes % POLL_EVERY == POLL_EVERY - 1 && psy_poll(r->ctx, r->err) != PSY_OK)
		return r->err->code;
	if (r->out != NULL)
	{
		*index = (uint32_t) r->nodes;
		r->out->node[*index] = (psy_json_node){.kind = kind, .position = (uint32_t) position, .key = key};
	}
	r->nodes++;
	return PSY_OK;
}

/* Makes child the next one of parent, after last (0 for none). */
static void
link_child(ubj_reader *r, uint32_t parent, uint32_t *last, uint32_t child)
{
	psy_json_node *node;

	if (r->out == NULL || r->muted)
		return;
	node = r->out->node;
	if (*last == 0)
		node[parent].as.children.first = child;
	else
		node[*last].next = child;
	node[parent].as.children.count++;
	*last = child;
}

static psy_status read_value(ubj_reader *r, uint32_t key, uint32_t *index);

/* [$type#count numbers */
static psy_status
read_typed(ubj_reader *r, uint32_t array, unsigned char type, size_t count)
{
	size_t size = size_of_type(type);
	uint32_t last = 0, child;
	psy_status status;

	if (size == 0)
		return refuse(r, PSY_FORMAT, r->at, "a typed array of what are no numbers");
	if (count > (r->bytes - r->at) / size)
		return refuse(r, PSY_FORMAT, r->bytes, "the document ends within an array");
	if (r->muted)
	{
		r->at += count * size;
		return PSY_OK;
	}
	for (size_t k = 0; k < count; k++)
	{
		double number;

		if ((status = add_node(r, PSY_JSON_NUMBER, r->at, 0, &child)) != PSY_OK ||
			(status = read_number(r, type, &number)) != PSY_OK)
			return status;
		if (r->out != NULL)
			r->out->node[child].as.number = number;
		link_child(r, array, &last, child);
	}
	return PSY_OK;
}

static bool
next_is(const ubj_reader *r, unsigned char marker)
{
	return r->at < r->bytes && r->data[r->at] == marker;
}

static psy_status
read_array(ubj_reader *r, uint32_t array)
{
	uint32_t last = 0, child;
	size_t count = 0;
	bool counted = false;
	psy_status status;

	if (next_is(r, '$'))
	{
		unsigned char type;

		if ((status = need_bytes(r, 3)) != PSY_OK)
			return status;
		type = r->data[r->at + 1];
		if (r->data[r->at + 2] != '#')
			return refuse(r, PSY_FORMAT, r->at + 2, "a typed array without a count");
		r->at += 3;
		status = read_length(r, &count);
		return status != PSY_OK ? status : read_typed(r, array, type, count);
	}
	if (next_is(r, '#'))
	{
		r->at++;
		if ((status = read_length(r, &count)) != PSY_OK)
			return status;
		counted = true;
	}
	for (size_t k = 0; counted ? k < count : !next_is(r, ']'); k++)
	{
		if ((status = read_value(r, 0, &child)) != PSY_OK)
			return status;
		link_child(r, array, &last, child);
	}
	r->at += counted ? 0 : 1;
	return PSY_OK;
}

static bool
is_skipped(const ubj_reader *r, size_t start, size_t length)
{
	for (const char *const *key = r->skip; *key != NULL; key++)
		if (strlen(*key) == length && memcmp(*key, r->data + start, length) == 0)
			return true;
	return false;
}

static bool
key_stands_twice(const ubj_reader *r, uint32_t object, uint32_t text)
{
	const psy_json *json = r->out;

	if (json == NULL || r->muted)
		return false;
	for (const psy_json_node *n = psy_json_first(json, json->node + object); n != NULL;
		 n = psy_json_next(json, n))
		if (strcmp(psy_json_key(json, n), json->pool + text) == 0)
			return true;
	return false;
}

/* A value that is not kept: null in the tree. */
static psy_status
read_skipped(ubj_reader *r, uint32_t key, uint32_t *index)
{
	uint32_t none;
	psy_status status = add_node(r, PSY_JSON_NULL, r->at, key, index);

	if (status != PSY_OK)
		return status;
	r->muted++;
	status = read_value(r, 0, &none);
	r->muted--;
	return status;
}

static psy_status
read_object(ubj_reader *r, uint32_t object)
{
	uint32_t last = 0, child, text, length;
	psy_status status;

	if (next_is(r, '$') || next_is(r, '#'))
		return refuse(r, PSY_FORMAT, r->at, "an object with a type or a count");
	for (size_t keys = 0; !next_is(r, '}'); keys++)
	{
		size_t start = r->at;

		if (keys >= r->limits->keys)
			return refuse(r, PSY_LIMIT, start, "too many keys in an object");
		if ((status = read_string(r, &text, &length)) != PSY_OK)
			return status;
		if (key_stands_twice(r, object, text))
			return refuse(r, PSY_FORMAT, start, "a key stands twice");
		status = is_skipped(r, r->at - length, length) ? read_skipped(r, text + 1, &child)
													   : read_value(r, text + 1, &child);
		if (status != PSY_OK)
			return status;
		link_child(r, object, &last, child);
	}
	r->at++;
	return PSY_OK;
}

static psy_status
read_container(ubj_reader *r, unsigned char marker, uint32_t index)
{
	psy_status status;

	if (r->depth >= r->limits->depth)
		return refuse(r, PSY_LIMIT, r->at - 1, "nested too deeply");
	r->depth++;
	status = marker == '[' ? read_array(r, index) : read_object(r, index);
	r->depth--;
	return status;
}

static psy_status
read_value(ubj_reader *r, uint32_t key, uint32_t *index)
{
	size_t start = r->at;
	double number = 0;
	uint32_t text = 0, length = 0;
	psy_json_kind kind;
	unsigned char marker;
	psy_status status = need_bytes(r, 1);

	if (status != PSY_OK)
		return status;
	marker = r->data[r->at++];
	kind = marker == 'Z'   ? PSY_JSON_NULL
		   : marker == 'F' ? PSY_JSON_FALSE
		   : marker == 'T' ? PSY_JSON_TRUE
		   : marker == 'S' ? PSY_JSON_STRING
		   : marker == '[' ? PSY_JSON_ARRAY
		   : marker == '{' ? PSY_JSON_OBJECT
						   : PSY_JSON_NUMBER;
	if (kind == PSY_JSON_NUMBER && size_of_type(marker) == 0)
		return refuse(r, PSY_FORMAT, start, "not UBJSON: an unknown marker");
	if ((status = add_node(r, kind, start, key, index)) != PSY_OK)
		return status;
	if (kind >= PSY_JSON_ARRAY)
		return read_container(r, marker, *index);
	if (kind == PSY_JSON_NUMBER)
		status = read_number(r, marker, &number);
	else if (kind == PSY_JSON_STRING)
		status = read_string(r, &text, &length);
	if (status != PSY_OK || r->out == NULL || r->muted)
		return status;
	if (kind == PSY_JSON_NUMBER)
		r->out->node[*index].as.number = number;
	else if (kind == PSY_JSON_STRING)
	{
		r->out->node[*index].as.string.text = text;
		r->out->node[*index].as.string.length = length;
	}
	return PSY_OK;
}

static psy_status
pass(ubj_reader *r)
{
	uint32_t root;
	psy_status status;

	r->at = r->nodes = r->pool = 0;
	status = read_value(r, 0, &root);
	if (status == PSY_OK && r->at != r->bytes)
		return refuse(r, PSY_FORMAT, r->at, "bytes after the document's end");
	return status;
}

psy_status
psy_ubj_parse(const psy_context *ctx, const char *data, size_t bytes, const char *format,
			  const psy_json_limits *limits, const char *const *skip, psy_json *out, psy_error *err)
{
	psy_error local;
	ubj_reader r = {.ctx = ctx,
					.data = (const unsigned char *) data,
					.bytes = bytes,
					.format = format,
					.limits = limits,
					.skip = skip,
					.err = err == NULL ? &local : err};
	void *nodes, *pool;
	psy_status status;

	*out = (psy_json){.text = data, .bytes = bytes, .format = format, .binary = true};
	if (bytes > limits->bytes)
		return psy_fail(r.err, PSY_LIMIT, "%s: %zu bytes, at most %zu are allowed", format, bytes,
						limits->bytes);
	if ((status = pass(&r)) != PSY_OK ||
		(status = psy_alloc(ctx, r.nodes, sizeof(psy_json_node), &nodes, r.err)) != PSY_OK)
		return status;
	out->node = nodes;
	out->nodes = (uint32_t) r.nodes;
	if ((status = psy_alloc(ctx, r.pool + 1, 1, &pool, r.err)) != PSY_OK)
		return status;
	out->pool = pool;
	r.out = out;
	return pass(&r);
}
