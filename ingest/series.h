/*
 * series.h - region time courses on their way from a file to the warehouse: where the values come from (a
 * table, a 4-D image) is apart from what is done with them.
 */
#ifndef SERIES_H
#define SERIES_H

#include "bold_run.h"
#include "regions.h"

#define SERIES_MAX_VALUES ((size_t) 32 << 20) /* 384 MB on the wire; the server refuses values above 1 GB */

typedef struct series
{
	double *value; /* [volumes][regions] */
	size_t volumes, room, regions;
	int *position;   /* of a table's columns */
	size_t first;    /* 1-based first column of --columns; 0: all of them */
	bool numbered;   /* a column before the regions' counts the volumes */
	size_t number;   /* of the first volume then: 0 or 1 */
	bool doubtful;   /* the first volume may be the columns' numbers */
	float *coverage; /* [regions], or NULL */
	bold_image image;
} series;

/* A CSV, TSV or text parted by blanks: a column a region, by name (or by position), and a row a volume; a MATLAB matrix by position. */
psy_status series_from_table(series *s, job *j, const regions *r, psy_error *err);

/* A 4-D NIfTI image over an atlas with an image or spheres, each volume's region means. */
psy_status series_from_image(series *s, job *j, psy_error *err);
void series_free(series *s);

#endif
