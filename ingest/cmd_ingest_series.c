/*
 * cmd_ingest_series.c - psyrad ingest series FILE: region time courses, a column a region and a row a volume.
 *
 * Columns are matched to the atlas by name, whatever their order; a region that is unknown or missing refuses
 * the file. Beside it may lie <scan>_desc-confounds_timeseries.tsv (head motion) and a .json with the
 * repetition time: both belong to the meaning of the file, so that their hashes are part of the manifest's
 * options.
 */
#include "cmd.h"

#include "reader_csv.h"
#include "regions.h"
#include "scan.h"
#include "rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIES_MAX_VALUES ((size_t) 32 << 20) /* 384 MB on the wire; the server refuses values above 1 GB */
#define SIDECAR_LIMIT ((size_t) 1 << 20)

/* Kept in job->extra from describe to the end of stage. */
typedef struct series
{
	scan scan;
	char *confounds; /* path, or NULL */
	buffer sidecar;  /* text of the .json */
	uint8_t confounds_sha256[SHA256_BYTES];
} series;

/* A glob names companions too. */
static bool
is_companion(const char *path)
{
	const char *dot = strrchr(path, '.');
	bids_name name;
	psy_error err;

	if (dot != NULL && strcmp(dot, ".json") == 0)
		return true;
	return bids_parse(path, &name, &err) == PSY_OK && strcmp(name.desc, "confounds") == 0;
}

/* The .json with the series's own name, else that of the scan. */
static char *
find_sidecar(const job *j, const scan *s)
{
	buffer own = {0};
	const char *dot = strrchr(j->path, '.');
	source test;
	psy_error err;
	char *found;

	buffer_add(&own, j->path, dot ? (size_t) (dot - j->path) : strlen(j->path));
	buffer_text(&own, ".json");
	if (source_open(&test, own.data, &err) == PSY_OK)
	{
		source_close(&test);
		return own.data;
	}
	buffer_free(&own);
	found = scan_companion(j, s, "_timeseries.json");
	return found ? found : scan_companion(j, s, "_bold.json");
}

static psy_status
describe_sidecar(job *j, series *s, buffer *json, psy_error *err)
{
	char *path = find_sidecar(j, &s->scan), hex[2 * SHA256_BYTES + 1];
	uint8_t sha256[SHA256_BYTES];
	psy_status status;
	psy_error why;

	if (path == NULL)
		return PSY_OK;
	status = read_document(path, SIDECAR_LIMIT, &s->sidecar, sha256, &why);
	free(path);
	if (status != PSY_OK)
		return psy_fail(err, status, "the .json beside the series: %s", why.message);
	hash_text(sha256, hex);
	json_member(json, "sidecar", hex);
	return PSY_OK;
}

static psy_status
describe_series(job *j, buffer *json, psy_error *err)
{
	series *s = grow(NULL, 1, sizeof *s);
	char hex[2 * SHA256_BYTES + 1];
	uint64_t size;
	psy_status status;

	*s = (series){0};
	j->extra = s;
	status = scan_identify(j, &s->scan, err);
	if (status != PSY_OK)
		return status;
	json_open(json, "inputs", '{');
	s->confounds = scan_companion(j, &s->scan, "_desc-confounds_timeseries.tsv");
	if (s->confounds == NULL)
		s->confounds = scan_companion(j, &s->scan, "_desc-confounds_regressors.tsv");
	if (s->confounds != NULL)
	{
		status = hash_file(s->confounds, s->confounds_sha256, &size, err);
		hash_text(s->confounds_sha256, hex);
		json_member(json, "confounds", hex);
	}
	if (status == PSY_OK)
		status = describe_sidecar(j, s, json, err);
	buffer_byte(json, '}');
	return status;
}

static void
release_series(job *j)
{
	series *s = j->extra;

	if (s == NULL)
		return;
	free(s->confounds);
	buffer_free(&s->sidecar);
	free(s);
}

/* The mean of framewise_displacement over the volumes that have one. */
static psy_status
read_confounds(job *j, const series *s, long volumes, double *mean_fd, psy_error *err)
{
	static const table_field fields[] = {{"framewise_displacement", "fd|framewisedisplacement", true}};
	options plain = {0};
	table t;
	long rows = 0, used = 0;
	double sum = 0;
	bool more;
	psy_error why;
	psy_status status = table_open(&t, s->confounds, &plain, fields, 1, NULL, NULL, &why);

	(void) j;
	while (status == PSY_OK && (status = table_next(&t, &more, &why)) == PSY_OK && more)
	{
		const char *cell = table_get(&t, 0);
		double value;

		rows++;
		if (cell == NULL)
			continue;
		status = parse_real(cell, &value, &why);
		if (status == PSY_OK && value < 0)
			status =
				psy_fail(&why, PSY_DOMAIN, "line %ld: framewise_displacement is negative", table_line(&t));
		sum += value;
		used++;
	}
	if (status == PSY_OK)
		status = table_close(&t, s->confounds_sha256, &why);
	table_free(&t);
	if (status == PSY_OK && rows != volumes)
		status = psy_fail(&why, PSY_SHAPE, "it has %ld rows; the series has %ld", rows, volumes);
	if (status != PSY_OK)
		return psy_fail(err, status, "the confounds file beside the series: %s", why.message);
	*mean_fd = used > 0 ? sum / (double) used : NAN;
	return PSY_OK;
}

/* Which region each column is: position[column]. */
static psy_status
match_regions(const csv_reader *csv, const regions *r, int *position, psy_error *err)
{
	bool *seen = grow(NULL, r->count, sizeof *seen);
	psy_status status = PSY_OK;

	memset(seen, 0, r->count * sizeof *seen);
	for (size_t c = 0; c < csv->cells && status == PSY_OK; c++)
	{
		int at = regions_find(r, csv_cell(csv, c));

		if (at < 0 || seen[at])
		{
			psy_fail(err, PSY_DOMAIN,
					 at < 0 ? "column %zu (%.80s) is no region of the atlas %s"
							: "column %zu (%.80s) is there twice (atlas %s)",
					 c + 1, csv_cell(csv, c), r->atlas);
			status = psy_hint(err, "a file without header: --by-position");
			break;
		}
		seen[at] = true;
		position[c] = at;
	}
	for (size_t i = 0; i < r->count && status == PSY_OK; i++)
		if (!seen[i])
			status = psy_fail(
				err, PSY_DOMAIN,
				"the header lacks the region %s of the atlas %s (%zu regions; the file has %zu columns)",
				r->name[i], r->atlas, r->count, csv->cells);
	free(seen);
	return status;
}

typedef struct matrix
{
	double *value; /* [volumes][regions]: the connectome is computed before the series is rounded to float4 */
	size_t volumes, room, regions;
	int *position;
} matrix;

static psy_status
add_volume(job *j, const csv_reader *csv, matrix *m, psy_error *err)
{
	double *to;

	if (csv->cells != m->regions)
		return psy_fail(err, PSY_SHAPE, "line %ld has %zu cells; expected %zu, one a region", csv->line,
						csv->cells, m->regions);
	if ((m->volumes + 1) * m->regions > SERIES_MAX_VALUES)
		return psy_fail(err, PSY_LIMIT, "line %ld: more than %zu values", csv->line, SERIES_MAX_VALUES);
	if (m->volumes == m->room)
	{
		m->room = m->room ? 2 * m->room : 256;
		m->value = grow(m->value, m->room * m->regions, sizeof *m->value);
	}
	to = m->value + m->volumes++ * m->regions;
	for (size_t c = 0; c < m->regions; c++)
	{
		double value = NAN;
		psy_error why;

		if (!cell_missing(j->opt, csv_cell(csv, c)) && parse_real(csv_cell(csv, c), &value, &why) != PSY_OK)
			return psy_fail(err, PSY_FORMAT, "line %ld, column %zu: found %.40s: %s", csv->line, c + 1,
							csv_cell(csv, c), why.message);
		if (isfinite(value) && !isfinite((float) value))
			return psy_fail(err, PSY_DOMAIN, "line %ld, column %zu: a value too large for single precision",
							csv->line, c + 1);
		to[m->position[c]] = value;
	}
	return PSY_OK;
}

/* The header, or with --by-position the count of columns; the first record is then already a volume. */
static psy_status
read_first(job *j, csv_reader *csv, const regions *r, matrix *m, psy_error *err)
{
	bool more;
	psy_status status = csv_next(csv, &more, err);

	if (status != PSY_OK)
		return status;
	if (!more)
		return psy_fail(err, PSY_FORMAT, "the file is empty");
	m->regions = r->count;
	m->position = grow(NULL, csv->cells > r->count ? csv->cells : r->count, sizeof *m->position);
	if (!j->opt->by_position)
		return match_regions(csv, r, m->position, err);
	for (size_t i = 0; i < r->count; i++)
		m->position[i] = (int) i;
	return add_volume(j, csv, m, err);
}

static psy_status
read_matrix(job *j, const regions *r, matrix *m, psy_error *err)
{
	source from = {.fd = -1};
	csv_reader csv = {0};
	uint8_t sha256[SHA256_BYTES];
	uint64_t size;
	bool more = true;
	psy_status status = source_open(&from, j->path, err);

	if (status != PSY_OK)
		return status;
	status = csv_open(&csv, &from, j->opt->encoding, 0, err);
	if (status == PSY_OK)
		status = read_first(j, &csv, r, m, err);
	while (status == PSY_OK && (status = csv_next(&csv, &more, err)) == PSY_OK && more)
		status = add_volume(j, &csv, m, err);
	if (status == PSY_OK)
		status = source_finish(&from, sha256, &size, err);
	if (status == PSY_OK && memcmp(sha256, j->sha256, SHA256_BYTES) != 0)
		status = psy_fail(err, PSY_FORMAT, "the file changed while it was being read");
	if (status == PSY_OK && m->volumes < 2)
		status = psy_fail(err, PSY_SHAPE, "%zu volumes; a time course needs at least 2", m->volumes);
	csv_done(&csv);
	source_close(&from);
	return status;
}

static psy_status
stage_matrix(job *j, const series *s, const matrix *m, psy_error *err)
{
	copy *out = &j->stage;
	double mean_fd = NAN;
	psy_status status = PSY_OK;

	if (s->confounds != NULL)
		status = read_confounds(j, s, (long) m->volumes, &mean_fd, err);
	if (status != PSY_OK)
		return status;
	j->read = 1;
	copy_row(out);
	copy_int8(out, 1);
	copy_text(out, s->scan.label);
	copy_text(out, s->scan.session);
	copy_int2(out, (int16_t) s->scan.run);
	copy_text(out, s->scan.name.task[0] ? s->scan.name.task : NULL);
	copy_int4(out, (int32_t) m->volumes);
	isfinite(mean_fd) ? copy_float8(out, mean_fd) : copy_null(out);
	copy_text(out, s->sidecar.size ? s->sidecar.data : NULL);
	copy_float8_matrix(out, m->value, m->volumes, m->regions);
	return copy_row_end(out, err);
}

static psy_status
stage_series(job *j, psy_error *err)
{
	regions r;
	matrix m = {0};
	psy_status status = regions_read(&r, j->db, j->opt->atlas, err);

	if (status == PSY_OK)
		status = read_matrix(j, &r, &m, err);
	if (status == PSY_OK)
		status = stage_matrix(j, j->extra, &m, err);
	free(m.value);
	free(m.position);
	regions_free(&r);
	return status;
}

const loader load_series = {
	.name = "series",
	.summary = "region time series (and their connectome)",
	.file = "FILE...",
	.options = OPT_STUDY | OPT_ATLAS | OPT_SCAN | OPT_SCANNER | OPT_SERIES | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", label, session, run, task, volumes, mean_fd_mm, sidecar, value)",
	.companion = is_companion,
	.describe = describe_series,
	.stage = stage_series,
	.release = release_series,
};
