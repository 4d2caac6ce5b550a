/*
 * confounds.h - a table of confounds (fMRIPrep's desc-confounds_timeseries.tsv) as columns of numbers by
 * name.
 *
 * SPM's rp_*.txt has no header: six numbers a line, translations (mm) and then rotations (rad) about x, y and z, as it is known by its name
 * alone; FSL's and AFNI's tables of motion have another order or other units, and are refused.
 *
 * Names of fMRIPrep before 1.2 (X, RotX, FramewiseDisplacement ...) are read as those since; derivatives and squares that a table does
 * not have are made of their column. A missing cell is NaN.  A cell that is no number is remembered and refuses whoever asks for its column: of
 * a hundred columns a pipeline needs a few, and what it does not need is none of its business.
 */
#ifndef CONFOUNDS_H
#define CONFOUNDS_H

#include "options.h"

#include "core/status.h"

#define CONFOUNDS_MAX_COLUMNS ((size_t) 1 << 14)
#define CONFOUNDS_NAME 128
#define CONFOUNDS_MAX_VALUES ((size_t) 1 << 25)

typedef struct confounds
{
	size_t rows, columns;
	char **name;
	double *value;  /* [rows][columns] */
	long *bad_line; /* [columns]: of the first cell that is no number; 0 when all are */
	size_t room;    /* rows */
} confounds;

/* Whether a path is of a table of SPM's. */
bool confounds_is_spm(const char *path);

/* To its end; source_finish is the caller's.  spm: it may be of SPM's.  PSY_FORMAT: ragged rows, a name twice, nothing in it. */
psy_status confounds_read(confounds *c, source *from, const options *o, bool spm, psy_error *err);
void confounds_free(confounds *c);

/* The column's place; -1 when there is none. */
long confounds_find(const confounds *c, const char *name);

/* Whether it is there, or can be made of a column that is. */
bool confounds_has(const confounds *c, const char *name);

/* to[rows], with NaN where it is missing.  PSY_DOMAIN: no such column; PSY_FORMAT: a cell that is no number.
 */
psy_status confounds_get(const confounds *c, const char *name, double *to, psy_error *err);

/*
 * As a regressor: a first value that is missing (a derivative, a displacement) becomes the second one, as in
 * nilearn's load_confounds; any other missing value is an error.
 */
psy_status confounds_regressor(const confounds *c, const char *name, double *to, psy_error *err);

#endif
