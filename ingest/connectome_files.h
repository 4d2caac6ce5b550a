/*
 * connectome_files.h - the shapes that files of edges have, each read into the squares that are staged (square.h).
 */
#ifndef CONNECTOME_FILES_H
#define CONNECTOME_FILES_H

#include "scan.h"
#include "square.h"

/* Kept in job->extra: whose the file is where it is one scan's; a file of several says it inside or by --subjects. */
typedef struct connectome_scan
{
	scan scan;
	bool known;
	psy_error why; /* not known */
} connectome_scan;

/* Begins the only matrix of the file; an error when nothing says whose it is. */
psy_status connectome_begin(square *s, psy_error *err);

/* A matrix in text, with or without names (connectome_text.c). */
psy_status connectome_read_text(square *s, psy_error *err);

/* MATLAB's and NumPy's arrays: one matrix, or a stack of as many as --subjects has lines (connectome_array.c). */
bool connectome_is_array(const char *path);
psy_status connectome_read_array(square *s, psy_error *err);

/* An edge a line (connectome_list.c). */
psy_status connectome_is_list(square *s, bool *yes, psy_error *err);
psy_status connectome_read_list(square *s, psy_error *err);

#endif
