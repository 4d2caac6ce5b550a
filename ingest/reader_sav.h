/*
 * reader_sav.h - an SPSS data file (.sav, .zsav) as records of text cells; ReadStat parses.
 *
 * The first record holds the variables' names.  Numbers keep fifteen digits, dates are ISO dates, and what SPSS
 * declares missing is empty.  A coded answer is its code, or with labels its value label.  line is the number of
 * the case.  ReadStat hands cases out as it parses, so that all are held: file and cells are bounded.
 */
#ifndef READER_SAV_H
#define READER_SAV_H

#include "buffer.h"
#include "source.h"

#include <stdbool.h>

#define SAV_MAX_FILE ((size_t) 256 << 20)
#define SAV_MAX_TEXT ((size_t) 512 << 20)
#define SAV_MAX_CELLS ((size_t) 1 << 26)

typedef struct sav_reader
{
	buffer bytes;   /* all cells, row by row, each followed by a NUL; names first */
	size_t *offset; /* of each cell */
	size_t cells, stored;
	long line; /* case under way; 0 for the names */
	long cases;
	bool begun;
} sav_reader;

bool sav_recognised(const uint8_t *bytes, size_t size);
psy_status sav_open(sav_reader *s, source *from, bool labels, psy_error *err);
psy_status sav_next(sav_reader *s, bool *more, psy_error *err);
const char *sav_cell(const sav_reader *s, size_t column);
void sav_done(sav_reader *s);

#endif
