/* heap.h - libpsyrad's context for the tool: malloc, and nobody who interrupts. */
#ifndef HEAP_H
#define HEAP_H

#include "core/context.h"

#include <stdlib.h>

static inline void *
heap_take(void *arg, size_t bytes)
{
	(void) arg;
	return malloc(bytes > 0 ? bytes : 1);
}

static inline void
heap_give(void *arg, void *pointer)
{
	(void) arg;
	free(pointer);
}

static inline bool
heap_interrupted(void *arg)
{
	(void) arg;
	return false;
}

static const psy_context heap_context = {heap_take, heap_give, heap_interrupted, NULL};

#endif
