/*
 * cmd_ingest_image.c - psyrad ingest image FILE: a 3-D map becomes one vector of region means over an atlas.
 *
 * The map must lie on the atlas's own grid: nothing is resampled and no region shifts.  Voxels that are NaN
 * or infinite do not count; coverage says what share of a region counted, and a region without any is NaN.
 */
#include "cmd.h"

#include "atlas.h"
#include "scan.h"
#include "volume.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Kept in job->extra. */
typedef struct map
{
	scan scan;
	uint8_t pair_sha256[SHA256_BYTES];
	bool paired;
} map;

static bool
is_payload(const char *path)
{
	const char *dot = strstr(strrchr(path, '/') ? strrchr(path, '/') : path, ".img");

	return (dot != NULL && (strcmp(dot, ".img") == 0 || strcmp(dot, ".img.gz") == 0)) ||
		   (strlen(path) > 5 && strcmp(path + strlen(path) - 5, ".json") == 0);
}

static psy_status
describe_image(job *j, buffer *json, psy_error *err)
{
	map *m = grow(NULL, 1, sizeof *m);
	char *pair, hex[2 * SHA256_BYTES + 1];
	uint64_t size;
	psy_error why;
	psy_status status;

	*m = (map){0};
	j->extra = m;
	status = scan_identify(j, &m->scan, err);
	pair = status == PSY_OK ? nifti_pair(j->path) : NULL;
	if (pair == NULL)
		return status;
	m->paired = true;
	status = hash_file(pair, m->pair_sha256, &size, &why);
	if (status != PSY_OK)
		psy_fail(err, status, "the .img file beside the header %s", why.message);
	hash_text(m->pair_sha256, hex);
	json_open(json, "inputs", '{');
	json_member(json, "img", hex);
	buffer_byte(json, '}');
	free(pair);
	return status;
}

static void
release_image(job *j)
{
	free(j->extra);
}

static psy_status
check_unchanged(job *j, nifti *image, psy_error *err)
{
	const map *m = j->extra;
	uint8_t sha256[SHA256_BYTES];
	uint64_t size;
	psy_status status = source_finish(&image->header, sha256, &size, err);

	if (status == PSY_OK && memcmp(sha256, j->sha256, SHA256_BYTES) != 0)
		return psy_fail(err, PSY_FORMAT, "the file changed while it was being read");
	if (status == PSY_OK && m->paired)
		status = source_finish(&image->image, sha256, &size, err);
	if (status == PSY_OK && m->paired && memcmp(sha256, m->pair_sha256, SHA256_BYTES) != 0)
		return psy_fail(err, PSY_FORMAT, "the .img file changed while it was being read");
	return status;
}

static psy_status
stage_means(job *j, size_t count, const double *means, const double *share, const uint8_t payload[SHA256_BYTES],
			psy_error *err)
{
	const map *m = j->extra;
	copy *out = &j->stage;
	float *mean = grow(NULL, count, sizeof *mean), *coverage = grow(NULL, count, sizeof *coverage);
	const char *suffix = j->opt->suffix ? j->opt->suffix : m->scan.name.suffix;
	psy_status status;

	for (size_t i = 0; i < count; i++)
	{
		mean[i] = (float) means[i];
		coverage[i] = (float) share[i];
	}
	j->read = 1;
	copy_row(out);
	copy_int8(out, 1);
	copy_text(out, m->scan.label);
	copy_text(out, m->scan.session);
	copy_int2(out, (int16_t) m->scan.run);
	copy_text(out, *suffix && (m->scan.name.is_bids || j->opt->suffix) ? suffix : j->opt->measure);
	copy_bytea(out, payload, SHA256_BYTES);
	copy_null(out);
	copy_text(out, "mean");
	copy_float4_array(out, mean, count);
	copy_float4_array(out, coverage, count);
	status = copy_row_end(out, err);
	free(mean);
	free(coverage);
	return status;
}

static psy_status
read_means(job *j, nifti *image, const parcels *p, psy_error *err)
{
	double *mean = grow(NULL, p->regions, sizeof *mean), *coverage = grow(NULL, p->regions, sizeof *coverage);
	uint8_t payload[SHA256_BYTES];
	volumes v;
	psy_status status = volumes_start(&v, image, NULL, err);

	if (status == PSY_OK)
		status = volume_region_series(&v, p, mean, coverage, err);
	volumes_free(&v);
	if (status == PSY_OK)
		status = nifti_finish(image, payload, err);
	if (status == PSY_OK)
		status = check_unchanged(j, image, err);
	if (status == PSY_OK)
		status = stage_means(j, p->regions, mean, coverage, payload, err);
	free(mean);
	free(coverage);
	return status;
}

static psy_status
check_volumes(const nifti *image, psy_error *err)
{
	if (image->volumes == 1)
		return PSY_OK;
	psy_fail(err, PSY_UNSUPPORTED, "the image has %" PRIu64 " volumes; expected one 3-D map", image->volumes);
	return psy_hint(err, "psyrad ingest series takes 4-D images to region time courses");
}

static psy_status
stage_image(job *j, psy_error *err)
{
	nifti image = {.header.fd = -1, .image.fd = -1};
	atlas a;
	parcels p = {0};
	psy_status status = atlas_read(&a, j->db, j->opt->atlas, err);

	if (status == PSY_OK)
		status = nifti_open(&image, j->path, err);
	if (status == PSY_OK)
		status = check_volumes(&image, err);
	if (status == PSY_OK)
		status = atlas_check_grid(&a, &image.grid, err);
	if (status == PSY_OK)
		status = atlas_draw(&a, &image.grid, &p, err);
	if (status == PSY_OK)
		status = read_means(j, &image, &p, err);
	nifti_close(&image);
	parcels_free(&p);
	atlas_free(&a);
	return status;
}

const loader load_image = {
	.name = "image",
	.summary = "3-D NIfTI maps to region means over an atlas",
	.file = "FILE.nii.gz...",
	.options = OPT_STUDY | OPT_ATLAS | OPT_IMAGE | OPT_MEASURE | OPT_SCANNER | OPT_SCAN,
	.target = "pg_temp.stage (\"row\", label, session, run, modality, payload_sha256, forms_apart_mm, stat, value, coverage)",
	.companion = is_payload,
	.describe = describe_image,
	.stage = stage_image,
	.release = release_image,
};
