/*
 * cmd_ingest_review.c - psyrad ingest review FOLDER --review NAME: what a review of literature says, from a folder of extraction sheets.
 *
 * Each sheet is a transaction of its own, as everywhere: an interrupted call is made again and goes on, and the same folder loaded twice
 * adds nothing.  Sheets that are not there are passed over; columns and files that no sheet has are named.  The tool hands over cells as
 * they stand: what a word means is the warehouse's to say (migrations/deploy/review_words.sql).  The sheet of interventions is read a
 * second time, as protocols, and its points are those of the sheet of points.
 */
#include "cmd.h"

#include "header.h"
#include "progress.h"
#include "review_sheets.h"
#include "rows.h"
#include "print.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCEPTED (OPT_REVIEW | OPT_SIMULATED)
#define TEXT_LIMIT ((size_t) 16 << 20)
#define MAX_ENTRIES 10000

/* options.context: the sheet under way. */
typedef struct sheet_job
{
	const review_sheet *sheet;
	const char *points; /* of protocols: the path of the sheet of points, or NULL */
} sheet_job;

typedef struct review_run
{
	session db;
	options opt;
	const char *folder;
	char *path[REVIEW_SHEETS]; /* of each sheet, or NULL */
	totals sum[REVIEW_SHEETS + 1]; /* protocols last */
	text_list others; /* files that no sheet takes */
	bool stopped;
} review_run;

/* Words for what is not said, of the sheets of protocols; in the others the warehouse knows them. */
static const char *const unstated[] = {"not stated in seed", "not stated",   "Not stated", "not stated in text", "not reported", "Not reported",
									   "NR",                 "not described", "未报告",     "未提及",             "未说明",       "未描述",
									   "未述",               "不详",          "-"};

/* ---- one sheet ------------------------------------------------------------------------------- */

static psy_status
describe_sheet(job *j, buffer *json, psy_error *err)
{
	const sheet_job *s = j->opt->context;

	(void) err;
	json_member(json, "content", s->sheet->name);
	return PSY_OK;
}

static void
note_left_out(job *j, const table *t)
{
	buffer left = {0};

	for (size_t c = 0; c < t->columns; c++)
		if (t->column[c].field == NO_FIELD)
			buffer_format(&left, "%s%.60s", left.size ? ", " : "", t->column[c].name[0] ? t->column[c].name : "(without a name)");
	if (left.size > 0)
		job_note(j, "columns that no field is: %s", left.data);
	buffer_free(&left);
}

static psy_status
read_record(row *r, void *arg, psy_error *err)
{
	copy *out = &r->job->stage;
	buffer *json = arg;
	bool some = false;

	buffer_clear(json);
	buffer_byte(json, '{');
	for (int f = 0; f < r->table->field_count; f++)
	{
		const char *cell = table_get(r->table, f);

		if (cell == NULL)
			continue;
		json_member(json, r->table->fields[f].name, cell);
		some = true;
	}
	buffer_byte(json, '}');
	if (!some) /* a line of separators at the end of a spreadsheet */
	{
		r->job->read--;
		return PSY_OK;
	}
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_jsonb(out, json->data);
	copy_text(out, table_raw(r->table));
	return copy_row_end(out, err);
}

static psy_status
stage_table(job *j, const review_sheet *sheet, psy_error *err)
{
	table t;
	buffer json = {0};
	psy_status status = table_open(&t, j->path, j->opt, sheet->fields, sheet->count, NULL, NULL, err);

	if (status == PSY_OK)
	{
		note_left_out(j, &t);
		status = rows_columns(j, &t, err);
	}
	if (status == PSY_OK)
		status = rows_each(j, &t, read_record, &json, err);
	buffer_free(&json);
	table_free(&t);
	return status;
}

static psy_status
stage_document(job *j, psy_error *err)
{
	buffer text = {0}, json = {0};
	psy_status status = read_document_again(j->path, ENCODING_AUTO, j->sha256, TEXT_LIMIT, &text, err);

	if (status == PSY_OK)
	{
		buffer_text(&text, "");
		buffer_byte(&json, '{');
		json_member(&json, "document", text.data);
		buffer_byte(&json, '}');
		j->read = 1;
		copy_row(&j->stage);
		copy_int8(&j->stage, 1);
		copy_int8(&j->stage, 1);
		copy_jsonb(&j->stage, json.data);
		copy_null(&j->stage);
		status = copy_row_end(&j->stage, err);
	}
	buffer_free(&json);
	buffer_free(&text);
	return status;
}

static psy_status
stage_sheet(job *j, psy_error *err)
{
	const sheet_job *s = j->opt->context;

	return s->sheet->fields != NULL ? stage_table(j, s->sheet, err) : stage_document(j, err);
}

static const loader load_sheet = {
	.name = "review",
	.options = ACCEPTED,
	.target = "pg_temp.stage (\"row\", line, cells, raw)",
	.describe = describe_sheet,
	.stage = stage_sheet,
};

/* The points change what the sheet of interventions means. */
static psy_status
describe_protocols(job *j, buffer *json, psy_error *err)
{
	const sheet_job *s = j->opt->context;
	char hex[2 * SHA256_BYTES + 1];
	uint8_t sha256[SHA256_BYTES];
	uint64_t bytes;
	psy_status status;

	if (s->points == NULL)
		return PSY_OK;
	status = hash_file(s->points, sha256, &bytes, err);
	if (status != PSY_OK)
		return status;
	hash_text(sha256, hex);
	json_open(json, "inputs", '{');
	json_member(json, "protocol_points", hex);
	buffer_byte(json, '}');
	return PSY_OK;
}

/* ---- the folder ------------------------------------------------------------------------------ */

static bool
is_sheet_ending(const char *ending, bool document)
{
	static const char *const tables[] = {".csv", ".tsv", ".xlsx", ".txt", ".csv.gz", ".tsv.gz"};

	if (document)
		return strcasecmp(ending, ".json") == 0;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (strcasecmp(ending, tables[i]) == 0)
			return true;
	return false;
}

static int
sheet_of(const char *file)
{
	size_t stem = strcspn(file, ".");
	char *name = keep_bytes(file, stem), *folded = fold_header(name);
	int found = -1;

	for (int k = 0; k < REVIEW_SHEETS && found < 0; k++)
		if (header_among(folded, review_sheets[k].names) && is_sheet_ending(file + stem, review_sheets[k].fields == NULL))
			found = k;
	free(folded);
	free(name);
	return found;
}

static psy_status
take_file(review_run *r, const char *file, psy_error *err)
{
	int k = sheet_of(file);
	buffer path = {0};

	if (k < 0)
	{
		list_add(&r->others, file);
		return PSY_OK;
	}
	if (r->path[k] != NULL)
	{
		psy_fail(err, PSY_DOMAIN, "%s: both %.100s and %.100s are the sheet of %s", r->folder, strrchr(r->path[k], '/') + 1, file, review_sheets[k].name);
		return psy_hint(err, "leave one of them in the folder");
	}
	buffer_format(&path, "%s/%s", r->folder, file);
	r->path[k] = path.data;
	return PSY_OK;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static psy_status
look_into(review_run *r, psy_error *err)
{
	DIR *folder = opendir(r->folder);
	const struct dirent *entry;
	text_list found = {0};
	psy_status status = PSY_OK;
	bool some = false;

	if (folder == NULL)
		return psy_fail(err, PSY_FORMAT, "%.200s cannot be read as a folder: %s", r->folder, strerror(errno));
	while ((entry = readdir(folder)) != NULL && found.count < MAX_ENTRIES)
		if (entry->d_name[0] != '.' && entry->d_name[0] != '~')
			list_add(&found, entry->d_name);
	closedir(folder);
	if (found.count > 0)
		qsort(found.item, found.count, sizeof *found.item, by_name);
	for (size_t i = 0; i < found.count && status == PSY_OK; i++)
		status = take_file(r, found.item[i], err);
	list_free(&found);
	for (int k = 0; k < REVIEW_SHEETS; k++)
		some = some || r->path[k] != NULL;
	if (status == PSY_OK && !some)
	{
		psy_fail(err, PSY_FORMAT, "%.200s holds no sheet of a review", r->folder);
		status = psy_hint(err, "expected studies.csv, findings.csv, interventions.csv, references.csv, ...: psyrad template names their columns");
	}
	return status;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void
load_step_of(review_run *r, const loader *kind, const options *opt, const char *path, totals *sum)
{
	load_one(&r->db, kind, opt, path, sum);
	if (r->db.lost || interrupted())
		r->stopped = true;
}

static void
load_as_sheet(review_run *r, int k)
{
	sheet_job what = {.sheet = &review_sheets[k]};
	options opt = r->opt;

	opt.context = &what;
	load_step_of(r, &load_sheet, &opt, r->path[k], &r->sum[k]);
}

static void
load_as_protocols(review_run *r)
{
	sheet_job what = {.points = r->path[REVIEW_POINTS]};
	options opt = r->opt;
	loader kind = load_protocols;
	text_list missing = {0};

	for (size_t i = 0; i < r->opt.missing.count; i++)
		list_add(&missing, r->opt.missing.item[i]);
	for (size_t i = 0; i < sizeof unstated / sizeof *unstated; i++)
		list_add(&missing, unstated[i]);
	opt.context = &what;
	opt.missing = missing;
	opt.study = r->opt.review;
	kind.name = "review_protocols";
	kind.describe = describe_protocols;
	load_step_of(r, &kind, &opt, r->path[REVIEW_INTERVENTIONS], &r->sum[REVIEW_SHEETS]);
	list_free(&missing);
}

static psy_status
begin(review_run *r, psy_error *err)
{
	const char *values[] = {r->opt.review};

	return session_query(&r->db, NULL, err, "SELECT ingest.begin_review($1)", 1, values);
}

/* Arms point to protocols, and those are read last of a sheet. */
static psy_status
settle(review_run *r, psy_error *err)
{
	const char *values[] = {r->opt.review};

	return session_query(&r->db, NULL, err, "SELECT ingest.finish_review($1)", 1, values);
}

static psy_status
load_sheets(review_run *r, psy_error *err)
{
	psy_status status;

	if (r->opt.dry_run)
	{
		r->opt.rehearsal = true;
		status = session_run(&r->db, "BEGIN", err);
		if (status != PSY_OK)
			return status;
	}
	status = begin(r, err);
	for (int k = 0; k < REVIEW_SHEETS && status == PSY_OK && !r->stopped; k++)
	{
		if (r->path[k] == NULL)
			continue;
		load_as_sheet(r, k);
		if (k == REVIEW_INTERVENTIONS && !r->stopped)
			load_as_protocols(r);
	}
	if (status == PSY_OK && !r->stopped)
		status = settle(r, err);
	if (r->opt.rehearsal && !r->db.lost)
		(void) session_run(&r->db, "ROLLBACK", NULL);
	return status;
}

static int
print_summary(const review_run *r)
{
	static const loader all = {.name = "review"};
	totals total = {0};

	for (int k = 0; k <= REVIEW_SHEETS; k++)
	{
		const loader one = {.name = k < REVIEW_SHEETS ? review_sheets[k].name : "protocols"};
		const totals *sum = &r->sum[k];

		if (sum->files == 0)
			continue;
		load_step(&one, sum);
		total.files += k < REVIEW_SHEETS;
		total.refused += sum->refused;
		total.read += sum->read;
		total.loaded += sum->loaded;
		total.unchanged += sum->unchanged;
		total.rejected += sum->rejected;
		total.replaced += sum->replaced;
	}
	for (int k = 0; k < REVIEW_TEXT; k++)
		if (r->path[k] == NULL)
			printf("  not in the folder: %s\n", review_sheets[k].name);
	for (size_t i = 0; i < r->others.count; i++)
		printf("  no sheet of ours: %s\n", r->others.item[i]);
	if (interrupted())
		puts("  interrupted; the same command goes on from there");
	load_summary(&all, &r->opt, &total);
	return interrupted() ? EXIT_INTERRUPTED : total.refused > 0 || total.rejected > r->opt.max_rejects ? EXIT_REJECTED : EXIT_OK;
}

static int
run(review_run *r, const char *url)
{
	psy_error err = {0};
	psy_status status = look_into(r, &err);
	buffer parent = {0};
	int code;

	if (status != PSY_OK)
		return complain(&err, EXIT_REJECTED);
	if (r->opt.text != NULL)
		r->path[REVIEW_TEXT] = keep_text(r->opt.text);
	buffer_format(&parent, "%s/..", r->folder);
	r->opt.root = r->opt.root ? r->opt.root : parent.data;
	watch_interrupts();
	progress_start("review", REVIEW_SHEETS);
	status = session_open(&r->db, url, &err);
	if (status == PSY_OK)
		status = load_sheets(r, &err);
	progress_clear();
	if (r->db.lost || r->db.conn == NULL || PQstatus(r->db.conn) != CONNECTION_OK)
		code = status == PSY_OK ? EXIT_SERVER : complain(&err, EXIT_SERVER);
	else
		code = status == PSY_OK ? print_summary(r) : complain(&err, EXIT_REJECTED);
	session_close(&r->db);
	buffer_free(&parent);
	return code;
}

int
ingest_review(int argc, char **argv, const char *url)
{
	review_run r = {0};
	int code = EXIT_USAGE;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
	{
		puts("psyrad ingest review - what a review of literature says, from a folder of sheets\n\n  psyrad [--db URL] ingest review FOLDER --review NAME [OPTIONS]\n");
		options_help(ACCEPTED);
		return EXIT_OK;
	}
	if (!options_parse(&r.opt, argc, argv, ACCEPTED, "review"))
		;
	else if (r.opt.files.count != 1)
		fprintf(stderr, "psyrad ingest review: expected one FOLDER\n");
	else
	{
		r.folder = r.opt.files.item[0];
		code = run(&r, url);
	}
	for (int k = 0; k < REVIEW_SHEETS; k++)
		free(r.path[k]);
	list_free(&r.others);
	options_free(&r.opt);
	return code;
}
