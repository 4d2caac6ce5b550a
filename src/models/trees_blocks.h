/*
 * trees_blocks.h - walking many trees of like depth at once, without a branch and with few lines of memory.
 * Private to src/models.
 *
 * What a walk costs is memory.  Nodes stand in blocks of four levels, 64 bytes each, so that ten levels touch
 * three lines.  A node is 4 bytes because it holds not its threshold but the threshold's rank
 * (trees_ranks.h); a row's features are ranked once.
 */
#ifndef PSY_TREES_BLOCKS_H
#define PSY_TREES_BLOCKS_H

#include "models/trees.h"

/* Bytes of the plan; 0 when these trees can't be walked so: too deep or too uneven, too many features or
 * thresholds.  The trees are known to have float32 features and no splits but plain ones. */
size_t psy_trees_blocks_size(const psy_model *model, const psy_op *op);

/* plan[psy_trees_blocks_size], 8-byte aligned; its first word is the caller's. */
void psy_trees_blocks_make(const psy_model *model, const psy_op *op, void *plan);

/*
 * Adds the leaves of in[inputs], none of them missing, to out[outputs] in the order of the trees; workspace
 * as psy_op_trees has it.  False, with out undefined, when a feature is too large for float32.
 */
bool psy_trees_blocks_add(const psy_model *model, const psy_op *op, const void *plan, const double *in,
						  double *workspace, double *out);

#endif
