/*
 * prescription.c - see prescription.h: cuts a text into parts at its marks, and finishes what was found.
 *
 * Brackets behind a point belong to it and are no marks; all others are.
 */
#include "catalogue/parser.h"

#include <stdlib.h>

#define LIST_GAP 24 /* bytes between the points of a list */

/* ---- names ----------------------------------------------------------------------------------- */

const char *
psy_mention_rule_name(psy_mention_rule rule)
{
	static const char *const names[] = {"code",         "dialect",      "pinyin",        "chinese",
										"alias",        "typo",         "name_and_code", "ear_context",
										"code_in_text", "name_in_text", "ambiguous",     "contradiction",
										"range",        "beside",       "unknown"};

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

/* ---- the text -------------------------------------------------------------------------------- */

/* Whether brackets that open here belong to a point: it stands before them, with nothing but 穴 and the like
 * between. */
static bool
behind_point(const parser *p, size_t open)
{
	size_t k = open;

	if (open + 2 < p->tokens && p->token[open + 1].kind == PSY_TOKEN_ROLE &&
		p->token[open + 2].kind == PSY_TOKEN_CLOSE)
		return false; /* a heading: [adjunct points] */
	while (k > 0 && (p->token[k - 1].kind == PSY_TOKEN_NOTE || p->token[k - 1].kind == PSY_TOKEN_SIDE ||
					 p->token[k - 1].kind == PSY_TOKEN_CLOSE))
	{
		int depth = 0;

		if (p->token[k - 1].kind != PSY_TOKEN_CLOSE)
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
pass_mark(parser *p, const psy_token *t, bool empty)
{
	switch (t->kind)
	{
		case PSY_TOKEN_MATE: psy_mate(p, t->value == 1); break;
		case PSY_TOKEN_STOP: psy_end_clause(p); break;
		case PSY_TOKEN_PERIOD:
		case PSY_TOKEN_LINE: psy_end_sentence(p); break;
		default: break;
	}
	p->landmarks &= t->kind == PSY_TOKEN_AND;
	if (empty && t->kind == PSY_TOKEN_COMMA && p->mark == PSY_TOKEN_AND)
		return; /* A and, bilaterally, B */
	p->mark = t->kind;
	p->before_mark = p->mentions;
}

static bool
is_enumerating(const parser *p, size_t k)
{
	return p->token[k].kind == PSY_TOKEN_PERIOD && k > 0 && p->token[k - 1].kind == PSY_TOKEN_NUMBER;
}

/* What stands before a colon, or names a syndrome before the brackets with its points. */
static bool
is_heading(const parser *p, size_t from, size_t to, psy_token_kind mark)
{
	part s;

	if (mark != PSY_TOKEN_COLON && mark != PSY_TOKEN_OPEN && mark != PSY_TOKEN_DASH)
		return false;
	s = psy_part_look(p, from, to);
	if (mark == PSY_TOKEN_DASH) /* phlegm - ST40 */
		return s.points == 0 && s.add == SIZE_MAX && s.pattern != SIZE_MAX;
	return mark == PSY_TOKEN_OPEN ? s.points == 0 && s.pattern != SIZE_MAX && s.add == SIZE_MAX
								  : s.points == 0 || s.pattern != SIZE_MAX || s.ear != SIZE_MAX;
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
			k = psy_behind_bracket(p, k) - 1;
			continue;
		}
		if (from < k && is_heading(p, from, k, kind))
		{
			part s = psy_part_look(p, from, k);

			psy_part_heading(p, &s);
		}
		else
			psy_part_read(p, from, k);
		if (k < p->tokens && !is_enumerating(p, k))
			pass_mark(p, &p->token[k], from == k);
		from = k + 1;
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
			psy_mention_unresolve(&p->mention[k], PSY_RULE_AMBIGUOUS);
}

/* A misspelt name stands alone, or in a list with points. */
static void
doubt_typos(parser *p)
{
	for (size_t k = 0; k < p->mentions; k++)
	{
		psy_mention *m = &p->mention[k];
		bool before = k > 0 && m[-1].candidates > 0 && m->start <= m[-1].end + LIST_GAP,
			 behind = k + 1 < p->mentions && m[1].candidates > 0 && m[1].start <= m->end + LIST_GAP;

		if (m->rule == PSY_RULE_TYPO && p->mentions > 1 && !before && !behind)
			psy_mention_unresolve(m, PSY_RULE_UNKNOWN);
	}
}

static void
finish(parser *p)
{
	doubt_single_letters(p);
	doubt_typos(p);
	for (size_t k = 0; k < p->mentions; k++)
		if (p->mention[k].point == NULL)
		{
			p->mention[k].side = PSY_SIDE_NONE;
			p->mention[k].side_certainty = PSY_CERTAINTY_NONE;
		}
		else if (p->mention[k].midline && p->mention[k].side == PSY_SIDE_NONE)
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
