/*
 * trees_walk.c - a row's walk through blocks (trees_blocks_plan.h), with AVX-512 where the processor has it
 * and by plain words elsewhere: integers are compared, so that both go the same ways.
 */
#include "core/lanes.h"
#include "models/trees_blocks.h"
#include "models/trees_blocks_plan.h"

#include <string.h>

#if defined(PSY_HAS_CLONES)
#include <immintrin.h>
#endif

#define WALKS 8 /* side by side: one alone waits for memory at every level */

/* ---- the first stage ------------------------------------------------------------------------- */

/* The exits of a group's first blocks, numbered among those of all trees; begin is the group's first. */
static void
first_stage(const first_nodes *nodes, uint32_t levels, const uint32_t *key, uint32_t begin, uint32_t *exit)
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
		exit[t] += begin + (t << levels) - (1u << levels);
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
	__mmask32 odd = _mm512_test_epi16_mask(feature, _mm512_set1_epi16(64));
	__mmask32 late = _mm512_test_epi16_mask(feature, _mm512_set1_epi16(128));
	__m512i a = _mm512_permutex2var_epi16(r->part[0], feature, r->part[1]);
	__m512i b = _mm512_permutex2var_epi16(r->part[2], feature, r->part[3]);
	__m512i c = _mm512_permutex2var_epi16(r->part[4], feature, r->part[5]);
	__m512i d = _mm512_permutex2var_epi16(r->part[6], feature, r->part[7]);

	return _mm512_mask_blend_epi16(late, _mm512_mask_blend_epi16(odd, a, b),
								   _mm512_mask_blend_epi16(odd, c, d));
}

/* Of 2^levels vectors, `stride` bytes apart, the one that the turns lead to: the first turn is between
 * halves. */
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
		case 0: return select_0(from, stride, turn);
		case 1: return select_1(from, stride, turn);
		case 2: return select_2(from, stride, turn);
		case 3: return select_3(from, stride, turn);
		case 4: return select_4(from, stride, turn);
		default: return select_5(from, stride, turn);
	}
}

/* Numbers that the exits of a group's first blocks have among those of all trees, of which the group's begin
 * with begin. */
WIDE void
exits_of_group(const first_nodes *nodes, int levels, const wide_ranks *ranks, uint32_t begin, uint32_t *exit)
{
	const __m512i tree = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
	__m512i low =
		_mm512_add_epi32(_mm512_set1_epi32((int) begin), _mm512_slli_epi32(tree, (unsigned) levels));
	__m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(ABREAST / 2 << levels));
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
	low = _mm512_add_epi32(low, _mm512_cvtepu16_epi32(_mm512_castsi512_si256(way)));
	high = _mm512_add_epi32(high, _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(way, 1)));
	_mm512_storeu_si512(exit, low);
	_mm512_storeu_si512(exit + ABREAST / 2, high);
}

static __attribute__((hot, target("avx512f,avx512bw"))) void
first_stage_wide(const first_nodes *nodes, uint32_t levels, const wide_ranks *near, uint32_t begin,
				 uint32_t *exit)
{
	const wide_ranks ranks = *near;

	switch (levels)
	{
		case 0:
		case 1: exits_of_group(nodes, 1, &ranks, begin, exit); break;
		case 2: exits_of_group(nodes, 2, &ranks, begin, exit); break;
		case 3: exits_of_group(nodes, 3, &ranks, begin, exit); break;
		case 4: exits_of_group(nodes, 4, &ranks, begin, exit); break;
		case 5: exits_of_group(nodes, 5, &ranks, begin, exit); break;
		default: exits_of_group(nodes, 6, &ranks, begin, exit); break;
	}
}

#endif

/* ---- further stages -------------------------------------------------------------------------- */

/* Where exit of a block leads to within its tree's part of the next stage. */
static inline uint32_t
behind(const later_block *block, uint32_t exit)
{
	return block->rank[0] + (uint32_t) __builtin_popcount(block->feature[0] & ((1u << exit) - 1));
}

/* at[] goes from blocks of one stage to those of the next, or to leaves, which are `size` bytes there. */
PSY_CLONES static void
walk_stage(const later_block *block, const uint32_t *key, const uint32_t *base, const char *next, size_t size,
		   uint32_t *at)
{
	for (uint32_t t = 0; t < ABREAST; t += WALKS)
	{
		uint32_t exit[WALKS];

#pragma GCC unroll 8
		for (int w = 0; w < WALKS; w++)
			exit[w] = 1;
#pragma GCC unroll 4
		for (int l = 0; l < LEVELS; l++)
#pragma GCC unroll 8
			for (int w = 0; w < WALKS; w++)
			{
				const later_block *b = block + at[t + w];

				exit[w] += exit[w] + (b->rank[exit[w]] < key[b->feature[exit[w]]] >> 16);
			}
#pragma GCC unroll 8
		for (int w = 0; w < WALKS; w++)
		{
			at[t + w] = base[t + w] + behind(block + at[t + w], exit[w] - EXITS);
			__builtin_prefetch(next + at[t + w] * size);
		}
	}
}

#if defined(PSY_HAS_CLONES)

#define VECTOR 16 /* trees whose exits are found at once */

/* Which nodes of two blocks their features are above: 16 bits each. */
WIDE uint32_t
turns_of_two(const wide_ranks *ranks, const later_block *one, const later_block *other)
{
	__m512i feature =
		_mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *) one->feature)),
						   _mm256_loadu_si256((const __m256i *) other->feature), 1);
	__m512i rank = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *) one->rank)),
									  _mm256_loadu_si256((const __m256i *) other->rank), 1);

	return _mm512_cmplt_epu16_mask(rank, ranks_of(ranks, feature));
}

/* The exits that the turns of VECTOR blocks lead to. */
WIDE __m512i
exits_by(const uint64_t turn[VECTOR / 4])
{
	const __m512i one = _mm512_set1_epi32(1);
	__m512i turns = _mm512_cvtepu16_epi32(_mm256_set_epi64x((long long) turn[3], (long long) turn[2],
															(long long) turn[1], (long long) turn[0]));
	__m512i exit = one;

#pragma GCC unroll 4
	for (int l = 0; l < LEVELS; l++)
		exit = _mm512_add_epi32(_mm512_add_epi32(exit, exit),
								_mm512_and_si512(_mm512_srlv_epi32(turns, exit), one));
	return _mm512_sub_epi32(exit, _mm512_set1_epi32(EXITS));
}

/* The same, all nodes of two blocks at once: what was decided turns into exits by bits alone.  Each of the
 * three parts runs over all trees before the next, so that none waits for another tree. */
static __attribute__((hot, target("avx512f,avx512bw,bmi2,popcnt"))) void
walk_stage_wide(const later_block *block, const wide_ranks *ranks, const uint32_t *base, const char *next,
				size_t size, uint32_t *at)
{
	const wide_ranks near = *ranks;

	uint64_t turn[ABREAST / 4];
	uint32_t exit[ABREAST];

#pragma GCC unroll 8
	for (int w = 0; w < ABREAST; w += 4)
		turn[w / 4] = turns_of_two(&near, block + at[w], block + at[w + 1]) |
					  (uint64_t) turns_of_two(&near, block + at[w + 2], block + at[w + 3]) << 32;
#pragma GCC unroll 2
	for (int w = 0; w < ABREAST; w += VECTOR)
		_mm512_storeu_si512(exit + w, exits_by(turn + w / 4));
#pragma GCC unroll 8
	for (int w = 0; w < ABREAST; w++)
	{
		at[w] = base[w] + behind(block + at[w], exit[w]);
		__builtin_prefetch(next + at[w] * size);
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

/* Asks for what a group needs next. */
static void
prefetch_all(const char *next, size_t size, const uint32_t *at)
{
	if (size == LINE)
		for (int t = 0; t < ABREAST; t++)
			__builtin_prefetch(next + (size_t) at[t] * LINE);
	else
		for (int t = 0; t < ABREAST; t++)
			__builtin_prefetch(next + at[t] * size);
}

/* Places behind the last tree walk with it. */
static void
fill_up(uint32_t trees, uint32_t *at)
{
	for (uint32_t t = trees; t < ABREAST; t++)
		at[t] = at[trees - 1];
}

static void
enter(const row_walk *w, uint32_t first, uint32_t trees, uint32_t *at)
{
	const block_plan *plan = w->plan;
	const first_nodes *nodes =
		(const first_nodes *) (w->bytes + plan->first) + ((size_t) (first / ABREAST) << plan->levels);

#if defined(PSY_HAS_CLONES)
	if (w->near != NULL)
		first_stage_wide(nodes, plan->levels, w->near, first << plan->levels, at);
	else
#endif
		first_stage(nodes, plan->levels, w->key, first << plan->levels, at);
	fill_up(trees, at);
	if (plan->stages > 1)
		prefetch_all(w->bytes + plan->stage[1], LINE, at);
	else
		prefetch_all(w->bytes + plan->leaf, w->leaf_size, at);
}

static void
go_on(const row_walk *w, uint32_t stage, uint32_t first, uint32_t trees, uint32_t *at)
{
	const block_plan *plan = w->plan;
	bool last = stage + 1 == plan->stages;
	const later_block *block = (const later_block *) (w->bytes + plan->stage[stage]);
	const uint32_t *base = (const uint32_t *) (w->bytes + plan->base[stage]) + first;
	const char *next = w->bytes + (last ? plan->leaf : plan->stage[stage + 1]);
	size_t size = last ? w->leaf_size : LINE;

	fill_up(trees, at);
#if defined(PSY_HAS_CLONES)
	if (w->near != NULL)
	{
		walk_stage_wide(block, w->near, base, next, size, at);
		return;
	}
#endif
	walk_stage(block, w->key, base, next, size, at);
}

/* ---- leaves ---------------------------------------------------------------------------------- */

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
		case LEAF_PAIR: add_pairs((const double *) leaf, at, trees, out); break;
		case LEAF_VECTOR:
			for (uint32_t t = 0; t < trees; t++)
				psy_trees_add_vector(p->head, p->vector, ((const uint32_t *) leaf)[at[t]], out);
			break;
	}
}

/* ---- a row ----------------------------------------------------------------------------------- */

/* What stage s does for the group of trees that begins with first; behind the last stage come the leaves. */
static void
do_stage(const row_walk *w, uint32_t s, uint32_t first, uint32_t *at, double *out)
{
	uint32_t left = w->parts->head->trees - first, trees = left < ABREAST ? left : ABREAST;

	if (s == 0)
		enter(w, first, trees, at);
	else if (s < w->plan->stages)
		go_on(w, s, first, trees, at);
	else
		add_leaves(w->parts, w->bytes + w->plan->leaf, at, first, trees, out);
}

/*
 * Groups follow one another one stage behind: the lines that a group needs next are on their way meanwhile,
 * and additions, each of which waits for the one before, wait beside a walk.
 */
static void
walk_all(const row_walk *w, double *out)
{
	uint32_t at[STAGES + 1][ABREAST];
	uint32_t groups = (w->parts->head->trees + ABREAST - 1) / ABREAST, stages = w->plan->stages;

	for (uint32_t turn = 0; turn < groups + stages; turn++)
		for (uint32_t s = 0; s <= stages && s <= turn; s++)
			if (turn - s < groups)
				do_stage(w, s, (turn - s) * ABREAST, at[(turn - s) % (STAGES + 1)], out);
}

bool
psy_trees_blocks_add(const psy_model *model, const psy_op *op, const void *memory, const double *in,
					 double *workspace, double *out)
{
	psy_trees_parts p = psy_trees_parts_of(model, op);
	const block_plan *plan = memory;
	uint32_t *key = (uint32_t *) workspace;
	row_walk w = {
		.parts = &p, .plan = plan, .bytes = memory, .key = key, .leaf_size = leaf_size(leaf_kind_of(p.head))};
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
