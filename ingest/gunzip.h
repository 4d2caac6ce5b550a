/*
 * gunzip.h - bytes of a source, inflated when they are gzip; ISA-L's igzip, streaming, in constant memory.
 *
 * gzip is told by its magic bytes, not by the name.  Members may follow one another; CRC and length of each
 * are checked; a stream that stops early and bytes after the last member are errors.
 */
#ifndef GUNZIP_H
#define GUNZIP_H

#include "source.h"

#include <stdbool.h>

typedef struct gunzip
{
	source *from;
	void *state; /* struct inflate_state; NULL for plain bytes */
	uint8_t *in; /* [GUNZIP_CHUNK] */
	size_t in_size, in_at;
	bool source_ended;
	bool ended; /* the last member was complete */
} gunzip;

#define GUNZIP_CHUNK ((size_t) 1 << 16)

psy_status gunzip_open(gunzip *g, source *from, psy_error *err);

/* Up to want bytes; *got is less only at the end. */
psy_status gunzip_read(gunzip *g, void *to, size_t want, size_t *got, psy_error *err);
void gunzip_close(gunzip *g);

#endif
