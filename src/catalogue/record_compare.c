/*
 * record_compare.c - two records, field by field: what agrees, what differs, what is not said.  No weights:
 * record_judge.c draws conclusions.
 */
#include "catalogue/record_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- titles ---------------------------------------------------------------------------------- */

/* One begins or ends the other, with four words or more of its own. */
static bool
contained(const record_title *a, const record_title *b)
{
	const record_title *longer = a->squeezed.length > b->squeezed.length ? a : b,
					   *shorter = longer == a ? b : a;
	psy_span whole = longer->squeezed, part = shorter->squeezed;

	return part.length >= 20 && (shorter->count >= 4 || shorter->han) &&
		   (memcmp(whole.at, part.at, part.length) == 0 ||
			memcmp(whole.at + whole.length - part.length, part.at, part.length) == 0);
}

static bool
has_number(const record_title *title, int number)
{
	for (int k = 0; k < title->numbers; k++)
		if (title->number[k] == number)
			return true;
	return false;
}

/* Numbers that one title has and the other has not; of a title without its subtitle only those of the shorter
 * count. */
static bool
numbers_differ(const record_title *a, const record_title *b, psy_title_likeness likeness)
{
	const record_title *shorter = a->squeezed.length < b->squeezed.length ? a : b,
					   *longer = shorter == a ? b : a;

	for (int k = 0; k < shorter->numbers; k++)
		if (!has_number(longer, shorter->number[k]))
			return true;
	for (int k = 0; k < longer->numbers && likeness != PSY_TITLE_CONTAINED; k++)
		if (!has_number(shorter, longer->number[k]))
			return true;
	return false;
}

/* What is left of both without the words that they begin with alike. */
static void
drop_beginning(psy_span *a, psy_span *b)
{
	size_t common = 0, k = 0;

	for (; k < a->length && k < b->length && a->at[k] == b->at[k]; k++)
		if (a->at[k] == ' ')
			common = k + 1;
	*a = (psy_span){a->at + common, a->length - common};
	*b = (psy_span){b->at + common, b->length - common};
}

static void
drop_end(psy_span *a, psy_span *b)
{
	size_t common = 0;

	for (size_t k = 1; k <= a->length && k <= b->length && a->at[a->length - k] == b->at[b->length - k]; k++)
		if (a->at[a->length - k] == ' ')
			common = k;
	a->length -= common;
	b->length -= common;
}

/* Whether the words in which they differ are slips of the pen of one another, not other words: three edits of
 * nine letters. */
static bool
slips(psy_span a, psy_span b)
{
	size_t edits, longer;

	drop_beginning(&a, &b);
	drop_end(&a, &b);
	edits = record_edits(a, b);
	longer = a.length > b.length ? a.length : b.length;
	return edits <= 3 ? edits * 3 <= longer : edits * 4 <= longer;
}

static void
compare_titles(const record_title *a, const record_title *b, psy_record_relation *relation)
{
	size_t longer = a->squeezed.length > b->squeezed.length ? a->squeezed.length : b->squeezed.length;
	double similarity;
	psy_title_likeness likeness;

	if (a->han != b->han)
	{
		relation->title_scripts |= relation->title == PSY_TITLE_UNSAID;
		return;
	}
	similarity = record_same(a->squeezed, b->squeezed) ? 1
													   : 1 - (double) record_edits(a->squeezed, b->squeezed) /
																 (double) (longer < 512 ? longer : 512);
	if (similarity == 1)
		likeness = PSY_TITLE_EXACT;
	else if (similarity >= 0.9 && slips(a->words, b->words))
		likeness = PSY_TITLE_NEAR;
	else if (contained(a, b))
		likeness = PSY_TITLE_CONTAINED;
	else
		likeness = similarity >= 0.6 ? PSY_TITLE_SIMILAR : PSY_TITLE_OTHER;
	if (likeness < relation->title ||
		(likeness == relation->title && !(similarity > relation->title_similarity)))
		return;
	relation->title = likeness;
	relation->title_similarity = similarity;
	relation->title_scripts = false;
	relation->title_generic = a->generic || b->generic;
	relation->number_differs = likeness != PSY_TITLE_EXACT && numbers_differ(a, b, likeness);
	relation->marker_differs = a->markers != b->markers;
}

/* ---- people ---------------------------------------------------------------------------------- */

typedef struct people
{
	const record_person *person;
	int persons;
} people;

static int
matched_people(people a, people b, bool *first)
{
	bool taken[PSY_RECORD_MOST_AUTHORS + 1] = {false};
	int matched = 0;

	*first = record_same_person(&a.person[0], &b.person[0]);
	for (int k = 0; k < a.persons; k++)
		for (int from = 0; from < b.persons; from++)
		{
			int j = (k + from) % b.persons; /* most lists have the same order */

			if (!taken[j] && record_same_person(&a.person[k], &b.person[j]))
			{
				taken[j] = true;
				matched++;
				break;
			}
		}
	return matched;
}

static void
compare_lists(people a, people b, psy_record_relation *relation)
{
	bool first;
	int matched, least = a.persons < b.persons ? a.persons : b.persons;
	psy_people found = PSY_PEOPLE_DIFFER;

	if (least == 0)
		return;
	matched = matched_people(a, b, &first);
	if (matched == a.persons && matched == b.persons)
		found = PSY_PEOPLE_SAME;
	else if ((first && matched * 3 >= least * 2) || (matched >= 3 && matched * 10 >= least * 9))
		found = PSY_PEOPLE_AGREE;
	else if (first || matched * 2 >= least)
		found = PSY_PEOPLE_SOME;
	if (found < relation->people || (found == relation->people && matched <= relation->people_matched))
		return;
	relation->people = found;
	relation->people_matched = matched;
	relation->people_least = least;
}

/* ---- the rest -------------------------------------------------------------------------------- */

static psy_agreement
compare_spans(psy_span a, psy_span b)
{
	if (a.length == 0 || b.length == 0)
		return PSY_UNSAID;
	return record_same(a, b) ? PSY_AGREE : PSY_DIFFER;
}

/* A volume that is the year, or the other record's issue, is in the wrong field: no evidence. */
static psy_agreement
compare_volumes(const psy_record_norm *a, const psy_record_norm *b)
{
	if (a->volume < 0 || b->volume < 0)
		return PSY_UNSAID;
	if (a->volume == b->volume)
		return PSY_AGREE;
	if (a->volume == a->year || b->volume == b->year || a->volume == b->issue || b->volume == a->issue)
		return PSY_UNSAID;
	return PSY_DIFFER;
}

static psy_agreement
compare_issues(const psy_record_norm *a, const psy_record_norm *b)
{
	if (a->issue < 0 || b->issue < 0)
		return PSY_UNSAID;
	/* "21 Suppl. 1" and "21", "S2" and "2": one of them leaves the supplement out, or there are both. */
	if (a->issue_supplement != b->issue_supplement)
		return a->issue == b->issue ? PSY_UNSAID : PSY_DIFFER;
	return a->issue == b->issue ? PSY_AGREE : PSY_DIFFER;
}

/* No volume, but its number as the issue, and the issue's as the page: every field is one too far. */
static bool
is_shifted(const psy_record_norm *a, const psy_record_norm *b)
{
	return a->volume < 0 && a->issue >= 0 && a->issue == b->volume && a->pages.first_number == b->issue;
}

static bool
is_single(const psy_record_norm *n)
{
	return n->pages.first_number >= 0 &&
		   (n->pages.last_number < 0 || n->pages.last_number == n->pages.first_number);
}

/* Records of one paper before and after it had a place: no volume, or pages counted from 1. */
static bool
is_early(const psy_record_norm *n)
{
	return n->volume < 0 || (n->pages.first_number == 1 && n->pages.last_number > 1);
}

/* The share that both have of the least 64 of all triples (Broder 1997). */
static double
compare_abstracts(const psy_record_norm *a, const psy_record_norm *b)
{
	int j = 0, k = 0, common = 0, seen = 0;

	if (a->sketched < 8 || b->sketched < 8)
		return NAN;
	while (seen < RECORD_SKETCH && j < a->sketched && k < b->sketched)
	{
		uint32_t p = a->sketch[j], q = b->sketch[k];

		common += p == q;
		j += p <= q;
		k += q <= p;
		seen++;
	}
	return (double) common / seen;
}

static bool
kinds_differ(const psy_record_norm *a, const psy_record_norm *b)
{
	return a->kind != KIND_UNKNOWN && b->kind != KIND_UNKNOWN && a->kind != b->kind;
}

psy_record_relation
psy_record_compare(const psy_record_norm *a, const psy_record_norm *b)
{
	psy_record_relation r = {.title_similarity = NAN};

	for (int k = 0; k < a->titles; k++)
		for (int j = 0; j < b->titles; j++)
			compare_titles(&a->title[k], &b->title[j], &r);
	compare_lists((people){a->person, a->persons}, (people){b->person, b->persons}, &r);
	compare_lists((people){a->person_translated, a->persons_translated}, (people){b->person, b->persons}, &r);
	compare_lists((people){a->person, a->persons}, (people){b->person_translated, b->persons_translated}, &r);
	r.journal = record_compare_journals(a, b);
	r.volume = compare_volumes(a, b);
	r.issue = compare_issues(a, b);
	r.pages = record_compare_pages(a, b, &r.last_page);
	r.early = is_early(a) != is_early(b);
	if (is_shifted(a, b) || is_shifted(b, a))
		r.issue = r.pages = PSY_UNSAID;
	r.single_pages = is_single(a) && is_single(b);
	r.page_range = r.pages == PSY_AGREE && a->pages.last_number > a->pages.first_number;
	r.inside = r.pages == PSY_AGREE && a->pages.first_number > 1;
	r.doi = compare_spans(a->doi, b->doi);
	r.pmid = compare_spans(a->pmid, b->pmid);
	r.year_gap = a->year == 0 || b->year == 0 ? -1 : abs(a->year - b->year);
	r.kind_differs = kinds_differ(a, b);
	r.conference = a->kind == KIND_CONFERENCE && b->kind == KIND_CONFERENCE;
	r.abstract = compare_abstracts(a, b);
	return r;
}

psy_judgement
psy_record_match(const psy_record_norm *a, const psy_record_norm *b, psy_record_relation *relation)
{
	*relation = psy_record_compare(a, b);
	if (a->says && memcmp(a->print, b->print, sizeof a->print) == 0)
		return (psy_judgement){PSY_DUPLICATE, "identical", 1, false};
	return psy_record_judge(relation);
}
