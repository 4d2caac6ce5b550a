/*
 * token.h - a prescription's text as tokens: points, and the words around them.
 *
 * At each place the longest of three matches counts: an alias of the lexicon, a known word, a number with its
 * unit; what is none of them is unknown.  Runs of unknown Chinese characters are one token.
 */
#ifndef PSY_TOKEN_H
#define PSY_TOKEN_H

#include "catalogue/glyph.h"
#include "catalogue/lexicon.h"

typedef enum psy_token_kind
{
	PSY_TOKEN_POINT,
	PSY_TOKEN_UNKNOWN,
	PSY_TOKEN_NUMBER,  /* without a unit */
	PSY_TOKEN_NOTE,    /* a word or quantity that says nothing about which point is meant */
	PSY_TOKEN_SIDE,    /* value: psy_side */
	PSY_TOKEN_ALL,     /* of the points before: 均, all */
	PSY_TOKEN_ROLE,    /* value: psy_role */
	PSY_TOKEN_ADD,     /* 加, add: points follow that a condition adds */
	PSY_TOKEN_FOR,     /* a condition follows */
	PSY_TOKEN_PATTERN, /* a word of syndromes: 型, 证, deficiency */
	PSY_TOKEN_EAR,     /* ear points follow */
	PSY_TOKEN_BESIDE,  /* a word that makes a point named here another place: lateral, sham, non-; value:
						  PSY_BETWEEN where it takes two points */
	PSY_TOKEN_TO,      /* from one point to another */
	PSY_TOKEN_OR,
	PSY_TOKEN_AND,
	PSY_TOKEN_COMMA, /* , and its Chinese forms */
	PSY_TOKEN_SLASH,
	PSY_TOKEN_DASH,
	PSY_TOKEN_STOP,   /* ; */
	PSY_TOKEN_PERIOD, /* . */
	PSY_TOKEN_LINE,
	PSY_TOKEN_COLON,
	PSY_TOKEN_OPEN,
	PSY_TOKEN_CLOSE
} psy_token_kind;

#define PSY_BETWEEN 1

typedef enum psy_side
{
	PSY_SIDE_NONE,
	PSY_SIDE_LEFT,
	PSY_SIDE_RIGHT,
	PSY_SIDE_BILATERAL,
	PSY_SIDE_MIDLINE,
	PSY_SIDE_UNILATERAL,
	PSY_SIDE_AFFECTED,
	PSY_SIDE_UNAFFECTED,
	PSY_SIDE_ALTERNATING
} psy_side;

typedef enum psy_role
{
	PSY_ROLE_NONE,
	PSY_ROLE_MAIN,
	PSY_ROLE_ADJUNCT,
	PSY_ROLE_SYNDROME
} psy_role;

typedef struct psy_token
{
	psy_token_kind kind;
	int value;
	size_t at, glyphs; /* of the text */
	const psy_meaning *meaning;
	size_t meanings;
	bool typo;          /* its meaning is one edit away */
	bool digits;        /* unknown, and with digits in it */
	bool single_letter; /* a code of one letter: H7 */
	bool ear_named;     /* the alias itself begins with auricular */
} psy_token;

/* *token comes from the context; at most one for each glyph. */
psy_status psy_tokens(const psy_context *ctx, const psy_lexicon *lexicon, const psy_glyph *glyph,
					  size_t glyphs, psy_token **token, size_t *count, psy_error *err);

#endif
