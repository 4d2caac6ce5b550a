/* reader_cat12.c - see reader_cat12.h. */
#include "reader_cat12.h"

#include "header.h"
#include "number.h"

#include <libxml/xmlreader.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_DEPTH 16
#define ML_IN_MM3 1000

typedef struct reading
{
	cat12 *to;
	const char *atlas;   /* wanted, or NULL */
	const char *element; /* of <data> */
	double scale;
	bool report;
	char *path[MAX_DEPTH]; /* names of the elements that are open */
	int depth;
	buffer text;     /* of the innermost element */
	cat12 found;     /* of the atlas under way */
	bool has_values;
	text_list atlases; /* that have the measure */
} reading;

bool
cat12_recognised(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');

	return dot != NULL && strcasecmp(dot, ".xml") == 0 && strncmp(base, "cat", 3) == 0;
}

static void
clear_found(cat12 *c)
{
	free(c->atlas);
	list_free(&c->name);
	list_free(&c->id);
	free(c->value);
	*c = (cat12){0};
}

void
cat12_free(cat12 *c)
{
	clear_found(c);
}

/* "[1.5;NaN;2]" one after the other; false at the end. */
static bool
next_item(char **at, char **item)
{
	char *p = *at + strspn(*at, "[]; ,\t\r\n");

	if (*p == '\0')
		return false;
	*item = p;
	p += strcspn(p, "[]; ,\t\r\n");
	if (*p != '\0')
		*p++ = '\0';
	*at = p;
	return true;
}

static psy_status
read_values(reading *r, psy_error *err)
{
	cat12 *c = &r->found;
	char *at = r->text.data, *item;
	psy_error why;

	r->has_values = true;
	while (next_item(&at, &item))
	{
		double value = NAN;

		if (c->count == CAT12_MAX_REGIONS)
			return psy_fail(err, PSY_LIMIT, "<%.60s> has more than %zu values", r->element, CAT12_MAX_REGIONS);
		if (strcasecmp(item, "nan") != 0 && (parse_real(item, &value, &why) != PSY_OK || !isfinite((float) (value * r->scale))))
			return psy_fail(err, PSY_FORMAT, "<%.60s>, value %zu: found %.40s; expected a number", r->element, c->count + 1, item);
		c->value = grow(c->value, c->count + 1, sizeof *c->value);
		c->value[c->count++] = value * r->scale;
	}
	return PSY_OK;
}

static psy_status
read_ids(reading *r, psy_error *err)
{
	char *at = r->text.data, *item;

	while (next_item(&at, &item))
	{
		if (r->found.id.count == CAT12_MAX_REGIONS)
			return psy_fail(err, PSY_LIMIT, "more than %zu regions", CAT12_MAX_REGIONS);
		list_add(&r->found.id, item);
	}
	return PSY_OK;
}

/* What stands at /S/<atlas>/names/item, /S/<atlas>/ids and /S/<atlas>/data/<element>; of the report /S/subjectmeasures/vol_TIV. */
static psy_status
end_element(reading *r, psy_error *err)
{
	const char *name = r->path[r->depth - 1];
	bool in_data = r->depth == 4 && strcmp(r->path[2], "data") == 0;

	buffer_text(&r->text, "");
	if (r->report)
	{
		if (r->depth == 3 && strcmp(r->path[1], "subjectmeasures") == 0 && strcmp(name, r->element) == 0)
			return read_values(r, err);
		return PSY_OK;
	}
	if (r->depth == 4 && strcmp(r->path[2], "names") == 0 && strcmp(name, "item") == 0)
	{
		if (r->found.name.count == CAT12_MAX_REGIONS)
			return psy_fail(err, PSY_LIMIT, "more than %zu regions", CAT12_MAX_REGIONS);
		list_add(&r->found.name, r->text.data);
		return PSY_OK;
	}
	if (r->depth == 3 && strcmp(name, "ids") == 0)
		return read_ids(r, err);
	return in_data && strcmp(name, r->element) == 0 ? read_values(r, err) : PSY_OK;
}

/* An atlas is over: it is the wanted one, one of several, or has nothing of the measure. */
static psy_status
end_atlas(reading *r, psy_error *err)
{
	cat12 *c = &r->found;

	if (!r->has_values)
	{
		clear_found(c);
		return PSY_OK;
	}
	r->has_values = false;
	list_add(&r->atlases, r->path[1]);
	if ((r->atlas != NULL && strcasecmp(r->atlas, r->path[1]) != 0) || (r->atlas == NULL && r->atlases.count > 1))
	{
		clear_found(c);
		return PSY_OK;
	}
	if (!r->report && (c->name.count > 0 ? c->name.count : c->id.count) != c->count)
		return psy_fail(err, PSY_SHAPE, "<%.60s> names %zu regions and has %zu values of %.40s", r->path[1],
						c->name.count > 0 ? c->name.count : c->id.count, c->count, r->element);
	clear_found(r->to);
	*r->to = *c;
	r->to->atlas = keep_text(r->report ? "" : r->path[1]);
	*c = (cat12){0};
	return PSY_OK;
}

static psy_status
see_node(reading *r, xmlTextReaderPtr xml, psy_error *err)
{
	int type = xmlTextReaderNodeType(xml);
	psy_status status = PSY_OK;

	if (type == XML_READER_TYPE_DOCUMENT_TYPE || type == XML_READER_TYPE_ENTITY || type == XML_READER_TYPE_ENTITY_REFERENCE)
		return psy_fail(err, PSY_FORMAT, "it has a document type or entities, which no CAT12 file has");
	if (type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA)
		buffer_text(&r->text, (const char *) xmlTextReaderConstValue(xml));
	if (type == XML_READER_TYPE_ELEMENT)
	{
		if (r->depth == MAX_DEPTH)
			return psy_fail(err, PSY_LIMIT, "elements lie more than %d deep", MAX_DEPTH);
		r->path[r->depth++] = keep_text((const char *) xmlTextReaderConstLocalName(xml));
		buffer_clear(&r->text);
	}
	if (type == XML_READER_TYPE_END_ELEMENT || (type == XML_READER_TYPE_ELEMENT && xmlTextReaderIsEmptyElement(xml)))
	{
		status = end_element(r, err);
		if (status == PSY_OK && r->depth == 2)
			status = end_atlas(r, err);
		free(r->path[--r->depth]);
		buffer_clear(&r->text);
	}
	return status;
}

/* What a measure's element is called. */
static void
name_element(reading *r, const char *measure)
{
	static const char *const known[][2] = {{"gmv", "Vgm"}, {"wmv", "Vwm"}, {"csfv", "Vcsf"}, {"tiv", "vol_TIV"}};

	r->element = measure;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(measure, known[i][0]) == 0)
			r->element = known[i][1];
	r->scale = strncmp(r->element, "V", 1) == 0 || strncmp(r->element, "vol_", 4) == 0 ? ML_IN_MM3 : 1;
	r->report = strncmp(r->element, "vol_", 4) == 0;
}

static psy_status
check_found(const reading *r, psy_error *err)
{
	buffer list = {0};
	psy_status status = PSY_OK;

	buffer_text(&list, "");
	for (size_t i = 0; i < r->atlases.count && list.size < 150; i++)
		buffer_format(&list, "%s%s", i ? ", " : "", r->atlases.item[i]);
	if (r->atlases.count == 0)
		status = psy_fail(err, PSY_DOMAIN, "it has no values of %.60s", r->element);
	else if (r->atlas == NULL && r->atlases.count > 1)
	{
		psy_fail(err, PSY_DOMAIN, "it has %.60s over several atlases: %.160s", r->element, list.data);
		status = psy_hint(err, "say which with --variable NAME");
	}
	else if (r->to->value == NULL)
		status = psy_fail(err, PSY_DOMAIN, "it has no %.60s over %.60s; it has it over %.160s", r->element, r->atlas, list.data);
	buffer_free(&list);
	return status;
}

psy_status
cat12_parse(cat12 *c, const char *bytes, size_t size, const char *atlas, const char *measure, psy_error *err)
{
	reading r = {.to = c, .atlas = atlas};
	xmlTextReaderPtr xml;
	int more;
	psy_status status = PSY_OK;

	*c = (cat12){0};
	if (size > CAT12_LIMIT)
		return psy_fail(err, PSY_LIMIT, "more than %zu MB", CAT12_LIMIT >> 20);
	name_element(&r, measure);
	if (r.report)
		r.atlas = NULL;
	xml = xmlReaderForMemory(bytes, (int) size, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (xml == NULL)
		return psy_fail(err, PSY_NOMEM, "libxml2 has no memory left");
	while (status == PSY_OK && (more = xmlTextReaderRead(xml)) == 1)
		status = see_node(&r, xml, err);
	if (status == PSY_OK && more != 0)
		status = psy_fail(err, PSY_FORMAT, "not well-formed XML, near line %d", xmlTextReaderGetParserLineNumber(xml));
	if (status == PSY_OK)
		status = check_found(&r, err);
	xmlFreeTextReader(xml);
	while (r.depth > 0)
		free(r.path[--r.depth]);
	clear_found(&r.found);
	list_free(&r.atlases);
	buffer_free(&r.text);
	if (status != PSY_OK)
		cat12_free(c);
	return status;
}
