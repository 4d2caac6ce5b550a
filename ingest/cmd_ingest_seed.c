/*
 * cmd_ingest_seed.c - psyrad ingest seed FILE.nii.gz: how each seed's time course goes along with that of
 * every region or voxel, as Fisher's z, under a named pipeline.
 *
 * Seeds and elements are cleaned alike.  A filter needs an element's whole time course, and those of all
 * voxels would not fit: the image passes by once for the seeds and once for every block of elements whose
 * time courses do.  The vector of a seed is a measure of its own, seed_z:<atlas>:<region> (over voxels
 * seed_map:...), so that every statistic over vectors serves it.
 */
#include "cmd.h"

#include "bold_run.h"
#include "laid_atlas.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_VALUES ((size_t) 1 << 21) /* 16 MB of time courses, and as much again cleaned */
#define SEEDS_MAX ((size_t) 1000)

/* Kept in *job->shared. */
typedef struct two_atlases
{
	laid_atlas seeds, elements;
} two_atlases;

typedef struct courses
{
	double *raw, *clean; /* [volumes][count], [left][count] */
	size_t count, left;
	double *coverage; /* [count] */
} courses;

static void
courses_free(courses *c)
{
	free(c->raw);
	free(c->clean);
	free(c->coverage);
}

/* ---- one pass -------------------------------------------------------------------------------- */

/* Regions from .. from + count - 1 as parcels by themselves; shares all but the parts. */
static parcels
some_of(const parcels *p, size_t from, size_t count)
{
	parcels some = *p;
	size_t kept = 0;

	some.part = grow(NULL, p->parts, sizeof *some.part);
	for (size_t k = 0; k < p->parts; k++)
		if (p->part[k].region >= from && p->part[k].region < from + count)
		{
			some.part[kept] = p->part[k];
			some.part[kept++].region -= (uint32_t) from;
		}
	some.parts = kept;
	some.regions = count;
	some.voxels += from;
	some.total += from;
	return some;
}

static psy_status
read_pass(const job *j, const laid_atlas *l, const parcels *p, courses *c, bold_image *facts, psy_error *err)
{
	nifti image = {.header.fd = -1, .image.fd = -1};
	volumes v = {0};
	psy_status status = nifti_open(&image, j->path, err);

	c->count = p->regions;
	if (status == PSY_OK)
		status = laid_atlas_pass(l, &v, &image, err);
	if (status == PSY_OK)
	{
		c->raw = grow(NULL, (size_t) image.volumes * p->regions, sizeof *c->raw);
		c->coverage = grow(NULL, p->regions, sizeof *c->coverage);
		status = volume_region_series(&v, p, c->raw, c->coverage, err);
	}
	volumes_free(&v);
	if (status == PSY_OK)
		status = nifti_finish(&image, facts->payload, err);
	if (status == PSY_OK && !facts->there)
		status = bold_run_check_image(j, &image, err);
	facts->there = true;
	nifti_close(&image);
	return status;
}

static psy_status
clean_courses(const bold_run *r, const regressors *found, courses *c, psy_error *err)
{
	c->left = regressors_left(found, &r->pipeline);
	c->clean = grow(NULL, found->volumes * c->count, sizeof *c->clean);
	return pipeline_clean(&r->pipeline, found, c->raw, c->count, r->tr, c->clean, err);
}

/* ---- Fisher's z ------------------------------------------------------------------------------ */

/* Centred and of length 1, one after another; NaN where there is none (constant, or missing). */
static double *
unit_courses(const courses *c)
{
	double *unit = grow(NULL, c->left * c->count, sizeof *unit);

	for (size_t k = 0; k < c->count; k++)
	{
		double *x = unit + k * c->left, mean = 0, squares = 0, largest = 0;

		for (size_t t = 0; t < c->left; t++)
		{
			x[t] = c->clean[t * c->count + k];
			mean += x[t] / (double) c->left;
			largest = fmax(largest, fabs(x[t]));
		}
		for (size_t t = 0; t < c->left; t++)
			squares += (x[t] - mean) * (x[t] - mean);
		/* What is left of a course that the regressors explain wholly is rounding. */
		if (!(squares > 1e-24 * largest * largest * (double) c->left))
			squares = NAN;
		for (size_t t = 0; t < c->left; t++)
			x[t] = (x[t] - mean) / sqrt(squares);
	}
	return unit;
}

/* z[seed * elements + from ..]; an element that is the seed itself has none. */
static void
correlate(const double *seed, size_t seeds, const courses *block, float *z, size_t elements)
{
	double *unit = unit_courses(block);

	for (size_t s = 0; s < seeds; s++)
		for (size_t k = 0; k < block->count; k++)
		{
			double r = 0;

			for (size_t t = 0; t < block->left; t++)
				r += seed[s * block->left + t] * unit[k * block->left + t];
			z[s * elements + k] = fabs(r) < 1 - 1e-12 ? (float) atanh(r) : NAN;
		}
	free(unit);
}

/* ---- the whole ------------------------------------------------------------------------------- */

typedef struct result
{
	float *z;        /* [seeds][elements] */
	float *coverage; /* [elements] */
	size_t seeds, elements;
} result;

static psy_status
block_of(const job *j, const two_atlases *a, const regressors *found, const double *seed, size_t from,
		 size_t count, result *out, bold_image *facts, psy_error *err)
{
	parcels some = some_of(&a->elements.parcels, from, count);
	courses block = {0};
	psy_status status = read_pass(j, &a->elements, &some, &block, facts, err);

	if (status == PSY_OK)
		status = clean_courses(j->extra, found, &block, err);
	if (status == PSY_OK)
	{
		correlate(seed, out->seeds, &block, out->z + from, out->elements);
		for (size_t k = 0; k < count; k++)
			out->coverage[from + k] = (float) block.coverage[k];
	}
	courses_free(&block);
	free(some.part);
	return status;
}

static psy_status
blocks(const job *j, const two_atlases *a, const regressors *found, const double *seed, result *out,
	   bold_image *facts, psy_error *err)
{
	size_t most = BLOCK_VALUES / found->volumes > 0 ? BLOCK_VALUES / found->volumes : 1;
	psy_status status = PSY_OK;

	for (size_t from = 0; from < out->elements && status == PSY_OK; from += most)
		status = block_of(j, a, found, seed, from, out->elements - from < most ? out->elements - from : most,
						  out, facts, err);
	return status;
}

static psy_status
stage_result(job *j, const two_atlases *a, const regressors *found, const bold_image *facts,
			 const result *out, psy_error *err)
{
	copy *to = &j->stage;
	psy_status status = PSY_OK;

	for (size_t s = 0; s < out->seeds && status == PSY_OK; s++)
	{
		copy_row(to);
		copy_int8(to, (int64_t) s + 1);
		bold_run_copy(j, to, found, facts);
		copy_text(to, a->seeds.atlas.regions.name[s]);
		copy_float4_array(to, out->z + s * out->elements, out->elements);
		copy_float4_array(to, out->coverage, out->elements);
		status = copy_row_end(to, err);
	}
	j->read = (long) out->seeds;
	return status;
}

/* The seeds' unit time courses, from a pass of their own. */
static psy_status
seed_pass(job *j, const two_atlases *a, regressors *found, double **seed, bold_image *facts, psy_error *err)
{
	courses c = {0};
	psy_status status = read_pass(j, &a->seeds, &a->seeds.parcels, &c, facts, err);

	if (status == PSY_OK)
		status = bold_run_tr(j, facts->tr, err);
	for (size_t s = 0; s < c.count && status == PSY_OK; s++)
		if (!(c.coverage[s] > 0))
			status = psy_fail(err, PSY_DOMAIN, "the seed %s has no voxel with a signal",
							  a->seeds.atlas.regions.name[s]);
	if (status == PSY_OK)
		status = clean_courses(j->extra, found, &c, err);
	*seed = status == PSY_OK ? unit_courses(&c) : NULL;
	courses_free(&c);
	return status;
}

static psy_status
measure(job *j, const two_atlases *a, bold_image *facts, size_t count, psy_error *err)
{
	regressors found = {0};
	double *seed = NULL;
	result out = {.seeds = a->seeds.parcels.regions, .elements = a->elements.parcels.regions};
	psy_status status = bold_run_regressors(j, count, &found, err);

	out.z = grow(NULL, out.seeds * out.elements, sizeof *out.z);
	out.coverage = grow(NULL, out.elements, sizeof *out.coverage);
	if (status == PSY_OK)
		status = seed_pass(j, a, &found, &seed, facts, err);
	if (status == PSY_OK)
		status = blocks(j, a, &found, seed, &out, facts, err);
	if (status == PSY_OK)
		status = stage_result(j, a, &found, facts, &out, err);
	if (status == PSY_OK)
		buffer_format(&j->found, "%zu seeds of %s with %zu %s of %s, %zu of %zu volumes, pipeline %s",
					  out.seeds, j->opt->seeds, out.elements,
					  a->elements.atlas.kind == ATLAS_VOXELS ? "voxels" : "regions", j->opt->atlas,
					  found.kept, found.volumes, ((bold_run *) j->extra)->pipeline.name);
	free(out.z);
	free(out.coverage);
	free(seed);
	regressors_free(&found);
	return status;
}

static psy_status
lay(job *j, two_atlases *a, bold_image *facts, size_t *count, psy_error *err)
{
	nifti image = {.header.fd = -1, .image.fd = -1};
	psy_status status = nifti_open(&image, j->path, err);

	if (status == PSY_OK && image.volumes < 4)
		status =
			psy_fail(err, PSY_SHAPE, "%" PRIu64 " volumes; connectivity needs at least 4", image.volumes);
	if (status == PSY_OK)
		status = laid_atlas_on(&a->seeds, j, j->opt->seeds, &image, err);
	if (status == PSY_OK)
		status = laid_atlas_on(&a->elements, j, j->opt->atlas, &image, err);
	if (status == PSY_OK && (a->seeds.atlas.kind == ATLAS_VOXELS || a->seeds.parcels.regions > SEEDS_MAX))
		status = psy_fail(err, PSY_UNSUPPORTED,
						  "the seeds are %zu voxels or regions; expected an atlas of at most %zu regions",
						  a->seeds.parcels.regions, SEEDS_MAX);
	*count = (size_t) image.volumes;
	*facts = (bold_image){.tr = isfinite(image.tr) ? image.tr : 0, .forms_apart = image.facts.forms_apart};
	nifti_close(&image);
	return status;
}

static psy_status
stage_seed(job *j, psy_error *err)
{
	two_atlases *a = *j->shared;
	bold_image facts;
	size_t count = 0;
	psy_status status = PSY_OK;

	if (!bold_run_is_image(j->path))
		return psy_fail(err, PSY_UNSUPPORTED, "a seed needs an image; expected .nii, .nii.gz or .hdr");
	if (a == NULL)
	{
		a = grow(NULL, 1, sizeof *a);
		*a = (two_atlases){0};
		*j->shared = a;
	}
	status = bold_run_settle(j, err);
	if (status == PSY_OK)
		status = lay(j, a, &facts, &count, err);
	return status == PSY_OK ? measure(j, a, &facts, count, err) : status;
}

static void
finish_seed(void *shared)
{
	two_atlases *a = shared;

	laid_atlas_free(&a->seeds);
	laid_atlas_free(&a->elements);
	free(a);
}

const loader load_seed = {
	.name = "seed",
	.summary = "4-D images to connectivity of seeds with regions or voxels",
	.file = "FILE.nii.gz...",
	.options =
		OPT_STUDY | OPT_ATLAS | OPT_SEED | OPT_SCAN | OPT_SCANNER | OPT_PIPELINE | OPT_RESAMPLE | OPT_JOBS,
	.target = "pg_temp.stage (\"row\", " BOLD_RUN_COLUMNS ", seed, value, coverage)",
	.parallel = true,
	.companion = bold_run_companion,
	.stands_for = nifti_header,
	.describe = bold_run_describe,
	.stage = stage_seed,
	.release = bold_run_release,
	.finish = finish_seed,
};
