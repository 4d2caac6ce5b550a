/*
 * tile.h - the product of two narrow panels of columns, held in registers: what every product of matrices
 * here is made of.
 *
 * A panel is PSY_TILE columns side by side, [row][PSY_TILE].  Every element of a product is one accumulator
 * that adds in the order of the rows: the same bits on every CPU, whatever the width of its registers.
 */
#ifndef PSY_TILE_H
#define PSY_TILE_H

#include <stddef.h>

#define PSY_TILE 8

/* tile[i][j], 8 x 16: sum over rows of left[row][i] times right[row][j], right being two panels. */
typedef void (*psy_tile_kernel)(const double *left, const double *first, const double *second, size_t rows,
								double *tile);

/* The kernel that suits this CPU. */
psy_tile_kernel psy_best_tile(void);

#endif
