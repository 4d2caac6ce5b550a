/*
 * series_image.c - region time courses from a 4-D NIfTI image; see series.h.
 *
 * The volumes pass by in slabs: memory is the time courses and one slab, however long the image.
 */
#include "series.h"

#include "atlas.h"
#include "volume.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool
series_is_image(const char *path)
{
	static const char *const endings[] = {".nii", ".nii.gz", ".hdr"};
	size_t length = strlen(path);

	for (size_t k = 0; k < sizeof endings / sizeof *endings; k++)
		if (length > strlen(endings[k]) && strcmp(path + length - strlen(endings[k]), endings[k]) == 0)
			return true;
	return false;
}

static psy_status
check_source(source *s, const uint8_t expected[SHA256_BYTES], psy_error *err)
{
	uint8_t sha256[SHA256_BYTES];
	uint64_t size;
	psy_status status = source_finish(s, sha256, &size, err);

	if (status == PSY_OK && memcmp(sha256, expected, SHA256_BYTES) != 0)
		return psy_fail(err, PSY_FORMAT, "the file changed while it was being read");
	return status;
}

psy_status
series_check_image(const job *j, nifti *image, const uint8_t *pair, psy_error *err)
{
	psy_status status = check_source(&image->header, j->sha256, err);

	return status == PSY_OK && pair != NULL ? check_source(&image->image, pair, err) : status;
}

static psy_status
check_size(const nifti *image, const atlas *a, psy_error *err)
{
	if (a->kind == ATLAS_VOXELS)
	{
		psy_fail(err, PSY_UNSUPPORTED, "the atlas %s is of voxels, whose time courses are not kept", a->regions.atlas);
		return psy_hint(err, "psyrad ingest seed takes them to their connectivity with a seed");
	}
	if (image->volumes < 2)
		return psy_fail(err, PSY_SHAPE, "%" PRIu64 " volume; a time course needs at least 2", image->volumes);
	if (image->volumes > SERIES_MAX_VALUES / a->regions.count)
		return psy_fail(err, PSY_LIMIT, "%" PRIu64 " volumes of %zu regions; at most %zu values", image->volumes,
						a->regions.count, SERIES_MAX_VALUES);
	return PSY_OK;
}

static psy_status
read_courses(series *s, nifti *image, const parcels *p, psy_error *err)
{
	double *coverage = grow(NULL, p->regions, sizeof *coverage);
	volumes v;
	psy_status status = volumes_start(&v, image, NULL, err);

	s->regions = p->regions;
	s->volumes = (size_t) image->volumes;
	s->value = grow(NULL, s->volumes * s->regions, sizeof *s->value);
	s->coverage = grow(NULL, s->regions, sizeof *s->coverage);
	if (status == PSY_OK)
		status = volume_region_series(&v, p, s->value, coverage, err);
	volumes_free(&v);
	for (size_t r = 0; status == PSY_OK && r < s->regions; r++)
		s->coverage[r] = (float) coverage[r];
	free(coverage);
	return status == PSY_OK ? nifti_finish(image, s->payload, err) : status;
}

psy_status
series_from_image(series *s, job *j, const uint8_t *pair, psy_error *err)
{
	nifti image = {.header.fd = -1, .image.fd = -1};
	atlas a;
	parcels p = {0};
	psy_status status = atlas_read(&a, j->db, j->opt->atlas, err);

	if (status == PSY_OK)
		status = nifti_open(&image, j->path, err);
	if (status == PSY_OK)
		status = check_size(&image, &a, err);
	if (status == PSY_OK)
		status = atlas_check_grid(&a, &image.grid, err);
	if (status == PSY_OK)
		status = atlas_draw(&a, &image.grid, &p, err);
	if (status == PSY_OK)
		status = read_courses(s, &image, &p, err);
	if (status == PSY_OK)
		status = series_check_image(j, &image, pair, err);
	s->has_payload = status == PSY_OK;
	s->header_tr = isfinite(image.tr) ? image.tr : 0;
	s->forms_apart = image.facts.forms_apart;
	nifti_close(&image);
	parcels_free(&p);
	atlas_free(&a);
	return status;
}
