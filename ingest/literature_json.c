/* literature_json.c - an item's fields as the warehouse's columns take them: texts, lists and people as JSON,
 * what has no field. */
#include "literature_item_own.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *
item_text(const literature_item *item, literature_field field)
{
	const literature_value *v = item_best(item, field);

	return v == NULL ? NULL : item_value(item, v);
}

static bool
said_before(const literature_item *item, size_t value)
{
	for (size_t i = 0; i < value; i++)
		if (item->value[i].field == item->value[value].field &&
			item->value[i].length == item->value[value].length &&
			memcmp(item_value(item, &item->value[i]), item_value(item, &item->value[value]),
				   item->value[i].length) == 0)
			return true;
	return false;
}

bool
item_list(const literature_item *item, literature_field field, buffer *out)
{
	bool some = false;

	buffer_clear(out);
	buffer_byte(out, '[');
	for (size_t i = 0; item->held[field] > 0 && i < item->values; i++)
		if (item->value[i].field == field && !said_before(item, i))
		{
			if (some)
				buffer_text(out, ", ");
			json_string(out, item_value(item, &item->value[i]));
			some = true;
		}
	buffer_byte(out, ']');
	return some;
}

bool
item_joined(const literature_item *item, literature_field field, const char *between, buffer *out)
{
	bool some = false;

	buffer_clear(out);
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == field && !said_before(item, i))
		{
			if (some)
				buffer_text(out, between);
			buffer_text(out, item_value(item, &item->value[i]));
			some = true;
		}
	return some;
}

static void
json_part(buffer *out, const char *name, const char *text, size_t length)
{
	char *part;

	if (text == NULL || length == 0)
		return;
	part = keep_bytes(text, length);
	json_member(out, name, part);
	free(part);
}

/* Scopus writes its number of a person behind the name, Web of Science an address: "Hershey, Anne E.
 * (57190394669)". */
static size_t
without_parenthesis(const char *text, size_t length)
{
	size_t at = length;
	bool address = false, digits = true;

	if (length < 4 || text[length - 1] != ')')
		return length;
	for (at--; at > 0 && text[at - 1] != '('; at--)
	{
		address |= text[at - 1] == '@';
		digits &= isdigit((unsigned char) text[at - 1]) != 0;
	}
	return at > 2 && text[at - 2] == ' ' && (address || digits) ? at - 2 : length;
}

/* A word of a name that Ovid takes from a title page: a degree, a mark of a footnote. */
static bool
is_degree(const char *word, size_t length)
{
	static const char degrees[] = " MD PhD Ph.D. M.D. MPH MS MSc M.Sc. BSc BA MA RN DO DDS DMD PharmD PsyD "
								  "DrPH MBBS MBChB FRCP FACS FACSM FACP EdD ScD DSc MBA JD DVM ";
	char padded[16];

	while (length > 1 && (word[length - 1] == ',' || word[length - 1] == ';'))
		length--;
	for (size_t i = 0; i < length; i++)
		if (isdigit((unsigned char) word[i]) || word[i] == '*' || word[i] == '+')
			return true;
	if (length + 3 > sizeof padded)
		return false;
	padded[0] = ' ';
	memcpy(padded + 1, word, length);
	strcpy(padded + 1 + length, " ");
	return strstr(degrees, padded) != NULL;
}

/* Ovid: "Walsdorf, Neill B. [Inventor]", "Redlich, Carrie A. MD, MPH 1", "AHMED, Mughees." */
static size_t
ovid_name(const char *text, size_t length)
{
	const char *bracket = memmem(text, length, " [", 2), *comma;

	if (bracket != NULL)
		length = (size_t) (bracket - text);
	comma = memchr(text, ',', length);
	for (size_t at = comma == NULL ? length : (size_t) (comma - text) + 2; at < length;)
	{
		const char *space = memchr(text + at, ' ', length - at);
		size_t end = space == NULL ? length : (size_t) (space - text);

		if (is_degree(text + at, end - at))
		{
			length = at - 1;
			break;
		}
		at = end + 1;
	}
	while (length > 2 && (text[length - 1] == ',' ||
						  (text[length - 1] == '.' && islower((unsigned char) text[length - 2]))))
		length--;
	return length;
}

static size_t
name_length(const literature_item *item, const char *text, size_t length)
{
	return item->format == LITERATURE_OVID ? ovid_name(text, length) : without_parenthesis(text, length);
}

static void
json_person(buffer *out, const literature_item *item, const literature_value *v,
			const literature_value *brief)
{
	char *text = keep_bytes(item_value(item, v), name_length(item, item_value(item, v), v->length));
	person p;

	split_name(text, v->names, &p);
	buffer_byte(out, '{');
	json_member(out, "written", item_value(item, v));
	json_part(out, "family", p.family, p.family_length);
	json_part(out, "given", p.given, p.given_length);
	json_part(out, "suffix", p.suffix, p.suffix_length);
	if (p.literal != NULL)
		json_member(out, "literal", p.literal);
	if (brief != NULL && strcmp(item_value(item, brief), item_value(item, v)) != 0)
		json_member(out, "short", item_value(item, brief));
	buffer_byte(out, '}');
	free(text);
}

/* The initials of the same person: in NBIB the next line, elsewhere the same place of a list as long. */
static const literature_value *
brief_of(const literature_item *item, const literature_value *v, size_t place, bool parallel,
		 literature_field shorts)
{
	size_t n = 0;

	for (size_t i = 0; i < item->values; i++)
	{
		if (item->value[i].field != shorts)
			continue;
		if (item->format == LITERATURE_NBIB || item->format == LITERATURE_PUBMED_XML ? item->value[i].pair == v->pair + 1 : parallel && n == place)
			return &item->value[i];
		n++;
	}
	return NULL;
}

bool
item_people(const literature_item *item, literature_field field, literature_field shorts, buffer *out)
{
	bool parallel = item_count(item, field) == item_count(item, shorts), any = item_count(item, shorts) > 0;
	size_t place = 0;

	buffer_clear(out);
	buffer_byte(out, '[');
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == field)
		{
			if (place > 0)
				buffer_text(out, ", ");
			json_person(out, item, &item->value[i],
						any ? brief_of(item, &item->value[i], place, parallel, shorts) : NULL);
			place++;
		}
	buffer_byte(out, ']');
	return place > 0;
}

static bool
tag_before(const literature_item *item, size_t value)
{
	const char *tag = record_tag(item->record, item->value[value].pair);

	for (size_t i = 0; i < value; i++)
		if (item->value[i].field == F_EXTRA &&
			strcmp(record_tag(item->record, item->value[i].pair), tag) == 0)
			return true;
	return false;
}

bool
item_extra(const literature_item *item, buffer *out)
{
	bool some = false;

	buffer_clear(out);
	buffer_byte(out, '{');
	for (size_t i = 0; i < item->values; i++)
	{
		const char *tag = record_tag(item->record, item->value[i].pair);
		bool first = true;

		if (item->value[i].field != F_EXTRA || tag_before(item, i))
			continue;
		json_open(out, tag, '[');
		for (size_t k = i; k < item->values; k++)
			if (item->value[k].field == F_EXTRA &&
				strcmp(record_tag(item->record, item->value[k].pair), tag) == 0)
			{
				if (!first)
					buffer_text(out, ", ");
				json_string(out, item_value(item, &item->value[k]));
				first = false;
			}
		buffer_byte(out, ']');
		some = true;
	}
	buffer_byte(out, '}');
	return some;
}
