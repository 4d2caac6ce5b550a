/* unit.h - what every unit test of libpsyrad uses: cmocka, a malloc context, relative comparison, golden tables. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/context.h"

static inline void *
unit_alloc(void *arg, size_t bytes)
{
	return malloc(bytes);
}

static inline void
unit_release(void *arg, void *pointer)
{
	free(pointer);
}

static const psy_context unit_context = {unit_alloc, unit_release, NULL, NULL};

/* |actual - expected| <= tolerance * |expected|, or both NaN, or both the same infinity or zero. */
static inline void
unit_assert_close_at(double actual, double expected, double tolerance, const char *what, const char *file, int line)
{
	if (isnan(expected) ? isnan(actual) : actual == expected)
		return;
	if (fabs(actual - expected) <= tolerance * fabs(expected))
		return;
	print_error("%s:%d: %s is %.17g, expected %.17g, relative difference %.3g\n", file, line, what, actual, expected,
				fabs(actual - expected) / fabs(expected));
	_fail(file, line);
}

/*
 * Golden tables: tests/golden/NAME, comma separated, '#' begins a comment line.  unit_golden_row reads the next row's
 * leading text (may be NULL) and numbers ("NaN", "inf" and hexadecimal doubles included); 0 at the end, else the count.
 */
static inline FILE *
unit_golden_open(const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", UNIT_GOLDEN_DIR, name);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	return file;
}

static inline int
unit_golden_row(FILE *file, char *label, size_t label_size, double *value, int most)
{
	char line[8192];

	while (fgets(line, sizeof line, file) != NULL)
	{
		char *at = line;
		int count = 0;

		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (label != NULL)
		{
			at = strchr(line, ',');
			assert_non_null(at);
			snprintf(label, label_size, "%.*s", (int) (at - line), line);
			at++;
		}
		while (count < most)
		{
			char *end;

			value[count] = strtod(at, &end);
			if (end == at)
				fail_msg("not a number in a golden table: %s", at);
			count++;
			if (*end != ',')
				return count;
			at = end + 1;
		}
		return count;
	}
	return 0;
}

/* FNV-1a of some bytes: a result whose bits must be the same on every CPU is compared by it. */
static inline uint64_t
unit_hash(const void *bytes, size_t size)
{
	const unsigned char *at = (const unsigned char *) bytes;
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t k = 0; k < size; k++)
		hash = (hash ^ at[k]) * 0x100000001b3ULL;
	return hash;
}

#define assert_close(actual, expected, tolerance)                                                                    \
	unit_assert_close_at(actual, expected, tolerance, #actual, __FILE__, __LINE__)

#endif
