/*
 * arrange.h - the arrangements of a permutation test: which row's design, and which sign, every row gets.
 *
 * Rows are exchanged as units.  A unit is a row, or a whole block of rows (the visits of a subject) that
 * moves as one; only units of one class change places: rows of one block, or blocks of one size.  Sign flips
 * turn units in place.
 *
 * Where there are no more different arrangements than were asked for, all of them are gone through, the
 * observed one among them; else each is drawn by psy_draw_below from (seed, its number, the unit's rank),
 * so that an arrangement depends on nothing but these.  Two arrangements are the same when every row gets an
 * equal design row.
 */
#ifndef PSY_ARRANGE_H
#define PSY_ARRANGE_H

#include "core/context.h"

typedef enum psy_exchange
{
	PSY_EXCHANGE_ALL,    /* every row with every other */
	PSY_EXCHANGE_WITHIN, /* rows of one block with each other */
	PSY_EXCHANGE_WHOLE   /* blocks of one size with each other, the order within kept */
} psy_exchange;

/* "all", "within" or "whole"; PSY_DOMAIN names the allowed ones. */
psy_status psy_exchange_parse(const char *name, psy_exchange *exchange, psy_error *err);

typedef struct psy_arrange_plan
{
	size_t rows;
	const double *design; /* rows x columns, row-major: what makes two rows alike; may be NULL for signs */
	size_t columns;
	psy_exchange exchange;
	const uint32_t *block; /* rows: block of each, any numbers; NULL for PSY_EXCHANGE_ALL */
	bool signs;            /* flip units instead of exchanging them */
	uint64_t most;         /* arrangements asked for, at least 1 */
	uint64_t seed;
} psy_arrange_plan;

typedef struct psy_arrange
{
	psy_arrange_plan plan;
	size_t units, classes;
	uint32_t *row;   /* rows, unit by unit, units of a class together */
	uint32_t *start; /* units + 1: where a unit's rows begin in row */
	uint32_t *first; /* classes + 1: where a class begins among the units */
	uint32_t *kind;  /* units: the first unit of the class with equal contents */
	uint32_t *order; /* units: whose contents each place holds */
	double total;    /* different arrangements */
	bool exhaustive; /* total <= most */
	uint64_t count;  /* arrangements to go through: total or most */
	void *memory;
} psy_arrange;

/* PSY_NOMEM only. */
psy_status psy_arrange_begin(const psy_context *ctx, const psy_arrange_plan *plan, psy_arrange *a,
							 psy_error *err);

void psy_arrange_end(const psy_context *ctx, psy_arrange *a);

/*
 * Arrangement n (0 .. count-1): row r gets the design of row from[r] times sign[r] (1 or -1).  Exhaustive
 * ones must be asked for in order, from 0.
 */
void psy_arrange_next(psy_arrange *a, uint64_t n, uint32_t *from, double *sign);

#endif
