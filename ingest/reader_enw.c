/*
 * reader_enw.c - Refer and EndNote's ENW: "%X value".
 *
 * A record begins with %0; in files whose first one begins otherwise (no %0, or AIS's, with %0 behind the title)
 * behind a blank line.  CNKI ends a record with %W, but
 * other programs write %W within: it ends nothing here.  Two %0 in a row are one record's (a library's
 * "Serial" and "Audio").
 */
#include "reader_tagged.h"

#include <string.h>

static void
classify_enw(tagged_state *state, const char *line, size_t length, tagged_line *found)
{
	(void) state;
	if (length > 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
	{
		line += 3;
		length -= 3;
	}
	*found = (tagged_line){
		.kind = length == 0 ? LINE_BLANK : LINE_TEXT, .value = line, .length = length, .wrapped = true};
	if (length >= 2 && line[0] == '%' && line[1] > ' ' && line[1] < 0x7f && line[1] != '%' &&
		(length == 2 || line[2] == ' ' || line[2] == '\t'))
		*found = (tagged_line){
			.kind = LINE_TAG, .tag = line, .tag_length = 2, .value = line + 2, .length = length - 2};
}

static bool
begins_enw(const tagged_state *state, const tagged_line *found)
{
	const literature_record *record = state->record;

	if (strcmp(state->first_tag, "%0") != 0)
		return state->after_blank;
	return tag_is(found, "%0") && record->pairs > 0 && strcmp(record_tag(record, record->pairs - 1), "%0") != 0;
}

const tagged_grammar grammar_enw = {LITERATURE_ENW, classify_enw, begins_enw, NULL, false, '\n'};
