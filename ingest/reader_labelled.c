/*
 * reader_labelled.c - records of labelled lines, as Chinese databases write them: CNKI's E-Study (.es5, .txt) and custom export
 * ("Title-题名: ..."), VIP's text ("【题　名】...").
 *
 * A record begins with DataType, SrcDatabase or a running number, else where the file's first label comes again; a blank line
 * between records means nothing by itself, since abstracts have them.  What a label means stands with the columns of tables.
 */
#include "reader_tagged.h"

#include <ctype.h>
#include <string.h>

/* "Title-题名: ": letters, a hyphen, a word, a colon. The length of the label and of what stands before the value. */
static bool
cnki_label(const char *line, size_t length, size_t *label, size_t *value)
{
	size_t n = 0;
	const char *colon;

	while (n < length && n < 20 && isalpha((unsigned char) line[n]))
		n++;
	if (n == 8 && length > 9 && memcmp(line, "DataType:", 9) == 0)
	{
		*label = n;
		*value = n + 1;
		return true;
	}
	if (n < 3 || n + 1 >= length || line[n] != '-' || (colon = memchr(line + n, ':', length - n < 60 ? length - n : 60)) == NULL)
		return false;
	*label = (size_t) (colon - line);
	*value = *label + 1;
	return (unsigned char) line[n + 1] >= 0x80 || memcmp(line, "DOI-DOI:", 8) == 0;
}

/* "【题　名】" */
static bool
vip_label(const char *line, size_t length, size_t *label, size_t *value)
{
	const char *close;

	if (length < 9 || memcmp(line, "【", 3) != 0 || (close = memmem(line, length < 60 ? length : 60, "】", 3)) == NULL)
		return false;
	*label = (size_t) (close - line) + 3;
	*value = *label;
	return true;
}

bool
labelled_tag(const char *line, size_t length, size_t *label, size_t *value)
{
	return cnki_label(line, length, label, value) || vip_label(line, length, label, value);
}

static void
classify_labelled(tagged_state *state, const char *line, size_t length, tagged_line *found)
{
	size_t label = 0, value = 0;

	length = trim_both(&line, length);
	*found = (tagged_line){.kind = length == 0 ? LINE_BLANK : LINE_TEXT, .value = line, .length = length, .wrapped = true};
	if (labelled_tag(line, length, &label, &value))
		*found = (tagged_line){.kind = LINE_TAG, .tag = line, .tag_length = label, .value = line + value, .length = length - value};
	else if (length > 3 && !state->in_record && memcmp(line, "〖", 3) == 0)
		found->kind = LINE_SKIP; /* VIP's head: when and for what was searched */
}

static bool
begins_labelled(const tagged_state *state, const tagged_line *found)
{
	static const char *const heads[] = {"DataType", "SrcDatabase-来源库", "【序  号】", "【序　号】", "【序号】"};
	const char *first = state->record->pairs > 0 ? record_tag(state->record, 0) : "";

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		if (strcmp(first, heads[i]) == 0)
			return tag_is(found, heads[i]);
	return state->record->pairs > 0 && tag_is(found, first);
}

const tagged_grammar grammar_labelled = {LITERATURE_LABELLED, classify_labelled, begins_labelled, NULL, false, '\n'};
