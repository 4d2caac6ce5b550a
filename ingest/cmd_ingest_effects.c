/* cmd_ingest_effects.c - psyrad ingest effects FILE: results of trials as their papers state them, a
 * comparison a row. */
#include "cmd.h"

#include "header.h"
#include "rows.h"

#include <stdlib.h>

enum effect_field
{
	STUDY,
	YEAR,
	EFFECT,
	OUTCOME,
	OUTCOME_TYPE,
	INTERVENTION,
	COMPARATOR,
	WEEKS,
	N1,
	M1,
	SD1,
	N2,
	M2,
	SD2,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"study", "evidence_study|author_year|研究", true},
	{"year", "publication_year|年份|年", false},
	{"effect", "comparison|comparison_id", false},
	{"outcome", "instrument|结局|量表", true},
	{"outcome_type", "type|结局类型", true},
	{"intervention", "treatment|干预", true},
	{"comparator", "control|对照", true},
	{"weeks", "week|周", false},
	{"n1", "n_t|n_treat", true},
	{"m1", "mean1|m_t", true},
	{"sd1", "sd_t", true},
	{"n2", "n_c|n_control", true},
	{"m2", "mean2|m_c", true},
	{"sd2", "sd_c", true},
};

static psy_status
copy_whole(row *r, int field, int64_t lo, int64_t hi, psy_error *err)
{
	int64_t value;
	bool present = false;
	int column = r->table->of_field[field];
	psy_status status = column < 0 ? PSY_OK : row_whole(r, (size_t) column, lo, hi, &value, &present, err);

	present ? copy_int4(&r->job->stage, (int32_t) value) : copy_null(&r->job->stage);
	return status;
}

static psy_status
copy_number(row *r, int field, psy_error *err)
{
	double value;
	bool present = false;
	psy_status status = row_real(r, (size_t) r->table->of_field[field], &value, &present, err);

	present ? copy_float8(&r->job->stage, value) : copy_null(&r->job->stage);
	return status;
}

static psy_status
copy_folded(row *r, int field)
{
	const char *cell = table_get(r->table, field);
	char *folded = cell ? fold_header(cell) : NULL;

	copy_text(&r->job->stage, folded);
	free(folded);
	return PSY_OK;
}

static psy_status
read_groups(row *r, psy_error *err)
{
	psy_status status = PSY_OK;

	for (int field = N1; field < FIELDS && status == PSY_OK; field++)
		status =
			field == N1 || field == N2 ? copy_whole(r, field, 1, INT32_MAX, err) : copy_number(r, field, err);
	return status;
}

static psy_status
read_effect(row *r, void *arg, psy_error *err)
{
	copy *out = &r->job->stage;
	const char *weeks = NULL;
	psy_status status = PSY_OK;

	(void) arg;
	if (r->table->of_field[WEEKS] >= 0)
		status = row_decimal(r, (size_t) r->table->of_field[WEEKS], &weeks, err);
	if (status != PSY_OK)
		return status;
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_text(out, table_get(r->table, STUDY));
	status = copy_whole(r, YEAR, 1900, 2200, err);
	copy_text(out, table_get(r->table, EFFECT));
	copy_text(out, table_get(r->table, OUTCOME));
	copy_folded(r, OUTCOME_TYPE);
	copy_text(out, table_get(r->table, INTERVENTION));
	copy_folded(r, COMPARATOR);
	copy_text(out, weeks);
	if (status == PSY_OK)
		status = read_groups(r, err);
	copy_text(out, table_raw(r->table));
	return status == PSY_OK ? copy_row_end(out, err) : status;
}

static psy_status
stage_effects(job *j, psy_error *err)
{
	table t;
	psy_status status = table_open(&t, j->path, j->opt, fields, FIELDS, NULL, NULL, err);

	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_effect, NULL, err);
	table_free(&t);
	return status;
}

const loader load_effects = {
	.name = "effects",
	.summary = "means and SDs of published trials",
	.file = "FILE.csv...",
	.options = OPT_TABLE | OPT_SIMULATED,
	.target = "pg_temp.stage (\"row\", line, evidence_study, year, effect, outcome, outcome_type, "
			  "intervention, comparator, "
			  "weeks, n1, m1, sd1, n2, m2, sd2, raw)",
	.stage = stage_effects,
};
