/* atlas.c - see atlas.h. */
#include "atlas.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {"names", "labels", "maps", "spheres", "voxels"};

const char *
atlas_kind_name(atlas_kind kind)
{
	return kind_names[kind];
}

/* Kind, space and number of voxels from one row. */
static psy_status
read_kind(atlas *a, session *db, const char *name, psy_error *err)
{
	PGresult *result;
	psy_status status = session_query(
		db, &result, err, "SELECT kind, space, elements FROM imaging.atlas WHERE atlas = $1", 1, &name);

	if (status != PSY_OK)
		return status;
	if (PQntuples(result) == 0)
		status = regions_unknown(name, err);
	else
	{
		while (strcmp(PQgetvalue(result, 0, 0), kind_names[a->kind]) != 0)
			a->kind++;
		a->space = PQgetisnull(result, 0, 1) ? NULL : keep_text(PQgetvalue(result, 0, 1));
		a->regions = (regions){.atlas = name, .count = strtoul(PQgetvalue(result, 0, 2), NULL, 10)};
	}
	PQclear(result);
	return status;
}

static psy_status
read_spheres(atlas *a, session *db, const char *name, psy_error *err)
{
	PGresult *result;
	psy_status status = session_query(db, &result, err,
									  "SELECT x_mm::float8, y_mm::float8, z_mm::float8, radius_mm::float8 "
									  "FROM imaging.region WHERE atlas = $1 ORDER BY region",
									  1, &name);

	if (status != PSY_OK)
		return status;
	a->spheres = grow(NULL, a->regions.count, sizeof *a->spheres);
	for (size_t r = 0; r < a->regions.count; r++)
	{
		for (int i = 0; i < 3; i++)
			a->spheres[r].centre[i] = strtod(PQgetvalue(result, (int) r, i), NULL);
		a->spheres[r].radius = strtod(PQgetvalue(result, (int) r, 3), NULL);
	}
	PQclear(result);
	return PSY_OK;
}

static psy_status
read_image(atlas *a, session *db, const char *name, psy_error *err)
{
	PGresult *result = PQexecParams(db->conn, "SELECT image FROM imaging.atlas_image WHERE atlas = $1", 1,
									NULL, &name, NULL, NULL, 1);
	psy_status status = PQresultStatus(result) == PGRES_TUPLES_OK ? PSY_OK : session_error(db, result, err);
	nifti image;

	if (status == PSY_OK && PQntuples(result) == 1)
		buffer_add(&a->image, PQgetvalue(result, 0, 0), (size_t) PQgetlength(result, 0, 0));
	else if (status == PSY_OK)
	{
		psy_fail(err, PSY_DOMAIN, "the atlas %s has no label image", name);
		status =
			psy_hint(err, "load it with one: psyrad ingest atlas IMAGE.nii.gz --names FILE --atlas %s", name);
	}
	PQclear(result);
	if (status != PSY_OK)
		return status;
	status = nifti_open_memory(&image, a->image.data, a->image.size, err);
	a->grid = image.grid;
	nifti_close(&image);
	return status;
}

psy_status
atlas_read(atlas *a, session *db, const char *name, psy_error *err)
{
	psy_status status;

	*a = (atlas){.kind = ATLAS_NAMES};
	status = read_kind(a, db, name, err);
	if (status == PSY_OK && a->kind != ATLAS_VOXELS)
		status = regions_read(&a->regions, db, name, err);
	if (status == PSY_OK)
		status = a->kind == ATLAS_SPHERES ? read_spheres(a, db, name, err) : read_image(a, db, name, err);
	return status;
}

psy_status
atlas_draw(const atlas *a, const lattice *onto, parcels *p, psy_error *err)
{
	nifti image;
	psy_status status;

	if (a->kind == ATLAS_SPHERES)
		return parcels_of_spheres(p, a->spheres, a->regions.count, onto, err);
	status = nifti_open_memory(&image, a->image.data, a->image.size, err);
	if (status == PSY_OK && a->kind == ATLAS_MAPS)
		status = parcels_of_maps(p, &image, a->regions.label, a->regions.count, onto, err);
	else if (status == PSY_OK && a->kind == ATLAS_VOXELS)
		status = parcels_of_mask(p, &image, onto, err);
	else if (status == PSY_OK)
		status = parcels_of_labels(p, &image, a->regions.label, a->regions.count, onto, err);
	nifti_close(&image);
	return status;
}

psy_status
atlas_check_grid(const atlas *a, const lattice *image, psy_error *err)
{
	char own[180], expected[180];

	if (a->kind == ATLAS_SPHERES || lattice_same(image, &a->grid))
		return PSY_OK;
	lattice_text(image, own, sizeof own);
	lattice_text(&a->grid, expected, sizeof expected);
	psy_fail(err, PSY_SHAPE, "the image's grid is %s, that of %s is %s", own, a->regions.atlas, expected);
	return psy_hint(err, "--resample nearest brings the atlas to the image's grid, --resample linear the "
						 "image to the atlas's; both need "
						 "the two in the same space");
}

void
atlas_free(atlas *a)
{
	regions_free(&a->regions);
	buffer_free(&a->image);
	free(a->space);
	free(a->spheres);
	*a = (atlas){0};
}
