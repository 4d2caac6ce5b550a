/* trees_plan.c - see trees_plan.h.  A plan begins with a word that tells its kind. */
#include "models/trees_plan.h"

#include "models/trees_blocks.h"

#include <math.h>
#include <string.h>

typedef enum plan_kind
{
	PLAN_LINKS = 1,
	PLAN_BLOCKS = 2
} plan_kind;

/* So many walks keep the memory busy without spilling out of the registers' shadow. */
#define WALKS 16

static uint32_t
bits_for(uint32_t count)
{
	uint32_t bits = 0;

	while (bits < 32 && (uint64_t) 1 << bits < count)
		bits++;
	return bits;
}

/* Unsigned numbers in the order of the floats; -0 is 0. */
static inline uint32_t
key_of(float x)
{
	uint32_t bits;

	x += 0.0f;
	memcpy(&bits, &x, sizeof bits);
	return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/* Whether every split compares a float32 feature and nothing else. */
static bool
splits_are_plain(const psy_trees_parts *p)
{
	const uint32_t other = PSY_SPLIT_CATEGORIES | PSY_SPLIT_NAN_IS_ZERO | PSY_SPLIT_ZERO_IS_MISSING;

	for (uint32_t k = 0; k < p->head->nodes; k++)
		if ((p->node[k].what & PSY_SPLIT_LEAF) == 0 && (p->node[k].what & other) != 0)
			return false;
	return (p->head->flags & PSY_TREES_FLOAT_FEATURES) != 0;
}

static size_t
links_size(const psy_trees_parts *p, uint32_t inputs)
{
	uint32_t feature_bits = bits_for(inputs + 1);

	if (feature_bits > 24)
		return 0;
	for (uint32_t k = 0; k < p->head->nodes; k++)
		if ((p->node[k].what & PSY_SPLIT_LEAF) == 0 &&
			(uint64_t) (p->node[k].left - k) >= (uint64_t) 1 << (32 - feature_bits))
			return 0;
	return (1 + (size_t) p->head->nodes) * sizeof(uint64_t);
}

size_t
psy_trees_plan_size(const psy_model *model, const psy_op *op)
{
	psy_trees_parts p = psy_trees_parts_of(model, op);
	size_t blocks;

	if (!splits_are_plain(&p))
		return 0;
	blocks = psy_trees_blocks_size(model, op);
	return blocks > 0 ? blocks : links_size(&p, op->inputs);
}

/* A leaf compares the feature behind the last, whose key of 0 is above none, so that its own key may hold a
 * number. */
static uint64_t
planned_node(const psy_trees_head *head, const psy_tree_node *node, uint32_t k, uint32_t inputs,
			 uint32_t feature_bits)
{
	uint32_t feature = node->what & PSY_SPLIT_FEATURE;

	if (node->what & PSY_SPLIT_LEAF)
		return (uint64_t) (head->width > 1 ? node->left : k) << 32 | inputs;
	return (uint64_t) key_of(psy_float_below(node->as.threshold)) << 32 |
		   (uint64_t) (node->left - k) << feature_bits | feature;
}

void
psy_trees_plan(const psy_model *model, const psy_op *op, void *plan)
{
	psy_trees_parts p = psy_trees_parts_of(model, op);
	uint32_t feature_bits = bits_for(op->inputs + 1);
	uint64_t *kind = plan, *planned = kind + 1;

	if (psy_trees_blocks_size(model, op) > 0)
	{
		psy_trees_blocks_make(model, op, plan);
		*kind = PLAN_BLOCKS;
		return;
	}
	*kind = PLAN_LINKS;
	for (uint32_t k = 0; k < p.head->nodes; k++)
		planned[k] = planned_node(p.head, p.node + k, k, op->inputs, feature_bits);
}

static bool
make_keys(const double *in, size_t n, uint32_t *key)
{
	bool fits = true;

	for (size_t k = 0; k < n; k++)
	{
		float x = (float) in[k];

		key[k] = key_of(x);
		fits &= !isinf(x);
	}
	key[n] = 0;
	return fits;
}

/* One step of each walk. */
static inline void
step(const uint64_t *node, uint32_t feature_bits, const uint32_t *key, uint32_t at[WALKS])
{
	uint32_t mask = (1u << feature_bits) - 1;

#pragma GCC unroll 16
	for (int l = 0; l < WALKS; l++)
	{
		uint64_t n = node[at[l]];
		uint32_t way = (uint32_t) n;

		at[l] += (way >> feature_bits) + ((uint32_t) (n >> 32) < key[way & mask]);
	}
}

/* Every step leads to a node further behind, or stays in a leaf: when the sum stands still, all have arrived.
 */
static void
walk_group(const uint64_t *node, uint32_t feature_bits, const uint32_t *key, uint32_t at[WALKS])
{
	uint64_t before, sum = 0;

	do
	{
		before = sum;
		step(node, feature_bits, key, at);
		step(node, feature_bits, key, at);
		sum = 0;
		for (int l = 0; l < WALKS; l++)
			sum += at[l];
	} while (sum != before);
}

/* in[] -> the leaf of each tree: its vector, or its node when leaves have one number. */
static void
walk_links(const psy_trees_parts *p, uint32_t feature_bits, const uint64_t *node, const uint32_t *key,
		   uint32_t *leaf)
{
	for (uint32_t first = 0; first < p->head->trees; first += WALKS)
	{
		uint32_t walks = p->head->trees - first < WALKS ? p->head->trees - first : WALKS;
		uint32_t at[WALKS];

		/* The last group walks its first tree in the places left over. */
		for (uint32_t l = 0; l < WALKS; l++)
			at[l] = p->root[first + (l < walks ? l : 0)];
		walk_group(node, feature_bits, key, at);
		for (uint32_t l = 0; l < walks; l++)
			leaf[first + l] = (uint32_t) (node[at[l]] >> 32);
	}
}

bool
psy_trees_add_planned(const psy_model *model, const psy_op *op, const void *plan, const double *in,
					  double *workspace, double *out)
{
	psy_trees_parts p = psy_trees_parts_of(model, op);
	uint32_t *key = (uint32_t *) workspace, *leaf = (uint32_t *) (workspace + op->inputs + 1);
	const uint64_t *kind = plan;

	if (*kind == PLAN_BLOCKS)
		return psy_trees_blocks_add(model, op, plan, in, workspace, out);
	if (!make_keys(in, op->inputs, key))
		return false;
	walk_links(&p, bits_for(op->inputs + 1), kind + 1, key, leaf);
	for (uint32_t t = 0; t < p.head->trees; t++)
		if (p.head->width > 1)
			psy_trees_add_vector(p.head, p.vector, leaf[t], out);
		else
			psy_trees_add_number(p.head, p.node + leaf[t], p.group[t], out);
	return true;
}
