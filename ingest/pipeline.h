/*
 * pipeline.h - the choices of a named pipeline, as the warehouse wrote them out, and what they make of a
 * run's confounds: which volumes are censored, which regressors are removed.
 *
 * Words and order of steps are nilearn's (interfaces.fmriprep.load_confounds, signal.clean).  The choices are
 * checked by imaging.pipeline_choices and nowhere else.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include "confounds.h"
#include "load.h"
#include "scrub.h"

#include "connectivity/clean.h"

/* How much of a signal: itself, with its derivative, with its square, with both and the derivative's square.
 */
typedef enum regressor_model
{
	MODEL_NONE,
	MODEL_BASIC,
	MODEL_DERIVATIVES,
	MODEL_POWER2,
	MODEL_FULL
} regressor_model;

typedef enum compcor_kind
{
	COMPCOR_NONE,
	COMPCOR_ANAT_COMBINED,
	COMPCOR_ANAT_SEPARATED,
	COMPCOR_TEMPORAL
} compcor_kind;

typedef struct pipeline
{
	const char *name;
	bool as_is; /* another program's: nothing is done, nothing is known */
	bool raw;   /* declared, and nothing is done */
	bool detrend, cosine, non_steady_state, jenkinson, spikes, extrapolate;
	psy_standardize standardize;
	regressor_model motion, wm_csf, global_signal;
	compcor_kind compcor;
	size_t components;            /* of each mask; 0: as many as the share, or all */
	double share;                 /* of variance; 0: no limit */
	double scrub_fd, scrub_dvars; /* 0: no scrubbing by it */
	size_t before, after, segment;
	double high_pass, low_pass; /* Hz; 0 for none */
	char *choices;              /* written out, as JSON; the owner frees it */
} pipeline;

/* What --definition and the options of cleaning say, as a JSON object; empty when they say nothing. */
psy_status pipeline_given(const options *o, buffer *json, psy_error *err);

/* The choices that the name and the given ones mean together.  from_image: an undeclared name is an error,
 * and so is one that holds what another program cleaned. */
psy_status pipeline_settle(pipeline *p, session *db, const char *name, const char *given, bool from_image,
						   psy_error *err);

bool pipeline_needs_confounds(const pipeline *p);

/* What cleaning one run takes. */
typedef struct regressors
{
	size_t volumes, columns;
	double *value;  /* [volumes][columns] */
	bool *scrub;    /* [volumes]: censored, by whichever way */
	size_t kept;    /* volumes that are not */
	double mean_fd; /* NaN when nothing tells it */
} regressors;

/* metadata: the confounds' own .json, or NULL; c NULL: there is no table. */
psy_status regressors_find(regressors *r, const pipeline *p, session *db, const confounds *c,
						   const char *metadata, size_t volumes, psy_error *err);
void regressors_free(regressors *r);

/* Volumes of the series once it is cleaned: censored ones are left out unless spikes took their place. */
size_t regressors_left(const regressors *r, const pipeline *p);

/* series[volumes][regions] to clean[left][regions]; tr is in seconds, 0 when unknown. */
psy_status pipeline_clean(const pipeline *p, const regressors *r, const double *series, size_t regions,
						  double tr, double *clean, psy_error *err);

#endif
