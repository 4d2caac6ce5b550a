/*
 * graph_modules.c - components, and what depends on given communities; see graph.h.
 */
#include "connectivity/graph.h"

#include <math.h>
#include <string.h>

/* ---- measures given modules ------------------------------------------------------------------ */

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

/* ---- components ------------------------------------------------------------------------------ */

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
