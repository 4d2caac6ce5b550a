/*
 * fingerprint.c - see fingerprint.h.
 *
 * The similarities are a product of two tall matrices, taken a chunk of elements at a time with the kernel of
 * the permutation engine; sums run in the order of elements.
 */
#include "connectivity/fingerprint.h"

#include "stats/mass_spread.h"
#include "stats/perm_engine.h"

#include <math.h>
#include <string.h>

#define TILE PSY_PERM_TILE
#define FOUR PSY_PERM_FOUR
#define CHUNK 256 /* elements */

typedef struct fingerprint
{
	const psy_fingerprint_rows *rows;
	size_t fours, tiles;
	double *mean[2], *square[2]; /* subjects */
	double *similarity;          /* [fours * 4][tiles * 16]: a's subjects by b's */
	double *column, *tile;       /* of a chunk: [four][CHUNK][4] and [tile][CHUNK][16] */
	uint8_t *present;            /* elements */
	uint32_t *best[2]; /* subjects: who of the other session is most similar; subjects if nobody is */
} fingerprint;

static double
value_at(const psy_fingerprint_rows *rows, int session, size_t subject, size_t k)
{
	return rows->f[session] != NULL ? rows->f[session][subject][k] : rows->d[session][subject][k];
}

/* Which elements all have, and how many not. */
static size_t
find_present(fingerprint *p)
{
	size_t missing = 0;

	memset(p->present, 1, p->rows->elements);
	for (int session = 0; session < 2; session++)
		for (size_t s = 0; s < p->rows->subjects; s++)
			for (size_t k = 0; k < p->rows->elements; k++)
				p->present[k] &= !isnan(value_at(p->rows, session, s, k));
	for (size_t k = 0; k < p->rows->elements; k++)
		missing += !p->present[k];
	return missing;
}

static void
find_means(fingerprint *p, size_t count)
{
	for (int session = 0; session < 2; session++)
		for (size_t s = 0; s < p->rows->subjects; s++)
		{
			double sum = 0, rest = 0;

			for (size_t k = 0; k < p->rows->elements; k++)
				sum += p->present[k] ? value_at(p->rows, session, s, k) : 0;
			p->mean[session][s] = sum / (double) count;
			for (size_t k = 0; k < p->rows->elements; k++)
				rest += p->present[k] ? value_at(p->rows, session, s, k) - p->mean[session][s] : 0;
			p->mean[session][s] += rest / (double) count;
		}
}

/* The centred values of a chunk, where the kernel wants them; their squares are summed up. */
static void
load_chunk(fingerprint *p, size_t first, size_t size)
{
	for (int session = 0; session < 2; session++)
		for (size_t s = 0; s < p->rows->subjects; s++)
		{
			size_t width = session == 0 ? FOUR : TILE;
			double *to = (session == 0 ? p->column : p->tile) + (s / width) * CHUNK * width + s % width;

			for (size_t k = 0; k < size; k++)
			{
				double value = p->present[first + k]
								   ? value_at(p->rows, session, s, first + k) - p->mean[session][s]
								   : 0;

				to[k * width] = value;
				p->square[session][s] += value * value;
			}
		}
}

static void
add_products(fingerprint *p, size_t size)
{
	double product[FOUR * TILE];

	for (size_t four = 0; four < p->fours; four++)
		for (size_t t = 0; t < p->tiles; t++)
		{
			psy_perm_multiply(p->tile + t * CHUNK * TILE, p->column + four * CHUNK * FOUR, size, product);
			for (size_t w = 0; w < FOUR; w++)
				for (size_t k = 0; k < TILE; k++)
					p->similarity[(four * FOUR + w) * p->tiles * TILE + t * TILE + k] +=
						product[w * TILE + k];
		}
}

static double
similarity(const fingerprint *p, size_t a, size_t b)
{
	return p->similarity[a * p->tiles * TILE + b];
}

/* Products become correlations; NaN where a connectome does not vary. */
static size_t
correlate(fingerprint *p, size_t count)
{
	size_t n = p->rows->subjects, flat = 0;

	for (int session = 0; session < 2; session++)
		for (size_t s = 0; s < n; s++)
		{
			bool varies = p->square[session][s] > psy_spread_noise((double) count, p->mean[session][s]);

			flat += !varies;
			p->square[session][s] = varies ? sqrt(p->square[session][s]) : NAN;
		}
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < n; b++)
			p->similarity[a * p->tiles * TILE + b] /= p->square[0][a] * p->square[1][b];
	return flat;
}

/* Who is most similar to a subject of a session, nobody (n) where two are equally so. */
static uint32_t
most_similar(const fingerprint *p, int session, size_t subject)
{
	size_t n = p->rows->subjects, best = n;
	double most = -INFINITY;

	for (size_t k = 0; k < n; k++)
	{
		double own = session == 0 ? similarity(p, subject, k) : similarity(p, k, subject);

		if (own > most)
		{
			most = own;
			best = k;
		}
		else if (own == most)
			best = n;
	}
	return (uint32_t) best;
}

static void
summarise(fingerprint *p, psy_fingerprint_result *out)
{
	size_t n = p->rows->subjects, selves = 0, others = 0;

	out->self = out->other = 0;
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < n; b++)
		{
			double own = similarity(p, a, b);

			if (isnan(own))
				continue;
			*(a == b ? &out->self : &out->other) += own;
			*(a == b ? &selves : &others) += 1;
		}
	out->self = selves > 0 ? out->self / (double) selves : NAN;
	out->other = others > 0 ? out->other / (double) others : NAN;
	for (int session = 0; session < 2; session++)
		for (size_t s = 0; s < n; s++)
			p->best[session][s] = most_similar(p, session, s);
}

/* How many are identified when b's subject s is taken to be from[s]: of a's, and of b's. */
static void
identify(const fingerprint *p, const uint32_t *from, double hits[2])
{
	hits[0] = hits[1] = 0;
	for (size_t s = 0; s < p->rows->subjects; s++)
	{
		uint32_t b = from != NULL ? from[s] : (uint32_t) s;

		hits[0] += p->best[0][s] == b;
		hits[1] += p->best[1][b] == s;
	}
}

static psy_status
permute(const psy_context *ctx, const fingerprint *p, uint64_t most, uint64_t seed,
		psy_fingerprint_result *out, psy_error *err)
{
	size_t n = p->rows->subjects;
	psy_arrange_plan plan = {.rows = n, .columns = 1, .most = most, .seed = seed};
	double observed[2], hits[2], *rank, own, count[3], *p_value[] = {&out->p_ab, &out->p_ba, &out->p};
	psy_arrange arrange;
	void *memory;
	psy_status status = psy_alloc(ctx, n, 2 * sizeof(double) + sizeof(uint32_t), &memory, err);

	if (status != PSY_OK)
		return status;
	rank = memory;
	for (size_t s = 0; s < n; s++)
		rank[s] = (double) s;
	plan.design = rank;
	status = psy_arrange_begin(ctx, &plan, &arrange, err);
	own = arrange.exhaustive ? 0 : 1;
	count[0] = count[1] = count[2] = own;
	identify(p, NULL, observed);
	for (uint64_t k = 0; status == PSY_OK && k < arrange.count; k++)
	{
		uint32_t *from = (uint32_t *) (rank + 2 * n);

		psy_arrange_next(&arrange, k, from, rank + n);
		identify(p, from, hits);
		count[0] += hits[0] >= observed[0];
		count[1] += hits[1] >= observed[1];
		count[2] += hits[0] + hits[1] >= observed[0] + observed[1];
		status = psy_poll(ctx, err);
	}
	out->rate_ab = observed[0] / (double) n;
	out->rate_ba = observed[1] / (double) n;
	out->rate = (observed[0] + observed[1]) / (2 * (double) n);
	out->exhaustive = arrange.exhaustive;
	out->arrangements = (double) arrange.count + own;
	for (int k = 0; k < 3; k++)
		*p_value[k] = count[k] / out->arrangements;
	psy_arrange_end(ctx, &arrange);
	psy_release(ctx, memory);
	return status;
}

static psy_status
compare(const psy_context *ctx, fingerprint *p, psy_fingerprint_result *out, psy_error *err)
{
	size_t elements = p->rows->elements, count;
	psy_status status = PSY_OK;

	out->missing = find_present(p);
	count = elements - out->missing;
	find_means(p, count > 0 ? count : 1);
	for (size_t first = 0; first < elements && status == PSY_OK; first += CHUNK)
	{
		size_t size = elements - first < CHUNK ? elements - first : CHUNK;

		load_chunk(p, first, size);
		add_products(p, size);
		status = psy_poll(ctx, err);
	}
	out->flat = correlate(p, count > 0 ? count : 1);
	summarise(p, out);
	return status;
}

psy_status
psy_fingerprint(const psy_context *ctx, const psy_fingerprint_rows *rows, uint64_t most, uint64_t seed,
				psy_fingerprint_result *result, psy_error *err)
{
	size_t n = rows->subjects, fours = (n + FOUR - 1) / FOUR, tiles = (n + TILE - 1) / TILE;
	size_t square = fours * FOUR * tiles * TILE, chunk = CHUNK * (fours * FOUR + tiles * TILE);
	size_t doubles = 4 * n + square + chunk + n + rows->elements / 8 + 2;
	fingerprint p = {.rows = rows, .fours = fours, .tiles = tiles};
	void *memory;
	double *at;
	psy_status status = psy_alloc(ctx, doubles, sizeof(double), &memory, err);

	if (status != PSY_OK)
		return status;
	memset(memory, 0, doubles * sizeof(double));
	at = memory;
	for (int session = 0; session < 2; session++, at += 2 * n)
	{
		p.mean[session] = at;
		p.square[session] = at + n;
	}
	p.similarity = at;
	p.column = at + square;
	p.tile = p.column + CHUNK * fours * FOUR;
	p.best[0] = (uint32_t *) (p.similarity + square + chunk);
	p.best[1] = p.best[0] + n;
	p.present = (uint8_t *) (p.best[1] + n);
	status = compare(ctx, &p, result, err);
	if (status == PSY_OK)
		status = permute(ctx, &p, most, seed, result, err);
	psy_release(ctx, memory);
	return status;
}
