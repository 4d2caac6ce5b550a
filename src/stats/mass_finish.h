/*
 * mass_finish.h - running a final function over all elements of a state, those set apart too; not for use
 * outside src/stats.
 */
#ifndef PSY_MASS_FINISH_H
#define PSY_MASS_FINISH_H

#include "stats/mass_final.h"

#define PSY_MASS_BLOCK 512

/*
 * Fills n, estimate, se, statistic, df and effect size of size (at most PSY_MASS_BLOCK) elements from first
 * on; p follows from them.  state is the whole or its inner state of those apart.  df NaN: too few values; se 0:
 * no spread; se and statistic NaN: the design is deficient for the element.  Returns the column that is, or 0.
 */
typedef size_t (*psy_mass_finisher)(const psy_mass *state, size_t first, size_t size, const void *how,
									const psy_mass_result *to);

/* f_rows: 0 for two-sided t, else the degrees of freedom of F's numerator. */
void psy_mass_finish(const psy_mass *state, psy_mass_finisher finish, const void *how, size_t f_rows,
					 const psy_mass_result *out, psy_mass_tally *tally);

/* Counts of a block: each element's own, or the group's for all. */
void psy_mass_load_counts(const psy_mass *state, size_t group, size_t first, size_t size, double *n);

#endif
