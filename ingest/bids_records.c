/*
 * bids_records.c - the tables of a BIDS data set that say something of people, visits or scans: participants.tsv, sessions.tsv,
 * phenotype tables and scans.tsv, each row as one object of the cells that had a value.
 *
 * Cells are kept as they stand; what they mean is the dictionary's (the .json beside the table), in the warehouse.  Dates (acq_time, and
 * cells that look like one) and columns that name a person are dropped here.
 */
#include "bids_load.h"

#include "header.h"
#include "participants.h"
#include "rows.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum record_field
{
	OF_WHOM,
	AT_VISIT,
	FILENAME,
	RECORD_FIELDS
};

static const table_field record_fields[RECORD_FIELDS] = {
	{"participant_id", "", false},
	{"session", "session_id", false},
	{"filename", "", false},
};

/* Kept in job->extra. */
typedef struct records_job
{
	options opt; /* without the identifiers, which not every table has */
	text_list path, text;
	bool *kept; /* [column] */
	dictionary words;
	long capped; /* ages of 89+ */
	table_field fields[PARTICIPANT_FIELDS];
} records_job;

/* "sub-01_sessions.tsv" sessions; "hamd.tsv" hamd. */
static void
suffix_of(const bids_job *b, char *suffix, size_t room)
{
	const char *slash = strrchr(b->file->path, '/'), *base = slash ? slash + 1 : b->file->path;
	const char *from = b->file->kind == BIDS_PHENOTYPE || strrchr(base, '_') == NULL ? base : strrchr(base, '_') + 1;

	snprintf(suffix, room, "%.*s", (int) strcspn(from, "."), from);
}

static psy_status
describe_records(job *j, buffer *json, psy_error *err)
{
	const bids_job *b = j->opt->context;
	records_job *own = grow(NULL, 1, sizeof *own);
	char suffix[256];

	*own = (records_job){.opt = *j->opt};
	own->opt.identifier = (text_list){0};
	if (b->file->kind != BIDS_PARTICIPANTS) /* --map is of the participants' columns */
		own->opt.map = (text_list){0};
	j->extra = own;
	suffix_of(b, suffix, sizeof suffix);
	if (b->source != NULL)
		json_member(json, "source", b->source);
	if (*b->label) /* two people's tables may be the same, byte by byte */
	{
		json_member(json, "subject", b->label);
		json_member(json, "session", b->file->name.ses);
	}
	return bids_documents(b, suffix, &own->path, &own->text, json, err);
}

static void
release_records(job *j)
{
	records_job *own = j->extra;

	if (own == NULL)
		return;
	list_free(&own->path);
	list_free(&own->text);
	dictionary_free(&own->words);
	free(own->kept);
	free(own);
}

static bool
is_declared_identifier(const options *opt, const char *folded)
{
	bool found = false;

	for (size_t i = 0; i < opt->identifier.count && !found; i++)
	{
		char *name = fold_header(opt->identifier.item[i]);

		found = strcmp(name, folded) == 0;
		free(name);
	}
	return found;
}

/* The columns whose cells go into the record, told to the warehouse for its messages. */
static psy_status
choose_columns(job *j, records_job *own, const table *t, psy_error *err)
{
	copy out;
	psy_status status = PSY_OK;

	own->kept = grow(NULL, t->columns, sizeof *own->kept);
	copy_begin(&out, j->db, "pg_temp.stage_column (field, name, number)");
	for (size_t c = 0; c < t->columns && status == PSY_OK; c++)
	{
		const table_column *column = &t->column[c];
		char *folded = fold_header(column->name);

		own->kept[c] = *column->name && !header_is_identifier(folded) && !is_declared_identifier(j->opt, folded) &&
					   !header_among(folded, "participant_id|session_id|filename|acq_time|acq_time_iso|date|scan_date|visit_date|session_date");
		free(folded);
		if (!own->kept[c])
			continue;
		copy_row(&out);
		copy_text(&out, "record");
		copy_text(&out, column->name);
		copy_int4(&out, (int32_t) c + 1);
		status = copy_row_end(&out, err);
	}
	if (status == PSY_OK)
		status = copy_flush(&out, err);
	copy_free(&out);
	return status;
}

/* What --level says that a cell means, or the cell. */
static const char *
resolved(const options *opt, const char *column, const char *cell)
{
	for (size_t i = 0; i < opt->level.count; i++)
	{
		const char *rule = opt->level.item[i], *colon = strchr(rule, ':'), *equals = strrchr(rule, '=');
		size_t name = (size_t) (colon - rule), value = (size_t) (equals - colon) - 1;

		if (strlen(column) == name && strncmp(rule, column, name) == 0 && strlen(cell) == value && strncmp(colon + 1, cell, value) == 0)
			return equals + 1;
	}
	return cell;
}

/* 2021-03-04, 2021/3/4, perhaps with a time behind it. */
static bool
is_date(const char *cell)
{
	int digits[3] = {0};
	const char *p = cell;

	for (int part = 0; part < 3; part++)
	{
		for (; isdigit((unsigned char) *p); p++)
			digits[part]++;
		if (part < 2 && *p != '-' && *p != '/')
			return false;
		p += part < 2;
	}
	return digits[0] == 4 && digits[1] >= 1 && digits[1] <= 2 && digits[2] >= 1 && digits[2] <= 2 && (*p == '\0' || *p == 'T' || *p == ' ');
}

/* A cell that is not kept, reported without its text; the row stands. */
static psy_status
drop_cell(row *r, size_t column, const char *code, const char *message, psy_error *err)
{
	reject_at at = {.line = table_line(r->table),
					.column_name = r->table->column[column].name,
					.column_number = (int) column + 1,
					.label = r->label};

	return reject(r->job, &at, err, code, "%s", message);
}

static psy_status
build_record(row *r, const records_job *own, buffer *record, psy_error *err)
{
	psy_status status = PSY_OK;

	buffer_clear(record);
	buffer_byte(record, '{');
	for (size_t c = 0; c < r->table->columns && status == PSY_OK; c++)
	{
		const char *name = r->table->column[c].name, *cell = own->kept[c] ? table_cell(r->table, c) : NULL;

		if (cell == NULL)
			continue;
		if (is_date(cell))
			status = drop_cell(r, c, "date_dropped", "a date, which is not kept; expected days since baseline", err);
		else if (cell_is_identifier(cell))
			status = drop_cell(r, c, "identifier_dropped", "looks like an identity card or telephone number, which is not kept", err);
		else
			json_member(record, name, resolved(r->job->opt, name, cell));
	}
	buffer_byte(record, '}');
	return status;
}

static const char *
bare_session(const char *cell)
{
	return cell != NULL && strncmp(cell, "ses-", 4) == 0 ? cell + 4 : cell;
}

/* ---- participants.tsv ------------------------------------------------------------------------ */

/* A cell of an optional field that is wrong is reported, and the person stays.  89+ is BIDS's own word for ages that could tell who
 * somebody is: no number, and nothing wrong. */
static psy_status
copy_optional(row *r, records_job *own, int field, psy_error *err)
{
	int column = r->table->of_field[field];
	const char *cell = column >= 0 ? table_cell(r->table, (size_t) column) : NULL;
	bool capped = field == AGE && cell != NULL && strcmp(cell, "89+") == 0;
	int64_t number = r->number;
	double value;
	bool present = false;
	psy_status status = PSY_OK;

	own->capped += capped;
	r->number = 0;
	if (cell != NULL && !capped)
		status = row_real(r, (size_t) column, &value, &present, err);
	r->number = number;
	present ? copy_float4(&r->job->stage, (float) value) : copy_null(&r->job->stage);
	return status;
}

char *
site_code(const char *cell)
{
	buffer code = {0};

	if (isdigit((unsigned char) *cell))
		buffer_text(&code, "site_");
	for (const char *c = cell; *c; c++)
	{
		bool other = !isalnum((unsigned char) *c) && (unsigned char) *c < 128;

		if (!other)
			buffer_byte(&code, (char) tolower((unsigned char) *c));
		else if (code.size > 0 && code.data[code.size - 1] != '_')
			buffer_byte(&code, '_');
	}
	while (code.size > 0 && code.data[code.size - 1] == '_')
		code.data[--code.size] = '\0';
	return code.size > 0 ? code.data : (buffer_free(&code), keep_text(cell));
}

/* By the dictionary where it has levels: a code that it lacks (which the warehouse reports) is no sex. */
static psy_status
read_sex(row *r, const records_job *own, const char **sex, psy_error *err)
{
	int column = r->table->of_field[SEX];
	const char *cell = column < 0 ? NULL : table_cell(r->table, (size_t) column);
	const dictionary_field *f;

	*sex = NULL;
	if (cell == NULL)
		return PSY_OK;
	cell = resolved(r->job->opt, r->table->column[column].name, cell);
	f = dictionary_find(&own->words, r->table->column[column].folded);
	if (f == NULL || f->code.count == 0)
		*sex = sex_of(cell);
	else
	{
		size_t i = 0;

		while (i < f->code.count && strcmp(f->code.item[i], cell) != 0)
			i++;
		if (i == f->code.count)
			return PSY_OK;
		*sex = sex_of(cell) != NULL ? sex_of(cell) : sex_of(f->answer.item[i]);
	}
	return *sex != NULL ? PSY_OK : drop_cell(r, (size_t) column, "bad_sex", "neither the cell nor its level says female, male or other", err);
}

static psy_status
read_participant(row *r, void *arg, psy_error *err)
{
	records_job *own = arg;
	copy *out = &r->job->stage;
	const char *label, *sex, *arm = table_get(r->table, ARM), *week = NULL;
	char *site;
	buffer record = {0};
	psy_status status = row_participant(r, PARTICIPANT, &label, err);

	if (status != PSY_OK || label == NULL)
		return status;
	site = table_get(r->table, SITE) ? site_code(table_get(r->table, SITE)) : NULL;
	status = read_sex(r, own, &sex, err);
	if (status == PSY_OK)
		status = build_record(r, own, &record, err);
	if (status == PSY_OK && r->table->of_field[DROPOUT_WEEK] >= 0)
		status = row_decimal(r, (size_t) r->table->of_field[DROPOUT_WEEK], &week, err);
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_text(out, label);
	copy_text(out, site);
	free(site);
	copy_text(out, arm != NULL ? resolved(r->job->opt, r->table->column[r->table->of_field[ARM]].name, arm) : r->job->opt->arm);
	copy_text(out, sex);
	if (status == PSY_OK)
		status = copy_optional(r, own, AGE, err);
	if (status == PSY_OK)
		status = copy_optional(r, own, EDUCATION, err);
	copy_text(out, week);
	copy_text(out, table_get(r->table, DROPOUT_REASON));
	copy_text(out, table_raw(r->table));
	copy_jsonb(out, record.data);
	if (status == PSY_OK)
		status = copy_row_end(out, err);
	buffer_free(&record);
	return status;
}

static psy_status
stage_participants(job *j, psy_error *err)
{
	const bids_job *b = j->opt->context;
	records_job *own = j->extra;
	table t;
	psy_status status = PSY_OK;

	memcpy(own->fields, participant_fields, sizeof own->fields);
	own->fields[ARM].required = false; /* --arm says it */
	if (own->path.count > 0)
	{
		char *path = bids_tree_path(b->tree, own->path.item[own->path.count - 1]);
		uint8_t sha256[SHA256_BYTES];

		status = dictionary_read(&own->words, path, sha256, err);
		free(path);
	}
	if (status != PSY_OK)
		return status;
	status = table_open(&t, j->path, &own->opt, own->fields, PARTICIPANT_FIELDS, NULL, NULL, err);
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = choose_columns(j, own, &t, err);
	if (status == PSY_OK)
		status = bids_stage_documents(j, &own->path, &own->text, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_participant, own, err);
	if (status == PSY_OK && own->capped > 0)
		job_note(j, "%ld age%s 89+, which is no number: none is kept for them but the cell", own->capped, own->capped == 1 ? " is" : "s are");
	table_free(&t);
	return status;
}

const loader load_bids_participants = {
	.name = "bids_participants",
	.options = OPT_STUDY | OPT_SITE | OPT_BIDS | OPT_LEVEL | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", line, label, site, arm, sex, age_years, education_years, dropout_week, dropout_reason, raw, record)",
	.describe = describe_records,
	.stage = stage_participants,
	.release = release_records,
};

/* ---- sessions.tsv, phenotype tables, scans.tsv ----------------------------------------------- */

/* Whose record it is: the table's own column, or its file name. */
static psy_status
whose(row *r, const char **label, psy_error *err)
{
	const bids_job *b = r->job->opt->context;

	if (r->table->of_field[OF_WHOM] >= 0 && b->file->kind == BIDS_PHENOTYPE)
		return row_participant(r, OF_WHOM, label, err);
	r->label = *label = b->file->name.sub;
	return PSY_OK;
}

/* A row of scans.tsv: which scan its file name means. */
static psy_status
copy_scan(row *r, const bids_job *b, psy_error *err)
{
	const char *filename = table_get(r->table, FILENAME);
	char scan[BIDS_SCAN] = "";
	bids_name name = {0};
	copy *out = &r->job->stage;
	psy_error why;
	bool known = filename != NULL && bids_parse(filename, &name, &why) == PSY_OK && name.is_bids && bids_scan_of(filename, scan, &why) == PSY_OK;

	(void) err;
	copy_text(out, name.ses[0] ? name.ses : b->only_session);
	copy_text(out, filename != NULL ? filename : "nothing");
	copy_text(out, known ? name.suffix : NULL);
	copy_text(out, scan);
	copy_int2(out, (int16_t) (name.run ? name.run : 1));
	return PSY_OK;
}

/* Whether a row of scans.tsv is about a recording that the data set has, and that is no image (EEG, MEG ...; CTF's are folders). */
static bool
is_elsewhere(const row *r, const bids_job *b)
{
	const char *filename = table_get(r->table, FILENAME), *slash = strrchr(b->file->path, '/');
	buffer path = {0};
	bool found;

	if (filename == NULL)
		return false;
	buffer_add(&path, b->file->path, slash ? (size_t) (slash + 1 - b->file->path) : 0);
	buffer_text(&path, filename);
	found = bids_tree_has(b->tree, path.data);
	buffer_free(&path);
	return found;
}

static psy_status
read_record(row *r, void *arg, psy_error *err)
{
	const bids_job *b = r->job->opt->context;
	records_job *own = arg;
	copy *out = &r->job->stage;
	const char *label;
	buffer record = {0};
	psy_status status = whose(r, &label, err);

	if (status != PSY_OK || label == NULL)
		return status;
	if (b->file->kind == BIDS_SCANS && is_elsewhere(r, b))
	{
		++*b->elsewhere;
		return PSY_OK;
	}
	status = build_record(r, own, &record, err);
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_text(out, label);
	if (b->file->kind == BIDS_SCANS && status == PSY_OK)
		status = copy_scan(r, b, err);
	else
		copy_text(out, bare_session(table_get(r->table, AT_VISIT)));
	copy_jsonb(out, record.data);
	if (status == PSY_OK)
		status = copy_row_end(out, err);
	buffer_free(&record);
	return status;
}

/* The columns that such a table must have. */
static psy_status
check_fields(const table *t, const bids_job *b, psy_error *err)
{
	int needed = b->file->kind == BIDS_SESSIONS ? AT_VISIT : b->file->kind == BIDS_SCANS ? FILENAME : OF_WHOM;

	if (t->of_field[needed] >= 0)
		return PSY_OK;
	return psy_fail(err, PSY_DOMAIN, "the header (line 1) has no column %s, which BIDS requires",
					needed == AT_VISIT ? "session_id" : record_fields[needed].name);
}

static psy_status
stage_records(job *j, psy_error *err)
{
	records_job *own = j->extra;
	table t;
	psy_status status = table_open(&t, j->path, &own->opt, record_fields, RECORD_FIELDS, NULL, NULL, err);

	if (status == PSY_OK)
		status = check_fields(&t, j->opt->context, err);
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = choose_columns(j, own, &t, err);
	if (status == PSY_OK)
		status = bids_stage_documents(j, &own->path, &own->text, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_record, own, err);
	table_free(&t);
	return status;
}

const loader load_bids_records = {
	.name = "bids_records",
	.options = OPT_STUDY | OPT_LEVEL | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", line, label, session, record)",
	.describe = describe_records,
	.stage = stage_records,
	.release = release_records,
};

const loader load_bids_scans = {
	.name = "bids_scans",
	.options = OPT_STUDY | OPT_LEVEL | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", line, label, session, filename, modality, scan, run, record)",
	.describe = describe_records,
	.stage = stage_records,
	.release = release_records,
};
