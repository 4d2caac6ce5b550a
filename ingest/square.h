/*
 * square.h - a square matrix over the regions of an atlas on its way to staging, whatever file it is in: one scan's, or one of several.
 *
 * The reader says which region each row and column is and takes the cells; here they are checked, the two cells of an edge become one,
 * and the upper triangle is staged in the atlas's order.  A wrong cell is a reject of its own and keeps its matrix out, no other.
 */
#ifndef SQUARE_H
#define SQUARE_H

#include "load.h"
#include "region_names.h"

#define SQUARE_TOLERANCE 1e-6 /* between the two cells of an edge; for weights, of the largest */

typedef struct square
{
	job *job;
	regions regions;
	region_names names;
	size_t n;
	double *value;  /* [row region][column region]; NaN is a missing edge */
	bool *bad;      /* the cell has a reject */
	int *region;    /* [column without the names] the region of a column; -1 for one beyond the regions */
	size_t *column; /* [region] 1-based column in the file */
	long *line;     /* [region] of its row; 0 before it came */
	bool bounded;   /* -1 to 1 */
	bool weighted;

	/* The matrix under way. */
	int64_t row; /* its number in the file, from 1 */
	long first;  /* the line where a list of edges first tells of it; else 0 */
	const char *label, *session;
	int run;
	long rejects;
	bool one_of_many;
} square;

/* The atlas's regions, and room for a matrix of them. */
psy_status square_start(square *s, job *j, psy_error *err);
void square_free(square *s);

/* The next matrix of the file, and whose it is. */
void square_begin(square *s, const char *label, const char *visit, int run);

/* Whether an edge can have the value; *why says why not. */
psy_status square_check(const square *s, double value, psy_error *why);

/* A cell of numbers; NaN is missing.  The diagonal is whatever the program wrote: 0, 1, Inf, nothing. */
psy_status square_take(square *s, size_t of_row, size_t column, double value, psy_error *err);

/* One reject for the cell of two regions; too many refuse the file. */
psy_status square_reject(square *s, size_t of_row, size_t column, const char *code, const char *raw, const char *message, psy_error *err);

/* The matrix under way is complete: stages the upper triangle, as --symmetrize says. */
psy_status square_stage(square *s, psy_error *err);

/* Stages n (n - 1) / 2 edges of a pair each; not when the matrix has rejects. */
psy_status square_stage_edges(square *s, const float *edges, psy_error *err);

/* Elements of a packed triangle. */
size_t square_edges(const square *s);

#endif
