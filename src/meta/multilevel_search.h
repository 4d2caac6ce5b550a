/* multilevel_search.h - the global maximum of a clustered model's likelihood over its two variances. */
#ifndef PSY_MULTILEVEL_SEARCH_H
#define PSY_MULTILEVEL_SEARCH_H

#include "meta/multilevel_model.h"

/*
 * s starts as anything; where fixed[r] it keeps its value.  unit is the size that variances are searched
 * around.  The fit is left at the maximum, derivatives included; *loglik without constants.
 */
psy_status psy_clusters_maximise(const psy_clusters *c, bool restricted, double unit, const bool fixed[2],
								 double s[2], psy_cluster_fit *fit, double *loglik, psy_error *err);

/* Profile likelihood interval of component r around its maximum s. */
psy_status psy_clusters_profile(const psy_clusters *c, bool restricted, double unit, const bool fixed[2],
								const double s[2], double loglik, double level, int r, psy_cluster_fit *fit,
								double *lower, double *upper, psy_error *err);

#endif
