/*
 * pmml_xml.c - reading XML into a tree (pmml_xml.h).
 *
 * The document is fed in pieces, so that a host can interrupt, and so that the bounds stop the parser early.
 * After the first error every callback returns at once.
 */
#include "models/pmml_xml.h"

#include "models/utf8.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

/* ---- memory ---------------------------------------------------------------------------------- */

struct psy_arena_block
{
	struct psy_arena_block *older;
	size_t size;
	double memory[];
};

void *
psy_arena_get(psy_arena *arena, size_t count, size_t size)
{
	size_t bytes;
	void *memory;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > arena->limit - arena->total)
	{
		psy_fail(arena->err, PSY_LIMIT, "pmml: the document takes more than %zu MB of memory to read", arena->limit >> 20);
		return NULL;
	}
	bytes = (bytes + 7) / 8 * 8;
	if (arena->block == NULL || bytes > arena->block->size - arena->used)
	{
		size_t grown = arena->total < 65536 ? 65536 : arena->total < ((size_t) 4 << 20) ? arena->total : (size_t) 4 << 20;
		struct psy_arena_block *block;

		grown = bytes > grown ? bytes : grown;
		if (psy_alloc(arena->ctx, 1, sizeof *block + grown, (void **) &block, arena->err) != PSY_OK)
			return NULL;
		*block = (struct psy_arena_block){.older = arena->block, .size = grown};
		arena->block = block;
		arena->used = 0;
		arena->total += grown;
	}
	memory = (char *) arena->block->memory + arena->used;
	arena->used += bytes;
	return memset(memory, 0, bytes);
}

void
psy_arena_free(psy_arena *arena)
{
	while (arena->block != NULL)
	{
		struct psy_arena_block *older = arena->block->older;

		psy_release(arena->ctx, arena->block);
		arena->block = older;
	}
}

/* ---- the reader ------------------------------------------------------------------------------ */

#define PIECE ((size_t) 64 << 10)

typedef struct reader
{
	psy_arena *arena;
	const psy_xml_limits *limits;
	xmlParserCtxtPtr parser;
	psy_error *err;
	psy_status status;
	psy_xml *root;
	psy_xml *open; /* the innermost element */
	size_t depth;
	size_t skipped; /* depth below an Extension; 0 outside */
	size_t elements;
	const char **name; /* an open table of the names seen, so that equal ones share memory */
	size_t names;
	char *text; /* of the innermost element so far */
	size_t length;
	size_t capacity;
} reader;

static void
stop(reader *r, psy_status status)
{
	if (r->status == PSY_OK)
		r->status = status;
	xmlStopParser(r->parser);
}

static void __attribute__((format(printf, 3, 4)))
refuse(reader *r, psy_status status, const char *format, ...)
{
	char what[256];
	va_list args;

	if (r->status != PSY_OK)
		return;
	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	psy_fail(r->err, status, "pmml, line %d, column %d: %s", xmlSAX2GetLineNumber(r->parser),
			 xmlSAX2GetColumnNumber(r->parser), what);
	stop(r, status);
}

static const char *
copy_of(reader *r, const char *text, size_t length)
{
	char *copy = psy_arena_get(r->arena, length + 1, 1);

	if (copy == NULL)
	{
		stop(r, r->err->code);
		return "";
	}
	memcpy(copy, text, length);
	return copy;
}

/* PMML knows some 600 names; what is beyond the table is copied each time. */
#define NAMES 2048

static const char *
name_of(reader *r, const char *text)
{
	size_t length = strlen(text);
	uint32_t hash = 2166136261u;

	for (size_t k = 0; k < length; k++)
		hash = (hash ^ (unsigned char) text[k]) * 16777619u;
	for (size_t k = 0; k < 16; k++)
	{
		const char **slot = &r->name[(hash + k) % NAMES];

		if (*slot == NULL)
			return *slot = copy_of(r, text, length);
		if (strcmp(*slot, text) == 0)
			return *slot;
	}
	return copy_of(r, text, length);
}

static void
read_attributes(reader *r, psy_xml *element, int count, const xmlChar **attribute)
{
	psy_xml_attribute *to;

	if (count <= 0)
		return;
	if ((size_t) count > r->limits->attributes)
	{
		refuse(r, PSY_LIMIT, "<%.60s> has %d attributes, at most %zu are read", element->name, count, r->limits->attributes);
		return;
	}
	if ((to = psy_arena_get(r->arena, (size_t) count, sizeof *to)) == NULL)
	{
		stop(r, r->err->code);
		return;
	}
	for (int k = 0; k < count && r->status == PSY_OK; k++)
	{
		const char *name = (const char *) attribute[5 * k], *value = (const char *) attribute[5 * k + 3];
		size_t length = (size_t) ((const char *) attribute[5 * k + 4] - value);

		if (strlen(name) > r->limits->token || length > r->limits->token)
			refuse(r, PSY_LIMIT, "an attribute of <%.60s> is longer than %zu bytes", element->name, r->limits->token);
		else
			to[k] = (psy_xml_attribute){name_of(r, name), copy_of(r, value, length)};
	}
	element->attribute = to;
	element->attributes = (uint32_t) count;
}

static void
add_element(reader *r, const char *name, int count, const xmlChar **attribute)
{
	psy_xml *element = psy_arena_get(r->arena, 1, sizeof *element);

	if (element == NULL)
	{
		stop(r, r->err->code);
		return;
	}
	*element = (psy_xml){.name = name_of(r, name),
						 .text = "",
						 .parent = r->open,
						 .line = (uint32_t) xmlSAX2GetLineNumber(r->parser),
						 .column = (uint32_t) xmlSAX2GetColumnNumber(r->parser)};
	read_attributes(r, element, count, attribute);
	if (r->open == NULL)
		r->root = element;
	else if (r->open->last == NULL)
		r->open->first = element;
	else
		r->open->last->next = element;
	if (r->open != NULL)
		r->open->last = element;
	r->open = element;
	r->length = 0;
}

static void
start_element(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespaces,
			  const xmlChar **space, int count, int defaulted, const xmlChar **attribute)
{
	reader *r = data;

	(void) prefix, (void) uri, (void) namespaces, (void) space, (void) defaulted;
	if (r->status != PSY_OK)
		return;
	r->depth++;
	if (r->depth > r->limits->depth)
		refuse(r, PSY_LIMIT, "elements are nested deeper than %zu levels", r->limits->depth);
	else if (++r->elements > r->limits->elements)
		refuse(r, PSY_LIMIT, "more than %zu elements", r->limits->elements);
	else if (strlen((const char *) name) > r->limits->token)
		refuse(r, PSY_LIMIT, "a name is longer than %zu bytes", r->limits->token);
	else if (r->skipped > 0 || strcmp((const char *) name, "Extension") == 0)
		r->skipped++;
	else
		add_element(r, (const char *) name, count, attribute);
}

static void
end_element(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	reader *r = data;

	(void) name, (void) prefix, (void) uri;
	if (r->status != PSY_OK)
		return;
	r->depth--;
	if (r->skipped > 0)
	{
		r->skipped--;
		return;
	}
	if (r->open->first == NULL && r->length > 0)
		r->open->text = copy_of(r, r->text, r->length);
	r->open = r->open->parent;
	r->length = 0;
}

static void
characters(void *data, const xmlChar *text, int length)
{
	reader *r = data;
	size_t need = r->length + (size_t) length;

	if (r->status != PSY_OK || r->skipped > 0 || r->open == NULL || length <= 0)
		return;
	if (need > r->capacity)
	{
		size_t capacity = need < 4096 ? 4096 : 2 * need;
		void *grown;

		if (psy_alloc(r->arena->ctx, capacity, 1, &grown, r->err) != PSY_OK)
		{
			stop(r, PSY_NOMEM);
			return;
		}
		if (r->length > 0)
			memcpy(grown, r->text, r->length);
		psy_release(r->arena->ctx, r->text);
		r->text = grown;
		r->capacity = capacity;
	}
	memcpy(r->text + r->length, text, (size_t) length);
	r->length = need;
}

static void
refuse_doctype(void *data, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	reader *r = data;

	(void) name, (void) external, (void) system;
	refuse(r, PSY_FORMAT, "a document type declaration (DOCTYPE) is not accepted");
}

static xmlEntityPtr
entity(void *data, const xmlChar *name)
{
	(void) data;
	return xmlGetPredefinedEntity(name);
}

/* libxml2's own complaints: the first one is the error. */
static void
complain(void *data, xmlErrorPtr error)
{
	reader *r = data;
	size_t length;

	if (r->status != PSY_OK || error == NULL || error->level < XML_ERR_ERROR || error->domain == XML_FROM_NAMESPACE)
		return;
	if (error->code == XML_ERR_NO_MEMORY)
	{
		psy_fail(r->err, PSY_NOMEM, "pmml: not enough memory to read the document");
		stop(r, PSY_NOMEM);
		return;
	}
	length = error->message == NULL ? 0 : strcspn(error->message, "\r\n");
	refuse(r, PSY_FORMAT, "not well-formed XML: %.*s",
		   error->message == NULL ? 0 : psy_utf8_clip(error->message, length, 160), error->message == NULL ? "" : error->message);
}

static psy_status
feed(reader *r, const char *text, size_t bytes)
{
	for (size_t at = 0; at < bytes && r->status == PSY_OK; at += PIECE)
	{
		size_t piece = bytes - at < PIECE ? bytes - at : PIECE;

		if (psy_poll(r->arena->ctx, r->err) != PSY_OK)
			return PSY_INTERRUPTED;
		xmlParseChunk(r->parser, text + at, (int) piece, 0);
	}
	if (r->status == PSY_OK)
		xmlParseChunk(r->parser, "", 0, 1);
	if (r->status == PSY_OK && (!r->parser->wellFormed || r->root == NULL || r->open != NULL))
		refuse(r, PSY_FORMAT, "not well-formed XML");
	return r->status;
}

psy_status
psy_xml_parse(psy_arena *arena, const char *text, size_t bytes, const psy_xml_limits *limits, psy_xml **root, psy_error *err)
{
	xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
							 .startElementNs = start_element,
							 .endElementNs = end_element,
							 .characters = characters,
							 .ignorableWhitespace = characters,
							 .cdataBlock = characters,
							 .internalSubset = refuse_doctype,
							 .externalSubset = refuse_doctype,
							 .getEntity = entity,
							 .serror = complain};
	reader r = {.arena = arena, .limits = limits, .err = err};
	psy_status status;

	*root = NULL;
	if (bytes > limits->bytes)
		return psy_fail(err, PSY_LIMIT, "pmml: %zu bytes, at most %zu are read", bytes, limits->bytes);
	if ((r.name = psy_arena_get(arena, NAMES, sizeof *r.name)) == NULL)
		return err->code;
	r.parser = xmlCreatePushParserCtxt(&handler, &r, NULL, 0, NULL);
	if (r.parser == NULL)
		return psy_fail(err, PSY_NOMEM, "pmml: not enough memory to read the document");
	xmlCtxtUseOptions(r.parser, XML_PARSE_NONET);
	status = feed(&r, text, bytes);
	xmlFreeParserCtxt(r.parser);
	psy_release(arena->ctx, r.text);
	*root = status == PSY_OK ? r.root : NULL;
	return status;
}

/* ---- reading the tree ------------------------------------------------------------------------ */

const char *
psy_xml_get(const psy_xml *element, const char *name)
{
	for (uint32_t k = 0; k < element->attributes; k++)
		if (strcmp(element->attribute[k].name, name) == 0)
			return element->attribute[k].value;
	return NULL;
}

psy_xml *
psy_xml_child(const psy_xml *element, const char *name)
{
	for (psy_xml *child = element->first; child != NULL; child = child->next)
		if (strcmp(child->name, name) == 0)
			return child;
	return NULL;
}

psy_xml *
psy_xml_again(const psy_xml *element)
{
	for (psy_xml *next = element->next; next != NULL; next = next->next)
		if (next->name == element->name || strcmp(next->name, element->name) == 0)
			return next;
	return NULL;
}
