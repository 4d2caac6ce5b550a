/*
 * cmd_export_image.c - psyrad export image: one vector of the warehouse as a NIfTI image on the grid of its
 * atlas, for viewers.
 *
 * Every voxel of a region holds the region's value (NaN where it has none), every other voxel 0. The header
 * has no free text.
 */
#include "cmd.h"

#include "atlas.h"
#include "writer_nifti.h"
#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
	STUDY,
	PARTICIPANT,
	SESSION,
	ATLAS,
	MEASURE,
	RUN,
	PIPELINE,
	OUT,
	OPTIONS
};

static const char usage[] = "usage: psyrad [--db URL] export image --study S --participant P --session X "
							"--atlas A --measure M --out FILE.nii[.gz]\n"
							"         [--run N] [--pipeline P]   (default: those of imaging.primary)\n"
							"       psyrad [--db URL] export map --run NAME --out FILE.nii[.gz]\n"
							"         [--map statistic|z|p|p_corrected|cluster|significant]   (default: z)\n";

/* One row or none: whoever names a run or a pipeline asks for that vector, anybody else for the study's own
 * choice. */
static const char sql[] = "WITH found AS ("
						  " SELECT p.vector FROM imaging.primary p"
						  " WHERE (p.study, p.label, p.session, p.atlas, p.measure) = ($1, $2, $3, $4, $5) "
						  "AND num_nonnulls($6::int, $7::text) = 0 AND p.vector IS NOT NULL"
						  " UNION ALL"
						  " SELECT v.value FROM imaging.vector v JOIN clinical.subject_key k USING "
						  "(subject_id) JOIN imaging.feature_set s USING (feature_set_id)"
						  " WHERE (k.study, k.label, v.session, s.atlas, s.measure) = ($1, $2, $3, $4, $5) "
						  "AND num_nonnulls($6::int, $7::text) > 0"
						  "  AND v.run = coalesce($6::int, v.run) AND v.pipeline = coalesce($7, v.pipeline))"
						  "SELECT u.value, (SELECT count(*) FROM found) FROM found, unnest(found.vector) "
						  "WITH ORDINALITY u (value, element) ORDER BY u.element";

static psy_status
read_vector(session *db, const word_option *o, float **value, size_t *count, psy_error *err)
{
	const char *arguments[OUT];
	PGresult *result;
	psy_status status;

	for (int i = 0; i < OUT; i++)
		arguments[i] = o[i].value;
	status = session_query(db, &result, err, sql, OUT, arguments);
	if (status != PSY_OK)
		return status;
	*count = (size_t) PQntuples(result);
	if (*count == 0)
	{
		psy_fail(err, PSY_DOMAIN, "no such vector is there, or you may not read it");
		status = psy_hint(
			err, "imaging.vector has study, participant, session, atlas, measure, run and pipeline of each");
	}
	else if (strcmp(PQgetvalue(result, 0, 1), "1") != 0)
	{
		psy_fail(err, PSY_DOMAIN, "%s vectors fit", PQgetvalue(result, 0, 1));
		status = psy_hint(err, "name both --run and --pipeline");
	}
	*value = grow(NULL, *count, sizeof **value);
	for (size_t i = 0; i < *count; i++)
		(*value)[i] = strtof(PQgetvalue(result, (int) i, 0), NULL);
	PQclear(result);
	return status;
}

/* The atlas on its own grid; of probability maps, each voxel at its most probable region. */
static psy_status
draw(const atlas *a, size_t count, parcels *p, psy_error *err)
{
	psy_status status;

	if (a->kind == ATLAS_SPHERES)
		return psy_fail(err, PSY_UNSUPPORTED,
						"an atlas of spheres has no grid of its own to write an image on");
	status = atlas_draw(a, NULL, p, err);
	if (status == PSY_OK && p->regions != count)
		status = psy_fail(err, PSY_SHAPE, "the vector has %zu elements, the atlas %zu", count, p->regions);
	return status;
}

static psy_status
fill_image(buffer *image, const parcels *p, const float *value, psy_error *err)
{
	const parcels *own = p->core ? p->core : p;
	float *voxel;
	psy_status status = nifti_begin(image, &p->grid, &voxel, err);

	if (status != PSY_OK)
		return status;
	for (size_t i = 0; i < own->parts; i++)
		for (uint32_t k = 0; k < own->part[i].count; k++)
			voxel[own->part[i].start + k] = value[own->part[i].region];
	return PSY_OK;
}

static psy_status
export_vector(session *db, const word_option *o, psy_error *err)
{
	size_t count = 0;
	float *value = NULL;
	atlas a = {0};
	parcels p = {0};
	buffer image = {0};
	psy_status status = read_vector(db, o, &value, &count, err);

	if (status == PSY_OK)
		status = atlas_read(&a, db, o[ATLAS].value, err);
	if (status == PSY_OK)
		status = draw(&a, count, &p, err);
	if (status == PSY_OK)
		status = fill_image(&image, &p, value, err);
	if (status == PSY_OK)
		status = nifti_write(o[OUT].value, &image, err);
	buffer_free(&image);
	parcels_free(&p);
	atlas_free(&a);
	free(value);
	return status;
}

int
export_image(int argc, char **argv, const char *url)
{
	word_option o[OPTIONS] = {{"--study", NULL, false},    {"--participant", NULL, false},
							  {"--session", NULL, false},  {"--atlas", NULL, false},
							  {"--measure", NULL, false},  {"--run", NULL, false},
							  {"--pipeline", NULL, false}, {"--out", NULL, false}};
	session db;
	psy_error err = {0};
	int code = EXIT_OK;
	bool understood = take_words(argc, argv, o, OPTIONS, NULL);

	for (int i = 0; i < OPTIONS; i++)
		understood = understood && (o[i].value != NULL || i == RUN || i == PIPELINE);
	if (!understood || (o[RUN].value != NULL && (strspn(o[RUN].value, "0123456789") != strlen(o[RUN].value) ||
												 strlen(o[RUN].value) > 5)))
		return show_usage(usage, argc, argv);
	if (session_open(&db, url, &err) != PSY_OK)
		code = EXIT_SERVER;
	else if (export_vector(&db, o, &err) != PSY_OK)
		code = db.lost ? EXIT_SERVER : EXIT_REJECTED;
	if (code != EXIT_OK)
		complain(&err, code);
	session_close(&db);
	return code;
}
