/*
 * pmml_xml.h - a bounded reader of XML documents into a tree, for PMML.  Private to src/models.
 *
 * libxml2 splits the text through its SAX2 interface; nothing is fetched, no entity but the five of XML is
 * known, and a document type declaration of any kind is refused, so that neither expansion nor external files
 * are possible.  Callbacks note an error and stop the parser; they never jump.
 *
 * Elements named Extension are left out with all they contain.  Text is kept where an element has no child.
 */
#ifndef PSY_PMML_XML_H
#define PSY_PMML_XML_H

#include "core/context.h"

/* Memory that is freed all at once. */
typedef struct psy_arena
{
	const psy_context *ctx;
	psy_error *err;
	struct psy_arena_block *block;
	size_t used;  /* of the newest block */
	size_t total; /* of all */
	size_t limit;
} psy_arena;

/* Zeroed, 8-byte aligned; NULL with *err filled (PSY_NOMEM, PSY_LIMIT). */
void *psy_arena_get(psy_arena *arena, size_t count, size_t size);
void psy_arena_free(psy_arena *arena);

typedef struct psy_xml_attribute
{
	const char *name;
	const char *value;
} psy_xml_attribute;

typedef struct psy_xml
{
	const char *name; /* without a prefix */
	const char *text; /* "" when there is none */
	const psy_xml_attribute *attribute;
	struct psy_xml *parent;
	struct psy_xml *first;
	struct psy_xml *last;
	struct psy_xml *next;
	uint32_t attributes;
	uint32_t line;
	uint32_t column; /* where its start tag ends */
} psy_xml;

typedef struct psy_xml_limits
{
	size_t bytes;      /* of the document */
	size_t depth;      /* of nesting */
	size_t elements;   /* in all */
	size_t attributes; /* of one element */
	size_t token;      /* bytes of a name or of an attribute's value */
} psy_xml_limits;

/* text[bytes] -> *root, its memory in the arena.  PSY_FORMAT, PSY_LIMIT, PSY_NOMEM, PSY_INTERRUPTED. */
psy_status psy_xml_parse(psy_arena *arena, const char *text, size_t bytes, const psy_xml_limits *limits,
						 psy_xml **root, psy_error *err);

/* The value of the attribute, or NULL. */
const char *psy_xml_get(const psy_xml *element, const char *name);

static inline bool
psy_xml_is(const psy_xml *element, const char *name)
{
	return element != NULL && __builtin_strcmp(element->name, name) == 0;
}

/* The first child of that name, or NULL. */
psy_xml *psy_xml_child(const psy_xml *element, const char *name);

/* The next sibling of the same name, or NULL. */
psy_xml *psy_xml_again(const psy_xml *element);

#endif
