/* lexicon.c - see lexicon.h. */
#include "catalogue/lexicon.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define NEAR_LEAST 5 /* letters; at so few only one that is missing */

static const char *const kind_names[PSY_ALIAS_KINDS] = {"code",    "dialect", "pinyin",
														"chinese", "alias",   "typo"};

const char *
psy_alias_kind_name(psy_alias_kind kind)
{
	return kind_names[kind];
}

static int
meaning_order(const void *a, const void *b)
{
	const psy_meaning *x = a, *y = b;
	int order = strcmp(x->alias, y->alias);

	return order != 0 ? order : strcmp(x->point, y->point);
}

/* Cuts the next field off *at, up to the separator; false at the end. */
static bool
cut(char **at, char separator, char **field)
{
	char *end = strchr(*at, separator);

	*field = *at;
	if (end == NULL)
		return false;
	*end = '\0';
	*at = end + 1;
	return true;
}

static psy_status
read_meaning(char **at, size_t line, psy_meaning *m, psy_error *err)
{
	char *alias, *point, *kind, *flags;

	if (!cut(at, '\t', &alias) || !cut(at, '\t', &point) || !cut(at, '\t', &kind) || !cut(at, '\n', &flags) ||
		*alias == '\0' || *point == '\0')
		return psy_fail(err, PSY_FORMAT,
						"line %zu of the lexicon is not alias, point, kind, flags and a line end", line);
	*m = (psy_meaning){.alias = alias, .point = point, .kind = PSY_ALIAS_KINDS};
	for (int k = 0; k < PSY_ALIAS_KINDS; k++)
		if (strcmp(kind, kind_names[k]) == 0)
			m->kind = (psy_alias_kind) k;
	if (m->kind == PSY_ALIAS_KINDS || flags[strspn(flags, "mewcs")] != '\0')
		return psy_fail(err, PSY_FORMAT, "line %zu of the lexicon has kind %.20s and flags %.20s", line, kind,
						flags);
	m->midline = strchr(flags, 'm') != NULL;
	m->ear = strchr(flags, 'e') != NULL;
	m->weak = strchr(flags, 'w') != NULL;
	m->ear_only = strchr(flags, 'c') != NULL;
	m->set = strchr(flags, 's') != NULL;
	return PSY_OK;
}

static psy_status
read_meanings(psy_lexicon *lexicon, psy_error *err)
{
	char *at = lexicon->memory;
	size_t run = 1;

	for (size_t k = 0; k < lexicon->count; k++)
	{
		psy_status status = read_meaning(&at, k + 1, &lexicon->meaning[k], err);
		size_t n;

		if (status != PSY_OK)
			return status;
		n = strlen(lexicon->meaning[k].alias);
		lexicon->longest = n > lexicon->longest ? n : lexicon->longest;
	}
	if (*at != '\0')
		return psy_fail(err, PSY_FORMAT, "the lexicon does not end with a line end");
	qsort(lexicon->meaning, lexicon->count, sizeof *lexicon->meaning, meaning_order);
	for (size_t k = 1; k < lexicon->count; k++)
	{
		run = strcmp(lexicon->meaning[k].alias, lexicon->meaning[k - 1].alias) == 0 ? run + 1 : 1;
		if (run > PSY_MEANINGS_MOST)
			return psy_fail(err, PSY_LIMIT, "%.40s has more than %d meanings", lexicon->meaning[k].alias,
							PSY_MEANINGS_MOST);
	}
	return lexicon->longest > 200
			   ? psy_fail(err, PSY_LIMIT, "an alias of %zu bytes; at most 200", lexicon->longest)
			   : PSY_OK;
}

psy_status
psy_lexicon_read(const psy_context *ctx, const char *text, size_t length, psy_lexicon *lexicon,
				 psy_error *err)
{
	void *memory[2] = {NULL, NULL};
	psy_status status;

	*lexicon = (psy_lexicon){0};
	if (memchr(text, '\0', length) != NULL)
		return psy_fail(err, PSY_FORMAT, "the lexicon has a NUL");
	for (size_t k = 0; k < length; k++)
		lexicon->count += text[k] == '\n';
	if (lexicon->count > PSY_LEXICON_MOST)
		return psy_fail(err, PSY_LIMIT, "a lexicon of %zu meanings; at most %d", lexicon->count,
						PSY_LEXICON_MOST);
	status = psy_alloc(ctx, length + 1, 1, &memory[0], err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, lexicon->count + 1, sizeof *lexicon->meaning, &memory[1], err);
	lexicon->memory = memory[0];
	lexicon->meaning = memory[1];
	if (status == PSY_OK)
	{
		memcpy(lexicon->memory, text, length);
		lexicon->memory[length] = '\0';
		status = read_meanings(lexicon, err);
	}
	if (status != PSY_OK)
		psy_lexicon_free(ctx, lexicon);
	return status;
}

void
psy_lexicon_free(const psy_context *ctx, psy_lexicon *lexicon)
{
	psy_release(ctx, lexicon->memory);
	psy_release(ctx, lexicon->meaning);
	*lexicon = (psy_lexicon){0};
}

/* The first meaning whose alias is not before this. */
static size_t
not_before(const psy_lexicon *lexicon, const char *alias)
{
	size_t low = 0, high = lexicon->count;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (strcmp(lexicon->meaning[middle].alias, alias) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
psy_lexicon_find(const psy_lexicon *lexicon, const char *alias, const psy_meaning **first)
{
	size_t at = not_before(lexicon, alias), end = at;

	while (end < lexicon->count && strcmp(lexicon->meaning[end].alias, alias) == 0)
		end++;
	*first = lexicon->meaning + at;
	return end - at;
}

bool
psy_lexicon_begins(const psy_lexicon *lexicon, const char *prefix)
{
	size_t at = not_before(lexicon, prefix);

	return at < lexicon->count && strncmp(lexicon->meaning[at].alias, prefix, strlen(prefix)) == 0;
}

/* ---- matching -------------------------------------------------------------------------------- */

/* Whether a name may end before the glyph at `next`, whose last character is of this class. */
static bool
may_end(const psy_glyph *glyph, size_t count, size_t next, uint32_t last)
{
	psy_glyph_class class = psy_glyph_class_of(last), after;

	if (next >= count)
		return true;
	after = psy_glyph_class_of(glyph[next].character);
	if (last == '+')
		return after != PSY_GLYPH_LETTER && after != PSY_GLYPH_DIGIT && after != PSY_GLYPH_HAN;
	if (class == PSY_GLYPH_HAN)
		return true;
	return after != PSY_GLYPH_LETTER && (after != PSY_GLYPH_DIGIT || class == PSY_GLYPH_LETTER);
}

/* GV24+ is a point; GV24+GV20 and GV24 + GV20 are lists. */
static bool
joins_points(const psy_glyph *glyph, size_t count, size_t plus)
{
	size_t next = plus + 1;
	bool blank = plus > 0 && glyph[plus - 1].character == ' ';

	while (next < count && glyph[next].character == ' ')
		next++;
	return next < count && psy_glyph_class_of(glyph[next].character) != PSY_GLYPH_OTHER &&
		   (blank || next == plus + 1);
}

size_t
psy_lexicon_longest(const psy_lexicon *lexicon, const psy_glyph *glyph, size_t count, size_t at,
					size_t *glyphs, const psy_meaning **first)
{
	char alias[256];
	size_t n = 0, found = 0;
	uint32_t before = 0;

	for (size_t k = at; k < count; k++)
	{
		uint32_t c = glyph[k].character;
		const psy_meaning *m;
		size_t meanings;

		if (k > at && psy_glyph_joins(c))
			continue;
		if (psy_glyph_class_of(c) == PSY_GLYPH_DIGIT && psy_glyph_class_of(before) == PSY_GLYPH_DIGIT &&
			k > at && psy_glyph_joins(glyph[k - 1].character))
			break;
		if (c == '0' && psy_glyph_class_of(before) != PSY_GLYPH_DIGIT && k + 1 < count &&
			psy_glyph_class_of(glyph[k + 1].character) == PSY_GLYPH_DIGIT)
			continue; /* a leading zero */
		if (c == '+' && joins_points(glyph, count, k))
			break;
		if (c == 'o' && before >= '0' && before <= '9' && !psy_glyph_joins(glyph[k - 1].character) &&
			(k + 1 == count || psy_glyph_class_of(glyph[k + 1].character) != PSY_GLYPH_LETTER))
			c = '0'; /* GV2O */
		n += (size_t) utf8proc_encode_char((utf8proc_int32_t) c, (utf8proc_uint8_t *) alias + n);
		alias[n] = '\0';
		if (n > lexicon->longest || n > sizeof alias - 8 || !psy_lexicon_begins(lexicon, alias))
			break;
		before = c;
		meanings = psy_lexicon_find(lexicon, alias, &m);
		if (meanings > 0 && may_end(glyph, count, k + 1, c))
		{
			found = meanings;
			*first = m;
			*glyphs = k + 1 - at;
		}
	}
	return found;
}

/* ---- typing errors --------------------------------------------------------------------------- */

/* Whether b is a with one letter more, less, other, or two neighbours swapped. */
static bool
one_edit(const char *a, size_t n, const char *b, size_t m)
{
	size_t front = 0, back = 0, shorter = n < m ? n : m;

	if (n > m + 1 || m > n + 1)
		return false;
	while (front < shorter && a[front] == b[front])
		front++;
	while (back < shorter - front && a[n - 1 - back] == b[m - 1 - back])
		back++;
	if (n != m)
		return front + back >= shorter;
	return n - front - back <= 1 ||
		   (n - front - back == 2 && a[front] == b[front + 1] && a[front + 1] == b[front]);
}

static bool
plain_letters(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

size_t
psy_lexicon_near(const psy_lexicon *lexicon, const char *word, const psy_meaning **first)
{
	size_t n = strlen(word);
	const psy_meaning *one = NULL;

	if (n < NEAR_LEAST || !plain_letters(word))
		return 0;
	for (size_t k = 0; k < lexicon->count; k++)
	{
		const psy_meaning *m = &lexicon->meaning[k];

		if ((m->kind != PSY_ALIAS_PINYIN && m->kind != PSY_ALIAS_OTHER) || m->set || m->ear_only ||
			(n == NEAR_LEAST && strlen(m->alias) != n + 1) || !one_edit(word, n, m->alias, strlen(m->alias)))
			continue;
		if (one != NULL && strcmp(one->point, m->point) != 0)
			return 0;
		if (one == NULL && m->kind == PSY_ALIAS_PINYIN)
			one = m;
		else if (one == NULL)
			return 0; /* near to another name of a point: not certain enough */
	}
	*first = one;
	return one != NULL;
}
