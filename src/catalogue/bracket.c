/*
 * bracket.c - see parser.h: what stands in brackets behind a point belongs to it: another name, its sides,
 * another point in its stead, or remarks.
 *
 * Another point's name there is a contradiction and takes the point away; words that are longer than a name
 * are a description and say nothing.
 */
#include "catalogue/parser.h"

#include <string.h>

#define NAME_MOST 12 /* glyphs: what is longer in brackets is a description and no name */

typedef struct inside
{
	size_t unknown, points, point;
	psy_side side;
	bool all;
} inside;

static inside
look_inside(const parser *p, size_t from, size_t to)
{
	inside s = {0};

	for (size_t k = from; k < to; k++)
	{
		const psy_token *t = &p->token[k];

		if (psy_is_point(p, t))
		{
			s.points++;
			s.point = k;
		}
		else if (t->kind == PSY_TOKEN_SIDE)
			s.side = (psy_side) t->value;
		else if (t->kind == PSY_TOKEN_UNKNOWN || t->kind == PSY_TOKEN_POINT || t->kind == PSY_TOKEN_NUMBER ||
				 t->kind == PSY_TOKEN_BESIDE || t->kind == PSY_TOKEN_TO)
			s.unknown++;
		s.all |= t->kind == PSY_TOKEN_ALL;
	}
	return s;
}

/* No syllable of pinyin ends like it: superficially, sinistral. */
static bool
is_no_pinyin(const parser *p, size_t token)
{
	const psy_token *t = &p->token[token];
	uint32_t last = p->glyph[t->at + t->glyphs - 1].character;

	return t->glyphs > 2 && last >= 'a' && last <= 'z' && strchr("aeioungr", (int) last) == NULL;
}

/* T5, T3-T12: where along the spine. */
static bool
is_vertebra(const parser *p, size_t token)
{
	const psy_glyph *g = &p->glyph[p->token[token].at];

	return p->token[token].glyphs > 1 && g[0].character < 0x80 &&
		   strchr("ctls", (int) g[0].character) != NULL &&
		   psy_glyph_class_of(g[1].character) == PSY_GLYPH_DIGIT;
}

/* What stands there is no point: GV20 (Foo) may name another, PC6 (B) is on both sides. */
static void
annotate_unknown(parser *p, psy_mention *m, size_t from, size_t to, bool alone)
{
	if (!alone || to - from != 1 || p->token[from].kind == PSY_TOKEN_NUMBER)
		return;
	if (p->token[from].digits ? is_vertebra(p, from) : is_no_pinyin(p, from))
		return;
	if (psy_is_word(p, from, "b"))
		psy_mention_give_side(m, PSY_SIDE_BILATERAL, PSY_CERTAINTY_STATED);
	else if (p->token[from].glyphs <= NAME_MOST)
		psy_mention_contradict(m, NULL);
}

/* One part of what stands in brackets behind a mention. */
static void
annotate_part(parser *p, psy_mention *m, size_t from, size_t to, bool alone)
{
	inside s = look_inside(p, from, to);

	if (s.unknown > 0)
	{
		annotate_unknown(p, m, from, to, alone);
		return;
	}
	if (s.side != PSY_SIDE_NONE && s.all)
		for (size_t k = p->list; k < p->mentions; k++)
			psy_mention_give_side(&p->mention[k], s.side, PSY_CERTAINTY_IMPLIED);
	if (s.side != PSY_SIDE_NONE)
		psy_mention_give_side(m, psy_both_sides(m->side, s.side) ? PSY_SIDE_BILATERAL : s.side,
							  PSY_CERTAINTY_STATED);
	if (s.points == 1 && m->candidates > 0 && !m->set && m->rule != PSY_RULE_CONTRADICTION)
	{
		psy_mention named = psy_mention_of_token(p, &p->token[s.point]);

		if (!psy_mention_agree(m, &named))
			psy_mention_contradict(m, &named);
	}
}

/* 阳陵泉（或太冲）: points that may stand in its stead; false when that is not all. */
static bool
read_alternatives(parser *p, psy_mention *m, size_t from, size_t to)
{
	if (from == to || p->token[from].kind != PSY_TOKEN_OR || m->point == NULL)
		return false;
	for (size_t k = from; k < to; k++)
		if (p->token[k].kind != PSY_TOKEN_OR && p->token[k].kind != PSY_TOKEN_NOTE &&
			!psy_is_point(p, &p->token[k]))
			return false;
	for (size_t k = from; k < to; k++)
		if (p->token[k].kind == PSY_TOKEN_POINT)
		{
			psy_mention *other = psy_mention_append(p, psy_mention_of_token(p, &p->token[k]));

			m->alternatives = m->alternatives == 0 ? ++p->groups : m->alternatives;
			other->alternatives = m->alternatives;
		}
	return true;
}

void
psy_annotate(parser *p, psy_mention *m, size_t from, size_t to)
{
	size_t end, piece = from;
	bool alone = true;

	if (from >= to || read_alternatives(p, m, from, to))
		return;
	if (p->token[from].kind == PSY_TOKEN_FOR && psy_has_words(p, from, to)) /* HT7 (for insomnia) */
	{
		m->role = PSY_ROLE_SYNDROME;
		m->condition = start_of(p, from);
		m->condition_end = end_of(p, to - 1);
		return;
	}
	for (size_t k = from; k < to; k++)
		alone &= !is_mark(p->token[k].kind);
	for (size_t k = from; k <= to; k++)
		if (k == to || is_mark(p->token[k].kind))
		{
			if (k > piece)
				annotate_part(p, m, piece, k, alone);
			piece = k + 1;
		}
	end = to < p->tokens ? end_of(p, to) : end_of(p, to - 1);
	m->end = end > m->end ? end : m->end;
}
