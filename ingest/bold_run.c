/* bold_run.c - see bold_run.h. */
#include "bold_run.h"

#include "table.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIDECAR_LIMIT ((size_t) 1 << 20)
#define SPM_LETTERS 8 /* of the steps after realignment: swra */

/* A glob names companions too. */
bool
bold_run_companion(const char *path)
{
	const char *dot = strrchr(path, '.');
	bids_name name;
	psy_error err;

	if (dot != NULL && strcmp(dot, ".json") == 0)
		return true;
	return bids_parse(path, &name, &err) == PSY_OK && strcmp(name.desc, "confounds") == 0;
}

/* ---- what lies beside the file --------------------------------------------------------------- */

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

/*
 * SPM writes rp_<image>.txt beside the image that it realigned, and later images with letters before that name (swra...): the longest
 * such name, or NULL.
 */
static char *
find_spm(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t folder = (size_t) (base - path), stem = strcspn(base, "."), letters = 0;

	while (letters < stem && letters < SPM_LETTERS && islower((unsigned char) base[letters]))
		letters++;
	for (size_t before = 0; before <= letters && before < stem; before++)
	{
		buffer other = {0};

		buffer_add(&other, path, folder);
		buffer_format(&other, "rp_%.*s.txt", (int) (stem - before), base + before);
		if (access(other.data, F_OK) == 0)
			return other.data;
		buffer_free(&other);
	}
	return NULL;
}

static psy_status
describe_confounds(job *j, bold_run *r, buffer *json, psy_error *err)
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
	if (r->confounds == NULL && bold_run_is_image(j->path))
		r->confounds = find_spm(j->path);
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
describe_hash(const char *path, const char *what, const char *member, buffer *json, psy_error *err)
{
	char hex[2 * SHA256_BYTES + 1];
	uint8_t sha256[SHA256_BYTES];
	uint64_t size;
	psy_error why;

	if (hash_file(path, sha256, &size, &why) != PSY_OK)
		return psy_fail(err, why.code, "the %s %s", what, why.message);
	hash_text(sha256, hex);
	json_member(json, member, hex);
	return PSY_OK;
}

static psy_status
describe_pair(job *j, bold_run *r, buffer *json, psy_error *err)
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

psy_status
bold_run_describe(job *j, buffer *json, psy_error *err)
{
	bold_run *r = grow(NULL, 1, sizeof *r);
	psy_status status;

	*r = (bold_run){0};
	j->extra = r;
	status = scan_identify(j, &r->scan, err);
	if (status == PSY_OK)
		status = pipeline_given(j->opt, &r->given, err);
	if (status != PSY_OK)
		return status;
	if (j->opt->definition != NULL)
		json_member(json, "definition", r->given.data);
	json_open(json, "inputs", '{');
	scan_describe(&r->scan, json);
	status = describe_pair(j, r, json, err);
	if (status == PSY_OK && j->opt->mask != NULL)
		status = describe_hash(j->opt->mask, "mask", "mask", json, err);
	if (status == PSY_OK)
		status = describe_confounds(j, r, json, err);
	if (status == PSY_OK)
		status = describe_json(find_sidecar(j, &r->scan), "sidecar", "series", &r->sidecar, json, err);
	buffer_byte(json, '}');
	return status;
}

void
bold_run_release(job *j)
{
	bold_run *r = j->extra;

	if (r == NULL)
		return;
	free(r->confounds);
	free(r->pipeline.choices);
	buffer_free(&r->sidecar);
	buffer_free(&r->metadata);
	buffer_free(&r->given);
	free(r);
}

psy_status
bold_run_settle(job *j, psy_error *err)
{
	bold_run *r = j->extra;

	return pipeline_settle(&r->pipeline, j->db, j->opt->pipeline ? j->opt->pipeline : "as-is",
						   r->given.size ? r->given.data : NULL, bold_run_is_image(j->path), err);
}

/* ---- repetition time ------------------------------------------------------------------------- */

psy_status
bold_run_tr(job *j, double header, psy_error *err)
{
	bold_run *r = j->extra;
	const char *values[] = {j->opt->tr, r->sidecar.size ? r->sidecar.data : NULL};
	PGresult *result;
	psy_status status =
		session_query(j->db, &result, err, "SELECT ingest.repetition_time($1, $2)", 2, values);

	if (status != PSY_OK)
		return status;
	r->tr = PQgetisnull(result, 0, 0) ? header : strtod(PQgetvalue(result, 0, 0), NULL);
	PQclear(result);
	if (r->tr > 60)
	{
		psy_fail(err, PSY_DOMAIN, "its header says %g s a volume", r->tr);
		return psy_hint(err, "say --tr SECONDS, or lay a .json with RepetitionTime beside it");
	}
	if (header > 0 && fabs(header - r->tr) > 1e-3 * r->tr)
		job_note(j, "its header says %.6g s a volume, %s %.6g s; the latter is taken", header,
				 j->opt->tr ? "--tr" : "the sidecar", r->tr);
	return PSY_OK;
}

/* ---- confounds ------------------------------------------------------------------------------- */

static psy_status
read_confounds(job *j, const bold_run *r, confounds *c, psy_error *err)
{
	source from = {.fd = -1};
	psy_status status = source_open(&from, r->confounds, err);

	if (status == PSY_OK)
		status = confounds_read(c, &from, j->opt, confounds_is_spm(r->confounds), err);
	if (status == PSY_OK)
		status = source_expect(&from, r->confounds_sha256, err);
	source_close(&from);
	return status;
}

psy_status
bold_run_regressors(job *j, size_t volumes, regressors *found, psy_error *err)
{
	const bold_run *r = j->extra;
	confounds c = {0};
	psy_error why = {0};
	psy_status status = PSY_OK;

	if (r->confounds == NULL && pipeline_needs_confounds(&r->pipeline))
	{
		psy_fail(err, PSY_DOMAIN,
				 "the pipeline %s needs confounds, and no table of them lies beside the series",
				 r->pipeline.name);
		return psy_hint(err, "name it <scan>_desc-confounds_timeseries.tsv (SPM: rp_<scan>.txt), or say --confounds FILE");
	}
	if (r->confounds != NULL)
		status = read_confounds(j, r, &c, &why);
	if (status == PSY_OK)
		status = regressors_find(found, &r->pipeline, j->db, r->confounds ? &c : NULL,
								 r->metadata.size ? r->metadata.data : NULL, volumes, &why);
	confounds_free(&c);
	if (status == PSY_OK)
		return PSY_OK;
	psy_fail(err, status, "%s: %s", j->opt->confounds ? "--confounds" : "the confounds file beside the series", why.message);
	return why.hint[0] ? psy_hint(err, "%s", why.hint) : status;
}

/* ---- image and staging ----------------------------------------------------------------------- */

bool
bold_run_is_image(const char *path)
{
	static const char *const endings[] = {".nii", ".nii.gz", ".hdr", ".hdr.gz"};
	size_t length = strlen(path);

	for (size_t k = 0; k < sizeof endings / sizeof *endings; k++)
		if (length > strlen(endings[k]) && strcmp(path + length - strlen(endings[k]), endings[k]) == 0)
			return true;
	return false;
}

psy_status
bold_run_check_image(const job *j, nifti *image, psy_error *err)
{
	const bold_run *r = j->extra;
	psy_status status = source_expect(&image->header, j->sha256, err);

	if (status == PSY_OK && r->paired)
		status = source_expect(&image->image, r->pair_sha256, err);
	if (status == PSY_OK && image->facts.forms_apart > NIFTI_FORMS_AGREE_MM)
		job_note(j, "its sform and its qform put voxels up to %.3g mm apart; the sform is taken",
				 image->facts.forms_apart);
	return status;
}

void
bold_run_copy(const job *j, copy *out, const regressors *found, const bold_image *image)
{
	const bold_run *r = j->extra;

	copy_text(out, r->scan.label);
	copy_text(out, r->scan.session);
	copy_int2(out, (int16_t) r->scan.run);
	copy_text(out, r->scan.name.task[0] ? r->scan.name.task : NULL);
	copy_text(out, r->pipeline.choices);
	r->tr > 0 ? copy_float8(out, r->tr) : copy_null(out);
	image->tr > 0 ? copy_float8(out, image->tr) : copy_null(out);
	copy_int4(out, (int32_t) found->volumes);
	copy_int4(out, (int32_t) found->kept);
	isfinite(found->mean_fd) ? copy_float8(out, found->mean_fd) : copy_null(out);
	image->there ? copy_bytea(out, image->payload, SHA256_BYTES) : copy_null(out);
	image->there &&isfinite(image->forms_apart) ? copy_float4(out, (float) image->forms_apart)
												: copy_null(out);
}
