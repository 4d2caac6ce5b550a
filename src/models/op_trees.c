/*
 * op_trees.c - scoring ensembles of decision trees: one tree, random forests, gradient boosting (trees.h has
 * the layout).
 *
 * Leaves are added in the trees' order, in double or, for XGBoost, in float32: sums are the trainer's, bit
 * for bit. Features too large for float32 would compare as infinite; they make the output NaN, which
 * psy_model_run refuses.
 */
#include "models/trees.h"

#include "models/model_kernels.h"
#include "models/trees_plan.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const psy_trees_head *
head_of(const psy_model *model, const psy_op *op)
{
	return psy_at(model, op->data);
}

/* ---- checking -------------------------------------------------------------------------------- */

static bool
node_is_sound(const psy_trees_head *head, const psy_op *op, const psy_tree_node *node, uint32_t k,
			  uint32_t end)
{
	if ((node->what & ~(PSY_SPLIT_FLAGS | PSY_SPLIT_FEATURE)) != 0)
		return false;
	if (node->what & PSY_SPLIT_LEAF)
		return head->width == 1 ? isfinite(node->as.threshold) : node->left < head->vectors;
	if ((node->what & PSY_SPLIT_FEATURE) >= op->inputs || node->left <= k || node->left >= end - 1)
		return false;
	if (node->what & PSY_SPLIT_CATEGORIES)
		return node->as.set[0] <= head->words && node->as.set[1] <= head->words - node->as.set[0];
	return !isnan(node->as.threshold);
}

/* Trees follow one another, each from its root to the next one's. */
static psy_status
check_trees(const psy_op *op, const psy_trees_head *head, const char *data, psy_error *err)
{
	psy_trees_layout at = psy_trees_layout_of(head, op->outputs);
	const uint32_t *root = (const uint32_t *) (data + at.root), *group = (const uint32_t *) (data + at.group);
	const psy_tree_node *node = (const psy_tree_node *) (data + at.node);

	if (root[0] != 0)
		return psy_fail(err, PSY_FORMAT, "trees: the first tree does not begin at the first node");
	for (uint32_t t = 0; t < head->trees; t++)
	{
		uint32_t end = t + 1 < head->trees ? root[t + 1] : head->nodes;

		if (end <= root[t] || end > head->nodes || group[t] >= op->outputs)
			return psy_fail(err, PSY_FORMAT, "trees: tree %u is misplaced", t + 1);
		for (uint32_t k = root[t]; k < end; k++)
			if (!node_is_sound(head, op, node + k, k, end))
				return psy_fail(err, PSY_FORMAT, "trees: node %u of tree %u is not sound", k - root[t] + 1,
								t + 1);
	}
	return PSY_OK;
}

static psy_status
check_covers(const double *cover, size_t nodes, psy_error *err)
{
	for (size_t k = 0; k < nodes; k++)
		if (!(cover[k] >= 0 && cover[k] <= DBL_MAX))
			return psy_fail(err, PSY_FORMAT, "trees: the cover of node %zu is no weight", k + 1);
	return PSY_OK;
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const psy_trees_head *head = head_of(model, op);
	const char *data = (const char *) head;
	psy_trees_layout at;
	psy_status status;

	if (op->data.length < sizeof *head)
		return psy_fail(err, PSY_FORMAT, "trees: its head is cut off");
	if (head->trees == 0 || head->divisor == 0 || head->flags > PSY_TREES_FLAGS ||
		!isfinite(head->parameter) || (head->flags & PSY_TREES_VOTE && head->link != PSY_LINK_PROBABILITY) ||
		(head->width == 1 ? head->vectors != 0 : head->width != op->outputs || op->outputs < 2))
		return psy_fail(err, PSY_FORMAT, "trees: its head is not sound");
	/* Factors are below 2^32, so that no product or sum of the layout wraps around. */
	if (op->outputs > PSY_MODEL_MOST_CLASSES)
		return psy_fail(err, PSY_FORMAT, "trees: %u outputs, at most %d are possible", op->outputs,
						PSY_MODEL_MOST_CLASSES);
	at = psy_trees_layout_of(head, op->outputs);
	if (at.total != op->data.length)
		return psy_fail(err, PSY_FORMAT, "trees: its sizes do not fit");
	if (!psy_all_finite((const double *) (head + 1), (at.word - sizeof *head) / sizeof(double)))
		return psy_fail(err, PSY_FORMAT, "trees: a number is not finite");
	if ((status = psy_link_check(model, op, head, err)) != PSY_OK ||
		(status = check_covers((const double *) (data + at.cover), (at.total - at.cover) / sizeof(double),
							   err)) != PSY_OK)
		return status;
	return check_trees(op, head, data, err);
}

/* ---- walking --------------------------------------------------------------------------------- */

bool
psy_tree_is_member(const psy_tree_node *node, const uint32_t *word, double x)
{
	double code = trunc(x);
	uint32_t index;

	/* LightGBM truncates towards zero; XGBoost takes every negative number as no category. */
	if (!(code >= 0) || (x < 0 && (node->what & PSY_SPLIT_MEMBERS_RIGHT)) || code >= 32.0 * node->as.set[1])
		return false;
	index = (uint32_t) code;
	return word[node->as.set[0] + index / 32] >> (index % 32) & 1;
}

static const psy_tree_node *
leaf_of(const psy_tree_node *node, uint32_t at, const uint32_t *word, const double *in)
{
	while ((node[at].what & PSY_SPLIT_LEAF) == 0)
		at = node[at].left + psy_tree_goes_right(node + at, word, in);
	return node + at;
}

bool
psy_trees_round(const double *in, size_t n, double *rounded)
{
	bool fits = true;

	for (size_t k = 0; k < n; k++)
	{
		rounded[k] = (double) (float) in[k];
		fits &= !isinf(rounded[k]);
	}
	return fits;
}

static void
finish(const psy_trees_head *head, uint32_t outputs, bool fits, double *out)
{
	for (uint32_t k = 0; k < outputs; k++)
		out[k] = fits ? (head->divisor == 1 ? out[k] : out[k] / head->divisor) : NAN;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	psy_trees_parts p = psy_trees_parts_of(model, op);
	bool fits = true;

	memcpy(out, p.head + 1, op->outputs * sizeof(double));
	if (p.head->flags & PSY_TREES_FLOAT_FEATURES)
	{
		fits = psy_trees_round(in, op->inputs, workspace);
		in = workspace;
	}
	for (uint32_t t = 0; t < p.head->trees; t++)
	{
		const psy_tree_node *leaf = leaf_of(p.node, p.root[t], p.word, in);

		if (p.head->width > 1)
			psy_trees_add_vector(p.head, p.vector, leaf->left, out);
		else
			psy_trees_add_number(p.head, leaf, p.group[t], out);
	}
	finish(p.head, op->outputs, fits, out);
}

/* apply by the walks of trees_plan.h; a row with a missing feature goes its own way. */
static void
apply_planned(const psy_model *model, const psy_op *op, const void *plan, const double *in, double *workspace,
			  double *out)
{
	const psy_trees_head *head = head_of(model, op);

	if (!psy_finite(in, op->inputs))
	{
		apply(model, op, in, workspace, out);
		return;
	}
	memcpy(out, head + 1, op->outputs * sizeof(double));
	finish(head, op->outputs, psy_trees_add_planned(model, op, plan, in, workspace, out), out);
}

/* Rounded features or their keys, then the leaves of a planned walk. */
static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	const psy_trees_head *head = head_of(model, op);

	return head->flags & PSY_TREES_FLOAT_FEATURES ? op->inputs + 1 + ((size_t) head->trees + 1) / 2 : 0;
}

/* ---- links ----------------------------------------------------------------------------------- */

static psy_status
proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *to,
	  psy_error *err)
{
	(void) workspace;
	(void) err;
	psy_link_proba(head_of(model, op), op->outputs, raw, to);
	return PSY_OK;
}

static size_t
label(const psy_model *model, const psy_op *op, const double *raw)
{
	return psy_link_label(head_of(model, op), op->outputs, raw);
}

static double
value(const psy_model *model, const psy_op *op, const double *raw)
{
	return psy_link_value(head_of(model, op), raw[0]);
}

/* Votes and averages are both shares: only the document tells them apart. */
static const char *
combination(const psy_trees_head *head)
{
	if (head->flags & PSY_TREES_VOTE)
		return "vote";
	if (head->divisor > 1 || head->link == PSY_LINK_PROBABILITY)
		return "average";
	return head->trees == 1 ? "one tree" : "sum";
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	const psy_trees_head *head = head_of(model, op);

	fact[0] = (psy_fact){.key = "trees", .number = head->trees};
	fact[1] = (psy_fact){.key = "nodes", .number = head->nodes};
	fact[2] = (psy_fact){.key = "combine", .text = combination(head)};
	fact[3] = (psy_fact){.key = "link", .text = psy_link_name(head->link)};
	fact[4] = (psy_fact){.key = "features as", .text = head->flags & PSY_TREES_FLOAT_FEATURES ? "float32" : "double"};
	fact[5] = (psy_fact){.key = "sums as", .text = head->flags & PSY_TREES_FLOAT_SUMS ? "float32" : "double"};
	fact[6] = (psy_fact){.key = "covers", .text = head->flags & PSY_TREES_COVERS ? "known" : "unknown"};
	fact[7] = (psy_fact){.key = "ties", .text = head->flags & PSY_TREES_TIE_SECOND ? "second" : "first"};
	return psy_model_task(model) == PSY_REGRESSION ? 7 : 8;
}

const psy_op_kind psy_op_trees = {.name = "trees",
								  .code = PSY_OP_TREES,
								  .any_task = true,
								  .takes_missing = true,
								  .compile = psy_trees_from_json,
								  .check = check,
								  .apply = apply,
								  .plan_size = psy_trees_plan_size,
								  .plan = psy_trees_plan,
								  .apply_planned = apply_planned,
								  .workspace = workspace_of,
								  .proba = proba,
								  .label = label,
								  .value = value,
								  .raw_favours = 1,
								  .facts = facts};
