/*
 * reader_npy.h - an array of NumPy (.npy, versions 1 to 3) of two or three dimensions of real numbers.
 *
 * Either byte order, C or Fortran order.  Objects (pickles), complex numbers and texts are refused by name; nothing is executed.  What the
 * header promises must be what the file holds, to the byte, before anything is allocated.  Of three dimensions the first one counts the
 * matrices, as nilearn stacks them.  Format: numpy.lib.format (NEP 1).
 */
#ifndef READER_NPY_H
#define READER_NPY_H

#include "reader_mat.h"
#include "source.h"

bool npy_recognised(const char *path);

/* The values as mat_read gives them, without names.  Errors: PSY_FORMAT, PSY_UNSUPPORTED, PSY_SHAPE, PSY_LIMIT. */
psy_status npy_parse(mat_matrix *m, source *from, psy_error *err);
psy_status npy_read(mat_matrix *m, const char *path, psy_error *err);

#endif
