/*
 * record_judge.c - the rules: what must agree for two records to be one report, and what may not differ.
 *
 * First what contradicts is looked for: a contradiction ends in `uncertain` (worth a look) or `distinct`,
 * never in a link.  Then the rules of agreement are tried, the surest first; the first that holds gives its
 * name and confidence.  Confidences are an order, not probabilities: an identifier and a title above a place
 * in print, this above words alone.
 */
#include "catalogue/record.h"

#include <math.h>

typedef psy_record_relation relation;

static bool
same_title(const relation *r)
{
	return r->title >= PSY_TITLE_NEAR;
}

static bool
title_fits(const relation *r)
{
	return r->title >= PSY_TITLE_CONTAINED || (r->title == PSY_TITLE_SIMILAR && r->title_similarity >= 0.8);
}

static bool
people_agree(const relation *r)
{
	return r->people >= PSY_PEOPLE_AGREE;
}

static bool
people_fit(const relation *r)
{
	return r->people != PSY_PEOPLE_DIFFER;
}

static bool
within_a_year(const relation *r)
{
	return r->year_gap >= 0 && r->year_gap <= 1;
}

/*
 * Volume and first page: with a journal or a year, hardly another report; but each issue has an Editorial,
 * often from the same page, so that such a title needs the last page too.
 */
static bool
same_place(const relation *r)
{
	if (r->title_generic && !(r->last_page && r->issue != PSY_DIFFER))
		return false;
	return r->volume == PSY_AGREE && r->pages == PSY_AGREE && (r->journal == PSY_AGREE || r->year_gap == 0);
}

/* And the last page, journal and year too: nothing that is printed stands in the same place. */
static bool
very_place(const relation *r)
{
	return same_place(r) && r->last_page && r->journal == PSY_AGREE && r->year_gap == 0;
}

/* A number behind one title alone, where both begin on one page of an issue: a footnote's mark.  Abstracts of a page are
 * other ones. */
static bool
footnote_mark(const relation *r)
{
	return same_place(r) && r->journal == PSY_AGREE && r->issue == PSY_AGREE && r->year_gap == 0 &&
		   !r->single_pages && people_agree(r) && r->title >= PSY_TITLE_CONTAINED;
}

/* ---- contradictions -------------------------------------------------------------------------- */

/* What differs, by name, so that the two cannot be one report by any rule; NULL when nothing does. */
static const char *
contradiction(const relation *r)
{
	bool at_place =
		r->title == PSY_TITLE_EXACT && !r->title_generic && people_agree(r) && r->issue != PSY_DIFFER &&
		(same_place(r) || (r->people == PSY_PEOPLE_SAME && r->people_least >= 3 && r->journal == PSY_AGREE &&
						   r->year_gap == 0 && r->pages == PSY_AGREE && r->volume != PSY_DIFFER));

	if (r->pmid == PSY_DIFFER)
		return "other PMID";
	if (r->doi == PSY_DIFFER && !at_place)
		return "other DOI";
	if (r->marker_differs && !(very_place(r) && people_agree(r)))
		return "correction, reply or protocol";
	if (r->number_differs && !(very_place(r) && r->people == PSY_PEOPLE_SAME) && !footnote_mark(r))
		return "other number in the title";
	if (r->kind_differs && r->doi != PSY_AGREE && !at_place)
		return "other kind of publication";
	if (r->people == PSY_PEOPLE_DIFFER && r->title < PSY_TITLE_CONTAINED)
		return "other title and authors";
	if (r->year_gap > 1 && !(r->doi == PSY_AGREE || r->pmid == PSY_AGREE || (same_place(r) && same_title(r))))
		return "other year";
	return NULL;
}

static bool
sure_without_journal(const relation *r)
{
	return (r->title == PSY_TITLE_EXACT || (r->title == PSY_TITLE_NEAR && r->people_least >= 2)) &&
		   !r->title_generic && r->people == PSY_PEOPLE_SAME && r->year_gap == 0;
}

/*
 * The same title by the same people in one issue: its pages are a slip.  Of abstracts of a meeting, a page
 * each, the volume is enough where three people or more agree.
 */
static bool
by_issue(const relation *r)
{
	bool issue = (r->issue == PSY_AGREE && r->people_least >= 2) ||
				 (r->issue == PSY_UNSAID && r->single_pages && r->people_least >= 3);

	return r->title == PSY_TITLE_EXACT && !r->title_generic && r->people == PSY_PEOPLE_SAME &&
		   r->journal == PSY_AGREE && r->volume == PSY_AGREE && issue && r->year_gap == 0;
}

/* A journal under its translated name: volume, issue and year agree. */
static bool
by_other_journal(const relation *r)
{
	return sure_without_journal(r) && r->people_least >= 2 && r->volume == PSY_AGREE &&
		   r->issue == PSY_AGREE && r->pages != PSY_DIFFER;
}

/* What differs in the place of print; a typing error in one of its numbers is borne where the others and the
 * title agree. */
static const char *
other_place(const relation *r)
{
	bool sure = r->title == PSY_TITLE_EXACT && !r->title_generic && people_agree(r) &&
				r->journal != PSY_DIFFER && r->year_gap == 0;

	if (r->volume == PSY_DIFFER && r->pages == PSY_DIFFER)
		return "other volume and pages";
	if (r->pages == PSY_DIFFER && !(r->early && r->journal == PSY_AGREE) && !by_issue(r))
		return "other pages";
	if (r->volume == PSY_DIFFER && !(sure && r->pages == PSY_AGREE))
		return "other volume";
	if (r->issue == PSY_DIFFER && (r->pages != PSY_AGREE || r->title_generic))
		return "other issue";
	if (r->journal == PSY_DIFFER &&
		!(r->volume == PSY_AGREE && (r->pages == PSY_AGREE || by_other_journal(r))) &&
		!(r->conference && sure_without_journal(r)))
		return "other journal";
	return NULL;
}

/* ---- agreements ------------------------------------------------------------------------------ */

typedef struct rule
{
	const char *name;
	double confidence;
	bool (*holds)(const relation *r);
} rule;

static bool
by_pmid(const relation *r)
{
	return r->pmid == PSY_AGREE && people_fit(r) && (title_fits(r) || r->title == PSY_TITLE_UNSAID);
}

static bool
by_doi(const relation *r)
{
	return r->doi == PSY_AGREE &&
		   ((people_fit(r) && title_fits(r)) || (r->title == PSY_TITLE_EXACT && !r->title_generic));
}

static bool
by_doi_in_other_language(const relation *r)
{
	return r->doi == PSY_AGREE && r->title_scripts && people_fit(r);
}

static bool
by_place(const relation *r)
{
	return same_place(r) && people_fit(r) && r->people != PSY_PEOPLE_UNSAID && title_fits(r);
}

static bool
by_place_alone(const relation *r)
{
	return same_place(r) && r->journal == PSY_AGREE && r->year_gap == 0 && same_title(r) && people_fit(r);
}

static bool
by_title_in_journal(const relation *r)
{
	return same_title(r) && !r->title_generic && people_agree(r) && r->journal == PSY_AGREE &&
		   (within_a_year(r) || r->year_gap < 0);
}

static bool
by_pages(const relation *r)
{
	return (same_title(r) || (r->title == PSY_TITLE_CONTAINED && r->page_range && r->year_gap == 0)) &&
		   !r->title_generic && people_agree(r) && r->pages == PSY_AGREE && r->last_page && within_a_year(r);
}

/* A word of the title was changed on the way to print: three people or more, and the pages of a proceedings to the last. */
static bool
by_pages_and_like_title(const relation *r)
{
	return r->title >= PSY_TITLE_SIMILAR && r->title_similarity >= 0.85 && !r->title_generic &&
		   r->people == PSY_PEOPLE_SAME && r->people_least >= 3 && r->page_range && r->last_page && r->inside &&
		   r->year_gap == 0 && r->journal != PSY_DIFFER && r->volume != PSY_DIFFER && r->issue != PSY_DIFFER;
}

static bool
by_title_and_year(const relation *r)
{
	return r->title == PSY_TITLE_EXACT && !r->title_generic && people_agree(r) && r->journal == PSY_UNSAID &&
		   r->year_gap == 0;
}

static bool
by_title_without_authors(const relation *r)
{
	return r->title == PSY_TITLE_EXACT && !r->title_generic && r->people == PSY_PEOPLE_UNSAID &&
		   r->journal == PSY_AGREE && r->year_gap == 0 &&
		   (r->volume == PSY_AGREE || r->pages == PSY_AGREE || r->abstract >= 0.8);
}

static bool
by_abstract(const relation *r)
{
	return title_fits(r) && !r->title_generic && people_agree(r) && r->abstract >= 0.8 && within_a_year(r) &&
		   r->journal != PSY_DIFFER;
}

static bool
by_short_title(const relation *r)
{
	return r->title == PSY_TITLE_CONTAINED && !r->title_generic && people_agree(r) &&
		   r->journal == PSY_AGREE && r->year_gap == 0;
}

/* The same people, place and pages to the last: another translation of the title, or a slip in it. */
static bool
by_people_and_place(const relation *r)
{
	if (r->people != PSY_PEOPLE_SAME || !very_place(r) || r->title == PSY_TITLE_UNSAID)
		return false;
	return (r->page_range && (r->issue == PSY_AGREE || (r->people_least >= 2 && r->issue == PSY_UNSAID))) ||
		   (r->title >= PSY_TITLE_SIMILAR && (r->people_least >= 2 || r->title_similarity >= 0.7));
}

/* A report in Chinese and its record in English: people in pinyin, and the same numbers. */
static bool
by_numbers_in_other_language(const relation *r)
{
	return r->title_scripts && people_agree(r) && r->people_matched >= 2 && r->year_gap == 0 &&
		   r->volume != PSY_DIFFER && r->pages == PSY_AGREE && r->last_page &&
		   (r->volume == PSY_AGREE || r->issue == PSY_AGREE);
}

/* Names garbled beyond recognition, or a group's name for its members'. */
static bool
by_very_place(const relation *r)
{
	return very_place(r) && r->title == PSY_TITLE_EXACT && !r->title_generic;
}

static bool
by_conference(const relation *r)
{
	return r->conference && sure_without_journal(r);
}

static const rule rules[] = {
	{"PMID", 0.995, by_pmid},
	{"DOI", 0.99, by_doi},
	{"DOI, title in another language", 0.98, by_doi_in_other_language},
	{"title, authors, place in print", 0.98, by_place},
	{"title, place in print", 0.96, by_place_alone},
	{"title, authors, pages", 0.96, by_pages},
	{"title, authors, issue", 0.95, by_issue},
	{"title, authors, journal", 0.95, by_title_in_journal},
	{"title, authors, abstract", 0.95, by_abstract},
	{"title, authors, year", 0.93, by_title_and_year},
	{"title, authors, issue, other journal", 0.93, by_other_journal},
	{"title, conference, authors, year", 0.93, by_conference},
	{"title, pages in print, other authors", 0.92, by_very_place},
	{"authors, place in print, like title", 0.92, by_people_and_place},
	{"authors, pages, like title", 0.9, by_pages_and_like_title},
	{"authors, numbers, title in another language", 0.91, by_numbers_in_other_language},
	{"title in journal, no authors", 0.9, by_title_without_authors},
	{"title without subtitle, authors, journal", 0.9, by_short_title},
};

/* ---- judgement ------------------------------------------------------------------------------- */

/* What is worth a person's look though no rule links it. */
static bool
worth_a_look(const relation *r)
{
	if (r->doi == PSY_AGREE || r->pmid == PSY_AGREE)
		return true;
	if (r->title_generic && !same_place(r))
		return false;
	if (title_fits(r) && people_fit(r) && r->year_gap <= 3)
		return r->people != PSY_PEOPLE_UNSAID || r->title >= PSY_TITLE_NEAR;
	return same_place(r) && people_agree(r) && r->title != PSY_TITLE_OTHER;
}

static double
doubt(const relation *r)
{
	double alike = isnan(r->title_similarity) ? 0.5 : r->title_similarity;

	return 0.3 + 0.3 * alike * alike + 0.1 * people_agree(r) + 0.1 * same_place(r) +
		   0.05 * (r->doi == PSY_AGREE);
}

/* Two abstracts of a meeting, a page each, alike in all else: a person may part them, but a third record that
 * is both joins them. */
static bool
differs_by_page(const relation *r)
{
	return r->single_pages && r->pages == PSY_DIFFER && r->volume != PSY_DIFFER && r->issue != PSY_DIFFER &&
		   r->journal == PSY_AGREE && r->title >= PSY_TITLE_CONTAINED && !r->title_generic &&
		   people_agree(r) && r->year_gap == 0;
}

psy_judgement
psy_record_judge(const relation *r)
{
	const char *differs = contradiction(r);
	bool contradicts = differs != NULL;

	if (differs == NULL && r->doi != PSY_AGREE && r->pmid != PSY_AGREE)
	{
		differs = other_place(r);
		contradicts =
			differs != NULL && (r->volume == PSY_DIFFER || r->pages == PSY_DIFFER) && !differs_by_page(r);
	}
	for (size_t k = 0; differs == NULL && k < sizeof rules / sizeof *rules; k++)
		if (rules[k].holds(r))
			return (psy_judgement){PSY_DUPLICATE, rules[k].name, rules[k].confidence, false};
	return (psy_judgement){worth_a_look(r) ? PSY_UNCERTAIN : PSY_DISTINCT, differs,
						   worth_a_look(r) ? doubt(r) : 0, contradicts};
}
