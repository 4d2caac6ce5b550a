/* literature_source.c - see literature_source.h. */
#include "literature_source.h"

#include "gunzip.h"
#include "reader_sheet.h"

#include <stdlib.h>
#include <string.h>

#define MOST_TEXT ((size_t) 1 << 30)

static bool
opens_with(const uint8_t *bytes, size_t size, const char *magic, size_t length)
{
	return size >= length && memcmp(bytes, magic, length) == 0;
}

static psy_status
refuse_known(const uint8_t *bytes, size_t size, psy_error *err)
{
	static const struct
	{
		const char *magic;
		size_t length;
		const char *what, *instead;
	} known[] = {
		{"%PDF-", 5, "a PDF document", "export the references of the search, not the paper: RIS, NBIB, BibTeX, ..."},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, "an old Excel workbook (.xls) or Word document",
		 "open it and save it as Excel workbook (.xlsx) or CSV UTF-8, or export again as RIS"},
		{"\x89PNG", 4, "an image", "export the references of the search: RIS, NBIB, BibTeX, ..."},
		{"\xff\xd8\xff", 3, "an image", "export the references of the search: RIS, NBIB, BibTeX, ..."},
		{"Rar!", 4, "an archive (RAR)", "unpack it"},
		{"7z\xbc\xaf\x27\x1c", 6, "an archive (7z)", "unpack it"},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (opens_with(bytes, size, known[i].magic, known[i].length))
		{
			psy_fail(err, PSY_UNSUPPORTED, "%s; expected records of literature", known[i].what);
			return psy_hint(err, "%s", known[i].instead);
		}
	return PSY_OK;
}

static psy_status
inflate_text(literature_source *s, psy_error *err)
{
	gunzip g;
	size_t got = 1;
	psy_status status = gunzip_open(&g, &s->file, err);

	while (status == PSY_OK && got > 0)
	{
		buffer_reserve(&s->text, GUNZIP_CHUNK);
		status = gunzip_read(&g, s->text.data + s->text.size, GUNZIP_CHUNK, &got, err);
		s->text.size += status == PSY_OK ? got : 0;
		if (s->text.size > MOST_TEXT)
			status = psy_fail(err, PSY_LIMIT, "more than %zu MB inflated", MOST_TEXT >> 20);
	}
	gunzip_close(&g);
	return status;
}

static void
add_cell(buffer *text, const char *cell)
{
	buffer_byte(text, '"');
	for (; *cell; cell++)
		if (*cell == '\r' && cell[1] == '\n')
			continue;
		else if (*cell == '\n' || *cell == '\r')
			buffer_text(text, "\xe2\x80\xa8");
		else
		{
			if (*cell == '"')
				buffer_byte(text, '"');
			buffer_byte(text, *cell);
		}
	buffer_byte(text, '"');
}

static psy_status
sheet_text(literature_source *s, const char *sheet, psy_error *err)
{
	sheet_reader rows = {0};
	long line = 1;
	bool more = true;
	psy_status status = sheet_open(&rows, &s->file, sheet, err);

	while (status == PSY_OK && (status = sheet_next(&rows, &more, err)) == PSY_OK && more)
	{
		for (; line < rows.line; line++)
			buffer_byte(&s->text, '\n');
		for (size_t i = 0; i < rows.cells; i++)
		{
			if (i > 0)
				buffer_byte(&s->text, ',');
			add_cell(&s->text, sheet_cell(&rows, i));
		}
		buffer_byte(&s->text, '\n');
		line++;
		if (s->text.size > MOST_TEXT)
			status = psy_fail(err, PSY_LIMIT, "a worksheet of more than %zu MB", MOST_TEXT >> 20);
	}
	sheet_done(&rows);
	return status;
}

psy_status
literature_source_open(literature_source *s, const char *path, const options *opt, psy_error *err)
{
	uint8_t first[8];
	size_t got;
	bool gzip, sheet;
	psy_status status;

	*s = (literature_source){.encoding = opt->encoding};
	status = source_open(&s->file, path, err);
	if (status != PSY_OK)
		return status;
	s->content = &s->file;
	status = source_peek(&s->file, first, sizeof first, &got, err);
	if (status == PSY_OK)
		status = refuse_known(first, got, err);
	gzip = status == PSY_OK && opens_with(first, got, "\x1f\x8b", 2);
	sheet = status == PSY_OK && !gzip && sheet_recognised(first, got);
	if (gzip)
		status = inflate_text(s, err);
	else if (sheet)
	{
		status = sheet_text(s, opt->sheet, err);
		s->encoding = ENCODING_UTF8;
	}
	else if (status == PSY_OK && opt->sheet != NULL)
		status = psy_fail(err, PSY_DOMAIN, "--sheet: the file is no .xlsx workbook");
	if (status == PSY_OK && (gzip || sheet))
	{
		source_memory(&s->inside, s->text.data, s->text.size);
		s->content = &s->inside;
	}
	if (status != PSY_OK)
		literature_source_close(s);
	return status;
}

void
literature_source_close(literature_source *s)
{
	source_close(&s->file);
	buffer_free(&s->text);
	s->content = NULL;
}
