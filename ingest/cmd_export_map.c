/*
 * cmd_export_map.c - psyrad export map: a coordinate-based meta-analysis that the warehouse keeps, as a NIfTI
 * image on the grid of its mask, for viewers.  Voxels outside the mask are 0.
 */
#include "cmd.h"

#include "writer_nifti.h"
#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
	RUN,
	MAP,
	OUT,
	OPTIONS
};

static const char usage[] = "usage: psyrad [--db URL] export map --run NAME --out FILE.nii[.gz]\n"
							"         [--map statistic|z|p|p_corrected|cluster|significant]   (default: z)\n";

static psy_status
read_grid(session *db, const char *run, lattice *grid, psy_error *err)
{
	PGresult *result;
	psy_status status =
		session_query(db, &result, err,
					  "SELECT d, dims[d] FROM evidence.cbma_run, generate_series(1, 3) d WHERE run = $1 "
					  "UNION ALL SELECT 3 + a, affine[a] FROM evidence.cbma_run, generate_series(1, 12) a "
					  "WHERE run = $1 ORDER BY 1",
					  1, &run);

	if (status != PSY_OK)
		return status;
	if (PQntuples(result) == 15)
	{
		for (int d = 0; d < 3; d++)
			grid->dims[d] = strtol(PQgetvalue(result, d, 1), NULL, 10);
		for (int a = 0; a < 12; a++)
			grid->affine[a] = strtod(PQgetvalue(result, 3 + a, 1), NULL);
	}
	else
	{
		psy_fail(err, PSY_DOMAIN, "no analysis was kept as %s", run);
		status = psy_hint(err, "evidence.cbma_run lists them; evidence.cbma_keep makes one");
	}
	PQclear(result);
	return status;
}

static psy_status
read_map(session *db, const char *const *arguments, const lattice *grid, float *voxel, psy_error *err)
{
	PGresult *result;
	psy_status status = session_query(db, &result, err,
									  "SELECT u.voxel - 1, u.value FROM evidence.cbma_run r, "
									  "unnest(r.voxel, evidence.cbma_image(r.run, $2)) u (voxel, value) "
									  "WHERE r.run = $1",
									  2, arguments);

	if (status != PSY_OK)
		return status;
	for (int i = 0; i < PQntuples(result) && status == PSY_OK; i++)
	{
		size_t at = strtoul(PQgetvalue(result, i, 0), NULL, 10);

		if (at >= lattice_voxels(grid))
			status = psy_fail(err, PSY_FORMAT, "voxel %zu of the mask lies outside its grid", at + 1);
		else
			voxel[at] = strtof(PQgetvalue(result, i, 1), NULL);
	}
	PQclear(result);
	return status;
}

static psy_status
export_run(session *db, const char *const *arguments, const char *path, psy_error *err)
{
	lattice grid = {0};
	buffer image = {0};
	float *voxel;
	psy_status status = read_grid(db, arguments[RUN], &grid, err);

	if (status == PSY_OK)
		status = nifti_begin(&image, &grid, &voxel, err);
	if (status == PSY_OK)
		status = read_map(db, arguments, &grid, voxel, err);
	if (status == PSY_OK)
		status = nifti_write(path, &image, err);
	buffer_free(&image);
	return status;
}

int
export_map(int argc, char **argv, const char *url)
{
	word_option o[OPTIONS] = {{"--run", NULL, false}, {"--map", NULL, false}, {"--out", NULL, false}};
	const char *arguments[2];
	session db;
	psy_error err = {0};
	int code = EXIT_OK;

	if (!take_words(argc, argv, o, OPTIONS, NULL) || o[RUN].value == NULL || o[OUT].value == NULL)
		return show_usage(usage, argc, argv);
	arguments[RUN] = o[RUN].value;
	arguments[MAP] = o[MAP].value != NULL ? o[MAP].value : "z";
	if (session_open(&db, url, &err) != PSY_OK)
		code = EXIT_SERVER;
	else if (export_run(&db, arguments, o[OUT].value, &err) != PSY_OK)
		code = db.lost ? EXIT_SERVER : EXIT_REJECTED;
	if (code != EXIT_OK)
		complain(&err, code);
	session_close(&db);
	return code;
}
