/*
 * reader_noteexpress.c - NoteExpress, as CNKI, Wanfang and VIP write it: "{Field}: value", a record begins
 * with {Reference Type}.
 *
 * The tag is what stands between the first braces, whatever blanks or colons (also full-width ones) follow; a
 * value may hold ": " itself.
 */
#include "reader_tagged.h"

#include <string.h>

static void
classify_noteexpress(tagged_state *state, const char *line, size_t length, tagged_line *found)
{
	const char *close, *value, *end = line + length;

	(void) state;
	if (length > 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	length = (size_t) (end - line);
	*found = (tagged_line){
		.kind = length == 0 ? LINE_BLANK : LINE_TEXT, .value = line, .length = length, .wrapped = true};
	if (length < 4 || line[0] != '{' || (close = memchr(line, '}', length < 60 ? length : 60)) == NULL)
		return;
	for (value = close + 1; value < end && *value == ' ';)
		value++;
	if (value < end && *value == ':')
		value++;
	else if (end - value >= 3 && memcmp(value, "\xef\xbc\x9a", 3) == 0)
		value += 3;
	else
		return;
	*found = (tagged_line){.kind = LINE_TAG,
						   .tag = line + 1,
						   .tag_length = (size_t) (close - line - 1),
						   .value = value,
						   .length = (size_t) (end - value)};
}

static bool
begins_noteexpress(const tagged_state *state, const tagged_line *found)
{
	return tag_is(found, "Reference Type") && state->typed;
}

const tagged_grammar grammar_noteexpress = {
	LITERATURE_NOTEEXPRESS, classify_noteexpress, begins_noteexpress, "Reference Type", false, '\n'};
