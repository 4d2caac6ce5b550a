/* reader_tagged.c - the machine under the formats of tagged lines; see reader_tagged.h. */
#include "reader_tagged.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of the blank character that ends at `length`, 0 for none. */
static size_t
blank_before(const char *text, size_t length)
{
	unsigned char c = (unsigned char) text[length - 1];

	if (c == ' ' || (c >= '\t' && c <= '\r'))
		return 1;
	if (length >= 2 && c == 0xa0 && (unsigned char) text[length - 2] == 0xc2)
		return 2;
	if (length >= 3 && (memcmp(text + length - 3, "\xe3\x80\x80", 3) == 0 ||
						memcmp(text + length - 3, "\xe2\x80\xa8", 3) == 0))
		return 3;
	return 0;
}

static size_t
blank_at(const char *text, size_t length)
{
	unsigned char c = (unsigned char) text[0];

	if (c == ' ' || (c >= '\t' && c <= '\r'))
		return 1;
	if (length >= 2 && c == 0xc2 && (unsigned char) text[1] == 0xa0)
		return 2;
	if (length >= 3 && (memcmp(text, "\xe3\x80\x80", 3) == 0 || memcmp(text, "\xe2\x80\xa8", 3) == 0 ||
						memcmp(text, "\xef\xbb\xbf", 3) == 0))
		return 3;
	return 0;
}

size_t
trim_end(const char *text, size_t length)
{
	size_t n;

	while (length > 0 && (n = blank_before(text, length)) > 0)
		length -= n;
	return length;
}

size_t
trim_both(const char **text, size_t length)
{
	size_t n;

	while (length > 0 && (n = blank_at(*text, length)) > 0)
	{
		*text += n;
		length -= n;
	}
	return trim_end(*text, length);
}

static psy_status
begin(literature_reader *reader, tagged_state *state, const tagged_line *found)
{
	record_clear(state->record, reader->number);
	state->in_record = true;
	state->typed = false;
	if (state->records++ == 0 && found->kind == LINE_TAG)
	{
		size_t n =
			found->tag_length < sizeof state->first_tag ? found->tag_length : sizeof state->first_tag - 1;

		memcpy(state->first_tag, found->tag, n);
		state->first_tag[n] = '\0';
	}
	return PSY_OK;
}

static psy_status
take_tag(literature_reader *reader, tagged_state *state, const tagged_line *found, psy_error *err)
{
	const char *value = found->value;
	size_t length = trim_both(&value, found->length);

	if (state->grammar->type_tag != NULL && tag_is(found, state->grammar->type_tag))
		state->typed = true;
	return record_add(state->record, found->tag, found->tag_length, value, length, reader->number, err);
}

/* A line without a tag: more of the value before, or, where no record is under way, nothing that is known. */
static psy_status
take_text(literature_reader *reader, tagged_state *state, const tagged_line *found, psy_error *err)
{
	const char *value = found->value;
	size_t length = trim_both(&value, found->length);
	literature_record *record = state->record;

	if (!state->in_record || record->pairs == 0)
	{
		notes_add(&reader->notes, "stray_line", NULL, 0, reader->number, value, length);
		return PSY_OK;
	}
	if (found->wrapped)
	{
		const literature_pair *last = &record->pair[record->pairs - 1];

		notes_add(&reader->notes, "wrapped_line", record->text.data + last->tag, last->tag_length,
				  reader->number, value, length);
	}
	return record_more(record, state->grammar->separator, value, length, err);
}

/* Takes out the blank lines at a record's end: they stand between records. */
static void
finish(literature_reader *reader, tagged_state *state, bool ended)
{
	buffer *raw = &state->record->raw;

	raw->size = trim_end(raw->data, raw->size);
	raw->data[raw->size] = '\0';
	if (!ended && state->grammar->must_end)
		notes_add(&reader->notes, "missing_end", "", 0, state->record->line, raw->data,
				  strcspn(raw->data, "\r\n"));
	if (state->grammar->type_tag != NULL && !state->typed)
		notes_add(&reader->notes, "missing_type", "", 0, state->record->line, raw->data,
				  strcspn(raw->data, "\r\n"));
	state->in_record = false;
}

/* A record of tags without type and end, at the end of the file or before a heading, is none: the database's
 * name, a search. */
static bool
is_record(literature_reader *reader, tagged_state *state)
{
	literature_record *record = state->record;

	if (record->pairs > 2 || state->typed || state->grammar->type_tag == NULL)
		return true;
	for (size_t i = 0; i < record->pairs; i++)
		notes_add(&reader->notes, "stray_line", NULL, 0, record->pair[i].line, record_value(record, i),
				  record->pair[i].length);
	state->in_record = false;
	return false;
}

/* One line; *complete when it closed a record. */
static psy_status
take_line(literature_reader *reader, tagged_state *state, const tagged_line *found, bool *complete,
		  psy_error *err)
{
	psy_status status = PSY_OK;

	if (found->kind == LINE_STOP || found->kind == LINE_SKIP)
	{
		state->stopped = found->kind == LINE_STOP;
		return PSY_OK;
	}
	if (!state->in_record && (found->kind == LINE_TAG || found->kind == LINE_HEADING))
		status = begin(reader, state, found);
	if (status == PSY_OK && state->in_record)
		status = record_raw(state->record, reader->line, reader->length, err);
	if (status == PSY_OK && found->kind == LINE_TAG)
		status = take_tag(reader, state, found, err);
	else if (status == PSY_OK && found->kind == LINE_TEXT)
		status = take_text(reader, state, found, err);
	else if (status == PSY_OK && found->kind == LINE_END)
	{
		if (!state->in_record)
			notes_add(&reader->notes, "stray_line", NULL, 0, reader->number, reader->line,
					  trim_end(reader->line, reader->length));
		*complete = state->in_record;
		if (state->in_record)
			finish(reader, state, true);
	}
	return status;
}

/* Cuts the line before its rest, which is the next line. */
static void
hold_rest(literature_reader *reader, const char *at, size_t *rest)
{
	size_t end = (size_t) (at - reader->line);

	*rest = reader->length - end;
	reader->length = end;
}

static psy_status
step(literature_reader *reader, literature_record *record, bool *more, psy_error *err)
{
	tagged_state *state = reader->state;
	bool complete = false;
	psy_status status;

	state->record = record;
	for (*more = false; (status = reader_line(reader, err)) == PSY_OK && reader->line != NULL;)
	{
		tagged_line found = {0};
		size_t rest = 0;

		if (state->stopped && trim_end(reader->line, reader->length) > 0)
			state->stopped = false; /* two exports in one file */
		if ((!state->in_record || !state->grammar->must_end || state->after_blank) && reader_turns(reader))
			break;
		state->grammar->classify(state, reader->line, trim_end(reader->line, reader->length), &found);
		if (state->in_record &&
			(found.kind == LINE_HEADING || found.kind == LINE_STOP ||
			 (found.kind == LINE_TAG && state->grammar->begins(state, &found))) &&
			is_record(reader, state))
		{
			finish(reader, state, false);
			reader->held = true;
			*more = true;
			return PSY_OK;
		}
		if (found.rest != NULL)
			hold_rest(reader, found.rest, &rest);
		status = take_line(reader, state, &found, &complete, err);
		if (found.rest != NULL)
		{
			reader->line = found.rest;
			reader->length = rest;
			reader->held = true;
		}
		state->after_blank = found.kind == LINE_BLANK;
		if (status != PSY_OK || complete)
		{
			*more = complete;
			return status;
		}
	}
	if (status == PSY_OK && state->in_record && is_record(reader, state))
	{
		finish(reader, state, false);
		*more = true;
		/* It is held: the next step, with no record under way, turns to the other format. */
		reader->turns_to = LITERATURE_UNKNOWN;
	}
	return status;
}

psy_status
tagged_open(literature_reader *reader, psy_error *err)
{
	static const tagged_grammar *const grammars[] = {
		&grammar_ris, &grammar_nbib,        &grammar_wos,  &grammar_refworks,
		&grammar_enw, &grammar_noteexpress, &grammar_ovid, &grammar_cochrane, &grammar_labelled};
	tagged_state *state = grow(NULL, 1, sizeof *state);

	*state = (tagged_state){0};
	for (size_t i = 0; i < sizeof grammars / sizeof *grammars; i++)
		if (grammars[i]->format == reader->look.format)
			state->grammar = grammars[i];
	reader->state = state;
	reader->done = free;
	reader->step = step;
	return state->grammar != NULL ? PSY_OK : psy_fail(err, PSY_UNSUPPORTED, "no reader for this format");
}
