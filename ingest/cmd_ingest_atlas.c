/*
 * cmd_ingest_atlas.c - psyrad ingest atlas: a parcellation, by a label image or probability maps with their
 * names, by names alone, by spheres around coordinates, or a mask whose voxels are the regions.
 *
 * The order of the names (or of the mask's voxels) is the order of every vector over the atlas; labels may
 * have gaps.
 */
#include "cmd.h"

#include "atlas.h"
#include "header.h"
#include "image_names.h"
#include "sphere_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_LIMIT ((uint64_t) 256 << 20)

/* Kept in job->extra. */
typedef struct atlas_names
{
	image_names names;
	sphere *spheres; /* [names.regions.count] of an atlas of spheres */
} atlas_names;

static psy_status
describe_atlas(job *j, buffer *json, psy_error *err)
{
	atlas_names *extra = grow(NULL, 1, sizeof *extra);
	const options *o = j->opt;
	char hex[2 * SHA256_BYTES + 1];
	psy_error why;
	psy_status status = PSY_OK;

	*extra = (atlas_names){0};
	j->extra = extra;
	if ((o->names != NULL) + (o->spheres != NULL) + o->voxels != 1)
		return psy_fail(err, PSY_DOMAIN, "expected one of --names FILE, --spheres FILE and --voxels");
	if (o->names != NULL)
		status = image_names_read(&extra->names, o->names, &why);
	if (status != PSY_OK)
		return psy_fail(err, status, "the names: %s", why.message);
	if (o->spheres != NULL)
		return strcmp(j->path, o->spheres) == 0
				   ? sphere_table_read(&extra->names.regions, &extra->spheres, o->spheres, err)
				   : psy_fail(err, PSY_DOMAIN, "spheres are an atlas by themselves, without an image");
	if (o->names == NULL)
		return PSY_OK;
	hash_text(extra->names.sha256, hex);
	json_open(json, "inputs", '{');
	json_member(json, "names", hex);
	buffer_byte(json, '}');
	return PSY_OK;
}

static void
release_atlas(job *j)
{
	atlas_names *extra = j->extra;

	if (extra != NULL)
	{
		regions_free(&extra->names.regions);
		free(extra->spheres);
	}
	free(extra);
}

static bool
begins_or_ends(const char *folded, const char *const *beginnings, const char *const *endings)
{
	size_t n = strlen(folded);

	for (; *beginnings != NULL; beginnings++)
		if (strncmp(folded, *beginnings, strlen(*beginnings)) == 0)
			return true;
	for (; *endings != NULL; endings++)
		if (n > strlen(*endings) && strcmp(folded + n - strlen(*endings), *endings) == 0)
			return true;
	return false;
}

/* L or R where the name says so at an end; NULL otherwise, also where it says both (左右). */
static const char *
hemisphere(const char *name)
{
	static const char *const left[] = {"left_", "lh_", "l_", "ctx_lh_", "左", NULL}, *const left_end[] = {"_l", "_left", "_lh", NULL};
	static const char *const right[] = {"right_", "rh_", "r_", "ctx_rh_", "右", NULL}, *const right_end[] = {"_r", "_right", "_rh", NULL};
	char *folded = fold_header(name);
	const char *side = begins_or_ends(folded, left, left_end) ? "L" : begins_or_ends(folded, right, right_end) ? "R" : NULL;

	if (strncmp(folded, "左右", strlen("左右")) == 0)
		side = NULL;
	free(folded);
	return side;
}

/* Centroid and volume; NULL without an image, and for a region without voxels. */
static void
copy_place(copy *out, const parcels *p, size_t region, const sphere *s)
{
	double mm[3];
	bool known = p != NULL && parcels_centre(p, region, mm);

	for (int i = 0; i < 3; i++)
		known       ? copy_float4(out, (float) mm[i])
		: s != NULL ? copy_float4(out, (float) s->centre[i])
					: copy_null(out);
	p != NULL ? copy_float4(out, (float) (p->total[region] * lattice_voxel_volume(&p->grid)))
			  : copy_null(out);
	s != NULL ? copy_float4(out, (float) s->radius) : copy_null(out);
}

static psy_status
stage_regions(job *j, const regions *r, const parcels *p, const sphere *spheres, psy_error *err)
{
	const atlas_names *extra = j->extra;
	copy *out = &j->stage;
	int32_t position = 0;
	psy_status status = PSY_OK;

	for (size_t i = 0; i < r->count && status == PSY_OK; i++)
	{
		if (extra->names.palette && p != NULL && p->voxels[i] == 0)
			continue;
		position++;
		copy_row(out);
		copy_int8(out, position);
		copy_int4(out, position);
		r->label[i] == NO_LABEL ? copy_null(out) : copy_int4(out, (int32_t) r->label[i]);
		copy_text(out, r->name[i]);
		copy_text(out, hemisphere(r->name[i]));
		copy_place(out, p, i, spheres ? &spheres[i] : NULL);
		status = copy_row_end(out, err);
	}
	j->read = position;
	return status;
}

/* Bytes of the image's file, once more, since its stream was inflated as it passed. */
static psy_status
read_bytes(const job *j, buffer *bytes, psy_error *err)
{
	size_t got;
	source s;
	psy_status status = source_open(&s, j->path, err);

	if (status != PSY_OK)
		return status;
	buffer_reserve(bytes, (size_t) j->bytes + 1);
	status = source_read(&s, bytes->data, (size_t) j->bytes, &got, err);
	bytes->size = got;
	if (status == PSY_OK)
		status = source_expect(&s, j->sha256, err);
	source_close(&s);
	return status;
}

/* The voxels of a mask, 0-based, in the order of every vector. */
static void
copy_voxels(copy *out, const parcels *p)
{
	int32_t *voxel = grow(NULL, p->regions, sizeof *voxel);

	for (size_t i = 0; i < p->parts; i++)
		voxel[p->part[i].region] = (int32_t) p->part[i].start;
	copy_int4_array(out, voxel, NULL, p->regions);
	free(voxel);
}

/* Voxels of regions in voxel order, and the place of the region of each in every vector: a palette's regions
 * without voxels have none. */
static void
copy_region_voxels(copy *out, const job *j, const parcels *p)
{
	const atlas_names *extra = j->extra;
	int32_t *position = grow(NULL, p->regions, sizeof *position), *voxel, *region, next = 0;
	size_t count = 0;

	for (size_t r = 0; r < p->regions; r++)
		position[r] = extra->names.palette && p->voxels[r] == 0 ? 0 : ++next;
	for (size_t i = 0; i < p->parts; i++)
		count += p->part[i].count;
	voxel = grow(NULL, count, sizeof *voxel);
	region = grow(NULL, count, sizeof *region);
	count = 0;
	for (size_t i = 0; i < p->parts; i++)
		for (uint32_t k = 0; k < p->part[i].count; k++, count++)
		{
			voxel[count] = (int32_t) (p->part[i].start + k);
			region[count] = position[p->part[i].region];
		}
	copy_int4_array(out, voxel, NULL, count);
	copy_int4_array(out, region, NULL, count);
	free(position);
	free(voxel);
	free(region);
}

/* What the atlas is: its kind, the image's bytes as they are, and its grid. */
static psy_status
stage_atlas_row(job *j, atlas_kind kind, const nifti *image, const parcels *p, psy_error *err)
{
	buffer bytes = {0};
	copy out;
	psy_status status = image ? read_bytes(j, &bytes, err) : PSY_OK;

	copy_begin(&out, j->db, "pg_temp.stage_image (kind, dims, affine, sha256, image, voxel, region)");
	copy_row(&out);
	copy_text(&out, atlas_kind_name(kind));
	if (image != NULL)
	{
		copy_int4_array(&out,
						(int32_t[]){(int32_t) image->grid.dims[0], (int32_t) image->grid.dims[1],
									(int32_t) image->grid.dims[2]},
						NULL, 3);
		copy_float8_array(&out, image->grid.affine, 12);
		copy_bytea(&out, j->sha256, SHA256_BYTES);
		copy_bytea(&out, bytes.data, bytes.size);
	}
	for (int i = 0; image == NULL && i < 4; i++)
		copy_null(&out);
	if (kind == ATLAS_LABELS)
		copy_region_voxels(&out, j, p);
	else
	{
		kind == ATLAS_VOXELS ? copy_voxels(&out, p) : copy_null(&out);
		copy_null(&out);
	}
	if (status == PSY_OK)
		status = copy_row_end(&out, err);
	if (status == PSY_OK)
		status = copy_flush(&out, err);
	copy_free(&out);
	buffer_free(&bytes);
	return status;
}

/* The regions as the image has them. */
static psy_status
draw_atlas(job *j, nifti *image, parcels *p, atlas_kind *kind, psy_error *err)
{
	regions *r = &((atlas_names *) j->extra)->names.regions;

	image_names_number(r);
	*kind = j->opt->voxels ? ATLAS_VOXELS : image->volumes > 1 ? ATLAS_MAPS : ATLAS_LABELS;
	switch (*kind)
	{
		case ATLAS_VOXELS: return parcels_of_mask(p, image, NULL, err);
		case ATLAS_MAPS: return parcels_of_maps(p, image, r->label, r->count, NULL, err);
		default: return parcels_of_labels(p, image, r->label, r->count, NULL, err);
	}
}

static psy_status
stage_drawn(job *j, const nifti *image, const parcels *p, atlas_kind kind, psy_error *err)
{
	psy_status status = PSY_OK;

	if (p->parts == 0)
		return psy_fail(err, PSY_DOMAIN, "every voxel of the image is 0: there is no region");
	if (kind == ATLAS_VOXELS)
		j->read = (long) p->regions;
	else
		status = stage_regions(j, &((atlas_names *) j->extra)->names.regions, p, NULL, err);
	return status == PSY_OK ? stage_atlas_row(j, kind, image, p, err) : status;
}

static psy_status
stage_with_image(job *j, psy_error *err)
{
	nifti image = {.header.fd = -1, .image.fd = -1};
	parcels p = {0};
	atlas_kind kind = ATLAS_LABELS;
	uint8_t payload[SHA256_BYTES];
	char *pair = nifti_pair(j->path);
	psy_status status = PSY_OK;

	if (pair == NULL)
		pair = nifti_header(j->path);
	if (pair != NULL)
		status = psy_fail(err, PSY_UNSUPPORTED,
						  "an atlas is one file; expected .nii or .nii.gz, not .hdr with .img");
	else if (j->bytes > IMAGE_LIMIT)
		status = psy_fail(err, PSY_LIMIT, "the image is larger than %" PRIu64 " MB", IMAGE_LIMIT >> 20);
	free(pair);
	if (status == PSY_OK)
		status = nifti_open(&image, j->path, err);
	if (status == PSY_OK)
		status = draw_atlas(j, &image, &p, &kind, err);
	if (status == PSY_OK)
		status = nifti_finish(&image, payload, err);
	if (status == PSY_OK)
		status = stage_drawn(j, &image, &p, kind, err);
	parcels_free(&p);
	nifti_close(&image);
	return status;
}

static psy_status
stage_atlas(job *j, psy_error *err)
{
	const atlas_names *extra = j->extra;
	const options *o = j->opt;
	bool alone = strcmp(j->path, o->names ? o->names : o->spheres ? o->spheres : "") == 0;
	psy_status status;

	if (!alone)
		return stage_with_image(j, err);
	status = stage_regions(j, &extra->names.regions, NULL, extra->spheres, err);
	return status == PSY_OK
			   ? stage_atlas_row(j, extra->spheres ? ATLAS_SPHERES : ATLAS_NAMES, NULL, NULL, err)
			   : status;
}

const loader load_atlas = {
	.name = "atlas",
	.summary = "a parcellation: image and region names, spheres, or the voxels of a mask",
	.file = "[IMAGE]",
	.options = OPT_ATLAS | OPT_NAMES,
	.target =
		"pg_temp.stage (\"row\", region, label, name, hemisphere, x_mm, y_mm, z_mm, volume_mm3, radius_mm)",
	.file_optional = true,
	.describe = describe_atlas,
	.stage = stage_atlas,
	.release = release_atlas,
};
