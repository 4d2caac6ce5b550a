/*
 * perm_model.h - the linear model behind a permutation test, reduced to what arrangements need.
 *
 * A t contrast of a design with nuisance variables Z is a partial correlation r of the element with one
 * variable x, the effect; t = r sqrt(df / (1 - r^2)) rises with r, and df is the same for all elements, so
 * that arrangements are compared by r, free of libm.  Freedman & Lane (1983), as Winkler et al. (2014,
 * algorithm 1): the residuals e of the element given Z are rearranged by P, and fitted again, r = <x, P e> /
 * sqrt(|e|^2 - |Z'P e|^2)       x and the columns of Z orthonormal. The same products come from the residuals
 * left in place and x and Z rearranged the other way, which are the same for all elements.  Without
 * covariates this is plain relabelling; with signs and Z empty, sign flipping.
 */
#ifndef PSY_PERM_MODEL_H
#define PSY_PERM_MODEL_H

#include "core/context.h"

#include <stdbool.h>

#define PSY_PERM_MOST_ROWS 1000000 /* a bound for sanity; memory is bounded by the host */

typedef struct psy_perm_model
{
	size_t rows;
	size_t nuisance; /* columns of basis, the intercept not among them */
	bool centred;    /* the intercept is a nuisance: elements are taken about their mean */
	double df;
	double weight;  /* |D (D'D)^-1 c|: estimate = weight <effect, x>, standard error = weight * residual sd */
	double *effect; /* rows; unit norm */
	double *basis;  /* nuisance x rows; orthonormal, and orthogonal to the effect and the constant */
	size_t deficient; /* 1-based column that those before it explain, a constant one coming first; 0: none */
	bool tests_mean;  /* the contrast is of the mean itself, which rearranging rows does not change */
	void *memory;
} psy_perm_model;

/*
 * The model of a design (rows x columns, row-major, as given: an intercept is a column of 1) and a contrast
 * of its columns.  deficient and tests_mean tell why there is none; effect is NULL then, and where df < 1.
 * PSY_DOMAIN: no column has weight.
 */
psy_status psy_perm_model_begin(const psy_context *ctx, size_t rows, const double *design, size_t columns,
								const double *contrast, psy_perm_model *model, psy_error *err);

/* The mean against 0: no intercept, no nuisance; for sign flips. */
psy_status psy_perm_model_mean(const psy_context *ctx, size_t rows, psy_perm_model *model, psy_error *err);

void psy_perm_model_end(const psy_context *ctx, psy_perm_model *model);

#endif
