/*
 * reader_nifti.c - see reader_nifti.h.  nifticlib gives the header's layout, byte swapping, datatype names
 * and the quaternion; its own reading is not used, since it fills truncated payloads with zeros and allocates
 * what a header claims.
 */
#include "reader_nifti.h"

#include "buffer.h"

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
#define GRID_TOLERANCE_MM 1e-3

/* What both versions of the header say, widened. */
typedef struct header
{
	int version;
	bool single; /* header and payload in one file */
	int64_t dim[8];
	double pixdim[8];
	int datatype;
	double vox_offset, slope, inter;
	int qform, sform;
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
	return psy_fail(err, PSY_FORMAT,
					"not a NIfTI image: the first four bytes are not the size of its header");
}

static psy_status
check_dims(nifti *n, const header *h, psy_error *err)
{
	n->voxels = 1;
	if (h->dim[0] < 1 || h->dim[0] > 7)
		return psy_fail(err, PSY_FORMAT, "the header says %" PRId64 " dimensions; expected 1 to 7",
						h->dim[0]);
	for (int i = 1; i <= h->dim[0]; i++)
	{
		if (h->dim[i] < 1)
			return psy_fail(err, PSY_FORMAT, "dimension %d is %" PRId64 "; expected at least 1", i,
							h->dim[i]);
		if (i > 3 && h->dim[i] > 1)
		{
			psy_fail(err, PSY_UNSUPPORTED, "the image has %" PRId64 " volumes; expected one 3-D map",
					 h->dim[i]);
			return psy_hint(
				err, "extract region time courses with your preprocessing tool and load them with psyrad "
					 "ingest series");
		}
	}
	for (int i = 0; i < 3; i++)
	{
		n->dims[i] = i < h->dim[0] ? h->dim[i + 1] : 1;
		if (__builtin_mul_overflow(n->voxels, (uint64_t) n->dims[i], &n->voxels) ||
			n->voxels > NIFTI_MAX_VOXELS)
			return psy_fail(err, PSY_LIMIT, "the header says more than %" PRIu64 " voxels", NIFTI_MAX_VOXELS);
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
		affine[4 * i + 3] = -size * (double) (n->dims[i] - 1) / 2;
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

static double
determinant(const double a[12])
{
	return a[0] * (a[5] * a[10] - a[6] * a[9]) - a[1] * (a[4] * a[10] - a[6] * a[8]) +
		   a[2] * (a[4] * a[9] - a[5] * a[8]);
}

static psy_status
check_affine(nifti *n, const header *h, psy_error *err)
{
	const char *which = h->sform > 0 ? "sform" : h->qform > 0 ? "qform" : "voxel sizes";

	if (h->sform > 0)
		memcpy(n->affine, h->srow, sizeof n->affine);
	else if (h->qform > 0)
		quaternion_affine(h, n->affine);
	else
		plain_affine(n, h, n->affine);
	for (int i = 0; i < 12; i++)
		if (!isfinite(n->affine[i]) || fabs(n->affine[i]) > 1e6)
			return psy_fail(err, PSY_FORMAT, "the %s of the header hold a number that is no position in mm",
							which);
	if (!(fabs(determinant(n->affine)) > 1e-12))
		return psy_fail(err, PSY_FORMAT, "the %s of the header are singular: voxels have no volume", which);
	return PSY_OK;
}

char *
nifti_pair(const char *path)
{
	size_t length = strlen(path);
	buffer pair = {0};

	if (length < 4 || strcmp(path + length - 4, ".hdr") != 0)
		return NULL;
	buffer_add(&pair, path, length - 4);
	buffer_text(&pair, ".img");
	if (access(pair.data, F_OK) != 0)
	{
		buffer_text(&pair, ".gz");
		if (access(pair.data, F_OK) != 0)
			pair.data[pair.size - 3] = '\0';
	}
	return pair.data;
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
	free(pair);
	if (status != PSY_OK)
		return psy_fail(err, status, "the .img file beside the header cannot be opened: %s", strerror(errno));
	gunzip_close(&n->bytes);
	return gunzip_open(&n->bytes, &n->image, err);
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
		status = check_datatype(n, &h, err);
	if (status == PSY_OK)
		status = check_offset(n, &h, err);
	if (status == PSY_OK)
		status = check_affine(n, &h, err);
	if (status == PSY_OK && !h.single)
		status = open_pair(n, path, err);
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
	psy_status status;

	*n = (nifti){.image.fd = -1};
	status = source_open(&n->header, path, err);
	return status == PSY_OK ? open_header(n, path, err) : status;
}

psy_status
nifti_open_memory(nifti *n, const void *bytes, size_t size, psy_error *err)
{
	*n = (nifti){.image.fd = -1};
	source_memory(&n->header, bytes, size);
	return open_header(n, NULL, err);
}

static void
swap_voxels(uint8_t *p, size_t count, size_t width)
{
	for (size_t i = 0; i < count; i++, p += width)
		for (size_t a = 0, b = width - 1; a < b; a++, b--)
		{
			uint8_t keep = p[a];

			p[a] = p[b];
			p[b] = keep;
		}
}

#define CONVERT(type)                                                                                        \
	for (size_t i = 0; i < count; i++)                                                                       \
	{                                                                                                        \
		type v;                                                                                              \
		memcpy(&v, raw + i * sizeof v, sizeof v);                                                            \
		value[i] = (double) v;                                                                               \
	}                                                                                                        \
	break

static void
convert(int datatype, const uint8_t *raw, double *value, size_t count)
{
	switch (datatype)
	{
		case DT_UINT8: CONVERT(uint8_t);
		case DT_INT8: CONVERT(int8_t);
		case DT_INT16: CONVERT(int16_t);
		case DT_UINT16: CONVERT(uint16_t);
		case DT_INT32: CONVERT(int32_t);
		case DT_UINT32: CONVERT(uint32_t);
		case DT_INT64: CONVERT(int64_t);
		case DT_UINT64: CONVERT(uint64_t);
		case DT_FLOAT32: CONVERT(float);
		case DT_FLOAT64: CONVERT(double);
	}
}

/* Up to a chunk of voxels at once. */
static psy_status
read_chunk(nifti *n, double *value, size_t count, psy_error *err)
{
	uint8_t raw[1 << 15];
	size_t got;
	psy_status status = gunzip_read(&n->bytes, raw, count * n->width, &got, err);

	if (status != PSY_OK)
		return status;
	if (got < count * n->width)
		return psy_fail(err, PSY_FORMAT, "the image is cut off: %" PRIu64 " of %" PRIu64 " voxels are there",
						n->at + got / n->width, n->voxels);
	EVP_DigestUpdate(n->digest, raw, got);
	if (n->swapped && n->width > 1)
		swap_voxels(raw, count, n->width);
	convert(n->datatype, raw, value, count);
	for (size_t i = 0; n->scaled && i < count; i++)
		value[i] = value[i] * n->slope + n->inter;
	n->at += count;
	return PSY_OK;
}

psy_status
nifti_read(nifti *n, double *value, size_t count, psy_error *err)
{
	size_t chunk = ((size_t) 1 << 15) / n->width;
	psy_status status = PSY_OK;

	for (size_t at = 0; at < count && status == PSY_OK; at += chunk)
		status = read_chunk(n, value + at, count - at < chunk ? count - at : chunk, err);
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

/* Affines agree when they put every corner of the grid at the same place. */
bool
nifti_same_grid(const nifti *a, const nifti *b)
{
	for (int i = 0; i < 3; i++)
		if (a->dims[i] != b->dims[i])
			return false;
	for (int corner = 0; corner < 8; corner++)
		for (int row = 0; row < 3; row++)
		{
			double apart = a->affine[4 * row + 3] - b->affine[4 * row + 3];

			for (int i = 0; i < 3; i++)
				if (corner >> i & 1)
					apart += (a->affine[4 * row + i] - b->affine[4 * row + i]) * (double) (a->dims[i] - 1);
			if (!(fabs(apart) <= GRID_TOLERANCE_MM))
				return false;
		}
	return true;
}

void
nifti_grid_text(const nifti *n, char *to, size_t size)
{
	const double *a = n->affine;

	snprintf(to, size,
			 "%" PRId64 "x%" PRId64 "x%" PRId64
			 " [%.4g %.4g %.4g %.6g; %.4g %.4g %.4g %.6g; %.4g %.4g %.4g %.6g]",
			 n->dims[0], n->dims[1], n->dims[2], a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9],
			 a[10], a[11]);
}

double
nifti_voxel_volume(const nifti *n)
{
	return fabs(determinant(n->affine));
}
