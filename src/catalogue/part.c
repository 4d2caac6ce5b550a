/*
 * part.c - see parser.h: a part is the tokens between two marks, with the brackets behind its points.
 *
 * A part that is understood whole gives its points.  One with words that are not is cut at these words, and
 * of the runs between them those points are taken that cannot be anything else: a code, or a name that stands
 * free of the unknown words and is no common word.  One with a word that makes its points another place gives
 * none.
 */
#include "catalogue/parser.h"

#include <string.h>

/* ---- points amid words that are not understood ----------------------------------------------- */

/* Names of points that are words of anatomy, medicine or geography, too. */
static bool
is_common_word(const psy_token *t)
{
	static const char words[] = " 中枢 子宫 胆囊 阑尾 太阳 日月 命门 带脉 膝眼 耳尖 肘尖 内踝尖 外踝尖 腕骨 "
								"完骨 曲骨 横骨 髋骨 京骨 束骨 "
								"会阴 人中 鸠尾 缺盆 商丘 石门 天府 大都 中都 天池 taiyang shangqiu shimen "
								"tianfu dadu zhongdu tianchi ";
	size_t n = strlen(t->meaning->alias);
	const char *at = strstr(words, t->meaning->alias);

	return at != NULL && at[-1] == ' ' && at[n] == ' ';
}

/* Words of molecules, cells and spines, whose names look like codes: HT7 receptor. */
static bool
is_of_laboratories(const parser *p, size_t token)
{
	static const char *const words[] = {
		"receptor",     "receptors",  "gene",          "genes",    "cell",     "cells",   "kinase",
		"protein",      "proteins",   "mrna",          "mice",     "mouse",    "strain",  "factor",
		"binding",      "expression", "transcription", "antibody", "neuron",   "neurons", "agonist",
		"antagonist",   "allele",     "vertebra",      "disc",     "root",     "segment", "spectrometry",
		"inhibitor",    "pathway",    "isoform",       "enzyme",   "tumor",    "tumour",  "cancer",
		"polymorphism", "level",      "levels",        "scores",   "dermatome"};

	for (size_t k = 0; k < sizeof words / sizeof *words; k++)
		if (psy_is_word(p, token, words[k]))
			return true;
	return false;
}

static bool
touch(const parser *p, size_t left, size_t right)
{
	return p->token[left].at + p->token[left].glyphs == p->token[right].at;
}

static bool
is_strange(const parser *p, size_t token)
{
	psy_token_kind kind = p->token[token].kind;

	return kind == PSY_TOKEN_UNKNOWN || kind == PSY_TOKEN_NUMBER || kind == PSY_TOKEN_PATTERN ||
		   (kind == PSY_TOKEN_POINT && !psy_is_point(p, &p->token[token]));
}

static bool
is_han(const parser *p, size_t token)
{
	return psy_glyph_class_of(p->glyph[p->token[token].at].character) == PSY_GLYPH_HAN;
}

/* A strange word that a Chinese name beside it may be a part of. */
static bool
grows_into(const parser *p, size_t token)
{
	return is_strange(p, token) &&
		   psy_glyph_class_of(p->glyph[p->token[token].at].character) != PSY_GLYPH_LETTER;
}

/* 身柱、命门等: the part begins with it, behind a point. */
static bool
continues_list(const parser *p, size_t token, size_t from)
{
	return token == from && (p->mark == PSY_TOKEN_COMMA || p->mark == PSY_TOKEN_AND) &&
		   p->before_mark == p->mentions && p->mentions > 0 && p->mention[p->mentions - 1].point != NULL;
}

/* Whether the token is a point although words beside it are not understood; the part is [from, to). */
static bool
is_free(const parser *p, size_t token, size_t from, size_t to)
{
	const psy_token *t = &p->token[token];
	bool code = is_code(t->meaning->kind), before = token > from, behind = token + 1 < to;

	if (t->typo && token + 2 < p->tokens && p->token[token + 1].kind == PSY_TOKEN_OPEN &&
		p->token[token + 2].kind == PSY_TOKEN_POINT)
		return true; /* Yinlinquan (SP9) */
	if (!psy_is_point(p, t) || t->single_letter || t->typo || t->meaning->kind == PSY_ALIAS_TYPO ||
		t->meaning->weak || t->meaning->ear_only)
		return false;
	if ((before && is_of_laboratories(p, token - 1)) || (behind && is_of_laboratories(p, token + 1)))
		return false;
	if (code && !p->ear && (t->meaning->ear || strncmp(t->meaning->point, "MS", 2) == 0) &&
		!continues_list(p, token, from))
		return false; /* CO2, AT4, MS2 are more often something else */
	if (code)
		return t->meanings == 1 && !(token > 1 && p->token[token - 1].kind == PSY_TOKEN_DASH &&
									 p->token[token - 2].kind == PSY_TOKEN_NUMBER); /* 5-HT7 */
	if (is_common_word(t) && !(behind && p->token[token + 1].kind == PSY_TOKEN_OPEN) &&
		!continues_list(p, token, from))
		return false;
	return !is_han(p, token) || ((!before || !grows_into(p, token - 1) || !touch(p, token - 1, token)) &&
								 (!behind || !grows_into(p, token + 1) || !touch(p, token, token + 1)));
}

/* ---- parts that are understood --------------------------------------------------------------- */

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

/* 内关双 太冲双: a side that touches the point before it and nothing else. */
static bool
belongs_before(const parser *p, size_t token, const psy_mention *current)
{
	return current != NULL && token > 0 && token + 1 < p->tokens &&
		   p->token[token - 1].kind == PSY_TOKEN_POINT && touch(p, token - 1, token) &&
		   !(touch(p, token, token + 1) && p->token[token + 1].kind == PSY_TOKEN_POINT);
}

/* The last three points bilaterally. */
static bool
read_counted_side(parser *p, const part *s, psy_side side)
{
	size_t n = s->count == 0 ? 1 : (size_t) s->count, all = p->mentions - p->sentence, first;

	if (s->last == SIZE_MAX || s->points > 0 || n > all)
		return false;
	first = p->token[s->last].value == 2 ? p->sentence : p->mentions - n;
	for (size_t k = first; k < first + n; k++)
		psy_mention_give_side(&p->mention[k], side, PSY_CERTAINTY_IMPLIED);
	return true;
}

/* A side before points is theirs, and of a list when it says both; behind them it is the last one's, or of
 * all. */
static psy_side
read_side(parser *p, const part *s, size_t token, psy_mention *current)
{
	psy_side side = (psy_side) p->token[token].value;
	psy_mention *before = last_mention(p);
	bool and = p->mark == PSY_TOKEN_AND && p->before_mark == p->mentions;

	if (s->last_point != SIZE_MAX && s->last_point > token && !belongs_before(p, token, current))
		return and&&p->half_at == p->mentions && psy_both_sides(p->half, side) ? PSY_SIDE_BILATERAL : side;
	if (read_counted_side(p, s, side))
		return PSY_SIDE_NONE;
	if (s->points == 0 && s->to < p->tokens && p->token[s->to].kind == PSY_TOKEN_AND && !s->all)
		; /* left and right GB13 */
	else if (s->points == 0 && p->mentions == p->clause && p->mark != PSY_TOKEN_AND)
	{
		p->shared = side; /* points on the affected side, namely LI15, LI11 */
		p->narrow = false;
	}
	else if (s->all || (s->points == 0 && p->mark == PSY_TOKEN_COMMA))
		for (size_t k = p->list; k < p->mentions; k++)
			psy_mention_give_side(&p->mention[k], side, PSY_CERTAINTY_IMPLIED);
	else if (current != NULL)
	{
		bool pair = p->mark == PSY_TOKEN_DASH && current > p->mention &&
					p->before_mark + 1 == p->mentions; /* ST36-SP6 */

		for (size_t k = pair ? p->mentions - 2 : p->list;
			 (pair || p->mark == PSY_TOKEN_AND || current->single_letter) && k < p->mentions; k++)
			psy_mention_give_side(&p->mention[k], side, PSY_CERTAINTY_IMPLIED);
		psy_mention_give_side(current, side, PSY_CERTAINTY_STATED);
	}
	else if (and&&before != NULL && psy_both_sides(before->side, side))
		psy_mention_give_side(before, PSY_SIDE_BILATERAL, PSY_CERTAINTY_STATED);
	if (s->points == 0)
	{
		p->half = side;
		p->half_at = p->mentions;
		p->half_before = p->mark;
	}
	return PSY_SIDE_NONE;
}

/* Reads a point and what stands before it. */
static psy_mention *
read_point(parser *p, const part *s, size_t token, psy_mention *current, size_t previous, psy_side *pending)
{
	size_t before = p->mentions;
	psy_mention *one = read_known_point(p, s, token, current, previous);

	if (*pending == PSY_SIDE_NONE && p->half_at == before && p->half == PSY_SIDE_BILATERAL &&
		p->half_before == PSY_TOKEN_AND)
		*pending = p->half; /* and, bilaterally, PC6 */
	if (one != current && *pending != PSY_SIDE_NONE)
	{
		psy_mention_give_side(one, *pending, PSY_CERTAINTY_STATED);
		p->shared = *pending;
		p->narrow = *pending == PSY_SIDE_LEFT || *pending == PSY_SIDE_RIGHT;
		*pending = PSY_SIDE_NONE;
	}
	return one;
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
				psy_annotate(p, current, k + 1, inside);
			k = behind - 1;
		}
		else if (psy_is_point(p, t))
		{
			current = read_point(p, s, k, current, previous, &pending);
			previous = k;
		}
		else if (t->kind == PSY_TOKEN_SIDE)
		{
			p->shared = PSY_SIDE_NONE;
			pending = read_side(p, s, k, current);
		}
		else if (t->kind == PSY_TOKEN_ROLE && previous != SIZE_MAX && s->last_point > k)
			p->role = (psy_role) t->value; /* 主穴 百会 印堂 配穴 太冲 */
	}
}

/* ---- parts with words that are not ----------------------------------------------------------- */

/* The end of the run of known tokens that begins at `at`: where a strange word or a point that is not free
 * stands. */
static size_t
run_end(const parser *p, size_t at, size_t from, size_t to)
{
	while (at < to)
	{
		if (p->token[at].kind == PSY_TOKEN_OPEN)
			at = psy_behind_bracket(p, at);
		else if (is_strange(p, at) || (p->token[at].kind == PSY_TOKEN_POINT && !is_free(p, at, from, to)))
			break;
		else
			at++;
	}
	return at < to ? at : to;
}

static void
keep_gap(parser *p, size_t from, size_t to)
{
	while (to > from && p->token[to - 1].kind == PSY_TOKEN_SIDE)
		to--;
	if (from < to && psy_has_words(p, from, to))
		psy_mention_keep_text(p, from, to, PSY_RULE_UNKNOWN);
}

/* The token behind the last point of a run, and its brackets. */
static size_t
behind_last_point(const parser *p, const part *s)
{
	size_t at = s->last_point + 1;

	return at < s->to && p->token[at].kind == PSY_TOKEN_OPEN ? psy_behind_bracket(p, at) : at;
}

/* PC6 points at T5-T12 were needled on both sides */
static void
give_late_side(parser *p, const part *s)
{
	for (size_t k = s->from; k < s->to; k++)
		if (p->token[k].kind == PSY_TOKEN_SIDE && p->token[k].value == PSY_SIDE_BILATERAL)
			psy_mention_give_side(last_mention(p), PSY_SIDE_BILATERAL, PSY_CERTAINTY_STATED);
}

static void
read_foreign(parser *p, size_t from, size_t to)
{
	size_t kept = from, mentions = p->mentions;

	p->in_text = true;
	for (size_t at = from; at < to;)
	{
		size_t end = run_end(p, at, from, to);
		part s = psy_part_look(p, at, end);

		if (s.points > 0)
		{
			keep_gap(p, kept, s.first_point);
			psy_role_read(p, &s);
			read_known(p, &s, at, end);
			psy_role_read_behind(p, &s);
			kept = behind_last_point(p, &s);
		}
		else if (s.sides == 1 && s.last != SIZE_MAX)
			read_known(p, &s, at, end);
		else if (s.sides == 1 && end == to && p->mentions > mentions)
			give_late_side(p, &s);
		at = end + 1;
	}
	if (p->mentions == mentions)
		psy_mention_keep_text(p, from, to, PSY_RULE_UNKNOWN);
	else
		keep_gap(p, kept, to);
	p->in_text = false;
}

/* ---- any part -------------------------------------------------------------------------------- */

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

/* What is left of a part when its role and its condition are taken off it. */
static void
read_rest(parser *p, const part *s, size_t from, size_t to)
{
	p->aside = 0;
	p->refused |= s->refuses;
	if (from >= to || (s->points == 0 && s->unknown == 0 && s->sides == 0 && s->beside == 0))
		return;
	if (is_landmark_pair(p, s))
	{
		read_landmarks(p, s, from, to);
		return;
	}
	p->landmarks = s->beside > 0 && (s->points > 0 || s->between);
	if (s->beside > 0 || s->to_word || (p->refused && s->points > 0))
		psy_mention_keep_text(p, from, to, PSY_RULE_BESIDE);
	else if (s->unknown > 0)
	{
		read_foreign(p, from, to);
		p->aside = s->points == 0 ? p->mentions : 0;
	}
	else
		read_known(p, s, from, to);
	psy_role_read_behind(p, s);
}

/* 四神聪向百会平刺: the point behind is where the needle points to.  False when there is none. */
static bool
read_toward(parser *p, size_t from, size_t to)
{
	for (size_t k = from; k + 1 < to; k++)
		if (p->token[k].kind == PSY_TOKEN_TOWARD && psy_is_point(p, &p->token[k + 1]))
		{
			psy_part_read(p, from, k);
			psy_mention_keep_text(p, k, to, PSY_RULE_BESIDE);
			return true;
		}
	return false;
}

void
psy_part_read(parser *p, size_t from, size_t to)
{
	part s, whole;

	if (from == to)
		return;
	s = psy_part_look(p, from, to);
	if (s.ear != SIZE_MAX && (s.points == 0 || s.ear < s.first_point))
	{
		p->ear = true;
		s = psy_part_look(p, from, to);
	}
	if (p->token[from].kind == PSY_TOKEN_NUMBER && to - from == 1 && read_lone_number(p, from))
		return;
	if (s.located != SIZE_MAX) /* where the point lies names others */
	{
		bool beside = s.beside > 0;

		s = psy_part_look(p, from, to = s.located);
		psy_part_read(p, from, to);
		p->landmarks = beside;
		return;
	}
	if (read_toward(p, from, to))
		return;
	psy_role_read(p, &s);
	whole = s;
	psy_condition_read(p, &s, &from, &to);
	s = psy_part_look(p, from, to);
	if (s.not_behind && p->mark == PSY_TOKEN_AND) /* ST36 and SP6 were not needled */
		for (size_t k = p->clause; k < p->mentions; k++)
			if (p->mention[k].point != NULL)
				psy_mention_unresolve(&p->mention[k], PSY_RULE_BESIDE);
	read_rest(p, &s, from, to);
	psy_condition_read_behind(p, &whole);
	for (size_t k = from; k < to; k++)
		if (p->token[k].kind == PSY_TOKEN_POINT)
		{
			p->ear |= p->token[k].ear_named; /* auricular Shenmen, CO15 */
			p->ear_codes |=
				p->token[k].meanings == 1 && p->token[k].meaning->ear && is_code(p->token[k].meaning->kind);
		}
}
