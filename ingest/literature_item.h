/*
 * literature_item.h - what a record of literature says, in the fields of the warehouse whatever format it
 * came in.
 *
 * literature_rules.c says, format by format, which field a tag holds.  Nothing is lost on the way: what has
 * no field of its own, and what loses to a better value of a field that holds one (a second title, a printed
 * date), is `extra` under the tag it had.
 */
#ifndef LITERATURE_ITEM_H
#define LITERATURE_ITEM_H

#include "literature.h"
#include "literature_values.h"

typedef enum literature_field
{
	F_EXTRA,
	F_TYPE,
	F_TITLE,
	F_TITLE_TRANSLATED,
	F_TITLE_ORIGINAL,
	F_AUTHOR,
	F_AUTHOR_SHORT, /* the same people again as initials: beside F_AUTHOR, in the same order */
	F_AUTHOR_TRANSLATED,
	F_EDITOR,
	F_EDITOR_SHORT,
	F_YEAR,
	F_DATE,
	F_CONTAINER, /* journal, book or series: the record's type decides */
	F_JOURNAL,
	F_JOURNAL_ABBREV,
	F_SERIES,
	F_VOLUME,
	F_ISSUE,
	F_PAGES,
	F_PAGE_FIRST,
	F_PAGE_LAST,
	F_ARTICLE_NUMBER,
	F_DOI,       /* a DOI, whatever stands around it */
	F_DOI_MAYBE, /* a note that may announce one; stays a note */
	F_PMID,
	F_PMCID,
	F_ACCESSION,
	F_SERIAL, /* ISSN or ISBN */
	F_ISSN,
	F_ISBN,
	F_KEYWORD,
	F_MESH,
	F_ABSTRACT,
	F_ABSTRACT_TRANSLATED,
	F_LANGUAGE,
	F_PUBLISHER,
	F_PLACE,
	F_URL,
	F_NOTE,
	F_AFFILIATION,
	F_DATABASE,
	F_SOURCE, /* a citation as a sentence: "Curr Biol 2019;29(4):12-3" */
	F_FIELDS
} literature_field;

typedef enum value_split
{
	SPLIT_NONE,
	SPLIT_LINES, /* list: a value a line */
	SPLIT_SEMI,  /* list: lines, and ';' within them */
	SPLIT_FLOW,  /* list: ';' alone; a line goes on with the one before */
	SPLIT_NAMES, /* as SPLIT_SEMI; Chinese names also at commas */
	SPLIT_COMMA, /* as SPLIT_SEMI, and commas */
	SPLIT_STOPS  /* list: lines, and ". " within them: "Wang, Li. Li, Wei." */
} value_split;

typedef struct literature_rule
{
	const char *tag;
	literature_field field;
	value_split split;
	unsigned char
		rank; /* of several values of a field the one of the lowest rank stands, of these the first */
} literature_rule;

/* The rule of a tag; NULL where the format does not know it. */
const literature_rule *literature_rule_of(literature_format format, const char *tag, size_t length);

/* The warehouse's word for a type in any format's ("JOUR", "Journal Article", "article"); NULL where it is
 * not known. */
const char *literature_type(literature_format format, const char *word);

/* The field of a table's column by its header, or by --map's word for a field. */
const literature_rule *literature_column(const char *folded);

typedef struct literature_value
{
	uint8_t field; /* literature_field */
	uint8_t rank;
	uint8_t names;       /* name_order */
	uint32_t pair;       /* that it came from */
	uint32_t at, length; /* in the item's text, which LITERATURE_MAX_RECORD bounds */
} literature_value;

typedef struct literature_item
{
	literature_format format;
	const literature_record *record;
	const char *type;
	buffer text;
	literature_value *value;
	size_t values, room;
	size_t held[F_FIELDS + 1]; /* how many values a field had at most */
	char page_first[PAGE_ROOM], page_last[PAGE_ROOM], date[11], pmid[12], pmcid[20];
	buffer doi, pages;
	int year;
	bool empty;                             /* no title, author, DOI or journal: hardly a record */
	const literature_rule *index[128][128]; /* of tags of two letters */
	bool indexed;
	const literature_rule *const *columns; /* of a table: the rules of its pairs, by position; else NULL */
} literature_item;

/* What record says; valid until the next call or until record changes. */
psy_status literature_map(literature_item *item, literature_format format, const literature_record *record,
						  literature_notes *notes, psy_error *err);
void item_free(literature_item *item);

/* The text of the field's best value; NULL where there is none. */
const char *item_text(const literature_item *item, literature_field field);

/* As JSON: a list of texts, a list of people, what has no field. Each replaces what is in out; false when it
 * is empty. */
bool item_list(const literature_item *item, literature_field field, buffer *out);
bool item_people(const literature_item *item, literature_field field, literature_field shorts, buffer *out);
bool item_extra(const literature_item *item, buffer *out);

/* Every value of the field, joined. */
bool item_joined(const literature_item *item, literature_field field, const char *between, buffer *out);

#endif
