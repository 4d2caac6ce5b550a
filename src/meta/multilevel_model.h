/*
 * multilevel_model.h - the model of clustered effects at given variances: y ~ N(X b, M), M block-diagonal.
 *
 * The block of a cluster is V + s[0] 11' + s[1] ZZ', with V_ij = rho sqrt(vi vj) off the diagonal and Z
 * telling which rows are one effect; where g is given (multivariate models) it is V + Z g Z' instead.
 * Everything is a sum over clusters: cost is linear in their number, cubic in their size.
 */
#ifndef PSY_MULTILEVEL_MODEL_H
#define PSY_MULTILEVEL_MODEL_H

#include "meta/regression_design.h"

typedef struct psy_clusters
{
	const psy_context *ctx;
	const psy_design *d;
	double rho;
	size_t count;    /* clusters */
	size_t effects;  /* different effects over all clusters */
	size_t largest;  /* rows of the largest cluster */
	size_t most;     /* effects of the cluster that has most of them */
	size_t *start;   /* count + 1: first rows */
	size_t *label;   /* k: which effect of its cluster a row is, from 0 */
	double *scratch; /* see psy_clusters_room */
	size_t levels;   /* outcomes of a multivariate model */
	const double *g; /* levels * levels, or NULL: covariance of an effect's outcomes, in place of s */
	const size_t *level;      /* k: which outcome a row is */
	const double *covariance; /* k * levels, or NULL: of a row's error with that of its study's outcome */
} psy_clusters;

/* What is known at one s.  Sums marked * only when derivatives were asked for. */
typedef struct psy_cluster_fit
{
	double q, logdet, logdet_a; /* residual Q, ln |M|, ln |X'M^-1X| */
	double score[2];            /* * twice the derivatives of the log likelihood */
	double hessian[3],
		fisher[3];         /* * of twice the log likelihood: (0,0) (0,1) (1,1); fisher is minus its mean */
	double trace_p;        /* * tr P, and with s = 0 what typical variance needs */
	double *b, *a_inverse; /* p; p * p */
	double *u, *e, *mx;    /* k: M^-1 e; k: residuals; k * p: M^-1 X, row-major */
} psy_cluster_fit;

/*
 * Lays clusters out from rows in the order of place[] with `keys` keys; one effect a row when keys is 1.
 * block: psy_clusters_room doubles, with the fit's arrays in it.
 */
size_t psy_clusters_room(size_t k, size_t columns);
size_t psy_clusters_scratch(const psy_clusters *c);
void psy_clusters_make(const psy_context *ctx, psy_meta_rows rows, size_t keys, const size_t *place,
					   const psy_design *d, double rho, double *block, psy_clusters *c, psy_cluster_fit *fit);

/* The block of cluster j at s, row-major n x n. */
void psy_cluster_block(const psy_clusters *c, size_t j, const double *s, double *block);

/* How many different effects cluster j has, and over them K = Z'M^-1Z, S = Z'M^-1X, Z'u, from the inverse of its
 * block and a fit at it: what derivatives need of a cluster (Harville 1977). */
size_t psy_cluster_collapse(const psy_clusters *c, size_t j, const double *inverse, const psy_cluster_fit *fit,
							double *kk, double *s, double *zu);

/* PSY_SINGULAR where a block is not positive definite; PSY_INTERRUPTED. */
psy_status psy_clusters_at(const psy_clusters *c, const double *s, bool restricted, bool derivatives,
						   psy_cluster_fit *fit, psy_error *err);

/* The log likelihood without constants. */
double psy_cluster_loglik(const psy_cluster_fit *fit, bool restricted);

#endif
