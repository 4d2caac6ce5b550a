/*
 * fold.h - one form for texts that differ in width, case, script or punctuation only, for comparison and
 * search.
 *
 * NFKC with case folding (Unicode 14, utf8proc), traditional and variant characters to simplified
 * (variants.h), and every run of punctuation, separators and control characters to one blank, none at the
 * ends; an apostrophe between letters vanishes (Xi'an is Xian).  Symbols (+ < = %), digits, accents and tones
 * stay: GV24+ is not GV24, and zhōngzhù is not zhōngzhǔ.  Folding twice is folding once.
 */
#ifndef PSY_FOLD_H
#define PSY_FOLD_H

#include "core/context.h"

/* At most this many bytes of text: what the server's 1 GB leaves for four bytes a character, three times
 * over. */
#define PSY_FOLD_MOST ((size_t) 64 << 20)

/*
 * text[length], UTF-8 -> *folded, UTF-8 of *folded_length bytes with a NUL behind, from the context.
 * PSY_FORMAT for what is no UTF-8, PSY_LIMIT beyond PSY_FOLD_MOST.
 */
psy_status psy_fold(const psy_context *ctx, const char *text, size_t length, char **folded,
					size_t *folded_length, psy_error *err);

/* Whether a character is of the planes that Chinese is written in. */
bool psy_is_han(int32_t character);

/* A piece of a folded text: bytes at + length. */
typedef struct psy_gram
{
	size_t at, length;
} psy_gram;

/*
 * The grams of a folded text: its words, and, of each run of Chinese characters within them, every two
 * neighbours (a run of one: itself).  Sorted by bytes, each once.  *gram comes from the context.
 */
psy_status psy_grams(const psy_context *ctx, const char *folded, size_t length, psy_gram **gram,
					 size_t *count, psy_error *err);

#endif
