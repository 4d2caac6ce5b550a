/*
 * sets.h - sets of whole numbers: their similarity, the association of two things among many, and clustering
 * by distances.
 */
#ifndef PSY_SETS_H
#define PSY_SETS_H

#include "core/context.h"

/* Sorts item[count] and drops repetitions; the new count. */
size_t psy_set_sort(int32_t *item, size_t count);

/* How many numbers two sorted sets share. */
size_t psy_set_common(const int32_t *a, size_t a_count, const int32_t *b, size_t b_count);

/* |a and b| / |a or b| of two sorted sets; NaN when both are empty (Jaccard 1901). */
double psy_jaccard(const int32_t *a, size_t a_count, const int32_t *b, size_t b_count);

/*
 * Fisher's exact test of a 2 x 2 table: a, b in the first row, c, d in the second; all at least 0, together
 * at most 1e7. The upper tail (alternative `greater`): the probability of a or more under the hypergeometric
 * distribution; `less` the lower; `two_sided` the sum of all tables that are no more probable than this one,
 * by more than 1e-7 in relation, as R's fisher.test has it.  Terms are built from the table itself by their
 * ratios, so that no logarithm rounds.
 */
typedef enum psy_tail
{
	PSY_TAIL_GREATER,
	PSY_TAIL_LESS,
	PSY_TAIL_TWO_SIDED
} psy_tail;

psy_status psy_fisher_exact(int64_t a, int64_t b, int64_t c, int64_t d, psy_tail tail, double *p,
							psy_error *err);

/* One fusion of two clusters: numbers below n are the objects themselves, n + k the cluster of step k. */
typedef struct psy_fusion
{
	int32_t a, b; /* a < b */
	int32_t size;
	double height;
} psy_fusion;

typedef enum psy_linkage
{
	PSY_LINK_AVERAGE,
	PSY_LINK_COMPLETE,
	PSY_LINK_SINGLE
} psy_linkage;

psy_status psy_linkage_parse(const char *name, psy_linkage *linkage, psy_error *err);

/*
 * Agglomerative clustering of n objects by distance[n(n-1)/2] (the packed upper triangle, row by row), by the
 * update formulas of Lance and Williams (1967).  fusion[n - 1], in the order of height; of equally near pairs
 * the one with the lowest numbers. A NaN or negative distance is PSY_DOMAIN.  Cubic at worst, quadratic in
 * memory.
 */
psy_status psy_cluster(const psy_context *ctx, const double *distance, size_t n, psy_linkage linkage,
					   psy_fusion *fusion, psy_error *err);

/* The groups that are left when the last groups - 1 fusions are undone: group[n], numbered from 1 by first
 * member. */
psy_status psy_cluster_cut(const psy_context *ctx, const psy_fusion *fusion, size_t n, size_t groups,
						   int32_t *group, psy_error *err);

#endif
