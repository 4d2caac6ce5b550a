/*
 * mass_final.h - from the mass-univariate state to estimates, standard errors, statistics and p.
 *
 * What cannot be computed for an element is NaN and counted in the tally, never a number:
 * - too few values: everything that needs more is NaN;
 * - no spread (all values equal; in partial correlation, x explained by the covariates; a perfect
 * correlation): the estimate stands, se is 0, statistic, p and effect size are NaN.
 */
#ifndef PSY_MASS_FINAL_H
#define PSY_MASS_FINAL_H

#include "stats/mass.h"

typedef struct psy_mass_result
{
	int32_t *n; /* each array: one element of the state's m */
	double *estimate;
	double *se;
	double *statistic;
	double *df;
	double *p;     /* two-sided */
	double *log_p; /* stays finite where p underflows */
	double *effect_size;
} psy_mass_result;

typedef struct psy_mass_tally
{
	size_t too_few;    /* elements with too few values for a test */
	size_t no_spread;  /* elements whose values do not vary */
	size_t incomplete; /* elements with fewer values than rows */
	size_t deficient;  /* elements whose design is of deficient rank (all of them in the shared layout) */
	size_t column;     /* the first such design variable, 1-based; q is y */
} psy_mass_tally;

typedef enum psy_mass_effect
{
	PSY_MASS_EFFECT_D, /* Cohen's d: difference / (pooled) sd; of paired values d_z */
	PSY_MASS_EFFECT_G  /* Hedges' g: d times the exact correction of its bias */
} psy_mass_effect;

/*
 * Student's t of a state of mass_ttest or mass_ttest_paired.  One sample: mean against mu, df n - 1.  Two
 * samples: mean of group 1 (TRUE) minus that of group 0, pooled variance, df n0 + n1 - 2; mu is the
 * difference tested.  The estimate is the mean or difference itself; effect size (estimate - mu) / sd.
 */
void psy_mass_ttest(const psy_mass *state, double mu, psy_mass_effect effect, const psy_mass_result *out,
					psy_mass_tally *tally);

/*
 * Correlation of each element with y, given the covariates of the design (none for mass_corr).  estimate and
 * effect size r; df n - 2 - covariates; se sqrt((1 - r^2) / df), so that statistic = estimate / se.  A
 * covariate of which less than 1e-10 of the variance is left by those before it makes the design deficient:
 * everything is NaN.
 */
void psy_mass_corr(const psy_mass *state, const psy_mass_result *out, psy_mass_tally *tally);

typedef struct psy_mass_summary_result
{
	int32_t *n;
	double *mean;
	double *sd; /* divisor n - 1 */
	double *smallest;
	double *largest;
} psy_mass_summary_result;

void psy_mass_summary(const psy_mass *state, const psy_mass_summary_result *out, psy_mass_tally *tally);

/* "two-sample t, pooled variance" and the like. */
const char *psy_mass_method(const psy_mass *state);

/*
 * Writes what a reader of the result must know into note[size]: rows skipped, elements without a test and
 * why, raw correlations tested untransformed.  Empty when there is nothing to say.
 */
void psy_mass_note(const psy_mass *state, const psy_mass_tally *tally, char *note, size_t size);

#endif
