/*
 * feature_files.h - what psyrad ingest features gathers from a file, and the files that are no tables
 * (feature_files.c).
 */
#ifndef FEATURE_FILES_H
#define FEATURE_FILES_H

#include "load.h"
#include "pivot.h"
#include "reader_freesurfer.h"
#include "region_names.h"
#include "table.h"

typedef struct features
{
	job *job;
	regions regions;
	region_names names;
	pivot pivot;
	/* long form: the key of the row before, mostly this row's too */
	size_t last;
	bool has_last;
	buffer label, session;
	double scale; /* of --unit */
	const table *table;   /* while its columns are looked at */
	stats_table of_stats; /* what its first cell says of FreeSurfer's */
} features;

/* "sub-01_ses-pre_T1w" in a cell, as FreeSurfer and CAT12 name people: label and session; stated: the session
 * where that is known. */
void features_split_label(const char *written, const char *stated, buffer *label, buffer *session);

/* A member "inputs" with the scan, where the file is one scan's and its name or folder says whose: the same bytes under
 * another name are another scan. */
psy_status features_describe_scan(job *j, buffer *json, psy_error *err);

/* FreeSurfer's .stats, of one scan. */
psy_status features_read_stats(features *f, psy_error *err);

/* CAT12's XML, of one scan. */
psy_status features_read_cat12(features *f, psy_error *err);

/* CAT12's TIV.txt, of many. */
psy_status features_read_tiv_text(features *f, psy_error *err);

#endif
