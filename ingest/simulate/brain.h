/*
 * brain.h - the simulated brain: 116 AAL regions, which connections carry which effect, and region time
 * series whose correlations carry it.
 */
#ifndef SIM_BRAIN_H
#define SIM_BRAIN_H

#include "people.h"

enum
{
	SIM_REGIONS = 116,
	SIM_PLANTED_EACH = 45, /* connections of each of the three kinds that the question must tell apart */
	SIM_PREDICTORS = 12,   /* connections whose baseline foretells improvement */
	SIM_PLANTED = 3 * SIM_PLANTED_EACH + SIM_PREDICTORS
};

typedef enum sim_kind
{
	SIM_IMPROVEMENT, /* change follows improvement within arms */
	SIM_ARM_ONLY,    /* change differs between arms, and follows nothing else */
	SIM_MOTION_ONLY, /* change follows mean framewise displacement, and nothing else */
	SIM_PREDICTOR    /* no change; the level before treatment foretells improvement */
} sim_kind;

typedef struct sim_edge
{
	int i, j; /* 0-based, i < j */
	sim_kind kind;
	double slope; /* Fisher z per standard deviation (per arm, +-1/2, for SIM_ARM_ONLY) */
} sim_edge;

extern const char *const sim_region_name[SIM_REGIONS];
extern const char *const sim_kind_name[];

/* Fills edge[SIM_PLANTED]; no connection twice, and no region twice within a kind. */
void sim_plant(sim_edge *edge, uint64_t seed);

/* One scan: what is drawn, and the workspace for it. */
typedef struct sim_scan
{
	double series[SIM_VOLUMES * SIM_REGIONS]; /* row-major, unit variance */
	double factor[SIM_REGIONS * SIM_REGIONS]; /* of the correlation matrix */
} sim_scan;

/*
 * Fills to->series for one scan (0 before, 1 after treatment).  False when the planted effects left the
 * correlation matrix without a Cholesky factor: a fault of the generator.
 */
bool sim_make_scan(const sim_person *person, int scan, const sim_edge *edge, uint64_t seed, sim_scan *to);

/* Fisher z of the Pearson correlation of two regions in a series. */
double sim_series_z(const double *series, int i, int j);

#endif
