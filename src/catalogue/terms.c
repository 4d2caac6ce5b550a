/*
 * terms.c - see terms.h.
 *
 * Folding turns hyphens into blanks; so those between a letter and a letter or digit are first turned into SEAM, a
 * character of private use, which folding leaves alone, and words are taken apart at it afterwards.
 */
#include "catalogue/terms.h"

#include "catalogue/fold.h"

#include <string.h>
#include <utf8proc.h>

#define SEAM "\xee\x80\x80" /* U+E000 */
#define SEAM_BYTES 3

static utf8proc_int32_t
character_at(const char *text, size_t length, size_t at, size_t *bytes)
{
	utf8proc_int32_t c = -1;
	utf8proc_ssize_t n = at < length ? utf8proc_iterate((const utf8proc_uint8_t *) text + at, (utf8proc_ssize_t) (length - at), &c) : 0;

	*bytes = n > 0 ? (size_t) n : 1;
	return n > 0 ? c : -1;
}

static bool
is_letter(utf8proc_int32_t c)
{
	utf8proc_category_t category;

	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	category = utf8proc_category(c);
	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO && !psy_is_han(c);
}

static bool
is_hyphen(utf8proc_int32_t c)
{
	return c == '-' || c == 0x2010 || c == 0x2011 || c == 0x2013 || c == 0xff0d;
}

/* Behind a hyphen at the end of a line: where the next line begins. */
static size_t
over_line_end(const char *text, size_t length, size_t at)
{
	size_t line = at;

	while (line < length && (text[line] == ' ' || text[line] == '\r'))
		line++;
	if (line >= length || text[line] != '\n')
		return at;
	while (line < length && (text[line] == ' ' || text[line] == '\r' || text[line] == '\n' || text[line] == '\t'))
		line++;
	return line;
}

/* The text with SEAM for the hyphens within words; out has room for three times its bytes. */
static size_t
mark_seams(const char *text, size_t length, char *out)
{
	size_t kept = 0, bytes, ahead;
	utf8proc_int32_t before = -1;

	for (size_t at = 0; at < length; at += bytes)
	{
		utf8proc_int32_t c = character_at(text, length, at, &bytes), next;

		if (is_hyphen(c) && is_letter(before))
		{
			size_t behind = over_line_end(text, length, at + bytes);

			next = character_at(text, length, behind, &ahead);
			if (is_letter(next) || (next >= '0' && next <= '9'))
			{
				memcpy(out + kept, SEAM, SEAM_BYTES);
				kept += SEAM_BYTES;
				bytes = behind - at;
				before = -1;
				continue;
			}
		}
		memcpy(out + kept, text + at, bytes);
		kept += bytes;
		before = c;
	}
	return kept;
}

typedef struct walk
{
	psy_terms *out;
	const char *folded;
	size_t length;
	size_t joined; /* bytes used of out->joined */
} walk;

static void
add(walk *w, const char *text, size_t length, uint32_t position, psy_term_kind kind)
{
	w->out->term[w->out->count++] = (psy_term){text, length, position, kind};
}

/* A run of Chinese characters; returns where it ends. */
static size_t
take_run(walk *w, size_t at)
{
	size_t bytes, second;

	for (;; at += bytes)
	{
		bool more;

		if (!psy_is_han(character_at(w->folded, w->length, at, &bytes)))
			return at;
		more = psy_is_han(character_at(w->folded, w->length, at + bytes, &second));
		add(w, w->folded + at, bytes + (more ? second : 0), ++w->out->positions, more ? PSY_TERM_PAIR : PSY_TERM_LAST);
	}
}

/* The next seam of a word, or NULL. */
static const char *
next_seam(const char *word, size_t length)
{
	for (; length >= SEAM_BYTES; word++, length--)
		if (memcmp(word, SEAM, SEAM_BYTES) == 0)
			return word;
	return NULL;
}

/* The parts of a word between its seams, and all of it without them. */
static void
take_parts(walk *w, const char *word, size_t length)
{
	char *joined = w->out->joined + w->joined;
	size_t first = w->out->count, at = 0, parts = 0;

	while (at < length)
	{
		const char *seam = next_seam(word + at, length - at);
		size_t bytes = seam != NULL ? (size_t) (seam - word) - at : length - at;

		if (bytes > 0)
		{
			memcpy(w->out->joined + w->joined, word + at, bytes);
			w->joined += bytes;
			add(w, word + at, bytes, ++w->out->positions, PSY_TERM_WORD);
			parts++;
		}
		at += bytes + (seam != NULL ? SEAM_BYTES : 0);
	}
	if (parts > 1)
	{
		uint32_t position = w->out->term[first].position;

		memmove(&w->out->term[first + 2], &w->out->term[first + 1], (w->out->count - first - 1) * sizeof *w->out->term);
		w->out->term[first + 1] = (psy_term){joined, (size_t) (w->out->joined + w->joined - joined), position, PSY_TERM_JOINED};
		w->out->count++;
	}
}

static size_t
take_word(walk *w, size_t at)
{
	size_t end = at, bytes;

	while (end < w->length && w->folded[end] != ' ' && !psy_is_han(character_at(w->folded, w->length, end, &bytes)))
		end += bytes;
	take_parts(w, w->folded + at, end - at);
	return end;
}

static psy_status
fold_marked(const psy_context *ctx, const char *text, size_t length, psy_terms *terms, size_t *folded_length, psy_error *err)
{
	void *marked;
	psy_status status;

	if (length > PSY_FOLD_MOST / 3)
		return psy_fail(err, PSY_LIMIT, "a text of %zu bytes; at most %zu are taken apart into terms", length, PSY_FOLD_MOST / 3);
	status = psy_alloc(ctx, 3 * length + 1, 1, &marked, err);
	if (status != PSY_OK)
		return status;
	status = psy_fold(ctx, marked, mark_seams(text, length, marked), &terms->folded, folded_length, err);
	psy_release(ctx, marked);
	return status;
}

psy_status
psy_terms_of(const psy_context *ctx, const char *text, size_t length, psy_terms *terms, psy_error *err)
{
	size_t folded_length;
	walk w = {.out = terms};
	void *to;
	psy_status status;

	*terms = (psy_terms){0};
	status = fold_marked(ctx, text, length, terms, &folded_length, err);
	if (status != PSY_OK)
		return status;
	status = psy_alloc(ctx, folded_length + 1, 1, &to, err);
	terms->joined = to;
	/* A term takes a byte and a blank or seam behind it; a joined one comes with two others. */
	if (status == PSY_OK)
		status = psy_alloc(ctx, folded_length + 2, sizeof *terms->term, &to, err);
	if (status != PSY_OK)
	{
		psy_terms_release(ctx, terms);
		return status;
	}
	terms->term = to;
	w.folded = terms->folded;
	w.length = folded_length;
	for (size_t at = 0, bytes; at < w.length;)
		if (w.folded[at] == ' ')
			at++;
		else
			at = psy_is_han(character_at(w.folded, w.length, at, &bytes)) ? take_run(&w, at) : take_word(&w, at);
	return PSY_OK;
}

void
psy_terms_release(const psy_context *ctx, psy_terms *terms)
{
	psy_release(ctx, terms->folded);
	psy_release(ctx, terms->joined);
	psy_release(ctx, terms->term);
	*terms = (psy_terms){0};
}
