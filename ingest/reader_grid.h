/*
 * reader_grid.h - a matrix in a file, record by record: what records.h reads, and text whose cells are parted by blanks
 * (MATLAB's save -ascii, DPABI's ROISignals_*.txt, MRtrix).
 *
 * The first line decides: blanks part cells only where it holds no tab, comma or semicolon.  Nothing is taken for a header here, but lines
 * "# command_history: ..." before it, as MRtrix writes them, are left out.
 */
#ifndef READER_GRID_H
#define READER_GRID_H

#include "records.h"

typedef struct grid
{
	bool blanks; /* which of the two readers below is in use */
	records rows;
	text_reader text;
	buffer bytes;   /* blanks: the record's cells, each followed by a NUL */
	size_t *offset; /* of each cell in bytes */
	size_t room;
	size_t cells;
	long line, skipped; /* lines left out */
} grid;

psy_status grid_open(grid *g, source *from, const options *opt, psy_error *err);
psy_status grid_next(grid *g, bool *more, psy_error *err);
const char *grid_cell(const grid *g, size_t column); /* 0-based; valid until the next call */
/* Whether the record's cells from one on count 0, 1, 2 ... or 1, 2, 3 ...: a header that pandas makes up where there are no names. */
bool grid_counts(const grid *g, size_t from);
/* Whether its first cell is the number of the record behind so many others; *first, the first one's, 0 or 1, is set by that. */
bool grid_counts_row(const grid *g, size_t rows, size_t *first);
void grid_done(grid *g);

#endif
