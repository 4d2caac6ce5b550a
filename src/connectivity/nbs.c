/*
 * nbs.c - see nbs.h.
 *
 * Edges arrive a tile at a time for a whole batch of arrangements, so that each arrangement keeps a forest of
 * its own (union-find by the smaller node) and no list of edges.  Sums run in the order of edges: the same
 * bits everywhere.
 */
#include "connectivity/nbs.h"

#include "core/choice.h"
#include "core/lanes.h"
#include "core/triangle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TILE PSY_PERM_TILE
#define FOREST_BYTES ((size_t) 32 * 1024 * 1024)
#define LEAST_REST 1e-15
#define SIZE_TIE 1e-9 /* relative: intensities closer than this are equal */

psy_status
psy_nbs_tail_parse(const char *name, psy_nbs_tail *tail, psy_error *err)
{
	static const char *const names[] = {"two-sided", "greater", "less"};
	int index = 0;
	psy_status status = psy_choice(name, names, 3, "tail", &index, err);

	*tail = (psy_nbs_tail) index;
	return status;
}

psy_status
psy_nbs_size_parse(const char *name, psy_nbs_size *size, psy_error *err)
{
	static const char *const names[] = {"extent", "intensity"};
	int index = 0;
	psy_status status = psy_choice(name, names, 2, "size", &index, err);

	*size = (psy_nbs_size) index;
	return status;
}

/* ---- forests --------------------------------------------------------------------------------- */

/* One sign of one arrangement. */
typedef struct forest
{
	uint32_t *parent; /* regions */
	double *size;     /* regions: of the component whose root it is */
} forest;

typedef struct nbs
{
	const psy_nbs_plan *plan;
	const psy_perm_model *model;
	double bound; /* r at the threshold */
	bool up, down;
	uint32_t *parent; /* [arrangement][sign][regions] */
	double *size;
	double *most; /* [arrangement of all] largest component */
	size_t done;
} nbs;

static forest
forest_at(const nbs *b, size_t arrangement, int sign)
{
	size_t at = (2 * arrangement + (sign < 0)) * b->plan->regions;

	return (forest){b->parent + at, b->size + at};
}

static void
plant(forest f, size_t regions)
{
	for (size_t k = 0; k < regions; k++)
	{
		f.parent[k] = (uint32_t) k;
		f.size[k] = 0;
	}
}

static uint32_t
root_of(forest f, uint32_t node)
{
	while (f.parent[node] != node)
		node = f.parent[node] = f.parent[f.parent[node]];
	return node;
}

static void
join(forest f, uint32_t i, uint32_t j, double size)
{
	uint32_t a = root_of(f, i), b = root_of(f, j), root = a < b ? a : b, other = a < b ? b : a;

	if (a != b)
	{
		f.parent[other] = root;
		f.size[root] += f.size[other];
	}
	f.size[root] += size;
}

/* t, kept finite where an edge is explained without rest: it must stay a summand of intensities. */
static double
t_of(const nbs *b, double r)
{
	double rest = 1 - r * r;

	return r * sqrt(b->model->df / (rest > LEAST_REST ? rest : LEAST_REST));
}

static double
size_of_edge(const nbs *b, double r)
{
	return b->plan->size == PSY_NBS_EXTENT ? 1 : fabs(t_of(b, r)) - b->plan->threshold;
}

static bool
beyond(const nbs *b, double r)
{
	return (b->up && r > b->bound) || (b->down && r < -b->bound);
}

/* ---- arrangements ---------------------------------------------------------------------------- */

/* Which arrangements of a tile have an edge beyond the bound: how many, in hit[]. */
PSY_CLONES static size_t
find_hits(const double *restrict r, size_t arrangements, double high, double low, uint32_t *restrict hit)
{
	size_t hits = 0;

	for (size_t n = 0; n < arrangements; n++)
	{
		const double *own = r + n * TILE;
		double beyond_any = 0;

		for (size_t k = 0; k < TILE; k++)
			beyond_any += own[k] > high || own[k] < low ? 1.0 : 0.0;
		hit[hits] = (uint32_t) n;
		hits += beyond_any > 0;
	}
	return hits;
}

static psy_status
begin_batch(void *arg, size_t arrangements)
{
	nbs *b = arg;

	for (size_t n = 0; n < arrangements; n++)
		for (int sign = -1; sign <= 1; sign += 2)
			plant(forest_at(b, n, sign), b->plan->regions);
	return PSY_OK;
}

static void
take(void *arg, const psy_perm_tile *tile)
{
	nbs *b = arg;
	uint32_t hit[PSY_PERM_BATCH + 1];
	size_t i[TILE], j[TILE];
	size_t hits = find_hits(tile->r, tile->arrangements, b->up ? b->bound : INFINITY,
							b->down ? -b->bound : -INFINITY, hit);

	for (size_t k = 0; k < tile->size && hits > 0; k++)
		psy_edge_pair(b->plan->regions, tile->first + k, &i[k], &j[k]);
	for (size_t h = 0; h < hits; h++)
		for (size_t k = 0; k < tile->size; k++)
		{
			double r = tile->r[hit[h] * TILE + k];

			if (beyond(b, r))
				join(forest_at(b, hit[h], r > 0 ? 1 : -1), (uint32_t) i[k], (uint32_t) j[k],
					 size_of_edge(b, r));
		}
}

static void
end_batch(void *arg, size_t arrangements)
{
	nbs *b = arg;

	for (size_t n = 0; n < arrangements; n++, b->done++)
	{
		double most = 0;

		for (int sign = -1; sign <= 1; sign += 2)
		{
			forest f = forest_at(b, n, sign);

			for (size_t k = 0; k < b->plan->regions; k++)
				most = f.size[k] > most && f.parent[k] == k ? f.size[k] : most;
		}
		b->most[b->done] = most;
	}
}

/* ---- the observed components ----------------------------------------------------------------- */

/* Labels the edges, signs apart: component[k] becomes the number of its component in order of first edges. */
static void
label_edges(nbs *b, psy_nbs_result *out, size_t edges, uint32_t *number)
{
	size_t regions = b->plan->regions;
	size_t i = 0, j = 1;

	begin_batch(b, 1);
	for (int pass = 0; pass < 2; pass++, i = 0, j = 1)
		for (size_t k = 0; k < edges; k++)
		{
			double r = out->observed.r[k];
			bool in = out->observed.state[k] == PSY_PERM_TESTED && beyond(b, r);
			forest f = forest_at(b, 0, r > 0 ? 1 : -1);

			if (in && pass == 0)
				join(f, (uint32_t) i, (uint32_t) j, 0);
			else if (pass == 1)
			{
				size_t root = in ? root_of(f, (uint32_t) i) + (r > 0 ? 0 : regions) : 0;

				if (in && number[root] == 0)
					number[root] = (uint32_t) ++out->components;
				out->component[k] = in ? number[root] : 0;
			}
			if (++j == regions)
				j = ++i + 1;
		}
}

static void
measure(const nbs *b, psy_nbs_result *out, size_t edges, uint32_t *seen)
{
	size_t i = 0, j = 1;

	for (size_t k = 0; k < edges; k++)
	{
		uint32_t c = out->component[k];

		if (c > 0)
		{
			psy_nbs_component *own = &out->found[c - 1];
			size_t half = out->observed.r[k] > 0 ? 0 : b->plan->regions;

			own->sign = out->observed.r[k] > 0 ? 1 : -1;
			own->extent++;
			own->intensity += fabs(out->t[k]) - b->plan->threshold;
			own->nodes += (seen[half + i] != c) + (seen[half + j] != c);
			seen[half + i] = seen[half + j] = c;
		}
		if (++j == b->plan->regions)
			j = ++i + 1;
	}
}

static double
own_size(const nbs *b, const psy_nbs_component *c)
{
	return b->plan->size == PSY_NBS_EXTENT ? (double) c->extent : c->intensity;
}

static double
share_as_large(const nbs *b, const psy_arrange *arrange, double size)
{
	double count = 0, own = arrange->exhaustive ? 0 : 1;

	for (uint64_t n = 0; n < arrange->count; n++)
		count += b->most[n] >= size * (1 - SIZE_TIE);
	return (count + own) / ((double) arrange->count + own);
}

/* Selection sort by p, size and first edge; new numbers for the edges.  number and place: components each. */
static void
order_components(const nbs *b, psy_nbs_result *out, size_t edges, uint32_t *number, uint32_t *place)
{
	for (size_t c = 0; c < out->components; c++)
		number[c] = (uint32_t) c;
	for (size_t c = 0; c < out->components; c++)
	{
		size_t best = c;

		for (size_t other = c + 1; other < out->components; other++)
		{
			const psy_nbs_component *a = &out->found[other], *d = &out->found[best];
			double first = own_size(b, a), second = own_size(b, d);

			if (a->p < d->p ||
				(a->p == d->p && (first > second || (first == second && number[other] < number[best]))))
				best = other;
		}
		if (best != c)
		{
			psy_nbs_component kept = out->found[c];
			uint32_t kept_number = number[c];

			out->found[c] = out->found[best];
			out->found[best] = kept;
			number[c] = number[best];
			number[best] = kept_number;
		}
	}
	for (size_t c = 0; c < out->components; c++)
		place[number[c]] = (uint32_t) c + 1;
	for (size_t k = 0; k < edges; k++)
		if (out->component[k] > 0)
			out->component[k] = place[out->component[k] - 1];
}

static psy_status
find_components(const psy_context *ctx, nbs *b, size_t edges, psy_nbs_result *out, psy_error *err)
{
	void *scratch, *found;
	psy_status status = psy_alloc(ctx, 2 * b->plan->regions, sizeof(uint32_t), &scratch, err);

	if (status != PSY_OK)
		return status;
	memset(scratch, 0, 2 * b->plan->regions * sizeof(uint32_t));
	out->components = 0;
	for (size_t k = 0; k < edges; k++)
		out->t[k] = t_of(b, out->observed.r[k]);
	label_edges(b, out, edges, scratch);
	status = psy_alloc(ctx, out->components + 1, sizeof *out->found, &found, err);
	if (status == PSY_OK)
	{
		out->found = found;
		memset(found, 0, out->components * sizeof *out->found);
		memset(scratch, 0, 2 * b->plan->regions * sizeof(uint32_t));
		measure(b, out, edges, scratch);
	}
	psy_release(ctx, scratch);
	return status;
}

/* ---- the test -------------------------------------------------------------------------------- */

static psy_status
run(const psy_context *ctx, nbs *b, const psy_perm_rows *rows, psy_arrange *arrange, size_t batch,
	psy_nbs_result *out, psy_error *err)
{
	psy_perm_sink sink = {batch, begin_batch, take, end_batch, b};
	void *number;
	psy_status status = find_components(ctx, b, rows->elements, out, err);

	out->exhaustive = arrange->exhaustive;
	out->arrangements = (double) arrange->count + (arrange->exhaustive ? 0 : 1);
	if (status == PSY_OK && out->components > 0)
		status = psy_perm_each(ctx, rows, b->model, arrange, &out->observed, &sink, err);
	if (status != PSY_OK || out->components == 0)
		return status;
	status = psy_alloc(ctx, 2 * out->components, sizeof(uint32_t), &number, err);
	if (status != PSY_OK)
		return status;
	for (size_t c = 0; c < out->components; c++)
		out->found[c].p = share_as_large(b, arrange, own_size(b, &out->found[c]));
	order_components(b, out, rows->elements, number, (uint32_t *) number + out->components);
	psy_release(ctx, number);
	return PSY_OK;
}

psy_status
psy_nbs(const psy_context *ctx, const psy_nbs_plan *plan, const psy_perm_rows *rows,
		const psy_perm_model *model, psy_arrange *arrange, psy_nbs_result *result, psy_error *err)
{
	size_t each = 2 * plan->regions * (sizeof(uint32_t) + sizeof(double));
	size_t batch = FOREST_BYTES / each < 1 ? 1 : FOREST_BYTES / each;
	nbs b = {.plan = plan,
			 .model = model,
			 .up = plan->tail != PSY_NBS_LESS,
			 .down = plan->tail != PSY_NBS_GREATER};
	void *forests, *most;
	psy_status status = psy_perm_observe(ctx, rows, model, &result->observed, err);

	if (status != PSY_OK)
		return status;
	batch = batch > PSY_PERM_BATCH ? PSY_PERM_BATCH : batch;
	b.bound = plan->threshold / sqrt(model->df + plan->threshold * plan->threshold);
	status = psy_alloc(ctx, batch, each, &forests, err);
	if (status != PSY_OK)
		return status;
	status = psy_alloc(ctx, (size_t) arrange->count, sizeof(double), &most, err);
	if (status == PSY_OK)
	{
		b.size = forests;
		b.parent = (uint32_t *) (b.size + 2 * batch * plan->regions);
		b.most = most;
		status = run(ctx, &b, rows, arrange, batch, result, err);
		psy_release(ctx, most);
	}
	psy_release(ctx, forests);
	return status;
}
