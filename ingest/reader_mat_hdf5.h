/*
 * reader_mat_hdf5.h - a data set of a MATLAB 7.3 file read through HDF5 itself, where matio does not know its class: programs other
 * than MATLAB (h5py, hdf5storage) write the attribute MATLAB_class as a text of another padding, or not at all.
 *
 * Runs within the process of reader_mat.c, never in the tool's own.
 */
#ifndef READER_MAT_HDF5_H
#define READER_MAT_HDF5_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the data set is a matrix of real numbers (no text, which MATLAB stores as numbers too); its size as MATLAB shows it. */
bool mat_hdf5_matrix(const char *path, const char *name, size_t *rows, size_t *columns);

/* Its values, row-major as they lie in the file: [columns][rows] of MATLAB's matrix. */
bool mat_hdf5_values(const char *path, const char *name, double *to);

#endif
