/*
 * reader_literature_table.h - literature as a table: a header, then a record a row, cut by commas, tabs or
 * semicolons.
 *
 * Unlike reader_csv.h it keeps each record's bytes as they stand, and takes quotes as the exporters of
 * databases write them: in Web of Science's tab-delimited text they are letters.
 */
#ifndef READER_LITERATURE_TABLE_H
#define READER_LITERATURE_TABLE_H

#include "literature_item.h"

/* The rules of the open table's columns, for literature_item.columns. */
const literature_rule *const *literature_table_rules(const literature_reader *reader);

/* --map FIELD=COLUMN: lets a column hold a field whatever its header is. */
psy_status literature_table_map(literature_reader *reader, const text_list *map, psy_error *err);

#endif
