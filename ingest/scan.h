/*
 * scan.h - whose scan a file is: participant, session, run from the BIDS name or the options that stand in
 * for it.
 */
#ifndef SCAN_H
#define SCAN_H

#include "bids.h"
#include "load.h"

typedef struct scan
{
	bids_name name;
	const char *label, *session;
	int run;
} scan;

psy_status scan_identify(const job *j, scan *s, psy_error *err);

/* A member "scan" of an open JSON object of inputs: participant, session, run and suffix.  The same bytes under another name are
 * another scan, which its own manifest row brings; with it, same_image can show that somebody's file was copied. */
void scan_describe(const scan *s, buffer *json);

/* The path of a companion in the same folder whose name is acquisition + ending ("sub-01_ses-a_task-rest"
 * "_bold.json"); NULL when there is none.  The caller frees it. */
char *scan_companion(const job *j, const scan *s, const char *ending);

#endif
