/*
 * bids_tree.h - the files of a BIDS data set: what each is by its place and name, and which sidecars apply to it.
 *
 * Paths are relative to the root, in the order of their bytes, so that two runs see the same.  Hidden files, code/, sourcedata/ and
 * stimuli/ are not looked at, nor what the .bidsignore of raw data names; links to folders are not followed, links to files are (git-annex), and one that leads nowhere is there
 * without its content.  Sidecars are found by the inheritance principle: same suffix, every entity of theirs in the file's name, from
 * the root down to the file's own folder; the nearer one wins, key by key.
 *
 * A derivative lies in derivatives/<name>/ of a data set, or is the root itself (DatasetType derivative), as programs write it.
 */
#ifndef BIDS_TREE_H
#define BIDS_TREE_H

#include "bids.h"
#include "buffer.h"

typedef enum bids_kind
{
	BIDS_DESCRIPTION, /* dataset_description.json */
	BIDS_PARTICIPANTS,
	BIDS_SESSIONS,
	BIDS_PHENOTYPE,
	BIDS_IMAGE, /* of the raw data */
	BIDS_SCANS,
	BIDS_EVENTS,     /* in a subject's folder */
	BIDS_SHARED_EVENTS, /* above them: of every run that has none of its own */
	BIDS_MOTION,     /* confounds of a derivative */
	BIDS_SERIES,     /* region time series of a derivative */
	BIDS_MATRIX,     /* connectivity matrices of a derivative */
	BIDS_STATS,      /* FreeSurfer's tables of regions */
	BIDS_SIDECAR,    /* a .json that belongs to others */
	BIDS_OTHER,
	BIDS_KINDS
} bids_kind;

typedef struct bids_file
{
	char *path; /* relative to the root */
	bids_kind kind;
	bids_name name;
	char *trouble; /* why the name could not be read, or NULL */
} bids_file;

typedef struct bids_tree
{
	char *root;
	char *derivative; /* the root's own name when all of it is a derivative, else NULL */
	bids_file *file;
	size_t count, room;
	text_list ignore; /* patterns of .bidsignore */
	size_t ignored;   /* files and folders that they leave out */
} bids_tree;

/* PSY_FORMAT when root is no folder with a dataset_description.json, PSY_LIMIT beyond a million files or 16 folders deep. */
psy_status bids_tree_read(bids_tree *t, const char *root, psy_error *err);
void bids_tree_free(bids_tree *t);

/* The last name of a path as the file system has it ("." is somewhere), which the caller frees. */
char *bids_folder_name(const char *path);

/* root/path, which the caller frees. */
char *bids_tree_path(const bids_tree *t, const char *path);

/* Whether there is a file of that path that is no image, or a folder of it with files; what .bidsignore names counts. */
bool bids_tree_has(const bids_tree *t, const char *path);

/* Adds to list the paths of the files with that extension (".json") that apply to a file, the farthest first. */
void bids_inherited(const bids_tree *t, const bids_file *f, const char *suffix, const char *extension, text_list *list);

/* The value of an entity ("space") in a file's name; false when it has none, or it is longer than the room. */
bool bids_entity(const char *path, const char *key, char *value, size_t room);

/* What derivative a file is of: <name> of derivatives/<name>/..., or the root's; empty for raw data. */
void bids_derivative(const bids_tree *t, const char *path, char name[BIDS_TEXT]);

/* The atlas of a table of FreeSurfer's: derivatives/freesurfer/sub-01_ses-pre/stats/lh.aparc.a2009s.stats is over aparc-a2009s. False for
 * tables that are of no parcellation. */
bool bids_stats_atlas(const char *path, char atlas[BIDS_TEXT]);

#endif
