/*
 * cmd_ingest_image.c - psyrad ingest image FILE: a 3-D map becomes vectors over an atlas, one for each
 * statistic of its regions.
 *
 * The map lies on the atlas's own grid, or the caller says which of the two is brought to the other: no
 * region shifts by itself. The atlas as it lies on the last image's grid is kept from file to file, since the
 * images of a study mostly share theirs.
 */
#include "cmd.h"

#include "atlas.h"
#include "image_stats.h"
#include "number.h"
#include "scan.h"
#include "volume_mask.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Kept in *job->shared. */
typedef struct drawing
{
	atlas atlas;
	stat_list stats; /* asked for, and after them what --suvr needs */
	size_t *reference, references;
	parcels parcels;
	lattice image; /* of the image that they were drawn for */
	bool drawn;
	uint8_t *mask; /* on the parcels' grid */
} drawing;

/* Kept in job->extra. */
typedef struct map
{
	scan scan;
	uint8_t pair_sha256[SHA256_BYTES];
	bool paired;
	uint8_t payload[SHA256_BYTES];
	double *value[STATS], *coverage; /* [regions] */
} map;

static void
finish_image(void *shared)
{
	drawing *d = shared;

	atlas_free(&d->atlas);
	parcels_free(&d->parcels);
	free(d->reference);
	free(d->mask);
	free(d);
}

static bool
is_sidecar(const char *path)
{
	return strlen(path) > 5 && strcmp(path + strlen(path) - 5, ".json") == 0;
}

/* ---- what else the bytes' meaning hangs on --------------------------------------------------- */

static psy_status
describe_file(const char *path, const char *what, uint8_t sha256[SHA256_BYTES], const char *name,
			  buffer *json, psy_error *err)
{
	char hex[2 * SHA256_BYTES + 1];
	uint64_t size;
	psy_error why;

	if (hash_file(path, sha256, &size, &why) != PSY_OK)
		return psy_fail(err, PSY_FORMAT, "the %s %s", what, why.message);
	hash_text(sha256, hex);
	json_member(json, name, hex);
	return PSY_OK;
}

static psy_status
describe_image(job *j, buffer *json, psy_error *err)
{
	map *m = grow(NULL, 1, sizeof *m);
	char *pair;
	uint8_t sha256[SHA256_BYTES];
	psy_status status;

	*m = (map){0};
	j->extra = m;
	status = scan_identify(j, &m->scan, err);
	if (status != PSY_OK)
		return status;
	pair = nifti_pair(j->path);
	m->paired = pair != NULL;
	json_open(json, "inputs", '{');
	scan_describe(&m->scan, json);
	if (pair != NULL)
		status = describe_file(pair, ".img file beside the header", m->pair_sha256, "img", json, err);
	if (status == PSY_OK && j->opt->mask != NULL)
		status = describe_file(j->opt->mask, "mask", sha256, "mask", json, err);
	buffer_byte(json, '}');
	free(pair);
	return status;
}

static void
release_image(job *j)
{
	map *m = j->extra;

	for (int s = 0; m != NULL && s < STATS; s++)
		free(m->value[s]);
	if (m != NULL)
		free(m->coverage);
	free(m);
}

/* ---------------------------------------------------------------- atlas, mask and choices, once for all
 * files */

/* A region by its name, or by its label in the image where no name is that number. */
static int
find_reference(const regions *r, const char *name)
{
	int found = regions_find(r, name);
	int64_t label;
	psy_error why;

	if (found < 0 && r->label != NULL && parse_whole(name, 1, INT32_MAX, &label, &why) == PSY_OK)
		for (size_t i = 0; i < r->count && found < 0; i++)
			if (r->label[i] == label)
				found = (int) i;
	return found;
}

static psy_status
add_reference(drawing *d, const char *name, size_t length, psy_error *err)
{
	size_t blanks = strspn(name, " ");
	char *region = blanks < length ? keep_bytes(name + blanks, length - blanks) : keep_text("");
	int found = d->atlas.kind == ATLAS_VOXELS ? -1 : find_reference(&d->atlas.regions, region);

	if (found < 0)
	{
		psy_fail(err, PSY_DOMAIN, "--suvr %.60s: the atlas %s has no such region", region,
				 d->atlas.regions.atlas);
		psy_hint(err, "name regions as imaging.region does, or by their labels, separated by commas");
	}
	else
	{
		d->reference = grow(d->reference, d->references + 1, sizeof *d->reference);
		d->reference[d->references++] = (size_t) found;
	}
	free(region);
	return found < 0 ? err->code : PSY_OK;
}

static psy_status
read_choices(drawing *d, const options *o, psy_error *err)
{
	psy_status status = image_stat_list(o->stat, &d->stats, err);

	if (status == PSY_OK && o->resample != NULL && strcmp(o->resample, "nearest") != 0 &&
		strcmp(o->resample, "linear") != 0)
		return psy_fail(err, PSY_DOMAIN, "--resample %s: expected nearest or linear", o->resample);
	if (status == PSY_OK && d->atlas.kind == ATLAS_VOXELS && o->resample != NULL &&
		strcmp(o->resample, "linear") != 0)
	{
		psy_fail(err, PSY_DOMAIN, "--resample nearest would change the number of voxels that %s has",
				 d->atlas.regions.atlas);
		return psy_hint(err, "--resample linear brings the image to them");
	}
	for (const char *name = o->suvr; name != NULL && status == PSY_OK;)
	{
		size_t length = strcspn(name, ",");

		status = add_reference(d, name, length, err);
		name = name[length] ? name + length + 1 : NULL;
	}
	return status;
}

static psy_status
open_drawing(job *j, drawing **to, psy_error *err)
{
	drawing *d;
	psy_status status;

	if ((*to = *j->shared) != NULL)
		return PSY_OK;
	d = grow(NULL, 1, sizeof *d);
	*d = (drawing){.drawn = false};
	status = atlas_read(&d->atlas, j->db, j->opt->atlas, err);
	if (status == PSY_OK)
		status = read_choices(d, j->opt, err);
	if (status == PSY_OK)
		*j->shared = *to = d;
	else
		finish_image(d);
	return status;
}

/* Regions and mask as they lie on this image's grid, or, when it is to be interpolated, on the atlas's own.
 */
static psy_status
draw(const job *j, drawing *d, const nifti *image, psy_error *err)
{
	bool linear =
		j->opt->resample && strcmp(j->opt->resample, "linear") == 0 && d->atlas.kind != ATLAS_SPHERES;
	psy_status status = PSY_OK;

	if (d->drawn && lattice_same(&d->image, &image->grid))
		return PSY_OK;
	if (j->opt->resample == NULL)
		status = atlas_check_grid(&d->atlas, &image->grid, err);
	if (status != PSY_OK)
		return status;
	d->drawn = false;
	parcels_free(&d->parcels);
	free(d->mask);
	d->mask = NULL;
	status = atlas_draw(&d->atlas, linear ? NULL : &image->grid, &d->parcels, err);
	if (status == PSY_OK && j->opt->mask != NULL)
	{
		psy_error why;

		status = volume_mask(&d->mask, j->opt->mask, &d->parcels.grid, j->opt->resample != NULL, &why);
		if (status != PSY_OK)
		{
			psy_fail(err, status, "the mask: %s", why.message);
			psy_hint(err, "%s", why.hint);
		}
	}
	d->image = image->grid;
	d->drawn = status == PSY_OK;
	return status;
}

/* ---- one image ------------------------------------------------------------------------------- */

static psy_status
check_unchanged(job *j, nifti *image, psy_error *err)
{
	const map *m = j->extra;
	psy_status status = source_expect(&image->header, j->sha256, err);

	if (status == PSY_OK && m->paired)
		status = source_expect(&image->image, m->pair_sha256, err);
	return status;
}

/* The space that the options or the file's name say must be the atlas's, where both are known. */
static psy_status
check_space(const job *j, const drawing *d, psy_error *err)
{
	const char *base = strrchr(j->path, '/') ? strrchr(j->path, '/') + 1 : j->path,
			   *entity = strstr(base, "_space-");
	const char *space = j->opt->space ? j->opt->space : entity ? entity + strlen("_space-") : NULL;
	size_t length = j->opt->space ? strlen(space) : space ? strcspn(space, "_.") : 0;

	if (space == NULL || d->atlas.space == NULL ||
		(strlen(d->atlas.space) == length && strncmp(space, d->atlas.space, length) == 0))
		return PSY_OK;
	psy_fail(err, PSY_SHAPE, "the image is in the space %.*s, the atlas %s in %s", (int) length, space,
			 d->atlas.regions.atlas, d->atlas.space);
	return psy_hint(err, "take an atlas in the image's space, or say --space %s when that is near enough",
					d->atlas.space);
}

static psy_status
check_image(const job *j, const drawing *d, const nifti *image, psy_error *err)
{
	if (nifti_components(image) > 1)
		return psy_fail(err, PSY_UNSUPPORTED,
						"each voxel has %" PRIu64 " values (its dimensions are more than four); expected one 3-D map",
						nifti_components(image));
	if (image->volumes > 1)
	{
		psy_fail(err, PSY_UNSUPPORTED, "the image has %" PRIu64 " volumes; expected one 3-D map",
				 image->volumes);
		return psy_hint(err, "psyrad ingest series takes 4-D images to region time courses");
	}
	if (image->facts.forms_apart > NIFTI_FORMS_AGREE_MM)
		job_note(j, "its sform and its qform put voxels up to %.3g mm apart; the sform is taken",
				 image->facts.forms_apart);
	return check_space(j, d, err);
}

/* Values become ratios to the reference regions' mean. */
static psy_status
divide_by_reference(const drawing *d, map *m, const double *weighted_mean, psy_error *err)
{
	double reference = image_reference(&d->parcels, weighted_mean, m->coverage, d->reference, d->references);

	if (!(reference > 0 && isfinite(reference)))
		return psy_fail(err, PSY_DOMAIN, "the mean of the reference region is %g; expected a value above 0",
						reference);
	for (size_t k = 0; k < d->stats.count; k++)
		for (size_t r = 0; r < d->parcels.regions && image_stat_scales(d->stats.stat[k]); r++)
			m->value[k][r] /= reference;
	return PSY_OK;
}

static psy_status
measure(drawing *d, map *m, nifti *image, bool linear, psy_error *err)
{
	size_t count = d->parcels.regions;
	stat_list list = d->stats;
	double *value[STATS + 1];
	volumes v;
	psy_status status = volumes_start(&v, image, linear ? &d->parcels.grid : NULL, err);

	m->coverage = grow(NULL, count, sizeof *m->coverage);
	for (size_t k = 0; k < list.count; k++)
		value[k] = m->value[k] = grow(NULL, count, sizeof **m->value);
	value[list.count] = d->references ? grow(NULL, count, sizeof **value) : NULL;
	if (d->references > 0)
		list.stat[list.count++] = STAT_WEIGHTED_MEAN;
	if (status == PSY_OK)
		status = image_stats(&v, &d->parcels, d->mask, &list, value, m->coverage, err);
	if (status == PSY_OK && d->references > 0)
		status = divide_by_reference(d, m, value[list.count - 1], err);
	free(value[d->stats.count]);
	volumes_free(&v);
	return status;
}

static void
copy_floats(copy *out, const double *value, size_t count)
{
	float *single = grow(NULL, count, sizeof *single);

	for (size_t i = 0; i < count; i++)
		single[i] = (float) value[i];
	copy_float4_array(out, single, count);
	free(single);
}

static psy_status
stage_stats(job *j, const drawing *d, const nifti *image, psy_error *err)
{
	const map *m = j->extra;
	copy *out = &j->stage;
	const char *suffix = j->opt->suffix ? j->opt->suffix : m->scan.name.suffix;
	psy_status status = PSY_OK;

	for (size_t k = 0; k < d->stats.count && status == PSY_OK; k++)
	{
		copy_row(out);
		copy_int8(out, (int64_t) k + 1);
		copy_text(out, m->scan.label);
		copy_text(out, m->scan.session);
		copy_int2(out, (int16_t) m->scan.run);
		copy_text(out, *suffix && (m->scan.name.is_bids || j->opt->suffix) ? suffix : j->opt->measure);
		copy_bytea(out, m->payload, SHA256_BYTES);
		isnan(image->facts.forms_apart) ? copy_null(out) : copy_float4(out, (float) image->facts.forms_apart);
		copy_text(out, image_stat_name(d->stats.stat[k]));
		copy_floats(out, m->value[k], d->parcels.regions);
		copy_floats(out, m->coverage, d->parcels.regions);
		status = copy_row_end(out, err);
	}
	j->read = (long) d->stats.count;
	return status;
}

/* For --dry-run: whose, which scan, what of it, over how many regions. */
static void
tell(job *j, const drawing *d)
{
	const map *m = j->extra;
	size_t empty = 0;

	for (size_t r = 0; r < d->parcels.regions; r++)
		empty += !(m->coverage[r] > 0);
	buffer_format(&j->found, "%s, session %s, run %d: %s (", m->scan.label, m->scan.session, m->scan.run,
				  j->opt->measure);
	for (size_t k = 0; k < d->stats.count; k++)
		buffer_format(&j->found, "%s%s", k ? ", " : "", image_stat_name(d->stats.stat[k]));
	buffer_format(&j->found, ") of %zu %s of %s, %zu without a value, pipeline %s", d->parcels.regions,
				  d->atlas.kind == ATLAS_VOXELS ? "voxels" : "regions", d->atlas.regions.atlas, empty,
				  j->opt->pipeline ? j->opt->pipeline : "as-is");
}

static psy_status
stage_image(job *j, psy_error *err)
{
	nifti image = {.header.fd = -1, .image.fd = -1};
	map *m = j->extra;
	drawing *d;
	psy_status status = open_drawing(j, &d, err);

	if (status == PSY_OK)
		status = nifti_open(&image, j->path, err);
	if (status == PSY_OK)
		status = check_image(j, d, &image, err);
	if (status == PSY_OK)
		status = draw(j, d, &image, err);
	if (status == PSY_OK)
		status = measure(d, m, &image, !lattice_same(&d->parcels.grid, &image.grid), err);
	if (status == PSY_OK)
		status = nifti_finish(&image, m->payload, err);
	if (status == PSY_OK)
		status = check_unchanged(j, &image, err);
	if (status == PSY_OK)
		status = stage_stats(j, d, &image, err);
	if (status == PSY_OK)
		tell(j, d);
	nifti_close(&image);
	return status;
}

const loader load_image = {
	.name = "image",
	.summary = "3-D NIfTI maps to values over an atlas",
	.file = "FILE.nii.gz...",
	.options = OPT_STUDY | OPT_ATLAS | OPT_IMAGE | OPT_MEASURE | OPT_SCANNER | OPT_SCAN | OPT_RESAMPLE |
			   OPT_STAT | OPT_JOBS,
	.target = "pg_temp.stage (\"row\", label, session, run, modality, payload_sha256, forms_apart_mm, stat, "
			  "value, coverage)",
	.parallel = true,
	.companion = is_sidecar,
	.stands_for = nifti_header,
	.describe = describe_image,
	.stage = stage_image,
	.release = release_image,
	.finish = finish_image,
};
