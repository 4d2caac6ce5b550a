/*
 * trees_ranks.h - float32 features as ranks among the thresholds they are compared with.  Private to
 * src/models.
 *
 * x > threshold j (from 0, ascending, each once) exactly when x lies above more than j thresholds: when its
 * rank is greater than j.  So 16 bits decide what 32 did, exactly.  A table over equal intervals tells where
 * to begin counting; subtraction and multiplication keep the order of their arguments, so that no threshold
 * of an earlier interval is above x and none of a later one below.
 */
#ifndef PSY_TREES_RANKS_H
#define PSY_TREES_RANKS_H

#include "models/trees.h"

#define PSY_MOST_RANK 0xFFFEu
#define PSY_MOST_RANKED_FEATURES 0x10000u

/* Offsets in bytes from the memory that psy_ranks_make fills. */
typedef struct psy_ranks
{
	uint64_t low, scale, top; /* double[inputs]: the interval of x is (x - low) scale, 0 to top */
	uint64_t first;           /* uint32_t[inputs]: into threshold */
	uint64_t from;            /* uint32_t[inputs]: into start */
	uint64_t threshold;       /* float */
	uint64_t start;           /* uint16_t: where an interval's thresholds begin */
} psy_ranks;

/* Whether ranks fit into 16 bits. */
bool psy_ranks_fit(const psy_trees_parts *p);

/* Lays the tables out from byte begin; returns where they end. */
uint64_t psy_ranks_lay_out(const psy_trees_parts *p, uint64_t begin, psy_ranks *ranks);

void psy_ranks_make(const psy_trees_parts *p, const psy_ranks *ranks, char *bytes);

/* Which of its feature's thresholds a split has. */
uint32_t psy_ranks_of_split(const psy_ranks *ranks, const char *bytes, const psy_tree_node *node);

/*
 * in[inputs], none of them missing -> key[inputs]: rank << 16.  scratch[inputs].  False when a feature is
 * too large for float32.
 */
bool psy_ranks_find(const psy_ranks *ranks, const char *bytes, const double *in, size_t inputs, uint32_t *key,
					int32_t *scratch);

#endif
