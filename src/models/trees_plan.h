/*
 * trees_plan.h - walking many trees at once.  Private to src/models.
 *
 * A walk down one tree waits for memory at every node.  Walks side by side, without a branch, wait together.
 * Trees of a like depth, as boosting and bounded forests have them, go by blocks (trees_blocks.h); others,
 * grown until their leaves are pure, by links.  There a node is 8 bytes: float32 features and thresholds
 * become unsigned keys in the same order, so that one comparison of integers decides; a leaf is a split that
 * never goes right and leads to itself, and holds what it stands for.
 */
#ifndef PSY_TREES_PLAN_H
#define PSY_TREES_PLAN_H

#include "models/trees.h"

/* Bytes of the plan; 0 when these trees can't be walked so: double features, categories, or too many features
 * and nodes. */
size_t psy_trees_plan_size(const psy_model *model, const psy_op *op);

void psy_trees_plan(const psy_model *model, const psy_op *op, void *plan);

/*
 * Adds the leaves of in[inputs], none of them missing, to out[outputs] in the order of the trees; workspace
 * as psy_op_trees asks for it.  False, out being undefined, when a feature is too large for float32.
 */
bool psy_trees_add_planned(const psy_model *model, const psy_op *op, const void *plan, const double *in,
						   double *workspace, double *out);

#endif
