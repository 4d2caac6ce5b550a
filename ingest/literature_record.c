/*
 * literature_record.c - a record of literature while it is put together, and the notes of its file; see
 * literature.h.
 *
 * The values lie one after the other in one buffer that is used again for the next record: a reader allocates
 * nothing once it has seen its largest record.
 */
#include "literature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const names[LITERATURE_FORMATS] = {
	NULL,          "ris",       "nbib",       "wos",      "refworks", "enw",         "noteexpress", "ovid", "cochrane", "bibtex",
	"endnote-xml", "ebsco-xml", "pubmed-xml", "labelled", "table",    "embase-rows", "gbt7714"};

const char *
literature_format_name(literature_format format)
{
	return names[format];
}

bool
literature_format_by_name(const char *name, literature_format *format)
{
	for (int i = 1; i < LITERATURE_FORMATS; i++)
		if (strcasecmp(name, names[i]) == 0)
		{
			*format = (literature_format) i;
			return true;
		}
	return false;
}

void
record_clear(literature_record *record, long line)
{
	record->line = line;
	record->pairs = 0;
	buffer_clear(&record->raw);
	buffer_clear(&record->text);
}

void
record_free(literature_record *record)
{
	buffer_free(&record->raw);
	buffer_free(&record->text);
	free(record->pair);
	*record = (literature_record){0};
}

static psy_status
too_large(const literature_record *record, psy_error *err)
{
	psy_fail(err, PSY_LIMIT, "line %ld: a record of more than %zu MB or %zu fields begins here", record->line,
			 LITERATURE_MAX_RECORD >> 20, LITERATURE_MAX_PAIRS);
	return psy_hint(
		err, "is the end of a record missing? --format names the format when it was taken for another");
}

psy_status
record_add(literature_record *record, const char *tag, size_t tag_length, const char *value, size_t length,
		   long line, psy_error *err)
{
	literature_pair *pair;

	if (record->pairs == LITERATURE_MAX_PAIRS ||
		record->text.size + tag_length + length > LITERATURE_MAX_RECORD)
		return too_large(record, err);
	if (record->pairs == record->room)
	{
		record->room = record->room ? record->room * 2 : 64;
		record->pair = grow(record->pair, record->room, sizeof *record->pair);
	}
	pair = &record->pair[record->pairs++];
	*pair = (literature_pair){.tag_length = tag_length, .length = length, .line = line};
	buffer_reserve(&record->text, tag_length + length + 2);
	pair->tag = record->text.size;
	buffer_add(&record->text, tag, tag_length);
	buffer_byte(&record->text, '\0');
	pair->value = record->text.size;
	buffer_add(&record->text, value, length);
	buffer_byte(&record->text, '\0');
	return PSY_OK;
}

psy_status
record_more(literature_record *record, char separator, const char *value, size_t length, psy_error *err)
{
	literature_pair *pair = &record->pair[record->pairs - 1];

	if (record->text.size + length > LITERATURE_MAX_RECORD)
		return too_large(record, err);
	record->text.size--;
	if (pair->length > 0)
	{
		buffer_byte(&record->text, separator);
		pair->length++;
	}
	buffer_add(&record->text, value, length);
	buffer_byte(&record->text, '\0');
	pair->length += length;
	return PSY_OK;
}

psy_status
record_raw(literature_record *record, const char *bytes, size_t length, psy_error *err)
{
	if (record->raw.size + length > LITERATURE_MAX_RECORD)
		return too_large(record, err);
	buffer_add(&record->raw, bytes, length);
	return PSY_OK;
}

const char *
record_tag(const literature_record *record, size_t pair)
{
	return record->text.data + record->pair[pair].tag;
}

const char *
record_value(const literature_record *record, size_t pair)
{
	return record->text.data + record->pair[pair].value;
}

static literature_note *
note_known(const literature_notes *notes, const char *code, const char *tag, size_t tag_length)
{
	for (size_t i = notes->count; i-- > 0;)
		if (notes->note[i].tag != NULL && strcmp(notes->note[i].code, code) == 0 &&
			strlen(notes->note[i].tag) == tag_length && memcmp(notes->note[i].tag, tag, tag_length) == 0)
			return &notes->note[i];
	return NULL;
}

void
notes_add(literature_notes *notes, const char *code, const char *tag, size_t tag_length, long line,
		  const char *text, size_t length)
{
	literature_note *known = tag == NULL ? NULL : note_known(notes, code, tag, tag_length);

	if (known == NULL && notes->count >= LITERATURE_MAX_NOTES)
		known = &notes->note[notes->count - 1];
	if (known != NULL)
	{
		known->count++;
		return;
	}
	if (notes->count == notes->room)
	{
		notes->room = notes->room ? notes->room * 2 : 16;
		notes->note = grow(notes->note, notes->room, sizeof *notes->note);
	}
	notes->note[notes->count++] = (literature_note){.code = code,
													.tag = tag == NULL ? NULL : keep_bytes(tag, tag_length),
													.text = keep_bytes(text, length < 400 ? length : 400),
													.line = line,
													.count = 1};
	utf8_repair(notes->note[notes->count - 1].text);
}

void
notes_free(literature_notes *notes)
{
	for (size_t i = 0; i < notes->count; i++)
	{
		free(notes->note[i].tag);
		free(notes->note[i].text);
	}
	free(notes->note);
	*notes = (literature_notes){0};
}
