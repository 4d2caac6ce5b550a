/*
 * multivariate_search.h - the global maximum of a multivariate model's likelihood over the parameters of its
 * covariance structure, by analytic first and second derivatives.
 */
#ifndef PSY_MULTIVARIATE_SEARCH_H
#define PSY_MULTIVARIATE_SEARCH_H

#include "meta/multilevel_model.h"
#include "meta/structure.h"

/* The problem, and room for one evaluation.  c->g is the room that each evaluation writes G to. */
typedef struct psy_outcomes_search
{
	psy_clusters *c;
	psy_cluster_fit *fit;
	const psy_structure *structure;
	bool restricted;
	const bool *fixed; /* theta: stays 0 */
	double *g;         /* what c->g points at */
	double *work;
} psy_outcomes_search;

size_t psy_outcomes_search_room(const psy_clusters *c, const psy_structure *s);

/* Twice the log likelihood's derivatives at theta, of which c and fit hold the evaluation: score[n], hessian[n * n]. */
psy_status psy_outcomes_at(const psy_outcomes_search *o, const double *theta, double *loglik, double *score, double *hessian,
						   psy_error *err);

/* theta[n] receives the maximum, *loglik its log likelihood without constants; the fit is left there.  variance[m]:
 * the size of what varies in each outcome. */
psy_status psy_outcomes_maximise(const psy_outcomes_search *o, const double *variance, double *theta, double *loglik,
								 psy_error *err);

#endif
