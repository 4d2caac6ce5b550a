/*
 * cmd_ingest_sessions.c - psyrad ingest sessions FILE: treatment sessions that were given, a row each.
 *
 * Days are offsets, never dates.  Which points a cell means is the warehouse's to say.
 */
#include "cmd.h"

#include "rows.h"

enum session_field
{
	PARTICIPANT,
	NUMBER,
	PROTOCOL,
	POINTS,
	DAY,
	DECIMALS,
	MINUTES = DECIMALS,
	INTENSITY,
	DEQI_SCORE,
	ADVERSE_EVENT,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"participant_id", "participant|subject|subject_id|sub|受试者编号|编号|受试者|患者编号|被试编号", true},
	{"session_number", "session|session_no|treatment_number|治疗序号|次序|第几次", true},
	{"protocol", "方案|治疗方案", false},
	{"points", "acupoints|穴位|取穴|选穴|实际取穴", false},
	{"day", "day_offset|days|天|治疗日|距基线天数", false},
	{"minutes", "retention_min|duration_min|留针分钟|时长", false},
	{"intensity_ma", "intensity|current_ma|电流|强度", false},
	{"deqi_score", "deqi|得气评分", false},
	{"adverse_event", "ae|adverse_events|不良事件|不良反应", false},
};

static psy_status
copy_decimals(row *r, psy_error *err)
{
	psy_status status = PSY_OK;

	for (int k = DECIMALS; k < ADVERSE_EVENT && status == PSY_OK; k++)
	{
		const char *value = NULL;

		if (r->table->of_field[k] >= 0)
			status = row_decimal(r, (size_t) r->table->of_field[k], &value, err);
		copy_text(&r->job->stage, value);
	}
	return status;
}

static psy_status
read_session(row *r, void *arg, psy_error *err)
{
	const char *label;
	copy *out = &r->job->stage;
	psy_status status = row_participant(r, PARTICIPANT, &label, err);

	(void) arg;
	if (status != PSY_OK || label == NULL)
		return status;
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_text(out, label);
	status = row_copy_whole(r, r->table->of_field[NUMBER], 1, 10000, 1, err);
	copy_text(out, table_get(r->table, PROTOCOL));
	copy_text(out, table_get(r->table, POINTS));
	if (status == PSY_OK)
		status = row_copy_whole(r, r->table->of_field[DAY], -3650, 36500, 1, err);
	if (status == PSY_OK)
		status = copy_decimals(r, err);
	copy_text(out, table_get(r->table, ADVERSE_EVENT));
	copy_text(out, table_raw(r->table));
	return status == PSY_OK ? copy_row_end(out, err) : status;
}

static psy_status
stage_sessions(job *j, psy_error *err)
{
	table t;
	psy_status status = table_open(&t, j->path, j->opt, fields, FIELDS, NULL, NULL, err);

	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_session, NULL, err);
	table_free(&t);
	return status;
}

const loader load_sessions = {
	.name = "sessions",
	.summary = "treatment sessions that were given",
	.file = "FILE.csv...",
	.options = OPT_STUDY | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", line, label, session_number, protocol, points_text, day, minutes, "
			  "intensity_ma, deqi_score, "
			  "adverse_event, raw)",
	.stage = stage_sessions,
};
