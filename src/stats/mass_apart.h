/*
 * mass_apart.h - the elements of a shared mass-univariate state that have missing values; not for use outside
 * src/stats.  See mass.h.
 */
#ifndef PSY_MASS_APART_H
#define PSY_MASS_APART_H

#include "stats/mass.h"

/* What stands for squares in the common streams of the element in a slot. */
#define PSY_MASS_MARK(slot) (-1.0 - (double) (slot))

/* Whether the statistic has a contrast. */
bool psy_mass_has_contrast(int statistic);

/* Streams of m doubles a group that every layout has; the per-element layout has the design's core after them. */
size_t psy_mass_common_streams(const psy_mass_shape *shape);

/* The shape of the inner state, the index of each of its elements, and the state itself (NULL without room). */
psy_mass_shape psy_mass_apart_shape(const psy_mass_shape *shape);
uint64_t *psy_mass_apart_index(const psy_mass *state);
psy_mass *psy_mass_apart_state(const psy_mass *state);

/* The streams of a group that begin at a place. */
psy_mass_streams psy_mass_streams_at(const psy_mass_shape *shape, double *at);

/* One element's moments of x, wherever they are kept. */
typedef struct psy_mass_element
{
	double n, origin, sum, squares;
	double smallest, largest; /* summary only */
} psy_mass_element;

psy_mass_element psy_mass_element_of(const psy_mass *state, size_t group, size_t k);

/* Rows of those apart; the common streams have taken them already. */
void psy_mass_add_apart(psy_mass *state, size_t group, const psy_mass_values *x,
						const double (*design)[PSY_MASS_MAX_DESIGN], size_t rows);

/* Before the common streams are merged: those apart on either side. */
void psy_mass_merge_apart(psy_mass *into, const psy_mass *from);

/* After the common streams were changed: their places of those apart are cleared and marked, and the inner
 * design is the outer one. */
void psy_mass_settle_apart(psy_mass *state);

#endif
