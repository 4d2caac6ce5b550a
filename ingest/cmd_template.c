/*
 * cmd_template.c - psyrad template SHEET [--lang zh|en] [--out FILE.xlsx|FILE.csv | --codebook]: a blank sheet and its codebook in
 * both languages.  That of scores comes from the warehouse, where instruments are data.
 */
#include "cmd.h"

#include "blank_sheet.h"
#include "template_columns.h"
#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct request
{
	const char *sheet, *instrument, *study, *out;
	bool chinese, codebook;
} request;

static int
usage(FILE *to)
{
	fputs("psyrad template SHEET [--lang zh|en] [--out FILE.xlsx|FILE.csv]   a blank sheet; a workbook has its codebook in it\n"
		  "psyrad template SHEET --codebook                                  the codebook in both languages, as CSV\n",
		  to);
	for (const blank_template *s = blank_templates; s->name != NULL; s++)
		fprintf(to, "  %-12s %s\n", s->name, s->summary);
	fputs("  scores       ratings; takes --instrument NAME, and --study STUDY for a line a participant and visit\n", to);
	return to == stdout ? EXIT_OK : EXIT_USAGE;
}

static int
give(const request *r, const blank_sheet *sheet)
{
	psy_error err = {0};

	if (r->codebook)
		blank_codebook_print(sheet, stdout);
	else if (r->out == NULL)
		blank_sheet_print(sheet, r->chinese, stdout);
	else if (blank_sheet_write(sheet, r->chinese, r->out, &err) != PSY_OK)
		return complain(&err, EXIT_REJECTED);
	else
		printf("%s: %zu columns, %zu rows to fill\n", r->out, sheet->columns, sheet->rows);
	return EXIT_OK;
}

static const char *
value_of(const PGresult *result, int row, int column)
{
	return PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column);
}

static blank_kind
kind_of(const char *word)
{
	static const char *const words[] = {"text", "whole", "number", "choice", "word"};
	int k = 0;

	while (k < BLANK_WORD && strcmp(word, words[k]) != 0)
		k++;
	return (blank_kind) k;
}

/* The columns as ingest.score_column gives them; their texts stay the result's. */
static blank_column *
columns_of(const PGresult *result)
{
	int n = PQntuples(result);
	blank_column *column = grow(NULL, (size_t) n, sizeof *column);

	for (int k = 0; k < n; k++)
		column[k] = (blank_column){.name = PQgetvalue(result, k, 0),
								   .name_zh = PQgetvalue(result, k, 1),
								   .help = PQgetvalue(result, k, 2),
								   .help_zh = PQgetvalue(result, k, 3),
								   .kind = kind_of(PQgetvalue(result, k, 4)),
								   .lo = atof(PQgetvalue(result, k, 5)),
								   .hi = atof(PQgetvalue(result, k, 6)),
								   .choices = value_of(result, k, 7),
								   .choices_zh = value_of(result, k, 7),
								   .required = strcmp(PQgetvalue(result, k, 8), "t") == 0};
	return column;
}

/* What is known of each line: participant, week and instrument, in the columns of their names. */
static const char **
rows_of(const PGresult *rows, const blank_column *column, size_t columns)
{
	size_t n = (size_t) PQntuples(rows);
	const char **cell = grow(NULL, n * columns + 1, sizeof *cell);

	for (size_t r = 0; r < n; r++)
		for (size_t c = 0; c < columns; c++)
		{
			int known = PQfnumber(rows, column[c].name);

			cell[r * columns + c] = known < 0 ? NULL : value_of(rows, (int) r, known);
		}
	return cell;
}

static int
give_scores(const request *r, const char *url)
{
	session s;
	psy_error err = {0};
	PGresult *columns = NULL, *rows = NULL;
	const char *const values[] = {r->instrument, r->study};
	int code;

	if (session_open(&s, url, &err) != PSY_OK ||
		session_query(&s, &columns, &err, "SELECT * FROM ingest.score_column($1, $2)", 2, values) != PSY_OK ||
		session_query(&s, &rows, &err, "SELECT * FROM ingest.score_row($1, $2)", 2, values) != PSY_OK)
		code = complain(&err, s.lost ? EXIT_SERVER : EXIT_REJECTED);
	else
	{
		blank_column *column = columns_of(columns);
		size_t count = (size_t) PQntuples(columns);
		const char **cell = rows_of(rows, column, count);

		code = give(r, &(blank_sheet){"scores", "评分", column, count, cell, r->codebook ? 0 : (size_t) PQntuples(rows)});
		free(cell);
		free(column);
	}
	PQclear(columns);
	PQclear(rows);
	session_close(&s);
	return code;
}

/* Takes the words of the command line; false when they make no request. */
static bool
read_request(int argc, char **argv, request *r)
{
	enum { LANG, INSTRUMENT, STUDY, OUT, CODEBOOK, OPTIONS };
	word_option o[OPTIONS] = {{"--lang", NULL, false}, {"--instrument", NULL, false}, {"--study", NULL, false}, {"--out", NULL, false}, {"--codebook", NULL, true}};
	const char *lang;
	bool scores;

	if (!take_words(argc, argv, o, OPTIONS, &r->sheet) || r->sheet == NULL)
		return false;
	lang = o[LANG].value ? o[LANG].value : "en";
	r->instrument = o[INSTRUMENT].value;
	r->study = o[STUDY].value;
	r->out = o[OUT].value;
	r->codebook = o[CODEBOOK].value != NULL;
	r->chinese = strcmp(lang, "zh") == 0;
	scores = strcmp(r->sheet, "scores") == 0;
	return (r->chinese || strcmp(lang, "en") == 0) && scores == (r->instrument != NULL) && (r->study == NULL || scores) &&
		   !(r->codebook && r->out != NULL);
}

int
cmd_template(int argc, char **argv, const char *url)
{
	request r = {0};

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(stdout);
	if (!read_request(argc, argv, &r))
		return usage(stderr);
	if (r.instrument != NULL)
		return give_scores(&r, url);
	for (const blank_template *t = blank_templates; t->name != NULL; t++)
		if (strcmp(t->name, r.sheet) == 0)
			return give(&r, &(blank_sheet){t->name, t->name_zh, t->column, t->columns, NULL, 0});
	fprintf(stderr, "psyrad template: there is no sheet '%s'\n", r.sheet);
	return usage(stderr);
}
