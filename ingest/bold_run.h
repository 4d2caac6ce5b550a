/*
 * bold_run.h - one functional run on its way in: whose it is, what lies beside its file, by which pipeline it
 * is cleaned.
 *
 * Beside the file may lie <scan>_desc-confounds_timeseries.tsv with its .json (head motion, regressors) and a
 * .json with the repetition time: they belong to the meaning of the file, so that their hashes are part of
 * the manifest's options.
 */
#ifndef BOLD_RUN_H
#define BOLD_RUN_H

#include "pipeline.h"
#include "reader_nifti.h"
#include "scan.h"

/* Kept in job->extra from describe to the end of stage. */
typedef struct bold_run
{
	scan scan;
	char *confounds; /* path, or NULL */
	uint8_t confounds_sha256[SHA256_BYTES];
	bool paired; /* a .hdr, whose voxels are in an .img */
	uint8_t pair_sha256[SHA256_BYTES];
	buffer sidecar;  /* text of the .json beside the series */
	buffer metadata; /* of that beside the confounds */
	buffer given;    /* choices of the pipeline, JSON; empty when none were given */
	pipeline pipeline;
	double tr; /* seconds; 0 when nobody says */
} bold_run;

/* The loader's companion, describe and release. */
bool bold_run_companion(const char *path);
psy_status bold_run_describe(job *j, buffer *json, psy_error *err);
void bold_run_release(job *j);

/* By its name. */
bool bold_run_is_image(const char *path);

/* The pipeline, as the name and the given choices settle it. */
psy_status bold_run_settle(job *j, psy_error *err);

/*
 * --tr, else the sidecar, else the image's header (seconds; 0: it does not say): headers are rewritten by
 * every tool that touches an image, and often hold 0 or 1.  Where the header says something else, that is
 * noted.
 */
psy_status bold_run_tr(job *j, double header, psy_error *err);

/* Regressors and censored volumes; PSY_DOMAIN without confounds where the pipeline needs them. */
psy_status bold_run_regressors(job *j, size_t volumes, regressors *found, psy_error *err);

/* Header and voxels are read to their end: they are what was hashed.  Notes where sform and qform disagree.
 */
psy_status bold_run_check_image(const job *j, nifti *image, psy_error *err);

/* The staged columns that every run has: label, session, run, task, choices, tr_s, header_tr_s, volumes,
 * volumes_kept, mean_fd_mm, payload_sha256, forms_apart_mm. */
#define BOLD_RUN_COLUMNS                                                                                     \
	"label, session, run, task, choices, tr_s, header_tr_s, volumes, volumes_kept, mean_fd_mm, "             \
	"payload_sha256, forms_apart_mm"
typedef struct bold_image
{
	bool there;
	double tr; /* by the header, seconds; 0: it does not say */
	uint8_t payload[SHA256_BYTES];
	double forms_apart; /* mm; NaN: unknown */
} bold_image;
void bold_run_copy(const job *j, copy *out, const regressors *found, const bold_image *image);

#endif
