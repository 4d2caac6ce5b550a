/*
 * json.h - a bounded, strict reader of JSON documents (RFC 8259) into a compact tree.
 *
 * YAJL splits the text; this wraps what YAJL leaves open.  A first pass over the bytes (json_scan.c) refuses
 * invalid UTF-8, lone surrogates, over-long tokens and over-deep nesting, and counts the values, so that the
 * tree is allocated once and YAJL, which does not check its allocations, runs inside a reserve that cannot
 * run out.  Duplicate keys, U+0000 in strings and numbers beyond double precision are refused.  Numbers are
 * correctly rounded whatever the process's locale is (strtod_l with the C locale).
 *
 * Nodes lie in document order, a container before what it contains; node 0 is the root.
 */
#ifndef PSY_JSON_H
#define PSY_JSON_H

#include "core/context.h"

typedef enum psy_json_kind
{
	PSY_JSON_NULL,
	PSY_JSON_FALSE,
	PSY_JSON_TRUE,
	PSY_JSON_NUMBER,
	PSY_JSON_STRING,
	PSY_JSON_ARRAY,
	PSY_JSON_OBJECT
} psy_json_kind;

typedef struct psy_json_limits
{
	size_t bytes;  /* of the whole document; below 2^32 */
	size_t depth;  /* of nesting; at most PSY_JSON_MAX_DEPTH */
	size_t values; /* numbers, strings, literals and containers */
	size_t token;  /* bytes of one string or number as written */
	size_t keys;   /* of one object */
} psy_json_limits;

#define PSY_JSON_MAX_DEPTH 64

/* 64 MB, 64 levels, 8 million values, 64 kB a token, 128 keys an object. */
#define PSY_JSON_DEFAULT_LIMITS                                                                              \
	{                                                                                                        \
		.bytes = (size_t) 64 << 20, .depth = PSY_JSON_MAX_DEPTH, .values = (size_t) 8 << 20, .token = 65536, \
		.keys = 128                                                                                          \
	}
extern const psy_json_limits psy_json_default_limits;

typedef struct psy_json_node
{
	uint32_t kind;     /* psy_json_kind */
	uint32_t position; /* byte offset of its first character */
	uint32_t key;      /* 1 + offset of its name in the pool; 0 outside objects */
	uint32_t next;     /* next sibling; 0 at the end */
	union
	{
		double number;
		struct
		{
			uint32_t text; /* offset in the pool; zero-terminated */
			uint32_t length;
		} string;
		struct
		{
			uint32_t first; /* 0 when empty */
			uint32_t count;
		} children;
	} as;
} psy_json_node;

typedef struct psy_json
{
	const char *text; /* the caller's; must outlive the tree (messages count its lines) */
	size_t bytes;
	const char *format; /* what messages call the document: "psyrad-json" */
	bool binary;        /* messages name bytes instead of lines */
	psy_json_node *node;
	uint32_t nodes;
	char *pool;
} psy_json;

/*
 * Parses text[bytes] (no terminator needed); *out is to be freed with psy_json_free, also after errors.
 * PSY_FORMAT: not JSON; PSY_LIMIT: a bound; PSY_NOMEM; PSY_INTERRUPTED.  Messages carry line, column and
 * path.
 */
psy_status psy_json_parse(const psy_context *ctx, const char *text, size_t bytes, const char *format,
						  const psy_json_limits *limits, psy_json *out, psy_error *err);
void psy_json_free(const psy_context *ctx, psy_json *json);

/* ---- reading the tree (json_read.c) ---------------------------------------------------------- */

static inline const psy_json_node *
psy_json_root(const psy_json *json)
{
	return json->node;
}

/* The first child; NULL when there is none, also for what is no container. */
static inline const psy_json_node *
psy_json_first(const psy_json *json, const psy_json_node *node)
{
	if (node->kind < PSY_JSON_ARRAY || node->as.children.first == 0)
		return NULL;
	return json->node + node->as.children.first;
}

static inline const psy_json_node *
psy_json_next(const psy_json *json, const psy_json_node *node)
{
	return node->next == 0 ? NULL : json->node + node->next;
}

static inline const char *
psy_json_text(const psy_json *json, const psy_json_node *string)
{
	return json->pool + string->as.string.text;
}

static inline const char *
psy_json_key(const psy_json *json, const psy_json_node *member)
{
	return json->pool + member->key - 1;
}

/* The member of that name, or NULL. */
const psy_json_node *psy_json_member(const psy_json *json, const psy_json_node *object, const char *key);

/* Fails with "FORMAT, line L, column C, $.path: ..." about node. */
psy_status psy_json_fail(const psy_json *json, const psy_json_node *node, psy_status code, psy_error *err,
						 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same at another place of the text, for what has no node of its own. */
psy_status psy_json_fail_at(const psy_json *json, const psy_json_node *node, size_t position, psy_status code,
							psy_error *err, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* node must be of that kind. */
psy_status psy_json_expect(const psy_json *json, const psy_json_node *node, psy_json_kind kind,
						   psy_error *err);

/* The member must exist and be of that kind. */
psy_status psy_json_need(const psy_json *json, const psy_json_node *object, const char *key,
						 psy_json_kind kind, const psy_json_node **member, psy_error *err);

/* An object whose keys all stand in allowed (NULL at the end): what is not understood is never ignored. */
psy_status psy_json_only(const psy_json *json, const psy_json_node *object, const char *const *allowed,
						 psy_error *err);

/* An array of exactly count finite numbers, copied to value[count]. */
psy_status psy_json_numbers(const psy_json *json, const psy_json_node *array, size_t count, double *value,
							psy_error *err);

/* The same, to value[0], value[stride], value[2 * stride], ... */
psy_status psy_json_strided(const psy_json *json, const psy_json_node *array, size_t count, size_t stride,
							double *value, psy_error *err);

/* A whole number in [0, most]. */
psy_status psy_json_count(const psy_json *json, const psy_json_node *node, size_t most, size_t *value,
						  psy_error *err);

/* ---- the first pass (json_scan.c) ------------------------------------------------------------ */

typedef struct psy_json_scan
{
	size_t values; /* an upper bound, exact for valid JSON */
} psy_json_scan;

/* Checks encoding and bounds of text[bytes]; it is not yet known to be JSON. */
psy_status psy_json_survey(const char *text, size_t bytes, const char *format, const psy_json_limits *limits,
						   psy_json_scan *scan, psy_error *err);

/* "line L, column C" of a byte offset; columns count characters. */
void psy_json_locate(const char *text, size_t offset, size_t *line, size_t *column);

#endif
