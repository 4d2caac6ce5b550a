/*
 * linalg.h - dense algebra of small systems: orthogonal bases, Cholesky, symmetric eigenvalues.
 *
 * Sizes are those of a regression's coefficients or of one cluster's effects, tens and not thousands.  Every
 * sum runs in one fixed order, so that the same input gives the same bits on every CPU.  Square matrices are
 * row-major n x n; tall ones (orthonormalize) are column-major k x p.  Nothing here allocates.
 */
#ifndef PSY_LINALG_H
#define PSY_LINALG_H

#include <stdbool.h>
#include <stddef.h>

double psy_inner(const double *a, const double *b, size_t n);

/*
 * q (k x p, column-major) becomes an orthonormal basis of its columns, r (p x p, upper triangle, row-major)
 * what takes the basis back: Gram & Schmidt, modified, each column made orthogonal twice (Giraud, Langou &
 * Rozloznik 2005).  False where a column keeps nothing.
 */
bool psy_orthonormalize(double *q, size_t k, size_t p, double *r);

/* x = r^-1 b for the upper triangle r[p x p]; x may be b. */
void psy_solve_upper(const double *r, size_t p, const double *b, double *x);

/* inverse = r^-1, upper triangle with zeros below. */
void psy_invert_upper(const double *r, size_t p, double *inverse);

/* The lower factor L of a = L L' takes a's place (the upper triangle is not touched); false where a is not
 * positive definite. */
bool psy_cholesky(double *a, size_t n);

/* b = L^-1 b and b = L'^-1 b for one vector with the stride between its elements. */
void psy_solve_lower(const double *l, size_t n, double *b, size_t stride);
void psy_solve_lower_transposed(const double *l, size_t n, double *b, size_t stride);

/* inverse = (L L')^-1, both triangles. */
void psy_cholesky_inverse(const double *l, size_t n, double *inverse);

/* ln |L L'|. */
double psy_cholesky_logdet(const double *l, size_t n);

/* c (n x m) = a (n x l) times b (l x m). */
void psy_multiply(const double *a, const double *b, size_t n, size_t l, size_t m, double *c);

/* tr(a b) of two n x n matrices. */
double psy_trace_product(const double *a, const double *b, size_t n);

/*
 * Eigenvalues and the columns of eigenvectors of symmetric a, which is destroyed: cyclic Jacobi rotations,
 * Golub & Van Loan 8.5.  Not ordered.
 */
void psy_eigen_symmetric(double *a, size_t n, double *value, double *vector);

/*
 * a^(-1/2) of a symmetric positive semidefinite matrix, which is destroyed: eigenvalues below tolerance times
 * the largest are taken as 0 and left out (the pseudoinverse).  value[n] and vector[n x n] are scratch.
 */
void psy_inverse_root(double *a, size_t n, double tolerance, double *value, double *vector, double *root);

#endif
