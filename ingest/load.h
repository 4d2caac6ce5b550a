/*
 * load.h - the life of a file on its way in: hash, lock, stage, validate, commit; or refusal, recorded by
 * itself.
 *
 * A loader says how a file's bytes become staged rows; everything else (transaction, manifest, rejects,
 * counts, summary) is the same for all of them and lives here.  What is true of rows is decided by the
 * functions of migrations/deploy/ingest_load.sql over the staged rows, never here.
 */
#ifndef LOAD_H
#define LOAD_H

#include "copy.h"
#include "document.h"
#include "options.h"
#include "session.h"
#include "source.h"
#include "workers.h"

typedef struct loader loader;

/* One file being loaded. */
typedef struct job
{
	session *db;
	const options *opt;
	const loader *kind;
	const char *path;
	const char *shown; /* the path as the manifest keeps it; while the file is staged */
	uint8_t sha256[SHA256_BYTES];
	uint64_t check; /* source_check of the same bytes */
	uint64_t bytes;
	copy stage; /* of kind->target */
	copy rejects;
	long read;   /* records found so far */
	void *extra; /* the loader's own, from describe to the end of stage */
	void **shared; /* the loader's own, from file to file of one call */
	buffer found; /* one line of what is loaded, for --dry-run */
} job;

struct loader
{
	const char *name;    /* the command, and the suffix of ingest.load_<name> */
	const char *summary; /* for --help */
	const char *file;    /* for --help: what FILE is */
	unsigned options;
	const char *target; /* staging table and columns */
	bool file_optional; /* without FILE, --names or --spheres is the file (an atlas without an image) */

	bool content_optional; /* a link that leads nowhere is a file without bytes (git-annex) */

	bool parallel; /* several files may load side by side, those of one participant in order (their names or --subject say whose they are) */

	/* Whether the file is the companion of another one and no input itself (may be NULL). */
	bool (*companion)(const char *path);

	/* The file that stands for this one, freed by the caller, or NULL for itself (may be NULL): the header of a pair of files. */
	char *(*stands_for)(const char *path);

	/* Adds to an open JSON object what else the meaning depends on: hashes of companion files (may be NULL).
	 */
	psy_status (*describe)(job *j, buffer *json, psy_error *err);

	/* Reads the file into j->stage and j->rejects.  An error refuses the file. */
	psy_status (*stage)(job *j, psy_error *err);

	/* Frees j->extra (may be NULL). */
	void (*release)(job *j);

	/* Frees *j->shared; needed by who sets it. */
	void (*finish)(void *shared);
};

/* Where and how a record failed; what is unknown stays 0 or NULL. */
typedef struct reject_at
{
	int64_t row; /* of the staged row that must not be loaded */
	long line;
	const char *column_name;
	int column_number;
	const char *raw;
	const char *label; /* participant, to tell the site */
} reject_at;

psy_status reject(job *j, const reject_at *at, psy_error *err, const char *code, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* "FILE: note: ..." on standard error: worth knowing, no reason to refuse. */
void job_note(const job *j, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The command `psyrad ingest <kind>`: returns the exit code. */
int ingest(const loader *kind, int argc, char **argv, const char *url);

/* Loads one file, for commands that load several kinds: refusals are printed and recorded, everything is counted.  With
 * opt->rehearsal the caller's transaction goes on around it, and sees what the file brought. */
void load_one(session *db, const loader *kind, const options *opt, const char *path, totals *sum);
void load_step(const loader *kind, const totals *sum); /* one kind's line of several */
void load_summary(const loader *kind, const options *opt, const totals *sum);

/* A participant's label: without "sub-", letters, digits, '-' and '_'; *label points into cell. */
psy_status participant_label(const char *cell, const char **label, psy_error *err);

#endif
