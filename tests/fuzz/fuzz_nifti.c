/*
 * fuzz_nifti.c - the NIfTI reader on headers and payloads of anybody's making, gzip and plain.
 *
 * Whatever it accepts must have bounded dimensions, a finite affine with volume, and as many voxels as its header says.
 * Seeds: tests/fuzz/seeds/nifti/*
 * Sources: ingest/reader_nifti.c ingest/grid_lattice.c ingest/grid_parcels.c ingest/volume.c ingest/resample.c ingest/gunzip.c ingest/source.c ingest/buffer.c
 * Libraries: -I/usr/include/nifti -lisal -lnifti2 -lznz -lcrypto
 */
#include "volume.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_header(const nifti *n)
{
	uint64_t voxels = 1;

	for (int i = 0; i < 3; i++)
	{
		if (n->grid.dims[i] < 1)
			abort();
		voxels *= (uint64_t) n->grid.dims[i];
	}
	if (voxels != n->voxels || voxels > NIFTI_MAX_VOXELS || n->width < 1 || n->width > 8 || !(lattice_voxel_volume(&n->grid) > 0))
		abort();
	for (int i = 0; i < 12; i++)
		if (!isfinite(n->grid.affine[i]))
			abort();
	if (!lattice_same(&n->grid, &n->grid))
		abort();
}

/* The image laid over a grid that is not its own, one of few voxels: interpolated, and as a mask. */
static void
resample(const uint8_t *data, size_t size)
{
	static const lattice onto = {{5, 4, 3}, {1.5, 0, 0.25, -4, 0, -2, 0, 3, 0.125, 0, 2.5, -5}};
	nifti n;
	volumes v;
	slab s = {0};
	parcels p;
	psy_error err;

	if (nifti_open_memory(&n, data, size, &err) == PSY_OK && n.voxels < 100000 && n.volumes < 10 && volumes_start(&v, &n, &onto, &err) == PSY_OK)
	{
		while (volumes_next(&v, &s, &err) == PSY_OK && s.count > 0)
			if (s.count > 60)
				abort();
		volumes_free(&v);
	}
	nifti_close(&n);
	if (nifti_open_memory(&n, data, size, &err) == PSY_OK && n.voxels < 100000 && parcels_of_mask(&p, &n, &onto, &err) == PSY_OK)
	{
		if (p.regions > 60 || p.parts > p.regions)
			abort();
		parcels_free(&p);
	}
	nifti_close(&n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	nifti n;
	psy_error err;
	char grid[180];
	double value[512];
	uint8_t payload[SHA256_BYTES];
	psy_status status = nifti_open_memory(&n, data, size, &err);

	if (status == PSY_OK)
	{
		check_header(&n);
		lattice_text(&n.grid, grid, sizeof grid);
	}
	for (uint64_t at = 0; status == PSY_OK && at < n.voxels * n.volumes; at += 512)
		status = nifti_read(&n, value, n.voxels * n.volumes - at < 512 ? (size_t) (n.voxels * n.volumes - at) : 512, &err);
	if (status == PSY_OK)
		status = nifti_finish(&n, payload, &err);
	if (status == PSY_OK && n.at != n.voxels * n.volumes)
		abort();
	if (status != PSY_OK && err.message[0] == '\0')
		abort();
	nifti_close(&n);
	resample(data, size);
	return 0;
}
