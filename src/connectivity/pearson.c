/*
 * pearson.c - Pearson correlations of all pairs of columns; see pearson.h.
 *
 * Columns are standardised into panels of WIDTH columns, [panel][timepoint][WIDTH]: then a pair of panels
 * gives a WIDTH x WIDTH tile of correlations from two short contiguous streams that stay in the first-level
 * cache, with every accumulator in a register.  Each accumulator adds its products in time order: no
 * reduction, hence no reordering.
 */
#include "connectivity/pearson.h"

#include "connectivity/connectome.h"
#include "core/lanes.h"
#include "core/triangle.h"

#include <math.h>
#include <string.h>

#define WIDTH 8 /* columns of a panel */
#define ROWS 4  /* rows of a tile held in registers at a time */

static size_t
panel_count(size_t regions)
{
	return (regions + WIDTH - 1) / WIDTH;
}

size_t
psy_pearson_workspace(size_t timepoints, size_t regions)
{
	return panel_count(regions) * WIDTH * timepoints;
}

/* Copies columns first.. of the series into a panel; columns beyond the last are zero. */
static void
fill_panel(const double *series, size_t timepoints, size_t regions, size_t first, double *panel)
{
	size_t width = regions - first < WIDTH ? regions - first : WIDTH;

	for (size_t t = 0; t < timepoints; t++)
		for (size_t c = 0; c < WIDTH; c++)
			panel[t * WIDTH + c] = c < width ? series[t * regions + first + c] : 0;
}

typedef struct panel_range
{
	double smallest[WIDTH];
	double largest[WIDTH];
	double sum_of_zero[WIDTH]; /* x - x: 0 while all values are finite, else NaN */
} panel_range;

PSY_CLONES static void
range_kernel(const double *panel, size_t timepoints, panel_range *range)
{
	for (size_t c = 0; c < WIDTH; c++)
	{
		range->smallest[c] = range->largest[c] = panel[c];
		range->sum_of_zero[c] = 0;
	}
	for (size_t t = 0; t < timepoints; t++)
		for (size_t c = 0; c < WIDTH; c++)
		{
			double x = panel[t * WIDTH + c];

			range->smallest[c] = x < range->smallest[c] ? x : range->smallest[c];
			range->largest[c] = x > range->largest[c] ? x : range->largest[c];
			range->sum_of_zero[c] += x - x;
		}
}

/* Multiplies by powers of two, so that no sum of squares over- or underflows, then centres and scales to
 * length 1. */
PSY_CLONES static void
standardise_kernel(double *panel, size_t timepoints, const double power_of_two[WIDTH])
{
	double mean[WIDTH] = {0};
	double residue[WIDTH] = {0};
	double squares[WIDTH] = {0};

	for (size_t t = 0; t < timepoints; t++)
		for (size_t c = 0; c < WIDTH; c++)
			mean[c] += panel[t * WIDTH + c] *= power_of_two[c];
	for (size_t c = 0; c < WIDTH; c++)
		mean[c] /= (double) timepoints;
	/* The rounding error of the mean matters where the mean is large beside the spread: it is taken out too.
	 */
	for (size_t t = 0; t < timepoints; t++)
		for (size_t c = 0; c < WIDTH; c++)
			residue[c] += panel[t * WIDTH + c] -= mean[c];
	for (size_t c = 0; c < WIDTH; c++)
		residue[c] /= (double) timepoints;
	for (size_t t = 0; t < timepoints; t++)
		for (size_t c = 0; c < WIDTH; c++)
		{
			double x = panel[t * WIDTH + c] -= residue[c];

			squares[c] += x * x;
		}
	for (size_t c = 0; c < WIDTH; c++)
		squares[c] = 1 / sqrt(squares[c]);
	for (size_t t = 0; t < timepoints; t++)
		for (size_t c = 0; c < WIDTH; c++)
			panel[t * WIDTH + c] *= squares[c];
}

/* The power of two that brings the largest magnitude into [0.5, 1). */
static double
scale_of(double smallest, double largest)
{
	int exponent;

	frexp(fmax(fabs(smallest), fabs(largest)), &exponent);
	return ldexp(1, exponent < -1000 ? 1000 : -exponent);
}

static psy_status
infinite_value(const double *panel, size_t timepoints, size_t column, size_t region, psy_error *err)
{
	for (size_t t = 0; t < timepoints; t++)
		if (isinf(panel[t * WIDTH + column]))
			return psy_fail(err, PSY_DOMAIN,
							"series[%zu][%zu] is infinite; finite values, or NaN for missing, expected",
							t + 1, region + 1);
	return PSY_OK;
}

/* Makes a column NaN whose correlations do not exist. */
static void
spoil_column(double *panel, size_t timepoints, size_t column)
{
	for (size_t t = 0; t < timepoints; t++)
		panel[t * WIDTH + column] = NAN;
}

static psy_status
standardise_panel(double *panel, size_t timepoints, size_t first, size_t regions, psy_error *err)
{
	panel_range range;
	double power_of_two[WIDTH];
	bool lost[WIDTH];

	range_kernel(panel, timepoints, &range);
	for (size_t c = 0; c < WIDTH; c++)
	{
		if (first + c < regions &&
			infinite_value(panel, range.sum_of_zero[c] != 0 ? timepoints : 0, c, first + c, err))
			return PSY_DOMAIN;
		lost[c] = range.sum_of_zero[c] != 0 || range.smallest[c] == range.largest[c];
		power_of_two[c] = lost[c] ? 1 : scale_of(range.smallest[c], range.largest[c]);
	}
	standardise_kernel(panel, timepoints, power_of_two);
	for (size_t c = 0; c < WIDTH; c++)
		if (lost[c])
			spoil_column(panel, timepoints, c);
	return PSY_OK;
}

typedef double lanes __attribute__((vector_size(WIDTH * sizeof(double)), aligned(8)));

/*
 * tile[i][j] = sum over t of left[t][i] * right[t][j] for two panels.  The narrow kernel keeps 4 rows in
 * registers at a time, which fills those of SSE2 and AVX2; the wide one 8, for AVX-512.  Both add in the same
 * order: the same bits.
 */
typedef void (*tile_kernel)(const double *left, const double *right, size_t timepoints, double *tile);

PSY_CLONES static void
four_rows(const double *left, const double *right, size_t timepoints, double *tile)
{
	lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};

	for (size_t t = 0; t < timepoints; t++)
	{
		lanes y = *(const lanes *) (right + t * WIDTH);
		const double *x = left + t * WIDTH;

		sum0 += x[0] * y;
		sum1 += x[1] * y;
		sum2 += x[2] * y;
		sum3 += x[3] * y;
	}
	memcpy(tile, &sum0, sizeof sum0);
	memcpy(tile + WIDTH, &sum1, sizeof sum1);
	memcpy(tile + 2 * WIDTH, &sum2, sizeof sum2);
	memcpy(tile + 3 * WIDTH, &sum3, sizeof sum3);
}

static void
narrow_tile(const double *left, const double *right, size_t timepoints, double *tile)
{
	four_rows(left, right, timepoints, tile);
	four_rows(left + 4, right, timepoints, tile + 4 * WIDTH);
}

#ifdef PSY_HAS_CLONES
__attribute__((target("arch=x86-64-v4"))) static void
wide_tile(const double *left, const double *right, size_t timepoints, double *tile)
{
	lanes sum[WIDTH] = {{0}};

	for (size_t t = 0; t < timepoints; t++)
	{
		lanes y = *(const lanes *) (right + t * WIDTH);
		const double *x = left + t * WIDTH;

#pragma GCC unroll 8
		for (int i = 0; i < WIDTH; i++)
			sum[i] += x[i] * y;
	}
	memcpy(tile, sum, sizeof sum);
}
#endif

static tile_kernel
best_tile(void)
{
#ifdef PSY_HAS_CLONES
	if (__builtin_cpu_supports("x86-64-v4"))
		return wide_tile;
#endif
	return narrow_tile;
}

/*
 * float4 edges in canonical form: rounding may have left |r| a little above 1, and adding 0 takes the sign
 * off -0.  NaN fails both comparisons and takes the form of the one NaN.
 */
PSY_CLONES static void
round_row(const double *r, size_t count, float *edge)
{
	for (size_t c = 0; c < count; c++)
	{
		double low = r[c] >= -1 ? r[c] : -1;
		double clamped = low <= 1 ? low : 1;

		edge[c] = (float) (r[c] == r[c] ? clamped + 0.0 : (double) NAN);
	}
}

/* Writes the part of a tile that lies above the diagonal: rows i0.., columns j0... */
static void
store_tile(const double *tile, size_t i0, size_t j0, size_t regions, float *edges)
{
	for (size_t i = i0; i < i0 + WIDTH && i < regions; i++)
	{
		size_t first = j0 > i ? j0 : i + 1;
		size_t end = j0 + WIDTH < regions ? j0 + WIDTH : regions;

		if (first < end)
			round_row(tile + (i - i0) * WIDTH + (first - j0), end - first,
					  edges + psy_edge_row(regions, i) + (first - i - 1));
	}
}

static psy_status
check_shape(size_t timepoints, size_t regions, psy_error *err)
{
	if (regions < PSY_CONN_MIN_REGIONS || regions > PSY_CONN_MAX_REGIONS)
		return psy_fail(err, PSY_SHAPE, "series has %zu regions (columns); %d to %d expected", regions,
						PSY_CONN_MIN_REGIONS, PSY_CONN_MAX_REGIONS);
	if (timepoints < PSY_PEARSON_MIN_TIMEPOINTS)
		return psy_fail(err, PSY_SHAPE, "series has %zu timepoints (rows); at least %d expected", timepoints,
						PSY_PEARSON_MIN_TIMEPOINTS);
	return PSY_OK;
}

psy_status
psy_pearson(const psy_context *ctx, const double *series, size_t timepoints, size_t regions,
			double *workspace, float *edges, psy_error *err)
{
	tile_kernel multiply = best_tile();
	size_t count = panel_count(regions);
	psy_status status = check_shape(timepoints, regions, err);
	double tile[WIDTH * WIDTH];

	if (status != PSY_OK)
		return status;
	for (size_t p = 0; p < count; p++)
	{
		double *panel = workspace + p * WIDTH * timepoints;

		fill_panel(series, timepoints, regions, p * WIDTH, panel);
		status = standardise_panel(panel, timepoints, p * WIDTH, regions, err);
		if (status == PSY_OK)
			status = psy_poll(ctx, err);
		if (status != PSY_OK)
			return status;
	}
	for (size_t p = 0; p < count; p++)
	{
		status = psy_poll(ctx, err);
		if (status != PSY_OK)
			return status;
		for (size_t q = p; q < count; q++)
		{
			multiply(workspace + p * WIDTH * timepoints, workspace + q * WIDTH * timepoints, timepoints,
					 tile);
			store_tile(tile, p * WIDTH, q * WIDTH, regions, edges);
		}
	}
	return PSY_OK;
}
