/*
 * network_model.h - the trials of a network as independent rows, and least squares over them.
 *
 * A trial of m arms gives m - 1 rows z = sum coef theta + error of variance v + tau2: its contrasts in the
 * basis in which both its sampling covariance and the heterogeneity are diagonal.  What is known of one mean
 * effect (tau2.c) then holds for networks.
 */
#ifndef PSY_NETWORK_MODEL_H
#define PSY_NETWORK_MODEL_H

#include "meta/network.h"

typedef struct psy_net_row
{
	double z, v;
	const size_t *arm; /* treatments */
	double *coef;      /* of the arms, sum 0 */
	size_t arms;
} psy_net_row;

/* Rows of some trials over the treatments that they hold; one of these is the reference. */
typedef struct psy_net_model
{
	const psy_net_row *row;
	size_t rows;
	const size_t *place; /* of a treatment among the parameters; SIZE_MAX for the reference */
	size_t parameters;
} psy_net_model;

/* Scratch and outcome of least squares: the matrices hold parameters^2, the vectors parameters. */
typedef struct psy_net_gls
{
	double *factor;  /* Cholesky's factor L of X'WX */
	double *inverse; /* (X'WX)^-1, its lower triangle; both after psy_net_covariance */
	double *scratch;
	double *beta;
	double tau2;
	double q;     /* sum w r^2 */
	double w2r2;  /* sum w^2 r^2 */
	double trace; /* tr P */
	double sum_w;
} psy_net_gls;

/* Weights 1 / (v + tau2), or 1 when tau2 is Inf.  false: X'WX is not positive definite in double. */
bool psy_net_gls_at(const psy_net_model *m, double tau2, psy_net_gls *out);

/* Fills the upper triangle of the inverse, the covariance of beta. */
void psy_net_covariance(const psy_net_model *m, psy_net_gls *at);

/* tau2 by options' method, from out's workspace; NaN when interrupted or not determined. */
double psy_net_tau2(const psy_context *ctx, const psy_net_model *m, psy_meta_method method,
					psy_net_gls *work);

double psy_net_loglik(const psy_net_model *m, const psy_net_gls *at, bool restricted);

/*
 * The rows of one trial: arm[m], v and y [m][m] pairwise variances and effects (row minus column).  Fills
 * row[m - 1] with coef from coef[(m - 1) m].  false: the variances belong to no covariance.
 */
bool psy_net_trial(const size_t *arm, size_t m, const double *y, const double *v, psy_net_row *row,
				   double *coef);

#endif
