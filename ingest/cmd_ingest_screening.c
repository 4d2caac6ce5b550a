/*
 * cmd_ingest_screening.c - psyrad ingest screening FILE: what people decided on records of literature, a row a record.
 *
 * Our own columns, Rayyan's export (the notes name who decided what), Covidence's lists (the file is the decision, the
 * notes have the reason) and ASReview's (a label a record): which words mean a decision, and which record a row means, is
 * the warehouse's to say (migrations/deploy/screening_load.sql).
 */
#include "cmd.h"

#include "rows.h"

enum screening_field
{
	RECORD,
	DOI,
	PMID,
	TITLE,
	YEAR,
	STAGE,
	SCREENER,
	DECISION,
	REASON,
	COMMENT,
	DECIDED_AT,
	CONSENSUS,
	NOTES,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"record", "source_record_id|record_id|report_id|记录编号", false},
	{"doi", "", false},
	{"pmid", "pubmed_id|pubmed id", false},
	{"title", "primary_title|题名|标题", false},
	{"year", "publication_year|published year|年份", false},
	{"stage", "phase|阶段", false},
	{"screener", "reviewer|reviewer_name|筛选者|评价者", false},
	{"decision", "vote|included|label_included|asreview_label|label|决定", false},
	{"reason", "exclusion_reason|reason_for_exclusion|排除理由|排除原因", false},
	{"comment", "asreview_note|备注", false},
	{"decided_at", "date|decided|asreview_time|日期", false},
	{"consensus", "协商", false},
	{"notes", "", false},
};

static psy_status
read_decision(row *r, void *arg, psy_error *err)
{
	copy *out = &r->job->stage;

	(void) arg;
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	for (int field = 0; field < FIELDS; field++)
		copy_text(out, table_get(r->table, field));
	copy_text(out, table_raw(r->table));
	return copy_row_end(out, err);
}

static psy_status
check_columns(const table *t, psy_error *err)
{
	if (t->of_field[RECORD] < 0 && t->of_field[DOI] < 0 && t->of_field[PMID] < 0 && t->of_field[TITLE] < 0)
	{
		psy_fail(err, PSY_FORMAT, "no column tells which record a row is about");
		return psy_hint(err, "expected record (the warehouse's number), doi, pmid, or title; --map title=COLUMN names another column");
	}
	if (t->of_field[DECISION] < 0 && t->of_field[NOTES] < 0 && t->opt->decision == NULL)
	{
		psy_fail(err, PSY_FORMAT, "no column holds decisions");
		return psy_hint(err, "expected decision (include, exclude, unsure), Rayyan's or Covidence's notes, or ASReview's label; --map decision=COLUMN "
							 "names another column, --decision WORD says it of every record");
	}
	return PSY_OK;
}

static psy_status
stage_screening(job *j, psy_error *err)
{
	table t;
	psy_status status = table_open(&t, j->path, j->opt, fields, FIELDS, NULL, NULL, err);

	if (status == PSY_OK)
		status = check_columns(&t, err);
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_decision, NULL, err);
	table_free(&t);
	return status;
}

const loader load_screening = {
	.name = "screening",
	.summary = "decisions of screeners: own columns, Rayyan, Covidence, ASReview",
	.file = "FILE.csv...",
	.options = OPT_SCREENING | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", line, record, doi, pmid, title, year, stage, screener, decision, reason, comment, "
			  "decided_at, consensus, notes, raw)",
	.stage = stage_screening,
};
