/*
 * cmd_ingest_atlas.c - psyrad ingest atlas [IMAGE] --names FILE: a parcellation, known by its names or with
 * its label image.
 *
 * Names come as lines "index name [more]" (mricron, FreeSurfer LUT), as TSV with columns index and name (BIDS
 * dseg), or one a line.  The order of the file is the order of every vector; labels may have gaps.
 */
#include "cmd.h"

#include "atlas.h"
#include "header.h"
#include "number.h"
#include "table.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_LIMIT ((uint64_t) 256 << 20)
#define NAMES_LIMIT ((size_t) 16 << 20)
#define MAX_REGIONS 100000

/* Kept in job->extra: the names and their hash. */
typedef struct atlas_names
{
	regions regions;
	uint8_t sha256[SHA256_BYTES];
} atlas_names;

static psy_status
add_region(regions *r, int64_t label, const char *name, size_t length, psy_error *err)
{
	if (r->count == MAX_REGIONS)
		return psy_fail(err, PSY_LIMIT, "more than %d regions", MAX_REGIONS);
	r->name = grow(r->name, r->count + 1, sizeof *r->name);
	r->label = grow(r->label, r->count + 1, sizeof *r->label);
	r->name[r->count] = keep_bytes(name, length);
	r->label[r->count++] = label;
	return PSY_OK;
}

/* "2001 Precentral_L ..." gives label and name; a line whose first word is no number is a name as a whole. */
static psy_status
read_line(regions *r, const char *line, size_t length, bool numbered, long number, psy_error *err)
{
	char *end;
	long long label;
	size_t name;

	if (!numbered)
		return add_region(r, NO_LABEL, line, length, err);
	label = strtoll(line, &end, 10);
	while (*end == ' ' || *end == '\t')
		end++;
	name = strcspn(end, " \t");
	if (end == line || name == 0 || label < 0 || label > INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "line %ld: expected a label from 0 to %d and a name", number,
						INT32_MAX);
	return label == 0 ? PSY_OK : add_region(r, label, end, name, err);
}

static bool
starts_with_label(const char *line)
{
	size_t digits = strspn(line, "0123456789");

	return digits > 0 && (line[digits] == ' ' || line[digits] == '\t') &&
		   line[digits + strspn(line + digits, " \t")] != '\0';
}

static psy_status
read_lines(regions *r, char *text, psy_error *err)
{
	bool numbered = false;
	long number = 0;
	psy_status status = PSY_OK;

	for (char *line = text, *next; line != NULL && status == PSY_OK; line = next)
	{
		size_t length = strcspn(line, "\r\n");

		next = line[length] ? line + length + 1 : NULL;
		line[length] = '\0';
		number++;
		while (length > 0 && isspace((unsigned char) line[length - 1]))
			line[--length] = '\0';
		if (length == 0 || *line == '#')
			continue;
		if (r->count == 0)
			numbered = starts_with_label(line);
		status = read_line(r, line, length, numbered, number, err);
	}
	return status;
}

enum
{
	INDEX,
	NAME,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"index", "label|value|id|key", true},
	{"name", "region|label_name|roi|名称|脑区", true},
};

/* A table with a header, as BIDS has it. */
static psy_status
read_table(regions *r, const char *path, psy_error *err)
{
	options plain = {0};
	table t;
	bool more;
	psy_status status = table_open(&t, path, &plain, fields, FIELDS, NULL, NULL, err);

	while (status == PSY_OK && (status = table_next(&t, &more, err)) == PSY_OK && more)
	{
		const char *index = table_get(&t, INDEX), *name = table_get(&t, NAME);
		int64_t label;
		psy_error why;

		if (index == NULL || name == NULL || parse_whole(index, 0, INT32_MAX, &label, &why) != PSY_OK)
			status = psy_fail(err, PSY_FORMAT, "line %ld: expected a label from 0 to %d and a name",
							  table_line(&t), INT32_MAX);
		else if (label != 0)
			status = add_region(r, label, name, strlen(name), err);
	}
	table_free(&t);
	return status;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

/* No name and no label twice. */
static psy_status
check_distinct(const regions *r, psy_error *err)
{
	char **name = grow(NULL, r->count, sizeof *name);
	int64_t *label = grow(NULL, r->count, sizeof *label);
	psy_status status = PSY_OK;

	memcpy(name, r->name, r->count * sizeof *name);
	memcpy(label, r->label, r->count * sizeof *label);
	qsort(name, r->count, sizeof *name, by_text);
	qsort(label, r->count, sizeof *label, by_number);
	for (size_t i = 1; i < r->count && status == PSY_OK; i++)
		if (strcmp(name[i - 1], name[i]) == 0)
			status = psy_fail(err, PSY_DOMAIN, "two regions have the name %.80s", name[i]);
		else if (label[i] != NO_LABEL && label[i - 1] == label[i])
			status = psy_fail(err, PSY_DOMAIN, "two regions have the label %" PRId64, label[i]);
	free(name);
	free(label);
	return status;
}

/* Without an image a name's line number is no label; with one it is. */
static void
number_regions(regions *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->label[i] == NO_LABEL)
			r->label[i] = (int64_t) i + 1;
}

static psy_status
read_names(const char *path, atlas_names *names, psy_error *err)
{
	buffer text = {0};
	char first[256];
	psy_status status = read_document(path, NAMES_LIMIT, &text, names->sha256, err);

	if (status == PSY_OK)
	{
		snprintf(first, sizeof first, "%.*s", (int) strcspn(text.data ? text.data : "", "\r\n"),
				 text.data ? text.data : "");
		status = strchr(first, '\t') != NULL && strcasestr(first, "index") != NULL &&
						 strcasestr(first, "name") != NULL
					 ? read_table(&names->regions, path, err)
					 : read_lines(&names->regions, text.data ? text.data : (char[1]){0}, err);
	}
	buffer_free(&text);
	if (status == PSY_OK && names->regions.count == 0)
		status = psy_fail(err, PSY_FORMAT, "no region is named");
	return status == PSY_OK ? check_distinct(&names->regions, err) : status;
}

static psy_status
describe_atlas(job *j, buffer *json, psy_error *err)
{
	atlas_names *names = grow(NULL, 1, sizeof *names);
	char hex[2 * SHA256_BYTES + 1];
	psy_error why;
	psy_status status;

	*names = (atlas_names){0};
	j->extra = names;
	status = read_names(j->opt->names, names, &why);
	if (status != PSY_OK)
		return psy_fail(err, status, "the names: %s", why.message);
	hash_text(names->sha256, hex);
	json_open(json, "inputs", '{');
	json_member(json, "names", hex);
	buffer_byte(json, '}');
	return PSY_OK;
}

static void
release_atlas(job *j)
{
	atlas_names *names = j->extra;

	if (names != NULL)
		regions_free(&names->regions);
	free(names);
}

/* L or R where the name says so at an end; NULL otherwise. */
static const char *
hemisphere(const char *name)
{
	char *folded = fold_header(name);
	size_t n = strlen(folded);
	const char *side = NULL;

	if ((n > 2 && strcmp(folded + n - 2, "_l") == 0) || strncmp(folded, "left_", 5) == 0 ||
		strncmp(folded, "lh_", 3) == 0 || strncmp(folded, "l_", 2) == 0 ||
		(n > 5 && strcmp(folded + n - 5, "_left") == 0))
		side = "L";
	else if ((n > 2 && strcmp(folded + n - 2, "_r") == 0) || strncmp(folded, "right_", 6) == 0 ||
			 strncmp(folded, "rh_", 3) == 0 || strncmp(folded, "r_", 2) == 0 ||
			 (n > 6 && strcmp(folded + n - 6, "_right") == 0))
		side = "R";
	free(folded);
	return side;
}

/* Centroid and volume; NULL without an image, and for a region without voxels. */
static void
copy_place(copy *out, const nifti *image, const region_sum *sum)
{
	for (int row = 0; row < 3; row++)
	{
		double mm = image ? image->affine[4 * row + 3] : 0;

		for (int i = 0; sum != NULL && sum->voxels > 0 && i < 3; i++)
			mm += image->affine[4 * row + i] * sum->place[i] / (double) sum->voxels;
		sum != NULL && sum->voxels > 0 ? copy_float4(out, (float) mm) : copy_null(out);
	}
	sum != NULL ? copy_float4(out, (float) ((double) sum->voxels * nifti_voxel_volume(image)))
				: copy_null(out);
}

static psy_status
stage_regions(job *j, const regions *r, const nifti *image, const region_sum *sums, psy_error *err)
{
	copy *out = &j->stage;
	psy_status status = PSY_OK;

	for (size_t i = 0; i < r->count && status == PSY_OK; i++)
	{
		copy_row(out);
		copy_int8(out, (int64_t) i + 1);
		copy_int4(out, (int32_t) i + 1);
		r->label[i] == NO_LABEL ? copy_null(out) : copy_int4(out, (int32_t) r->label[i]);
		copy_text(out, r->name[i]);
		copy_text(out, hemisphere(r->name[i]));
		copy_place(out, image, sums ? &sums[i] : NULL);
		status = copy_row_end(out, err);
	}
	return status;
}

/* The image's bytes as they are, and its grid. */
static psy_status
stage_image(job *j, const nifti *image, psy_error *err)
{
	uint8_t *bytes, sha256[SHA256_BYTES];
	int32_t dims[3] = {(int32_t) image->dims[0], (int32_t) image->dims[1], (int32_t) image->dims[2]};
	uint64_t size;
	size_t got;
	source s;
	copy out;
	psy_status status = source_open(&s, j->path, err);

	if (status != PSY_OK)
		return status;
	bytes = grow(NULL, (size_t) j->bytes, 1);
	status = source_read(&s, bytes, (size_t) j->bytes, &got, err);
	if (status == PSY_OK)
		status = source_finish(&s, sha256, &size, err);
	if (status == PSY_OK && memcmp(sha256, j->sha256, SHA256_BYTES) != 0)
		status = psy_fail(err, PSY_FORMAT, "the file changed while it was being read");
	source_close(&s);
	copy_begin(&out, j->db, "pg_temp.stage_image (dims, affine, sha256, image)");
	if (status == PSY_OK)
	{
		copy_row(&out);
		copy_int4_array(&out, dims, NULL, 3);
		copy_float8_array(&out, image->affine, 12);
		copy_bytea(&out, sha256, sizeof sha256);
		copy_bytea(&out, bytes, got);
		status = copy_row_end(&out, err);
	}
	if (status == PSY_OK)
		status = copy_flush(&out, err);
	copy_free(&out);
	free(bytes);
	return status;
}

static psy_status
stage_labels(job *j, regions *r, psy_error *err)
{
	nifti image = {.header.fd = -1, .image.fd = -1};
	region_sum *sums = grow(NULL, r->count, sizeof *sums);
	uint8_t payload[SHA256_BYTES];
	char *pair = nifti_pair(j->path);
	psy_status status = PSY_OK;

	number_regions(r);
	if (pair != NULL)
		status = psy_fail(err, PSY_UNSUPPORTED,
						  "an atlas is one file; expected .nii or .nii.gz, not .hdr with .img");
	else if (j->bytes > IMAGE_LIMIT)
		status = psy_fail(err, PSY_LIMIT, "the label image is larger than %" PRIu64 " MB", IMAGE_LIMIT >> 20);
	free(pair);
	if (status == PSY_OK)
		status = nifti_open(&image, j->path, err);
	if (status == PSY_OK)
		status = atlas_sum(&image, NULL, r, sums, err);
	if (status == PSY_OK)
		status = nifti_finish(&image, payload, err);
	if (status == PSY_OK)
		status = stage_regions(j, r, &image, sums, err);
	if (status == PSY_OK)
		status = stage_image(j, &image, err);
	nifti_close(&image);
	free(sums);
	return status;
}

static psy_status
stage_atlas(job *j, psy_error *err)
{
	regions *r = &((atlas_names *) j->extra)->regions;

	j->read = (long) r->count;
	return strcmp(j->path, j->opt->names) == 0 ? stage_regions(j, r, NULL, NULL, err)
											   : stage_labels(j, r, err);
}

const loader load_atlas = {
	.name = "atlas",
	.summary = "a parcellation: label image and region names",
	.file = "[IMAGE]",
	.options = OPT_ATLAS | OPT_NAMES,
	.target = "pg_temp.stage (\"row\", region, label, name, hemisphere, x_mm, y_mm, z_mm, volume_mm3)",
	.file_optional = true,
	.describe = describe_atlas,
	.stage = stage_atlas,
	.release = release_atlas,
};
