/*
 * graph_centrality.c - centralities that are solutions of linear systems; see graph.h.
 */
#include "connectivity/graph.h"

#include "connectivity/columns.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef struct room
{
	double *matrix, *inverse, *scratch; /* [n][n] each */
	double *x, *y;                      /* [n] each */
	void *memory[4];
} room;

static void
free_room(const psy_context *ctx, room *r)
{
	for (int k = 0; k < 4; k++)
		psy_release(ctx, r->memory[k]);
}

static psy_status
new_room(const psy_context *ctx, size_t n, room *r, psy_error *err)
{
	psy_status status = PSY_OK;

	memset(r, 0, sizeof *r);
	for (int k = 0; status == PSY_OK && k < 4; k++)
		status = psy_alloc(ctx, k < 3 ? n * n : 2 * n, sizeof(double), &r->memory[k], err);
	if (status != PSY_OK)
	{
		free_room(ctx, r);
		return status;
	}
	r->matrix = r->memory[0];
	r->inverse = r->memory[1];
	r->scratch = r->memory[2];
	r->x = r->memory[3];
	r->y = r->x + n;
	return PSY_OK;
}

static void
multiply(const double *matrix, const double *x, size_t n, double *y)
{
	for (size_t i = 0; i < n; i++)
		y[i] = psy_column_dot(matrix + i * n, x, n);
}

static void
normalise(double *x, size_t n)
{
	double length = sqrt(psy_column_dot(x, x, n));

	for (size_t i = 0; i < n; i++)
		x[i] /= length;
}

/* ---- eigenvector ----------------------------------------------------------------------------- */

/* x's Rayleigh quotient, and how far W x is from being a multiple of x. */
static double
rayleigh(const psy_graph *g, room *r, double *residual)
{
	double quotient, squares = 0;

	multiply(g->weight, r->x, g->n, r->y);
	quotient = psy_column_dot(r->x, r->y, g->n);
	for (size_t i = 0; i < g->n; i++)
		squares += (r->y[i] - quotient * r->x[i]) * (r->y[i] - quotient * r->x[i]);
	*residual = sqrt(squares);
	return quotient;
}

/* inverse = (shift I - W)^-1; PSY_SINGULAR unless shift is above every eigenvalue. */
static psy_status
invert_shifted(const psy_context *ctx, const psy_graph *g, double shift, room *r, psy_error *err)
{
	for (size_t i = 0; i < g->n; i++)
		for (size_t j = 0; j < g->n; j++)
			r->matrix[i * g->n + j] = (i == j ? shift : 0) - g->weight[i * g->n + j];
	return psy_spd_inverse(ctx, r->matrix, g->n, r->inverse, r->scratch, err);
}

/*
 * Inverse iteration from above: (shift I - W)^-1 of a shift above the largest eigenvalue is a positive
 * matrix, so x stays positive and grows towards the leading eigenvector alone; Cholesky's decomposition tells
 * whether the shift is above.  The shift comes nearer to the quotient as the residual falls.
 */
static psy_status
iterate(const psy_context *ctx, const psy_graph *g, double largest, room *r, psy_error *err)
{
	double residual, quotient = rayleigh(g, r, &residual);
	double gap = largest - quotient;

	for (int round = 0; round < 60; round++)
	{
		psy_status status = PSY_SINGULAR;

		/* Below this gap the inverse would be rounding noise, above it 3 steps gain all that can be. */
		gap = fmax(fmin(gap, residual), 1e-9 * largest);
		for (; (status = invert_shifted(ctx, g, quotient + gap, r, err)) == PSY_SINGULAR; gap *= 4)
			;
		if (status != PSY_OK)
			return status;
		for (int step = 0; step < 3; step++)
		{
			multiply(r->inverse, r->x, g->n, r->y);
			memcpy(r->x, r->y, g->n * sizeof *r->x);
			normalise(r->x, g->n);
		}
		quotient = rayleigh(g, r, &residual);
		if (residual <= 8 * DBL_EPSILON * largest * sqrt((double) g->n))
			return PSY_OK;
	}
	return psy_fail(err, PSY_NOCONVERGE, "the leading eigenvector of %zu nodes did not converge", g->n);
}

psy_status
psy_graph_eigenvector(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	room r;
	double largest = 0;
	psy_status status;

	if (g->n == 0)
		return PSY_OK;
	status = psy_graph_strength(ctx, g, out, err);
	if (status == PSY_OK)
		status = new_room(ctx, g->n, &r, err);
	if (status != PSY_OK)
		return status;
	for (size_t i = 0; i < g->n; i++)
	{
		largest = fmax(largest, out[i]); /* no eigenvalue is larger than the largest strength */
		r.x[i] = 1;
	}
	normalise(r.x, g->n);
	if (largest > 0)
		status = iterate(ctx, g, largest, &r, err);
	for (size_t i = 0; status == PSY_OK && i < g->n; i++)
		out[i] = fabs(r.x[i]) < DBL_EPSILON * DBL_EPSILON ? 0 : fabs(r.x[i]);
	free_room(ctx, &r);
	return status;
}

/* ---- PageRank -------------------------------------------------------------------------------- */

/*
 * (I - d W D^-1) r = (1 - d) / n becomes symmetric and positive definite through r = D^(1/2) y; a node
 * without edges has D = 1.  root holds D^(1/2).
 */
static psy_status
solve_pagerank(const psy_context *ctx, const psy_graph *g, double damping, room *r, double *root,
			   psy_error *err)
{
	size_t n = g->n;
	psy_status status = psy_graph_strength(ctx, g, root, err);

	if (status != PSY_OK)
		return status;
	for (size_t i = 0; i < n; i++)
		root[i] = root[i] > 0 ? sqrt(root[i]) : 1;
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < n; j++)
			r->matrix[i * n + j] = (i == j) - damping * g->weight[i * n + j] / (root[i] * root[j]);
		r->x[i] = (1 - damping) / (double) n / root[i];
	}
	status = psy_spd_inverse(ctx, r->matrix, n, r->inverse, r->scratch, err);
	if (status == PSY_SINGULAR)
		return psy_fail(err, PSY_SINGULAR, "damping %.17g is too near to 1 for PageRank", damping);
	if (status == PSY_OK)
		multiply(r->inverse, r->x, n, r->y);
	return status;
}

psy_status
psy_graph_pagerank(const psy_context *ctx, const psy_graph *g, double damping, double *out, psy_error *err)
{
	room r;
	double sum = 0;
	psy_status status;

	if (!(damping >= 0 && damping < 1))
		return psy_fail(err, PSY_DOMAIN, "damping is %g; 0 to less than 1 expected", damping);
	if (g->n == 0)
		return PSY_OK;
	status = new_room(ctx, g->n, &r, err);
	if (status != PSY_OK)
		return status;
	status = solve_pagerank(ctx, g, damping, &r, out, err);
	for (size_t i = 0; status == PSY_OK && i < g->n; i++)
		sum += out[i] *= r.y[i];
	for (size_t i = 0; status == PSY_OK && i < g->n; i++)
		out[i] /= sum;
	free_room(ctx, &r);
	return status;
}
