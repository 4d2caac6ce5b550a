/*
 * prescription.c - see prescription.h.
 *
 * A part is the tokens between two marks; brackets behind a point belong to it, others are marks.  Roles,
 * conditions, ear points and sides that a list shares are kept in the parser and end with the clause (; .
 * line), roles with the next heading.
 */
#include "catalogue/prescription.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MOST 12 /* glyphs: what is longer in brackets is a description and no name */

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
	size_t aside;    /* mentions of the part before, if it was unknown text alone: index + 1 */
	int groups;
	psy_token_kind mark; /* before the part */
	size_t before_mark;  /* number of mentions when the mark came */
} parser;

/* ---- names ----------------------------------------------------------------------------------------------
 */

const char *
psy_mention_rule_name(psy_mention_rule rule)
{
	static const char *const names[] = {
		"code",        "dialect",      "pinyin",    "chinese",       "alias", "typo",   "name_and_code",
		"ear_context", "code_in_text", "ambiguous", "contradiction", "range", "beside", "unknown"};

	return names[rule];
}

const char *
psy_side_name(psy_side side)
{
	static const char *const names[] = {NULL,         "left",     "right",      "bilateral",  "midline",
										"unilateral", "affected", "unaffected", "alternating"};

	return names[side];
}

const char *
psy_role_name(psy_role role)
{
	static const char *const names[] = {NULL, "main", "adjunct", "by_syndrome"};

	return names[role];
}

const char *
psy_certainty_name(psy_certainty certainty)
{
	static const char *const names[] = {NULL, "stated", "implied", "anatomy"};

	return names[certainty];
}

/* ---- candidates -------------------------------------------------------------------------------------------
 */

static bool
has_candidate(const psy_mention *m, const char *point)
{
	for (int k = 0; k < m->candidates; k++)
		if (strcmp(m->candidate[k], point) == 0)
			return true;
	return false;
}

static void
add_candidate(psy_mention *m, const char *point)
{
	int at = m->candidates;

	if (has_candidate(m, point) || m->candidates == PSY_CANDIDATES_MOST)
		return;
	for (; at > 0 && strcmp(m->candidate[at - 1], point) > 0; at--)
		m->candidate[at] = m->candidate[at - 1];
	m->candidate[at] = point;
	m->candidates++;
}

static void
take_meaning(psy_mention *m, const psy_meaning *meaning)
{
	m->point = meaning->point;
	m->kind = meaning->kind;
	m->ear = meaning->ear;
	m->midline = meaning->midline;
	m->set = meaning->set;
}

/* Whether a meaning counts here: some names of ear points do so among ear points only, or as the whole text.
 */
static bool
counts(const parser *p, const psy_token *t, const psy_meaning *m)
{
	if (m->ear_only)
		return p->ear || t->ear_named;
	return !m->weak || p->ear || t->ear_named || p->whole;
}

static bool
is_point(const parser *p, const psy_token *t)
{
	if (t->kind != PSY_TOKEN_POINT)
		return false;
	for (size_t k = 0; k < t->meanings; k++)
		if (counts(p, t, &t->meaning[k]))
			return true;
	return false;
}

/* What one token says: one point, one among ear points, or several. */
static psy_mention
read_point(const parser *p, const psy_token *t)
{
	psy_mention m = {.start = p->glyph[t->at].start, .end = p->glyph[t->at + t->glyphs - 1].end};
	const psy_meaning *one = NULL, *ear = NULL;
	int ears = 0;

	for (size_t k = 0; k < t->meanings; k++)
		if (counts(p, t, &t->meaning[k]))
		{
			one = &t->meaning[k];
			add_candidate(&m, one->point);
			if (one->ear)
			{
				ear = one;
				ears++;
			}
		}
	m.kind = one->kind;
	m.single_letter = t->single_letter;
	m.rule = PSY_RULE_AMBIGUOUS;
	if (m.candidates == 1)
	{
		take_meaning(&m, one);
		m.rule = t->typo ? PSY_RULE_TYPO : (psy_mention_rule) one->kind;
		m.confidence = m.rule == PSY_RULE_TYPO ? 0.8 : 1;
	}
	else if ((p->ear || t->ear_named) && ears == 1)
	{
		take_meaning(&m, ear);
		m.rule = PSY_RULE_EAR_CONTEXT;
		m.confidence = 0.95;
	}
	return m;
}

static void
unresolve(psy_mention *m, psy_mention_rule rule)
{
	m->point = NULL;
	m->rule = rule;
	m->confidence = 0;
	if (rule == PSY_RULE_RANGE)
		m->candidates = 0;
	m->side = PSY_SIDE_NONE;
	m->side_certainty = PSY_CERTAINTY_NONE;
}

static bool
is_code(psy_alias_kind kind)
{
	return kind == PSY_ALIAS_CODE || kind == PSY_ALIAS_DIALECT;
}

/* Another name of the same mention: what both may mean stays; false when that is nothing. */
static bool
agree(psy_mention *m, const psy_mention *other)
{
	psy_mention both = *m;

	both.candidates = 0;
	for (int k = 0; k < m->candidates; k++)
		if (has_candidate(other, m->candidate[k]))
			add_candidate(&both, m->candidate[k]);
	if (both.candidates == 0)
		return false;
	both.end = other->end > m->end ? other->end : m->end;
	both.single_letter = false;
	if (both.candidates == 1)
	{
		const psy_mention *known = m->point != NULL ? m : other;

		both.point = both.candidate[0];
		both.rule = PSY_RULE_NAME_AND_CODE;
		both.confidence = 1;
		both.ear = known->ear;
		both.set = known->set;
		both.midline = known->point != NULL && known->midline;
	}
	*m = both;
	return true;
}

static void
contradict(psy_mention *m, const psy_mention *other)
{
	for (int k = 0; other != NULL && k < other->candidates; k++)
		add_candidate(m, other->candidate[k]);
	if (other == NULL)
		m->candidates = 0;
	unresolve(m, PSY_RULE_CONTRADICTION);
}

/* ---- mentions ---------------------------------------------------------------------------------------------
 */

static void
give_side(psy_mention *m, psy_side side, psy_certainty certainty)
{
	if (m->point == NULL || (certainty != PSY_CERTAINTY_STATED && (m->midline || m->side != PSY_SIDE_NONE)))
		return;
	m->side = side;
	m->side_certainty = certainty;
}

/* The two letters or so that name a channel. */
static bool
same_channel(const char *a, const char *b)
{
	size_t n = strcspn(a, "0123456789");

	return n == strcspn(b, "0123456789") && strncmp(a, b, n) == 0;
}

static psy_mention *
last_mention(parser *p)
{
	return p->mentions > 0 ? &p->mention[p->mentions - 1] : NULL;
}

/* Appends a mention that the state of the parser completes. */
static psy_mention *
append(parser *p, psy_mention m)
{
	psy_mention *to = &p->mention[p->mentions];

	m.role = p->role;
	if (p->condition_end > p->condition)
	{
		m.role = PSY_ROLE_SYNDROME;
		m.condition = p->condition;
		m.condition_end = p->condition_end;
	}
	*to = m;
	p->mentions++;
	if (p->shared != PSY_SIDE_NONE && p->mark != PSY_TOKEN_DASH)
		give_side(to, p->shared, PSY_CERTAINTY_IMPLIED);
	return to;
}

/* What the mark before the first point of a part makes of it and the mention before; true when they became
 * one. */
static bool
join_before(parser *p, const psy_mention *m)
{
	psy_mention *before = last_mention(p);

	if (before == NULL || p->before_mark != p->mentions || before->end > m->start)
		return false;
	if (p->mark == PSY_TOKEN_SLASH && before->candidates > 0)
		return agree(before, m);
	if (p->mark == PSY_TOKEN_DASH && before->point != NULL && m->point != NULL && is_code(before->kind) &&
		is_code(m->kind) && same_channel(before->point, m->point))
	{
		before->end = m->end;
		unresolve(before, PSY_RULE_RANGE);
		return true;
	}
	return false;
}

static void
join_alternatives(parser *p, psy_mention *m)
{
	psy_mention *before = m - 1;

	if (p->mark != PSY_TOKEN_OR || p->mentions < 2 || p->before_mark + 1 != p->mentions ||
		p->before_mark <= p->clause)
		return;
	if (before->alternatives == 0)
		before->alternatives = ++p->groups;
	m->alternatives = before->alternatives;
}

static size_t
start_of(const parser *p, size_t token)
{
	return p->glyph[p->token[token].at].start;
}

static size_t
end_of(const parser *p, size_t token)
{
	return p->glyph[p->token[token].at + p->token[token].glyphs - 1].end;
}

/* Keeps the text of tokens as it stands. */
static void
append_unresolved(parser *p, size_t from, size_t to, psy_mention_rule rule)
{
	psy_mention m = {.start = start_of(p, from), .end = end_of(p, to - 1), .rule = rule};

	append(p, m)->side = PSY_SIDE_NONE;
}

/* ---- brackets behind a point
 * -------------------------------------------------------------------------------- */

/* The token behind the bracket that opens at `open`. */
static size_t
behind_bracket(const parser *p, size_t open)
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

static bool
is_mark(psy_token_kind kind)
{
	return kind >= PSY_TOKEN_OR;
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

		if (is_point(p, t))
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
		if (alone && to - from == 1 && p->token[from].kind != PSY_TOKEN_NUMBER && p->token[from].glyphs <= NAME_MOST)
			contradict(m, NULL); /* GV20 (Foo): Foo may be a name */
		return;
	}
	if (side != PSY_SIDE_NONE && all)
		for (size_t k = p->list; k < p->mentions; k++)
			give_side(&p->mention[k], side, PSY_CERTAINTY_IMPLIED);
	if (side != PSY_SIDE_NONE)
		give_side(m, side, PSY_CERTAINTY_STATED);
	if (points == 1 && m->candidates > 0 && !m->set && m->rule != PSY_RULE_CONTRADICTION)
	{
		psy_mention named = read_point(p, &p->token[point]);

		if (!agree(m, &named))
			contradict(m, &named);
	}
}

/* All of the brackets whose inside is [from, to). */
static void
annotate(parser *p, psy_mention *m, size_t from, size_t to)
{
	size_t end = m->end, part = from;
	bool alone = true;

	for (size_t k = from; k < to; k++)
		alone &= !is_mark(p->token[k].kind);
	for (size_t k = from; k <= to; k++)
		if (k == to || is_mark(p->token[k].kind))
		{
			if (k > part)
				annotate_part(p, m, part, k, alone);
			part = k + 1;
		}
	end = to < p->tokens ? end_of(p, to) : end_of(p, to - 1);
	m->end = end > m->end ? end : m->end;
}

/* ---- parts
 * ------------------------------------------------------------------------------------------------------ */

/* What a part holds; indices are of tokens, SIZE_MAX for none. */
typedef struct part
{
	size_t from, to;
	size_t points, unknown, numbers, sides, beside, others; /* others: words that mean something */
	size_t first_point, last_point, first_unknown, role, add, condition, pattern, ear;
	bool all, to_word;
} part;

static part
look_at(const parser *p, size_t from, size_t to)
{
	part s = {.from = from, .to = to};

	s.first_point = s.last_point = s.first_unknown = s.role = s.add = s.condition = s.pattern = s.ear =
		SIZE_MAX;
	for (size_t k = from; k < to; k++)
	{
		const psy_token *t = &p->token[k];
		bool point = is_point(p, t);

		if (t->kind == PSY_TOKEN_OPEN)
		{
			k = behind_bracket(p, k) - 1;
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
		s.to_word |= t->kind == PSY_TOKEN_TO;
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

static void
end_clause(parser *p)
{
	end_list(p);
	p->clause = p->mentions;
	p->condition = p->condition_end = 0;
	p->adding = SIZE_MAX;
}

/* The words before a colon. */
static void
read_heading(parser *p, const part *s)
{
	end_clause(p);
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

/* `X add P`, `for X add P`, `add P for X`: cuts the condition off the part; what is left is [from, to). */
static void
read_condition(parser *p, part *s, size_t *from, size_t *to)
{
	size_t words_end = s->add;

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
	if (s->first_unknown < s->add && s->last_point != SIZE_MAX && s->last_point > s->add)
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
	return is_point(p, t) && t->meanings == 1 && is_code(t->meaning->kind) && !t->single_letter && !t->typo;
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
		append_unresolved(p, from, to, s->beside > 0 || s->to_word ? PSY_RULE_BESIDE : PSY_RULE_UNKNOWN);
		return;
	}
	for (size_t k = from; k < to; k++)
		if (is_strong(p, &p->token[k]))
		{
			psy_mention m = read_point(p, &p->token[k]);

			if (k > kept && has_words(p, kept, k))
				append_unresolved(p, kept, k, PSY_RULE_UNKNOWN);
			m.rule = PSY_RULE_CODE_IN_TEXT;
			m.confidence = 0.9;
			append(p, m);
			kept = k + 1;
		}
	if (kept < to && has_words(p, kept, to))
		append_unresolved(p, kept, to, PSY_RULE_UNKNOWN);
}

/* A point of a part that is understood; current is the mention before it in the part, whose token was
 * `previous`. */
static psy_mention *
read_known_point(parser *p, const part *s, size_t token, psy_mention *current, size_t previous)
{
	psy_mention m = read_point(p, &p->token[token]);

	if (current != NULL && previous + 1 == token && current->kind != m.kind)
	{
		if (agree(current, &m))
			return current;
		if (s->points == 2 && is_code(current->kind) != is_code(m.kind))
		{
			current->end = m.end;
			contradict(current, &m);
			return current;
		}
	}
	if (current == NULL && join_before(p, &m))
		return last_mention(p);
	current = append(p, m);
	if (previous == SIZE_MAX)
		join_alternatives(p, current);
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
			give_side(&p->mention[k], side, PSY_CERTAINTY_IMPLIED);
	else if (current != NULL)
		give_side(current, side, PSY_CERTAINTY_STATED);
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
			size_t behind = behind_bracket(p, k),
				   inside = behind - (p->token[behind - 1].kind == PSY_TOKEN_CLOSE);

			if (current != NULL)
				annotate(p, current, k + 1, inside);
			k = behind - 1;
		}
		else if (is_point(p, t))
		{
			psy_mention *one = read_known_point(p, s, k, current, previous);

			if (one != current && pending != PSY_SIDE_NONE)
			{
				give_side(one, pending, PSY_CERTAINTY_STATED);
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
		unresolve(before, PSY_RULE_RANGE);
		return true;
	}
	return p->mark >= PSY_TOKEN_STOP && end_of(p, token) - start_of(p, token) <= 2 &&
		   (behind == PSY_TOKEN_PERIOD || behind == PSY_TOKEN_CLOSE || behind == PSY_TOKEN_COMMA);
}

static void
read_part(parser *p, size_t from, size_t to)
{
	part s;

	if (from == to)
		return;
	if (p->token[from].kind == PSY_TOKEN_EAR)
		p->ear = true;
	s = look_at(p, from, to);
	if (p->token[from].kind == PSY_TOKEN_NUMBER && to - from == 1 && read_lone_number(p, from))
		return;
	read_role(p, &s);
	read_condition(p, &s, &from, &to);
	s = look_at(p, from, to);
	p->aside = 0;
	if (from >= to || (s.points == 0 && s.unknown == 0 && s.sides == 0 && s.beside == 0))
		return;
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

/* ---- the text
 * ------------------------------------------------------------------------------------------------------ */

/* Whether brackets that open here belong to a point: it stands before them, with nothing but 穴 and the like
 * between. */
static bool
behind_point(const parser *p, size_t open)
{
	size_t k = open;

	while (k > 0 && (p->token[k - 1].kind == PSY_TOKEN_NOTE || p->token[k - 1].kind == PSY_TOKEN_CLOSE))
	{
		int depth = 0;

		if (p->token[k - 1].kind == PSY_TOKEN_NOTE)
		{
			k--;
			continue;
		}
		for (; k > 0; k--)
		{
			depth += (p->token[k - 1].kind == PSY_TOKEN_CLOSE) - (p->token[k - 1].kind == PSY_TOKEN_OPEN);
			if (depth == 0)
				break;
		}
		k -= k > 0;
	}
	return k > 0 && p->token[k - 1].kind == PSY_TOKEN_POINT;
}

static void
pass_mark(parser *p, const psy_token *t)
{
	switch (t->kind)
	{
		case PSY_TOKEN_STOP: end_clause(p); break;
		case PSY_TOKEN_PERIOD:
		case PSY_TOKEN_LINE:
			end_clause(p);
			p->ear = false;
			break;
		default: break;
	}
	p->mark = t->kind;
	p->before_mark = p->mentions;
}

static bool
is_enumerating(const parser *p, size_t k)
{
	return p->token[k].kind == PSY_TOKEN_PERIOD && k > 0 && p->token[k - 1].kind == PSY_TOKEN_NUMBER;
}

static psy_status
read_text(const psy_context *ctx, parser *p, psy_error *err)
{
	size_t from = 0;

	for (size_t k = 0; k <= p->tokens; k++)
	{
		psy_token_kind kind = k < p->tokens ? p->token[k].kind : PSY_TOKEN_LINE;
		psy_status status = k % 64 == 0 ? psy_poll(ctx, err) : PSY_OK;

		if (status != PSY_OK)
			return status;
		if (!is_mark(kind))
			continue;
		if (kind == PSY_TOKEN_OPEN && behind_point(p, k))
		{
			k = behind_bracket(p, k) - 1;
			continue;
		}
		if (kind == PSY_TOKEN_COLON && from < k)
		{
			part s = look_at(p, from, k);

			if (s.points == 0 || s.pattern != SIZE_MAX || s.ear != SIZE_MAX)
				read_heading(p, &s);
			else
				read_part(p, from, k);
		}
		else
			read_part(p, from, k);
		from = k + 1;
		if (k < p->tokens && !is_enumerating(p, k))
			pass_mark(p, &p->token[k]);
	}
	return PSY_OK;
}

/* H7 is a point in a list of points, and a vertebra or a vitamin elsewhere. */
static void
doubt_single_letters(parser *p)
{
	bool clean = true;

	for (size_t k = 0; k < p->mentions; k++)
		clean &= p->mention[k].rule != PSY_RULE_UNKNOWN && p->mention[k].rule != PSY_RULE_BESIDE;
	for (size_t k = 0; !clean && k < p->mentions; k++)
		if (p->mention[k].single_letter && p->mention[k].point != NULL)
			unresolve(&p->mention[k], PSY_RULE_AMBIGUOUS);
}

static void
finish(parser *p)
{
	doubt_single_letters(p);
	for (size_t k = 0; k < p->mentions; k++)
		if (p->mention[k].point != NULL && p->mention[k].midline && p->mention[k].side == PSY_SIDE_NONE)
		{
			p->mention[k].side = PSY_SIDE_MIDLINE;
			p->mention[k].side_certainty = PSY_CERTAINTY_ANATOMY;
		}
}

psy_status
psy_prescription_read(const psy_context *ctx, const psy_lexicon *lexicon, const char *text, size_t length,
					  psy_mention **mention, size_t *count, psy_error *err)
{
	parser p = {.adding = SIZE_MAX, .mark = PSY_TOKEN_LINE};
	psy_glyph *glyph;
	void *memory = NULL;
	psy_status status = psy_glyphs(ctx, text, length, &glyph, &p.glyphs, err);

	*mention = NULL;
	*count = 0;
	if (status != PSY_OK)
		return status;
	p.glyph = glyph;
	status = psy_tokens(ctx, lexicon, glyph, p.glyphs, &p.token, &p.tokens, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, 2 * p.tokens + 1, sizeof *p.mention, &memory, err);
	if (status == PSY_OK)
	{
		p.mention = memory;
		p.whole = p.tokens == 1;
		status = read_text(ctx, &p, err);
		finish(&p);
		*mention = p.mention;
		*count = p.mentions;
	}
	psy_release(ctx, p.token);
	psy_release(ctx, glyph);
	return status;
}
