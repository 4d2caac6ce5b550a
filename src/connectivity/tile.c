/* tile.c - see tile.h. */
#include "connectivity/tile.h"

#include "core/lanes.h"

#include <string.h>

typedef double lanes __attribute__((vector_size(PSY_TILE * sizeof(double)), aligned(8)));

/* Four rows of a tile of 8 columns: fills the registers of SSE2 and AVX2. */
PSY_CLONES static void
four_rows(const double *left, const double *right, size_t rows, double *tile)
{
	lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};

	for (size_t t = 0; t < rows; t++)
	{
		lanes y = *(const lanes *) (right + t * PSY_TILE);
		const double *x = left + t * PSY_TILE;

		sum0 += x[0] * y;
		sum1 += x[1] * y;
		sum2 += x[2] * y;
		sum3 += x[3] * y;
	}
	memcpy(tile, &sum0, sizeof sum0);
	memcpy(tile + 2 * PSY_TILE, &sum1, sizeof sum1);
	memcpy(tile + 4 * PSY_TILE, &sum2, sizeof sum2);
	memcpy(tile + 6 * PSY_TILE, &sum3, sizeof sum3);
}

static void
narrow_tile(const double *left, const double *first, const double *second, size_t rows, double *tile)
{
	four_rows(left, first, rows, tile);
	four_rows(left, second, rows, tile + PSY_TILE);
	four_rows(left + 4, first, rows, tile + 8 * PSY_TILE);
	four_rows(left + 4, second, rows, tile + 9 * PSY_TILE);
}

#ifdef PSY_HAS_CLONES
/* The whole tile in 16 of AVX-512's 32 registers. */
__attribute__((target("arch=x86-64-v4"))) static void
wide_tile(const double *left, const double *first, const double *second, size_t rows, double *tile)
{
	lanes sum[PSY_TILE] = {{0}}, more[PSY_TILE] = {{0}};

	for (size_t t = 0; t < rows; t++)
	{
		lanes y = *(const lanes *) (first + t * PSY_TILE);
		lanes z = *(const lanes *) (second + t * PSY_TILE);
		const double *x = left + t * PSY_TILE;

#pragma GCC unroll 8
		for (int i = 0; i < PSY_TILE; i++)
		{
			sum[i] += x[i] * y;
			more[i] += x[i] * z;
		}
	}
	for (int i = 0; i < PSY_TILE; i++)
	{
		memcpy(tile + 2 * i * PSY_TILE, &sum[i], sizeof sum[i]);
		memcpy(tile + (2 * i + 1) * PSY_TILE, &more[i], sizeof more[i]);
	}
}
#endif

psy_tile_kernel
psy_best_tile(void)
{
#ifdef PSY_HAS_CLONES
	if (__builtin_cpu_supports("x86-64-v4"))
		return wide_tile;
#endif
	return narrow_tile;
}
