/*
 * trees_plan.h - walking many trees at once.  Private to src/models.
 *
 * A walk down one tree waits for memory at every node.  Twenty walks side by side, without a branch, wait
 * together.  For that a node is 8 bytes: float32 features and thresholds become unsigned keys in the same
 * order, so that one comparison of integers decides; a leaf is a split that never goes right and leads to
 * itself, and holds what it stands for.
 */
#ifndef PSY_TREES_PLAN_H
#define PSY_TREES_PLAN_H

#include "models/trees.h"

/* Bytes of the plan; 0 when these trees can't be walked so: double features, categories, or too many nodes a
 * tree. */
size_t psy_trees_plan_size(const psy_model *model, const psy_op *op);

void psy_trees_plan(const psy_model *model, const psy_op *op, void *plan);

/*
 * in[inputs], none of them missing -> leaf[trees]: the leaf's vector, or its node when leaves have one
 * number. key[inputs + 1] is scratch.  False when a feature is too large for float32.
 */
bool psy_trees_walk(const psy_op *op, const psy_trees_head *head, const uint32_t *root, const void *plan,
					const double *in, uint32_t *key, uint32_t *leaf);

#endif
