/* scrub.c - see scrub.h. */
#include "scrub.h"

#include <math.h>
#include <string.h>

#define POWER_RADIUS_MM 50
#define JENKINSON_RADIUS_MM 80

void
fd_power(const double *const parameters[6], size_t volumes, double *fd)
{
	for (size_t t = 0; t < volumes; t++)
	{
		fd[t] = t == 0 ? NAN : 0;
		for (int k = 0; t > 0 && k < 6; k++)
			fd[t] += fabs(parameters[k][t] - parameters[k][t - 1]) * (k < 3 ? 1 : POWER_RADIUS_MM);
	}
}

/* Where a point goes: p -> rotation p + shift. */
typedef struct rigid
{
	double rotation[3][3], shift[3];
} rigid;

static rigid
rigid_at(const double *const parameters[6], size_t t)
{
	double ca = cos(parameters[3][t]), sa = sin(parameters[3][t]), cb = cos(parameters[4][t]),
		   sb = sin(parameters[4][t]);
	double cc = cos(parameters[5][t]), sc = sin(parameters[5][t]);

	/* Rx Ry Rz with rows (1 0 0; 0 c s; 0 -s c) and so on, as spm_matrix has them. */
	return (rigid){{{cb * cc, cb * sc, sb},
					{-sa * sb * cc - ca * sc, -sa * sb * sc + ca * cc, sa * cb},
					{-ca * sb * cc + sa * sc, -ca * sb * sc - sa * cc, ca * cb}},
				   {parameters[0][t], parameters[1][t], parameters[2][t]}};
}

/* The change now * before^-1 - 1: its matrix A and shift b give sqrt(R^2 / 5 tr(A'A) + b'b). */
static double
displacement(const rigid *before, const rigid *now)
{
	double squares = 0, shift = 0;

	for (int i = 0; i < 3; i++)
	{
		double b = now->shift[i];

		for (int j = 0; j < 3; j++)
		{
			double m = 0;

			for (int k = 0; k < 3; k++)
				m += now->rotation[i][k] * before->rotation[j][k];
			b -= m * before->shift[j];
			m -= i == j;
			squares += m * m;
		}
		shift += b * b;
	}
	return sqrt(JENKINSON_RADIUS_MM * JENKINSON_RADIUS_MM / 5.0 * squares + shift);
}

void
fd_jenkinson(const double *const parameters[6], size_t volumes, double *fd)
{
	rigid before = rigid_at(parameters, 0);

	fd[0] = NAN;
	for (size_t t = 1; t < volumes; t++)
	{
		rigid now = rigid_at(parameters, t);

		fd[t] = displacement(&before, &now);
		before = now;
	}
}

static void
mark_neighbours(bool *scrub, size_t volumes, size_t before, size_t after)
{
	size_t until = 0; /* the volumes before it follow a censored one */

	for (size_t t = 0; t < volumes; t++)
		if (scrub[t])
		{
			until = t + after + 1;
			for (size_t k = 1; k <= before && k <= t && !scrub[t - k]; k++)
				scrub[t - k] = true;
		}
		else if (t < until)
		{
			/* Not the mark of a censored volume, so that neighbours have no neighbours. */
			size_t next = t;

			while (next < volumes && next < until && !scrub[next])
				scrub[next++] = true;
			t = next - 1;
		}
}

void
scrub_widen(bool *scrub, size_t volumes, size_t before, size_t after, size_t segment)
{
	bool any = false;

	for (size_t t = 0; t < volumes; t++)
		any |= scrub[t];
	mark_neighbours(scrub, volumes, before, after);
	for (size_t start = 0; any && start < volumes;)
	{
		size_t end = start;

		while (end < volumes && !scrub[end])
			end++;
		if (end - start < segment)
			memset(scrub + start, true, (end - start) * sizeof *scrub);
		start = end + 1;
	}
}
