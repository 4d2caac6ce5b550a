/*
 * literature_settle.c - what is settled among all values of a record: which of several titles stands, what T2
 * is, where the DOI stands; see literature_item.h.
 */
#include "literature_item_own.h"

#include "literature_citation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* item->held never counts less than there are: a field that nothing held needs no looking. */
void
item_become(literature_item *item, literature_value *v, literature_field field)
{
	v->field = (uint8_t) field;
	item->held[field]++;
}

literature_value *
item_best(const literature_item *item, literature_field field)
{
	literature_value *found = NULL;

	for (size_t i = 0; item->held[field] > 0 && i < item->values; i++)
		if (item->value[i].field == field && (found == NULL || item->value[i].rank < found->rank))
			found = &item->value[i];
	return found;
}

size_t
item_count(const literature_item *item, literature_field field)
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
			item_become(item, &item->value[i], to);
}

/* The best value of a field that holds one stands; one that says the same goes, another is kept as extra. */
static void
keep_one(literature_item *item, literature_field field)
{
	literature_value *one = item->held[field] > 1 ? item_best(item, field) : NULL;

	for (size_t i = 0; one != NULL && i < item->values; i++)
	{
		literature_value *v = &item->value[i];

		if (v->field != field || v == one)
			continue;
		item_become(item, v,
					strcasecmp(item_value(item, v), item_value(item, one)) == 0 ? F_FIELDS : F_EXTRA);
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
				literature_type(item->format, item_value(item, &item->value[i]));
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
			if (strstr(item_value(item, &item->value[i]), known[k].collection) != NULL)
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
							   ? literature_type(item->format, item_value(item, v))
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

	if (item_count(item, F_AUTHOR) == 0)
		move(item, F_AUTHOR_SHORT, F_AUTHOR);
	if (item_count(item, F_EDITOR) == 0)
		move(item, F_EDITOR_SHORT, F_EDITOR);
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == F_AUTHOR && item->value[i].rank < rank)
			rank = item->value[i].rank;
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == F_AUTHOR)
			item->value[i].rank == rank ? first++ : others++;
	for (size_t i = 0; others > 0 && i < item->values; i++)
		if (item->value[i].field == F_AUTHOR && item->value[i].rank != rank)
			item_become(item, &item->value[i], first == others ? F_AUTHOR_SHORT : F_EXTRA);
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
			has_han(item_value(item, &item->value[i]), item->value[i].length) ? han++ : latin++;
	if (han == 0 || latin == 0)
		return;
	for (size_t i = 0; i < item->values; i++)
	{
		literature_value *v = &item->value[i];

		if (v->field != F_AUTHOR || has_han(item_value(item, v), v->length))
			continue;
		item_become(item, v, F_AUTHOR_TRANSLATED);
		if (notes != NULL)
			notes_add(notes, "mixed_authors", "A1", 2, item->record->pair[v->pair].line, item_value(item, v),
					  v->length);
	}
}

/* Where it appeared: a journal, a book, a series, a university. */
static void
settle_container(literature_item *item)
{
	literature_value *container;

	keep_one(item, F_CONTAINER);
	container = item_best(item, F_CONTAINER);
	if (container != NULL && (type_is(item, "book") || type_is(item, "report")))
	{
		if (item_best(item, F_TITLE) == NULL)
			item_become(item, container, F_TITLE);
		else
			item_become(item, container, item_best(item, F_SERIES) == NULL ? F_SERIES : F_EXTRA);
	}
	else if (container != NULL && type_is(item, "thesis") && item_best(item, F_PUBLISHER) == NULL)
		item_become(item, container, F_PUBLISHER);
	else if (container != NULL && item_best(item, F_JOURNAL) != NULL &&
			 item_best(item, F_JOURNAL_ABBREV) == NULL)
		item_become(item, container, F_JOURNAL_ABBREV);
	else if (container != NULL)
		item_become(item, container, F_JOURNAL);
	keep_one(item, F_JOURNAL);
	keep_one(item, F_JOURNAL_ABBREV);
	/* Where only the abbreviation stands it is the journal's name too. */
	container = item_best(item, F_JOURNAL_ABBREV);
	if (container != NULL && item_best(item, F_JOURNAL) == NULL && !type_is(item, "book") &&
		!type_is(item, "thesis"))
	{
		literature_value *journal = item_add(item, F_JOURNAL, 0, container->pair);

		container = item_best(item, F_JOURNAL_ABBREV);
		journal->at = container->at;
		journal->length = container->length;
	}
}

static void
settle_dates(literature_item *item)
{
	const literature_value *year = item_best(item, F_YEAR), *date;
	char composed[100];

	item->year = 0;
	item->date[0] = '\0';
	keep_one(item, F_DATE);
	date = item_best(item, F_DATE);
	if (year != NULL)
		item->year = year_in(item_value(item, year));
	/* A year that cannot be read is kept in words, unless it is the date as written. */
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == F_YEAR && (&item->value[i] != year || (item->year == 0 && date != NULL)))
			item_become(item, &item->value[i], F_EXTRA);
	if (item->year == 0 && date != NULL)
		item->year = year_in(item_value(item, date));
	if (date != NULL && iso_date(item_value(item, date), item->date))
		return;
	if (date != NULL && item->year > 0)
	{
		snprintf(composed, sizeof composed, "%d %.80s", item->year, item_value(item, date));
		(void) iso_date(composed, item->date);
	}
	else if (year != NULL)
		(void) iso_date(item_value(item, year), item->date);
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
	pages = item_best(item, F_PAGES);
	first = item_best(item, F_PAGE_FIRST);
	last = item_best(item, F_PAGE_LAST);
	buffer_clear(&item->pages);
	item->page_first[0] = item->page_last[0] = '\0';
	if (pages != NULL && (first == NULL || pages->rank == 0))
		buffer_text(&item->pages, item_value(item, pages));
	else if (first != NULL)
	{
		buffer_text(&item->pages, item_value(item, first));
		if (last != NULL && strcmp(item_value(item, first), item_value(item, last)) != 0)
		{
			buffer_byte(&item->pages, '-');
			buffer_text(&item->pages, item_value(item, last));
		}
	}
	else if (last != NULL)
		buffer_text(&item->pages, item_value(item, last));
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
					(void) find_doi(item_value(item, &item->value[i]), order[f] == F_DOI, &item->doi);
	for (size_t i = 0; item->held[F_DOI] > 0 && i < item->values; i++)
	{
		literature_value *v = &item->value[i];
		buffer other = {0};

		if (v->field != F_DOI)
			continue;
		/* What is no DOI, or another one, is kept as it was. */
		if (!find_doi(item_value(item, v), true, &other) || strcmp(other.data, item->doi.data) != 0)
		{
			bad |= other.size == 0;
			item_become(item, v, F_EXTRA);
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
				return item_value(item, &item->value[i]);
		}
	return NULL;
}

static bool
mentions(const literature_item *item, literature_field field, const char *word)
{
	for (size_t i = 0; i < item->values; i++)
		if (item->value[i].field == field && strstr(item_value(item, &item->value[i]), word) != NULL)
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
	const literature_value *accession = item_best(item, F_ACCESSION);

	if (second != NULL && strncmp(second, "PMC", 3) == 0 && isdigit((unsigned char) second[3]) &&
		strlen(second) < sizeof item->pmcid && item->pmcid[0] == '\0')
		strcpy(item->pmcid, second);
	if (third != NULL && find_pmid(third, item->pmid))
		return;
	if (fifth != NULL && mentions(item, F_URL, "embase") && take_digits(fifth, item->pmid, sizeof item->pmid))
		return;
	if (provider != NULL && strcmp(provider, "NLM") == 0 && accession != NULL)
		(void) take_digits(item_value(item, accession), item->pmid, sizeof item->pmid);
}

static void
settle_numbers(literature_item *item)
{
	literature_value *pmid = item_best(item, F_PMID), *pmcid = item_best(item, F_PMCID);

	item->pmid[0] = item->pmcid[0] = '\0';
	if (pmid != NULL && !take_digits(item_value(item, pmid), item->pmid, sizeof item->pmid))
		item_become(item, pmid, F_EXTRA);
	if (pmcid != NULL)
	{
		const char *p = item_value(item, pmcid);

		if (strncasecmp(p, "PMC", 3) == 0 && isdigit((unsigned char) p[3]) && strlen(p) < sizeof item->pmcid)
			snprintf(item->pmcid, sizeof item->pmcid, "PMC%s", p + 3);
		else
			item_become(item, pmcid, F_EXTRA);
	}
	if (item->format == LITERATURE_RIS && item->pmid[0] == '\0')
		numbers_elsewhere(item, (const char *const[]){"C2", "C3", "C5", "DP"});
	else if (item->format == LITERATURE_ENDNOTE_XML && item->pmid[0] == '\0')
		numbers_elsewhere(item,
						  (const char *const[]){"custom2", "custom3", "custom5", "remote-database-provider"});
	for (size_t i = 0; i < item->values && item->pmid[0] == '\0'; i++)
		if (item->value[i].field == F_DOI_MAYBE || item->value[i].field == F_URL)
			(void) find_pmid(item_value(item, &item->value[i]), item->pmid);
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
			serial_kind kind = read_serial(item_value(item, &item->value[i]) + at, number, &n);

			if (kind == SERIAL_NONE || n == 0)
				break;
			item_put(item, kind == SERIAL_ISSN ? F_ISSN : F_ISBN, 100, item->value[i].pair, number,
					 strlen(number));
			found++;
			at += n;
			at += strspn(item_value(item, &item->value[i]) + at, " ,;/");
		}
		/* A number that is none stays as it was; a read one is replaced. */
		item_become(item, &item->value[i], found > 0 && at >= length ? F_FIELDS : F_EXTRA);
	}
}

static void
settle_notes(literature_item *item)
{
	for (size_t i = 0; i < item->values; i++)
	{
		literature_value *v = &item->value[i];

		if (v->field == F_DOI_MAYBE)
			item_become(item, v, v->rank == 2 ? F_NOTE : F_EXTRA);
		else if (v->field == F_ABSTRACT && strncmp(item_value(item, v), "<正>", 5) == 0)
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
		item->format == LITERATURE_RIS && type_is(item, "journal_article") && item_best(item, F_ISSUE) == NULL
			? extra_value(item, "M1")
			: NULL;

	if (m1 == NULL || strlen(m1) > 12 || !isdigit((unsigned char) m1[0]))
		return;
	for (size_t i = 0; i < item->values; i++)
		if (item_value(item, &item->value[i]) == m1)
			item_become(item, &item->value[i], F_ISSUE);
}

/* The parts of a citation in one line stand where nothing else says them. */
static void
settle_citation(literature_item *item)
{
	const literature_value *line = item_best(item, F_SOURCE);
	citation c;

	if (line == NULL)
		return;
	if (cut_citation(item_value(item, line), &c))
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
			if (part[i].text[0] != '\0' && item_best(item, part[i].field) == NULL)
				item_put(item, part[i].field, 200, pair, part[i].text, strlen(part[i].text));
		if (item->type == NULL && c.volume[0] != '\0')
			item->type = "journal_article";
	}
	else if (item->format == LITERATURE_OVID && strpbrk(item_value(item, line), "0123456789") == NULL && item_best(item, F_CONTAINER) == NULL)
		item_put(item, F_CONTAINER, 200, line->pair, item_value(item, line), strcspn(item_value(item, line), ".")); /* ahead of print */
	move(item, F_SOURCE, F_EXTRA);
}

/* Ovid writes what a paper is behind its title: "Take Ten.  [Miscellaneous]". */
static void
settle_title(literature_item *item)
{
	literature_value *title = item_best(item, F_TITLE);
	char *text, *open, *cut;

	if (item->format != LITERATURE_OVID || title == NULL)
		return;
	text = item->text.data + title->at;
	open = strrchr(text, '[');
	if (open == NULL || open < text + 3)
		return;
	cut = open[-1] == ' ' ? open - 1 : open;
	if (strchr(".\"?!", cut[-1]) == NULL || strcspn(open, "]") > 40)
		return;
	title->length = (uint32_t) (cut - text);
	open[strcspn(open, "]")] = '\0';
	*cut = '\0';
	item_add(item, F_TYPE, BRACKETED, title->pair)->at = (uint32_t) (open + 1 - item->text.data);
	item->value[item->values - 1].length = (uint32_t) strlen(open + 1);
}

void
item_settle(literature_item *item, literature_notes *notes)
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
	item->empty = item_best(item, F_TITLE) == NULL && item_best(item, F_AUTHOR) == NULL &&
				  item_best(item, F_JOURNAL) == NULL && item->doi.size == 0;
	if (item->empty && notes != NULL)
		notes_add(notes, "empty_record", "", 0, item->record->line, "", 0);
}
