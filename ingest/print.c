/* print.c - see print.h. */
#include "print.h"

#include "buffer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define UTF8 6 /* PG_UTF8: the tool asks for this client encoding */

/* Columns on a terminal. */
static int
width_of(const char *text)
{
	int width = 0;

	while (*text)
	{
		int w = PQdsplen(text, UTF8), length = PQmblen(text, UTF8);

		width += (unsigned char) *text < 0x20 ? 1 : w > 0 ? w : 0; /* a line end is printed as a blank */
		for (; length > 0 && *text; length--)
			text++;
	}
	return width;
}

static bool
is_number(Oid type)
{
	return type == 20 || type == 21 || type == 23 || type == 700 || type == 701 || type == 1700;
}

static void
print_cell(FILE *to, const char *text, int width, bool right, bool last)
{
	int blanks = width - width_of(text);

	fprintf(to, "%*s", right ? blanks : 0, "");
	for (const char *c = text; *c; c++)
		fputc(*c == '\n' || *c == '\r' || *c == '\t' ? ' ' : *c, to);
	fprintf(to, "%*s%s", right || last ? 0 : blanks, "", last ? "\n" : " | ");
}

static void
print_rule(FILE *to, const int *width, int columns)
{
	int total = 3 * (columns - 1);

	for (int c = 0; c < columns; c++)
		total += width[c];
	while (total-- > 0)
		fputc('-', to);
	fputc('\n', to);
}

void
print_result(const PGresult *result, FILE *to)
{
	int columns = PQnfields(result), rows = PQntuples(result);
	int *width = grow(NULL, (size_t) columns, sizeof *width);

	for (int c = 0; c < columns; c++)
	{
		width[c] = width_of(PQfname(result, c));
		for (int r = 0; r < rows; r++)
			if (width_of(PQgetvalue(result, r, c)) > width[c])
				width[c] = width_of(PQgetvalue(result, r, c));
	}
	for (int c = 0; c < columns; c++)
		print_cell(to, PQfname(result, c), width[c], is_number(PQftype(result, c)), c == columns - 1);
	print_rule(to, width, columns);
	for (int r = 0; r < rows; r++)
		for (int c = 0; c < columns; c++)
			print_cell(to, PQgetvalue(result, r, c), width[c], is_number(PQftype(result, c)),
					   c == columns - 1);
	fprintf(to, "(%d row%s)\n", rows, rows == 1 ? "" : "s");
	free(width);
}

int
complain(const psy_error *err, int code)
{
	fprintf(stderr, "psyrad: %s\n", err->message);
	if (err->hint[0])
		fprintf(stderr, "  hint: %s\n", err->hint);
	return code;
}
