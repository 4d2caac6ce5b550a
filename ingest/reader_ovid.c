/*
 * reader_ovid.c - Ovid's tagged citations ("<7. >", then "TI  - value", what goes on indented) and Cochrane's
 * plain text
 * ("Record #3 of 18", then "TI: value").  Ovid's long labels stand alone at the line's beginning and their values are
 * indented: there every line that is not indented is a label, known or not, and never more of the value before.
 */
#include "reader_tagged.h"

#include "literature_item.h"

#include <ctype.h>
#include <string.h>

static bool
heading(const char *line, size_t length)
{
	size_t i = 1;

	if (length < 3 || line[0] != '<')
		return false;
	while (i < length && isdigit((unsigned char) line[i]))
		i++;
	return i > 1 && i < length && (line[i] == '.' || i + 1 == length) && line[length - 1] == '>';
}

/* "TI  - value", "SCORE  - *****": letters of the tag, 0 for none. */
static size_t
ovid_tag(const char *line, size_t length, size_t *value)
{
	size_t n = 0, at;

	while (n < length && n < 8 && (isupper((unsigned char) line[n]) || isdigit((unsigned char) line[n])))
		n++;
	for (at = n; at < length && line[at] == ' ';)
		at++;
	if (n < 2 || !isupper((unsigned char) line[0]) || at == n || at - n > 4 || at >= length ||
		line[at] != '-' || (at + 1 < length && line[at + 1] != ' '))
		return 0;
	*value = at + 1;
	return n;
}

/* "Unique Identifier", the value in the lines below, indented: known, or the first line of a record, or in a file of labels. */
static bool
label(const tagged_state *state, const char *text, size_t length)
{
	if (length < 4 || (length == 4 && !state->labels))
		return false;
	return literature_rule_of(LITERATURE_OVID, text, length) != NULL ||
		   (length <= 60 && isupper((unsigned char) text[0]) && (state->labels || (state->in_record && state->record->pairs == 0)));
}

static void
classify_ovid(tagged_state *state, const char *line, size_t length, tagged_line *found)
{
	const char *text = line;
	size_t trimmed = trim_both(&text, length), tag, value = 0;
	bool indented = (size_t) (text - line) >= 4; /* below a long label by two */

	*found = (tagged_line){.kind = trimmed == 0 ? LINE_BLANK : LINE_TEXT,
						   .value = text,
						   .length = trimmed,
						   .wrapped = text - line < 2};
	if (heading(text, trimmed))
	{
		found->kind = LINE_HEADING;
		return;
	}
	tag = indented ? 0 : ovid_tag(text, trimmed, &value);
	if (tag == 0 && line == text && label(state, text, trimmed))
	{
		state->labels = true;
		tag = value = trimmed;
	}
	if (tag > 0)
		*found = (tagged_line){.kind = LINE_TAG,
							   .tag = text,
							   .tag_length = tag,
							   .value = text + value,
							   .length = trimmed - value};
}

static bool
begins_never(const tagged_state *state, const tagged_line *found)
{
	(void) state;
	(void) found;
	return false;
}

static void
classify_cochrane(tagged_state *state, const char *line, size_t length, tagged_line *found)
{
	*found = (tagged_line){
		.kind = length == 0 ? LINE_BLANK : LINE_TEXT, .value = line, .length = length, .wrapped = true};
	if (length >= 8 && memcmp(line, "Record #", 8) == 0)
		found->kind = LINE_HEADING;
	else if (!state->in_record)
		found->kind = length == 0 ? LINE_BLANK : LINE_SKIP;
	else if (length > 3 && isupper((unsigned char) line[0]) && isupper((unsigned char) line[1]) &&
			 line[2] == ':' && line[3] == ' ')
		*found = (tagged_line){
			.kind = LINE_TAG, .tag = line, .tag_length = 2, .value = line + 3, .length = length - 3};
	else if (length > 4 && memcmp(line, "URL: ", 5) == 0)
		*found = (tagged_line){
			.kind = LINE_TAG, .tag = line, .tag_length = 3, .value = line + 4, .length = length - 4};
}

const tagged_grammar grammar_ovid = {LITERATURE_OVID, classify_ovid, begins_never, NULL, false, '\n'};
const tagged_grammar grammar_cochrane = {
	LITERATURE_COCHRANE, classify_cochrane, begins_never, NULL, false, '\n'};
