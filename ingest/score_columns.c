/* score_columns.c - headers of ratings taken apart; see score_columns.h. */
#include "score_columns.h"

#include "header.h"
#include "synonyms.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* hamd and 17 from HAMD-17. */
void
score_columns_of(score_columns *s, const char *instrument)
{
	size_t n = 0;

	s->several = instrument == NULL;
	if (instrument == NULL)
		return;
	for (const char *c = instrument; isalpha((unsigned char) *c) && n + 1 < sizeof s->family; c++)
		s->family[n++] = (char) tolower((unsigned char) *c);
	s->version = atoi(instrument + strcspn(instrument, "0123456789"));
}

/* Removes word from *text when it stands at its start and, unless it is Chinese, no letter follows. */
static bool
skip_word(const char **text, const char *word)
{
	size_t n = strlen(word);

	if (n == 0 || strncmp(*text, word, n) != 0 || ((unsigned char) word[n - 1] < 0x80 && isalpha((unsigned char) (*text)[n])))
		return false;
	*text += n;
	return true;
}

/* The same for any of the words, separated by '|'. */
static bool
skip_any(const char **text, const char *words)
{
	while (*words)
	{
		char word[64];
		size_t n = strcspn(words, "|");

		snprintf(word, sizeof word, "%.*s", (int) n, words);
		if (skip_word(text, word))
			return true;
		words += n + (words[n] == '|');
	}
	return false;
}

/* Takes digits with leading zeros: *number is -1 when there are none. */
static void
take_number(const char **text, int *number)
{
	*number = -1;
	for (*text += **text == '_'; isdigit((unsigned char) **text) && *number < 100000; (*text)++)
		*number = (*number < 0 ? 0 : *number) * 10 + (**text - '0');
}

/* Length of a week at the start of a part of a header (w0, wk4, week_8, 第8周, 8周末, baseline), which must end the
 * part, or go over into other words after a Chinese one (第8周总分, 基线HAMD17); 0 when there is none. */
static size_t
week_length(const char *part, char week[24])
{
	const char *p = part;
	int number = 0;
	bool chinese = skip_any(&p, SYNONYMS_WORD_BASELINE) && (unsigned char) p[-1] >= 0x80;

	if (p == part)
	{
		bool named = skip_any(&p, SYNONYMS_WORD_WEEK);

		take_number(&p, &number);
		chinese = skip_any(&p, SYNONYMS_WORD_WEEK_END);
		if (!named && !chinese)
			return 0;
	}
	if (number < 0 || (*p != '\0' && *p != '_' && !(chinese && ((unsigned char) *p >= 0x80 || isalpha((unsigned char) *p)))))
		return 0;
	snprintf(week, 24, "%d", number);
	return (size_t) (p - part);
}

/* Where a part of a header ends: at '_', or before a Chinese week that follows at once (HAMD17第8周). */
static size_t
part_length(const char *part)
{
	size_t n = 0;
	char week[24];

	do
		n++;
	while (part[n] != '\0' && part[n] != '_' && ((unsigned char) part[n] < 0xc0 || week_length(part + n, week) == 0));
	return n;
}

/* Cuts the first week out of a folded header: into week, and the rest, joined by '_', into rest. */
static void
split_week(const char *folded, char week[24], char rest[256])
{
	size_t size = 0;

	week[0] = '\0';
	while (*folded)
	{
		size_t n = week[0] ? 0 : week_length(folded, week);

		if (n == 0)
		{
			n = part_length(folded);
			if (size > 0)
				rest[size++] = '_';
			memcpy(rest + size, folded, n);
			size += n;
		}
		folded += n;
		folded += *folded == '_';
	}
	rest[size] = '\0';
}

/* What is left of a header without its week: an item (1...), the total (0), or neither (-1). */
static int
item_of(const score_columns *s, const char *rest)
{
	bool prefixed = skip_word(&rest, s->family);
	bool versioned = false;
	int number;

	if (!prefixed && strcmp(s->family, "hamd") == 0)
		prefixed = skip_any(&rest, SYNONYMS_PREFIX_HAMD);
	if (prefixed)
	{
		const char *after = rest;

		take_number(&after, &number);
		versioned =
			number == s->version && (*after == '\0' || *after == '_' || (unsigned char) *after >= 0x80);
		if (number > 0 && *after == '\0')
			return number <= MAX_ITEMS ? number : -1; /* hamd_01; the caller tells hamd17 from the total */
		rest = versioned ? after : rest;
		rest += *rest == '_';
	}
	if (skip_any(&rest, SYNONYMS_WORD_TOTAL))
		return *rest == '\0' ? 0 : -1;
	if (prefixed && *rest == '\0')
		return 0;
	if (!skip_any(&rest, SYNONYMS_WORD_ITEM) && !prefixed)
		return -1;
	take_number(&rest, &number);
	(void) skip_any(&rest, SYNONYMS_WORD_ITEM_END);
	return number > 0 && number <= MAX_ITEMS && *rest == '\0' ? number : -1;
}

/* How much of a header a known name takes: '_' does not count, and neither a word nor a number is cut in two. */
static size_t
name_length(const char *rest, const char *name)
{
	const char *p = rest;
	unsigned char last, next;

	for (; *name; name++, p++)
	{
		p += *p == '_';
		if (*p != *name)
			return 0;
	}
	last = (unsigned char) p[-1];
	next = (unsigned char) *p;
	if ((isalpha(last) && isalpha(next)) || (isdigit(last) && isdigit(next)))
		return 0;
	return (size_t) (p - rest);
}

/* The longest known name at the start of rest; NULL when there is none. */
static const scale_name *
name_of(const score_columns *s, const char *rest, size_t *length)
{
	const scale_name *best = NULL;

	*length = 0;
	for (size_t k = 0; k < s->known_count; k++)
	{
		size_t n = name_length(rest, s->known[k].name);

		if (n > *length)
		{
			*length = n;
			best = &s->known[k];
		}
	}
	return best;
}

/* The item (1...), the total (0) or neither (-1) of a header that begins with the name of an instrument, or ends with it after
 * a word for total. */
static int
named_item(const score_columns *s, const char *rest, const scale_name **name)
{
	size_t length;
	int number;
	bool total = skip_any(&rest, SYNONYMS_WORD_TOTAL);

	rest += total && *rest == '_';
	*name = name_of(s, rest, &length);
	if (*name == NULL)
		return -1;
	rest += length;
	rest += *rest == '_';
	if (skip_any(&rest, SYNONYMS_WORD_TOTAL) || total || *rest == '\0')
		return *rest == '\0' ? 0 : -1;
	(void) skip_any(&rest, SYNONYMS_WORD_ITEM);
	take_number(&rest, &number);
	(void) skip_any(&rest, SYNONYMS_WORD_ITEM_END);
	return number > 0 && number <= MAX_ITEMS && *rest == '\0' ? number : -1;
}

bool
score_column_match(void *arg, table_column *column)
{
	const score_columns *s = arg;
	const scale_name *name = NULL;
	char rest[256];
	int item = -1;

	if (strlen(column->folded) >= sizeof rest)
		return false;
	split_week(column->folded, column->week, rest);
	if (!s->several)
		item = item_of(s, rest);
	if (item < 0)
		item = named_item(s, rest, &name);
	if (item >= 0 && s->several)
		column->scale = name->instrument;
	else if (item < 0 && s->several)
		item = item_of(s, rest);
	if (item < 0)
		return false;
	column->field = s->rating;
	column->item = item;
	return true;
}

static bool
same_scale(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static rating *
group_of(score_columns *s, const table_column *column)
{
	rating *g;

	for (size_t i = 0; i < s->groups; i++)
		if (strcmp(s->group[i].week, column->week) == 0 && same_scale(s->group[i].scale, column->scale))
			return &s->group[i];
	s->group = grow(s->group, s->groups + 1, sizeof *s->group);
	g = &s->group[s->groups++];
	snprintf(g->week, sizeof g->week, "%s", column->week);
	g->scale = column->scale;
	g->total = -1;
	g->items = 0;
	for (int i = 0; i <= MAX_ITEMS; i++)
		g->item[i] = -1;
	return g;
}

static bool
has_item(const score_columns *s, const table *t, const char *week, int item)
{
	for (size_t c = 0; c < t->columns; c++)
		if (t->column[c].field == s->rating && t->column[c].item == item && strcmp(t->column[c].week, week) == 0)
			return true;
	return false;
}

/* hamd17 beside hamd16 is an item; alone it is the total of the scale. */
static void
settle_version(const score_columns *s, table *t, table_column *column)
{
	char named[48];

	snprintf(named, sizeof named, "%s%d", s->family, s->version);
	if (column->item == s->version && strstr(column->folded, named) != NULL &&
		strstr(column->folded, "item") == NULL && !has_item(s, t, column->week, s->version - 1))
		column->item = 0;
}

/* Of several instruments, phq_9 beside phq_8 may be item 9 of something and the total of PHQ-9. */
static psy_status
refuse_ambiguous(const score_columns *s, const table *t, size_t c, psy_error *err)
{
	const table_column *column = &t->column[c];
	size_t stem = strlen(column->folded);
	char before[300];
	int number;

	while (stem > 0 && isdigit((unsigned char) column->folded[stem - 1]))
		stem--;
	number = atoi(column->folded + stem);
	if (column->field != s->rating || column->scale == NULL || column->item != 0 || number < 2 || stem > 200)
		return PSY_OK;
	for (int zero = 0; zero < 2; zero++)
	{
		snprintf(before, sizeof before, zero ? "%.*s%02d" : "%.*s%d", (int) stem, column->folded, number - 1);
		for (size_t k = 0; k < t->columns; k++)
			if (strcmp(t->column[k].folded, before) == 0)
			{
				psy_fail(err, PSY_DOMAIN, "column %zu (%.60s) is the total of %s, or, beside column %zu (%.60s), an item", c + 1,
						 column->name, column->scale, k + 1, t->column[k].name);
				return psy_hint(err, "load this instrument with --instrument %s, or name its columns %s_item%d", column->scale,
								column->scale, number);
			}
	}
	return PSY_OK;
}

/* Columns that name their instrument leave no room for others that do not, nor for rows that do. */
static psy_status
check_named(const score_columns *s, const table *t, psy_error *err)
{
	int named = -1, unnamed = -1;

	for (size_t c = 0; c < t->columns; c++)
	{
		if (t->column[c].field != s->rating)
			continue;
		*(t->column[c].scale != NULL ? &named : &unnamed) = (int) c;
		if (refuse_ambiguous(s, t, c, err) != PSY_OK)
			return err->code;
	}
	if (named < 0 || unnamed < 0)
		return PSY_OK;
	psy_fail(err, PSY_DOMAIN, "column %d (%.60s) is of %s, and column %d (%.60s) says no instrument", named + 1, t->column[named].name,
			 t->column[named].scale, unnamed + 1, t->column[unnamed].name);
	return psy_hint(err, "name it with --map %s_total=COLUMN, or drop it with --identifier COLUMN", t->column[named].scale);
}

psy_status
score_columns_group(score_columns *s, table *t, psy_error *err)
{
	if (s->several && check_named(s, t, err) != PSY_OK)
		return err->code;
	for (size_t c = 0; c < t->columns; c++)
		if (!s->several && t->column[c].field == s->rating)
			settle_version(s, t, &t->column[c]);
	for (size_t c = 0; c < t->columns; c++)
	{
		table_column *column = &t->column[c];
		rating *g;
		int *slot;

		if (column->field != s->rating)
			continue;
		g = group_of(s, column);
		slot = column->item == 0 ? &g->total : &g->item[column->item];
		if (*slot >= 0)
			return psy_fail(err, PSY_DOMAIN, "columns %d (%.60s) and %zu (%.60s) are the same item or total",
							*slot + 1, t->column[*slot].name, c + 1, column->name);
		*slot = (int) c;
		if (column->item > g->items)
			g->items = column->item;
	}
	return PSY_OK;
}

void
score_columns_know(score_columns *s, const char *name, const char *instrument)
{
	s->known = grow(s->known, s->known_count + 1, sizeof *s->known);
	s->known[s->known_count++] = (scale_name){keep_text(name), keep_text(instrument)};
}

void
score_columns_free(score_columns *s)
{
	for (size_t k = 0; k < s->known_count; k++)
	{
		free(s->known[k].name);
		free(s->known[k].instrument);
	}
	free(s->known);
	free(s->group);
}

bool
visit_week(const char *name, char week[24])
{
	char *folded = fold_header(name);
	size_t n = week_length(folded, week);
	bool whole = n > 0 && folded[n] == '\0';

	free(folded);
	return whole;
}
