/*
 * mass_meta.h - the pooling of pooling.h element by element over vectors: regions, edges, voxels.
 *
 * Every element gets the numbers of psy_meta_fit on its own studies (those with yi and vi there), up to
 * rounding; ML and REML are found for eight elements at a time.  Combining z (Stouffer) and p (Fisher) stands
 * beside it.
 */
#ifndef PSY_MASS_META_H
#define PSY_MASS_META_H

#include "meta/pooling.h"

/* Study s holds yi[elements], then vi[elements], as float (width 4) or double (width 8); NaN in both is
 * missing. */
typedef struct psy_mass_meta
{
	size_t elements, studies;
	int width;
	const void *value;
} psy_mass_meta;

/* Arrays of `elements`; NaN is "not available", and df is NaN for a normal test. */
typedef struct psy_mass_meta_result
{
	int *k;
	double *estimate, *se, *statistic, *df, *p, *log_p, *ci_lb, *ci_ub, *tau2, *i2, *q, *q_p;
} psy_mass_meta_result;

/*
 * Values must be finite, vi positive (psy_mass_meta_check).  note[note_size] counts the elements that are
 * fragile or have no answer, such as values too far apart for a double.  PSY_DOMAIN: level outside (0, 1);
 * PSY_NOMEM, PSY_INTERRUPTED.
 */
psy_status psy_mass_meta_fit(const psy_context *ctx, const psy_mass_meta *data,
							 const psy_meta_options *options, const psy_mass_meta_result *out, char *note,
							 size_t note_size, psy_error *err);

/* PSY_OK when a pair may enter an element: a NaN in either, or yi finite and vi positive and finite. */
psy_status psy_mass_meta_check(double yi, double vi, size_t element, psy_error *err);

/*
 * Combination of one kind of statistic per element.  Stouffer et al. 1949 with Lipták's weights: z = sum w z
 * / sqrt(sum w^2), two-sided p.  Fisher 1932: -2 sum ln p, chi-square with 2 k df, upper tail.
 */
typedef enum psy_combine
{
	PSY_COMBINE_STOUFFER = 1,
	PSY_COMBINE_FISHER
} psy_combine;

/* Running sums of an element, Neumaier-compensated, so that order and split hardly matter. */
typedef struct psy_combine_sums
{
	double sum, carry; /* of w z, or of ln p */
	double weight;     /* sum w^2, or 0 */
	double k;
} psy_combine_sums;

/* NaN is missing.  PSY_DOMAIN: z not finite; p outside (0, 1].  weight is positive and finite (unused for p).
 */
psy_status psy_combine_add(psy_combine kind, psy_combine_sums *sums, double value, double weight,
						   size_t element, psy_error *err);
void psy_combine_merge(psy_combine_sums *into, const psy_combine_sums *from);

/* statistic, df (NaN for Stouffer), p and log_p; NaN where k = 0. */
void psy_combine_finish(psy_combine kind, const psy_combine_sums *sums, double *statistic, double *df,
						double *p, double *log_p);

#endif
