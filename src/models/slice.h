/*
 * slice.h - pieces of a text document: lines, words, numbers.  For the front ends of LightGBM and libsvm.
 * Private to src/models.
 */
#ifndef PSY_SLICE_H
#define PSY_SLICE_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct psy_slice
{
	const char *at;
	const char *end;
} psy_slice;

static inline size_t
psy_slice_length(psy_slice slice)
{
	return (size_t) (slice.end - slice.at);
}

/* The next line, without its end; rest moves behind it. */
psy_slice psy_slice_line(psy_slice *rest);

/* The next word between blanks; empty at the end. */
psy_slice psy_slice_word(psy_slice *text);

bool psy_slice_begins(psy_slice slice, const char *text);
bool psy_slice_equals(psy_slice slice, const char *text);

/* The whole slice as a number, which may be infinite or NaN; false when it is none. */
bool psy_slice_number(psy_slice slice, locale_t c_locale, double *number);

#endif
