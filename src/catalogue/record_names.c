/*
 * record_names.c - people as records name them.
 *
 * "Zuna, R E", "Zuna RE", "R. E. Zuna", "李晶" and "Li, Jing" are read; where nothing tells which word is the
 * family name, every word may be.  Chinese names are kept in pinyin, the reading of the family name first
 * (pinyin_table.h), which is how papers romanise them; so they meet their romanised form and one another
 * alike.  A list of several people without separators ("Adeli K.Lewis G. F.") is cut behind initials.
 */
#include "catalogue/record_parts.h"

#include "catalogue/variants.h"

#include <string.h>
#include <utf8proc.h>

#include "catalogue/pinyin_table.h"

#define MOST_NAME 256 /* bytes of one name */

const char *
record_pinyin(uint32_t character)
{
	character = psy_simplified(character);
	return character < PINYIN_FIRST || character > PINYIN_LAST
			   ? ""
			   : pinyin_syllable[pinyin_of[character - PINYIN_FIRST]];
}

static const char *
surname_pinyin(uint32_t character)
{
	character = psy_simplified(character);
	for (size_t k = 0; k < sizeof pinyin_surname / sizeof *pinyin_surname; k++)
		if (pinyin_surname[k].character == character)
			return pinyin_surname[k].reading;
	return record_pinyin(character);
}

static bool
is_compound(uint32_t first, uint32_t second)
{
	for (size_t k = 0; k < sizeof pinyin_compound / sizeof *pinyin_compound; k++)
		if (pinyin_compound[k][0] == first && pinyin_compound[k][1] == second)
			return true;
	return false;
}

/* The characters of a name that is all Chinese (blanks and dots aside); 0 when it is not. */
static size_t
chinese_characters(psy_span name, uint32_t character[8])
{
	size_t count = 0;

	for (size_t at = 0; at < name.length;)
	{
		utf8proc_int32_t c;
		utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *) name.at + at,
												  (utf8proc_ssize_t) (name.length - at), &c);

		if (bytes <= 0)
			return 0;
		at += (size_t) bytes;
		if (c == ' ' || c == ',' || c == 0x3000 || c == 0xFF0C || c == 0xB7)
			continue;
		if (record_pinyin((uint32_t) c)[0] == '\0' || count == 6)
			return 0;
		character[count++] = psy_simplified((uint32_t) c);
	}
	return count > 1 ? count : 0;
}

static psy_status
read_chinese(record_arena *arena, const uint32_t *character, size_t count, record_person *person,
			 psy_error *err)
{
	char room[64];
	size_t names = count > 2 && is_compound(character[0], character[1]) ? 2 : 1, family = 0, length = 0;
	psy_status status;

	for (size_t k = 0; k < count; k++)
	{
		const char *reading =
			k == 0 && names == 1 ? surname_pinyin(character[k]) : record_pinyin(character[k]);

		memcpy(room + length, reading, strlen(reading));
		length += strlen(reading);
		family = k + 1 == names ? length : family;
	}
	*person = (record_person){.known = true, .initial = room[family]};
	status = record_keep(arena, (psy_span){room, family}, &person->family, err);
	if (status == PSY_OK)
		status = record_keep(arena, (psy_span){room + family, length - family}, &person->given, err);
	return status;
}

/* Takes the blanks out, in place. */
static size_t
squeeze(char *text, size_t length)
{
	size_t n = 0;

	for (size_t k = 0; k < length; k++)
		if (text[k] != ' ')
			text[n++] = text[k];
	return n;
}

static psy_status
read_comma(record_arena *arena, psy_span family, psy_span given, record_person *person, psy_error *err)
{
	char room[PLAIN_ROOM(MOST_NAME)];
	size_t length;
	psy_status status = record_plain(family, room, &length, err);

	*person = (record_person){.known = true};
	if (status == PSY_OK)
		status = record_keep(arena, (psy_span){room, squeeze(room, length)}, &person->family, err);
	if (status == PSY_OK)
		status = record_plain(given, room, &length, err);
	if (status != PSY_OK)
		return status;
	person->initial = length > 0 ? room[0] : '\0';
	return record_keep(arena, (psy_span){room, squeeze(room, length)}, &person->given, err);
}

/* Initials: single letters, or two or three capitals among words that have small letters. */
static bool
is_initials(psy_span written, bool small)
{
	size_t letters = 0;

	for (size_t k = 0; k < written.length; k++)
	{
		char c = written.at[k];

		if (c == '.' || c == '-')
			continue;
		if ((unsigned char) c >= 0x80 || !(c >= 'A' && c <= 'Z'))
			return written.length == 1;
		letters++;
	}
	return letters == 1 || (small && letters < 4);
}

static bool
is_separator(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Words as written, cut behind dots as well: "K.Lewis" is two. */
static bool
written_word(psy_span name, size_t *at, psy_span *word)
{
	size_t from = *at;

	while (from < name.length && (is_separator(name.at[from]) || name.at[from] == '.'))
		from++;
	*at = from;
	while (*at < name.length && !is_separator(name.at[*at]) && name.at[*at] != '.')
		(*at)++;
	*word = (psy_span){name.at + from, *at - from};
	return word->length > 0;
}

/*
 * A name without a comma from *at on.  A person ends where a word follows initials that stood behind words,
 * if cut is true.
 */
static psy_status
read_words(record_arena *arena, psy_span name, bool cut, size_t *at, record_person *person, psy_error *err)
{
	char room[PLAIN_ROOM(MOST_NAME)];
	bool small = false, behind = false;
	psy_span word;
	size_t from = *at;

	*person = (record_person){0};
	for (size_t k = 0; k < name.length; k++)
		small |= name.at[k] >= 'a' && name.at[k] <= 'z';
	for (; written_word(name, at, &word); from = *at)
	{
		bool initials = is_initials(word, small);
		size_t length;
		psy_status status = PSY_OK;

		if (cut && behind && !initials && person->tokens > 0)
		{
			*at = from;
			break;
		}
		if (word.length > MOST_NAME)
			word.length = MOST_NAME;
		status = record_plain(word, room, &length, err);
		length = squeeze(room, length);
		behind |= initials && person->tokens > 0;
		if (initials && person->initial == '\0' && length > 0)
			person->initial = room[0];
		else if (!initials && length > 1 && person->tokens < RECORD_TOKENS && status == PSY_OK)
			status = record_keep(arena, (psy_span){room, length}, &person->token[person->tokens++], err);
		if (status != PSY_OK)
			return status;
	}
	/* One word and initials: no doubt which is the family name. */
	if (person->tokens == 1)
	{
		person->known = true;
		person->family = person->token[0];
	}
	return PSY_OK;
}

static size_t
comma_in(psy_span name, size_t *width)
{
	for (size_t k = 0; k < name.length; k++)
		for (const char *const *comma = (const char *const[]){",", "\xef\xbc\x8c", NULL}; *comma; comma++)
			if (name.length - k >= strlen(*comma) && memcmp(name.at + k, *comma, strlen(*comma)) == 0)
			{
				*width = strlen(*comma);
				return k;
			}
	return name.length;
}

static psy_status
read_person(record_arena *arena, psy_span name, bool alone, record_person *person, int *persons,
			psy_error *err)
{
	uint32_t character[8];
	size_t width = 0, chinese, comma, at = 0;
	psy_status status = PSY_OK;

	if (!alone && name.length > MOST_NAME)
		for (name.length = MOST_NAME;
			 name.length > 0 && ((unsigned char) name.at[name.length] & 0xC0) == 0x80;)
			name.length--;
	chinese = chinese_characters(name, character);
	if (chinese > 0)
		return read_chinese(arena, character, chinese, &person[(*persons)++], err);
	comma = comma_in(name, &width);
	if (name.length - comma == 6 && record_reads(name, comma, ", null"))
		name.length = comma;
	if (comma < name.length && name.length <= MOST_NAME)
		return read_comma(arena, (psy_span){name.at, comma},
						  (psy_span){name.at + comma + width, name.length - comma - width},
						  &person[(*persons)++], err);
	while (status == PSY_OK && at < name.length && *persons < PSY_RECORD_MOST_AUTHORS)
	{
		status = read_words(arena, name, alone, &at, &person[*persons], err);
		if (person[*persons].tokens == 0)
			break;
		(*persons)++;
	}
	return status;
}

static bool
says_nobody(psy_span name)
{
	static const char *const nobody[] = {"anonymous",   "anon",  "unknown", "no author",
										 "[anonymous]", "et al", "et al.",  NULL};

	for (const char *const *one = nobody; *one; one++)
		if (strlen(*one) == name.length && record_reads(name, 0, *one))
			return true;
	return name.length == 0;
}

psy_status
record_people(record_arena *arena, const psy_span *author, size_t count, record_person **person, int *persons,
			  psy_error *err)
{
	void *memory;
	psy_status status;
	size_t most = count == 1 || count > PSY_RECORD_MOST_AUTHORS ? PSY_RECORD_MOST_AUTHORS : count;

	*persons = 0;
	status = record_take(arena, sizeof(record_person) * (most + 1), &memory, err);
	*person = memory;
	for (size_t k = 0; status == PSY_OK && k < count && *persons < PSY_RECORD_MOST_AUTHORS; k++)
		if (!says_nobody(author[k]))
			status = read_person(arena, author[k], count == 1, *person, persons, err);
	return status;
}

/* ---- the same person? ------------------------------------------------------------------------ */

static bool
like_name(psy_span a, psy_span b)
{
	if (record_same(a, b))
		return true;
	return a.length >= 5 && b.length >= 5 &&
		   (a.length > b.length ? a.length - b.length : b.length - a.length) <= 1 && record_edits(a, b) <= 1;
}

/* "quintrec" for "lequintrec", "garcia" for "garcialopez". */
static bool
part_of_name(psy_span a, psy_span b)
{
	psy_span longer = a.length > b.length ? a : b, shorter = a.length > b.length ? b : a;

	return shorter.length >= 5 &&
		   (memcmp(longer.at, shorter.at, shorter.length) == 0 ||
			memcmp(longer.at + longer.length - shorter.length, shorter.at, shorter.length) == 0);
}

static bool
has_word(const record_person *words, psy_span name)
{
	for (int k = 0; k < words->tokens; k++)
		if (like_name(words->token[k], name))
			return true;
	return words->tokens == 2 && words->token[0].length + words->token[1].length == name.length &&
		   ((memcmp(name.at, words->token[0].at, words->token[0].length) == 0 &&
			 memcmp(name.at + words->token[0].length, words->token[1].at, words->token[1].length) == 0));
}

/* Family and given name the other way round: the family name stands as the given one, and the given one, or
 * its initial, as the family name. */
static bool
swapped(const record_person *a, const record_person *b)
{
	return a->family.length > 1 && b->family.length > 1 && record_same(a->family, b->given) &&
		   a->initial == b->family.at[0] && (a->given.length <= 3 || record_same(a->given, b->family));
}

bool
record_same_person(const record_person *a, const record_person *b)
{
	if (a->known && b->known)
	{
		bool family = like_name(a->family, b->family) || part_of_name(a->family, b->family);

		return (family && (a->initial == '\0' || b->initial == '\0' || a->initial == b->initial)) ||
			   swapped(a, b) || swapped(b, a);
	}
	if (a->known || b->known)
	{
		const record_person *known = a->known ? a : b, *words = a->known ? b : a;

		return has_word(words, known->family) &&
			   (known->given.length < 2 || words->initial != '\0' || words->tokens < 2 ||
				known->initial == '\0' || words->tokens > 2 || words->token[0].at[0] == known->initial ||
				words->token[1].at[0] == known->initial);
	}
	for (int k = 0; k < a->tokens; k++)
		if (!has_word(b, a->token[k]) && a->tokens <= b->tokens)
			return false;
	return a->tokens <= b->tokens || record_same_person(b, a);
}
