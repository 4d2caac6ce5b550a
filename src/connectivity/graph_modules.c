/*
 * graph_modules.c - components, communities and what depends on them; see graph.h.
 *
 * Louvain works on a graph of its own whose nodes are the modules found so far, with the weight within a
 * module on the diagonal.  Its only randomness is the order of visits, drawn by splitmix64 from the seed;
 * everything is added in one order, so that a seed means the same modules everywhere.
 */
#include "connectivity/graph.h"

#include <math.h>
#include <string.h>

/* ---- measures given modules ---------------------------------------------------------------------------- */

/* to[m] = strength of node i to module m. */
static void
strength_to_modules(const psy_graph *g, size_t i, const int *module, size_t modules, double *to)
{
	memset(to, 0, modules * sizeof *to);
	for (size_t j = 0; j < g->n; j++)
		to[module[j]] += g->weight[i * g->n + j];
}

psy_status
psy_graph_participation(const psy_context *ctx, const psy_graph *g, const int *module, size_t modules,
						double *out, psy_error *err)
{
	void *to;
	psy_status status = psy_alloc(ctx, modules + 1, sizeof(double), &to, err);

	for (size_t i = 0; status == PSY_OK && i < g->n; i++)
	{
		double strength = 0, squares = 0;

		strength_to_modules(g, i, module, modules, to);
		for (size_t m = 0; m < modules; m++)
			strength += ((double *) to)[m];
		for (size_t m = 0; strength > 0 && m < modules; m++)
			squares += (((double *) to)[m] / strength) * (((double *) to)[m] / strength);
		out[i] = strength > 0 ? 1 - squares : 0;
		status = psy_poll(ctx, err);
	}
	psy_release(ctx, to);
	return status;
}

/* out[i] of module m becomes its z score. */
static void
standardise_module(const psy_graph *g, const int *module, int m, double *out)
{
	double size = 0, mean = 0, squares = 0, largest = 0, sd;

	for (size_t i = 0; i < g->n; i++)
		if (module[i] == m)
		{
			size++;
			mean += out[i];
			largest = fmax(largest, out[i]);
		}
	mean /= size;
	for (size_t i = 0; i < g->n; i++)
		if (module[i] == m)
			squares += (out[i] - mean) * (out[i] - mean);
	sd = sqrt(squares / size);
	/* Strengths that differ by the rounding of their sums are the same. */
	for (size_t i = 0; i < g->n; i++)
		if (module[i] == m)
			out[i] = sd > 1e-13 * largest ? (out[i] - mean) / sd : 0;
}

psy_status
psy_graph_module_zscore(const psy_context *ctx, const psy_graph *g, const int *module, size_t modules,
						double *out, psy_error *err)
{
	psy_status status = PSY_OK;

	for (size_t i = 0; i < g->n; i++)
	{
		out[i] = 0;
		for (size_t j = 0; j < g->n; j++)
			if (module[j] == module[i])
				out[i] += g->weight[i * g->n + j];
	}
	for (size_t m = 0; status == PSY_OK && m < modules; m++)
	{
		standardise_module(g, module, (int) m, out);
		status = psy_poll(ctx, err);
	}
	return status;
}

/* q from the modules' weights within (both directions) and strengths. */
static double
modularity_of(const double *within, const double *strength, size_t modules, double gamma)
{
	double total = 0, q = 0;

	for (size_t m = 0; m < modules; m++)
		total += strength[m];
	for (size_t m = 0; m < modules; m++)
		q += within[m] / total - gamma * (strength[m] / total) * (strength[m] / total);
	return total > 0 ? q : NAN;
}

static psy_status
require_gamma(double gamma, psy_error *err)
{
	if (gamma > 0 && isfinite(gamma))
		return PSY_OK;
	return psy_fail(err, PSY_DOMAIN, "gamma is %g; a positive number expected", gamma);
}

psy_status
psy_graph_modularity(const psy_context *ctx, const psy_graph *g, const int *module, size_t modules,
					 double gamma, double *q, psy_error *err)
{
	void *sums;
	double *within, *strength;
	psy_status status = require_gamma(gamma, err);

	if (status == PSY_OK)
		status = psy_alloc(ctx, 2 * modules + 1, sizeof(double), &sums, err);
	if (status != PSY_OK)
		return status;
	within = sums;
	strength = within + modules;
	memset(within, 0, 2 * modules * sizeof *within);
	for (size_t i = 0; i < g->n; i++)
		for (size_t j = 0; j < g->n; j++)
		{
			strength[module[i]] += g->weight[i * g->n + j];
			within[module[i]] += module[i] == module[j] ? g->weight[i * g->n + j] : 0;
		}
	*q = modularity_of(within, strength, modules, gamma);
	psy_release(ctx, sums);
	return psy_poll(ctx, err);
}

/* ---- components ---------------------------------------------------------------------------------------- */

/* Marks what is reached from node first; queue: [n]. */
static void
flood(const psy_graph *g, size_t first, int component, size_t *queue, int *module)
{
	size_t head = 0, tail = 0;

	queue[tail++] = first;
	module[first] = component;
	while (head < tail)
	{
		const double *row = g->weight + queue[head++] * g->n;

		for (size_t j = 0; j < g->n; j++)
			if (row[j] != 0 && module[j] < 0)
			{
				module[j] = component;
				queue[tail++] = j;
			}
	}
}

psy_status
psy_graph_components(const psy_context *ctx, const psy_graph *g, int *module, psy_error *err)
{
	void *queue;
	int components = 0;
	psy_status status = psy_alloc(ctx, g->n + 1, sizeof(size_t), &queue, err);

	if (status != PSY_OK)
		return status;
	for (size_t i = 0; i < g->n; i++)
		module[i] = -1;
	for (size_t i = 0; i < g->n; i++)
		if (module[i] < 0)
			flood(g, i, components++, queue, module);
	psy_release(ctx, queue);
	return psy_poll(ctx, err);
}

/* ---- Louvain ------------------------------------------------------------------------------------------- */

#define LEAST_GAIN 1e-10 /* of the total strength: what rounding can feign is not a gain */

typedef struct louvain
{
	size_t n;       /* nodes of this level */
	size_t first_n; /* nodes of the graph */
	double gamma;
	double total;     /* sum of all strengths */
	uint64_t random;  /* splitmix64's state */
	double *weight;   /* [n][n]; twice the weight within on the diagonal */
	double *pooled;   /* [first_n][first_n] the next level's */
	double *strength; /* [n] of nodes */
	double *sum;      /* [n] strengths of modules */
	double *to;       /* [n] strength of a node to each module */
	size_t *order;    /* [n] visits */
	int *module;      /* [n] of this level's nodes */
	int *number;      /* [n] renumbering */
} louvain;

static uint64_t
next_random(louvain *l)
{
	uint64_t z = l->random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static void
shuffle(louvain *l)
{
	for (size_t k = 0; k < l->n; k++)
		l->order[k] = k;
	for (size_t k = l->n; k > 1; k--)
	{
		size_t other = (size_t) (next_random(l) % k);
		size_t kept = l->order[k - 1];

		l->order[k - 1] = l->order[other];
		l->order[other] = kept;
	}
}

/* Moves u to the module that gains most; whether it moved. */
static bool
move_node(louvain *l, size_t u)
{
	const double *row = l->weight + u * l->n;
	int own = l->module[u], best = own;
	double most = LEAST_GAIN * l->total, pull = l->total > 0 ? l->gamma * l->strength[u] / l->total : 0, stay;

	memset(l->to, 0, l->n * sizeof *l->to);
	for (size_t v = 0; v < l->n; v++)
		l->to[l->module[v]] += v == u ? 0 : row[v];
	stay = l->to[own] - pull * (l->sum[own] - l->strength[u]);
	for (size_t m = 0; m < l->n; m++)
	{
		double gain = (int) m == own ? 0 : l->to[m] - pull * l->sum[m] - stay;

		if (gain > most)
		{
			most = gain;
			best = (int) m;
		}
	}
	l->sum[own] -= l->strength[u];
	l->sum[best] += l->strength[u];
	l->module[u] = best;
	return best != own;
}

/* Visits all nodes until none moves. */
static psy_status
settle(const psy_context *ctx, louvain *l, psy_error *err)
{
	bool moved = true;

	for (size_t u = 0; u < l->n; u++)
	{
		l->module[u] = (int) u;
		l->strength[u] = 0;
		for (size_t v = 0; v < l->n; v++)
			l->strength[u] += l->weight[u * l->n + v];
		l->sum[u] = l->strength[u];
	}
	while (moved)
	{
		moved = false;
		shuffle(l);
		for (size_t k = 0; k < l->n; k++)
		{
			moved |= move_node(l, l->order[k]);
			if (k % 64 == 0 && psy_poll(ctx, err) != PSY_OK)
				return PSY_INTERRUPTED;
		}
	}
	return PSY_OK;
}

/* Numbers the modules of n nodes from 0 by first node; how many there are. */
static size_t
renumber(int *module, size_t n, int *number)
{
	int count = 0;

	for (size_t k = 0; k < n; k++)
		number[k] = -1;
	for (size_t k = 0; k < n; k++)
	{
		if (number[module[k]] < 0)
			number[module[k]] = count++;
		module[k] = number[module[k]];
	}
	return (size_t) count;
}

/* Makes the modules the nodes of the next level. */
static void
pool(louvain *l, size_t modules)
{
	double *kept = l->weight;

	memset(l->pooled, 0, modules * modules * sizeof *l->pooled);
	for (size_t u = 0; u < l->n; u++)
		for (size_t v = 0; v < l->n; v++)
			l->pooled[(size_t) l->module[u] * modules + (size_t) l->module[v]] += l->weight[u * l->n + v];
	l->weight = l->pooled;
	l->pooled = kept;
	l->n = modules;
}

static psy_status
climb(const psy_context *ctx, louvain *l, int *module, psy_error *err)
{
	for (size_t i = 0; i < l->n; i++)
		module[i] = (int) i;
	for (;;)
	{
		psy_status status = settle(ctx, l, err);
		size_t before = l->n, modules;

		if (status != PSY_OK)
			return status;
		modules = renumber(l->module, before, l->number);
		for (size_t i = 0; i < l->first_n; i++)
			module[i] = l->module[module[i]];
		if (modules == before)
			break;
		pool(l, modules);
	}
	renumber(module, l->first_n, l->number);
	return PSY_OK;
}

static void
lay_out(louvain *l, double *vectors, int *labels, size_t n)
{
	l->strength = vectors;
	l->sum = vectors + n;
	l->to = vectors + 2 * n;
	l->module = labels;
	l->number = labels + n;
}

static psy_status
run_louvain(const psy_context *ctx, const psy_graph *g, louvain *l, void *memory[5], int *module,
			psy_error *err)
{
	const size_t n = g->n;
	const size_t count[5] = {n * n, n * n, 3 * n, n, 2 * n};
	const size_t size[5] = {sizeof(double), sizeof(double), sizeof(double), sizeof(size_t), sizeof(int)};
	psy_status status = PSY_OK;

	for (int k = 0; status == PSY_OK && k < 5; k++)
		status = psy_alloc(ctx, count[k], size[k], &memory[k], err);
	if (status != PSY_OK)
		return status;
	l->weight = memory[0];
	l->pooled = memory[1];
	l->order = memory[3];
	lay_out(l, memory[2], memory[4], n);
	memcpy(l->weight, g->weight, n * n * sizeof(double));
	for (size_t k = 0; k < n * n; k++)
		l->total += g->weight[k];
	return climb(ctx, l, module, err);
}

psy_status
psy_graph_louvain(const psy_context *ctx, const psy_graph *g, double gamma, uint64_t seed, int *module,
				  psy_error *err)
{
	louvain l = {.n = g->n, .first_n = g->n, .gamma = gamma, .random = seed};
	void *memory[5] = {NULL, NULL, NULL, NULL, NULL};
	psy_status status = require_gamma(gamma, err);

	if (status != PSY_OK || g->n == 0)
		return status;
	status = run_louvain(ctx, g, &l, memory, module, err);
	for (int k = 0; k < 5; k++)
		psy_release(ctx, memory[k]);
	return status;
}
