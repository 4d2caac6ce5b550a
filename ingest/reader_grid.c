/* reader_grid.c - see reader_grid.h. */
#include "reader_grid.h"

#include "number.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A first line of at least two words and no delimiter; what holds a NUL is no such text (UTF-16, a workbook). */
static bool
parted_by_blanks(const char *bytes, size_t size)
{
	size_t words = 0;
	bool inside = false;

	for (size_t i = 0; i < size && bytes[i] != '\n'; i++)
	{
		if (bytes[i] == '\0' || strchr("\t,;\"", bytes[i]) != NULL)
			return false;
		words += !is_blank(bytes[i]) && !inside;
		inside = !is_blank(bytes[i]);
	}
	return words > 1;
}

/* Bytes of the leading lines "# key: value"; names behind a mere "# ", as numpy.savetxt writes a header, are none. */
static size_t
comments(const char *bytes, size_t size, long *lines)
{
	size_t at = 0;

	for (*lines = 0; at + 2 < size && bytes[at] == '#' && bytes[at + 1] == ' '; ++*lines)
	{
		size_t word = at + 2;
		const char *end = memchr(bytes + at, '\n', size - at);

		while (word < size && (isalnum((unsigned char) bytes[word]) || bytes[word] == '_'))
			word++;
		if (end == NULL || word == at + 2 || word == size || bytes[word] != ':')
			break;
		at = (size_t) (end - bytes) + 1;
	}
	return at;
}

psy_status
grid_open(grid *g, source *from, const options *opt, psy_error *err)
{
	char first[65536];
	size_t got, before;
	psy_status status = source_peek(from, first, sizeof first, &got, err);

	*g = (grid){0};
	if (status != PSY_OK)
		return status;
	before = comments(first, got, &g->skipped);
	g->blanks = !sheet_recognised((uint8_t *) first, got) && !sav_recognised((uint8_t *) first, got) &&
				parted_by_blanks(first + before, got - before);
	if (before > 0 && (status = source_read(from, first, before, &got, err)) != PSY_OK)
		return status;
	if (!g->blanks)
		return records_open(&g->rows, from, opt, err);
	text_open(&g->text, from, opt->encoding);
	return PSY_OK;
}

static psy_status
split(grid *g, const char *line, size_t length, psy_error *err)
{
	for (size_t at = 0; at < length;)
	{
		size_t start;

		while (at < length && is_blank(line[at]))
			at++;
		start = at;
		while (at < length && !is_blank(line[at]))
			at++;
		if (at == start)
			break;
		if (g->cells == CSV_MAX_CELLS)
			return psy_fail(err, PSY_LIMIT, "line %ld has more than %zu cells", g->line, CSV_MAX_CELLS);
		if (g->cells == g->room)
		{
			g->room = g->room ? 2 * g->room : 128;
			g->offset = grow(g->offset, g->room, sizeof *g->offset);
		}
		g->offset[g->cells++] = g->bytes.size;
		buffer_add(&g->bytes, line + start, at - start);
		buffer_byte(&g->bytes, '\0');
	}
	return PSY_OK;
}

psy_status
grid_next(grid *g, bool *more, psy_error *err)
{
	const char *line;
	size_t length;
	psy_status status;

	if (!g->blanks)
	{
		status = records_next(&g->rows, more, err);
		g->cells = g->rows.cells;
		g->line = g->rows.line + g->skipped;
		return status;
	}
	buffer_clear(&g->bytes);
	g->cells = 0;
	do
	{
		status = text_next(&g->text, &line, &length, &g->line, err);
		g->line += g->skipped;
		if (status == PSY_OK && line != NULL)
			status = split(g, line, length, err);
	} while (status == PSY_OK && line != NULL && g->cells == 0);
	*more = status == PSY_OK && line != NULL;
	return status;
}

const char *
grid_cell(const grid *g, size_t column)
{
	return g->blanks ? g->bytes.data + g->offset[column] : records_cell(&g->rows, column);
}

static bool
is_whole(const char *cell, size_t expected)
{
	int64_t value;
	psy_error why;

	return parse_whole(cell, 0, INT32_MAX, &value, &why) == PSY_OK && (size_t) value == expected;
}

bool
grid_counts(const grid *g, size_t from)
{
	size_t first = from < g->cells && is_whole(grid_cell(g, from), 1);

	for (size_t c = from; c < g->cells; c++)
		if (!is_whole(grid_cell(g, c), c - from + first))
			return false;
	return g->cells > from + 1;
}

bool
grid_counts_row(const grid *g, size_t rows, size_t *first)
{
	if (rows == 0)
		*first = g->cells > 0 && is_whole(grid_cell(g, 0), 1);
	return g->cells > 0 && is_whole(grid_cell(g, 0), *first + rows);
}

void
grid_done(grid *g)
{
	if (g->blanks)
		text_close(&g->text);
	else
		records_done(&g->rows);
	buffer_free(&g->bytes);
	free(g->offset);
	*g = (grid){0};
}
