/*
 * parser.h - the parser of prescriptions between its files: prescription.c cuts a text into parts, part.c
 * reads a part, mention.c keeps what was found.
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
	bool ear, whole;     /* among ear points; the text is one part */
	psy_role role;
	size_t condition, condition_end;
	psy_side shared; /* bilateral LR3, SP6 */
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
	size_t points, unknown, numbers, sides, beside;
	size_t first_point, last_point, first_unknown, role, add, condition, pattern, ear;
	bool all, to_word, between;
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

/* ---- mention.c ---- */

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
/* Appends a mention that the state of the parser completes. */
psy_mention *psy_mention_append(parser *p, psy_mention m);
/* What the mark before the first point of a part makes of it and the mention before; true when they became
 * one. */
bool psy_mention_join(parser *p, const psy_mention *m);
/* A or B: both get one number. */
void psy_mention_join_alternatives(parser *p, psy_mention *m);
/* Keeps the text of the tokens [from, to) as it stands. */
void psy_mention_keep_text(parser *p, size_t from, size_t to, psy_mention_rule rule);

/* ---- part.c ---- */

/* The token behind the bracket that opens at `open`. */
size_t psy_behind_bracket(const parser *p, size_t open);
/* What the tokens [from, to) hold, brackets left out. */
part psy_part_look(const parser *p, size_t from, size_t to);
/* The words before a colon. */
void psy_part_heading(parser *p, const part *s);
/* Reads the tokens [from, to), between two marks. */
void psy_part_read(parser *p, size_t from, size_t to);
/* A side and a condition end here. */
void psy_end_clause(parser *p);

#endif
