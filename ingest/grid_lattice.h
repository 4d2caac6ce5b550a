/*
 * grid_lattice.h - where the voxels of an image lie: dimensions and an affine from 0-based voxel indices to
 * mm.
 */
#ifndef GRID_LATTICE_H
#define GRID_LATTICE_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lattice
{
	int64_t dims[3];
	double affine[12]; /* row-major: 0-based voxel (i, j, k, 1) to mm (x, y, z) */
} lattice;

uint64_t lattice_voxels(const lattice *g);
double lattice_determinant(const double affine[12]);
double lattice_voxel_volume(const lattice *g); /* mm3 */

/* Whether two grids have the same dimensions and put every voxel at the same place, within 1e-3 mm. */
bool lattice_same(const lattice *a, const lattice *b);

/* The largest distance, mm, between where two affines put a voxel of a grid of these dimensions. */
double lattice_apart(const int64_t dims[3], const double a[12], const double b[12]);

/* "181x217x181 [1 0 0 -90; ...]" for messages. */
void lattice_text(const lattice *g, char *to, size_t size);

/* "RAS": towards which side of the head each index counts. */
void lattice_orientation(const lattice *g, char code[4]);

/* The affine from mm back to voxels. The affine of a grid is never singular: its reader sees to that. */
void lattice_invert(const double affine[12], double inverse[12]);

/* From the voxels of one grid to the (fractional) voxels of another: inverse(to) after from. */
void lattice_between(const lattice *from, const lattice *to, double affine[12]);

static inline void
lattice_apply(const double a[12], const double p[3], double out[3])
{
	for (int row = 0; row < 3; row++)
		out[row] = a[4 * row] * p[0] + a[4 * row + 1] * p[1] + a[4 * row + 2] * p[2] + a[4 * row + 3];
}

#endif
