/*
 * perm_subsets.h - products with columns of two values (groups, signs) by tables of sums.
 *
 * With weights of a or b alone, the product of a column with x is b times the sum of all x plus (a - b) times
 * the sum of those that have a.  Rows are taken in fours: the sixteen sums of each four are added up once,
 * and every arrangement then takes one of them, a quarter of the additions and no product ("method of the
 * four Russians": Arlazarov, Dinic, Kronrod & Faradzev 1970).  The tables of eight elements stay in the
 * nearest caches.
 */
#ifndef PSY_PERM_SUBSETS_H
#define PSY_PERM_SUBSETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PSY_SUBSET_ROWS 4
#define PSY_SUBSET_SUMS 16 /* 2^4 */
#define PSY_SUBSET_LANES 8 /* elements */

/* Fours of so many rows, the last perhaps of fewer. */
static inline size_t
psy_subset_groups(size_t rows)
{
	return (rows + PSY_SUBSET_ROWS - 1) / PSY_SUBSET_ROWS;
}

/* Whether weight[rows] has exactly two values, which they are: *a above *b. */
bool psy_subset_values(const double *weight, size_t rows, double *a, double *b);

/* code[groups]: which sum of its four each group takes; rows whose weight is a. */
void psy_subset_code(const double *weight, size_t rows, double a, uint32_t *code);

/*
 * table[groups][16][8] of eight elements from x[row][stride], eight from x on; total[8] their sums over all
 * rows.
 */
void psy_subset_table(const double *x, size_t stride, size_t rows, double *table, double *total);

/* product[arrangement][stride]: eight products of each arrangement, from its code[arrangement][groups]. */
void psy_subset_products(const double *table, const double *total, const uint32_t *code, size_t groups,
						 size_t arrangements, double a, double b, double *product, size_t stride);

#endif
