/*
 * coordinates.h - foci of experiments on their way in, whatever the format: an experiment is announced, then come its foci.
 *
 * The warehouse decides what is one experiment (the same study and contrast of a file), and turns Talairach coordinates into MNI.
 */
#ifndef COORDINATES_H
#define COORDINATES_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One contrast of a study.  Texts may be NULL. */
typedef struct experiment
{
	long line;
	const char *study, *contrast; /* never NULL */
	const char *space;            /* as written */
	const char *sample;           /* independent sample, where it is not the study */
	const char *direction, *scope, *modality;
	double n; /* participants; NAN when not stated */
	const char *title, *authors, *journal, *doi, *pmid, *year;
} experiment;

typedef struct focus
{
	int64_t row; /* of a table, which counts its rows itself; else 0 */
	long line;
	double xyz[3];
	const char *statistic; /* what value is: t, z, ... */
	double value;          /* NAN when not stated */
	const char *table;     /* of the paper */
	const char *raw;       /* for rejects */
} focus;

/* Where readers send what they find (cmd_ingest_coordinates.c). */
typedef struct coordinates coordinates;

psy_status coordinates_experiment(coordinates *c, const experiment *e, psy_error *err);
psy_status coordinates_focus(coordinates *c, const focus *f, psy_error *err);
void coordinates_note(coordinates *c, long line, const char *message); /* worth knowing, no reason to refuse */

/* Readers of whole files: text is UTF-8 with a NUL behind it, checked line by line as it was read. */
psy_status read_sleuth(coordinates *c, const char *text, psy_error *err);
psy_status read_coordinate_json(coordinates *c, const char *text, size_t bytes, psy_error *err);

/* What a line would be in Sleuth's text: the first that is not nothing tells its files from others. */
typedef enum sleuth_line
{
	SLEUTH_NOTHING, /* blank, or a remark behind # or % */
	SLEUTH_COMMENT, /* behind two slashes: names, participants, space */
	SLEUTH_FOCUS    /* or something else */
} sleuth_line;

sleuth_line sleuth_line_is(const char *line);

#endif
