/*
 * combat.h - ComBat: what a site adds to each element and by how much it scales it, and values without it
 * (Johnson, Li & Rabinovic 2007, Biostatistics 8:118; for imaging Fortin et al. 2018, NeuroImage 167:104).
 *
 *     y_sj = a + b'w_j + g_s sd + sqrt(d_s) sd e_sj        for row j of site s, element by element
 *
 * a (the sites' intercepts, weighted by their rows) and b come from the least squares of all sites at once,
 * sd^2 is the residual sum of squares over n; g_s and d_s are the mean and variance (divisor n_s - 1) of the
 * standardised residuals of the site, pulled over elements towards the site's own mean and prior by empirical
 * Bayes.  Numbers are those of R's sva::ComBat and neuroCombat, stopping rule included: their relative change
 * divides by g and not by its magnitude, so that a negative g never holds up the end.  Unlike them a missing
 * value costs its own element alone, which has its own n, and not the others their numbers.
 *
 * What cannot be harmonised is NaN and counted: an element whose residuals do not vary, or whose values leave
 * the design without full rank, at every site; at one site an element with fewer than two values there, or
 * whose residuals there do not vary (mean only: without a value).  Those are no part of the priors.
 */
#ifndef PSY_COMBAT_H
#define PSY_COMBAT_H

#include "harmonize/combat_state.h"

#define PSY_COMBAT_EB 1           /* flag: empirical Bayes */
#define PSY_COMBAT_MEAN_ONLY 2    /* flag: d = 1 */
#define PSY_COMBAT_TOLERANCE 1e-4 /* relative change at which sva and neuroCombat stop */

typedef struct psy_combat_options
{
	bool eb;
	bool mean_only;
	const char *reference; /* a site's name, or NULL: that site's values stay as they are */
	double tolerance;
} psy_combat_options;

/* A site of the fit; iterations and the priors are 0 where there are none. */
typedef struct psy_combat_site
{
	char name[PSY_COMBAT_NAME];
	double rows;
	double gamma_bar, t2; /* prior of g: mean and variance over elements */
	double a, b;          /* prior of d: inverse gamma; infinite where all elements have the same d */
	uint64_t iterations;
	uint64_t left_out;  /* elements not harmonised here */
	uint64_t one_value; /* bit j: covariate j has one value here and several elsewhere */
} psy_combat_site;

/* A flat image, 8-byte aligned: the sites, centre[q], then the streams. */
typedef struct psy_combat
{
	uint8_t source;
	uint8_t flags;
	uint16_t design;
	uint32_t sites;
	uint64_t elements;
	int64_t skipped;
	int64_t reference;   /* its site, or -1 */
	uint64_t lost;       /* elements not harmonised anywhere */
	uint64_t incomplete; /* elements with fewer values than rows */
	double tolerance;
	double data[];
} psy_combat;

typedef struct psy_combat_streams
{
	double *mean;  /* [m] a + b'centre */
	double *sd;    /* [m] */
	double *beta;  /* [q][m] */
	double *gamma; /* [sites][m] */
	double *delta; /* [sites][m] */
} psy_combat_streams;

/* Bytes of the fit of a state's shape; 0 when it would not fit size_t. */
size_t psy_combat_size(size_t sites, size_t design, size_t elements);

psy_combat_site *psy_combat_sites(const psy_combat *fit);

/* [q]: what covariates are taken relative to, their means over all rows. */
double *psy_combat_centre(const psy_combat *fit);

psy_combat_streams psy_combat_streams_of(const psy_combat *fit);

/*
 * Fills fit, zeroed memory of psy_combat_size bytes, from a checked state with elements.  PSY_DOMAIN: fewer
 * than two sites, a reference that is none of them, a site of one row (unless mean only), too few rows, an
 * option out of range.  PSY_SINGULAR, naming the covariate: one that cannot be told from the sites, or is a
 * combination of those before it.  PSY_NOCONVERGE in theory.  Polls ctx.
 */
psy_status psy_combat_fit(const psy_context *ctx, const psy_combat_state *state,
						  const psy_combat_options *options, psy_combat *fit, psy_error *err);

/* The site of that name; PSY_DOMAIN naming those there are. */
psy_status psy_combat_find(const psy_combat *fit, const char *name, size_t *site, psy_error *err);

/*
 * to[k] = x[k] without what site adds; NaN stays, and is what cannot be harmonised.  Rows of the reference
 * site stay as they are.  covariates: q, finite.
 */
void psy_combat_apply_floats(const psy_combat *fit, size_t site, const float *x, const double *covariates,
							 float *to);
void psy_combat_apply_doubles(const psy_combat *fit, size_t site, const double *x, const double *covariates,
							  double *to);

/* What a user must know of the fit: rows left out, sites of one value, elements not harmonised.  Empty when
 * there is nothing to say. */
void psy_combat_note(const psy_combat *fit, char *note, size_t size);

/* Counts, flags and sizes of an image of size bytes from outside: enough for every function here to be safe.
 * PSY_FORMAT. */
psy_status psy_combat_check_shape(const psy_combat *fit, size_t size, psy_error *err);

/* The same, and that every number is one that a fit can give. */
psy_status psy_combat_check(const psy_combat *fit, size_t size, psy_error *err);

#endif
