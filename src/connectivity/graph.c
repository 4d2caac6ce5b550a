/* graph.c - building graphs, and the measures that need no paths; see graph.h. */
#include "connectivity/graph.h"

#include "core/lanes.h"
#include "core/triangle.h"

#include <math.h>
#include <string.h>

psy_status
psy_graph_negative_parse(const char *name, psy_graph_negative *negative, psy_error *err)
{
	static const char *const names[] = {"error", "drop", "abs"};

	for (int k = 0; k < 3; k++)
		if (strcmp(name, names[k]) == 0)
		{
			*negative = (psy_graph_negative) k;
			return PSY_OK;
		}
	return psy_fail(err, PSY_DOMAIN, "negative must be error, drop or abs, not \"%.40s\"", name);
}

/* ---- building -------------------------------------------------------------------------------- */

/* What edges there are, in one pass. */
typedef struct edge_kinds
{
	bool missing;
	bool negative;
} edge_kinds;

PSY_CLONES static edge_kinds
look_through(const float *edges, size_t count)
{
	uint32_t missing = 0, negative = 0;

	for (size_t k = 0; k < count; k++)
	{
		missing |= edges[k] != edges[k];
		negative |= edges[k] < 0;
	}
	return (edge_kinds){missing != 0, negative != 0};
}

/* The regions with any edge that is not missing. */
static void
find_nodes(const float *edges, size_t regions, bool missing, psy_graph *g)
{
	const float *edge = edges;
	size_t *known = g->region; /* first a flag a region */

	for (size_t r = 0; r < regions; r++)
		known[r] = !missing;
	for (size_t i = 0; missing && i < regions; i++)
		for (size_t j = i + 1; j < regions; j++, edge++)
			if (!isnan(*edge))
				known[i] = known[j] = 1;
	g->n = 0;
	for (size_t r = 0; r < regions; r++)
		if (known[r])
			g->region[g->n++] = r;
}

/* The first edge that a graph cannot have, if there is one. */
static psy_status
refuse_edge(const float *edges, size_t regions, psy_graph_negative negative, const psy_graph *g,
			psy_error *err)
{
	for (size_t i = 0; i < g->n; i++)
		for (size_t j = i + 1; j < g->n; j++)
		{
			float edge = edges[psy_edge_index(regions, g->region[i], g->region[j])];

			if (isnan(edge))
			{
				psy_fail(err, PSY_DOMAIN, "edge (%zu, %zu) is missing: a graph measure needs every edge",
						 g->region[i] + 1, g->region[j] + 1);
				return psy_hint(err,
								"Only a region all of whose edges are missing is left out of the graph.");
			}
			if (edge < 0 && negative == PSY_NEGATIVE_ERROR)
			{
				psy_fail(err, PSY_DOMAIN, "edge (%zu, %zu) is negative (%g)", g->region[i] + 1,
						 g->region[j] + 1, (double) edge);
				return psy_hint(err, "Say what negative edges mean: negative => 'drop' or 'abs'.");
			}
		}
	return PSY_OK;
}

/* weight[k] = what edge[k] weighs; a negative one counts by its magnitude or is 0.  By its bits, since a
 * comparison would cost more than the rest. */
PSY_CLONES static void
weigh(const float *edge, size_t count, bool absolute, double *weight)
{
	uint32_t drop = absolute ? 0 : UINT32_MAX;

	for (size_t k = 0; k < count; k++)
	{
		uint32_t bits;
		float kept;

		memcpy(&bits, edge + k, sizeof bits);
		bits &= 0x7fffffffu & ~(drop & -(bits >> 31));
		memcpy(&kept, &bits, sizeof kept);
		weight[k] = kept;
	}
}

PSY_CLONES static void
make_binary(double *weight, size_t count)
{
	for (size_t k = 0; k < count; k++)
		weight[k] = weight[k] != 0 ? 1 : 0;
}

#define TILE 16

/* The lower triangle from the upper one, tile by tile, so that neither side's cache lines are fetched twice.
 */
PSY_CLONES static void
mirror(double *w, size_t n)
{
	for (size_t i0 = 0; i0 < n; i0 += TILE)
		for (size_t j0 = i0; j0 < n; j0 += TILE)
		{
			size_t i1 = i0 + TILE < n ? i0 + TILE : n, j1 = j0 + TILE < n ? j0 + TILE : n;

			for (size_t j = j0; j < j1; j++)
				for (size_t i = i0; i < i1 && i < j; i++)
					w[j * n + i] = w[i * n + j];
		}
}

/* Row i right of the diagonal; a graph of some regions alone picks their edges. */
static void
fill_row(const float *edges, size_t regions, const psy_graph *g, size_t i, bool absolute)
{
	double *row = g->weight + i * g->n;

	if (g->n == regions)
		weigh(edges + psy_edge_row(regions, i), regions - i - 1, absolute, row + i + 1);
	else
		for (size_t j = i + 1; j < g->n; j++)
			weigh(edges + psy_edge_index(regions, g->region[i], g->region[j]), 1, absolute, row + j);
	row[i] = 0;
}

static void
fill_weights(const float *edges, size_t regions, bool weighted, psy_graph_negative negative, psy_graph *g)
{
	for (size_t i = 0; i < g->n; i++)
	{
		fill_row(edges, regions, g, i, negative == PSY_NEGATIVE_ABS);
		if (!weighted)
			make_binary(g->weight + i * g->n + i, g->n - i);
	}
	mirror(g->weight, g->n);
}

psy_status
psy_graph_build(const psy_context *ctx, const float *edges, size_t regions, bool weighted,
				psy_graph_negative negative, psy_graph *g, psy_error *err)
{
	void *region = NULL, *weight = NULL;
	edge_kinds kinds = look_through(edges, psy_edge_count(regions));
	psy_status status;

	*g = (psy_graph){0, NULL, NULL};
	status = psy_alloc(ctx, regions, sizeof *g->region, &region, err);
	if (status != PSY_OK)
		return status;
	g->region = region;
	find_nodes(edges, regions, kinds.missing, g);
	if (g->n == 0)
		return PSY_OK;
	if (kinds.missing || (kinds.negative && negative == PSY_NEGATIVE_ERROR))
		status = refuse_edge(edges, regions, negative, g, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, g->n * g->n, sizeof(double), &weight, err);
	g->weight = weight;
	if (status == PSY_OK)
		fill_weights(edges, regions, weighted, negative, g);
	return status;
}

void
psy_graph_free(const psy_context *ctx, psy_graph *g)
{
	psy_release(ctx, g->weight);
	psy_release(ctx, g->region);
	*g = (psy_graph){0, NULL, NULL};
}

/* ---- degree, strength, density --------------------------------------------------------------- */

/* Sums of a row in fixed lanes: of its weights, and of its edges. */
PSY_CLONES static double
row_sum(const double *row, size_t n)
{
	double lane[PSY_LANES] = {0};
	size_t j = 0;

	for (; j + PSY_LANES <= n; j += PSY_LANES)
		for (int l = 0; l < PSY_LANES; l++)
			lane[l] += row[j + l];
	for (int l = 0; j < n; j++, l++)
		lane[l] += row[j];
	return psy_lanes_sum(lane);
}

PSY_CLONES static size_t
row_edges(const double *row, size_t n)
{
	size_t count = 0;

	for (size_t j = 0; j < n; j++)
		count += row[j] != 0;
	return count;
}

psy_status
psy_graph_degree(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	for (size_t i = 0; i < g->n; i++)
		out[i] = (double) row_edges(g->weight + i * g->n, g->n);
	return psy_poll(ctx, err);
}

psy_status
psy_graph_strength(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	for (size_t i = 0; i < g->n; i++)
		out[i] = row_sum(g->weight + i * g->n, g->n);
	return psy_poll(ctx, err);
}

psy_status
psy_graph_density(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	size_t edges = row_edges(g->weight, g->n * g->n);

	*out = g->n < 2 ? NAN : (double) edges / ((double) g->n * ((double) g->n - 1));
	return psy_poll(ctx, err);
}

/* ---- assortativity --------------------------------------------------------------------------- */

/*
 * (mean of s_i s_j - m^2) / (mean of (s_i^2 + s_j^2) / 2 - m^2) over edges, m the mean of (s_i + s_j) / 2,
 * from deviations from m, so that nothing cancels.
 */
static double
assortativity_of(const psy_graph *g, const double *strength)
{
	double ends = 0, sum = 0, products = 0, squares = 0, mean;

	for (size_t i = 0; i < g->n; i++)
		for (size_t j = 0; j < g->n; j++)
			if (g->weight[i * g->n + j] != 0)
			{
				ends++;
				sum += strength[i];
			}
	mean = sum / ends;
	for (size_t i = 0; i < g->n; i++)
		for (size_t j = 0; j < g->n; j++)
			if (g->weight[i * g->n + j] != 0)
			{
				products += (strength[i] - mean) * (strength[j] - mean);
				squares += (strength[i] - mean) * (strength[i] - mean);
			}
	/* Strengths that differ by the rounding of their sums are the same. */
	return squares > ends * mean * mean * 1e-26 ? products / squares : NAN;
}

psy_status
psy_graph_assortativity(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	void *strength;
	psy_status status = psy_alloc(ctx, g->n + 1, sizeof(double), &strength, err);

	if (status == PSY_OK)
		status = psy_graph_strength(ctx, g, strength, err);
	if (status == PSY_OK)
		*out = assortativity_of(g, strength);
	psy_release(ctx, strength);
	return status;
}
