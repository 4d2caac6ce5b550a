/*
 * glyph.h - text as the characters that acupoints are compared by, each with its place in the original.
 *
 * A base character with its marks is normalised as one (NFKC), lowered, made simplified (variants.h and a few
 * forms of points' names: 腧 for 俞), and the breve of badly typed pinyin made a caron (băi).  Tones stay.
 * Invisible characters vanish; dashes, quotes and middle dots have one form each.
 */
#ifndef PSY_GLYPH_H
#define PSY_GLYPH_H

#include "core/context.h"

typedef struct psy_glyph
{
	uint32_t character;
	uint32_t start, end; /* bytes of the original */
} psy_glyph;

typedef enum psy_glyph_class
{
	PSY_GLYPH_BLANK,
	PSY_GLYPH_HAN,
	PSY_GLYPH_LETTER, /* and marks */
	PSY_GLYPH_DIGIT,
	PSY_GLYPH_OTHER
} psy_glyph_class;

psy_glyph_class psy_glyph_class_of(uint32_t character);

/* Whether a character may stand within a name or code without meaning anything: a blank, - . _ ' and the
 * middle dot. */
bool psy_glyph_joins(uint32_t character);

/* *glyph comes from the context.  PSY_FORMAT for what is no UTF-8, PSY_LIMIT above 1 MB. */
psy_status psy_glyphs(const psy_context *ctx, const char *text, size_t length, psy_glyph **glyph,
					  size_t *count, psy_error *err);

/*
 * The form in which a spelling is kept in a lexicon: its glyphs as UTF-8 without joining characters (but one
 * blank between two digits) and without leading zeros of a number.  *folded comes from the context, with a
 * NUL behind.
 */
psy_status psy_acupoint_fold(const psy_context *ctx, const char *text, size_t length, char **folded,
							 psy_error *err);

#endif
