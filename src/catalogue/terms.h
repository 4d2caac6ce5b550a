/*
 * terms.h - the words of a text in their order, for an index that is searched.
 *
 * A text is folded (fold.h).  Its words are terms, and of each run of Chinese characters every two neighbours, and
 * the last character by itself; each word and each Chinese character takes one position, 1 and up, so that a phrase is
 * a row of positions.  Words that a hyphen joins (rs-fMRI), or that a line's end broke (psychoim-aging), are terms
 * each, and all of them together without the hyphen are one more at the place of the first: a search for either
 * spelling finds both.
 */
#ifndef PSY_TERMS_H
#define PSY_TERMS_H

#include "core/context.h"

typedef enum psy_term_kind
{
	PSY_TERM_WORD,
	PSY_TERM_JOINED, /* hyphenated words as one */
	PSY_TERM_PAIR,   /* two Chinese characters */
	PSY_TERM_LAST    /* the last Chinese character of a run */
} psy_term_kind;

typedef struct psy_term
{
	const char *text; /* length bytes, not terminated */
	size_t length;
	uint32_t position;
	psy_term_kind kind;
} psy_term;

typedef struct psy_terms
{
	psy_term *term; /* count of them, by position */
	size_t count;
	uint32_t positions; /* words and Chinese characters */
	char *folded, *joined; /* where the texts are */
} psy_terms;

/*
 * text[length], UTF-8 -> *terms, from the context; psy_terms_release gives it back.
 * PSY_FORMAT for what is no UTF-8, PSY_LIMIT beyond PSY_FOLD_MOST / 3 bytes.
 */
psy_status psy_terms_of(const psy_context *ctx, const char *text, size_t length, psy_terms *terms, psy_error *err);
void psy_terms_release(const psy_context *ctx, psy_terms *terms);

#endif
