/*
 * bids_load.h - the loaders behind `psyrad ingest bids`, one a kind of file, and what they need to know of the data set.
 */
#ifndef BIDS_LOAD_H
#define BIDS_LOAD_H

#include "bids_tree.h"
#include "load.h"

/* options.context of these loaders. */
typedef struct bids_job
{
	const bids_tree *tree;
	const bids_file *file; /* the file being loaded; of shared events the run that they are of */
	const char *label, *session;
	const char *source; /* of records: participants, sessions, scans, or the phenotype file's name */
	const char *dataset;
	const char *only_session; /* of names without ses- */
	long *elsewhere;          /* counts rows of scans.tsv about files of the data set that are no images */
} bids_job;

#define BIDS_SCAN 200 /* room of the entities that tell scans apart */

/* The entities of a file's name that tell scans of one session and modality apart ("task-rest_acq-ap"): neither sub, ses and run,
 * nor what a derivative adds (desc, space ...). */
psy_status bids_scan_of(const char *path, char scan[BIDS_SCAN], psy_error *err);

/* Hashes of the inherited documents into "inputs", and their texts, in order; the caller frees both lists. */
psy_status bids_documents(const bids_job *b, const char *suffix, text_list *path, text_list *text, buffer *json, psy_error *err);
psy_status bids_stage_documents(job *j, const text_list *path, const text_list *text, psy_error *err);

/* The label of the next person with a folder sub-..., from file *at on; the caller frees it. */
bool bids_person(const bids_tree *t, size_t *at, char **label);

extern const loader load_bids_dataset, load_bids_people, load_bids_participants, load_bids_records, load_bids_scan, load_bids_scans, load_bids_motion,
	load_bids_events;

/* The command. */
int ingest_bids(int argc, char **argv, const char *url);

#endif
