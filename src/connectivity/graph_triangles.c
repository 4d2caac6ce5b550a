/*
 * graph_triangles.c - clustering and transitivity; see graph.h.
 *
 * Both need, at each node, the sum of the intensities of its triangles: with S the cube roots of the weights,
 * half the diagonal of S^3.  Three ways to the same sums, by how many edges there are: in a binary graph the
 * common neighbours of two are counted as bits; in a sparse one each triangle is seen once, in a
 * pass over the rows of an edge's two nodes; in a dense one the upper triangle of S^2 is made tile by tile in
 * registers and used at once.
 */
#include "connectivity/graph.h"

#include "connectivity/tile.h"
#include "core/elementary.h"
#include "core/lanes.h"

#include <math.h>
#include <string.h>

#define SPARSE 0.65 /* density below which visiting triangles beats multiplying matrices; measured */

/* ---- cube roots ------------------------------------------------------------------------------ */

/* In place; 0 and 1 stay what they are. */
PSY_CLONES static void
cube_roots(double *x, size_t count)
{
	for (size_t k = 0; k < count; k++)
		x[k] = psy_cbrt_of(x[k]);
}

/* ---- bits ------------------------------------------------------------------------------------ */

/* Panels of PSY_TILE columns, made even: the tile kernel takes two at a time. */
static size_t
even_panels(size_t n)
{
	return (n + 2 * PSY_TILE - 1) / (2 * PSY_TILE) * 2;
}

static size_t
words_of(size_t n)
{
	return (n + 63) / 64;
}

/* flag[k] = whether x[k] is not 0, as a byte. */
PSY_CLONES static void
flag_kernel(const double *x, size_t count, uint8_t *flag)
{
	for (size_t k = 0; k < count; k++)
		flag[k] = x[k] != 0;
}

/* 64 values, fewer at the end, as bits: eight bytes of 0 or 1 become a byte by one multiplication. */
static uint64_t
bits_of(const double *x, size_t count)
{
	uint8_t flag[64] = {0};
	uint64_t bits = 0;

	flag_kernel(x, count < 64 ? count : 64, flag);
	for (size_t b = 0; b < 8; b++)
	{
		uint64_t eight;

		memcpy(&eight, flag + 8 * b, 8);
		bits |= (eight * 0x0102040810204080u >> 56) << 8 * b;
	}
	return bits;
}

/* bits[i][words]: the neighbours of each node. */
static void
fill_bits(const psy_graph *g, uint64_t *bits)
{
	size_t words = words_of(g->n);

	for (size_t i = 0; i < g->n; i++)
		for (size_t w = 0; w < words; w++)
			bits[i * words + w] = bits_of(g->weight + i * g->n + w * 64, g->n - w * 64);
}

/* popcount without asking what the CPU has: the compiler's own falls back on a table. */
static inline uint64_t
bit_count(uint64_t x)
{
	x -= x >> 1 & 0x5555555555555555u;
	x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return x * 0x0101010101010101u >> 56;
}
PSY_CLONES static uint64_t
common_bits(const uint64_t *a, const uint64_t *b, size_t words)
{
	uint64_t count = 0;

	for (size_t w = 0; w < words; w++)
		count += bit_count(a[w] & b[w]);
	return count;
}

/* ---- the three ways -------------------------------------------------------------------------- */

typedef struct workspace
{
	void *room;
	size_t edges; /* of the graph */
} workspace;

/* Each fills cycles[i] with twice the sum of the intensities of the triangles at i. */
typedef psy_status (*triangle_way)(const psy_context *ctx, const psy_graph *g, const workspace *work,
								   double *cycles, psy_error *err);

static psy_status
count_common(const psy_context *ctx, const psy_graph *g, const workspace *work, double *cycles,
			 psy_error *err)
{
	uint64_t *bits = work->room;
	size_t n = g->n, words = words_of(n);

	fill_bits(g, bits);
	memset(cycles, 0, n * sizeof *cycles);
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = i + 1; j < n; j++)
			if (g->weight[i * n + j] != 0)
			{
				double common = (double) common_bits(bits + i * words, bits + j * words, words);

				cycles[i] += common;
				cycles[j] += common;
			}
		if (psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
	}
	return PSY_OK;
}

/* Rows of so many doubles begin at a cache line each. */
static size_t
padded(size_t n)
{
	return (n + PSY_LANES - 1) / PSY_LANES * PSY_LANES;
}

/* The edges of a graph right of its diagonal, by rows: those of row i are first[i] to first[i + 1] - 1. */
typedef struct edge_list
{
	size_t *first;    /* [n + 1] */
	uint32_t *column; /* [edges] */
	double *packed;   /* [edges]; the cube roots of their weights */
	double *root;     /* [n][padded(n)]: the same in their places, elsewhere 0 */
} edge_list;

static void
list_edges(const psy_graph *g, edge_list *list)
{
	size_t n = g->n, count = 0;

	for (size_t i = 0; i < n; i++)
	{
		const double *row = g->weight + i * n;

		list->first[i] = count;
		for (size_t j = i + 1; j < n; j += 64)
			for (uint64_t left = bits_of(row + j, n - j); left != 0; left &= left - 1)
			{
				size_t column = j + (size_t) __builtin_ctzll(left);

				list->column[count] = (uint32_t) column;
				list->packed[count++] = row[column];
			}
	}
	list->first[n] = count;
}

/* Packed, so that vectors hold edges alone. */
static void
fill_roots(size_t n, const edge_list *list)
{
	cube_roots(list->packed, list->first[n]);
	memset(list->root, 0, n * padded(n) * sizeof *list->root);
	for (size_t i = 0; i < n; i++)
		for (size_t e = list->first[i]; e < list->first[i + 1]; e++)
			list->root[i * padded(n) + list->column[e]] = list->packed[e];
}

typedef double lanes __attribute__((vector_size(PSY_LANES * sizeof(double)), aligned(8)));

static inline double
sum_of(const lanes *sum)
{
	double lane[PSY_LANES];

	memcpy(lane, sum, sizeof lane);
	return psy_lanes_sum(lane);
}

#define TEAM 4 /* edges of one row visited together */

/*
 * The triangles i < j < k over the TEAM edges (i, j) of row i from edge on; a place from last on is no edge
 * and has the root 0.  Rows are 0 up to their diagonal.  Adds each triangle's intensity to its three nodes.
 */
__attribute__((always_inline)) static inline void
add_team(const edge_list *list, size_t stride, size_t i, size_t edge, size_t last, double *once)
{
	const uint32_t *column = list->column + edge;
	const double *root = list->root, *s = list->packed + edge;
	size_t left = last - edge, from = column[0] / PSY_LANES * PSY_LANES;
	size_t j0 = column[0], j1 = left > 1 ? column[1] : j0, j2 = left > 2 ? column[2] : j0,
		   j3 = left > 3 ? column[3] : j0;
	double s0 = s[0], s1 = left > 1 ? s[1] : 0, s2 = left > 2 ? s[2] : 0, s3 = left > 3 ? s[3] : 0;
	lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};

	for (size_t k = from; k < stride; k += PSY_LANES)
	{
		lanes of_i = *(const lanes *) (root + i * stride + k);
		lanes x0 = of_i * *(const lanes *) (root + j0 * stride + k);
		lanes x1 = of_i * *(const lanes *) (root + j1 * stride + k);
		lanes x2 = of_i * *(const lanes *) (root + j2 * stride + k);
		lanes x3 = of_i * *(const lanes *) (root + j3 * stride + k);

		sum0 += x0;
		sum1 += x1;
		sum2 += x2;
		sum3 += x3;
		*(lanes *) (once + k) += (s0 * x0 + s1 * x1) + (s2 * x2 + s3 * x3);
	}
	sum0 *= s0;
	sum1 *= s1;
	sum2 *= s2;
	sum3 *= s3;
	once[j0] += sum_of(&sum0);
	once[j1] += sum_of(&sum1);
	once[j2] += sum_of(&sum2);
	once[j3] += sum_of(&sum3);
	sum0 = (sum0 + sum1) + (sum2 + sum3);
	once[i] += sum_of(&sum0);
}

PSY_CLONES static void
add_row(const edge_list *list, size_t stride, size_t i, double *once)
{
	for (size_t edge = list->first[i]; edge < list->first[i + 1]; edge += TEAM)
		add_team(list, stride, i, edge, list->first[i + 1], once);
}

/* once[padded(n)]: the sums of the intensities at each node. */
static psy_status
add_edges(const psy_context *ctx, size_t n, const edge_list *list, double *once, psy_error *err)
{
	for (size_t i = 0; i < n; i++)
	{
		add_row(list, padded(n), i, once);
		if (psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
	}
	return PSY_OK;
}

/* Doubles of room that visit_triangles needs. */
static size_t
visit_room(size_t n, size_t edges)
{
	return (n + 1) * padded(n) + edges + edges / 2 + 1 + n + 1;
}

static psy_status
visit_triangles(const psy_context *ctx, const psy_graph *g, const workspace *work, double *cycles,
				psy_error *err)
{
	size_t n = g->n;
	double *once = (double *) work->room + n * padded(n);
	edge_list list = {.root = work->room, .packed = once + padded(n)};
	psy_status status;

	list.first = (size_t *) (list.packed + work->edges);
	list.column = (uint32_t *) (list.first + n + 1);
	list_edges(g, &list);
	fill_roots(n, &list);
	memset(once, 0, padded(n) * sizeof *once);
	status = add_edges(ctx, n, &list, once, err);
	for (size_t i = 0; i < n; i++)
		cycles[i] = 2 * once[i];
	return status;
}

/* panel[p][row][PSY_TILE]: the cube roots by columns, with columns of zeros up to an even number of panels.
 */
static void
fill_panels(const psy_graph *g, size_t panels, double *panel)
{
	size_t n = g->n;

	for (size_t p = 0; p < panels; p++)
		for (size_t row = 0; row < n; row++)
		{
			const double *from = g->weight + row * n + p * PSY_TILE;
			double *to = panel + (p * n + row) * PSY_TILE;
			size_t columns = p * PSY_TILE >= n             ? 0
							 : n - p * PSY_TILE < PSY_TILE ? n - p * PSY_TILE
														   : PSY_TILE;

			memset(to, 0, PSY_TILE * sizeof *to);
			memcpy(to, from, columns * sizeof *to);
		}
	cube_roots(panel, panels * n * PSY_TILE);
}

/* Adds a tile of the square of the roots, times the roots of the same places right of the diagonal. */
static void
add_tile(const double *tile, const double *panel, size_t n, size_t i0, size_t j0, double *cycles)
{
	size_t columns = n - j0 < 2 * PSY_TILE ? n - j0 : 2 * PSY_TILE;

	for (size_t i = i0; i < i0 + PSY_TILE && i < n; i++)
	{
		double sum = 0;

		for (size_t c = j0 > i ? 0 : i + 1 - j0; c < columns; c++)
		{
			double both = tile[(i - i0) * 2 * PSY_TILE + c] *
						  panel[((j0 + c) / PSY_TILE * n + i) * PSY_TILE + (j0 + c) % PSY_TILE];

			sum += both;
			cycles[j0 + c] += both;
		}
		cycles[i] += sum;
	}
}

static psy_status
multiply_tiles(const psy_context *ctx, const psy_graph *g, const workspace *work, double *cycles,
			   psy_error *err)
{
	psy_tile_kernel multiply = psy_best_tile();
	double *panel = work->room, tile[2 * PSY_TILE * PSY_TILE];
	size_t n = g->n, panels = even_panels(n), size = n * PSY_TILE;

	fill_panels(g, panels, panel);
	memset(cycles, 0, n * sizeof *cycles);
	for (size_t p = 0; p * PSY_TILE < n; p++)
	{
		for (size_t q = p / 2 * 2; q < panels; q += 2)
		{
			multiply(panel + p * size, panel + q * size, panel + (q + 1) * size, n, tile);
			add_tile(tile, panel, n, p * PSY_TILE, q * PSY_TILE, cycles);
			if (psy_poll(ctx, err) != PSY_OK)
				return PSY_INTERRUPTED;
		}
	}
	return PSY_OK;
}

/* ---- choosing among them --------------------------------------------------------------------- */

PSY_CLONES static bool
has_weights(const double *row, size_t count)
{
	uint64_t other = 0;

	for (size_t k = 0; k < count; k++)
		other |= (row[k] != 0) & (row[k] != 1);
	return other != 0;
}

/* Mostly told by the first row. */
static bool
is_binary(const psy_graph *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (has_weights(g->weight + i * g->n, g->n))
			return false;
	return true;
}

/* degree[i], and their sum. */
static double
fill_degrees(const psy_context *ctx, const psy_graph *g, double *degree, psy_error *err)
{
	double sum = 0;

	psy_graph_degree(ctx, g, degree, err);
	for (size_t i = 0; i < g->n; i++)
		sum += degree[i];
	return sum;
}

/* cycles as above, degree as psy_graph_degree; [n] each. */
static psy_status
triangles(const psy_context *ctx, const psy_graph *g, double *cycles, double *degree, psy_error *err)
{
	size_t n = g->n;
	double ends = fill_degrees(ctx, g, degree, err);
	workspace work = {NULL, (size_t) ends / 2};
	bool binary = is_binary(g), sparse = ends < SPARSE * (double) n * (double) n;
	triangle_way way = binary ? count_common : sparse ? visit_triangles : multiply_tiles;
	size_t doubles = binary   ? n * words_of(n)
					 : sparse ? visit_room(n, work.edges)
							  : even_panels(n) * n * PSY_TILE;
	psy_status status = psy_alloc(ctx, doubles, sizeof(double), &work.room, err);

	if (status == PSY_OK)
		status = way(ctx, g, &work, cycles, err);
	psy_release(ctx, work.room);
	return status;
}

psy_status
psy_graph_clustering(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	void *degree;
	psy_status status;

	if (g->n == 0)
		return PSY_OK;
	status = psy_alloc(ctx, g->n, sizeof(double), &degree, err);
	if (status == PSY_OK)
		status = triangles(ctx, g, out, degree, err);
	for (size_t i = 0; status == PSY_OK && i < g->n; i++)
		if (out[i] != 0)
			out[i] /= ((double *) degree)[i] * (((double *) degree)[i] - 1);
	psy_release(ctx, degree);
	return status;
}

psy_status
psy_graph_transitivity(const psy_context *ctx, const psy_graph *g, double *out, psy_error *err)
{
	void *vectors;
	double *cycles, *degree, sum = 0, triples = 0;
	psy_status status;

	*out = NAN;
	if (g->n == 0)
		return PSY_OK;
	status = psy_alloc(ctx, 2 * g->n, sizeof(double), &vectors, err);
	if (status != PSY_OK)
		return status;
	cycles = vectors;
	degree = cycles + g->n;
	status = triangles(ctx, g, cycles, degree, err);
	for (size_t i = 0; status == PSY_OK && i < g->n; i++)
	{
		sum += cycles[i];
		triples += degree[i] * (degree[i] - 1);
	}
	if (status == PSY_OK && triples > 0)
		*out = sum / triples;
	psy_release(ctx, vectors);
	return status;
}
