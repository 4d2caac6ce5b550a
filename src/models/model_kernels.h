/*
 * model_kernels.h - the inner loops of scoring: fixed lanes, same bits on every CPU.  Nothing is allocated.
 */
#ifndef PSY_MODEL_KERNELS_H
#define PSY_MODEL_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Support vectors stand in blocks of this many, feature by feature, so that lanes run across vectors.  32 is what gcc 12
 * keeps in registers and vectorises as a whole: 6 us for 551 vectors of 200 features, against 28 us with 16.
 */
#define PSY_SV_BLOCK 32

/* sum of a[k] * b[k], in the fixed order of core/lanes.h. */
double psy_dot(const double *a, const double *b, size_t n);

/* out[k] = (x[k] - mean[k]) / scale[k], as scikit-learn's StandardScaler rounds it. */
void psy_standardize(const double *x, const double *mean, const double *scale, size_t n, double *out);

/*
 * Squared distances of x[n] to the PSY_SV_BLOCK vectors of block[n][PSY_SV_BLOCK]; each is summed over the
 * features in order.
 */
void psy_block_distances(const double *x, const double *block, size_t n, double distance[PSY_SV_BLOCK]);

/* The same of vectors whose numbers are all single ones, kept as such: half the memory, the same bits. */
void psy_block_distances_single(const double *x, const float *block, size_t n, double distance[PSY_SV_BLOCK]);

/* value[k] becomes exp(factor * value[k]), factor * value[k] <= 700, within 1 ulp. */
void psy_block_exp(double value[PSY_SV_BLOCK], double factor);

/* Products of x[n] and each of the PSY_SV_BLOCK vectors, summed over the features in order. */
void psy_block_dots(const double *x, const double *block, size_t n, double dot[PSY_SV_BLOCK]);

/* The same of vectors whose numbers are all single ones, kept as such: half the memory, the same bits. */
void psy_block_dots_single(const double *x, const float *block, size_t n, double dot[PSY_SV_BLOCK]);

/* The same where those of x are single ones too: the same bits, with half the operations. */
void psy_block_exact_dots(const double *x, const float *block, size_t n, double dot[PSY_SV_BLOCK]);

/* The same of three blocks that follow one another: single has the first two, third the last one in double. */
void psy_three_exact_dots(const double *x, const float *single, const double *third, size_t n, double dot[3 * PSY_SV_BLOCK]);

/* Whether all of x[n] are finite and single numbers. */
bool psy_single(const double *x, size_t n);

/* The squared length of each of the PSY_SV_BLOCK vectors, summed over the features in order. */
void psy_block_norms(const double *block, size_t n, double norm[PSY_SV_BLOCK]);

/*
 * Sums of |x - v|^p over the features in order, the largest |x - v| when p is 0; p is 1 or any number above.
 */
void psy_block_minkowski(const double *x, const double *block, size_t n, double p, double sum[PSY_SV_BLOCK]);

/* Whether all of x[n] are finite: the common case, decided without a branch per element. */
bool psy_finite(const double *x, size_t n);

/* 1 / (1 + exp(-x)) without overflow. */
double psy_expit(double x);

/* proba[k] = exp(raw[k]) / sum, shifted by the largest, as everybody does it (scipy, scikit-learn). */
void psy_softmax(const double *raw, size_t n, double *proba);

#endif
