/* cbma.c - see cbma.h: from the statistic and its null distribution to p, clusters and corrections. */
#include "meta/cbma.h"

#include "core/choice.h"
#include "meta/cbma_engine.h"
#include "stats/distribution.h"
#include "stats/p_adjust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL 0.05 /* of the reported critical values */

psy_status
psy_cbma_correction_parse(const char *name, psy_cbma_correction *correction, psy_error *err)
{
	static const char *const names[] = {"cluster", "cluster_mass", "voxel", "fdr", "none"};
	int index = 0;
	psy_status status = psy_choice(name, names, 5, "correction", &index, err);

	*correction = (psy_cbma_correction) index;
	return status;
}

psy_status
psy_cbma_weights_parse(const char *name, psy_cbma_weights *weights, psy_error *err)
{
	static const char *const names[] = {"equal", "sample_size"};
	int index = 0;
	psy_status status = psy_choice(name, names, 2, "weights", &index, err);

	*weights = (psy_cbma_weights) index;
	return status;
}

/* ---- the null distribution ------------------------------------------------------------------- */

void
cbma_null_accumulate(cbma_null *null)
{
	for (size_t b = null->bins - 1; b > 0; b--)
		null->tail[b - 1] += null->tail[b];
	for (size_t b = null->bins; b-- > 0;)
		null->tail[b] /= null->tail[0];
	while (null->bins > 1 && null->tail[null->bins - 1] <= 0)
		null->bins--;
}

size_t
cbma_null_bin(const cbma_null *null, double statistic)
{
	double bin = floor(statistic / null->step + 0.5);

	return bin < (double) (null->bins - 1) ? (size_t) bin : null->bins - 1;
}

double
cbma_null_threshold(const cbma_null *null, double p)
{
	size_t b = 0;

	while (b + 1 < null->bins && null->tail[b + 1] > p)
		b++;
	return (double) b * null->step;
}

/* ---- a run ----------------------------------------------------------------------------------- */

/* What one analysis holds while it runs. */
typedef struct run
{
	const psy_context *ctx;
	const psy_cbma_options *options;
	const psy_experiments *data;
	cbma_space space;
	cbma_ale *ale;
	cbma_mkda *mkda;
	cbma_foci foci;
	cbma_null null;
	cbma_peaks peaks;
	double *largest[3]; /* iterations: statistic, size, mass */
	psy_cbma_result *out;
} run;

static psy_status
check_options(const psy_cbma_options *o, const psy_experiments *data, psy_error *err)
{
	if (data->count == 0 || data->start[data->count] == 0)
		return psy_fail(err, PSY_SHAPE, "there is no focus");
	if (data->count > 1000000)
		return psy_fail(err, PSY_LIMIT, "there are %zu experiments; at most 1,000,000 expected", data->count);
	if (!(o->voxel_p > 0 && o->voxel_p < 1))
		return psy_fail(err, PSY_DOMAIN, "voxel_p is %g; a number above 0 and below 1 expected", o->voxel_p);
	if (o->iterations < 1 || o->iterations > 1000000)
		return psy_fail(err, PSY_DOMAIN, "iterations is %zu; 1 to 1000000 expected", o->iterations);
	if (o->kind == PSY_CBMA_ALE && !(o->fwhm >= 0 && o->fwhm <= 1000))
		return psy_fail(err, PSY_DOMAIN, "fwhm is %g; a width in mm above 0 and up to 1000 expected",
						o->fwhm);
	if (o->kind == PSY_CBMA_MKDA && !(o->radius > 0 && o->radius <= 1000))
		return psy_fail(err, PSY_DOMAIN, "radius is %g; mm above 0 and up to 1000 expected", o->radius);
	for (size_t f = 0; f < 3 * data->start[data->count]; f++)
		if (!isfinite(data->xyz[f]))
			return psy_fail(err, PSY_DOMAIN, "focus %zu has a coordinate that is not a number", f / 3 + 1);
	return PSY_OK;
}

static psy_status
allocate_result(run *r, psy_error *err)
{
	size_t voxels = r->space.mask->voxels, foci = r->data->start[r->data->count];
	psy_cbma_result *out = r->out;
	double **number[4] = {&out->statistic, &out->p, &out->z, &out->p_corrected};
	psy_status status = PSY_OK;

	for (int i = 0; i < 4 && status == PSY_OK; i++)
		status = psy_alloc(r->ctx, voxels, sizeof(double), (void **) number[i], err);
	if (status == PSY_OK)
		status = psy_alloc(r->ctx, voxels, sizeof(int32_t), (void **) &out->label, err);
	if (status == PSY_OK)
		status = psy_alloc(r->ctx, foci, sizeof(int32_t), (void **) &out->focus_label, err);
	if (status == PSY_OK)
		status = psy_alloc(r->ctx, foci, sizeof(int32_t), (void **) &r->foci.cell, err);
	if (status == PSY_OK)
		status = cbma_peaks_make(r->ctx, voxels, &r->peaks, err);
	return status;
}

static psy_status
make_space(run *r, const psy_voxel_mask *mask, psy_error *err)
{
	int reach[3];
	psy_status status = r->options->kind == PSY_CBMA_ALE
							? cbma_ale_reach(mask, r->data, r->options->fwhm, reach, err)
							: cbma_mkda_reach(mask, r->options->radius, reach, err);

	if (status == PSY_OK)
		status = cbma_space_make(r->ctx, mask, reach, &r->space, err);
	return status;
}

static void
place_foci(run *r)
{
	const psy_experiments *data = r->data;

	r->foci.data = data;
	for (size_t f = 0; f < data->start[data->count]; f++)
	{
		r->foci.cell[f] = cbma_nearest(&r->space, data->xyz + 3 * f);
		if (r->foci.cell[f] < 0)
			r->out->outside++;
		else if (cbma_voxel_of(&r->space, r->foci.cell[f]) < 0)
			r->out->beyond++;
	}
}

static psy_status
observe(run *r, psy_error *err)
{
	const psy_cbma_options *o = r->options;
	psy_status status;

	if (o->kind == PSY_CBMA_ALE)
	{
		status = cbma_ale_make(r->ctx, &r->space, r->data, o->fwhm, &r->ale, err);
		if (status == PSY_OK)
			status = cbma_ale_observe(r->ctx, r->ale, &r->foci, r->out->statistic, &r->null, err);
	}
	else
	{
		status = cbma_mkda_make(r->ctx, &r->space, r->data, o->radius, o->weights, &r->mkda, err);
		if (status == PSY_OK)
			status = cbma_mkda_observe(r->ctx, r->mkda, &r->foci, r->out->statistic, &r->null, err);
	}
	return status;
}

/* p and z depend on the bin alone, and there are far fewer bins than voxels. */
static psy_status
fill_p(run *r, psy_error *err)
{
	psy_cbma_result *out = r->out;
	double *z = NULL;
	psy_status status = psy_alloc(r->ctx, r->null.bins, sizeof(double), (void **) &z, err);

	if (status != PSY_OK)
		return status;
	for (size_t b = 0; b < r->null.bins; b++)
		z[b] = NAN;
	for (size_t v = 0; v < r->space.mask->voxels; v++)
	{
		size_t bin = cbma_null_bin(&r->null, out->statistic[v]);

		out->p[v] = r->null.tail[bin];
		if (isnan(z[bin]))
			z[bin] = out->p[v] < 0.5 ? psy_normal_quantile(out->p[v], PSY_UPPER) : 0;
		out->z[v] = z[bin];
	}
	psy_release(r->ctx, z);
	out->threshold = cbma_null_threshold(&r->null, r->options->voxel_p);
	return PSY_OK;
}

/* ---- clusters -------------------------------------------------------------------------------- */

static void
find_peaks(run *r)
{
	r->peaks.count = 0;
	for (size_t v = 0; v < r->space.mask->voxels; v++)
		if (r->out->statistic[v] > r->out->threshold)
		{
			r->peaks.cell[r->peaks.count] = r->space.cell[v];
			r->peaks.excess[r->peaks.count++] = r->out->statistic[v] - r->out->threshold;
		}
}

/* Roots, the largest component first, of equals the one that begins first. */
static void
order_roots(const cbma_peaks *peaks, int32_t *root, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && peaks->size[root[k]] > peaks->size[root[k - 1]]; k--)
		{
			int32_t swap = root[k];

			root[k] = root[k - 1];
			root[k - 1] = swap;
		}
}

static void
describe_clusters(run *r, const int32_t *root, int32_t *label_of_root)
{
	const cbma_peaks *peaks = &r->peaks;
	psy_cbma_result *out = r->out;

	for (size_t c = 0; c < out->clusters; c++)
	{
		label_of_root[root[c]] = (int32_t) c + 1;
		out->cluster[c] = (psy_cbma_cluster){peaks->size[root[c]], peaks->mass[root[c]], -1, NAN, NAN, NAN};
	}
	for (size_t p = 0; p < peaks->count; p++)
	{
		int32_t voxel = cbma_voxel_of(&r->space, peaks->cell[p]), label = label_of_root[peaks->parent[p]];
		psy_cbma_cluster *cluster = &out->cluster[label - 1];

		out->label[voxel] = label;
		if (cluster->peak < 0 || out->statistic[voxel] > out->statistic[cluster->peak])
			cluster->peak = voxel;
	}
}

static psy_status
find_clusters(run *r, psy_error *err)
{
	psy_cbma_result *out = r->out;
	int32_t *root = NULL, *label_of_root = NULL;
	size_t most_size;
	double most_mass;
	psy_status status;

	memset(out->label, 0, r->space.mask->voxels * sizeof(int32_t));
	find_peaks(r);
	cbma_components(&r->space, &r->peaks, &most_size, &most_mass);
	for (size_t p = 0; p < r->peaks.count; p++)
		out->clusters += r->peaks.parent[p] == (int32_t) p;
	status = psy_alloc(r->ctx, out->clusters + 1, sizeof(int32_t), (void **) &root, err);
	if (status == PSY_OK)
		status = psy_alloc(r->ctx, r->peaks.count + 1, sizeof(int32_t), (void **) &label_of_root, err);
	if (status == PSY_OK)
		status = psy_alloc(r->ctx, out->clusters + 1, sizeof(psy_cbma_cluster), (void **) &out->cluster, err);
	if (status == PSY_OK)
	{
		size_t count = 0;

		for (size_t p = 0; p < r->peaks.count; p++)
			if (r->peaks.parent[p] == (int32_t) p)
				root[count++] = (int32_t) p;
		order_roots(&r->peaks, root, count);
		describe_clusters(r, root, label_of_root);
		for (size_t f = 0; f < r->data->start[r->data->count]; f++)
		{
			int32_t voxel = r->foci.cell[f] < 0 ? -1 : cbma_voxel_of(&r->space, r->foci.cell[f]);

			out->focus_label[f] = voxel < 0 ? 0 : out->label[voxel];
		}
	}
	psy_release(r->ctx, root);
	psy_release(r->ctx, label_of_root);
	return status;
}

/* ---- Monte Carlo ----------------------------------------------------------------------------- */

static bool
needs_monte_carlo(const psy_cbma_options *o)
{
	return o->correction != PSY_CBMA_FDR && o->correction != PSY_CBMA_NONE;
}

static int
compare_numbers(const void *left, const void *right)
{
	double a = *(const double *) left, b = *(const double *) right;

	return a < b ? -1 : a > b;
}

/* (1 + how many of the sorted largest are no smaller) / (1 + all of them) */
static double
exceeded_by(const double *sorted, size_t count, double value)
{
	size_t low = 0, high = count;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (sorted[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return (double) (1 + count - low) / (double) (1 + count);
}

/* The smallest value that at most 5 % of the largest exceed or equal: the next above the (1 - level)
 * quantile. */
static double
critical(const double *sorted, size_t count)
{
	double at = ceil((double) count * (1 - LEVEL)) - 1;

	return sorted[at < 0 ? 0 : (size_t) at];
}

static psy_status
draw_all(run *r, psy_error *err)
{
	const psy_cbma_options *o = r->options;
	psy_status status = PSY_OK;

	for (size_t i = 0; i < 3 && status == PSY_OK; i++)
		status = psy_alloc(r->ctx, o->iterations, sizeof(double), (void **) &r->largest[i], err);
	for (size_t i = 0; i < o->iterations && status == PSY_OK; i++)
	{
		size_t size;

		r->largest[0][i] = r->ale != NULL ? cbma_ale_draw(r->ale, o->seed, i, r->out->threshold, &r->peaks)
										  : cbma_mkda_draw(r->mkda, o->seed, i, r->out->threshold, &r->peaks);
		cbma_components(&r->space, &r->peaks, &size, &r->largest[2][i]);
		r->largest[1][i] = (double) size;
		status = psy_poll(r->ctx, err);
	}
	return status;
}

static psy_status
run_monte_carlo(run *r, psy_error *err)
{
	psy_cbma_result *out = r->out;
	size_t iterations = r->options->iterations;
	psy_status status = draw_all(r, err);

	if (status != PSY_OK)
		return status;
	for (int i = 0; i < 3; i++)
	{
		qsort(r->largest[i], iterations, sizeof(double), compare_numbers);
		out->fwe[i] = critical(r->largest[i], iterations);
	}
	for (size_t c = 0; c < out->clusters; c++)
	{
		psy_cbma_cluster *cluster = &out->cluster[c];

		cluster->p_peak = exceeded_by(r->largest[0], iterations, out->statistic[cluster->peak]);
		cluster->p_size = exceeded_by(r->largest[1], iterations, (double) cluster->voxels);
		cluster->p_mass = exceeded_by(r->largest[2], iterations, cluster->mass);
	}
	return PSY_OK;
}

static psy_status
correct(run *r, psy_error *err)
{
	psy_cbma_result *out = r->out;
	psy_cbma_correction correction = r->options->correction;
	size_t voxels = r->space.mask->voxels;

	if (correction == PSY_CBMA_FDR)
		return psy_p_adjust(r->ctx, out->p, voxels, PSY_ADJUST_BH, 0, out->p_corrected, err);
	for (size_t v = 0; v < voxels; v++)
	{
		const psy_cbma_cluster *cluster = out->label[v] > 0 ? &out->cluster[out->label[v] - 1] : NULL;

		if (correction == PSY_CBMA_NONE)
			out->p_corrected[v] = out->p[v];
		else if (correction == PSY_CBMA_VOXEL)
			out->p_corrected[v] = exceeded_by(r->largest[0], r->options->iterations, out->statistic[v]);
		else
			out->p_corrected[v] = cluster == NULL                  ? 1
								  : correction == PSY_CBMA_CLUSTER ? cluster->p_size
																   : cluster->p_mass;
	}
	return PSY_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void
free_run(run *r)
{
	cbma_ale_free(r->ctx, r->ale);
	cbma_mkda_free(r->ctx, r->mkda);
	cbma_space_free(r->ctx, &r->space);
	cbma_peaks_free(r->ctx, &r->peaks);
	psy_release(r->ctx, r->foci.cell);
	psy_release(r->ctx, r->null.tail);
	for (int i = 0; i < 3; i++)
		psy_release(r->ctx, r->largest[i]);
}

psy_status
psy_cbma(const psy_context *ctx, const psy_voxel_mask *mask, const psy_experiments *data,
		 const psy_cbma_options *options, psy_cbma_result *out, psy_error *err)
{
	run r = {.ctx = ctx, .options = options, .data = data, .out = out};
	psy_status status;

	memset(out, 0, sizeof *out);
	out->fwe[0] = out->fwe[1] = out->fwe[2] = NAN;
	status = check_options(options, data, err);
	if (status == PSY_OK)
		status = psy_voxel_mask_check(mask, err);
	if (status == PSY_OK)
		status = make_space(&r, mask, err);
	if (status == PSY_OK)
		status = allocate_result(&r, err);
	if (status == PSY_OK)
	{
		place_foci(&r);
		status = observe(&r, err);
	}
	if (status == PSY_OK)
		status = fill_p(&r, err);
	if (status == PSY_OK)
		status = find_clusters(&r, err);
	if (status == PSY_OK && needs_monte_carlo(options))
		status = run_monte_carlo(&r, err);
	if (status == PSY_OK)
		status = correct(&r, err);
	free_run(&r);
	if (status != PSY_OK)
		psy_cbma_free(ctx, out);
	return status;
}

void
psy_cbma_free(const psy_context *ctx, psy_cbma_result *result)
{
	psy_release(ctx, result->statistic);
	psy_release(ctx, result->p);
	psy_release(ctx, result->z);
	psy_release(ctx, result->p_corrected);
	psy_release(ctx, result->label);
	psy_release(ctx, result->focus_label);
	psy_release(ctx, result->cluster);
	memset(result, 0, sizeof *result);
}
