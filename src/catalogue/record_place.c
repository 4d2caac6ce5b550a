/*
 * record_place.c - where a report appeared: journal, volume, issue, pages, identifiers, and what kind of
 * place that is.
 */
#include "catalogue/record_parts.h"

#include <stdlib.h>
#include <string.h>

#define PLAIN_WORDS 512 /* bytes of a journal's name or a number that are looked at */

static psy_span
cut(psy_span text, size_t most)
{
	if (text.length > most)
		for (text.length = most; text.length > 0 && ((unsigned char) text.at[text.length] & 0xC0) == 0x80;)
			text.length--;
	return text;
}

static bool
is_figure(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* The first run of figures: 108 of "108 Suppl 1", 73 of "73-B"; of "Suppl 1" its own; -1 when there is none.
 */
static long
first_number(psy_span text, size_t *behind)
{
	size_t k = 0;
	long value = 0;

	while (k < text.length && !is_figure(text.at[k]))
		k++;
	if (k == text.length)
		return -1;
	for (size_t from = k; k < text.length && is_figure(text.at[k]) && k - from < 9; k++)
		value = value * 10 + (text.at[k] - '0');
	if (behind != NULL)
		*behind = k;
	return value;
}

static bool
mentions(psy_span folded, const char *what)
{
	return record_find(folded, what) < folded.length;
}

static psy_status
read_numbers(const psy_record *record, char *room, psy_record_norm *norm, psy_error *err)
{
	size_t length, behind = 0;
	psy_span volume, issue = cut(record->issue, PLAIN_WORDS);
	psy_status status = record_plain(cut(record->volume, PLAIN_WORDS), room, &length, err);

	if (status != PSY_OK)
		return status;
	volume = (psy_span){room, length};
	norm->volume = first_number(volume, &behind);
	norm->issue_supplement = mentions(volume, "sup");
	/* "4 (1)" and "12 Suppl 2" hold the issue too. */
	norm->issue = norm->volume < 0 ? -1 : first_number((psy_span){room + behind, length - behind}, NULL);
	if (mentions(volume, "pagination") && norm->issue > 99)
		norm->issue = -1;
	if (issue.length == 0)
		return PSY_OK;
	status = record_plain(issue, room, &length, err);
	issue = (psy_span){room, length};
	norm->issue = first_number(issue, NULL);
	norm->issue_supplement |=
		mentions(issue, "sup") || (length > 1 && issue.at[0] == 's' && is_figure(issue.at[1]));
	return status;
}

/* ---- pages ----------------------------------------------------------------------------------- */

/* One page: letters and figures run together; false for words and counts ("19 p", "no pagination"). */
static bool
read_page(psy_span words, size_t *at, psy_span *page, long *number)
{
	while (record_word(words, at, page))
	{
		size_t k = 0, figures = 0;
		psy_span next;
		size_t ahead = *at;

		for (; k < page->length; k++)
			figures += is_figure(page->at[k]);
		if (figures == 0 && page->length > 7)
			continue;
		if (figures == 0 && record_among(*page, "no pp p pg page pages and art article epub n a na"))
			continue;
		if (record_word(words, &ahead, &next) && record_among(next, "p pp pages page refs"))
			return false;
		*number = first_number(*page, NULL);
		return true;
	}
	return false;
}

/* 228 for the 8 of 221-8: the figures that the last page leaves out. */
static long
written_out(long first, long last)
{
	long unit = 10;

	if (first < 0 || last < 0 || last >= first)
		return last;
	while (unit <= last)
		unit *= 10;
	last += first / unit * unit;
	return last >= first ? last : last + unit;
}

static psy_status
read_pages(record_arena *arena, const psy_record *record, char *room, psy_record_norm *norm, psy_error *err)
{
	record_pages *pages = &norm->pages;
	psy_span given = cut(record->pages.length > 0 ? record->pages : record->article_number, PLAIN_WORDS),
			 page;
	size_t length, at = 0;
	psy_status status = record_plain(given, room, &length, err);

	pages->first_number = pages->last_number = -1;
	if (status != PSY_OK || !read_page((psy_span){room, length}, &at, &page, &pages->first_number))
		return status;
	while (page.length > 1 && page.at[0] == '0')
		page = (psy_span){page.at + 1, page.length - 1};
	status = record_keep(arena, page, &pages->first, err);
	if (status == PSY_OK && read_page((psy_span){room, length}, &at, &page, &pages->last_number))
	{
		pages->last_number = written_out(pages->first_number, pages->last_number);
		status = record_keep(arena, page, &pages->last, err);
	}
	return status;
}

/* The number of an article (a1754, e12345) instead of a page; not the pages of supplements (S) and posters
 * (P). */
static bool
is_locator(const record_pages *p)
{
	char c = p->first.at[0];

	return p->last_number < 0 && p->first.length >= 4 && c >= 'a' && c <= 'z' && c != 's' && c != 'p' &&
		   is_figure(p->first.at[1]);
}

/*
 * A page with the same figures under another letter (S12 and 12) may be the same and may not; an article's
 * number says nothing of pages, and neither do words ("Suppl-42").
 */
psy_agreement
record_compare_pages(const psy_record_norm *a, const psy_record_norm *b, bool *last)
{
	const record_pages *p = &a->pages, *q = &b->pages;
	long p_last = p->last_number < 0 ? p->first_number : p->last_number,
		 q_last = q->last_number < 0 ? q->first_number : q->last_number;

	*last = false;
	if (p->first.length == 0 || q->first.length == 0)
		return PSY_UNSAID;
	if (record_same(p->first, q->first))
	{
		*last = p->last_number >= 0 && p->last_number == q->last_number;
		return PSY_AGREE;
	}
	if (p->first_number < 0 || q->first_number < 0 || is_locator(p) != is_locator(q))
		return PSY_UNSAID;
	if (p->first_number == q->first_number)
	{
		*last = p->last_number > p->first_number && p->last_number == q->last_number;
		return *last ? PSY_AGREE : PSY_UNSAID;
	}
	if (p->last_number >= 0 && p->last_number == q->last_number &&
		labs(p->first_number - q->first_number) <= 2)
		return PSY_AGREE;
	/* One lies within the other: a page of a table of contents, or a slip. */
	if ((p->first_number < q->first_number && q_last <= p_last) ||
		(q->first_number < p->first_number && p_last <= q_last))
		return PSY_UNSAID;
	return PSY_DIFFER;
}

/* ---- journals -------------------------------------------------------------------------------- */

#define LITTLE "the of and in for de la le les des du der die das und fur et a an di del el y e og i to on"

/* A journal's name without what stands in brackets, behind a colon, and without little words. */
static bool
ends_name(psy_span name, size_t at)
{
	const char *c = name.at + at;

	if (*c == '(' || *c == '[' || *c == ':' || *c == '=')
		return true;
	/* Embase: Pediatric Nephrology.Conference: 44th Annual ... */
	return record_reads(name, at, ".conference") || record_reads(name, at, ". conference");
}

static psy_status
read_journal(record_arena *arena, psy_span name, char *room, psy_span *journal, psy_error *err)
{
	char kept[PLAIN_WORDS];
	size_t length = 0, from = 0;
	psy_span word;
	psy_status status;

	name = cut(name, PLAIN_WORDS);
	for (size_t k = 0; k < name.length; k++)
		if (k > 3 && ends_name(name, k))
			name.length = k;
	status = record_plain(name, room, &length, err);
	if (status != PSY_OK)
		return status;
	name = (psy_span){room, length};
	length = 0;
	while (record_word(name, &from, &word))
		if (!record_among(word, LITTLE) && length + word.length + 1 < sizeof kept)
		{
			if (length > 0)
				kept[length++] = ' ';
			memcpy(kept + length, word.at, word.length);
			length += word.length;
		}
	return record_keep(arena, (psy_span){kept, length}, journal, err);
}

/* An abbreviated word: nat of nature, natl of national, med of medicine. */
static bool
abbreviates(psy_span a, psy_span b)
{
	psy_span longer = a.length > b.length ? a : b, shorter = a.length > b.length ? b : a;
	size_t k = 0;

	if (memcmp(longer.at, shorter.at, shorter.length) == 0)
		return true;
	if (shorter.length > 6 || shorter.at[0] != longer.at[0])
		return shorter.length > 6 && record_edits(a, b) <= 2;
	for (size_t at = 0; at < longer.length && k < shorter.length; at++)
		k += longer.at[at] == shorter.at[k];
	return k == shorter.length;
}

/* Whether the one word of a is the initials of b's words: bmj, pnas. */
static bool
acronym(psy_span a, psy_span b)
{
	psy_span word;
	size_t at = 0, letters = 0;

	if (a.length < 3 || a.length > 8 || memchr(a.at, ' ', a.length) != NULL)
		return false;
	while (record_word(b, &at, &word))
	{
		if (letters == a.length || word.at[0] != a.at[letters])
			return letters == a.length && letters > 3;
		letters++;
	}
	return letters == a.length;
}

/* Agree: word by word.  Unsaid: one's words are among the other's in order, so that it may be a longer form
 * of the same name. */
static psy_agreement
compare_names(psy_span a, psy_span b)
{
	psy_span p, q;
	size_t at_a = 0, at_b = 0, skipped = 0, matched = 0;
	bool more_a, more_b;

	if (record_same(a, b) || acronym(a, b) || acronym(b, a))
		return PSY_AGREE;
	more_a = record_word(a, &at_a, &p);
	more_b = record_word(b, &at_b, &q);
	while (more_a && more_b)
	{
		if (abbreviates(p, q))
		{
			matched++;
			more_a = record_word(a, &at_a, &p);
			more_b = record_word(b, &at_b, &q);
			continue;
		}
		skipped++;
		if (b.length - at_b >= a.length - at_a)
			more_b = record_word(b, &at_b, &q);
		else
			more_a = record_word(a, &at_a, &p);
	}
	if (matched > 0 && skipped == 0 && !more_a && !more_b)
		return PSY_AGREE;
	return matched > 0 && (!more_a || !more_b) && (skipped == 0 || matched >= 2) ? PSY_UNSAID : PSY_DIFFER;
}

static bool
has_han(psy_span text)
{
	for (size_t k = 0; k < text.length; k++)
		if ((unsigned char) text.at[k] >= 0xE4 && (unsigned char) text.at[k] <= 0xE9)
			return true;
	return false;
}

psy_agreement
record_compare_journals(const psy_record_norm *a, const psy_record_norm *b)
{
	psy_agreement best = PSY_DIFFER;

	for (int k = 0; k < a->issns; k++)
		for (int j = 0; j < b->issns; j++)
			if (record_same(a->issn[k], b->issn[j]))
				return PSY_AGREE;
	if (a->journals == 0 || b->journals == 0)
		return PSY_UNSAID;
	for (int k = 0; k < a->journals; k++)
		for (int j = 0; j < b->journals; j++)
		{
			psy_agreement one = has_han(a->journal[k]) != has_han(b->journal[j])
									? PSY_UNSAID
									: compare_names(a->journal[k], b->journal[j]);

			best = one > best ? one : best;
		}
	return best;
}

/* ---- identifiers ----------------------------------------------------------------------------- */

/* A DOI from 10. on, in small letters, without what clings to its end; an empty span when there is none or it
 * names no article. */
static psy_status
read_doi(record_arena *arena, psy_span text, char *room, psy_span *doi, psy_error *err)
{
	const char *from;
	size_t length = 0;

	text = cut(text, PLAIN_WORDS);
	if (record_find(text, "10.") == text.length)
		return PSY_OK;
	from = text.at + record_find(text, "10.");
	for (; from + length < text.at + text.length && (unsigned char) from[length] > ' '; length++)
		room[length] = from[length] >= 'A' && from[length] <= 'Z' ? (char) (from[length] | 32) : from[length];
	for (const char *const *end =
			 (const char *const[]){"/full", "/abstract", "/pdf", ".pdf", "/epdf", "/fulltext", NULL};
		 *end; end++)
		if (length > strlen(*end) && memcmp(room + length - strlen(*end), *end, strlen(*end)) == 0)
			length -= strlen(*end);
	while (length > 0 && strchr(".,;)]", room[length - 1]) != NULL &&
		   memchr(room, room[length - 1] == ')' ? '(' : '[', length) == NULL)
		length--;
	if (length < 10 || memchr(room, '/', length) == NULL || room[length - 1] == '.')
		return PSY_OK;
	return record_keep(arena, (psy_span){room, length}, doi, err);
}

static psy_status
read_pmid(record_arena *arena, psy_span text, psy_span *pmid, psy_error *err)
{
	size_t from = 0, to;

	while (from < text.length && (text.at[from] < '1' || text.at[from] > '9'))
		from++;
	for (to = from; to < text.length && is_figure(text.at[to]);)
		to++;
	return to - from < 4 || to - from > 9
			   ? PSY_OK
			   : record_keep(arena, (psy_span){text.at + from, to - from}, pmid, err);
}

static psy_status
read_issns(record_arena *arena, const psy_record *record, psy_record_norm *norm, psy_error *err)
{
	void *memory;
	psy_status status = record_take(arena, sizeof(psy_span) * (record->issns + 1), &memory, err);

	norm->issn = memory;
	for (size_t k = 0; status == PSY_OK && k < record->issns; k++)
	{
		psy_span one = record->issn[k];
		char room[8];
		size_t n = 0;

		for (size_t c = 0; c < one.length && n < 8; c++)
			if (is_figure(one.at[c]) || (one.at[c] | 32) == 'x')
				room[n++] = (char) (one.at[c] | 32);
		if (n == 8 && one.length <= 30)
			status = record_keep(arena, (psy_span){room, n}, &norm->issn[norm->issns++], err);
	}
	return status;
}

/* ---- kind ------------------------------------------------------------------------------------ */

static record_kind
kind_of_type(psy_span type)
{
	if (mentions(type, "thes") || mentions(type, "dissertation"))
		return KIND_THESIS;
	if (mentions(type, "conf") || mentions(type, "proceeding"))
		return KIND_CONFERENCE;
	if (mentions(type, "preprint"))
		return KIND_PREPRINT;
	if (mentions(type, "book") || record_is(type, "chap"))
		return KIND_BOOK;
	return mentions(type, "journal") || mentions(type, "article") || record_is(type, "jour") ? KIND_JOURNAL
																							 : KIND_UNKNOWN;
}

static record_kind
kind_of_journal(psy_span journal)
{
	psy_span word;

	for (size_t at = 0; record_word(journal, &at, &word);)
	{
		if (record_among(word, "conference conf symposium congress workshop workshops conferences icis ecis "
							   "amcis pacis hicss"))
			return KIND_CONFERENCE;
		if (record_among(word, "arxiv biorxiv medrxiv psyarxiv ssrn preprint preprints chinaxiv"))
			return KIND_PREPRINT;
		if (record_among(word, "dissertation dissertations thesis"))
			return KIND_THESIS;
	}
	return KIND_UNKNOWN;
}

static psy_status
read_kind(const psy_record *record, char *room, psy_record_norm *norm, psy_error *err)
{
	size_t length;
	psy_status status = record_plain(cut(record->type, PLAIN_WORDS), room, &length, err);
	record_kind said = status == PSY_OK ? kind_of_type((psy_span){room, length}) : KIND_UNKNOWN;

	norm->kind = norm->journals > 0 ? kind_of_journal(norm->journal[0]) : KIND_UNKNOWN;
	if (norm->kind == KIND_UNKNOWN)
		norm->kind = said;
	return status;
}

/* Embase writes the conference behind the journal's name: it is another name of the same place. */
static psy_status
read_conference(record_arena *arena, const psy_record *record, char *room, psy_record_norm *norm,
				psy_error *err)
{
	psy_span name = record->journal;

	for (size_t k = 0; k < name.length; k++)
		if (name.at[k] == '.' &&
			(record_reads(name, k, ".conference:") || record_reads(name, k, ". conference:")))
		{
			size_t from = k + record_find((psy_span){name.at + k, name.length - k}, ":") + 1;
			psy_status status = read_journal(arena, (psy_span){name.at + from, name.length - from}, room,
											 &norm->journal[norm->journals], err);

			norm->journals += norm->journal[norm->journals].length > 0;
			norm->kind = KIND_UNKNOWN;
			return status;
		}
	return PSY_OK;
}

psy_status
record_read_place(record_arena *arena, const psy_record *record, char *room, psy_record_norm *norm,
				  psy_error *err)
{
	psy_status status = read_numbers(record, room, norm, err);

	if (status == PSY_OK)
		status = read_pages(arena, record, room, norm, err);
	for (int k = 0; k < 2 && status == PSY_OK; k++)
	{
		psy_span name = k == 0 ? record->journal : record->journal_abbrev;

		if (name.length == 0)
			continue;
		status = read_journal(arena, name, room, &norm->journal[norm->journals], err);
		norm->journals += norm->journal[norm->journals].length > 0;
	}
	if (status == PSY_OK)
		status = read_doi(arena, record->doi, room, &norm->doi, err);
	if (status == PSY_OK)
		status = read_pmid(arena, record->pmid, &norm->pmid, err);
	if (status == PSY_OK)
		status = read_issns(arena, record, norm, err);
	if (status == PSY_OK)
		status = read_kind(record, room, norm, err);
	return status == PSY_OK ? read_conference(arena, record, room, norm, err) : status;
}
