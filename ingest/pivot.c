/* pivot.c - see pivot.h. */
#include "pivot.h"

#include "buffer.h"
#include "region_names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
pivot_start(pivot *p, size_t elements)
{
	*p = (pivot){.regions = elements, .slots = 1024};
	p->slot = grow(NULL, p->slots, sizeof *p->slot);
	memset(p->slot, 0, p->slots * sizeof *p->slot);
}

static uint64_t
key_hash(const char *label, const char *visit, int run, const char *measure)
{
	return text_hash(label) * 31 + text_hash(visit) * 17 + text_hash(measure) * 7 + (uint64_t) run * 2654435761u;
}

static bool
same_key(const pivot_vector *v, const char *label, const char *visit, int run, const char *measure)
{
	return v->run == run && strcmp(v->label, label) == 0 && strcmp(v->session, visit) == 0 && strcmp(v->measure, measure) == 0;
}

/* The slot of a key: its own, or the free one where it belongs. */
static size_t
slot_of(const pivot *p, const char *label, const char *visit, int run, const char *measure)
{
	uint64_t h = key_hash(label, visit, run, measure);
	size_t at = (size_t) (h ^ (h >> 32)) & (p->slots - 1);

	while (p->slot[at] != 0 && !same_key(&p->vector[p->slot[at] - 1], label, visit, run, measure))
		at = (at + 1) & (p->slots - 1);
	return at;
}

static void
widen(pivot *p)
{
	p->slots *= 2;
	p->slot = grow(p->slot, p->slots, sizeof *p->slot);
	memset(p->slot, 0, p->slots * sizeof *p->slot);
	for (size_t i = 0; i < p->count; i++)
	{
		const pivot_vector *v = &p->vector[i];

		p->slot[slot_of(p, v->label, v->session, v->run, v->measure)] = i + 1;
	}
}

static void
add_vector(pivot *p, const char *label, const char *visit, int run, const char *measure, long line)
{
	pivot_vector *v;

	if (p->count == p->room)
	{
		p->room = p->room ? 2 * p->room : 64;
		p->vector = grow(p->vector, p->room, sizeof *p->vector);
	}
	v = &p->vector[p->count++];
	*v = (pivot_vector){.label = keep_text(label),
						.session = keep_text(visit),
						.measure = keep_text(measure),
						.run = run,
						.line = line,
						.value = grow(NULL, p->regions, sizeof *v->value),
						.state = grow(NULL, p->regions, sizeof *v->state),
						.tiv = NAN};
	memset(v->state, ELEMENT_ABSENT, p->regions);
	for (size_t r = 0; r < p->regions; r++)
		v->value[r] = NAN;
}

psy_status
pivot_find(pivot *p, const char *label, const char *visit, int run, const char *measure, long line, size_t *at, bool *added,
		   psy_error *err)
{
	size_t slot = slot_of(p, label, visit, run, measure);

	*added = p->slot[slot] == 0;
	if (*added)
	{
		if ((p->count + 1) * p->regions > PIVOT_MAX_VALUES)
		{
			psy_fail(err, PSY_LIMIT, "line %ld: more than %zu vectors of %zu regions", line, p->count, p->regions);
			return psy_hint(err, "load the file in parts");
		}
		add_vector(p, label, visit, run, measure, line);
		p->slot[slot] = p->count;
		*at = p->count - 1;
		if (p->count * 2 > p->slots)
			widen(p);
		return PSY_OK;
	}
	*at = p->slot[slot] - 1;
	return PSY_OK;
}

void
pivot_free(pivot *p)
{
	for (size_t i = 0; i < p->count; i++)
	{
		free(p->vector[i].label);
		free(p->vector[i].session);
		free(p->vector[i].measure);
		free(p->vector[i].value);
		free(p->vector[i].state);
	}
	free(p->vector);
	free(p->slot);
	*p = (pivot){0};
}
