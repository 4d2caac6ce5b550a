/*
 * onnx_ops_trees.c - TreeEnsembleClassifier, TreeEnsembleRegressor, and TreeEnsemble, which replaced them in version 5
 * of ai.onnx.ml.
 *
 * Nodes are named by (tree, node) in the old operators and by place in the new one; both are written breadth first, so
 * that children stand behind their parents, and a node that is reached twice is no tree's.
 *
 * Where ONNX Runtime departs from what the trees were trained as, its departure is not followed, or the document is
 * refused: two classes of which each has scores, or both a base value; and all weights positive under LOGISTIC, which it
 * takes for probabilities.
 */
#include "models/onnx_ops_ml.h"

#include <math.h>
#include <string.h>
#include <string.h>

/* A node of the document. */
typedef struct branch
{
	double threshold;
	double tree, id; /* its name */
	int64_t yes, no; /* places of nodes, or -1 - place of leaves */
	uint32_t feature;
	uint32_t mode;
	bool missing;
	double cover; /* weight of training data that came here; NaN when it is not known */
} branch;

/* Trees while they are read. */
typedef struct forest
{
	branch *node;
	size_t nodes;
	uint32_t *root; /* places of nodes, or of a lone leaf */
	size_t roots;
	uint32_t *first; /* pairs of leaf k: [first[k], first[k + 1]); in the old operators a leaf is its node */
	uint32_t *target;
	double *weight;
	size_t pairs;
	uint32_t targets;
	uint32_t how;
	uint32_t columns;
	bool covers;
	size_t begin; /* the first written node */
	double *cover; /* by written node, with covers */
} forest;

static const char *const aggregates[] = {"SUM", "AVERAGE", "MIN", "MAX", NULL};
static const char *const modes[] = {"LEAF",		 "BRANCH_LEQ", "BRANCH_LT",	 "BRANCH_GTE",
									"BRANCH_GT", "BRANCH_EQ",  "BRANCH_NEQ", NULL};

/* ---- writing --------------------------------------------------------------------------------- */

/* One tree, breadth first; queue has room for all nodes of one and their leaves. */
static psy_status
write_tree(psy_onnx_compiler *c, const forest *f, uint32_t start, int64_t *queue, uint8_t *seen)
{
	size_t begin = c->node.used, place, unused, used = 1;
	psy_status status = psy_onnx_grow(c, &c->node, 1, &unused);

	queue[0] = start;
	for (size_t k = 0; status == PSY_OK && k < used; k++)
	{
		int64_t at = queue[k];
		const branch *b = at < 0 ? NULL : f->node + at;
		psy_onnx_node *to;

		if ((status = psy_poll(c->ctx, c->err)) != PSY_OK)
			return status;
		if (b == NULL || b->mode == PSY_ONNX_LEAF)
		{
			uint64_t leaf = at < 0 ? (uint64_t) (-1 - at) : (uint64_t) at;

			to = (psy_onnx_node *) c->node.data + begin + k;
			to->as.pair[0] = f->first[leaf];
			to->as.pair[1] = f->first[leaf + 1] - f->first[leaf];
			to->what = PSY_ONNX_LEAF;
			if (at < 0)
				continue;
		}
		if (seen[at]++)
			return psy_onnx_refuse(c, PSY_FORMAT, "its nodes make no trees: one is reached twice");
		if (f->covers)
			f->cover[begin + k - f->begin] = b->cover;
		if (b->mode == PSY_ONNX_LEAF)
			continue;
		if ((status = psy_onnx_grow(c, &c->node, 2, &place)) != PSY_OK)
			return status;
		to = (psy_onnx_node *) c->node.data + begin + k;
		to->as.threshold = b->threshold;
		to->next = (uint32_t) place;
		to->what = b->feature | b->mode << PSY_ONNX_SPLIT_SHIFT | (b->missing ? PSY_ONNX_SPLIT_MISSING : 0);
		queue[used++] = b->yes;
		queue[used++] = b->no;
	}
	return status;
}

/* Roots and the pairs' targets among the words, where the instruction's words say. */
static psy_status
write_words(psy_onnx_compiler *c, const forest *f, uint32_t word[5])
{
	size_t roots, pairs;
	psy_status status;

	if ((status = psy_onnx_grow(c, &c->word, f->roots, &roots)) != PSY_OK || (status = psy_onnx_grow(c, &c->word, f->pairs, &pairs)) != PSY_OK)
		return status;
	memcpy((uint32_t *) c->word.data + pairs, f->target, f->pairs * sizeof(uint32_t));
	word[0] = f->targets;
	word[1] = (uint32_t) roots;
	word[2] = (uint32_t) f->roots;
	word[4] = (uint32_t) pairs;
	return PSY_OK;
}

/* sums and whether there are any: out[2]. */
static psy_status
emit_trees(psy_onnx_compiler *c, forest *f, uint32_t x, uint32_t out[2])
{
	uint32_t word[5], in[3] = {x};
	int64_t *queue;
	uint8_t *seen;
	psy_status status;

	f->begin = c->node.used;
	if (f->covers && (status = psy_onnx_remember(c, f->nodes, sizeof(double), &f->cover)) != PSY_OK)
		return status;

	if ((status = write_words(c, f, word)) != PSY_OK || (status = psy_onnx_remember(c, 2 * f->nodes + 2, sizeof(int64_t), &queue)) != PSY_OK ||
		(status = psy_onnx_remember(c, f->nodes + 1, 1, &seen)) != PSY_OK)
		return status;
	for (size_t t = 0; status == PSY_OK && t < f->roots; t++)
	{
		((uint32_t *) c->word.data)[word[1] + t] = (uint32_t) c->node.used;
		status = write_tree(c, f, f->root[t], queue, seen);
	}
	word[3] = (uint32_t) c->node.used;
	if (status != PSY_OK || (status = psy_onnx_vector(c, PSY_ONNX_DOUBLE, f->weight, f->pairs, &in[1])) != PSY_OK ||
		(status = psy_onnx_need_finite(c, in[1])) != PSY_OK)
		return status;
	/* Nodes that no root leads to are not written: then the covers are not those of whole trees. */
	f->covers = f->covers && c->node.used - f->begin == f->nodes;
	if (f->covers && (status = psy_onnx_vector(c, PSY_ONNX_DOUBLE, f->cover, f->nodes, &in[2])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_TREES, f->how, in, f->covers ? 3 : 2, word, 5, out);
}

/* ---- names of nodes -------------------------------------------------------------------------- */

/* (tree, node) and what has this name; sorted. */
typedef struct named
{
	double tree, id;
	uint32_t what;
} named;

static bool
stands_before(const named *a, const named *b)
{
	return a->tree != b->tree ? a->tree < b->tree : a->id != b->id ? a->id < b->id : a->what < b->what;
}

static void
sift(named *list, size_t root, size_t count)
{
	for (size_t child; (child = 2 * root + 1) < count; root = child)
	{
		named held = list[root];

		if (child + 1 < count && stands_before(&list[child], &list[child + 1]))
			child++;
		if (!stands_before(&held, &list[child]))
			return;
		list[root] = list[child];
		list[child] = held;
	}
}

static void
sort(named *list, size_t count)
{
	for (size_t root = count / 2; root-- > 0;)
		sift(list, root, count);
	for (size_t last = count; last-- > 1;)
	{
		named held = list[0];

		list[0] = list[last];
		list[last] = held;
		sift(list, 0, last);
	}
}

/* The place of the first of that name, or count. */
static size_t
find(const named *list, size_t count, double tree, double id)
{
	named wanted = {tree, id, 0};
	size_t low = 0, high = count;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (stands_before(&list[middle], &wanted))
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && list[low].tree == tree && list[low].id == id ? low : count;
}

/* Lists of attributes side by side. */
typedef struct columns
{
	psy_onnx_numbers feature, mode, value, tree, id, yes, no, missing, rate;
	psy_onnx_numbers pair_tree, pair_id, target, weight;
} columns;

static psy_status
tensor_numbers(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, psy_onnx_numbers *list)
{
	uint32_t constant;
	psy_status status = psy_onnx_attr_tensor(c, n, name, &constant);

	if (status != PSY_OK)
		return status;
	list->texts = psy_onnx_shape_of(c, constant)->type == PSY_ONNX_STRING;
	list->count = psy_onnx_count(psy_onnx_shape_of(c, constant));
	if ((status = psy_onnx_remember(c, list->count, sizeof(double), &list->value)) == PSY_OK)
		memcpy(list->value, psy_onnx_values(c, constant), list->count * sizeof(double));
	return status;
}

/* The list, or the tensor that stands for it since version 3. */
static psy_status
read_numbers(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *name, psy_onnx_numbers *list)
{
	char tensor[40] = "";

	psy_append(tensor, sizeof tensor, "%s_as_tensor", name);
	if (!psy_onnx_has(n, tensor))
		return psy_onnx_attr_list(c, n, name, list);
	return tensor_numbers(c, n, tensor, list);
}

static psy_status
read_columns(psy_onnx_compiler *c, const psy_onnx_node_source *n, bool classes, columns *l)
{
	psy_status status;
	size_t k = 0;
	const psy_onnx_numbers *same[] = {&l->feature, &l->value, &l->id, &l->yes, &l->no, &l->mode};

	if ((status = psy_onnx_attr_list(c, n, "nodes_featureids", &l->feature)) != PSY_OK ||
		(status = psy_onnx_attr_choices(c, n, "nodes_modes", modes, &l->mode)) != PSY_OK ||
		(status = read_numbers(c, n, "nodes_values", &l->value)) != PSY_OK || (status = psy_onnx_attr_list(c, n, "nodes_treeids", &l->tree)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "nodes_nodeids", &l->id)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "nodes_truenodeids", &l->yes)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "nodes_falsenodeids", &l->no)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "nodes_missing_value_tracks_true", &l->missing)) != PSY_OK ||
		(status = read_numbers(c, n, "nodes_hitrates", &l->rate)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, classes ? "class_treeids" : "target_treeids", &l->pair_tree)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, classes ? "class_nodeids" : "target_nodeids", &l->pair_id)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, classes ? "class_ids" : "target_ids", &l->target)) != PSY_OK ||
		(status = read_numbers(c, n, classes ? "class_weights" : "target_weights", &l->weight)) != PSY_OK)
		return status;
	while (k < 6 && same[k]->count == l->tree.count)
		k++;
	if (k < 6 || l->tree.count == 0 || (l->missing.count != 0 && l->missing.count != l->tree.count) || l->weight.count == 0 ||
		l->pair_tree.count != l->weight.count || l->pair_id.count != l->weight.count || l->target.count != l->weight.count)
		return psy_onnx_refuse(c, PSY_FORMAT, "its lists of nodes, or of weights, have not equally many elements");
	return PSY_OK;
}

static bool
is_index(double value, size_t count)
{
	return value >= 0 && value < (double) count && value == trunc(value);
}

/* Names of all nodes, sorted. */
static psy_status
name_nodes(psy_onnx_compiler *c, const columns *l, named **list)
{
	size_t count = l->tree.count;
	psy_status status = psy_onnx_remember(c, count, sizeof(named), list);

	if (status != PSY_OK)
		return status;
	for (size_t k = 0; k < count; k++)
		(*list)[k] = (named){l->tree.value[k], l->id.value[k], (uint32_t) k};
	sort(*list, count);
	for (size_t k = 1; k < count; k++)
		if ((*list)[k].tree == (*list)[k - 1].tree && (*list)[k].id == (*list)[k - 1].id)
			return psy_onnx_refuse(c, PSY_FORMAT, "node %g of tree %g stands twice", (*list)[k].id, (*list)[k].tree);
	return PSY_OK;
}

/* Nodes with their children by place; which ones are children. */
static psy_status
link_nodes(psy_onnx_compiler *c, const columns *l, const named *list, forest *f, bool *child)
{
	for (size_t k = 0; k < f->nodes; k++)
	{
		branch *b = f->node + k;
		size_t yes, no;

		*b = (branch){.threshold = l->value.value[k], .mode = (uint32_t) l->mode.value[k], .tree = l->tree.value[k], .id = l->id.value[k]};
		b->missing = l->missing.count > 0 && l->missing.value[k] != 0;
		if (b->mode == PSY_ONNX_LEAF)
			continue;
		yes = find(list, f->nodes, b->tree, l->yes.value[k]);
		no = find(list, f->nodes, b->tree, l->no.value[k]);
		if (yes == f->nodes || no == f->nodes)
			return psy_onnx_refuse(c, PSY_FORMAT, "a child of node %g of tree %g does not exist", b->id, b->tree);
		if (!is_index(l->feature.value[k], f->columns) || isnan(b->threshold))
			return psy_onnx_refuse(c, PSY_FORMAT, "node %g of tree %g has no sound feature or threshold", b->id, b->tree);
		b->feature = (uint32_t) l->feature.value[k];
		b->yes = list[yes].what;
		b->no = list[no].what;
		child[b->yes] = child[b->no] = true;
	}
	return PSY_OK;
}

/* float32 sums, each rounded by itself. */
#define COVER_TOLERANCE 1e-3

/*
 * nodes_hitrates says how often each node is reached, in any unit.  Most converters write 1 everywhere, or what else
 * does not add up: that is not known then, and nothing but an explanation needs it.
 */
static void
take_covers(const columns *l, forest *f)
{
	f->covers = l->rate.count == f->nodes && !l->rate.texts;
	for (size_t k = 0; k < f->nodes && f->covers; k++)
	{
		f->node[k].cover = l->rate.value[k];
		f->covers = f->node[k].cover >= 0 && isfinite(f->node[k].cover);
	}
	for (size_t k = 0; k < f->nodes && f->covers; k++)
	{
		const branch *b = f->node + k;

		if (b->mode != PSY_ONNX_LEAF)
			f->covers = b->cover > 0 && fabs(f->node[b->yes].cover + f->node[b->no].cover - b->cover) <= COVER_TOLERANCE * b->cover;
	}
}

/* Each tree has one node that is no child. */
static psy_status
find_roots(psy_onnx_compiler *c, forest *f, const named *list, const bool *child)
{
	size_t trees = 0;

	for (size_t k = 0; k < f->nodes; k++)
	{
		bool begins = k == 0 || list[k].tree != list[k - 1].tree;

		trees += begins;
		if (child[list[k].what])
			continue;
		if (f->roots == trees)
			return psy_onnx_refuse(c, PSY_FORMAT, "tree %g has two roots", list[k].tree);
		f->root[f->roots++] = list[k].what;
		if (f->roots != trees)
			return psy_onnx_refuse(c, PSY_FORMAT, "a tree before tree %g has no root", list[k].tree);
	}
	return f->roots == trees ? PSY_OK : psy_onnx_refuse(c, PSY_FORMAT, "a tree has no root");
}

/* Weights of each leaf, side by side; a leaf is its node's place. */
static psy_status
gather_pairs(psy_onnx_compiler *c, const columns *l, const named *list, forest *f)
{
	named *pair;
	size_t k = 0;
	psy_status status = psy_onnx_remember(c, f->pairs, sizeof(named), &pair);

	if (status != PSY_OK)
		return status;
	for (size_t j = 0; j < f->pairs; j++)
	{
		size_t node = find(list, f->nodes, l->pair_tree.value[j], l->pair_id.value[j]);

		if (node == f->nodes || f->node[list[node].what].mode != PSY_ONNX_LEAF)
			return psy_onnx_refuse(c, PSY_FORMAT, "a weight of node %g of tree %g, which is no leaf", l->pair_id.value[j],
								   l->pair_tree.value[j]);
		if (!is_index(l->target.value[j], f->targets))
			return psy_onnx_refuse(c, PSY_FORMAT, "a weight of target %g, of %u", l->target.value[j], f->targets);
		pair[j] = (named){(double) list[node].what, 0, (uint32_t) j};
	}
	sort(pair, f->pairs);
	for (size_t node = 0; node <= f->nodes; node++)
	{
		while (k < f->pairs && pair[k].tree < (double) node)
			k++;
		f->first[node] = (uint32_t) k;
	}
	for (size_t j = 0; j < f->pairs; j++)
	{
		f->target[j] = (uint32_t) l->target.value[pair[j].what];
		f->weight[j] = l->weight.value[pair[j].what];
	}
	return PSY_OK;
}

static psy_status
make_room(psy_onnx_compiler *c, forest *f, size_t leaves)
{
	psy_status status;

	if ((status = psy_onnx_remember(c, f->nodes + 1, sizeof(branch), &f->node)) != PSY_OK ||
		(status = psy_onnx_remember(c, f->nodes + f->roots + 1, sizeof(uint32_t), &f->root)) != PSY_OK ||
		(status = psy_onnx_remember(c, leaves + 1, sizeof(uint32_t), &f->first)) != PSY_OK ||
		(status = psy_onnx_remember(c, f->pairs, sizeof(uint32_t), &f->target)) != PSY_OK)
		return status;
	return psy_onnx_remember(c, f->pairs, sizeof(double), &f->weight);
}

/* The old operators' trees: sums and flags in out[2]. */
static psy_status
emit_named_trees(psy_onnx_compiler *c, const psy_onnx_node_source *n, bool classes, forest *f, uint32_t x, uint32_t out[2])
{
	columns l = {0};
	named *list;
	bool *child;
	psy_status status = read_columns(c, n, classes, &l);

	if (status != PSY_OK)
		return status;
	f->columns = psy_onnx_shape_of(c, x)->dim[1];
	f->nodes = l.tree.count;
	f->pairs = l.weight.count;
	if ((status = make_room(c, f, f->nodes)) != PSY_OK || (status = name_nodes(c, &l, &list)) != PSY_OK ||
		(status = psy_onnx_remember(c, f->nodes, sizeof(bool), &child)) != PSY_OK ||
		(status = link_nodes(c, &l, list, f, child)) != PSY_OK || (status = find_roots(c, f, list, child)) != PSY_OK ||
		(status = gather_pairs(c, &l, list, f)) != PSY_OK)
		return status;
	take_covers(&l, f);
	return emit_trees(c, f, x, out);
}

/* ---- sums and what becomes of them ----------------------------------------------------------- */

/* Adds base values, one for each target. */
static psy_status
add_base(psy_onnx_compiler *c, const psy_onnx_node_source *n, uint32_t *sum)
{
	psy_onnx_numbers base = {0};
	uint32_t constant, type = psy_onnx_shape_of(c, *sum)->type;
	psy_status status = read_numbers(c, n, "base_values", &base);

	if (status != PSY_OK || base.count == 0)
		return status;
	if (base.texts || base.count != psy_onnx_shape_of(c, *sum)->dim[1])
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%zu base values of %u sums", base.count, psy_onnx_shape_of(c, *sum)->dim[1]);
	if ((status = psy_onnx_vector(c, type, base.value, base.count, &constant)) != PSY_OK || (status = psy_onnx_need_finite(c, constant)) != PSY_OK)
		return status;
	return psy_onnx_emit_binary(c, PSY_ONNX_ADD, *sum, constant, sum);
}

/* Input rows; whole numbers and doubles are compared as they are. */
static psy_status
tree_input(psy_onnx_compiler *c, const psy_onnx_node_source *n, uint32_t *x)
{
	*x = n->in[0];
	if (psy_onnx_shape_of(c, *x)->type == PSY_ONNX_STRING || psy_onnx_shape_of(c, *x)->type == PSY_ONNX_BOOL)
		return psy_onnx_refuse(c, PSY_FORMAT, "its input is no number");
	return psy_onnx_as_row(c, x);
}

/* Two classes, with scores of the second alone. */
static psy_status
decide_two(psy_onnx_compiler *c, const psy_onnx_node_source *n, const forest *f, uint32_t labels, uint32_t sum, uint32_t transform)
{
	uint32_t all_positive = transform != PSY_ONNX_AS_LOGISTIC, class;
	psy_status status;

	for (size_t k = 0; k < f->pairs; k++)
	{
		if (f->target[k] != 0)
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "of two classes, only those are supported whose weights are all of class_ids 0");
		all_positive &= f->weight[k] >= 0;
	}
	if ((status = psy_onnx_emit_slice(c, sum, 1, 0, 1, 1, &sum)) != PSY_OK || (status = add_base(c, n, &sum)) != PSY_OK ||
		(status = psy_onnx_emit(c, PSY_ONNX_DECIDE, 1, &sum, 1, &all_positive, 1, &class)) != PSY_OK ||
		(status = psy_onnx_emit_classes(c, labels, class, n->out)) != PSY_OK)
		return status;
	return psy_onnx_emit_scores(c, sum, transform, all_positive ? PSY_ONNX_COMPLEMENT : PSY_ONNX_OPPOSITE, n->out + 1);
}

psy_status
psy_onnx_op_tree_classifier(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	forest f = {.how = PSY_ONNX_TREES_SUM};
	uint32_t labels, transform, x, out[2], zero = 0, class;
	psy_onnx_numbers base = {0};
	psy_status status;

	if ((status = psy_onnx_read_labels(c, n, "classlabels_int64s", "classlabels_strings", &labels)) != PSY_OK ||
		(status = psy_onnx_read_transform(c, n, &transform)) != PSY_OK || (status = tree_input(c, n, &x)) != PSY_OK)
		return status;
	f.targets = psy_onnx_shape_of(c, labels)->dim[0];
	if ((status = emit_named_trees(c, n, true, &f, x, out)) != PSY_OK || (status = psy_onnx_emit_cast(c, PSY_ONNX_FLOAT, out[0], &out[0])) != PSY_OK)
		return status;
	if (f.targets == 2)
		return decide_two(c, n, &f, labels, out[0], transform);
	if ((status = read_numbers(c, n, "base_values", &base)) != PSY_OK || (status = add_base(c, n, &out[0])) != PSY_OK ||
		(status = psy_onnx_emit(c, PSY_ONNX_DECIDE, 0, out, base.count == 0 ? 2 : 1, &zero, 1, &class)) != PSY_OK ||
		(status = psy_onnx_emit_classes(c, labels, class, n->out)) != PSY_OK)
		return status;
	return psy_onnx_emit_scores(c, out[0], transform, PSY_ONNX_ALONE, n->out + 1);
}

/* What a regression does with its sums. */
static psy_status
finish_regression(psy_onnx_compiler *c, const psy_onnx_node_source *n, uint32_t sum, uint32_t transform)
{
	psy_status status = add_base(c, n, &sum);

	if (status != PSY_OK)
		return status;
	if (transform == PSY_ONNX_AS_IS)
	{
		*n->out = sum;
		return PSY_OK;
	}
	if (psy_onnx_shape_of(c, sum)->dim[1] == 1)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "a post_transform of one value, which ONNX Runtime ignores, is not supported");
	return psy_onnx_emit_scores(c, sum, transform, PSY_ONNX_ALONE, n->out);
}

static psy_status
read_targets(psy_onnx_compiler *c, const psy_onnx_node_source *n, forest *f, uint32_t *transform)
{
	int64_t targets;
	uint32_t aggregate;
	psy_status status;

	if ((status = psy_onnx_attr_int(c, n, "n_targets", 1, &targets)) != PSY_OK || (status = psy_onnx_read_transform(c, n, transform)) != PSY_OK ||
		(status = psy_onnx_attr_choice(c, n, "aggregate_function", aggregates, 0, &aggregate)) != PSY_OK)
		return status;
	if (targets < 1 || targets > PSY_MODEL_MOST_CLASSES)
		return psy_onnx_refuse(c, PSY_LIMIT, "%lld targets, 1 to %d are possible", (long long) targets, PSY_MODEL_MOST_CLASSES);
	f->targets = (uint32_t) targets;
	f->how = PSY_ONNX_TREES_SUM + aggregate;
	return PSY_OK;
}

psy_status
psy_onnx_op_tree_regressor(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	forest f = {0};
	uint32_t transform, x, out[2];
	psy_status status;

	if ((status = read_targets(c, n, &f, &transform)) != PSY_OK || (status = tree_input(c, n, &x)) != PSY_OK ||
		(status = emit_named_trees(c, n, false, &f, x, out)) != PSY_OK ||
		(status = psy_onnx_emit_cast(c, PSY_ONNX_FLOAT, out[0], &out[0])) != PSY_OK)
		return status;
	return finish_regression(c, n, out[0], transform);
}

/* ---- TreeEnsemble ---------------------------------------------------------------------------- */

/* A child by place: a leaf, or a node. */
static bool
child_of(double at, double leaf, size_t nodes, size_t leaves, int64_t *child)
{
	if (!is_index(at, leaf != 0 ? leaves : nodes))
		return false;
	*child = leaf != 0 ? -1 - (int64_t) at : (int64_t) at;
	return true;
}

typedef struct placed
{
	psy_onnx_numbers feature, mode, split, yes, no, yes_leaf, no_leaf, missing, root, target, weight;
} placed;

static psy_status
read_placed(psy_onnx_compiler *c, const psy_onnx_node_source *n, placed *l)
{
	psy_status status;

	if ((status = psy_onnx_attr_list(c, n, "nodes_featureids", &l->feature)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "nodes_truenodeids", &l->yes)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "nodes_falsenodeids", &l->no)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "nodes_trueleafs", &l->yes_leaf)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "nodes_falseleafs", &l->no_leaf)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "nodes_missing_value_tracks_true", &l->missing)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "tree_roots", &l->root)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "leaf_targetids", &l->target)) != PSY_OK ||
		(status = tensor_numbers(c, n, "nodes_splits", &l->split)) != PSY_OK || (status = tensor_numbers(c, n, "leaf_weights", &l->weight)) != PSY_OK)
		return status;
	return tensor_numbers(c, n, "nodes_modes", &l->mode);
}

static psy_status
place_nodes(psy_onnx_compiler *c, const placed *l, forest *f)
{
	for (size_t k = 0; k < f->nodes; k++)
	{
		branch *b = f->node + k;
		double mode = l->mode.value[k];

		if (mode == 6)
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "BRANCH_MEMBER is not supported");
		if (!is_index(mode, 6) || !is_index(l->feature.value[k], f->columns) || isnan(l->split.value[k]) ||
			!child_of(l->yes.value[k], l->yes_leaf.value[k], f->nodes, f->pairs, &b->yes) ||
			!child_of(l->no.value[k], l->no_leaf.value[k], f->nodes, f->pairs, &b->no))
			return psy_onnx_refuse(c, PSY_FORMAT, "node %zu is not sound", k);
		b->threshold = l->split.value[k];
		b->feature = (uint32_t) l->feature.value[k];
		b->mode = PSY_ONNX_BRANCH_LEQ + (uint32_t) mode;
		b->missing = l->missing.count > 0 && l->missing.value[k] != 0;
	}
	for (size_t k = 0; k < f->roots; k++)
		if (!is_index(l->root.value[k], f->nodes))
			return psy_onnx_refuse(c, PSY_FORMAT, "tree_roots: %g", l->root.value[k]);
		else
			f->root[k] = (uint32_t) l->root.value[k];
	for (size_t k = 0; k < f->pairs; k++)
	{
		if (!is_index(l->target.value[k], f->targets))
			return psy_onnx_refuse(c, PSY_FORMAT, "leaf_targetids: %g", l->target.value[k]);
		f->target[k] = (uint32_t) l->target.value[k];
		f->weight[k] = l->weight.value[k];
		f->first[k] = (uint32_t) k;
	}
	f->first[f->pairs] = (uint32_t) f->pairs;
	return PSY_OK;
}

psy_status
psy_onnx_op_tree_ensemble(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	static const uint32_t how[] = {PSY_ONNX_TREES_AVERAGE, PSY_ONNX_TREES_SUM, PSY_ONNX_TREES_MIN, PSY_ONNX_TREES_MAX};
	placed l = {0};
	forest f = {0};
	int64_t aggregate, transform, targets;
	uint32_t x, out[2];
	psy_status status;

	if ((status = psy_onnx_attr_int(c, n, "aggregate_function", 1, &aggregate)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "post_transform", 0, &transform)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "n_targets", 1, &targets)) != PSY_OK || (status = tree_input(c, n, &x)) != PSY_OK)
		return status;
	if (aggregate < 0 || aggregate > 3 || transform < 0 || transform > 3 || targets < 1 || targets > PSY_MODEL_MOST_CLASSES ||
		psy_onnx_has(n, "membership_values"))
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "aggregate_function %lld, post_transform %lld, %lld targets or membership_values",
							   (long long) aggregate, (long long) transform, (long long) targets);
	if ((status = read_placed(c, n, &l)) != PSY_OK)
		return status;
	f.nodes = l.split.count, f.pairs = l.weight.count, f.roots = l.root.count, f.targets = (uint32_t) targets;
	f.how = how[aggregate], f.columns = psy_onnx_shape_of(c, x)->dim[1];
	if (f.nodes == 0 || f.roots == 0 || l.feature.count != f.nodes || l.mode.count != f.nodes || l.yes.count != f.nodes ||
		l.no.count != f.nodes || l.yes_leaf.count != f.nodes || l.no_leaf.count != f.nodes || l.target.count != f.pairs ||
		(l.missing.count != 0 && l.missing.count != f.nodes))
		return psy_onnx_refuse(c, PSY_FORMAT, "its lists of nodes, or of leaves, have not equally many elements");
	if ((status = make_room(c, &f, f.pairs)) != PSY_OK || (status = place_nodes(c, &l, &f)) != PSY_OK ||
		(status = emit_trees(c, &f, x, out)) != PSY_OK)
		return status;
	return finish_regression(c, n, out[0], (uint32_t) transform + PSY_ONNX_AS_IS);
}
