/* region_names.c - see region_names.h.  The table of spellings is bounded: what no longer fits is looked up each time. */
#include "region_names.h"

#include "buffer.h"
#include "header.h"

#include <stdlib.h>
#include <string.h>

#define SPELLINGS_A_REGION 8

uint64_t
text_hash(const char *text)
{
	uint64_t h = 1469598103934665603u;

	for (; *text; text++)
		h = (h ^ (unsigned char) *text) * 1099511628211u;
	return h ^ (h >> 29);
}

static bool
starts_with(const char *text, const char *prefix, const char **rest)
{
	size_t n = strlen(prefix);

	if (strncmp(text, prefix, n) != 0)
		return false;
	*rest = text + n;
	return true;
}

static void
cut_end(char *text, const char *const *endings, size_t count)
{
	size_t length = strlen(text);

	for (size_t e = 0; e < count; e++)
	{
		size_t n = strlen(endings[e]);

		if (length > n && strcmp(text + length - n, endings[e]) == 0)
		{
			text[length - n] = '\0';
			return;
		}
	}
}

/* "ctx_lh_cuneus", "l_cuneus", "left_cuneus", "cuneus_l" -> "lh_cuneus"; with a measure at the end, without it. */
static char *
bare_name(const char *name, bool measured)
{
	static const char *const measures[] = {"_thickness", "_thicknessstd", "_thickavg", "_area", "_surfavg", "_volume", "_grayvol",
										   "_meancurv", "_gauscurv", "_foldind", "_curvind"};
	static const char *const left[] = {"_l", "_lh", "_left"}, *const right[] = {"_r", "_rh", "_right"};
	char *folded = fold_header(name);
	const char *rest = folded;
	size_t whole;
	buffer out = {0};

	if (measured)
		cut_end(folded, measures, sizeof measures / sizeof *measures);
	starts_with(rest, "ctx_", &rest);
	if (starts_with(rest, "lh_", &rest) || starts_with(rest, "left_", &rest) || starts_with(rest, "l_", &rest))
		buffer_text(&out, "lh_");
	else if (starts_with(rest, "rh_", &rest) || starts_with(rest, "right_", &rest) || starts_with(rest, "r_", &rest))
		buffer_text(&out, "rh_");
	else
	{
		whole = strlen(folded);
		cut_end(folded, left, sizeof left / sizeof *left);
		if (strlen(folded) < whole)
			buffer_text(&out, "lh_");
		else
		{
			cut_end(folded, right, sizeof right / sizeof *right);
			buffer_text(&out, strlen(folded) < whole ? "rh_" : "");
		}
	}
	buffer_text(&out, rest);
	free(folded);
	return out.data;
}

void
region_names_start(region_names *n, const regions *of)
{
	*n = (region_names){.of = of, .last = -1, .slots = 16};
	while (n->slots < 2 * SPELLINGS_A_REGION * of->count)
		n->slots *= 2;
	n->slot = grow(NULL, n->slots, sizeof *n->slot);
	memset(n->slot, 0, n->slots * sizeof *n->slot);
	n->bare = grow(NULL, of->count, sizeof *n->bare);
	n->seen = grow(NULL, of->count, sizeof *n->seen);
	for (size_t i = 0; i < of->count; i++)
	{
		n->bare[i] = bare_name(of->name[i], false);
		n->seen[i] = NULL;
	}
}

/* The only region of that bare name. */
static int
find_bare(const region_names *n, const char *name, bool measured)
{
	char *bare = bare_name(name, measured);
	int found = -1;

	for (size_t i = 0; i < n->of->count && *bare; i++)
		if (strcmp(n->bare[i], bare) == 0)
		{
			if (found >= 0)
			{
				found = -1;
				break;
			}
			found = (int) i;
		}
	free(bare);
	return found;
}

static int
look_up(region_names *n, const char *name)
{
	int found = regions_find(n->of, name);

	if (found < 0)
		found = find_bare(n, name, false);
	return found < 0 ? find_bare(n, name, true) : found;
}

int
region_names_find(region_names *n, const char *name)
{
	size_t next = (size_t) (n->last + 1) % n->of->count, at;

	if (n->seen[next] != NULL && strcmp(n->seen[next], name) == 0)
		return n->last = (int) next;
	for (at = text_hash(name) & (n->slots - 1); n->slot[at].text != NULL; at = (at + 1) & (n->slots - 1))
		if (strcmp(n->slot[at].text, name) == 0)
			break;
	if (n->slot[at].text == NULL)
	{
		int found = look_up(n, name);

		if (found < 0 || n->used == SPELLINGS_A_REGION * n->of->count)
			return found;
		n->slot[at] = (known_spelling){.text = keep_text(name), .region = found};
		n->used++;
	}
	n->seen[n->slot[at].region] = n->slot[at].text;
	return n->last = n->slot[at].region;
}

void
region_names_free(region_names *n)
{
	for (size_t i = 0; n->of != NULL && i < n->of->count; i++)
		free(n->bare[i]);
	for (size_t i = 0; i < n->slots; i++)
		free(n->slot[i].text);
	free(n->bare);
	free(n->seen);
	free(n->slot);
	*n = (region_names){0};
}
