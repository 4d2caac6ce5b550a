/*
 * small_study.h - small-study effects from (yi, vi) alone: rank correlation, trim and fill, fail-safe
 * numbers, PET-PEESE.  Numbers are metafor's (ranktest, trimfill, fsn).
 *
 * effect[k] must be usable studies with vi > 0 (psy_small_study_check).  A group too small or without spread
 * gives NaN and a note, never an error.
 */
#ifndef PSY_SMALL_STUDY_H
#define PSY_SMALL_STUDY_H

#include "meta/line.h"
#include "meta/pooling.h"

#include <stdbool.h>

/* PSY_DOMAIN where a vi is 0: these statistics weigh by 1/vi. */
psy_status psy_small_study_check(const psy_effect *effect, size_t k, const char *statistic, psy_error *err);

/*
 * Begg & Mazumdar 1994: Kendall's tau of the standardised deviations and the variances.  p is exact without
 * ties up to 500 studies, else the normal approximation with the variance for ties (as R's cor.test, without
 * continuity correction).
 */
typedef struct psy_begg
{
	double tau, p;
	bool exact;
	const char *note;
} psy_begg;

psy_status psy_begg_test(const psy_context *ctx, const psy_effect *effect, size_t k, psy_begg *result,
						 psy_error *err);

/* Duval & Tweedie 2000. */
typedef enum psy_trimfill_estimator
{
	PSY_TRIMFILL_L0,
	PSY_TRIMFILL_R0,
	PSY_TRIMFILL_Q0
} psy_trimfill_estimator;

typedef enum psy_trimfill_side
{
	PSY_SIDE_AUTO, /* right when the effects fall with their standard errors */
	PSY_SIDE_LEFT,
	PSY_SIDE_RIGHT
} psy_trimfill_side;

psy_status psy_trimfill_estimator_parse(const char *name, psy_trimfill_estimator *estimator, psy_error *err);
psy_status psy_trimfill_side_parse(const char *name, psy_trimfill_side *side, psy_error *err);
const char *psy_trimfill_estimator_name(psy_trimfill_estimator estimator);

/* k0 studies are missing on side; p_k0 is the one-sided p of "none is", for R0 only.  fit is that of all. */
typedef struct psy_trimfill
{
	size_t k0;
	double se_k0, p_k0;
	psy_trimfill_side side;
	psy_meta_result fit;
	const char *note; /* why there is no answer, or NULL */
} psy_trimfill;

/*
 * filled[2k] receives the studies (sorted) and then the k0 filled ones.  side AUTO is the sign of a
 * regression on sqrt(vi), by EE and DL where the options say so and by REML otherwise.
 */
psy_status psy_trimfill_fit(const psy_context *ctx, const psy_effect *effect, size_t k,
							psy_trimfill_estimator estimator, psy_trimfill_side side,
							const psy_meta_options *options, psy_effect *filled, psy_trimfill *result,
							psy_error *err);

/* Rosenthal 1979 (by Stouffer's z, one-sided); Orwin 1983; Rosenberg 2005 (by the common effect, two-sided).
 */
typedef enum psy_failsafe_type
{
	PSY_FAILSAFE_ROSENTHAL,
	PSY_FAILSAFE_ORWIN,
	PSY_FAILSAFE_ROSENBERG
} psy_failsafe_type;

psy_status psy_failsafe_type_parse(const char *name, psy_failsafe_type *type, psy_error *err);
const char *psy_failsafe_type_name(psy_failsafe_type type);

/* n studies of no effect would take p above alpha (Orwin: the mean effect to target). */
typedef struct psy_failsafe
{
	double n, p, mean, target;
} psy_failsafe;

/*
 * alpha in (0, 1).  target NaN is half the mean; weighted: Orwin's mean with weights 1/vi (metafor 5), else
 * plain (metafor 3.8).  target 0 gives n = Inf.
 */
psy_status psy_failsafe_n(const psy_effect *effect, size_t k, psy_failsafe_type type, double alpha,
						  double target, bool weighted, psy_failsafe *result, psy_error *err);

#endif
