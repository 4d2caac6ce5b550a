/*
 * literature_item.c - from a record's tags to the warehouse's fields; see literature_item.h.
 *
 * First every value goes to the field that its tag's rule names, cut where it is a list, its blanks
 * collapsed.  Then what one value cannot tell is settled among all of them: which of several titles stands,
 * whether T2 is a journal or a series, where the DOI is, what the pages are.  A value that loses becomes
 * F_EXTRA and so keeps its tag.
 */
#include "literature_item_own.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *
item_value(const literature_item *item, const literature_value *v)
{
	return item->text.data + v->at;
}

literature_value *
item_add(literature_item *item, literature_field field, unsigned char rank, size_t pair)
{
	literature_value *v;

	if (item->values == item->room)
	{
		item->room = item->room ? item->room * 2 : 128;
		item->value = grow(item->value, item->room, sizeof *item->value);
	}
	v = &item->value[item->values++];
	*v = (literature_value){
		.field = (uint8_t) field, .rank = rank, .pair = (uint32_t) pair, .at = (uint32_t) item->text.size};
	item->held[field]++;
	return v;
}

/* Fields whose lines are paragraphs. */
static bool
keeps_lines(literature_field field)
{
	return field == F_ABSTRACT || field == F_ABSTRACT_TRANSLATED || field == F_NOTE || field == F_DOI_MAYBE ||
		   field == F_EXTRA;
}

#define LANES 16
typedef unsigned char lanes __attribute__((vector_size(LANES)));

static bool
any_lane(lanes mask)
{
	uint64_t half[2];

	memcpy(half, &mask, sizeof half);
	return (half[0] | half[1]) != 0;
}

/* Whether sixteen bytes hold a control character, or two blanks in a row; lanes that were U+2028's first byte
 * are gathered. */
static bool
is_ragged(const char *p, bool lines, lanes *e2)
{
	lanes v, next, control, blank, both;

	memcpy(&v, p, sizeof v);
	memcpy(&next, p + 1, sizeof next);
	blank = (lanes) (v == ' ');
	both = (lanes) (next == ' ');
	control = (lanes) (v < ' ');
	if (lines)
	{
		blank |= (lanes) (v == '\n');
		both |= (lanes) (next == '\n');
		control &= (lanes) (v != '\n');
	}
	*e2 |= (lanes) (v == 0xe2);
	return any_lane(control | (blank & both));
}

/* Whether the text is what collapse would make of it, as nearly every value is. */
static bool
is_collapsed(const char *p, size_t length, bool lines)
{
	char rest[LANES + 1];
	const char *q = p, *end = p + length;
	lanes e2 = {0};

	if (length == 0 || (unsigned char) *p <= ' ' || (unsigned char) end[-1] <= ' ')
		return length == 0;
	for (; end - q > LANES; q += LANES)
		if (is_ragged(q, lines, &e2))
			return false;
	if (length > LANES) /* the last ones once more: of the end itself it is known that it is no blank */
		q = end - LANES - 1;
	else
	{
		memset(rest, 'x', sizeof rest);
		memcpy(rest, p, length);
		q = rest;
	}
	if (is_ragged(q, lines, &e2))
		return false;
	return !any_lane(e2) || memmem(p, length, "\xe2\x80\xa8", 3) == NULL;
}

/* Appends the text with its blanks collapsed to one; a line separator (U+2028) is a blank too.  Returns the
 * length. */
static size_t
collapse(buffer *out, const char *p, size_t length, bool lines)
{
	const char *end = p + length;
	char *start, *to;
	bool gap = false, broken = false;

	buffer_reserve(out, length + 1);
	start = to = out->data + out->size;
	while (p < end)
	{
		unsigned char c = (unsigned char) *p;

		if (c > ' ' && c != 0xe2)
		{
			if (gap && to > start)
				*to++ = broken && lines ? '\n' : ' ';
			gap = broken = false;
			*to++ = *p++;
			while (p < end && ((unsigned char) *p > ' ' && (unsigned char) *p != 0xe2))
				*to++ = *p++;
		}
		else if (c == 0xe2 && !(end - p >= 3 && p[1] == '\x80' && p[2] == '\xa8'))
		{
			if (gap && to > start)
				*to++ = broken && lines ? '\n' : ' ';
			gap = broken = false;
			*to++ = *p++;
		}
		else
		{
			gap = true;
			broken |= c == '\n' || c == '\r' || c == 0xe2;
			p += c == 0xe2 ? 3 : 1;
		}
	}
	*to = '\0';
	out->size += (size_t) (to - start) + 1;
	return (size_t) (to - start);
}

void
item_put(literature_item *item, literature_field field, unsigned char rank, size_t pair, const char *text,
		 size_t length)
{
	literature_value *v = item_add(item, field, rank, pair);

	if (is_collapsed(text, length, keeps_lines(field)))
	{
		buffer_reserve(&item->text, length + 1);
		memcpy(item->text.data + item->text.size, text, length);
		item->text.data[item->text.size + length] = '\0';
		item->text.size += length + 1;
		v->length = (uint32_t) length;
	}
	else
		v->length = (uint32_t) collapse(&item->text, text, length, keeps_lines(field));
	if (v->length == 0)
		item->values--;
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* Bytes of a separator at p, 0 for none. */
static size_t
separator(const char *p, const char *start, const char *end, value_split split)
{
	if (*p == '\n')
		return split != SPLIT_FLOW;
	if (split == SPLIT_LINES)
		return 0;
	if (split == SPLIT_STOPS)
		return *p == '.' && (p + 1 == end || p[1] == ' ');
	if (*p == ';')
	{
		/* "&amp;" and "&#233;" are no end of anything. */
		const char *q = p;

		while (q > start && p - q < 8 && (isalnum((unsigned char) q[-1]) || q[-1] == '#'))
			q--;
		return q > start && q < p && q[-1] == '&' ? 0 : 1;
	}
	if (end - p >= 3 && memcmp(p, "\xef\xbc\x9b", 3) == 0)
		return 3;
	if (split != SPLIT_COMMA)
		return 0;
	if (*p == ',')
		return 1;
	return end - p >= 3 && (memcmp(p, "\xef\xbc\x8c", 3) == 0 || memcmp(p, "\xe3\x80\x81", 3) == 0) ? 3 : 0;
}

/* Whether commas stand between the names and not within them: Chinese names, or "Smith J., Jones K.". */
static bool
commas_between(const char *text, size_t length)
{
	const char *p = text, *end = text + length;
	size_t names = 0;

	if (memchr(text, ';', length) != NULL)
		return false;
	if (has_han(text, length))
	{
		for (; p < end; p++)
			if (isalpha((unsigned char) *p))
				return false;
		return true;
	}
	while (p < end)
	{
		const char *comma = memchr(p, ',', (size_t) (end - p)), *last, *space;

		last = comma == NULL ? end : comma;
		while (p < last && *p == ' ')
			p++;
		space = memrchr(p, ' ', (size_t) (last - p));
		if (space == NULL || last - space > 7 || last == space + 1)
			return false;
		for (space++; space < last; space++)
			if (!isupper((unsigned char) *space) && *space != '.' && *space != '-')
				return false;
		names++;
		p = last + 1;
	}
	return names > 1;
}

/* "Bunkers, Sandra RN; PhD; FAAN 1;  Dennis, Minyi 1,2": whether the semicolon at p stands between two people. */
static bool
between_people(const char *p, const char *end)
{
	const char *next = memchr(p + 1, ';', (size_t) (end - p - 1));

	if (next == NULL)
		next = end;
	return memchr(p, ',', (size_t) (next - p)) != NULL || next - p > 12;
}

/* The length without what Ovid puts behind a name: numbers of affiliations. */
static size_t
without_numbers(const char *name, size_t length)
{
	size_t n = length;

	while (n > 0 && (isdigit((unsigned char) name[n - 1]) || strchr(", ;", name[n - 1]) != NULL))
		n--;
	return n > 0 && n < length && name[n] == ' ' && isdigit((unsigned char) name[n + strspn(name + n, " ,;")]) ? n : length;
}

/* People of Ovid's long labels where semicolons stand between them. */
static void
put_people(literature_item *item, const literature_rule *rule, size_t pair, const char *text, size_t length)
{
	const char *start = text, *end = text + length;

	for (const char *p = text; p <= end; p++)
		if (p == end || *p == '\n' || (*p == ';' && between_people(p, end)))
		{
			item_put(item, rule->field, rule->rank, pair, start, without_numbers(start, (size_t) (p - start)));
			start = p + 1;
		}
}

static void
put_list(literature_item *item, const literature_rule *rule, size_t pair, const char *text, size_t length)
{
	const char *p = text, *start = text, *end = text + length;
	value_split split = rule->split;

	if (split == SPLIT_STOPS && memchr(text, ';', length) != NULL)
	{
		put_people(item, rule, pair, text, length);
		return;
	}
	if (split == SPLIT_NAMES)
		split = commas_between(text, length) ? SPLIT_COMMA : SPLIT_SEMI;
	while (p < end)
	{
		size_t n = separator(p, start, end, split);

		if (n == 0)
		{
			p++;
			continue;
		}
		item_put(item, rule->field, rule->rank, pair, start, (size_t) (p - start));
		p += n;
		start = p;
	}
	item_put(item, rule->field, rule->rank, pair, start, (size_t) (end - start));
}

/* ---- the rules ------------------------------------------------------------------------------- */

static const literature_rule *
rule_for(literature_item *item, const char *tag, size_t length)
{
	const literature_rule **slot;
	static const literature_rule none = {"", F_EXTRA, SPLIT_NONE, 255};

	if (length != 2 || (tag[0] | tag[1]) & 0x80)
		return literature_rule_of(item->format, tag, length);
	slot = &item->index[(unsigned char) tag[0]][(unsigned char) tag[1]];
	if (*slot == NULL)
	{
		const literature_rule *found = literature_rule_of(item->format, tag, length);

		*slot = found != NULL ? found : &none;
	}
	return *slot == &none ? NULL : *slot;
}

static bool
has_dash(const char *text)
{
	return strpbrk(text, "-~+") != NULL || strstr(text, "\xe2\x80\x93") != NULL;
}

static name_order
order_of(literature_format format)
{
	return format == LITERATURE_BIBTEX ? NAME_NATURAL
		   : format == LITERATURE_RIS || format == LITERATURE_ENW || format == LITERATURE_REFWORKS ||
				   format == LITERATURE_ENDNOTE_XML || format == LITERATURE_EBSCO_XML
			   ? NAME_COMMA
			   : NAME_SPACE;
}

static void
map_pair(literature_item *item, size_t i, literature_notes *notes)
{
	const literature_pair *pair = &item->record->pair[i];
	const char *tag = record_tag(item->record, i), *value = record_value(item->record, i);
	const literature_rule *rule =
		item->columns != NULL ? item->columns[i] : rule_for(item, tag, pair->tag_length);
	size_t from = item->values;

	if (pair->length == 0)
		return;
	if (rule == NULL)
	{
		static const literature_rule extra = {"", F_EXTRA, SPLIT_NONE, 0};

		/* A table's further columns are its own affair; BibTeX's fields are open. */
		if (item->columns == NULL && item->format != LITERATURE_BIBTEX && item->format != LITERATURE_WOS &&
			item->format != LITERATURE_OVID && item->format != LITERATURE_EBSCO_XML && notes != NULL)
			notes_add(notes, "unknown_tag", tag, pair->tag_length, pair->line, value, pair->length);
		rule = &extra;
	}
	if (rule->split == SPLIT_NONE)
		item_put(item, rule->field, rule->rank, i, value, pair->length);
	else
		put_list(item, rule, i, value, pair->length);
	for (; from < item->values; from++)
	{
		literature_value *v = &item->value[from];

		v->names = item->format == LITERATURE_BIBTEX && strstr(tag, " literal") != NULL
					   ? NAME_LITERAL
					   : order_of(item->format);
		if (v->field == F_PAGES && !has_dash(item_value(item, v)))
			v->rank++; /* CNKI writes a second one, the number of pages */
	}
}

psy_status
literature_map(literature_item *item, literature_format format, const literature_record *record,
			   literature_notes *notes, psy_error *err)
{
	(void) err;
	if (!item->indexed || item->format != format)
	{
		memset(item->index, 0, sizeof item->index);
		item->indexed = true;
	}
	item->format = format;
	item->record = record;
	item->values = 0;
	memset(item->held, 0, sizeof item->held);
	buffer_clear(&item->text);
	for (size_t i = 0; i < record->pairs; i++)
		map_pair(item, i, notes);
	item_settle(item, notes);
	return PSY_OK;
}

void
item_free(literature_item *item)
{
	buffer_free(&item->text);
	buffer_free(&item->doi);
	buffer_free(&item->pages);
	free(item->value);
	item->value = NULL;
	item->values = item->room = 0;
}
