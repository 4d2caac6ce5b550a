/*
 * reader_wos.c - Web of Science plain text: two-letter tags, what goes on indented by three, ER at a record's
 * end, EF at the file's.
 *
 * Pasted files lose the indentation.  There a line that begins with two capitals is a tag only if the tag is
 * known; where lines are indented it always is one: each of Web of Science's databases has tags of its own.
 */
#include "reader_tagged.h"

#include <ctype.h>
#include <string.h>

static const char known[] = " AB AE AF AR AU BA BE BF BN BP BS C1 C3 CA CC CD CL CR CT CY D2 DA DE DG DI DT "
							"EA ED EI EM EP ER ES FN FU FX GA GE GI GP HC HO HP "
							"ID IS J9 JI LA LT MA MC MH MI MQ NR OA OI OR OS P2 PA PC PD PG PI PL PM PN PP "
							"PR PS PT PU PY RC RG RI RID RN RP SC SE SI SN SO SP SU "
							"TA TC TI TM TN TS U1 U2 UT VL VR WC WE WP X1 X4 X5 Y1 Y4 Z1 Z2 Z3 Z4 Z8 Z9 ZA "
							"ZB ZR ZS ZZ AN AP AC AG AY B1 DS DN EP FT FD FI G1 IP "
							"IV MD NM OB PF PX SD SY TF WS ";

static bool
is_known(const char *tag)
{
	char padded[5] = {' ', tag[0], tag[1], ' ', '\0'};

	return strstr(known, padded) != NULL;
}

static void
classify_wos(tagged_state *state, const char *line, size_t length, tagged_line *found)
{
	bool indented = length > 2 && line[0] == ' ' && line[1] == ' ';
	bool tag = length >= 2 && isupper((unsigned char) line[0]) &&
			   (isupper((unsigned char) line[1]) || isdigit((unsigned char) line[1])) &&
			   (length == 2 || line[2] == ' ');

	if (length > 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
	{
		classify_wos(state, line + 3, length - 3, found);
		return;
	}
	*found = (tagged_line){
		.kind = length == 0 ? LINE_BLANK : LINE_TEXT, .value = line, .length = length, .wrapped = !indented};
	state->indents |= indented && length > 0;
	if (!tag || (!is_known(line) && !state->indents))
		return;
	*found = (tagged_line){
		.kind = LINE_TAG, .tag = line, .tag_length = 2, .value = line + 2, .length = length - 2};
	if (tag_is(found, "ER") && length == 2)
		found->kind = LINE_END;
	else if (tag_is(found, "EF") && length == 2)
		found->kind = LINE_STOP;
	else if (!state->in_record && (tag_is(found, "FN") || tag_is(found, "VR")))
		found->kind = LINE_SKIP;
}

static bool
begins_wos(const tagged_state *state, const tagged_line *found)
{
	return tag_is(found, "PT") && state->typed;
}

/* Authors stand one a line, and so they stay apart; literature_item.c joins what is one text. */
const tagged_grammar grammar_wos = {LITERATURE_WOS, classify_wos, begins_wos, "PT", true, '\n'};
