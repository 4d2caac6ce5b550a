/*
 * part.c - see parser.h: a part is the tokens between two marks, with the brackets behind its points.
 *
 * A part that is understood whole gives its points; of any other only codes are taken.  Roles, conditions,
 * ear points and sides that a list shares are kept in the parser and end with the clause (; . line), roles
 * with the next heading.
 */
#include "catalogue/parser.h"

#include <stdlib.h>

#define NAME_MOST 12 /* glyphs: what is longer in brackets is a description and no name */

/* ---- brackets behind a point
 * -------------------------------------------------------------------------------- */

/* The token behind the bracket that opens at `open`. */
size_t
psy_behind_bracket(const parser *p, size_t open)
{
	int depth = 0;

	for (size_t k = open; k < p->tokens; k++)
	{
		depth += (p->token[k].kind == PSY_TOKEN_OPEN) - (p->token[k].kind == PSY_TOKEN_CLOSE);
		if (depth == 0)
			return k + 1;
	}
	return p->tokens;
}

/* One part of what stands in brackets behind a mention. */
static void
annotate_part(parser *p, psy_mention *m, size_t from, size_t to, bool alone)
{
	size_t unknown = 0, points = 0, point = 0;
	psy_side side = PSY_SIDE_NONE;
	bool all = false;

	for (size_t k = from; k < to; k++)
	{
		const psy_token *t = &p->token[k];

		if (psy_is_point(p, t))
		{
			points++;
			point = k;
		}
		else if (t->kind == PSY_TOKEN_UNKNOWN || t->kind == PSY_TOKEN_POINT || t->kind == PSY_TOKEN_NUMBER ||
				 t->kind == PSY_TOKEN_BESIDE || t->kind == PSY_TOKEN_TO)
			unknown++;
		else if (t->kind == PSY_TOKEN_SIDE)
			side = (psy_side) t->value;
		all |= t->kind == PSY_TOKEN_ALL;
	}
	if (unknown > 0)
	{
		if (alone && to - from == 1 && p->token[from].kind != PSY_TOKEN_NUMBER &&
			p->token[from].glyphs <= NAME_MOST)
			psy_mention_contradict(m, NULL); /* GV20 (Foo): Foo may be a name */
		return;
	}
	if (side != PSY_SIDE_NONE && all)
		for (size_t k = p->list; k < p->mentions; k++)
			psy_mention_give_side(&p->mention[k], side, PSY_CERTAINTY_IMPLIED);
	if (side != PSY_SIDE_NONE)
		psy_mention_give_side(m, side, PSY_CERTAINTY_STATED);
	if (points == 1 && m->candidates > 0 && !m->set && m->rule != PSY_RULE_CONTRADICTION)
	{
		psy_mention named = psy_mention_of_token(p, &p->token[point]);

		if (!psy_mention_agree(m, &named))
			psy_mention_contradict(m, &named);
	}
}

/* All of the brackets whose inside is [from, to). */
static void
annotate(parser *p, psy_mention *m, size_t from, size_t to)
{
	size_t end = m->end, piece = from;
	bool alone = true;

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

/* ---- parts
 * ------------------------------------------------------------------------------------------------------ */

/* `applied to`, `moxibustion to`: no way from one point to another.  `2 cm to` is. */
static bool
is_applied_to(const parser *p, size_t from, size_t to)
{
	return to > from && p->token[to - 1].kind == PSY_TOKEN_NOTE && !p->token[to - 1].digits;
}

part
psy_part_look(const parser *p, size_t from, size_t to)
{
	part s = {.from = from, .to = to};

	s.first_point = s.last_point = s.first_unknown = s.role = s.add = s.condition = s.pattern = s.ear =
		SIZE_MAX;
	for (size_t k = from; k < to; k++)
	{
		const psy_token *t = &p->token[k];
		bool point = psy_is_point(p, t);

		if (t->kind == PSY_TOKEN_OPEN)
		{
			k = psy_behind_bracket(p, k) - 1;
			continue;
		}
		s.points += point;
		if (point)
		{
			s.first_point = s.first_point == SIZE_MAX ? k : s.first_point;
			s.last_point = k;
		}
		if (t->kind == PSY_TOKEN_UNKNOWN || t->kind == PSY_TOKEN_NUMBER ||
			(t->kind == PSY_TOKEN_POINT && !point))
		{
			s.unknown++;
			s.first_unknown = s.first_unknown == SIZE_MAX ? k : s.first_unknown;
			s.numbers += t->digits;
		}
		s.sides += t->kind == PSY_TOKEN_SIDE;
		s.beside += t->kind == PSY_TOKEN_BESIDE;
		s.all |= t->kind == PSY_TOKEN_ALL;
		s.between |= t->kind == PSY_TOKEN_BESIDE && t->value == PSY_BETWEEN;
		s.to_word |= t->kind == PSY_TOKEN_TO && !is_applied_to(p, from, k);
		if (t->kind == PSY_TOKEN_ROLE)
			s.role = k;
		if (t->kind == PSY_TOKEN_ADD && s.add == SIZE_MAX)
			s.add = k;
		if (t->kind == PSY_TOKEN_FOR)
			s.condition = k;
		if (t->kind == PSY_TOKEN_PATTERN)
			s.pattern = k;
		if (t->kind == PSY_TOKEN_EAR)
			s.ear = k;
	}
	return s;
}

static void
end_list(parser *p)
{
	p->list = p->mentions;
	p->shared = PSY_SIDE_NONE;
}

void
psy_end_clause(parser *p)
{
	end_list(p);
	p->clause = p->mentions;
	p->condition = p->condition_end = 0;
	p->adding = SIZE_MAX;
}

/* The words before a colon. */
void
psy_part_heading(parser *p, const part *s)
{
	psy_end_clause(p);
	p->ear = s->ear != SIZE_MAX;
	if (s->pattern != SIZE_MAX || s->condition != SIZE_MAX)
	{
		size_t from = s->condition == s->from ? s->from + 1 : s->from;

		if (from < s->to)
		{
			p->condition = start_of(p, from);
			p->condition_end = end_of(p, s->to - 1);
		}
		return;
	}
	p->role = s->role == SIZE_MAX ? PSY_ROLE_NONE : (psy_role) p->token[s->role].value;
	if (s->unknown == 0 && s->sides == 1)
		for (size_t k = s->from; k < s->to; k++) /* bilateral: LR3, SP6 */
			if (p->token[k].kind == PSY_TOKEN_SIDE)
				p->shared = (psy_side) p->token[k].value;
}

static bool
has_words(const parser *p, size_t from, size_t to)
{
	for (size_t k = from; k < to; k++)
		if (p->token[k].kind == PSY_TOKEN_UNKNOWN || p->token[k].kind == PSY_TOKEN_POINT ||
			p->token[k].kind == PSY_TOKEN_PATTERN)
			return true;
	return false;
}

static void
set_condition(parser *p, size_t from, size_t to)
{
	p->condition = start_of(p, from);
	p->condition_end = end_of(p, to - 1);
	p->shared = PSY_SIDE_NONE;
	p->list = p->mentions;
}

/* Whether words say what the treatment stands on (基础上), and no condition. */
static bool
says_basis(const parser *p, size_t from, size_t to)
{
	size_t last = p->token[to].at;

	for (size_t k = p->token[from].at; k + 1 < last; k++)
		if (p->glyph[k].character == 0x57FA && p->glyph[k + 1].character == 0x7840)
			return true;
	return false;
}

/* `X add P`, `for X add P`, `add P for X`: cuts the condition off the part; what is left is [from, to). */
static void
read_condition(parser *p, part *s, size_t *from, size_t *to)
{
	size_t words_end = s->add;
	bool told = s->add != SIZE_MAX && !says_basis(p, s->from, s->add);

	if (s->condition != SIZE_MAX && (s->add == SIZE_MAX || s->condition > s->add) &&
		has_words(p, s->condition + 1, s->to) && (s->last_point == SIZE_MAX || s->last_point < s->condition))
	{
		*to = s->condition; /* add P for X; without add it says nothing about the points */
		if (s->add != SIZE_MAX && p->adding == SIZE_MAX)
			p->adding = p->mentions;
		if (p->adding != SIZE_MAX)
		{
			set_condition(p, s->condition + 1, s->to);
			for (size_t k = p->adding; k < p->mentions; k++)
			{
				p->mention[k].role = PSY_ROLE_SYNDROME;
				p->mention[k].condition = p->condition;
				p->mention[k].condition_end = p->condition_end;
			}
		}
		if (s->add != SIZE_MAX)
			*from = s->add == s->from ? s->add + 1 : *from;
		return;
	}
	if (s->add == SIZE_MAX)
		return;
	if (s->first_unknown < s->add && s->last_point != SIZE_MAX && s->last_point > s->add && !told)
		*from = s->add + 1; /* on the basis of the control treatment, add */
	else if (s->first_unknown < s->add && s->last_point != SIZE_MAX && s->last_point > s->add)
	{
		set_condition(p, s->condition == s->from ? s->from + 1 : s->from, words_end);
		*from = s->add + 1;
	}
	else if (s->add == s->from)
	{
		if (p->aside > 0 && p->aside == p->mentions && p->mark == PSY_TOKEN_COMMA)
		{
			const psy_mention *words = last_mention(p);

			p->condition = words->start;
			p->condition_end = words->end;
			p->mentions--;
			end_list(p);
		}
		else
			p->adding = p->mentions;
		*from = s->add + 1;
	}
}

/* A code that can be nothing else: two letters or more and a number, of one point. */
static bool
is_strong(const parser *p, const psy_token *t)
{
	return psy_is_point(p, t) && t->meanings == 1 && is_code(t->meaning->kind) && !t->single_letter &&
		   !t->typo;
}

/* A part with words that are not understood. */
static void
read_foreign(parser *p, const part *s, size_t from, size_t to)
{
	size_t strong = 0, kept = from;

	for (size_t k = from; k < to; k++)
		strong += is_strong(p, &p->token[k]);
	if (strong == 0 || s->beside > 0 || s->numbers > 0 || s->to_word)
	{
		psy_mention_keep_text(p, from, to, s->beside > 0 || s->to_word ? PSY_RULE_BESIDE : PSY_RULE_UNKNOWN);
		return;
	}
	for (size_t k = from; k < to; k++)
		if (is_strong(p, &p->token[k]))
		{
			psy_mention m = psy_mention_of_token(p, &p->token[k]);

			if (k > kept && has_words(p, kept, k))
				psy_mention_keep_text(p, kept, k, PSY_RULE_UNKNOWN);
			m.rule = PSY_RULE_CODE_IN_TEXT;
			m.confidence = 0.9;
			psy_mention_append(p, m);
			kept = k + 1;
		}
	if (kept < to && has_words(p, kept, to))
		psy_mention_keep_text(p, kept, to, PSY_RULE_UNKNOWN);
}

/* A point of a part that is understood; current is the mention before it in the part, whose token was
 * `previous`. */
static psy_mention *
read_known_point(parser *p, const part *s, size_t token, psy_mention *current, size_t previous)
{
	psy_mention m = psy_mention_of_token(p, &p->token[token]);

	if (current != NULL && previous + 1 == token && current->kind != m.kind)
	{
		if (psy_mention_agree(current, &m))
			return current;
		if (s->points == 2 && is_code(current->kind) != is_code(m.kind))
		{
			current->end = m.end;
			psy_mention_contradict(current, &m);
			return current;
		}
	}
	if (current == NULL && psy_mention_join(p, &m))
		return last_mention(p);
	current = psy_mention_append(p, m);
	if (previous == SIZE_MAX)
		psy_mention_join_alternatives(p, current);
	return current;
}

/* A side before points is theirs, and of a list when it says both; behind them it is the last one's, or of
 * all. */
static psy_side
read_side(parser *p, const part *s, size_t token, psy_mention *current)
{
	psy_side side = (psy_side) p->token[token].value;

	if (s->last_point != SIZE_MAX && s->last_point > token)
		return side;
	if (s->all || (s->points == 0 && p->mark == PSY_TOKEN_COMMA))
		for (size_t k = p->list; k < p->mentions; k++)
			psy_mention_give_side(&p->mention[k], side, PSY_CERTAINTY_IMPLIED);
	else if (current != NULL)
		psy_mention_give_side(current, side, PSY_CERTAINTY_STATED);
	return PSY_SIDE_NONE;
}

static void
read_known(parser *p, const part *s, size_t from, size_t to)
{
	psy_mention *current = NULL;
	size_t previous = SIZE_MAX;
	psy_side pending = PSY_SIDE_NONE;

	for (size_t k = from; k < to; k++)
	{
		const psy_token *t = &p->token[k];

		if (t->kind == PSY_TOKEN_OPEN)
		{
			size_t behind = psy_behind_bracket(p, k),
				   inside = behind - (p->token[behind - 1].kind == PSY_TOKEN_CLOSE);

			if (current != NULL)
				annotate(p, current, k + 1, inside);
			k = behind - 1;
		}
		else if (psy_is_point(p, t))
		{
			psy_mention *one = read_known_point(p, s, k, current, previous);

			if (one != current && pending != PSY_SIDE_NONE)
			{
				psy_mention_give_side(one, pending, PSY_CERTAINTY_STATED);
				p->shared = pending == PSY_SIDE_BILATERAL ? pending : PSY_SIDE_NONE;
				pending = PSY_SIDE_NONE;
			}
			current = one;
			previous = k;
		}
		else if (t->kind == PSY_TOKEN_SIDE)
		{
			p->shared = PSY_SIDE_NONE;
			pending = read_side(p, s, k, current);
		}
	}
}

/* A role word: before points it is theirs and of all that follow, behind them of the clause so far. */
static void
read_role(parser *p, const part *s)
{
	if (s->role == SIZE_MAX || (s->first_point != SIZE_MAX && s->first_point < s->role))
		return;
	if (s->points == 0 && p->mentions > p->clause && s->role > s->from)
		return;
	p->role = (psy_role) p->token[s->role].value;
	p->condition = p->condition_end = 0;
	end_list(p);
}

static void
read_role_behind(parser *p, const part *s)
{
	if (s->role == SIZE_MAX || s->first_point == SIZE_MAX || s->first_point > s->role ||
		s->last_point > s->role)
		return;
	for (size_t k = p->clause; k < p->mentions; k++)
		p->mention[k].role = (psy_role) p->token[s->role].value;
}

/* 1. of a list is nothing; 37 of ST36-37 makes a range. */
static bool
read_lone_number(parser *p, size_t token)
{
	psy_mention *before = last_mention(p);
	psy_token_kind behind = token + 1 < p->tokens ? p->token[token + 1].kind : PSY_TOKEN_LINE;

	if (p->mark == PSY_TOKEN_DASH && before != NULL && p->before_mark == p->mentions &&
		before->point != NULL && is_code(before->kind))
	{
		before->end = end_of(p, token);
		psy_mention_unresolve(before, PSY_RULE_RANGE);
		return true;
	}
	return p->mark >= PSY_TOKEN_STOP && end_of(p, token) - start_of(p, token) <= 2 &&
		   (behind == PSY_TOKEN_PERIOD || behind == PSY_TOKEN_CLOSE || behind == PSY_TOKEN_COMMA);
}

/* `and` joins two places of one landmark: lateral to ST36 | SP6; ST36 | SP6 中点. */
static bool
is_landmark_pair(const parser *p, const part *s)
{
	return p->mark == PSY_TOKEN_AND && p->before_mark == p->mentions && p->mentions > 0 &&
		   ((p->landmarks && s->points > 0) || s->between);
}

static void
read_landmarks(parser *p, const part *s, size_t from, size_t to)
{
	psy_mention *before = last_mention(p);

	if (s->between && before->point != NULL)
		psy_mention_unresolve(before, PSY_RULE_BESIDE);
	psy_mention_keep_text(p, from, to, PSY_RULE_BESIDE);
}

void
psy_part_read(parser *p, size_t from, size_t to)
{
	part s;

	if (from == to)
		return;
	s = psy_part_look(p, from, to);
	if (p->token[from].kind == PSY_TOKEN_EAR || (s.ear != SIZE_MAX && s.points == 0))
	{
		p->ear = true;
		s = psy_part_look(p, from, to);
	}
	if (p->token[from].kind == PSY_TOKEN_NUMBER && to - from == 1 && read_lone_number(p, from))
		return;
	read_role(p, &s);
	read_condition(p, &s, &from, &to);
	s = psy_part_look(p, from, to);
	p->aside = 0;
	if (from >= to || (s.points == 0 && s.unknown == 0 && s.sides == 0 && s.beside == 0))
		return;
	if (is_landmark_pair(p, &s))
	{
		read_landmarks(p, &s, from, to);
		return;
	}
	p->landmarks = s.beside > 0 && (s.points > 0 || s.between);
	if (s.unknown > 0 || s.beside > 0 || (s.to_word && s.points > 0))
	{
		read_foreign(p, &s, from, to);
		p->aside = s.points == 0 ? p->mentions : 0;
	}
	else
		read_known(p, &s, from, to);
	read_role_behind(p, &s);
	for (size_t k = from; k < to; k++)
		if (p->token[k].kind == PSY_TOKEN_POINT && p->token[k].ear_named)
			p->ear = true; /* auricular Shenmen, CO15 */
}
