/* trees_plan.c - see trees_plan.h. */
#include "models/trees_plan.h"

#include <math.h>
#include <string.h>

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

typedef struct tree_parts
{
	const psy_trees_head *head;
	const uint32_t *root;
	const psy_tree_node *node;
} tree_parts;

static tree_parts
parts_of(const psy_model *model, const psy_op *op)
{
	const psy_trees_head *head = psy_at(model, op->data);
	psy_trees_layout at = psy_trees_layout_of(head, op->outputs);
	const char *data = (const char *) head;

	return (tree_parts){head, (const uint32_t *) (data + at.root), (const psy_tree_node *) (data + at.node)};
}

size_t
psy_trees_plan_size(const psy_model *model, const psy_op *op)
{
	tree_parts p = parts_of(model, op);
	uint32_t feature_bits = bits_for(op->inputs + 1);

	if ((p.head->flags & PSY_TREES_FLOAT_FEATURES) == 0 || feature_bits > 24)
		return 0;
	for (uint32_t k = 0; k < p.head->nodes; k++)
	{
		const psy_tree_node *node = p.node + k;

		if (node->what & PSY_SPLIT_LEAF)
			continue;
		if (node->what & (PSY_SPLIT_CATEGORIES | PSY_SPLIT_NAN_IS_ZERO | PSY_SPLIT_ZERO_IS_MISSING) ||
			(uint64_t) (node->left - k) >= (uint64_t) 1 << (32 - feature_bits))
			return 0;
	}
	return (size_t) p.head->nodes * sizeof(uint64_t);
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
	tree_parts p = parts_of(model, op);
	uint32_t feature_bits = bits_for(op->inputs + 1);
	uint64_t *planned = plan;

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

bool
psy_trees_walk(const psy_op *op, const psy_trees_head *head, const uint32_t *root, const void *plan,
			   const double *in, uint32_t *key, uint32_t *leaf)
{
	uint32_t feature_bits = bits_for(op->inputs + 1);
	const uint64_t *node = plan;

	if (!make_keys(in, op->inputs, key))
		return false;
	for (uint32_t first = 0; first < head->trees; first += WALKS)
	{
		uint32_t walks = head->trees - first < WALKS ? head->trees - first : WALKS;
		uint32_t at[WALKS];

		/* The last group walks its first tree in the places left over. */
		for (uint32_t l = 0; l < WALKS; l++)
			at[l] = root[first + (l < walks ? l : 0)];
		walk_group(node, feature_bits, key, at);
		for (uint32_t l = 0; l < walks; l++)
			leaf[first + l] = (uint32_t) (node[at[l]] >> 32);
	}
	return true;
}
