/* grid_lattice.c - see grid_lattice.h. */
#include "grid_lattice.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TOLERANCE_MM 1e-3

uint64_t
lattice_voxels(const lattice *g)
{
	return (uint64_t) g->dims[0] * (uint64_t) g->dims[1] * (uint64_t) g->dims[2];
}

double
lattice_determinant(const double a[12])
{
	return a[0] * (a[5] * a[10] - a[6] * a[9]) - a[1] * (a[4] * a[10] - a[6] * a[8]) +
		   a[2] * (a[4] * a[9] - a[5] * a[8]);
}

double
lattice_voxel_volume(const lattice *g)
{
	return fabs(lattice_determinant(g->affine));
}

/* The difference of two affines is affine, so that its length is largest at a corner. */
double
lattice_apart(const int64_t dims[3], const double a[12], const double b[12])
{
	double most = 0;

	for (int corner = 0; corner < 8; corner++)
	{
		double square = 0;

		for (int row = 0; row < 3; row++)
		{
			double apart = a[4 * row + 3] - b[4 * row + 3];

			for (int i = 0; i < 3; i++)
				if (corner >> i & 1)
					apart += (a[4 * row + i] - b[4 * row + i]) * (double) (dims[i] - 1);
			square += apart * apart;
		}
		most = square > most || isnan(square) ? square : most;
	}
	return sqrt(most);
}

bool
lattice_same(const lattice *a, const lattice *b)
{
	return memcmp(a->dims, b->dims, sizeof a->dims) == 0 &&
		   lattice_apart(a->dims, a->affine, b->affine) <= TOLERANCE_MM;
}

void
lattice_text(const lattice *g, char *to, size_t size)
{
	const double *a = g->affine;

	snprintf(to, size,
			 "%" PRId64 "x%" PRId64 "x%" PRId64
			 " [%.4g %.4g %.4g %.6g; %.4g %.4g %.4g %.6g; %.4g %.4g %.4g %.6g]",
			 g->dims[0], g->dims[1], g->dims[2], a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9],
			 a[10], a[11]);
}

/* Each index goes to the axis of mm that it moves along most, the clearest index first; no axis is named
 * twice. */
void
lattice_orientation(const lattice *g, char code[4])
{
	static const char names[3][2] = {{'L', 'R'}, {'P', 'A'}, {'I', 'S'}};
	bool index_done[3] = {false}, axis_done[3] = {false};
	double length[3];

	for (int i = 0; i < 3; i++)
		length[i] = sqrt(g->affine[i] * g->affine[i] + g->affine[4 + i] * g->affine[4 + i] +
						 g->affine[8 + i] * g->affine[8 + i]);
	for (int round = 0; round < 3; round++)
	{
		int index = -1, axis = -1;
		double best = -1;

		for (int i = 0; i < 3; i++)
			for (int row = 0; row < 3; row++)
				if (!index_done[i] && !axis_done[row] && fabs(g->affine[4 * row + i]) / length[i] > best)
				{
					best = fabs(g->affine[4 * row + i]) / length[i];
					index = i;
					axis = row;
				}
		index_done[index] = axis_done[axis] = true;
		code[index] = names[axis][g->affine[4 * axis + index] > 0];
	}
	code[3] = '\0';
}

void
lattice_invert(const double a[12], double inverse[12])
{
	double scale = 1 / lattice_determinant(a);

	for (int row = 0; row < 3; row++)
		for (int column = 0; column < 3; column++)
		{
			int r1 = (column + 1) % 3, r2 = (column + 2) % 3, c1 = (row + 1) % 3, c2 = (row + 2) % 3;

			inverse[4 * row + column] =
				scale * (a[4 * r1 + c1] * a[4 * r2 + c2] - a[4 * r1 + c2] * a[4 * r2 + c1]);
		}
	for (int row = 0; row < 3; row++)
		inverse[4 * row + 3] =
			-(inverse[4 * row] * a[3] + inverse[4 * row + 1] * a[7] + inverse[4 * row + 2] * a[11]);
}

void
lattice_between(const lattice *from, const lattice *to, double affine[12])
{
	double inverse[12];

	lattice_invert(to->affine, inverse);
	for (int row = 0; row < 3; row++)
		for (int column = 0; column < 4; column++)
			affine[4 * row + column] =
				inverse[4 * row] * from->affine[column] + inverse[4 * row + 1] * from->affine[4 + column] +
				inverse[4 * row + 2] * from->affine[8 + column] + (column == 3 ? inverse[4 * row + 3] : 0);
}
