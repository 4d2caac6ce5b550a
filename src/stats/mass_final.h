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
	size_t column;     /* the first such design variable, 1-based; of pcorr q is y, of ancova q + 1 the baseline */
	char method[96];   /* for the caller to say more than psy_mass_method; empty otherwise */
} psy_mass_tally;

typedef enum psy_mass_effect
{
	PSY_MASS_EFFECT_D, /* Cohen's d: difference / (pooled) sd; of paired values d_z */
	PSY_MASS_EFFECT_G, /* Hedges' g: d times the exact correction of its bias */
	PSY_MASS_EFFECT_R  /* least squares only: partial r (t) or partial eta squared (F) */
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

/*
 * Welch's t of a state of mass_welch: mean of group 1 minus that of group 0, Satterthwaite's df.  The effect
 * size is the difference by sqrt((v0 + v1) / 2); g corrects it with the df of Delacre et al. (2021),
 * (n0 - 1)(n1 - 1)(v0 + v1)^2 / ((n1 - 1) v0^2 + (n0 - 1) v1^2).
 */
void psy_mass_welch(const psy_mass *state, double mu, psy_mass_effect effect, const psy_mass_result *out,
					psy_mass_tally *tally);

/*
 * How far those not of the reference (group 0) lie from it (group 1), in its sd: estimate and effect size z =
 * (mean0 - mean1) / sd1, se sqrt(1/n0 + 1/n1), statistic z / se, df n1 - 1; for one subject Crawford & Howell
 * (1998).
 */
void psy_mass_deviation(const psy_mass *state, const psy_mass_result *out, psy_mass_tally *tally);

/* The same for one subject's x against a state of one group; n is the reference's.  Otherwise than
 * small_sample the reference counts as the population: se 1, df Inf. */
void psy_mass_z(const psy_mass *reference, const psy_mass_values *x, bool small_sample,
				const psy_mass_result *out, psy_mass_tally *tally);

/*
 * A contrast of the least squares fit of each element on the design, columns as given (an intercept only
 * where one is among them); the state of mass_ancova takes each element's own baseline for one more.  One row
 * (is_f false): estimate c'b, t on n - q (- 1) df, effect size partial r = t / sqrt(t^2 + df), or d = estimate
 * / residual sd.  is_f: F on rows and n - q (- 1) df, p of the upper tail, effect size partial eta squared;
 * estimate and se are NaN.  PSY_SINGULAR names the column of a design, or the row of a contrast, that depends
 * on those before it.
 */
typedef struct psy_mass_contrast_of
{
	const double *row; /* rows x q */
	size_t rows;
	bool is_f;
} psy_mass_contrast_of;

psy_status psy_mass_glm(const psy_mass *state, const psy_mass_contrast_of *contrast, psy_mass_effect effect,
						const psy_mass_result *out, psy_mass_tally *tally, psy_error *err);

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
