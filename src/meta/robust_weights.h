/*
 * robust_weights.h - working models of Hedges, Tipton & Johnson 2010 with variances by the method of moments, as
 * robumeta::robu(modelweights = "CORR" or "HIER").
 *
 * CORR: effects of a study correlate, a row's weight is 1 / (n_j (mean v_j + tau2)).  HIER: effects are independent
 * within a study, with weights 1 / (v + tau2 + omega2).
 */
#ifndef PSY_ROBUST_WEIGHTS_H
#define PSY_ROBUST_WEIGHTS_H

#include "meta/multilevel_model.h"

/* Replaces the design's variances by what the weights are the inverse of; rho is CORR's correlation of sampling
 * errors.  *tau2 and *omega2 (0 for CORR) at the design's scale.  work: psy_robust_weights_room. */
size_t psy_robust_weights_room(size_t k, size_t p);
psy_status psy_robust_weights(psy_clusters *c, bool hierarchical, double rho, double *work, double *tau2, double *omega2,
							  psy_error *err);

#endif
