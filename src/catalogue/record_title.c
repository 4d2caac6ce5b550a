/*
 * record_title.c - a title as it is compared: what databases put around it is taken off, and what tells two
 * reports of a series apart is read from it.
 */
#include "catalogue/record_parts.h"

#include <string.h>

enum
{
	MARK_CORRECTION = 1,
	MARK_REPLY = 2,
	MARK_PROTOCOL = 4
};

static psy_span
trim(psy_span text)
{
	while (text.length > 0 && strchr(" \t\r\n.", text.at[text.length - 1]) != NULL)
		text.length--;
	while (text.length > 0 && strchr(" \t\r\n", text.at[0]) != NULL)
		text = (psy_span){text.at + 1, text.length - 1};
	return text;
}

/* Where the bracket that ends the text opens; text.length when none does. */
static size_t
opening(psy_span text, char open, char close)
{
	int depth = 0;

	for (size_t k = text.length; k-- > 0;)
	{
		depth += (text.at[k] == close) - (text.at[k] == open);
		if (depth == 0)
			return k;
	}
	return text.length;
}

/* What databases add in round brackets: (Provisional abstract), (author's transl). */
static bool
is_addition(psy_span inside)
{
	static const char *const addition[] = {"provisional abstract",
										   "structured abstract",
										   "brief record",
										   "author's transl",
										   "author's translation",
										   "review",
										   "letter",
										   "abstract",
										   "withdrawn",
										   NULL};

	for (const char *const *one = addition; *one; one++)
		if (inside.length == strlen(*one) && record_reads(inside, 0, *one))
			return true;
	return false;
}

/* [Title of a translation] -> the title; "Title [Chinese]", "Title [34 refs]" -> the title. */
static psy_span
bare(psy_span text)
{
	for (bool changed = true; changed;)
	{
		size_t at;

		changed = false;
		text = trim(text);
		if (text.length < 3)
			break;
		if (text.at[text.length - 1] == ']' && (at = opening(text, '[', ']')) < text.length)
		{
			text = at == 0 ? (psy_span){text.at + 1, text.length - 2} : (psy_span){text.at, at};
			changed = true;
		}
		else if (text.at[text.length - 1] == ')' && (at = opening(text, '(', ')')) < text.length && at > 0 &&
				 is_addition((psy_span){text.at + at + 1, text.length - at - 2}))
		{
			text.length = at;
			changed = true;
		}
	}
	return text;
}

psy_span
record_bracketed(psy_span text)
{
	size_t at;

	text = trim(text);
	if (text.length < 40 || text.at[text.length - 1] != ']' || (at = opening(text, '[', ']')) == 0 ||
		at == text.length)
		return (psy_span){text.at, 0};
	text = (psy_span){text.at + at + 1, text.length - at - 2};
	for (size_t k = 0; k < text.length; k++)
		if (record_reads(text, k, "rratum") || record_reads(text, k, "comment") ||
			record_reads(text, k, "corrected"))
			text.length = 0;
	return text.length < 20 ? (psy_span){text.at, 0} : text;
}

/* ---- numerals -------------------------------------------------------------------------------- */

#define CUES                                                                                                 \
	"part parts phase type stage study class series chapter volume vol grade experiment trial case paper "   \
	"report no number section module wave pt"

static int
roman(psy_span word, bool cued)
{
	static const char *const numeral[] = {"i",  "ii", "iii", "iv",  "v",    "vi",  "vii", "viii",
										  "ix", "x",  "xi",  "xii", "xiii", "xiv", "xv"};

	for (int k = 0; k < 15; k++)
		if (record_is(word, numeral[k]))
			return word.length > 1 || cued ? k + 1 : 0;
	return 0;
}

static int
spelled_out(psy_span word)
{
	static const char *const numeral[] = {"one", "two",   "three", "four", "five",
										  "six", "seven", "eight", "nine", "ten"};

	for (int k = 0; k < 10; k++)
		if (record_is(word, numeral[k]))
			return k + 1;
	return word.length == 1 && word.at[0] >= 'a' && word.at[0] <= 'e' ? 1000 + word.at[0] : 0;
}

static bool
is_figure(char c)
{
	return c >= '0' && c <= '9';
}

static void
add_number(record_title *title, int number)
{
	if (title->numbers < RECORD_NUMBERS)
		title->number[title->numbers++] = number;
}

/* The figures within a word (il6, 30 cases in Chinese), or the numeral that it is. */
static void
add_numbers(record_title *title, psy_span word, bool cued)
{
	bool figures = false;
	int value;

	for (size_t k = 0; k < word.length; k++)
		if (is_figure(word.at[k]))
		{
			for (value = 0; k < word.length && is_figure(word.at[k]); k++)
				value = (value * 10 + (word.at[k] - '0')) % 100000000;
			add_number(title, value);
			figures = true;
		}
	if (figures)
		return;
	value = roman(word, cued);
	if (value == 0 && cued)
		value = spelled_out(word);
	if (value > 0)
		add_number(title, value);
}

static void
read_numbers(record_title *title)
{
	psy_span word;
	bool cued = false;

	for (size_t at = 0; record_word(title->words, &at, &word); title->count++)
	{
		add_numbers(title, word, cued);
		cued = record_among(word, CUES);
	}
}

/* ---- what kind of text ----------------------------------------------------------------------- */

#define CORRECTIONS                                                                                          \
	"erratum errata corrigendum corrigenda correction corrections retraction retracted retractions addendum"
#define REPLIES "reply replies response comment comments commentary rebuttal re"
#define GENERIC                                                                                              \
	"editorial editors editor note letter letters to the introduction preface foreword commentary comment "  \
	"comments reply response news book "                                                                     \
	"review reviews abstracts abstract guest message from special issue in this an and of discussion "       \
	"authors author index contents "                                                                         \
	"acknowledgements announcement announcements obituary erratum correction corrigendum untitled unknown "  \
	"invited viewpoint perspective poster presentation session proceedings"

static void
read_markers(record_title *title)
{
	psy_span word, before = {NULL, 0}, first = {NULL, 0};
	int place = 0;
	bool generic = title->count > 0;

	for (size_t at = 0; record_word(title->words, &at, &word); place++, before = word)
	{
		if (place == 0)
			first = word;
		if (record_among(word, CORRECTIONS) && (place < 2 || (place < 4 && record_is(first, "published"))))
			title->markers |= MARK_CORRECTION;
		if (place == 0 && record_among(word, REPLIES))
			title->markers |= MARK_REPLY;
		if ((record_is(word, "reply") || record_is(word, "response")) &&
			(record_is(before, "author") || record_is(before, "authors")))
			title->markers |= MARK_REPLY;
		if (record_is(word, "protocol") || record_is(word, "protocols"))
			title->markers |= MARK_PROTOCOL;
		generic = generic && (record_among(word, GENERIC) || word.at[0] <= '9' || roman(word, true) > 0);
	}
	title->generic = generic || title->squeezed.length < 10;
}

static bool
ends_with(psy_span text, const char *word)
{
	size_t n = strlen(word);

	return text.length > n && memcmp(text.at + text.length - n, word, n) == 0;
}

/* Chinese says at the title's end what it is: a correction of "...", a reply to "...", the protocol of a trial. */
static void
read_han_markers(record_title *title)
{
	static const struct
	{
		const char *word;
		int mark;
	} marks[] = {{"更正", MARK_CORRECTION},     {"更正启事", MARK_CORRECTION}, {"更正说明", MARK_CORRECTION}, {"更正声明", MARK_CORRECTION},
				 {"勘误", MARK_CORRECTION},     {"勘误表", MARK_CORRECTION},   {"勘误说明", MARK_CORRECTION}, {"撤稿", MARK_CORRECTION},
				 {"撤稿声明", MARK_CORRECTION}, {"撤稿说明", MARK_CORRECTION}, {"撤回", MARK_CORRECTION},     {"致歉声明", MARK_CORRECTION},
				 {"商榷", MARK_REPLY},          {"答复", MARK_REPLY},          {"回复", MARK_REPLY},          {"评论", MARK_REPLY},
				 {"点评", MARK_REPLY},          {"读后", MARK_REPLY},          {"研究方案", MARK_PROTOCOL},   {"试验方案", MARK_PROTOCOL}};
	static const char *const beginnings[] = {"更正", "勘误", "撤稿"};

	for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
		if (ends_with(title->squeezed, marks[k].word))
			title->markers |= marks[k].mark;
	for (size_t k = 0; k < sizeof beginnings / sizeof *beginnings; k++)
		if (title->squeezed.length > strlen(beginnings[k]) && memcmp(title->squeezed.at, beginnings[k], strlen(beginnings[k])) == 0)
			title->markers |= MARK_CORRECTION;
}

static bool
mostly_han(psy_span text)
{
	size_t han = 0, letters = 0;

	for (size_t k = 0; k < text.length; k++)
	{
		unsigned char c = (unsigned char) text.at[k];

		han += c >= 0xE4 && c <= 0xE9;
		letters += c < 0x80;
	}
	return han * 3 > letters;
}

psy_status
record_read_title(record_arena *arena, psy_span text, char *room, record_title *title, psy_error *err)
{
	size_t length, squeezed = 0;
	psy_status status;

	*title = (record_title){0};
	if (text.length > PSY_RECORD_MOST_TITLE)
		for (text.length = PSY_RECORD_MOST_TITLE;
			 text.length > 0 && ((unsigned char) text.at[text.length] & 0xC0) == 0x80;)
			text.length--;
	status = record_plain(bare(text), room, &length, err);
	if (status == PSY_OK && length == 0)
		status = record_plain(text, room, &length, err);
	if (status == PSY_OK)
		status = record_keep(arena, (psy_span){room, length}, &title->words, err);
	if (status != PSY_OK)
		return status;
	for (size_t k = 0; k < length; k++)
		if (room[k] != ' ')
			room[squeezed++] = room[k];
	status = record_keep(arena, (psy_span){room, squeezed}, &title->squeezed, err);
	title->han = mostly_han(title->words);
	read_numbers(title);
	read_markers(title);
	if (title->han)
	{
		read_han_markers(title);
		title->generic = title->squeezed.length < 12;
	}
	return status;
}
