/* similarity.c - see similarity.h. */
#include "catalogue/similarity.h"

#include <math.h>
#include <string.h>
#include <utf8proc.h>

#define INITIALS_AGREE 0.95
#define FIRST_INITIALS_AGREE 0.9
#define GIVEN_UNSTATED 0.85
#define MOST_TOKENS 16
#define MOST_BYTES 65536

typedef utf8proc_int32_t character;

/* A run of characters within a name. */
typedef struct slice
{
	const character *at;
	size_t length;
} slice;

static double
jaro(const slice *a, const slice *b, bool *taken_a, bool *taken_b)
{
	size_t longer = a->length > b->length ? a->length : b->length, window = longer / 2, common = 0,
		   swapped = 0;

	window -= window > 0;
	memset(taken_a, 0, a->length);
	memset(taken_b, 0, b->length);
	for (size_t i = 0; i < a->length; i++)
	{
		size_t from = i > window ? i - window : 0,
			   to = i + window + 1 < b->length ? i + window + 1 : b->length;

		for (size_t j = from; j < to && !taken_a[i]; j++)
			if (!taken_b[j] && a->at[i] == b->at[j])
			{
				taken_a[i] = taken_b[j] = true;
				common++;
			}
	}
	if (common == 0)
		return 0;
	for (size_t i = 0, j = 0; i < a->length; i++)
		if (taken_a[i])
		{
			while (!taken_b[j])
				j++;
			swapped += a->at[i] != b->at[j++];
		}
	return ((double) common / (double) a->length + (double) common / (double) b->length +
			((double) common - (double) swapped / 2) / (double) common) /
		   3;
}

/* marks[a->length + b->length] is workspace. */
static double
jaro_winkler(const slice *a, const slice *b, bool *marks)
{
	size_t prefix = 0;
	double similarity;

	if (a->length == 0 || b->length == 0)
		return a->length == b->length ? NAN : 0;
	while (prefix < 4 && prefix < a->length && prefix < b->length && a->at[prefix] == b->at[prefix])
		prefix++;
	similarity = jaro(a, b, marks, marks + a->length);
	return similarity + (double) prefix * 0.1 * (1 - similarity);
}

/* The characters of a text, from the context. */
static psy_status
characters(const psy_context *ctx, const char *text, size_t length, slice *out, void **memory, psy_error *err)
{
	psy_status status = psy_alloc(ctx, length + 1, sizeof(character), memory, err);
	character *to = *memory;
	size_t n = 0;

	for (size_t at = 0; status == PSY_OK && at < length; n++)
	{
		utf8proc_ssize_t bytes =
			utf8proc_iterate((const utf8proc_uint8_t *) text + at, (utf8proc_ssize_t) (length - at), &to[n]);

		if (bytes <= 0)
			return psy_fail(err, PSY_FORMAT, "the text is not valid UTF-8");
		at += (size_t) bytes;
	}
	*out = (slice){to, n};
	return status;
}

/* ---- names ----------------------------------------------------------------------------------- */

typedef struct person
{
	slice whole, token[MOST_TOKENS];
	size_t tokens;
	bool family_first; /* a comma says so */
} person;

static bool
has_han(const slice *s)
{
	for (size_t k = 0; k < s->length; k++)
		if (s->at[k] >= 0x3400 && s->at[k] <= 0x9FFF)
			return true;
	return false;
}

static person
read_person(slice whole)
{
	person p = {.whole = whole};
	size_t k = 0;

	while (k < whole.length && p.tokens < MOST_TOKENS)
	{
		size_t from;

		for (; k < whole.length && (whole.at[k] == ' ' || whole.at[k] == ','); k++)
			p.family_first |= whole.at[k] == ',' && p.tokens > 0;
		for (from = k; k < whole.length && whole.at[k] != ' ' && whole.at[k] != ',';)
			k++;
		if (k > from)
			p.token[p.tokens++] = (slice){whole.at + from, k - from};
	}
	return p;
}

/* The given names run together: all tokens but the family name's; their initials beside them. */
static slice
given_names(const person *p, size_t family, character *to, slice *initials, character *initials_to)
{
	size_t n = 0, m = 0;

	for (size_t t = 0; t < p->tokens; t++)
		if (t != family)
		{
			memcpy(to + n, p->token[t].at, p->token[t].length * sizeof *to);
			n += p->token[t].length;
			initials_to[m++] = p->token[t].at[0];
		}
	*initials = (slice){initials_to, m};
	return (slice){to, n};
}

static bool
begins(const slice *a, const slice *with)
{
	return a->length >= with->length && memcmp(a->at, with->at, with->length * sizeof *a->at) == 0;
}

static bool
same(const slice *a, const slice *b)
{
	return a->length == b->length && begins(a, b);
}

static double
given_similarity(const slice given[2], const slice initials[2], bool *marks)
{
	if (given[0].length == 0 || given[1].length == 0)
		return given[0].length == given[1].length ? 1 : GIVEN_UNSTATED;
	if (!same(&given[0], &given[1]) && (same(&initials[0], &given[1]) || same(&given[0], &initials[1])))
		return INITIALS_AGREE;
	if (!same(&given[0], &given[1]) && (begins(&initials[0], &given[1]) || begins(&initials[1], &given[0])))
		return FIRST_INITIALS_AGREE;
	return jaro_winkler(&given[0], &given[1], marks);
}

/* workspace: characters for both given names and their initials, and the marks. */
static double
read_as(const person p[2], const size_t family[2], character *work, bool *marks)
{
	slice given[2], initials[2];
	double names, others;

	for (int k = 0; k < 2; k++)
	{
		given[k] = given_names(&p[k], family[k], work, &initials[k], work + p[k].whole.length);
		work += p[k].whole.length + MOST_TOKENS;
	}
	names = jaro_winkler(&p[0].token[family[0]], &p[1].token[family[1]], marks);
	others = given_similarity(given, initials, marks);
	return fmin(names, others);
}

static double
person_similarity(const person p[2], character *work, bool *marks)
{
	double best = 0;

	if (p[0].tokens == 0 || p[1].tokens == 0)
		return p[0].tokens == p[1].tokens ? NAN : 0;
	if (has_han(&p[0].whole) || has_han(&p[1].whole))
		return jaro_winkler(&p[0].whole, &p[1].whole, marks);
	for (int a = 0; a < (p[0].family_first ? 1 : 2); a++)
		for (int b = 0; b < (p[1].family_first ? 1 : 2); b++)
		{
			size_t family[2] = {a == 0 ? 0 : p[0].tokens - 1, b == 0 ? 0 : p[1].tokens - 1};

			best = fmax(best, read_as(p, family, work, marks));
		}
	return best;
}

/* Both texts as characters, with marks for jaro_winkler and work for names; all in memory[4]. */
static psy_status
prepare(const psy_context *ctx, const char *const text[2], const size_t length[2], slice whole[2],
		void *memory[4], psy_error *err)
{
	psy_status status = PSY_OK;

	for (int k = 0; k < 2; k++)
		if (length[k] > MOST_BYTES)
			return psy_fail(err, PSY_LIMIT, "a text of %zu bytes; at most %d are compared", length[k],
							MOST_BYTES);
	status = psy_alloc(ctx, length[0] + length[1] + 1, sizeof(bool), &memory[2], err);

	if (status == PSY_OK)
		status = psy_alloc(ctx, length[0] + length[1] + 2 * MOST_TOKENS, sizeof(character), &memory[3], err);
	for (int k = 0; k < 2 && status == PSY_OK; k++)
		status = characters(ctx, text[k], length[k], &whole[k], &memory[k], err);
	return status;
}

psy_status
psy_jaro_winkler(const psy_context *ctx, const char *a, size_t a_length, const char *b, size_t b_length,
				 double *similarity, psy_error *err)
{
	void *memory[4] = {NULL};
	slice whole[2];
	psy_status status =
		prepare(ctx, (const char *const[]){a, b}, (size_t[]){a_length, b_length}, whole, memory, err);

	if (status == PSY_OK)
		*similarity = jaro_winkler(&whole[0], &whole[1], memory[2]);
	for (int k = 0; k < 4; k++)
		psy_release(ctx, memory[k]);
	return status;
}

psy_status
psy_name_similarity(const psy_context *ctx, const char *a, size_t a_length, const char *b, size_t b_length,
					double *similarity, psy_error *err)
{
	void *memory[4] = {NULL};
	slice whole[2];
	psy_status status =
		prepare(ctx, (const char *const[]){a, b}, (size_t[]){a_length, b_length}, whole, memory, err);

	if (status == PSY_OK)
		*similarity = person_similarity((const person[]){read_person(whole[0]), read_person(whole[1])},
										memory[3], memory[2]);
	for (int k = 0; k < 4; k++)
		psy_release(ctx, memory[k]);
	return status;
}
