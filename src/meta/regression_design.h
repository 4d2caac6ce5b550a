/*
 * regression_design.h - the rows of a meta-regression at the scale they are computed at.
 *
 * With an intercept, effects and moderators are centred at the first row (in the canonical order the most
 * precise study), and every column is scaled by a power of two: what is computed does not depend on units
 * and origins, and a year of 1976 costs no digits.  Redundant columns are left out, the later one of each
 * set.
 */
#ifndef PSY_REGRESSION_DESIGN_H
#define PSY_REGRESSION_DESIGN_H

#include "core/context.h"

/*
 * k rows of `stride` doubles each: yi, vi, x[columns], and whatever belongs to the caller behind them.
 */
typedef struct psy_meta_rows
{
	const double *row;
	size_t k, columns, stride;
} psy_meta_rows;

#define PSY_REGRESSION_MOST 256 /* moderators */

/*
 * full: coefficients of the whole model, the intercept first when one is added, then one a moderator.
 * kept[p] are those in the model; constant is the place among them of the column of ones, p when there is
 * none.
 */
typedef struct psy_design
{
	size_t k, p, full, constant;
	bool added;    /* an intercept was added: coefficient 0 of full */
	size_t means;  /* coefficients 1 .. means - 1 are reported with the intercept added to them (set by the caller) */
	double *x;     /* p columns of k, scaled and centred */
	double *y, *v; /* of unit scale */
	size_t *kept;
	double *centre; /* full: what was taken from the column, in the user's unit */
	int *exponent;  /* full: the power of two the column was divided by */
	double y_centre;
	int y_exponent;
	double *scratch; /* 3 * full */
} psy_design;

/*
 * Orders rows by vi, yi, moderators; with keys > 0 by that many keys first, which are 16 bytes each behind
 * the moderators.  place[2 k] receives the order in its first half.
 */
void psy_rows_order(psy_meta_rows rows, size_t keys, size_t *place);

/* How many doubles a design of k rows needs, and how it is laid out in block; place[k] is the order to take.
 */
size_t psy_design_room(size_t k, size_t columns);
void psy_design_make(psy_meta_rows rows, const size_t *place, bool intercept, double *block,
					 psy_design *design);

/*
 * Coefficients b[p] and covariance c[p * p] of the scaled design as beta[full] and vcov[full * full] in the
 * user's units; NaN where a column was left out.  Either may be NULL.
 */
void psy_design_restore(const psy_design *d, const double *b, const double *c, double *beta, double *vcov);

/* The combination t[p] of b that is coefficient kept[i], before y_exponent. */
void psy_design_contrast(const psy_design *d, size_t i, double *t);

/* Appends "moderator 2 is redundant and left out" to note[size] where columns were left out. */
void psy_design_note(const psy_design *d, char *note, size_t size);

#endif
