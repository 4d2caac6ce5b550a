/*
 * fuzz_score_columns.c - headers of ratings of anybody's making, a line each, with and without an instrument named: items are numbers that
 * there is room for, weeks are digits, and no column stands in two ratings.
 * Seeds: tests/fuzz/seeds/score_columns/*
 * Sources: ingest/score_columns.c ingest/header.c ingest/buffer.c
 * Libraries: -lcrypto
 */
#include "header.h"
#include "score_columns.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_groups(const score_columns *s)
{
	bool taken[COLUMNS] = {false};

	for (size_t g = 0; g < s->groups; g++)
	{
		const rating *r = &s->group[g];

		if (strspn(r->week, "0123456789") != strlen(r->week) || r->items > MAX_ITEMS)
			abort();
		for (int i = 0; i <= MAX_ITEMS; i++)
		{
			int column = i == 0 ? r->total : r->item[i];

			if (column >= COLUMNS || (column >= 0 && taken[column]) || (column >= 0 && i > r->items))
				abort();
			if (column >= 0)
				taken[column] = true;
		}
	}
}

static void
read_header(const char *text, const char *instrument)
{
	static const char *const names[] = {"hamd", "HAMD-unspecified", "hamd17", "HAMD-17", "hama", "HAMA", "phq9", "PHQ-9", "汉密尔顿焦虑量表", "HAMA"};
	table_column column[COLUMNS];
	table t = {.column = column};
	score_columns s = {.rating = 1};
	psy_error err = {0};

	score_columns_of(&s, instrument);
	for (size_t k = 0; k < sizeof names / sizeof *names; k += 2)
		score_columns_know(&s, names[k], names[k + 1]);
	while (*text && t.columns < COLUMNS)
	{
		size_t n = strcspn(text, "\n");
		char *name = keep_bytes(text, n);
		table_column *c = &column[t.columns++];

		*c = (table_column){.name = name, .folded = fold_header(name), .field = NO_FIELD};
		(void) score_column_match(&s, c);
		text += n + (text[n] == '\n');
	}
	if (score_columns_group(&s, &t, &err) == PSY_OK)
		check_groups(&s);
	else if (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message)
		abort();
	for (size_t c = 0; c < t.columns; c++)
	{
		free(column[c].name);
		free(column[c].folded);
	}
	score_columns_free(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const instruments[] = {NULL, "HAMD-17", "PHQ-9", "汉密尔顿"};
	char *text = keep_bytes((const char *) data, size);
	char week[24];

	for (size_t k = 0; k < sizeof instruments / sizeof *instruments; k++)
		read_header(text, instruments[k]);
	(void) visit_week(text, week);
	free(text);
	return 0;
}
