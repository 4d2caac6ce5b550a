/*
 * graph_triangles.c - clustering and transitivity; see graph.h.
 *
 * Both need, at each node, the sum of the intensities of its triangles: with S the cube roots of the weights,
 * half the diagonal of S^3.  Three ways to the same sums, by how many edges there are: in a binary graph the
 * common neighbours of two are counted as bits; in a sparse one each triangle is seen once, in a
 * pass over two rows for every edge; in a dense one the upper triangle of S^2 is made tile by tile in
 * registers and used at once.
 */
#include "connectivity/graph.h"

#include "connectivity/tile.h"
#include "core/elementary.h"
#include "core/lanes.h"

#include <math.h>
#include <string.h>

#define SPARSE 0.35 /* density below which visiting triangles beats multiplying matrices; measured */

/* ---- cube roots ---------------------------------------------------------------------------------------- */

/* In place; 0 and 1 stay what they are. */
PSY_CLONES static void
cube_roots(double *x, size_t count)
{
	for (size_t k = 0; k < count; k++)
		x[k] = psy_cbrt_of(x[k]);
}

/* ---- bits ---------------------------------------------------------------------------------------------- */

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

/* ---- the three ways ------------------------------------------------------------------------------------ */

/* Each fills cycles[i] with twice the sum of the intensities of the triangles at i. */
typedef psy_status (*triangle_way)(const psy_context *ctx, const psy_graph *g, void *room, double *cycles,
								   psy_error *err);

static psy_status
count_common(const psy_context *ctx, const psy_graph *g, void *room, double *cycles, psy_error *err)
{
	uint64_t *bits = room;
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

/* Keeps the bits right of the diagonal alone. */
static void
keep_upper(uint64_t *bits, size_t n)
{
	size_t words = words_of(n);

	for (size_t i = 0; i < n; i++)
	{
		memset(bits + i * words, 0, i / 64 * sizeof *bits);
		bits[i * words + i / 64] &= ~(((uint64_t) 2 << i % 64) - 1);
	}
}

/* Rows of so many doubles begin at a cache line each. */
static size_t
padded(size_t n)
{
	return (n + PSY_LANES - 1) / PSY_LANES * PSY_LANES;
}

/* root[n][padded(n)]: the cube roots of the edges right of the diagonal, elsewhere 0.  Taken packed, so that
 * vectors hold edges alone. */
static void
fill_roots(const psy_graph *g, const uint64_t *bits, double *packed, double *root)
{
	size_t n = g->n, words = words_of(n), count = 0;

	memset(root, 0, n * padded(n) * sizeof *root);
	for (size_t i = 0; i < n; i++)
		for (size_t w = i / 64; w < words; w++)
			for (uint64_t left = bits[i * words + w]; left != 0; left &= left - 1)
				packed[count++] = g->weight[i * n + w * 64 + (size_t) __builtin_ctzll(left)];
	cube_roots(packed, count);
	count = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t w = i / 64; w < words; w++)
			for (uint64_t left = bits[i * words + w]; left != 0; left &= left - 1)
				root[i * padded(n) + w * 64 + (size_t) __builtin_ctzll(left)] = packed[count++];
}

/*
 * The triangles i < j < k over the edge (i, j) of root s, where a and b are the rows of i and j from a
 * multiple of PSY_LANES on: b is 0 up to j.  Adds to cycles of k what returns as their sum.
 */
PSY_CLONES static double
edge_kernel(double s, const double *a, const double *b, size_t count, double *cycles)
{
	double lane[PSY_LANES] = {0};

	for (size_t k = 0; k < count; k += PSY_LANES)
		for (size_t l = 0; l < PSY_LANES; l++)
		{
			double intensity = s * (a[k + l] * b[k + l]);

			lane[l] += intensity;
			cycles[k + l] += intensity;
		}
	return psy_lanes_sum(lane);
}

/* once[padded(n)]: the sums of the intensities at each node. */
static psy_status
add_edges(const psy_context *ctx, size_t n, const uint64_t *bits, const double *root, double *once,
		  psy_error *err)
{
	size_t words = words_of(n), stride = padded(n);

	for (size_t i = 0; i < n; i++)
	{
		const double *of_i = root + i * stride;

		for (size_t w = i / 64; w < words; w++)
			for (uint64_t left = bits[i * words + w]; left != 0; left &= left - 1)
			{
				size_t j = w * 64 + (size_t) __builtin_ctzll(left), first = j / PSY_LANES * PSY_LANES;
				double sum = edge_kernel(of_i[j], of_i + first, root + j * stride + first, stride - first,
										 once + first);

				once[i] += sum;
				once[j] += sum;
			}
		if (psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
	}
	return PSY_OK;
}

static psy_status
visit_triangles(const psy_context *ctx, const psy_graph *g, void *room, double *cycles, psy_error *err)
{
	size_t n = g->n;
	double *root = room, *once = root + n * padded(n);
	uint64_t *bits = (uint64_t *) (once + padded(n));
	psy_status status;

	fill_bits(g, bits);
	keep_upper(bits, n);
	fill_roots(g, bits, (double *) (bits + n * words_of(n)), root);
	memset(once, 0, padded(n) * sizeof *once);
	status = add_edges(ctx, n, bits, root, once, err);
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
multiply_tiles(const psy_context *ctx, const psy_graph *g, void *room, double *cycles, psy_error *err)
{
	psy_tile_kernel multiply = psy_best_tile();
	double *panel = room, tile[2 * PSY_TILE * PSY_TILE];
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

/* ---- choosing among them ------------------------------------------------------------------------------- */

PSY_CLONES static bool
is_binary(const double *weight, size_t count)
{
	uint64_t other = 0;

	for (size_t k = 0; k < count; k++)
		other |= (weight[k] != 0) & (weight[k] != 1);
	return other == 0;
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
	size_t n = g->n, bits = n * words_of(n);
	double edges = fill_degrees(ctx, g, degree, err);
	bool binary = is_binary(g->weight, n * n), sparse = edges < SPARSE * (double) n * (double) n;
	triangle_way way = binary ? count_common : sparse ? visit_triangles : multiply_tiles;
	size_t doubles = binary   ? bits
					 : sparse ? (n + 1) * padded(n) + bits + (size_t) edges / 2
							  : even_panels(n) * n * PSY_TILE;
	void *room;
	psy_status status = psy_alloc(ctx, doubles, sizeof(double), &room, err);

	if (status == PSY_OK)
		status = way(ctx, g, room, cycles, err);
	psy_release(ctx, room);
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
