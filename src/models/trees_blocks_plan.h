/*
 * trees_blocks_plan.h - how blocks lie in memory: what trees_blocks.c makes and trees_walk.c reads.
 *
 * The levels of the trees are cut into stages: the first has up to six levels, others four.  Within a block
 * the root is node 1 and the children of node i are 2 i and 2 i + 1; where a tree ends early, nodes that no
 * rank is above lead left to its leaf.  A walk leaves a block of L levels by one of 2^L exits.
 *
 * Of the first stage the blocks of 32 trees stand side by side, node by node, for vectors across trees; exit
 * e of tree t leads to block, or leaf, 2^L t + e.  Further on only what can be reached is there: in place of
 * node 0 a block tells which of its exits can be (feature[0]) and where what the first of them leads to stands
 * among its tree's (rank[0]); what the others lead to follows.
 */
#ifndef PSY_TREES_BLOCKS_PLAN_H
#define PSY_TREES_BLOCKS_PLAN_H

#include "models/trees_ranks.h"

#define FIRST_LEVELS 6
#define LEVELS 4
#define EXITS 16
#define STAGES 4
#define MOST_DEPTH (FIRST_LEVELS + (STAGES - 1) * LEVELS)
#define LINE 64
#define NEVER 0xFFFFu     /* the rank that none is above */
#define ABREAST 32        /* trees of a group in the first stage */
#define MOST_EXITS 65535u /* of one tree into one stage */
#define WIDE_FEATURES 256 /* that fit into eight registers */

/* Node i of the first blocks of a group. */
typedef struct first_nodes
{
	uint16_t feature[ABREAST];
	uint16_t rank[ABREAST];
} first_nodes;

/* The block of one tree in a later stage: one line. */
typedef struct later_block
{
	uint16_t feature[EXITS];
	uint16_t rank[EXITS];
} later_block;

typedef struct block_plan
{
	uint64_t kind; /* trees_plan.c */
	uint32_t stages;
	uint32_t levels; /* of the first stage */
	uint32_t wide;   /* the processor has the instructions of first_stage_wide */
	psy_ranks ranks;
	/* Bytes from the plan's begin. */
	uint64_t first;         /* first_nodes[groups][1 << levels], node 0 unused */
	uint64_t stage[STAGES]; /* later_block[blocks]; from stage 1 on */
	uint64_t base[STAGES];  /* uint32_t[groups * ABREAST]: where a tree's part of the next stage, or of the
							   leaves, begins */
	uint64_t leaf;          /* float, double, double[2] or uint32_t: leaf_kind */
} block_plan;

/* ---- what a leaf is in the plan -------------------------------------------------------------- */

typedef enum leaf_kind
{
	LEAF_FLOAT,  /* one number, added in float32 */
	LEAF_DOUBLE, /* one number */
	LEAF_PAIR,   /* two numbers */
	LEAF_VECTOR  /* the vector's place */
} leaf_kind;

static inline leaf_kind
leaf_kind_of(const psy_trees_head *head)
{
	bool floats = (head->flags & PSY_TREES_FLOAT_SUMS) != 0;

	if (head->width == 1)
		return floats ? LEAF_FLOAT : LEAF_DOUBLE;
	return head->width == 2 && !floats ? LEAF_PAIR : LEAF_VECTOR;
}

static inline size_t
leaf_size(leaf_kind kind)
{
	static const size_t size[] = {sizeof(float), sizeof(double), 2 * sizeof(double), sizeof(uint32_t)};

	return size[kind];
}

#endif
