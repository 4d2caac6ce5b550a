/*
 * reader_nifti.c - see reader_nifti.h.  nifticlib gives the header's layout, byte swapping, datatype names
 * and the quaternion; its own reading is not used, since it fills truncated payloads with zeros and allocates
 * what a header claims.
 */
#include "reader_nifti.h"

#include "buffer.h"
#include "core/lanes.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <nifti/nifti2_io.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PADDING_MAX ((size_t) 1 << 16)
#define OFFSET_MAX ((double) (1 << 30))
/* Deflate cannot make more of a byte. */
#define INFLATE_MOST 1032

/* What both versions of the header say, widened. */
typedef struct header
{
	int version;
	bool single; /* header and payload in one file */
	int64_t dim[8];
	double pixdim[8];
	int datatype;
	double vox_offset, slope, inter;
	int qform, sform, units, intent;
	double quatern[3], qoffset[3];
	double srow[12];
} header;

static void
widen_geometry1(const nifti_1_header *h, header *out)
{
	for (int i = 0; i < 8; i++)
	{
		out->dim[i] = h->dim[i];
		out->pixdim[i] = h->pixdim[i];
	}
	for (int i = 0; i < 4; i++)
	{
		out->srow[i] = h->srow_x[i];
		out->srow[4 + i] = h->srow_y[i];
		out->srow[8 + i] = h->srow_z[i];
	}
}

static void
widen1(const nifti_1_header *h, header *out)
{
	*out = (header){.version = 1,
					.single = h->magic[1] == '+',
					.datatype = h->datatype,
					.vox_offset = h->vox_offset,
					.slope = h->scl_slope,
					.inter = h->scl_inter,
					.qform = h->qform_code,
					.sform = h->sform_code,
					.units = h->xyzt_units,
					.intent = h->intent_code,
					.quatern = {h->quatern_b, h->quatern_c, h->quatern_d},
					.qoffset = {h->qoffset_x, h->qoffset_y, h->qoffset_z}};
	widen_geometry1(h, out);
}

static void
widen2(const nifti_2_header *h, header *out)
{
	*out = (header){.version = 2,
					.single = h->magic[1] == '+',
					.datatype = h->datatype,
					.vox_offset = (double) h->vox_offset,
					.slope = h->scl_slope,
					.inter = h->scl_inter,
					.qform = h->qform_code,
					.sform = h->sform_code,
					.units = h->xyzt_units,
					.intent = h->intent_code,
					.quatern = {h->quatern_b, h->quatern_c, h->quatern_d},
					.qoffset = {h->qoffset_x, h->qoffset_y, h->qoffset_z}};
	memcpy(out->dim, h->dim, sizeof out->dim);
	memcpy(out->pixdim, h->pixdim, sizeof out->pixdim);
	memcpy(out->srow, h->srow_x, 4 * sizeof(double));
	memcpy(out->srow + 4, h->srow_y, 4 * sizeof(double));
	memcpy(out->srow + 8, h->srow_z, 4 * sizeof(double));
}

static psy_status
read_exactly(gunzip *g, void *to, size_t size, const char *what, psy_error *err)
{
	size_t got;
	psy_status status = gunzip_read(g, to, size, &got, err);

	if (status == PSY_OK && got < size)
		return psy_fail(err, PSY_FORMAT, "the file ends within its %s", what);
	return status;
}

static psy_status
read_header1(nifti *n, gunzip *g, int32_t first, header *out, psy_error *err)
{
	nifti_1_header h;
	psy_status status;

	memcpy(&h, &first, sizeof first);
	status = read_exactly(g, (char *) &h + sizeof first, sizeof h - sizeof first, "header", err);
	if (status != PSY_OK)
		return status;
	if (memcmp(h.magic, "n+1", 4) != 0 && memcmp(h.magic, "ni1", 4) != 0)
	{
		psy_fail(err, PSY_UNSUPPORTED,
				 "the header has no NIfTI magic; an ANALYZE 7.5 image does not say left from right");
		return psy_hint(err, "convert it to NIfTI with a tool that knows its orientation");
	}
	if (n->swapped)
		nifti_swap_as_nifti1(&h);
	widen1(&h, out);
	return PSY_OK;
}

static psy_status
read_header2(nifti *n, gunzip *g, int32_t first, header *out, psy_error *err)
{
	nifti_2_header h;
	psy_status status;

	memcpy(&h, &first, sizeof first);
	status = read_exactly(g, (char *) &h + sizeof first, sizeof h - sizeof first, "header", err);
	if (status != PSY_OK)
		return status;
	if (memcmp(h.magic, "n+2\0\r\n\032\n", 8) != 0 && memcmp(h.magic, "ni2\0\r\n\032\n", 8) != 0)
		return psy_fail(err, PSY_FORMAT, "the NIfTI-2 header has a damaged magic");
	if (n->swapped)
		nifti_swap_as_nifti2(&h);
	widen2(&h, out);
	return PSY_OK;
}

static psy_status
read_header(nifti *n, gunzip *g, header *out, psy_error *err)
{
	int32_t first, swapped;
	psy_status status = read_exactly(g, &first, sizeof first, "header", err);

	if (status != PSY_OK)
		return status;
	swapped = (int32_t) __builtin_bswap32((uint32_t) first);
	n->swapped = swapped == 348 || swapped == 540;
	if (first == 348 || swapped == 348)
		return read_header1(n, g, first, out, err);
	if (first == 540 || swapped == 540)
		return read_header2(n, g, first, out, err);
	psy_fail(err, PSY_FORMAT, "not a NIfTI image: the first four bytes are not the size of its header");
	return swapped == 1 ? psy_hint(err, "FreeSurfer's .mgh and .mgz begin like this: mri_convert IN.mgz OUT.nii.gz") : PSY_FORMAT;
}

static psy_status
check_dims(nifti *n, const header *h, psy_error *err)
{
	n->voxels = n->volumes = 1;
	if (h->dim[0] < 1 || h->dim[0] > 7)
		return psy_fail(err, PSY_FORMAT, "the header says %" PRId64 " dimensions; expected 1 to 7",
						h->dim[0]);
	for (int i = 0; i < 3; i++)
		n->grid.dims[i] = 1;
	for (int i = 0; i < h->dim[0]; i++)
	{
		uint64_t *product = i < 3 ? &n->voxels : &n->volumes;

		if (h->dim[i + 1] < 1)
			return psy_fail(err, PSY_FORMAT, "dimension %d is %" PRId64 "; expected at least 1", i + 1,
							h->dim[i + 1]);
		if (__builtin_mul_overflow(*product, (uint64_t) h->dim[i + 1], product) || *product > NIFTI_MAX_VOXELS)
			return psy_fail(err, PSY_LIMIT, "the header says more than %" PRIu64 " %s", NIFTI_MAX_VOXELS,
							i < 3 ? "voxels" : "volumes");
		if (i < 3)
			n->grid.dims[i] = h->dim[i + 1];
	}
	return PSY_OK;
}

static psy_status
check_datatype(nifti *n, const header *h, psy_error *err)
{
	static const int real[] = {DT_UINT8, DT_INT16,  DT_INT32,  DT_FLOAT32, DT_FLOAT64,
							   DT_INT8,  DT_UINT16, DT_UINT32, DT_INT64,   DT_UINT64};
	int width = 0, swap_size;

	for (size_t i = 0; i < sizeof real / sizeof *real; i++)
		if (h->datatype == real[i])
			nifti_datatype_sizes(h->datatype, &width, &swap_size);
	if (width == 0)
		return psy_fail(err, PSY_UNSUPPORTED,
						"voxels of type %s (code %d); expected real numbers of at most 64 bits",
						nifti_datatype_string(h->datatype), h->datatype);
	n->datatype = h->datatype;
	n->width = (size_t) width;
	if (n->voxels * n->volumes > NIFTI_MAX_BYTES / n->width) /* each factor is at most 2^30 */
		return psy_fail(err, PSY_LIMIT, "the header says more than %" PRIu64 " bytes of voxels", NIFTI_MAX_BYTES);
	/* 0 and NaN mean: no scaling. */
	n->scaled =
		isfinite(h->slope) && h->slope != 0 && (h->slope != 1 || (isfinite(h->inter) && h->inter != 0));
	n->slope = h->slope;
	n->inter = isfinite(h->inter) ? h->inter : 0;
	return PSY_OK;
}

static psy_status
check_offset(nifti *n, const header *h, psy_error *err)
{
	double least = !h->single ? 0 : h->version == 1 ? 352 : 544;

	if (!(h->vox_offset >= least) || h->vox_offset > OFFSET_MAX || h->vox_offset != floor(h->vox_offset))
		return psy_fail(err, PSY_FORMAT, "vox_offset is %g; expected a whole number from %g to %g",
						h->vox_offset, least, OFFSET_MAX);
	n->offset = (uint64_t) h->vox_offset;
	return PSY_OK;
}

/* Without sform and qform: voxel sizes, x to the left, centred, as nibabel has it. */
static void
plain_affine(const nifti *n, const header *h, double affine[12])
{
	memset(affine, 0, 12 * sizeof *affine);
	for (int i = 0; i < 3; i++)
	{
		double size = (i == 0 ? -1 : 1) * h->pixdim[i + 1];

		affine[4 * i + i] = size;
		affine[4 * i + 3] = -size * (double) (n->grid.dims[i] - 1) / 2;
	}
}

static void
quaternion_affine(const header *h, double affine[12])
{
	nifti_dmat44 m = nifti_quatern_to_dmat44(h->quatern[0], h->quatern[1], h->quatern[2], h->qoffset[0],
											 h->qoffset[1], h->qoffset[2], h->pixdim[1], h->pixdim[2],
											 h->pixdim[3], h->pixdim[0] < 0 ? -1 : 1);

	for (int i = 0; i < 3; i++)
		memcpy(affine + 4 * i, m.m[i], 4 * sizeof *affine);
}

static psy_status
check_affine(nifti *n, const header *h, psy_error *err)
{
	const char *which = h->sform > 0 ? "sform" : h->qform > 0 ? "qform" : "voxel sizes";
	double *affine = n->grid.affine, other[12];

	if (h->sform > 0)
		memcpy(affine, h->srow, sizeof n->grid.affine);
	else if (h->qform > 0)
		quaternion_affine(h, affine);
	else
		plain_affine(n, h, affine);
	for (int i = 0; i < 12; i++)
		if (!isfinite(affine[i]) || fabs(affine[i]) > 1e6)
			return psy_fail(err, PSY_FORMAT, "the %s of the header hold a number that is no position in mm",
							which);
	if (!(fabs(lattice_determinant(affine)) > 1e-12))
		return psy_fail(err, PSY_FORMAT, "the %s of the header are singular: voxels have no volume", which);
	if (h->sform <= 0 || h->qform <= 0)
		return PSY_OK;
	quaternion_affine(h, other);
	n->facts.forms_apart = lattice_apart(n->grid.dims, affine, other);
	if (isnan(n->facts.forms_apart))
		n->facts.forms_apart = INFINITY; /* a qform that is none */
	return PSY_OK;
}

/* What somebody wrote as 1.35 stands in single precision as 1.35000002384: the shortest number that is stored as this one. */
static double
as_written(double stored)
{
	char text[32];

	for (int digits = 6; (double) (float) stored == stored && digits <= 9; digits++)
	{
		snprintf(text, sizeof text, "%.*g", digits, stored);
		if (strtof(text, NULL) == (float) stored)
			return strtod(text, NULL);
	}
	return stored;
}

/* Seconds of a step along the fourth dimension, by xyzt_units: 8 s, 16 ms, 24 us; a file that says no unit counts in seconds. */
static double
repetition_time(const header *h)
{
	double step = h->dim[0] >= 4 ? h->pixdim[4] : NAN;

	if (!(step > 0) || !isfinite(step))
		return NAN;
	step = as_written(step);
	switch (h->units & 0x38)
	{
		case 0:
		case 8: return step;
		case 16: return step / 1e3;
		case 24: return step / 1e6;
		default: return NAN;
	}
}

static void
keep_facts(nifti *n, const header *h)
{
	nifti_facts *f = &n->facts;

	*f = (nifti_facts){.version = h->version, .dimensions = (int) h->dim[0], .slope = h->slope, .inter = h->inter, .qform = h->qform,
					   .sform = h->sform, .units = h->units, .intent = h->intent, .type = nifti_datatype_string(h->datatype), .forms_apart = NAN};
	memcpy(f->dim, h->dim + 1, sizeof f->dim);
	memcpy(f->pixdim, h->pixdim + 1, sizeof f->pixdim);
	n->tr = repetition_time(h);
}

/* The path with another ending, as it is or gzipped, whichever is there; the former when neither is. */
static char *
with_ending(const char *path, size_t stem, const char *ending)
{
	buffer other = {0};

	buffer_add(&other, path, stem);
	buffer_text(&other, ending);
	if (access(other.data, F_OK) == 0)
		return other.data;
	buffer_text(&other, ".gz");
	if (access(other.data, F_OK) != 0)
		other.data[other.size - 3] = '\0';
	return other.data;
}

/* How long the path is before the ending, gzipped or not; 0 when it has another one. */
static size_t
stem_before(const char *path, const char *ending)
{
	size_t length = strlen(path), n = strlen(ending);

	if (length > 3 && strcmp(path + length - 3, ".gz") == 0)
		length -= 3;
	return length > n && strncmp(path + length - n, ending, n) == 0 ? length - n : 0;
}

char *
nifti_pair(const char *path)
{
	size_t stem = stem_before(path, ".hdr");

	return stem > 0 ? with_ending(path, stem, ".img") : NULL;
}

char *
nifti_header(const char *path)
{
	size_t stem = stem_before(path, ".img");

	return stem > 0 ? with_ending(path, stem, ".hdr") : NULL;
}

/* Turns from the header's file to the one that holds the payload. */
static psy_status
open_pair(nifti *n, const char *path, psy_error *err)
{
	char *pair = path ? nifti_pair(path) : NULL;
	psy_status status;

	if (pair == NULL)
		return psy_fail(
			err, PSY_FORMAT,
			"the header says that its voxels are in an .img file; expected a name ending in .hdr");
	status = source_open(&n->image, pair, err);
	if (status != PSY_OK)
		psy_fail(err, status, "the .img file beside the header cannot be opened: %s", strerror(errno));
	free(pair);
	if (status != PSY_OK)
		return status;
	gunzip_close(&n->bytes);
	return gunzip_open(&n->bytes, &n->image, err);
}

/* What the payload's file can hold at most is known before it is read; size 0: unknown. */
static psy_status
check_room(const nifti *n, const source *from, psy_error *err)
{
	uint64_t size, need = n->offset + n->voxels * n->volumes * n->width;
	bool packed = n->bytes.state != NULL;
	psy_status status = source_size(from, &size, err);

	if (status != PSY_OK || need / (packed ? INFLATE_MOST : 1) <= size)
		return status;
	if (packed)
		return psy_fail(err, PSY_FORMAT, "the image is cut off: %" PRIu64 " compressed bytes cannot hold the %" PRIu64 " that its header promises",
						size, need);
	return psy_fail(err, PSY_FORMAT, "the image is cut off: %" PRIu64 " of %" PRIu64 " voxels are there",
					size > n->offset ? (size - n->offset) / n->width : 0, n->voxels * n->volumes);
}

/* Skips to the payload; done is how much of its file was read. */
static psy_status
skip_to_payload(nifti *n, uint64_t done, psy_error *err)
{
	char waste[4096];
	psy_status status = PSY_OK;

	while (done < n->offset && status == PSY_OK)
	{
		size_t step = n->offset - done < sizeof waste ? (size_t) (n->offset - done) : sizeof waste;

		status = read_exactly(&n->bytes, waste, step, "header extensions", err);
		done += step;
	}
	return status;
}

static psy_status
open_header(nifti *n, const char *path, psy_error *err)
{
	header h;
	psy_status status = gunzip_open(&n->bytes, &n->header, err);

	nifti_set_debug_level(0);
	if (status == PSY_OK)
		status = read_header(n, &n->bytes, &h, err);
	if (status == PSY_OK)
		status = check_dims(n, &h, err);
	if (status == PSY_OK)
		keep_facts(n, &h);
	if (status == PSY_OK)
		status = check_datatype(n, &h, err);
	if (status == PSY_OK)
		status = check_offset(n, &h, err);
	if (status == PSY_OK)
		status = check_affine(n, &h, err);
	if (status == PSY_OK && !h.single)
		status = open_pair(n, path, err);
	if (status == PSY_OK)
		status = check_room(n, n->bytes.from, err);
	if (status == PSY_OK)
		status = skip_to_payload(n, !h.single ? 0 : h.version == 1 ? 348 : 540, err);
	if (status != PSY_OK)
		return status;
	n->digest = EVP_MD_CTX_new();
	if (n->digest == NULL || EVP_DigestInit_ex(n->digest, EVP_sha256(), NULL) != 1)
		return psy_fail(err, PSY_UNSUPPORTED, "OpenSSL refuses to compute SHA-256");
	return PSY_OK;
}

psy_status
nifti_open(nifti *n, const char *path, psy_error *err)
{
	char *own = nifti_header(path);
	psy_status status;

	*n = (nifti){.image.fd = -1};
	status = source_open(&n->header, own ? own : path, err);
	if (status == PSY_OK)
		status = open_header(n, own ? own : path, err);
	else if (own != NULL)
		status = psy_fail(err, PSY_FORMAT, "its header cannot be opened: expected a .hdr of the same name beside it");
	free(own);
	return status;
}

psy_status
nifti_open_memory(nifti *n, const void *bytes, size_t size, psy_error *err)
{
	*n = (nifti){.image.fd = -1};
	source_memory(&n->header, bytes, size);
	return open_header(n, NULL, err);
}

uint64_t
nifti_components(const nifti *n)
{
	uint64_t components = 1;

	for (int d = 4; d < n->facts.dimensions && d < 7; d++)
		components *= n->facts.dim[d] > 1 ? (uint64_t) n->facts.dim[d] : 1;
	return components;
}

static void
swap_voxels(void *raw, size_t count, size_t width)
{
	uint8_t *p = raw;

	for (size_t i = 0; i < count; i++, p += width)
		for (size_t a = 0, b = width - 1; a < b; a++, b--)
		{
			uint8_t keep = p[a];

			p[a] = p[b];
			p[b] = keep;
		}
}

/* One loop a type, plain enough to be vectorised. */
#define CONVERT(name, type)                                                                                  \
	static PSY_CLONES void convert_##name(const type *restrict raw, double *restrict value, size_t count)    \
	{                                                                                                        \
		for (size_t i = 0; i < count; i++)                                                                   \
			value[i] = (double) raw[i];                                                                      \
	}

CONVERT(uint8, uint8_t)
CONVERT(int8, int8_t)
CONVERT(int16, int16_t)
CONVERT(uint16, uint16_t)
CONVERT(int32, int32_t)
CONVERT(uint32, uint32_t)
CONVERT(int64, int64_t)
CONVERT(uint64, uint64_t)
CONVERT(float32, float)

static void
convert(int datatype, const void *raw, double *value, size_t count)
{
	switch (datatype)
	{
		case DT_UINT8: convert_uint8(raw, value, count); break;
		case DT_INT8: convert_int8(raw, value, count); break;
		case DT_INT16: convert_int16(raw, value, count); break;
		case DT_UINT16: convert_uint16(raw, value, count); break;
		case DT_INT32: convert_int32(raw, value, count); break;
		case DT_UINT32: convert_uint32(raw, value, count); break;
		case DT_INT64: convert_int64(raw, value, count); break;
		case DT_UINT64: convert_uint64(raw, value, count); break;
		case DT_FLOAT32: convert_float32(raw, value, count); break;
		case DT_FLOAT64: memcpy(value, raw, count * sizeof *value); break;
	}
}

psy_status
nifti_read_raw(nifti *n, void *raw, size_t count, psy_error *err)
{
	size_t got;
	psy_status status = gunzip_read(&n->bytes, raw, count * n->width, &got, err);

	if (status != PSY_OK)
		return status;
	if (got < count * n->width)
		return psy_fail(err, PSY_FORMAT, "the image is cut off: %" PRIu64 " of %" PRIu64 " voxels are there",
						n->at + got / n->width, n->voxels * n->volumes);
	EVP_DigestUpdate(n->digest, raw, got);
	if (n->swapped && n->width > 1)
		swap_voxels(raw, count, n->width);
	n->at += count;
	return PSY_OK;
}

void
nifti_values(const nifti *n, const void *raw, double *value, size_t count)
{
	convert(n->datatype, raw, value, count);
	for (size_t i = 0; n->scaled && i < count; i++)
		value[i] = value[i] * n->slope + n->inter;
}

psy_status
nifti_read(nifti *n, double *value, size_t count, psy_error *err)
{
	_Alignas(64) uint8_t raw[1 << 15];
	size_t chunk = sizeof raw / n->width;
	psy_status status = PSY_OK;

	for (size_t at = 0; at < count && status == PSY_OK; at += chunk)
	{
		size_t step = count - at < chunk ? count - at : chunk;

		status = nifti_read_raw(n, raw, step, err);
		if (status == PSY_OK)
			nifti_values(n, raw, value + at, step);
	}
	return status;
}

psy_status
nifti_finish(nifti *n, uint8_t payload[SHA256_BYTES], psy_error *err)
{
	uint8_t rest[4096];
	size_t got, total = 0;

	do
	{
		psy_status status = gunzip_read(&n->bytes, rest, sizeof rest, &got, err);

		if (status != PSY_OK)
			return status;
		total += got;
		if (total > PADDING_MAX)
			return psy_fail(
				err, PSY_FORMAT,
				"the file holds more than its header says (%zu bytes and more after the last voxel)", total);
	} while (got == sizeof rest);
	EVP_DigestFinal_ex(n->digest, payload, NULL);
	return PSY_OK;
}

void
nifti_close(nifti *n)
{
	gunzip_close(&n->bytes);
	source_close(&n->header);
	source_close(&n->image);
	EVP_MD_CTX_free(n->digest);
	n->digest = NULL;
}

bool
nifti_has_nan(const nifti *n)
{
	return n->datatype == DT_FLOAT32 || n->datatype == DT_FLOAT64 || (n->scaled && (fabs(n->slope) > 1e200 || fabs(n->inter) > 1e200));
}
