/*
 * fetched.c - see fetched.h.
 *
 * Each aggregates' context has a memory of its own, which goes when the context is reset or deleted: after a
 * group, a query or an error.
 */
#include "fetched.h"

#include "access/detoast.h"
#include "utils/memutils.h"

#define REMEMBERED 2 /* post and pre */

typedef struct remembered
{
	Oid table; /* of out-of-line values */
	Oid value;
	fetched *row; /* one use is ours; NULL: nothing yet */
} remembered;

typedef struct memory
{
	struct memory *next;
	MemoryContext aggregate;
	MemoryContextCallback forget;
	remembered last[REMEMBERED];
	int oldest;
} memory;

static memory *memories;

/* The values themselves lie in the context, and go with it. */
static void
forget(void *argument)
{
	memory **at = &memories;

	while (*at != argument)
		at = &(*at)->next;
	*at = (*at)->next;
}

static memory *
memory_of(MemoryContext aggregate)
{
	memory *m = memories;

	while (m != NULL && m->aggregate != aggregate)
		m = m->next;
	if (m != NULL)
		return m;
	m = MemoryContextAllocZero(aggregate, sizeof *m);
	m->aggregate = aggregate;
	m->forget = (MemoryContextCallback){.func = forget, .arg = m};
	MemoryContextRegisterResetCallback(aggregate, &m->forget);
	m->next = memories;
	return memories = m;
}

static fetched *
fetch(MemoryContext aggregate, Datum datum)
{
	MemoryContext before = MemoryContextSwitchTo(aggregate);
	fetched *row = palloc0(sizeof *row);

	row->value = connectome_from_datum(datum);
	MemoryContextSwitchTo(before);
	return row;
}

void
fetched_release(fetched *row)
{
	if (--row->uses > 0)
		return;
	pfree(row->value);
	pfree(row);
}

fetched *
fetched_get(MemoryContext aggregate, Datum datum)
{
	memory *m = memory_of(aggregate);
	struct varatt_external place;
	remembered *to;

	VARATT_EXTERNAL_GET_POINTER(place, (struct varlena *) DatumGetPointer(datum));
	for (int k = 0; k < REMEMBERED; k++)
		if (m->last[k].row != NULL && m->last[k].table == place.va_toastrelid &&
			m->last[k].value == place.va_valueid)
		{
			m->last[k].row->uses++;
			return m->last[k].row;
		}
	to = &m->last[m->oldest];
	m->oldest = (m->oldest + 1) % REMEMBERED;
	if (to->row != NULL)
		fetched_release(to->row);
	to->row = NULL;
	*to = (remembered){place.va_toastrelid, place.va_valueid, fetch(aggregate, datum)};
	to->row->uses = 2;
	return to->row;
}
