/* print.c - see print.h. */
#include "print.h"

#include "buffer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

/* A text from a file must not steer the terminal that shows it: line ends are blanks, other control characters question marks. */
static void
print_tame(FILE *to, const char *text)
{
	for (const unsigned char *c = (const unsigned char *) text; *c; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			fputc(' ', to);
		else if (*c < 0x20 || *c == 0x7f)
			fputc('?', to);
		else if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
			c++; /* U+0080 to U+009F, which have no width */
		else
			fputc(*c, to);
}

static void
print_cell(FILE *to, const char *text, int width, bool right, bool last)
{
	int blanks = width - width_of(text);

	fprintf(to, "%*s", right ? blanks : 0, "");
	print_tame(to, text);
	fprintf(to, "%*s%s", right || last ? 0 : blanks, "", last ? "\n" : " | ");
}

/* Columns of the terminal that is written to; 0 where it is none, as a file or a pipe. */
static int
terminal_width(FILE *to)
{
	struct winsize size;

	return isatty(fileno(to)) && ioctl(fileno(to), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* A line a column, as psql has them with \x: for rows that are wider than the terminal. */
static void
print_records(const PGresult *result, FILE *to)
{
	int columns = PQnfields(result), rows = PQntuples(result), names = 0;

	for (int c = 0; c < columns; c++)
		if (width_of(PQfname(result, c)) > names)
			names = width_of(PQfname(result, c));
	for (int r = 0; r < rows; r++)
	{
		fprintf(to, "-[ %d ]-\n", r + 1);
		for (int c = 0; c < columns; c++)
		{
			print_cell(to, PQfname(result, c), names, false, false);
			print_cell(to, PQgetvalue(result, r, c), 0, false, true);
		}
	}
}

static int
line_width(const int *width, int columns)
{
	int total = 3 * (columns - 1);

	for (int c = 0; c < columns; c++)
		total += width[c];
	return total;
}

static void
print_table(const PGresult *result, FILE *to, const int *width)
{
	int columns = PQnfields(result), rows = PQntuples(result);

	for (int c = 0; c < columns; c++)
		print_cell(to, PQfname(result, c), width[c], is_number(PQftype(result, c)), c == columns - 1);
	for (int total = line_width(width, columns); total > 0; total--)
		fputc('-', to);
	fputc('\n', to);
	for (int r = 0; r < rows; r++)
		for (int c = 0; c < columns; c++)
			print_cell(to, PQgetvalue(result, r, c), width[c], is_number(PQftype(result, c)),
					   c == columns - 1);
}

void
print_result(const PGresult *result, FILE *to)
{
	int columns = PQnfields(result), rows = PQntuples(result), room = terminal_width(to);
	int *width = grow(NULL, (size_t) columns, sizeof *width);

	for (int c = 0; c < columns; c++)
	{
		width[c] = width_of(PQfname(result, c));
		for (int r = 0; r < rows; r++)
			if (width_of(PQgetvalue(result, r, c)) > width[c])
				width[c] = width_of(PQgetvalue(result, r, c));
	}
	if (room > 0 && rows > 0 && line_width(width, columns) > room)
		print_records(result, to);
	else
		print_table(result, to, width);
	fprintf(to, "(%d row%s)\n", rows, rows == 1 ? "" : "s");
	free(width);
}

static void
csv_cell(const char *text, bool absent, FILE *to)
{
	if (absent)
		return;
	if (*text != '\0' && strpbrk(text, ",\"\n\r") == NULL && strcmp(text, "\\.") != 0)
	{
		fputs(text, to);
		return;
	}
	fputc('"', to);
	for (; *text; text++)
	{
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

void
print_csv(const PGresult *result, FILE *to)
{
	int columns = PQnfields(result), rows = PQntuples(result);

	for (int r = -1; r < rows; r++)
		for (int c = 0; c < columns; c++)
		{
			if (r < 0)
				csv_cell(PQfname(result, c), false, to);
			else
				csv_cell(PQgetvalue(result, r, c), PQgetisnull(result, r, c), to);
			fputc(c < columns - 1 ? ',' : '\n', to);
		}
}

int
complain(const psy_error *err, int code)
{
	fprintf(stderr, "psyrad: %s\n", err->message);
	if (err->hint[0])
		fprintf(stderr, "  hint: %s\n", err->hint);
	return code;
}
