/*
 * cbma_ale.c - ALE: see cbma_engine.h.  Kernels, the observed map and its null distribution; random
 * arrangements are in cbma_ale_draw.c.
 *
 * A kernel is the product of three lines, one an axis.  An experiment with the probabilities m turns the
 * union u so far into u + m (1 - u): no logarithm, no loss of digits.
 */
#include "meta/cbma_ale.h"

#include "core/elementary.h"
#include "core/lanes.h"

#include <math.h>
#include <string.h>

#define WIDEST 1024        /* voxels to either side */
#define BINS_OF_ONE 100000 /* a bin of the null distribution is 1e-5 wide */
#define LEAST 1e-290       /* smaller probabilities count as none: below it doubles lose digits */
#define GROUPS 4           /* of kernels of like width */
#define FWHM_OF_SIGMA 2.354820045030949382

double
psy_ale_fwhm(double n)
{
	/* a mean distance d of points that are normal in three dimensions is sigma 2 sqrt(2 / pi) */
	double to_fwhm = FWHM_OF_SIGMA / (2 * sqrt(2 / M_PI));

	return sqrt(5.7 * 5.7 + 11.6 * 11.6 / n) * to_fwhm;
}

/* ---- kernels --------------------------------------------------------------------------------- */

static double
spacing(const psy_voxel_mask *mask, int axis)
{
	const double *m = mask->affine;

	return sqrt(m[axis] * m[axis] + m[4 + axis] * m[4 + axis] + m[8 + axis] * m[8 + axis]);
}

/* A Gaussian is cut off at four standard deviations of its axis. */
static double
reach_of(const psy_voxel_mask *mask, double fwhm, int axis)
{
	return floor(4 * fwhm / FWHM_OF_SIGMA / spacing(mask, axis) + 0.5);
}

static double
width_of(const psy_experiments *data, double fwhm, size_t e)
{
	return fwhm > 0 ? fwhm : psy_ale_fwhm(data->n[e]);
}

psy_status
cbma_ale_reach(const psy_voxel_mask *mask, const psy_experiments *data, double fwhm, int reach[3],
			   psy_error *err)
{
	reach[0] = reach[1] = reach[2] = 0;
	for (size_t e = 0; e < data->count; e++)
		for (int a = 0; a < 3; a++)
		{
			double voxels;

			if (fwhm == 0 && !(data->n[e] > 0 && data->n[e] <= 1e9))
				return psy_fail(err, PSY_DOMAIN, "experiment %zu has %g participants; more than 0 expected",
								e + 1, data->n[e]);
			voxels = reach_of(mask, width_of(data, fwhm, e), a);
			if (voxels > WIDEST)
				return psy_fail(err, PSY_LIMIT,
								"a kernel of %g mm reaches over %.0f voxels; at most %d are held",
								width_of(data, fwhm, e), voxels, WIDEST);
			reach[a] = (int) voxels > reach[a] ? (int) voxels : reach[a];
		}
	return PSY_OK;
}

/* Whole voxels, of sum 1. */
static void
fill_line(double sigma, cbma_line *l)
{
	double total = 0;

	for (int d = -l->reach; d <= l->reach; d++)
		total += l->value[d + l->reach] = psy_exp_times(-0.5 * d * d / (sigma * sigma), 1);
	for (int d = 0; d <= 2 * l->reach; d++)
	{
		l->value[d] /= total;
		l->single[CBMA_TILE + d] = (float) l->value[d];
		for (size_t shift = 0; shift < PSY_LANES; shift++)
			l->wide[shift * l->width + shift + (size_t) d] = (float) l->value[d];
	}
}

/* Single lines are as long as the widest of their axis, zeros included, so that any tile it may reach can be
 * read, a vector at a time. */
static psy_status
make_kernel(const psy_context *ctx, const cbma_ale *ale, double fwhm, cbma_kernel *k, psy_error *err)
{
	const psy_voxel_mask *mask = ale->space->mask;
	psy_status status = PSY_OK;

	k->fwhm = fwhm;
	for (int a = 0; a < 3 && status == PSY_OK; a++)
	{
		cbma_line *l = &k->axis[a];
		size_t length = 2 * (size_t) ale->reach[a] + 1 + 2 * CBMA_TILE + PSY_LANES;

		l->reach = (int) reach_of(mask, fwhm, a);
		l->width = (2 * (size_t) l->reach + 2 * PSY_LANES - 1) / PSY_LANES * PSY_LANES;
		status = psy_alloc(ctx, 2 * (size_t) l->reach + 1, sizeof(double), (void **) &l->value, err);
		if (status == PSY_OK)
			status = psy_alloc(ctx, length, sizeof(float), (void **) &l->single, err);
		if (status == PSY_OK)
			status = psy_alloc(ctx, PSY_LANES * l->width, sizeof(float), (void **) &l->wide, err);
		if (status == PSY_OK)
		{
			memset(l->single, 0, length * sizeof(float));
			memset(l->wide, 0, PSY_LANES * l->width * sizeof(float));
			fill_line(fwhm / FWHM_OF_SIGMA / spacing(mask, a), l);
		}
	}
	return status;
}

/* Groups of kernels whose widths differ by little: their lines along the third axis have one bound. */
static psy_status
group_kernels(const psy_context *ctx, cbma_ale *ale, psy_error *err)
{
	size_t length = 2 * (size_t) ale->reach[2] + 1;
	double least = INFINITY, most = 0;
	psy_status status = psy_alloc(ctx, GROUPS * length, sizeof(float), (void **) &ale->group_line, err);

	if (status != PSY_OK)
		return status;
	memset(ale->group_line, 0, GROUPS * length * sizeof(float));
	for (size_t k = 0; k < ale->kernel_count; k++)
	{
		least = fmin(least, ale->kernels[k].fwhm);
		most = fmax(most, ale->kernels[k].fwhm);
	}
	ale->groups = most > least ? GROUPS : 1;
	for (size_t k = 0; k < ale->kernel_count; k++)
	{
		const cbma_line *l = &ale->kernels[k].axis[2];
		double place = most > least ? log(ale->kernels[k].fwhm / least) / log(most / least) * GROUPS : 0;
		float *bound;

		ale->kernels[k].group = place < GROUPS - 1 ? (size_t) place : ale->groups - 1;
		bound = ale->group_line + ale->kernels[k].group * length + ale->reach[2] - l->reach;
		for (int d = 0; d <= 2 * l->reach; d++)
		{
			float value = l->single[CBMA_TILE + d];

			bound[d] = value > bound[d] ? value : bound[d];
		}
	}
	return PSY_OK;
}

/* One kernel for each width that occurs. */
static psy_status
make_kernels(const psy_context *ctx, cbma_ale *ale, double fwhm, psy_error *err)
{
	const psy_experiments *data = ale->data;

	for (size_t e = 0; e < data->count; e++)
	{
		double width = width_of(data, fwhm, e);
		size_t k = 0;
		psy_status status = PSY_OK;

		while (k < ale->kernel_count && ale->kernels[k].fwhm != width)
			k++;
		if (k == ale->kernel_count)
			status = make_kernel(ctx, ale, width, &ale->kernels[ale->kernel_count++], err);
		if (status == PSY_OK)
			status = psy_poll(ctx, err);
		if (status != PSY_OK)
			return status;
		ale->kernel_of[e] = (uint32_t) k;
	}
	return PSY_OK;
}

psy_status
cbma_ale_make(const psy_context *ctx, cbma_space *space, const psy_experiments *data, double fwhm,
			  cbma_ale **out, psy_error *err)
{
	psy_status status = psy_alloc(ctx, 1, sizeof(cbma_ale), (void **) out, err);
	cbma_ale *ale = *out;

	if (status != PSY_OK)
		return status;
	memset(ale, 0, sizeof *ale);
	ale->space = space;
	ale->data = data;
	status = psy_alloc(ctx, data->count, sizeof(cbma_kernel), (void **) &ale->kernels, err);
	if (status == PSY_OK)
		memset(ale->kernels, 0, data->count * sizeof(cbma_kernel));
	if (status == PSY_OK)
		status = psy_alloc(ctx, data->count, sizeof(uint32_t), (void **) &ale->kernel_of, err);
	if (status == PSY_OK)
		status = cbma_ale_reach(space->mask, data, fwhm, ale->reach, err);
	if (status == PSY_OK)
		status = make_kernels(ctx, ale, fwhm, err);
	if (status == PSY_OK)
		status = group_kernels(ctx, ale, err);
	if (status == PSY_OK)
		status = cbma_ale_make_draws(ctx, ale, err);
	return status;
}

void
cbma_ale_free(const psy_context *ctx, cbma_ale *ale)
{
	if (ale == NULL)
		return;
	for (size_t k = 0; k < ale->kernel_count; k++)
		for (int a = 0; a < 3; a++)
		{
			psy_release(ctx, ale->kernels[k].axis[a].value);
			psy_release(ctx, ale->kernels[k].axis[a].single);
			psy_release(ctx, ale->kernels[k].axis[a].wide);
		}
	psy_release(ctx, ale->kernels);
	psy_release(ctx, ale->group_line);
	psy_release(ctx, ale->kernel_of);
	cbma_ale_free_draws(ctx, ale);
	psy_release(ctx, ale);
}

/* ---- the observed map ------------------------------------------------------------------------ */

/* The first cell of a row of a kernel around a cell. */
static inline double *
row_of(const cbma_space *space, const cbma_line *axis, int32_t cell, int y, int z, double *map)
{
	return map + cell + ((ptrdiff_t) z * (ptrdiff_t) space->size[1] + y) * (ptrdiff_t) space->size[0] -
		   axis[0].reach;
}

/* map = the larger of map and a kernel around a cell. */
static void
raise_to_kernel(const cbma_space *space, const cbma_kernel *k, int32_t cell, double *map)
{
	const cbma_line *axis = k->axis;

	for (int z = -axis[2].reach; z <= axis[2].reach; z++)
		for (int y = -axis[1].reach; y <= axis[1].reach; y++)
		{
			double share = axis[2].value[axis[2].reach + z] * axis[1].value[axis[1].reach + y];
			double *row = row_of(space, axis, cell, y, z, map);
			const double *value = axis[0].value;

			for (int x = 0; x <= 2 * axis[0].reach; x++)
				row[x] = share * value[x] > row[x] ? share * value[x] : row[x];
		}
}

/* map = 0 there. */
static void
clear_kernel(const cbma_space *space, const cbma_kernel *k, int32_t cell, double *map)
{
	const cbma_line *axis = k->axis;

	for (int z = -axis[2].reach; z <= axis[2].reach; z++)
		for (int y = -axis[1].reach; y <= axis[1].reach; y++)
			memset(row_of(space, axis, cell, y, z, map), 0, (2 * (size_t) axis[0].reach + 1) * sizeof *map);
}

/* The null distribution so far, in `have`, combined with one more experiment's histogram. */
typedef struct convolution
{
	double *have, *next; /* bins */
	size_t top;          /* behind the last bin above 0 */
	size_t bins;
} convolution;

/*
 * Bin a of the one and bin b of the other give 1 - (1 - a s)(1 - b s), s = 1e-5, in the nearest bin
 * a + b - (a b s rounded, halves down).  For a fixed b this is a + constant for a run of about 1 / (b s)
 * bins.
 */
PSY_CLONES static void
add_shifted(const double *restrict from, size_t count, double weight, double *restrict to)
{
	for (size_t i = 0; i < count; i++)
		to[i] += weight * from[i];
}

static void
combine_bin(const convolution *c, size_t b, double weight)
{
	const size_t d = BINS_OF_ONE;

	for (size_t a = 0, less = 0; a < c->top; less++)
	{
		/* the first a at which a b / d exceeds less + 1/2 */
		size_t end = b == 0 ? c->top : ((2 * less + 1) * d) / (2 * b) + 1;

		end = end < c->top ? end : c->top;
		if (end > a)
			add_shifted(c->have + a, end - a, weight, c->next + (a + b - less));
		a = end > a ? end : a;
	}
}

/* histogram: top bins. */
static void
combine(convolution *c, const double *histogram, size_t top)
{
	size_t end = c->top + top < c->bins ? c->top + top : c->bins; /* a + b is the last bin that can be */
	double *swap;

	memset(c->next, 0, end * sizeof(double));
	for (size_t b = 0; b < top; b++)
		if (histogram[b] > 0)
			combine_bin(c, b, histogram[b]);
	swap = c->have;
	c->have = c->next;
	c->next = swap;
	c->top = 0;
	for (size_t a = 0; a < end; a++)
		if (c->have[a] < LEAST)
			c->have[a] = 0;
		else
			c->top = a + 1;
}

/* One experiment's largest probabilities at the mask's voxels: to the union and the histogram, of which so
 * many bins are used. */
static size_t
take_experiment(const cbma_space *space, const double *map, double *all, double *histogram)
{
	size_t voxels = space->mask->voxels, top = 1;

	for (size_t v = 0; v < voxels; v++)
	{
		double probability = map[space->cell[v]];
		size_t bin;

		if (probability == 0)
		{
			histogram[0]++;
			continue;
		}
		bin = (size_t) (probability * BINS_OF_ONE + 0.5);
		all[v] += probability * (1 - all[v]);
		histogram[bin]++;
		top = bin + 1 > top ? bin + 1 : top;
	}
	for (size_t b = 0; b < top; b++)
		histogram[b] /= (double) voxels;
	return top;
}

static psy_status
observe(const psy_context *ctx, cbma_ale *ale, const cbma_foci *foci, double *all, double *map,
		double *histogram, convolution *c, psy_error *err)
{
	const psy_experiments *data = ale->data;
	psy_status status = PSY_OK;

	for (size_t e = 0; e < data->count && status == PSY_OK; e++)
	{
		const cbma_kernel *k = &ale->kernels[ale->kernel_of[e]];
		size_t top;

		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
			if (foci->cell[f] >= 0)
				raise_to_kernel(ale->space, k, foci->cell[f], map);
		top = take_experiment(ale->space, map, all, histogram);
		for (size_t f = data->start[e]; f < data->start[e + 1]; f++)
			if (foci->cell[f] >= 0)
				clear_kernel(ale->space, k, foci->cell[f], map);
		combine(c, histogram, top);
		memset(histogram, 0, top * sizeof(double));
		status = psy_poll(ctx, err);
	}
	return status;
}

psy_status
cbma_ale_observe(const psy_context *ctx, cbma_ale *ale, const cbma_foci *foci, double *statistic,
				 cbma_null *null, psy_error *err)
{
	convolution c = {.bins = BINS_OF_ONE + 2, .top = 1};
	double *map = NULL, *histogram = NULL;
	size_t voxels = ale->space->mask->voxels;
	psy_status status = psy_alloc(ctx, ale->space->cells, sizeof(double), (void **) &map, err);

	if (status == PSY_OK)
		status = psy_alloc(ctx, c.bins, sizeof(double), (void **) &histogram, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, c.bins, sizeof(double), (void **) &c.have, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, c.bins, sizeof(double), (void **) &c.next, err);
	if (status == PSY_OK)
	{
		memset(statistic, 0, voxels * sizeof(double));
		memset(map, 0, ale->space->cells * sizeof(double));
		memset(histogram, 0, c.bins * sizeof(double));
		memset(c.have, 0, c.bins * sizeof(double));
		c.have[0] = 1;
		status = observe(ctx, ale, foci, statistic, map, histogram, &c, err);
	}
	if (status == PSY_OK)
	{
		*null = (cbma_null){c.have, c.top, 1.0 / BINS_OF_ONE};
		c.have = NULL;
		cbma_null_accumulate(null);
	}
	psy_release(ctx, map);
	psy_release(ctx, histogram);
	psy_release(ctx, c.have);
	psy_release(ctx, c.next);
	return status;
}
