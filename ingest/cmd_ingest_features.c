/*
 * cmd_ingest_features.c - psyrad ingest features FILE: values by region that another program computed, as vectors over an atlas.
 *
 * Wide tables have a row per participant and visit and a column per region; long ones a row per value; FreeSurfer's .stats files are one
 * scan each.  Rows become vectors here, not in the server: millions of narrow rows never leave the tool.  A region that the file says
 * nothing of is kept apart from one without a value, so that two files (left and right hemisphere) can make one vector.
 * A column or region that the atlas does not know refuses the file: dropping it silently would lose data, guessing would shift it.
 */
#include "cmd.h"

#include "feature_files.h"
#include "header.h"
#include "reader_cat12.h"
#include "reader_freesurfer.h"
#include "reader_tiv.h"
#include "rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum feature_field
{
	PARTICIPANT,
	SESSION,
	RUN,
	TIV,
	REGION,
	MEASURE,
	VALUE,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"participant_id",
	 "participant|subject|subject_id|subjid|sub|names|受试者编号|编号|受试者|患者编号|被试编号",
	 true},
	{"session", "ses|session_id|visit|visit_id|访视", false},
	{"run", "run_id", false},
	{"tiv", "etiv|icv|estimatedtotalintracranialvol|vol_tiv|颅内总体积", false},
	{"region", "roi|region_name|roi_name|structname|脑区", false},
	{"measure", "metric|指标", false},
	{"value", "数值|值", false},
};

/* Columns of FreeSurfer's tables that are of the whole brain: no regions, and no mistake either. */
static const char summary_columns[] =
	"brainsegvol|brainsegvolnotvent|brainsegvolnotventsurf|ventriclechoroidvol|lhcortexvol|rhcortexvol|cortexvol|"
	"lhcerebralwhitemattervol|rhcerebralwhitemattervol|cerebralwhitemattervol|subcortgrayvol|totalgrayvol|supratentorialvol|"
	"supratentorialvolnotvent|supratentorialvolnotventvox|maskvol|brainsegvol_to_etiv|maskvol_to_etiv|lhsurfaceholes|rhsurfaceholes|"
	"surfaceholes|meanthickness|whitesurfarea|lh_meanthickness_thickness|rh_meanthickness_thickness|lh_whitesurfarea_area|rh_whitesurfarea_area";

static psy_status
start(features *f, psy_error *err)
{
	const char *unit = f->job->opt->unit;
	psy_status status = regions_read(&f->regions, f->job->db, f->job->opt->atlas, err);

	f->scale = unit != NULL && header_among(unit, "ml|cm3") ? 1000 : unit != NULL && strcmp(unit, "l") == 0 ? 1e6 : 1;
	if (status != PSY_OK)
		return status;
	if (unit != NULL && !header_among(unit, "mm3|ml|cm3|l"))
		return psy_fail(err, PSY_DOMAIN, "--unit %.20s: expected mm3, ml, cm3 or l, the unit of the file's volumes", unit);
	region_names_start(&f->names, &f->regions);
	pivot_start(&f->pivot, f->regions.count);
	return PSY_OK;
}

static void
finish(features *f)
{
	pivot_free(&f->pivot);
	region_names_free(&f->names);
	regions_free(&f->regions);
	buffer_free(&f->label);
	buffer_free(&f->session);
}

/* A region by a column's name, in the hemisphere that the table says where its names do not. */
static int
find_region(features *f, const table_column *column)
{
	int at = region_names_find(&f->names, column->mapped ? column->folded : column->name);
	buffer whole = {0};

	if (at >= 0 || column->mapped || f->of_stats.hemisphere[0] == '\0')
		return at;
	buffer_format(&whole, "%s%s", f->of_stats.hemisphere, column->name);
	at = region_names_find(&f->names, whole.data);
	buffer_free(&whole);
	return at;
}

/* A column that is a region, by its name or by what --map calls it; item is its number, from 1. The first one of FreeSurfer's tables,
 * of the subjects, is called after the table. */
static bool
match_region(void *arg, table_column *column)
{
	features *f = arg;
	int at;

	if (column == f->table->column && stats_table_recognised(column->name, &f->of_stats))
	{
		column->field = PARTICIPANT;
		return true;
	}
	at = find_region(f, column);
	if (at < 0)
		return false;
	column->field = FIELDS;
	column->item = at + 1;
	return true;
}

/* A table that says of what measure it is, in its first cell or at its columns' ends, is loaded as no other. */
static psy_status
check_measure(const features *f, const table *t, psy_error *err)
{
	const char *said = f->job->opt->measure, *own = f->of_stats.measure;

	if (said == NULL)
		return PSY_OK;
	if (*own && !stats_measure_fits(own, said))
		return psy_fail(err, PSY_DOMAIN, "the table is of %s (%.60s), and --measure says %.60s", own, t->column[0].name, said);
	for (size_t c = 0; c < t->columns; c++)
		if (t->column[c].item > 0 && !t->column[c].mapped)
		{
			own = stats_measure_of(t->column[c].folded, f->regions.name[t->column[c].item - 1]);
			if (own != NULL && !stats_measure_fits(own, said))
				return psy_fail(err, PSY_DOMAIN, "column %zu (%.60s) is of %s, and --measure says %.60s", c + 1, t->column[c].name, own, said);
		}
	return PSY_OK;
}

/* A wide table: every column is something. */
static psy_status
check_columns(const features *f, const table *t, psy_error *err)
{
	bool *seen = grow(NULL, f->regions.count, sizeof *seen);
	size_t found = 0;
	psy_status status = PSY_OK;

	memset(seen, 0, f->regions.count * sizeof *seen);
	for (size_t c = 0; c < t->columns && status == PSY_OK; c++)
	{
		const table_column *column = &t->column[c];

		if (column->item > 0)
		{
			if (seen[column->item - 1])
				status = psy_fail(err, PSY_DOMAIN, "column %zu (%.60s): the region %s has a column before it", c + 1, column->name,
								  f->regions.name[column->item - 1]);
			seen[column->item - 1] = true;
			found++;
		}
		else if (column->field == NO_FIELD && !column->dropped && !header_is_identifier(column->folded) &&
				 !header_among(column->folded, summary_columns))
		{
			psy_fail(err, PSY_DOMAIN, "column %zu (%.60s) is no region of the atlas %s", c + 1, column->name, f->regions.atlas);
			status = f->of_stats.measure[0] && found == 0
						 ? psy_hint(err, "a table written with --transpose has its subjects as columns: write it without")
						 : psy_hint(err, "say which with --map REGION=COLUMN, or drop it with --identifier COLUMN");
		}
	}
	free(seen);
	if (status == PSY_OK && found == 0)
	{
		psy_fail(err, PSY_DOMAIN, "no column is a region of the atlas %s", f->regions.atlas);
		return psy_hint(err, "a table with a row per value needs the columns region and value");
	}
	return status;
}

/* Whose vector the record belongs to; *label NULL when the record was rejected. */
static psy_status
read_key(features *f, row *r, const char **label, int *run, psy_error *err)
{
	const char *cell = table_get(r->table, PARTICIPANT), *stated = table_get(r->table, SESSION);
	int64_t number = 1;
	bool present = true;
	psy_error why;
	psy_status status;

	*label = NULL;
	if (stated == NULL)
		stated = f->job->opt->session;
	features_split_label(cell ? cell : "", stated, &f->label, &f->session);
	status = cell != NULL ? participant_label(f->label.data, label, &why) : PSY_FORMAT;
	if (status != PSY_OK)
	{
		status = row_participant(r, PARTICIPANT, label, err);
		r->label = *label = NULL;
		return status;
	}
	r->label = *label;
	if (f->session.size == 0)
	{
		*label = NULL;
		if (r->table->of_field[SESSION] >= 0)
			return row_reject_field(r, SESSION, "missing_value", "empty; expected the visit", err);
		psy_fail(err, PSY_DOMAIN, "line %ld: neither the table nor the options say the session", table_line(r->table));
		return psy_hint(err, "name its column with --map session=COLUMN, or say --session");
	}
	if (r->table->of_field[RUN] >= 0)
	{
		status = row_whole(r, (size_t) r->table->of_field[RUN], 1, 32767, &number, &present, err);
		if (!present && table_get(r->table, RUN) != NULL)
			*label = NULL;
	}
	else if (f->job->opt->run != NULL && parse_whole(f->job->opt->run, 1, 32767, &number, &why) != PSY_OK)
		return psy_fail(err, PSY_DOMAIN, "--run %.20s: expected a number between 1 and 32767", f->job->opt->run);
	*run = present ? (int) number : 1;
	return status;
}

/* A cell as an element of a vector; a wrong one keeps its vector out. */
static psy_status
read_value(features *f, row *r, size_t column, size_t at, int region, psy_error *err)
{
	pivot_vector *v = &f->pivot.vector[at];
	const char *cell = records_cell(&r->table->rows, column);
	double value;
	psy_error why, full;
	psy_status status;

	if ((unsigned char) (*cell - '0') > 9 || f->job->opt->missing.count > 0)
		cell = table_cell(r->table, column);
	if (v->state[region] != ELEMENT_ABSENT)
	{
		r->number = 0;
		psy_fail(&full, PSY_DOMAIN, "the region %s of this participant and visit has a row before it; that one stands",
				 f->regions.name[region]);
		return row_reject(r, column, "duplicate_row", &full, err);
	}
	v->state[region] = ELEMENT_MISSING;
	if (cell == NULL)
		return PSY_OK;
	status = parse_real(cell, &value, &why);
	value *= f->scale;
	if (status == PSY_OK && !isfinite((float) value))
		status = psy_fail(&why, PSY_DOMAIN, "a value too large for single precision");
	if (status == PSY_OK)
	{
		v->value[region] = (float) value;
		v->state[region] = ELEMENT_PRESENT;
		return PSY_OK;
	}
	r->number = (int64_t) at + 1;
	psy_fail(&full, status, "found %.60s: %s", cell, why.message);
	return row_reject(r, column, status == PSY_FORMAT ? "bad_number" : "out_of_range", &full, err);
}

static psy_status
read_tiv(features *f, row *r, size_t at, psy_error *err)
{
	double value = 0;
	bool present = false;
	psy_status status = PSY_OK;

	r->number = (int64_t) at + 1;
	if (r->table->of_field[TIV] >= 0)
		status = row_real(r, (size_t) r->table->of_field[TIV], &value, &present, err);
	value *= present ? f->scale : 1;
	if (present && value > 0 && isfinite((float) value))
		f->pivot.vector[at].tiv = (float) value;
	else if (present)
		return row_reject_field(r, TIV, "out_of_range", "expected a volume above 0", err);
	return status;
}

static psy_status
read_wide(row *r, void *arg, psy_error *err)
{
	features *f = arg;
	const char *label;
	size_t at;
	int run = 1;
	bool added;
	psy_status status;

	r->number = 0;
	status = read_key(f, r, &label, &run, err);
	if (status != PSY_OK || label == NULL)
		return status;
	status = pivot_find(&f->pivot, label, f->session.data, run, "", table_line(r->table), &at, &added, err);
	if (status == PSY_OK && !added)
		return row_reject_field(r, PARTICIPANT, "duplicate_row", "this participant and visit has a row before it; that one stands", err);
	for (size_t c = 0; c < r->table->columns && status == PSY_OK; c++)
		if (r->table->column[c].item > 0)
			status = read_value(f, r, c, at, r->table->column[c].item - 1, err);
	return status == PSY_OK ? read_tiv(f, r, at, err) : status;
}

/* Whether the row's cells name the vector of the row before: then nothing of them needs to be read again. */
static bool
same_as_last(const features *f, const table *t)
{
	const pivot_vector *v;
	const char *cell;

	if (!f->has_last || t->of_field[RUN] >= 0)
		return false;
	v = &f->pivot.vector[f->last];
	cell = records_cell(&t->rows, (size_t) t->of_field[PARTICIPANT]);
	if (strcmp(cell, v->label) != 0 && (strncmp(cell, "sub-", 4) != 0 || strcmp(cell + 4, v->label) != 0))
		return false;
	if (t->of_field[SESSION] >= 0 && strcmp(records_cell(&t->rows, (size_t) t->of_field[SESSION]), v->session) != 0)
		return false;
	return t->of_field[MEASURE] < 0 || strcmp(records_cell(&t->rows, (size_t) t->of_field[MEASURE]), v->measure) == 0;
}

static psy_status
find_vector(features *f, row *r, psy_error *err)
{
	const char *label, *measure = table_get(r->table, MEASURE);
	int run = 1;
	bool added;
	psy_status status = read_key(f, r, &label, &run, err);

	f->has_last = false;
	if (status != PSY_OK || label == NULL)
		return status;
	if (measure == NULL && r->table->of_field[MEASURE] >= 0)
		return row_reject_field(r, MEASURE, "missing_value", "empty; expected what was measured", err);
	status = pivot_find(&f->pivot, label, f->session.data, run, measure ? measure : "", table_line(r->table), &f->last, &added, err);
	f->has_last = status == PSY_OK;
	return status;
}

static psy_status
read_long(row *r, void *arg, psy_error *err)
{
	features *f = arg;
	const char *name = records_cell(&r->table->rows, (size_t) r->table->of_field[REGION]);
	psy_status status = PSY_OK;
	int region;

	r->number = 0;
	if (!same_as_last(f, r->table))
		status = find_vector(f, r, err);
	if (status != PSY_OK || !f->has_last)
		return status;
	r->label = f->pivot.vector[f->last].label;
	region = region_names_find(&f->names, name);
	if (region < 0)
		return psy_fail(err, PSY_DOMAIN, "line %ld: found %.60s; it is no region of the atlas %s", table_line(r->table), name,
						f->regions.atlas);
	status = read_value(f, r, (size_t) r->table->of_field[VALUE], f->last, region, err);
	return status == PSY_OK && r->table->of_field[TIV] >= 0 ? read_tiv(f, r, f->last, err) : status;
}

/* What was measured, where no column says it: --measure, or FreeSurfer's own word for what is called so here too. */
static const char *
measure_of(const features *f)
{
	if (f->job->opt->measure != NULL)
		return f->job->opt->measure;
	return header_among(f->of_stats.measure, "thickness|area|volume") ? f->of_stats.measure : NULL;
}

static psy_status
read_table(features *f, psy_error *err)
{
	job *j = f->job;
	table t;
	bool is_long;
	psy_status status;

	f->table = &t;
	status = table_open(&t, j->path, j->opt, fields, FIELDS, match_region, f, err);
	f->table = NULL;
	is_long = status == PSY_OK && t.of_field[REGION] >= 0 && t.of_field[VALUE] >= 0;
	if (status == PSY_OK && !is_long)
		status = check_columns(f, &t, err);
	if (status == PSY_OK && !is_long)
		status = check_measure(f, &t, err);
	if (status == PSY_OK && is_long && t.of_field[MEASURE] >= 0 && j->opt->measure != NULL)
	{
		psy_fail(err, PSY_DOMAIN, "the file has a column %.60s, and --measure says %.60s", t.column[t.of_field[MEASURE]].name,
				 j->opt->measure);
		status = psy_hint(err, "leave out --measure");
	}
	if (status == PSY_OK && measure_of(f) == NULL && (!is_long || t.of_field[MEASURE] < 0))
		status = psy_fail(err, PSY_DOMAIN, "neither the table nor --measure says what was measured");
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, is_long ? read_long : read_wide, f, err);
	table_free(&t);
	return status;
}

/* What the file says of each region: 1 a value, 0 that there is none, -1 nothing.  False when each has a value. */
static bool
lacks_values(const pivot_vector *v, size_t count, float *coverage, bool *partial)
{
	bool lacks = false;

	*partial = false;
	for (size_t r = 0; r < count; r++)
	{
		coverage[r] = v->state[r] == ELEMENT_PRESENT ? 1 : v->state[r] == ELEMENT_ABSENT ? -1 : 0;
		lacks |= coverage[r] < 1;
		*partial |= coverage[r] < 0;
	}
	return lacks;
}

static psy_status
stage_vectors(features *f, psy_error *err)
{
	copy *out = &f->job->stage;
	float *coverage = grow(NULL, f->regions.count, sizeof *coverage);
	psy_status status = PSY_OK;

	for (size_t i = 0; i < f->pivot.count && status == PSY_OK; i++)
	{
		const pivot_vector *v = &f->pivot.vector[i];
		bool partial, lacks = lacks_values(v, f->regions.count, coverage, &partial);

		copy_row(out);
		copy_int8(out, (int64_t) i + 1);
		copy_int8(out, v->line);
		copy_text(out, v->label);
		copy_text(out, v->session);
		copy_int2(out, (int16_t) v->run);
		copy_text(out, *v->measure ? v->measure : measure_of(f));
		isnan(v->tiv) ? copy_null(out) : copy_float4(out, v->tiv);
		copy_bool(out, partial);
		copy_float4_array(out, v->value, f->regions.count);
		lacks ? copy_float4_array(out, coverage, f->regions.count) : copy_null(out);
		status = copy_row_end(out, err);
	}
	free(coverage);
	return status;
}

static psy_status
read_file(features *f, bool is_stats, psy_error *err)
{
	const job *j = f->job;

	if (is_stats)
		return features_read_stats(f, err);
	if (cat12_recognised(j->path))
		return features_read_cat12(f, err);
	if (tiv_recognised(j->path, strcmp(f->regions.atlas, "head") == 0))
		return features_read_tiv_text(f, err);
	if (j->opt->subjects != NULL)
		return psy_fail(err, PSY_DOMAIN, "--subjects: the file is no TIV.txt of CAT12");
	return read_table(f, err);
}

static psy_status
stage_features(job *j, psy_error *err)
{
	features f = {.job = j};
	bool is_stats = false;
	psy_status status = stats_recognised(j->path, &is_stats, err);

	if (status == PSY_OK)
		status = start(&f, err);
	if (status == PSY_OK)
		status = read_file(&f, is_stats, err);
	if (status == PSY_OK)
		status = stage_vectors(&f, err);
	finish(&f);
	return status;
}

/* The same values under other names are another file's facts. */
static psy_status
describe_features(job *j, buffer *json, psy_error *err)
{
	uint8_t sha256[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	uint64_t bytes;
	psy_status status;

	if (j->opt->subjects == NULL)
		return features_describe_scan(j, json, err);
	status = hash_file(j->opt->subjects, sha256, &bytes, err);
	if (status != PSY_OK)
		return status;
	hash_text(sha256, hex);
	json_open(json, "inputs", '{');
	json_member(json, "subjects", hex);
	buffer_byte(json, '}');
	return PSY_OK;
}

const loader load_features = {
	.name = "features",
	.summary = "values by region",
	.file = "FILE...",
	.options = OPT_STUDY | OPT_ATLAS | OPT_FEATURES | OPT_SCAN | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", line, label, session, run, measure, tiv, partial, value, coverage)",
	.describe = describe_features,
	.stage = stage_features,
};
