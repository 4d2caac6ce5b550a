/*
 * cpm_work.h - what a run of the connectome-based predictive model works on, shared by cpm.c and cpm_folds.c.  Private to
 * src/connectivity.
 */
#ifndef PSY_CPM_WORK_H
#define PSY_CPM_WORK_H

#include "connectivity/cpm.h"

typedef struct psy_cpm_work
{
	const psy_context *ctx;
	const psy_cpm_plan *plan;
	psy_cpm_result *result;
	size_t rows, folds, q; /* q: intercept and covariates */
	size_t batch;
	psy_perm_rows data;     /* by slot */
	psy_perm_model centred; /* nothing but the mean is taken out of the panel */
	uint32_t *row;          /* slot -> row */
	size_t *start;          /* folds + 1: first slot of each */
	double *basis;          /* [fold][q][slot] */
	double *transform;      /* [fold][q][q]: see make_fold_basis */
	double *products;       /* 2 x (q + 1) x TILE */
	double *bound;          /* folds: |r| at the threshold */
	double *residual;       /* rows: y given all rows' intercept and covariates */
	double *y;              /* [arrangement][slot] */
	double *c;              /* [arrangement][fold][q] */
	double *y_norm;         /* [arrangement][fold] */
	double *column;         /* [four][slot][4] */
	double *strength;       /* [arrangement][fold][sign][slot] */
	double *panel, *flat;   /* TILES x rows x TILE; TILE x rows */
	double *a, *scale;      /* of a tile: [fold][q][TILE], [fold][TILE] */
	double *part;           /* of a tile and four columns: [fold][FOUR][TILE] */
	double *own_part;       /* of one of these columns: [fold][TILE], the total last */
	double *score;          /* [fold][TILE] */
	uint32_t *hit;          /* folds */
	double *work;           /* 6 x rows */
	uint32_t *selected_any; /* [arrangement][network] */
	double *null_r;         /* arrangements of all x networks */
	const void **pointers;  /* rows: the data's, by slot */
	void *memory;
} psy_cpm_work;

/* ---- folds (cpm_folds.c) --------------------------------------------------------------------- */

/* Rows to slots, fold by fold. */
void psy_cpm_deal(psy_cpm_work *m);

/* Sum of a[slot] b[slot] over the training slots of a fold, in order; fold m->folds: over all. */
double psy_cpm_product(const psy_cpm_work *m, size_t fold, const double *a, const double *b);

/* v becomes what the basis of a fold leaves of it; coefficients c may be NULL. */
void psy_cpm_take_out(const psy_cpm_work *m, size_t fold, double *v, double *c);

/* |r| at the threshold of each fold. */
void psy_cpm_bounds(psy_cpm_work *m);

/* Bases of the folds; behind them, of all rows together, which gives y's residuals. */
void psy_cpm_bases(psy_cpm_work *m);

#endif
