/*
 * classifier.h - a small C-SVM with an RBF kernel, trained on a simulated cohort apart from the trial.
 */
#ifndef SIM_CLASSIFIER_H
#define SIM_CLASSIFIER_H

#include "brain.h"

typedef struct sim_svm
{
	int count;                                   /* of support vectors */
	double vector[SIM_TRAINING][SIM_PREDICTORS]; /* Fisher z, as the features come */
	double coef[SIM_TRAINING];                   /* alpha_i y_i; y = +1 for responders */
	double intercept, gamma, cost;
	double slope, offset; /* P(responder) = 1 / (1 + exp(slope * decision + offset)) */
} sim_svm;

/* The predictor connections' Fisher z in the scan before treatment, in the order of sim_plant. */
bool sim_features(const sim_person *person, const sim_edge *edge, uint64_t seed, double *feature);

bool sim_responds(const sim_person *person);

/* False when a scan could not be made (see sim_make_scan). */
bool sim_train(sim_svm *svm, const sim_edge *edge, uint64_t seed);

double sim_decide(const sim_svm *svm, const double *feature);

#endif
