/*
 * fuzz_literature.c - every reader of literature and the mapping of its records, on bytes of anybody's
 * making.
 *
 * Each input is read as what its content tells, and then by every reader, whether or not it is of that format (the first byte of an
 * input is skipped).  For a long search of one reader: clang -fsanitize=fuzzer,address -DFUZZ_FORMAT=LITERATURE_RIS ... (tests/fuzz/run).
 * Whatever comes out is valid UTF-8 without
 * NUL, since binary COPY sends it as it is; its JSON closes what it opens; lines grow.  And no record is lost
 * or made: the raw bytes of the records, put one behind the other, read as the same number of records again.
 * Seeds: tests/fuzz/seeds/literature/*
 * Sources: ingest/literature_citation.c ingest/literature_item.c ingest/literature_json.c ingest/literature_settle.c ingest/literature_types.c ingest/literature_begins.c ingest/literature_columns.c ingest/literature_latex.c ingest/literature_look.c ingest/literature_record.c ingest/literature_rules.c ingest/literature_rules_databases.c ingest/literature_rules_marked.c ingest/literature_rules_tagged.c ingest/literature_values.c ingest/reader_bibtex.c ingest/reader_endnote_xml.c ingest/reader_enw.c ingest/reader_gbt7714.c ingest/reader_labelled.c ingest/reader_literature_table.c ingest/reader_nbib.c ingest/reader_noteexpress.c ingest/reader_ovid.c ingest/reader_refworks.c ingest/reader_ris.c ingest/reader_tagged.c ingest/reader_wos.c ingest/reader_xml_others.c ingest/reader_text.c ingest/source.c ingest/buffer.c
 * Libraries: -lcrypto
 */
#include "cells.h"
#include "literature_item.h"
#include "reader_literature_table.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_json(const char *json)
{
	int depth = 0;
	bool text = false;

	check_utf8(json);
	for (const char *p = json; *p; p++)
	{
		if (text && *p == '\\')
			p++;
		else if (*p == '"')
			text = !text;
		else if (!text)
			depth += *p == '{' || *p == '[' ? 1 : *p == '}' || *p == ']' ? -1 : 0;
	}
	if (depth != 0 || text)
		abort();
}

static void
check_item(const literature_item *item, buffer *json)
{
	for (int f = 0; f < F_FIELDS; f++)
	{
		const char *text = item_text(item, (literature_field) f);

		if (text != NULL)
			check_utf8(text);
		(void) item_list(item, (literature_field) f, json);
		check_json(json->data);
		(void) item_people(item, (literature_field) f, F_AUTHOR_SHORT, json);
		check_json(json->data);
	}
	(void) item_extra(item, json);
	check_json(json->data);
	if (item->doi.size > 0)
		check_utf8(item->doi.data);
	if (item->pages.size > 0)
		check_utf8(item->pages.data);
	check_utf8(item->page_first);
	check_utf8(item->page_last);
}

/* The records of the bytes; their raw text goes to out. -1 where the file is refused. */
static long
read_records(const void *bytes, size_t size, const literature_look *look, literature_item *item, buffer *out)
{
	literature_reader reader;
	literature_record record = {0};
	buffer json = {0};
	psy_error err = {0};
	source s;
	bool more = true;
	long records = 0, line = 0;
	psy_status status;

	source_memory(&s, bytes, size);
	status = literature_open(&reader, &s, look, &err);
	if (status == PSY_OK && look->format == LITERATURE_BIBTEX)
	{
		source again;

		source_memory(&again, bytes, size);
		status = bibtex_follow(&reader, &again, &err);
	}
	while (status == PSY_OK && (status = literature_next(&reader, &record, &more, &err)) == PSY_OK && more)
	{
		if (record.line < line)
			abort();
		line = record.line;
		item->columns = reader.look.format == LITERATURE_TABLE ? literature_table_rules(&reader) : NULL;
		if (literature_map(item, reader.look.format, &record, &reader.notes, &err) != PSY_OK)
			abort();
		if (item != NULL && out != NULL)
		{
			check_item(item, &json);
			buffer_add(out, record.raw.data ? record.raw.data : "", record.raw.size);
			buffer_text(out, "\n\n");
		}
		records++;
	}
	if (status != PSY_OK && err.message[0] == '\0')
		abort();
	for (size_t i = 0; i < reader.notes.count; i++)
		check_utf8(reader.notes.note[i].text);
	literature_close(&reader);
	record_free(&record);
	buffer_free(&json);
	return status == PSY_OK ? records : -1;
}

/* Tables need their header, and lists of references join what was not one: these are read once. */
static bool
stands_alone(literature_format format)
{
	return format == LITERATURE_RIS || format == LITERATURE_NOTEEXPRESS || format == LITERATURE_ENDNOTE_XML;
}

static void
read_as(const uint8_t *bytes, size_t size, literature_format format)
{
	static literature_item item;
	literature_look look;
	psy_error err = {0};
	buffer raw = {0};
	source s;
	long records;

	source_memory(&s, bytes, size);
	if (literature_looks(&s, ENCODING_AUTO, format, &look, &err) == PSY_OK)
	{
		records = read_records(bytes, size, &look, &item, &raw);
		if (records > 0 && stands_alone(look.format))
		{
			literature_look again = {.format = look.format, .fixed = look.fixed, .encoding = ENCODING_UTF8};

			if (read_records(raw.data, raw.size, &again, &item, NULL) != records)
				abort();
		}
	}
	else if (err.message[0] == '\0')
		abort();
	look_free(&look);
	buffer_free(&raw);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
#ifdef FUZZ_FORMAT
	const int first = FUZZ_FORMAT, last = FUZZ_FORMAT;
#else
	const int first = LITERATURE_UNKNOWN, last = LITERATURE_FORMATS - 1;
#endif

	if (size == 0)
		return 0;
	for (int format = first; format <= last; format++)
		read_as(data + 1, size - 1, (literature_format) format);
	return 0;
}
