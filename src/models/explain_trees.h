/* explain_trees.h - Shapley values of one ensemble of trees (explain_trees.c).  Private to src/models. */
#ifndef PSY_EXPLAIN_TREES_H
#define PSY_EXPLAIN_TREES_H

#include "models/trees.h"

typedef struct psy_tree_plan psy_tree_plan;

psy_status psy_tree_plan_make(const psy_context *ctx, const psy_model *model, const psy_op *op,
							  psy_tree_plan **plan, psy_error *err);
void psy_tree_plan_free(const psy_context *ctx, psy_tree_plan *plan);

/* Doubles of workspace. */
size_t psy_tree_plan_workspace(const psy_tree_plan *plan);

double psy_tree_plan_base(const psy_tree_plan *plan, size_t output);

/* in[inputs] -> phi[inputs]; false when a feature is too large for float32. */
bool psy_tree_plan_explain(const psy_tree_plan *plan, size_t output, const double *in, double *workspace,
						   double *phi);

#endif
