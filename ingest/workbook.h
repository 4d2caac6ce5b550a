/* workbook.h - what a worksheet's cells refer to: the parts of an .xlsx archive, shared texts, date styles, merged ranges. */
#ifndef WORKBOOK_H
#define WORKBOOK_H

#include "reader_sheet.h"
#include "zip_part.h"

/* Opens the archive in s->file, picks the sheet, and reads all that its rows will need. */
psy_status workbook_open(sheet_reader *s, const char *sheet, psy_error *err);

/* The text of an element (its runs joined, phonetic guides left out) up to its end, appended to `to`. */
psy_status workbook_text(zip_part *part, xmlTextReaderPtr xml, const char *element, buffer *to, psy_error *err);

/* "BC12" as column 54 and row 12; false when it is no such thing or beyond a sheet's size. */
bool workbook_place(const char *reference, int *column, long *row);

#endif
