/*
 * reader_nbib.c - MEDLINE/NBIB: a tag of up to four letters, padded to four, "- " in columns 5 and 6, what
 * goes on indented by six.
 *
 * The columns decide: "COVID-19 patients", wrapped to the left edge, is no tag.  A blank line stands between
 * records; what comes after it is a new one when it begins as records of the file begin, so that a blank line
 * within an abstract ends nothing.
 */
#include "reader_tagged.h"

#include <ctype.h>
#include <string.h>

bool
nbib_tag(const char *line, size_t length, size_t *tag, size_t *value)
{
	size_t letters = 0;

	/* ERIC pads these two with a blank of their own. */
	if (length > 6 && (memcmp(line, "ISSN - ", 7) == 0 || memcmp(line, "ISBN - ", 7) == 0))
	{
		*tag = 4;
		*value = 6;
		return true;
	}
	/* Of a number also without the blank. */
	if (length > 5 && memcmp(line, "PMID-", 5) == 0 && isdigit((unsigned char) line[5]) && isdigit((unsigned char) line[length - 1]))
	{
		*tag = 4;
		*value = 5;
		return true;
	}
	if (length < 5 || line[4] != '-' || (length > 5 && line[5] != ' '))
		return false;
	while (letters < 4 && (isupper((unsigned char) line[letters]) || isdigit((unsigned char) line[letters])))
		letters++;
	for (size_t i = letters; i < 4; i++)
		if (line[i] != ' ')
			return false;
	*tag = letters;
	*value = 5;
	return letters >= 2;
}

static void
classify_nbib(tagged_state *state, const char *line, size_t length, tagged_line *found)
{
	size_t tag = 0, value = 0;
	bool indented = length > 6 && memcmp(line, "      ", 6) == 0;

	(void) state;
	if (length > 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
	{
		line += 3;
		length -= 3;
	}
	*found = (tagged_line){
		.kind = length == 0 ? LINE_BLANK : LINE_TEXT, .value = line, .length = length, .wrapped = !indented};
	if (nbib_tag(line, length, &tag, &value))
		*found = (tagged_line){.kind = LINE_TAG,
							   .tag = line,
							   .tag_length = tag,
							   .value = line + value,
							   .length = length - value};
}

static bool
begins_nbib(const tagged_state *state, const tagged_line *found)
{
	if (tag_is(found, "PMID"))
		return true;
	return state->after_blank && (tag_is(found, state->first_tag) || tag_is(found, "OWN"));
}

const tagged_grammar grammar_nbib = {LITERATURE_NBIB, classify_nbib, begins_nbib, NULL, false, ' '};
