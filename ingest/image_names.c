/* image_names.c - see image_names.h. */
#include "image_names.h"

#include "number.h"

#include <ctype.h>
#include <inttypes.h>
#include <libxml/xmlreader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_REGIONS 100000

psy_status
image_names_add(regions *r, int64_t label, const char *name, size_t length, psy_error *err)
{
	if (r->count == MAX_REGIONS)
		return psy_fail(err, PSY_LIMIT, "more than %d regions", MAX_REGIONS);
	r->name = grow(r->name, r->count + 1, sizeof *r->name);
	r->label = grow(r->label, r->count + 1, sizeof *r->label);
	r->name[r->count] = keep_bytes(name, length);
	r->label[r->count++] = label;
	return PSY_OK;
}

/* "2001 Precentral_L ..." gives label and name; a line whose first word is no number is a name as a whole. */
static psy_status
read_line(regions *r, const char *line, size_t length, bool numbered, long number, psy_error *err)
{
	char *end;
	long long label;
	size_t name;

	if (!numbered)
		return image_names_add(r, NO_LABEL, line, length, err);
	label = strtoll(line, &end, 10);
	while (*end == ' ' || *end == '\t')
		end++;
	name = strcspn(end, " \t");
	if (end == line || name == 0 || label < 0 || label > INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "line %ld: expected a label from 0 to %d and a name", number,
						INT32_MAX);
	return label == 0 ? PSY_OK : image_names_add(r, label, end, name, err);
}

/* FreeSurfer's palettes end each line in four numbers: R G B A. They name every label that any image may
 * have. */
static bool
is_palette(const char *line)
{
	unsigned r, g, b, a;
	char name[200], more[2];

	return sscanf(line, "%*d %199s %u %u %u %u %1s", name, &r, &g, &b, &a, more) == 5 && r < 256 && g < 256 &&
		   b < 256 && a < 256;
}

static bool
starts_with_label(const char *line)
{
	size_t digits = strspn(line, "0123456789");

	return digits > 0 && (line[digits] == ' ' || line[digits] == '\t') &&
		   line[digits + strspn(line + digits, " \t")] != '\0';
}

static psy_status
read_lines(regions *r, char *text, bool *palette, psy_error *err)
{
	bool numbered = false;
	long number = 0;
	psy_status status = PSY_OK;

	for (char *line = text, *next; line != NULL && status == PSY_OK; line = next)
	{
		size_t length = strcspn(line, "\r\n");

		next = line[length] ? line + length + 1 : NULL;
		line[length] = '\0';
		number++;
		while (length > 0 && isspace((unsigned char) line[length - 1]))
			line[--length] = '\0';
		if (length == 0 || *line == '#')
			continue;
		if (r->count == 0)
			numbered = starts_with_label(line);
		*palette = numbered && is_palette(line) && (*palette || r->count == 0);
		status = read_line(r, line, length, numbered, number, err);
	}
	return status;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

/* No name and no label twice. */
static psy_status
check_distinct(const regions *r, psy_error *err)
{
	char **name = grow(NULL, r->count, sizeof *name);
	int64_t *label = grow(NULL, r->count, sizeof *label);
	psy_status status = PSY_OK;

	memcpy(name, r->name, r->count * sizeof *name);
	memcpy(label, r->label, r->count * sizeof *label);
	qsort(name, r->count, sizeof *name, by_text);
	qsort(label, r->count, sizeof *label, by_number);
	for (size_t i = 1; i < r->count && status == PSY_OK; i++)
		if (strcmp(name[i - 1], name[i]) == 0)
		{
			psy_fail(err, PSY_DOMAIN, "two regions have the name %.80s", name[i]);
			status = psy_hint(err, "tables are matched by name: tell them apart in the file, by hemisphere or by their number");
		}
		else if (label[i] != NO_LABEL && label[i - 1] == label[i])
			status = psy_fail(err, PSY_DOMAIN, "two regions have the label %" PRId64, label[i]);
	free(name);
	free(label);
	return status;
}

/* ---- FSL ------------------------------------------------------------------------------------- */

/* The text of the element that the reader stands on. */
static psy_status
element_text(xmlTextReaderPtr xml, buffer *text, psy_error *err)
{
	int depth = xmlTextReaderDepth(xml), more = 1;

	buffer_clear(text);
	buffer_text(text, "");
	if (xmlTextReaderIsEmptyElement(xml))
		return PSY_OK;
	while ((more = xmlTextReaderRead(xml)) == 1 && xmlTextReaderDepth(xml) > depth)
		if (xmlTextReaderNodeType(xml) == XML_READER_TYPE_TEXT ||
			xmlTextReaderNodeType(xml) == XML_READER_TYPE_CDATA)
			buffer_text(text, (const char *) xmlTextReaderConstValue(xml));
	return more == 1 ? PSY_OK : psy_fail(err, PSY_FORMAT, "the XML is damaged");
}

/* <label index="0" ...>Frontal Pole</label>: of a probabilistic atlas the volume from 0, of any other the
 * value. */
static psy_status
read_fsl_label(xmlTextReaderPtr xml, bool probabilistic, regions *r, buffer *text, psy_error *err)
{
	xmlChar *index = xmlTextReaderGetAttribute(xml, (const xmlChar *) "index");
	long line = xmlTextReaderGetParserLineNumber(xml);
	int64_t number = 0;
	psy_error why;
	bool known =
		index != NULL && parse_whole((const char *) index, 0, INT32_MAX - 1, &number, &why) == PSY_OK;
	psy_status status;

	xmlFree(index);
	status = element_text(xml, text, err);
	if (status == PSY_OK && (!known || text->size == 0))
		status = psy_fail(err, PSY_FORMAT, "line %ld: expected <label index=\"N\">name</label>", line);
	number += probabilistic;
	return status == PSY_OK && number > 0 ? image_names_add(r, number, text->data, text->size, err) : status;
}

static psy_status
read_fsl(regions *r, const buffer *document, psy_error *err)
{
	xmlTextReaderPtr xml = xmlReaderForMemory(document->data, (int) document->size, NULL, "UTF-8",
											  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	buffer text = {0};
	bool probabilistic = false, atlas = false;
	int more = xml ? 1 : -1;
	psy_status status = PSY_OK;

	while (status == PSY_OK && more == 1 && (more = xmlTextReaderRead(xml)) == 1)
	{
		const char *name = (const char *) xmlTextReaderConstName(xml);

		if (xmlTextReaderNodeType(xml) == XML_READER_TYPE_DOCUMENT_TYPE)
			status = psy_fail(err, PSY_UNSUPPORTED, "a document type declaration (DOCTYPE) is not accepted");
		if (xmlTextReaderNodeType(xml) != XML_READER_TYPE_ELEMENT)
			continue;
		atlas |= strcmp(name, "atlas") == 0;
		if (strcmp(name, "type") == 0)
		{
			status = element_text(xml, &text, err);
			probabilistic = status == PSY_OK && strncasecmp(text.data, "prob", 4) == 0;
		}
		else if (strcmp(name, "label") == 0)
			status = read_fsl_label(xml, probabilistic, r, &text, err);
	}
	if (status == PSY_OK && (more != 0 || !atlas))
		status = psy_fail(err, PSY_FORMAT,
						  "expected an FSL atlas in XML: <atlas><header>...<data><label index=...>");
	xmlFreeTextReader(xml);
	buffer_free(&text);
	return status;
}

/* ---- both ------------------------------------------------------------------------------------ */

psy_status
image_names_parse(image_names *names, buffer *text, psy_error *err)
{
	psy_status status;

	buffer_text(text, ""); /* of an empty document too */
	if (text->data[strspn(text->data, " \t\r\n")] == '<')
		status = read_fsl(&names->regions, text, err);
	else
		status = read_lines(&names->regions, text->data, &names->palette, err);
	return status == PSY_OK ? image_names_check(names, err) : status;
}

psy_status
image_names_check(const image_names *names, psy_error *err)
{
	if (names->regions.count == 0)
		return psy_fail(err, PSY_FORMAT, "no region is named");
	return check_distinct(&names->regions, err);
}

void
image_names_number(regions *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->label[i] == NO_LABEL)
			r->label[i] = (int64_t) i + 1;
}
