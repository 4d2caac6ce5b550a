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

#define assert_close(actual, expected, tolerance)                                                                    \
	unit_assert_close_at(actual, expected, tolerance, #actual, __FILE__, __LINE__)

#endif
