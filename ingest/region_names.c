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

/* "ctx_lh_cuneus", "l_cuneus", "left_cuneus" -> "lh_cuneus"; with a measure at the end, without it. */
static char *
bare_name(const char *name, bool measured)
{
	static const char *const measures[] = {"_thickness", "_thicknessstd", "_thickavg", "_area", "_surfavg", "_volume", "_grayvol",
										   "_meancurv", "_gauscurv", "_foldind", "_curvind"};
	char *folded = fold_header(name);
	const char *rest = folded;
	buffer out = {0};

	starts_with(rest, "ctx_", &rest);
	if (starts_with(rest, "lh_", &rest) || starts_with(rest, "left_", &rest) || starts_with(rest, "l_", &rest))
		buffer_text(&out, "lh_");
	else if (starts_with(rest, "rh_", &rest) || starts_with(rest, "right_", &rest) || starts_with(rest, "r_", &rest))
		buffer_text(&out, "rh_");
	buffer_text(&out, rest);
	for (size_t m = 0; measured && m < sizeof measures / sizeof *measures; m++)
	{
		size_t n = strlen(measures[m]);

		if (out.size > n && strcmp(out.data + out.size - n, measures[m]) == 0)
		{
			out.data[out.size - n] = '\0';
			break;
		}
	}
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
