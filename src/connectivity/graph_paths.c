/*
 * graph_paths.c - shortest paths and what is made of them; see graph.h.
 *
 * Dijkstra's algorithm on the dense matrix of lengths, one source at a time: a settled node relaxes a whole
 * row in one vectorised pass.  key[w] is the tentative distance of w, or -infinity once w is settled, so that
 * it neither shortens nor ties any more.
 */
#include "connectivity/graph.h"

#include "core/lanes.h"

#include <math.h>
#include <string.h>

typedef struct paths
{
	size_t n;
	const double *length; /* [n][n], infinite where there is no edge */
	double *key;          /* [n] */
	double *distance;     /* [n] */
	double *count;        /* [n] shortest paths from the source */
	double *dependency;   /* [n] */
	size_t *order;        /* [n] nodes as they were settled */
	size_t settled;       /* how many were */
} paths;

/* key[w] = min(key[w], from + length[w]); returns the smallest key of those not settled. */
PSY_CLONES static double
relax_kernel(double *key, const double *length, double from, size_t n)
{
	double lane[PSY_LANES], smallest = INFINITY;
	size_t w = 0;

	for (int l = 0; l < PSY_LANES; l++)
		lane[l] = INFINITY;
	for (; w + PSY_LANES <= n; w += PSY_LANES)
		for (int l = 0; l < PSY_LANES; l++)
		{
			double through = from + length[w + l];
			double k = through < key[w + l] ? through : key[w + l];
			double open = k == -INFINITY ? INFINITY : k;

			key[w + l] = k;
			lane[l] = open < lane[l] ? open : lane[l];
		}
	for (; w < n; w++)
	{
		double through = from + length[w];

		key[w] = through < key[w] ? through : key[w];
		smallest = key[w] != -INFINITY && key[w] < smallest ? key[w] : smallest;
	}
	for (int l = 0; l < PSY_LANES; l++)
		smallest = lane[l] < smallest ? lane[l] : smallest;
	return smallest;
}

/* Before relaxing: the numbers of shortest paths, from those of the node at distance from. */
PSY_CLONES static void
count_kernel(const double *key, const double *length, double from, double paths_to_from, size_t n,
			 double *count)
{
	for (size_t w = 0; w < n; w++)
	{
		double through = from + length[w];
		double kept = through < key[w] ? 0 : count[w];

		/* An infinite length reaches nobody, though it equals an infinite key. */
		count[w] = kept + (through <= key[w] && through < INFINITY ? paths_to_from : 0);
	}
}

static size_t
find_key(const double *key, double value)
{
	size_t w = 0;

	while (key[w] != value)
		w++;
	return w;
}

/* Distances from source; with numbers of paths when they are asked for. */
static void
dijkstra(paths *p, size_t source, bool counting)
{
	size_t v = source;
	double from = 0;

	for (size_t w = 0; w < p->n; w++)
		p->key[w] = p->distance[w] = INFINITY;
	if (counting)
		memset(p->count, 0, p->n * sizeof *p->count);
	if (counting)
		p->count[source] = 1;
	p->settled = 0;
	for (;;)
	{
		p->key[v] = -INFINITY;
		p->distance[v] = from;
		p->order[p->settled++] = v;
		if (counting)
			count_kernel(p->key, p->length + v * p->n, from, p->count[v], p->n, p->count);
		from = relax_kernel(p->key, p->length + v * p->n, from, p->n);
		if (from == INFINITY)
			break;
		v = find_key(p->key, from);
	}
}

static void
free_paths(const psy_context *ctx, paths *p)
{
	psy_release(ctx, (void *) p->length);
	psy_release(ctx, p->key);
	psy_release(ctx, p->order);
}

/* Room for graphs of up to n nodes. */
static psy_status
new_paths(const psy_context *ctx, size_t n, paths *p, double **length, psy_error *err)
{
	void *matrix = NULL, *vectors = NULL, *order = NULL;
	psy_status status = psy_alloc(ctx, n * n, sizeof(double), &matrix, err);

	*p = (paths){.n = n};
	if (status == PSY_OK)
		status = psy_alloc(ctx, 4 * n, sizeof(double), &vectors, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, n, sizeof(size_t), &order, err);
	p->length = *length = matrix;
	p->key = vectors;
	p->order = order;
	if (status != PSY_OK)
	{
		free_paths(ctx, p);
		return status;
	}
	p->distance = p->key + n;
	p->count = p->key + 2 * n;
	p->dependency = p->key + 3 * n;
	return PSY_OK;
}

static psy_status
whole_graph(const psy_context *ctx, const psy_graph *g, paths *p, psy_error *err)
{
	double *length;
	psy_status status = new_paths(ctx, g->n, p, &length, err);

	for (size_t k = 0; status == PSY_OK && k < g->n * g->n; k++)
		length[k] = g->weight[k] == 0 ? INFINITY : 1 / g->weight[k];
	return status;
}

/* ---- of the whole graph ---------------------------------------------------------------------- */

/* Sums of distances and their inverses over ordered pairs. */
typedef struct path_sums
{
	double distance, inverse;
	size_t connected, unconnected;
} path_sums;

static psy_status
sum_paths(const psy_context *ctx, const psy_graph *g, path_sums *sums, psy_error *err)
{
	paths p;
	psy_status status = whole_graph(ctx, g, &p, err);

	*sums = (path_sums){0, 0, 0, 0};
	if (status != PSY_OK)
		return status;
	for (size_t u = 0; status == PSY_OK && u < g->n; u++)
	{
		dijkstra(&p, u, false);
		for (size_t k = 1; k < p.settled; k++)
		{
			sums->distance += p.distance[p.order[k]];
			sums->inverse += 1 / p.distance[p.order[k]];
		}
		sums->connected += p.settled - 1;
		sums->unconnected += g->n - p.settled;
		status = psy_poll(ctx, err);
	}
	free_paths(ctx, &p);
	return status;
}

psy_status
psy_graph_global_efficiency(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	path_sums sums;
	psy_status status;

	*out = NAN;
	if (g->n < 2)
		return PSY_OK;
	status = sum_paths(ctx, g, &sums, err);
	if (status == PSY_OK)
		*out = sums.inverse / (double) (sums.connected + sums.unconnected);
	return status;
}

psy_status
psy_graph_char_path_length(const psy_context *ctx, const psy_graph *g, bool finite_only, double *out,
						   psy_error *err)
{
	path_sums sums;
	psy_status status;

	*out = NAN;
	if (g->n < 2)
		return PSY_OK;
	status = sum_paths(ctx, g, &sums, err);
	if (status != PSY_OK)
		return status;
	if (sums.unconnected > 0 && !finite_only)
		*out = INFINITY;
	else if (sums.connected > 0)
		*out = sums.distance / (double) sums.connected;
	return PSY_OK;
}

/* ---- betweenness ----------------------------------------------------------------------------- */

/* Adds share * count[v] to every v from which w is reached over a shortest path. */
PSY_CLONES static void
predecessor_kernel(const paths *p, const double *length, double distance, double share, double *dependency)
{
	const double *from = p->distance, *count = p->count;
	size_t n = p->n;

	for (size_t v = 0; v < n; v++)
		dependency[v] += from[v] + length[v] == distance ? share * count[v] : 0;
}

psy_status
psy_graph_betweenness(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	paths p;
	psy_status status;

	if (g->n == 0)
		return PSY_OK;
	memset(out, 0, g->n * sizeof *out);
	status = whole_graph(ctx, g, &p, err);
	if (status != PSY_OK)
		return status;
	for (size_t u = 0; status == PSY_OK && u < g->n; u++)
	{
		dijkstra(&p, u, true);
		memset(p.dependency, 0, g->n * sizeof *p.dependency);
		for (size_t k = p.settled; --k > 0;)
		{
			size_t w = p.order[k];

			out[w] += p.dependency[w];
			predecessor_kernel(&p, p.length + w * g->n, p.distance[w], (1 + p.dependency[w]) / p.count[w],
							   p.dependency);
		}
		status = psy_poll(ctx, err);
	}
	free_paths(ctx, &p);
	return status;
}

/* ---- local efficiency ------------------------------------------------------------------------ */

/* The graph of u's neighbours: their number; lengths (1/w)^(1/3) between them, and (w_ui)^(1/3) in root. */
static size_t
neighbourhood(const psy_graph *g, size_t u, const double *cube_root, size_t *neighbour, double *length,
			  double *root)
{
	size_t degree = 0;

	for (size_t j = 0; j < g->n; j++)
		if (g->weight[u * g->n + j] != 0)
		{
			root[degree] = cube_root[u * g->n + j];
			neighbour[degree++] = j;
		}
	for (size_t a = 0; a < degree; a++)
		for (size_t b = 0; b < degree; b++)
		{
			double r = cube_root[neighbour[a] * g->n + neighbour[b]];

			length[a * degree + b] = r == 0 ? INFINITY : 1 / r;
		}
	return degree;
}

static psy_status
efficiency_among(const psy_context *ctx, paths *p, const double *root, double *out, psy_error *err)
{
	double sum = 0;

	for (size_t a = 0; a < p->n; a++)
	{
		psy_status status = psy_poll(ctx, err);

		if (status != PSY_OK)
			return status;
		dijkstra(p, a, false);
		for (size_t k = 1; k < p->settled; k++)
			sum += root[a] * root[p->order[k]] / p->distance[p->order[k]];
	}
	*out = p->n < 2 ? 0 : sum / ((double) p->n * ((double) p->n - 1));
	return PSY_OK;
}

psy_status
psy_graph_local_efficiency(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	paths p;
	double *length;
	void *cube_root = NULL, *neighbour = NULL;
	psy_status status;

	if (g->n == 0)
		return PSY_OK;
	status = new_paths(ctx, g->n, &p, &length, err);
	if (status != PSY_OK)
		return status;
	status = psy_alloc(ctx, g->n * g->n, sizeof(double), &cube_root, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, g->n, sizeof(size_t), &neighbour, err);
	for (size_t k = 0; status == PSY_OK && k < g->n * g->n; k++)
		((double *) cube_root)[k] = cbrt(g->weight[k]);
	for (size_t u = 0; status == PSY_OK && u < g->n; u++)
	{
		/* The vectors keep the room of n; count and dependency are free here. */
		p.n = neighbourhood(g, u, cube_root, neighbour, length, p.dependency);
		status = efficiency_among(ctx, &p, p.dependency, out + u, err);
	}
	psy_release(ctx, neighbour);
	psy_release(ctx, cube_root);
	free_paths(ctx, &p);
	return status;
}
