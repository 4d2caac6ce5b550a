/* zip_part.c - libzip's inflated bytes into libxml2's pull reader; see zip_part.h. */
#include "zip_part.h"

#include "buffer.h"

#include <stdlib.h>
#include <string.h>

struct zip_part
{
	zip_file_t *file;
	char *name;
	size_t limit, taken;
	bool too_long, broken;
};

static int
read_bytes(void *context, char *to, int want)
{
	zip_part *part = context;
	zip_int64_t got;

	if (part->taken >= part->limit)
	{
		part->too_long = true;
		return -1;
	}
	got = zip_fread(part->file, to, (zip_uint64_t) want);
	if (got < 0)
	{
		part->broken = true;
		return -1;
	}
	part->taken += (size_t) got;
	return (int) got;
}

static int
close_nothing(void *context)
{
	(void) context;
	return 0;
}

/* What is wrong is told by zip_part_read; libxml2 itself stays silent, its complaints about encodings included. */
static void
say_nothing(void *arg, xmlErrorPtr what)
{
	(void) arg, (void) what;
}

psy_status
zip_part_open(zip_t *archive, const char *name, size_t limit, zip_part **part, xmlTextReaderPtr *xml, psy_error *err)
{
	zip_stat_t about;

	*part = NULL;
	*xml = NULL;
	if (zip_stat(archive, name, 0, &about) != 0)
		return PSY_OK;
	if ((about.valid & ZIP_STAT_SIZE) && about.size > limit)
		return psy_fail(err, PSY_LIMIT, "its part %.80s would inflate to more than %zu MB", name, limit >> 20);
	*part = grow(NULL, 1, sizeof **part);
	**part = (zip_part){.file = zip_fopen(archive, name, 0), .name = keep_text(name), .limit = limit};
	if ((*part)->file != NULL)
		*xml = xmlReaderForIO(read_bytes, close_nothing, *part, NULL, NULL,
							  XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (*xml != NULL)
	{
		xmlTextReaderSetStructuredErrorHandler(*xml, say_nothing, NULL);
		xmlSetStructuredErrorFunc(NULL, say_nothing);
		return PSY_OK;
	}
	zip_part_close(*part, NULL);
	*part = NULL;
	psy_fail(err, PSY_FORMAT, "its part %.80s cannot be read (%.80s)", name, zip_strerror(archive));
	return psy_hint(err, "save it again without a password");
}

psy_status
zip_part_read(zip_part *part, xmlTextReaderPtr xml, bool *more, psy_error *err)
{
	int got = xmlTextReaderRead(xml);

	*more = got == 1;
	if (part->too_long)
		return psy_fail(err, PSY_LIMIT, "its part %.80s inflates to more than %zu MB", part->name, part->limit >> 20);
	if (part->broken)
		return psy_fail(err, PSY_FORMAT, "its part %.80s is damaged (wrong checksum or cut short)", part->name);
	if (got < 0)
		return psy_fail(err, PSY_FORMAT, "its part %.80s is not well-formed XML (line %d of the part)", part->name,
						xmlTextReaderGetParserLineNumber(xml));
	if (*more && xmlTextReaderNodeType(xml) == XML_READER_TYPE_DOCUMENT_TYPE)
		return psy_fail(err, PSY_FORMAT, "its part %.80s declares a document type, which no such file needs", part->name);
	return PSY_OK;
}

void
zip_part_close(zip_part *part, xmlTextReaderPtr xml)
{
	if (xml != NULL)
		xmlFreeTextReader(xml);
	if (part == NULL)
		return;
	if (part->file != NULL)
		zip_fclose(part->file);
	free(part->name);
	free(part);
}

static bool
is_named(xmlTextReaderPtr xml, const char *name)
{
	const xmlChar *own = xmlTextReaderConstLocalName(xml);

	return own != NULL && strcmp((const char *) own, name) == 0;
}

bool
xml_starts(xmlTextReaderPtr xml, const char *name)
{
	return xmlTextReaderNodeType(xml) == XML_READER_TYPE_ELEMENT && is_named(xml, name);
}

bool
xml_ends(xmlTextReaderPtr xml, const char *name)
{
	return (xmlTextReaderNodeType(xml) == XML_READER_TYPE_END_ELEMENT ||
			(xmlTextReaderNodeType(xml) == XML_READER_TYPE_ELEMENT && xmlTextReaderIsEmptyElement(xml))) &&
		   is_named(xml, name);
}

char *
xml_attribute(xmlTextReaderPtr xml, const char *name)
{
	char *value = NULL;

	for (int more = xmlTextReaderMoveToFirstAttribute(xml); more == 1 && value == NULL;
		 more = xmlTextReaderMoveToNextAttribute(xml))
		if (is_named(xml, name))
			value = keep_text((const char *) xmlTextReaderConstValue(xml));
	xmlTextReaderMoveToElement(xml);
	return value;
}
