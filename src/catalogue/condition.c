/*
 * condition.c - see parser.h: in which role points stand, and the condition that adds them.
 *
 * Conditions come before the points (失眠者加安眠; for insomnia, HT7 was added; insomnia: HT7) or behind them
 * (HT7 for insomnia).  They end with their clause; a role lasts until the next heading, that of 配 until the
 * clause's end.
 */
#include "catalogue/parser.h"

#include <string.h>

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
	p->refused = false;
	p->lead = p->lead_end = 0;
	if (p->mate)
		p->role = p->role_before;
	p->mate = false;
}

void
psy_end_sentence(parser *p)
{
	psy_end_clause(p);
	p->sentence = p->mentions;
	p->ear = p->ear_codes = false;
	p->syndromes = false;
}

bool
psy_has_words(const parser *p, size_t from, size_t to)
{
	for (size_t k = from; k < to; k++)
		if (p->token[k].kind == PSY_TOKEN_UNKNOWN || p->token[k].kind == PSY_TOKEN_POINT ||
			p->token[k].kind == PSY_TOKEN_PATTERN)
			return true;
	return false;
}

static void
set_condition_bytes(parser *p, size_t start, size_t end)
{
	p->condition = start;
	p->condition_end = end;
	p->syndromes = true;
	end_list(p);
}

static void
set_condition(parser *p, size_t from, size_t to)
{
	set_condition_bytes(p, start_of(p, from), end_of(p, to - 1));
}

/* Gives mentions that were read before the condition that came behind them. */
static void
add_on_condition(parser *p, size_t first, size_t start, size_t end)
{
	for (size_t k = first; k < p->mentions; k++)
	{
		p->mention[k].role = PSY_ROLE_SYNDROME;
		p->mention[k].condition = start;
		p->mention[k].condition_end = end;
	}
}

/* ---- words of syndromes ---------------------------------------------------------------------- */

/* Characters of what a syndrome or complaint is called: deficiency, stasis, phlegm, pain, sleeplessness. */
static bool
is_of_syndromes(uint32_t c)
{
	static const uint16_t characters[] = {
		0x865A, 0x90C1, 0x6EDE, 0x7600, 0x75F0, 0x6E7F, 0x706B, 0x4EA2, 0x6270, 0x963B, 0x4E8F, 0x635F,
		0x8870, 0x5931, 0x4E0D, 0x70ED, 0x5BD2, 0x6D4A, 0x75DB, 0x6655, 0x60B8, 0x95F7, 0x79D8, 0x6E8F,
		0x80C0, 0x711A, 0x8651, 0x7720, 0x70E6, 0x8E81, 0x5450, 0x5455, 0x75B2, 0x529B, 0x5446, 0x6C57};

	for (size_t k = 0; k < sizeof characters / sizeof *characters; k++)
		if (characters[k] == c)
			return true;
	return false;
}

/* The first glyph from a byte on. */
static size_t
glyph_at(const parser *p, size_t byte)
{
	size_t low = 0, high = p->glyphs;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (p->glyph[middle].start < byte)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
names_syndrome(const parser *p, size_t start, size_t end)
{
	for (size_t k = glyph_at(p, start); k < p->glyphs && p->glyph[k].end <= end; k++)
		if (is_of_syndromes(p->glyph[k].character))
			return true;
	return false;
}

/* ---- headings -------------------------------------------------------------------------------- */

/* Words that name a condition although nothing says so: 肝气郁结：; phlegm: behind liver-qi stagnation:. */
static bool
is_condition_alone(const parser *p, const part *s)
{
	if (s->unknown == 0 || s->role != SIZE_MAX || s->sides > 0 || s->ear != SIZE_MAX)
		return false;
	if (p->syndromes)
		return true;
	return s->unknown == s->to - s->from &&
		   p->token[s->to - 1].at + p->token[s->to - 1].glyphs <= p->token[s->from].at + 8 &&
		   names_syndrome(p, start_of(p, s->from), end_of(p, s->to - 1));
}

static bool
refuses(const parser *p, const part *s)
{
	for (size_t k = s->from; k < s->to; k++)
		if (p->token[k].kind == PSY_TOKEN_BESIDE &&
			(p->token[k].value == PSY_BESIDE_NOT || p->token[k].value == PSY_BESIDE_FORWARD ||
			 (p->token[k].value == PSY_BESIDE_SHAM && s->beside > 0)))
			return true;
	return false;
}

/* Whom a heading is about: Experimental group. */
static bool
names_group(const parser *p, const part *s)
{
	for (size_t k = s->from; k < s->to; k++)
		if (psy_is_word(p, k, "group") || psy_is_word(p, k, "arm") ||
			p->glyph[p->token[k].at].character == 0x7EC4)
			return true;
	return false;
}

void
psy_part_heading(parser *p, const part *s)
{
	bool condition = s->pattern != SIZE_MAX || s->condition != SIZE_MAX || is_condition_alone(p, s);

	psy_end_clause(p);
	p->ear =
		s->ear != SIZE_MAX || (p->ear && p->mark == PSY_TOKEN_AND); /* ear acupuncture with five needles: */
	p->refused = refuses(p, s);
	p->syndromes = condition;
	if (condition)
	{
		size_t from = s->condition == s->from ? s->from + 1 : s->from;

		if (from < s->to)
			set_condition(p, from, s->to);
		return;
	}
	p->role = s->role == SIZE_MAX ? PSY_ROLE_NONE : (psy_role) p->token[s->role].value;
	if (s->unknown > 0 && s->role == SIZE_MAX && !names_group(p, s))
	{
		p->lead = start_of(p, s->from); /* Insomnia: add HT7 */
		p->lead_end = end_of(p, s->to - 1);
		p->lead_at = p->mentions;
	}
	if (s->unknown == 0 && s->sides == 1)
		for (size_t k = s->from; k < s->to; k++) /* bilateral: LR3, SP6 */
			if (p->token[k].kind == PSY_TOKEN_SIDE)
			{
				p->shared = (psy_side) p->token[k].value;
				p->narrow = false;
			}
}

/* ---- roles ----------------------------------------------------------------------------------- */

/* Takes the words read last, and nothing but words, as the condition of what follows. */
static void
take_aside(parser *p)
{
	const psy_mention *words = last_mention(p);

	p->mentions--;
	set_condition_bytes(p, words->start, words->end);
}

void
psy_mate(parser *p, bool always)
{
	bool aside = p->aside > 0 && p->aside == p->mentions;

	if (aside && !always &&
		(p->role == PSY_ROLE_SYNDROME || p->role == PSY_ROLE_ADJUNCT || p->condition_end > p->condition ||
		 names_syndrome(p, last_mention(p)->start, last_mention(p)->end)))
		take_aside(p);
	else
	{
		p->role_before = p->mate ? p->role_before : p->role;
		p->role = PSY_ROLE_ADJUNCT;
		p->mate = true;
		end_list(p);
	}
}

void
psy_role_read(parser *p, const part *s)
{
	if (s->role == SIZE_MAX || (s->first_point != SIZE_MAX && s->first_point < s->role))
		return;
	if (s->points == 0 && p->mentions > p->clause && s->role > s->from &&
		!(s->to < p->tokens && p->token[s->to].kind == PSY_TOKEN_OPEN)) /* two optional points (PC6, HT7) */
		return;
	p->role = (psy_role) p->token[s->role].value;
	p->mate = false;
	p->condition = p->condition_end = 0;
	end_list(p);
}

void
psy_role_read_behind(parser *p, const part *s)
{
	if (s->role == SIZE_MAX || s->first_point == SIZE_MAX || s->last_point > s->last_role)
		return;
	for (size_t k = p->clause > p->roled ? p->clause : p->roled; k < p->mentions; k++)
		p->mention[k].role = (psy_role) p->token[s->last_role].value;
	p->roled = p->mentions;
}

/* ---- conditions ------------------------------------------------------------------------------ */

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

/* `add P for X` */
static void
read_condition_behind(parser *p, const part *s, size_t *from, size_t *to)
{
	*to = s->condition; /* without add it says nothing about the points */
	if (s->add != SIZE_MAX && p->adding == SIZE_MAX)
		p->adding = s->last_point != SIZE_MAX && s->last_point < s->add ? p->clause : p->mentions;
	if (p->adding != SIZE_MAX)
	{
		set_condition(p, s->condition + 1, s->to);
		add_on_condition(p, p->adding, p->condition, p->condition_end);
	}
	if (s->add == s->from)
		*from = s->add + 1;
}

/* `for insomnia,` and `in patients with insomnia,` open a sentence; a syndrome is a condition at once. */
static void
read_lead(parser *p, const part *s, size_t *from, size_t *to)
{
	size_t opens = s->condition < s->who ? s->condition : s->who;

	p->lead = start_of(p, opens);
	p->lead_end = end_of(p, s->to - 1);
	p->lead_at = p->mentions;
	if (s->pattern != SIZE_MAX || (s->condition != SIZE_MAX && p->token[s->condition].value == 1))
		set_condition_bytes(p, p->lead, p->lead_end);
	if (s->condition != SIZE_MAX)
		*from = *to;
}

/* `X add P` and `add P` */
static void
read_add(parser *p, const part *s, size_t *from)
{
	bool told = p->token[s->add].value == 0 && !says_basis(p, s->from, s->add);

	if (s->first_unknown < s->add && s->last_point != SIZE_MAX && s->last_point > s->add)
	{
		if (told) /* not: on the basis of the control treatment, add */
			set_condition(p, s->condition == s->from ? s->from + 1 : s->from, s->add);
		*from = s->add + 1;
	}
	else if (s->add == s->from)
	{
		if (p->aside > 0 && p->aside == p->mentions && p->mark == PSY_TOKEN_COMMA)
			take_aside(p);
		else if (p->lead_end > p->lead)
			set_condition_bytes(p, p->lead, p->lead_end);
		else
			p->adding = p->mentions;
		*from = s->add + 1;
	}
}

static bool
is_character(const parser *p, size_t glyph, uint32_t first, uint32_t second)
{
	return p->glyph[glyph].character == first || p->glyph[glyph].character == second;
}

static bool
holds_character(const parser *p, size_t from, size_t to, uint32_t character)
{
	for (size_t k = from; k < to; k++)
		if (p->glyph[k].character == character)
			return true;
	return false;
}

/* 伴, 兼, 若 or 如 begin what was read last, and 者 ends it. */
static bool
is_told_of_those(const parser *p)
{
	const psy_mention *words = &p->mention[p->mentions - 1];
	size_t first = glyph_at(p, words->start), behind = glyph_at(p, words->end);
	bool begins =
			 p->syndromes || is_character(p, first, 0x4F34, 0x517C) || is_character(p, first, 0x82E5, 0x5982),
		 ends = behind > 0 && p->glyph[behind - 1].character == 0x8005;

	return begins && ends;
}

/* 阴虚者选太溪; 肝郁型取太冲; 伴失眠者，针安眠 */
static void
read_those(parser *p, const part *s, size_t *from)
{
	size_t last;

	if (s->points > 0 && p->aside > 0 && p->aside == p->mentions && p->mark == PSY_TOKEN_COMMA &&
		is_told_of_those(p))
		take_aside(p);
	if (s->pattern == SIZE_MAX || s->first_unknown > s->pattern || s->first_point == SIZE_MAX ||
		s->first_point < s->pattern)
		return;
	last = p->token[s->pattern].at + p->token[s->pattern].glyphs - 1;
	if (!is_character(p, last, 0x8005, 0x578B) || !(p->syndromes || p->role == PSY_ROLE_SYNDROME ||
													holds_character(p, p->token[s->from].at, last, 0x865A)))
		return; /* 医者以; 失眠者取 may be all who are treated */
	set_condition(p, s->from, s->pattern + 1);
	*from = s->pattern + 1;
}

void
psy_condition_read(parser *p, const part *s, size_t *from, size_t *to)
{
	bool points_behind =
		s->last_point != SIZE_MAX && (s->condition == SIZE_MAX || s->last_point > s->condition);

	if (p->lead_end > p->lead && p->lead_at == p->mentions && p->mark == PSY_TOKEN_AND &&
		s->add == SIZE_MAX && (s->points == 0 || (p->syndromes && s->first_unknown < s->first_point)))
	{
		p->lead_end =
			end_of(p, s->points == 0 ? s->to - 1 : s->first_point - 1); /* for patients | with insomnia */
		if (s->pattern != SIZE_MAX || s->points > 0)
			set_condition_bytes(p, p->lead, p->lead_end);
	}
	else if (s->condition != SIZE_MAX && (s->add == SIZE_MAX || s->condition > s->add) && !points_behind &&
			 psy_has_words(p, s->condition + 1, s->to) &&
			 (s->points > 0 || s->add != SIZE_MAX || s->condition > s->from))
		read_condition_behind(p, s, from, to);
	else if (s->points == 0 && s->add == SIZE_MAX && p->mentions == p->clause &&
			 (s->condition != SIZE_MAX || s->who != SIZE_MAX))
		read_lead(p, s, from, to);
	else if (s->add != SIZE_MAX)
		read_add(p, s, from);
	else
		read_those(p, s, from);
}

void
psy_condition_read_behind(parser *p, const part *s)
{
	if (s->add == SIZE_MAX || (s->points > 0 && (s->last_point == SIZE_MAX || s->last_point > s->add)) ||
		s->add == s->from)
		return;
	if (s->who != SIZE_MAX && s->who > s->add)
		add_on_condition(p, p->clause, start_of(p, s->who), end_of(p, s->to - 1));
	else if (p->lead_end > p->lead)
		add_on_condition(p, p->lead_at, p->lead, p->lead_end);
}
