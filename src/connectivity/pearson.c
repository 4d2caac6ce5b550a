/*
 * pearson.c - Pearson correlations of all pairs of columns; see pearson.h.
 *
 * Columns are standardised into panels of WIDTH columns, [panel][timepoint][WIDTH]: then a pair of panels
 * gives a tile of correlations from short contiguous streams that stay in the first-level cache, with every
 * accumulator in a register (connectivity/tile.h).  Each accumulator adds its products in time order: no
 * reduction, hence no reordering.
 */
#include "connectivity/pearson.h"

#include "connectivity/connectome.h"
#include "connectivity/tile.h"
#include "core/lanes.h"
#include "core/triangle.h"

#include <math.h>
#include <string.h>

#define WIDTH PSY_TILE /* columns of a panel */

/* Even: the tile kernel takes two panels at a time.  The last may be all zeros. */
static size_t
panel_count(size_t regions)
{
	return (regions + 2 * WIDTH - 1) / (2 * WIDTH) * 2;
}

size_t
psy_pearson_workspace(size_t timepoints, size_t regions)
{
	return panel_count(regions) * WIDTH * timepoints;
}

/* A series in either precision: one of the two. */
typedef struct series_values
{
	const float *f;
	const double *d;
} series_values;

PSY_CLONES static void
widen(const float *from, size_t stride, size_t timepoints, double *panel)
{
	for (size_t t = 0; t < timepoints; t++)
		for (size_t c = 0; c < WIDTH; c++)
			panel[t * WIDTH + c] = from[t * stride + c];
}

/* Copies columns first.. of the series into a panel; columns beyond the last are zero. */
static void
fill_panel(series_values series, size_t timepoints, size_t regions, size_t first, double *panel)
{
	size_t width = first >= regions ? 0 : regions - first < WIDTH ? regions - first : WIDTH;

	if (series.f != NULL && width == WIDTH)
	{
		widen(series.f + first, regions, timepoints, panel);
		return;
	}
	for (size_t t = 0; t < timepoints; t++)
		for (size_t c = 0; c < WIDTH; c++)
		{
			size_t at = t * regions + first + c;

			panel[t * WIDTH + c] = c >= width ? 0 : series.f != NULL ? (double) series.f[at] : series.d[at];
		}
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

/* Writes the part of a tile, 8 x 16, that lies above the diagonal: rows i0.., columns j0... */
static void
store_tile(const double *tile, size_t i0, size_t j0, size_t regions, float *edges)
{
	for (size_t i = i0; i < i0 + WIDTH && i < regions; i++)
	{
		size_t first = j0 > i ? j0 : i + 1;
		size_t end = j0 + 2 * WIDTH < regions ? j0 + 2 * WIDTH : regions;

		if (first < end)
			round_row(tile + (i - i0) * 2 * WIDTH + (first - j0), end - first,
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

/* The panels of the workspace, standardised. */
static psy_status
fill_panels(const psy_context *ctx, series_values series, size_t timepoints, size_t regions,
			double *workspace, psy_error *err)
{
	for (size_t p = 0; p < panel_count(regions); p++)
	{
		double *panel = workspace + p * WIDTH * timepoints;
		psy_status status = psy_poll(ctx, err);

		fill_panel(series, timepoints, regions, p * WIDTH, panel);
		if (status == PSY_OK)
			status = standardise_panel(panel, timepoints, p * WIDTH, regions, err);
		if (status != PSY_OK)
			return status;
	}
	return PSY_OK;
}

static psy_status
correlate(const psy_context *ctx, series_values series, size_t timepoints, size_t regions, double *workspace,
		  float *edges, psy_error *err)
{
	psy_tile_kernel multiply = psy_best_tile();
	size_t count = panel_count(regions), size = WIDTH * timepoints;
	psy_status status = check_shape(timepoints, regions, err);
	double tile[2 * WIDTH * WIDTH];

	if (status == PSY_OK)
		status = fill_panels(ctx, series, timepoints, regions, workspace, err);
	for (size_t p = 0; status == PSY_OK && p < count; p++)
	{
		for (size_t q = p / 2 * 2; q < count; q += 2)
		{
			multiply(workspace + p * size, workspace + q * size, workspace + (q + 1) * size, timepoints,
					 tile);
			store_tile(tile, p * WIDTH, q * WIDTH, regions, edges);
		}
		status = psy_poll(ctx, err);
	}
	return status;
}

psy_status
psy_pearson(const psy_context *ctx, const double *series, size_t timepoints, size_t regions,
			double *workspace, float *edges, psy_error *err)
{
	return correlate(ctx, (series_values){.d = series}, timepoints, regions, workspace, edges, err);
}

psy_status
psy_pearson_floats(const psy_context *ctx, const float *series, size_t timepoints, size_t regions,
				   double *workspace, float *edges, psy_error *err)
{
	return correlate(ctx, (series_values){.f = series}, timepoints, regions, workspace, edges, err);
}
