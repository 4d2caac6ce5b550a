/*
 * graph_louvain.c - communities by the Louvain method (Blondel et al. 2008); see graph.h.
 *
 * What a node gains by a module depends on its strength to the module's nodes.  Those strengths are kept, a
 * row a module, and changed by a row of weights when a node moves, which is rare, instead of added up anew
 * when a node is visited, which is what most of the time goes into.  A module that is still the one node it
 * began as has that node's weights for its row, so that all of them are weighed in one pass along the visited
 * node's own weights; only modules that have grown have rows of their own.
 *
 * Modules become the nodes of the next level.  The weight within a node of a level counts for its strength
 * and for nothing else, and is kept apart.  The only randomness is the order of visits, drawn by splitmix64
 * from the seed; everything is added in one order, so that a seed means the same modules everywhere.
 */
#include "connectivity/graph.h"

#include "core/lanes.h"

#include <math.h>
#include <string.h>

#define LEAST_GAIN 1e-10 /* of the total strength: what rounding can feign is not a gain */

typedef struct louvain
{
	size_t n;       /* nodes of this level */
	size_t first_n; /* nodes of the graph */
	double gamma;
	double total;         /* sum of all strengths */
	uint64_t random;      /* splitmix64's state */
	const double *weight; /* [n][n], diagonal 0 */
	double *pooled;       /* [n][n] the next level's weights */
	double *pooled_also;  /* the one after that */
	double *strength;     /* [n] of nodes, with the weight within them */
	double *sum;          /* [n] strengths of modules; 0 of an empty one */
	double *alone;        /* [n] sum of a module that is still one node, else infinite */
	double *to;           /* [n][n] rows of grown modules: strength of each node to them */
	size_t *order;        /* [n] visits */
	size_t *members;      /* [n] of modules */
	size_t *grown;        /* [count] modules that are more than one node, or have been */
	size_t *place;        /* [n] where a grown module stands in grown */
	size_t grown_count;
	size_t alone_count;
	int *module; /* [n] of this level's nodes */
	int *number; /* [n] renumbering */
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

/* ---- weighing modules ------------------------------------------------------------------------ */

/* The largest of row[m] - pull * alone[m]; NaN (no strength times infinite) is none. */
PSY_CLONES static double
best_alone(const double *row, const double *alone, double pull, size_t n)
{
	double lane[PSY_LANES], best = -INFINITY;
	size_t m = 0;

	for (int l = 0; l < PSY_LANES; l++)
		lane[l] = -INFINITY;
	for (; m + PSY_LANES <= n; m += PSY_LANES)
		for (int l = 0; l < PSY_LANES; l++)
		{
			double value = row[m + l] - pull * alone[m + l];

			lane[l] = value > lane[l] ? value : lane[l];
		}
	for (; m < n; m++)
		best = row[m] - pull * alone[m] > best ? row[m] - pull * alone[m] : best;
	for (int l = 0; l < PSY_LANES; l++)
		best = lane[l] > best ? lane[l] : best;
	return best;
}

/* A module and what it is worth to a node. */
typedef struct choice
{
	double value;
	size_t module;
} choice;

static void
consider(choice *best, double value, size_t module)
{
	if (value > best->value || (value == best->value && module < best->module))
		*best = (choice){value, module};
}

static void
consider_alone(const louvain *l, size_t u, double pull, choice *best)
{
	const double *row = l->weight + u * l->n;
	double value = best_alone(row, l->alone, pull, l->n);

	if (value < best->value || value == -INFINITY)
		return;
	for (size_t m = 0; m < l->n; m++)
		if (row[m] - pull * l->alone[m] == value)
		{
			consider(best, value, m);
			return;
		}
}

static void
consider_empty(const louvain *l, choice *best)
{
	if (best->value > 0 || l->alone_count + l->grown_count == l->n)
		return;
	for (size_t m = 0; m < l->n; m++)
		if (l->members[m] == 0)
		{
			consider(best, 0, m);
			return;
		}
}

/* ---- moving nodes ---------------------------------------------------------------------------- */

PSY_CLONES static void
add_row(double *to, const double *row, size_t n)
{
	for (size_t v = 0; v < n; v++)
		to[v] += row[v];
}

PSY_CLONES static void
subtract_row(double *to, const double *row, size_t n)
{
	for (size_t v = 0; v < n; v++)
		to[v] -= row[v];
}

/* Gives a module a row of its own: that of the one node it is, or of none. */
static void
grow(louvain *l, size_t m)
{
	double *row = l->to + m * l->n;

	if (l->place[m] != SIZE_MAX)
		return;
	if (l->members[m] == 1)
	{
		memcpy(row, l->weight + m * l->n, l->n * sizeof *row);
		l->alone_count--;
	}
	else
		memset(row, 0, l->n * sizeof *row);
	l->alone[m] = INFINITY;
	l->place[m] = l->grown_count;
	l->grown[l->grown_count++] = m;
}

/* An emptied module is as if it had never been. */
static void
leave_empty(louvain *l, size_t m)
{
	l->sum[m] = 0;
	l->alone[m] = INFINITY;
	if (l->place[m] == SIZE_MAX)
	{
		l->alone_count--;
		return;
	}
	l->grown[l->place[m]] = l->grown[--l->grown_count];
	l->place[l->grown[l->place[m]]] = l->place[m];
	l->place[m] = SIZE_MAX;
}

static void
move_to(louvain *l, size_t u, size_t from, size_t to)
{
	const double *row = l->weight + u * l->n;

	grow(l, to);
	add_row(l->to + to * l->n, row, l->n);
	l->members[to]++;
	l->sum[to] += l->strength[u];
	if (--l->members[from] == 0)
		leave_empty(l, from);
	else
	{
		subtract_row(l->to + from * l->n, row, l->n);
		l->sum[from] -= l->strength[u];
	}
	l->module[u] = (int) to;
}

/* Moves u to the module that gains most; whether it moved. */
static bool
visit(louvain *l, size_t u)
{
	size_t own = (size_t) l->module[u];
	bool grown = l->place[own] != SIZE_MAX;
	double pull = l->total > 0 ? l->gamma * l->strength[u] / l->total : 0;
	double stay = grown ? l->to[own * l->n + u] - pull * (l->sum[own] - l->strength[u]) : 0;
	choice best = {-INFINITY, SIZE_MAX};

	for (size_t k = 0; k < l->grown_count; k++)
	{
		size_t m = l->grown[k];

		if (m != own)
			consider(&best, l->to[m * l->n + u] - pull * l->sum[m], m);
	}
	if (l->alone_count > 0)
		consider_alone(l, u, pull, &best);
	if (grown)
		consider_empty(l, &best);
	if (!(best.value - stay > LEAST_GAIN * l->total) || best.module == own)
		return false;
	move_to(l, u, own, best.module);
	return true;
}

/* ---- levels ---------------------------------------------------------------------------------- */

static void
begin_level(louvain *l)
{
	for (size_t u = 0; u < l->n; u++)
	{
		l->module[u] = (int) u;
		l->members[u] = 1;
		l->place[u] = SIZE_MAX;
		l->sum[u] = l->alone[u] = l->strength[u];
	}
	l->grown_count = 0;
	l->alone_count = l->n;
}

/* Visits all nodes until none moves. */
static psy_status
settle(const psy_context *ctx, louvain *l, psy_error *err)
{
	bool moved = true;

	begin_level(l);
	while (moved)
	{
		moved = false;
		shuffle(l);
		for (size_t k = 0; k < l->n; k++)
		{
			moved |= visit(l, l->order[k]);
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

/* Makes the modules, renumbered by number, the nodes of the next level. */
static void
pool(louvain *l, size_t modules)
{
	double *pooled = l->pooled;

	memset(pooled, 0, modules * modules * sizeof *pooled);
	for (size_t m = 0; m < l->n; m++)
		if (l->members[m] > 0)
		{
			const double *row = l->place[m] != SIZE_MAX ? l->to + m * l->n : l->weight + m * l->n;
			double *sums = pooled + (size_t) l->number[m] * modules;

			for (size_t v = 0; v < l->n; v++)
				sums[l->module[v]] += row[v];
		}
	/* sum holds strengths by module, strength is next by node: they meet in alone, which is free. */
	memset(l->alone, 0, modules * sizeof *l->alone);
	for (size_t u = 0; u < l->n; u++)
		l->alone[l->module[u]] += l->strength[u];
	memcpy(l->strength, l->alone, modules * sizeof *l->strength);
	for (size_t m = 0; m < modules; m++)
		pooled[m * modules + m] = 0;
	l->weight = pooled;
	l->pooled = l->pooled_also;
	l->pooled_also = pooled;
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

#define PIECES 7

static void
lay_out(louvain *l, void *const memory[PIECES], size_t n)
{
	l->to = memory[0];
	l->pooled = memory[1];
	l->pooled_also = memory[2];
	l->strength = memory[3];
	l->sum = l->strength + n;
	l->alone = l->strength + 2 * n;
	l->order = memory[4];
	l->members = l->order + n;
	l->grown = l->order + 2 * n;
	l->place = l->order + 3 * n;
	l->module = memory[5];
	l->number = memory[6];
}

static psy_status
run(const psy_context *ctx, const psy_graph *g, louvain *l, void *memory[PIECES], int *module, psy_error *err)
{
	const size_t n = g->n;
	const size_t count[PIECES] = {n * n, n * n, n * n, 3 * n, 4 * n, n, n};
	const size_t size[PIECES] = {sizeof(double), sizeof(double), sizeof(double), sizeof(double),
								 sizeof(size_t), sizeof(int),    sizeof(int)};
	psy_status status = PSY_OK;

	for (int k = 0; status == PSY_OK && k < PIECES; k++)
		status = psy_alloc(ctx, count[k], size[k], &memory[k], err);
	if (status != PSY_OK)
		return status;
	lay_out(l, memory, n);
	l->weight = g->weight;
	status = psy_graph_strength(ctx, g, l->strength, err);
	for (size_t k = 0; k < n; k++)
		l->total += l->strength[k];
	return status == PSY_OK ? climb(ctx, l, module, err) : status;
}

psy_status
psy_graph_louvain(const psy_context *ctx, const psy_graph *g, double gamma, uint64_t seed, int *module,
				  psy_error *err)
{
	louvain l = {.n = g->n, .first_n = g->n, .gamma = gamma, .random = seed};
	void *memory[PIECES] = {NULL};
	psy_status status = PSY_OK;

	if (!(gamma > 0 && isfinite(gamma)))
		return psy_fail(err, PSY_DOMAIN, "gamma is %g; a positive number expected", gamma);
	if (g->n == 0)
		return PSY_OK;
	status = run(ctx, g, &l, memory, module, err);
	for (int k = 0; k < PIECES; k++)
		psy_release(ctx, memory[k]);
	return status;
}
