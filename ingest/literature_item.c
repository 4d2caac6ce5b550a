/*
 * literature_item.c - from a record's tags to the warehouse's fields; see literature_item.h.
 *
 * First every value goes to the field that its tag's rule names, cut where it is a list, its blanks
 * collapsed.  Then what one value cannot tell is settled among all of them: which of several titles stands,
 * whether T2 is a journal or a series, where the DOI is, what the pages are.  A value that loses becomes
 * F_EXTRA and so keeps its tag.
 */
#include "literature_item.h"

#include "literature_citation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *
text_of(const literature_item *item, const literature_value *v)
{
	return item->text.data + v->at;
}

static literature_value *
add_value(literature_item *item, literature_field field, unsigned char rank, size_t pair)
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
	memset(rest, 'x', sizeof rest);
	memcpy(rest, q, (size_t) (end - q));
	if (is_ragged(rest, lines, &e2))
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
			broken |= c == '\n' || c == 0xe2;
			p += c == 0xe2 ? 3 : 1;
		}
	}
	*to = '\0';
	out->size += (size_t) (to - start) + 1;
	return (size_t) (to - start);
}

static void
put(literature_item *item, literature_field field, unsigned char rank, size_t pair, const char *text,
	size_t length)
{
	literature_value *v = add_value(item, field, rank, pair);

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

/* ---- lists
 * ---------------------------------------------------------------------------------------------------------
 */

/* Bytes of a separator at p, 0 for none. */
static size_t
separator(const char *p, const char *start, const char *end, value_split split)
{
	if (*p == '\n')
		return split != SPLIT_FLOW;
	if (split == SPLIT_LINES)
		return 0;
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

static void
put_list(literature_item *item, const literature_rule *rule, size_t pair, const char *text, size_t length)
{
	const char *p = text, *start = text, *end = text + length;
	value_split split = rule->split;

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
		put(item, rule->field, rule->rank, pair, start, (size_t) (p - start));
		p += n;
		start = p;
	}
	put(item, rule->field, rule->rank, pair, start, (size_t) (end - start));
}

/* ---- the rules
 * ----------------------------------------------------------------------------------------------------- */

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
				   format == LITERATURE_ENDNOTE_XML
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
			item->format != LITERATURE_OVID && notes != NULL)
			notes_add(notes, "unknown_tag", tag, pair->tag_length, pair->line, value, pair->length);
		rule = &extra;
	}
	if (rule->split == SPLIT_NONE)
		put(item, rule->field, rule->rank, i, value, pair->length);
	else
		put_list(item, rule, i, value, pair->length);
	for (; from < item->values; from++)
	{
		literature_value *v = &item->value[from];

		v->names = item->format == LITERATURE_BIBTEX && strstr(tag, " literal") != NULL
					   ? NAME_LITERAL
					   : order_of(item->format);
		if (v->field == F_PAGES && !has_dash(text_of(item, v)))
			v->rank++; /* CNKI writes a second one, the number of pages */
	}
}

/* ---- settling
 * ------------------------------------------------------------------------------------------------------ */

/* item->held never counts less than there are: a field that nothing held needs no looking. */
static void
become(literature_item *item, literature_value *v, literature_field field)
{
	v->field = (uint8_t) field;
	item->held[field]++;
}

static literature_value *
best(const literature_item *item, literature_field field)
{
	literature_value *found = NULL;

	for (size_t i = 0; item->held[field] > 0 && i < item->values; i++)
		if (item->value[i].field == field && (found == NULL || item->value[i].rank < found->rank))
			found = &item->value[i];
	return found;
}

static size_t
count(const literature_item *item, literature_field field)
{
	size_t n = 0;

	for (size_t i = 0; item->held[field] > 0 && i < item->values; i++)
		n += item->value[i].field == field;
	return n;
}

static void
move(literature_item *item, literature_field from, literature_field to)
{
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == from)
			become(item, &item->value[i], to);
}

/* The best value of a field that holds one stands; one that says the same goes, another is kept as extra. */
static void
keep_one(literature_item *item, literature_field field)
{
	literature_value *one = item->held[field] > 1 ? best(item, field) : NULL;

	for (size_t i = 0; one != NULL && i < item->values; i++)
	{
		literature_value *v = &item->value[i];

		if (v->field != field || v == one)
			continue;
		become(item, v, strcasecmp(text_of(item, v), text_of(item, one)) == 0 ? F_FIELDS : F_EXTRA);
	}
}

#define BRACKETED                                                                                            \
	250 /* the rank of a word for the type that stands behind a title: "[Report]" is an article all the same \
		 */

/* What Web of Science's PT and DT say together: a letter in a journal is an article, a review in a book one
 * of its chapters. */
static const char *
wos_type(const literature_item *item)
{
	const char *kind = NULL, *document = NULL;

	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == F_TYPE)
			*(item->value[i].rank == 0 ? &document : &kind) =
				literature_type(item->format, text_of(item, &item->value[i]));
	if (document != NULL &&
		(kind == NULL || strcmp(kind, "journal_article") == 0 || strncmp(document, "conference", 10) == 0))
		return document;
	return kind;
}

/* CNKI's collections tell what its general words leave open. */
static const char *
collection_type(const literature_item *item)
{
	static const struct
	{
		const char *collection, *type;
	} known[] = {{"标准", "standard"}, {"年鉴", "book_section"}, {"专利", "patent"}, {"科技成果", "report"}};

	for (size_t i = 0; i < item->values; i++)
		for (size_t k = 0; item->value[i].field == F_DATABASE && k < sizeof known / sizeof *known; k++)
			if (strstr(text_of(item, &item->value[i]), known[k].collection) != NULL)
				return known[k].type;
	return NULL;
}

/* Of several words the first of the lowest rank; the last of ENW's, where a library writes the narrower one
 * behind; a chapter rather than its book. */
static const char *
stated_type(const literature_item *item)
{
	const char *found = NULL;
	unsigned char rank = 255;

	for (size_t i = 0; i < item->values; i++)
	{
		const literature_value *v = &item->value[i];
		const char *type = v->field == F_TYPE && v->rank < BRACKETED
							   ? literature_type(item->format, text_of(item, v))
							   : NULL;

		if (type == NULL)
			continue;
		if (found == NULL || v->rank < rank || item->format == LITERATURE_ENW ||
			(strcmp(found, "book") == 0 && strcmp(type, "book_section") == 0))
		{
			found = type;
			rank = v->rank;
		}
	}
	return found;
}

static void
settle_type(literature_item *item)
{
	const char *collection =
		item->format == LITERATURE_ENW || item->format == LITERATURE_REFWORKS ? collection_type(item) : NULL;

	item->type = item->format == LITERATURE_WOS ? wos_type(item) : stated_type(item);
	if (collection != NULL)
		item->type = collection;
}

static bool
type_is(const literature_item *item, const char *type)
{
	return item->type != NULL && strcmp(item->type, type) == 0;
}

/* Full names and initials of the same people: what stands alone is the author. */
static void
settle_people(literature_item *item)
{
	unsigned char rank = 255;
	size_t first = 0, others = 0;

	if (count(item, F_AUTHOR) == 0)
		move(item, F_AUTHOR_SHORT, F_AUTHOR);
	if (count(item, F_EDITOR) == 0)
		move(item, F_EDITOR_SHORT, F_EDITOR);
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == F_AUTHOR && item->value[i].rank < rank)
			rank = item->value[i].rank;
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == F_AUTHOR)
			item->value[i].rank == rank ? first++ : others++;
	for (size_t i = 0; others > 0 && i < item->values; i++)
		if (item->value[i].field == F_AUTHOR && item->value[i].rank != rank)
			become(item, &item->value[i], first == others ? F_AUTHOR_SHORT : F_EXTRA);
}

/* Wanfang's RefWorks writes Chinese and English names into one list, and where a record has no English ones
 * it repeats those of the record before.  The names in Latin letters are set apart, and it is noted that they
 * may be somebody else's. */
static void
settle_scripts(literature_item *item, literature_notes *notes)
{
	size_t han = 0, latin = 0;

	if (item->format != LITERATURE_REFWORKS)
		return;
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == F_AUTHOR)
			has_han(text_of(item, &item->value[i]), item->value[i].length) ? han++ : latin++;
	if (han == 0 || latin == 0)
		return;
	for (size_t i = 0; i < item->values; i++)
	{
		literature_value *v = &item->value[i];

		if (v->field != F_AUTHOR || has_han(text_of(item, v), v->length))
			continue;
		become(item, v, F_AUTHOR_TRANSLATED);
		if (notes != NULL)
			notes_add(notes, "mixed_authors", "A1", 2, item->record->pair[v->pair].line, text_of(item, v),
					  v->length);
	}
}

/* Where it appeared: a journal, a book, a series, a university. */
static void
settle_container(literature_item *item)
{
	literature_value *container;

	keep_one(item, F_CONTAINER);
	container = best(item, F_CONTAINER);
	if (container != NULL && (type_is(item, "book") || type_is(item, "report")))
	{
		if (best(item, F_TITLE) == NULL)
			become(item, container, F_TITLE);
		else
			become(item, container, best(item, F_SERIES) == NULL ? F_SERIES : F_EXTRA);
	}
	else if (container != NULL && type_is(item, "thesis") && best(item, F_PUBLISHER) == NULL)
		become(item, container, F_PUBLISHER);
	else if (container != NULL && best(item, F_JOURNAL) != NULL && best(item, F_JOURNAL_ABBREV) == NULL)
		become(item, container, F_JOURNAL_ABBREV);
	else if (container != NULL)
		become(item, container, F_JOURNAL);
	keep_one(item, F_JOURNAL);
	keep_one(item, F_JOURNAL_ABBREV);
	/* Where only the abbreviation stands it is the journal's name too. */
	container = best(item, F_JOURNAL_ABBREV);
	if (container != NULL && best(item, F_JOURNAL) == NULL && !type_is(item, "book") &&
		!type_is(item, "thesis"))
	{
		literature_value *journal = add_value(item, F_JOURNAL, 0, container->pair);

		container = best(item, F_JOURNAL_ABBREV);
		journal->at = container->at;
		journal->length = container->length;
	}
}

static void
settle_dates(literature_item *item)
{
	const literature_value *year = best(item, F_YEAR), *date;
	char composed[100];

	item->year = 0;
	item->date[0] = '\0';
	keep_one(item, F_DATE);
	date = best(item, F_DATE);
	if (year != NULL)
		item->year = year_in(text_of(item, year));
	/* A year that cannot be read is kept in words, unless it is the date as written. */
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == F_YEAR && (&item->value[i] != year || (item->year == 0 && date != NULL)))
			become(item, &item->value[i], F_EXTRA);
	if (item->year == 0 && date != NULL)
		item->year = year_in(text_of(item, date));
	if (date != NULL && iso_date(text_of(item, date), item->date))
		return;
	if (date != NULL && item->year > 0)
	{
		snprintf(composed, sizeof composed, "%d %.80s", item->year, text_of(item, date));
		(void) iso_date(composed, item->date);
	}
	else if (year != NULL)
		(void) iso_date(text_of(item, year), item->date);
}

/* BibTeX's month and day, which stand in fields of their own. */
static void
settle_month(literature_item *item)
{
	const char *month = NULL, *day = "";
	char composed[80];

	if (item->format != LITERATURE_BIBTEX || item->year == 0 || strlen(item->date) > 4)
		return;
	for (size_t i = 0; i < item->record->pairs; i++)
	{
		if (strcmp(record_tag(item->record, i), "month") == 0)
			month = record_value(item->record, i);
		else if (strcmp(record_tag(item->record, i), "day") == 0)
			day = record_value(item->record, i);
	}
	if (month == NULL)
		return;
	snprintf(composed, sizeof composed,
			 isdigit((unsigned char) month[0]) ? "%d-%.30s-%.30s" : "%d %.30s %.30s", item->year, month, day);
	(void) iso_date(composed, item->date);
}

static void
settle_pages(literature_item *item)
{
	const literature_value *first, *last, *pages;

	keep_one(item, F_PAGES);
	keep_one(item, F_PAGE_FIRST);
	keep_one(item, F_PAGE_LAST);
	pages = best(item, F_PAGES);
	first = best(item, F_PAGE_FIRST);
	last = best(item, F_PAGE_LAST);
	buffer_clear(&item->pages);
	item->page_first[0] = item->page_last[0] = '\0';
	if (pages != NULL && (first == NULL || pages->rank == 0))
		buffer_text(&item->pages, text_of(item, pages));
	else if (first != NULL)
	{
		buffer_text(&item->pages, text_of(item, first));
		if (last != NULL && strcmp(text_of(item, first), text_of(item, last)) != 0)
		{
			buffer_byte(&item->pages, '-');
			buffer_text(&item->pages, text_of(item, last));
		}
	}
	else if (last != NULL)
		buffer_text(&item->pages, text_of(item, last));
	/* A book's pages are their number. */
	if (item->pages.size > 0 && !type_is(item, "book") && !type_is(item, "thesis"))
		(void) split_pages(item->pages.data, item->page_first, item->page_last);
}

static bool
settle_doi(literature_item *item)
{
	static const literature_field order[] = {F_DOI, F_DOI_MAYBE, F_URL};
	bool bad = false;

	buffer_clear(&item->doi);
	for (size_t f = 0; f < sizeof order / sizeof *order && item->doi.size == 0; f++)
		for (int rank = 0;
			 item->held[order[f]] > 0 && rank < (order[f] == F_URL ? 2 : 4) && item->doi.size == 0; rank++)
			for (size_t i = 0; i < item->values && item->doi.size == 0; i++)
				if (item->value[i].field == order[f] && item->value[i].rank == rank)
					(void) find_doi(text_of(item, &item->value[i]), order[f] == F_DOI, &item->doi);
	for (size_t i = 0; item->held[F_DOI] > 0 && i < item->values; i++)
	{
		literature_value *v = &item->value[i];
		buffer other = {0};

		if (v->field != F_DOI)
			continue;
		/* What is no DOI, or another one, is kept as it was. */
		if (!find_doi(text_of(item, v), true, &other) || strcmp(other.data, item->doi.data) != 0)
		{
			bad |= other.size == 0;
			become(item, v, F_EXTRA);
		}
		buffer_free(&other);
	}
	return bad;
}

static bool
take_digits(const char *p, char *to, size_t room)
{
	size_t n = strspn(p, "0123456789");

	if (n == 0 || n >= room || n > 9 || isalnum((unsigned char) p[n]))
		return false;
	memcpy(to, p, n);
	to[n] = '\0';
	return true;
}

/* "PUBMED 21314913", "PMID: 21314913", PubMed's addresses. */
static bool
find_pmid(const char *text, char pmid[12])
{
	static const char *const marks[] = {"PUBMED ", "PMID", "pubmed"};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
	{
		const char *p = strstr(text, marks[i]);

		if (p == NULL)
			continue;
		p += strlen(marks[i]);
		if (*marks[i] == 'p' && strncmp(p, ".ncbi.nlm.nih.gov/", 18) == 0)
			p += 18;
		else
			p += strspn(p, *marks[i] == 'p' ? "/" : ": ");
		if (take_digits(p, pmid, 12))
			return true;
	}
	return false;
}

static const char *
extra_value(const literature_item *item, const char *tag)
{
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == F_EXTRA)
		{
			const char *found = record_tag(item->record, item->value[i].pair);

			if (found[0] == tag[0] && strcmp(found, tag) == 0)
				return text_of(item, &item->value[i]);
		}
	return NULL;
}

static bool
mentions(const literature_item *item, literature_field field, const char *word)
{
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == field && strstr(text_of(item, &item->value[i]), word) != NULL)
			return true;
	return false;
}

/* Where other programs put PubMed's numbers in EndNote's fields: PMC's in the second custom field, Cochrane's
 * "PUBMED 21314913" in the third, Embase's in the fifth, its own as the accession number. */
static void
numbers_elsewhere(literature_item *item, const char *const tags[4])
{
	const char *second = extra_value(item, tags[0]), *third = extra_value(item, tags[1]),
			   *fifth = extra_value(item, tags[2]), *provider = extra_value(item, tags[3]);
	const literature_value *accession = best(item, F_ACCESSION);

	if (second != NULL && strncmp(second, "PMC", 3) == 0 && isdigit((unsigned char) second[3]) &&
		strlen(second) < sizeof item->pmcid && item->pmcid[0] == '\0')
		strcpy(item->pmcid, second);
	if (third != NULL && find_pmid(third, item->pmid))
		return;
	if (fifth != NULL && mentions(item, F_URL, "embase") && take_digits(fifth, item->pmid, sizeof item->pmid))
		return;
	if (provider != NULL && strcmp(provider, "NLM") == 0 && accession != NULL)
		(void) take_digits(text_of(item, accession), item->pmid, sizeof item->pmid);
}

static void
settle_numbers(literature_item *item)
{
	literature_value *pmid = best(item, F_PMID), *pmcid = best(item, F_PMCID);

	item->pmid[0] = item->pmcid[0] = '\0';
	if (pmid != NULL && !take_digits(text_of(item, pmid), item->pmid, sizeof item->pmid))
		become(item, pmid, F_EXTRA);
	if (pmcid != NULL)
	{
		const char *p = text_of(item, pmcid);

		if (strncasecmp(p, "PMC", 3) == 0 && isdigit((unsigned char) p[3]) && strlen(p) < sizeof item->pmcid)
			snprintf(item->pmcid, sizeof item->pmcid, "PMC%s", p + 3);
		else
			become(item, pmcid, F_EXTRA);
	}
	if (item->format == LITERATURE_RIS && item->pmid[0] == '\0')
		numbers_elsewhere(item, (const char *const[]){"C2", "C3", "C5", "DP"});
	else if (item->format == LITERATURE_ENDNOTE_XML && item->pmid[0] == '\0')
		numbers_elsewhere(item,
						  (const char *const[]){"custom2", "custom3", "custom5", "remote-database-provider"});
	for (size_t i = 0; i < item->values && item->pmid[0] == '\0'; i++)
		if (item->value[i].field == F_DOI_MAYBE || item->value[i].field == F_URL)
			(void) find_pmid(text_of(item, &item->value[i]), item->pmid);
}

/* ISSN and ISBN out of what holds either. */
static void
settle_serials(literature_item *item)
{
	size_t values = item->values;

	for (size_t i = 0; i < values; i++)
	{
		literature_field field = item->value[i].field;
		size_t at = 0, found = 0, length = item->value[i].length;

		if (field != F_SERIAL && field != F_ISSN && field != F_ISBN)
			continue;
		while (at < length)
		{
			char number[20];
			size_t n = 0;
			serial_kind kind = read_serial(text_of(item, &item->value[i]) + at, number, &n);

			if (kind == SERIAL_NONE || n == 0)
				break;
			put(item, kind == SERIAL_ISSN ? F_ISSN : F_ISBN, 100, item->value[i].pair, number,
				strlen(number));
			found++;
			at += n;
			at += strspn(text_of(item, &item->value[i]) + at, " ,;/");
		}
		/* A number that is none stays as it was; a read one is replaced. */
		become(item, &item->value[i], found > 0 && at >= length ? F_FIELDS : F_EXTRA);
	}
}

static void
settle_notes(literature_item *item)
{
	for (size_t i = 0; i < item->values; i++)
	{
		literature_value *v = &item->value[i];

		if (v->field == F_DOI_MAYBE)
			become(item, v, v->rank == 2 ? F_NOTE : F_EXTRA);
		else if (v->field == F_ABSTRACT && strncmp(text_of(item, v), "<正>", 5) == 0)
		{
			v->at += 5;
			v->length -= 5;
		}
	}
}

static void
settle_issue(literature_item *item)
{
	const char *m1 =
		item->format == LITERATURE_RIS && type_is(item, "journal_article") && best(item, F_ISSUE) == NULL
			? extra_value(item, "M1")
			: NULL;

	if (m1 == NULL || strlen(m1) > 12 || !isdigit((unsigned char) m1[0]))
		return;
	for (size_t i = 0; i < item->values; i++)
		if (text_of(item, &item->value[i]) == m1)
			become(item, &item->value[i], F_ISSUE);
}

/* The parts of a citation in one line stand where nothing else says them. */
static void
settle_citation(literature_item *item)
{
	const literature_value *line = best(item, F_SOURCE);
	citation c;

	if (line == NULL)
		return;
	if (cut_citation(text_of(item, line), &c))
	{
		const struct
		{
			literature_field field;
			const char *text;
		} part[] = {{F_CONTAINER, c.journal},
					{F_DATE, c.date},
					{F_VOLUME, c.volume},
					{F_ISSUE, c.issue},
					{F_PAGES, c.pages}};
		size_t pair = line->pair;

		for (size_t i = 0; i < sizeof part / sizeof *part; i++)
			if (part[i].text[0] != '\0' && best(item, part[i].field) == NULL)
				put(item, part[i].field, 200, pair, part[i].text, strlen(part[i].text));
		if (item->type == NULL && c.volume[0] != '\0')
			item->type = "journal_article";
	}
	move(item, F_SOURCE, F_EXTRA);
}

/* Ovid writes what a paper is behind its title: "Take Ten.  [Miscellaneous]". */
static void
settle_title(literature_item *item)
{
	literature_value *title = best(item, F_TITLE);
	char *text, *open;

	if (item->format != LITERATURE_OVID || title == NULL)
		return;
	text = item->text.data + title->at;
	open = strrchr(text, '[');
	if (open == NULL || open < text + 3 || open[-1] != ' ' || (open[-2] != '.' && open[-2] != '"') ||
		strcspn(open, "]") > 40)
		return;
	open[-1] = '\0';
	title->length = (uint32_t) (open - 1 - text);
	open[strcspn(open, "]")] = '\0';
	add_value(item, F_TYPE, BRACKETED, title->pair)->at = (uint32_t) (open + 1 - item->text.data);
	item->value[item->values - 1].length = (uint32_t) strlen(open + 1);
}

static void
settle(literature_item *item, literature_notes *notes)
{
	static const literature_field single[] = {
		F_TITLE,          F_TITLE_TRANSLATED, F_TITLE_ORIGINAL,      F_SERIES,    F_VOLUME, F_ISSUE,
		F_ARTICLE_NUMBER, F_ABSTRACT,         F_ABSTRACT_TRANSLATED, F_PUBLISHER, F_PLACE,  F_ACCESSION};

	settle_title(item);
	settle_type(item);
	settle_citation(item);
	settle_people(item);
	settle_scripts(item, notes);
	settle_container(item);
	settle_issue(item);
	for (size_t i = 0; i < sizeof single / sizeof *single; i++)
		keep_one(item, single[i]);
	settle_dates(item);
	settle_month(item);
	settle_pages(item);
	if (settle_doi(item) && notes != NULL)
		notes_add(notes, "bad_doi", "", 0, item->record->line,
				  item->record->raw.data ? item->record->raw.data : "",
				  item->record->raw.data ? strcspn(item->record->raw.data, "\r\n") : 0);
	settle_numbers(item);
	settle_serials(item);
	settle_notes(item);
	item->empty = best(item, F_TITLE) == NULL && best(item, F_AUTHOR) == NULL &&
				  best(item, F_JOURNAL) == NULL && item->doi.size == 0;
	if (item->empty && notes != NULL)
		notes_add(notes, "empty_record", "", 0, item->record->line, "", 0);
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
	settle(item, notes);
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

/* ---- out
 * -----------------------------------------------------------------------------------------------------------
 */

const char *
item_text(const literature_item *item, literature_field field)
{
	const literature_value *v = best(item, field);

	return v == NULL ? NULL : text_of(item, v);
}

static bool
said_before(const literature_item *item, size_t value)
{
	for (size_t i = 0; i < value; i++)
		if (item->value[i].field == item->value[value].field &&
			item->value[i].length == item->value[value].length &&
			memcmp(text_of(item, &item->value[i]), text_of(item, &item->value[value]),
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
			json_string(out, text_of(item, &item->value[i]));
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
			buffer_text(out, text_of(item, &item->value[i]));
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
	char *text = keep_bytes(text_of(item, v), name_length(item, text_of(item, v), v->length));
	person p;

	split_name(text, v->names, &p);
	buffer_byte(out, '{');
	json_member(out, "written", text_of(item, v));
	json_part(out, "family", p.family, p.family_length);
	json_part(out, "given", p.given, p.given_length);
	json_part(out, "suffix", p.suffix, p.suffix_length);
	if (p.literal != NULL)
		json_member(out, "literal", p.literal);
	if (brief != NULL && strcmp(text_of(item, brief), text_of(item, v)) != 0)
		json_member(out, "short", text_of(item, brief));
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
		if (item->format == LITERATURE_NBIB ? item->value[i].pair == v->pair + 1 : parallel && n == place)
			return &item->value[i];
		n++;
	}
	return NULL;
}

bool
item_people(const literature_item *item, literature_field field, literature_field shorts, buffer *out)
{
	bool parallel = count(item, field) == count(item, shorts), any = count(item, shorts) > 0;
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
				json_string(out, text_of(item, &item->value[k]));
				first = false;
			}
		buffer_byte(out, ']');
		some = true;
	}
	buffer_byte(out, '}');
	return some;
}
