/*
 * similarity.h - how alike two strings of characters, and two names of persons, are.
 */
#ifndef PSY_SIMILARITY_H
#define PSY_SIMILARITY_H

#include "core/context.h"

/*
 * Jaro-Winkler (Winkler 1990) of two UTF-8 texts as they are, by characters: 1 for equal ones, 0 where
 * nothing matches.  The common prefix counts up to 4 characters, 0.1 each, at any similarity.  *similarity is
 * NaN when both are empty.
 */
psy_status psy_jaro_winkler(const psy_context *ctx, const char *a, size_t a_length, const char *b,
							size_t b_length, double *similarity, psy_error *err);

/*
 * Two names of persons, folded (fold.h), a comma of the original telling the family name being kept as ','.
 * A name is a family name and the given ones; without a comma either end may be the family name, and the
 * better reading counts.  The answer is the lesser of two: Jaro-Winkler of the family names, and of the given
 * names run together, where
 *   - initials that agree with all given names (Y-M, YM for Yi Min) count 0.95, with the first of them (Y)
 * 0.9,
 *   - a given name that only one of the two states counts 0.85.
 * Chinese names are compared as wholes.  Romanised and Chinese names are not brought together: their
 * similarity is 0.
 */
psy_status psy_name_similarity(const psy_context *ctx, const char *a, size_t a_length, const char *b,
							   size_t b_length, double *similarity, psy_error *err);

#endif
