/* volume_mask.c - see volume_mask.h. */
#include "volume_mask.h"

#include "buffer.h"
#include "grid_parcels.h"

#include <stdlib.h>
#include <string.h>

static psy_status
check_grid(const lattice *mask, const lattice *onto, psy_error *err)
{
	char own[180], expected[180];

	lattice_text(mask, own, sizeof own);
	lattice_text(onto, expected, sizeof expected);
	psy_fail(err, PSY_SHAPE, "the mask's grid is %s, what it masks lies on %s", own, expected);
	return psy_hint(err, "--resample nearest takes the nearest voxel of the mask");
}

static void
fill(uint8_t *inside, const parcels *p)
{
	memset(inside, 0, lattice_voxels(&p->grid));
	for (size_t i = 0; i < p->parts; i++)
		memset(inside + p->part[i].start, 1, p->part[i].count);
}

psy_status
volume_mask(uint8_t **inside, const char *path, const lattice *onto, bool nearest, psy_error *err)
{
	nifti mask;
	parcels p = {0};
	uint8_t payload[SHA256_BYTES];
	psy_status status = nifti_open(&mask, path, err);

	*inside = NULL;
	if (status == PSY_OK && !nearest && !lattice_same(&mask.grid, onto))
		status = check_grid(&mask.grid, onto, err);
	if (status == PSY_OK)
		status = parcels_of_mask(&p, &mask, onto, err);
	if (status == PSY_OK)
		status = nifti_finish(&mask, payload, err);
	if (status == PSY_OK)
	{
		*inside = grow(NULL, lattice_voxels(&p.grid), 1);
		fill(*inside, &p);
	}
	parcels_free(&p);
	nifti_close(&mask);
	return status;
}
