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

#define CHUNK 128 /* trees of one turn: their lines stay near while others are on their way */
#define WALKS 8   /* side by side: one alone waits for memory at every level */

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
first_stage_wide(const first_nodes *nodes, uint32_t levels, const wide_ranks *near, uint32_t trees,
				 uint32_t *exit)
{
	const wide_ranks ranks = *near;

	switch (levels)
	{
		case 0:
		case 1: EXITS_OF_GROUPS(1); break;
		case 2: EXITS_OF_GROUPS(2); break;
		case 3: EXITS_OF_GROUPS(3); break;
		case 4: EXITS_OF_GROUPS(4); break;
		case 5: EXITS_OF_GROUPS(5); break;
		default: EXITS_OF_GROUPS(6); break;
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
			uint32_t to =
				base[t + w] + (head >> 16) + (uint32_t) __builtin_popcount(head & ((1u << exit) - 1));

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
		case LEAF_PAIR: add_pairs((const double *) leaf, at, trees, out); break;
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
