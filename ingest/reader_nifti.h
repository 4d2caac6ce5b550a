/*
 * reader_nifti.h - NIfTI-1 and NIfTI-2 images of three and more dimensions as a stream of real values.
 *
 * Every number of the header is checked before it is used: dimensions (products without overflow, at most 2^30
 * voxels a volume and 2^40 bytes), datatype (real ones; complex, RGB and others are refused by name), vox_offset, affine.
 * A header that promises more than its file can hold is refused before anything is read, and the payload is counted: a
 * file that holds fewer bytes than promised is an error, never zeros.  Nothing is allocated by what a header says.
 * Free-text fields and extensions are skipped.
 */
#ifndef READER_NIFTI_H
#define READER_NIFTI_H

#include "grid_lattice.h"
#include "gunzip.h"

#define NIFTI_MAX_VOXELS ((uint64_t) 1 << 30) /* a volume */
#define NIFTI_MAX_BYTES ((uint64_t) 1 << 40)

/* An sform and a qform further apart than this are reported. */
#define NIFTI_FORMS_AGREE_MM 0.1

/* What a header says beside the voxels' layout, as it stands in the file. */
typedef struct nifti_facts
{
	int version;
	int dimensions;      /* dim[0] */
	int64_t dim[7];
	double pixdim[7];    /* voxel sizes, then the step along the fourth dimension */
	double slope, inter; /* NaN or 0: no scaling */
	int qform, sform, units, intent;
	const char *type;    /* "INT16" */
	double forms_apart;  /* mm between where sform and qform put a voxel, at most; NaN unless both are there */
} nifti_facts;

typedef struct nifti
{
	source header; /* of the .nii, .nii.gz or .hdr: its hash is the manifest's */
	source image;  /* of the .img, when the payload is a file of its own */
	gunzip bytes;  /* where the payload comes from */
	lattice grid;
	uint64_t voxels;  /* of a volume */
	uint64_t volumes; /* product of the dimensions beyond the third */
	double tr;        /* seconds between volumes by the header; NaN when it does not say */
	nifti_facts facts;
	int datatype;
	size_t width; /* bytes a voxel */
	bool swapped; /* the other byte order */
	bool scaled;  /* slope and inter apply */
	double slope, inter;
	uint64_t offset; /* of the payload in its file */
	uint64_t at;     /* voxels given out, of all volumes */
	void *digest;    /* EVP_MD_CTX over the payload */
} nifti;

psy_status nifti_open(nifti *n, const char *path, psy_error *err);
psy_status nifti_open_memory(nifti *n, const void *bytes, size_t size, psy_error *err);

/* The next count voxels (first dimension fastest), scaled; the file must have that many left. */
psy_status nifti_read(nifti *n, double *value, size_t count, psy_error *err);

/* The same without conversion: count voxels of n->width bytes in this machine's byte order, aligned as their type is; then
 * conversion and scaling by themselves, for whoever keeps voxels as they are. */
psy_status nifti_read_raw(nifti *n, void *raw, size_t count, psy_error *err);
void nifti_values(const nifti *n, const void *raw, double *value, size_t count);

/* After the last voxel: nothing but padding follows, the compressed stream is complete.  Gives the payload's
 * SHA-256. */
psy_status nifti_finish(nifti *n, uint8_t payload[SHA256_BYTES], psy_error *err);
void nifti_close(nifti *n);

/* How many values each voxel has at one time: dimensions beyond the fourth (a displacement field has 3). */
uint64_t nifti_components(const nifti *n);

/* Whether a value may be NaN or infinite, by type and scaling. */
bool nifti_has_nan(const nifti *n);

/* Path of the payload of a .hdr or .hdr.gz: the .img or .img.gz beside it; the caller frees it; NULL when path is no header. */
char *nifti_pair(const char *path);

/* Path of the header of an .img or .img.gz, likewise; nifti_open takes either. */
char *nifti_header(const char *path);

#endif
