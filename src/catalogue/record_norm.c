/*
 * record_norm.c - one form of a record; its print, by which records that say the same are told at once.
 */
#include "catalogue/record_parts.h"

#include <stdlib.h>
#include <string.h>

#define SHINGLE 3       /* words */
#define FEWEST_WORDS 12 /* of an abstract that tells anything */

/* Keeps the RECORD_SKETCH least hashes of the abstract's triples of words: a sample that two alike abstracts
 * share (Broder 1997). */
static void
sketch(psy_record_norm *norm, psy_span words)
{
	uint64_t before[SHINGLE - 1] = {0};
	psy_span word;
	size_t place = 0;

	for (size_t at = 0; record_word(words, &at, &word); place++)
	{
		uint64_t hash = record_hash(1, word.at, word.length), triple[SHINGLE] = {before[0], before[1], hash};
		uint32_t value = (uint32_t) (record_hash(2, triple, sizeof triple) >> 32);
		int k = norm->sketched;

		before[0] = before[1];
		before[1] = hash;
		if (place < SHINGLE - 1 || (k == RECORD_SKETCH && value >= norm->sketch[k - 1]))
			continue;
		while (k > 0 && norm->sketch[k - 1] > value)
			k--;
		if (k > 0 && norm->sketch[k - 1] == value)
			continue;
		if (norm->sketched < RECORD_SKETCH)
			norm->sketched++;
		memmove(norm->sketch + k + 1, norm->sketch + k, sizeof(uint32_t) * (size_t) (norm->sketched - 1 - k));
		norm->sketch[k] = value;
	}
	if (place < FEWEST_WORDS)
		norm->sketched = 0;
}

/* Chinese abstracts have no blanks: every character is a word. */
static size_t
part_characters(const char *plain, size_t length, char *out)
{
	size_t n = 0;

	for (size_t k = 0; k < length; k++)
	{
		unsigned char c = (unsigned char) plain[k];

		if (c >= 0xE3 && c <= 0xE9 && n > 0)
			out[n++] = ' ';
		out[n++] = plain[k];
	}
	return n;
}

static psy_status
read_abstract(const psy_record *record, char *room, psy_record_norm *norm, uint64_t print[2], psy_error *err)
{
	psy_span text = record->abstract;
	size_t length;
	psy_status status;

	if (text.length > PSY_RECORD_MOST_ABSTRACT)
		for (text.length = PSY_RECORD_MOST_ABSTRACT;
			 text.length > 0 && ((unsigned char) text.at[text.length] & 0xC0) == 0x80;)
			text.length--;
	status = record_plain(text, room, &length, err);
	if (status != PSY_OK)
		return status;
	for (int k = 0; k < 2; k++)
		print[k] = record_hash(print[k], room, length);
	if (memchr(room, ' ', length) == NULL || length > 60)
	{
		char *parted = room + length;

		sketch(norm, (psy_span){parted, part_characters(room, length, parted)});
	}
	return PSY_OK;
}

static void
print_span(uint64_t print[2], psy_span text)
{
	for (int k = 0; k < 2; k++)
		print[k] = record_hash(print[k], text.at, text.length);
}

static void
print_people(uint64_t print[2], const record_person *person, int persons)
{
	for (int k = 0; k < persons; k++)
	{
		print_span(print, person[k].family);
		print_span(print, person[k].given);
		print_span(print, (psy_span){&person[k].initial, 1});
		for (int t = 0; t < person[k].tokens; t++)
			print_span(print, person[k].token[t]);
	}
	print_span(print, (psy_span){(const char *) &persons, sizeof persons});
}

/* Everything that is compared, and the abstract, which print holds already. */
static void
print_record(psy_record_norm *norm, uint64_t print[2])
{
	long number[] = {norm->year,
					 norm->volume,
					 norm->issue,
					 norm->issue_supplement,
					 norm->pages.first_number,
					 norm->pages.last_number,
					 (long) norm->kind};

	for (int k = 0; k < norm->titles; k++)
		print_span(print, norm->title[k].words);
	for (int k = 0; k < norm->journals; k++)
		print_span(print, norm->journal[k]);
	print_people(print, norm->person, norm->persons);
	print_people(print, norm->person_translated, norm->persons_translated);
	print_span(print, norm->pages.first);
	print_span(print, norm->doi);
	print_span(print, norm->pmid);
	print_span(print, (psy_span){(const char *) number, sizeof number});
	memcpy(norm->print, print, sizeof norm->print);
}

/* The longest text of a record: what the folding of each needs room for. */
static size_t
room_for(const psy_record *record)
{
	size_t abstract = record->abstract.length < PSY_RECORD_MOST_ABSTRACT ? record->abstract.length
																		 : PSY_RECORD_MOST_ABSTRACT;
	size_t most = 1024;

	for (int k = 0; k < PSY_RECORD_TITLES; k++)
		most = record->title[k].length > most ? record->title[k].length : most;
	most = most < PSY_RECORD_MOST_TITLE ? most : PSY_RECORD_MOST_TITLE;
	/* An abstract stands there twice, with a blank before each character the second time. */
	return PLAIN_ROOM(most) > 3 * PLAIN_ROOM(abstract) ? PLAIN_ROOM(most) : 3 * PLAIN_ROOM(abstract);
}

static psy_status
read_record(const psy_record *record, char *room, psy_record_norm *norm, psy_error *err)
{
	uint64_t print[2] = {3, 4};
	psy_status status = PSY_OK;

	norm->key = record->key;
	norm->year = record->year;
	for (int k = 0; k < PSY_RECORD_TITLES && status == PSY_OK; k++)
		if (record->title[k].length > 0)
		{
			status = record_read_title(&norm->arena, record->title[k], room, &norm->title[norm->titles], err);
			norm->titles += norm->title[norm->titles].squeezed.length > 0;
		}
	if (status == PSY_OK)
		status =
			record_people(&norm->arena, record->author, record->authors, &norm->person, &norm->persons, err);
	if (status == PSY_OK)
		status = record_people(&norm->arena, record->author_translated, record->authors_translated,
							   &norm->person_translated, &norm->persons_translated, err);
	if (status == PSY_OK)
		status = record_read_place(&norm->arena, record, room, norm, err);
	if (status == PSY_OK)
		status = read_abstract(record, room, norm, print, err);
	if (status != PSY_OK)
		return status;
	print_record(norm, print);
	norm->says = norm->titles > 0 || norm->doi.length > 0 || norm->pmid.length > 0 || norm->persons > 0 ||
				 norm->journals > 0 || norm->pages.first.length > 0 || record->abstract.length > 0;
	return PSY_OK;
}

psy_status
psy_record_normalise(const psy_context *ctx, const psy_record *record, psy_record_norm **norm, psy_error *err)
{
	void *room = NULL, *memory = NULL;
	psy_status status = psy_alloc(ctx, 1, sizeof(psy_record_norm), &memory, err);

	*norm = memory;
	if (status != PSY_OK)
		return status;
	memset(memory, 0, sizeof(psy_record_norm));
	(*norm)->arena.ctx = ctx;
	status = psy_alloc(ctx, 1, room_for(record), &room, err);
	if (status == PSY_OK)
		status = read_record(record, room, *norm, err);
	psy_release(ctx, room);
	if (status != PSY_OK)
	{
		psy_record_forget(ctx, *norm);
		*norm = NULL;
	}
	return status;
}

void
psy_record_forget(const psy_context *ctx, psy_record_norm *norm)
{
	if (norm == NULL)
		return;
	norm->arena.ctx = ctx;
	record_arena_free(&norm->arena);
	psy_release(ctx, norm);
}
