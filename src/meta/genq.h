/*
 * genq.h - random-effects meta-analysis with weights of the user's own: the generalised Q statistic.
 *
 * Q = sum a_i (y_i - mean_a)^2 for any weights a_i > 0.  GENQ is tau2 by its mean (DerSimonian & Kacker 2007), GENQM by
 * its median; its interval inverts Q's exact distribution (Jackson 2013), a sum of weighted chi-squares.  The estimate
 * has the same weights, and its variance takes tau2 into account.  Numbers as metafor's rma(weights, method = "GENQ").
 */
#ifndef PSY_GENQ_H
#define PSY_GENQ_H

#include "meta/pooling.h"

typedef struct psy_weighted_study
{
	double yi, vi, weight;
} psy_weighted_study;

typedef struct psy_genq_options
{
	bool median; /* GENQM */
	psy_meta_test test;
	double level;
	psy_meta_pi pi;
} psy_genq_options;

/* PSY_DOMAIN lists the allowed names: GENQ and GENQM. */
psy_status psy_genq_method_parse(const char *name, bool *median, psy_error *err);

/* Fits study[k] in any order.  PSY_DOMAIN: as psy_meta_fit, and a weight that is not positive and finite, vi = 0.
 * NaN, and note says why, where one weight is beyond 1e10 times all others or numbers are too far apart for a double. */
psy_status psy_genq_fit(const psy_context *ctx, const psy_weighted_study *study, size_t k, const psy_genq_options *options,
						psy_meta_result *result, psy_error *err);

/* P(Q > q) at a tau2 for k >= 2 studies. */
double psy_genq_tail(const psy_weighted_study *study, size_t k, double tau2, double q);

#endif
