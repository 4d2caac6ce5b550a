/*
 * bids_run.h - one call of `psyrad ingest bids`: what it knows of the data set and the study, and what its parts share.
 *
 * bids_study.c settles the study before anything is loaded, cmd_ingest_bids.c goes through the files, bids_derived.c loads those of
 * derivatives, bids_left.c tells what was not loaded.
 */
#ifndef BIDS_RUN_H
#define BIDS_RUN_H

#include "bids_load.h"

typedef enum bids_step
{
	STEP_DATASET,
	STEP_PEOPLE,
	STEP_PARTICIPANTS,
	STEP_RECORDS,
	STEP_SCORES,
	STEP_SCAN,
	STEP_SCANS,
	STEP_EVENTS,
	STEP_MOTION,
	STEP_SERIES,
	STEP_MATRIX,
	STEP_STATS,
	STEPS
} bids_step;

typedef struct bids_run
{
	session db;
	options opt;
	bids_tree tree;
	char *only_session, *site, *arm;
	totals sum[STEPS];
	text_list left, left_as; /* the first file that was not loaded for a reason, and the reason */
	size_t *left_count;      /* [left.count] how many files the reason kept out */
	long elsewhere;          /* rows of scans.tsv about recordings that are no images */
	bool by_folder; /* who the people are is said by the folders sub-... alone */
	bool stopped;
} bids_run;

/* The one value of a query of one row and column, or NULL; the caller frees it. */
psy_status bids_ask(session *db, char **value, psy_error *err, const char *sql, int count, const char *const *values);

/* The study, declared from the data set where nobody did; the visit of names without ses-, the site and the arm of people without. */
psy_status bids_prepare(bids_run *r, psy_error *err);

/* Loads a file by the loader of a step; stops the run when the server is lost, at an interrupt, and at a failure under --strict. */
void bids_load_as(bids_run *r, bids_step s, const bids_file *f, const options *opt);

/* The visit of a file: by its name, else the one of names without; "" when nobody says. */
const char *bids_session_of(const bids_run *r, const bids_file *f);

/* A series or a matrix of a derivative; FreeSurfer's table of regions. */
void bids_load_derived(bids_run *r, bids_step s, const bids_file *f);
void bids_load_stats(bids_run *r, const bids_file *f);

/* Counts a file that is not loaded, told once for all files of the same reason: of a hundred people, FreeSurfer's tables would be a
 * thousand lines. */
void bids_leave(bids_run *r, const char *path, const char *why);
void bids_print_left(bids_run *r);

#endif
