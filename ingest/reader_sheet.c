/*
 * reader_sheet.c - rows of a worksheet; see reader_sheet.h.
 *
 * Rows come in order, but cells and rows that hold nothing are left out of the file, so every cell says where it stands.  A merged
 * range is met at its first cell; later cells of the range take that text as their row comes by.
 */
#include "reader_sheet.h"

#include "workbook.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
sheet_recognised(const uint8_t *bytes, size_t size)
{
	return size >= 4 && memcmp(bytes, "PK\3\4", 4) == 0;
}

static psy_status
read_whole(sheet_reader *s, source *from, psy_error *err)
{
	size_t got;

	do
	{
		psy_status status;

		buffer_reserve(&s->file, 1 << 20);
		status = source_read(from, s->file.data + s->file.size, 1 << 20, &got, err);
		if (status != PSY_OK)
			return status;
		s->file.size += got;
		if (s->file.size > SHEET_MAX_FILE)
			return psy_fail(err, PSY_LIMIT, "larger than %zu MB, the most for a workbook", SHEET_MAX_FILE >> 20);
	} while (got == 1 << 20);
	return PSY_OK;
}

psy_status
sheet_open(sheet_reader *s, source *from, const char *sheet, psy_error *err)
{
	zip_part *part;
	xmlTextReaderPtr xml;
	psy_status status;

	*s = (sheet_reader){0};
	status = read_whole(s, from, err);
	if (status == PSY_OK)
		status = workbook_open(s, sheet, err);
	if (status != PSY_OK)
		return status;
	status = zip_part_open(s->archive, s->path, SHEET_MAX_PART, &part, &xml, err);
	s->part = part;
	s->xml = xml;
	return status;
}

/* Civil date of a count of days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms", 2013). */
static void
civil(long days, long *year, int *month, int *day)
{
	long z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	long of_era = z - era * 146097;
	long y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	long of_year = of_era - (365 * y + y / 4 - y / 100);
	long m = (5 * of_year + 2) / 153;

	*day = (int) (of_year - (153 * m + 2) / 5) + 1;
	*month = (int) (m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2);
}

/*
 * A serial number as ISO date, with the time when it has one.  Day 1 is 1900-01-01 and day 60 the 29th of February 1900, which never
 * was: from day 61 on, the epoch is 1899-12-30.  A number below one is a time of day.
 */
static void
add_date(const sheet_reader *s, double serial, buffer *to)
{
	double days = floor(serial);
	long seconds = lround((serial - days) * 86400), year;
	int month, day;

	if (seconds == 86400)
		seconds = 0, days++;
	if (days >= 1 || s->date1904)
	{
		civil((long) days - (s->date1904 ? 24107 : 25569) + (!s->date1904 && days < 60), &year, &month, &day);
		buffer_format(to, "%04ld-%02d-%02d", year, month, day);
		if (seconds == 0)
			return;
		buffer_byte(to, ' ');
	}
	buffer_format(to, "%02ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* As Excel shows it: fifteen digits; 0.30000000000000004 is stored where people see 0.3. */
static void
add_number(const sheet_reader *s, const char *text, long style, buffer *to)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !isfinite(value))
		buffer_text(to, text);
	else if (style >= 0 && (size_t) style < s->styles && s->date_style[style] && value >= 0 && value < 2958466)
		add_date(s, value, to);
	else if (value == floor(value) && fabs(value) < 1e15)
		buffer_format(to, "%.0f", value + 0.0);
	else
		buffer_format(to, "%.15g", value);
}

/* A cell under way. */
typedef struct cell
{
	int column;
	long row, style;
	char type[16];
	buffer value, formula;
} cell;

static psy_status
read_place(const sheet_reader *s, xmlTextReaderPtr xml, cell *c, int next_column, psy_error *err)
{
	char *reference = xml_attribute(xml, "r"), *style = xml_attribute(xml, "s"), *type = xml_attribute(xml, "t");
	bool good = true;

	c->column = next_column;
	c->row = s->line;
	if (reference != NULL)
		good = workbook_place(reference, &c->column, &c->row);
	c->style = style == NULL ? -1 : strtol(style, NULL, 10);
	snprintf(c->type, sizeof c->type, "%s", type == NULL ? "n" : type);
	good = good && c->row == s->line && c->column >= next_column && c->column < SHEET_MAX_COLUMNS;
	free(reference);
	free(style);
	free(type);
	if (good)
		return PSY_OK;
	return psy_fail(err, PSY_FORMAT, "row %ld of the sheet: its cells are out of order or outside a sheet", s->line);
}

static psy_status
shared_text(const sheet_reader *s, const char *index, buffer *to, psy_error *err)
{
	char *end;
	unsigned long k = strtoul(index, &end, 10);

	if (end == index || *end != '\0' || k >= s->shared_count)
		return psy_fail(err, PSY_FORMAT, "row %ld of the sheet refers to a shared text that the workbook lacks", s->line);
	buffer_text(to, s->shared.data + s->shared_at[k]);
	return PSY_OK;
}

/* Appends what people see in the cell. */
static psy_status
add_cell(const sheet_reader *s, const cell *c, buffer *to, psy_error *err)
{
	const char *value = c->value.size > 0 ? c->value.data : NULL;

	if (value == NULL)
	{
		/* A formula that was never computed: shown, so that no reader takes it for an empty cell. */
		if (c->formula.size > 0)
			buffer_format(to, "=%s", c->formula.data);
		return PSY_OK;
	}
	if (strcmp(c->type, "s") == 0)
		return shared_text(s, value, to, err);
	if (strcmp(c->type, "b") == 0)
		buffer_text(to, strcmp(value, "1") == 0 ? "TRUE" : "FALSE");
	else if (strcmp(c->type, "n") == 0)
		add_number(s, value, c->style, to);
	else /* str, inlineStr, e (#N/A ...), d */
		buffer_text(to, value);
	return PSY_OK;
}

static psy_status
read_cell(sheet_reader *s, zip_part *part, xmlTextReaderPtr xml, cell *c, psy_error *err)
{
	bool more = true;
	psy_status status = PSY_OK;

	buffer_clear(&c->value);
	buffer_clear(&c->formula);
	if (xmlTextReaderIsEmptyElement(xml))
		return PSY_OK;
	while ((status = zip_part_read(part, xml, &more, err)) == PSY_OK && more && !xml_ends(xml, "c"))
	{
		if (xml_starts(xml, "v"))
			status = workbook_text(part, xml, "v", &c->value, err);
		else if (xml_starts(xml, "is"))
			status = workbook_text(part, xml, "is", &c->value, err);
		else if (xml_starts(xml, "f"))
			status = workbook_text(part, xml, "f", &c->formula, err);
		if (status != PSY_OK)
			return status;
	}
	(void) s;
	return status;
}

/* Blanks around the text of the cell that begins at `from` go: those of ASCII, the no-break and the ideographic space. */
static void
trim(buffer *b, size_t from)
{
	static const char *const blanks[] = {" ", "\t", "\r", "\n", "\xc2\xa0", "\xe3\x80\x80"};
	size_t start = from;

	for (size_t i = 0; i < 6; i++)
	{
		size_t n = strlen(blanks[i]);

		if (b->size - start >= n && memcmp(b->data + start, blanks[i], n) == 0)
			start += n, i = (size_t) -1;
	}
	for (size_t i = 0; i < 6; i++)
	{
		size_t n = strlen(blanks[i]);

		if (b->size - start >= n && memcmp(b->data + b->size - n, blanks[i], n) == 0)
			b->size -= n, i = (size_t) -1;
	}
	memmove(b->data + from, b->data + start, b->size - start);
	b->size -= start - from;
	b->data[b->size] = '\0';
}

static sheet_merge *
merge_at(sheet_reader *s, int column)
{
	for (size_t i = s->merge_from; i < s->merges && s->merge[i].first_row <= s->line; i++)
		if (s->line <= s->merge[i].last_row && column >= s->merge[i].first && column <= s->merge[i].last)
			return &s->merge[i];
	return NULL;
}

static void
begin_cell(sheet_reader *s)
{
	if (s->cells == s->room)
	{
		s->room = s->room ? 2 * s->room : 32;
		s->offset = grow(s->offset, s->room, sizeof *s->offset);
	}
	s->offset[s->cells++] = s->bytes.size;
	buffer_reserve(&s->bytes, 1);
}

/* What a cell holds that is merged into one beside it.  Down the rows that is the first cell's text, and in the header too; across the
 * columns of a record it would make one column's number another's, so that the cell says what it is instead. */
static void
add_merged(sheet_reader *s, const sheet_merge *m)
{
	char letters[8], *p = letters + sizeof letters - 1;

	if (!s->headed || (int) s->cells - 1 == m->first)
	{
		buffer_text(&s->bytes, m->text);
		return;
	}
	*p = '\0';
	for (int column = m->first; column >= 0; column = column / 26 - 1)
		*--p = (char) ('A' + column % 26);
	buffer_format(&s->bytes, "(merged with %s%ld)", p, m->first_row);
}

/* Cells that the file leaves out, up to `column`: empty, or a merged range's. */
static void
fill_to(sheet_reader *s, size_t column)
{
	while (s->cells < column)
	{
		const sheet_merge *m = s->merges > 0 ? merge_at(s, (int) s->cells) : NULL;

		begin_cell(s);
		if (m != NULL && m->text != NULL && *m->text)
			add_merged(s, m);
		buffer_byte(&s->bytes, '\0');
	}
}

static psy_status
take_cell(sheet_reader *s, const cell *c, psy_error *err)
{
	sheet_merge *m = s->merges > 0 ? merge_at(s, c->column) : NULL;
	size_t at;
	psy_status status;

	if (m != NULL && !(m->first_row == s->line && m->first == c->column))
	{
		fill_to(s, (size_t) c->column + 1);
		return PSY_OK;
	}
	fill_to(s, (size_t) c->column);
	begin_cell(s);
	at = s->bytes.size;
	status = add_cell(s, c, &s->bytes, err);
	if (status != PSY_OK)
		return status;
	if (s->bytes.size > at)
		trim(&s->bytes, at);
	s->own |= s->bytes.size > at;
	buffer_byte(&s->bytes, '\0');
	if (m != NULL)
	{
		free(m->text);
		m->text = keep_text(s->bytes.data + at);
	}
	return PSY_OK;
}

/* Columns of the record: the header's, or in the header those that a merged range reaches. */
static size_t
width_of(const sheet_reader *s)
{
	size_t width = s->width;

	for (size_t i = s->merge_from; !s->headed && i < s->merges && s->merge[i].first_row <= s->line; i++)
		if (s->line <= s->merge[i].last_row && s->merge[i].text != NULL && (size_t) s->merge[i].last >= width)
			width = (size_t) s->merge[i].last + 1;
	return width;
}

/* The cells of one <row>. */
static psy_status
read_row(sheet_reader *s, psy_error *err)
{
	zip_part *part = s->part;
	xmlTextReaderPtr xml = s->xml;
	cell c = {0};
	bool more = true;
	psy_status status = PSY_OK;
	bool empty = xmlTextReaderIsEmptyElement(xml);

	buffer_clear(&s->bytes);
	s->cells = 0;
	s->own = false;
	while (s->merge_from < s->merges && s->merge[s->merge_from].last_row < s->line)
		s->merge_from++;
	while (!empty && (status = zip_part_read(part, xml, &more, err)) == PSY_OK && more && !xml_ends(xml, "row"))
	{
		if (!xml_starts(xml, "c"))
			continue;
		status = read_place(s, xml, &c, (int) s->cells, err);
		if (status == PSY_OK)
			status = read_cell(s, part, xml, &c, err);
		if (status == PSY_OK)
			status = take_cell(s, &c, err);
		if (status != PSY_OK)
			break;
	}
	fill_to(s, width_of(s));
	buffer_free(&c.value);
	buffer_free(&c.formula);
	return status;
}

/* The next row that has a cell of its own. */
static psy_status
next_row(sheet_reader *s, bool *more, psy_error *err)
{
	psy_status status;

	while ((status = zip_part_read(s->part, s->xml, more, err)) == PSY_OK && *more)
	{
		char *number;
		long line;

		if (!xml_starts(s->xml, "row"))
			continue;
		number = xml_attribute(s->xml, "r");
		line = number == NULL ? s->line + 1 : strtol(number, NULL, 10);
		free(number);
		if (line <= s->line || line > 1L << 20)
			return psy_fail(err, PSY_FORMAT, "the sheet's rows are out of order after row %ld", s->line);
		s->line = line;
		status = read_row(s, err);
		if (status != PSY_OK || s->own)
			return status;
	}
	return status;
}

const char *
sheet_cell(const sheet_reader *s, size_t column)
{
	return s->bytes.data + s->offset[column];
}

/* Texts of the row that differ from their left neighbour: a title that is merged across the sheet has one. */
static size_t
texts_of(const sheet_reader *s)
{
	size_t texts = 0;

	for (size_t c = 0; c < s->cells; c++)
		if (sheet_cell(s, c)[0] && (c == 0 || strcmp(sheet_cell(s, c), sheet_cell(s, c - 1)) != 0))
			texts++;
	return texts;
}

/* The row has a cell merged across columns, so that the names of the columns stand in the row below. */
static bool
is_grouped(sheet_reader *s)
{
	for (size_t i = s->merge_from; i < s->merges && s->merge[i].first_row <= s->line; i++)
		if (s->merge[i].first_row == s->line && s->merge[i].last_row == s->line && s->merge[i].last > s->merge[i].first)
			return true;
	return false;
}

/* Joins the row under way to the texts of the row above it. */
static psy_status
join_header(sheet_reader *s, psy_error *err)
{
	text_list above = {0};
	buffer joined = {0};
	bool more;
	size_t upper = s->cells;
	psy_status status;

	for (size_t c = 0; c < upper; c++)
		list_add(&above, sheet_cell(s, c));
	status = next_row(s, &more, err);
	if (status == PSY_OK && !more)
		status = psy_fail(err, PSY_FORMAT, "the header has a merged cell, and no row of column names below it");
	if (status == PSY_OK)
	{
		fill_to(s, upper);
		for (size_t c = 0; c < s->cells; c++)
		{
			const char *top = c < upper ? above.item[c] : "", *own = sheet_cell(s, c);
			bool both = *top && *own && strcmp(top, own) != 0;
			size_t at = joined.size;

			buffer_format(&joined, "%s%s%s", top, both ? "_" : "", !*top || both ? own : "");
			buffer_byte(&joined, '\0');
			s->offset[c] = at;
		}
		buffer_free(&s->bytes);
		s->bytes = joined;
	}
	list_free(&above);
	return status;
}

/* The header: the first row with more than a title. */
static psy_status
read_header(sheet_reader *s, bool *more, psy_error *err)
{
	psy_status status = next_row(s, more, err);

	for (int titles = 0; status == PSY_OK && *more && texts_of(s) < 2 && titles < 100; titles++)
		status = next_row(s, more, err);
	if (status == PSY_OK && *more && is_grouped(s))
		status = join_header(s, err);
	/* Columns after the last name are none of the table's, unless a later row has something there. */
	while (status == PSY_OK && s->cells > 0 && !sheet_cell(s, s->cells - 1)[0])
		s->cells--;
	s->width = s->cells;
	s->headed = true;
	return status;
}

psy_status
sheet_next(sheet_reader *s, bool *more, psy_error *err)
{
	psy_status status = s->headed ? next_row(s, more, err) : read_header(s, more, err);

	/* Formatted cells without content may follow the last column. */
	while (status == PSY_OK && *more && s->cells > s->width && !sheet_cell(s, s->cells - 1)[0])
		s->cells--;
	return status;
}

void
sheet_done(sheet_reader *s)
{
	zip_part_close(s->part, s->xml);
	if (s->archive != NULL)
		zip_discard(s->archive);
	for (size_t i = 0; i < s->merges; i++)
		free(s->merge[i].text);
	free(s->merge);
	free(s->path);
	free(s->shared_at);
	free(s->date_style);
	free(s->offset);
	buffer_free(&s->shared);
	buffer_free(&s->bytes);
	buffer_free(&s->file);
	*s = (sheet_reader){0};
}
