/*
 * parser.h - the parser of prescriptions between its files: prescription.c cuts a text into parts, look.c
 * says what a part holds, condition.c for whom and in which role, part.c reads its points, bracket.c what
 * stands in brackets behind them, mention.c keeps what was found.
 *
 * Everything that a mention shares with its neighbours is state here: the list it stands in (a side), the
 * clause (a condition), the text so far (role, ear points).  A mention's number is its index; mentions never
 * move.
 */
#ifndef PSY_PARSER_H
#define PSY_PARSER_H

#include "catalogue/prescription.h"

typedef struct parser
{
	const psy_glyph *glyph;
	size_t glyphs;
	psy_token *token;
	size_t tokens;
	psy_mention *mention;
	size_t mentions;
	size_t clause, list; /* first mentions of the clause and of the list */
	size_t sentence;     /* first mention of the sentence */
	size_t roled;        /* mentions before it have the role that stood behind them */
	bool ear, whole;     /* among ear points; the text is one part */
	bool ear_codes;      /* among codes of ear points */
	psy_role role;
	psy_role role_before;       /* of the clause, where mate */
	bool mate;                  /* 配 made it adjunct, for the clause */
	bool syndromes;             /* the heading before was a condition */
	bool refused;               /* the heading says that no point follows: non-acupoints: */
	bool in_text;               /* reading a part with words that are not understood */
	psy_side half;              /* left, of left and right; at this number of mentions */
	psy_token_kind half_before; /* the mark before it */
	size_t half_at;
	size_t lead, lead_end; /* bytes of the words that open a sentence: for insomnia, */
	size_t lead_at;        /* number of mentions when they did */
	size_t condition, condition_end;
	psy_side shared; /* bilateral LR3, SP6 */
	bool narrow;     /* it is that of what `and` joins alone: left A and B, but not left A, B */
	size_t adding;   /* first mention behind `add` in this clause; SIZE_MAX */
	bool landmarks;  /* the part before named points as landmarks: lateral to ST36 and SP6 */
	size_t aside;    /* mentions of the part before, if it was unknown text alone: index + 1 */
	int groups;
	psy_token_kind mark; /* before the part */
	size_t before_mark;  /* number of mentions when the mark came */
} parser;

/* What a part holds; indices are of tokens, SIZE_MAX for none. */
typedef struct part
{
	size_t from, to;
	size_t points, names, unknown, sides, beside,
		lengths; /* numbers of them; names: points that are no codes */
	int count;   /* a number of points: two */
	size_t first_point, last_point, first_unknown, role, last_role, add, condition, pattern, ear, located,
		last, who;
	bool all, to_word, between, wire;
	bool not_behind, refuses; /* were not needled; names sham points */
} part;

static inline bool
is_code(psy_alias_kind kind)
{
	return kind == PSY_ALIAS_CODE || kind == PSY_ALIAS_DIALECT;
}

static inline psy_mention *
last_mention(parser *p)
{
	return p->mentions > 0 ? &p->mention[p->mentions - 1] : NULL;
}

static inline size_t
start_of(const parser *p, size_t token)
{
	return p->glyph[p->token[token].at].start;
}

static inline size_t
end_of(const parser *p, size_t token)
{
	return p->glyph[p->token[token].at + p->token[token].glyphs - 1].end;
}

static inline bool
is_mark(psy_token_kind kind)
{
	return kind >= PSY_TOKEN_OR;
}

/* ---- mention.c ------------------------------------------------------------------------------- */

/* Whether a token means a point here. */
bool psy_is_point(const parser *p, const psy_token *t);
/* What one token says: one point, one among ear points, or several. */
psy_mention psy_mention_of_token(const parser *p, const psy_token *t);
/* Takes the point away, and says why. */
void psy_mention_unresolve(psy_mention *m, psy_mention_rule rule);
/* Another name of the same mention: what both may mean stays; false when that is nothing. */
bool psy_mention_agree(psy_mention *m, const psy_mention *other);
/* The mention and another name exclude each other; NULL: a name that is not known. */
void psy_mention_contradict(psy_mention *m, const psy_mention *other);
/* A side that is only implied does not replace one, nor does it move a point of the midline. */
void psy_mention_give_side(psy_mention *m, psy_side side, psy_certainty certainty);
/* Left and right. */
bool psy_both_sides(psy_side one, psy_side other);
/* Appends a mention that the state of the parser completes. */
psy_mention *psy_mention_append(parser *p, psy_mention m);
/* What the mark before the first point of a part makes of it and the mention before; true when they became
 * one. */
bool psy_mention_join(parser *p, const psy_mention *m);
/* A or B: both get one number. */
void psy_mention_join_alternatives(parser *p, psy_mention *m);
/* Keeps the text of the tokens [from, to) as it stands. */
void psy_mention_keep_text(parser *p, size_t from, size_t to, psy_mention_rule rule);

/* ---- look.c ---------------------------------------------------------------------------------- */

/* The token behind the bracket that opens at `open`. */
size_t psy_behind_bracket(const parser *p, size_t open);
/* Whether a token is this word of ASCII letters. */
bool psy_is_word(const parser *p, size_t token, const char *word);
/* What the tokens [from, to) hold, brackets left out. */
part psy_part_look(const parser *p, size_t from, size_t to);

/* ---- condition.c ----------------------------------------------------------------------------- */

/* A side, a condition and the role of 配 end here. */
void psy_end_clause(parser *p);
/* What opened the sentence, too. */
void psy_end_sentence(parser *p);
/* The words before a colon. */
void psy_part_heading(parser *p, const part *s);
/* 配 behind what was read last; always: never a syndrome's points. */
void psy_mate(parser *p, bool always);
/* A role before points is theirs and of all that follow. */
void psy_role_read(parser *p, const part *s);
/* A role behind points is that of the clause so far. */
void psy_role_read_behind(parser *p, const part *s);
/* Cuts the condition off the part; what is left is [from, to). */
void psy_condition_read(parser *p, const part *s, size_t *from, size_t *to);
/* `P were added` behind the condition that opened the sentence, or before `in those with X`. */
void psy_condition_read_behind(parser *p, const part *s);
/* Whether tokens hold words that are no notes. */
bool psy_has_words(const parser *p, size_t from, size_t to);

/* ---- bracket.c ------------------------------------------------------------------------------- */

/* What stands in the brackets behind a mention, whose inside is [from, to). */
void psy_annotate(parser *p, psy_mention *m, size_t from, size_t to);

/* ---- part.c ---------------------------------------------------------------------------------- */

/* Reads the tokens [from, to), between two marks. */
void psy_part_read(parser *p, size_t from, size_t to);

#endif
