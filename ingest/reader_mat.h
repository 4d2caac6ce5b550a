/*
 * reader_mat.h - one matrix of a MATLAB file (versions 4, 5 to 7, and 7.3, which is HDF5), or a stack of them in a third dimension, with the
 * names of its rows and columns where the file has them.
 *
 * The libraries that read these formats (matio, HDF5) were not written for hostile bytes: they run in a process of their own, with
 * bounded memory and time, that hands back nothing but numbers and names.  If it dies, the file is refused and the tool goes on.
 */
#ifndef READER_MAT_H
#define READER_MAT_H

#include "buffer.h"
#include "core/status.h"

#include <stdbool.h>

#define MAT_MAX_VALUES ((size_t) 32 << 20)
#define MAT_MAX_NAMES ((size_t) 20000)

typedef struct mat_matrix
{
	size_t slices, rows, columns;    /* slices: 1, or matrices of a third dimension */
	double *value;                   /* [slices][rows][columns]; NaN and Inf as they are */
	text_list row_name, column_name; /* CONN's names and names2, DSI Studio's name; empty when there are none, or not as many */
} mat_matrix;

/* Whether the file is MATLAB's, by its first bytes; version 4 has none to go by, so that there its name decides. */
bool mat_recognised(const char *path);

/*
 * Reads the named variable, or with NULL the only one that is a real matrix of numbers (full or sparse).  Errors: PSY_DOMAIN when there
 * is no such variable or several (the message lists them), PSY_LIMIT beyond MAT_MAX_VALUES, PSY_FORMAT for what is no MATLAB file.
 */
psy_status mat_read(mat_matrix *m, const char *path, const char *variable, psy_error *err);
void mat_free(mat_matrix *m);

#endif
