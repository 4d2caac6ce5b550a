/*
 * lexicon.h - which spellings mean which points.
 *
 * A lexicon is text, a line a meaning: alias, point, kind, flags, separated by tabs; the alias folded by
 * psy_acupoint_fold. kind is what resolving calls the rule: code, dialect, pinyin, chinese, alias, typo.
 * flags is any of m  the point lies on the midline: it has no sides e  an ear point w  weak: the spelling
 * means the point in the context of ear points, or as the whole of a text, only c  only in the context of ear
 * points s  a set of points
 */
#ifndef PSY_LEXICON_H
#define PSY_LEXICON_H

#include "core/context.h"

#include "catalogue/glyph.h"

#define PSY_MEANINGS_MOST 8
#define PSY_LEXICON_MOST 200000 /* meanings */

typedef enum psy_alias_kind
{
	PSY_ALIAS_CODE,
	PSY_ALIAS_DIALECT,
	PSY_ALIAS_PINYIN,
	PSY_ALIAS_CHINESE,
	PSY_ALIAS_OTHER,
	PSY_ALIAS_TYPO,
	PSY_ALIAS_KINDS
} psy_alias_kind;

typedef struct psy_meaning
{
	const char *alias; /* NUL behind each */
	const char *point;
	psy_alias_kind kind;
	bool midline, ear, weak, ear_only, set;
} psy_meaning;

typedef struct psy_lexicon
{
	char *memory;          /* the text, its separators made NULs */
	psy_meaning *meaning;  /* by alias, then by point */
	size_t count, longest; /* bytes of the longest alias */
} psy_lexicon;

psy_status psy_lexicon_read(const psy_context *ctx, const char *text, size_t length, psy_lexicon *lexicon,
							psy_error *err);
void psy_lexicon_free(const psy_context *ctx, psy_lexicon *lexicon);

/* The meanings of an alias: *first and how many; 0 when it has none. */
size_t psy_lexicon_find(const psy_lexicon *lexicon, const char *alias, const psy_meaning **first);

/* Whether an alias begins like this. */
bool psy_lexicon_begins(const psy_lexicon *lexicon, const char *prefix);

/*
 * The longest alias that the glyphs from `at` on spell, up to count, and that ends with a word: *glyphs of
 * them.  Joining characters are passed over, but not between two digits.  0 when there is none.
 */
size_t psy_lexicon_longest(const psy_lexicon *lexicon, const psy_glyph *glyph, size_t count, size_t at,
						   size_t *glyphs, const psy_meaning **first);

/*
 * The meanings of the one alias of pinyin that a word of at least six letters is one edit away from (a letter
 * more, less, other, or two swapped; a word of five: a letter less), where all such aliases mean the same
 * point; 0 when there is none or more than one.
 */
size_t psy_lexicon_near(const psy_lexicon *lexicon, const char *word, const psy_meaning **first);

const char *psy_alias_kind_name(psy_alias_kind kind);

#endif
