/*
 * load.c - files in, one transaction each; see load.h.
 *
 * Order inside the transaction: ingest.open_file takes the lock of (command, bytes, options) and says whether
 * there is anything to do; rows are staged by COPY; ingest.load_<command> validates and stores;
 * ingest.close_file moves the rejects and writes the counts.  A refusal rolls all of it back, and
 * ingest.refuse_file records it in a transaction of its own.
 */
#include "load.h"

#include "cmd.h"
#include "header.h"
#include "print.h"
#include "progress.h"
#include "refresh.h"
#include "scan.h"
#include "workers.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TOLD 10 /* files whose replacements are named one by one */

/* What open_file and refuse_file need to know of a file. */
typedef struct manifest
{
	char *shown; /* the path that is kept */
	char sha256[2 * SHA256_BYTES + 3];
	char bytes[24];
	buffer options;
	bool hashed;
} manifest;

psy_status
reject(job *j, const reject_at *at, psy_error *err, const char *code, const char *format, ...)
{
	char message[400];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	utf8_repair(message);
	copy_row(&j->rejects);
	at->row ? copy_int8(&j->rejects, at->row) : copy_null(&j->rejects);
	at->line ? copy_int8(&j->rejects, at->line) : copy_null(&j->rejects);
	copy_text(&j->rejects, at->column_name);
	at->column_number ? copy_int4(&j->rejects, at->column_number) : copy_null(&j->rejects);
	copy_text(&j->rejects, code);
	copy_text(&j->rejects, message);
	copy_text(&j->rejects, at->raw);
	copy_text(&j->rejects, at->label);
	return copy_row_end(&j->rejects, err);
}

psy_status
participant_label(const char *cell, const char **label, psy_error *err)
{
	size_t length;

	*label = strncmp(cell, "sub-", 4) == 0 ? cell + 4 : cell;
	length = strspn(*label, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
	/* The cell is not quoted: it may be somebody's name. */
	if (length == 0 || (*label)[length] != '\0' || length > 63 || !isalnum((unsigned char) **label))
		return psy_fail(err, PSY_FORMAT, "not a study code; expected 1 to 63 letters, digits, '-' or '_'");
	if (!cell_is_identifier(*label))
		return PSY_OK;
	psy_fail(err, PSY_DOMAIN, "participant_id holds what looks like an identity card or telephone number");
	psy_hint(err, "give each participant a study code, and keep the list of numbers outside the warehouse");
	return PSY_LIMIT;
}

/* The path as the manifest keeps it: relative to the root, the base name for what lies outside.  The file itself may be a link
 * (git-annex): its name is the link's. */
static char *
shown_path(const char *path, const char *root)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	char *folder = slash ? keep_bytes(path, (size_t) (slash - path) + 1) : keep_text(".");
	char real[PATH_MAX], top[PATH_MAX];
	buffer shown = {0};
	size_t n;

	if (realpath(folder, real) != NULL && realpath(root ? root : ".", top) != NULL)
	{
		n = strlen(top);
		if (n > 1 && strncmp(real, top, n) == 0 && (real[n] == '/' || real[n] == '\0'))
			buffer_format(&shown, "%s%s", real + n + (real[n] == '/'), real[n] == '/' ? "/" : "");
	}
	free(folder);
	buffer_text(&shown, base);
	return shown.data;
}

/* A link to content that is not here is a file of no bytes, where the loader can do with its name. */
static psy_status
hash_content(job *j, psy_error *err)
{
	source nothing;

	if (!j->kind->content_optional || access(j->path, F_OK) == 0)
		return hash_file_twice(j->path, j->sha256, &j->check, &j->bytes, err);
	source_memory(&nothing, "", 0);
	return hash_source(&nothing, j->sha256, &j->check, &j->bytes, err);
}

static psy_status
describe(job *j, manifest *m, psy_error *err)
{
	psy_status status = hash_content(j, err);

	m->hashed = status == PSY_OK;
	m->shown = shown_path(j->path, j->opt->root);
	utf8_repair(m->shown);
	snprintf(m->bytes, sizeof m->bytes, "%" PRIu64, j->bytes);
	strcpy(m->sha256, "\\x");
	hash_text(j->sha256, m->sha256 + 2);
	buffer_byte(&m->options, '{');
	options_json(j->opt, j->kind->options, &m->options);
	if (status == PSY_OK && j->kind->describe != NULL)
		status = j->kind->describe(j, &m->options, err);
	buffer_byte(&m->options, '}');
	return status;
}

static void
manifest_free(manifest *m)
{
	free(m->shown);
	buffer_free(&m->options);
}

/* Takes the lock and the manifest row: the file's id, and whether anything is to be done. */
static psy_status
open_file(job *j, const manifest *m, char id[24], bool *unchanged, totals *sum, psy_error *err)
{
	const char *values[] = {j->kind->name,   m->shown,      m->sha256,     m->bytes,
							m->options.data, j->opt->batch, j->opt->study, PSYRAD_VERSION};
	PGresult *result;
	psy_status status = session_query(
		j->db, &result, err,
		"SELECT file_id, state, rows_read FROM ingest.open_file($1, $2, $3, $4, $5, $6, $7, $8)", 8, values);

	if (status != PSY_OK)
		return status;
	snprintf(id, 24, "%s", PQgetvalue(result, 0, 0));
	*unchanged = strcmp(PQgetvalue(result, 0, 1), "unchanged") == 0;
	if (*unchanged)
	{
		long rows = atol(PQgetvalue(result, 0, 2));

		sum->read += rows;
		sum->unchanged += rows;
	}
	PQclear(result);
	return PSY_OK;
}

static psy_status
stage(job *j, psy_error *err)
{
	buffer sql = {0};
	psy_status status;

	buffer_format(&sql, "SELECT ingest.stage_%s()", j->kind->name);
	status = session_query(j->db, NULL, err, sql.data, 0, NULL);
	buffer_free(&sql);
	if (status == PSY_OK)
		status = j->kind->stage(j, err);
	if (status == PSY_OK)
		status = copy_flush(&j->stage, err);
	return status == PSY_OK ? copy_flush(&j->rejects, err) : status;
}

/* Other values for the same key are stored as the file says; who loads must hear of it, for it may be a mistake.  Of a folder of one
 * scan a file the first ones are named, and the summary counts all. */
static void
tell_replaced(const job *j, const char *what, totals *sum)
{
	static int told; /* in this process */

	sum->replaced++;
	if (told++ >= MAX_TOLD)
		return;
	if (j->opt->dry_run || j->opt->rehearsal)
		job_note(j, "would replace %s", what);
	else
		job_note(j, "replaced %s", what);
}

/* Validates and stores what was staged, and writes the counts. */
static psy_status
store(job *j, const char *id, totals *sum, psy_error *err)
{
	buffer sql = {0};
	char read[24];
	const char *values[] = {id, read};
	PGresult *result;
	psy_status status;

	snprintf(read, sizeof read, "%ld", j->read);
	buffer_format(
		&sql,
		"SELECT c.rows_loaded, c.rows_unchanged, f.rows_read, f.rows_rejected, f.replaced FROM ingest.load_%s($1) c, "
		"LATERAL ingest.close_file($1, $2, c.rows_loaded, c.rows_unchanged) f",
		j->kind->name);
	status = session_query(j->db, &result, err, sql.data, 2, values);
	buffer_free(&sql);
	if (status != PSY_OK)
		return status;
	sum->loaded += atol(PQgetvalue(result, 0, 0));
	sum->unchanged += atol(PQgetvalue(result, 0, 1));
	sum->read += atol(PQgetvalue(result, 0, 2));
	sum->rejected += atol(PQgetvalue(result, 0, 3));
	if (!PQgetisnull(result, 0, 4))
		tell_replaced(j, PQgetvalue(result, 0, 4), sum);
	PQclear(result);
	return PSY_OK;
}

static psy_status
load_in_transaction(job *j, const manifest *m, totals *sum, psy_error *err)
{
	char id[24];
	bool unchanged;
	totals before = *sum;
	bool within = j->opt->rehearsal;
	psy_status status = session_run(j->db, within ? "SAVEPOINT file" : "BEGIN", err);

	if (status == PSY_OK)
		status = open_file(j, m, id, &unchanged, sum, err);
	if (status == PSY_OK && !unchanged)
		status = stage(j, err);
	if (status == PSY_OK && !unchanged)
		status = store(j, id, sum, err);
	if (status == PSY_OK && within)
		status = session_run(j->db, "DISCARD TEMP; RELEASE SAVEPOINT file", err);
	else if (status == PSY_OK)
		status = session_run(j->db, j->opt->dry_run || unchanged ? "ROLLBACK" : "COMMIT", err);
	else if (!j->db->lost)
		(void) session_run(j->db, within ? "ROLLBACK TO SAVEPOINT file" : "ROLLBACK", NULL);
	if (status != PSY_OK)
		*sum = before;
	return status;
}

/* Says why on standard error, and records it; a dry run only says it. */
static void
refuse(job *j, const manifest *m, psy_error *why)
{
	const char *values[] = {j->kind->name, m->shown,      m->sha256,      m->bytes,     m->options.data,
							j->opt->batch, j->opt->study, PSYRAD_VERSION, why->message, why->hint};
	psy_error err = {0};

	utf8_repair(why->message);
	utf8_repair(why->hint);
	progress_clear();
	fprintf(stderr, "%s: refused: %s\n", m->shown, why->message);
	if (why->hint[0])
		fprintf(stderr, "  hint: %s\n", why->hint);
	/* What cannot even be read has no bytes to record. */
	if (j->opt->dry_run || j->db->lost || !m->hashed)
		return;
	if (session_query(j->db, NULL, &err, "SELECT ingest.refuse_file($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
					  10, values) != PSY_OK)
		fprintf(stderr, "  the refusal could not be recorded: %s\n", err.message);
}

void
job_note(const job *j, const char *format, ...)
{
	va_list args;

	progress_clear();
	fprintf(stderr, "%s: note: ", j->shown);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/* Gives the file's size. */
static uint64_t
load_file(session *db, const loader *kind, const options *opt, const char *path, void **shared, totals *sum)
{
	job j = {.db = db, .opt = opt, .kind = kind, .path = path, .shared = shared};
	manifest m = {0};
	psy_error err = {0};
	psy_status status;

	copy_begin(&j.stage, db, kind->target);
	copy_begin(&j.rejects, db,
			   "pg_temp.stage_reject (\"row\", line, column_name, column_number, code, message, raw, label)");
	status = describe(&j, &m, &err);
	j.shown = m.shown;
	sum->files++;
	if (status == PSY_OK)
		status = load_in_transaction(&j, &m, sum, &err);
	if (status != PSY_OK)
	{
		sum->refused++;
		refuse(&j, &m, &err);
	}
	else if (opt->dry_run && j.found.size > 0)
	{
		progress_clear();
		printf("%s: %s\n", m.shown, j.found.data);
	}
	if (kind->release != NULL)
		kind->release(&j);
	copy_free(&j.stage);
	copy_free(&j.rejects);
	buffer_free(&j.found);
	manifest_free(&m);
	return j.bytes;
}

void
load_one(session *db, const loader *kind, const options *opt, const char *path, totals *sum)
{
	void *shared = NULL;

	progress_add(load_file(db, kind, opt, path, &shared, sum));
	if (shared != NULL)
		kind->finish(shared);
}

static void
print_totals(const char *name, const totals *sum)
{
	printf("%s: %ld file%s, %ld read, %ld loaded, %ld unchanged, %ld rejected", name, sum->files, sum->files == 1 ? "" : "s", sum->read,
		   sum->loaded, sum->unchanged, sum->rejected);
	if (sum->refused > 0)
		printf(", %ld file%s refused", sum->refused, sum->refused == 1 ? "" : "s");
}

void
load_step(const loader *kind, const totals *sum)
{
	print_totals(kind->name, sum);
	puts("");
}

void
load_summary(const loader *kind, const options *opt, const totals *sum)
{
	print_totals(kind->name, sum);
	puts(opt->dry_run ? " (dry run: nothing was kept)" : "");
	if (sum->replaced > 0)
		printf("  %ld file%s other values than were there; the old ones %s: psyrad history --study %s\n", sum->replaced,
			   sum->replaced == 1 ? " has" : "s have", opt->dry_run ? "would be kept" : "are kept", opt->study);
	if (sum->rejected > 0 && !opt->dry_run)
		puts("  see them with: psyrad rejects");
}

static void
print_help(const loader *kind)
{
	printf("psyrad ingest %s - %s\n\n  psyrad [--db URL] ingest %s %s [OPTIONS]\n\n", kind->name,
		   kind->summary, kind->name, kind->file);
	options_help(kind->options);
}

/* What loading the files of one call needs, here or in a process of its own. */
typedef struct loading
{
	const loader *kind;
	const options *opt;
	const char *url;
	session db;
	void *shared; /* the loader's own, from file to file */
} loading;

static bool
start_loading(void *arg)
{
	loading *l = arg;
	psy_error err = {0};
	bool many = l->opt->files.count > 1;
	psy_status status = session_open(&l->db, l->url, &err);

	/* Waiting for the disk after each of many files takes longer than loading them; stop_loading waits once for all. */
	if (status == PSY_OK && many)
		status = session_run(&l->db, "SET synchronous_commit = off", &err);
	if (status == PSY_OK)
		return true;
	complain(&err, EXIT_SERVER);
	session_close(&l->db);
	return false;
}

static bool
load_next(void *arg, size_t file, totals *sum, uint64_t *bytes)
{
	loading *l = arg;
	const char *path = l->opt->files.item[file];

	if (l->kind->companion == NULL || !l->kind->companion(path))
		*bytes = load_file(&l->db, l->kind, l->opt, path, &l->shared, sum);
	return !l->db.lost;
}

/* A commit that waits makes all before it durable: nothing is reported as loaded that a power cut could take back. */
static void
finish_loading(loading *l)
{
	psy_error err = {0};

	if (l->shared != NULL)
		l->kind->finish(l->shared);
	if (!l->db.lost && l->opt->files.count > 1 && !l->opt->dry_run &&
		session_run(&l->db, "SET synchronous_commit = on; SELECT pg_catalog.pg_current_xact_id()", &err) != PSY_OK)
		fprintf(stderr, "psyrad: %s\n", err.message);
}

static void
stop_loading(void *arg)
{
	loading *l = arg;

	finish_loading(l);
	session_close(&l->db);
}

/* Files of one participant belong together, and so do those that name nobody. */
static size_t
group_files(const options *opt, size_t *group)
{
	bids_name *name = grow(NULL, opt->files.count, sizeof *name);
	size_t groups = 0;
	psy_error err;

	for (size_t i = 0; i < opt->files.count; i++)
	{
		(void) bids_parse(opt->files.item[i], &name[i], &err);
		group[i] = groups;
		for (size_t k = i; k-- > 0 && group[i] == groups;)
			if (opt->subject != NULL || strcmp(name[i].sub, name[k].sub) == 0)
				group[i] = group[k];
		groups += group[i] == groups;
	}
	free(name);
	return groups;
}

static long
processes(const loader *kind, const options *opt)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return !kind->parallel ? 1 : opt->jobs > 0 ? opt->jobs : cores > 16 ? 16 : cores;
}

/* Loads every file; false when the server went away. */
static bool
load_files(const loader *kind, const options *opt, const char *url, totals *sum, size_t *done)
{
	loading l = {.kind = kind, .opt = opt, .url = url};
	size_t *group = grow(NULL, opt->files.count, sizeof *group), files = opt->files.count;
	work w = {.files = files, .group = group, .start = start_loading, .file = load_next, .stop = stop_loading, .arg = &l};
	long most = processes(kind, opt);
	bool well = true;

	watch_interrupts();
	progress_start(kind->name, files);
	w.groups = most > 1 && files > 1 ? group_files(opt, group) : 1;
	if (most > 1 && w.groups > 1)
		well = workers_run(&w, (int) most, sum, done);
	else if ((well = start_loading(&l)))
	{
		for (; *done < files && well && !interrupted(); ++*done)
		{
			uint64_t bytes = 0;

			well = load_next(&l, *done, sum, &bytes);
			progress_add(bytes);
		}
		finish_loading(&l);
		if (well && !interrupted() && !opt->dry_run)
			refresh_ask(&l.db);
		session_close(&l.db);
	}
	progress_clear();
	free(group);
	return well;
}

/* A pair of files is one, whichever of it is named, and once. */
static void
settle_pairs(const loader *kind, text_list *files)
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++)
	{
		char *file = files->item[i], *other = kind->stands_for(file);
		bool twice = false;

		for (size_t k = 0; k < files->count && other != NULL && !twice; k++)
			twice = (k < kept || k > i) && strcmp(files->item[k], other) == 0;
		if (other != NULL)
			free(file);
		if (twice)
			free(other);
		else
			files->item[kept++] = other ? other : file;
	}
	files->count = kept;
}

static bool
only_companions(const loader *kind, const text_list *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (kind->companion == NULL || !kind->companion(files->item[i]))
			return false;
	return true;
}

int
ingest(const loader *kind, int argc, char **argv, const char *url)
{
	options opt = {0};
	totals sum = {0};
	size_t done = 0;
	int code = EXIT_USAGE;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
	{
		print_help(kind);
		return EXIT_OK;
	}
	if (options_parse(&opt, argc, argv, kind->options, kind->name))
	{
		if (opt.files.count == 0 && kind->file_optional && (opt.names != NULL || opt.spheres != NULL))
			list_add(&opt.files, opt.names ? opt.names : opt.spheres);
		if (kind->stands_for != NULL)
			settle_pairs(kind, &opt.files);
		if (opt.files.count == 0)
			fprintf(stderr, "psyrad ingest %s: no %s was named\n", kind->name, kind->file);
		else if (only_companions(kind, &opt.files))
			fprintf(stderr, "psyrad ingest %s: %s is read with the file that it lies beside: name that one (%s)\n", kind->name,
					opt.files.item[0], kind->file);
		else if (!load_files(kind, &opt, url, &sum, &done))
			code = EXIT_SERVER;
		else
		{
			load_summary(kind, &opt, &sum);
			if (done < opt.files.count)
				printf("  interrupted after %zu of %zu files; the same command goes on from there\n", done, opt.files.count);
			code = done < opt.files.count ? EXIT_INTERRUPTED : sum.refused > 0 || sum.rejected > opt.max_rejects ? EXIT_REJECTED : EXIT_OK;
		}
	}
	options_free(&opt);
	return code;
}
