/*
 * power.h - power, sample size and smallest detectable effect of t tests and correlations, for one test or
 * each of a family.
 *
 * t tests are exact: the noncentral t distribution, both tails where the test is two-sided (R's power.t.test
 * with strict = TRUE; pwr.t.test).  Correlations follow pwr.r.test: Fisher's z with its bias r / (2 (n - 1)),
 * against the critical r of the t test (Cohen 1988).
 */
#ifndef PSY_POWER_H
#define PSY_POWER_H

#include "core/status.h"
#include "stats/distribution.h"

#define PSY_POWER_MOST_N 10000000.0

/*
 * P(T <= t) or P(T > t) of the noncentral t, df >= 1 (to 1e8) and |ncp| <= 1e4; relative 1e-11 in either tail
 * down to 1e-300 (measured: tests/unit/test_power.c).  NaN outside.
 */
double psy_noncentral_t_p(double t, double df, double ncp, psy_tail tail);

typedef enum psy_power_test
{
	PSY_POWER_ONE_SAMPLE, /* and paired: n pairs, d of the differences */
	PSY_POWER_TWO_SAMPLE, /* n in each group, or n and n2 */
	PSY_POWER_CORRELATION
} psy_power_test;

typedef enum psy_power_alternative
{
	PSY_POWER_TWO_SIDED,
	PSY_POWER_GREATER,
	PSY_POWER_LESS
} psy_power_alternative;

typedef enum psy_power_correction
{
	PSY_POWER_NONE,
	PSY_POWER_BONFERRONI, /* alpha / tests */
	PSY_POWER_FDR         /* alpha is the false discovery rate; Jung (2005), equation 4 */
} psy_power_correction;

/* What is asked; effect is Cohen's d or r. */
typedef struct psy_power_design
{
	psy_power_test test;
	psy_power_alternative alternative;
	psy_power_correction correction;
	double n, n2;      /* n2: NaN for as many as n */
	double covariates; /* of a partial correlation: each costs a subject */
	double effect;
	double alpha;
	double tests;   /* of the family */
	double effects; /* of them, how many have an effect; for FDR */
} psy_power_design;

/* Exact names; PSY_DOMAIN names the allowed ones. */
psy_status psy_power_type_parse(const char *name, psy_power_test *test, psy_error *err);
psy_status psy_power_alternative_parse(const char *name, psy_power_alternative *alternative, psy_error *err);
psy_status psy_power_correction_parse(const char *name, psy_power_correction *correction, psy_error *err);

/* PSY_DOMAIN, naming the argument, unless alpha, tests, effects and covariates can be; n and effect are
 * checked by use. */
psy_status psy_power_check(const psy_power_design *design, psy_error *err);

/* Power of one test of the family; NaN where n is too small for the test. */
double psy_power(const psy_power_design *design);

/* The smallest whole n (in each group) with at least that power; NaN above PSY_POWER_MOST_N. */
double psy_power_sample_size(const psy_power_design *design, double power);

/* The smallest |d| or |r| detected with that power (an effect of 0 has power alpha); NaN where n is too
 * small. */
double psy_power_detectable(const psy_power_design *design, double power);

/* The level of a single test of the family, given its power (which only FDR asks for). */
double psy_power_alpha(const psy_power_design *design, double power);

#endif
