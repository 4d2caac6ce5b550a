/*
 * look.c - see parser.h: what a part holds, before anything of it is read.
 *
 * A word that would make a point another place (lateral, sham, between) counts only where its surroundings
 * let it: sham points are none, but sham needles at GV20 are at GV20.
 */
#include "catalogue/parser.h"

#include <string.h>

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

/* Whether a token is this word of ASCII letters. */
bool
psy_is_word(const parser *p, size_t token, const char *word)
{
	const psy_token *t = &p->token[token];

	if (strlen(word) != t->glyphs)
		return false;
	for (size_t k = 0; k < t->glyphs; k++)
		if (p->glyph[t->at + k].character != (unsigned char) word[k])
			return false;
	return true;
}

static bool
is_note(const parser *p, size_t token, psy_note note)
{
	return token < p->tokens && p->token[token].kind == PSY_TOKEN_NOTE && p->token[token].value == (int) note;
}

static bool
is_latin(const parser *p, size_t token)
{
	return psy_glyph_class_of(p->glyph[p->token[token].at].character) == PSY_GLYPH_LETTER;
}

/* `main points`, `main:`, but not `main outcome`. */
static bool
is_role(const parser *p, size_t token)
{
	size_t next = token + 1;

	if (p->token[token].value == PSY_ROLE_MAIN && p->glyph[p->token[token].at].character == 0x4E3B &&
		p->token[token].glyphs == 1)
		return next < p->tokens && p->token[next].kind == PSY_TOKEN_COLON; /* 主： */
	return !is_latin(p, token) || next >= p->tokens || is_mark(p->token[next].kind) ||
		   p->token[next].kind == PSY_TOKEN_POINT || p->token[next].kind == PSY_TOKEN_ROLE ||
		   is_note(p, next, PSY_NOTE_PLACE) || is_note(p, next + 1, PSY_NOTE_PLACE);
}

/* `applied to`, `moxibustion to`: no way from one point to another.  `2 cm to` is. */
static bool
is_applied_to(const parser *p, size_t from, size_t to)
{
	const psy_token *t = &p->token[to - 1];
	uint32_t last = to > from ? p->glyph[t->at + t->glyphs - 1].character : 0;

	return to > from && ((t->kind == PSY_TOKEN_NOTE && t->value != PSY_NOTE_LENGTH) ||
						 (t->kind == PSY_TOKEN_UNKNOWN && t->glyphs > 3 && last == 'd')); /* taped to */
}

/* 百会前1寸 */
static bool
is_off_point(const parser *p, size_t from, size_t token)
{
	return token > from && p->token[token - 1].kind == PSY_TOKEN_POINT && !is_latin(p, token) &&
		   is_note(p, token + 1, PSY_NOTE_LENGTH);
}

/* 经 behind an organ, a yin or a yang. */
static bool
is_of_channel(const parser *p, size_t token)
{
	static const uint16_t organs[] = {0x80BA, 0x80A0, 0x80C3, 0x813E, 0x5FC3, 0x80F1, 0x80BE,
									  0x5305, 0x7126, 0x80C6, 0x809D, 0x9633, 0x9634, 0x660E};
	size_t at = p->token[token].at;

	for (size_t k = 0; at > 0 && k < sizeof organs / sizeof *organs; k++)
		if (p->glyph[at - 1].character == organs[k])
			return true;
	return false;
}

/* between 2 and 100 Hz */
static bool
is_number_behind(const parser *p, size_t token)
{
	const psy_token *t = &p->token[token + 1];

	return token + 1 < p->tokens && t->digits && (t->kind == PSY_TOKEN_NUMBER || t->kind == PSY_TOKEN_NOTE) &&
		   t->value != PSY_NOTE_LENGTH;
}

static bool
makes_another_place(const parser *p, const part *s, size_t k)
{
	bool behind = s->last_point != SIZE_MAX && s->last_point > k;

	switch ((psy_beside) p->token[k].value)
	{
		case PSY_BESIDE_BETWEEN: return (!s->wire || s->lengths > 0) && !is_number_behind(p, k);
		case PSY_BESIDE_FORWARD: return behind;
		case PSY_BESIDE_SHAM: return is_note(p, k + 1, PSY_NOTE_PLACE) || is_note(p, k + 2, PSY_NOTE_PLACE);
		case PSY_BESIDE_FROM: return !s->wire && (k == s->from || !is_note(p, k - 1, PSY_NOTE_CHOOSE));
		case PSY_BESIDE_CHANNEL: return s->names > 0;
		case PSY_BESIDE_JING: return is_of_channel(p, k) && !is_note(p, k + 1, PSY_NOTE_PLACE);
		case PSY_BESIDE_DISTAL: return !is_note(p, k + 1, PSY_NOTE_PLACE);
		case PSY_BESIDE_ALWAYS:
		case PSY_BESIDE_MIDPOINT:
		case PSY_BESIDE_NOT: break;
	}
	return true;
}

static void
note_point(part *s, const psy_token *t, size_t k)
{
	s->points++;
	s->first_point = s->first_point == SIZE_MAX ? k : s->first_point;
	s->last_point = k;
	s->names += !is_code(t->meaning->kind);
}

static void
note_word(const parser *p, part *s, size_t k)
{
	const psy_token *t = &p->token[k];

	switch (t->kind)
	{
		case PSY_TOKEN_SIDE:
			s->sides++;
			s->all |= k > s->from && is_note(p, k - 1, PSY_NOTE_EACH);
			break;
		case PSY_TOKEN_ALL: s->all = true; break;
		case PSY_TOKEN_ROLE:
			if (is_role(p, k))
			{
				s->role = s->role == SIZE_MAX ? k : s->role;
				s->last_role = k;
			}
			break;
		case PSY_TOKEN_ADD: s->add = s->add == SIZE_MAX ? k : s->add; break;
		case PSY_TOKEN_FOR: s->condition = k; break;
		case PSY_TOKEN_PATTERN: s->pattern = k; break;
		case PSY_TOKEN_EAR: s->ear = k; break;
		case PSY_TOKEN_LOCATED: s->located = s->points > 0 && s->located == SIZE_MAX ? k : s->located; break;
		case PSY_TOKEN_LAST: s->last = k; break;
		case PSY_TOKEN_NOTE:
			s->wire |= t->value == PSY_NOTE_WIRE;
			s->lengths += t->value == PSY_NOTE_LENGTH;
			s->who = t->value == PSY_NOTE_WHO && s->who == SIZE_MAX ? k : s->who;
			s->count = t->value > PSY_NOTE_COUNT ? t->value - PSY_NOTE_COUNT : s->count;
			break;
		default: break;
	}
}

/* The first pass: what does not depend on what comes later in the part. */
static part
count_tokens(const parser *p, size_t from, size_t to)
{
	part s = {.from = from, .to = to};

	s.first_point = s.last_point = s.first_unknown = s.role = s.last_role = s.add = s.condition = s.pattern =
		s.ear = SIZE_MAX;
	s.located = s.last = s.who = SIZE_MAX;
	for (size_t k = from; k < to; k++)
	{
		const psy_token *t = &p->token[k];

		if (t->kind == PSY_TOKEN_OPEN)
			k = psy_behind_bracket(p, k) - 1;
		else if (psy_is_point(p, t))
			note_point(&s, t, k);
		else if (t->kind == PSY_TOKEN_UNKNOWN || t->kind == PSY_TOKEN_NUMBER || t->kind == PSY_TOKEN_POINT)
		{
			s.unknown++;
			s.first_unknown = s.first_unknown == SIZE_MAX ? k : s.first_unknown;
		}
		else
			note_word(p, &s, k);
	}
	return s;
}

part
psy_part_look(const parser *p, size_t from, size_t to)
{
	part s = count_tokens(p, from, to);

	for (size_t k = from; k < to; k++)
	{
		const psy_token *t = &p->token[k];

		if (t->kind == PSY_TOKEN_OPEN)
			k = psy_behind_bracket(p, k) - 1;
		else if (t->kind == PSY_TOKEN_BESIDE && makes_another_place(p, &s, k))
		{
			s.beside++;
			s.refuses |= (t->value == PSY_BESIDE_NOT || t->value == PSY_BESIDE_SHAM) &&
						 (is_note(p, k + 1, PSY_NOTE_PLACE) || is_note(p, k + 2, PSY_NOTE_PLACE));
			s.not_behind |= t->value == PSY_BESIDE_NOT && s.points > 0 && s.last_point < k;
			s.between |= t->value == PSY_BESIDE_BETWEEN || t->value == PSY_BESIDE_MIDPOINT;
		}
		else if (t->kind == PSY_TOKEN_LAST && is_off_point(p, from, k))
			s.beside++;
		else if (t->kind == PSY_TOKEN_TO && s.last_point != SIZE_MAX && s.last_point > k && !s.wire &&
				 !is_applied_to(p, from, k))
			s.to_word = true;
	}
	return s;
}
