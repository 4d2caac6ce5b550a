/*
 * series_image.c - region time courses from a 4-D NIfTI image; see series.h.
 *
 * The volumes pass by in slabs: memory is the time courses and one slab, however long the image.
 */
#include "series.h"

#include "laid_atlas.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static psy_status
check_size(const nifti *image, const atlas *a, psy_error *err)
{
	if (a->kind == ATLAS_VOXELS)
	{
		psy_fail(err, PSY_UNSUPPORTED, "the atlas %s is of voxels, whose time courses are not kept",
				 a->regions.atlas);
		return psy_hint(err, "psyrad ingest seed takes them to their connectivity with a seed");
	}
	if (image->volumes < 2)
		return psy_fail(err, PSY_SHAPE, "%" PRIu64 " volumes; a time course needs at least 2",
						image->volumes);
	if (image->volumes > SERIES_MAX_VALUES / a->regions.count)
		return psy_fail(err, PSY_LIMIT, "%" PRIu64 " volumes of %zu regions; at most %zu values",
						image->volumes, a->regions.count, SERIES_MAX_VALUES);
	return PSY_OK;
}

static psy_status
read_courses(series *s, nifti *image, const laid_atlas *l, psy_error *err)
{
	double *coverage = grow(NULL, l->parcels.regions, sizeof *coverage);
	volumes v = {0};
	psy_status status = laid_atlas_pass(l, &v, image, err);

	s->regions = l->parcels.regions;
	s->volumes = (size_t) image->volumes;
	s->value = grow(NULL, s->volumes * s->regions, sizeof *s->value);
	s->coverage = grow(NULL, s->regions, sizeof *s->coverage);
	if (status == PSY_OK)
		status = volume_region_series(&v, &l->parcels, s->value, coverage, err);
	volumes_free(&v);
	for (size_t r = 0; status == PSY_OK && r < s->regions; r++)
		s->coverage[r] = (float) coverage[r];
	free(coverage);
	return status == PSY_OK ? nifti_finish(image, s->image.payload, err) : status;
}

psy_status
series_from_image(series *s, job *j, psy_error *err)
{
	nifti image = {.header.fd = -1, .image.fd = -1};
	laid_atlas *l = *j->shared;
	psy_status status = nifti_open(&image, j->path, err);

	if (l == NULL)
	{
		l = grow(NULL, 1, sizeof *l);
		*l = (laid_atlas){0};
		*j->shared = l;
	}
	if (status == PSY_OK)
		status = laid_atlas_on(l, j, j->opt->atlas, &image, err);
	if (status == PSY_OK)
		status = check_size(&image, &l->atlas, err);
	if (status == PSY_OK)
		status = read_courses(s, &image, l, err);
	if (status == PSY_OK)
		status = bold_run_check_image(j, &image, err);
	s->image.there = true;
	s->image.tr = isfinite(image.tr) ? image.tr : 0;
	s->image.forms_apart = image.facts.forms_apart;
	nifti_close(&image);
	return status;
}
