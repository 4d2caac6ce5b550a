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
	PSY_TOKEN_NUMBER, /* without a unit */
	PSY_TOKEN_NOTE,   /* a word or quantity that says nothing about which point is meant; value: psy_note */
	PSY_TOKEN_SIDE,   /* value: psy_side */
	PSY_TOKEN_ALL,    /* of the points before: 均, all */
	PSY_TOKEN_ROLE,   /* value: psy_role */
	PSY_TOKEN_ADD, /* 加, add: points follow that a condition adds; value 1: plus, which words before it are
					  none for */
	PSY_TOKEN_FOR, /* a condition follows; value 1: at once, without a word of adding */
	PSY_TOKEN_PATTERN, /* a word of syndromes: 型, 证, deficiency */
	PSY_TOKEN_EAR,     /* ear points follow */
	PSY_TOKEN_BESIDE,  /* a word that makes a point named here another place, or none: lateral, not; value:
						  psy_beside, which says when */
	PSY_TOKEN_LOCATED, /* what follows says where the point before it lies */
	PSY_TOKEN_LAST,    /* of the points before: the last two, 后两穴; value 2: the first */
	PSY_TOKEN_TO,      /* from one point to another */
	PSY_TOKEN_TOWARD,  /* the point behind it is where the needle points to */
	PSY_TOKEN_OR,
	PSY_TOKEN_AND,
	PSY_TOKEN_MATE, /* 配: and, or adjunct points follow, or those of a syndrome; value 1: never a syndrome's
					 */
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

typedef enum psy_beside
{
	PSY_BESIDE_ALWAYS,
	PSY_BESIDE_BETWEEN, /* takes two points; says nothing where electrodes are joined: current between A and B
						 */
	PSY_BESIDE_MIDPOINT, /* takes two points */
	PSY_BESIDE_FORWARD,  /* where a point stands behind it: without, except */
	PSY_BESIDE_SHAM,     /* where `points` stands behind it: sham points, but not sham needles at GV20 */
	PSY_BESIDE_FROM,     /* but not selected from */
	PSY_BESIDE_CHANNEL,  /* where a point is named that is no code: Taiyang channel */
	PSY_BESIDE_JING,     /* 经 of a channel, not of 神经 */
	PSY_BESIDE_DISTAL,   /* but not distal points */
	PSY_BESIDE_NOT       /* of all points behind a heading, too: non-acupoints: */
} psy_beside;

typedef enum psy_note
{
	PSY_NOTE_PLAIN,
	PSY_NOTE_WIRE,      /* electrodes */
	PSY_NOTE_CHOOSE,    /* selected */
	PSY_NOTE_PLACE,     /* points */
	PSY_NOTE_LENGTH,    /* 2 cm */
	PSY_NOTE_WHO,       /* those, patients: whom a condition is about */
	PSY_NOTE_EACH,      /* 各: the side behind it is of all points before */
	PSY_NOTE_COUNT = 16 /* + the number of points: two, 3 points */
} psy_note;

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
