/*
 * reader_nifti.h - 3-D NIfTI-1 and NIfTI-2 images as a stream of real values.
 *
 * Every number of the header is checked before it is used: dimensions (product without overflow, at most 2^30
 * voxels), datatype (real ones; complex, RGB and others are refused by name), vox_offset, affine.  The
 * payload is counted: a file that holds fewer bytes than its header promises is an error, never zeros.
 * Nothing is allocated by what a header says. Free-text fields and extensions are skipped.
 */
#ifndef READER_NIFTI_H
#define READER_NIFTI_H

#include "gunzip.h"

#define NIFTI_MAX_VOXELS ((uint64_t) 1 << 30)

typedef struct nifti
{
	source header; /* of the .nii, .nii.gz or .hdr: its hash is the manifest's */
	source image;  /* of the .img, when the payload is a file of its own */
	gunzip bytes;  /* where the payload comes from */
	int64_t dims[3];
	uint64_t voxels;
	double affine[12]; /* row-major: 0-based voxel (i, j, k, 1) to mm */
	int datatype;
	size_t width; /* bytes a voxel */
	bool swapped; /* the other byte order */
	bool scaled;  /* slope and inter apply */
	double slope, inter;
	uint64_t offset; /* of the payload in its file */
	uint64_t at;     /* voxels given out */
	void *digest;    /* EVP_MD_CTX over the payload */
} nifti;

psy_status nifti_open(nifti *n, const char *path, psy_error *err);
psy_status nifti_open_memory(nifti *n, const void *bytes, size_t size, psy_error *err);

/* The next count voxels (first dimension fastest), scaled; the file must have that many left. */
psy_status nifti_read(nifti *n, double *value, size_t count, psy_error *err);

/* After the last voxel: nothing but padding follows, the compressed stream is complete.  Gives the payload's
 * SHA-256. */
psy_status nifti_finish(nifti *n, uint8_t payload[SHA256_BYTES], psy_error *err);
void nifti_close(nifti *n);

/* Whether two images have the same dimensions and affine (every voxel within 1e-3 mm). */
bool nifti_same_grid(const nifti *a, const nifti *b);

/* "181x217x181, affine [1 0 0 -90; ...]" for messages. */
void nifti_grid_text(const nifti *n, char *to, size_t size);

/* Path of the payload of a .hdr: the .img or .img.gz beside it; the caller frees it; NULL when path is no
 * .hdr. */
char *nifti_pair(const char *path);

/* Volume of a voxel in mm3. */
double nifti_voxel_volume(const nifti *n);

#endif
