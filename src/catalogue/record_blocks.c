/* record_blocks.c - see record_blocks.h. */
#include "catalogue/record_blocks.h"

#include <stdlib.h>
#include <string.h>

#define MOST_KEYS 24 /* of one record */
#define TITLE_END 24 /* bytes */

typedef struct block_key
{
	uint64_t hash;
	uint32_t place;
} block_key;

/* ---- keys ------------------------------------------------------------------------------------ */

typedef struct keys
{
	uint64_t hash[MOST_KEYS];
	int count;
} keys;

static void
add_key(keys *k, uint64_t kind, const uint64_t *part, size_t parts)
{
	if (k->count < MOST_KEYS)
		k->hash[k->count++] = record_hash(kind, part, sizeof *part * parts);
}

#define KEY(k, kind, ...)                                                                                    \
	add_key(k, kind, (const uint64_t[]){__VA_ARGS__},                                                        \
			sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static uint64_t
span_key(psy_span text)
{
	return record_hash(5, text.at, text.length);
}

static psy_span
longest_word(psy_span words)
{
	psy_span word, longest = {NULL, 0};

	for (size_t at = 0; record_word(words, &at, &word);)
		if (word.length > longest.length ||
			(word.length == longest.length && record_order(word, longest) < 0))
			longest = word;
	return longest;
}

static void
title_keys(keys *k, const record_title *title)
{
	psy_span s = title->squeezed;

	KEY(k, 10, span_key(s));
	if (s.length <= TITLE_END)
		return;
	KEY(k, 11, span_key((psy_span){s.at, TITLE_END}));
	KEY(k, 12, span_key((psy_span){s.at + s.length - TITLE_END, TITLE_END}));
}

/* What a first author is found by: the family name, or every word of the name where it is not known. */
static void
author_keys(keys *k, const psy_record_norm *n, psy_span name)
{
	uint64_t author = span_key(name), year = (uint64_t) n->year;

	if (n->pages.first.length > 0)
	{
		KEY(k, 20, author, span_key(n->pages.first), year);
		if (n->volume >= 0)
			KEY(k, 21, author, span_key(n->pages.first), (uint64_t) n->volume);
	}
	if (n->titles > 0 && n->year > 0)
		KEY(k, 22, author, year, span_key(longest_word(n->title[0].words)));
}

static void
place_keys(keys *k, const psy_record_norm *n)
{
	const record_pages *p = &n->pages;

	if (n->volume >= 0 && p->first_number >= 0)
		KEY(k, 30, (uint64_t) n->volume, (uint64_t) p->first_number, (uint64_t) p->last_number);
	if (n->year > 0 && p->first_number >= 0 && p->last_number >= 0)
		KEY(k, 31, (uint64_t) n->year, (uint64_t) p->first_number, (uint64_t) p->last_number);
	if (n->volume >= 0 && p->last_number >= 0 && n->issue >= 0)
		KEY(k, 32, (uint64_t) n->volume, (uint64_t) n->issue, (uint64_t) p->last_number);
}

static void
record_keys(keys *k, const psy_record_norm *n)
{
	*k = (keys){.count = 0};
	if (n->doi.length > 0)
		KEY(k, 1, span_key(n->doi));
	if (n->pmid.length > 0)
		KEY(k, 2, span_key(n->pmid));
	for (int t = 0; t < n->titles; t++)
		title_keys(k, &n->title[t]);
	if (n->persons > 0 && n->person[0].known)
		author_keys(k, n, n->person[0].family);
	for (int t = 0; n->persons > 0 && t < n->person[0].tokens && t < 2; t++)
		author_keys(k, n, n->person[0].token[t]);
	place_keys(k, n);
	if (n->sketched >= 8)
	{
		KEY(k, 40, n->sketch[0]);
		KEY(k, 41, n->sketch[1]);
	}
}

/* ---- blocks ---------------------------------------------------------------------------------- */

int
record_order_norms(const psy_record_norm *a, const psy_record_norm *b)
{
	int order = (a->titles > 0) - (b->titles > 0);

	if (order == 0 && a->titles > 0)
		order = record_order(a->title[0].squeezed, b->title[0].squeezed);
	if (order == 0)
		order = (a->year > b->year) - (a->year < b->year);
	for (int k = 0; k < 2 && order == 0; k++)
		order = (a->print[k] > b->print[k]) - (a->print[k] < b->print[k]);
	return order != 0 ? order : (a->key > b->key) - (a->key < b->key);
}

static int
by_hash(const void *a, const void *b)
{
	const block_key *p = a, *q = b;
	int order = (p->hash > q->hash) - (p->hash < q->hash);

	return order != 0 ? order : (p->place > q->place) - (p->place < q->place);
}

static int
by_pair(const void *a, const void *b)
{
	const record_candidate *p = a, *q = b;
	int order = (p->a > q->a) - (p->a < q->a);

	return order != 0 ? order : (p->b > q->b) - (p->b < q->b);
}

/* The pairs of a block.  norm is in the order of record_order_norms, and so are the places of a block. */
static size_t
block_pairs(const block_key *block, size_t length, record_candidate *pair)
{
	size_t reach = length > PSY_RECORD_BLOCK ? PSY_RECORD_WINDOW : length, n = 0;

	for (size_t a = 0; a < length; a++)
		for (size_t b = a + 1; b < length && b - a <= reach; b++)
			if (block[a].place != block[b].place)
			{
				if (pair != NULL)
					pair[n] = (record_candidate){block[a].place, block[b].place};
				n++;
			}
	return n;
}

static size_t
all_pairs(const block_key *key, size_t count, record_candidate *pair, size_t *widest)
{
	size_t n = 0;

	for (size_t from = 0, to; from < count; from = to)
	{
		for (to = from + 1; to < count && key[to].hash == key[from].hash;)
			to++;
		n += block_pairs(key + from, to - from, pair == NULL ? NULL : pair + n);
		*widest = to - from > *widest ? to - from : *widest;
	}
	return n;
}

static psy_status
collect_keys(const psy_context *ctx, psy_record_norm *const *norm, size_t count, block_key **key,
			 size_t *total, psy_error *err)
{
	void *memory;
	psy_status status = psy_alloc(ctx, count * MOST_KEYS + 1, sizeof(block_key), &memory, err);

	*key = memory;
	*total = 0;
	for (size_t place = 0; status == PSY_OK && place < count; place++)
	{
		keys k;

		record_keys(&k, norm[place]);
		for (int j = 0; j < k.count; j++)
			(*key)[(*total)++] = (block_key){k.hash[j], (uint32_t) place};
	}
	return status;
}

psy_status
record_candidates(const psy_context *ctx, psy_record_norm *const *norm, size_t count, record_candidate **pair,
				  size_t *pairs, size_t *widest, psy_error *err)
{
	block_key *key;
	size_t total, found, n = 0;
	void *memory = NULL;
	psy_status status = collect_keys(ctx, norm, count, &key, &total, err);

	*widest = *pairs = 0;
	*pair = NULL;
	if (status != PSY_OK)
		return status;
	qsort(key, total, sizeof *key, by_hash);
	found = all_pairs(key, total, NULL, widest);
	status = psy_alloc(ctx, found + 1, sizeof(record_candidate), &memory, err);
	if (status == PSY_OK)
	{
		*pair = memory;
		all_pairs(key, total, *pair, widest);
		qsort(*pair, found, sizeof **pair, by_pair);
		for (size_t k = 0; k < found; k++)
			if (n == 0 || by_pair(&(*pair)[n - 1], &(*pair)[k]) != 0)
				(*pair)[n++] = (*pair)[k];
		*pairs = n;
	}
	psy_release(ctx, key);
	return status;
}
