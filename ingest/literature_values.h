/*
 * literature_values.h - what a bibliographic value means: DOI, pages, dates, names, ISSN and ISBN, as people
 * and programs write them.
 *
 * Nothing here guesses: what does not read as the thing is left to the caller, who keeps it as it was
 * written.
 */
#ifndef LITERATURE_VALUES_H
#define LITERATURE_VALUES_H

#include "buffer.h"

#include <stdbool.h>

/* The first DOI within the text, in small letters, without prefix, percent encoding undone; appended to out.
 * anywhere: also in the midst of a text; else only behind "doi", a resolver's address, or at the beginning.
 */
bool find_doi(const char *text, bool anywhere, buffer *out);

/* First and last page of "221-8", "S12-S19", "1106-1111+1117", "e92", "123"; the last may be absent (empty).
 * False for what is no page at all ("No Pagination Specified").  Sizes: PAGE_ROOM. */
#define PAGE_ROOM 32
bool split_pages(const char *text, char first[PAGE_ROOM], char last[PAGE_ROOM]);

/* The last page as it is meant: "8" behind "221" is "228". */
void expand_page(const char *first, char last[PAGE_ROOM]);

/* The year, 0 for none. */
int year_in(const char *text);

/* "2019-01" of "2019 Jan-Feb", "1990-02-27" of "1990/2/27", "2011-06-28" of "June 28, 2011"; false without a
 * year.  Room for 11. */
bool iso_date(const char *text, char iso[11]);

/* A month by name or number (1 to 12), 0 for none; *length of what was read. */
int month_of(const char *text, size_t *length);

typedef struct person
{
	const char *family, *given, *suffix, *literal; /* NULL where there is none */
	size_t family_length, given_length, suffix_length;
} person;

typedef enum name_order
{
	NAME_COMMA,   /* "Smith, John": without a comma it is a literal */
	NAME_SPACE,   /* "Smith JA": the last word is initials */
	NAME_NATURAL, /* BibTeX: "John von Neumann" as well */
	NAME_LITERAL  /* not to be cut */
} name_order;

void split_name(const char *text, name_order order, person *p);

typedef enum serial_kind
{
	SERIAL_NONE,
	SERIAL_ISSN,
	SERIAL_ISBN
} serial_kind;

/* What the text begins with: "1878-0849 (Electronic)", "9780824327323"; the number as it is printed
 * ("1878-0849"; an ISBN without hyphens) in out.  *length: how much of the text it takes, with what stands in
 * parentheses behind it. */
serial_kind read_serial(const char *text, char out[20], size_t *length);

/* Whether the text has Chinese characters (Han, also beyond the basic plane). */
bool has_han(const char *text, size_t length);

#endif
