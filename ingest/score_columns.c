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

	if (instrument == NULL)
		return;
	for (const char *c = instrument; isalpha((unsigned char) *c) && n + 1 < sizeof s->family; c++)
		s->family[n++] = (char) tolower((unsigned char) *c);
	s->version = atoi(instrument + strcspn(instrument, "0123456789"));
}

/* Removes prefix from *text when it stands at its start and something else than a letter follows. */
static bool
skip_word(const char **text, const char *word)
{
	size_t n = strlen(word);

	if (n == 0 || strncmp(*text, word, n) != 0 || isalpha((unsigned char) (*text)[n]))
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

/* Length of a week at the start of a part of a header (w0, wk4, week_8, 第8周, baseline), which must end the
 * part, or go over into other Chinese words (第8周总分); 0 when there is none. */
static size_t
week_length(const char *part, char week[24])
{
	const char *p = part;
	int number = 0;
	bool chinese = skip_any(&p, SYNONYMS_WORD_BASELINE) && (unsigned char) p[-1] >= 0x80;

	if (p == part)
	{
		if (!skip_any(&p, SYNONYMS_WORD_WEEK))
			return 0;
		take_number(&p, &number);
		chinese = skip_any(&p, SYNONYMS_WORD_WEEK_END);
	}
	if (number < 0 || (*p != '\0' && *p != '_' && !(chinese && (unsigned char) *p >= 0x80)))
		return 0;
	snprintf(week, 24, "%d", number);
	return (size_t) (p - part);
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
			n = strcspn(folded, "_");
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
			return number; /* hamd_01; the caller tells hamd17 from the total */
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

bool
score_column_match(void *arg, table_column *column)
{
	const score_columns *s = arg;
	char rest[256];
	int item;

	if (strlen(column->folded) >= sizeof rest)
		return false;
	split_week(column->folded, column->week, rest);
	item = item_of(s, rest);
	if (item < 0)
		return false;
	column->field = s->rating;
	column->item = item;
	return true;
}

static rating *
group_of(score_columns *s, const char *week)
{
	rating *g;

	for (size_t i = 0; i < s->groups; i++)
		if (strcmp(s->group[i].week, week) == 0)
			return &s->group[i];
	s->group = grow(s->group, s->groups + 1, sizeof *s->group);
	g = &s->group[s->groups++];
	snprintf(g->week, sizeof g->week, "%s", week);
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

psy_status
score_columns_group(score_columns *s, table *t, psy_error *err)
{
	for (size_t c = 0; c < t->columns; c++)
		if (t->column[c].field == s->rating)
			settle_version(s, t, &t->column[c]);
	for (size_t c = 0; c < t->columns; c++)
	{
		table_column *column = &t->column[c];
		rating *g;
		int *slot;

		if (column->field != s->rating)
			continue;
		g = group_of(s, column->week);
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

bool
visit_week(const char *name, char week[24])
{
	char *folded = fold_header(name);
	size_t n = week_length(folded, week);
	bool whole = n > 0 && folded[n] == '\0';

	free(folded);
	return whole;
}
