/*
 * trees_blocks.c - see trees_blocks.h.
 *
 * The levels of the trees are cut into stages: the first has up to six levels, others four.  Within a block the
 * root is node 1 and the children of node i are 2 i and 2 i + 1; where a tree ends early, nodes that no rank is
 * above lead left to its leaf.  A walk leaves a block of L levels by one of 2^L exits.
 *
 * Of the first stage the blocks of 32 trees stand side by side, node by node, for vectors across trees; exit e
 * of tree t leads to block, or leaf, 2^L t + e.  Further on only what can be reached is there: word 0 of a block
 * tells which of its exits can be (low 16 bits) and where what the first of them leads to stands among its
 * tree's (high 16 bits); what the others lead to follows.
 */
#include "models/trees_blocks.h"

#include "core/lanes.h"
#include "models/trees_ranks.h"

#include <string.h>

#if defined(PSY_HAS_CLONES)
#include <immintrin.h>
#endif

#define FIRST_LEVELS 6
#define LEVELS 4
#define EXITS 16
#define STAGES 4
#define MOST_DEPTH (FIRST_LEVELS + (STAGES - 1) * LEVELS)
#define LINE 64
#define NEVER 0xFFFFu	  /* the rank that none is above */
#define ABREAST 32		  /* trees of a group in the first stage */
#define CHUNK 128		  /* trees of one turn: their lines stay near while others are on their way */
#define WALKS 8			  /* side by side: one alone waits for memory at every level */
#define MOST_EXITS 65535u /* of one tree into one stage */
#define WIDE_FEATURES 256 /* that fit into eight registers */

/* Node i of the first blocks of a group. */
typedef struct first_nodes
{
	uint16_t feature[ABREAST];
	uint16_t rank[ABREAST];
} first_nodes;

typedef struct block_plan
{
	uint64_t kind; /* trees_plan.c */
	uint32_t stages;
	uint32_t levels; /* of the first stage */
	uint32_t wide; /* the processor has the instructions of first_stage_wide */
	psy_ranks ranks;
	/* Bytes from the plan's begin. */
	uint64_t first;		   /* first_nodes[groups][1 << levels], node 0 unused */
	uint64_t stage[STAGES]; /* uint32_t[blocks][EXITS]: rank << 16 | feature; from stage 1 on */
	uint64_t base[STAGES];  /* uint32_t[groups * ABREAST]: where a tree's part of the next stage, or of the leaves, begins */
	uint64_t leaf;		   /* float, double, double[2] or uint32_t: leaf_kind */
} block_plan;

/* ---- what a leaf is in the plan
 * -------------------------------------------------------------------------------------------- */

typedef enum leaf_kind
{
	LEAF_FLOAT,	 /* one number, added in float32 */
	LEAF_DOUBLE, /* one number */
	LEAF_PAIR,	 /* two numbers */
	LEAF_VECTOR	 /* the vector's place */
} leaf_kind;

static leaf_kind
leaf_kind_of(const psy_trees_head *head)
{
	bool floats = (head->flags & PSY_TREES_FLOAT_SUMS) != 0;

	if (head->width == 1)
		return floats ? LEAF_FLOAT : LEAF_DOUBLE;
	return head->width == 2 && !floats ? LEAF_PAIR : LEAF_VECTOR;
}

static size_t
leaf_size(leaf_kind kind)
{
	static const size_t size[] = {sizeof(float), sizeof(double), 2 * sizeof(double), sizeof(uint32_t)};

	return size[kind];
}

static void
put_leaf(const psy_trees_parts *p, const psy_tree_node *node, char *leaf, size_t place)
{
	float single = (float) node->as.threshold;

	switch (leaf_kind_of(p->head))
	{
		case LEAF_FLOAT:
			memcpy(leaf + place * sizeof single, &single, sizeof single);
			break;
		case LEAF_DOUBLE:
			memcpy(leaf + place * sizeof(double), &node->as.threshold, sizeof(double));
			break;
		case LEAF_PAIR:
			memcpy(leaf + place * 2 * sizeof(double), p->vector + (size_t) node->left * 2, 2 * sizeof(double));
			break;
		case LEAF_VECTOR:
			memcpy(leaf + place * sizeof(uint32_t), &node->left, sizeof(uint32_t));
			break;
	}
}

/* ---- sizes
 * ----------------------------------------------------------------------------------------------------- */

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
		plan->stage[s] = take(&end, count[s] * EXITS * sizeof(uint32_t));
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

/* ---- making
 * ---------------------------------------------------------------------------------------------------- */

/* Of one tree. */
typedef struct block_maker
{
	const psy_trees_parts *parts;
	const block_plan *plan;
	char *bytes;
	uint32_t tree;
	uint32_t begun[STAGES + 1]; /* where its part of each stage begins */
	uint32_t used[STAGES + 1];	/* how much of it is */
} block_maker;

/* A block while it is filled. */
typedef struct open_block
{
	uint32_t stage;
	size_t at;
	uint64_t exits;					  /* that can be reached */
	uint32_t node[1 << FIRST_LEVELS]; /* what they lead to */
} open_block;

static void
put_split(const block_maker *m, const open_block *b, uint32_t i, uint32_t feature, uint32_t rank)
{
	if (b->stage == 0)
	{
		first_nodes *nodes =
			(first_nodes *) (m->bytes + m->plan->first) + ((size_t) (m->tree / ABREAST) << m->plan->levels) + i;

		nodes->feature[m->tree % ABREAST] = (uint16_t) feature;
		nodes->rank[m->tree % ABREAST] = (uint16_t) rank;
	}
	else
		((uint32_t *) (m->bytes + m->plan->stage[b->stage]))[b->at * EXITS + i] = rank << 16 | feature;
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
		((uint32_t *) (m->bytes + m->plan->stage[stage]))[at * EXITS] = place << 16 | (uint32_t) b.exits;
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

/* ---- the first stage
 * ------------------------------------------------------------------------------------------- */

/* Exits of the first blocks of a group's trees. */
static void
first_stage(const first_nodes *nodes, uint32_t levels, const uint32_t *key, uint32_t *exit)
{
	for (uint32_t t = 0; t < ABREAST; t++)
		exit[t] = 1;
	for (uint32_t l = 0; l < levels; l++)
		for (uint32_t t = 0; t < ABREAST; t++)
		{
			const first_nodes *n = nodes + exit[t];

			exit[t] += exit[t] + ((uint32_t) n->rank[t] < key[n->feature[t]] >> 16);
		}
	for (uint32_t t = 0; t < ABREAST; t++)
		exit[t] -= 1u << levels;
}

#if defined(PSY_HAS_CLONES)

#define WIDE static inline __attribute__((always_inline, target("avx512f,avx512bw")))

typedef struct wide_ranks
{
	__m512i part[WIDE_FEATURES / ABREAST];
} wide_ranks;

static __attribute__((target("avx512f,avx512bw"))) void
load_ranks(const uint32_t *key, uint32_t inputs, wide_ranks *ranks)
{
	uint16_t rank[WIDE_FEATURES] = {0};

	for (uint32_t k = 0; k < inputs; k++)
		rank[k] = (uint16_t) (key[k] >> 16);
	for (int k = 0; k < WIDE_FEATURES / ABREAST; k++)
		ranks->part[k] = _mm512_loadu_si512(rank + k * ABREAST);
}

/* Ranks of 32 features: bits 0 to 5 of a feature's number select within two registers, bits 6 and 7 among
 * pairs. */
WIDE __m512i
ranks_of(const wide_ranks *r, __m512i feature)
{
	__mmask32 odd = _mm512_movepi16_mask(_mm512_slli_epi16(feature, 9));
	__mmask32 late = _mm512_movepi16_mask(_mm512_slli_epi16(feature, 8));
	__m512i a = _mm512_permutex2var_epi16(r->part[0], feature, r->part[1]);
	__m512i b = _mm512_permutex2var_epi16(r->part[2], feature, r->part[3]);
	__m512i c = _mm512_permutex2var_epi16(r->part[4], feature, r->part[5]);
	__m512i d = _mm512_permutex2var_epi16(r->part[6], feature, r->part[7]);

	return _mm512_mask_blend_epi16(late, _mm512_mask_blend_epi16(odd, a, b), _mm512_mask_blend_epi16(odd, c, d));
}

/* Of 2^levels vectors, `stride` bytes apart, the one that the turns lead to: the first turn is between halves. */
WIDE __m512i
select_0(const char *from, size_t stride, const __mmask32 *turn)
{
	(void) stride;
	(void) turn;
	return _mm512_loadu_si512(from);
}

#define SELECT_OF(levels, half)                                                                              \
	WIDE __m512i select_##levels(const char *from, size_t stride, const __mmask32 *turn)                     \
	{                                                                                                        \
		return _mm512_mask_blend_epi16(turn[0], select_##half(from, stride, turn + 1),                       \
									   select_##half(from + (stride << half), stride, turn + 1));            \
	}

SELECT_OF(1, 0)
SELECT_OF(2, 1)
SELECT_OF(3, 2)
SELECT_OF(4, 3)
SELECT_OF(5, 4)

WIDE __m512i
select_by(const char *from, size_t stride, int levels, const __mmask32 *turn)
{
	switch (levels)
	{
		case 0:
			return select_0(from, stride, turn);
		case 1:
			return select_1(from, stride, turn);
		case 2:
			return select_2(from, stride, turn);
		case 3:
			return select_3(from, stride, turn);
		case 4:
			return select_4(from, stride, turn);
		default:
			return select_5(from, stride, turn);
	}
}

/* Exits of a group's first blocks. */
WIDE void
exits_of_group(const first_nodes *nodes, int levels, const wide_ranks *ranks, uint32_t *exit)
{
	__mmask32 turn[FIRST_LEVELS];
	__m512i way = _mm512_setzero_si512();

#pragma GCC unroll 6
	for (int l = 0; l < levels; l++)
	{
		const char *level = (const char *) (nodes + (1 << l));
		__m512i feature = select_by(level + offsetof(first_nodes, feature), sizeof *nodes, l, turn);
		__m512i rank = select_by(level + offsetof(first_nodes, rank), sizeof *nodes, l, turn);

		turn[l] = _mm512_cmplt_epu16_mask(rank, ranks_of(ranks, feature));
		way = _mm512_mask_add_epi16(way, turn[l], way, _mm512_set1_epi16((short) (1 << (levels - 1 - l))));
	}
	_mm512_storeu_si512(exit, _mm512_cvtepu16_epi32(_mm512_castsi512_si256(way)));
	_mm512_storeu_si512(exit + ABREAST / 2, _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(way, 1)));
}

#define EXITS_OF_GROUPS(levels)                                                                              \
	for (uint32_t t = 0; t < trees; t += ABREAST, nodes += 1 << (levels))                                    \
	exits_of_group(nodes, levels, &ranks, exit + t)

static __attribute__((hot, target("avx512f,avx512bw"))) void
first_stage_wide(const first_nodes *nodes, uint32_t levels, const wide_ranks *near, uint32_t trees, uint32_t *exit)
{
	const wide_ranks ranks = *near;

	switch (levels)
	{
		case 0:
		case 1:
			EXITS_OF_GROUPS(1);
			break;
		case 2:
			EXITS_OF_GROUPS(2);
			break;
		case 3:
			EXITS_OF_GROUPS(3);
			break;
		case 4:
			EXITS_OF_GROUPS(4);
			break;
		case 5:
			EXITS_OF_GROUPS(5);
			break;
		default:
			EXITS_OF_GROUPS(6);
			break;
	}
}

#endif

/* ---- further stages
 * -------------------------------------------------------------------------------------------- */

/* at[] goes from blocks of one stage to those of the next, or to leaves, which are `size` bytes there. */
PSY_CLONES static void
walk_stage(const uint32_t *block, const uint32_t *key, uint32_t trees, const uint32_t *base, const char *next,
		   size_t size, uint32_t *at)
{
	for (uint32_t t = 0; t < trees; t += WALKS)
	{
		uint32_t word[WALKS];

#pragma GCC unroll 8
		for (int w = 0; w < WALKS; w++)
			word[w] = at[t + w] * EXITS + 1;
#pragma GCC unroll 4
		for (int l = 0; l < LEVELS; l++)
#pragma GCC unroll 8
			for (int w = 0; w < WALKS; w++)
			{
				uint32_t n = block[word[w]];

				/* The place within the block doubles; behind the last level it is the exit, one block on. */
				word[w] += (word[w] % EXITS) + (n < key[n & 0xFFFF]);
			}
#pragma GCC unroll 8
		for (int w = 0; w < WALKS; w++)
		{
			uint32_t exit = word[w] % EXITS, head = block[word[w] - exit - EXITS];
			uint32_t to = base[t + w] + (head >> 16) +
						  (uint32_t) __builtin_popcount(head & ((1u << exit) - 1));

			at[t + w] = to;
			__builtin_prefetch(next + to * size);
		}
	}
}

#if defined(PSY_HAS_CLONES)

/* The same, all nodes of a block at once: a load, and what was decided turns into the exit by bits alone. */
static __attribute__((hot, target("avx512f,avx512bw,bmi2,popcnt"))) void
walk_stage_wide(const uint32_t *block, const wide_ranks *ranks, uint32_t trees, const uint32_t *base,
				const char *next, size_t size, uint32_t *at)
{
	const wide_ranks near = *ranks;

	for (uint32_t t = 0; t < trees; t++)
	{
		const uint32_t *word = block + (size_t) at[t] * EXITS;
		__m512i nodes = _mm512_loadu_si512(word);
		__m512i keys = _mm512_slli_epi32(ranks_of(&near, nodes), 16);
		uint32_t right = _mm512_cmplt_epu32_mask(nodes, keys), exit = 1;

#pragma GCC unroll 4
		for (int l = 0; l < LEVELS; l++)
			exit += exit + (right >> exit & 1);
		exit -= EXITS;
		at[t] = base[t] + (word[0] >> 16) + (uint32_t) __builtin_popcount(word[0] & ((1u << exit) - 1));
		__builtin_prefetch(next + at[t] * size);
	}
}

#endif

/* One row on its way. */
typedef struct row_walk
{
	const psy_trees_parts *parts;
	const block_plan *plan;
	const char *bytes;
	const uint32_t *key;
	const void *near; /* wide_ranks, or NULL when the plan is not wide */
	size_t leaf_size;
} row_walk;

static void
enter(const row_walk *w, uint32_t first, uint32_t trees, uint32_t *at)
{
	const block_plan *plan = w->plan;
	const first_nodes *nodes =
		(const first_nodes *) (w->bytes + plan->first) + ((size_t) (first / ABREAST) << plan->levels);
	const char *next = w->bytes + (plan->stages > 1 ? plan->stage[1] : plan->leaf);
	size_t size = plan->stages > 1 ? LINE : w->leaf_size;

#if defined(PSY_HAS_CLONES)
	if (w->near != NULL)
		first_stage_wide(nodes, plan->levels, w->near, trees, at);
	else
#endif
		for (uint32_t t = 0; t < trees; t += ABREAST, nodes += (size_t) 1 << plan->levels)
			first_stage(nodes, plan->levels, w->key, at + t);
	for (uint32_t t = 0; t < trees; t++)
	{
		at[t] += (first + t) << plan->levels;
		__builtin_prefetch(next + at[t] * size);
	}
}

static void
go_on(const row_walk *w, uint32_t stage, uint32_t first, uint32_t trees, uint32_t *at)
{
	const block_plan *plan = w->plan;
	bool last = stage + 1 == plan->stages;
	const uint32_t *block = (const uint32_t *) (w->bytes + plan->stage[stage]);
	const uint32_t *base = (const uint32_t *) (w->bytes + plan->base[stage]) + first;
	const char *next = w->bytes + (last ? plan->leaf : plan->stage[stage + 1]);
	size_t size = last ? w->leaf_size : LINE;

#if defined(PSY_HAS_CLONES)
	if (w->near != NULL)
	{
		walk_stage_wide(block, w->near, trees, base, next, size, at);
		return;
	}
#endif
	/* Places behind the last tree walk with it. */
	for (uint32_t t = trees; t % WALKS != 0; t++)
		at[t] = at[trees - 1];
	walk_stage(block, w->key, trees, base, next, size, at);
}

/* ---- leaves
 * ---------------------------------------------------------------------------------------------------- */

static void
add_floats(const float *leaf, const uint32_t *at, uint32_t trees, const uint32_t *group, uint32_t outputs,
		   double *out)
{
	float sum = (float) out[0];

	for (uint32_t t = 0; outputs > 1 && t < trees; t++)
		out[group[t]] = (double) ((float) out[group[t]] + leaf[at[t]]);
	if (outputs > 1)
		return;
	for (uint32_t t = 0; t < trees; t++)
		sum += leaf[at[t]];
	out[0] = (double) sum;
}

static void
add_pairs(const double *leaf, const uint32_t *at, uint32_t trees, double *out)
{
	double one = out[0], other = out[1];

	for (uint32_t t = 0; t < trees; t++)
	{
		one += leaf[2 * (size_t) at[t]];
		other += leaf[2 * (size_t) at[t] + 1];
	}
	out[0] = one;
	out[1] = other;
}

static void
add_leaves(const psy_trees_parts *p, const char *leaf, const uint32_t *at, uint32_t first, uint32_t trees,
		   double *out)
{
	switch (leaf_kind_of(p->head))
	{
		case LEAF_FLOAT:
			add_floats((const float *) leaf, at, trees, p->group + first, p->outputs, out);
			break;
		case LEAF_DOUBLE:
			for (uint32_t t = 0; t < trees; t++)
				out[p->group[first + t]] += ((const double *) leaf)[at[t]];
			break;
		case LEAF_PAIR:
			add_pairs((const double *) leaf, at, trees, out);
			break;
		case LEAF_VECTOR:
			for (uint32_t t = 0; t < trees; t++)
				psy_trees_add_vector(p->head, p->vector, ((const uint32_t *) leaf)[at[t]], out);
			break;
	}
}

/* ---- a row
 * ------------------------------------------------------------------------------------------------------- */

static void
walk_all(const row_walk *w, double *out)
{
	uint32_t at[CHUNK];

	for (uint32_t first = 0; first < w->parts->head->trees; first += CHUNK)
	{
		uint32_t trees = w->parts->head->trees - first < CHUNK ? w->parts->head->trees - first : CHUNK;

		enter(w, first, trees, at);
		for (uint32_t s = 1; s < w->plan->stages; s++)
			go_on(w, s, first, trees, at);
		add_leaves(w->parts, w->bytes + w->plan->leaf, at, first, trees, out);
	}
}

bool
psy_trees_blocks_add(const psy_model *model, const psy_op *op, const void *memory, const double *in,
					 double *workspace, double *out)
{
	psy_trees_parts p = psy_trees_parts_of(model, op);
	const block_plan *plan = memory;
	uint32_t *key = (uint32_t *) workspace;
	row_walk w = {.parts = &p, .plan = plan, .bytes = memory, .key = key, .leaf_size = leaf_size(leaf_kind_of(p.head))};
#if defined(PSY_HAS_CLONES)
	wide_ranks near;
#endif

	if (!psy_ranks_find(&plan->ranks, memory, in, p.inputs, key, (int32_t *) (key + p.inputs)))
		return false;
#if defined(PSY_HAS_CLONES)
	if (plan->wide)
	{
		load_ranks(key, p.inputs, &near);
		w.near = &near;
	}
#endif
	walk_all(&w, out);
	return true;
}
