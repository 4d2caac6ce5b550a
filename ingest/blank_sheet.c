/* blank_sheet.c - blank sheets as CSV; see blank_sheet.h. */
#include "blank_sheet.h"

#include "blank_text.h"
#include "reader_csv.h"

#include <string.h>

/* What makes spreadsheets read UTF-8. */
#define MARK "\xef\xbb\xbf"

static void
print_cell(const char *text, bool first, FILE *to)
{
	buffer quoted = {0};

	buffer_text(&quoted, "");
	csv_quote(&quoted, text);
	fprintf(to, "%s%s", first ? "" : ",", quoted.data);
	buffer_free(&quoted);
}

void
blank_sheet_print(const blank_sheet *sheet, bool chinese, FILE *to)
{
	fputs(MARK, to);
	for (size_t c = 0; c < sheet->columns; c++)
		print_cell(chinese ? sheet->column[c].name_zh : sheet->column[c].name, c == 0, to);
	fputs("\r\n", to);
	for (size_t r = 0; r < sheet->rows; r++)
	{
		for (size_t c = 0; c < sheet->columns; c++)
		{
			const char *cell = sheet->row[r * sheet->columns + c];

			print_cell(cell ? cell : "", c == 0, to);
		}
		fputs("\r\n", to);
	}
}

void
blank_codebook_print(const blank_sheet *sheet, FILE *to)
{
	fputs(MARK, to);
	for (size_t r = 0; r <= sheet->columns; r++)
	{
		for (int c = 0; c < CODEBOOK_COLUMNS; c++)
		{
			char text[CODEBOOK_TEXT];

			codebook_cell(sheet, r, c, text);
			print_cell(text, c == 0, to);
		}
		fputs("\r\n", to);
	}
}

/* The first choices that fit, as "a, b, c". */
static void
list_choices(const char *choices, char text[CODEBOOK_TEXT])
{
	text[0] = '\0';
	for (const char *p = choices; p != NULL && *p;)
	{
		size_t n = strcspn(p, "|");

		psy_append(text, CODEBOOK_TEXT, "%s%.*s", text[0] ? ", " : "", (int) n, p);
		p += n + (p[n] == '|');
	}
}

static void
allowed_text(const blank_column *c, char text[CODEBOOK_TEXT])
{
	char zh[CODEBOOK_TEXT];

	text[0] = '\0';
	if (c->choices != NULL)
	{
		list_choices(c->choices, text);
		list_choices(c->choices_zh, zh);
		if (zh[0])
			psy_append(text, CODEBOOK_TEXT, "; %s", zh);
	}
	else if (c->kind == BLANK_WHOLE || c->kind == BLANK_NUMBER)
		snprintf(text, CODEBOOK_TEXT, "%.15g to %.15g", c->lo, c->hi);
}

void
codebook_cell(const blank_sheet *sheet, size_t row, int column, char text[CODEBOOK_TEXT])
{
	static const char *const heads[CODEBOOK_COLUMNS] = {"column", "column_zh", "description", "description_zh", "allowed", "missing"};
	const blank_column *c = row == 0 ? NULL : &sheet->column[row - 1];

	if (c == NULL)
		snprintf(text, CODEBOOK_TEXT, "%s", heads[column]);
	else if (column == 4)
		allowed_text(c, text);
	else
		snprintf(text, CODEBOOK_TEXT, "%s", column == 0   ? c->name
											 : column == 1 ? c->name_zh
											 : column == 2 ? c->help
											 : column == 3 ? c->help_zh
											 : c->required ? "never"
														   : "empty or n/a");
}
