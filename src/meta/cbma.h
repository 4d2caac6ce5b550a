/*
 * cbma.h - coordinate-based meta-analysis: where do foci of independent experiments lie together more than
 * they would by chance?
 *
 * ALE (activation likelihood estimation): a focus is a Gaussian whose width follows from its experiment's
 * number of participants (Eickhoff et al. 2009, Hum Brain Mapp 30:2907); within an experiment the largest
 * probability counts, so that many foci of one experiment do not add up (Turkeltaub et al. 2012, Hum Brain
 * Mapp 33:1); ALE = 1 - prod (1 - MA).  Its null distribution, foci independent of each other over the mask,
 * is the convolution of the experiments' histograms (Eickhoff et al. 2012, NeuroImage 59:2349), here in bins
 * of 1e-5 whose combination is exact integer arithmetic.
 *
 * MKDA (multilevel kernel density analysis, Wager et al. 2007, Soc Cogn Affect Neurosci 2:150): an experiment
 * reaches every voxel within a radius of any of its foci; the statistic is the number of experiments that
 * reach a voxel, its null a Poisson-binomial distribution.  By sample size an experiment counts sqrt(n), all
 * weights together as much as there are experiments (Wager et al. 2009, Neuron 62:127, and NiMARE), in whole
 * parts of 2^-20 of their sum, so that sums of weights and their null distribution are exact.
 *
 * Family-wise error by Monte Carlo: every focus is put at a random voxel of the mask, experiment by
 * experiment as many as there are, and the largest statistic, the largest cluster above the cluster-forming
 * threshold and the largest mass (sum of what exceeds the threshold) are kept.  Clusters join voxels that
 * share a face.  Iteration i draws from (seed, i) alone.  All results have the same bits on every CPU.
 */
#ifndef PSY_CBMA_H
#define PSY_CBMA_H

#include "core/context.h"

#include <stdint.h>

typedef struct psy_voxel_mask
{
	int dim[3];           /* voxels along i, j, k; i runs fastest */
	double affine[12];    /* rows of the 3 x 4 matrix from 0-based (i, j, k) to mm */
	const int32_t *voxel; /* the mask: i + dim[0] * (j + dim[1] * k), ascending */
	size_t voxels;
} psy_voxel_mask;

/* PSY_DOMAIN or PSY_SHAPE unless dims, affine (invertible, finite) and voxels (ascending, within dims) are
 * right. */
psy_status psy_voxel_mask_check(const psy_voxel_mask *mask, psy_error *err);

/* mm of a voxel given by its 0-based index in the grid. */
void psy_voxel_position(const psy_voxel_mask *mask, int32_t voxel, double xyz[3]);

typedef struct psy_experiments
{
	size_t count;
	const size_t *start; /* count + 1: experiment e has the foci start[e] .. start[e + 1] - 1 */
	const double *xyz;   /* 3 a focus: mm in the mask's space */
	const double *n;     /* participants, > 0; read by ALE when fwhm is 0, and for weights by sample size */
} psy_experiments;

typedef enum psy_cbma_kind
{
	PSY_CBMA_ALE,
	PSY_CBMA_MKDA
} psy_cbma_kind;

typedef enum psy_cbma_correction
{
	PSY_CBMA_CLUSTER,      /* family-wise error of cluster sizes */
	PSY_CBMA_CLUSTER_MASS, /* of cluster masses */
	PSY_CBMA_VOXEL,        /* of voxels */
	PSY_CBMA_FDR,          /* Benjamini & Hochberg over the mask's voxels */
	PSY_CBMA_NONE
} psy_cbma_correction;

/* 'cluster', 'cluster_mass', 'voxel', 'fdr' or 'none'. */
psy_status psy_cbma_correction_parse(const char *name, psy_cbma_correction *correction, psy_error *err);

typedef enum psy_cbma_weights
{
	PSY_CBMA_EQUAL,
	PSY_CBMA_SAMPLE_SIZE
} psy_cbma_weights;

/* 'equal' or 'sample_size'. */
psy_status psy_cbma_weights_parse(const char *name, psy_cbma_weights *weights, psy_error *err);

typedef struct psy_cbma_options
{
	psy_cbma_kind kind;
	psy_cbma_correction correction;
	double voxel_p;    /* clusters are formed above the statistic that has this p: 0 < voxel_p < 1 */
	size_t iterations; /* of the Monte Carlo, 1 to 1,000,000; not run for FDR and NONE */
	uint64_t seed;
	double fwhm;              /* ALE: mm, one width for all; 0: from each experiment's n */
	double radius;            /* MKDA: mm */
	psy_cbma_weights weights; /* MKDA */
} psy_cbma_options;

typedef struct psy_cbma_cluster
{
	size_t voxels;
	double mass;           /* sum of (statistic - threshold) */
	int32_t peak;          /* index in the mask of the largest statistic, the first of equals */
	double p_size, p_mass; /* family-wise, (1 + exceeding) / (1 + iterations); NaN without Monte Carlo */
	double p_peak;
} psy_cbma_cluster;

typedef struct psy_cbma_result
{
	double *statistic;    /* voxels: ALE, or the number of experiments or sum of their weights */
	double *p;            /* voxels: uncorrected, upper tail of the null distribution; never 0 */
	double *z;            /* voxels: the normal quantile of p; 0 from p = .5 on, as of p-values of one tail */
	double *p_corrected;  /* voxels: by the correction asked for; 1 outside clusters for those of clusters */
	int32_t *label;       /* voxels: 0, or 1 .. clusters, the largest first */
	int32_t *focus_label; /* foci: the cluster in which a focus lies, 0 for none */
	psy_cbma_cluster *cluster;
	size_t clusters;
	size_t outside;   /* foci outside the grid: not used */
	size_t beyond;    /* foci in the grid but not in the mask: used for what reaches into it */
	double threshold; /* the cluster-forming statistic: voxels above it form clusters */
	double fwe[3];    /* statistic, size and mass that 5 % of the Monte Carlo's largest exceed; NaN without */
} psy_cbma_result;

/*
 * All arrays of the result are allocated by ctx, to be freed with psy_cbma_free.  PSY_DOMAIN for options out
 * of range; PSY_LIMIT for Gaussians that reach over 1,024 voxels and spheres over 64; there must be a voxel
 * and an experiment.
 */
psy_status psy_cbma(const psy_context *ctx, const psy_voxel_mask *mask, const psy_experiments *data,
					const psy_cbma_options *options, psy_cbma_result *out, psy_error *err);

void psy_cbma_free(const psy_context *ctx, psy_cbma_result *result);

/* FWHM in mm of the Gaussian of an experiment with n participants: template uncertainty 5.7 mm, between
 * subjects 11.6 mm / sqrt(n) (mean distances; Eickhoff et al. 2009). */
double psy_ale_fwhm(double n);

#endif
