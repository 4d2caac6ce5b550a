/*
 * cpm.c - see cpm.h.
 *
 * Rows are taken fold by fold ("slots"), so that a fold is a range of them.  Of fold f, basis[f] is what
 * makes the intercept and covariates orthonormal over the training rows, extended to all rows by the same
 * linear map: residuals of the rows left out then are what the training rows predict.  An element's partial
 * correlation within fold f is (x'y - sum_j A_j c_j) / sqrt(x'x - sum_j A_j^2) / sqrt(y'y - sum_j c_j^2) A =
 * basis'x, c = basis'y, all sums over the training rows.
 */
#include "connectivity/cpm_work.h"

#include "core/lanes.h"
#include "stats/mass_spread.h"

#include <math.h>
#include <string.h>

#define TILE PSY_PERM_TILE
#define FOUR PSY_PERM_FOUR
#define STRENGTH_BYTES ((size_t) 16 * 1024 * 1024)
#define MOST_BATCH 128

/* ---- a batch of arrangements ----------------------------------------------------------------- */

/* y by slot, its part of the column block, and what the folds need to know of it.  from NULL: as observed. */
static void
put_arrangement(psy_cpm_work *m, size_t n, const uint32_t *from)
{
	double *y = m->y + n * m->rows;

	for (size_t s = 0; s < m->rows; s++)
	{
		y[s] = m->residual[from != NULL ? from[m->row[s]] : m->row[s]];
		m->column[((n / FOUR) * m->rows + s) * FOUR + n % FOUR] = y[s];
	}
	for (size_t f = 0; f < m->folds; f++)
	{
		double *c = m->c + (n * m->folds + f) * m->q, total = psy_cpm_product(m, f, y, y), square = total;

		for (size_t j = 0; j < m->q; j++)
		{
			c[j] = psy_cpm_product(m, f, m->basis + (f * m->q + j) * m->rows, y);
			square -= c[j] * c[j];
		}
		m->y_norm[n * m->folds + f] = square > PSY_RANK_TOLERANCE * total ? sqrt(square) : INFINITY;
	}
	memset(m->strength + n * m->folds * 2 * m->rows, 0, m->folds * 2 * m->rows * sizeof(double));
	memset(m->selected_any + 3 * n, 0, 3 * sizeof(uint32_t));
}

PSY_CLONES static void
products_with_basis(const double *restrict tile, const double *restrict weight, size_t from, size_t to,
					double *restrict sum)
{
	double acc[TILE];

	memcpy(acc, sum, sizeof acc);
	for (size_t s = from; s < to; s++)
		for (size_t k = 0; k < TILE; k++)
			acc[k] += weight[s] * tile[s * TILE + k];
	memcpy(sum, acc, sizeof acc);
}

PSY_CLONES static void
squares_of(const double *restrict tile, size_t from, size_t to, double *restrict sum)
{
	double acc[TILE];

	memcpy(acc, sum, sizeof acc);
	for (size_t s = from; s < to; s++)
		for (size_t k = 0; k < TILE; k++)
			acc[k] += tile[s * TILE + k] * tile[s * TILE + k];
	memcpy(sum, acc, sizeof acc);
}

/* Products of a tile's rows with each column of the whole basis, and their squares: [q + 1][TILE], over a
 * range. */
static void
products_of(const psy_cpm_work *m, const double *tile, size_t from, size_t to, double *product)
{
	memset(product, 0, (m->q + 1) * TILE * sizeof *product);
	for (size_t j = 0; j < m->q; j++)
		products_with_basis(tile, m->basis + (m->folds * m->q + j) * m->rows, from, to, product + j * TILE);
	squares_of(tile, from, to, product + m->q * TILE);
}

/*
 * What folds need to know of a tile: A, and 1 / the norm of what the basis leaves (0 where nothing is left),
 * from what all rows have less what the fold has.
 */
static void
prepare_tile(psy_cpm_work *m, const double *tile)
{
	double *whole = m->products, *own = whole + (m->q + 1) * TILE;

	products_of(m, tile, 0, m->rows, whole);
	for (size_t f = 0; f < m->folds; f++)
	{
		double left[TILE];

		products_of(m, tile, m->start[f], m->start[f + 1], own);
		for (size_t k = 0; k < (m->q + 1) * TILE; k++)
			own[k] = whole[k] - own[k];
		memcpy(left, own + m->q * TILE, sizeof left);
		for (size_t j = 0; j < m->q; j++)
			for (size_t k = 0; k < TILE; k++)
			{
				double a = 0;

				for (size_t i = 0; i < m->q; i++)
					a += m->transform[(f * m->q + j) * m->q + i] * own[i * TILE + k];
				m->a[(f * m->q + j) * TILE + k] = a;
				left[k] -= a * a;
			}
		for (size_t k = 0; k < TILE; k++)
			m->scale[f * TILE + k] = left[k] > PSY_RANK_TOLERANCE ? 1 / sqrt(left[k]) : 0;
	}
	for (size_t s = 0; s < m->rows; s++)
		for (size_t k = 0; k < TILE; k++)
			m->flat[k * m->rows + s] = tile[s * TILE + k];
}

/*
 * score[fold][16] = partial r times the norm of y, from the products of each fold and their total
 * (part[folds]); folds where one is beyond its bound are listed in hit[].
 */
PSY_CLONES static size_t
score_folds(const double *restrict part, const double *restrict a, const double *restrict c,
			const double *restrict scale, const double *restrict bound, const double *restrict y_norm,
			size_t folds, size_t q, double *restrict score, uint32_t *restrict hit)
{
	const double *total = part + folds * TILE;
	size_t hits = 0;

	for (size_t f = 0; f < folds; f++)
	{
		double value[TILE], limit = bound[f] * y_norm[f], beyond = 0;

		for (size_t k = 0; k < TILE; k++)
			value[k] = total[k] - part[f * TILE + k];
		for (size_t j = 0; j < q; j++)
			for (size_t k = 0; k < TILE; k++)
				value[k] -= a[(f * q + j) * TILE + k] * c[f * q + j];
		for (size_t k = 0; k < TILE; k++)
		{
			value[k] *= scale[f * TILE + k];
			beyond += fabs(value[k]) > limit ? 1.0 : 0.0;
		}
		memcpy(score + f * TILE, value, sizeof value);
		hit[hits] = (uint32_t) f;
		hits += beyond > 0;
	}
	return hits;
}

PSY_CLONES static void
add_scaled(const double *restrict x, double by, size_t rows, double *restrict to)
{
	for (size_t s = 0; s < rows; s++)
		to[s] += x[s] * by;
}

/* The edges of a tile that arrangement n selects go into its strengths; observed counts them where not NULL.
 */
static void
select_edges(psy_cpm_work *m, size_t n, size_t hits, const double *norm, size_t first, size_t size, bool observed)
{
	for (size_t h = 0; h < hits; h++)
	{
		size_t f = m->hit[h];
		double limit = m->bound[f] * m->y_norm[n * m->folds + f];

		for (size_t k = 0; k < size; k++)
		{
			double score = m->score[f * TILE + k];
			int sign = score < 0;

			if (!(fabs(score) > limit))
				continue;
			add_scaled(m->flat + k * m->rows, norm[k], m->rows,
					   m->strength + ((n * m->folds + f) * 2 + (size_t) sign) * m->rows);
			m->selected_any[3 * n + (size_t) sign] = m->selected_any[3 * n + 2] = 1;
			if (observed)
				m->result->selected[sign][first + k]++;
		}
	}
}

/* Products of four arrangements with a tile, fold by fold, and their selections. */
static void
take_four(psy_cpm_work *m, const double *tile, size_t four, size_t arrangements, const double *norm, size_t first,
		  size_t size, bool observed)
{
	const double *column = m->column + four * m->rows * FOUR;

	for (size_t f = 0; f < m->folds; f++)
		psy_perm_multiply(tile + m->start[f] * TILE, column + m->start[f] * FOUR,
						  m->start[f + 1] - m->start[f], m->part + f * FOUR * TILE);
	for (size_t w = 0; w < FOUR && four * FOUR + w < arrangements; w++)
	{
		size_t n = four * FOUR + w, hits;
		double *total = m->own_part + m->folds * TILE;

		memset(total, 0, TILE * sizeof *total);
		for (size_t f = 0; f < m->folds; f++)
			for (size_t k = 0; k < TILE; k++)
				total[k] += m->own_part[f * TILE + k] = m->part[(f * FOUR + w) * TILE + k];
		hits = score_folds(m->own_part, m->a, m->c + n * m->folds * m->q, m->scale, m->bound,
						   m->y_norm + n * m->folds, m->folds, m->q, m->score, m->hit);
		if (hits > 0)
			select_edges(m, n, hits, norm, first, size, observed);
	}
}

static psy_status
run_batch(psy_cpm_work *m, size_t arrangements, bool observed, psy_error *err)
{
	psy_status status = PSY_OK;

	for (size_t first = 0; first < m->data.elements && status == PSY_OK; first += PSY_PERM_PANEL)
	{
		double norm[PSY_PERM_PANEL];
		uint8_t state[PSY_PERM_PANEL];
		size_t size = psy_perm_panel(&m->data, &m->centred, first, m->panel, norm, state);

		for (size_t k = 0; k < size && observed; k++)
			m->result->missing += state[k] == PSY_PERM_MISSING;
		for (size_t t = 0; t * TILE < size && status == PSY_OK; t++)
		{
			size_t left = size - t * TILE, own = left < TILE ? left : TILE;
			const double *tile = m->panel + t * m->rows * TILE;

			prepare_tile(m, tile);
			for (size_t four = 0; four * FOUR < arrangements && status == PSY_OK; four++)
			{
				take_four(m, tile, four, arrangements, norm + t * TILE, first + t * TILE, own, observed);
				status = psy_poll(m->ctx, err);
			}
		}
	}
	return status;
}

/* ---- prediction ------------------------------------------------------------------------------ */

/* y's residual in fold f (work[0]), strengths' residuals (work[1], work[2]); predictions of the rows left
 * out. */
static void
predict_fold(const psy_cpm_work *m, size_t n, size_t f, double *const predicted[PSY_CPM_NETWORKS], double *left)
{
	double *y = m->work, *x[2] = {y + m->rows, y + 2 * m->rows}, slope[2] = {0}, square[2], cross,
		   both[2] = {0};

	memcpy(y, m->y + n * m->rows, m->rows * sizeof *y);
	psy_cpm_take_out(m, f, y, NULL);
	for (int sign = 0; sign < 2; sign++)
	{
		const double *strength = m->strength + ((n * m->folds + f) * 2 + (size_t) sign) * m->rows;
		double before;

		memcpy(x[sign], strength, m->rows * sizeof *strength);
		before = psy_cpm_product(m, f, x[sign], x[sign]);
		psy_cpm_take_out(m, f, x[sign], NULL);
		square[sign] = psy_cpm_product(m, f, x[sign], x[sign]);
		if (!(square[sign] > PSY_RANK_TOLERANCE * before))
			square[sign] = 0;
		slope[sign] = square[sign] > 0 ? psy_cpm_product(m, f, x[sign], y) / square[sign] : 0;
	}
	cross = psy_cpm_product(m, f, x[0], x[1]);
	memcpy(both, slope, sizeof both);
	if (square[0] > 0 && square[1] > 0)
	{
		/* The negative sum given the positive one; where that leaves nothing, the positive one alone. */
		double rest = square[1] - cross * cross / square[0];
		bool apart = rest > PSY_RANK_TOLERANCE * square[1];

		both[1] = apart ? (slope[1] * square[1] - slope[0] * cross) / rest : 0;
		both[0] = slope[0] - both[1] * cross / square[0];
	}
	for (size_t s = m->start[f]; s < m->start[f + 1]; s++)
	{
		left[s] = y[s];
		predicted[PSY_CPM_POSITIVE][s] = slope[0] * x[0][s];
		predicted[PSY_CPM_NEGATIVE][s] = slope[1] * x[1][s];
		predicted[PSY_CPM_COMBINED][s] = both[0] * x[0][s] + both[1] * x[1][s];
	}
}

static double
correlation(const double *a, const double *b, size_t count)
{
	double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;

	for (size_t s = 0; s < count; s++)
	{
		mean_a += a[s] / (double) count;
		mean_b += b[s] / (double) count;
	}
	for (size_t s = 0; s < count; s++)
	{
		ab += (a[s] - mean_a) * (b[s] - mean_b);
		aa += (a[s] - mean_a) * (a[s] - mean_a);
		bb += (b[s] - mean_b) * (b[s] - mean_b);
	}
	return aa > psy_spread_noise((double) count, mean_a) && bb > 0 ? ab / sqrt(aa * bb) : NAN;
}

/* Predictions of arrangement n, by slot: work[3..5]; what intercept and covariates leave of y: work[6]. */
static void
predict(const psy_cpm_work *m, size_t n, double *r)
{
	double *predicted[PSY_CPM_NETWORKS], *left = m->work + 6 * m->rows, *seen = m->work + 7 * m->rows;

	for (int k = 0; k < PSY_CPM_NETWORKS; k++)
		predicted[k] = m->work + (3 + (size_t) k) * m->rows;
	for (size_t f = 0; f < m->folds; f++)
		predict_fold(m, n, f, predicted, left);
	for (int k = 0; k < PSY_CPM_NETWORKS; k++)
	{
		const double *y = m->y + n * m->rows;

		/* Without covariates what is predicted is y itself, the training mean included. */
		for (size_t s = 0; s < m->rows; s++)
			seen[s] = predicted[k][s] + (m->q == 1 ? y[s] - left[s] : 0);
		r[k] = m->selected_any[3 * n + (size_t) k] ? correlation(seen, m->q == 1 ? y : left, m->rows) : NAN;
	}
}

static void
describe_observed(psy_cpm_work *m)
{
	double r[PSY_CPM_NETWORKS], *left = m->work + 6 * m->rows;

	predict(m, 0, r);
	for (int k = 0; k < PSY_CPM_NETWORKS; k++)
	{
		psy_cpm_network *out = &m->result->network[k];
		const double *predicted = m->work + (3 + (size_t) k) * m->rows;
		double error = 0, total = 0, absolute = 0, edges = 0;

		for (size_t s = 0; s < m->rows; s++)
		{
			double rest = left[s] - predicted[s];

			error += rest * rest;
			total += left[s] * left[s];
			absolute += fabs(rest);
			m->result->predicted[k][m->row[s]] = m->plan->y[m->row[s]] - rest;
		}
		for (size_t e = 0; e < m->data.elements; e++)
			edges += (k != PSY_CPM_NEGATIVE ? m->result->selected[0][e] : 0) +
					 (k != PSY_CPM_POSITIVE ? m->result->selected[1][e] : 0);
		*out = (psy_cpm_network){r[k], 1 - error / total, absolute / (double) m->rows, NAN,
								 edges / (double) m->folds};
	}
}

/* ---- the test -------------------------------------------------------------------------------- */

static psy_status
observe(psy_cpm_work *m, psy_error *err)
{
	psy_status status;

	for (int sign = 0; sign < 2; sign++)
		memset(m->result->selected[sign], 0, m->data.elements * sizeof(uint32_t));
	m->result->missing = 0;
	put_arrangement(m, 0, NULL);
	status = run_batch(m, 1, true, err);
	if (status == PSY_OK)
		describe_observed(m);
	return status;
}

static void
count(psy_cpm_work *m, const psy_arrange *arrange)
{
	double own = arrange->exhaustive ? 0 : 1;

	m->result->exhaustive = arrange->exhaustive;
	m->result->arrangements = (double) arrange->count + own;
	for (int k = 0; k < PSY_CPM_NETWORKS; k++)
	{
		psy_cpm_network *out = &m->result->network[k];
		double beyond = own;

		for (uint64_t n = 0; n < arrange->count; n++)
			beyond += m->null_r[n * PSY_CPM_NETWORKS + (size_t) k] >= out->r - PSY_PERM_TIE;
		out->p = isnan(out->r) ? NAN : beyond / m->result->arrangements;
	}
}

static psy_status
permute(psy_cpm_work *m, psy_error *err)
{
	psy_arrange_plan plan = {
		.rows = m->rows, .design = m->residual, .columns = 1, .most = m->plan->most, .seed = m->plan->seed};
	psy_arrange arrange;
	void *memory;
	uint32_t *from;
	psy_status status = psy_arrange_begin(m->ctx, &plan, &arrange, err);

	if (status != PSY_OK)
		return status;
	status = psy_alloc(m->ctx, arrange.count * PSY_CPM_NETWORKS + 2 * m->rows, sizeof(double), &memory, err);
	m->null_r = memory;
	for (uint64_t n = 0; n < arrange.count && status == PSY_OK; n += m->batch)
	{
		size_t size = arrange.count - n < m->batch ? (size_t) (arrange.count - n) : m->batch;
		double *sign = m->null_r + arrange.count * PSY_CPM_NETWORKS;

		from = (uint32_t *) (sign + m->rows);
		for (size_t k = 0; k < size; k++)
		{
			psy_arrange_next(&arrange, n + k, from, sign);
			put_arrangement(m, k, from);
		}
		status = run_batch(m, size, false, err);
		for (size_t k = 0; k < size && status == PSY_OK; k++)
		{
			predict(m, k, m->null_r + (n + k) * PSY_CPM_NETWORKS);
			status = psy_poll(m->ctx, err);
		}
	}
	if (status == PSY_OK)
		count(m, &arrange);
	psy_release(m->ctx, m->null_r);
	psy_arrange_end(m->ctx, &arrange);
	return status;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static size_t
batch_of(const psy_cpm_work *m)
{
	size_t fits = STRENGTH_BYTES / (m->folds * 2 * m->rows * sizeof(double));

	return fits < 1 ? 1 : fits > MOST_BATCH ? MOST_BATCH : fits;
}

/* The next count doubles of a block, or NULL while they are only counted. */
static void *
carve(double *base, size_t *used, size_t count)
{
	double *own = base != NULL ? base + *used : NULL;

	*used += count;
	return own;
}

/* Lays all arrays out in one block; how many doubles they are. */
static size_t
lay_out(psy_cpm_work *m, double *base)
{
	size_t n = m->rows, f = m->folds, q = m->q, batch = m->batch, fours = (batch + FOUR - 1) / FOUR, used = 0;

	m->panel = carve(base, &used, PSY_PERM_PANEL * n);
	m->column = carve(base, &used, fours * FOUR * n);
	m->flat = carve(base, &used, TILE * n);
	m->part = carve(base, &used, f * FOUR * TILE);
	m->own_part = carve(base, &used, (f + 1) * TILE);
	m->score = carve(base, &used, f * TILE);
	m->a = carve(base, &used, f * q * TILE);
	m->scale = carve(base, &used, f * TILE);
	m->products = carve(base, &used, 2 * (q + 1) * TILE);
	m->basis = carve(base, &used, (f + 1) * q * n);
	m->transform = carve(base, &used, f * q * q);
	m->bound = carve(base, &used, f);
	m->residual = carve(base, &used, n);
	m->y = carve(base, &used, batch * n);
	m->c = carve(base, &used, batch * f * q);
	m->y_norm = carve(base, &used, batch * f);
	m->strength = carve(base, &used, batch * f * 2 * n);
	m->work = carve(base, &used, 8 * n);
	m->row = carve(base, &used, n);
	m->start = carve(base, &used, f + 1);
	m->hit = carve(base, &used, f + 1);
	m->selected_any = carve(base, &used, 3 * batch);
	m->pointers = carve(base, &used, n);
	return used;
}

static void
order_rows(psy_cpm_work *m, const psy_perm_rows *rows)
{
	for (size_t s = 0; s < m->rows; s++)
		m->pointers[s] =
			rows->f != NULL ? (const void *) rows->f[m->row[s]] : (const void *) rows->d[m->row[s]];
	if (rows->f != NULL)
		m->data.f = (const float *const *) m->pointers;
	else
		m->data.d = (const double *const *) m->pointers;
}

psy_status
psy_cpm(const psy_context *ctx, const psy_perm_rows *rows, const psy_cpm_plan *plan, psy_cpm_result *result,
		psy_error *err)
{
	psy_cpm_work m = {
		.ctx = ctx, .plan = plan, .result = result, .rows = rows->rows, .folds = plan->folds, .data = *rows};
	psy_status status;
	size_t room;

	m.q = plan->covariate_count + 1;
	m.centred = (psy_perm_model){.rows = rows->rows, .centred = true};
	m.batch = batch_of(&m);
	result->too_few = result->constant = false;
	result->deficient = result->deficient_fold = 0;
	room = lay_out(&m, NULL) + 8;
	status = psy_alloc(ctx, room, sizeof(double), &m.memory, err);
	if (status != PSY_OK)
		return status;
	memset(m.memory, 0, room * sizeof(double));
	lay_out(&m, (double *) (((uintptr_t) m.memory + 63) & ~(uintptr_t) 63));
	psy_cpm_deal(&m);
	psy_cpm_bounds(&m);
	if (!result->too_few)
		psy_cpm_bases(&m);
	if (!result->too_few && result->deficient == 0 && !result->constant)
	{
		order_rows(&m, rows);
		status = observe(&m, err);
		if (status == PSY_OK)
			status = permute(&m, err);
	}
	psy_release(ctx, m.memory);
	return status;
}
