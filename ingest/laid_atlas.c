/* laid_atlas.c - see laid_atlas.h. */
#include "laid_atlas.h"

#include "volume_mask.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool
is_linear(const laid_atlas *l, const options *o)
{
	return o->resample != NULL && strcmp(o->resample, "linear") == 0 && l->atlas.kind != ATLAS_SPHERES;
}

static psy_status
check_options(const laid_atlas *l, const options *o, psy_error *err)
{
	if (o->resample == NULL || strcmp(o->resample, "linear") == 0)
		return PSY_OK;
	if (strcmp(o->resample, "nearest") != 0)
		return psy_fail(err, PSY_DOMAIN, "--resample %.40s: expected nearest or linear", o->resample);
	if (l->atlas.kind != ATLAS_VOXELS)
		return PSY_OK;
	psy_fail(err, PSY_DOMAIN, "--resample nearest would change the number of voxels that %s has",
			 l->atlas.regions.atlas);
	return psy_hint(err, "--resample linear brings the image to them");
}

static psy_status
check_space(const laid_atlas *l, const job *j, psy_error *err)
{
	const char *base = strrchr(j->path, '/') ? strrchr(j->path, '/') + 1 : j->path,
			   *entity = strstr(base, "_space-");
	const char *space = j->opt->space ? j->opt->space : entity ? entity + strlen("_space-") : NULL;
	size_t length = j->opt->space ? strlen(space) : space ? strcspn(space, "_.") : 0;

	if (space == NULL || l->atlas.space == NULL ||
		(strlen(l->atlas.space) == length && strncmp(space, l->atlas.space, length) == 0))
		return PSY_OK;
	psy_fail(err, PSY_SHAPE, "the image is in the space %.*s, the atlas %s in %s", (int) length, space,
			 l->atlas.regions.atlas, l->atlas.space);
	return psy_hint(err, "take an atlas in the image's space, or say --space %s when that is near enough",
					l->atlas.space);
}

/* The part's runs of voxels inside the mask, as parts of their own. */
static void
keep_inside(parcels *p, const uint8_t *mask)
{
	parcel *part = NULL;
	size_t parts = 0, room = 0;

	for (size_t k = 0; k < p->parts; k++)
		for (uint32_t from = 0, to; from < p->part[k].count; from = to)
		{
			bool inside = mask[p->part[k].start + from] != 0;

			for (to = from; to < p->part[k].count && (mask[p->part[k].start + to] != 0) == inside;)
				to++;
			if (!inside)
				continue;
			if (parts == room)
			{
				room = room ? 2 * room : p->parts + 64;
				part = grow(part, room, sizeof *part);
			}
			part[parts++] =
				(parcel){p->part[k].start + from, to - from, p->part[k].region, p->part[k].weight + from};
		}
	free(p->part);
	p->part = part;
	p->parts = parts;
	p->room = room;
}

static psy_status
apply_mask(laid_atlas *l, const options *o, psy_error *err)
{
	uint8_t *mask = NULL;
	psy_error why;
	psy_status status = volume_mask(&mask, o->mask, &l->parcels.grid, o->resample != NULL, &why);

	if (status == PSY_OK)
		keep_inside(&l->parcels, mask);
	free(mask);
	if (status == PSY_OK)
		return PSY_OK;
	psy_fail(err, status, "the mask: %s", why.message);
	return psy_hint(err, "%s", why.hint);
}

psy_status
laid_atlas_on(laid_atlas *l, const job *j, const char *name, const nifti *image, psy_error *err)
{
	psy_status status = PSY_OK;

	if (nifti_components(image) > 1)
		return psy_fail(err, PSY_UNSUPPORTED, "each voxel has %" PRIu64 " values at a time (dimensions beyond the fourth); expected a 4-D series",
						nifti_components(image));
	if (!l->read)
	{
		status = atlas_read(&l->atlas, j->db, name, err);
		if (status == PSY_OK)
			status = check_options(l, j->opt, err);
		if (status != PSY_OK)
		{
			atlas_free(&l->atlas);
			return status;
		}
		l->read = true;
	}
	status = check_space(l, j, err);
	if (status != PSY_OK || (l->drawn && lattice_same(&l->image, &image->grid)))
		return status;
	if (j->opt->resample == NULL)
		status = atlas_check_grid(&l->atlas, &image->grid, err);
	if (status != PSY_OK)
		return status;
	if (l->drawn)
		parcels_free(&l->parcels);
	l->drawn = false;
	status = atlas_draw(&l->atlas, is_linear(l, j->opt) ? NULL : &image->grid, &l->parcels, err);
	if (status != PSY_OK)
		return status;
	if (j->opt->mask != NULL)
		status = apply_mask(l, j->opt, err);
	if (status != PSY_OK)
		parcels_free(&l->parcels);
	l->image = image->grid;
	l->drawn = status == PSY_OK;
	return status;
}

psy_status
laid_atlas_pass(const laid_atlas *l, volumes *v, nifti *image, psy_error *err)
{
	return volumes_start(v, image, lattice_same(&l->parcels.grid, &image->grid) ? NULL : &l->parcels.grid,
						 err);
}

void
laid_atlas_free(laid_atlas *l)
{
	if (l->drawn)
		parcels_free(&l->parcels);
	if (l->read)
		atlas_free(&l->atlas);
	*l = (laid_atlas){0};
}
