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

#include <float.h>
#include <math.h>
#include <string.h>

static const psy_trees_head *
head_of(const psy_model *model, const psy_op *op)
{
	return psy_at(model, op->data);
}

/* ---- checking
 * -------------------------------------------------------------------------------------------------- */

static psy_status
check_link(const psy_model *model, const psy_op *op, const psy_trees_head *head, psy_error *err)
{
	bool fits = false;

	switch (head->link)
	{
		case PSY_LINK_IDENTITY:
		case PSY_LINK_EXP:
		case PSY_LINK_SQUARE:
		case PSY_LINK_SOFTPLUS: fits = model->task == PSY_REGRESSION && op->outputs == 1; break;
		case PSY_LINK_LOGISTIC:
			fits = op->outputs == 1 && (model->task == PSY_REGRESSION || model->classes == 2);
			break;
		case PSY_LINK_STEP: fits = op->outputs == 1 && model->classes == 2; break;
		case PSY_LINK_SOFTMAX:
		case PSY_LINK_PROBABILITY:
		case PSY_LINK_EACH: fits = model->task == PSY_CLASSIFICATION && op->outputs == model->classes; break;
		default: break;
	}
	if (!fits)
		return psy_fail(err, PSY_FORMAT, "trees: the link %u does not fit the task or the outputs",
						head->link);
	return PSY_OK;
}

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
		!isfinite(head->parameter) ||
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
	if ((status = check_link(model, op, head, err)) != PSY_OK ||
		(status = check_covers((const double *) (data + at.cover), (at.total - at.cover) / sizeof(double),
							   err)) != PSY_OK)
		return status;
	return check_trees(op, head, data, err);
}

/* ---- walking
 * --------------------------------------------------------------------------------------------------- */

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

static void
add_leaf(const psy_trees_head *head, const psy_tree_node *leaf, const double *vector, uint32_t group,
		 double *out)
{
	if (head->width > 1)
	{
		const double *value = vector + (size_t) leaf->left * head->width;

		for (uint32_t k = 0; k < head->width; k++)
			out[k] += value[k];
	}
	else if (head->flags & PSY_TREES_FLOAT_SUMS)
		out[group] = (double) ((float) out[group] + (float) leaf->as.threshold);
	else
		out[group] += leaf->as.threshold;
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
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const psy_trees_head *head = head_of(model, op);
	const char *data = (const char *) head;
	psy_trees_layout at = psy_trees_layout_of(head, op->outputs);
	const uint32_t *root = (const uint32_t *) (data + at.root), *group = (const uint32_t *) (data + at.group);
	bool fits = true;

	memcpy(out, head + 1, op->outputs * sizeof(double));
	if (head->flags & PSY_TREES_FLOAT_FEATURES)
	{
		fits = psy_trees_round(in, op->inputs, workspace);
		in = workspace;
	}
	for (uint32_t t = 0; t < head->trees; t++)
		add_leaf(head,
				 leaf_of((const psy_tree_node *) (data + at.node), root[t],
						 (const uint32_t *) (data + at.word), in),
				 (const double *) (data + at.vector), group[t], out);
	for (uint32_t k = 0; k < op->outputs; k++)
		out[k] = fits ? (head->divisor == 1 ? out[k] : out[k] / head->divisor) : NAN;
}

static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	return head_of(model, op)->flags & PSY_TREES_FLOAT_FEATURES ? op->inputs : 0;
}

/* ---- links
 * ----------------------------------------------------------------------------------------------------- */

/* XGBoost's own float32 sigmoid (src/common/math.h). */
static double
float_expit(float x)
{
	return (double) (1.0f / (expf(-x < 88.7f ? -x : 88.7f) + 1.0f + 1e-16f));
}

static double
logistic(const psy_trees_head *head, double raw)
{
	if (head->flags & PSY_TREES_FLOAT_SUMS)
		return float_expit((float) raw);
	return psy_expit(head->parameter * raw);
}

/* XGBoost's own float32 softmax: the sum alone is double. */
static void
float_softmax(const double *raw, size_t n, double most, double *proba)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++)
	{
		proba[k] = (double) expf((float) raw[k] - (float) most);
		sum += proba[k];
	}
	for (size_t k = 0; k < n; k++)
		proba[k] = (double) ((float) proba[k] / (float) sum);
}

static void
softmax(const psy_trees_head *head, const double *raw, size_t n, double *proba)
{
	double most = raw[0], sum = 0, slope = head->parameter;

	for (size_t k = 1; k < n; k++)
		if (raw[k] > most)
			most = raw[k];
	if (head->flags & PSY_TREES_FLOAT_SUMS)
	{
		float_softmax(raw, n, most, proba);
		return;
	}
	for (size_t k = 0; k < n; k++)
	{
		proba[k] = exp(slope * (raw[k] - most));
		sum += proba[k];
	}
	for (size_t k = 0; k < n; k++)
		proba[k] /= sum;
}

static psy_status
proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *to,
	  psy_error *err)
{
	const psy_trees_head *head = head_of(model, op);

	(void) workspace;
	(void) err;
	if (head->link == PSY_LINK_SOFTMAX)
		softmax(head, raw, model->classes, to);
	else if (op->outputs == 1)
	{
		to[1] = head->link == PSY_LINK_STEP ? raw[0] > 0 : logistic(head, raw[0]);
		/* XGBoost's classes subtract in float32. */
		to[0] = head->flags & PSY_TREES_FLOAT_SUMS ? (double) (1.0f - (float) to[1]) : 1.0 - to[1];
	}
	else
		for (uint32_t k = 0; k < op->outputs; k++)
			to[k] = head->link == PSY_LINK_EACH ? logistic(head, raw[k]) : raw[k];
	return PSY_OK;
}

static size_t
label(const psy_model *model, const psy_op *op, const double *raw)
{
	const psy_trees_head *head = head_of(model, op);
	size_t best = 0;

	if (op->outputs > 1)
	{
		for (size_t k = 1; k < model->classes; k++)
			if (raw[k] > raw[best])
				best = k;
		return best;
	}
	if (head->flags & PSY_TREES_TIE_SECOND)
		return raw[0] >= 0;
	/* XGBoost decides by the probability, which float32 rounds to one half around 0. */
	if (head->link == PSY_LINK_LOGISTIC && (head->flags & PSY_TREES_FLOAT_SUMS))
		return logistic(head, raw[0]) > 0.5;
	return raw[0] > 0;
}

static double
value(const psy_model *model, const psy_op *op, const double *raw)
{
	const psy_trees_head *head = head_of(model, op);

	switch (head->link)
	{
		case PSY_LINK_EXP:
			return head->flags & PSY_TREES_FLOAT_SUMS ? (double) expf((float) raw[0]) : exp(raw[0]);
		case PSY_LINK_LOGISTIC: return logistic(head, raw[0]);
		case PSY_LINK_SQUARE: return copysign(raw[0] * raw[0], raw[0]);
		case PSY_LINK_SOFTPLUS: return log1p(exp(raw[0]));
		default: return raw[0];
	}
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	static const char *const link[] = {"",
									   "identity",
									   "exp",
									   "logistic",
									   "softmax",
									   "probabilities",
									   "logistic of each",
									   "signed square",
									   "softplus",
									   "step"};
	const psy_trees_head *head = head_of(model, op);

	fact[0] = (psy_fact){.key = "trees", .number = head->trees};
	fact[1] = (psy_fact){.key = "nodes", .number = head->nodes};
	fact[2] = (psy_fact){.key = "link", .text = link[head->link]};
	fact[3] = (psy_fact){.key = "features as",
						 .text = head->flags & PSY_TREES_FLOAT_FEATURES ? "float32" : "double"};
	fact[4] = (psy_fact){.key = "covers", .text = head->flags & PSY_TREES_COVERS ? "known" : "unknown"};
	return 5;
}

const psy_op_kind psy_op_trees = {.name = "trees",
								  .code = PSY_OP_TREES,
								  .any_task = true,
								  .takes_missing = true,
								  .compile = psy_trees_from_json,
								  .check = check,
								  .apply = apply,
								  .workspace = workspace_of,
								  .proba = proba,
								  .label = label,
								  .value = value,
								  .raw_favours = 1,
								  .facts = facts};
