/* graph.c - building graphs, and the measures that need no paths; see graph.h. */
#include "connectivity/graph.h"

#include "connectivity/columns.h"
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

/* ---- building ------------------------------------------------------------------------------------------ */

/* The regions with any edge that is not missing. */
static void
find_nodes(const float *edges, size_t regions, psy_graph *g)
{
	const float *edge = edges;
	size_t *known = g->region; /* first a flag a region */

	memset(known, 0, regions * sizeof *known);
	for (size_t i = 0; i < regions; i++)
		for (size_t j = i + 1; j < regions; j++, edge++)
			if (!isnan(*edge))
				known[i] = known[j] = 1;
	g->n = 0;
	for (size_t r = 0; r < regions; r++)
		if (known[r])
			g->region[g->n++] = r;
}

static psy_status
weight_of(float edge, size_t i, size_t j, psy_graph_negative negative, double *weight, psy_error *err)
{
	if (isnan(edge))
	{
		psy_fail(err, PSY_DOMAIN, "edge (%zu, %zu) is missing: a graph measure needs every edge", i + 1,
				 j + 1);
		return psy_hint(err, "Only a region all of whose edges are missing is left out of the graph.");
	}
	if (edge < 0 && negative == PSY_NEGATIVE_ERROR)
	{
		psy_fail(err, PSY_DOMAIN, "edge (%zu, %zu) is negative (%g)", i + 1, j + 1, (double) edge);
		return psy_hint(err, "Say what negative edges mean: negative => 'drop' or 'abs'.");
	}
	*weight = edge >= 0 ? (double) edge : negative == PSY_NEGATIVE_ABS ? -(double) edge : 0;
	return PSY_OK;
}

static psy_status
fill_weights(const float *edges, size_t regions, bool weighted, psy_graph_negative negative, psy_graph *g,
			 psy_error *err)
{
	for (size_t i = 0; i < g->n; i++)
	{
		g->weight[i * g->n + i] = 0;
		for (size_t j = i + 1; j < g->n; j++)
		{
			double w = 0;
			psy_status status = weight_of(edges[psy_edge_index(regions, g->region[i], g->region[j])],
										  g->region[i], g->region[j], negative, &w, err);

			if (status != PSY_OK)
				return status;
			g->weight[i * g->n + j] = g->weight[j * g->n + i] = weighted ? w : w != 0;
		}
	}
	return PSY_OK;
}

psy_status
psy_graph_build(const psy_context *ctx, const float *edges, size_t regions, bool weighted,
				psy_graph_negative negative, psy_graph *g, psy_error *err)
{
	void *region = NULL, *weight = NULL;
	psy_status status;

	*g = (psy_graph){0, NULL, NULL};
	status = psy_alloc(ctx, regions, sizeof *g->region, &region, err);
	if (status != PSY_OK)
		return status;
	g->region = region;
	find_nodes(edges, regions, g);
	if (g->n == 0)
		return PSY_OK;
	status = psy_alloc(ctx, g->n * g->n, sizeof(double), &weight, err);
	g->weight = weight;
	return status == PSY_OK ? fill_weights(edges, regions, weighted, negative, g, err) : status;
}

void
psy_graph_free(const psy_context *ctx, psy_graph *g)
{
	psy_release(ctx, g->weight);
	psy_release(ctx, g->region);
	*g = (psy_graph){0, NULL, NULL};
}

/* ---- degree, strength, density ------------------------------------------------------------------------- */

psy_status
psy_graph_degree(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	for (size_t i = 0; i < g->n; i++)
	{
		size_t degree = 0;

		for (size_t j = 0; j < g->n; j++)
			degree += g->weight[i * g->n + j] != 0;
		out[i] = (double) degree;
	}
	return psy_poll(ctx, err);
}

psy_status
psy_graph_strength(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	for (size_t i = 0; i < g->n; i++)
	{
		out[i] = 0;
		for (size_t j = 0; j < g->n; j++)
			out[i] += g->weight[i * g->n + j];
	}
	return psy_poll(ctx, err);
}

psy_status
psy_graph_density(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	size_t edges = 0;

	for (size_t k = 0; k < g->n * g->n; k++)
		edges += g->weight[k] != 0;
	*out = g->n < 2 ? NAN : (double) edges / ((double) g->n * ((double) g->n - 1));
	return psy_poll(ctx, err);
}

/* ---- triangles ----------------------------------------------------------------------------------------- */

/* cycles[i] = twice the sum of the intensities of the triangles at i. */
static psy_status
triangle_intensities(const psy_context *ctx, const psy_graph *g, double *root, double *cycles, psy_error *err)
{
	size_t n = g->n;

	for (size_t k = 0; k < n * n; k++)
		root[k] = g->weight[k] == 0 || g->weight[k] == 1 ? g->weight[k] : cbrt(g->weight[k]);
	memset(cycles, 0, n * sizeof *cycles);
	for (size_t i = 0; i < n; i++)
	{
		psy_status status = psy_poll(ctx, err);

		if (status != PSY_OK)
			return status;
		for (size_t j = i + 1; j < n; j++)
			if (root[i * n + j] != 0)
			{
				double sum = root[i * n + j] * psy_column_dot(root + i * n, root + j * n, n);

				cycles[i] += sum;
				cycles[j] += sum;
			}
	}
	return PSY_OK;
}

static psy_status
triangles(const psy_context *ctx, const psy_graph *g, double *cycles, psy_error *err)
{
	void *root;
	psy_status status;

	if (g->n == 0)
		return PSY_OK;
	status = psy_alloc(ctx, g->n * g->n, sizeof(double), &root, err);
	if (status == PSY_OK)
		status = triangle_intensities(ctx, g, root, cycles, err);
	psy_release(ctx, root);
	return status;
}

static double
pairs_of_neighbours(const psy_graph *g, size_t i)
{
	size_t degree = 0;

	for (size_t j = 0; j < g->n; j++)
		degree += g->weight[i * g->n + j] != 0;
	return (double) degree * ((double) degree - 1);
}

psy_status
psy_graph_clustering(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	psy_status status = triangles(ctx, g, out, err);

	for (size_t i = 0; status == PSY_OK && i < g->n; i++)
		if (out[i] != 0)
			out[i] /= pairs_of_neighbours(g, i);
	return status;
}

psy_status
psy_graph_transitivity(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	void *cycles;
	double sum = 0, triples = 0;
	psy_status status = psy_alloc(ctx, g->n + 1, sizeof(double), &cycles, err);

	if (status == PSY_OK)
		status = triangles(ctx, g, cycles, err);
	for (size_t i = 0; status == PSY_OK && i < g->n; i++)
	{
		sum += ((double *) cycles)[i];
		triples += pairs_of_neighbours(g, i);
	}
	psy_release(ctx, cycles);
	*out = triples > 0 ? sum / triples : NAN;
	return status;
}

/* ---- assortativity ------------------------------------------------------------------------------------- */

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
