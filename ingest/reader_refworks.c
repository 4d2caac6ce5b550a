/*
 * reader_refworks.c - RefWorks' tagged format, as RefWorks and CNKI write it: "T1 value", the next RT ends a
 * record.
 *
 * CNKI's defects are taken as they come: tags in small letters ("vo 49"), no blank behind the tag
 * ("A1林行众"), a tag URL, abstracts that go on in lines without a tag.  So a line is a tag only if the tag
 * is known, and RT only if a word of type stands behind it.
 */
#include "reader_tagged.h"

#include <ctype.h>
#include <string.h>

static const char known[] =
	" A1 A2 A3 A4 A5 A6 AB AD AN AV C1 C2 C3 C4 C5 C6 C7 C8 CA CL CN CR CT DB DO DS ED ER FD FL ID IS JF JO "
	"K1 L1 LA LK LL NO NP OL OP OT "
	"PB PP RD RP RT SF SL SN SP SR T1 T2 T3 TA TD U1 U2 U3 U4 U5 U6 U7 U8 U9 UL VO VT WP WT WV YR ";

static bool
is_known(const char *tag, bool *small)
{
	char padded[5] = {' ', (char) toupper((unsigned char) tag[0]), (char) toupper((unsigned char) tag[1]),
					  ' ', '\0'};

	*small = islower((unsigned char) tag[0]) || islower((unsigned char) tag[1]);
	return strstr(known, padded) != NULL;
}

/* Letters of the tag that the line begins with, 0 for none. */
static size_t
refworks_tag(const tagged_state *state, const char *line, size_t length)
{
	static const char *const small_ones[] = {"vo"};
	bool small;

	if (length >= 4 && memcmp(line, "URL ", 4) == 0)
		return 3;
	if (length < 2 || !is_known(line, &small))
		return 0;
	if (small && memcmp(line, small_ones[0], 2) != 0)
		return 0;
	if (length > 2 && line[2] != ' ' && (unsigned char) line[2] < 0x80)
		return 0;
	/* Without a blank only before a Chinese name, and not in a text that goes on. */
	if (length > 2 && line[2] != ' ' && (!isdigit((unsigned char) line[1]) || !state->in_record))
		return 0;
	return 2;
}

static void
classify_refworks(tagged_state *state, const char *line, size_t length, tagged_line *found)
{
	size_t tag;

	if (length > 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
	{
		line += 3;
		length -= 3;
	}
	*found = (tagged_line){
		.kind = length == 0 ? LINE_BLANK : LINE_TEXT, .value = line, .length = length, .wrapped = true};
	if (!state->in_record && !(length > 3 && memcmp(line, "RT ", 3) == 0))
	{
		/* RefWorks opens its exports with a page of legend. */
		found->kind = length == 0 ? LINE_BLANK : LINE_SKIP;
		return;
	}
	tag = refworks_tag(state, line, length);
	if (tag > 0)
		*found = (tagged_line){
			.kind = LINE_TAG, .tag = line, .tag_length = tag, .value = line + tag, .length = length - tag};
}

static bool
begins_refworks(const tagged_state *state, const tagged_line *found)
{
	return tag_is(found, "RT") && state->typed;
}

const tagged_grammar grammar_refworks = {
	LITERATURE_REFWORKS, classify_refworks, begins_refworks, "RT", false, '\n'};
