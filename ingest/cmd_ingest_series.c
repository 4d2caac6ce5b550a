/*
 * cmd_ingest_series.c - psyrad ingest series FILE: region time courses, cleaned by a named pipeline.
 *
 * Beside the file may lie <scan>_desc-confounds_timeseries.tsv with its .json (head motion, regressors) and a .json
 * with the repetition time: they belong to the meaning of the file, so that their hashes are part of the manifest's
 * options.  A pipeline whose name is known without choices holds what another program cleaned, as it came.
 */
#include "cmd.h"

#include "series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIDECAR_LIMIT ((size_t) 1 << 20)

/* Kept in job->extra from describe to the end of stage. */
typedef struct run
{
	scan scan;
	char *confounds; /* path, or NULL */
	uint8_t confounds_sha256[SHA256_BYTES];
	bool paired; /* a .hdr, whose voxels are in an .img */
	uint8_t pair_sha256[SHA256_BYTES];
	buffer sidecar;  /* text of the .json beside the series */
	buffer metadata; /* of that beside the confounds */
	buffer given;    /* choices of the pipeline, JSON; empty when none were given */
	pipeline pipeline;
	double tr; /* seconds; 0 when nobody says */
	char tr_note[160];
} run;

/* A glob names companions too. */
static bool
is_companion(const char *path)
{
	const char *dot = strrchr(path, '.');
	bids_name name;
	psy_error err;

	if (dot != NULL && (strcmp(dot, ".json") == 0 || strcmp(dot, ".img") == 0))
		return true;
	return bids_parse(path, &name, &err) == PSY_OK && strcmp(name.desc, "confounds") == 0;
}

/* ---- what lies beside the file ----------------------------------------------------------------------------- */

/* The path with another ending, if such a file is there. */
static char *
beside(const char *path, const char *ending)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') : path, *dot = strchr(base, '.');
	buffer own = {0};

	buffer_add(&own, path, dot ? (size_t) (dot - path) : strlen(path));
	buffer_text(&own, ending);
	if (strcmp(own.data, path) != 0 && access(own.data, F_OK) == 0)
		return own.data;
	buffer_free(&own);
	return NULL;
}

/* Reads a .json whole and notes its hash. */
static psy_status
describe_json(char *path, const char *member, const char *what, buffer *text, buffer *json, psy_error *err)
{
	char hex[2 * SHA256_BYTES + 1];
	uint8_t sha256[SHA256_BYTES];
	psy_status status;
	psy_error why;

	if (path == NULL)
		return PSY_OK;
	status = read_document(path, SIDECAR_LIMIT, text, sha256, &why);
	free(path);
	if (status != PSY_OK)
		return psy_fail(err, status, "the .json beside the %s: %s", what, why.message);
	hash_text(sha256, hex);
	json_member(json, member, hex);
	return PSY_OK;
}

/* The .json with the series's own name, else that of the scan. */
static char *
find_sidecar(const job *j, const scan *s)
{
	char *found = beside(j->path, ".json");

	if (found == NULL)
		found = scan_companion(j, s, "_timeseries.json");
	return found ? found : scan_companion(j, s, "_bold.json");
}

static psy_status
describe_confounds(job *j, run *r, buffer *json, psy_error *err)
{
	char hex[2 * SHA256_BYTES + 1];
	uint64_t size;
	psy_status status;
	psy_error why;

	if (j->opt->confounds != NULL)
		r->confounds = keep_text(j->opt->confounds);
	else
		r->confounds = scan_companion(j, &r->scan, "_desc-confounds_timeseries.tsv");
	if (r->confounds == NULL)
		r->confounds = scan_companion(j, &r->scan, "_desc-confounds_regressors.tsv");
	if (r->confounds == NULL)
		return PSY_OK;
	status = hash_file(r->confounds, r->confounds_sha256, &size, &why);
	if (status != PSY_OK)
		return psy_fail(err, status, "the confounds file %s", why.message);
	hash_text(r->confounds_sha256, hex);
	json_member(json, "confounds", hex);
	return describe_json(beside(r->confounds, ".json"), "metadata", "confounds", &r->metadata, json, err);
}

static psy_status
describe_pair(job *j, run *r, buffer *json, psy_error *err)
{
	char *pair = nifti_pair(j->path), hex[2 * SHA256_BYTES + 1];
	uint64_t size;
	psy_status status;
	psy_error why;

	if (pair == NULL)
		return PSY_OK;
	r->paired = true;
	status = hash_file(pair, r->pair_sha256, &size, &why);
	free(pair);
	if (status != PSY_OK)
		return psy_fail(err, status, "the .img file beside the header %s", why.message);
	hash_text(r->pair_sha256, hex);
	json_member(json, "img", hex);
	return PSY_OK;
}

static psy_status
describe_series(job *j, buffer *json, psy_error *err)
{
	run *r = grow(NULL, 1, sizeof *r);
	char whose[4 * BIDS_TEXT];
	psy_status status;

	*r = (run){0};
	j->extra = r;
	status = scan_identify(j, &r->scan, err);
	if (status == PSY_OK)
		status = pipeline_given(j->opt, &r->given, err);
	if (status != PSY_OK)
		return status;
	if (j->opt->definition != NULL)
		json_member(json, "definition", r->given.data);
	json_open(json, "inputs", '{');
	/* The file's name says whose scan it is: the same bytes under another name are another scan. */
	snprintf(whose, sizeof whose, "%s %s %s %d", r->scan.label, r->scan.session, r->scan.name.task, r->scan.run);
	json_member(json, "scan", whose);
	status = describe_pair(j, r, json, err);
	if (status == PSY_OK)
		status = describe_confounds(j, r, json, err);
	if (status == PSY_OK)
		status = describe_json(find_sidecar(j, &r->scan), "sidecar", "series", &r->sidecar, json, err);
	buffer_byte(json, '}');
	return status;
}

static void
release_series(job *j)
{
	run *r = j->extra;

	if (r == NULL)
		return;
	free(r->confounds);
	free(r->pipeline.choices);
	buffer_free(&r->sidecar);
	buffer_free(&r->metadata);
	buffer_free(&r->given);
	free(r);
}

/* ---- repetition time ---------------------------------------------------------------------------------------- */

/* --tr, else the sidecar, else the image's header: headers are rewritten by every tool that touches an image, and often
 * hold 0 or 1.  Where both say something else, that is reported. */
static psy_status
find_tr(job *j, run *r, double header, psy_error *err)
{
	const char *values[] = {j->opt->tr, r->sidecar.size ? r->sidecar.data : NULL};
	PGresult *result;
	psy_status status = session_query(j->db, &result, err, "SELECT ingest.repetition_time($1, $2)", 2, values);

	if (status != PSY_OK)
		return status;
	r->tr = PQgetisnull(result, 0, 0) ? header : strtod(PQgetvalue(result, 0, 0), NULL);
	PQclear(result);
	if (header > 0 && fabs(header - r->tr) > 1e-3 * r->tr)
		snprintf(r->tr_note, sizeof r->tr_note, "the image's header says %.6g s a volume, %s %.6g s, which was taken", header,
				 j->opt->tr ? "--tr" : "the sidecar", r->tr);
	return PSY_OK;
}

/* ---- cleaning and staging ----------------------------------------------------------------------------------- */

static psy_status
read_confounds(job *j, const run *r, confounds *c, psy_error *err)
{
	source from = {.fd = -1};
	uint8_t sha256[SHA256_BYTES];
	psy_status status = source_open(&from, r->confounds, err);

	if (status == PSY_OK)
		status = confounds_read(c, &from, j->opt, sha256, err);
	if (status == PSY_OK && memcmp(sha256, r->confounds_sha256, SHA256_BYTES) != 0)
		status = psy_fail(err, PSY_FORMAT, "it changed while it was being read");
	source_close(&from);
	return status;
}

static psy_status
find_regressors(job *j, const run *r, size_t volumes, regressors *found, psy_error *err)
{
	confounds c = {0};
	psy_error why = {0};
	psy_status status = PSY_OK;

	if (r->confounds == NULL && pipeline_needs_confounds(&r->pipeline))
	{
		psy_fail(err, PSY_DOMAIN, "the pipeline %s needs confounds, and no table of them lies beside the series",
				 r->pipeline.name);
		return psy_hint(err, "name it <scan>_desc-confounds_timeseries.tsv, or say --confounds FILE");
	}
	if (r->confounds != NULL)
		status = read_confounds(j, r, &c, &why);
	if (status == PSY_OK)
		status = regressors_find(found, &r->pipeline, j->db, r->confounds ? &c : NULL,
								 r->metadata.size ? r->metadata.data : NULL, volumes, &why);
	confounds_free(&c);
	if (status == PSY_OK)
		return PSY_OK;
	psy_fail(err, status, "the confounds file beside the series: %s", why.message);
	return why.hint[0] ? psy_hint(err, "%s", why.hint) : status;
}

static psy_status
stage_cleaned(job *j, const run *r, const series *s, const regressors *found, const double *clean, psy_error *err)
{
	copy *out = &j->stage;

	j->read = 1;
	copy_row(out);
	copy_int8(out, 1);
	copy_text(out, r->scan.label);
	copy_text(out, r->scan.session);
	copy_int2(out, (int16_t) r->scan.run);
	copy_text(out, r->scan.name.task[0] ? r->scan.name.task : NULL);
	copy_text(out, r->pipeline.choices);
	r->tr > 0 ? copy_float8(out, r->tr) : copy_null(out);
	copy_text(out, r->tr_note[0] ? r->tr_note : NULL);
	copy_int4(out, (int32_t) s->volumes);
	copy_int4(out, (int32_t) found->kept);
	isfinite(found->mean_fd) ? copy_float8(out, found->mean_fd) : copy_null(out);
	s->has_payload ? copy_bytea(out, s->payload, SHA256_BYTES) : copy_null(out);
	copy_float8_matrix(out, clean, regressors_left(found, &r->pipeline), s->regions);
	isfinite(s->forms_apart) ? copy_float4(out, (float) s->forms_apart) : copy_null(out);
	s->coverage ? copy_float4_array(out, s->coverage, s->regions) : copy_null(out);
	return copy_row_end(out, err);
}

static psy_status
clean_and_stage(job *j, run *r, const series *s, psy_error *err)
{
	regressors found = {0};
	double *clean = NULL;
	psy_status status = find_regressors(j, r, s->volumes, &found, err);

	if (status == PSY_OK)
	{
		clean = grow(NULL, s->volumes * s->regions, sizeof *clean);
		status = pipeline_clean(&r->pipeline, &found, s->value, s->regions, r->tr, clean, err);
	}
	if (status == PSY_OK)
		status = stage_cleaned(j, r, s, &found, clean, err);
	free(clean);
	regressors_free(&found);
	return status;
}

static psy_status
read_series(job *j, const run *r, series *s, psy_error *err)
{
	regions of_atlas = {0};
	psy_status status;

	if (series_is_image(j->path))
		return series_from_image(s, j, r->paired ? r->pair_sha256 : NULL, err);
	status = regions_read(&of_atlas, j->db, j->opt->atlas, err);
	if (status == PSY_OK)
		status = series_from_table(s, j, &of_atlas, err);
	regions_free(&of_atlas);
	return status;
}

static psy_status
stage_series(job *j, psy_error *err)
{
	run *r = j->extra;
	series s = {.forms_apart = NAN};
	const char *name = j->opt->pipeline ? j->opt->pipeline : "as-is";
	psy_status status =
		pipeline_settle(&r->pipeline, j->db, name, r->given.size ? r->given.data : NULL, series_is_image(j->path), err);

	if (status == PSY_OK)
		status = read_series(j, r, &s, err);
	if (status == PSY_OK)
		status = find_tr(j, r, s.header_tr, err);
	if (status == PSY_OK)
		status = clean_and_stage(j, r, &s, err);
	series_free(&s);
	return status;
}

const loader load_series = {
	.name = "series",
	.summary = "region time series (and their connectome)",
	.file = "FILE...",
	.options = OPT_STUDY | OPT_ATLAS | OPT_SCAN | OPT_SCANNER | OPT_SERIES | OPT_PIPELINE | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", label, session, run, task, choices, tr_s, tr_note, volumes, volumes_kept, "
			  "mean_fd_mm, payload_sha256, value, forms_apart_mm, coverage)",
	.companion = is_companion,
	.describe = describe_series,
	.stage = stage_series,
	.release = release_series,
};
