/*
 * bids_scans.c - what a BIDS data set says of its scans: dataset_description.json, images with the sidecars that apply to them, events,
 * head motion of a derivative.
 */
#include "bids_load.h"

#include "bids_image.h"
#include "document.h"
#include "header.h"
#include "rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIDECAR_LIMIT ((size_t) 4 << 20)
#define MAX_EVENTS ((size_t) 1 << 20)

psy_status
bids_scan_of(const char *path, char scan[BIDS_SCAN], psy_error *err)
{
	const char *slash = strrchr(path, '/'), *part = slash ? slash + 1 : path;
	size_t used = 0;

	scan[0] = '\0';
	while (*part && *part != '.')
	{
		size_t n = strcspn(part, "_."), k = strcspn(part, "-");
		char key[16] = "";

		if (k < n && k < sizeof key)
			memcpy(key, part, k);
		if (*key && !header_among(key, "sub|ses|run|desc|space|res|den|label|atlas|seg|cohort|from|to|mode|hemi|stat|thresh|cen"))
		{
			if (used + n + 2 > BIDS_SCAN)
				return psy_fail(err, PSY_LIMIT, "the entities of the file name have more than %d characters", BIDS_SCAN - 2);
			used += (size_t) snprintf(scan + used, BIDS_SCAN - used, "%s%.*s", used ? "_" : "", (int) n, part);
		}
		part += n + (part[n] == '_');
	}
	for (const char *c = scan; *c; c++)
		if ((unsigned char) *c < 33 || (unsigned char) *c > 126)
			return psy_fail(err, PSY_FORMAT, "the file name holds other characters than letters, digits, + and -");
	return PSY_OK;
}

psy_status
bids_documents(const bids_job *b, const char *suffix, text_list *path, text_list *text, buffer *json, psy_error *err)
{
	psy_status status = PSY_OK;

	bids_inherited(b->tree, b->file, suffix, ".json", path);
	json_open(json, "inputs", '{');
	for (size_t i = 0; i < path->count && status == PSY_OK; i++)
	{
		char *full = bids_tree_path(b->tree, path->item[i]), hex[2 * SHA256_BYTES + 1];
		buffer content = {0};
		uint8_t sha256[SHA256_BYTES];
		psy_error why;

		buffer_text(&content, "");
		status = read_document(full, SIDECAR_LIMIT, &content, sha256, &why);
		if (status != PSY_OK)
			psy_fail(err, status, "%.150s: %s", path->item[i], why.message);
		hash_text(sha256, hex);
		json_member(json, path->item[i], hex);
		list_add(text, content.data);
		buffer_free(&content);
		free(full);
	}
	buffer_byte(json, '}');
	return status;
}

psy_status
bids_stage_documents(job *j, const text_list *path, const text_list *text, psy_error *err)
{
	copy out;
	psy_status status = PSY_OK;

	copy_begin(&out, j->db, "pg_temp.stage_document (place, name, document)");
	for (size_t i = 0; i < path->count && status == PSY_OK; i++)
	{
		copy_row(&out);
		copy_int4(&out, (int32_t) i);
		copy_text(&out, path->item[i]);
		copy_text(&out, text->item[i]);
		status = copy_row_end(&out, err);
	}
	if (status == PSY_OK)
		status = copy_flush(&out, err);
	copy_free(&out);
	return status;
}

/* ---- dataset_description.json ---------------------------------------------------------------- */

static psy_status
stage_dataset(job *j, psy_error *err)
{
	const bids_job *b = j->opt->context;
	copy *out = &j->stage;
	buffer text = {0};
	psy_status status;

	buffer_text(&text, "");
	status = read_document_again(j->path, ENCODING_AUTO, j->sha256, SIDECAR_LIMIT, &text, err);
	if (status == PSY_OK)
	{
		j->read = 1;
		copy_row(out);
		copy_int8(out, 1);
		copy_text(out, b->dataset);
		copy_text(out, text.data);
		status = copy_row_end(out, err);
	}
	buffer_free(&text);
	return status;
}

const loader load_bids_dataset = {
	.name = "bids_dataset",
	.options = OPT_STUDY,
	.target = "pg_temp.stage (\"row\", dataset, document)",
	.stage = stage_dataset,
};

/* ---- images and their sidecars --------------------------------------------------------------- */

typedef struct scan_job
{
	text_list path, text;
	char scan[BIDS_SCAN];
} scan_job;

static psy_status
describe_scan(job *j, buffer *json, psy_error *err)
{
	const bids_job *b = j->opt->context;
	scan_job *own = grow(NULL, 1, sizeof *own);
	psy_status status;

	*own = (scan_job){0};
	j->extra = own;
	json_member(json, "subject", b->label);
	json_member(json, "session", b->session);
	json_member(json, "of", b->file->name.acquisition); /* the bytes of two images may be the same: none */
	json_member(json, "modality", b->file->name.suffix);
	status = bids_scan_of(b->file->path, own->scan, err);
	return status == PSY_OK ? bids_documents(b, b->file->name.suffix, &own->path, &own->text, json, err) : status;
}

static void
release_scan(job *j)
{
	scan_job *own = j->extra;

	if (own == NULL)
		return;
	list_free(&own->path);
	list_free(&own->text);
	free(own);
}

static void
copy_key(job *j, const char *scan)
{
	const bids_job *b = j->opt->context;
	copy *out = &j->stage;

	j->read = 1;
	copy_row(out);
	copy_int8(out, 1);
	copy_text(out, b->label);
	copy_text(out, b->session);
	copy_int2(out, (int16_t) (b->file->name.run ? b->file->name.run : 1));
	copy_text(out, scan);
	copy_text(out, b->file->name.task[0] ? b->file->name.task : NULL);
}

static void
copy_sizes(copy *out, const bids_image *image)
{
	copy_int4_array(out, image->dims, NULL, 3);
	copy_float4_array(out, image->voxel_mm, 3);
	copy_int4(out, image->volumes);
	copy_bytea(out, image->payload, SHA256_BYTES);
}

/* An image that cannot be read is told; how it was made is known from its sidecars even so. */
static psy_status
stage_scan(job *j, psy_error *err)
{
	const bids_job *b = j->opt->context;
	scan_job *own = j->extra;
	bids_image image;
	psy_error why = {0};
	psy_status readable;

	if (access(j->path, F_OK) != 0)
		readable = psy_fail(&why, PSY_FORMAT, "the image is a link to content that is not here (datalad get fetches it)");
	else
		readable = bids_image_read(&image, j->path, &why);
	if (readable != PSY_OK && j->opt->strict)
		return psy_fail(err, readable, "%s", why.message);
	copy_key(j, own->scan);
	copy_text(&j->stage, b->file->name.suffix);
	copy_text(&j->stage, readable == PSY_OK ? NULL : why.message);
	if (readable == PSY_OK)
		copy_sizes(&j->stage, &image);
	else
		for (int i = 0; i < 4; i++)
			copy_null(&j->stage);
	readable = copy_row_end(&j->stage, err);
	return readable == PSY_OK ? bids_stage_documents(j, &own->path, &own->text, err) : readable;
}

const loader load_bids_scan = {
	.name = "bids_scan",
	.options = OPT_STUDY | OPT_SCANNER,
	.target = "pg_temp.stage (\"row\", label, session, run, scan, task, modality, trouble, dims, voxel_mm, volumes, payload_sha256)",
	.content_optional = true,
	.describe = describe_scan,
	.stage = stage_scan,
	.release = release_scan,
};

/* ---- head motion ----------------------------------------------------------------------------- */

/* The folder that a file lies in: func of sub-01/ses-pre/func/x.tsv. */
static void
folder_of(const char *path, char folder[BIDS_TEXT])
{
	const char *end = strrchr(path, '/'), *start = end;

	while (start != NULL && start > path && start[-1] != '/')
		start--;
	snprintf(folder, BIDS_TEXT, "%.*s", end ? (int) (end - start) : 0, end ? start : "");
}

/* Confounds and events say of what kind of scan they are by their folder alone. */
static const char *
modality_of(const char *path)
{
	char folder[BIDS_TEXT];

	folder_of(path, folder);
	return strcmp(folder, "perf") == 0 ? "asl" : strcmp(folder, "dwi") == 0 ? "dwi" : strcmp(folder, "pet") == 0 ? "pet" : "bold";
}

static psy_status
describe_run(job *j, buffer *json, psy_error *err)
{
	const bids_job *b = j->opt->context;
	scan_job *own = grow(NULL, 1, sizeof *own);

	*own = (scan_job){0};
	j->extra = own;
	json_member(json, "subject", b->label);
	json_member(json, "session", b->session);
	json_member(json, "of", b->file->name.acquisition); /* events above the subjects' folders are of many runs */
	return bids_scan_of(b->file->path, own->scan, err);
}

/* Events of another recording (EEG beside fMRI) are not those of the image of the same task. */
static psy_status
describe_events(job *j, buffer *json, psy_error *err)
{
	const bids_job *b = j->opt->context;
	scan_job *own;
	char folder[BIDS_TEXT], scan[BIDS_SCAN];
	psy_status status = describe_run(j, json, err);

	own = j->extra;
	folder_of(b->file->path, folder);
	if (status != PSY_OK || *folder == '\0' || header_among(folder, "func|perf|dwi|pet|anat|mrs|fmap"))
		return status;
	memcpy(scan, own->scan, sizeof scan);
	if (snprintf(own->scan, sizeof own->scan, "%s/%s", folder, scan) >= (int) sizeof own->scan)
		return psy_fail(err, PSY_LIMIT, "the entities of the file name have more than %d characters", BIDS_SCAN - 2);
	return PSY_OK;
}

static psy_status
stage_motion(job *j, psy_error *err)
{
	static const table_field fields[] = {{"framewise_displacement", "fd|framewisedisplacement", false}};
	const options plain = {0};
	scan_job *own = j->extra;
	table t;
	long rows = 0, used = 0;
	double sum = 0, value;
	bool more;
	psy_status status = table_open(&t, j->path, &plain, fields, 1, NULL, NULL, err);

	while (status == PSY_OK && (status = table_next(&t, &more, err)) == PSY_OK && more)
	{
		const char *cell = table_get(&t, 0);
		psy_error why;

		rows++;
		if (cell == NULL)
			continue;
		if (parse_real(cell, &value, &why) != PSY_OK || value < 0)
			status = psy_fail(err, PSY_DOMAIN, "line %ld: found %.40s; a framewise displacement is a number of 0 or more", table_line(&t), cell);
		sum += value;
		used++;
	}
	if (status == PSY_OK)
		status = table_close(&t, j->check, err);
	table_free(&t);
	if (status == PSY_OK && rows == 0)
		status = psy_fail(err, PSY_FORMAT, "it has no rows");
	if (status != PSY_OK)
		return status;
	copy_key(j, own->scan);
	copy_text(&j->stage, modality_of(((const bids_job *) j->opt->context)->file->path));
	copy_int4(&j->stage, (int32_t) rows);
	used > 0 ? copy_float4(&j->stage, (float) (sum / (double) used)) : copy_null(&j->stage);
	return copy_row_end(&j->stage, err);
}

const loader load_bids_motion = {
	.name = "bids_motion",
	.options = OPT_STUDY,
	.target = "pg_temp.stage (\"row\", label, session, run, scan, task, modality, volumes, mean_fd_mm)",
	.describe = describe_run,
	.stage = stage_motion,
	.release = release_scan,
};

/* ---- events ---------------------------------------------------------------------------------- */

enum event_field
{
	ONSET,
	DURATION,
	TRIAL_TYPE,
	EVENT_FIELDS
};

static const table_field event_fields[EVENT_FIELDS] = {{"onset", "", true}, {"duration", "", true}, {"trial_type", "", false}};

typedef struct events
{
	double *onset, *duration;
	text_list type; /* "" where there is none */
	buffer *other;  /* [column] the cells of a further column as a JSON array */
	size_t count, room;
} events;

/* NaN where the file has n/a; a cell that is no number is a reject, and its event is left out. */
static psy_status
event_number(job *j, const table *t, int field, double *value, bool *good, psy_error *err)
{
	const char *cell = table_get(t, field);
	reject_at at = {.line = table_line(t), .column_name = event_fields[field].name, .column_number = t->of_field[field] + 1,
					.label = ((const bids_job *) j->opt->context)->label};
	psy_error why;

	*value = NAN;
	if (cell == NULL || parse_real(cell, value, &why) == PSY_OK)
		return PSY_OK;
	*good = false;
	return reject(j, &at, err, "bad_number", "found %.40s; expected the %s of an event in seconds", cell, event_fields[field].name);
}

/* Every further column but dates and what names a person. */
static void
add_others(events *e, const table *t)
{
	for (size_t c = 0; c < t->columns; c++)
	{
		const char *cell = table_cell(t, c);

		if (t->column[c].field != NO_FIELD || header_is_identifier(t->column[c].folded) || header_among(t->column[c].folded, "acq_time|date"))
			continue;
		buffer_byte(&e->other[c], e->count > 1 ? ',' : '[');
		if (cell == NULL || cell_is_identifier(cell))
			buffer_text(&e->other[c], "null");
		else
			json_string(&e->other[c], cell);
	}
}

static psy_status
add_event(job *j, events *e, const table *t, psy_error *err)
{
	const char *type = table_get(t, TRIAL_TYPE);
	bool good = true;
	psy_status status;

	if (e->count == MAX_EVENTS)
		return psy_fail(err, PSY_LIMIT, "more than %zu events", MAX_EVENTS);
	if (e->count == e->room)
	{
		e->room = e->room ? 2 * e->room : 256;
		e->onset = grow(e->onset, e->room, sizeof *e->onset);
		e->duration = grow(e->duration, e->room, sizeof *e->duration);
	}
	status = event_number(j, t, ONSET, &e->onset[e->count], &good, err);
	if (status == PSY_OK)
		status = event_number(j, t, DURATION, &e->duration[e->count], &good, err);
	if (status != PSY_OK || !good)
		return status;
	e->count++;
	list_add(&e->type, type ? type : "");
	add_others(e, t);
	return PSY_OK;
}

static psy_status
stage_arrays(job *j, const events *e, const table *t, psy_error *err)
{
	copy *out = &j->stage;
	buffer others = {0};
	psy_status status;

	buffer_byte(&others, '{');
	for (size_t c = 0; c < t->columns; c++)
		if (e->other[c].size > 0)
		{
			if (others.size > 1)
				buffer_byte(&others, ',');
			json_string(&others, t->column[c].name);
			buffer_format(&others, ":%s]", e->other[c].data);
		}
	buffer_byte(&others, '}');
	copy_key(j, ((scan_job *) j->extra)->scan);
	copy_float8_array(out, e->onset, e->count);
	copy_float8_array(out, e->duration, e->count);
	copy_text_array(out, &e->type);
	copy_text(out, others.data);
	status = copy_row_end(out, err);
	buffer_free(&others);
	return status;
}

static psy_status
stage_events(job *j, psy_error *err)
{
	const options plain = {0};
	events e = {0};
	table t;
	bool more;
	psy_status status = table_open(&t, j->path, &plain, event_fields, EVENT_FIELDS, NULL, NULL, err);

	if (status == PSY_OK)
		e.other = memset(grow(NULL, t.columns, sizeof *e.other), 0, t.columns * sizeof *e.other);
	while (status == PSY_OK && (status = table_next(&t, &more, err)) == PSY_OK && more)
		status = add_event(j, &e, &t, err);
	if (status == PSY_OK)
		status = table_close(&t, j->check, err);
	if (status == PSY_OK)
		status = stage_arrays(j, &e, &t, err);
	for (size_t c = 0; e.other != NULL && c < t.columns; c++)
		buffer_free(&e.other[c]);
	free(e.other);
	free(e.onset);
	free(e.duration);
	list_free(&e.type);
	table_free(&t);
	return status;
}

const loader load_bids_events = {
	.name = "bids_events",
	.options = OPT_STUDY,
	.target = "pg_temp.stage (\"row\", label, session, run, scan, task, onset_s, duration_s, trial_type, others)",
	.describe = describe_events,
	.stage = stage_events,
	.release = release_scan,
};
