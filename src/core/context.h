/*
 * context.h - what a library function needs from its host when it must grow or may run long.
 *
 * Kernels allocate nothing: their caller passes workspace.  Parsers and iterative fits take a psy_context.
 * alloc returns NULL instead of failing in its own way, so that no host error crosses the library.
 */
#ifndef PSY_CONTEXT_H
#define PSY_CONTEXT_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct psy_context
{
	void *(*alloc)(void *arg, size_t bytes);   /* NULL when refused; contents undefined */
	void (*release)(void *arg, void *pointer); /* pointer may be NULL */
	bool (*interrupted)(void *arg);			   /* polled by long loops; true means unwind with PSY_INTERRUPTED */
	void *arg;
} psy_context;

/* count * size bytes, overflow checked.  PSY_NOMEM with *out = NULL when refused. */
psy_status psy_alloc(const psy_context *ctx, size_t count, size_t size, void **out, psy_error *err);

/* Frees what psy_alloc gave; NULL is allowed. */
void psy_release(const psy_context *ctx, void *pointer);

/* PSY_INTERRUPTED when the host asked to stop, else PSY_OK. */
psy_status psy_poll(const psy_context *ctx, psy_error *err);

#endif
