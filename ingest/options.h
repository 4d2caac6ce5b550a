/*
 * options.h - what the command line of an ingest may say, parsed once into one struct.
 *
 * Each loader names the options it takes; what changes the meaning of a file's bytes goes, as JSON, into the
 * manifest, and the loading functions of the warehouse read it from there and nowhere else.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "buffer.h"
#include "reader_text.h"

#include <stdbool.h>

typedef enum option_set
{
	OPT_STUDY = 1 << 0,
	OPT_INSTRUMENT = 1 << 1,
	OPT_TABLE = 1 << 2, /* --encoding, --sheet, --labels, --missing, --map, --identifier */
	OPT_ATLAS = 1 << 3,
	OPT_NAMES = 1 << 4,  /* --names, --spheres, --voxels, --space, --title */
	OPT_IMAGE = 1 << 5,  /* --suffix */
	OPT_SERIES = 1 << 6, /* --tr, --by-position */
	OPT_SCAN = 1 << 7,   /* --pipeline, --subject, --session, --run */
	OPT_MODEL = 1 << 8,  /* --name, --trained-on, --format, --classes, --positive */
	OPT_SIMULATED = 1 << 9,
	OPT_SITE = 1 << 10,
	OPT_SESSION = 1 << 11,
	OPT_MEASURE = 1 << 12,
	OPT_SCANNER = 1 << 13,
	OPT_MATRIX = 1 << 14,   /* --kind, --by-position, --variable, --symmetrize, --subjects, --ends */
	OPT_FEATURES = 1 << 15, /* --measure, where the file may say it; --subjects, --unit, --variable */
	OPT_VISIT = 1 << 16,    /* --visit, --dictionary */
	OPT_PIPELINE = 1 << 17, /* the choices of a pipeline */
	OPT_JOBS = 1 << 18,
	OPT_RESAMPLE = 1 << 19, /* --resample, --mask, --space */
	OPT_STAT = 1 << 20,     /* --stat, --suvr */
	OPT_SCHEME = 1 << 21,
	OPT_LITERATURE = 1 << 22, /* --database, --search, --searched, --format, --encoding, --map */
	OPT_BIDS = 1 << 23,      /* --arm, --task, --strict */
	OPT_LEVEL = 1 << 24,     /* --level */
	OPT_SEED = 1 << 25,      /* --seeds */
	OPT_COORDINATES = 1 << 26, /* --space, --studies, --direction, --scope, --modality */
	OPT_EFFECTS = 1 << 27,     /* --moderator */
	OPT_REVIEW = 1 << 28,      /* --review, --text, --encoding, --missing */
	OPT_SCREENING = 1 << 29,   /* --review, --stage, --screener, --decision, --consensus */
	OPT_APPRAISAL = 1 << 30    /* --tool, --assessor */
} option_set;

typedef struct options
{
	const char *url;
	text_list files;
	const char *root, *batch;
	bool dry_run;
	long max_rejects, jobs;
	const char *study, *instrument, *site;
	text_encoding encoding;
	const char *encoding_name;
	text_list missing, map, identifier, visit;
	const char *sheet;
	const char *dictionary; /* path of a data dictionary of the table, or NULL */
	bool labels;
	const char *atlas, *names, *space, *title, *spheres;
	bool voxels;
	const char *resample, *mask, *stat, *suvr, *scheme;
	const char *measure, *suffix, *pipeline, *scanner, *subject, *session, *run;
	const char *tr, *kind, *variable, *columns, *unit, *symmetrize, *ends, *confounds, *definition, *seeds, *subjects;
	bool detrend, cosine, non_steady_state, extrapolate;
	const char *standardize, *motion, *wm_csf, *global_signal, *compcor, *fd;
	const char *scrub, *scrub_dvars, *scrub_before, *scrub_after, *scrub_segment, *scrub_by, *bandpass;
	bool by_position, simulated, strict;
	const char *arm, *task;
	text_list level;
	bool rehearsal; /* one transaction of the caller's around every file */
	const void *context; /* of a command that loads several kinds: what its loaders need to know */
	const char *name, *trained_on, *format, *classes, *positive;
	const char *database, *search, *searched;
	const char *studies, *direction, *scope, *modality;
	text_list moderator;
	const char *tool, *assessor;
	const char *review, *text;
	const char *stage, *screener, *decision;
	bool consensus;
} options;

/* Reads argv (from the word after the command).  False, with a message printed, for what it does not know. */
bool options_parse(options *o, int argc, char **argv, unsigned accepted, const char *command);

/* Prints the options that `accepted` allows, for --help. */
void options_help(unsigned accepted);

/* The options that change what the bytes mean, as the members of an open JSON object. */
void options_json(const options *o, unsigned accepted, buffer *json);
void options_free(options *o);

#endif
