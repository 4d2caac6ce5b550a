/*
 * record_parts.h - what the files record_*.c share: the form of a record that is compared, and its pieces.
 * Not for others.
 */
#ifndef PSY_RECORD_PARTS_H
#define PSY_RECORD_PARTS_H

#include "catalogue/record.h"

#define RECORD_NUMBERS 12
#define RECORD_SKETCH 64
#define RECORD_INITIALS 4
#define RECORD_TOKENS 8

/* A growing piece of memory that goes as a whole: a list of chunks. */
typedef struct record_arena
{
	const psy_context *ctx;
	struct record_chunk *chunk;
} record_arena;

psy_status record_take(record_arena *arena, size_t bytes, void **out, psy_error *err);
void record_arena_free(record_arena *arena);

typedef struct record_title
{
	psy_span words;    /* folded, single blanks between */
	psy_span squeezed; /* without blanks */
	int number[RECORD_NUMBERS];
	int numbers, count; /* numerals and words */
	unsigned markers;
	bool han, generic;
} record_title;

typedef struct record_person
{
	psy_span family, given; /* squeezed; family alone where the order is not known, then token[] */
	psy_span token[RECORD_TOKENS];
	int tokens;
	char initial; /* of the first given name, or 0 */
	bool known;   /* which is the family name */
} record_person;

typedef struct record_pages
{
	psy_span first, last; /* folded: s12, 221 and 228 */
	long first_number, last_number;
} record_pages;

typedef enum record_kind
{
	KIND_UNKNOWN,
	KIND_JOURNAL,
	KIND_CONFERENCE,
	KIND_THESIS,
	KIND_BOOK,
	KIND_PREPRINT
} record_kind;

struct psy_record_norm
{
	record_arena arena;
	int64_t key;
	record_title title[PSY_RECORD_TITLES + 1]; /* and the original that stands in brackets behind one */
	int titles;
	record_person *person, *person_translated;
	int persons, persons_translated;
	int year;
	psy_span journal[3]; /* words: name, abbreviation, conference */
	int journals;
	psy_span *issn;
	int issns;
	long volume, issue; /* -1 unknown */
	bool issue_supplement;
	record_pages pages;
	psy_span doi, pmid;
	record_kind kind;
	uint32_t sketch[RECORD_SKETCH];
	int sketched;
	uint64_t print[2]; /* hash of all that it says */
	bool says;         /* anything at all but numbers */
};

/* ---- record_text.c: folding for comparison --------------------------------------------------- */

/* Bytes that psy_plain may write for length bytes of text. */
#define PLAIN_ROOM(length) ((length) *12 + 64)

/*
 * Letters without case, accents, mark-up; Greek letters by name; Chinese ones simplified; everything else a
 * blank, none doubled or at the ends.  out has PLAIN_ROOM(length).
 */
psy_status record_plain(psy_span text, char *out, size_t *length, psy_error *err);

uint64_t record_hash(uint64_t seed, const void *bytes, size_t length);
bool record_same(psy_span a, psy_span b);
/* 1 where a comes behind b. */
int record_order(psy_span a, psy_span b);
/* Next word from *at; false at the end. */
bool record_word(psy_span words, size_t *at, psy_span *word);
bool record_is(psy_span word, const char *text);
/* Whether text stands at that place, in capital or small letters; text itself is in small ones. */
bool record_reads(psy_span in, size_t at, const char *text);
/* The first place of bytes in a span; its length where there is none. */
size_t record_find(psy_span in, const char *bytes);
/* Whether word is one of the blank-separated ones of a list. */
bool record_among(psy_span word, const char *list);
/* Edits (insertions, deletions, substitutions of bytes) from a to b, by the bit-parallel method of Myers 1999
 * (Hyyro 2003). */
size_t record_edits(psy_span a, psy_span b);

/* ---- record_names.c -------------------------------------------------------------------------- */

psy_status record_people(record_arena *arena, const psy_span *author, size_t count, record_person **person,
						 int *persons, psy_error *err);
bool record_same_person(const record_person *a, const record_person *b);
/* Pinyin of a Chinese character, "" where it has none. */
const char *record_pinyin(uint32_t character);

/* ---- record_title.c, record_place.c ---------------------------------------------------------- */

/* The original title in brackets behind a translation; empty when there is none. */
psy_span record_bracketed(psy_span title);
psy_status record_read_title(record_arena *arena, psy_span text, char *room, record_title *title,
							 psy_error *err);
psy_status record_read_place(record_arena *arena, const psy_record *record, char *room, psy_record_norm *norm,
							 psy_error *err);
psy_status record_keep(record_arena *arena, psy_span text, psy_span *kept, psy_error *err);
psy_agreement record_compare_journals(const psy_record_norm *a, const psy_record_norm *b);
psy_agreement record_compare_pages(const psy_record_norm *a, const psy_record_norm *b, bool *last);

#endif
