/* reader_eav.c - a line a cell into a record a participant and event; see reader_eav.h. */
#include "reader_eav.h"

#include "header.h"

#include <stdlib.h>
#include <string.h>

bool
eav_recognised(const char *const *header, size_t count, eav_columns *at)
{
	*at = (eav_columns){-1, -1, -1, -1, -1, -1};
	for (size_t c = 0; c < count; c++)
	{
		char *folded = fold_header(header[c]);
		int *slot = header_among(folded, "record|record_id")                          ? &at->record
					: header_among(folded, "redcap_event_name|event_name|event")      ? &at->event
					: header_among(folded, "redcap_repeat_instrument|repeat_instrument") ? &at->instrument
					: header_among(folded, "redcap_repeat_instance|repeat_instance")  ? &at->instance
					: header_among(folded, "field_name|field")                        ? &at->field
					: header_among(folded, "value")                                   ? &at->value
																					  : NULL;

		if (slot != NULL && *slot < 0)
			*slot = (int) c;
		free(folded);
	}
	return at->record >= 0 && at->field >= 0 && at->value >= 0;
}

static size_t
keep(eav_reader *e, const char *text)
{
	size_t at = e->bytes.size;

	buffer_add(&e->bytes, text, strlen(text) + 1);
	return at;
}

void
eav_begin(eav_reader *e, const eav_columns *at)
{
	*e = (eav_reader){0};
	(void) keep(e, ""); /* offset 0 is the empty text */
	list_add(&e->field, "record_id");
	if (at->event >= 0)
		list_add(&e->field, "redcap_event_name");
	e->fixed = e->field.count;
}

static size_t
hash_of(const char *text)
{
	size_t h = 14695981039346656037u;

	for (; *text; text++)
		h = (h ^ (unsigned char) *text) * 1099511628211u;
	return h;
}

/* The text of entry number k of a hash table: a field's name or a record's key. */
static const char *
entry(const eav_reader *e, bool field, size_t k)
{
	return field ? e->field.item[k] : e->bytes.data + e->record_key[k];
}

/* The slot where text is or belongs; the table has free slots. */
static size_t *
find(const eav_reader *e, bool field, size_t *slot, size_t slots, const char *text)
{
	size_t h = hash_of(text) & (slots - 1);

	while (slot[h] != 0 && strcmp(entry(e, field, slot[h] - 1), text) != 0)
		h = (h + 1) & (slots - 1);
	return &slot[h];
}

/* Keeps a hash table less than half full. */
static void
make_room(eav_reader *e, bool field, size_t **slot, size_t *slots, size_t count)
{
	size_t more = *slots ? *slots : 64;

	if (2 * (count + 1) <= *slots)
		return;
	while (2 * (count + 1) > more)
		more *= 2;
	free(*slot);
	*slot = grow(NULL, more, sizeof **slot);
	memset(*slot, 0, more * sizeof **slot);
	*slots = more;
	for (size_t k = 0; k < count; k++)
		*find(e, field, *slot, more, entry(e, field, k)) = k + 1;
}

/* More columns than there was room for: every record's cells move. */
static psy_status
widen(eav_reader *e, psy_error *err)
{
	size_t room = e->room ? 2 * e->room : 64;
	size_t *cell;
	long *line;

	if (e->capacity > 0 && room > EAV_MAX_CELLS / e->capacity)
		return psy_fail(err, PSY_LIMIT, "more than %zu cells", EAV_MAX_CELLS);
	cell = grow(NULL, (e->capacity + 1) * room, sizeof *cell);
	line = grow(NULL, (e->capacity + 1) * room, sizeof *line);
	memset(cell, 0, (e->capacity + 1) * room * sizeof *cell);
	memset(line, 0, (e->capacity + 1) * room * sizeof *line);
	for (size_t r = 0; r < e->records && e->room > 0; r++)
	{
		memcpy(cell + r * room, e->cell + r * e->room, e->room * sizeof *cell);
		memcpy(line + r * room, e->line + r * e->room, e->room * sizeof *line);
	}
	free(e->cell);
	free(e->line);
	e->cell = cell;
	e->line = line;
	e->room = room;
	return PSY_OK;
}

static psy_status
column_of(eav_reader *e, const char *name, size_t *column, psy_error *err)
{
	size_t *slot;

	make_room(e, true, &e->field_slot, &e->field_slots, e->field.count);
	slot = find(e, true, e->field_slot, e->field_slots, name);
	if (*slot == 0)
	{
		list_add(&e->field, name);
		*slot = e->field.count;
	}
	*column = *slot - 1;
	while (e->field.count > e->room)
		if (widen(e, err) != PSY_OK)
			return err->code;
	return PSY_OK;
}

static const char *
cell_or_empty(const char *const *cell, int column)
{
	return column < 0 ? "" : cell[column];
}

static psy_status
record_of(eav_reader *e, const eav_columns *at, const char *const *cell, long line, size_t *record, psy_error *err)
{
	buffer key = {0};
	size_t *slot;

	buffer_format(&key, "%s\x1f%s\x1f%s\x1f%s", cell[at->record], cell_or_empty(cell, at->event),
				  cell_or_empty(cell, at->instrument), cell_or_empty(cell, at->instance));
	make_room(e, false, &e->record_slot, &e->record_slots, e->records);
	slot = find(e, false, e->record_slot, e->record_slots, key.data);
	if (*slot == 0)
	{
		size_t k = e->records;

		if (e->room > 0 && k == e->capacity && 2 * k + 64 > EAV_MAX_CELLS / e->room)
		{
			buffer_free(&key);
			return psy_fail(err, PSY_LIMIT, "more than %zu cells", EAV_MAX_CELLS);
		}
		if (k == e->capacity)
		{
			e->capacity = 2 * k + 64;
			e->record_key = grow(e->record_key, e->capacity, sizeof *e->record_key);
			e->first_line = grow(e->first_line, e->capacity, sizeof *e->first_line);
			e->cell = grow(e->cell, e->capacity * e->room, sizeof *e->cell);
			e->line = grow(e->line, e->capacity * e->room, sizeof *e->line);
		}
		e->record_key[k] = keep(e, key.data);
		e->first_line[k] = line;
		memset(e->cell + k * e->room, 0, e->room * sizeof *e->cell);
		memset(e->line + k * e->room, 0, e->room * sizeof *e->line);
		e->cell[k * e->room] = keep(e, cell[at->record]);
		if (at->event >= 0)
			e->cell[k * e->room + 1] = keep(e, cell[at->event]);
		*slot = ++e->records;
	}
	*record = *slot - 1;
	buffer_free(&key);
	return PSY_OK;
}

psy_status
eav_add(eav_reader *e, const eav_columns *at, const char *const *cell, long line, psy_error *err)
{
	size_t column = 0, record = 0, place;
	const char *name = cell[at->field], *value = cell[at->value];
	psy_status status;

	if (*name == '\0')
		return psy_fail(err, PSY_FORMAT, "line %ld has no field name", line);
	status = column_of(e, name, &column, err);
	if (status == PSY_OK)
		status = record_of(e, at, cell, line, &record, err);
	if (status != PSY_OK || *value == '\0' || column < e->fixed) /* record_id is exported as a field too */
		return status;
	place = record * e->room + column;
	if (e->cell[place] != 0)
	{
		buffer both = {0};

		buffer_format(&both, "%s;%s", e->bytes.data + e->cell[place], value);
		e->cell[place] = keep(e, both.data);
		buffer_free(&both);
	}
	else
		e->cell[place] = keep(e, value);
	e->line[place] = line;
	return e->bytes.size > EAV_MAX_TEXT ? psy_fail(err, PSY_LIMIT, "more than %zu MB of text", EAV_MAX_TEXT >> 20) : PSY_OK;
}

bool
eav_next(eav_reader *e, long *line)
{
	if (e->at > e->records)
		return false;
	*line = e->at == 0 ? 1 : e->first_line[e->at - 1];
	e->at++;
	return true;
}

size_t
eav_cells(const eav_reader *e)
{
	return e->field.count;
}

const char *
eav_cell(const eav_reader *e, size_t column)
{
	return e->at == 1 ? e->field.item[column] : e->bytes.data + e->cell[(e->at - 2) * e->room + column];
}

const long *
eav_lines(const eav_reader *e)
{
	return e->at < 2 ? NULL : e->line + (e->at - 2) * e->room;
}

void
eav_done(eav_reader *e)
{
	buffer_free(&e->bytes);
	list_free(&e->field);
	free(e->cell);
	free(e->line);
	free(e->first_line);
	free(e->record_key);
	free(e->field_slot);
	free(e->record_slot);
	*e = (eav_reader){0};
}
