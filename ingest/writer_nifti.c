/* writer_nifti.c - see writer_nifti.h. */
#include "writer_nifti.h"

#include <errno.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <math.h>
#include <nifti/nifti1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
fill_header(nifti_1_header *h, const lattice *g)
{
	*h = (nifti_1_header){.sizeof_hdr = 348,
						  .dim = {3, (short) g->dims[0], (short) g->dims[1], (short) g->dims[2], 1, 1, 1, 1},
						  .datatype = DT_FLOAT32,
						  .bitpix = 32,
						  .vox_offset = 352,
						  .scl_slope = 1,
						  .xyzt_units = NIFTI_UNITS_MM,
						  .sform_code = NIFTI_XFORM_ALIGNED_ANAT,
						  .magic = "n+1"};
	h->pixdim[0] = 1;
	for (int i = 0; i < 3; i++)
		h->pixdim[i + 1] = (float) sqrt(g->affine[i] * g->affine[i] + g->affine[4 + i] * g->affine[4 + i] +
										g->affine[8 + i] * g->affine[8 + i]);
	for (int i = 0; i < 4; i++)
	{
		h->srow_x[i] = (float) g->affine[i];
		h->srow_y[i] = (float) g->affine[4 + i];
		h->srow_z[i] = (float) g->affine[8 + i];
	}
}

psy_status
nifti_begin(buffer *image, const lattice *grid, float **voxel, psy_error *err)
{
	size_t bytes = lattice_voxels(grid) * sizeof **voxel;
	nifti_1_header h;

	for (int i = 0; i < 3; i++)
		if (grid->dims[i] > INT16_MAX)
			return psy_fail(err, PSY_LIMIT, "dimension %d is %" PRId64 "; NIfTI-1 holds at most %d", i + 1,
							grid->dims[i], INT16_MAX);
	fill_header(&h, grid);
	buffer_add(image, &h, sizeof h);
	buffer_add(image, (char[4]){0}, 4); /* no extension */
	buffer_reserve(image, bytes + 1);
	*voxel = (float *) (image->data + image->size); /* 352 is a multiple of 4 */
	memset(*voxel, 0, bytes);
	image->size += bytes;
	return PSY_OK;
}

static psy_status
zip(const buffer *image, buffer *zipped, psy_error *err)
{
	struct isal_zstream *z = grow(NULL, 1, sizeof *z);
	int result;

	buffer_reserve(zipped, image->size + image->size / 1000 + 4096);
	isal_deflate_stateless_init(z);
	z->next_in = (uint8_t *) image->data;
	z->avail_in = (uint32_t) image->size;
	z->next_out = (uint8_t *) zipped->data;
	z->avail_out = (uint32_t) (zipped->room - 1);
	z->end_of_stream = 1;
	z->gzip_flag = IGZIP_GZIP;
	result = isal_deflate_stateless(z);
	zipped->size = z->total_out;
	free(z);
	return result == COMP_OK
			   ? PSY_OK
			   : psy_fail(err, PSY_UNSUPPORTED, "the image cannot be compressed (igzip error %d)", result);
}

static psy_status
write_file(const char *path, const buffer *bytes, psy_error *err)
{
	FILE *out = fopen(path, "wbx");
	bool written;

	if (out == NULL)
		return psy_fail(err, PSY_FORMAT, "%s cannot be written: %s", path, strerror(errno));
	written = fwrite(bytes->data, 1, bytes->size, out) == bytes->size;
	if (fclose(out) != 0 || !written)
	{
		remove(path);
		return psy_fail(err, PSY_FORMAT, "%s cannot be written: %s", path, strerror(errno));
	}
	return PSY_OK;
}

psy_status
nifti_write(const char *path, const buffer *image, psy_error *err)
{
	size_t length = strlen(path);
	bool packed = length > 3 && strcmp(path + length - 3, ".gz") == 0;
	buffer zipped = {0};
	psy_status status = packed ? zip(image, &zipped, err) : PSY_OK;

	if (status == PSY_OK)
		status = write_file(path, packed ? &zipped : image, err);
	buffer_free(&zipped);
	return status;
}
