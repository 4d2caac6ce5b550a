/*
 * reader_eav.h - REDCap's long export (record, event, field_name, value: a line a cell) put together into records.
 *
 * A record is one (record, event, repeated instrument, instance); its columns are record_id, redcap_event_name
 * where the export has events, and the fields in the order in which they first come.  Each cell knows the line
 * that it came from.  A field that comes twice in a record (the answers of a checkbox do) has its values joined
 * by ';': nothing is lost, and where a number is expected the cell is refused as what it is.
 */
#ifndef READER_EAV_H
#define READER_EAV_H

#include "buffer.h"
#include "core/status.h"

#include <stdbool.h>

#define EAV_MAX_CELLS ((size_t) 1 << 25)
#define EAV_MAX_TEXT ((size_t) 512 << 20)

typedef struct eav_reader
{
	buffer bytes;      /* texts, each followed by a NUL */
	text_list field;   /* the columns' names */
	size_t *cell;      /* [records][room] offsets into bytes; 0: empty */
	long *line;        /* the same of lines */
	long *first_line;  /* of each record */
	size_t records, capacity, room, fixed;
	size_t *field_slot, *record_slot; /* hash tables of 1 + number */
	size_t field_slots, record_slots;
	size_t *record_key;               /* offset of each record's key */
	size_t at;                        /* the next record to be given out; 0 is the header */
} eav_reader;

/* Which columns of an export hold what; -1 where it has none. */
typedef struct eav_columns
{
	int record, event, instrument, instance, field, value;
} eav_columns;

/* Whether a header is that of such an export: it has a record, a field_name and a value. */
bool eav_recognised(const char *const *header, size_t count, eav_columns *at);

void eav_begin(eav_reader *e, const eav_columns *at);

/* One line of the export. */
psy_status eav_add(eav_reader *e, const eav_columns *at, const char *const *cell, long line, psy_error *err);

/* The next record, the header first: false at the end. */
bool eav_next(eav_reader *e, long *line);
size_t eav_cells(const eav_reader *e);
const char *eav_cell(const eav_reader *e, size_t column);
const long *eav_lines(const eav_reader *e); /* of the record's cells; 0 where there is none */
void eav_done(eav_reader *e);

#endif
