/* reader_literature_table.c - tables of literature; see reader_literature_table.h. */
#include "reader_literature_table.h"

#include "reader_tagged.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_CELLS ((size_t) 1 << 16)

typedef struct cells
{
	buffer text; /* each followed by a NUL */
	size_t *at;
	size_t count, room;
	bool quoted; /* within quotes at the end of the line */
	bool stray;  /* a quote that neither opened nor closed a cell */
} cells;

typedef struct table_state
{
	char delimiter;
	bool letters; /* quotes are letters */
	cells row;
	char **header;
	const literature_rule **rule; /* of each column, NULL for none */
	size_t columns;
	const literature_rule **pair_rule; /* of each pair of the record under way */
	size_t pair_room;
} table_state;

static const char *
cell(const cells *row, size_t i)
{
	return row->text.data + row->at[i];
}

static void
open_cell(cells *row)
{
	if (row->count == row->room)
	{
		row->room = row->room ? row->room * 2 : 64;
		row->at = grow(row->at, row->room, sizeof *row->at);
	}
	row->at[row->count++] = row->text.size;
}

/* The cell's text is what was added since it was opened; blanks around it go, and so does what keeps Excel from making a
 * number of it: ="01650327". */
static void
close_cell(cells *row)
{
	size_t from = row->at[row->count - 1];
	const char *text;
	size_t length;

	buffer_byte(&row->text, '\0');
	text = row->text.data + from;
	length = trim_both(&text, row->text.size - from - 1);
	if (length >= 3 && text[0] == '=' && text[1] == '"' && text[length - 1] == '"')
	{
		text += 2;
		length -= 3;
	}
	memmove(row->text.data + from, text, length);
	row->text.data[from + length] = '\0';
	row->text.size = from + length + 1;
}

/* In tab-delimited text a cell never goes on in the next line: a quote opens one only if it is closed in this
 * line. */
static bool
opens(const table_state *t, const char *p, const char *end)
{
	if (t->letters)
		return false;
	if (t->delimiter != '\t')
		return true;
	for (const char *q = p + 1; q < end; q++)
		if (*q == '"' && (q + 1 == end || q[1] == '\t' || q[1] == '\r' || q[1] == '\n'))
			return true;
	return false;
}

/* Takes one physical line into the row; row->quoted says that the row goes on. */
static psy_status
cut_line(table_state *t, cells *row, const char *p, size_t length, long line, psy_error *err)
{
	const char *end = p + length;
	bool begin = !row->quoted;

	if (begin)
		open_cell(row);
	while (p < end)
	{
		if (row->quoted)
		{
			if (*p != '"')
				buffer_byte(&row->text, *p++);
			else if (p + 1 < end && p[1] == '"')
			{
				buffer_byte(&row->text, '"');
				p += 2;
			}
			else if (p + 1 == end || p[1] == t->delimiter || p[1] == '\r' || p[1] == '\n' || p[1] == ' ')
			{
				row->quoted = false;
				p++;
			}
			else
			{
				row->stray = true;
				buffer_byte(&row->text, *p++);
			}
			continue;
		}
		if (*p == '"' && row->text.size == row->at[row->count - 1] && opens(t, p, end))
		{
			row->quoted = true;
			p++;
		}
		else if (*p == t->delimiter)
		{
			close_cell(row);
			if (row->count == MAX_CELLS)
				return psy_fail(err, PSY_LIMIT, "line %ld: more than %zu cells", line, MAX_CELLS);
			open_cell(row);
			p++;
		}
		else if (*p == '\r' || *p == '\n')
			p++;
		else
			buffer_byte(&row->text, *p++);
	}
	if (!row->quoted)
		close_cell(row);
	return PSY_OK;
}

/* The next row that has something in it; *more false at the end.  Its bytes go to record when there is one.
 */
static psy_status
next_row(literature_reader *reader, literature_record *record, bool *more, psy_error *err)
{
	table_state *t = reader->state;
	long line = 0;
	psy_status status;

	for (*more = false;;)
	{
		bool first = !t->row.quoted;

		status = reader_line(reader, err);
		if (status != PSY_OK)
			return status;
		if (reader->line == NULL)
			return t->row.quoted ? psy_fail(err, PSY_FORMAT,
											"line %ld: a quote that opens in this record never closes", line)
								 : PSY_OK;
		if (first && record != NULL && reader_turns(reader))
			return PSY_OK;
		if (first && trim_end(reader->line, reader->length) == 0)
			continue;
		if (first)
		{
			t->row.count = 0;
			t->row.stray = false;
			buffer_clear(&t->row.text);
			line = reader->number;
			if (record != NULL)
				record_clear(record, line);
		}
		if (record != NULL && (status = record_raw(record, reader->line, reader->length, err)) != PSY_OK)
			return status;
		if (t->row.text.size > LITERATURE_MAX_RECORD)
			return psy_fail(err, PSY_LIMIT, "line %ld: a record of more than %zu MB begins here", line,
							LITERATURE_MAX_RECORD >> 20);
		status = cut_line(t, &t->row, reader->line, reader->length, reader->number, err);
		if (status != PSY_OK)
			return status;
		if (t->row.quoted)
			continue;
		if (t->row.stray)
			notes_add(&reader->notes, "stray_quote", "", 0, line, cell(&t->row, 0), strlen(cell(&t->row, 0)));
		*more = true;
		return PSY_OK;
	}
}

/* ---- the header ------------------------------------------------------------------------------ */

/* Small letters, without byte order mark. */
static char *
fold(const char *header)
{
	size_t length = strlen(header);
	char *folded;

	length = trim_both(&header, length);
	folded = keep_bytes(header, length);
	for (char *p = folded; *p; p++)
		*p = (char) tolower((unsigned char) *p);
	return folded;
}

static bool
has_column(const table_state *t, const char *folded)
{
	bool found = false;

	for (size_t i = 0; i < t->columns; i++)
	{
		char *name = fold(t->header[i]);

		found |= strcmp(name, folded) == 0;
		free(name);
	}
	return found;
}

/* What a header alone cannot tell: how this exporter joins names. */
static const literature_rule *
dialect_rule(const table_state *t, const char *folded)
{
	static const literature_rule pubmed_authors = {"authors", F_AUTHOR, SPLIT_COMMA, 0},
								 citation = {"citation", F_SOURCE, SPLIT_NONE, 0};
	static const literature_rule initials = {"authors", F_AUTHOR, SPLIT_NAMES, 1};
	static const literature_rule journal = {"source", F_CONTAINER, SPLIT_NONE, 0};
	bool pubmed = has_column(t, "pmid") && has_column(t, "create date");

	/* Scopus calls the database a source, Embase the citation; EBSCO and Cochrane the journal. */
	if (strcmp(folded, "source") == 0 && (has_column(t, "longdbname") || has_column(t, "cochrane review group code") || has_column(t, "central id")))
		return &journal;
	if (strcmp(folded, "authors") == 0 && pubmed)
		return &pubmed_authors;
	if (strcmp(folded, "citation") == 0 && pubmed)
		return &citation;
	if (strcmp(folded, "authors") == 0 && has_column(t, "author full names"))
		return &initials;
	return literature_column(folded);
}

static void
name_columns(table_state *t)
{
	t->columns = t->row.count;
	t->header = grow(NULL, t->columns, sizeof *t->header);
	t->rule = grow(NULL, t->columns, sizeof *t->rule);
	for (size_t i = 0; i < t->columns; i++)
		t->header[i] = keep_text(cell(&t->row, i));
	for (size_t i = 0; i < t->columns; i++)
	{
		char *folded = fold(t->header[i]);

		t->rule[i] = dialect_rule(t, folded);
		free(folded);
	}
}

static size_t
count_in(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

size_t
table_header_known(const char *line, size_t length, char delimiter)
{
	table_state t = {.delimiter = delimiter};
	size_t known = 0;

	if (cut_line(&t, &t.row, line, length, 1, NULL) == PSY_OK && t.row.count > 0 && !t.row.quoted)
		for (size_t i = 0; i < t.row.count; i++)
		{
			char *folded = fold(cell(&t.row, i));

			known += literature_column(folded) != NULL;
			free(folded);
		}
	buffer_free(&t.row.text);
	free(t.row.at);
	return known;
}

/* ---- records --------------------------------------------------------------------------------- */

static void
pair_rule(table_state *t, size_t pair, const literature_rule *rule)
{
	if (pair >= t->pair_room)
	{
		t->pair_room = t->pair_room ? t->pair_room * 2 : 64;
		t->pair_rule = grow(t->pair_rule, t->pair_room, sizeof *t->pair_rule);
	}
	t->pair_rule[pair] = rule;
}

static psy_status
add_cells(literature_reader *reader, literature_record *record, psy_error *err)
{
	table_state *t = reader->state;
	psy_status status = PSY_OK;

	for (size_t i = 0; i < t->row.count && status == PSY_OK; i++)
	{
		const char *value = cell(&t->row, i),
				   *name = i < t->columns ? t->header[i] : "beyond the last column";

		if (value[0] == '\0')
			continue;
		pair_rule(t, record->pairs, i < t->columns ? t->rule[i] : NULL);
		if (i >= t->columns)
			notes_add(&reader->notes, "too_many_cells", "", 0, record->line, value, strlen(value));
		status = record_add(record, name, strlen(name), value, strlen(value), record->line, err);
	}
	if (t->row.count < t->columns)
		notes_add(&reader->notes, "too_few_cells", "", 0, record->line, "", 0);
	return status;
}

static psy_status
step_table(literature_reader *reader, literature_record *record, bool *more, psy_error *err)
{
	table_state *t = reader->state;
	psy_status status;

	do
	{
		status = next_row(reader, record, more, err);
		if (status != PSY_OK || !*more)
			return status;
		status = add_cells(reader, record, err);
	} while (status == PSY_OK && record->pairs == 0);
	(void) t;
	return status;
}

/* Embase's CSV with a field a row: TITLE begins a record. */
static psy_status
step_rows(literature_reader *reader, literature_record *record, bool *more, psy_error *err)
{
	table_state *t = reader->state;
	literature_record line = {0};
	psy_status status;
	bool row;

	record_clear(record, 0);
	for (*more = false;;)
	{
		bool begins;

		status = next_row(reader, &line, &row, err);
		if (status != PSY_OK || !row)
			break;
		begins = strcmp(cell(&t->row, 0), "TITLE") == 0;
		if (begins && *more)
		{
			/* A title is one line: it is read again as the next record's first. */
			reader->held = true;
			break;
		}
		if (!*more)
			record_clear(record, line.line);
		*more = true;
		status = record_raw(record, line.raw.data, line.raw.size, err);
		for (size_t i = 1; i < t->row.count && status == PSY_OK; i++)
		{
			char *tag = fold(cell(&t->row, 0));

			if (cell(&t->row, i)[0] != '\0')
				status = record_add(record, tag, strlen(tag), cell(&t->row, i), strlen(cell(&t->row, i)),
									line.line, err);
			free(tag);
		}
		if (status != PSY_OK)
			break;
	}
	record_free(&line);
	return status;
}

static void
table_done(void *state)
{
	table_state *t = state;

	for (size_t i = 0; i < t->columns; i++)
		free(t->header[i]);
	free(t->header);
	free(t->rule);
	free(t->pair_rule);
	free(t->row.at);
	buffer_free(&t->row.text);
	free(t);
}

/* What stands before the header: the search, a title. */
static psy_status
skip_to_header(literature_reader *reader, psy_error *err)
{
	psy_status status = PSY_OK;

	while (reader->look.first_line_number > 1 && (status = reader_line(reader, err)) == PSY_OK && reader->line != NULL)
	{
		if (reader->number >= reader->look.first_line_number)
		{
			reader->held = true;
			break;
		}
		if (trim_end(reader->line, reader->length) > 0)
			notes_add(&reader->notes, "stray_line", NULL, 0, reader->number, reader->line, trim_end(reader->line, reader->length));
	}
	return status;
}

psy_status
literature_table_open(literature_reader *reader, psy_error *err)
{
	table_state *t = grow(NULL, 1, sizeof *t);
	const char *first = reader->look.first_line ? reader->look.first_line : "";
	psy_status status = PSY_OK;
	bool more = true;

	*t = (table_state){.delimiter = reader->look.delimiter};
	reader->state = t;
	reader->done = table_done;
	reader->step = reader->look.format == LITERATURE_TABLE ? step_table : step_rows;
	if (t->delimiter == '\0')
		t->delimiter = count_in(first, '\t') > 0                     ? '\t'
					   : count_in(first, ';') > count_in(first, ',') ? ';'
																	 : ',';
	/* Web of Science's text with tabs quotes nothing: "PT" and "AU" head its columns. */
	t->letters = t->delimiter == '\t' && (strncmp(first, "PT\t", 3) == 0 || strstr(first, "\tAU\t") != NULL);
	status = skip_to_header(reader, err);
	if (status != PSY_OK || reader->look.format != LITERATURE_TABLE)
		return status;
	status = next_row(reader, NULL, &more, err);
	if (status == PSY_OK && more)
		name_columns(t);
	return status;
}

const literature_rule *const *
literature_table_rules(const literature_reader *reader)
{
	return (const literature_rule *const *) ((const table_state *) reader->state)->pair_rule;
}

static psy_status
no_column(const table_state *t, const char *wanted, psy_error *err)
{
	buffer all = {0};

	for (size_t i = 0; i < t->columns && all.size < 150; i++)
		buffer_format(&all, "%s%s", i > 0 ? ", " : "", t->header[i]);
	psy_fail(err, PSY_DOMAIN, "--map names the column %.60s, which is not there", wanted);
	psy_hint(err, "there are: %.180s", all.data ? all.data : "none");
	utf8_repair(err->message);
	utf8_repair(err->hint);
	buffer_free(&all);
	return PSY_DOMAIN;
}

psy_status
literature_table_map(literature_reader *reader, const text_list *map, psy_error *err)
{
	table_state *t = reader->state;
	bool title = false;

	for (size_t m = 0; m < map->count; m++)
	{
		const char *column = strchr(map->item[m], '=') + 1;
		char *field = keep_bytes(map->item[m], (size_t) (column - map->item[m] - 1)), *folded = fold(field);
		const literature_rule *rule = literature_column(folded);
		size_t i = 0;

		free(folded);
		if (rule == NULL)
		{
			psy_fail(err, PSY_DOMAIN, "--map: a record has no field %.60s", field);
			free(field);
			return psy_hint(err, "fields are title, authors, year, journal, volume, issue, pages, doi, pmid, "
								 "abstract, keywords, language, url, type, accession ...");
		}
		free(field);
		while (i < t->columns && strcasecmp(t->header[i], column) != 0)
			i++;
		if (i == t->columns)
			return no_column(t, column, err);
		t->rule[i] = rule;
	}
	for (size_t i = 0; i < t->columns; i++)
		title |= t->rule[i] != NULL && (t->rule[i]->field == F_TITLE || t->rule[i]->field == F_SOURCE);
	if (title || t->columns == 0)
		return PSY_OK;
	psy_fail(err, PSY_FORMAT, "no column holds titles");
	return psy_hint(err, "name it: --map title=COLUMN");
}
