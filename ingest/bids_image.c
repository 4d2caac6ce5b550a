/* bids_image.c - see bids_image.h. */
#include "bids_image.h"

#include "buffer.h"
#include "gunzip.h"

#include <inttypes.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PAYLOAD ((uint64_t) 1 << 40)

typedef struct header
{
	uint8_t bytes[540];
	size_t size;  /* 348 or 540 */
	bool swapped; /* the other byte order */
	int64_t dim[8];
	double pixdim[8], offset;
	int bits;
} header;

static uint64_t
number_at(const header *h, size_t at, size_t width)
{
	uint64_t value = 0;

	for (size_t i = 0; i < width; i++)
		value |= (uint64_t) h->bytes[at + i] << 8 * (h->swapped ? width - 1 - i : i);
	return value;
}

static double
real_at(const header *h, size_t at, size_t width)
{
	uint64_t bits = number_at(h, at, width);
	uint32_t half = (uint32_t) bits;
	float single;
	double value;

	if (width == 4)
	{
		memcpy(&single, &half, sizeof single);
		return single;
	}
	memcpy(&value, &bits, sizeof value);
	return value;
}

/* The version is told by the first number, in either byte order. */
static bool
find_version(header *h)
{
	for (int turn = 0; turn < 2; turn++)
	{
		h->swapped = turn == 1;
		h->size = (size_t) number_at(h, 0, 4);
		if (h->size == 348 || h->size == 540)
			return true;
	}
	return false;
}

static void
read_numbers(header *h)
{
	bool second = h->size == 540;

	for (size_t d = 0; d < 8; d++)
	{
		h->dim[d] = second ? (int64_t) number_at(h, 16 + 8 * d, 8) : (int16_t) number_at(h, 40 + 2 * d, 2);
		h->pixdim[d] = second ? real_at(h, 104 + 8 * d, 8) : real_at(h, 76 + 4 * d, 4);
	}
	h->bits = (int16_t) number_at(h, second ? 14 : 72, 2);
	h->offset = second ? (double) (int64_t) number_at(h, 168, 8) : real_at(h, 108, 4);
}

/* Sizes that can be, and the bytes of payload that they ask for. */
static psy_status
check_sizes(const header *h, bids_image *image, uint64_t *payload, psy_error *err)
{
	uint64_t voxels = 1;

	if (h->dim[0] < 1 || h->dim[0] > 7 || h->bits < 1 || h->bits > 256)
		return psy_fail(err, PSY_FORMAT, "not a NIfTI image: its header has %" PRId64 " dimensions and %d bits a voxel", h->dim[0], h->bits);
	for (int d = 1; d <= h->dim[0]; d++)
	{
		if (h->dim[d] < 1 || h->dim[d] > INT32_MAX || (uint64_t) h->dim[d] > MAX_PAYLOAD / voxels)
			return psy_fail(err, PSY_FORMAT, "not a NIfTI image: dimension %d is %" PRId64, d, h->dim[d]);
		voxels *= (uint64_t) h->dim[d];
	}
	for (int d = 0; d < 3; d++)
	{
		image->dims[d] = d < h->dim[0] ? (int32_t) h->dim[d + 1] : 1;
		image->voxel_mm[d] = isfinite(h->pixdim[d + 1]) ? fabsf((float) h->pixdim[d + 1]) : NAN;
	}
	image->volumes = h->dim[0] >= 4 ? (int32_t) h->dim[4] : 1;
	if (!(h->offset >= (double) h->size) || h->offset > 1 << 30)
		return psy_fail(err, PSY_FORMAT, "not a NIfTI image in one file: its payload begins at byte %.0f", h->offset);
	*payload = (voxels * (uint64_t) h->bits + 7) / 8;
	return PSY_OK;
}

/* Reads the payload to its end; fewer bytes than the header promises are an error. */
static psy_status
count_payload(gunzip *bytes, uint64_t skip, uint64_t payload, uint8_t sha256[SHA256_BYTES], psy_error *err)
{
	uint8_t *chunk = grow(NULL, 1 << 16, 1);
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	uint64_t left = skip + payload;
	psy_status status = PSY_OK;

	if (digest == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
		status = psy_fail(err, PSY_UNSUPPORTED, "OpenSSL refuses to compute SHA-256");
	while (status == PSY_OK && left > 0)
	{
		uint64_t wanted = left > payload ? left - payload : left;
		size_t got, want = wanted < 1 << 16 ? (size_t) wanted : 1 << 16;

		status = gunzip_read(bytes, chunk, want, &got, err);
		if (status == PSY_OK && got < want)
			status = psy_fail(err, PSY_FORMAT, "the image is cut short: its header promises %" PRIu64 " bytes of voxels, and %" PRIu64 " are there", payload,
							  left - got > payload ? 0 : payload - (left - got));
		if (status == PSY_OK && left <= payload)
			EVP_DigestUpdate(digest, chunk, got);
		left -= got;
	}
	if (status == PSY_OK)
		EVP_DigestFinal_ex(digest, sha256, NULL);
	EVP_MD_CTX_free(digest);
	free(chunk);
	return status;
}

psy_status
bids_image_parse(bids_image *image, source *from, psy_error *err)
{
	header h = {0};
	gunzip bytes = {0};
	size_t got = 0, more = 0;
	uint64_t payload = 0;
	psy_status status;

	*image = (bids_image){0};
	status = gunzip_open(&bytes, from, err);
	if (status == PSY_OK)
		status = gunzip_read(&bytes, h.bytes, 348, &got, err);
	if (status == PSY_OK && got == 0)
		status = psy_fail(err, PSY_FORMAT, "the image is empty (0 bytes)");
	else if (status == PSY_OK && (got < 348 || !find_version(&h)))
		status = psy_fail(err, PSY_FORMAT, "not a NIfTI image (its first %zu bytes are no header)", got);
	if (status == PSY_OK && h.size > got)
		status = gunzip_read(&bytes, h.bytes + got, h.size - got, &more, err);
	if (status == PSY_OK && got + more < h.size)
		status = psy_fail(err, PSY_FORMAT, "the image is cut short within its header");
	if (status == PSY_OK)
	{
		read_numbers(&h);
		status = check_sizes(&h, image, &payload, err);
	}
	if (status == PSY_OK)
		status = count_payload(&bytes, (uint64_t) h.offset - h.size, payload, image->payload, err);
	gunzip_close(&bytes);
	return status;
}

psy_status
bids_image_read(bids_image *image, const char *path, psy_error *err)
{
	source from = {.fd = -1};
	psy_status status = source_open(&from, path, err);

	if (status == PSY_OK)
		status = bids_image_parse(image, &from, err);
	source_close(&from);
	return status;
}
