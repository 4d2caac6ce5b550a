/*
 * xgboost.h - what the two halves of the front end of XGBoost's documents share: xgboost.c reads what a model
 * is, xgboost_trees.c its trees.  Private to src/models.
 */
#ifndef PSY_XGBOOST_H
#define PSY_XGBOOST_H

#include "models/trees.h"

typedef enum psy_xgboost_base
{
	PSY_BASE_MARGIN,
	PSY_BASE_LOGIT,
	PSY_BASE_LOG
} psy_xgboost_base;

typedef struct psy_xgboost_objective
{
	const char *name;
	psy_task task;
	psy_tree_link link;
	psy_xgboost_base base; /* the scale that base_score stands on */
} psy_xgboost_objective;

/* What the document says beside its trees. */
typedef struct psy_xgboost
{
	psy_compiler *c;
	const psy_json_node *root;
	const psy_json_node *learner;
	const psy_json_node *booster;
	const char *booster_name;
	const psy_xgboost_objective *objective;
	size_t classes; /* as the document has it: 0 where the objective says how many */
	size_t targets;
	size_t features;
	uint32_t outputs;
	double base[PSY_MODEL_MOST_CLASSES]; /* of each output, as a margin */
} psy_xgboost;

/*
 * A setting is JSON within a string: "3", "5E-1", "[5E-1,2E-1]": count numbers, a single one for all.  One
 * that is not needed may be absent, and leaves number[] alone.
 */
psy_status psy_xgboost_setting(const psy_xgboost *x, const psy_json_node *param, const char *key, bool needed,
							   double *number, size_t count);

/* The boosters gbtree and dart (xgboost_trees.c), and gblinear (op_gblinear.c), into op. */
psy_status psy_xgboost_trees(psy_xgboost *x, psy_op *op);
psy_status psy_xgboost_linear(psy_xgboost *x, psy_op *op);

#endif
