/* cmd_ingest_participants.c - psyrad ingest participants FILE.tsv: BIDS participants, with arm and site. */
#include "cmd.h"

#include "header.h"
#include "participants.h"
#include "rows.h"

#include <stdlib.h>

const table_field participant_fields[PARTICIPANT_FIELDS] = {
	{"participant_id", "participant|subject|subject_id|sub|受试者编号|编号|受试者|患者编号|被试编号", true},
	{"site", "site_id|center|centre|hospital|中心|研究中心|医院", false},
	{"arm", "group|treatment|allocation|组别|分组|组", true},
	{"sex", "gender|性别", false},
	{"age", "age_years|年龄", false},
	{"education_years", "education|years_of_education|受教育年限|教育年限", false},
	{"dropout_week", "脱落周|脱落时间", false},
	{"dropout_reason", "脱落原因", false},
};

const char *
sex_of(const char *cell)
{
	char *folded = fold_header(cell);
	const char *sex = header_among(folded, "f|female|woman|女|女性") ? "F"
					  : header_among(folded, "m|male|man|男|男性")   ? "M"
					  : header_among(folded, "o|other|其他")         ? "O"
																	 : NULL;

	free(folded);
	return sex;
}

static psy_status
read_sex(row *r, const char **sex, psy_error *err)
{
	const char *cell = table_get(r->table, SEX);
	psy_error why;

	*sex = cell == NULL ? NULL : sex_of(cell);
	if (cell == NULL || *sex != NULL)
		return PSY_OK;
	psy_fail(&why, PSY_DOMAIN, "found %.60s; expected F, M or O (female, male, other; 女, 男)", cell);
	return row_reject(r, (size_t) r->table->of_field[SEX], "bad_sex", &why, err);
}

/* A number of an optional field, staged as real. */
static psy_status
copy_real(row *r, int field, psy_error *err)
{
	double value;
	bool present = false;
	int column = r->table->of_field[field];
	psy_status status = column < 0 ? PSY_OK : row_real(r, (size_t) column, &value, &present, err);

	present ? copy_float4(&r->job->stage, (float) value) : copy_null(&r->job->stage);
	return status;
}

static psy_status
read_participant(row *r, void *arg, psy_error *err)
{
	const char *label, *sex, *week = NULL;
	copy *out = &r->job->stage;
	psy_status status = row_participant(r, PARTICIPANT, &label, err);

	(void) arg;
	if (status != PSY_OK || label == NULL)
		return status;
	status = read_sex(r, &sex, err);
	if (status == PSY_OK && r->table->of_field[DROPOUT_WEEK] >= 0)
		status = row_decimal(r, (size_t) r->table->of_field[DROPOUT_WEEK], &week, err);
	if (status != PSY_OK)
		return status;
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_text(out, label);
	copy_text(out, table_get(r->table, SITE));
	copy_text(out, table_get(r->table, ARM));
	copy_text(out, sex);
	status = copy_real(r, AGE, err);
	if (status == PSY_OK)
		status = copy_real(r, EDUCATION, err);
	copy_text(out, week);
	copy_text(out, table_get(r->table, DROPOUT_REASON));
	copy_text(out, table_raw(r->table));
	return status == PSY_OK ? copy_row_end(out, err) : status;
}

static psy_status
stage_participants(job *j, psy_error *err)
{
	table t;
	psy_status status = table_open(&t, j->path, j->opt, participant_fields, PARTICIPANT_FIELDS, NULL, NULL, err);

	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_participant, NULL, err);
	table_free(&t);
	return status;
}

const loader load_participants = {
	.name = "participants",
	.summary = "participants with site, arm, sex, age",
	.file = "FILE.tsv...",
	.options = OPT_STUDY | OPT_TABLE | OPT_SITE,
	.target =
		"pg_temp.stage (\"row\", line, label, site, arm, sex, age_years, education_years, dropout_week, "
		"dropout_reason, raw)",
	.stage = stage_participants,
};
