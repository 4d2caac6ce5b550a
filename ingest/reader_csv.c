/*
 * reader_csv.c - records from libcsv, fed line by line; see reader_csv.h.
 *
 * Feeding one physical line at a time is what makes line numbers exact: a record can only end with the line
 * that was just fed, so its first line is the one that was fed when no record was open.
 */
#include "reader_csv.h"

#include <stdlib.h>
#include <string.h>

static void
on_cell(void *bytes, size_t length, void *arg)
{
	csv_reader *reader = arg;

	if (reader->cells == CSV_MAX_CELLS)
	{
		reader->too_many = true;
		return;
	}
	if (reader->cells == reader->room)
	{
		reader->room = reader->room ? 2 * reader->room : 32;
		reader->offset = grow(reader->offset, reader->room, sizeof *reader->offset);
	}
	reader->offset[reader->cells++] = reader->bytes.size;
	buffer_add(&reader->bytes, bytes, length);
	buffer_byte(&reader->bytes, '\0');
}

static void
on_record(int end, void *arg)
{
	(void) end;
	((csv_reader *) arg)->complete = true;
}

/* The first cell of FreeSurfer's tables of many subjects, which --delimiter space parts by blanks. */
static bool
is_stats_table(const char *line, size_t length)
{
	return length > 8 && (strncmp(line, "lh.", 3) == 0 || strncmp(line, "rh.", 3) == 0 || strncmp(line, "Measure:", 8) == 0) &&
		   memchr(line, ' ', length) != NULL;
}

/* The delimiter that the first line holds most often outside quotes; a comma when it holds none. */
static char
guess_delimiter(const char *line, size_t length)
{
	static const char candidates[] = "\t,;";
	size_t count[3] = {0}, best = 1;
	bool quoted = false;

	for (size_t i = 0; i < length; i++)
	{
		const char *found = line[i] ? strchr(candidates, line[i]) : NULL;

		if (line[i] == '"')
			quoted = !quoted;
		else if (found != NULL && !quoted)
			count[found - candidates]++;
	}
	for (size_t c = 0; c < 3; c++)
		if (count[c] > count[best])
			best = c;
	return count[best] == 0 && is_stats_table(line, length) ? ' ' : candidates[best];
}

static bool
is_blank(char c, char delimiter)
{
	return (c == ' ' || c == '\t') && c != delimiter;
}

/* A line without quotes is split here, by libcsv's rules and several times as fast: cells end at delimiters and lose the blanks around them; a
 * blank line is no record.  False when there are too many cells. */
static bool
split_plain(csv_reader *reader, const char *line, size_t length)
{
	size_t start = reader->bytes.size; /* blank lines before it may have left theirs */
	char *p, *end;

	while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	buffer_add(&reader->bytes, line, length);
	p = reader->bytes.data + start;
	end = p + length;
	while (p < end && is_blank(*p, reader->delimiter))
		p++;
	if (p == end)
		return true;
	for (;;)
	{
		char *stop = p, *last;
		bool more;

		while (stop < end && *stop != reader->delimiter) /* cells are short: faster than a call of memchr */
			stop++;
		more = stop < end;
		while (p < stop && is_blank(*p, reader->delimiter))
			p++;
		for (last = stop; last > p && is_blank(last[-1], reader->delimiter); last--)
			;
		*last = '\0';
		if (reader->cells == CSV_MAX_CELLS)
			return false;
		if (reader->cells == reader->room)
		{
			reader->room = reader->room ? 2 * reader->room : 32;
			reader->offset = grow(reader->offset, reader->room, sizeof *reader->offset);
		}
		reader->offset[reader->cells++] = (size_t) (p - reader->bytes.data);
		if (!more)
			break;
		p = stop + 1;
	}
	return reader->complete = true;
}

static psy_status
feed(csv_reader *reader, const char *bytes, size_t length, psy_error *err)
{
	if (reader->parser.pstate == 0 && (!reader->text.quotes || memchr(bytes, '"', length) == NULL))
	{
		if (split_plain(reader, bytes, length))
			return PSY_OK;
		reader->too_many = true;
	}
	else if (csv_parse(&reader->parser, bytes, length, on_cell, on_record, reader) == length && !reader->too_many)
	{
		if (reader->bytes.size + reader->parser.entry_pos <= TEXT_MAX_LINE)
			return PSY_OK;
		return psy_fail(err, PSY_LIMIT, "the record that begins at line %ld is longer than %zu MB",
						reader->line, TEXT_MAX_LINE >> 20);
	}
	if (reader->too_many)
		return psy_fail(err, PSY_LIMIT, "line %ld has more than %zu cells", reader->line, CSV_MAX_CELLS);
	psy_fail(err, PSY_FORMAT,
			 "line %ld: a quote inside a cell that is not quoted, or text after a closing quote",
			 reader->text.line - 1);
	return psy_hint(err, "a cell that holds quotes must be quoted as a whole, its quotes doubled");
}

psy_status
csv_open(csv_reader *reader, source *from, text_encoding encoding, char delimiter, psy_error *err)
{
	*reader = (csv_reader){.delimiter = delimiter};
	text_open(&reader->text, from, encoding);
	if (csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return psy_fail(err, PSY_NOMEM, "libcsv cannot be initialised");
	reader->opened = true;
	return PSY_OK;
}

/* The first line decides the delimiter, before any of it is parsed. */
static void
start(csv_reader *reader, const char *bytes, size_t length)
{
	if (reader->delimiter == 0)
		reader->delimiter = guess_delimiter(bytes, length);
	csv_set_delim(&reader->parser, (unsigned char) reader->delimiter);
}

static psy_status
finish(csv_reader *reader, psy_error *err)
{
	reader->finished = true;
	if (csv_fini(&reader->parser, on_cell, on_record, reader) == 0)
		return PSY_OK;
	psy_fail(err, PSY_FORMAT, "line %ld: a quoted cell of the record that begins here is never closed",
			 reader->line);
	return psy_hint(err, "look for a single quote character in that record");
}

psy_status
csv_next(csv_reader *reader, bool *more, psy_error *err)
{
	bool open = false;

	buffer_clear(&reader->bytes);
	reader->cells = 0;
	reader->complete = false;
	while (!reader->complete && !reader->finished)
	{
		const char *bytes;
		size_t length;
		long line;
		psy_status status = text_next(&reader->text, &bytes, &length, &line, err);

		if (status != PSY_OK)
			return status;
		if (bytes != NULL && reader->delimiter == 0)
			start(reader, bytes, length);
		if (!open)
			reader->line = line;
		status = bytes == NULL ? finish(reader, err) : feed(reader, bytes, length, err);
		if (status != PSY_OK)
			return status;
		/* A blank line opens no record. */
		open = reader->cells > 0 || reader->parser.pstate != 0;
	}
	*more = reader->complete;
	return PSY_OK;
}

const char *
csv_cell(const csv_reader *reader, size_t column)
{
	return reader->bytes.data + reader->offset[column];
}

void
csv_done(csv_reader *reader)
{
	if (reader->opened)
		csv_free(&reader->parser);
	text_close(&reader->text);
	buffer_free(&reader->bytes);
	free(reader->offset);
	*reader = (csv_reader){0};
}

void
csv_quote(buffer *b, const char *cell)
{
	if (strpbrk(cell, ",\"\r\n") == NULL)
	{
		buffer_text(b, cell);
		return;
	}
	buffer_byte(b, '"');
	for (; *cell; cell++)
	{
		if (*cell == '"')
			buffer_byte(b, '"');
		buffer_byte(b, *cell);
	}
	buffer_byte(b, '"');
}
