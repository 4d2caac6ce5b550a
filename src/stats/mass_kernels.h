/*
 * mass_kernels.h - the loops over elements behind stats/mass.c; not for use outside src/stats.
 *
 * Every element is its own accumulator, so that vectorising reorders nothing and the bits are the same on
 * every CPU.
 */
#ifndef PSY_MASS_KERNELS_H
#define PSY_MASS_KERNELS_H

#include "stats/mass.h"

typedef struct psy_mass_seen
{
	bool missing; /* a NaN */
	bool refused; /* an infinity, or beyond PSY_MASS_MAX_VALUE */
} psy_mass_seen;

psy_mass_seen psy_mass_scan_float(const float *x, size_t elements);
psy_mass_seen psy_mass_scan_double(const double *x, size_t elements);
bool psy_mass_all_finite(const double *x, size_t count);

/* What one row does to every element: the same factors for all. */
typedef struct psy_mass_step
{
	double n;     /* rows with this one */
	double scale; /* 1 / (n (n - 1)) */
	double factor[PSY_MASS_MAX_DESIGN];
} psy_mass_step;

/* comoments are the group's, with this row in them already. */
void psy_mass_prepare(psy_mass_step *step, size_t q, const double *design, const double *comoments);

/* Adds up to PSY_MASS_TOGETHER rows in the shared layout, block by block of elements (mass_shared.c). */
void psy_mass_add_shared(const psy_mass_streams *of, size_t elements, size_t q, const psy_mass_values *x,
						 const psy_mass_step *step, size_t rows);

/* Adds one row in the per-element layout; of comoments the origin alone is used. */
void psy_mass_add_each(const psy_mass_streams *of, size_t elements, size_t q, const psy_mass_values *x,
					   const double *design, const double *comoments);

/* The same for those elements of the row that index names: the first used of stride elements. */
void psy_mass_add_picked(const psy_mass_streams *of, const uint64_t *index, size_t used, size_t stride, size_t q,
						 const psy_mass_values *x, const double *design, const double *comoments);

/* Fills the per-element counts and design moments with those that all elements share. */
void psy_mass_spread_core(const psy_mass_streams *of, size_t elements, size_t q, const double *comoments);

/* Merges streams; comoments are the groups' own, before they are merged, and serve where a side is shared. */
void psy_mass_merge_streams(const psy_mass_streams *into, const psy_mass_streams *from, size_t elements,
							size_t q, const double *comoments, const double *from_comoments);

/* Moves the origins of a group, its design's too, from its first row's values to the means. */
void psy_mass_centre_streams(const psy_mass_streams *of, size_t elements, size_t q, double *comoments);

#endif
