/*
 * table.h - a table (CSV, TSV, .xlsx, .sav) as records of named fields: header mapping, missing tokens, the cells that may
 * be kept.
 *
 * A loader lists its fields with their synonyms.  --map renames a column to a field, --identifier drops one,
 * and a column that nobody mapped is never looked at again: raw text for rejects holds mapped cells only.
 */
#ifndef TABLE_H
#define TABLE_H

#include "dictionary.h"
#include "options.h"
#include "records.h"

typedef struct table_field
{
	const char *name;     /* as in --map and in messages */
	const char *synonyms; /* folded, separated by '|'; the name itself need not be repeated */
	bool required;
} table_field;

#define NO_FIELD (-1)

typedef struct table_column
{
	char *name;    /* as the header has it */
	char *folded;  /* after --map: the field's name */
	int field;     /* index into the fields, NO_FIELD, or what the loader's matcher gave */
	int item;      /* for the loader's matcher: an item's number */
	char week[24]; /* for the loader's matcher: the week of a wide column */
	const char *scale; /* for the loader's matcher: the instrument that the column names, or NULL */
	bool dropped;  /* declared an identifier */
	bool mapped;   /* named by --map */
	const dictionary_field *meaning; /* of a column that the dictionary has */
} table_column;

typedef struct table
{
	source from;
	records rows;
	const table_field *fields;
	int field_count;
	table_column *column;
	size_t columns;
	int *of_field; /* column of each field, or -1 */
	const options *opt;
	dictionary words;
	buffer raw;
} table;

/* Looks at a column that is no field (items, wide columns); true when it has set field, item, week. */
typedef bool table_matcher(void *arg, table_column *column);

psy_status table_open(table *t, const char *path, const options *opt, const table_field *fields,
					  int field_count, table_matcher *matcher, void *arg, psy_error *err);
psy_status table_next(table *t, bool *more, psy_error *err);

/* A cell; NULL when it is missing, or when the file has no such field. */
const char *table_cell(const table *t, size_t column);
const char *table_get(const table *t, int field);

/* Whether the cell is an answer that the dictionary has, or the dictionary lists none for its column. */
bool table_cell_known(const table *t, size_t column);

/* The mapped cells of the record, as CSV. */
const char *table_raw(table *t);
long table_line(const table *t);

/* Of a record that was put together from several lines, each cell has its own. */
bool table_has_lines(const table *t);
long table_cell_line(const table *t, size_t column);

/* Reads the rest of the file; check: of the bytes that the manifest's hash is of (source_check). */
psy_status table_close(table *t, uint64_t check, psy_error *err);
void table_free(table *t);

/* Empty, n/a, NA, NaN, '.', or a token declared by --missing. */
bool cell_missing(const options *opt, const char *cell);

#endif
