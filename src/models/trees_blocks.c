/* trees_blocks.c - see trees_blocks.h: whether trees are for blocks, and making them. */
#include "models/trees_blocks.h"

#include "core/lanes.h"
#include "models/trees_blocks_plan.h"

#include <string.h>

static void
put_leaf(const psy_trees_parts *p, const psy_tree_node *node, char *leaf, size_t place)
{
	float single = (float) node->as.threshold;

	switch (leaf_kind_of(p->head))
	{
		case LEAF_FLOAT: memcpy(leaf + place * sizeof single, &single, sizeof single); break;
		case LEAF_DOUBLE: memcpy(leaf + place * sizeof(double), &node->as.threshold, sizeof(double)); break;
		case LEAF_PAIR:
			memcpy(leaf + place * 2 * sizeof(double), p->vector + (size_t) node->left * 2,
				   2 * sizeof(double));
			break;
		case LEAF_VECTOR: memcpy(leaf + place * sizeof(uint32_t), &node->left, sizeof(uint32_t)); break;
	}
}

/* ---- sizes ----------------------------------------------------------------------------------- */

static uint32_t
tree_nodes(const psy_trees_parts *p, uint32_t tree)
{
	return (tree + 1 < p->head->trees ? p->root[tree + 1] : p->head->nodes) - p->root[tree];
}

/*
 * What one tree has at each depth: splits there and leaves there or above.  allowance bounds the nodes that
 * are visited: bytes that let many parents share a child are given up on.
 */
typedef struct tree_census
{
	uint32_t depth;
	uint32_t splits[MOST_DEPTH + 1];
	uint32_t leaves[MOST_DEPTH + 1];
	uint32_t allowance;
} tree_census;

static bool
take_census(const psy_tree_node *node, uint32_t at, uint32_t depth, tree_census *census)
{
	if (census->allowance-- == 0 || depth > MOST_DEPTH)
		return false;
	if (node[at].what & PSY_SPLIT_LEAF)
	{
		census->depth = depth > census->depth ? depth : census->depth;
		census->leaves[depth]++;
		return true;
	}
	census->splits[depth]++;
	return take_census(node, node[at].left, depth + 1, census) &&
		   take_census(node, node[at].left + 1, depth + 1, census);
}

static bool
census_of(const psy_trees_parts *p, uint32_t tree, tree_census *census)
{
	*census = (tree_census){.allowance = tree_nodes(p, tree)};
	return take_census(p->node, p->root[tree], 0, census);
}

/* How many ways lead to depth: to splits there, and to leaves there or above. */
static uint32_t
ways_to(const tree_census *census, uint32_t depth)
{
	uint32_t ways = depth <= MOST_DEPTH ? census->splits[depth] : 0;

	for (uint32_t d = 0; d <= depth && d <= MOST_DEPTH; d++)
		ways += census->leaves[d];
	return ways;
}

/* Stages for trees of that depth: as many whole ones as there are, and before them what is left over. */
static void
cut_levels(uint32_t depth, block_plan *plan)
{
	plan->levels = depth <= FIRST_LEVELS ? depth : 3 + (depth - 3) % LEVELS;
	plan->stages = 1 + (depth - plan->levels) / LEVELS;
}

/* Depth of a stage's roots, or of the leaves. */
static uint32_t
depth_of_stage(const block_plan *plan, uint32_t stage)
{
	return stage == 0 ? 0 : plan->levels + (stage - 1) * LEVELS;
}

/* Blocks of each stage and, behind the last stage, leaves; false when a tree has too many. */
static bool
count_blocks(const psy_trees_parts *p, const block_plan *plan, uint64_t count[STAGES + 1])
{
	tree_census census;

	memset(count, 0, (STAGES + 1) * sizeof *count);
	for (uint32_t t = 0; t < p->head->trees; t++)
	{
		if (!census_of(p, t, &census))
			return false;
		for (uint32_t s = 1; s <= plan->stages; s++)
		{
			uint32_t ways = s == 1 ? 1u << plan->levels : ways_to(&census, depth_of_stage(plan, s));

			if (ways > MOST_EXITS)
				return false;
			count[s] += ways;
		}
	}
	return true;
}

static uint64_t
take(uint64_t *end, uint64_t bytes)
{
	uint64_t begin = *end;

	*end += (bytes + LINE - 1) / LINE * LINE;
	return begin;
}

/* Where the parts of a plan lie that begins skew bytes behind a line. */
static uint64_t
lay_out(const psy_trees_parts *p, const uint64_t count[STAGES + 1], uint64_t skew, block_plan *plan)
{
	uint64_t end = psy_ranks_lay_out(p, sizeof *plan, &plan->ranks);
	uint64_t groups = ((uint64_t) p->head->trees + ABREAST - 1) / ABREAST;

	end += (LINE - (skew + end) % LINE) % LINE;
	plan->first = take(&end, (groups << plan->levels) * sizeof(first_nodes));
	for (uint32_t s = 1; s < plan->stages; s++)
	{
		plan->stage[s] = take(&end, count[s] * sizeof(later_block));
		plan->base[s] = take(&end, groups * ABREAST * sizeof(uint32_t));
	}
	plan->leaf = take(&end, count[plan->stages] * leaf_size(leaf_kind_of(p->head)));
	return end;
}

/* All but the tables: stages and their counts; false when these trees are not for blocks. */
static bool
design(const psy_trees_parts *p, block_plan *plan, uint64_t count[STAGES + 1])
{
	uint32_t depth = 1;
	tree_census census;

	*plan = (block_plan){.kind = 0};
	for (uint32_t t = 0; t < p->head->trees; t++)
	{
		if (!census_of(p, t, &census))
			return false;
		depth = census.depth > depth ? census.depth : depth;
	}
	cut_levels(depth, plan);
	return count_blocks(p, plan, count) && psy_ranks_fit(p);
}

size_t
psy_trees_blocks_size(const psy_model *model, const psy_op *op)
{
	psy_trees_parts p = psy_trees_parts_of(model, op);
	uint64_t count[STAGES + 1], size;
	block_plan plan;

	if (!design(&p, &plan, count))
		return 0;
	size = lay_out(&p, count, 0, &plan) + LINE;
	/* Uneven trees would take much memory for blocks that only hand a leaf on. */
	return size > 4 * (uint64_t) op->data.length + (1 << 20) ? 0 : size;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Of one tree. */
typedef struct block_maker
{
	const psy_trees_parts *parts;
	const block_plan *plan;
	char *bytes;
	uint32_t tree;
	uint32_t begun[STAGES + 1]; /* where its part of each stage begins */
	uint32_t used[STAGES + 1];  /* how much of it is */
} block_maker;

/* A block while it is filled. */
typedef struct open_block
{
	uint32_t stage;
	size_t at;
	uint64_t exits;                   /* that can be reached */
	uint32_t node[1 << FIRST_LEVELS]; /* what they lead to */
} open_block;

static void
put_split(const block_maker *m, const open_block *b, uint32_t i, uint32_t feature, uint32_t rank)
{
	if (b->stage == 0)
	{
		first_nodes *nodes = (first_nodes *) (m->bytes + m->plan->first) +
							 ((size_t) (m->tree / ABREAST) << m->plan->levels) + i;

		nodes->feature[m->tree % ABREAST] = (uint16_t) feature;
		nodes->rank[m->tree % ABREAST] = (uint16_t) rank;
	}
	else
	{
		later_block *block = (later_block *) (m->bytes + m->plan->stage[b->stage]) + b->at;

		block->feature[i] = (uint16_t) feature;
		block->rank[i] = (uint16_t) rank;
	}
}

/* Node k of the image and what is below it at node i of the block. */
static void
fill(const block_maker *m, open_block *b, uint32_t i, uint32_t k)
{
	const psy_tree_node *node = m->parts->node + k;
	uint32_t exits = b->stage == 0 ? 1u << m->plan->levels : EXITS;

	if (i >= exits)
	{
		b->exits |= (uint64_t) 1 << (i - exits);
		b->node[i - exits] = k;
	}
	else if (node->what & PSY_SPLIT_LEAF)
	{
		put_split(m, b, i, 0, NEVER);
		fill(m, b, 2 * i, k);
	}
	else
	{
		put_split(m, b, i, node->what & PSY_SPLIT_FEATURE,
				  psy_ranks_of_split(&m->plan->ranks, m->bytes, node));
		fill(m, b, 2 * i, node->left);
		fill(m, b, 2 * i + 1, node->left + 1);
	}
}

/* Node k as the root of block `at` of a stage, and all below; behind the last stage, as a leaf. */
static void
put_block(block_maker *m, uint32_t stage, size_t at, uint32_t k)
{
	open_block b = {.stage = stage, .at = at};
	uint32_t next = stage + 1, place;

	if (stage >= STAGES || stage == m->plan->stages)
	{
		put_leaf(m->parts, m->parts->node + k, m->bytes + m->plan->leaf, at);
		return;
	}
	fill(m, &b, 1, k);
	place = m->used[next];
	if (stage > 0)
		put_split(m, &b, 0, (uint32_t) b.exits, place);
	m->used[next] += stage > 0 ? (uint32_t) __builtin_popcountll(b.exits) : 1u << m->plan->levels;
	for (uint32_t e = 0; b.exits >> e != 0; e++)
	{
		if (b.exits >> e & 1)
			put_block(m, next, (size_t) m->begun[next] + place, b.node[e]);
		place += stage == 0 || (b.exits >> e & 1);
		if (e == 63)
			break;
	}
}

static bool
processor_is_wide(void)
{
#if defined(PSY_HAS_CLONES)
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		   __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
#else
	return false;
#endif
}

void
psy_trees_blocks_make(const psy_model *model, const psy_op *op, void *memory)
{
	psy_trees_parts p = psy_trees_parts_of(model, op);
	uint64_t count[STAGES + 1], size;
	block_plan plan;
	block_maker m = {.parts = &p, .plan = &plan, .bytes = memory};

	(void) design(&p, &plan, count);
	plan.wide = processor_is_wide() && p.inputs <= WIDE_FEATURES;
	size = lay_out(&p, count, (uintptr_t) memory % LINE, &plan);
	memset(memory, 0, size);
	memcpy(memory, &plan, sizeof plan);
	psy_ranks_make(&p, &plan.ranks, memory);
	for (; m.tree < p.head->trees; m.tree++)
	{
		for (uint32_t s = 1; s <= plan.stages; s++)
		{
			m.begun[s] += m.used[s];
			m.used[s] = 0;
			if (s > 1)
				((uint32_t *) (m.bytes + plan.base[s - 1]))[m.tree] = m.begun[s];
		}
		put_block(&m, 0, 0, p.root[m.tree]);
	}
}
