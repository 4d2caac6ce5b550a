/*
 * reader_endnote_xml.c - XML: EndNote's, as EndNote, Mendeley, Zotero and others write it (<record> elements,
 * mostly in one line of many megabytes), EBSCO's and PubMed's.
 *
 * The text is cut into records by its tags alone, so that each keeps its bytes and memory holds one of them;
 * libxml2 then parses a record by itself, without network, entities or document type.  A file with a DOCTYPE
 * is refused, but for PubMed's, which declares none of its own.
 */
#include "literature.h"

#include "reader_tagged.h"
#include "reader_xml.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

typedef struct xml_state
{
	buffer text; /* not yet taken, from `at` */
	size_t at;
	size_t scan; /* up to here there is no tag that was not looked at */
	bool open;   /* a record begins at `at` */
	long line;   /* of text at `at` */
	bool ended;
	buffer value;
	const char *record; /* the element that opened */
} xml_state;

static const char *const endnote_records[] = {"record", NULL};
static const char *const ebsco_records[] = {"rec", NULL};
static const char *const pubmed_records[] = {"PubmedArticle", "PubmedBookArticle", NULL};

static psy_status
more_text(literature_reader *reader, psy_error *err)
{
	xml_state *x = reader->state;
	psy_status status = reader_line(reader, err);

	if (status != PSY_OK || (reader->line != NULL && !x->open && reader_turns(reader)))
		return status;
	if (x->at > 0)
	{
		memmove(x->text.data, x->text.data + x->at, x->text.size - x->at);
		x->text.size -= x->at;
		x->scan -= x->at;
		x->at = 0;
	}
	if (reader->line == NULL)
		x->ended = true;
	else if (x->text.size + reader->length > LITERATURE_MAX_RECORD)
		return psy_fail(err, PSY_LIMIT, "line %ld: a record of more than %zu MB begins here", x->line,
						LITERATURE_MAX_RECORD >> 20);
	else
		buffer_add(&x->text, reader->line, reader->length);
	return PSY_OK;
}

static long
lines_in(const char *p, size_t length)
{
	long n = 0;

	for (const char *end = p + length; length > 0 && (p = memchr(p, '\n', (size_t) (end - p))) != NULL; p++)
		n++;
	return n;
}

static void
skip_to(xml_state *x, size_t at)
{
	x->line += lines_in(x->text.data + x->at, at - x->at);
	x->at = at;
}

static bool
is_at(const xml_state *x, size_t i, const char *word)
{
	size_t n = strlen(word);

	return x->text.size - i >= n && memcmp(x->text.data + i, word, n) == 0;
}

/* The end of the tag, comment or CDATA section that begins at i; 0 when it is not there yet. */
static size_t
tag_end(const xml_state *x, size_t i)
{
	const char *close = is_at(x, i, "<!--") ? "-->" : is_at(x, i, "<![CDATA[") ? "]]>" : ">";
	const char *found = memmem(x->text.data + i, x->text.size - i, close, strlen(close));

	return found == NULL ? 0 : (size_t) (found - x->text.data) + strlen(close);
}

/* The name of a record's element that the tag at i opens or closes; NULL when it does neither. */
static const char *
record_tag_at(const xml_state *x, size_t i, literature_format format)
{
	const char *const *name = format == LITERATURE_EBSCO_XML ? ebsco_records : format == LITERATURE_PUBMED_XML ? pubmed_records : endnote_records;

	i += 1 + is_at(x, i, "</");
	for (; *name != NULL; name++)
	{
		size_t end = i + strlen(*name);

		if (is_at(x, i, *name) && end < x->text.size && strchr(" \t\r\n>/", x->text.data[end]) != NULL)
			return *name;
	}
	return NULL;
}

/* Looks at the tag at i that ends before end; *found when it closes a record. */
static psy_status
look_at_tag(xml_state *x, literature_format format, size_t i, size_t end, bool *found, psy_error *err)
{
	const char *record = record_tag_at(x, i, format);
	bool named_type = format == LITERATURE_PUBMED_XML && is_at(x, i, "<!DOCTYPE") && memchr(x->text.data + i, '[', end - i) == NULL;

	if ((is_at(x, i, "<!DOCTYPE") && !named_type) || is_at(x, i, "<!ENTITY"))
	{
		psy_fail(err, PSY_FORMAT, "line %ld: a document type or entity, which exports of literature do not have",
				 x->line + lines_in(x->text.data + x->at, i - x->at));
		return psy_hint(err, "export it again; is it a page of the web?");
	}
	if (!x->open && record != NULL && !is_at(x, i, "</"))
	{
		skip_to(x, i);
		x->record = record;
		x->open = x->text.data[end - 2] != '/';
	}
	else if (x->open && record == x->record && is_at(x, i, "</"))
	{
		x->open = false;
		*found = true;
	}
	x->scan = end;
	return PSY_OK;
}

/* Finds the next record: from x->at to *to; *more false at the end. */
static psy_status
find_record(literature_reader *reader, size_t *to, bool *more, psy_error *err)
{
	xml_state *x = reader->state;
	psy_status status = PSY_OK;

	for (*more = false; status == PSY_OK && !*more;)
	{
		const char *tag =
			x->scan < x->text.size ? memchr(x->text.data + x->scan, '<', x->text.size - x->scan) : NULL;
		size_t i = tag == NULL ? x->text.size : (size_t) (tag - x->text.data),
			   end = tag == NULL ? 0 : tag_end(x, i);

		if (end > 0)
		{
			status = look_at_tag(x, reader->look.format, i, end, more, err);
			*to = end;
			continue;
		}
		if (x->ended)
			return x->open ? psy_fail(err, PSY_FORMAT,
									  "line %ld: the file ends within the record that begins here", x->line)
						   : PSY_OK;
		if (!x->open)
			skip_to(x, i);
		x->scan = i;
		status = more_text(reader, err);
		if (reader->turns_to != LITERATURE_UNKNOWN)
			return status;
	}
	return status;
}

/* ---- one record's tree ----------------------------------------------------------------------- */

static void
node_text(const xmlNode *node, buffer *out, int depth)
{
	for (const xmlNode *child = node->children; child != NULL && depth < 32; child = child->next)
		if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE)
			for (const char *p = (const char *) child->content; *p; p++)
				buffer_byte(out, *p == '\r' ? '\n' : *p);
		else if (child->type == XML_ELEMENT_NODE)
			node_text(child, out, depth + 1);
}

void
xml_text(const xmlNode *node, buffer *out)
{
	node_text(node, out, 0);
}

bool
xml_named(const xmlNode *node, const char *name)
{
	return node != NULL && node->type == XML_ELEMENT_NODE && strcmp((const char *) node->name, name) == 0;
}

psy_status
xml_add(literature_record *record, const char *tag, const char *text, size_t length, psy_error *err)
{
	length = trim_both(&text, length);
	return length == 0 ? PSY_OK : record_add(record, tag, strlen(tag), text, length, record->line, err);
}

/* Elements that hold others of their kind: "secondary-authors/author" is a secondary-author. */
static const char *
tag_of(const xmlNode *node)
{
	static const struct
	{
		const char *parent, *name, *tag;
	} within[] = {{"secondary-authors", "author", "secondary-author"},
				  {"tertiary-authors", "author", "tertiary-author"},
				  {"subsidiary-authors", "author", "subsidiary-author"},
				  {"translated-authors", "author", "translated-author"},
				  {"pdf-urls", "url", "pdf-url"},
				  {"text-urls", "url", "text-url"},
				  {"image-urls", "url", "image-url"},
				  {"copyright-dates", "date", "copyright-date"},
				  {"alt-periodical", "full-title", "alt-full-title"},
				  {"alt-periodical", "abbr-1", "alt-abbr-1"}};

	for (size_t i = 0; i < sizeof within / sizeof *within; i++)
		if (xml_named(node, within[i].name) && xml_named(node->parent, within[i].parent))
			return within[i].tag;
	return (const char *) node->name;
}

static bool
holds_elements(const xmlNode *node)
{
	for (const xmlNode *child = node->children; child != NULL; child = child->next)
		if (child->type == XML_ELEMENT_NODE && strcmp((const char *) child->name, "style") != 0)
			return true;
	return false;
}

static psy_status
add_node(xml_state *x, literature_record *record, const xmlNode *node, int depth, psy_error *err)
{
	psy_status status = PSY_OK;

	if (node->type != XML_ELEMENT_NODE || depth > 16)
		return PSY_OK;
	if (holds_elements(node))
	{
		for (const xmlNode *child = node->children; child != NULL && status == PSY_OK; child = child->next)
			status = add_node(x, record, child, depth + 1, err);
		return status;
	}
	if (xml_named(node, "ref-type"))
	{
		xmlChar *name = xmlGetProp(node, (const xmlChar *) "name");

		if (name != NULL)
			status = xml_add(record, "ref-type", (const char *) name, strlen((const char *) name), err);
		xmlFree(name);
	}
	buffer_clear(&x->value);
	xml_text(node, &x->value);
	if (status == PSY_OK && x->value.size > 0)
		status = xml_add(record, tag_of(node), x->value.data, x->value.size, err);
	return status;
}

static psy_status
endnote_record(xml_state *x, const xmlNode *root, literature_record *record, psy_error *err)
{
	psy_status status = PSY_OK;

	for (const xmlNode *child = root->children; child != NULL && status == PSY_OK; child = child->next)
		status = add_node(x, record, child, 0, err);
	return status;
}

static psy_status
not_well_formed(const literature_record *record, psy_error *err)
{
	const xmlError *why = xmlGetLastError();

	psy_fail(err, PSY_FORMAT, "line %ld: XML that is not well formed: %.120s",
			 record->line + (why != NULL && why->line > 1 ? why->line - 1 : 0),
			 why != NULL && why->message != NULL ? why->message : "unknown");
	for (char *p = err != NULL ? err->message : NULL; p != NULL && *p; p++)
		if (*p == '\n')
			*p = ' ';
	return PSY_FORMAT;
}

static psy_status
step_xml(literature_reader *reader, literature_record *record, bool *more, psy_error *err)
{
	xml_state *x = reader->state;
	size_t to = 0;
	psy_status status = find_record(reader, &to, more, err);
	xmlDoc *doc;

	if (status != PSY_OK || !*more)
		return status;
	record_clear(record, x->line);
	status = record_raw(record, x->text.data + x->at, to - x->at, err);
	if (status != PSY_OK)
		return status;
	doc = xmlReadMemory(x->text.data + x->at, (int) (to - x->at), NULL, "UTF-8",
						XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (doc == NULL)
		return not_well_formed(record, err);
	if (reader->look.format == LITERATURE_EBSCO_XML)
		status = ebsco_record(xmlDocGetRootElement(doc), record, err);
	else if (reader->look.format == LITERATURE_PUBMED_XML)
		status = pubmed_record(xmlDocGetRootElement(doc), record, err);
	else
		status = endnote_record(x, xmlDocGetRootElement(doc), record, err);
	xmlFreeDoc(doc);
	skip_to(x, to);
	return status;
}

static void
xml_done(void *state)
{
	xml_state *x = state;

	buffer_free(&x->text);
	buffer_free(&x->value);
	free(x);
}

psy_status
endnote_xml_open(literature_reader *reader, psy_error *err)
{
	xml_state *x = grow(NULL, 1, sizeof *x);

	(void) err;
	*x = (xml_state){.line = reader->held ? reader->number : 1}; /* held: behind another format */
	reader->state = x;
	reader->done = xml_done;
	reader->step = step_xml;
	return PSY_OK;
}
