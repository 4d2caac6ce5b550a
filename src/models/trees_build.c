/*
 * trees_build.c - writing trees into the compiled form.
 *
 * Nodes are laid out breadth first without any queue but the table itself: a node that is not yet translated
 * holds the source's index in `left`.  A source with a cycle, or with splits that are reached many times
 * over, would write more nodes than a tree of that many splits has, and is refused at that moment.
 */
#include "models/trees.h"

#include <math.h>
#include <string.h>

double
psy_float_below(double threshold)
{
	float rounded = (float) threshold;

	return (double) rounded > threshold ? (double) nextafterf(rounded, -INFINITY) : (double) rounded;
}

static char *
data_of(psy_trees_writer *w)
{
	return psy_builder_at(w->builder, w->data);
}

psy_status
psy_trees_begin(psy_trees_writer *w, psy_builder *b, const psy_trees_head *head, uint32_t outputs)
{
	psy_status status;

	*w = (psy_trees_writer){.builder = b, .outputs = outputs, .most = *head};
	status = psy_builder_reserve(b, psy_trees_layout_of(head, outputs).total, 1, &w->data);
	if (status == PSY_OK)
		memcpy(data_of(w), head, sizeof *head);
	return status;
}

double *
psy_trees_base(psy_trees_writer *w)
{
	return (double *) (data_of(w) + sizeof(psy_trees_head));
}

uint32_t *
psy_trees_set(psy_trees_writer *w, uint32_t words, uint32_t set[2])
{
	uint32_t *word = (uint32_t *) (data_of(w) + psy_trees_layout_of(&w->most, w->outputs).word);

	set[0] = w->words;
	set[1] = words;
	w->words += words;
	return word + set[0];
}

static void
write_leaf(psy_trees_writer *w, psy_tree_node *node, const double *value)
{
	size_t width = w->most.width;
	double *vector = (double *) (data_of(w) + psy_trees_layout_of(&w->most, w->outputs).vector);

	*node = (psy_tree_node){.what = PSY_SPLIT_LEAF};
	if (width == 1)
	{
		node->as.threshold = value[0];
		return;
	}
	memcpy(vector + w->vectors * width, value, width * sizeof(double));
	node->left = w->vectors++;
}

static void
write_split(psy_tree_node *node, const psy_tree_split *split, uint32_t left)
{
	*node = (psy_tree_node){.as.threshold = split->threshold, .left = left, .what = split->what};
	if (split->what & PSY_SPLIT_CATEGORIES)
		memcpy(node->as.set, split->set, sizeof split->set);
}

bool
psy_trees_add(psy_trees_writer *w, const psy_tree_source *source, uint32_t group)
{
	psy_trees_layout at = psy_trees_layout_of(&w->most, w->outputs);
	psy_tree_node *node = (psy_tree_node *) (data_of(w) + at.node) + w->nodes;
	size_t most = 2 * source->splits + 1, used = 1;
	double *cover = NULL;

	((uint32_t *) (data_of(w) + at.root))[w->trees] = w->nodes;
	((uint32_t *) (data_of(w) + at.group))[w->trees] = group;
	w->trees++;
	node[0].left = (uint32_t) source->start;
	if (w->most.flags & PSY_TREES_COVERS)
		cover = (double *) (data_of(w) + at.cover) + w->nodes;
	for (size_t k = 0; k < used; k++)
	{
		int32_t from = (int32_t) node[k].left;
		const psy_tree_split *split = source->split + (from < 0 ? 0 : from);

		if (from < 0)
		{
			if ((size_t) (-1 - (int64_t) from) >= source->leaves ||
				(w->most.width > 1 && w->vectors >= w->most.vectors))
				return false;
			if (cover != NULL)
				cover[k] = source->leaf_cover[-1 - (int64_t) from];
			write_leaf(w, node + k, source->value + (size_t) (-1 - (int64_t) from) * w->most.width);
			continue;
		}
		if ((size_t) from >= source->splits || used + 2 > most)
			return false;
		if (cover != NULL)
			cover[k] = source->split_cover[from];
		node[used].left = (uint32_t) split->left;
		node[used + 1].left = (uint32_t) split->right;
		write_split(node + k, split, w->nodes + (uint32_t) used);
		used += 2;
	}
	w->nodes += (uint32_t) used;
	return true;
}

void
psy_trees_finish(psy_trees_writer *w, psy_op *op)
{
	psy_trees_head *head = (psy_trees_head *) data_of(w);

	uint64_t reserved = psy_trees_layout_of(&w->most, w->outputs).cover;
	psy_trees_layout at;

	/* Nodes and covers stand last, so that what was reserved in excess (nodes that no split leads to) is cut
	 * off. */
	head->nodes = w->nodes;
	at = psy_trees_layout_of(head, w->outputs);
	memmove(data_of(w) + at.cover, data_of(w) + reserved, at.total - at.cover);
	op->outputs = w->outputs;
	op->data = w->data;
	op->data.length = (uint32_t) at.total;
}
