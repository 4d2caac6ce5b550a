/*
 * record_blocks.h - which pairs of many records are worth comparing.  Not for others than record_dedupe.c.
 *
 * Every record stands in a block for each of its keys: its DOI, its title and either end of it, its first
 * author with year and page, volume with pages, and so on.  Two records that share a block are compared.  In
 * a block of more than PSY_RECORD_BLOCK records (all "Editorial"s) each is compared with the
 * PSY_RECORD_WINDOW that follow it in the order of titles, years and prints: the order of the input plays no
 * part.
 */
#ifndef PSY_RECORD_BLOCKS_H
#define PSY_RECORD_BLOCKS_H

#include "catalogue/record_parts.h"

typedef struct record_candidate
{
	uint32_t a, b; /* places in norm, a < b */
} record_candidate;

/* The pairs of norm[count] that share a block, each once, by a, then b.  *pair comes from the context. */
psy_status record_candidates(const psy_context *ctx, psy_record_norm *const *norm, size_t count,
							 record_candidate **pair, size_t *pairs, size_t *widest, psy_error *err);

/* Order of records by what they say, then by key. */
int record_order_norms(const psy_record_norm *a, const psy_record_norm *b);

#endif
