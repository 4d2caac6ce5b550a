/*
 * cbma_engine.h - what ALE and MKDA each know how to do: the observed statistic with its null distribution,
 * and one random arrangement of the foci.
 */
#ifndef PSY_CBMA_ENGINE_H
#define PSY_CBMA_ENGINE_H

#include "meta/cbma_space.h"

/* Foci as cells, experiment by experiment; a focus outside the grid is -1. */
typedef struct cbma_foci
{
	const psy_experiments *data;
	int32_t *cell;
} cbma_foci;

/*
 * Upper tail probabilities of the statistic at 0, step, 2 step, ...: tail[0] is 1, none is 0.  The statistic
 * x has the p of the nearest of these values.
 */
typedef struct cbma_null
{
	double *tail;
	size_t bins;
	double step;
} cbma_null;

/* From probabilities (any positive total) at the bins, in place. */
void cbma_null_accumulate(cbma_null *null);

/* The bin of a statistic (the last one for what lies above), and the largest bin whose tail is above p: the
 * cluster-forming threshold. */
size_t cbma_null_bin(const cbma_null *null, double statistic);
double cbma_null_threshold(const cbma_null *null, double p);

typedef struct cbma_ale cbma_ale;
typedef struct cbma_mkda cbma_mkda;

/* How far kernels reach, in voxels along each axis. */
psy_status cbma_ale_reach(const psy_voxel_mask *mask, const psy_experiments *data, double fwhm, int reach[3],
						  psy_error *err);
psy_status cbma_mkda_reach(const psy_voxel_mask *mask, double radius, int reach[3], psy_error *err);

/* What may be freed after a failure too. */
psy_status cbma_ale_make(const psy_context *ctx, cbma_space *space, const psy_experiments *data, double fwhm,
						 cbma_ale **out, psy_error *err);
void cbma_ale_free(const psy_context *ctx, cbma_ale *ale);
psy_status cbma_mkda_make(const psy_context *ctx, cbma_space *space, const psy_experiments *data,
						  double radius, psy_cbma_weights weights, cbma_mkda **out, psy_error *err);
void cbma_mkda_free(const psy_context *ctx, cbma_mkda *mkda);

/* The statistic at each voxel, and its null distribution (allocated). */
psy_status cbma_ale_observe(const psy_context *ctx, cbma_ale *ale, const cbma_foci *foci, double *statistic,
							cbma_null *null, psy_error *err);
psy_status cbma_mkda_observe(const psy_context *ctx, cbma_mkda *mkda, const cbma_foci *foci,
							 double *statistic, cbma_null *null, psy_error *err);

/* The largest statistic of random foci, and the cells above threshold with their excess, in any order. */
double cbma_ale_draw(cbma_ale *ale, uint64_t seed, uint64_t iteration, double threshold, cbma_peaks *peaks);
double cbma_mkda_draw(cbma_mkda *mkda, uint64_t seed, uint64_t iteration, double threshold,
					  cbma_peaks *peaks);

/* The voxel (index in the mask) at which focus f of an iteration lies. */
uint64_t cbma_random_voxel(uint64_t seed, uint64_t iteration, size_t focus, size_t voxels);

#endif
