/*
 * perm_engine.c - see perm_engine.h.
 *
 * Layout: a panel is 64 elements of all rows as doubles, four tiles of [row][16]; columns of rearranged
 * weights stand in fours, [four][row][4].  The kernel keeps a 4 x 16 corner of the product in registers.
 * Products and sums are separate operations (no FMA), which on current CPUs run in different pipes.
 */
#include "stats/perm_engine.h"

#include "core/lanes.h"
#include "stats/mass_spread.h"
#include "stats/perm_subsets.h"

#include <math.h>
#include <string.h>

#define TILE PSY_PERM_TILE
#define TILES PSY_PERM_TILES
#define PANEL PSY_PERM_PANEL
#define FOUR PSY_PERM_FOUR
#define COLUMN_BYTES ((size_t) 512 * 1024) /* of rearranged columns: what stays in the second-level cache */
#define EXPLAINED 1e-12                    /* share of a residual below which nothing of it is left */

typedef struct engine
{
	const psy_perm_rows *rows;
	const psy_perm_model *model;
	size_t columns;  /* of an arrangement: the effect and the nuisance variables */
	double *panel;   /* TILES x rows x TILE */
	double *column;  /* fours x rows x FOUR */
	double *product; /* fours * FOUR x TILE */
	bool two_valued; /* the effect has two values, a and b, and there are no nuisance variables:
						perm_subsets.h */
	double a, b;
	double *weight; /* rows: of one arrangement */
	double *table;  /* of eight elements */
	uint32_t *code; /* [arrangement][groups] */
	void *memory;
} engine;

/* ---- panels ---------------------------------------------------------------------------------- */

PSY_CLONES static void
widen(const float *from, size_t size, double *to)
{
	for (size_t k = 0; k < size; k++)
		to[k] = from[k];
}

/* Row s of the panel, for size elements from first on; elements beyond are 0. */
static void
load_row(const psy_perm_rows *rows, double *panel, size_t s, size_t first, size_t size)
{
	double row[PANEL] = {0};

	if (rows->f != NULL)
		widen(rows->f[s] + first, size, row);
	else
		memcpy(row, rows->d[s] + first, size * sizeof *row);
	for (size_t t = 0; t < TILES; t++)
		memcpy(panel + (t * rows->rows + s) * TILE, row + t * TILE, TILE * sizeof *row);
}

PSY_CLONES static void
sum_rows(const double *tile, size_t rows, const double *weight, double *sum)
{
	double acc[TILE] = {0};

	for (size_t s = 0; s < rows; s++)
		for (size_t k = 0; k < TILE; k++)
			acc[k] += weight[s] * tile[s * TILE + k];
	memcpy(sum, acc, sizeof acc);
}

PSY_CLONES static void
subtract_rows(double *tile, size_t rows, const double *weight, const double *sum)
{
	for (size_t s = 0; s < rows; s++)
		for (size_t k = 0; k < TILE; k++)
			tile[s * TILE + k] -= weight[s] * sum[k];
}

PSY_CLONES static void
centre_rows(double *tile, size_t rows, double *mean)
{
	double acc[TILE] = {0};

	for (size_t s = 0; s < rows; s++)
		for (size_t k = 0; k < TILE; k++)
			acc[k] += tile[s * TILE + k];
	for (size_t k = 0; k < TILE; k++)
		mean[k] = acc[k] / (double) rows;
	for (size_t s = 0; s < rows; s++)
		for (size_t k = 0; k < TILE; k++)
			tile[s * TILE + k] -= mean[k];
}

PSY_CLONES static void
sum_squares(const double *tile, size_t rows, double *sum)
{
	double acc[TILE] = {0};

	for (size_t s = 0; s < rows; s++)
		for (size_t k = 0; k < TILE; k++)
			acc[k] += tile[s * TILE + k] * tile[s * TILE + k];
	memcpy(sum, acc, sizeof acc);
}

PSY_CLONES static void
scale_rows(double *tile, size_t rows, const double *by)
{
	for (size_t s = 0; s < rows; s++)
		for (size_t k = 0; k < TILE; k++)
			tile[s * TILE + k] *= by[k];
}

/* What a tile's elements are before they are normalised. */
typedef struct tile_spread
{
	double mean[TILE];  /* 0 unless centred */
	double total[TILE]; /* sum of squares about it */
	double left[TILE];  /* given the nuisance variables */
} tile_spread;

/* Leaves the residuals of the tile given the nuisance variables. */
static void
take_residuals(const psy_perm_model *m, double *tile, tile_spread *spread)
{
	double sum[TILE], rest[TILE];

	memset(spread->mean, 0, sizeof spread->mean);
	if (m->centred)
	{
		centre_rows(tile, m->rows, spread->mean);
		centre_rows(tile, m->rows, rest); /* what rounding of a large mean left */
	}
	sum_squares(tile, m->rows, spread->total);
	for (int again = 0; again < 2 && m->nuisance > 0; again++)
		for (size_t j = 0; j < m->nuisance; j++)
		{
			sum_rows(tile, m->rows, m->basis + j * m->rows, sum);
			subtract_rows(tile, m->rows, m->basis + j * m->rows, sum);
		}
	sum_squares(tile, m->rows, spread->left);
}

/* Normalises a tile's residuals; elements without spread or with a NaN become 0.  state may be NULL. */
static void
normalise(size_t rows, double *tile, const tile_spread *spread, double *norm, uint8_t *state)
{
	double by[TILE];

	for (size_t k = 0; k < TILE; k++)
	{
		bool missing = isnan(spread->total[k]);
		double noise = psy_spread_noise((double) rows, spread->mean[k]);
		bool varies = spread->total[k] > noise && spread->left[k] > PSY_RANK_TOLERANCE * spread->total[k];

		norm[k] = varies ? sqrt(spread->left[k]) : NAN;
		by[k] = varies ? 1 / norm[k] : 0;
		state[k] = missing ? PSY_PERM_MISSING : varies ? PSY_PERM_TESTED : PSY_PERM_NO_SPREAD;
	}
	scale_rows(tile, rows, by);
	for (size_t k = 0; k < TILE; k++)
		for (size_t s = 0; s < rows && state[k] == PSY_PERM_MISSING; s++)
			tile[s * TILE + k] = 0;
}

size_t
psy_perm_panel(const psy_perm_rows *rows, const psy_perm_model *model, size_t first, double *panel,
			   double *norm, uint8_t *state)
{
	size_t left = rows->elements - first, size = left < PANEL ? left : PANEL;

	for (size_t s = 0; s < rows->rows; s++)
		load_row(rows, panel, s, first, size);
	for (size_t t = 0; t * TILE < size; t++)
	{
		double *tile = panel + t * rows->rows * TILE;
		tile_spread spread;

		take_residuals(model, tile, &spread);
		normalise(rows->rows, tile, &spread, norm + t * TILE, state + t * TILE);
	}
	return size;
}

/* ---- products -------------------------------------------------------------------------------- */

/*
 * product[4][16] = column' tile, in row order.  Loops of fixed width over plain arrays: the accumulators
 * become registers of whatever width the clone has (vector types wider than that go through memory).
 */
PSY_CLONES static void
multiply(const double *restrict tile, const double *restrict column, size_t rows, double *restrict product)
{
	double a[TILE] = {0}, b[TILE] = {0}, c[TILE] = {0}, d[TILE] = {0};

	for (size_t s = 0; s < rows; s++)
	{
		const double *x = tile + s * TILE, *w = column + s * FOUR;

		for (size_t k = 0; k < TILE; k++)
			a[k] += x[k] * w[0];
		for (size_t k = 0; k < TILE; k++)
			b[k] += x[k] * w[1];
		for (size_t k = 0; k < TILE; k++)
			c[k] += x[k] * w[2];
		for (size_t k = 0; k < TILE; k++)
			d[k] += x[k] * w[3];
	}
	memcpy(product, a, sizeof a);
	memcpy(product + TILE, b, sizeof b);
	memcpy(product + 2 * TILE, c, sizeof c);
	memcpy(product + 3 * TILE, d, sizeof d);
}

void
psy_perm_multiply(const double *tile, const double *column, size_t rows, double *product)
{
	multiply(tile, column, rows, product);
}

/* r[arrangement][16] from the products of its columns, in place; columns > 1. */
PSY_CLONES static void
adjust(const double *product, size_t arrangements, size_t columns, double *r)
{
	for (size_t n = 0; n < arrangements; n++)
	{
		const double *own = product + n * columns * TILE;
		double left[TILE];

		for (size_t k = 0; k < TILE; k++)
			left[k] = 1;
		for (size_t j = 1; j < columns; j++)
			for (size_t k = 0; k < TILE; k++)
				left[k] -= own[j * TILE + k] * own[j * TILE + k];
		for (size_t k = 0; k < TILE; k++)
		{
			double some = left[k] > EXPLAINED ? left[k] : 1;
			double share = own[k] / sqrt(some);

			r[n * TILE + k] = left[k] > EXPLAINED ? share : 0;
		}
	}
}

static void
correlate_two_valued(const engine *e, const double *tile, size_t arrangements)
{
	double total[PSY_SUBSET_LANES];

	for (size_t half = 0; half < TILE; half += PSY_SUBSET_LANES)
	{
		psy_subset_table(tile + half, TILE, e->model->rows, e->table, total);
		psy_subset_products(e->table, total, e->code, psy_subset_groups(e->model->rows), arrangements, e->a,
							e->b, e->product + half, TILE);
	}
}

static void
correlate(const engine *e, size_t tile, size_t arrangements)
{
	const double *own = e->panel + tile * e->model->rows * TILE;
	size_t columns = arrangements * e->columns;

	if (e->two_valued)
	{
		correlate_two_valued(e, own, arrangements);
		return;
	}
	for (size_t c = 0; c < columns; c += FOUR)
		multiply(own, e->column + c * e->model->rows, e->model->rows, e->product + c * TILE);
	if (e->columns > 1)
		adjust(e->product, arrangements, e->columns, e->product);
}

/* Where weight s of column c stands. */
static double *
column_at(const engine *e, size_t c, size_t s)
{
	return e->column + ((c / FOUR) * e->model->rows + s) * FOUR + c % FOUR;
}

/* The columns of arrangement n of the batch. */
static void
put_columns(const engine *e, size_t n, const uint32_t *from, const double *sign)
{
	const psy_perm_model *m = e->model;

	for (size_t s = 0; s < m->rows && e->two_valued; s++)
		e->weight[s] = (sign != NULL ? sign[s] : 1) * m->effect[from != NULL ? from[s] : s];
	if (e->two_valued)
	{
		psy_subset_code(e->weight, m->rows, e->a, e->code + n * psy_subset_groups(m->rows));
		return;
	}
	for (size_t s = 0; s < m->rows; s++)
	{
		size_t source = from != NULL ? from[s] : s;
		double by = sign != NULL ? sign[s] : 1;

		*column_at(e, n * e->columns, s) = by * m->effect[source];
		for (size_t j = 0; j < m->nuisance; j++)
			*column_at(e, n * e->columns + 1 + j, s) = by * m->basis[j * m->rows + source];
	}
}

/* ---- beginning and end ----------------------------------------------------------------------- */

/* Whether all arrangements have columns of the same two values: those of the effect, or what signs make of
 * one. */
static bool
find_two_values(const psy_perm_model *model, bool signs, double *a, double *b)
{
	if (model->nuisance > 0)
		return false;
	if (!signs)
		return psy_subset_values(model->effect, model->rows, a, b);
	*a = model->effect[0];
	*b = -*a;
	for (size_t s = 1; s < model->rows; s++)
		if (model->effect[s] != *a)
			return false;
	return true;
}

static size_t
batch_size(const psy_perm_model *m, bool signs, size_t most)
{
	double a, b;
	size_t own = find_two_values(m, signs, &a, &b) ? psy_subset_groups(m->rows) * sizeof(uint32_t)
												   : m->rows * (1 + m->nuisance) * sizeof(double);
	size_t fits = COLUMN_BYTES / own;
	size_t batch = fits < FOUR ? FOUR : fits < PSY_PERM_BATCH ? fits : PSY_PERM_BATCH;

	return most > 0 && batch > most ? most : batch;
}

static psy_status
engine_begin(const psy_context *ctx, engine *e, const psy_perm_rows *rows, const psy_perm_model *model,
			 size_t batch, bool signs, psy_error *err)
{
	size_t columns, own, panel = (size_t) PANEL * model->rows, groups = psy_subset_groups(model->rows);
	psy_status status;

	*e = (engine){.rows = rows, .model = model, .columns = 1 + model->nuisance};
	e->two_valued = find_two_values(model, signs, &e->a, &e->b);
	columns = (batch * e->columns + FOUR - 1) / FOUR * FOUR;
	own = e->two_valued ? groups * PSY_SUBSET_SUMS * PSY_SUBSET_LANES + model->rows + (batch * groups + 1) / 2
						: columns * model->rows;
	status = psy_alloc(ctx, panel + columns * TILE + own + 8, sizeof(double), &e->memory, err);
	if (status != PSY_OK)
		return status;
	e->panel = (double *) (((uintptr_t) e->memory + 63) & ~(uintptr_t) 63);
	e->product = e->panel + panel;
	e->column = e->table = e->product + columns * TILE;
	e->weight = e->table + groups * PSY_SUBSET_SUMS * PSY_SUBSET_LANES;
	e->code = (uint32_t *) (e->weight + model->rows);
	if (!e->two_valued)
		memset(e->column, 0, columns * model->rows * sizeof(double));
	return PSY_OK;
}

psy_status
psy_perm_observe(const psy_context *ctx, const psy_perm_rows *rows, const psy_perm_model *model,
				 psy_perm_observed *observed, psy_error *err)
{
	engine e;
	psy_status status = engine_begin(ctx, &e, rows, model, 1, false, err);

	observed->tested = observed->missing = observed->no_spread = 0;
	if (status != PSY_OK)
		return status;
	put_columns(&e, 0, NULL, NULL);
	for (size_t first = 0; first < rows->elements && status == PSY_OK; first += PANEL)
	{
		double norm[PANEL];
		uint8_t state[PANEL];
		size_t size = psy_perm_panel(rows, model, first, e.panel, norm, state);

		for (size_t k = 0; k < size; k++)
		{
			if (k % TILE == 0)
				correlate(&e, k / TILE, 1);
			observed->spread[first + k] = norm[k];
			observed->state[first + k] = state[k];
			observed->r[first + k] = state[k] == PSY_PERM_TESTED ? e.product[k % TILE] : NAN;
			observed->tested += state[k] == PSY_PERM_TESTED;
			observed->missing += state[k] == PSY_PERM_MISSING;
			observed->no_spread += state[k] == PSY_PERM_NO_SPREAD;
		}
		status = psy_poll(ctx, err);
	}
	psy_release(ctx, e.memory);
	return status;
}

/* One batch, whose columns are in place, over all elements. */
static psy_status
run_batch(const psy_context *ctx, engine *e, const psy_perm_observed *observed, const psy_perm_sink *sink,
		  size_t arrangements, psy_error *err)
{
	size_t elements = e->rows->elements;
	psy_status status = PSY_OK;

	for (size_t first = 0; first < elements && status == PSY_OK; first += PANEL)
	{
		double norm[PANEL];
		uint8_t state[PANEL];
		size_t size = psy_perm_panel(e->rows, e->model, first, e->panel, norm, state);

		for (size_t t = 0; t * TILE < size && status == PSY_OK; t++)
		{
			size_t left = size - t * TILE;
			psy_perm_tile tile = {first + t * TILE, left < TILE ? left : TILE, arrangements, e->product,
								  observed->state + first + t * TILE};

			correlate(e, t, arrangements);
			sink->take(sink->arg, &tile);
			status = psy_poll(ctx, err);
		}
	}
	return status;
}

psy_status
psy_perm_each(const psy_context *ctx, const psy_perm_rows *rows, const psy_perm_model *model,
			  psy_arrange *arrange, const psy_perm_observed *observed, const psy_perm_sink *sink,
			  psy_error *err)
{
	size_t batch = batch_size(model, arrange->plan.signs, sink->most_arrangements);
	void *row_memory;
	uint32_t *from;
	double *sign;
	engine e;
	psy_status status = psy_alloc(ctx, model->rows, sizeof *from + sizeof *sign, &row_memory, err);

	if (status != PSY_OK)
		return status;
	sign = row_memory;
	from = (uint32_t *) (sign + model->rows);
	status = engine_begin(ctx, &e, rows, model, batch, arrange->plan.signs, err);
	for (uint64_t n = 0; n < arrange->count && status == PSY_OK; n += batch)
	{
		size_t size = arrange->count - n < batch ? (size_t) (arrange->count - n) : batch;

		for (size_t k = 0; k < size && status == PSY_OK; k++)
		{
			psy_arrange_next(arrange, n + k, from, sign);
			put_columns(&e, k, from, sign);
			status = psy_poll(ctx, err);
		}
		if (status == PSY_OK && sink->begin_batch != NULL)
			status = sink->begin_batch(sink->arg, size);
		if (status == PSY_OK)
			status = run_batch(ctx, &e, observed, sink, size, err);
		if (status == PSY_OK)
			sink->end_batch(sink->arg, size);
	}
	psy_release(ctx, e.memory);
	psy_release(ctx, row_memory);
	return status;
}

double
psy_perm_t(double r, double df)
{
	double rest = 1 - r * r;

	return rest > 1e-15 ? r * sqrt(df / rest) : NAN;
}
