/*
 * fetched.c - see fetched.h.
 *
 * Each aggregates' context has a memory of its own, which goes when the context is reset or deleted: after a
 * group, a query or an error.  Released rows are fetched into again: the C library would return memory of
 * this size to the system, and touching it anew costs as much as fetching.
 */
#include "fetched.h"

#include "access/detoast.h"
#include "access/table.h"
#include "access/tableam.h"
#include "utils/memutils.h"

#define REMEMBERED 2 /* post and pre */

typedef struct remembered
{
	Oid table; /* of out-of-line values */
	Oid value;
	fetched *row; /* one use is ours; NULL: nothing yet */
} remembered;

struct memory
{
	struct memory *next;
	MemoryContext aggregate;
	MemoryContextCallback forget;
	remembered last[REMEMBERED];
	int oldest;
	fetched *released;
};

typedef struct memory memory;

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

/* A row that can hold size bytes: a released one, or new in the context. */
static fetched *
row_of(memory *m, Size size)
{
	fetched *row = m->released;

	if (row == NULL)
	{
		row = MemoryContextAllocZero(m->aggregate, sizeof *row);
		row->owner = m;
	}
	else
		m->released = row->next;
	if (row->room < size)
	{
		if (row->value != NULL)
			pfree(row->value);
		row->value = NULL;
		row->room = 0;
		row->value = MemoryContextAlloc(m->aggregate, size);
		row->room = size;
	}
	row->scanned = false;
	return row;
}

/* The bytes of a value that is stored as it is. */
static void
fetch_plain(const struct varatt_external *place, struct varlena *to)
{
	int32 size = VARATT_EXTERNAL_GET_EXTSIZE(*place);
	Relation table = table_open(place->va_toastrelid, AccessShareLock);

	SET_VARSIZE(to, size + VARHDRSZ);
	table_relation_fetch_toast_slice(table, place->va_valueid, size, 0, size, to);
	table_close(table, AccessShareLock);
}

static void
fetch_compressed(Datum datum, struct varlena *to)
{
	struct varlena *value = PG_DETOAST_DATUM(datum);

	memcpy(to, value, VARSIZE(value));
	pfree(value);
}

static fetched *
fetch(memory *m, const struct varatt_external *place, Datum datum)
{
	fetched *row = row_of(m, place->va_rawsize);

	if (VARATT_EXTERNAL_IS_COMPRESSED(*place))
		fetch_compressed(datum, (struct varlena *) row->value);
	else
		fetch_plain(place, (struct varlena *) row->value);
	row->value = connectome_from_datum(PointerGetDatum(row->value));
	return row;
}

void
fetched_release(fetched *row)
{
	if (--row->uses > 0)
		return;
	row->next = row->owner->released;
	row->owner->released = row;
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
	*to = (remembered){place.va_toastrelid, place.va_valueid, fetch(m, &place, datum)};
	to->row->uses = 2;
	return to->row;
}
