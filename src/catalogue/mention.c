/*
 * mention.c - see parser.h: what one name may mean, how two names of one point are joined, and the list of
 * what was found.
 *
 * The candidates of a mention only ever shrink when another name agrees; what is left of none is a
 * contradiction and resolves to nothing, however sure one of the names was.
 */
#include "catalogue/parser.h"

#include <string.h>

/* ---- candidates ------------------------------------------------------------------------------ */

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

bool
psy_is_point(const parser *p, const psy_token *t)
{
	if (t->kind != PSY_TOKEN_POINT)
		return false;
	for (size_t k = 0; k < t->meanings; k++)
		if (counts(p, t, &t->meaning[k]))
			return true;
	return false;
}

/* What one token says: one point, one among ear points, or several. */
psy_mention
psy_mention_of_token(const parser *p, const psy_token *t)
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
	else if ((p->ear || t->ear_named || (p->ear_codes && is_code(one->kind))) && ears == 1)
	{
		take_meaning(&m, ear);
		m.rule = PSY_RULE_EAR_CONTEXT;
		m.confidence = 0.95;
	}
	return m;
}

void
psy_mention_unresolve(psy_mention *m, psy_mention_rule rule)
{
	m->point = NULL;
	m->rule = rule;
	m->confidence = 0;
	if (rule == PSY_RULE_RANGE)
		m->candidates = 0;
	m->side = PSY_SIDE_NONE;
	m->side_certainty = PSY_CERTAINTY_NONE;
}

/* Another name of the same mention: what both may mean stays; false when that is nothing. */
bool
psy_mention_agree(psy_mention *m, const psy_mention *other)
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

void
psy_mention_contradict(psy_mention *m, const psy_mention *other)
{
	for (int k = 0; other != NULL && k < other->candidates; k++)
		add_candidate(m, other->candidate[k]);
	if (other == NULL)
		m->candidates = 0;
	psy_mention_unresolve(m, PSY_RULE_CONTRADICTION);
}

/* ---- mentions -------------------------------------------------------------------------------- */

void
psy_mention_give_side(psy_mention *m, psy_side side, psy_certainty certainty)
{
	if (certainty != PSY_CERTAINTY_STATED && (m->midline || m->side != PSY_SIDE_NONE))
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

/* Appends a mention that the state of the parser completes. */
psy_mention *
psy_mention_append(parser *p, psy_mention m)
{
	psy_mention *to = &p->mention[p->mentions];

	m.role = p->role;
	if (p->condition_end > p->condition)
	{
		m.role = PSY_ROLE_SYNDROME;
		m.condition = p->condition;
		m.condition_end = p->condition_end;
	}
	if (p->in_text && m.point != NULL)
	{
		m.confidence = is_code(m.kind) ? 0.9 : 0.85;
		m.rule = is_code(m.kind) ? PSY_RULE_CODE_IN_TEXT : PSY_RULE_NAME_IN_TEXT;
	}
	*to = m;
	p->mentions++;
	if (p->narrow && p->mark != PSY_TOKEN_AND && p->mark != PSY_TOKEN_DASH)
		p->shared = PSY_SIDE_NONE;
	if (p->shared != PSY_SIDE_NONE)
		psy_mention_give_side(to, p->shared, PSY_CERTAINTY_IMPLIED);
	return to;
}

bool
psy_both_sides(psy_side one, psy_side other)
{
	return (one == PSY_SIDE_LEFT && other == PSY_SIDE_RIGHT) ||
		   (one == PSY_SIDE_RIGHT && other == PSY_SIDE_LEFT);
}

/* Baihui - GV20; GV20, Baihui: the same point in another language. */
static bool
says_again(const parser *p, const psy_mention *before, const psy_mention *m)
{
	if (before->point == NULL || before->kind == m->kind || before->rule == PSY_RULE_EAR_CONTEXT ||
		(is_code(before->kind) && is_code(m->kind)))
		return false;
	if (p->mark == PSY_TOKEN_DASH || p->mark == PSY_TOKEN_COLON)
		return true;
	return p->mark == PSY_TOKEN_COMMA && m->point != NULL && strcmp(before->point, m->point) == 0;
}

/* What the mark before the first point of a part makes of it and the mention before; true when they became
 * one. */
bool
psy_mention_join(parser *p, const psy_mention *m)
{
	psy_mention *before = last_mention(p);

	if (before == NULL || p->before_mark != p->mentions || before->end > m->start)
		return false;
	if (p->mark == PSY_TOKEN_SLASH && before->candidates > 0)
		return psy_mention_agree(before, m);
	if (says_again(p, before, m) && psy_mention_agree(before, m))
		return true;
	if (p->mark == PSY_TOKEN_DASH && before->point != NULL && m->point != NULL && is_code(before->kind) &&
		is_code(m->kind) && same_channel(before->point, m->point))
	{
		before->end = m->end;
		psy_mention_unresolve(before, PSY_RULE_RANGE);
		return true;
	}
	return false;
}

void
psy_mention_join_alternatives(parser *p, psy_mention *m)
{
	psy_mention *before = m - 1;

	if (p->mark != PSY_TOKEN_OR || p->mentions < 2 || p->before_mark + 1 != p->mentions ||
		p->before_mark <= p->clause)
		return;
	if (before->alternatives == 0)
		before->alternatives = ++p->groups;
	m->alternatives = before->alternatives;
}

/* Keeps the text of tokens as it stands. */
void
psy_mention_keep_text(parser *p, size_t from, size_t to, psy_mention_rule rule)
{
	psy_mention m = {.start = start_of(p, from), .end = end_of(p, to - 1), .rule = rule};
	psy_mention *before = last_mention(p);

	if (before != NULL && p->mark == PSY_TOKEN_DASH && p->before_mark == p->mentions &&
		before->end + 3 >= m.start &&
		(before->rule == PSY_RULE_UNKNOWN || before->single_letter)) /* PHQ-9; C5-C7 */
	{
		psy_mention_unresolve(before, rule);
		before->candidates = 0;
		before->end = m.end;
		return;
	}
	psy_mention_append(p, m)->side = PSY_SIDE_NONE;
}
