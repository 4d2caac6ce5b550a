/*
 * record_text.c - folding for comparison, words, hashes and edits.
 *
 * Unlike psy_fold this takes accents and mark-up away and writes Greek letters out, because records differ in
 * them; it is for comparing only. Most of a search export is ASCII, which is folded through a table.
 */
#include "catalogue/record_parts.h"

#include "catalogue/variants.h"

#include <string.h>
#include <utf8proc.h>

/* ---- memory ---------------------------------------------------------------------------------- */

#define CHUNK_BYTES 8000

typedef struct record_chunk
{
	struct record_chunk *next;
	size_t used, size;
	char bytes[];
} record_chunk;

psy_status
record_take(record_arena *arena, size_t bytes, void **out, psy_error *err)
{
	size_t rounded = (bytes + 15) & ~(size_t) 15;

	if (arena->chunk == NULL || arena->chunk->size - arena->chunk->used < rounded)
	{
		size_t size = rounded > CHUNK_BYTES / 4 || arena->chunk == NULL ? rounded + 1000 : CHUNK_BYTES;
		void *memory;
		psy_status status = psy_alloc(arena->ctx, 1, sizeof(record_chunk) + size, &memory, err);

		if (status != PSY_OK)
			return status;
		*(record_chunk *) memory = (record_chunk){arena->chunk, 0, size};
		arena->chunk = memory;
	}
	*out = arena->chunk->bytes + arena->chunk->used;
	arena->chunk->used += rounded;
	return PSY_OK;
}

void
record_arena_free(record_arena *arena)
{
	record_chunk *chunk = arena->chunk;

	while (chunk != NULL)
	{
		record_chunk *next = chunk->next;

		psy_release(arena->ctx, chunk);
		chunk = next;
	}
	arena->chunk = NULL;
}

psy_status
record_keep(record_arena *arena, psy_span text, psy_span *kept, psy_error *err)
{
	void *memory;
	psy_status status = record_take(arena, text.length + 1, &memory, err);

	if (status != PSY_OK)
		return status;
	if (text.length > 0)
		memcpy(memory, text.at, text.length);
	*kept = (psy_span){memory, text.length};
	return PSY_OK;
}

/* ---- folding --------------------------------------------------------------------------------- */

/* Letters that do not come apart into a letter and an accent, and Greek ones, by which genes and rhythms go.
 */
static const struct
{
	utf8proc_int32_t character;
	const char *as;
} spelled[] = {{0xDF, "ss"},      {0xE6, "ae"},     {0xF0, "d"},      {0xF8, "o"},        {0xFE, "th"},
			   {0x111, "d"},      {0x127, "h"},     {0x131, "i"},     {0x142, "l"},       {0x153, "oe"},
			   {0x3B1, "alpha"},  {0x3B2, "beta"},  {0x3B3, "gamma"}, {0x3B4, "delta"},   {0x3B5, "epsilon"},
			   {0x3B6, "zeta"},   {0x3B7, "eta"},   {0x3B8, "theta"}, {0x3B9, "iota"},    {0x3BA, "kappa"},
			   {0x3BB, "lambda"}, {0x3BC, "mu"},    {0x3BD, "nu"},    {0x3BE, "xi"},      {0x3C0, "pi"},
			   {0x3C1, "rho"},    {0x3C3, "sigma"}, {0x3C4, "tau"},   {0x3C5, "upsilon"}, {0x3C6, "phi"},
			   {0x3C7, "chi"},    {0x3C8, "psi"},   {0x3C9, "omega"}};

typedef struct writer
{
	char *out;
	size_t length;
	bool gap; /* a blank before what comes */
} writer;

static void
put(writer *w, const char *bytes, size_t length)
{
	if (w->gap && w->length > 0)
		w->out[w->length++] = ' ';
	w->gap = false;
	memcpy(w->out + w->length, bytes, length);
	w->length += length;
}

static void
put_character(writer *w, utf8proc_int32_t character)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_category_t category;

	for (size_t k = 0; k < sizeof spelled / sizeof *spelled; k++)
		if (spelled[k].character == character)
		{
			put(w, spelled[k].as, strlen(spelled[k].as));
			return;
		}
	if (character == 0x2019 || character == 0x2BC || character == 0x2B9)
		return;
	category = utf8proc_category(character);
	if (category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
		category == UTF8PROC_CATEGORY_CF)
		return;
	if (category > UTF8PROC_CATEGORY_NO || category == UTF8PROC_CATEGORY_CN)
		w->gap = true;
	else
	{
		character = (utf8proc_int32_t) psy_simplified((uint32_t) character);
		put(w, (char *) bytes, (size_t) utf8proc_encode_char(character, bytes));
	}
}

/* A character beyond ASCII: its parts, folded. */
static psy_status
put_unicode(writer *w, const char *at, size_t left, size_t *taken, psy_error *err)
{
	utf8proc_int32_t character, part[32];
	utf8proc_ssize_t bytes =
						 utf8proc_iterate((const utf8proc_uint8_t *) at, (utf8proc_ssize_t) left, &character),
					 parts;
	int last = 0;

	if (bytes <= 0)
		return psy_fail(err, PSY_FORMAT, "a text of a record is not valid UTF-8");
	*taken = (size_t) bytes;
	parts = utf8proc_decompose_char(
		character, part, 32, UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK,
		&last);
	for (utf8proc_ssize_t k = 0; k < parts && k < 32; k++)
		if (part[k] >= 0x80)
			put_character(w, part[k]);
		else if ((part[k] >= 'a' && part[k] <= 'z') || (part[k] >= '0' && part[k] <= '9'))
			put(w, (const char[]){(char) part[k]}, 1);
		else if (part[k] != '\'')
			w->gap = true;
	return PSY_OK;
}

/* Bytes of mark-up that begin here: <i>, </sub>, &amp; and the like; 0 when it is none. */
static size_t
markup(const char *at, size_t left)
{
	size_t most = left < 12 ? left : 12;

	if (*at == '<' && left > 2 && (at[1] == '/' || (at[1] | 32) >= 'a') &&
		(at[1] == '/' || (at[1] | 32) <= 'z'))
	{
		for (size_t k = 2; k < most; k++)
			if (at[k] == '>')
				return k + 1;
	}
	if (*at == '&')
		for (const char *const *name =
				 (const char *const[]){"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&nbsp;", NULL};
			 *name; name++)
			if (left >= strlen(*name) && memcmp(at, *name, strlen(*name)) == 0)
				return strlen(*name);
	return 0;
}

psy_status
record_plain(psy_span text, char *out, size_t *length, psy_error *err)
{
	writer w = {out, 0, false};
	size_t at = 0;

	while (at < text.length)
	{
		unsigned char c = (unsigned char) text.at[at];
		size_t taken = 1;

		if (c >= 0x80)
		{
			psy_status status = put_unicode(&w, text.at + at, text.length - at, &taken, err);

			if (status != PSY_OK)
				return status;
		}
		else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			put(&w, text.at + at, 1);
		else if (c >= 'A' && c <= 'Z')
			put(&w, (const char[]){(char) (c | 32)}, 1);
		else if ((c == '<' || c == '&') && (taken = markup(text.at + at, text.length - at)) > 0)
			w.gap |= c == '&';
		else
		{
			taken = 1;
			w.gap |= c != '\'' && c != '`';
		}
		at += taken;
	}
	*length = w.length;
	return PSY_OK;
}

/* ---- spans ----------------------------------------------------------------------------------- */

uint64_t
record_hash(uint64_t seed, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	uint64_t h = seed ^ (0x9E3779B97F4A7C15u * (length + 1));

	for (size_t k = 0; k < length; k += 8)
	{
		uint64_t word = 0;

		memcpy(&word, at + k, length - k < 8 ? length - k : 8);
		h = (h ^ word) * 0xBF58476D1CE4E5B9u;
		h ^= h >> 29;
	}
	h *= 0x94D049BB133111EBu;
	return h ^ h >> 32;
}

bool
record_same(psy_span a, psy_span b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

int
record_order(psy_span a, psy_span b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = shorter == 0 ? 0 : memcmp(a.at, b.at, shorter);

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

bool
record_word(psy_span words, size_t *at, psy_span *word)
{
	size_t from = *at;

	while (from < words.length && words.at[from] == ' ')
		from++;
	*at = from;
	while (*at < words.length && words.at[*at] != ' ')
		(*at)++;
	*word = (psy_span){words.at + from, *at - from};
	return word->length > 0;
}

bool
record_is(psy_span word, const char *text)
{
	return strlen(text) == word.length && memcmp(word.at, text, word.length) == 0;
}

bool
record_reads(psy_span in, size_t at, const char *text)
{
	size_t length = strlen(text);

	if (at > in.length || in.length - at < length)
		return false;
	for (size_t k = 0; k < length; k++)
	{
		char c = in.at[at + k];

		if ((c >= 'A' && c <= 'Z' ? c | 32 : c) != text[k])
			return false;
	}
	return true;
}

size_t
record_find(psy_span in, const char *bytes)
{
	size_t length = strlen(bytes);

	for (size_t k = 0; k + length <= in.length; k++)
		if (memcmp(in.at + k, bytes, length) == 0)
			return k;
	return in.length;
}

bool
record_among(psy_span word, const char *list)
{
	psy_span words = {list, strlen(list)}, one;

	for (size_t at = 0; record_word(words, &at, &one);)
		if (record_same(one, word))
			return true;
	return false;
}

/* ---- edits ----------------------------------------------------------------------------------- */

#define EDIT_WORDS 8 /* of 64 bytes: of longer texts the first 512 are compared */

/* A word of the column of differences between neighbouring rows: bits where they are +1 and -1. */
typedef struct edit_word
{
	uint64_t plus, minus;
} edit_word;

/*
 * Moves a word one column on.  across is the difference (-1, 0, 1) that comes in from the word above; the one
 * that leaves at bit `out` is returned (Hyyro 2003, figure 8).
 */
static int
edit_step(edit_word *word, uint64_t match, int across, unsigned out)
{
	uint64_t vertical = match | word->minus, horizontal, up, down;
	int leaves;

	match |= across < 0;
	horizontal = (((match & word->plus) + word->plus) ^ word->plus) | match;
	up = word->minus | ~(horizontal | word->plus);
	down = word->plus & horizontal;
	leaves = (int) (up >> out & 1) - (int) (down >> out & 1);
	up = up << 1 | (across > 0);
	down = down << 1 | (across < 0);
	word->plus = down | ~(vertical | up);
	word->minus = up & vertical;
	return leaves;
}

static size_t
edits_apart(psy_span a, psy_span b)
{
	uint64_t match[256][EDIT_WORDS];
	edit_word column[EDIT_WORDS];
	size_t words = (a.length + 63) / 64, edits = a.length;

	for (size_t k = 0; k < b.length; k++)
		memset(match[(unsigned char) b.at[k]], 0, words * sizeof **match);
	for (size_t k = 0; k < a.length; k++)
		memset(match[(unsigned char) a.at[k]], 0, words * sizeof **match);
	for (size_t k = 0; k < a.length; k++)
		match[(unsigned char) a.at[k]][k / 64] |= (uint64_t) 1 << k % 64;
	for (size_t w = 0; w < words; w++)
		column[w] = (edit_word){~(uint64_t) 0, 0};
	for (size_t k = 0; k < b.length; k++)
	{
		const uint64_t *of = match[(unsigned char) b.at[k]];
		int across = 1;

		for (size_t w = 0; w + 1 < words; w++)
			across = edit_step(&column[w], of[w], across, 63);
		edits += (size_t) (ptrdiff_t) edit_step(&column[words - 1], of[words - 1], across,
												(unsigned) ((a.length - 1) % 64));
	}
	return edits;
}

size_t
record_edits(psy_span a, psy_span b)
{
	while (a.length > 0 && b.length > 0 && a.at[0] == b.at[0])
	{
		a = (psy_span){a.at + 1, a.length - 1};
		b = (psy_span){b.at + 1, b.length - 1};
	}
	while (a.length > 0 && b.length > 0 && a.at[a.length - 1] == b.at[b.length - 1])
	{
		a.length--;
		b.length--;
	}
	a.length = a.length < 64 * EDIT_WORDS ? a.length : 64 * EDIT_WORDS;
	b.length = b.length < 64 * EDIT_WORDS ? b.length : 64 * EDIT_WORDS;
	return a.length == 0 || b.length == 0 ? a.length + b.length : edits_apart(a, b);
}
