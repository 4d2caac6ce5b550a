/*
 * series.h - region time courses on their way from a file to the warehouse: where the values come from (a table, a
 * 4-D image) is apart from what is done with them.
 */
#ifndef SERIES_H
#define SERIES_H

#include "pipeline.h"
#include "reader_nifti.h"
#include "regions.h"
#include "scan.h"

#define SERIES_MAX_VALUES ((size_t) 32 << 20) /* 384 MB on the wire; the server refuses values above 1 GB */

typedef struct series
{
	double *value; /* [volumes][regions] */
	size_t volumes, room, regions;
	int *position;     /* of a table's columns */
	float *coverage;   /* [regions], or NULL */
	double header_tr;  /* seconds, of an image's header; 0 when it does not say */
	bool has_payload;  /* an image's voxels were hashed */
	uint8_t payload[SHA256_BYTES];
	double forms_apart; /* mm between where the header's sform and qform put a voxel; NaN: unknown */
} series;

/* A CSV or TSV: a column a region, by name (or by position), and a row a volume. */
psy_status series_from_table(series *s, job *j, const regions *r, psy_error *err);

/* A 4-D NIfTI image over an atlas with an image or spheres, each volume's region means. pair: what the .img beside a
 * .hdr must hash to, or NULL. */
psy_status series_from_image(series *s, job *j, const uint8_t *pair, psy_error *err);
void series_free(series *s);

/* By its name. */
bool series_is_image(const char *path);

/* After nifti_finish: the files are those that the manifest has. */
psy_status series_check_image(const job *j, nifti *image, const uint8_t *pair, psy_error *err);

#endif
