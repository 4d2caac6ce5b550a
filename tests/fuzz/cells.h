/* cells.h - what every reader of tables promises of a cell: valid UTF-8, since binary COPY sends it as it is. */
#ifndef CELLS_H
#define CELLS_H

#include "reader_text.h"

#include <stdlib.h>
#include <string.h>

static inline void
check_utf8(const char *cell)
{
	const unsigned char *p = (const unsigned char *) cell, *end = p + strlen(cell);

	while (p < end)
	{
		size_t n = utf8_character(p, end);

		if (n == 0)
			abort();
		p += n;
	}
}

#endif
