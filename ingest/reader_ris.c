/*
 * reader_ris.c - RIS and its dialects: "XX  - value", a type first as a rule, ER at the end as a rule.
 *
 * Taken as tags: one to four blanks (also no-break ones) before the hyphen, any number after it, a blank
 * before the tag, the ER line without its hyphen.  An abstract may hold lines that look like tags ("ER  -
 * positive cells", "T2 - weighted"): ER is the end only when nothing stands behind it, and in a file that
 * writes two blanks a line with one is a tag only outside of abstracts.
 */
#include "reader_tagged.h"

#include <ctype.h>
#include <string.h>

/* Blanks from `at` on: how many bytes; *count of them. */
static size_t
blanks(const char *line, size_t length, size_t at, size_t *count)
{
	size_t start = at;

	for (*count = 0; at < length; (*count)++)
	{
		if (line[at] == ' ' || line[at] == '\t')
			at++;
		else if (at + 1 < length && memcmp(line + at, "\xc2\xa0", 2) == 0)
			at += 2;
		else
			break;
	}
	return at - start;
}

/* Blanks before the hyphen; 0 when the line is no tag. */
static size_t
tag_blanks(const char *line, size_t length, size_t *value)
{
	size_t n, at;

	if (length < 4 || !(line[0] >= 'A' && line[0] <= 'Z') || !isalnum((unsigned char) line[1]) ||
		islower((unsigned char) line[1]))
		return 0;
	at = 2 + blanks(line, length, 2, &n);
	if (n < 1 || n > 4 || at >= length || line[at] != '-')
		return 0;
	*value = at + 1;
	/* "AB -5 degrees" is text: a value is set off by a blank. */
	if (*value < length && line[*value] != ' ' && line[*value] != '\t' &&
		(unsigned char) line[*value] != 0xc2 && n < 2)
		return 0;
	return n;
}

bool
ris_tag(const char *line, size_t length, size_t *value)
{
	return tag_blanks(line, length, value) > 0;
}

/* "PMID  - 33355555", which the American Psychological Association puts between its tags: letters of it, 0 for none. */
static size_t
long_tag(const char *line, size_t length)
{
	size_t n = 0;

	while (n < length && n < 6 && isupper((unsigned char) line[n]))
		n++;
	return n >= 3 && n <= 5 && length > n + 3 && memcmp(line + n, "  - ", 4) == 0 ? n : 0;
}

static bool
in_abstract(const tagged_state *state)
{
	const literature_record *record = state->record;
	const char *tag;

	if (!state->in_record || record->pairs == 0)
		return false;
	tag = record_tag(record, record->pairs - 1);
	return strcmp(tag, "AB") == 0 || strcmp(tag, "N2") == 0;
}

/* Lines that other programs put around records: "12. ", Cochrane's heads. */
static bool
preamble(const char *line, size_t length)
{
	static const char *const heads[] = {"Record #", "Provider:", "Content:", "Database:"};
	size_t digits = 0;

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		if (length >= strlen(heads[i]) && memcmp(line, heads[i], strlen(heads[i])) == 0)
			return true;
	while (digits < length && isdigit((unsigned char) line[digits]))
		digits++;
	return digits > 0 && digits < 8 && (digits == length || (digits + 1 == length && line[digits] == '.'));
}

static void
classify_ris(tagged_state *state, const char *line, size_t length, tagged_line *found)
{
	size_t n, value = 0;

	length = trim_both(&line, length);
	*found = (tagged_line){
		.kind = length == 0 ? LINE_BLANK : LINE_TEXT, .value = line, .length = length, .wrapped = true};
	if (length == 0)
		return;
	if (length == 2 && memcmp(line, "ER", 2) == 0)
	{
		found->kind = LINE_END;
		return;
	}
	n = tag_blanks(line, length, &value);
	if (n == 0)
	{
		size_t letters = state->in_record ? long_tag(line, length) : 0;

		if (letters > 0)
			*found = (tagged_line){.kind = LINE_TAG, .tag = line, .tag_length = letters, .value = line + letters + 3, .length = length - letters - 3};
		else if (!state->in_record && preamble(line, length))
			found->kind = LINE_SKIP;
		return;
	}
	if (memcmp(line, "ER", 2) == 0)
	{
		if (value == length)
			found->kind = LINE_END;
		else if (literature_begins(line + value, length - value) != LITERATURE_UNKNOWN)
			*found = (tagged_line){.kind = LINE_END, .rest = line + value}; /* a file without a last line end, and another */
		return;
	}
	if (n == 1 && !state->tight && in_abstract(state))
		return;
	if (memcmp(line, "TY", 2) == 0)
		state->tight = n == 1;
	*found = (tagged_line){
		.kind = LINE_TAG, .tag = line, .tag_length = 2, .value = line + value, .length = length - value};
}

static bool
begins_ris(const tagged_state *state, const tagged_line *found)
{
	return tag_is(found, "TY") && state->typed;
}

const tagged_grammar grammar_ris = {LITERATURE_RIS, classify_ris, begins_ris, "TY", true, '\n'};
