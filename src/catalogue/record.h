/*
 * record.h - which records of literature are records of the same report.
 *
 * A record is first brought to one form (psy_record_norm: letters without case and accents, pages written
 * out, names read, Chinese names also in pinyin).  Two records are compared field by field
 * (psy_record_relation: each field agrees, differs, or says nothing), and judged by named rules in a fixed
 * order (psy_record_judge).  A field that only one of them has is no evidence either way; what differs needs
 * more that agrees. The rules are made for precision: a pair that might be one report and might not is
 * `uncertain`, for people.
 *
 * psy_record_deduplicate finds the pairs among many records through blocks that share a key, judges them, and
 * joins them to clusters, the surest first.  A cluster never holds two records that contradict each other,
 * whatever chain of pairs leads from one to the other.  The result depends on what the records say and on
 * their keys, not on their order.
 */
#ifndef PSY_RECORD_H
#define PSY_RECORD_H

#include "core/context.h"

#define PSY_RECORD_MOST_AUTHORS 48     /* compared; further ones are left out */
#define PSY_RECORD_MOST_TITLE 4096     /* bytes of a title that are compared */
#define PSY_RECORD_MOST_ABSTRACT 65536 /* bytes of an abstract */
#define PSY_RECORD_BLOCK 200           /* records of a block that are all compared with one another */
#define PSY_RECORD_WINDOW 24           /* in a larger one: with so many that follow in the order of titles */
#define PSY_RECORD_TITLES 3

/* UTF-8, not terminated; length 0 where the record does not say. */
typedef struct psy_span
{
	const char *at;
	size_t length;
} psy_span;

typedef struct psy_record
{
	int64_t key;                       /* of the caller's: each once */
	psy_span title[PSY_RECORD_TITLES]; /* as printed, translated, original: in any order */
	const psy_span *author;            /* "Family, Given", or as written; in the record's order */
	size_t authors;
	const psy_span *author_translated; /* the same people in another script */
	size_t authors_translated;
	int year; /* 0 unknown */
	psy_span journal, journal_abbrev, volume, issue, pages, article_number, doi, pmid, abstract, type;
	const psy_span *issn;
	size_t issns;
} psy_record;

typedef enum psy_agreement
{
	PSY_DIFFER = -1,
	PSY_UNSAID = 0,
	PSY_AGREE = 1
} psy_agreement;

typedef enum psy_title_likeness
{
	PSY_TITLE_UNSAID,    /* one has none, or they are in different scripts */
	PSY_TITLE_OTHER,     /* less than 0.6 alike */
	PSY_TITLE_SIMILAR,   /* other words: 0.6 and more */
	PSY_TITLE_CONTAINED, /* one begins the other: a subtitle is missing */
	PSY_TITLE_NEAR,      /* slips of the pen */
	PSY_TITLE_EXACT      /* the same letters and digits */
} psy_title_likeness;

typedef enum psy_people
{
	PSY_PEOPLE_UNSAID,
	PSY_PEOPLE_DIFFER,
	PSY_PEOPLE_SOME,  /* the first, or half of the shorter list */
	PSY_PEOPLE_AGREE, /* the first, and two thirds of the shorter list */
	PSY_PEOPLE_SAME   /* all, and as many */
} psy_people;

typedef struct psy_record_relation
{
	psy_title_likeness title;
	double title_similarity; /* 1 - edits / length of the longer; NaN when unsaid */
	bool title_generic;      /* Editorial, Book review ...: many reports share it */
	bool title_scripts;      /* one title is Chinese, the other is not */
	bool number_differs;     /* part 1, part 2; of titles that are not the same */
	bool marker_differs;     /* a correction, reply or protocol, and what it belongs to */
	bool kind_differs;       /* journal, conference, thesis, book, preprint */
	bool conference;         /* both are papers of a conference, whose name every database writes otherwise */
	psy_people people;
	int people_matched, people_least;
	psy_agreement journal, volume, issue, doi, pmid;
	psy_agreement pages; /* of first pages */
	bool last_page;      /* and the last ones agree too */
	bool page_range;     /* and they are several */
	bool inside;         /* and do not begin with the first, where papers that are paged by themselves all begin */
	bool single_pages;   /* each is on a single page: abstracts of a meeting */
	bool early;          /* one of them has no volume yet, or pages from 1 */
	int year_gap;        /* years apart; -1 unknown */
	double abstract;     /* share of triples of words in common, by a sketch of 64; NaN unknown */
} psy_record_relation;

typedef enum psy_verdict
{
	PSY_DISTINCT,
	PSY_UNCERTAIN,
	PSY_DUPLICATE
} psy_verdict;

typedef struct psy_judgement
{
	psy_verdict verdict;
	const char *rule;  /* static: the name of the rule that decided; for distinct ones that differ, of what
						  differs; else NULL */
	double confidence; /* 0 to 1: how sure the rule is that they are one report; no probability */
	bool contradicts;  /* they cannot stand in one cluster */
} psy_judgement;

typedef struct psy_record_norm psy_record_norm;

/* One form of a record, from the context (psy_record_forget frees it).  PSY_FORMAT for what is no UTF-8. */
psy_status psy_record_normalise(const psy_context *ctx, const psy_record *record, psy_record_norm **norm,
								psy_error *err);
void psy_record_forget(const psy_context *ctx, psy_record_norm *norm);

psy_record_relation psy_record_compare(const psy_record_norm *a, const psy_record_norm *b);
psy_judgement psy_record_judge(const psy_record_relation *relation);

/* Both; records that say the same, letter by letter, are duplicates by the rule `identical`. */
psy_judgement psy_record_match(const psy_record_norm *a, const psy_record_norm *b,
							   psy_record_relation *relation);

/* What a person decided of two records: it outranks the rules. */
typedef struct psy_record_decision
{
	int64_t a, b;
	bool same;
} psy_record_decision;

typedef struct psy_record_pair
{
	int64_t a, b; /* a < b */
	psy_judgement judgement;
	bool joined; /* both are in one cluster */
} psy_record_pair;

typedef struct psy_record_member
{
	int64_t key, cluster; /* the least key of its cluster */
} psy_record_member;

typedef struct psy_record_result
{
	psy_record_pair
		*pair; /* duplicates and uncertain ones, by a, then b; of identical records each with the first */
	size_t pairs;
	psy_record_member *member; /* every record, by key */
	size_t members;
	size_t compared, widest; /* pairs that were compared; records of the largest block */
} psy_record_result;

/*
 * Pairs and clusters of record[count].  Decisions on keys that are not among the records play no part; of
 * several on one pair the last counts. PSY_DOMAIN when a key occurs twice.  The result comes from the
 * context.
 */
psy_status psy_record_deduplicate(const psy_context *ctx, const psy_record *record, size_t count,
								  const psy_record_decision *decision, size_t decisions,
								  psy_record_result *result, psy_error *err);

#endif
