/*
 * perm_engine.h - the statistic of every element under every arrangement, a tile at a time.
 *
 * The products of 16 elements with batches of rearranged effect and nuisance columns are a matrix product in
 * double, summed in row order: the same bits on every CPU.  Whoever uses the engine (max statistics,
 * networks) takes the tiles as they come and keeps what it needs; rows stay as they were stored, and are
 * normalised 64 elements at a time.
 *
 * Rows must be given in an order of their own (sorted by key), so that sums do not depend on how they
 * arrived.
 */
#ifndef PSY_PERM_ENGINE_H
#define PSY_PERM_ENGINE_H

#include "stats/arrange.h"
#include "stats/perm_model.h"

#include <stdint.h>

#define PSY_PERM_TILE 16 /* elements of a tile */
#define PSY_PERM_TILES 4 /* of a panel */
#define PSY_PERM_PANEL (PSY_PERM_TILE * PSY_PERM_TILES)
#define PSY_PERM_FOUR 4 /* columns that the kernel takes at once */

/*
 * Statistics, as correlations, closer than this count as equal: sums of the same numbers in another order
 * differ by rounding (1e-14), and must not decide whether an arrangement is as extreme as the observed one.
 */
#define PSY_PERM_TIE 1e-10

/* Rows of values: exactly one of f and d, an array of pointers to elements values. */
typedef struct psy_perm_rows
{
	size_t rows, elements;
	const float *const *f;
	const double *const *d;
} psy_perm_rows;

/* Why an element has no statistic; it is then in no family. */
typedef enum psy_perm_state
{
	PSY_PERM_TESTED = 0,
	PSY_PERM_MISSING,  /* a NaN in some row */
	PSY_PERM_NO_SPREAD /* constant, or explained by the nuisance variables */
} psy_perm_state;

typedef struct psy_perm_observed
{
	double *r;      /* elements; NaN where not tested */
	double *spread; /* elements: the norm of the residuals given the nuisance variables */
	uint8_t *state; /* elements: psy_perm_state */
	size_t tested, missing, no_spread;
} psy_perm_observed;

/* Fills the observed statistics. */
psy_status psy_perm_observe(const psy_context *ctx, const psy_perm_rows *rows, const psy_perm_model *model,
							psy_perm_observed *observed, psy_error *err);

typedef struct psy_perm_tile
{
	size_t first, size;   /* elements first .. first+size-1 */
	size_t arrangements;  /* in this batch */
	const double *r;      /* [arrangement][PSY_PERM_TILE]; 0 for elements that are not tested */
	const uint8_t *state; /* of element first */
} psy_perm_tile;

/* What is done with the statistics. */
typedef struct psy_perm_sink
{
	size_t most_arrangements; /* of a batch, for whoever keeps something for each; 0: no bound */
	psy_status (*begin_batch)(void *arg, size_t arrangements);
	void (*take)(void *arg, const psy_perm_tile *tile);
	void (*end_batch)(void *arg, size_t arrangements);
	void *arg;
} psy_perm_sink;

/* Largest number of arrangements that a batch can have. */
#define PSY_PERM_BATCH 1024

/*
 * Goes through all arrangements.  Needs observed->state of psy_perm_observe.  Polls at least every few
 * milliseconds of work: PSY_INTERRUPTED.
 */
psy_status psy_perm_each(const psy_context *ctx, const psy_perm_rows *rows, const psy_perm_model *model,
						 psy_arrange *arrange, const psy_perm_observed *observed, const psy_perm_sink *sink,
						 psy_error *err);

/*
 * The panel of elements first .. first + 63 (how many there are is returned): tiles of [row][16], each
 * element's residuals given the model's nuisance variables at unit norm, or 0 without spread.  norm and
 * state: 64 each.
 */
size_t psy_perm_panel(const psy_perm_rows *rows, const psy_perm_model *model, size_t first, double *panel,
					  double *norm, uint8_t *state);

/* product[4][16] = column[rows][4]' tile[rows][16], in row order. */
void psy_perm_multiply(const double *tile, const double *column, size_t rows, double *product);

/* t of a correlation: exactly rounded operations only. */
double psy_perm_t(double r, double df);

#endif
