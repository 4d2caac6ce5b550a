/*
 * reader_freesurfer.h - FreeSurfer's .stats files (mri_segstats, mris_anatomical_stats): one column of the table, and the estimated total
 * intracranial volume of the header.
 *
 * `# ColHeaders` names the columns, `# hemi` the hemisphere, which goes before the names of a surface's regions (lh_cuneus).
 */
#ifndef READER_FREESURFER_H
#define READER_FREESURFER_H

#include "source.h"

#include <stdbool.h>

typedef struct stats_row
{
	char *name;
	double value;
	long line;
} stats_row;

typedef struct stats_file
{
	stats_row *row;
	size_t count, room;
	double tiv; /* mm3; NaN when the header has none */
} stats_file;

#define STATS_MAX_ROWS 20000

/* By the first bytes of the file. */
psy_status stats_recognised(const char *path, bool *yes, psy_error *err);

/* measure: thickness, area, volume (gmv), intensity, or the name of a column. */
psy_status stats_read(stats_file *s, const char *path, const uint8_t sha256[SHA256_BYTES], const char *measure, psy_error *err);

/* The same from any source, which is read to its end. */
psy_status stats_parse(stats_file *s, source *from, const char *measure, psy_error *err);
void stats_free(stats_file *s);

/*
 * What the first cell of aparcstats2table's and asegstats2table's tables says: "lh.aparc.thickness" (any parcellation), "Measure:volume".
 */
typedef struct stats_table
{
	char hemisphere[4]; /* "lh_", "rh_", or empty: what names of --parcid-only lack */
	char measure[24];   /* thickness, area, volume, meancurv, mean ...; empty: no such table */
} stats_table;

bool stats_table_recognised(const char *cell, stats_table *t);

/* thickness, area or volume, where a column's folded name ends in one ("lh_cuneus_grayvol"), and the region's own does not; else NULL. */
const char *stats_measure_of(const char *column, const char *region);

/* Whether a table of the one measure may be loaded as the other. */
bool stats_measure_fits(const char *table, const char *measure);

#endif
