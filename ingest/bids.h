/*
 * bids.h - what a BIDS file name says: key-value entities, suffix, extension.
 */
#ifndef BIDS_H
#define BIDS_H

#include "core/status.h"

#include <stdbool.h>

#define BIDS_TEXT 128 /* of an entity; public data sets have tasks of 77 letters */

typedef struct bids_name
{
	char sub[BIDS_TEXT];
	char ses[BIDS_TEXT];
	char task[BIDS_TEXT];
	char desc[BIDS_TEXT];
	char atlas[BIDS_TEXT]; /* atlas- or seg- */
	char suffix[BIDS_TEXT];
	int run;               /* 0 when absent */
	char acquisition[256]; /* the entities that name the scan (sub ses task acq ce rec dir run echo), as they
							  were */
	bool is_bids;          /* begins with sub- and has a suffix */
} bids_name;

/* Reads the base name of path.  A name that is no BIDS name is no error; an entity of too many characters or
 * a run that is no number is. */
psy_status bids_parse(const char *path, bids_name *name, psy_error *err);

#endif
