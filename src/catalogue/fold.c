/* fold.c - see fold.h. */
#include "catalogue/fold.h"

#include "catalogue/variants.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define FOLDING (UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE)

static bool
is_blank(utf8proc_int32_t character)
{
	utf8proc_category_t category = utf8proc_category(character);

	return (category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO) ||
		   (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_CC);
}

static bool
is_letter(utf8proc_int32_t character)
{
	utf8proc_category_t category = utf8proc_category(character);

	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_MN;
}

/* An apostrophe within a word is no separator: Xi'an, O'Brien. */
static bool
within_word(const utf8proc_int32_t *character, size_t k, size_t count, utf8proc_int32_t before)
{
	return (character[k] == '\'' || character[k] == 0x2019 || character[k] == 0x2018) && k > 0 &&
		   k + 1 < count && is_letter(before) && is_letter(character[k + 1]);
}

/* The simplified characters, with one blank for each run of what separates; the new count. */
static size_t
simplify(utf8proc_int32_t *character, size_t count)
{
	size_t kept = 0;
	bool blank = false;
	utf8proc_int32_t before = 0; /* as it was: the array is rewritten from its front */

	for (size_t k = 0; k < count; before = character[k++])
	{
		if (within_word(character, k, count, before))
			continue;
		if (is_blank(character[k]))
		{
			blank = kept > 0;
			continue;
		}
		if (blank)
			character[kept++] = ' ';
		blank = false;
		character[kept++] = (utf8proc_int32_t) psy_simplified((uint32_t) character[k]);
	}
	return kept;
}

/* NFKC with case folding, into *character from the context. */
static psy_status
normalize(const psy_context *ctx, const char *text, size_t length, utf8proc_int32_t **character,
		  size_t *count, psy_error *err)
{
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *) text;
	utf8proc_ssize_t n;
	void *to;
	psy_status status;

	n = utf8proc_decompose(bytes, (utf8proc_ssize_t) length, NULL, 0, (utf8proc_option_t) FOLDING);
	if (n < 0)
		return psy_fail(err, PSY_FORMAT, "the text is not valid UTF-8");
	status = psy_alloc(ctx, (size_t) n + 1, sizeof **character, &to, err);
	if (status != PSY_OK)
		return status;
	*character = to;
	n = utf8proc_decompose(bytes, (utf8proc_ssize_t) length, *character, n, (utf8proc_option_t) FOLDING);
	*count = (size_t) utf8proc_normalize_utf32(*character, n, (utf8proc_option_t) FOLDING);
	return PSY_OK;
}

psy_status
psy_fold(const psy_context *ctx, const char *text, size_t length, char **folded, size_t *folded_length,
		 psy_error *err)
{
	utf8proc_int32_t *character = NULL;
	size_t count = 0, bytes = 0;
	void *to;
	psy_status status;

	if (length > PSY_FOLD_MOST)
		return psy_fail(err, PSY_LIMIT, "a text of %zu bytes; at most %zu are folded", length, PSY_FOLD_MOST);
	status = normalize(ctx, text, length, &character, &count, err);
	if (status != PSY_OK)
		return status;
	count = simplify(character, count);
	status = psy_alloc(ctx, count * 4 + 1, 1, &to, err);
	if (status == PSY_OK)
	{
		for (size_t k = 0; k < count; k++)
			bytes += (size_t) utf8proc_encode_char(character[k], (utf8proc_uint8_t *) to + bytes);
		*folded = to;
		(*folded)[bytes] = '\0';
		*folded_length = bytes;
	}
	psy_release(ctx, character);
	return status;
}

/* ---- grams ----------------------------------------------------------------------------------- */

bool
psy_is_han(int32_t c)
{
	return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x323AF) ||
		   c == 0x3007;
}

/* The gram that begins at a place of the folded text; *next is where the one after it begins. */
static psy_gram
take_gram(const char *text, size_t length, size_t at, bool run, size_t *next)
{
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *) text;
	utf8proc_int32_t c;
	size_t first = (size_t) utf8proc_iterate(bytes + at, (utf8proc_ssize_t) (length - at), &c),
		   end = at + first;

	*next = end;
	if (psy_is_han(c))
	{
		if (end < length)
		{
			size_t second = (size_t) utf8proc_iterate(bytes + end, (utf8proc_ssize_t) (length - end), &c);

			if (psy_is_han(c))
				return (psy_gram){at, first + second};
		}
		return (psy_gram){at, run ? 0 : first}; /* the last of a run stands in the bigram before it */
	}
	while (end < length && text[end] != ' ')
	{
		size_t n = (size_t) utf8proc_iterate(bytes + end, (utf8proc_ssize_t) (length - end), &c);

		if (psy_is_han(c))
			break;
		end += n;
	}
	*next = end;
	return (psy_gram){at, end - at};
}

static int
gram_order(const void *a, const void *b, void *text)
{
	const psy_gram *x = a, *y = b;
	int order = memcmp((const char *) text + x->at, (const char *) text + y->at,
					   x->length < y->length ? x->length : y->length);

	return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

static size_t
unique_grams(psy_gram *gram, size_t count, const char *text)
{
	size_t kept = 0;

	qsort_r(gram, count, sizeof *gram, gram_order, (void *) text);
	for (size_t k = 0; k < count; k++)
		if (kept == 0 || gram_order(&gram[kept - 1], &gram[k], (void *) text) != 0)
			gram[kept++] = gram[k];
	return kept;
}

psy_status
psy_grams(const psy_context *ctx, const char *folded, size_t length, psy_gram **gram, size_t *count,
		  psy_error *err)
{
	size_t n = 0, next;
	bool run = false;
	void *to;
	psy_status status = psy_alloc(ctx, length + 1, sizeof **gram, &to, err);

	*count = 0;
	if (status != PSY_OK)
		return status;
	*gram = to;
	for (size_t at = 0; at < length; at = next)
	{
		psy_gram g;

		next = at + 1;
		if (folded[at] == ' ')
		{
			run = false;
			continue;
		}
		g = take_gram(folded, length, at, run, &next);
		run = g.at + g.length > next;
		if (g.length > 0)
			(*gram)[n++] = g;
	}
	*count = unique_grams(*gram, n, folded);
	return PSY_OK;
}
