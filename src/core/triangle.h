/*
 * triangle.h - the packed upper triangle: row-major, i < j, no diagonal.
 *
 * n regions have n(n-1)/2 edges.  Indices here are 0-based (SQL's are 1-based):
 * edge (i, j), i < j, lies at i*(2n - i - 1)/2 + (j - i - 1).
 */
#ifndef PSY_TRIANGLE_H
#define PSY_TRIANGLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Edges of n regions; n >= 2 and small enough for size_t (any n below 2^32 is). */
static inline size_t
psy_edge_count(size_t n)
{
	return n * (n - 1) / 2;
}

/* First edge of row i: (i, i+1). */
static inline size_t
psy_edge_row(size_t n, size_t i)
{
	return i * (2 * n - i - 1) / 2;
}

/* Position of edge (i, j); the order of i and j does not matter, i != j. */
static inline size_t
psy_edge_index(size_t n, size_t i, size_t j)
{
	return i < j ? psy_edge_row(n, i) + (j - i - 1) : psy_edge_row(n, j) + (i - j - 1);
}

/* The n with n(n-1)/2 == edges, or 0 when there is none. */
size_t psy_edge_regions(size_t edges);

/* Inverse of psy_edge_index: edge k of n regions is (*i, *j), *i < *j. */
void psy_edge_pair(size_t n, size_t k, size_t *i, size_t *j);

#endif
